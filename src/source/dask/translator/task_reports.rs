//! Reports about tasks.

use std::ops::Range;

use super::{Place, Task, Translator};
use crate::event::text::SafeText;
use crate::event::workload::Workload;
use crate::event::{Call, CallId, CallKind, Event, Exit, Nanos, RequeueCause, TaskId, UNKNOWN_ERROR, WorkerId};
use crate::source::dask::message::{Dependent, Report};
use crate::source::dask::workers::DaskWorker;

/// Dependencies in an event: a line of a recording has a maximum length.
const MAX_DEPENDENCIES: usize = 1_000;

impl Translator {
    pub(super) fn tasks_submitted(&mut self, first: u32, counts: Vec<(SafeText, u32, Vec<Dependent>)>) {
        let mut number = first;
        let mut all_dependent = Vec::new();
        for (prefix, count, dependent) in counts {
            let call = self.call_of(prefix);
            let end = number.saturating_add(count);
            while number < end {
                let count = (end - number).min(Workload::MAX_TASKS);
                self.submit(number, count, call);
                number += count;
            }
            all_dependent.extend(dependent);
        }
        // A prefix may need results of a later one.
        for (number, needed) in all_dependent {
            self.task_depends(self.now, number, &needed);
        }
    }

    fn task_depends(&mut self, at: Nanos, number: u32, needed: &[u32]) {
        let Some(task) = self.tasks.get(&number).map(|task| task.id) else { return };
        // A result that was released is computed again by another task.
        let is_to_come = |task: &&Task| task.place != Place::Over;
        let needed = needed.iter().filter_map(|number| self.tasks.get(number).filter(is_to_come));
        let needed: Vec<TaskId> = needed.map(|task| task.id).collect();
        for on in needed.chunks(MAX_DEPENDENCIES) {
            self.push_at(at, Event::TaskDepends { task, on: on.to_vec() });
        }
    }

    /// A task waits for results again. If it had one, that was lost or released, and others wait for it.
    pub(super) fn waits_again(&mut self, number: u32, needed: &[u32], waiting: &[u32]) {
        self.open_task(number);
        self.task_depends(self.now, number, needed);
        for waiting in waiting {
            self.lost_results.entry(*waiting).or_insert_with(|| (self.now, Vec::new())).1.push(number);
        }
    }

    /// Reports all results at once that a task waits for again: a lost worker may have had many that many tasks need.
    pub(super) fn report_lost_results(&mut self) {
        for (number, (at, results)) in std::mem::take(&mut self.lost_results) {
            self.task_depends(at, number, &results);
        }
    }

    /// The call of tasks of a prefix.
    fn call_of(&mut self, prefix: SafeText) -> CallId {
        if let Some(call) = self.calls.get(&prefix) {
            return *call;
        }
        let call = CallId(self.calls.len() as u32);
        self.calls.insert(prefix.clone(), call);
        let early_time = self.early_times.remove(&prefix);
        let call_made = Call { kind: CallKind::Submit, function: prefix, site: None, items: None, chunk: 1 };
        self.push(Event::CallMade(Box::new(call_made)));
        if let Some(time) = early_time {
            self.push_call_time(call, time);
        }
        call
    }

    fn submit(&mut self, number: u32, count: u32, call: CallId) {
        let first = TaskId(self.next_task);
        for i in 0..count {
            let (id, place, since) = (TaskId(first.0 + i), Place::Scheduler, self.now);
            self.tasks.insert(number + i, Task { id, call, place, since, has_result: false, has_failed: false });
        }
        self.next_task += count;
        self.push(Event::TasksSubmitted { first, count, call: Some(call) });
    }

    /// Submits a task again that this attempt did not end.
    fn submit_again(&mut self, number: u32, attempt: TaskId, call: CallId, cause: RequeueCause) {
        self.failed -= u32::from(self.tasks.get(&number).is_some_and(|task| task.has_failed));
        let task = TaskId(self.next_task);
        self.submit(number, 1, call);
        self.push(Event::TaskRequeued { task, cause, after: Some(attempt) });
    }

