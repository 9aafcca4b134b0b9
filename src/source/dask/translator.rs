//! Translates reports of a Dask cluster into events of a lane.
//!
//! Reports of the scheduler and of workers are merged by time within a short window. A task that is run again is a
//! task of its own.

mod task_reports;
mod worker_reports;

use std::collections::{BTreeMap, HashMap, HashSet};

use super::message::{Hello, Message, Report};
use task_reports::Finish;

use super::workers::DaskWorkers;
use crate::event::text::SafeText;
use crate::event::workload::Workload;
use crate::event::{
    CallId, CodeLocation, Event, LaneId, LanePlan, LaneStatus, Mode, Nanos, PoolKind, ProgramPool, StampedEvent, TaskId,
};

/// How long reports are held back, so that earlier ones of other workers come first, in ns. A busy scheduler reads some
/// of them late.
pub(super) const WINDOW: Nanos = 100_000_000;

/// Where a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Scheduler,
    /// On a worker, not started.
    Sent(Option<u32>),
    /// Executed by a worker.
    Running(u32),
    /// Finished, failed or lost.
    Over,
}

#[derive(Clone, Copy, Debug)]
struct Task {
    id: TaskId,
    call: CallId,
    place: Place,
    /// Since when it is there.
    since: Nanos,
    has_result: bool,
    has_failed: bool,
}

/// Translates messages into events.
pub struct Translator {
    lane: LaneId,
    /// Time of the scheduler at time zero of the run, in s.
    zero: f64,
    hello: Hello,
    is_open: bool,
    /// Reports that are held back, by time and order of arrival.
    window: BTreeMap<(Nanos, u64), Report>,
    reports: u64,
    /// Keys of the held-back reports of workers that were removed, by worker.
    removals: HashMap<u32, (Nanos, u64)>,
    /// Tasks of which the newest report is that they returned to the scheduler, and those that it then forgot.
    returned: HashSet<u32>,
    cancelled: HashSet<u32>,
    /// Tasks that returned because they were cancelled while they ran, with their keys; and those of them that are
    /// forgotten, by worker and key: their threads still run them.
    cancelled_keys: HashMap<u32, SafeText>,
    still_running: HashMap<(u32, SafeText), u32>,
    /// Time of the newest report of a forgotten task. The end of a cancelled task is later.
    newest_forgotten: Nanos,
    /// Workers that were removed, with the stimulus, by reports that are held back.
    removed: Vec<(u32, SafeText)>,
    /// Times of the newest reports of tasks that are held back.
    newest: HashMap<u32, Nanos>,
    /// Times of the newest starts and ends that each worker stamped.
    newest_of_workers: HashMap<(u32, bool), Nanos>,
    /// Results that were lost and are not reported yet, by the task that waits for them, with the time of the first.
    lost_results: BTreeMap<u32, (Nanos, Vec<u32>)>,
    /// Time of the newest report that was translated.
    now: Nanos,
    calls: HashMap<SafeText, CallId>,
    /// CPU time and other time in ns of prefixes without a call yet. Workers' times are reported again only if they change.
    early_times: HashMap<SafeText, (u64, u64)>,
    tasks: HashMap<u32, Task>,
    next_task: u32,
    workers: DaskWorkers,
    /// Number of tasks whose newest attempt failed or was lost.
    failed: u32,
    /// Whether the newest numbers of tasks have open ones.
    has_counted_tasks: bool,
    /// Whether the sum of a graph is still to be reported.
    lacks_sum: bool,
    events: Vec<StampedEvent>,
}

impl Translator {
    /// Translates messages of a cluster into events of this lane. `hello_at` is the time of the run when the scheduler
    /// said hello.
    #[must_use]
    pub fn new(hello: Hello, lane: LaneId, hello_at: Nanos) -> Self {
        Self {
            lane,
            zero: hello.time - hello_at as f64 / 1e9,
            hello,
            is_open: false,
            window: BTreeMap::new(),
            removals: HashMap::new(),
            reports: 0,
            returned: HashSet::new(),
            cancelled: HashSet::new(),
            cancelled_keys: HashMap::new(),
            still_running: HashMap::new(),
            newest_forgotten: 0,
            removed: Vec::new(),
            newest: HashMap::new(),
            newest_of_workers: HashMap::new(),
            lost_results: BTreeMap::new(),
            now: hello_at,
            calls: HashMap::new(),
            early_times: HashMap::new(),
            tasks: HashMap::new(),
            next_task: 0,
            workers: DaskWorkers::default(),
            failed: 0,
            has_counted_tasks: false,
            lacks_sum: false,
            events: Vec::new(),
        }
    }

    /// The events since the last call.
    pub fn take_events(&mut self) -> Vec<StampedEvent> {
        std::mem::take(&mut self.events)
    }

