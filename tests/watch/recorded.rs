//! Tests of the recordings of traced programs.

use std::fs::{DirEntry, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Stdio};

use nix::sys::stat::Mode;
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

#[test]
fn program_starts_once_its_recording_has_a_reader() {
    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("pipe");
    nix::unistd::mkfifo(&pipe, Mode::S_IRWXU).unwrap();
    let pipe = pipe.to_str().unwrap();
    let mut trace = start_trace(dir.path(), &["--record", pipe], &["bash", "-c", "echo started; exit 3"]);
    let mut message = String::new();
    BufReader::new(trace.stderr.as_mut().unwrap()).read_line(&mut message).unwrap();
    assert_eq!(message, format!("mpviz: waiting for a process that reads {pipe}\n"));
    let mut recording = String::new();
    File::open(pipe).unwrap().read_to_string(&mut recording).unwrap();
    assert!(recording.contains("RunEnded"), "{recording}");
    let output = trace.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(3), &b"started\n"[..]));
}

#[test]
fn late_recording_is_waited_for_with_a_message_without_a_screen() {
    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("pipe");
    nix::unistd::mkfifo(&pipe, Mode::S_IRWXU).unwrap();
    for input in [pipe.to_str().unwrap(), "-"] {
        let mut follower = mpviz_command(&["replay", "--follow", "--json", input]);
        let mut follower =
            follower.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut message = String::new();
        BufReader::new(follower.stderr.as_mut().unwrap()).read_line(&mut message).unwrap();
        let name = if input == "-" { "standard input" } else { input };
        assert_eq!(message, format!("mpviz: waiting for {name}\n"));
        let story = include_bytes!("../stories/pool.jsonl");
        match input {
            "-" => follower.stdin.take().unwrap().write_all(story).unwrap(),
            pipe => File::options().write(true).open(pipe).unwrap().write_all(story).unwrap(),
        }
        let output = follower.wait_with_output().unwrap();
        let result: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(result["lanes"][0]["tasks"]["finished"], 4, "{result:#}");
    }
}

#[test]
fn program_that_cannot_be_started_leaves_no_recording_and_replaces_none() {
    let dir = tempfile::tempdir().unwrap();
    let (new, old) = (dir.path().join("new.jsonl"), dir.path().join("old.jsonl"));
    std::fs::write(&old, "old").unwrap();
    for file in [&new, &old] {
        let args = ["--force", "--record", file.to_str().unwrap()];
        let output = start_trace(dir.path(), &args, &["no-such-program"]).wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(127));
    }
    assert_eq!(std::fs::read(&old).unwrap(), b"old");
    let files: Vec<_> =
        std::fs::read_dir(dir.path()).unwrap().flatten().filter(|entry| entry.path().is_file()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
}

#[test]
fn recording_of_a_killed_trace_is_not_followed() {
    let dir = tempfile::tempdir().unwrap();
    let program = ["python3", "-c", "input()"];
    let start = || {
        let mut trace = mpviz_command(&[&["trace", "--quiet", "--"][..], &program].concat());
        trace.env("XDG_RUNTIME_DIR", dir.path()).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
    };
    let recording_of = |trace: &Child| {
        let name = format!("mpviz/{}.jsonl.zst", trace.id());
        let path = dir.path().join(name);
        wait_until("the recording has begun", || {
            path.metadata().is_ok_and(|file| file.len() > 0).then_some(path.clone())
        })
    };
    let mut running = start();
    let followed = recording_of(&running);
    let mut killed = start();
    let abandoned = recording_of(&killed);
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(abandoned.exists());
    let mut follower = mpviz_command(&["replay", "--follow", "--json"]);
    let follower = follower.env("XDG_RUNTIME_DIR", dir.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut follower = follower.spawn().unwrap();
    wait_until("the recording is followed", || {
        let files = std::fs::read_dir(format!("/proc/{}/fd", follower.id())).unwrap().flatten();
        files.filter_map(|file| std::fs::read_link(file.path()).ok()).any(|file| file == followed).then_some(())
    });
    drop(running.stdin.take());
    running.wait().unwrap();
    assert!(follower.wait().unwrap().success());
    let output = mpviz_command(&["replay", "--follow"]).env("XDG_RUNTIME_DIR", dir.path()).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("no program is being traced"), "{output:?}");
}
