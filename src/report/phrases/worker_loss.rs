//! Workers of watched programs that died, and what follows.

use super::items_of_chunk;
use crate::event::{Call, CallKind, Exit, PoolKind};
use crate::model::{LostTask, WorkerLoss};
use crate::system::signals;
use crate::text;

/// A worker of a watched program died, and what it means for the program, longest first.
#[must_use]
pub fn worker_lost(lane: &str, loss: &WorkerLoss) -> Vec<String> {
    if loss.pool == PoolKind::DaskCluster {
        return super::cluster_worker_lost(loss);
    }
    let is_process = matches!(loss.pool, PoolKind::Processes | PoolKind::ProcessTree);
    let (end, short_end) = match loss.exit {
        Exit::Signal(signal) => {
            let signal = signals::name(signal);
            (text!("lost-by-signal", signal = signal.as_str()), text!("lost-by-signal-short", signal = signal.as_str()))
        }
        Exit::Code(code) => {
            let end = text!("lost-with-code", code = code.to_string());
            (end.clone(), end)
        }
        Exit::Unknown => (text!("worker-is-gone").into(), text!("worker-is-gone").into()),
    };
    let place = match loss.tasks.first() {
        Some(lost) => text!("lost-in-task", task = lost_task_text(lost)),
        None if loss.locked_queue => text!("lost-with-lock").into(),
        // A process of its own has one task, which has failed.
        None if is_process => String::new(),
        None => text!("lost-without-task").into(),
    };
    let (pid, place) = (super::figure_or_dash(loss.pid), place.as_str());
    let death = if is_process {
        text!("process-lost", pid = pid.as_str(), end = end, place = place)
    } else {
        text!("worker-lost", pid = pid.as_str(), end = end, place = place)
    };
    let short = text!("pid-lost", pid = pid, end = short_end, place = place);
    let Some(meaning) = meaning_of_loss(lane, loss) else { return vec![format!("{lane}: {death}"), death, short] };
    vec![format!("{meaning}: {death}"), format!("{meaning}: {short}"), meaning]
}

/// What the death of a worker means for the program; none if nothing is known to follow from it.
fn meaning_of_loss(lane: &str, loss: &WorkerLoss) -> Option<String> {
    let call = loss.tasks.first().and_then(|lost| lost.call.as_ref());
    match loss.pool {
        PoolKind::Pool if loss.locked_queue && loss.pool_ended => Some(text!("lane-took-no-other-task", lane = lane)),
        PoolKind::Pool if loss.locked_queue => Some(text!("lane-takes-no-other-task", lane = lane)),
        PoolKind::Pool => Some(unreturned_call(call?, loss.pool_ended)),
        PoolKind::ProcessPoolExecutor | PoolKind::Loky => {
            let raises = call.map(|call| text!("call-raises", call = call_text(call)));
            Some(raises.unwrap_or_else(|| "BrokenProcessPool".into()))
        }
        _ => None,
    }
}

/// A call misses the result of a task. Whether the program waits for the result of an asynchronous call is not known.
fn unreturned_call(call: &Call, pool_ended: bool) -> String {
    let is_async = matches!(
        call.kind,
        CallKind::ApplyAsync | CallKind::MapAsync | CallKind::StarmapAsync | CallKind::Imap | CallKind::ImapUnordered
    );
    let call = call_text(call);
    match (is_async, pool_ended) {
        (false, false) => text!("call-never-returns", call = call),
        (false, true) => text!("call-did-not-return", call = call),
        (true, false) => text!("result-never-comes", call = call),
        (true, true) => text!("result-did-not-come", call = call),
    }
}

/// A call and its place: `map() at etl.py:40`.
#[must_use]
pub fn call_text(call: &Call) -> String {
    let name = format!("{}()", call.kind.name());
    match &call.site {
        Some(site) => text!("call-at", call = name, site = site.short_name()),
        None => name,
    }
}

fn lost_task_text(lost: &LostTask) -> String {
    match &lost.items {
        Some(items) if items.start() == items.end() => text!("lost-item", item = items.start().to_string()),
        Some(items) => text!("lost-items", items = items_of_chunk(items)),
        None => text!("lost-task", task = lost.task.to_string()),
    }
}