    /// Translates a message, and returns the time up to which events are complete.
    pub fn translate(&mut self, message: Message) -> Nanos {
        let now = self.time_of(message.now).max(self.now);
        if !self.is_open && !message.events.is_empty() {
            self.open_lane(&message.events);
        }
        for report in message.events {
            self.hold_back(report, now);
        }
        if !message.more {
            self.translate_until(now.saturating_sub(WINDOW));
        }
        for memory in message.memory {
            self.apply_memory(message.now, memory);
        }
        if let Some(usage) = message.usage.filter(|_| self.is_open) {
            self.apply_usage(usage);
        }
        if let Some(counts) = message.counts.filter(|_| self.is_open) {
            self.now = self.now.max(now);
            self.push(Event::TasksCounted { counts });
            self.has_counted_tasks = counts.scheduler > 0 || counts.workers > 0;
            self.failed = counts.erred;
        }
        if let Some(sum) = message.sum {
            self.lacks_sum = false;
            self.push(Event::SumReturned { sum });
        }
        if message.dropped > 0 {
            self.push_to_run(Event::ReportsDropped { count: message.dropped });
        }
        if let Some(reason) = message.problem {
            self.push_to_run(Event::NotObserved { reason });
        }
        self.now
    }

    /// Sorts a report in. Reports of the same task keep their order, and so do starts and ends of the same worker: it
    /// estimates its clock's offset anew with each heartbeat, and on a busy machine by tens of ms differently.
    fn hold_back(&mut self, report: Report, now: Nanos) {
        // Clocks of other machines may be ahead.
        let mut at = self.time_of(report.time()).min(now);
        if let Some((worker, false)) = report.stamped_by() {
            // A start that is reported after an end is later.
            at = self.newest_of_workers.get(&(worker, true)).map_or(at, |newest_end| at.max(*newest_end));
        }
        let mut newest = report.stamped_by().map(|stamp| self.newest_of_workers.entry(stamp).or_default());
        at = newest.as_deref().map_or(at, |newest| at.max(*newest));
        if let Some(task) = report.task() {
            let of_task = self.newest.entry(task).or_default();
            at = at.max(*of_task);
            *of_task = at;
        }
        match &report {
            Report::Forgotten(..) => self.newest_forgotten = self.newest_forgotten.max(at),
            Report::CancelledEnded(..) => at = at.max(self.newest_forgotten),
            _ => {}
        }
        if let Some(newest) = &mut newest {
            **newest = at;
        }
        if let Report::WorkerRemoved(_, worker, stimulus) = &report {
            // What it had done before is reported before.
            let newest = [false, true].map(|is_end| self.newest_of_workers.get(&(*worker, is_end)).copied());
            at = newest.into_iter().flatten().fold(at, Nanos::max);
            self.removed.push((*worker, stimulus.clone()));
        }
        if let Some(task) = report.task() {
            let had_returned = self.returned.remove(&task);
            match report {
                Report::Returned(..) => drop(self.returned.insert(task)),
                Report::Forgotten(..) if had_returned => drop(self.cancelled.insert(task)),
                _ => {}
            }
        }
        // A worker is removed after what was given up with it, whatever the stamps.
        let with = if let Report::GivenUp(.., with) = &report { *with } else { None };
        let removal = with.and_then(|worker| self.removals.remove(&worker));
        self.insert(at, report);
        if let Some(key) = removal
            && let Some(removal) = self.window.remove(&key)
        {
            self.insert(at.max(key.0), removal);
        }
    }

    fn insert(&mut self, at: Nanos, report: Report) {
        self.reports += 1;
        let key = (at, self.reports);
        if let Report::WorkerRemoved(_, worker, _) = &report {
            self.removals.insert(*worker, key);
        }
        self.window.insert(key, report);
    }

    /// The cluster runs a graph, which has ended when its sum is reported.
    #[must_use]
    pub fn of_graph(self) -> Self {
        Self { lacks_sum: true, ..self }
    }

    /// Ends the lane: the cluster is not observed any more.
    pub fn end(&mut self) -> Nanos {
        self.end_with(LaneStatus::Cancelled)
    }

    /// Ends the lane with this status if tasks are open.
    pub fn end_with(&mut self, of_open: LaneStatus) -> Nanos {
        self.translate_until(Nanos::MAX);
        if self.is_open {
            self.end_cancelled(|_| true);
            let mut open: Vec<_> =
                self.tasks.values().filter(|task| task.place != Place::Over).map(|task| task.id).collect();
            open.sort_unstable();
            let status = if !open.is_empty() || self.has_counted_tasks || self.lacks_sum {
                of_open
            } else if self.failed > 0 {
                LaneStatus::Failed
            } else {
                LaneStatus::Finished
            };
            for first in open {
                self.push(Event::TasksAbandoned { first, count: 1 });
            }
            self.push(Event::LaneEnded { status });
        }
        self.now
    }