    /// The newest attempt at a task failed or was lost.
    pub(super) fn mark_failed(&mut self, number: u32) {
        if let Some(task) = self.tasks.get_mut(&number) {
            self.failed += u32::from(!std::mem::replace(&mut task.has_failed, true));
        }
    }

    /// A task that is not over. One that is run again is submitted again.
    fn open_task(&mut self, number: u32) -> Option<Task> {
        let task = *self.tasks.get(&number)?;
        if task.place == Place::Over {
            let cause = if task.has_result { RequeueCause::ResultLost } else { RequeueCause::Other };
            self.submit_again(number, task.id, task.call, cause);
        }
        self.tasks.get(&number).copied()
    }

    fn set_place(&mut self, number: u32, place: Place) {
        if let Some(task) = self.tasks.get_mut(&number) {
            (task.place, task.since) = (place, self.now);
        }
    }

    pub(super) fn sent(&mut self, number: u32, worker: Option<u32>) {
        let Some(task) = self.open_task(number) else { return };
        match task.place {
            Place::Scheduler => self.push(Event::TaskSent { task: task.id }),
            Place::Sent(_) => {}
            Place::Running(_) | Place::Over => return,
        }
        self.set_place(number, Place::Sent(worker));
    }

    /// A task has begun to execute at this time, or when its thread was free.
    pub(super) fn started(&mut self, number: u32, worker: u32, at: Nanos) {
        let Some(task) = self.tasks.get(&number).copied() else { return };
        if !matches!(task.place, Place::Scheduler | Place::Sent(_)) {
            return;
        }
        let now = self.now;
        if self.has_no_free_thread(worker) {
            // The thread of a cancelled task has gone on to this one, though that was not reported.
            let cancelled = self.still_running.iter().filter(|((by, _), _)| *by == worker);
            if let Some(oldest) = cancelled.min_by_key(|(_, number)| **number).map(|(of_task, _)| of_task.clone()) {
                self.end_cancelled(|of_task| *of_task == oldest);
            }
        }
        if self.has_no_free_thread(worker) {
            self.apply_next_end(worker, |report| report.stamped_by().is_none());
        }
        let Some(of_task) = self.workers.all.get_mut(&worker) else { return };
        let Some(thread) = of_task.free_thread() else {
            of_task.deferred.push_back((now, number));
            return;
        };
        let at = at.max(thread.free_since).max(task.since).min(now);
        thread.task = Some((number, task.id));
        thread.started = at;
        let (worker_id, first) = (thread.id, task.id);
        // The scheduler does not report to plugins that a task which has not started was moved.
        if matches!(task.place, Place::Sent(Some(other)) if other != worker) {
            self.push(Event::TaskRequeued { task: first, cause: RequeueCause::Stolen, after: None });
        }
        self.set_place(number, Place::Running(worker));
        self.push_at(at, Event::TaskTaken { worker: worker_id, first, count: 1, receive_ns: 0 });
        self.push_at(at, Event::TaskLoaded { worker: worker_id, task: first, bytes: 0, cpu_ns: 0 });
    }

    /// The task keeps its thread on the screen, and the worker has another one for others.
    pub(super) fn seceded(&mut self, number: u32, worker: u32) {
        self.started(number, worker, self.now);
        let thread = self.workers.all.get_mut(&worker).and_then(|worker| worker.thread_of(number));
        let Some(thread) = thread.filter(|thread| !thread.is_extra) else { return };
        thread.is_extra = true;
        self.add_thread(worker);
        self.start_deferred(worker);
    }

    /// Starts tasks that have waited for a free thread of a worker.
    pub(super) fn start_deferred(&mut self, worker: u32) {
        while !self.has_no_free_thread(worker) {
            let deferred = self.workers.all.get_mut(&worker).and_then(|worker| worker.deferred.pop_front());
            let Some((_, number)) = deferred else { return };
            self.started(number, worker, self.now);
        }
    }

