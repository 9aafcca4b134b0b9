//! Events of the executor: start and end of a lane and its workers, and tasks that will not finish.

use crate::event::{Event, Exit, FinalUsage, Nanos, ProcessSample, SlotId, TaskId, WorkerId};
use crate::model::invalid_event::invalid;
use crate::model::lane::{ApplyResult, Lane, count_ready_slot};
use crate::model::problems::ProblemKind;
use crate::model::tasks::{Task, TaskOutcome};
use crate::model::times::NEVER;
use crate::model::workers::{HeldAtEnd, SampledMemory, WorkerMemory};

impl Lane {
    /// Applies an event that is not sent by a worker.
    pub(super) fn apply_executor_event(&mut self, at: Nanos, event: &Event) -> ApplyResult {
        match event {
            Event::LaneStarted {} if self.zero.is_some() => invalid!("the lane started twice"),
            Event::LaneStarted {} => {
                self.zero = Some(at);
                Ok(())
            }
            Event::TasksSubmitted { .. } if self.zero.is_none() => {
                invalid!("tasks were submitted before the lane began")
            }
            Event::TasksSubmitted { first, count, call } => {
                self.check_call(*call)?;
                self.tasks.mark_submitted(*first, *count, at)?;
                self.tasks.set_call(*first, *count, *call);
                self.queue.up.push(at, i64::from(*count));
                Ok(())
            }
            Event::LaneSuspended {} if !self.suspended.open(at) => invalid!("the lane was suspended twice"),
            Event::LaneResumed {} if !self.suspended.close(at) => invalid!("the lane was resumed but not suspended"),
            Event::CallMade(call) => self.call_made(call),
            Event::TaskQueued { task, bytes } => self.task_queued(at, *task, *bytes),
            Event::LaneReopened {} => self.reopen(at),
            Event::PoolEnded { parent } => {
                self.pool_ended.get_or_insert(at);
                if let Some(parent) = parent {
                    let so_far = self.totals.parent_ns.unwrap_or(0);
                    self.totals.parent_ns = Some(so_far.saturating_add(parent.cpu_ns));
                }
                Ok(())
            }
            Event::LaneEnded { .. } if self.ended.is_some() => invalid!("the lane ended twice"),
            Event::LaneEnded { status } => {
                self.ended = Some((at, *status));
                self.suspended.close(at);
                Ok(())
            }
            Event::WorkerSpawned { worker, slot, pid } => self.worker_spawned(at, *worker, *slot, *pid),
            Event::WorkerNotSpawned { slot, error } => {
                self.slots.slot_or_insert(*slot)?.refused = Some(at);
                self.problems.push((at, ProblemKind::NotStarted { slot: *slot, error: error.clone() }));
                Ok(())
            }
            Event::WorkerErrorOutput { text } => {
                self.problems.push((at, ProblemKind::ErrorOutput { text: text.clone() }));
                Ok(())
            }
            Event::WorkerKilled { worker } => {
                self.workers.started_worker(*worker)?;
                self.kills.push((at, *worker));
                Ok(())
            }
            Event::WorkerEndedByProgram { worker } => {
                self.workers.started_worker(*worker)?.ended_by_program = true;
                Ok(())
            }
            Event::WorkerExited { worker, exit, usage } => self.worker_exited(at, *worker, *exit, *usage),
            Event::TasksLost { first, count, worker } => self.tasks_lost(at, *first, *count, *worker),
            Event::TasksAbandoned { first, count } => self.tasks_abandoned(at, *first, *count),
            Event::WorkerSampled { worker, sample } => self.add_sample(at, *worker, sample),
            Event::LanePssSampled { bytes } => {
                self.pss.push((at, *bytes));
                Ok(())
            }
            _ => self.apply_cluster_event(at, event),
        }
    }

    fn worker_spawned(&mut self, at: Nanos, id: WorkerId, slot: SlotId, pid: u32) -> ApplyResult {
        if self.workers.worker_or_insert(id)?.spawned.is_some() {
            return invalid!("worker {id} was started twice");
        }
        let slot_state = self.slots.slot_or_insert(slot)?;
        if let Some((_, before)) = slot_state.workers.last()
            && self.workers.get(*before).is_none_or(|worker| worker.exit.is_none_or(|(exit, _)| at < exit))
        {
            return invalid!("worker {id} started in slot {slot} beside worker {before}");
        }
        let worker = self.workers.worker_or_insert(id)?;
        // Over HTTP, pids of a cluster's workers are not known.
        let pid = Some(pid).filter(|pid| *pid > 0);
        (worker.slot, worker.pid, worker.spawned) = (Some(slot), pid, Some(at));
        worker.first = slot_state.workers.is_empty();
        if let Some(ready) = worker.ready.filter(|_| worker.first) {
            count_ready_slot(&mut self.first_ready, ready);
        }
        slot_state.workers.push((at, id));
        self.live.up.push(at, ());
        Ok(())
    }