    fn time_of(&self, seconds: f64) -> Nanos {
        // A float is capped to the range of an integer. Seconds since 1970 have a precision of 0.2 µs.
        (((seconds - self.zero) * 1e6).round() as Nanos).saturating_mul(1_000)
    }

    fn push(&mut self, event: Event) {
        self.push_at(self.now, event);
    }

    fn push_at(&mut self, at: Nanos, event: Event) {
        self.events.push(StampedEvent { at, lane: Some(self.lane), event });
    }

    fn push_to_run(&mut self, event: Event) {
        self.events.push(StampedEvent { at: self.now, lane: None, event });
    }

    fn translate_until(&mut self, t: Nanos) {
        while let Some((first, report)) = self.window.first_key_value().filter(|((at, _), _)| *at <= t) {
            let first = *first;
            // The tasks of results that are lost together are sent to workers in between.
            if !matches!(report, Report::Waits(..) | Report::Returned(..) | Report::Sent(..)) {
                self.report_lost_results();
            }
            self.now = self.now.max(first.0);
            self.apply_held_back(first);
        }
        self.report_lost_results();
        if t != Nanos::MAX {
            self.now = self.now.max(t);
        }
    }

    /// Applies a report that was held back, now.
    fn apply_held_back(&mut self, key: (Nanos, u64)) {
        let Some(report) = self.window.remove(&key) else { return };
        if let Report::WorkerRemoved(_, worker, _) = &report {
            self.removals.remove(worker);
        }
        if let Some(task) = report.task().filter(|task| self.newest.get(task) == Some(&key.0)) {
            self.newest.remove(&task);
        }
        self.apply(report);
    }

    fn open_lane(&mut self, reports: &[Report]) {
        self.is_open = true;
        let described = reports.iter().filter_map(|report| match report {
            Report::WorkerAdded(_, _, worker) => Some(worker),
            _ => None,
        });
        let workers = described.fold(0, |sum: u32, worker| sum.saturating_add(worker.threads)).min(Workload::MAX_TASKS);
        let Hello { pid, version, saturation, address, .. } = self.hello.clone();
        let pool = ProgramPool {
            kind: PoolKind::DaskCluster,
            pid,
            site: Some(CodeLocation { file: address, line: 0 }).filter(|site| !site.file.as_str().is_empty()),
            saturation: Some(saturation),
        };
        let engine = SafeText::from(format!("dask {version}"));
        self.push_to_run(Event::InterpreterAttached { pid, engine: engine.clone() });
        self.push(Event::LaneOpened(Box::new(LanePlan {
            mode: Mode::Pool,
            engine,
            workers,
            cores: Vec::new(),
            gil: false,
            unreported_gil: false,
            own_queues: false,
            chunk: 1,
            pool: Some(pool),
        })));
        self.push(Event::LaneStarted {});
    }

    fn apply(&mut self, report: Report) {
        match report {
            Report::Submitted(_, first, counts) => self.tasks_submitted(first, counts),
            Report::Sent(_, task, worker) => self.sent(task, worker),
            Report::Executing(at, task, worker) => self.started(task, worker, self.time_of(at)),
            Report::Seceded(_, task, worker) => self.seceded(task, worker),
            Report::Finished(_, task, worker, start, result_bytes, transfers) => {
                let mut transfers: Vec<_> =
                    transfers.iter().map(|(from, to)| self.time_of(*from)..self.time_of(*to)).collect();
                transfers.sort_unstable_by_key(|transfer| transfer.start);
                self.finished(task, worker, &Finish { start: self.time_of(start), result_bytes, transfers });
            }
            Report::Erred(_, task, key, error, worker) => self.failed(task, key, worker, error),
            Report::GivenUp(_, task, key, worker) => self.given_up(task, key, worker),
            Report::Returned(_, task, key, stimulus) => self.returned(task, key, &stimulus),
            Report::Waits(_, task, needed, waiting) => self.waits_again(task, &needed, &waiting),
            Report::CancelledEnded(_, worker, key) => {
                self.end_cancelled(|(by, ended)| *by == worker && *ended == key);
            }
            Report::Forgotten(_, task) => self.forgotten(task),
            Report::Held(_, on_scheduler, on_worker, result_bytes) => {
                self.push(Event::TasksHeld { on_scheduler, on_worker, result_bytes });
            }
            Report::WorkerAdded(_, number, description) => self.worker_added(number, &description),
            Report::HostDescribed(_, number, cores) => self.host_described(number, cores),
            Report::WorkerRemoved(_, number, _) => {
                self.worker_removed(number);
                self.removed.retain(|(removed, _)| *removed != number);
                self.newest_of_workers.retain(|(worker, _), _| *worker != number);
            }
            Report::Reset(_) => self.reset(),
        }
    }
}