    pub(super) fn finished(&mut self, number: u32, worker: Option<u32>, figures: &Finish) {
        let Some(task) = self.tasks.get(&number).copied() else { return };
        if let (Place::Scheduler | Place::Sent(_), Some(worker)) = (task.place, worker) {
            let is_deferred = self.remove_deferred(number) == Some(worker);
            self.start_ended(number, worker, figures.start, is_deferred);
        }
        self.report_transfers(number, &figures.transfers);
        let result_bytes = figures.result_bytes;
        self.end_running(number, |worker, task| Event::TaskFinished {
            worker,
            task,
            sum: None,
            cpu_ns: 0,
            result_bytes,
        });
        if let Some(task) = self.tasks.get_mut(&number) {
            task.has_result = true;
        }
    }

    /// Starts a task that has ended: its start was not reported, or found no free thread and it was deferred.
    fn start_ended(&mut self, number: u32, worker: u32, start: Nanos, is_deferred: bool) {
        while self.has_no_free_thread(worker) && self.apply_next_end(worker, |_| true) {}
        if self.has_no_free_thread(worker) {
            // A task that began is the next one of a thread. Without a report of that, one before may have seceded.
            let oldest = self.workers.all.get(&worker).and_then(DaskWorker::oldest_task).filter(|_| is_deferred);
            let is_newest_attempt =
                |(number, id): &(u32, TaskId)| self.tasks.get(number).is_some_and(|task| task.id == *id);
            if let Some((oldest, _)) = oldest.filter(is_newest_attempt) {
                self.abandoned(oldest);
            } else {
                self.add_thread(worker);
                self.workers.mark_newest_thread_as_extra(worker);
            }
        }
        self.started(number, worker, start);
    }

    fn has_no_free_thread(&mut self, worker: u32) -> bool {
        self.workers.all.get_mut(&worker).is_some_and(|worker| worker.free_thread().is_none())
    }

    /// Lets a task that has begun wait for a free thread no more. Returns its worker.
    fn remove_deferred(&mut self, number: u32) -> Option<u32> {
        let mut all = self.workers.all.iter_mut();
        let is_deferred = |(_, deferred): &(Nanos, u32)| *deferred == number;
        all.find_map(|(worker, of_task)| {
            let position = of_task.deferred.iter().position(is_deferred)?;
            of_task.deferred.remove(position).map(|_| *worker)
        })
    }

    /// Applies the next report that ends a task of a worker's threads, if it is like this. The scheduler stamps ends that
    /// have no time of the worker later than the worker stamps the next start.
    fn apply_next_end(&mut self, worker: u32, is_like: impl Fn(&Report) -> bool) -> bool {
        let Some(of_task) = self.workers.all.get(&worker) else { return false };
        let next = self
            .window
            .iter()
            .find(|(_, report)| report.is_end() && report.task().is_some_and(|task| of_task.is_executing(task)));
        let Some(key) = next.filter(|(_, report)| is_like(report)).map(|(key, _)| *key) else { return false };
        self.apply_held_back(key);
        true
    }

    /// Reports how long the thread of a running task was free before while data was fetched for the task.
    fn report_transfers(&mut self, number: u32, transfers: &[Range<Nanos>]) {
        let Some(Task { place: Place::Running(worker), .. }) = self.tasks.get(&number).copied() else { return };
        let Some(thread) = self.workers.all.get_mut(&worker).and_then(|worker| worker.thread_of(number)) else {
            return;
        };
        let (worker, started) = (thread.id, thread.started);
        let mut from = thread.free_since;
        let mut ns = 0;
        for transfer in transfers {
            let end = transfer.end.min(started);
            ns += end.saturating_sub(transfer.start.max(from));
            from = from.max(end);
        }
        if let Some((_, task)) = thread.task.filter(|_| ns > 0) {
            self.push(Event::TransferWaited { worker, task, ns });
        }
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
        thread.free_since = self.now;
        let (thread, is_extra) = (thread.id, thread.is_extra);
        self.set_place(number, Place::Over);
        let event = event(thread, id);
        let finished = matches!(event, Event::TaskFinished { .. });
        if matches!(event, Event::TaskFailed { .. }) {
            self.mark_failed(number);
        }
        self.push(event);
        if finished {
            self.push(Event::TaskReleased { worker: thread, task: id });
        }
        if is_extra {
            let memory = self.workers.remove_thread(worker, thread);
            self.push(Event::WorkerExited { worker: thread, exit: Exit::Unknown, usage: None });
            if let Some((worker, memory)) = memory {
                self.push(Event::WorkerMemorySampled { worker, memory });
            }
        }
        self.start_deferred(worker);
        true
    }