    fn worker_exited(&mut self, at: Nanos, id: WorkerId, exit: Exit, usage: Option<FinalUsage>) -> ApplyResult {
        let has_left_tasks = self.returned_from(id).chain(self.given_up_with(id)).next().is_some();
        let worker = self.workers.started_worker(id)?;
        if worker.exit.is_some() {
            return invalid!("worker {id} exited twice");
        }
        if at < worker.last {
            return invalid!("worker {id} exited before its last event");
        }
        worker.exit = Some((at, exit));
        let is_termination = self.plan.pool.as_ref().is_some_and(|pool| pool.kind.is_termination(exit));
        let left_without_tasks = exit == Exit::Unknown && !worker.busy && !has_left_tasks;
        worker.ended_by_program |=
            is_termination || left_without_tasks || self.pool_ended.is_some_and(|ended| ended <= at);
        // Usage reported by the thread itself is more precise than that of its process.
        worker.usage = worker.usage.or(usage);
        let died = worker.died();
        // A thread may have ended earlier than its process.
        if worker.left.is_none() {
            let memory = std::mem::take(&mut worker.cluster_memory);
            if self.cluster.memory.len() > 0 {
                self.cluster.memory.push(at, WorkerMemory::default().minus(memory));
            }
            let departure = worker.end_worker(at);
            self.release_held(at, departure);
            self.end_unobserved_thread(at, id);
        }
        if died && !self.threads_lost_with(id).any(|other| self.deaths.contains(&(at, other))) {
            self.deaths.push((at, id));
        }
        self.end_silence_of_worker(at, id);
        Ok(())
    }

    /// Ends what a worker held when it ended: its payload and its I/O operation.
    pub(super) fn release_held(&mut self, at: Nanos, departure: HeldAtEnd) {
        self.live.down.push(at, ());
        if departure.ready {
            self.serving.down.push(at, ());
        }
        if departure.in_io {
            self.io.down.push(at, ());
        }
        if departure.busy {
            self.busy.down.push(at, ());
        }
        self.release_payload(at, departure.resident);
        for (at, change) in departure.private {
            self.private.push(at, change);
        }
    }

    /// Changes tasks from submitted, held or running to lost, at the time the worker ended.
    fn tasks_lost(&mut self, at: Nanos, first: TaskId, count: u32, worker: Option<WorkerId>) -> ApplyResult {
        if let Some(id) = worker {
            self.workers.started_worker(id)?;
        }
        let range = self.tasks.known_task_range(first, count)?;
        for i in range.clone() {
            let taker = self.tasks.row(i).worker();
            if worker.is_some() && taker.is_some_and(|taker| Some(taker) != worker) {
                return invalid!("task {i} is lost with a worker that had not taken it");
            }
            self.tasks.check_task_end(i, self.time_of_loss(at, worker.or(taker)), TaskOutcome::Lost)?;
        }
        for i in range {
            let by = worker.or(self.tasks.row(i).worker());
            let at = self.time_of_loss(at, by);
            self.changed = self.changed.min(at);
            let task = self.tasks.mark_unfinished(i, at, TaskOutcome::Lost, by);
            self.count_unfinished(task, TaskId(i as u32));
        }
        Ok(())
    }

    fn time_of_loss(&self, at_end: Nanos, worker: Option<WorkerId>) -> Nanos {
        worker.and_then(|id| self.workers.get(id)?.left).unwrap_or(at_end)
    }

    /// Changes tasks from submitted or held to abandoned, those of a cluster also from running.
    fn tasks_abandoned(&mut self, at: Nanos, first: TaskId, count: u32) -> ApplyResult {
        let range = self.tasks.known_task_range(first, count)?;
        for i in range.clone() {
            self.tasks.check_task_end(i, at, TaskOutcome::Abandoned)?;
        }
        let threads: Vec<_> = range.clone().filter_map(|i| self.thread_with(TaskId(i as u32))).collect();
        for id in &threads {
            self.workers.sender_of_event(*id, at)?;
        }
        threads.into_iter().try_for_each(|id| self.free_thread(at, id))?;
        self.changed = self.changed.min(at);
        for i in range {
            let task = self.tasks.mark_unfinished(i, at, TaskOutcome::Abandoned, None);
            self.count_unfinished(task, TaskId(i as u32));
        }
        Ok(())
    }

    /// Updates the lane's counters for a task that will not finish.
    fn count_unfinished(&mut self, task: Task, id: TaskId) {
        let at = task.ended;
        if task.taken == NEVER {
            self.queue.down.push(at, 1);
            self.tasks_left_cluster_queue(at, id, 1);
        }
        self.cluster.task_ended(at, id);
        self.count_run_again(at, id);
        if task.loaded == NEVER {
            self.dropped.push(at, 1);
        }
        if task.outcome == TaskOutcome::Lost {
            self.lost.push(at, ());
            self.losses.push((at, id));
        } else {
            self.abandoned.push(at, ());
        }
    }

    /// Adds a sample of the probe, which may arrive before its worker is known or after the worker has ended.
    fn add_sample(&mut self, at: Nanos, id: WorkerId, sample: &ProcessSample) -> ApplyResult {
        let worker = self.workers.worker_or_insert(id)?;
        let last = worker.samples.last();
        if worker.end_time() <= at || last.is_some_and(|(before, _)| at <= *before) {
            return Ok(());
        }
        let more = worker.add_sample(at, sample);
        self.private.push(at, more);
        if let Some(left) = worker.left {
            self.private.push(left, SampledMemory::default().minus(more));
        }
        Ok(())
    }
}
