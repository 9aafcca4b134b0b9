//! Killed workers and a killed mpviz: every task is accounted for and no process is left.

use crate::python::wait_for_busy_worker;
use crate::support;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::support::{
    MAX_WAIT, check_task_totals, is_worker, mpviz_command, read_events, wait_until, workers_of, workers_once_at_least,
};
use mpviz::event::{Event, Exit, StampedEvent};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;

fn send_signal(pid: u32, signal: Signal) {
    let _ = kill(Pid::from_raw(pid as i32), signal);
}

/// Starts `mpviz run --json` with these arguments, recording to a file in `dir`.
fn start_run(dir: &TempDir, args: &[&str]) -> Child {
    let file = dir.path().join("run.jsonl");
    let all = [&["run", "--json", "--record", file.to_str().unwrap()], args].concat();
    mpviz_command(&all).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("mpviz starts")
}

fn finish_run(child: Child, dir: &TempDir) -> (Value, Option<i32>, Vec<StampedEvent>) {
    let output = child.wait_with_output().unwrap();
    let result = serde_json::from_slice(&output.stdout).expect("a JSON object");
    (result, output.status.code(), read_events(&dir.path().join("run.jsonl")))
}

#[test]
fn killed_pool_worker_loses_its_task_and_is_replaced() {
    let dir = TempDir::new().unwrap();
    // Waits so long that the kill is in time also on a busy machine.
    let io = ["--task-memory", "16MB", "--io", "1", "--io-latency", "3s"];
    let child = start_run(&dir, &[&["--lanes", "pool", "--tasks", "4", "--workers", "2"][..], &io].concat());
    send_signal(wait_for_busy_worker(&dir), Signal::SIGKILL);
    let (result, code, events) = finish_run(child, &dir);
    let lane = &result["lanes"][0];
    assert_eq!(code, Some(3));
    assert_eq!(lane["status"], "failed");
    assert_eq!((&lane["tasks"]["lost"], &lane["tasks"]["finished"]), (&1.into(), &3.into()));
    assert_eq!((&lane["workers_died"], &lane["workers_replaced"]), (&1.into(), &1.into()));
    check_task_totals(lane);
    let died = events
        .iter()
        .any(|stamped| matches!(stamped.event, Event::WorkerExited { exit: Exit::Signal(9), usage: Some(_), .. }));
    assert!(died, "the exit event includes its usage");
    assert!(result["verdict"]["sentence"].as_str().unwrap().contains("1 task lost"));
}

#[test]
fn worker_killed_by_a_realtime_signal_is_reaped() {
    let dir = TempDir::new().unwrap();
    let child =
        start_run(&dir, &[&["--lanes", "process", "--tasks", "3", "--numbers", "300"], LONG_IO_OPTIONS].concat());
    let recorded = || std::fs::read_to_string(dir.path().join("run.jsonl")).unwrap_or_default();
    wait_until("all wait for I/O", || (recorded().matches("IoStarted").count() == 3).then_some(()));
    let signals = [34, 40, 64];
    for (pid, signal) in workers_of(child.id()).iter().zip(signals) {
        let kill = std::process::Command::new("bash").args(["-c", &format!("kill -{signal} {pid}")]).status();
        assert!(kill.unwrap().success());
    }
    wait_until("the run ends", || recorded().contains("RunEnded").then_some(()));
    let (result, code, events) = finish_run(child, &dir);
    assert_eq!((code, &result["lanes"][0]["tasks"]["lost"]), (Some(3), &3.into()));
    let exits = |signal| {
        let by = |stamped: &StampedEvent| matches!(stamped.event, Event::WorkerExited { exit: Exit::Signal(s), .. } if s == signal);
        events.iter().filter(|stamped| by(stamped)).count()
    };
    assert_eq!(signals.map(exits), [1, 1, 1]);
}

