//! Lanes that CPython executes: results, deaths, and that no process is left.

use std::process::{Child, Stdio};

use mpviz::event::{Event, Exit, StampedEvent};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{check_task_totals, mpviz_command, read_events, run_json, run_mpviz, wait_until};

/// Starts `mpviz run --json` with lanes of Python, recording to a file in `dir`.
fn start_run(dir: &TempDir, args: &[&str]) -> Child {
    let file = dir.path().join("run.jsonl");
    let all = [&["run", "--json", "--engine", "python", "--record", file.to_str().unwrap()], args].concat();
    mpviz_command(&all).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("mpviz starts")
}

/// The result, the exit code and the recorded events of a run that ends.
fn finish_run(child: Child, dir: &TempDir) -> (Value, Option<i32>, Vec<StampedEvent>) {
    let output = child.wait_with_output().unwrap();
    let result = serde_json::from_slice(&output.stdout).expect("a JSON object");
    (result, output.status.code(), read_events(&dir.path().join("run.jsonl")))
}

fn recorded_text(dir: &TempDir) -> String {
    std::fs::read_to_string(dir.path().join("run.jsonl")).unwrap_or_default()
}

/// The number after this text on the last complete recorded line that has both texts.
fn recorded_number(dir: &TempDir, line: &str, before: &str) -> Option<u32> {
    let text = recorded_text(dir);
    let line = text.rsplit_once('\n')?.0.lines().rfind(|recorded| recorded.contains(line))?;
    let digits = line.split_once(before)?.1;
    digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Pid of the worker whose I/O has begun last.
pub(crate) fn wait_for_busy_worker(dir: &TempDir) -> u32 {
    wait_until("a worker waits for I/O", || {
        let worker = recorded_number(dir, "IoStarted", "\"worker\":")?;
        recorded_number(dir, &format!("WorkerSpawned\":{{\"worker\":{worker},"), "\"pid\":")
    })
}

/// The process group of an interpreter, by a worker of it.
fn group_of(worker: u32) -> Pid {
    nix::unistd::getpgid(Some(Pid::from_raw(worker as i32))).unwrap()
}

/// Live processes of a group: interpreter, workers, and the servers and trackers of `multiprocessing`.
fn live_processes_of(group: Pid) -> Vec<u32> {
    processes_of(group).into_iter().map(|(pid, _)| pid).collect()
}

/// The same with their states, as in `/proc`.
fn processes_of(group: Pid) -> Vec<(u32, String)> {
    let pids = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let of_group = |pid: u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // State, parent and group follow the name.
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        let is_live = fields.len() > 2 && fields[0] != "Z" && fields[2] == group.to_string();
        is_live.then(|| (pid, fields[0].to_owned()))
    };
    pids.filter_map(of_group).collect()
}

fn send_signal(pid: u32, signal: Signal) {
    let _ = kill(Pid::from_raw(pid as i32), signal);
}

/// Each task waits this long for I/O after half of its numbers.
const LONG_IO: [&str; 6] = ["--numbers", "12k", "--io", "1", "--io-latency", "1h"];

#[test]
fn every_mode_adds_the_same_numbers_as_native_lanes() {
    let lanes = "serial,threads,pool,process,native/pool";
    let args = ["--engine", "python", "--lanes", lanes, "--workers", "3", "--tasks", "13", "--numbers", "130k"];
    let more = ["--chunksize", "2", "--io", "1", "--io-latency", "1ms", "--skew", "1"];
    let (result, code) = run_json(&[&args[..], &more].concat());
    assert_eq!(code, Some(0), "{result:#}");
    for (lane, workers) in result["lanes"].as_array().unwrap().iter().zip([1, 3, 3, 13, 3]) {
        check_task_totals(lane);
        assert_eq!((&lane["correct"], &lane["workers_started"]), (&true.into(), &workers.into()), "{lane:#}");
        assert_eq!(lane["tasks"]["finished"], 13);
        assert!(lane["io_blocked_s"].as_f64().unwrap() >= 0.013, "{lane:#}");
    }
    let engines: Vec<_> = result["lanes"].as_array().unwrap().iter().map(|lane| lane["engine"].as_str()).collect();
    assert!(engines[..4].iter().all(|engine| engine.unwrap().starts_with("cpython 3.")), "{engines:?}");
    assert_eq!(engines[4], Some("native"));
}

