//! GNU parallel's job log: nine tab-separated columns, one line per finished task, in order of their ends.
//!
//! `Host` is that of the worker in a cluster. `Send` and `Receive` are bytes transferred to other hosts: always 0. A
//! task whose worker was killed has its signal, a failed one the exit value 1. Tasks that did not end have no line.

use std::io;

use crate::event::workload::{NumberRange, split_into_tasks};
use crate::event::{Exit, Nanos, TaskId};
use crate::model::{Lane, Model, TaskOutcome};

const JOB_LOG_COLUMNS: &str = "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand";
/// GNU parallel's name of the local host.
const LOCAL_HOST: &str = ":";

/// Writes the log. `epoch` is the time of day at the run's start, in ns since 1970; without it times count from the
/// start.
pub fn write(model: &Model, epoch: Option<Nanos>, out: &mut impl io::Write) -> io::Result<()> {
    writeln!(out, "{JOB_LOG_COLUMNS}")?;
    let Some(run) = model.run() else { return Ok(()) };
    let parts = run.workload.as_ref().map(split_into_tasks).unwrap_or_default();
    let mut jobs: Vec<LoggedJob> = Vec::new();
    let mut before = 0;
    for lane in model.lanes() {
        jobs.extend(lane.task_ids().filter_map(|id| logged_job(lane, before, id)));
        before += lane.task_total() as usize;
    }
    jobs.sort_unstable_by_key(|job| (job.ended, job.sequence_number));
    for job in jobs {
        let start = epoch.unwrap_or(0).saturating_add(job.started) as f64 / 1e9;
        let runtime = job.ended.saturating_sub(job.started) as f64 / 1e9;
        let (seq, command) = (job.sequence_number, job.command_text(&parts));
        let (host, value, signal) = (job.host(), job.value, job.signal);
        writeln!(out, "{seq}\t{host}\t{start:.3}\t{runtime:10.3}\t0\t0\t{value}\t{signal}\t{command}")?;
    }
    Ok(())
}

/// A task that has ended.
struct LoggedJob<'a> {
    lane: &'a Lane,
    task: TaskId,
    /// Number of the job, from 1. Jobs of all lanes are numbered consecutively.
    sequence_number: usize,
    started: Nanos,
    ended: Nanos,
    value: i32,
    signal: i32,
}

/// The job of a task; `before` is the number of tasks of the lanes before its own.
fn logged_job(lane: &Lane, before: usize, task: TaskId) -> Option<LoggedJob<'_>> {
    let times = lane.task_times(task)?;
    let (value, signal) = match lane.task_outcome(task)? {
        TaskOutcome::Open | TaskOutcome::Abandoned => return None,
        TaskOutcome::Finished => (0, 0),
        TaskOutcome::Failed => (1, 0),
        TaskOutcome::Lost => match times.worker.and_then(|worker| lane.worker(worker)?.exit_time_and_kind()) {
            Some((_, Exit::Signal(signal))) => (0, signal),
            Some((_, Exit::Code(code))) if code != 0 => (code, 0),
            _ => (1, 0),
        },
    };
    let ended = times.ended?;
    // A worker may die before it can announce the task.
    let started = lane.task_reached_at(task).or(times.taken).unwrap_or(ended);
    let sequence_number = before + task.index() + 1;
    Some(LoggedJob { lane, task, sequence_number, started, ended, value, signal })
}

impl LoggedJob<'_> {
    /// The host in the name of a cluster's worker, or the local one.
    fn host(&self) -> &str {
        let worker = self.lane.task_times(self.task).and_then(|times| self.lane.worker(times.worker?));
        let Some(name) = worker.and_then(|worker| worker.name()) else { return LOCAL_HOST };
        match name.as_str().rsplit_once('@') {
            Some((_, host)) => host,
            // It is named by its address.
            None => name.as_str().rsplit_once(':').map_or(LOCAL_HOST, |(host, _)| host),
        }
    }

    /// Describes the task in place of a command line.
    fn command_text(&self, parts: &[NumberRange]) -> String {
        let lane = self.lane.name_in_run();
        match parts.get(self.task.index()) {
            Some(NumberRange { start, len }) => format!("{lane}: add {start} to {}", start + len - 1),
            None => format!("{lane}: {}", super::task_name(self.lane, self.task)),
        }
    }
}
