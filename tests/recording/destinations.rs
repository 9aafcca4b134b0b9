//! Destinations of recordings: new files, existing files, devices and pipes.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::{NOWHERE, run};

/// A run that records more than a pipe holds.
const LONG_RUN: &str = "run --lanes pool --numbers 50k --cost 0";

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs a shell line with mpviz as `$0` and a run as `$RUN` in a directory.
fn shell(dir: &Path, line: &str) -> Output {
    let mut shell = Command::new("bash");
    shell.args(["-c", line, env!("CARGO_BIN_EXE_mpviz")]).current_dir(dir);
    shell.env("RUN", LONG_RUN).env("XDG_CONFIG_HOME", NOWHERE).output().expect("bash starts")
}

/// Checks that the run completed and reported the incomplete recording.
fn check_only_recording_failed(output: &Output, reason: &str) {
    assert_eq!(output.status.code(), Some(1), "{}", stderr(output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("· correct"), "the run completes");
    assert!(stderr(output).contains("is incomplete: ") && stderr(output).contains(reason), "{}", stderr(output));
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    entries.collect()
}

#[test]
fn device_is_written_in_place() {
    let output = run(&["run", "--numbers", "100k", "--record", "/dev/null"]);
    assert!(output.status.success(), "{}", stderr(&output));
    check_only_recording_failed(&run(&["run", "--numbers", "100k", "--record", "/dev/full"]), "No space left");
    check_only_recording_failed(
        &run(&["run", "--numbers", "100k", "--record", "/dev/full", "--force"]),
        "No space left",
    );
}

#[test]
fn pipe_receives_the_recording() {
    let dir = tempfile::tempdir().unwrap();
    let output = shell(dir.path(), "$0 $RUN --tasks 2k --record >(cat > run.jsonl); code=$?; wait $!; exit $code");
    assert!(output.status.success(), "{}", stderr(&output));
    let replayed = run(&["replay", dir.path().join("run.jsonl").to_str().unwrap()]);
    assert!(replayed.status.success(), "{}", stderr(&replayed));
}

#[test]
fn pipe_without_reader_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let output = shell(dir.path(), "mkfifo pipe && timeout 20 $0 $RUN --tasks 2k --record pipe");
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert_eq!(stderr(&output), "mpviz: --record pipe: no process reads this pipe; start its reader first\n");
}

#[test]
fn stalled_reader_delays_neither_the_run_nor_its_end() {
    let dir = tempfile::tempdir().unwrap();
    for (name, tasks) in [("pipe", "2k"), ("pipe.zst", "50k"), ("pipe.gz", "50k")] {
        // Opened for reading and writing, the pipe has a reader. `timeout` would end a blocked mpviz with code 124.
        let line = format!("mkfifo {name} && exec 3<>{name} && timeout 50 $0 $RUN --tasks {tasks} --record {name}");
        check_only_recording_failed(&shell(dir.path(), &line), "the reader stopped reading");
    }
}

#[test]
fn reader_that_leaves_is_reported() {
    let dir = tempfile::tempdir().unwrap();
    check_only_recording_failed(
        &shell(dir.path(), "$0 $RUN --tasks 2k --record >(head -c 100 > /dev/null)"),
        "Broken pipe",
    );
}

#[test]
fn recording_is_replaced_once_the_new_one_has_begun() {
    let dir = tempfile::tempdir().unwrap();
    let (file, link) = (dir.path().join("run.jsonl"), dir.path().join("link"));
    fs::write(&file, "old").unwrap();
    std::os::unix::fs::symlink("run.jsonl", &link).unwrap();
    // No file can grow, so neither the recording nor the run can start.
    shell(dir.path(), "trap '' XFSZ; ulimit -f 0; exec $0 $RUN --tasks 2k --force --record link");
    assert_eq!(fs::read(&file).unwrap(), b"old", "the old file is kept");
    let mut before = fs::File::open(&file).unwrap();
    let output = run(&["run", "--numbers", "100k", "--force", "--record", link.to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr(&output));
    let mut text = String::new();
    before.read_to_string(&mut text).unwrap();
    assert_eq!(text, "old", "an open descriptor still reads the old file");
    assert!(fs::read(&file).unwrap().starts_with(b"{\"format\":\"mpviz\""));
    assert!(link.is_symlink() && names(dir.path()).len() == 2, "{:?}", names(dir.path()));
    let output = run(&["run", "--force", "--record", dir.path().to_str().unwrap()]);
    assert!(output.status.code() == Some(2) && stderr(&output).contains("is a directory"), "{}", stderr(&output));
}