#[test]
fn pool_replaces_its_workers_and_does_every_kind_of_io() {
    for kind in ["net", "disk"] {
        let args = ["--lanes", "python/pool", "--workers", "2", "--tasks", "6", "--numbers", "6k", "--io", "1"];
        let more = ["--io-latency", "1ms", "--io-kind", kind, "--io-dir", env!("CARGO_MANIFEST_DIR")];
        let (result, code) = run_json(&[&args[..], &more, &["--max-tasks-per-worker", "1"]].concat());
        let lane = &result["lanes"][0];
        assert_eq!((code, &lane["correct"]), (Some(0), &true.into()), "{result:#}");
        assert!(lane["workers_started"].as_u64().unwrap() >= 6, "{lane:#}");
    }
}

#[test]
fn workers_that_are_not_forked_add_the_same_numbers() {
    for method in ["spawn", "forkserver"] {
        let args = ["--engine", "python", "--lanes", "pool,process", "--workers", "3", "--tasks", "13"];
        let more = ["--numbers", "130k", "--chunksize", "2", "--cost", "2us", "--start-method", method];
        let (result, code) = run_json(&[args, more].concat());
        assert_eq!((code, &result["workload"]["start_method"]), (Some(0), &method.into()), "{result:#}");
        for (lane, workers) in result["lanes"].as_array().unwrap().iter().zip([3, 13]) {
            check_task_totals(lane);
            assert_eq!((&lane["correct"], &lane["workers_started"]), (&true.into(), &workers.into()), "{lane:#}");
            // As if it were forked, a worker knows how often it adds each number. Adding it once takes less than 100 ns,
            // and the time for it is measured too long if other programs slow the core down meanwhile.
            let cpu_per_number = lane["ns_per_number"].as_f64().unwrap();
            assert!(cpu_per_number > 500.0, "{lane:#}");
        }
    }
}

#[test]
fn killed_pool_worker_loses_its_task_and_is_replaced() {
    for method in ["fork", "spawn", "forkserver"] {
        let dir = TempDir::new().unwrap();
        let args = ["--lanes", "pool", "--tasks", "4", "--workers", "2", "--io", "1", "--io-latency", "3s"];
        let child = start_run(&dir, &[&args[..], &["--numbers", "4k", "--start-method", method]].concat());
        send_signal(wait_for_busy_worker(&dir), Signal::SIGKILL);
        let (result, code, events) = finish_run(child, &dir);
        let lane = &result["lanes"][0];
        check_task_totals(lane);
        assert_eq!((code, &lane["tasks"]["lost"], &lane["tasks"]["finished"]), (Some(3), &1.into(), &3.into()));
        assert_eq!((&lane["workers_died"], &lane["workers_replaced"]), (&1.into(), &1.into()), "{method}");
        let is_kill = |event: &StampedEvent| matches!(event.event, Event::WorkerExited { exit: Exit::Signal(9), .. });
        assert_eq!(events.iter().filter(|event| is_kill(event)).count(), 1);
    }
}

