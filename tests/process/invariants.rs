//! Invariants of real runs in every mode, with every kind of I/O and unusual sizes.

use crate::support::{is_worker, read_events, run_json, worker_pids};
use mpviz::event::{Event, Mode, Run, StampedEvent, WorkerId};
use mpviz::model::Model;
use serde_json::Value;
use tempfile::TempDir;

/// Runs mpviz with these arguments, checks the invariants, and returns the result and the events.
fn run_checked(args: &[&str]) -> (Value, Vec<StampedEvent>) {
    let dir = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let file = dir.path().join("run.jsonl");
    let io_dir = dir.path().to_str().unwrap();
    let (result, code) = run_json(&[args, &["--io-dir", io_dir, "--record", file.to_str().unwrap()]].concat());
    assert_eq!(code, Some(0), "{args:?}: {result:#}");
    let events = read_events(&file);
    let Event::RunStarted(run) = &events[0].event else { panic!("the first event is {:?}", events[0]) };
    for (n, lane) in result["lanes"].as_array().unwrap().iter().enumerate() {
        check_lane(run, n, lane, &events);
    }
    // No process is left, and no file but the recording.
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    assert!(!worker_pids(&events).into_iter().any(is_worker));
    (result, events)
}

fn check_lane(run: &Run, lane: usize, summary: &Value, events: &[StampedEvent]) {
    let lane_events: Vec<&StampedEvent> =
        events.iter().filter(|stamped| stamped.lane.is_some_and(|id| id.index() == lane)).collect();
    assert_eq!(summary["correct"], true, "{summary:#}");
    assert_eq!(summary["tasks"]["finished"], run.workload.as_ref().unwrap().tasks);
    check_tasks_are_taken_in_order(run, lane, &lane_events);
    check_reported_tasks_match_queue(lane, events);
    check_cpu_time(summary);
    check_core_time_sum(summary);
}

/// cores × makespan equals the sum of the core time categories.
fn check_core_time_sum(summary: &Value) {
    let terms = summary["core_time_s"].as_object().unwrap();
    let sum: f64 = terms.values().map(|term| term.as_f64().unwrap()).sum();
    let cores = summary["cores"].as_array().unwrap().len() as f64;
    let total = cores * summary["makespan_s"].as_f64().unwrap();
    assert!((sum - total).abs() < 1e-6 * total.max(1.0), "{sum} {total}");
}

/// Each task is taken once, each worker takes ascending records, and a task is not taken before a worker was free for
/// its predecessor.
fn check_tasks_are_taken_in_order(run: &Run, lane: usize, lane_events: &[&StampedEvent]) {
    let mut taken = vec![None; run.workload.as_ref().unwrap().tasks as usize];
    let mut free: std::collections::HashMap<WorkerId, u64> = std::collections::HashMap::new();
    let mut last: std::collections::HashMap<WorkerId, u32> = std::collections::HashMap::new();
    for stamped in lane_events {
        match stamped.event {
            Event::WorkerReady { worker } | Event::TaskReleased { worker, .. } => {
                free.insert(worker, stamped.at);
            }
            Event::TaskTaken { worker, first, count, .. } => {
                assert!(last.insert(worker, first.0).is_none_or(|before| before < first.0));
                for task in first.0..first.0 + count {
                    assert!(
                        taken[task as usize].replace((free[&worker], stamped.at)).is_none(),
                        "task {task} was taken twice"
                    );
                }
            }
            _ => {}
        }
    }
    if run.lanes[lane].own_queues {
        return;
    }
    let taken: Vec<(u64, u64)> = taken.into_iter().map(|times| times.expect("every task was taken")).collect();
    let mut latest_free = 0;
    for (n, (free, at)) in taken.into_iter().enumerate() {
        assert!(latest_free <= at, "task {n} was taken before the one ahead of it could be");
        latest_free = latest_free.max(free);
    }
}

