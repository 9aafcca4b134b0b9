//! Tests of the recordings of traced programs.

use std::fs::DirEntry;
use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::support::{mpviz_command, wait_until};

/// A Python program that runs a pool until a file exists.
fn pool_program(until: &Path) -> String {
    format!(
        "import multiprocessing, os, time\n\
         def wait(n):\n    while not os.path.exists('{}'): time.sleep(0.01)\n    return n\n\
         if __name__ == '__main__':\n    \
             with multiprocessing.Pool(2) as pool: print(sum(pool.map(wait, range(4), chunksize=1)))\n",
        until.display()
    )
}

fn start_trace(runtime_dir: &Path, args: &[&str], program: &[&str]) -> Child {
    let mut trace = mpviz_command(&[&["trace", "--quiet"], args, &["--"], program].concat());
    trace.env("XDG_RUNTIME_DIR", runtime_dir).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn live_recordings(runtime_dir: &Path) -> Vec<DirEntry> {
    std::fs::read_dir(runtime_dir.join("mpviz")).into_iter().flatten().flatten().collect()
}

#[test]
fn running_program_is_followed_and_leaves_no_recording() {
    let dir = tempfile::tempdir().unwrap();
    let end = dir.path().join("end");
    let trace = start_trace(dir.path(), &[], &["python3", "-c", &pool_program(&end)]);
    let is_written = |entry: &DirEntry| entry.metadata().is_ok_and(|metadata| metadata.len() > 0);
    wait_until("its recording has begun", || live_recordings(dir.path()).first().is_some_and(is_written).then_some(()));
    let mut follower = mpviz_command(&["replay", "--follow", "--json"]);
    let follower = follower.env("XDG_RUNTIME_DIR", dir.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let follower = follower.spawn().unwrap();
    let recording = live_recordings(dir.path())[0].path();
    wait_until("the recording is followed", || {
        let files = std::fs::read_dir(format!("/proc/{}/fd", follower.id())).unwrap().flatten();
        files.filter_map(|file| std::fs::read_link(file.path()).ok()).any(|file| file == recording).then_some(())
    });
    std::fs::write(&end, "").unwrap();
    let output = trace.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stdout).as_ref()), (Some(0), "6\n"));
    let followed = follower.wait_with_output().unwrap();
    assert!(followed.status.success(), "{}", String::from_utf8_lossy(&followed.stderr));
    let result: Value = serde_json::from_slice(&followed.stdout).unwrap();
    assert_eq!(result["lanes"][0]["tasks"]["finished"], 4, "{result:#}");
    assert_eq!(live_recordings(dir.path()).len(), 0);
}

#[test]
fn recording_to_standard_output_sends_that_of_the_program_to_standard_error() {
    let dir = tempfile::tempdir().unwrap();
    let trace =
        start_trace(dir.path(), &["--record", "-"], &["bash", "-c", "echo to stdout; echo to stderr >&2; exit 3"]);
    let output = trace.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "to stdout\nto stderr\n");
    let lines: Vec<Value> = output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).expect("JSON"))
        .collect();
    assert!(lines[0]["writer"]["pid"].is_u64() && lines.iter().any(|line| line["event"]["RunEnded"].is_object()));
}

#[test]
fn directory_that_cannot_be_used_does_not_disturb_the_program() {
    let output = start_trace(Path::new("/proc"), &[], &["bash", "-c", "echo fine"]).wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "fine\n");
}
