//! Translates reports of a Dask cluster into events of a lane.
//!
//! Reports of the scheduler and of workers are merged by time within a short window. A task that is run again is a
//! task of its own.

use std::collections::{BTreeMap, HashMap};

use super::message::{Hello, MemoryReport, Message, Report, WorkerDescription};
use super::workers::{DaskWorker, DaskWorkers};
use crate::event::text::SafeText;
use crate::event::workload::Workload;
use crate::event::{
    Call, CallId, CallKind, ClusterMemory, CodeLocation, Event, Exit, LaneId, LanePlan, LaneStatus, Mode, Nanos,
    PoolKind, ProgramPool, SlotId, StampedEvent, TaskId, WorkerId,
};

/// How long reports are held back, so that earlier ones of other workers come first, in ns.
const WINDOW: Nanos = 50_000_000;
/// After this time without a free thread, in ns, a starting task has one of its own.
const MAX_WAIT_FOR_THREAD: Nanos = 200_000_000;
/// Age of a heartbeat from which a worker counts as silent, in s.
const SILENCE_THRESHOLD_S: f64 = 10.0;

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
    /// Times of the newest reports of tasks that are held back.
    newest: HashMap<u32, Nanos>,
    /// Time of the newest report that was translated.
    now: Nanos,
    calls: HashMap<SafeText, CallId>,
    tasks: HashMap<u32, Task>,
    next_task: u32,
    workers: DaskWorkers,
    has_failed: bool,
    /// Times of the newest reports of workers, if they have one thread each.
    newest_of_workers: HashMap<u32, Nanos>,
    /// Whether workers have one thread each, which no task leaves to others.
    has_fixed_threads: bool,
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
            reports: 0,
            newest: HashMap::new(),
            now: hello_at,
            calls: HashMap::new(),
            tasks: HashMap::new(),
            next_task: 0,
            workers: DaskWorkers::default(),
            has_failed: false,
            newest_of_workers: HashMap::new(),
            has_fixed_threads: false,
            events: Vec::new(),
        }
    }

    /// The same for a cluster whose workers have one thread each, which no task leaves to others.
    #[must_use]
    pub fn with_fixed_threads(self) -> Self {
        Self { has_fixed_threads: true, ..self }
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
        self.translate_until(now.saturating_sub(WINDOW));
        for memory in message.memory {
            self.apply_memory(memory);
        }
        if let Some(sum) = message.sum {
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

    /// Sorts a report in. Reports of the same task keep their order.
    fn hold_back(&mut self, report: Report, now: Nanos) {
        // Clocks of other machines may be ahead.
        let mut at = self.time_of(report.time()).min(now);
        if let Some(task) = report.task() {
            let newest = self.newest.entry(task).or_default();
            at = at.max(*newest);
            *newest = at;
        }
        if let Some(worker) = report.worker().filter(|_| self.has_fixed_threads) {
            // It corrects its clock from time to time, but reports in order.
            let newest = self.newest_of_workers.entry(worker).or_default();
            at = at.max(*newest);
            *newest = at;
        }
        self.reports += 1;
        self.window.insert((at, self.reports), report);
    }

    /// Ends the lane: the cluster is not observed any more.
    pub fn end(&mut self) -> Nanos {
        self.translate_until(Nanos::MAX);
        if self.is_open {
            let mut open: Vec<_> =
                self.tasks.values().filter(|task| task.place != Place::Over).map(|task| task.id).collect();
            open.sort_unstable();
            let status = match (open.is_empty(), self.has_failed) {
                (false, _) => LaneStatus::Cancelled,
                (true, true) => LaneStatus::Failed,
                (true, false) => LaneStatus::Finished,
            };
            for first in open {
                self.push(Event::TasksAbandoned { first, count: 1 });
            }
            self.push(Event::LaneEnded { status });
        }
        self.now
    }

    fn time_of(&self, seconds: f64) -> Nanos {
        // A float is capped to the range of an integer.
        ((seconds - self.zero) * 1e9) as Nanos
    }

    fn push(&mut self, event: Event) {
        self.events.push(StampedEvent { at: self.now, lane: Some(self.lane), event });
    }

    fn push_to_run(&mut self, event: Event) {
        self.events.push(StampedEvent { at: self.now, lane: None, event });
    }

    fn translate_until(&mut self, t: Nanos) {
        while let Some(first) = self.window.first_entry().filter(|first| first.key().0 <= t) {
            let at = first.key().0;
            self.now = self.now.max(at);
            let report = first.remove();
            if let Some(task) = report.task().filter(|task| self.newest.get(task) == Some(&at)) {
                self.newest.remove(&task);
            }
            self.apply(report);
        }
        if t != Nanos::MAX {
            self.now = self.now.max(t);
        }
        let number = |(number, worker): (&u32, &DaskWorker)| {
            worker.deferred.front().filter(|(at, _)| at + MAX_WAIT_FOR_THREAD <= self.now).map(|_| *number)
        };
        let crowded: Vec<u32> =
            self.workers.all.iter().filter(|_| !self.has_fixed_threads).filter_map(number).collect();
        for worker in crowded {
            self.add_thread(worker);
            self.start_deferred(worker);
        }
    }

    fn open_lane(&mut self, reports: &[Report]) {
        self.is_open = true;
        let described = reports.iter().filter_map(|report| match report {
            Report::WorkerAdded(_, _, worker) => Some(worker),
            _ => None,
        });
        let workers = described.map(|worker| worker.threads).sum::<u32>().min(Workload::MAX_TASKS);
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
            Report::Executing(_, task, worker) => self.executing(task, worker),
            Report::Finished(_, task, worker, _, result_bytes) => self.finished(task, worker, result_bytes),
            Report::Erred(_, task, error) => self.ended(task, &error),
            Report::Returned(_, task, key) => self.returned(task, key),
            Report::Forgotten(_, task) => {
                self.ended(task, &"cancelled".into());
                self.tasks.remove(&task);
            }
            Report::Held(_, on_scheduler, on_worker, result_bytes) => {
                self.push(Event::TasksHeld { on_scheduler, on_worker, result_bytes });
            }
            Report::WorkerAdded(_, number, description) => self.worker_added(number, &description),
            Report::WorkerRemoved(_, number) => self.worker_removed(number),
            Report::Reset(_) => self.reset(),
        }
    }

    // Tasks

    fn tasks_submitted(&mut self, first: u32, counts: Vec<(SafeText, u32)>) {
        let mut number = first;
        for (prefix, count) in counts {
            let call = self.call_of(prefix);
            let end = number.saturating_add(count);
            while number < end {
                let count = (end - number).min(Workload::MAX_TASKS);
                self.submit(number, count, call);
                number += count;
            }
        }
    }

    /// The call of tasks of a prefix.
    fn call_of(&mut self, prefix: SafeText) -> CallId {
        if let Some(call) = self.calls.get(&prefix) {
            return *call;
        }
        let call = CallId(self.calls.len() as u32);
        self.calls.insert(prefix.clone(), call);
        let call_made = Call { kind: CallKind::Submit, function: prefix, site: None, items: None, chunk: 1 };
        self.push(Event::CallMade(Box::new(call_made)));
        call
    }

    fn submit(&mut self, number: u32, count: u32, call: CallId) {
        let first = TaskId(self.next_task);
        for i in 0..count {
            let task = Task { id: TaskId(first.0 + i), call, place: Place::Scheduler };
            self.tasks.insert(number + i, task);
        }
        self.next_task += count;
        self.push(Event::TasksSubmitted { first, count, call: Some(call) });
    }

    /// A task that is not over. One that is run again is submitted again.
    fn open_task(&mut self, number: u32) -> Option<Task> {
        let task = *self.tasks.get(&number)?;
        if task.place == Place::Over {
            self.submit(number, 1, task.call);
        }
        self.tasks.get(&number).copied()
    }

    fn set_place(&mut self, number: u32, place: Place) {
        if let Some(task) = self.tasks.get_mut(&number) {
            task.place = place;
        }
    }

    fn sent(&mut self, number: u32, worker: Option<u32>) {
        let Some(task) = self.open_task(number) else { return };
        match task.place {
            Place::Scheduler => self.push(Event::TaskSent { task: task.id }),
            Place::Sent(_) => {}
            Place::Running(_) | Place::Over => return,
        }
        self.set_place(number, Place::Sent(worker));
    }

    fn executing(&mut self, number: u32, worker: u32) {
        let Some(task) = self.tasks.get(&number).copied() else { return };
        if !matches!(task.place, Place::Scheduler | Place::Sent(_)) {
            return;
        }
        let Some(of_task) = self.workers.all.get_mut(&worker) else { return };
        let now = self.now;
        let Some(thread) = of_task.free_thread() else {
            of_task.deferred.push_back((now, number));
            return;
        };
        thread.task = Some((number, task.id));
        let (worker_id, first) = (thread.id, task.id);
        self.set_place(number, Place::Running(worker));
        self.push(Event::TaskTaken { worker: worker_id, first, count: 1, receive_ns: 0 });
        self.push(Event::TaskLoaded { worker: worker_id, task: first, bytes: 0, cpu_ns: 0 });
    }

    /// Starts a task that has waited for a free thread of a worker.
    fn start_deferred(&mut self, worker: u32) {
        let deferred = self.workers.all.get_mut(&worker).and_then(|worker| worker.deferred.pop_front());
        if let Some((_, number)) = deferred {
            self.executing(number, worker);
        }
    }

    fn finished(&mut self, number: u32, worker: Option<u32>, result_bytes: u64) {
        let Some(task) = self.tasks.get(&number).copied() else { return };
        if let (Place::Scheduler | Place::Sent(_), Some(worker)) = (task.place, worker) {
            // Its start was not reported, or found no free thread.
            if let Some(of_task) = self.workers.all.get_mut(&worker) {
                of_task.deferred.retain(|(_, deferred)| *deferred != number);
                if of_task.free_thread().is_none() {
                    self.add_thread(worker);
                }
            }
            self.executing(number, worker);
        }
        self.end_running(number, |worker, task| Event::TaskFinished {
            worker,
            task,
            sum: None,
            cpu_ns: 0,
            result_bytes,
        });
    }

    /// Ends a running task by an event, and frees its thread. False if it does not run.
    fn end_running(&mut self, number: u32, event: impl FnOnce(WorkerId, TaskId) -> Event) -> bool {
        let Some(Task { id, place: Place::Running(worker), .. }) = self.tasks.get(&number).copied() else {
            return false;
        };
        let Some(thread) = self.workers.all.get_mut(&worker).and_then(|worker| worker.thread_of(number)) else {
            return false;
        };
        thread.task = None;
        let thread = thread.id;
        self.set_place(number, Place::Over);
        let event = event(thread, id);
        let failed = matches!(event, Event::TaskFailed { .. });
        self.has_failed |= failed;
        self.push(event);
        if !failed {
            self.push(Event::TaskReleased { worker: thread, task: id });
        }
        self.start_deferred(worker);
        true
    }

    /// A task ended without a result: it failed if it ran, and is abandoned otherwise.
    fn ended(&mut self, number: u32, error: &SafeText) {
        if self.end_running(number, |worker, task| Event::TaskFailed { worker, task, error: error.clone() }) {
            return;
        }
        if let Some(Task { id, place: Place::Scheduler | Place::Sent(_), .. }) = self.tasks.get(&number).copied() {
            self.set_place(number, Place::Over);
            self.push(Event::TasksAbandoned { first: id, count: 1 });
        }
    }

    /// A task is back on the scheduler: its worker was lost, it moved, or it was cancelled.
    fn returned(&mut self, number: u32, key: SafeText) {
        let Some(task) = self.tasks.get(&number).copied() else { return };
        let (Place::Sent(Some(worker)) | Place::Running(worker)) = task.place else { return };
        let follows = |follows: &dyn Fn(&Report) -> bool| self.window.values().any(follows);
        let is_cancelled = follows(&|report| matches!(report, Report::Forgotten(_, task) if *task == number));
        let is_lost = follows(&|report| matches!(report, Report::WorkerRemoved(_, lost) if *lost == worker));
        if is_cancelled {
            return;
        }
        if is_lost {
            self.push(Event::TaskNamed { task: task.id, name: key });
        }
        if matches!(task.place, Place::Sent(_)) {
            let first_thread = self.workers.all.get(&worker).and_then(DaskWorker::first_thread);
            self.push(Event::TaskReturned { task: task.id, worker: first_thread.filter(|_| is_lost) });
            self.set_place(number, Place::Scheduler);
            return;
        }
        // A task that was running is lost with its worker, as its removal tells.
        if !is_lost {
            self.ended(number, &"rescheduled".into());
        }
        self.submit(number, 1, task.call);
    }

    // Workers

    fn worker_added(&mut self, number: u32, description: &WorkerDescription) {
        self.workers.add(number, description);
        let Some(worker) = self.workers.all.get(&number) else { return };
        let (pid, name, threads) = (worker.pid, worker.name.clone(), worker.threads.clone());
        for thread in threads {
            self.thread_started(thread.id, thread.slot, pid, &name);
        }
    }

    fn add_thread(&mut self, number: u32) {
        let Some(thread) = self.workers.add_thread(number) else { return };
        let Some(worker) = self.workers.all.get(&number) else { return };
        let (pid, name) = (worker.pid, worker.name.clone());
        self.thread_started(thread.id, thread.slot, pid, &name);
    }

    fn thread_started(&mut self, worker: WorkerId, slot: SlotId, pid: u32, name: &SafeText) {
        self.push(Event::WorkerSpawned { worker, slot, pid });
        self.push(Event::WorkerNamed { worker, name: name.clone() });
        self.push(Event::WorkerReady { worker });
    }

    fn worker_removed(&mut self, number: u32) {
        let Some(worker) = self.workers.remove(number) else { return };
        for thread in worker.threads {
            let worker = thread.id;
            self.push(Event::WorkerExited { worker, exit: Exit::Unknown, usage: None });
            if let Some((number, first)) = thread.task {
                self.has_failed = true;
                self.push(Event::TasksLost { first, count: 1, worker: Some(worker) });
                if let Some(task) = self.tasks.get_mut(&number).filter(|task| task.id == first) {
                    task.place = Place::Over;
                }
            }
        }
    }

    fn apply_memory(&mut self, MemoryReport(number, managed, unmanaged, spilled, age): MemoryReport) {
        let Some(worker) = self.workers.all.get_mut(&number) else { return };
        let bytes = |bytes: i64| bytes.max(0).cast_unsigned();
        let memory = ClusterMemory { managed: bytes(managed), unmanaged: bytes(unmanaged), spilled: bytes(spilled) };
        let is_silent =
            age > SILENCE_THRESHOLD_S && !std::mem::replace(&mut worker.is_silent, age > SILENCE_THRESHOLD_S);
        let name = worker.name.clone();
        let changed = std::mem::replace(&mut worker.memory, memory) != memory;
        if let Some(worker) = worker.first_thread().filter(|_| changed) {
            self.push(Event::WorkerMemorySampled { worker, memory });
        }
        if is_silent {
            let reason = format!("worker {name} has sent no heartbeat for {SILENCE_THRESHOLD_S} s").into();
            self.push_to_run(Event::NotObserved { reason });
        }
    }

    /// Reports were dropped: what was known is out of date, and told anew.
    fn reset(&mut self) {
        let mut open: Vec<_> = self.tasks.keys().copied().collect();
        open.sort_unstable();
        for number in open {
            self.ended(number, &"its end was not reported".into());
        }
        self.tasks.clear();
        let workers: Vec<_> = self.workers.all.keys().copied().collect();
        for number in workers {
            self.worker_removed(number);
        }
    }
}
