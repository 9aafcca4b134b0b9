//! Tests of usage errors, output formats, and the command `mpviz worker`.

use std::io::Read;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{mpviz_command, run_json, run_mpviz};

fn check_fails_with_message(args: &[&str], code: i32, sentence: &str) {
    let output = run_mpviz(args);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {stderr}");
    assert!(stderr.contains(sentence), "{args:?}: {stderr}");
    assert!(output.stdout.is_empty(), "{args:?}");
}

#[test]
fn invalid_options_are_usage_errors() {
    check_fails_with_message(
        &["run", "--numbers", "0"],
        2,
        "--numbers must be between 1 and 4,294,967,296, so that the sum fits in 64 bits, not 0",
    );
    check_fails_with_message(&["run", "--numbers", "-3"], 2, "`-3` is out of range");
    check_fails_with_message(
        &["run", "--numbers", "5G"],
        2,
        "between 1 and 4,294,967,296, so that the sum fits in 64 bits, not 5,000,000,000",
    );
    check_fails_with_message(
        &["run", "--tasks", "5", "--numbers", "3"],
        2,
        "5 tasks need at least as many numbers, not 3",
    );
    check_fails_with_message(&["run", "--workers", "0"], 2, "--workers must be between 1 and");
    check_fails_with_message(&["run", "--lanes", "pool,fork"], 2, "invalid value 'fork'");
    check_fails_with_message(&["run", "--io-latency", "3 parsecs"], 2, "is not a unit");
    for (option, value) in [
        ("--io-latency", "0,5s"),
        ("--numbers", "1,5M"),
        ("--cost", "0,5us"),
        ("--tasks", "1,4"),
        ("--task-memory", "0,5MB"),
    ] {
        check_fails_with_message(&["run", option, value], 2, &format!("invalid value '{value}' for '{option} <"));
    }
    check_fails_with_message(&["run", "--io", "1", "--io-kind", "disk", "--io-dir", "/dev/shm"], 2, "is in memory");
    check_fails_with_message(
        &["run", "--io", "1", "--io-kind", "disk", "--io-dir", "/nowhere"],
        2,
        "is not a directory",
    );
    check_fails_with_message(&["run", "--json", "--csv"], 2, "cannot be used with");
    check_fails_with_message(&["run", "--record", "/nowhere/file"], 2, "--record /nowhere/file");
}

#[test]
fn options_that_do_not_fit_a_graph_on_dask_are_usage_errors() {
    let check = |args: &[&str], sentence: &str| {
        check_fails_with_message(&[&["run", "--engine", "dask"], args].concat(), 2, sentence);
    };
    check(&["--skew", "2"], "--skew cannot be used with --engine dask, which has --engine, --python, --graph");
    check(&["--cost", "3ns"], "--cost cannot be used with --engine dask: its tasks add numbers as fast as Python");
    check(&["--io-latency", "1s"], "--io-latency has no effect without --io");
    check(&["--task-io", "1s"], "--task-io cannot be used with --engine dask: use --io and --io-latency");
    check(&["--lanes", "python/pool"], "--lanes cannot be used with --engine dask");
    check(&["--workers", "2,3"], "--engine dask compares settings of Dask: name one number of --workers");
    check(&["--workers", "65"], "--workers must be between 1 and 64 with --engine dask, not 65");
    check(&["--tasks", "0"], "--tasks must be between 1 and 100000 with --engine dask, not 0");
    check(&["--numbers", "10"], "400 tasks need at least as many numbers, not 10");
    check(&["--task-memory", "9B"], "--task-memory must be a multiple of 8 bytes");
    check(&["--io", "20k"], "--io must be at most 10,000 operations per task");
    check(&["--dask", "tcp://127.0.0.1:1"], "--dask runs the graph on a cluster that others may use: add --force");
    check(&["--dask", "--force", "--workers", "3"], "--workers cannot be used with --dask: the cluster has workers");
    check_fails_with_message(&["run", "--graph", "joined"], 2, "--graph needs --engine dask");
    check_fails_with_message(&["run", "--dask"], 2, "--dask needs --engine dask");
    for command in ["watch", "trace"] {
        let option = "'--yes' cannot be used with";
        check_fails_with_message(&[command, "--yes", "--", "true"], 2, option);
        check_fails_with_message(&[command, "--yes"], 2, "required arguments were not provided");
        let args = [command, "--python", "python3", "--", "true"];
        check_fails_with_message(&args, 2, "'--python <FILE>' cannot be used with");
    }
    let report = ["trace", "--report", "/nowhere/result.json", "--", "true"];
    check_fails_with_message(
        &report,
        2,
        "--report /nowhere/result.json: its directory does not exist; create it or name another file",
    );
    check_fails_with_message(
        &["run", "--engine", "dask", "--python", "/nowhere"],
        1,
        "--python /nowhere cannot be started",
    );
}

