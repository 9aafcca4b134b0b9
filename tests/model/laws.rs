//! Invariants at every moment of every valid run, and integrals compared with sums over moments.

use std::collections::BTreeSet;

use crate::support::simulation::{Simulation, model_of};
use mpviz::event::{CorePolicy, Nanos, SlotId, TaskId};
use mpviz::model::{Lane, LaneCounts, MapCell, Model, TaskState, TimeWindow, WorkerState};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(120) })]
    #[test]
    fn every_task_is_in_exactly_one_state(seed in any::<u64>()) {
        let simulation = Simulation::new(seed);
        let model = model_of(&simulation.shuffled(&mut fastrand::Rng::with_seed(seed)));
        for lane in model.lanes() {
            for t in 0..=simulation.end_time() {
                check_states(&model, lane, t)?;
            }
        }
    }

    #[test]
    fn integrals_equal_sums_over_moments(seed in any::<u64>()) {
        let simulation = Simulation::new(seed);
        let model = model_of(&simulation.shuffled(&mut fastrand::Rng::with_seed(seed)));
        let summary = model.summary().unwrap();
        for (lane, summary) in model.lanes().iter().zip(&summary.lanes) {
            let Some(makespan) = lane.makespan() else { continue };
            let zero = lane.time_zero().unwrap();
            // Sums over moments of 1 ns each are exact, because levels change only at whole ns.
            let moments = || (zero..zero + makespan).map(|t| (t, lane.counts_at(t), idle_cores_by_definition(&model, lane, t)));
            let stall: u64 = moments().map(|(_, counts, idle)| u64::from(idle.min(counts.queued))).sum();
            let by_io: u64 = moments().map(|(_, c, idle)| u64::from(idle.min(c.queued).min(c.in_io))).sum();
            let all_idle: u64 = moments().map(|(_, _, idle)| u64::from(idle)).sum();
            prop_assert_eq!(whole_ns(summary.stall_core_s.unwrap()), stall);
            prop_assert_eq!(whole_ns(summary.stall_io_core_s.unwrap()), by_io);
            prop_assert_eq!(whole_ns(summary.idle_tail_core_s.unwrap()), all_idle - stall);
            prop_assert_eq!(summary.peak_queue, moments().map(|(_, c, _)| c.queued).max().or(Some(0)));
            prop_assert_eq!(summary.peak_resident_tasks, moments().map(|(_, c, _)| c.resident).max().or(Some(0)));
            let bytes = moments().map(|(_, c, _)| c.resident_bytes).max();
            prop_assert_eq!(summary.peak_resident_bytes, bytes.or(Some(0)));
            let cores = summary.core_time_s.unwrap();
            let whole = lane.plan().cores.len() as f64 * makespan as f64 / 1e9;
            prop_assert!((cores.total_core_time() - whole).abs() < 1e-12 * whole.max(1.0), "{} {}", cores.total_core_time(), whole);
            // The stalled area of the strip equals the stall of the summary.
            let window = TimeWindow { from: zero, to: zero + makespan, columns: 9 };
            let strip = model.core_use_over_time(lane.id(), window);
            let width = |i: usize| (window.column_start(i + 1) - window.column_start(i)) as f64;
            let area: f64 = strip.iter().enumerate().map(|(i, cell)| f64::from(cell.stalled) * width(i)).sum();
            prop_assert!((area - stall as f64).abs() < 1e-3 * (1.0 + stall as f64), "{} {}", area, stall);
        }
    }

    #[test]
    fn map_cells_equal_shares_of_moments(seed in any::<u64>()) {
        let simulation = Simulation::new(seed);
        let model = model_of(&simulation.in_order());
        let mut rng = fastrand::Rng::with_seed(seed);
        for lane in model.lanes() {
            let per_row = 1 + rng.u32(..5);
            let (from, columns) = (rng.u64(..40), 1 + rng.u64(..20));
            let window = TimeWindow { from, to: from + columns * (1 + rng.u64(..30)), columns: columns as usize };
            let map = lane.task_map(TaskId(0), 40, per_row, window);
            let tasks = model.run().unwrap().workload.as_ref().unwrap().tasks;
            prop_assert_eq!(map.row_count(), tasks.div_ceil(per_row) as usize);
            for row in 0..map.row_count() as u32 {
                let of_row: Vec<_> = (row * per_row..((row + 1) * per_row).min(tasks)).map(TaskId).collect();
                for (column, cell) in map.cells_of_row(row as usize).iter().enumerate() {
                    let expected = cell_by_definition(lane, &of_row, window, column);
                    for (share, expected_share) in shares_at_moment(cell).into_iter().zip(shares_at_moment(&expected)) {
                        prop_assert!((share - expected_share).abs() < 1e-3, "{cell:?} {expected:?}");
                    }
                }
            }
        }
    }
}

fn whole_ns(seconds: f64) -> u64 {
    (seconds * 1e9).round() as u64
}

