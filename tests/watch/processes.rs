//! Processes that a Python program starts outside of pools and of `multiprocessing`.

use std::collections::BTreeMap;
use std::fs::read_to_string;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{mpviz_command, wait_until};

/// Runs three forks and an interpreter beside a pool, whose start method needs helpers, and a manager, until a file
/// exists.
const PROGRAM: &str = "import multiprocessing, os, subprocess, sys, time
def wait(n=0):
    while not os.path.exists(sys.argv[1]): time.sleep(0.01)
    return n
if __name__ == '__main__':
    forks = []
    for _ in range(3):
        forks.append(os.fork())
        if forks[-1] == 0:
            wait()
            os._exit(0)
    code = 'import os, sys, time\\nwhile not os.path.exists(sys.argv[1]): time.sleep(0.01)'
    interpreter = subprocess.Popen([sys.executable, '-c', code, sys.argv[1]])
    with multiprocessing.Manager(), multiprocessing.get_context(sys.argv[2]).Pool(2) as pool:
        pool.map(wait, range(2))
    interpreter.wait()
    for fork in forks: os.waitpid(fork, 0)
";

/// Number of workers that started so far in the lane of the processes outside of pools.
fn processes_in_lane(recording: &str) -> usize {
    let events: Vec<Value> = recording.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let kinds: Vec<_> = events.iter().filter_map(|line| line["event"]["LaneOpened"]["pool"]["kind"].as_str()).collect();
    let Some(lane) = kinds.iter().position(|kind| *kind == "process_tree") else { return 0 };
    events.iter().filter(|line| line["lane"] == lane && line["event"]["WorkerSpawned"].is_object()).count()
}

/// CPU time of each worker at its latest sample, in ns.
fn sampled_cpu_times(recording: &str) -> BTreeMap<u64, u64> {
    let events = recording.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let samples = events.map(|mut line| line["event"]["WorkerSampled"].take()).filter(Value::is_object);
    samples
        .map(|sampled| (sampled["worker"].as_u64().unwrap(), sampled["sample"]["cpu_ns"].as_u64().unwrap()))
        .collect()
}

/// A line of a Makefile with shell syntax is run by a shell, which waits for its commands, some of which have ended.
#[test]
fn what_a_shell_runs_counts_as_its_own() {
    const ENOUGH_NS: u64 = 1_000_000_000;
    let dir = tempfile::tempdir().unwrap();
    let path = |name| dir.path().join(name).to_str().unwrap().to_owned();
    let (end, recording, report) = (path("end"), path("run.jsonl"), path("run.json"));
    let compute = "i=0; while [ $i -lt 40000 ]; do i=$((i + 1)); done";
    let script = format!("while [ ! -e {end} ]; do sh -c '{compute}'; done; true");
    let program = format!("sh -c \"{}\" & sh -c \"{}\" & wait", script.replace('$', "\\$"), script.replace('$', "\\$"));
    let options = ["trace", "--quiet", "--record", &recording, "--report", &report, "--", "sh", "-c", &program];
    let trace = mpviz_command(&options).env("XDG_RUNTIME_DIR", dir.path()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until("both have computed", || {
        let times = sampled_cpu_times(&read_to_string(&recording).unwrap_or_default());
        (times.len() == 2 && times.values().all(|cpu| *cpu >= ENOUGH_NS)).then_some(())
    });
    std::fs::write(&end, "").unwrap();
    let output = trace.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let result: Value = serde_json::from_str(&read_to_string(&report).unwrap()).unwrap();
    let [lane] = &result["lanes"].as_array().unwrap()[..] else { panic!("{result:#}") };
    let seconds = |name: &str| lane["worker_time"][name].as_f64().unwrap_or_else(|| panic!("{name}: {lane:#}"));
    assert!(seconds("cpu_s") >= 2.0 * ENOUGH_NS as f64 / 1e9, "{lane:#}");
}

#[test]
fn forks_and_interpreters_of_one_parent_share_a_lane_without_workers_and_helpers() {
    // A wrapper script of the interpreter would have children of its own.
    let executable =
        Command::new("python3").args(["-c", "import sys; print(sys.executable, end='')"]).output().unwrap();
    let python = String::from_utf8(executable.stdout).unwrap();
    for start_method in ["spawn", "forkserver"] {
        let dir = tempfile::tempdir().unwrap();
        let path = |name| dir.path().join(name).to_str().unwrap().to_owned();
        let (program, end, recording, report) = (path("program.py"), path("end"), path("run.jsonl"), path("run.json"));
        std::fs::write(&program, PROGRAM).unwrap();
        let options = ["trace", "--quiet", "--record", &recording, "--report", &report, "--"];
        let trace = mpviz_command(&[&options[..], &[&python, &program, &end, start_method]].concat())
            .env("XDG_RUNTIME_DIR", dir.path())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        wait_until("the processes share a lane", || {
            (processes_in_lane(&read_to_string(&recording).unwrap_or_default()) == 4).then_some(())
        });
        std::fs::write(&end, "").unwrap();
        let output = trace.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let result: Value = serde_json::from_str(&read_to_string(&report).unwrap()).unwrap();
        let lanes = result["lanes"].as_array().unwrap();
        let of_kind = |kind: &str| lanes.iter().filter(|lane| lane["kind"] == kind).collect::<Vec<_>>();
        let [lane] = of_kind("process_tree")[..] else { panic!("{result:#}") };
        assert_eq!((&lane["tasks"]["finished"], &lane["tasks"]["submitted"]), (&4.into(), &4.into()), "{lane:#}");
        let calls: Vec<_> = lane["calls"].as_array().unwrap().iter().map(|call| &call["function"]).collect();
        assert_eq!(calls, ["os.fork", "python"]);
        assert_eq!((of_kind("pool").len(), of_kind("manager").len(), lanes.len()), (1, 1, 3), "{result:#}");
    }
}
