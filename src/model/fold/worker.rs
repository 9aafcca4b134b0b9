//! Applies events of workers, of which there may be millions.

use super::LARGEST_PAYLOAD;
use crate::event::text::SafeText;
use crate::event::{Event, FinalUsage, Nanos, TaskId, WorkerId};
use crate::model::invalid_event::invalid;
use crate::model::lane::{ApplyResult, Lane, count_ready_slot};
use crate::model::problems::ProblemKind;
use crate::model::tasks::{Task, TaskOutcome};
use crate::model::times::NEVER;

impl Lane {
    /// Applies an event of this lane.
    pub(in crate::model) fn apply(&mut self, at: Nanos, event: &Event) -> ApplyResult {
        // What is forgotten does not change.
        self.changed = self.changed.min(at.max(self.history_start));
        self.apply_worker_event(at, event)?;
        if let Some(sender) = event.sender() {
            self.workers.event_applied(sender, at);
            self.thread_reported(sender);
        }
        Ok(())
    }

    fn apply_worker_event(&mut self, at: Nanos, event: &Event) -> ApplyResult {
        match event {
            Event::TaskTaken { worker, first, count, receive_ns } => {
                self.record_taken(at, *worker, *first, *count)?;
                self.totals.receive_ns = self.totals.receive_ns.saturating_add(*receive_ns);
                Ok(())
            }
            Event::TaskLoaded { worker, task, bytes, cpu_ns } => self.task_loaded(at, *worker, *task, *bytes, *cpu_ns),
            Event::TaskProgressed { worker, task, ppm, cpu_ns } => {
                self.task_progressed(at, *worker, *task, *ppm, *cpu_ns)
            }
            Event::TaskFinished { worker, task, sum, cpu_ns, result_bytes } => {
                self.task_finished(at, *worker, *task, sum.unwrap_or(0), *cpu_ns)?;
                self.totals.result_bytes = self.totals.result_bytes.saturating_add(*result_bytes);
                Ok(())
            }
            Event::TaskFailed { worker, task, error } => self.task_failed(at, *worker, *task, error),
            Event::TaskReleased { worker, task } => self.task_released(at, *worker, *task),
            Event::IoStarted { worker } => self.io_started(at, *worker),
            Event::IoFinished { worker } => self.io_finished(at, *worker),
            Event::WaitStarted { worker, lock } => self.wait_started(at, *worker, *lock),
            Event::WaitFinished { worker, looks } => self.wait_finished(at, *worker, *looks),
            Event::GilAcquired { worker } => self.gil_acquired(at, *worker),
            Event::GilReleased { worker } => self.gil_released(at, *worker),
            Event::WorkerReady { worker } => self.worker_ready(at, *worker),
            Event::WorkerFinished { worker, usage } => self.worker_finished(at, *worker, *usage),
            _ => self.apply_executor_event(at, event),
        }
    }

    /// Changes tasks from submitted to held: a worker took their record.
    fn record_taken(&mut self, at: Nanos, id: WorkerId, first: TaskId, count: u32) -> ApplyResult {
        let worker = self.workers.sender_of_event(id, at)?;
        if worker.has_current_task() {
            return invalid!("worker {id} took task {first} while it holds task {}", worker.next);
        }
        let abandoned = self.tasks.mark_taken(id, first, count, at)?;
        worker.start_record(first, count, at);
        if !worker.busy {
            worker.busy = true;
            self.busy.up.push(at, ());
        }
        self.queue.down.push(at, i64::from(count));
        let unreleased = worker.resident.take();
        self.tasks_left_parent(at, first, count);
        self.tasks_left_cluster_queue(at, first, count);
        if abandoned {
            self.taken_before_abandoned(first, count);
        }
        self.release_payload(at, unreleased);
        Ok(())
    }

    /// Corrects the queue length for abandoned tasks that a worker had already taken: they left the queue earlier.
    fn taken_before_abandoned(&mut self, first: TaskId, count: u32) {
        for task in self.tasks.rows_of(first.index()..first.index() + count as usize) {
            if task.outcome == TaskOutcome::Abandoned {
                self.queue.down.push(task.ended, -1);
            }
        }
    }

    /// Changes a task from held to running: its payload was written.
    fn task_loaded(&mut self, at: Nanos, id: WorkerId, task: TaskId, bytes: u64, cpu_ns: u64) -> ApplyResult {
        let worker = self.workers.sender_of_event(id, at)?;
        if !worker.has_current_task() || worker.next != task.0 || worker.resident == Some(task) {
            return invalid!("worker {id} loaded task {task}, which is not its current task");
        }
        if bytes > LARGEST_PAYLOAD {
            return invalid!("task {task} has a payload of {bytes} bytes");
        }
        self.tasks.mark_loaded(task, at, bytes)?;
        let unreleased = worker.resident.replace(task);
        self.resident.up.push(at, bytes.cast_signed());
        self.totals.loading = self.totals.loading.saturating_add(cpu_ns);
        self.release_payload(at, unreleased);
        Ok(())
    }

    /// Releases a payload whose release the worker did not report before it continued.
    pub(super) fn release_payload(&mut self, at: Nanos, unreleased: Option<TaskId>) {
        if let Some(task) = unreleased {
            let bytes = self.tasks.mark_released(task, at);
            self.resident.down.push(at, bytes.cast_signed());
        }
    }

    fn task_progressed(&mut self, at: Nanos, id: WorkerId, task: TaskId, ppm: u32, cpu_ns: u64) -> ApplyResult {
        let worker = self.workers.sender_of_event(id, at)?;
        worker.check_current_task(id, task)?;
        if ppm > 1_000_000 {
            return invalid!("task {task} has a progress of {ppm} ppm");
        }
        worker.add_progress(at, task, ppm);
        self.totals.adding = self.totals.adding.saturating_add(cpu_ns);
        Ok(())
    }

