//! The selected worker in one line.

use super::{DisplayedScene, format_time, key_moment};
use crate::event::{Exit, Nanos, TaskId};
use crate::model::{Lane, Worker, WorkerState};
use crate::report::phrases::{self, WorkerFigures, WorkerHolding};
use crate::text;

/// Describes the selected worker, longest first; none without a selection.
pub(super) fn selected_worker_texts(scene: &DisplayedScene) -> Option<Vec<String>> {
    let slot = scene.ui.slot?;
    let lane = scene.model.lanes().get(scene.selected_lane().index())?;
    let mode = phrases::displayed_lane_noun(lane);
    let at = scene.time_shown_by_panels(lane);
    let snapshot = lane.slot_snapshot_at(slot, at);
    let Some(id) = snapshot.worker else { return Some(phrases::slot_without_worker(&mode, slot)) };
    let worker = lane.worker(id)?;
    if lane.has_only_counts() {
        return Some(phrases::counted_cluster_worker(worker.name(), id));
    }
    if let Some(name) = worker.name() {
        let holding = match (snapshot.state, snapshot.task) {
            (WorkerState::Exited(_), _) if worker.was_ended_by_program() => phrases::ended_by_program_cell(),
            (WorkerState::Exited(exit), _) => phrases::exit_text(exit),
            (WorkerState::NotObserved, _) => text!("holding-unknown").into(),
            (_, Some(task)) => task_with_function(scene, lane, task),
            (_, None) => text!("holding-nothing").into(),
        };
        return Some(phrases::cluster_worker(name, id, snapshot.pid, &holding));
    }
    let spent = worker.usage_until(at);
    let in_locks = lane.is_of_program().then(|| format_time(worker.lock_time(at)));
    Some(phrases::worker_figures(&WorkerFigures {
        lane: &mode,
        worker: id,
        pid: snapshot.pid,
        holding: match (snapshot.state, snapshot.task) {
            (WorkerState::Exited(exit), _) => {
                let at = key_moment::time_on_axis(scene, lane, worker.ended_at().unwrap_or(at));
                if worker.was_ended_by_program() {
                    WorkerHolding::EndedByProgram(format_time(at))
                } else {
                    let died = exit != Exit::Code(0);
                    let in_python = (died && !lane.is_of_program())
                        .then(|| phrases::python_after_death(lane.plan().mode, lane.plan().is_python(), exit));
                    WorkerHolding::Ended(exit, format_time(at), in_python.unwrap_or_default())
                }
            }
            (_, Some(task)) => WorkerHolding::Task {
                number: task_with_function(scene, lane, task),
                io: current_io_operation(scene, lane, worker, task, at),
            },
            (_, None) => WorkerHolding::Nothing,
        },
        on_core: spent.map(|spent| format_time(spent.cpu_ns)),
        run_queue_delay: spent.map(|spent| format_time(spent.run_delay_ns)),
        in_io: format_time(worker.io_time(at)),
        in_locks,
        private_bytes: snapshot.private_bytes,
    }))
}

/// The current or last I/O operation of the task, and the number of its operations.
fn current_io_operation(
    scene: &DisplayedScene,
    lane: &Lane,
    worker: &Worker,
    task: TaskId,
    at: Nanos,
) -> Option<(u32, u32)> {
    let all = scene.model.run()?.workload.as_ref().map(|workload| workload.io).filter(|all| *all > 0)?;
    let loaded = lane.task_times(task)?.loaded.filter(|loaded| *loaded <= at)?;
    Some((worker.io_count(loaded, at + 1) as u32, all))
}

/// The number of a task; of a watched program, its function with the items or the number.
fn task_with_function(scene: &DisplayedScene, lane: &Lane, task: TaskId) -> String {
    match lane.call_of(task) {
        Some(call) => phrases::function_and_task(call.function.as_str(), task, lane.items_of(task)),
        None => scene.task_number(task),
    }
}
