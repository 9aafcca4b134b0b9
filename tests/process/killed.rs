//! Workers that die, and an mpviz that dies: every task accounted for, no process left.

use crate::support;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::support::{
    Dice, PATIENCE, events, every_task_is_accounted_for, has_workers, is_worker, mpviz, until, workers_of,
};
use mpviz::event::{Event, Exit, StampedEvent};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;

fn signal(pid: u32, signal: Signal) {
    let _ = kill(Pid::from_raw(pid as i32), signal);
}

/// Starts `mpviz run --json` with these arguments, recording into a file of the directory.
fn start(dir: &TempDir, args: &[&str]) -> Child {
    let file = dir.path().join("run.jsonl");
    let all = [&["run", "--json", "--record", file.to_str().unwrap()], args].concat();
    mpviz(&all).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("mpviz starts")
}

fn finish(child: Child, dir: &TempDir) -> (Value, Option<i32>, Vec<StampedEvent>) {
    let output = child.wait_with_output().unwrap();
    let result = serde_json::from_slice(&output.stdout).expect("a JSON object");
    (result, output.status.code(), events(&dir.path().join("run.jsonl")))
}

#[test]
fn a_killed_worker_loses_its_task_and_a_pool_replaces_it() {
    let dir = TempDir::new().unwrap();
    let child = start(&dir, &["--lanes", "pool", "--tasks", "8", "--workers", "2", "--numbers", "16M"]);
    let victim = until("a worker lives", || workers_of(child.id()).first().copied());
    // It has a task once its memory holds one: until then the record may not have been taken.
    until("it is at work", || {
        let stat = std::fs::read_to_string(format!("/proc/{victim}/statm")).ok()?;
        (stat.split_whitespace().nth(1)?.parse::<u64>().ok()? * 4096 > 8_000_000).then_some(())
    });
    signal(victim, Signal::SIGKILL);
    let (result, code, events) = finish(child, &dir);
    let lane = &result["lanes"][0];
    assert_eq!(code, Some(3));
    assert_eq!(lane["status"], "failed");
    assert_eq!((&lane["tasks"]["lost"], &lane["tasks"]["finished"]), (&1.into(), &7.into()));
    assert_eq!((&lane["workers_died"], &lane["workers_replaced"]), (&1.into(), &1.into()));
    every_task_is_accounted_for(lane);
    let died = events
        .iter()
        .any(|fact| matches!(fact.event, Event::WorkerExited { exit: Exit::Signal(9), usage: Some(_), .. }));
    assert!(died, "its death is told with what it had used");
    assert!(result["verdict"]["sentence"].as_str().unwrap().contains("1 task lost"));
}

#[test]
fn a_signal_without_a_name_kills_a_worker_as_any_other() {
    let dir = TempDir::new().unwrap();
    let child = start(&dir, &[&["--lanes", "process", "--tasks", "3", "--numbers", "300"], WAITING].concat());
    let recorded = || std::fs::read_to_string(dir.path().join("run.jsonl")).unwrap_or_default();
    until("all wait", || (recorded().matches("IoStarted").count() == 3).then_some(()));
    let signals = [34, 40, 64];
    for (pid, signal) in workers_of(child.id()).iter().zip(signals) {
        let kill = std::process::Command::new("bash").args(["-c", &format!("kill -{signal} {pid}")]).status();
        assert!(kill.unwrap().success());
    }
    until("the run ends", || recorded().contains("RunEnded").then_some(()));
    let (result, code, events) = finish(child, &dir);
    assert_eq!((code, &result["lanes"][0]["tasks"]["lost"]), (Some(3), &3.into()));
    let told = |signal| {
        let by = |fact: &StampedEvent| matches!(fact.event, Event::WorkerExited { exit: Exit::Signal(s), .. } if s == signal);
        events.iter().filter(|fact| by(fact)).count()
    };
    assert_eq!(signals.map(told), [1, 1, 1]);
}

