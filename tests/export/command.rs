//! `mpviz export` and `mpviz compare` from the command line.

use crate::support;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::support::{mpviz_command, run_mpviz};
use mpviz::event::Event;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use tempfile::TempDir;

const EXPORT_FORMATS: [&str; 6] = ["perfetto", "asciicast", "svg", "html", "csv", "joblog"];

/// A directory with a recording of two short runs, and their printed results.
struct RecordedRuns(TempDir);

impl RecordedRuns {
    fn new() -> Self {
        let runs = Self(tempfile::tempdir().expect("a directory"));
        let recording = runs.path("runs.jsonl");
        // Long enough to be compared.
        let output = run_mpviz(&["run", "--numbers", "1M", "--repeat", "2", "--json", "--record", &recording]);
        assert!(output.status.success());
        fs::write(runs.path("runs.json"), output.stdout).expect("a file");
        runs
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn file_names(&self) -> Vec<String> {
        let entries =
            fs::read_dir(self.0.path()).expect("a directory").map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<String> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    fn run_export(&self, args: &[&str]) -> Output {
        run_mpviz(&[&["export", &self.path("runs.jsonl")], args].concat())
    }
}

fn stderr_text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn every_format_is_complete_and_reproducible() {
    let runs = RecordedRuns::new();
    for format in EXPORT_FORMATS {
        let (file, again) = (runs.path(format), runs.path("again"));
        let output = runs.run_export(&["--to", format, "-o", &file]);
        assert!(output.status.success() && output.stdout.is_empty(), "{format}: {}", stderr_text(&output));
        let written = fs::read(&file).expect("a file");
        assert!(written.len() > 100 && written.ends_with(b"\n"), "{format}");
        assert!(runs.run_export(&["--to", format, "-o", &again, "--force"]).status.success());
        assert!(fs::read(&again).expect("a file") == written, "{format}: not reproducible");
        assert!(
            runs.run_export(&["--to", format]).stdout == written,
            "{format}: standard output differs from the file"
        );
    }
    let mut expected: Vec<String> =
        ["again", "runs.json", "runs.jsonl"].into_iter().chain(EXPORT_FORMATS).map(Into::into).collect();
    expected.sort();
    assert_eq!(runs.file_names(), expected, "no temporary file remains");
}

#[test]
fn existing_files_need_force_and_the_umask_applies() {
    let runs = RecordedRuns::new();
    let file = runs.path("out.csv");
    assert!(runs.run_export(&["--to", "csv", "-o", &file]).status.success());
    let shared = runs.0.path().join("plain");
    fs::write(&shared, "old").expect("a file");
    let mode = |path: &Path| fs::metadata(path).expect("a file").permissions().mode() & 0o777;
    assert_eq!(mode(Path::new(&file)), mode(&shared), "the umask applies");
    let kept = shared.display().to_string();
    let output = runs.run_export(&["--to", "csv", "-o", &kept]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr_text(&output).contains("the file exists; use --force to overwrite it"), "{}", stderr_text(&output));
    assert_eq!(fs::read(&shared).expect("a file"), b"old");
    assert!(runs.run_export(&["--to", "csv", "-o", &kept, "--force"]).status.success());
    assert!(fs::read(&shared).expect("a file").starts_with(b"lane,mode,task,"));
    assert_eq!(mode(&shared), mode(Path::new(&file)));
    // If the output is a symbolic link, its target is written, whether it is a file or a pipe.
    let link = runs.0.path().join("link");
    std::os::unix::fs::symlink("plain", &link).expect("a link");
    fs::write(&shared, "old").expect("a file");
    assert!(runs.run_export(&["--to", "csv", "--force", "-o", &link.display().to_string()]).status.success());
    assert!(link.is_symlink() && fs::read(&shared).expect("a file").starts_with(b"lane,mode,task,"));
    let piped = runs.run_export(&["--to", "csv", "-o", "/dev/stdout"]);
    assert!(piped.status.success() && piped.stdout == fs::read(&shared).expect("a file"), "{}", stderr_text(&piped));
}

#[test]
fn export_never_replaces_its_own_recording() {
    let runs = RecordedRuns::new();
    let recording = runs.path("runs.jsonl");
    let before = fs::read(&recording).expect("a recording");
    let link = runs.0.path().join("link");
    std::os::unix::fs::symlink("runs.jsonl", &link).expect("a link");
    for name in [recording.clone(), link.display().to_string()] {
        let output = runs.run_export(&["--to", "csv", "--force", "-o", &name]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr_text(&output).contains("is the recording itself: choose another file"));
        assert!(fs::read(&recording).expect("a recording") == before);
    }
}

#[test]
fn each_run_of_a_recording_can_be_exported() {
    let runs = RecordedRuns::new();
    let csv_of =
        |args: &[&str]| String::from_utf8(runs.run_export(&[&["--to", "csv"], args].concat()).stdout).expect("text");
    let (first, second, last) = (csv_of(&["--run", "1"]), csv_of(&["--run", "2"]), csv_of(&[]));
    assert!(first != second && second == last);
    assert_eq!(first.lines().count(), 2 * 16 + 1);
    let output = runs.run_export(&["--to", "csv", "--run", "3"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr_text(&output).contains("--run 3: the recording has 2 runs"), "{}", stderr_text(&output));
}

/// Returns the start of the first job in a job log, in s since 1970.
fn start_of_first_job(recording: &str, number: &str) -> f64 {
    let output = run_mpviz(&["export", recording, "--to", "joblog", "--run", number]);
    assert!(output.status.success(), "{}", stderr_text(&output));
    let log = String::from_utf8(output.stdout).expect("text");
    let starts = log.lines().skip(1).map(|line| line.split('\t').nth(2).expect("a column").parse().expect("a time"));
    starts.fold(f64::MAX, f64::min)
}

#[test]
fn each_run_has_its_time_of_day() {
    let runs = RecordedRuns::new();
    let recording = runs.path("runs.jsonl");
    let began = support::read_events(Path::new(&recording)).into_iter().filter_map(|stamped| match stamped.event {
        Event::RunStarted(run) => Some(run.began_ms.expect("a time of day")),
        _ => None,
    });
    let began: Vec<u64> = began.collect();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_millis();
    assert!(began.len() == 2 && began.is_sorted() && now - u128::from(began[0]) < 60_000, "{began:?}, now {now}");
    for (number, began) in [("1", began[0]), ("2", began[1])] {
        let (start, began) = (start_of_first_job(&recording, number), began as f64 / 1e3);
        assert!((0.0..2.0).contains(&(start - began + 0.001)), "run {number}: {start} after {began}");
    }
}

#[test]
fn runs_without_a_time_of_day_count_from_the_start_of_the_recording() {
    let runs = RecordedRuns::new();
    let text = fs::read_to_string(runs.path("runs.jsonl")).expect("a recording");
    let without_time = |line: &str| match line.split_once(",\"began_ms\":") {
        None => line.to_owned(),
        Some((head, rest)) => head.to_owned() + rest.trim_start_matches(|c: char| c.is_ascii_digit()),
    };
    let old: Vec<String> = text.lines().map(without_time).collect();
    let header: serde_json::Value = serde_json::from_str(&old[0]).expect("JSON");
    let began = header["clock"]["began"].as_f64().expect("a time");
    let recording = runs.path("old.jsonl");
    fs::write(&recording, old.join("\n")).expect("a file");
    for number in ["1", "2"] {
        let after = start_of_first_job(&recording, number) - began;
        assert!((0.0..60.0).contains(&after), "run {number}: {after} s");
    }
    // Times of day that cannot be represented must not cause a panic.
    let impossible = text.replace("\"began_ms\":1", "\"began_ms\":1844674407370955161");
    fs::write(&recording, impossible).expect("a file");
    for format in ["joblog", "asciicast"] {
        assert_ne!(run_mpviz(&["export", &recording, "--to", format]).status.code(), Some(101));
    }
}

#[test]
fn usage_errors_are_one_sentence() {
    let runs = RecordedRuns::new();
    let refused = |args: &[&str], code: i32, sentence: &str| {
        let output = runs.run_export(args);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", stderr_text(&output));
        assert!(stderr_text(&output).contains(sentence), "{args:?}: {}", stderr_text(&output));
        assert!(output.stdout.is_empty(), "{args:?}");
    };
    refused(&["--to", "pdf"], 2, "invalid value 'pdf'");
    refused(&["--to", "csv", "--at", "1s"], 2, "--at cannot be used with --to csv");
    refused(&["--to", "svg", "--at", "90s"], 2, "--at 90.00 s: the recording of the run ends at ");
    refused(&["--to", "svg", "--theme", "solar"], 2, "unknown theme");
    refused(&["--to", "svg", "--size", "10x10"], 2, "the size must be between 60x16 and 500x200");
    refused(&["--to", "csv", "-o", "/nowhere/out"], 1, "/nowhere/out could not be written: No such file");
    refused(&["--to", "csv", "-o", "/dev/full"], 1, "/dev/full could not be written: No space left");
    let output = run_mpviz(&["export", "/nowhere/run.jsonl", "--to", "csv"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr_text(&output).contains("/nowhere/run.jsonl: No such file"), "{}", stderr_text(&output));
}

#[test]
fn machine_formats_are_not_written_to_a_terminal() {
    let runs = RecordedRuns::new();
    let run_in_terminal = |format: &str| {
        let pty = native_pty_system().openpty(PtySize::default()).expect("a terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_mpviz"));
        command.args(["export", &runs.path("runs.jsonl"), "--to", format]);
        let mut child = pty.slave.spawn_command(command).expect("mpviz starts");
        drop(pty.slave);
        let (mut reader, mut text) = (pty.master.try_clone_reader().expect("a reader"), Vec::new());
        // The other end of the terminal is closed, which is a read error here.
        let _ = reader.read_to_end(&mut text);
        (child.wait().expect("an end").exit_code(), String::from_utf8_lossy(&text).into_owned())
    };
    for format in ["perfetto", "asciicast", "svg", "html"] {
        let (code, text) = run_in_terminal(format);
        assert_eq!(code, 2);
        assert!(text.contains(&format!("--to {format} is not for a terminal: write to a file with -o")), "{text}");
    }
    let (code, text) = run_in_terminal("joblog");
    assert_eq!(code, 0);
    assert!(text.contains("Seq\tHost") || text.contains("Seq     Host"), "{text}");
}

#[test]
fn truncated_recordings_are_exported_with_a_note() {
    let runs = RecordedRuns::new();
    let whole = fs::read(runs.path("runs.jsonl")).expect("a recording");
    fs::write(runs.path("truncated.jsonl"), &whole[..whole.len() * 9 / 10]).expect("a file");
    for format in EXPORT_FORMATS {
        let output = run_mpviz(&["export", &runs.path("truncated.jsonl"), "--to", format]);
        assert_eq!(output.status.code(), Some(1), "{format}: {}", stderr_text(&output));
        assert!(
            output.stdout.len() > 100 && stderr_text(&output).starts_with("mpviz: "),
            "{format}: {}",
            stderr_text(&output)
        );
        assert_eq!(stderr_text(&output).lines().count(), 1, "{format}: {}", stderr_text(&output));
    }
}

#[test]
fn closed_pipe_is_no_error() {
    let runs = RecordedRuns::new();
    let mut child = mpviz_command(&["export", &runs.path("runs.jsonl"), "--to", "html"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("mpviz starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("an end");
    assert_eq!(stderr_text(&output), "");
}

/// Runs a shell line with mpviz as `$0` and the arguments as `$1` and so on.
fn run_shell(line: &str, args: &[&str]) -> Output {
    let mut shell = std::process::Command::new("bash");
    shell.args(["-c", line, env!("CARGO_BIN_EXE_mpviz")]).args(args).env("XDG_CONFIG_HOME", support::MISSING_DIR);
    shell.envs([support::ENGLISH]);
    shell.output().expect("bash starts")
}

#[test]
fn recordings_can_be_read_from_pipes() {
    let runs = RecordedRuns::new();
    let (recording, object) = (runs.path("runs.jsonl"), runs.path("runs.json"));
    for format in EXPORT_FORMATS {
        let piped = run_shell("cat $1 | $0 export /dev/stdin --to $2", &[&recording, format]);
        assert!(piped.status.success(), "{format}: {}", stderr_text(&piped));
        assert!(piped.stdout == runs.run_export(&["--to", format]).stdout, "{format}: the pipe gives another result");
    }
    let replayed = run_shell("cat $1 | $0 replay /dev/stdin --json", &[&recording]);
    assert!(replayed.stdout == fs::read(&object).expect("a file"), "{}", stderr_text(&replayed));
    // Runs read from pipes are named by position; their figures are the same as from files.
    let figures = |output: &Output| {
        assert!(output.status.success(), "{}", stderr_text(output));
        let compared: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let lanes = compared["lanes"].as_array().expect("lanes");
        lanes.iter().map(|lane| (lane["mode"].clone(), lane["makespan_s"].clone())).collect::<Vec<_>>()
    };
    let piped = run_shell("$0 compare <(cat $1) <(cat $2) --json", &[&recording, &object]);
    assert_eq!(figures(&piped), figures(&run_compare(&[&recording, &object], &["--json"])));
    let table = String::from_utf8(run_shell("$0 compare $1 <(cat $2)", &[&recording, &object]).stdout).expect("text");
    assert!(table.contains("\nrun 2: pool shows no difference to runs"), "{table}");
}

#[test]
fn invalid_input_from_a_pipe_is_reported() {
    for subcommand in ["export /dev/stdin --to svg", "replay /dev/stdin --json", "compare /dev/stdin /dev/null"] {
        let output = run_shell(&format!("yes hello | $0 {subcommand}"), &[]);
        assert_eq!(output.status.code(), Some(1), "{subcommand}");
        assert!(
            stderr_text(&output).contains("/dev/stdin is not an mpviz recording: "),
            "{subcommand}: {}",
            stderr_text(&output)
        );
    }
}

fn run_compare(files: &[&str], more: &[&str]) -> Output {
    run_mpviz(&[&["compare"], files, more].concat())
}

#[test]
fn recording_and_saved_result_of_a_run_compare_as_equal() {
    let runs = RecordedRuns::new();
    let (recording, object) = (runs.path("runs.jsonl"), runs.path("runs.json"));
    let output = run_compare(&[&recording, &object], &["--json"]);
    assert!(output.status.success(), "{}", stderr_text(&output));
    let compared: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let lanes = compared["lanes"].as_array().expect("lanes");
    assert_eq!(lanes.len(), 4);
    for (of_recording, of_object) in lanes[..2].iter().zip(&lanes[2..]) {
        for (key, value) in of_recording.as_object().expect("a lane") {
            if !["run", "against", "ratio", "difference", "sentence"].contains(&key.as_str()) {
                assert_eq!(value, &of_object[key], "{key}");
            }
        }
        assert_eq!((&of_object["ratio"], &of_object["difference"]), (&1.0.into(), &"same".into()));
    }
    assert_eq!(compared["runs"][0]["repeats"], 2, "runs of one recording are repeats");
    let table = String::from_utf8(run_compare(&[&recording, &object], &[]).stdout).expect("text");
    assert!(table.contains("pool shows no difference to "), "{table}");
    assert_eq!(table, String::from_utf8(run_compare(&[&recording, &object], &[]).stdout).expect("text"));
    for (flag, begins) in [("--csv", "run,ratio,difference,mode,"), ("--markdown", "|  | ")] {
        let text = String::from_utf8(run_compare(&[&recording, &object], &[flag]).stdout).expect("text");
        assert!(text.starts_with(begins), "{text}");
    }
}

#[test]
fn files_that_cannot_be_compared_are_named() {
    let runs = RecordedRuns::new();
    let recording = runs.path("runs.jsonl");
    let refused = |file: PathBuf, code: i32, sentence: &str| {
        let name = file.display().to_string();
        let output = run_compare(&[&recording, &name], &[]);
        assert_eq!(output.status.code(), Some(code), "{}", stderr_text(&output));
        assert!(
            stderr_text(&output).contains(&name) && stderr_text(&output).contains(sentence),
            "{}",
            stderr_text(&output)
        );
    };
    let file = |name: &str, text: &str| {
        let path = PathBuf::from(runs.path(name));
        fs::write(&path, text).expect("a file");
        path
    };
    refused(runs.0.path().join("nothing"), 1, "No such file");
    refused(file("object.json", "{\"a\":1}"), 1, "neither a recording nor a result of `mpviz run --json`");
    refused(file("text", "hello"), 1, "is not an mpviz recording");
    refused(file("empty", ""), 1, "it is empty");
    let output = run_compare(&[&recording, &recording], &["--lanes", "serial"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--lanes serial: no run has a lane of serial"));
    assert_eq!(run_compare(&[&recording], &[]).status.code(), Some(2), "compare needs two files");
}
