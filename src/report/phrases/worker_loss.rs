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
        PoolKind::Pool if loss.pool_ended => Some(text!("call-did-not-return", call = waiting_call(call?))),
        PoolKind::Pool => Some(text!("call-never-returns", call = waiting_call(call?))),
        PoolKind::ProcessPoolExecutor | PoolKind::Loky => {
            let raises = call.map(|call| text!("call-raises", call = call_text(call)));
            Some(raises.unwrap_or_else(|| "BrokenProcessPool".into()))
        }
        _ => None,
    }
}

/// What waits for the tasks of a call: `map() at etl.py:40`, or `get() of map_async() at etl.py:40`.
fn waiting_call(call: &Call) -> String {
    let method = match call.kind {
        CallKind::ApplyAsync | CallKind::MapAsync | CallKind::StarmapAsync => "get()",
        CallKind::Imap | CallKind::ImapUnordered => "next()",
        _ => return call_text(call),
    };
    text!("method-of-call", method = method, call = call_text(call))
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