    /// Changes a task from running to finished.
    fn task_finished(&mut self, at: Nanos, id: WorkerId, task: TaskId, sum: i64, cpu_ns: u64) -> ApplyResult {
        let worker = self.workers.sender_of_event(id, at)?;
        worker.check_current_task(id, task)?;
        self.tasks.mark_ended(task, at, TaskOutcome::Finished)?;
        worker.next += 1;
        self.finished.push(at, ());
        self.uneven.add_finished(at, task);
        self.totals.sum = self.totals.sum.wrapping_add(sum);
        self.totals.adding = self.totals.adding.saturating_add(cpu_ns);
        self.tasks.set_cpu_time(task, cpu_ns);
        self.cluster.task_ended(at, task);
        self.count_run_again(at, task);
        Ok(())
    }

    /// Changes a task from held or running to failed. The payload is released and the rest of the record dropped: the
    /// worker continues with its next record.
    fn task_failed(&mut self, at: Nanos, id: WorkerId, task: TaskId, error: &SafeText) -> ApplyResult {
        let worker = self.workers.sender_of_event(id, at)?;
        if !worker.has_current_task() || worker.next != task.0 {
            return invalid!("task {task} failed with worker {id}, which is not its current task");
        }
        let unloaded = self.tasks.mark_ended(task, at, TaskOutcome::Failed)?.loaded == NEVER;
        let had = worker.drop_record();
        self.busy.down.push(at, ());
        self.failed.push(at, ());
        self.cluster.task_ended(at, task);
        self.losses.push((at, task));
        let (name, error) = (worker.name.clone(), error.clone());
        let function = self.call_of(task).map(|call| call.function.clone());
        self.problems.push((
            at,
            ProblemKind::TaskFailed { task, key: None, function, worker: id, name, error, ran_again: false },
        ));
        self.count_run_again(at, task);
        if unloaded {
            self.dropped.push(at, 1);
        }
        self.release_payload(at, had);
        Ok(())
    }

    /// The thread of a cluster that runs a task.
    pub(super) fn thread_with(&self, task: TaskId) -> Option<WorkerId> {
        let id = self.tasks.get(task).and_then(Task::worker).filter(|_| self.is_of_cluster())?;
        self.workers.get(id).filter(|worker| worker.has_current_task() && worker.next == task.0).map(|_| id)
    }

    /// Frees a thread from a task that was abandoned while it ran.
    pub(super) fn free_thread(&mut self, at: Nanos, id: WorkerId) -> ApplyResult {
        let had = self.workers.sender_of_event(id, at)?.drop_record();
        self.workers.event_applied(id, at);
        self.free_unobserved_thread(at, id);
        self.busy.down.push(at, ());
        self.release_payload(at, had);
        Ok(())
    }

    /// Releases a task's payload. After the last task of its record the worker is idle.
    fn task_released(&mut self, at: Nanos, id: WorkerId, task: TaskId) -> ApplyResult {
        let worker = self.workers.sender_of_event(id, at)?;
        if worker.resident != Some(task) {
            // An explicit release of a failed task is accepted, though its payload is already released.
            if self.tasks.get(task).is_some_and(|row| row.outcome == TaskOutcome::Failed && row.worker() == Some(id)) {
                return Ok(());
            }
            return invalid!("worker {id} released task {task}, which is not in its memory");
        }
        if worker.has_current_task() && worker.next == task.0 {
            return invalid!("worker {id} released task {task} before its end");
        }
        worker.resident = None;
        if !worker.has_current_task() {
            worker.busy = false;
            self.busy.down.push(at, ());
        }
        self.release_payload(at, Some(task));
        Ok(())
    }

    pub(super) fn io_started(&mut self, at: Nanos, id: WorkerId) -> ApplyResult {
        let worker = self.workers.sender_of_event(id, at)?;
        if !worker.busy {
            return invalid!("worker {id} waits for I/O without a task");
        }
        if !worker.io.open(at) {
            return invalid!("worker {id} waits for two I/O operations at once");
        }
        self.io.up.push(at, ());
        Ok(())
    }

    pub(super) fn io_finished(&mut self, at: Nanos, id: WorkerId) -> ApplyResult {
        if !self.workers.sender_of_event(id, at)?.io.close(at) {
            return invalid!("worker {id} ended an I/O operation without starting one");
        }
        self.io.down.push(at, ());
        Ok(())
    }

    fn gil_acquired(&mut self, at: Nanos, id: WorkerId) -> ApplyResult {
        if self.workers.sender_of_event(id, at)?.gil.open(at) {
            return Ok(());
        }
        invalid!("worker {id} acquired the GIL twice")
    }

    fn gil_released(&mut self, at: Nanos, id: WorkerId) -> ApplyResult {
        if self.workers.sender_of_event(id, at)?.gil.close(at) {
            return Ok(());
        }
        invalid!("worker {id} released the GIL without holding it")
    }

    fn worker_ready(&mut self, at: Nanos, id: WorkerId) -> ApplyResult {
        let worker = self.workers.sender_of_event(id, at)?;
        if worker.ready.is_some() {
            return invalid!("worker {id} was ready twice");
        }
        worker.ready = Some(at);
        self.serving.up.push(at, ());
        if worker.first {
            count_ready_slot(&mut self.first_ready, at);
        }
        Ok(())
    }

    /// Ends a worker that is a thread, whose process continues.
    fn worker_finished(&mut self, at: Nanos, id: WorkerId, usage: FinalUsage) -> ApplyResult {
        let worker = self.workers.sender_of_event(id, at)?;
        worker.usage = Some(usage);
        let departure = worker.end_worker(at);
        self.release_held(at, departure);
        Ok(())
    }
}
