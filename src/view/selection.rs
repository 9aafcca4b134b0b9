//! The selected worker in one line.

use super::{Scene, clock};
use crate::event::units::bytes;
use crate::event::{Exit, Nanos, TaskId};
use crate::model::{Lane, Worker, WorkerState};
use crate::system::signals;

/// Describes the selected worker, longest first; none without a selection.
pub(super) fn description(scene: &Scene) -> Option<Vec<String>> {
    let slot = scene.ui.slot?;
    let lane = scene.model.lanes().get(scene.ui.lane.index())?;
    let mode = lane.name();
    let at = scene.panel_time(lane);
    let snapshot = lane.slot_at(slot, at);
    let Some(id) = snapshot.worker else { return Some(vec![format!("{mode}, slot {slot}: no worker yet")]) };
    let worker = lane.worker(id)?;
    let pid = snapshot.pid.map_or("–".into(), |pid| pid.to_string());
    let (task, part) = match (snapshot.state, snapshot.task) {
        (WorkerState::Exited(Exit::Code(code)), _) => (format!("ended with code {code}"), String::new()),
        (WorkerState::Exited(Exit::Signal(signal)), _) => {
            (format!("killed by {}", signals::name(signal)), String::new())
        }
        (_, Some(task)) => (format!("task {}", scene.task_number(task)), operation(scene, lane, worker, task, at)),
        (_, None) => ("no task".into(), String::new()),
    };
    let spent = worker.usage_until(at);
    let time = |ns: Option<u64>| ns.map_or("–".into(), clock);
    let (on, waits) = (time(spent.map(|spent| spent.cpu_ns)), time(spent.map(|spent| spent.run_delay_ns)));
    let io = clock(worker.io_time(at));
    let private = snapshot.private_bytes.map_or("–".into(), bytes);
    let used = format!("{on} on a core, {waits} waiting for one, {io} in I/O");
    Some(vec![
        format!("{mode} w{id} · pid {pid} · {task}{part} · {used} · private {private}"),
        format!("{mode} w{id} · pid {pid} · {task}{part} · {on} on a core, {io} in I/O · private {private}"),
        format!("w{id} · pid {pid} · {task}{part} · {on} on a core, {io} in I/O"),
        format!("w{id} · pid {pid} · {task}{part}"),
    ])
}

/// The current or last I/O operation of the task.
fn operation(scene: &Scene, lane: &Lane, worker: &Worker, task: TaskId, at: Nanos) -> String {
    let all = scene.model.run().map_or(0, |run| run.workload.io);
    let loaded = lane.task_times(task).and_then(|times| times.loaded).filter(|loaded| *loaded <= at);
    match loaded {
        Some(loaded) if all > 0 => format!(", I/O {} of {all}", worker.io_count(loaded, at + 1)),
        _ => String::new(),
    }
}
