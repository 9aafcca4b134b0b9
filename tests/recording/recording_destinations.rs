//! Tests of the destinations of recordings: new files, existing files, devices and pipes.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::{ENGLISH, MISSING_DIR, run_mpviz};

/// Command-line arguments of a run. With `--tasks 2k` or more, its recording exceeds the capacity of a pipe.
const LONG_RECORDING_ARGS: &str = "run --lanes pool --numbers 50k --cost 0";

fn stderr_text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs a bash command line in a directory, with the path of mpviz as `$0` and the arguments of a run as `$RUN`.
fn run_bash(dir: &Path, line: &str) -> Output {
    let mut shell = Command::new("bash");
    shell.args(["-c", line, env!("CARGO_BIN_EXE_mpviz")]).current_dir(dir).envs([ENGLISH]);
    shell.env("RUN", LONG_RECORDING_ARGS).env("XDG_CONFIG_HOME", MISSING_DIR).output().expect("bash starts")
}

/// Checks that the run printed a correct result, and that mpviz reported an incomplete recording with this reason.
fn check_run_completed_but_recording_failed(output: &Output, reason: &str) {
    assert_eq!(output.status.code(), Some(1), "{}", stderr_text(output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("· correct"), "the run completes");
    assert!(
        stderr_text(output).contains("is incomplete: ") && stderr_text(output).contains(reason),
        "{}",
        stderr_text(output)
    );
}

fn file_names_in(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    entries.collect()
}

#[test]
fn recording_can_be_written_to_a_device() {
    let output = run_mpviz(&["run", "--numbers", "100k", "--record", "/dev/null"]);
    assert!(output.status.success(), "{}", stderr_text(&output));
    check_run_completed_but_recording_failed(
        &run_mpviz(&["run", "--numbers", "100k", "--record", "/dev/full"]),
        "No space left",
    );
    check_run_completed_but_recording_failed(
        &run_mpviz(&["run", "--numbers", "100k", "--record", "/dev/full", "--force"]),
        "No space left",
    );
}

#[test]
fn recording_can_be_written_to_a_pipe() {
    let dir = tempfile::tempdir().unwrap();
    let output = run_bash(dir.path(), "$0 $RUN --tasks 2k --record >(cat > run.jsonl); code=$?; wait $!; exit $code");
    assert!(output.status.success(), "{}", stderr_text(&output));
    let replayed = run_mpviz(&["replay", dir.path().join("run.jsonl").to_str().unwrap()]);
    assert!(replayed.status.success(), "{}", stderr_text(&replayed));
}

#[test]
fn reader_of_a_named_pipe_is_waited_for_with_a_message() {
    let dir = tempfile::tempdir().unwrap();
    // The reader starts once the message has been printed.
    let line = "mkfifo pipe; { $0 $RUN --tasks 2k --record pipe 2>&1 > out; echo $?; } | \
        { read -r line; echo \"$line\"; cat pipe > run.jsonl; cat; }";
    let output = run_bash(dir.path(), line);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text, "mpviz: waiting for a process that reads pipe\n0\n");
    let replayed = run_mpviz(&["replay", dir.path().join("run.jsonl").to_str().unwrap()]);
    assert!(replayed.status.success(), "{}", stderr_text(&replayed));
    // The wait ends by a signal, before the run has started.
    let output = run_bash(dir.path(), "timeout -s INT 1 $0 $RUN --record pipe");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(124), 0), "{}", stderr_text(&output));
}

#[test]
fn stalled_pipe_reader_does_not_delay_the_run_or_its_exit() {
    let dir = tempfile::tempdir().unwrap();
    for (name, tasks) in [("pipe", "2k"), ("pipe.zst", "50k"), ("pipe.gz", "50k")] {
        // The shell opens the pipe for reading, but does not read. If mpviz blocks, `timeout` exits with code 124.
        let line = format!("mkfifo {name} && exec 3<>{name} && timeout 50 $0 $RUN --tasks {tasks} --record {name}");
        check_run_completed_but_recording_failed(&run_bash(dir.path(), &line), "the reader stopped reading");
    }
}

#[test]
fn recording_is_reported_as_incomplete_if_the_pipe_reader_exits() {
    let dir = tempfile::tempdir().unwrap();
    check_run_completed_but_recording_failed(
        &run_bash(dir.path(), "$0 $RUN --tasks 2k --record >(head -c 100 > /dev/null)"),
        "Broken pipe",
    );
}