#[test]
fn pool_whose_queue_stays_locked_is_given_up() {
    let dir = TempDir::new().unwrap();
    let args = ["--lanes", "pool", "--tasks", "1", "--workers", "2", "--io", "1", "--io-latency", "3s"];
    let child = start_run(&dir, &[&args[..], &["--numbers", "4k"]].concat());
    let busy = wait_for_busy_worker(&dir);
    let idle = wait_until("the other worker is ready", || {
        let text = recorded_text(&dir);
        (text.matches("WorkerReady").count() == 2).then_some(())?;
        (0..2)
            .filter_map(|worker| recorded_number(&dir, &format!("Spawned\":{{\"worker\":{worker},"), "\"pid\":"))
            .find(|pid| *pid != busy)
    });
    // It holds the lock while it polls the pipe of the queue.
    let poll = format!("{} ", nix::libc::SYS_poll);
    wait_until("the idle worker waits for a task", || {
        let call = std::fs::read_to_string(format!("/proc/{idle}/syscall")).ok()?;
        call.starts_with(&poll).then_some(())
    });
    send_signal(idle, Signal::SIGKILL);
    let (result, code, _) = finish_run(child, &dir);
    check_task_totals(&result["lanes"][0]);
    assert_eq!((code, &result["lanes"][0]["tasks"]["finished"]), (Some(0), &1.into()), "{result:#}");
    assert!(result["lanes"][0]["workers_died"].as_u64().unwrap() >= 1);
}

#[test]
fn killed_process_and_killed_interpreter_are_accounted_for() {
    for (lanes, of_interpreter, method) in [
        ("process", false, "fork"),
        ("process", false, "spawn"),
        ("process", false, "forkserver"),
        ("pool", true, "fork"),
        ("pool", true, "spawn"),
        ("pool", true, "forkserver"),
        ("process", true, "fork"),
        ("threads", true, "fork"),
    ] {
        let dir = TempDir::new().unwrap();
        let args = ["--lanes", lanes, "--tasks", "4", "--workers", "2", "--io", "1", "--numbers", "4k"];
        // Long enough for all of them to have started.
        let latency = if of_interpreter { "1h" } else { "3s" };
        let child = start_run(&dir, &[&args[..], &["--io-latency", latency, "--start-method", method]].concat());
        let worker = wait_for_busy_worker(&dir);
        let group = group_of(worker);
        send_signal(if of_interpreter { group.as_raw() as u32 } else { worker }, Signal::SIGKILL);
        let (result, code, _) = finish_run(child, &dir);
        let lane = &result["lanes"][0];
        check_task_totals(lane);
        assert_eq!((code, &lane["status"]), (Some(3), &"failed".into()), "{lanes} {method}: {lane:#}");
        let finished = if of_interpreter { 0 } else { 3 };
        assert_eq!(lane["tasks"]["finished"], finished, "{lanes} {method}: {lane:#}");
        assert_eq!(live_processes_of(group), Vec::<u32>::new(), "{lanes} {method}");
    }
}

#[test]
fn no_process_is_left_when_mpviz_is_killed() {
    for (lanes, method, suspended) in [
        ("pool", "fork", false),
        ("pool", "fork", true),
        ("process", "fork", true),
        ("threads", "fork", false),
        ("pool", "spawn", false),
        ("process", "spawn", true),
        ("pool", "forkserver", true),
        ("process", "forkserver", false),
    ] {
        let dir = TempDir::new().unwrap();
        let args = ["--lanes", lanes, "--start-method", method, "--workers", "2", "--tasks", "3"];
        let mut child = start_run(&dir, &[&args[..], &LONG_IO].concat());
        let group = group_of(wait_for_busy_worker(&dir));
        if suspended {
            killpg(group, Signal::SIGSTOP).unwrap();
            // The kernel continues stopped processes that lose their session's last link to mpviz, but not those that
            // are about to stop.
            let are_stopped = || processes_of(group).iter().all(|(_, state)| state == "T").then_some(());
            wait_until("all are stopped", are_stopped);
        }
        assert!(live_processes_of(group).len() > usize::from(lanes != "threads"));
        child.kill().unwrap();
        wait_until("no process is left", || live_processes_of(group).is_empty().then_some(()));
        child.wait().unwrap();
    }
}

#[test]
fn unusable_interpreter_is_refused_before_anything_starts() {
    for (python, why) in
        [("/nowhere/python", "No such file"), ("true", "it printed nothing"), ("false", "exit status: 1")]
    {
        let output = run_mpviz(&["run", "--lanes", "pool,python/pool", "--python", python]);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains(&format!("--python {python}: ")) && message.contains(why), "{message}");
        assert!(output.stdout.is_empty());
    }
}