    /// The scheduler gives a task up when too many workers were lost with it. The report of the last of them follows.
    pub(super) fn given_up(&mut self, number: u32, key: SafeText, worker: Option<u32>) {
        let Some(Task { id, place, .. }) = self.tasks.get(&number).copied() else { return };
        let is_open = match place {
            Place::Running(by) => Some(by) == worker,
            Place::Scheduler | Place::Sent(_) => true,
            Place::Over => false,
        };
        let mut of_task = worker.filter(|_| is_open).and_then(|worker| self.workers.all.get_mut(&worker));
        let running = of_task.as_deref_mut().and_then(|worker| worker.thread_of(number)).map(|thread| thread.id);
        let Some(worker) = running.or_else(|| of_task?.first_thread()) else { return self.abandoned(number) };
        self.push(Event::TaskNamed { task: id, name: key });
        // A task that was running is lost with its worker, as its removal tells.
        if running.is_none() {
            self.mark_failed(number);
            self.set_place(number, Place::Over);
            self.push(Event::TasksLost { first: id, count: 1, worker: Some(worker) });
        }
        self.push(Event::TaskGivenUp { task: id, worker });
    }

    /// A task failed on this worker; none if one failed that it depends on, or if that is not known.
    pub(super) fn failed(&mut self, number: u32, key: SafeText, worker: Option<u32>, error: Option<SafeText>) {
        let place = self.tasks.get(&number).map(|task| task.place);
        if let (Some(Place::Scheduler | Place::Sent(_)), Some(worker)) = (place, worker) {
            let is_deferred = self.remove_deferred(number) == Some(worker);
            self.start_ended(number, worker, self.now, is_deferred);
        }
        if let Some(Task { id, place: Place::Running(_), .. }) = self.tasks.get(&number).copied() {
            self.push(Event::TaskNamed { task: id, name: key });
        }
        self.ended(number, error);
    }

    /// A task ended without a result: it failed if it ran, and is abandoned otherwise.
    fn ended(&mut self, number: u32, error: Option<SafeText>) {
        let error = error.unwrap_or_else(|| UNKNOWN_ERROR.into());
        if !self.end_running(number, |worker, task| Event::TaskFailed { worker, task, error }) {
            self.abandoned(number);
        }
    }

    /// A task was cancelled, or what became of it is not known.
    pub(super) fn abandoned(&mut self, number: u32) {
        if self.end_running(number, |_, first| Event::TasksAbandoned { first, count: 1 }) {
            return;
        }
        if let Some(Task { id, place: Place::Scheduler | Place::Sent(_), .. }) = self.tasks.get(&number).copied() {
            self.remove_deferred(number);
            self.set_place(number, Place::Over);
            self.push(Event::TasksAbandoned { first: id, count: 1 });
        }
    }

    /// The scheduler does not know a task any more. If it was cancelled while it ran, its thread still runs it: Dask does
    /// not interrupt threads.
    pub(super) fn forgotten(&mut self, number: u32) {
        self.cancelled.remove(&number);
        let place = self.tasks.get(&number).map(|task| task.place);
        if let (Some(Place::Running(worker)), Some(key)) = (place, self.cancelled_keys.remove(&number)) {
            // The same key may have been cancelled before, and its end not be reported yet.
            let earlier = self.still_running.insert((worker, key), number);
            if let Some(earlier) = earlier {
                self.end_cancelled_task(earlier);
            }
        } else {
            self.end_cancelled_task(number);
        }
    }