/// Computes idle cores by their definition, as the reference.
fn idle_cores_by_definition(model: &Model, lane: &Lane, t: Nanos) -> u32 {
    let shared = model.run().unwrap().cores == CorePolicy::Shared;
    let ready: u32 =
        if shared { model.lanes().iter().map(|lane| lane.counts_at(t).ready).sum() } else { lane.counts_at(t).ready };
    (lane.plan().cores.len() as u32).saturating_sub(ready)
}

/// Compares counts with the states of all tasks and slots.
fn check_states(model: &Model, lane: &Lane, t: Nanos) -> Result<(), TestCaseError> {
    let tasks = (0..model.run().unwrap().workload.as_ref().unwrap().tasks).map(TaskId);
    let mut expected = LaneCounts::default();
    let mut running = 0;
    let mut queued = Vec::new();
    let mut workers = BTreeSet::new();
    for task in tasks {
        let state = lane.task_state(task, t);
        expected.submitted += u32::from(state != TaskState::Unknown);
        match state {
            TaskState::Unknown => {}
            TaskState::Queued => queued.push(task),
            TaskState::Held(_) => expected.held += 1,
            TaskState::Finished(_) => expected.finished += 1,
            TaskState::Failed(_) => expected.failed += 1,
            TaskState::Lost(_) => expected.lost += 1,
            TaskState::Abandoned => expected.abandoned += 1,
            TaskState::Loading(worker) => {
                expected.held += 1;
                prop_assert!(workers.insert(worker), "{worker} has two tasks at once");
            }
            TaskState::Computing(worker)
            | TaskState::WaitsForGil(worker)
            | TaskState::InIo(worker)
            | TaskState::Blocked { worker, .. } => {
                running += 1;
                prop_assert!(workers.insert(worker), "{worker} has two tasks at once");
            }
            TaskState::Suspended(_) | TaskState::NotObserved(_) => return Ok(()),
        }
    }
    let counts = lane.counts_at(t);
    prop_assert_eq!(counts.queued as usize, queued.len());
    prop_assert_eq!(lane.tasks_in_queue(t).collect::<Vec<_>>(), queued);
    let ended = |c: &LaneCounts| (c.submitted, c.held, c.finished, c.failed, c.lost, c.abandoned);
    prop_assert_eq!(ended(&counts), ended(&expected), "at {}", t);
    // A finished task is in memory until it is released.
    prop_assert!(counts.resident >= running);
    let snapshots: Vec<_> = (0..lane.slot_count() as u32).map(|slot| lane.slot_snapshot_at(SlotId(slot), t)).collect();
    let in_state = |state| snapshots.iter().filter(|snapshot| snapshot.state == state).count() as u32;
    prop_assert_eq!(in_state(WorkerState::InIo), counts.in_io, "at {}: {:?}", t, snapshots);
    let ready = in_state(WorkerState::Loading) + in_state(WorkerState::Computing) + in_state(WorkerState::WaitsForGil);
    let max_ready = if lane.plan().gil { 1 } else { u32::MAX };
    prop_assert_eq!(ready.min(max_ready), counts.ready, "at {}: {:?}", t, snapshots);
    let held: Vec<_> = snapshots.iter().filter_map(|snapshot| snapshot.task).collect();
    prop_assert_eq!(held.iter().collect::<BTreeSet<_>>().len(), held.len(), "two slots have the same task");
    Ok(())
}

/// Computes a cell of the map from every moment in it, as the reference.
fn cell_by_definition(lane: &Lane, tasks: &[TaskId], window: TimeWindow, column: usize) -> MapCell {
    let mut cell = MapCell::default();
    let (from, to) = (window.column_start(column), window.column_start(column + 1));
    let part = 1.0 / (tasks.len() as f32 * (to - from) as f32);
    for (task, t) in tasks.iter().flat_map(|task| (from..to).map(move |t| (*task, t))) {
        let resident = lane.task_times(task).is_some_and(|times| {
            let left = times.worker.and_then(|worker| lane.worker(worker)?.exit_time_and_kind());
            let end = times.released.or(left.map(|(at, _)| at)).unwrap_or(Nanos::MAX);
            times.loaded.is_some_and(|loaded| loaded <= t && t < end)
        });
        match lane.task_state(task, t) {
            TaskState::Queued => cell.queued += part,
            TaskState::Held(_) => cell.held += part,
            TaskState::Loading(_) => cell.loading += part,
            TaskState::InIo(_) if resident => cell.in_io += part,
            TaskState::WaitsForGil(_) => cell.waits_for_gil += part,
            TaskState::Suspended(_) if !resident => cell.loading += part,
            _ if resident && lane.is_suspended(t) => cell.suspended += part,
            // A finished task counts as in memory until its payload is released.
            _ if resident => cell.computing += part,
            _ => {}
        }
    }
    cell
}

fn shares_at_moment(cell: &MapCell) -> [f32; 7] {
    let MapCell { queued, held, loading, computing, waits_for_gil, in_io, suspended, .. } = *cell;
    [queued, held, loading, computing, waits_for_gil, in_io, suspended]
}