#[test]
fn each_worker_is_a_process_group_of_its_own_and_so_is_its_replacement() {
    let dir = TempDir::new().unwrap();
    let mut child = start(&dir, &[&["--lanes", "pool", "--workers", "2"], WAITING].concat());
    let on_their_own = |workers: &[u32]| {
        for pid in workers {
            let pid = Pid::from_raw(*pid as i32);
            assert_eq!(nix::unistd::getpgid(Some(pid)), Ok(pid));
        }
    };
    let both_wait = |times: usize| {
        let text = std::fs::read_to_string(dir.path().join("run.jsonl")).unwrap_or_default();
        (text.matches("IoStarted").count() == times).then(|| workers_of(child.id()))
    };
    let before = until("both work", || both_wait(2));
    on_their_own(&before);
    // The first one: of a group that was shared it would have been the leader.
    signal(before[0], Signal::SIGKILL);
    let after = until("it is replaced", || both_wait(3));
    assert_eq!((after.len(), after.contains(&before[0])), (2, false));
    on_their_own(&after);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn kills_at_random_moments_leave_every_task_accounted_for() {
    // A different moment each time, from before a worker is ready to after its last task; the moments repeat from run to run.
    for (n, mode) in ["serial", "threads", "pool", "process"].iter().cycle().take(48).enumerate() {
        let dir = TempDir::new().unwrap();
        let child = start(&dir, &["--lanes", mode, "--tasks", "12", "--numbers", "1200k", "--chunksize", "2"]);
        let victims = until("workers live or all is over", || {
            let workers = workers_of(child.id());
            let over =
                std::fs::read_to_string(dir.path().join("run.jsonl")).is_ok_and(|text| text.contains("RunEnded"));
            (over || !workers.is_empty()).then_some(workers)
        });
        std::thread::sleep(std::time::Duration::from_micros(n as u64 * 1700));
        if let Some(victim) = victims.get(n % victims.len().max(1)).filter(|pid| is_worker(**pid)) {
            signal(*victim, Signal::SIGKILL);
        }
        let (result, code, _) = finish(child, &dir);
        let lane = &result["lanes"][0];
        every_task_is_accounted_for(lane);
        let complete = lane["tasks"]["finished"] == lane["tasks"]["submitted"];
        assert_eq!(code, Some(if complete { 0 } else { 3 }), "{mode}: {lane:#}");
    }
}

/// Kills workers of a mode, any of them at any moment, until 50 have been killed.
fn fifty_kills(mode: &str, args: &[&str]) {
    let (mut dice, mut killed, deadline) = (Dice(7), 0, Instant::now() + PATIENCE);
    while killed < 50 {
        assert!(Instant::now() < deadline, "{mode}: only {killed} were killed");
        let dir = TempDir::new().unwrap();
        let child = start(&dir, &[&["--lanes", mode, "--cost", "0", "--io", "1"], args].concat());
        let mut died = 0;
        until("all workers have come, and the run is over", || {
            let workers = workers_of(child.id());
            if let Some(victim) = workers.get(dice.below(workers.len())).filter(|_| killed + died < 50) {
                signal(*victim, Signal::SIGKILL);
                died += 1;
            }
            std::thread::sleep(Duration::from_micros(dice.below(20_000) as u64));
            let text = std::fs::read_to_string(dir.path().join("run.jsonl")).unwrap_or_default();
            text.contains("RunEnded").then_some(())
        });
        let (result, code, events) = finish(child, &dir);
        let lane = &result["lanes"][0];
        every_task_is_accounted_for(lane);
        let complete = lane["tasks"]["finished"] == lane["tasks"]["submitted"];
        assert_eq!(code, Some(if complete { 0 } else { 3 }), "{mode}: {lane:#}");
        let by_us = |fact: &&StampedEvent| matches!(fact.event, Event::WorkerExited { exit: Exit::Signal(9), .. });
        let deaths = events.iter().filter(by_us).count();
        // One that had ended already took no notice; a process of threads counts as all of them.
        assert!(deaths <= died * 4, "{mode}: {deaths} deaths of {died} kills");
        killed += died;
    }
}

#[test]
fn fifty_kills_in_mode_serial() {
    fifty_kills("serial", &["--tasks", "6", "--numbers", "6k", "--io-latency", "5ms"]);
}

#[test]
fn fifty_kills_in_mode_threads() {
    fifty_kills("threads", &["--tasks", "24", "--numbers", "24k", "--io-latency", "5ms"]);
}

#[test]
fn fifty_kills_in_mode_pool() {
    fifty_kills("pool", &["--tasks", "400", "--numbers", "400k", "--workers", "8", "--io-latency", "20ms"]);
}

#[test]
fn fifty_kills_in_mode_process() {
    fifty_kills("process", &["--tasks", "80", "--numbers", "80k", "--io-latency", "1s"]);
}

#[test]
fn when_memory_runs_out_a_worker_goes_rather_than_mpviz() {
    let dir = TempDir::new().unwrap();
    let mut child = start(&dir, &["--lanes", "pool", "--numbers", "400M"]);
    let score = |pid: u32| std::fs::read_to_string(format!("/proc/{pid}/oom_score_adj")).unwrap_or_default();
    let offers = |pid: &u32| score(*pid).trim() == "500";
    until("all workers offer themselves", || {
        (workers_of(child.id()).iter().filter(|pid| offers(pid)).count() == 4).then_some(())
    });
    assert_eq!(score(child.id()), score(std::process::id()));
    child.kill().unwrap();
    child.wait().unwrap();
}

/// At work for as long as they live, or waiting for that long.
const BUSY: &[&str] = &["--cost", "1ms"];
const WAITING: &[&str] = &["--cost", "0", "--io", "1", "--io-latency", "5min"];

/// Five hundred processes.
fn crowd(dir: &TempDir, how: &[&str]) -> (Child, Vec<u32>) {
    let child = start(dir, &[&["--lanes", "process", "--tasks", "500", "--numbers", "500k"], how].concat());
    let workers = until("all workers live", || has_workers(child.id(), 500));
    (child, workers)
}

fn stop(pids: &[u32]) {
    for pid in pids {
        signal(*pid, Signal::SIGSTOP);
    }
}

#[test]
fn a_killed_mpviz_leaves_no_process() {
    for (how, stopped) in [(BUSY, false), (WAITING, true)] {
        let dir = TempDir::new().unwrap();
        let (mut child, workers) = crowd(&dir, how);
        if stopped {
            stop(&workers);
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let killed = Instant::now();
        until("no worker is left", || (!workers.iter().any(|pid| is_worker(*pid))).then_some(()));
        assert!(killed.elapsed() < Duration::from_secs(2), "{:?}", killed.elapsed());
    }
}

#[test]
fn an_mpviz_that_ends_while_its_workers_are_stopped_leaves_no_process() {
    let dir = TempDir::new().unwrap();
    let (child, workers) = crowd(&dir, WAITING);
    stop(&workers);
    signal(child.id(), Signal::SIGTERM);
    let (result, _, _) = finish(child, &dir);
    assert_eq!(result["lanes"][0]["status"], "cancelled");
    assert!(!workers.iter().any(|pid| is_worker(*pid)));
}

#[test]
fn an_interrupt_prints_the_result_so_far_and_dies_by_it() {
    use std::os::unix::process::ExitStatusExt;
    let dir = TempDir::new().unwrap();
    // Whoever runs the tests in the background has the signal ignored, and mpviz would heed that.
    let file = dir.path().join("run.jsonl");
    let mut mpviz = std::process::Command::new("env");
    mpviz.args(["--default-signal=INT", env!("CARGO_BIN_EXE_mpviz"), "run", "--json", "--numbers", "400M", "--force"]);
    mpviz.arg("--record").arg(file).env("XDG_CONFIG_HOME", support::NOWHERE);
    let child = mpviz.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("mpviz starts");
    until("workers live", || (workers_of(child.id()).len() == 20).then_some(()));
    signal(child.id(), Signal::SIGINT);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.signal(), Some(2), "{output:?}");
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    for lane in result["lanes"].as_array().unwrap() {
        assert_eq!(lane["status"], "cancelled");
        every_task_is_accounted_for(lane);
    }
    let events = events(&dir.path().join("run.jsonl"));
    let [.., end, mark] = &events[..] else { panic!("{} events", events.len()) };
    assert!(matches!((&end.event, &mark.event), (Event::RunEnded {}, Event::Drained { .. })));
    assert!(!support::pids(&events).into_iter().any(is_worker));
}

/// Starts mpviz from a shell that becomes it, after these commands.
fn after(commands: &str, args: &[&str]) -> std::process::Output {
    let script = format!("{commands}\nexec \"$0\" \"$@\"");
    let mut shell = std::process::Command::new("bash");
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_mpviz")]).args(args).output().expect("bash starts")
}

#[test]
fn children_that_are_not_ours_do_not_disturb() {
    let output = after("sleep 0.1 & sleep 0.3 & true &", &["run", "--json", "--lanes", "pool", "--numbers", "10M"]);
    assert!(output.status.success(), "{output:?}");
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(result["lanes"][0]["workers_started"], 4);
}

#[test]
fn what_was_ignored_stays_ignored_but_ended_workers_are_seen() {
    let output = after("trap '' CHLD", &["run", "--json", "--lanes", "pool", "--numbers", "1M"]);
    assert!(output.status.success(), "{output:?}");
    // As `nohup` does: the signal that would end it does not.
    let output = after("trap '' HUP; (sleep 0.1; kill -HUP $$) &", &["run", "--lanes", "pool", "--numbers", "10M"]);
    assert!(output.status.success(), "{output:?}");
}