#[test]
fn engine_of_graphs_cannot_be_set_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("graph.toml");
    for (setting, sentence) in [
        ("engine = \"dask\"", "engine dask cannot be set in a file: give --engine dask on the command line"),
        ("graph = \"joined\"", "unknown key `graph`"),
    ] {
        std::fs::write(&file, format!("[run]\n{setting}\n")).unwrap();
        check_fails_with_message(&["run", "--config", file.to_str().unwrap()], 2, sentence);
    }
}

#[test]
fn workers_are_compared_in_a_lane_each() {
    let folder = tempfile::tempdir().unwrap();
    let [scenario, recording] = ["sweep.toml", "sweep.jsonl"].map(|name| folder.path().join(name));
    std::fs::write(&scenario, "title = \"a\"\nlook-at = \"b\"\n[run]\nworkers = [3, 1, 2, 4, 5]\n").unwrap();
    let [scenario, recording] = [&scenario, &recording].map(|path| path.to_str().unwrap());
    let options = ["--numbers", "1k", "--cost", "0", "--io", "1", "--io-latency", "20ms", "--repeat", "2"];
    let (result, _) = run_json(&[&["--scenario", scenario, "--record", recording], &options[..]].concat());
    let printed_json = |args: &[&str]| serde_json::from_slice::<Value>(&run_mpviz(args).stdout).unwrap();
    let lanes: Vec<_> = result["lanes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|lane| (lane["mode"].as_str().unwrap(), lane["workers"].as_u64().unwrap()))
        .collect();
    assert_eq!(lanes, [("pool", 3), ("pool", 1), ("pool", 2), ("pool", 4), ("pool", 5), ("process", 16)]);
    assert_eq!(result["cores"], "turns");
    assert_eq!(printed_json(&["replay", recording, "--json"])["lanes"], result["lanes"]);
    // Each lane is compared with the one of the same workers.
    let compared = printed_json(&["compare", recording, recording, "--json"]);
    let against: Vec<_> = (6..12).map(|lane| compared["lanes"][lane]["against"].as_u64().unwrap()).collect();
    assert_eq!(against, [0, 1, 2, 3, 4, 5]);
    let table = String::from_utf8(run_mpviz(&["replay", recording]).stdout).unwrap();
    let heads: Vec<_> = table.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(heads.windows(3).any(|heads| heads == ["POOL×3", "POOL×1", "POOL×2"]), "{table}");
    assert!(
        table.lines().all(|line| line.starts_with("sum of") || line.chars().count() <= 80 || line.ends_with('.')),
        "{table}"
    );
}

#[test]
fn invalid_themes_give_a_one_line_error() {
    let config = tempfile::tempdir().unwrap();
    let themes = config.path().join("mpviz/themes");
    std::fs::create_dir_all(&themes).unwrap();
    std::fs::write(themes.join("mine.toml"), "inherits = \"light\"\n\npool = { run = \"blue\" }\n").unwrap();
    std::fs::write(themes.join("good.toml"), "inherits = \"light\"\npool = { run = \"#0000ff\" }\n").unwrap();
    let run_with_theme = |theme: &str| {
        let output = mpviz_command(&["--theme", theme, "--numbers", "1k"])
            .env("XDG_CONFIG_HOME", config.path())
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, message) = run_with_theme("solar");
    let expected = format!(
        "mpviz: --theme solar: unknown theme; use default, dark, light, colour-blind, mono, terminal, and in {}: good, mine\n",
        themes.display()
    );
    assert_eq!((code, message), (Some(2), expected));
    let (code, sentence) = run_with_theme("mine");
    assert_eq!(code, Some(2));
    assert!(sentence.contains("mine.toml:3:16: invalid value: string \"blue\", expected a colour"), "{sentence}");
    assert_eq!(sentence.lines().count(), 1, "{sentence}");
    assert_eq!(run_with_theme("../themes/good").0, Some(2));
    assert_eq!(run_with_theme("good").0, Some(0));
}

#[test]
fn runs_that_need_too_many_resources_fail_with_advice() {
    check_fails_with_message(&["run", "--lanes", "process", "--tasks", "1M", "--numbers", "4G"], 4, "lower --tasks");
    check_fails_with_message(&["run", "--lanes", "pool", "--workers", "100k", "--tasks", "100k"], 4, "or use --force");
}

#[test]
fn overwriting_a_recording_requires_the_force_option() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let path = file.path().to_str().unwrap();
    check_fails_with_message(&["run", "--numbers", "100", "--record", path], 2, "use --force to overwrite it");
    let output = run_mpviz(&["run", "--numbers", "100", "--record", path, "--force"]);
    assert!(output.status.success());
    assert!(std::fs::read_to_string(path).unwrap().starts_with("{\"format\":\"mpviz\",\"version\":1,\"machine\":{"));
}