/// At each `Drained` the reported tasks lie within the queue's bounds; at the end they equal its offset.
fn check_reported_tasks_match_queue(lane: usize, events: &[StampedEvent]) {
    let (mut reported, mut workers, mut chunk, mut last) = (0, 0, 1, None);
    for stamped in events {
        let in_lane = stamped.lane.is_some_and(|id| id.index() == lane);
        match &stamped.event {
            Event::RunStarted(run) => chunk = run.lanes[lane].chunk,
            Event::TaskTaken { count, .. } if in_lane => reported += count,
            Event::WorkerSpawned { .. } if in_lane => workers += 1,
            Event::Drained { taken } => {
                let Some(offset) = taken[lane] else { continue };
                last = Some(offset.after);
                assert!(reported <= offset.after, "{reported} reported, {offset:?}");
                assert!(offset.before <= reported + workers * chunk, "{reported} reported by {workers}, {offset:?}");
            }
            _ => {}
        }
    }
    assert!(last.is_none_or(|offset| offset == reported), "{reported} reported of {last:?} taken");
}

fn check_cpu_time(summary: &Value) {
    let cpu = summary["cpu_s"].as_f64().expect("CPU time was measured");
    let cores = summary["cores"].as_array().unwrap().len() as f64;
    // The tolerance covers CPU time between the last task and the exit of the last process.
    let wall = summary["makespan_s"].as_f64().unwrap() + 0.5;
    assert!(cpu > 0.0 && cpu <= 1.01 * cores * wall + 0.01, "{cpu} s of CPU in {wall} s on {cores} cores");
}

#[test]
fn every_mode_runs_every_kind_of_io() {
    for kind in ["sleep", "disk", "net"] {
        for modes in ["serial,threads", "pool,process"] {
            let (result, events) = run_checked(&[
                "--lanes",
                modes,
                "--numbers",
                "300k",
                "--tasks",
                "7",
                "--io",
                "2",
                "--io-latency",
                "3ms",
                "--io-kind",
                kind,
            ]);
            let started = events.iter().filter(|stamped| matches!(stamped.event, Event::IoStarted { .. })).count();
            assert_eq!(started, 2 * 7 * 2, "I/O operations");
            for lane in result["lanes"].as_array().unwrap() {
                let blocked = lane["io_blocked_s"].as_f64().unwrap();
                let least = if kind == "disk" { 0.0 } else { 14.0 * 0.003 };
                assert!(blocked > least, "{kind}: {blocked}");
            }
        }
    }
}

#[test]
fn unusual_workload_sizes() {
    let all = ["--lanes", "serial,threads,pool,process", "--cores", "turns"];
    for args in [
        &["--numbers", "1", "--tasks", "1"][..],
        &["--numbers", "1", "--tasks", "1", "--cost", "0"],
        &["--numbers", "17", "--tasks", "17", "--workers", "1"],
        &["--numbers", "100001", "--tasks", "13", "--chunksize", "4", "--workers", "3"],
        &["--numbers", "1M", "--tasks", "40", "--chunksize", "auto", "--cost", "5ns"],
        &["--numbers", "1M", "--tasks", "9", "--skew", "1.5", "--seed", "7", "--workers", "12"],
    ] {
        run_checked(&[&all, args].concat());
    }
}

#[test]
fn cores_are_split_shared_or_taken_in_turns() {
    let (result, _) = run_checked(&["--numbers", "1M", "--cores", "shared"]);
    assert_eq!(result["lanes"][0]["cores"], result["lanes"][1]["cores"]);
    let (_, events) = run_checked(&["--numbers", "1M", "--cores", "turns"]);
    let of_lane = |lane: usize| move |stamped: &&StampedEvent| stamped.lane.is_some_and(|id| id.index() == lane);
    let end =
        events.iter().filter(of_lane(0)).find(|stamped| matches!(stamped.event, Event::LaneEnded { .. })).unwrap().at;
    let start =
        events.iter().filter(of_lane(1)).find(|stamped| matches!(stamped.event, Event::LaneStarted {})).unwrap().at;
    assert!(end <= start);
}

#[test]
fn pool_workers_are_replaced_after_max_tasks() {
    let (result, _) = run_checked(&[
        "--lanes",
        "pool",
        "--numbers",
        "1M",
        "--tasks",
        "10",
        "--workers",
        "2",
        "--max-tasks-per-worker",
        "2",
    ]);
    let started = result["lanes"][0]["workers_started"].as_u64().unwrap();
    assert!((5..=7).contains(&started), "{started}");
    assert_eq!(result["lanes"][0]["workers_died"], 0);
}