    /// Threads do not run these cancelled tasks any more, which are named by worker and key.
    pub(super) fn end_cancelled(&mut self, has_ended: impl Fn(&(u32, SafeText)) -> bool) {
        let mut ended: Vec<u32> =
            self.still_running.extract_if(|of_task, _| has_ended(of_task)).map(|(_, number)| number).collect();
        ended.sort_unstable();
        for number in ended {
            self.end_cancelled_task(number);
        }
    }

    /// Ends a task that was cancelled.
    fn end_cancelled_task(&mut self, number: u32) {
        self.abandoned(number);
        self.tasks.remove(&number);
    }

    /// A task is back on the scheduler: its worker was lost, it is tried again, or it was cancelled.
    pub(super) fn returned(&mut self, number: u32, key: SafeText, stimulus: &SafeText) {
        let Some(task) = self.tasks.get(&number).copied() else { return };
        let (Place::Sent(Some(worker)) | Place::Running(worker)) = task.place else { return };
        if self.cancelled.contains(&number) {
            if matches!(task.place, Place::Running(_)) {
                self.cancelled_keys.insert(number, key);
            }
            return;
        }
        // The same stimulus removed the worker, which may have stolen the task from another. A retired one is not lost.
        let is_cause = |(lost, by): &&(u32, SafeText)| *lost == worker || by == stimulus;
        let lost = self.removed.iter().filter(|_| !is_retirement(stimulus)).find(is_cause).map(|(lost, _)| *lost);
        let cause = lost.map_or_else(|| cause_of(stimulus), |_| RequeueCause::WorkerLost);
        if matches!(cause, RequeueCause::WorkerLost | RequeueCause::Failed) {
            self.push(Event::TaskNamed { task: task.id, name: key });
        }
        if let Some(worker) = self.remove_deferred(number).filter(|_| lost.is_none()) {
            self.start_ended(number, worker, self.now, true);
        }
        if self.tasks.get(&number).is_some_and(|task| matches!(task.place, Place::Sent(_))) {
            let lost = lost.and_then(|lost| self.workers.all.get(&lost)).and_then(DaskWorker::first_thread);
            self.push(Event::TaskReturned { task: task.id, worker: lost });
            self.push(Event::TaskRequeued { task: task.id, cause, after: None });
            self.set_place(number, Place::Scheduler);
            return;
        }
        // A task that was running is lost with its worker, as its removal tells.
        if lost.is_none() && cause == RequeueCause::Failed {
            self.ended(number, None);
        } else if lost.is_none() {
            self.abandoned(number);
        }
        self.submit_again(number, task.id, task.call, cause);
    }
}

/// Whether Dask ends a worker, in words of Dask, after its results were copied to others.
fn is_retirement(stimulus: &SafeText) -> bool {
    ["retire-workers-", "worker-close-gracefully-"].iter().any(|name| stimulus.as_str().starts_with(name))
}

/// Why a task returned to the scheduler while its worker stayed, from what Dask calls the stimulus.
fn cause_of(stimulus: &SafeText) -> RequeueCause {
    let has_name = |name: &str| stimulus.as_str().starts_with(name);
    if has_name("reschedule-") {
        RequeueCause::Rescheduled
    } else if has_name("task-erred-") {
        RequeueCause::Failed
    } else if has_name("steal-") {
        RequeueCause::Stolen
    } else if is_retirement(stimulus) {
        RequeueCause::WorkerRetired
    } else {
        RequeueCause::Other
    }
}

/// How a task ended.
pub(super) struct Finish {
    pub(super) start: Nanos,
    pub(super) result_bytes: u64,
    /// When data of other workers was fetched for it, in order of their beginnings.
    pub(super) transfers: Vec<Range<Nanos>>,
}