#[test]
fn help_starts_with_four_examples() {
    let help = String::from_utf8(run_mpviz(&["--help"]).stdout).unwrap();
    assert!(help.starts_with("Examples:\n"));
    assert_eq!(help.lines().skip(1).take_while(|line| line.starts_with("  mpviz")).count(), 4);
}

#[test]
fn run_without_terminal_prints_the_result_table() {
    let output = mpviz_command(&["--numbers", "100k"]).env("TERM", "dumb").stdin(Stdio::null()).output().unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    assert!(table.contains("· correct"), "{table}");
    assert!(table.lines().all(|line| line.chars().count() <= 80 || line.ends_with('.')), "{table}");
}

#[test]
fn run_with_a_task_size_is_described_by_it() {
    let table = |args: &[&str]| {
        let size = ["run", "--lanes", "serial", "--tasks", "4", "--task-cpu", "1ms", "--task-memory", "8kB"];
        let output = run_mpviz(&[&size, args].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(table(&["--task-io", "2ms"]).starts_with("4 tasks of 1 ms CPU, 8 kB, 2 ms I/O · cores "));
    assert!(
        table(&["--skew", "1", "--cores", "turns"]).starts_with("4 tasks averaging 1 ms CPU, 8 kB, no I/O · cores ")
    );
    assert!(table(&["--io", "2", "--io-latency", "1ms"]).starts_with("4 tasks of 1 ms CPU, 8 kB, 2 × 1 ms I/O"));
}

#[test]
fn json_result_has_the_expected_keys() {
    let (result, code) = run_json(&["--numbers", "100k"]);
    assert_eq!(code, Some(0));
    let check_keys = |value: &serde_json::Value, wanted: &str| {
        let missing: Vec<&str> = wanted.split_whitespace().filter(|key| value.get(key).is_none()).collect();
        assert!(missing.is_empty(), "missing: {missing:?}");
    };
    check_keys(&result, "schema version command machine cores repeats workload lanes verdict observer");
    check_keys(&result["machine"], "cores memory_bytes os");
    check_keys(
        &result["workload"],
        "numbers tasks cost_ns rounds_per_number payload_bytes io io_latency_ns io_kind seed skew chunksize max_tasks_per_worker gil",
    );
    check_keys(
        &result["lanes"][0],
        "mode engine status workers cores result expected correct makespan_s startup_s load_s cpu_s ns_per_number io_blocked_s
         queue_wait_s run_queue_delay_s stall_core_s stall_io_core_s idle_tail_core_s utilization peak_queue mean_queue
         peak_resident_tasks peak_resident_bytes peak_private_bytes peak_pss_bytes tasks workers_started workers_died
         workers_replaced voluntary_switches involuntary_switches interventions runs",
    );
    check_keys(&result["lanes"][0]["tasks"], "submitted finished failed lost abandoned");
    check_keys(&result["verdict"], "fastest ratio reason sentence");
    check_keys(
        &result["observer"],
        "cpu_s events late_events max_late_ns skipped_samples peak_bytes longest_unseen_ns",
    );
    assert_eq!(result["lanes"][0]["result"], "4999950000");
}

#[test]
fn csv_has_a_row_and_markdown_a_column_per_lane() {
    let csv = String::from_utf8(run_mpviz(&["run", "--csv", "--numbers", "100k"]).stdout).unwrap();
    assert_eq!(csv.lines().count(), 3);
    let columns = csv.lines().next().unwrap().split(',').count();
    assert!(csv.lines().all(|line| line.split(',').count() == columns));
    let markdown = String::from_utf8(run_mpviz(&["run", "--markdown", "--numbers", "100k"]).stdout).unwrap();
    assert!(markdown.contains("| POOL | PROCESS |"), "{markdown}");
}

#[test]
fn closed_stdout_pipe_does_not_cause_a_panic() {
    let mut child = mpviz_command(&["run", "--json", "--numbers", "100k"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    child.wait().unwrap();
    assert!(!stderr.contains("panic"), "{stderr}");
}

#[test]
fn write_errors_on_a_full_disk_are_reported() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = mpviz_command(&["run", "--numbers", "100k"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("the result could not be written"));
    let output = run_mpviz(&["run", "--numbers", "100k", "--record", "/dev/full"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is incomplete"));
    assert!(String::from_utf8_lossy(&output.stdout).contains("· correct"), "the run completes");
}

#[test]
fn worker_reads_tasks_from_stdin_and_writes_events_to_stdout() {
    use std::io::Write;
    let mut child =
        mpviz_command(&["worker", r#"{"chunk":2}"#]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let tasks = format!("{:>10} {:>10} {:>10}\n{:>10} {:>10} {:>10}\n", 0, 0, 3, 1, 3, 4);
    child.stdin.take().unwrap().write_all(tasks.as_bytes()).unwrap();
    let stdout = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    assert!(stdout.contains(r#""TaskFinished":{"worker":0,"task":0,"sum":3"#), "{stdout}");
    assert!(stdout.contains(r#""TaskFinished":{"worker":0,"task":1,"sum":18"#), "{stdout}");
}

/// Runs `mpviz worker` with this JSON configuration and one task on stdin, and returns its stdout.
fn worker_stdout_for_one_task(config: &str) -> String {
    use std::io::Write;
    let mut child = mpviz_command(&["worker", config]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    // A write error is ignored: the worker may exit before it reads the task.
    let _ = child.stdin.take().unwrap().write_all(format!("{:>10} {:>10} {:>10}\n", 0, 0, 3).as_bytes());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn worker_runs_no_task_if_its_parent_has_exited() {
    // The worker exits at once if `parent` is not the pid of its parent: then its original parent has exited.
    let pid = std::process::id();
    assert!(worker_stdout_for_one_task(&format!(r#"{{"parent":{pid}}}"#)).contains("TaskFinished"));
    let output = run_mpviz(&["worker", &format!(r#"{{"parent":{}}}"#, pid + 1)]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
}

#[test]
fn worker_rejects_invalid_configuration() {
    let run_worker = |config| {
        let output = run_mpviz(&["worker", config]);
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, sentence) = run_worker(r#"{"chunks":2}"#);
    assert_eq!(code, Some(2), "a usage error");
    assert!(sentence.starts_with("mpviz: worker: invalid configuration: unknown field `chunks`"), "{sentence}");
    assert_eq!(run_worker("junk\u{1b}[31m").1.matches("mpviz").count(), 1);
    assert_eq!(run_worker(r#"{"chunk":0}"#).0, Some(2));
}

#[test]
fn text_is_ascii_without_a_utf_8_locale_or_if_requested() {
    let commands: [&[&str]; 9] = [
        &["--help"],
        &["run", "--help"],
        &["run", "--numbers", "100k", "--io", "1", "--io-latency", "1us"],
        &["run", "--numbers", "100k", "--markdown"],
        &["run", "--scenario", "…"],
        &["run", "--tasks", "µ"],
        &["scenarios"],
        &["doctor"],
        &["config", "--print-default"],
    ];
    for args in commands {
        let output = mpviz_command(args).env("LC_ALL", "C").output().unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(!text.is_empty() && text.is_ascii(), "{args:?}: {text}");
    }
    let run = ["run", "--numbers", "100k"];
    let ascii = mpviz_command(&[&run[..], &["--ascii"]].concat()).env("LC_ALL", "C.UTF-8").output().unwrap().stdout;
    let unicode = mpviz_command(&[&run[..], &["--ascii=never"]].concat()).env("LC_ALL", "C").output().unwrap().stdout;
    assert!(ascii.is_ascii() && !unicode.is_ascii(), "{}", String::from_utf8_lossy(&unicode));
}