#[test]
fn with_a_gil_one_thread_computes_at_a_time() {
    let (result, events) = run_checked(&["--lanes", "threads", "--numbers", "2M", "--tasks", "8", "--workers", "4"]);
    let mut holder = None;
    let mut turns: Vec<(u64, bool, WorkerId)> = events
        .iter()
        .filter_map(|stamped| match stamped.event {
            Event::GilAcquired { worker } => Some((stamped.at, true, worker)),
            Event::GilReleased { worker } => Some((stamped.at, false, worker)),
            _ => None,
        })
        .collect();
    turns.sort_unstable();
    for (at, acquired, worker) in turns {
        if acquired {
            assert_eq!(holder.replace(worker), None, "two threads had the GIL at {at}");
        } else {
            assert_eq!(holder.take(), Some(worker));
        }
    }
    let lane = &result["lanes"][0];
    assert!(lane["cpu_s"].as_f64().unwrap() <= 1.3 * lane["makespan_s"].as_f64().unwrap());
}

#[test]
fn no_gil_events_without_a_gil() {
    let (result, events) = run_checked(&["--lanes", "threads", "--no-gil", "--numbers", "1M"]);
    assert_eq!(result["workload"]["gil"], false);
    assert!(!events.iter().any(|stamped| matches!(stamped.event, Event::GilAcquired { .. })));
}

#[test]
fn a_pool_holds_one_task_per_worker_and_processes_hold_all() {
    // The first process holds its task longer than all need to start.
    let io = ["--cost", "0", "--io", "1", "--io-latency", "3s"];
    let (result, _) = run_checked(&[&["--numbers", "4M", "--tasks", "12", "--workers", "6"][..], &io].concat());
    let [pool, process] = [&result["lanes"][0], &result["lanes"][1]];
    assert_eq!(pool["peak_resident_tasks"], 6);
    assert_eq!(process["peak_resident_tasks"], 12);
    assert_eq!(process["peak_resident_bytes"], 32_000_000);
    let private = process["peak_private_bytes"].as_f64().expect("memory was sampled");
    assert!((0.9..1.5).contains(&(private / 32e6)), "{private}");
}

#[test]
fn a_recording_gives_the_same_summary() {
    let (result, events) = run_checked(&["--numbers", "1M"]);
    let mut model = Model::new();
    for stamped in &events {
        model.apply(stamped).unwrap();
    }
    let summary = model.summary().unwrap();
    assert_eq!(serde_json::to_value(&summary.lanes[0]).unwrap()["makespan_s"], result["lanes"][0]["makespan_s"]);
    assert_eq!(summary.lanes[1].mode, Mode::Process);
}

#[test]
fn repeats_report_all_runs_and_their_median() {
    let (result, code) = run_json(&["--numbers", "200k", "--repeat", "3"]);
    assert_eq!(code, Some(0));
    assert_eq!(result["repeats"], 3);
    for lane in result["lanes"].as_array().unwrap() {
        let mut times: Vec<f64> =
            lane["runs"].as_array().unwrap().iter().map(|run| run["makespan_s"].as_f64().unwrap()).collect();
        times.sort_by(f64::total_cmp);
        assert_eq!(times.len(), 3);
        assert_eq!(lane["makespan_s"], times[1]);
        check_core_time_sum(lane);
    }
}

#[test]
fn io_during_a_task_does_not_distort_its_cpu_time() {
    // Between two operations, 500 numbers of 100 ns take 50 µs.
    let (result, _) =
        run_checked(&["--lanes", "pool", "--workers", "1", "--numbers", "160k", "--io", "20", "--io-latency", "1ms"]);
    let lane = &result["lanes"][0];
    let asked = result["workload"]["cost_ns"].as_f64().unwrap();
    let ns = lane["ns_per_number"].as_f64().unwrap();
    // Between two operations little would be charged: a twentieth. Other programs may slow the core down while the
    // cost is calibrated, and then a number costs less than asked.
    assert!(ns > asked * 0.5, "{ns} of {asked}: {lane:#}");
}