#[test]
fn existing_recording_is_replaced_only_after_the_new_one_has_started() {
    let dir = tempfile::tempdir().unwrap();
    let (file, link) = (dir.path().join("run.jsonl"), dir.path().join("link"));
    fs::write(&file, "old").unwrap();
    std::os::unix::fs::symlink("run.jsonl", &link).unwrap();
    // With a file size limit of 0, nothing can be written to the new recording, so the run does not start.
    run_bash(dir.path(), "trap '' XFSZ; ulimit -f 0; exec $0 $RUN --tasks 2k --force --record link");
    assert_eq!(fs::read(&file).unwrap(), b"old", "the old file is kept");
    let mut open_old_file = fs::File::open(&file).unwrap();
    let output = run_mpviz(&["run", "--numbers", "100k", "--force", "--record", link.to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr_text(&output));
    let mut text = String::new();
    open_old_file.read_to_string(&mut text).unwrap();
    assert_eq!(text, "old", "an open descriptor still reads the old file");
    assert!(fs::read(&file).unwrap().starts_with(b"{\"format\":\"mpviz\""));
    assert!(link.is_symlink() && file_names_in(dir.path()).len() == 2, "{:?}", file_names_in(dir.path()));
    let output = run_mpviz(&["run", "--force", "--record", dir.path().to_str().unwrap()]);
    assert!(
        output.status.code() == Some(2) && stderr_text(&output).contains("is a directory"),
        "{}",
        stderr_text(&output)
    );
}

#[test]
fn dash_stands_for_standard_output_and_input() {
    let dir = tempfile::tempdir().unwrap();
    for line in [
        "$0 $RUN --tasks 2k --record - | $0 replay - --json",
        "$0 $RUN --tasks 2k --record - > run.jsonl && $0 replay - --json < run.jsonl",
        "$0 $RUN --tasks 2k --record - | zstd -q | $0 replay - --json",
    ] {
        let output = run_bash(dir.path(), line);
        let result: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        assert_eq!(result["lanes"][0]["tasks"]["finished"], 2000, "{line}: {}", stderr_text(&output));
        assert_eq!(stderr_text(&output), "", "{line}");
    }
    let exported = run_bash(dir.path(), "$0 export - --to csv -o - < run.jsonl");
    assert!(exported.stdout.starts_with(b"lane,mode,task,"), "{}", stderr_text(&exported));
    let compared = run_bash(dir.path(), "$0 compare run.jsonl - --csv < run.jsonl");
    assert!(compared.status.success() && !compared.stdout.is_empty(), "{}", stderr_text(&compared));
    assert_eq!(file_names_in(dir.path()), ["run.jsonl"], "no file is named -");
}

#[test]
fn impossible_uses_of_dash_are_usage_errors() {
    let dir = tempfile::tempdir().unwrap();
    for (line, code, message) in [
        ("$0 run --json --record -", 2, "--json cannot be used with --record -: both write to standard output"),
        ("$0 compare - - < /dev/null", 2, "- names standard input, which can be read only once"),
        ("$0 replay - < /dev/null", 1, "standard input is not an mpviz recording: it is empty"),
    ] {
        let output = run_bash(dir.path(), line);
        assert_eq!(output.status.code(), Some(code), "{line}");
        assert_eq!(stderr_text(&output), format!("mpviz: {message}\n"), "{line}");
        assert!(output.stdout.is_empty(), "{line}");
    }
}

#[test]
fn followed_recording_is_printed_once_it_is_complete() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["run.jsonl", "run.jsonl.zst", "run.jsonl.gz"] {
        // The follower starts while the recording has begun and the run has not ended.
        let line = format!(
            "$0 $RUN --tasks 2k --io 1 --io-latency 1ms --record {name} > /dev/null & \
             until [ -s {name} ]; do sleep 0.01; done; $0 replay --follow {name} --json; wait"
        );
        let output = run_bash(dir.path(), &line);
        let result: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        assert_eq!(result["lanes"][0]["tasks"]["finished"], 2000, "{line}: {}", stderr_text(&output));
        assert_eq!(stderr_text(&output), "", "{line}");
    }
    let output = run_bash(dir.path(), "$0 $RUN --tasks 2k --record - | $0 replay --follow - --json");
    let result: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    assert_eq!(result["lanes"][0]["tasks"]["finished"], 2000, "{}", stderr_text(&output));
}
