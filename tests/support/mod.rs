//! Helpers for all tests: running mpviz, listing its processes, reading its recordings.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

pub mod claims;
pub mod cluster;
pub mod dask;
pub mod draw;
pub mod graph;
pub mod long_program;
pub mod measured_tasks;
pub mod observation_gaps;
pub mod program;
pub mod ring_writer;
pub mod scheduler_http;
pub mod simulation;
pub mod snapshot;
pub mod stories;
pub mod story;

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use mpviz::event::codec::decode;
use mpviz::event::{Event, StampedEvent};
use serde_json::Value;

/// Maximum time that tests wait for an expected state; long, because the machine may be busy.
pub const MAX_WAIT: Duration = Duration::from_mins(1);

/// Path of a missing directory that cannot be created. Tests use it as the directory of configuration and state files.
pub const MISSING_DIR: &str = "/proc/nowhere";

/// The environment variable that makes mpviz speak English and draw in Unicode, whatever the locale of the tests is.
pub const ENGLISH: (&str, &str) = ("LC_ALL", "C.UTF-8");

/// A command that runs mpviz with these arguments, in English and without a configuration file.
pub fn mpviz_command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mpviz"));
    command.args(args).env("XDG_CONFIG_HOME", MISSING_DIR).env("XDG_STATE_HOME", MISSING_DIR);
    command.envs([ENGLISH]);
    command
}

/// Runs mpviz with these arguments until it exits, and returns its output.
pub fn run_mpviz(args: &[&str]) -> Output {
    mpviz_command(args).output().expect("mpviz starts")
}

/// Runs `mpviz run --json` with these options, and returns the JSON result and the exit code.
pub fn run_json(args: &[&str]) -> (Value, Option<i32>) {
    let output = run_mpviz(&[&["run", "--json"], args].concat());
    let text = String::from_utf8(output.stdout).expect("JSON is UTF-8");
    let object = serde_json::from_str(&text);
    (
        object.unwrap_or_else(|error| panic!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr))),
        output.status.code(),
    )
}

/// Records a short run, and returns the temporary directory and the path of the recording in it.
pub fn record_short_run() -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("run.jsonl.zst").to_str().expect("a name").to_owned();
    let output = run_mpviz(&["run", "--record", &file, "--lanes", "pool", "--numbers", "300k", "--io", "1"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (dir, file)
}

/// Reads all events of an uncompressed recording.
pub fn read_events(recording: &Path) -> Vec<StampedEvent> {
    let text = std::fs::read(recording).expect("a recording");
    text.split(|byte| *byte == b'\n')
        .skip(1)
        .filter(|line| !line.is_empty())
        .map(|line| decode(line).expect("an event"))
        .collect()
}

/// Calls `poll` until it returns a value. Panics after [`MAX_WAIT`]; `what` describes the expected state.
pub fn wait_until<T>(what: &str, mut poll: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + MAX_WAIT;
    loop {
        if let Some(found) = poll() {
            return found;
        }
        assert!(Instant::now() < deadline, "timed out waiting until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Process ids of all workers that these events report.
pub fn worker_pids(events: &[StampedEvent]) -> Vec<u32> {
    let spawned = events.iter().filter_map(|stamped| match stamped.event {
        Event::WorkerSpawned { pid, .. } => Some(pid),
        _ => None,
    });
    spawned.collect()
}

/// Whether this process is a live worker of mpviz.
pub fn is_worker(pid: u32) -> bool {
    let alive = std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z"));
    let command = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    alive && command.split(|byte| *byte == 0).nth(1) == Some(b"worker")
}

/// Process ids of the children of a process, including zombies.
pub fn children_of(parent: u32) -> Vec<u32> {
    let threads = std::fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>()).collect()
}

/// Process ids of the live mpviz workers among the children of a process.
pub fn workers_of(parent: u32) -> Vec<u32> {
    children_of(parent).into_iter().filter(|pid| is_worker(*pid)).collect()
}

/// Process ids of the live mpviz workers among the children of a process; `None` if there are fewer than `count`. The
/// children are counted first, because checking each of them is slow.
pub fn workers_once_at_least(parent: u32, count: usize) -> Option<Vec<u32>> {
    let children = Some(children_of(parent)).filter(|children| children.len() >= count)?;
    Some(children.into_iter().filter(|pid| is_worker(*pid)).collect::<Vec<_>>())
        .filter(|workers| workers.len() >= count)
}

/// Process ids of the live mpviz workers that were started by this process, even if it has ended.
pub fn workers_started_by(parent: u32) -> Vec<u32> {
    let pids = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let argument = format!("\"parent\":{parent},");
    let has_argument = |pid: &u32| {
        let command = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        command.windows(argument.len()).any(|part| part == argument.as_bytes())
    };
    pids.filter(|pid| has_argument(pid) && is_worker(*pid)).collect()
}

/// Checks the JSON result of a lane: every task has one outcome, and `result` is null unless all tasks finished.
pub fn check_task_totals(lane: &Value) {
    let tasks = &lane["tasks"];
    let outcomes = ["finished", "failed", "lost", "abandoned"].map(|outcome| tasks[outcome].as_u64().unwrap());
    assert_eq!(outcomes.iter().sum::<u64>(), tasks["submitted"].as_u64().unwrap(), "{lane:#}");
    if outcomes[1..].iter().sum::<u64>() > 0 {
        assert_eq!(lane["result"], Value::Null);
    }
}

/// Calls a function that writes UTF-8 text, and returns the text.
pub fn written_text(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}
