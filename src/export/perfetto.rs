//! Traces for Perfetto (ui.perfetto.dev) and other readers of Chrome's JSON trace format.
//!
//! ```text
//! pool · 4 workers, 1 queue         one process per lane
//!   queue    ▕ tasks wait ▏         one slice while tasks wait, with a flow to each task's run
//!   queued   ▕▕▕▕▕▕▕▕               asynchronous: each task from submission until it is taken
//!   worker 0 ▕ w0 · pid 4000     ▏  one thread per worker slot, one slice per worker,
//!            ▕ task 0     ▏         which contains its start and its tasks with their steps
//!            ▕load▏add▏I/O▏
//!   counters: queued tasks, tasks and bytes in memory, busy cores, cores idle while tasks wait, workers in I/O
//! machine                           counters: load of each core
//! ```
//!
//! Lanes are the processes of the trace, because a slot may have several worker processes one after another, and
//! threads share one. Real process ids are in the names and arguments of slices.

mod counters;
mod slices;
mod trace_event;
mod tracks;

use std::io;

use crate::event::Nanos;
use crate::model::Model;
use trace_event::TraceWriter;

/// Writes the run as one JSON object, one event per line.
pub fn write(model: &Model, out: &mut impl io::Write) -> io::Result<()> {
    let mut trace = TraceWriter::start(out)?;
    let end = trace_end(model);
    for lane in model.lanes() {
        tracks::write_track_names(&mut trace, lane)?;
        slices::write_lane(&mut trace, model, lane, end)?;
        counters::write_lane(&mut trace, model, lane, end)?;
    }
    counters::write_cores(&mut trace, model)?;
    trace.finish_trace()
}

/// The time of the last event, where unfinished slices end.
fn trace_end(model: &Model) -> Nanos {
    let lanes = model
        .lanes()
        .iter()
        .filter_map(|lane| lane.end_and_status().map(|(at, _)| at).max(lane.previous_event_time(Nanos::MAX)));
    lanes.chain(model.ended_at()).chain([model.newest_mark()]).max().unwrap_or(0)
}
