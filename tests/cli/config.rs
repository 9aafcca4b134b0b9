//! Tests of configuration files and scenarios: precedence, errors, options without effect.

use std::path::Path;
use std::process::Command;

use crate::support::mpviz_command;
use serde_json::Value;

/// Creates a temporary directory for `XDG_CONFIG_HOME`, with this text in `mpviz/config.toml`.
fn create_config_home(text: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("mpviz")).unwrap();
    std::fs::write(dir.path().join("mpviz/config.toml"), text).unwrap();
    dir
}

fn mpviz_with_config_home(config: &Path, args: &[&str]) -> Command {
    let mut command = mpviz_command(args);
    command.env("XDG_CONFIG_HOME", config);
    command
}

fn run_json_with_config_home(config: &Path, args: &[&str]) -> Value {
    let output = mpviz_with_config_home(config, &[&["run", "--json"], args].concat()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// Checks that mpviz fails with exit code 2 and one line on stderr, and returns this line.
fn usage_error_message(config: &Path, args: &[&str]) -> String {
    let output = mpviz_with_config_home(config, args).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(output.stdout.is_empty() && stderr.lines().count() == 1, "{stderr}");
    stderr
}

const SMALL_RUN_CONFIG: &str =
    "[run]\nnumbers = \"20k\"\ncost = \"0\"\ntasks = 5\nlanes = [\"serial\"]\nno-gil = true\n";

#[test]
fn command_line_overrides_scenario_and_scenario_overrides_configuration() {
    let config = create_config_home(SMALL_RUN_CONFIG);
    let scenario = config.path().join("own.toml");
    std::fs::write(
        &scenario,
        "title = \"Own\"\nlook-at = \"that\"\n[run]\ntasks = 6\nlanes = [\"threads\", \"pool\"]\n",
    )
    .unwrap();
    let from_configuration = run_json_with_config_home(config.path(), &[]);
    assert_eq!(
        (&from_configuration["workload"]["numbers"], &from_configuration["workload"]["tasks"]),
        (&20_000.into(), &5.into())
    );
    assert_eq!(
        (&from_configuration["lanes"][0]["mode"], &from_configuration["workload"]["gil"]),
        (&"serial".into(), &false.into())
    );
    assert_eq!(
        from_configuration["notes"],
        Value::Array(Vec::new()),
        "options without effect are not reported for files, which serve many runs"
    );

    let scenario = scenario.to_str().unwrap();
    let from_scenario =
        run_json_with_config_home(config.path(), &["--scenario", scenario, "--numbers", "30k", "--no-gil=false"]);
    assert_eq!(
        (&from_scenario["workload"]["numbers"], &from_scenario["workload"]["tasks"]),
        (&30_000.into(), &6.into())
    );
    assert_eq!((&from_scenario["lanes"][1]["mode"], &from_scenario["workload"]["gil"]), (&"pool".into(), &true.into()));
    assert_eq!((&from_scenario["notes"][0], &from_scenario["notes"][1]), (&"Own".into(), &"look at this: that".into()));

    let no_configuration =
        run_json_with_config_home(config.path(), &["--no-config", "--tasks", "4", "--numbers", "40k", "--cost", "0"]);
    assert_eq!(
        (&no_configuration["lanes"][1]["mode"], &no_configuration["workload"]["gil"]),
        (&"process".into(), &true.into())
    );
    let other_config = config.path().join("other.toml");
    std::fs::write(&other_config, "[run]\nnumbers = 50_000\ncost = 0\n").unwrap();
    let from_option = run_json_with_config_home(config.path(), &["--config", other_config.to_str().unwrap()]);
    assert_eq!((&from_option["workload"]["numbers"], &from_option["workload"]["tasks"]), (&50_000.into(), &16.into()));
}

#[test]
fn configuration_errors_are_one_line_with_file_line_and_column() {
    let config = create_config_home("[run]\n\ntasks = \"many\"\n");
    let file = config.path().join("mpviz/config.toml");
    let at = format!("mpviz: {}:3:9: tasks: `many` does not start with a number", file.display());
    assert!(usage_error_message(config.path(), &["run"]).starts_with(&at));
    assert!(usage_error_message(config.path(), &[]).starts_with(&at), "also without a subcommand");
    assert!(
        usage_error_message(config.path(), &["replay", "/nowhere/recording"]).starts_with(&at),
        "also for a replay"
    );
    // Commands that do not use the configuration succeed even if the configuration file is invalid.
    for args in [&["--help"][..], &["config", "--path"], &["config", "--print-default"], &["man"], &["run", "--help"]] {
        assert!(mpviz_with_config_home(config.path(), args).output().unwrap().status.success(), "{args:?}");
    }
    assert!(
        usage_error_message(config.path(), &["run", "--config", "/nowhere/file"])
            .starts_with("mpviz: /nowhere/file: No such file")
    );
    let stderr = usage_error_message(config.path(), &["run", "--no-config", "--scenario", "stahl"]);
    assert!(
        stderr.contains("unknown scenario; use lesson, memory, stall, width, gil, skew, or a file NAME.toml"),
        "{stderr}"
    );
}

#[test]
fn unknown_theme_in_configuration_is_an_error_with_position() {
    let config = create_config_home("[screen]\ntheme = \"dork\"\n");
    let file = config.path().join("mpviz/config.toml");
    let at = format!("mpviz: {}:2:9: --theme dork: unknown theme; use default", file.display());
    let stderr = usage_error_message(config.path(), &["run"]);
    assert!(stderr.starts_with(&at), "{stderr}");
}

#[test]
fn invalid_io_dir_in_configuration_is_an_error_with_position() {
    let config = create_config_home("[run]\nio = 1\nio-kind = \"disk\"\nio-dir = \"/nowhere\"\n");
    let file = config.path().join("mpviz/config.toml");
    let sentence = "--io-dir /nowhere is not a directory";
    assert_eq!(usage_error_message(config.path(), &["run"]), format!("mpviz: {}:4:10: {sentence}\n", file.display()));
    assert_eq!(usage_error_message(config.path(), &["run", "--io-dir", "/nowhere"]), format!("mpviz: {sentence}\n"));
    let small_run = ["--numbers", "1k", "--cost", "0", "--tasks", "2", "--io-latency", "0"];
    run_json_with_config_home(config.path(), &[&small_run[..], &["--io-kind", "sleep"]].concat());
    run_json_with_config_home(config.path(), &[&small_run[..], &["--io", "0"]].concat());
}

#[test]
fn configuration_is_empty_if_config_home_is_not_a_directory() {
    let config = tempfile::NamedTempFile::new().unwrap();
    let small_run = ["--numbers", "1k", "--cost", "0", "--tasks", "2"];
    run_json_with_config_home(config.path(), &small_run);
    let mut with_dark_theme = mpviz_with_config_home(config.path(), &[&["--theme", "dark"][..], &small_run].concat());
    assert!(with_dark_theme.output().unwrap().status.success(), "a theme built in needs no file");
    let file = config.path().join("config.toml");
    let stderr = usage_error_message(config.path(), &["run", "--config", file.to_str().unwrap()]);
    assert_eq!(stderr, format!("mpviz: {}: Not a directory (os error 20)\n", file.display()));
}

#[test]
fn config_path_option_prints_path_of_configuration_file() {
    let config = create_config_home("");
    let output = mpviz_with_config_home(config.path(), &["config", "--path"]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{}/mpviz/config.toml\n", config.path().display()));
    let mut mpviz_without_home = mpviz_command(&["config", "--path"]);
    let output = mpviz_without_home.env_remove("XDG_CONFIG_HOME").env_remove("HOME").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    // With a relative HOME, the path would depend on the working directory.
    let output = mpviz_without_home.env("HOME", "relative").output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{output:?}");
    assert!(String::from_utf8(output.stderr).unwrap().contains("set XDG_CONFIG_HOME or HOME to an absolute path"));
}

#[test]
fn configuration_can_be_read_from_a_pipe() {
    let config = create_config_home("");
    let file = config.path().join("mpviz/config.toml");
    std::fs::remove_file(&file).unwrap();
    nix::unistd::mkfifo(&file, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let stderr = usage_error_message(config.path(), &["run"]);
    assert_eq!(stderr, format!("mpviz: {}: no process writes to this pipe\n", file.display()));
    let script = "printf '%s' \"$1\" | \"$0\" run --json --config /dev/stdin && \"$0\" run --json --config <(printf '%s' \"$1\")";
    let output =
        Command::new("bash").args(["-c", script, env!("CARGO_BIN_EXE_mpviz"), SMALL_RUN_CONFIG]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lanes = String::from_utf8(output.stdout).unwrap().matches("\"submitted\": 5").count();
    assert_eq!(lanes, 2, "both runs use the configuration");
}

#[test]
fn printed_default_configuration_is_valid() {
    let config = create_config_home("");
    let printed = mpviz_with_config_home(config.path(), &["config", "--print-default"]).output().unwrap().stdout;
    std::fs::write(config.path().join("mpviz/config.toml"), printed).unwrap();
    let object = run_json_with_config_home(config.path(), &["--numbers", "20k"]);
    assert_eq!((&object["workload"]["cost_ns"], &object["notes"]), (&91.into(), &Value::Array(Vec::new())));
}

#[test]
fn options_without_effect_are_reported() {
    let config = create_config_home("");
    let small_run = ["--numbers", "20k", "--cost", "0", "--tasks", "4"];
    let notes = |args: &[&str]| {
        let object = run_json_with_config_home(config.path(), &[&small_run, args].concat());
        object["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(notes(&["--lanes", "pool"]), [""; 0]);
    assert_eq!(notes(&["--lanes", "pool", "--io-latency", "1ms"]), ["--io-latency has no effect without --io"]);
    assert_eq!(
        notes(&["--lanes", "process", "--io-kind", "net", "--io-dir", ".", "--workers", "2", "--chunksize", "1"]),
        [
            "--io-kind has no effect without --io",
            "--io-dir has no effect without --io",
            "--chunksize has no effect without a lane of pool or threads",
            "--workers has no effect without a lane of pool or threads"
        ]
    );
    assert_eq!(
        notes(&["--lanes", "serial", "--no-gil", "--max-tasks-per-worker", "2", "--seed", "3"]),
        [
            "--no-gil has no effect without a native lane of threads",
            "--max-tasks-per-worker has no effect without a pool",
            "--seed has no effect without --skew"
        ]
    );
    let sleep_io = ["--lanes", "pool", "--io", "1", "--io-latency", "1ms", "--io-dir", "."];
    assert_eq!(notes(&sleep_io), ["--io-dir has no effect without --io-kind disk"]);
    let table = mpviz_with_config_home(
        config.path(),
        &[&["run"], &small_run[..], &["--lanes", "pool", "--seed", "7"]].concat(),
    )
    .output()
    .unwrap();
    assert!(String::from_utf8(table.stdout).unwrap().ends_with("\n--seed has no effect without --skew.\n"));
}

#[test]
fn scenarios_are_listed_with_their_options() {
    let output = mpviz_command(&["scenarios"]).output().unwrap();
    let list = String::from_utf8(output.stdout).unwrap();
    assert!(list.contains("\n         mpviz --io 20 --io-latency 100ms --lanes pool,process --numbers 16M"), "{list}");
    for name in ["lesson", "memory", "stall", "width", "gil", "skew"] {
        assert!(list.lines().any(|line| line.starts_with(&format!("{name} "))), "{name}");
    }
}

#[test]
fn task_size_replaces_options_of_lower_precedence() {
    let config = create_config_home(SMALL_RUN_CONFIG);
    let scenario = config.path().join("size.toml");
    let text = "title = \"Size\"\nlook-at = \"that\"\n[run]\ntask-cpu = \"1ms\"\ntask-memory = \"8kB\"\n";
    std::fs::write(&scenario, text).unwrap();
    let scenario = scenario.to_str().unwrap();
    let size = |args: &[&str]| {
        let work = run_json_with_config_home(config.path(), args)["workload"].clone();
        (work["numbers"].as_u64().unwrap(), work["cost_ns"].as_u64().unwrap(), work["io"].as_u64().unwrap())
    };
    assert_eq!(size(&["--task-memory", "800B"]), (500, 0, 0), "the cost is the configuration's");
    assert_eq!(size(&["--scenario", scenario]), (5000, 1000, 0), "the scenario overrides the configuration");
    assert_eq!(size(&["--scenario", scenario, "--numbers", "30k", "--cost", "1ns"]), (30_000, 1, 0));
    assert_eq!(size(&["--scenario", scenario, "--task-io", "1ms"]), (5000, 1000, 1));
    let conflict = create_config_home("[run]\nnumbers = 5\ntask-memory = \"8kB\"\n");
    let message = usage_error_message(conflict.path(), &["run"]);
    assert!(message.ends_with("config.toml:3:1: task-memory cannot be used with numbers\n"), "{message}");
    let impossible = create_config_home("[run]\ntask-memory = \"7B\"\n");
    let message = usage_error_message(impossible.path(), &["run"]);
    assert!(message.contains("config.toml:2:15: --task-memory must be a multiple of 8 bytes"), "{message}");
}