#[test]
fn every_worker_leads_its_own_process_group() {
    let dir = TempDir::new().unwrap();
    let mut child = start_run(&dir, &[&["--lanes", "pool", "--workers", "2"], LONG_IO_OPTIONS].concat());
    let assert_group_leaders = |workers: &[u32]| {
        for pid in workers {
            let pid = Pid::from_raw(*pid as i32);
            assert_eq!(nix::unistd::getpgid(Some(pid)), Ok(pid));
        }
    };
    let workers_after_waits = |times: usize| {
        let text = std::fs::read_to_string(dir.path().join("run.jsonl")).unwrap_or_default();
        (text.matches("IoStarted").count() == times).then(|| workers_of(child.id()))
    };
    let before = wait_until("both wait for I/O", || workers_after_waits(2));
    assert_group_leaders(&before);
    // If workers shared a process group, the first worker would be its leader.
    send_signal(before[0], Signal::SIGKILL);
    let after = wait_until("the worker is replaced", || workers_after_waits(3));
    assert_eq!((after.len(), after.contains(&before[0])), (2, false));
    assert_group_leaders(&after);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn tasks_are_accounted_for_whenever_a_worker_is_killed() {
    // Kills after different fixed delays, from before a worker is ready until after its last task.
    for (n, mode) in ["serial", "threads", "pool", "process"].iter().cycle().take(48).enumerate() {
        let dir = TempDir::new().unwrap();
        let child = start_run(&dir, &["--lanes", mode, "--tasks", "12", "--numbers", "1200k", "--chunksize", "2"]);
        let victims = wait_until("there are workers or the run has ended", || {
            let workers = workers_of(child.id());
            let has_ended =
                std::fs::read_to_string(dir.path().join("run.jsonl")).is_ok_and(|text| text.contains("RunEnded"));
            (has_ended || !workers.is_empty()).then_some(workers)
        });
        std::thread::sleep(std::time::Duration::from_micros(n as u64 * 1700));
        if let Some(victim) = victims.get(n % victims.len().max(1)).filter(|pid| is_worker(**pid)) {
            send_signal(*victim, Signal::SIGKILL);
        }
        let (result, code, _) = finish_run(child, &dir);
        let lane = &result["lanes"][0];
        check_task_totals(lane);
        let complete = lane["tasks"]["finished"] == lane["tasks"]["submitted"];
        assert_eq!(code, Some(if complete { 0 } else { 3 }), "{mode}: {lane:#}");
    }
}

/// Kills random workers at random times until 50 have been killed.
fn check_fifty_kills(mode: &str, args: &[&str]) {
    let (mut rng, mut killed, mut last_kill) = (fastrand::Rng::with_seed(7), 0, Instant::now());
    while killed < 50 {
        assert!(last_kill.elapsed() < MAX_WAIT, "{mode}: only {killed} were killed");
        let dir = TempDir::new().unwrap();
        let child = start_run(&dir, &[&["--lanes", mode, "--cost", "0", "--io", "1"], args].concat());
        let mut died = 0;
        wait_until("the run has ended", || {
            let workers = workers_of(child.id());
            if let Some(victim) = rng.choice(&workers).filter(|_| killed + died < 50) {
                send_signal(*victim, Signal::SIGKILL);
                died += 1;
                last_kill = Instant::now();
            }
            std::thread::sleep(Duration::from_micros(rng.u64(..20_000)));
            let text = std::fs::read_to_string(dir.path().join("run.jsonl")).unwrap_or_default();
            text.contains("RunEnded").then_some(())
        });
        let (result, code, events) = finish_run(child, &dir);
        let lane = &result["lanes"][0];
        check_task_totals(lane);
        let complete = lane["tasks"]["finished"] == lane["tasks"]["submitted"];
        assert_eq!(code, Some(if complete { 0 } else { 3 }), "{mode}: {lane:#}");
        let was_killed =
            |stamped: &&StampedEvent| matches!(stamped.event, Event::WorkerExited { exit: Exit::Signal(9), .. });
        let deaths = events.iter().filter(was_killed).count();
        // A kill may arrive after the exit of its worker. A process with threads counts once per thread.
        assert!(deaths <= died * 4, "{mode}: {deaths} deaths of {died} kills");
        killed += died;
    }
}

#[test]
fn fifty_kills_in_serial_mode() {
    check_fifty_kills("serial", &["--tasks", "6", "--numbers", "6k", "--io-latency", "5ms"]);
}

#[test]
fn fifty_kills_in_threads_mode() {
    check_fifty_kills("threads", &["--tasks", "24", "--numbers", "24k", "--io-latency", "5ms"]);
}

#[test]
fn fifty_kills_in_pool_mode() {
    check_fifty_kills("pool", &["--tasks", "400", "--numbers", "400k", "--workers", "8", "--io-latency", "20ms"]);
}

#[test]
fn fifty_kills_in_process_mode() {
    check_fifty_kills("process", &["--tasks", "80", "--numbers", "80k", "--io-latency", "1s"]);
}

#[test]
fn workers_with_large_payloads_raise_their_oom_score() {
    let dir = TempDir::new().unwrap();
    let mut child = start_run(&dir, &["--lanes", "pool", "--numbers", "400M"]);
    let score = |pid: u32| std::fs::read_to_string(format!("/proc/{pid}/oom_score_adj")).unwrap_or_default();
    let has_raised_score = |pid: &u32| score(*pid).trim() == "500";
    wait_until("all workers have raised their score", || {
        (workers_of(child.id()).iter().filter(|pid| has_raised_score(pid)).count() == 4).then_some(())
    });
    assert_eq!(score(child.id()), score(std::process::id()));
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Options for workers that compute, or wait for I/O, longer than the test runs.
const LONG_COMPUTING_OPTIONS: &[&str] = &["--cost", "1ms"];
const LONG_IO_OPTIONS: &[&str] = &["--cost", "0", "--io", "1", "--io-latency", "5min"];

/// Starts this many worker processes.
fn start_workers(dir: &TempDir, count: usize, options: &[&str]) -> (Child, Vec<u32>) {
    let tasks = count.to_string();
    let child = start_run(dir, &[&["--lanes", "process", "--tasks", &tasks, "--numbers", "500k"], options].concat());
    let workers = wait_until("all workers have started", || workers_once_at_least(child.id(), count));
    (child, workers)
}

fn stop_processes(pids: &[u32]) {
    for pid in pids {
        send_signal(*pid, Signal::SIGSTOP);
    }
}

#[test]
fn killing_mpviz_kills_its_workers() {
    // Hundreds of computing workers would leave no core to the tests beside this one.
    for (count, options, stopped) in [(20, LONG_COMPUTING_OPTIONS, false), (500, LONG_IO_OPTIONS, true)] {
        let dir = TempDir::new().unwrap();
        let (mut child, workers) = start_workers(&dir, count, options);
        if stopped {
            stop_processes(&workers);
        }
        child.kill().unwrap();
        child.wait().unwrap();
        wait_until("no worker is left", || (!workers.iter().any(|pid| is_worker(*pid))).then_some(()));
    }
}

#[test]
fn sigterm_ends_stopped_workers_too() {
    let dir = TempDir::new().unwrap();
    let (child, workers) = start_workers(&dir, 500, LONG_IO_OPTIONS);
    stop_processes(&workers);
    send_signal(child.id(), Signal::SIGTERM);
    let (result, _, _) = finish_run(child, &dir);
    assert_eq!(result["lanes"][0]["status"], "cancelled");
    assert!(!workers.iter().any(|pid| is_worker(*pid)));
}

#[test]
fn sigint_prints_the_result_so_far_and_ends_mpviz_by_the_signal() {
    use std::os::unix::process::ExitStatusExt;
    let dir = TempDir::new().unwrap();
    // A shell starts background jobs with SIGINT ignored, and mpviz respects that.
    let file = dir.path().join("run.jsonl");
    let mut mpviz = std::process::Command::new("env");
    mpviz.args(["--default-signal=INT", env!("CARGO_BIN_EXE_mpviz"), "run", "--json", "--numbers", "400M", "--force"]);
    mpviz.args(["--cores", "shared", "--record"]).arg(file).env("XDG_CONFIG_HOME", support::MISSING_DIR);
    let child = mpviz.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("mpviz starts");
    wait_until("workers have started", || (workers_of(child.id()).len() == 20).then_some(()));
    send_signal(child.id(), Signal::SIGINT);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.signal(), Some(2), "{output:?}");
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    for lane in result["lanes"].as_array().unwrap() {
        assert_eq!(lane["status"], "cancelled");
        check_task_totals(lane);
    }
    let events = read_events(&dir.path().join("run.jsonl"));
    let [.., end, mark] = &events[..] else { panic!("{} events", events.len()) };
    assert!(matches!((&end.event, &mark.event), (Event::RunEnded {}, Event::Drained { .. })));
    assert!(!support::worker_pids(&events).into_iter().any(is_worker));
}

/// Runs shell commands, then mpviz in place of the shell, and returns its only lane. In the commands, `wait_for_io`
/// returns once tasks wait for I/O.
fn lane_after_commands(commands: &str) -> Value {
    let dir = TempDir::new().unwrap();
    let wait_for_io = "wait_for_io() { until grep -qs IoStarted \"$RECORDING\"; do sleep 0.02; done; }";
    let script = format!("{wait_for_io}\n{commands}\nexec \"$0\" \"$@\"");
    let args = ["--lanes", "pool", "--tasks", "4", "--numbers", "4k", "--io", "1", "--io-latency", "3s", "--record"];
    let mut shell = std::process::Command::new("bash");
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_mpviz"), "run", "--json"]).args(args);
    let recording = dir.path().join("run.jsonl");
    shell.arg(&recording).env("RECORDING", &recording).envs([support::ENGLISH]);
    let output = shell.output().expect("bash starts");
    assert!(output.status.success(), "{output:?}");
    let mut result: Value = serde_json::from_slice(&output.stdout).unwrap();
    result["lanes"][0].take()
}

#[test]
fn inherited_children_do_not_affect_a_run() {
    let lane = lane_after_commands("wait_for_io & wait_for_io & true &");
    assert_eq!(lane["workers_started"], 4);
}

#[test]
fn ignored_signals_stay_ignored_except_sigchld() {
    lane_after_commands("trap '' CHLD");
    // A signal that the parent ignores, as with `nohup`, does not end mpviz.
    lane_after_commands("trap '' HUP; (wait_for_io; kill -HUP $$) &");
}
