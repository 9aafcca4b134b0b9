//! Configuration and scenarios: precedence, errors, options without effect.

use std::path::Path;
use std::process::Command;

use crate::support::mpviz;
use serde_json::Value;

/// A configuration directory with this file.
fn config_dir(text: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("mpviz")).unwrap();
    std::fs::write(dir.path().join("mpviz/config.toml"), text).unwrap();
    dir
}

fn mpviz_with(config: &Path, args: &[&str]) -> Command {
    let mut command = mpviz(args);
    command.env("XDG_CONFIG_HOME", config);
    command
}

fn json_result(config: &Path, args: &[&str]) -> Value {
    let output = mpviz_with(config, &[&["run", "--json"], args].concat()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn refused(config: &Path, args: &[&str]) -> String {
    let output = mpviz_with(config, args).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(output.stdout.is_empty() && stderr.lines().count() == 1, "{stderr}");
    stderr
}

const SMALL: &str = "[run]\nnumbers = \"20k\"\ncost = \"0\"\ntasks = 5\nlanes = [\"serial\"]\nno-gil = true\n";

#[test]
fn command_line_overrides_scenario_overrides_configuration() {
    let config = config_dir(SMALL);
    let scenario = config.path().join("own.toml");
    std::fs::write(
        &scenario,
        "title = \"Own\"\nlook-at = \"that\"\n[run]\ntasks = 6\nlanes = [\"threads\", \"pool\"]\n",
    )
    .unwrap();
    let plain = json_result(config.path(), &[]);
    assert_eq!((&plain["workload"]["numbers"], &plain["workload"]["tasks"]), (&20_000.into(), &5.into()));
    assert_eq!((&plain["lanes"][0]["mode"], &plain["workload"]["gil"]), (&"serial".into(), &false.into()));
    assert_eq!(
        plain["notes"],
        Value::Array(Vec::new()),
        "options without effect are not reported for files, which serve many runs"
    );

    let scenario = scenario.to_str().unwrap();
    let shown = json_result(config.path(), &["--scenario", scenario, "--numbers", "30k", "--no-gil=false"]);
    assert_eq!((&shown["workload"]["numbers"], &shown["workload"]["tasks"]), (&30_000.into(), &6.into()));
    assert_eq!((&shown["lanes"][1]["mode"], &shown["workload"]["gil"]), (&"pool".into(), &true.into()));
    assert_eq!((&shown["notes"][0], &shown["notes"][1]), (&"Own".into(), &"look at this: that".into()));

    let without = json_result(config.path(), &["--no-config", "--tasks", "4", "--numbers", "40k", "--cost", "0"]);
    assert_eq!((&without["lanes"][1]["mode"], &without["workload"]["gil"]), (&"process".into(), &true.into()));
    let other = config.path().join("other.toml");
    std::fs::write(&other, "[run]\nnumbers = 50_000\ncost = 0\n").unwrap();
    let other = json_result(config.path(), &["--config", other.to_str().unwrap()]);
    assert_eq!((&other["workload"]["numbers"], &other["workload"]["tasks"]), (&50_000.into(), &16.into()));
}

#[test]
fn errors_are_one_sentence_with_file_line_and_column() {
    let config = config_dir("[run]\n\ntasks = \"many\"\n");
    let file = config.path().join("mpviz/config.toml");
    let at = format!("mpviz: {}:3:9: tasks: `many` does not start with a number", file.display());
    assert!(refused(config.path(), &["run"]).starts_with(&at));
    assert!(refused(config.path(), &[]).starts_with(&at), "also without a subcommand");
    assert!(refused(config.path(), &["replay", "/nowhere/recording"]).starts_with(&at), "also for a replay");
    // Commands that need no configuration work in spite of an invalid one.
    for args in [&["--help"][..], &["config", "--path"], &["config", "--print-default"], &["man"], &["run", "--help"]] {
        assert!(mpviz_with(config.path(), args).output().unwrap().status.success(), "{args:?}");
    }
    assert!(
        refused(config.path(), &["run", "--config", "/nowhere/file"]).starts_with("mpviz: /nowhere/file: No such file")
    );
    let stderr = refused(config.path(), &["run", "--no-config", "--scenario", "stahl"]);
    assert!(
        stderr.contains("unknown scenario; use lesson, memory, stall, width, gil, skew, or a file NAME.toml"),
        "{stderr}"
    );
}

#[test]
fn unknown_theme_in_a_file_is_an_error_with_position() {
    let config = config_dir("[screen]\ntheme = \"dork\"\n");
    let file = config.path().join("mpviz/config.toml");
    let at = format!("mpviz: {}:2:9: --theme dork: unknown theme; use default", file.display());
    let stderr = refused(config.path(), &["run"]);
    assert!(stderr.starts_with(&at), "{stderr}");
}

#[test]
fn invalid_io_dir_in_a_file_is_an_error_with_position() {
    let config = config_dir("[run]\nio = 1\nio-kind = \"disk\"\nio-dir = \"/nowhere\"\n");
    let file = config.path().join("mpviz/config.toml");
    let sentence = "--io-dir /nowhere is not a directory";
    assert_eq!(refused(config.path(), &["run"]), format!("mpviz: {}:4:10: {sentence}\n", file.display()));
    assert_eq!(refused(config.path(), &["run", "--io-dir", "/nowhere"]), format!("mpviz: {sentence}\n"));
    let small = ["--numbers", "1k", "--cost", "0", "--tasks", "2", "--io-latency", "0"];
    json_result(config.path(), &[&small[..], &["--io-kind", "sleep"]].concat());
    json_result(config.path(), &[&small[..], &["--io", "0"]].concat());
}

#[test]
fn unreadable_directory_means_no_configuration() {
    let config = tempfile::NamedTempFile::new().unwrap();
    let small = ["--numbers", "1k", "--cost", "0", "--tasks", "2"];
    json_result(config.path(), &small);
    let mut dark = mpviz_with(config.path(), &[&["--theme", "dark"][..], &small].concat());
    assert!(dark.output().unwrap().status.success(), "a theme built in needs no file");
    let file = config.path().join("config.toml");
    let stderr = refused(config.path(), &["run", "--config", file.to_str().unwrap()]);
    assert_eq!(stderr, format!("mpviz: {}: Not a directory (os error 20)\n", file.display()));
}

#[test]
fn configuration_path_is_printed() {
    let config = config_dir("");
    let output = mpviz_with(config.path(), &["config", "--path"]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{}/mpviz/config.toml\n", config.path().display()));
    let mut homeless = mpviz(&["config", "--path"]);
    let output = homeless.env_remove("XDG_CONFIG_HOME").env_remove("HOME").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    // A relative home would give another file in each directory.
    let output = homeless.env("HOME", "relative").output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{output:?}");
    assert!(String::from_utf8(output.stderr).unwrap().contains("set XDG_CONFIG_HOME or HOME to an absolute path"));
}

#[test]
fn configuration_can_be_read_from_a_pipe() {
    let config = config_dir("");
    let file = config.path().join("mpviz/config.toml");
    std::fs::remove_file(&file).unwrap();
    nix::unistd::mkfifo(&file, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let stderr = refused(config.path(), &["run"]);
    assert_eq!(stderr, format!("mpviz: {}: no process writes to this pipe\n", file.display()));
    let script = "printf '%s' \"$1\" | \"$0\" run --json --config /dev/stdin && \"$0\" run --json --config <(printf '%s' \"$1\")";
    let output = Command::new("bash").args(["-c", script, env!("CARGO_BIN_EXE_mpviz"), SMALL]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lanes = String::from_utf8(output.stdout).unwrap().matches("\"submitted\": 5").count();
    assert_eq!(lanes, 2, "both runs use the configuration");
}

#[test]
fn printed_configuration_is_valid() {
    let config = config_dir("");
    let printed = mpviz_with(config.path(), &["config", "--print-default"]).output().unwrap().stdout;
    std::fs::write(config.path().join("mpviz/config.toml"), printed).unwrap();
    let object = json_result(config.path(), &["--numbers", "20k"]);
    assert_eq!((&object["workload"]["cost_ns"], &object["notes"]), (&91.into(), &Value::Array(Vec::new())));
}

#[test]
fn options_without_effect_are_reported() {
    let config = config_dir("");
    let small = ["--numbers", "20k", "--cost", "0", "--tasks", "4"];
    let notes = |args: &[&str]| {
        let object = json_result(config.path(), &[&small, args].concat());
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
            "--no-gil has no effect without a lane of threads",
            "--max-tasks-per-worker has no effect without a pool",
            "--seed has no effect without --skew"
        ]
    );
    let net = ["--lanes", "pool", "--io", "1", "--io-latency", "1ms", "--io-dir", "."];
    assert_eq!(notes(&net), ["--io-dir has no effect without --io-kind disk"]);
    let table = mpviz_with(config.path(), &[&["run"], &small[..], &["--lanes", "pool", "--seed", "7"]].concat())
        .output()
        .unwrap();
    assert!(String::from_utf8(table.stdout).unwrap().ends_with("\n--seed has no effect without --skew.\n"));
}

#[test]
fn scenarios_are_listed_with_their_options() {
    let output = mpviz(&["scenarios"]).output().unwrap();
    let list = String::from_utf8(output.stdout).unwrap();
    assert!(list.contains("\n         mpviz --io 10 --io-latency 100ms --lanes pool,process --numbers 20M"), "{list}");
    for name in ["lesson", "memory", "stall", "width", "gil", "skew"] {
        assert!(list.lines().any(|line| line.starts_with(&format!("{name} "))), "{name}");
    }
}
