//! Where a recording goes: to a new file, into the place of another, to a device or through a pipe, whoever reads that.

use crate::support;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Instant;

use crate::support::{NOWHERE, run};

/// A run with more to record than a pipe holds.
const MUCH: &str = "run --lanes pool --numbers 50k --cost 0";

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What a line of shell does with mpviz as `$0`, a run as `$RUN`, in a folder.
fn shell(folder: &Path, line: &str) -> Output {
    let mut shell = Command::new("bash");
    shell.args(["-c", line, env!("CARGO_BIN_EXE_mpviz")]).current_dir(folder);
    shell.env("RUN", MUCH).env("XDG_CONFIG_HOME", NOWHERE).output().expect("bash starts")
}

/// The run has gone on to its end, and the fault is said in one line.
fn only_the_recording_failed(output: &Output, why: &str) {
    assert_eq!(output.status.code(), Some(1), "{}", said(output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("· correct"), "the run itself goes on");
    assert!(said(output).contains("is not complete: ") && said(output).contains(why), "{}", said(output));
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    entries.collect()
}

#[test]
fn a_device_is_written_to_as_it_is() {
    let output = run(&["run", "--numbers", "100k", "--record", "/dev/null"]);
    assert!(output.status.success(), "{}", said(&output));
    only_the_recording_failed(&run(&["run", "--numbers", "100k", "--record", "/dev/full"]), "No space left");
    only_the_recording_failed(&run(&["run", "--numbers", "100k", "--record", "/dev/full", "--force"]), "No space left");
}

#[test]
fn a_pipe_takes_what_a_file_would_have() {
    let dir = tempfile::tempdir().unwrap();
    let output = shell(dir.path(), "$0 $RUN --tasks 2k --record >(cat > run.jsonl); code=$?; wait $!; exit $code");
    assert!(output.status.success(), "{}", said(&output));
    let replayed = run(&["replay", dir.path().join("run.jsonl").to_str().unwrap()]);
    assert!(replayed.status.success(), "{}", said(&replayed));
}

#[test]
fn a_pipe_without_a_reader_is_refused_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let output = shell(dir.path(), "mkfifo pipe && timeout 20 $0 $RUN --tasks 2k --record pipe");
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert_eq!(said(&output), "mpviz: --record pipe: nobody reads this pipe; start its reader first\n");
}

#[test]
fn a_reader_that_takes_nothing_holds_up_neither_the_run_nor_its_end() {
    let dir = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    for (name, tasks) in [("pipe", "2k"), ("pipe.zst", "50k"), ("pipe.gz", "50k")] {
        // Opened for both, it has a reader.
        let line = format!("mkfifo {name} && exec 3<>{name} && timeout 50 $0 $RUN --tasks {tasks} --record {name}");
        only_the_recording_failed(&shell(dir.path(), &line), "its reader takes nothing any more");
    }
    assert!(begun.elapsed() < support::PATIENCE);
}

#[test]
fn a_reader_that_leaves_is_said() {
    let dir = tempfile::tempdir().unwrap();
    only_the_recording_failed(
        &shell(dir.path(), "$0 $RUN --tasks 2k --record >(head -c 100 > /dev/null)"),
        "Broken pipe",
    );
}

#[test]
fn a_recording_is_replaced_whole_and_once_the_new_one_has_begun() {
    let dir = tempfile::tempdir().unwrap();
    let (file, link) = (dir.path().join("run.jsonl"), dir.path().join("link"));
    fs::write(&file, "mine").unwrap();
    std::os::unix::fs::symlink("run.jsonl", &link).unwrap();
    // No file may have a byte: neither the new recording, nor what the run itself needs.
    shell(dir.path(), "trap '' XFSZ; ulimit -f 0; exec $0 $RUN --tasks 2k --force --record link");
    assert_eq!(fs::read(&file).unwrap(), b"mine", "there is no new one");
    let mut before = fs::File::open(&file).unwrap();
    let output = run(&["run", "--numbers", "100k", "--force", "--record", link.to_str().unwrap()]);
    assert!(output.status.success(), "{}", said(&output));
    let mut text = String::new();
    before.read_to_string(&mut text).unwrap();
    assert_eq!(text, "mine", "who reads the old one goes on reading it");
    assert!(fs::read(&file).unwrap().starts_with(b"{\"format\":\"mpviz\""));
    assert!(link.is_symlink() && names(dir.path()).len() == 2, "{:?}", names(dir.path()));
    let output = run(&["run", "--force", "--record", dir.path().to_str().unwrap()]);
    assert!(output.status.code() == Some(2) && said(&output).contains("is a directory"), "{}", said(&output));
}
