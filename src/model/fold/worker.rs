//! What a worker tells of itself: the facts that come by the million.

use super::LARGEST_PAYLOAD;
use crate::event::text::SafeText;
use crate::event::{Event, Nanos, TaskId, Usage, WorkerId};
use crate::model::illegal::illegal;
use crate::model::lane::{Folded, Lane, note_ready};
use crate::model::problems::Mishap;
use crate::model::tasks::Outcome;
use crate::model::times::NEVER;

impl Lane {
    /// Folds a fact of this lane in.
    pub(in crate::model) fn apply(&mut self, at: Nanos, event: &Event) -> Folded {
        self.changed = self.changed.min(at);
        match event {
            Event::TaskTaken { worker, first, count } => self.taken(at, *worker, *first, *count),
            Event::TaskLoaded { worker, task, bytes, cpu_ns } => self.loaded(at, *worker, *task, *bytes, *cpu_ns),
            Event::TaskProgressed { worker, task, ppm, cpu_ns } => self.progressed(at, *worker, *task, *ppm, *cpu_ns),
            Event::TaskFinished { worker, task, sum, cpu_ns } => self.task_finished(at, *worker, *task, *sum, *cpu_ns),
            Event::TaskFailed { worker, task, error } => self.task_failed(at, *worker, *task, error),
            Event::TaskReleased { worker, task } => self.released(at, *worker, *task),
            Event::IoStarted { worker } => self.io_started(at, *worker),
            Event::IoFinished { worker } => self.io_finished(at, *worker),
            Event::GilAcquired { worker } => self.gil_acquired(at, *worker),
            Event::GilReleased { worker } => self.gil_released(at, *worker),
            Event::WorkerReady { worker } => self.worker_ready(at, *worker),
            Event::WorkerFinished { worker, usage } => self.worker_finished(at, *worker, *usage),
            _ => self.told_by_executor(at, event),
        }
    }

    /// Submitted → held.
    fn taken(&mut self, at: Nanos, id: WorkerId, first: TaskId, count: u32) -> Folded {
        let worker = self.workers.speaking(id, at)?;
        if worker.has_turn() {
            return illegal!("worker {id} took task {first} while it holds task {}", worker.next);
        }
        let abandoned = self.tasks.take(id, first, count, at)?;
        worker.take(first, count);
        if !worker.busy {
            worker.busy = true;
            self.busy.up.push(at, ());
        }
        self.queue.down.push(at, i64::from(count));
        let unreleased = worker.resident.take();
        if abandoned {
            self.taken_before_abandoned(first, count);
        }
        self.let_go(at, unreleased);
        Ok(())
    }

    /// The tasks had been noted as leaving the queue when they were abandoned; it was a worker's hands that they left.
    fn taken_before_abandoned(&mut self, first: TaskId, count: u32) {
        for task in &self.tasks.rows()[first.index()..first.index() + count as usize] {
            if task.outcome == Outcome::Abandoned {
                self.queue.down.push(task.ended, -1);
            }
        }
    }

    /// Held → running.
    fn loaded(&mut self, at: Nanos, id: WorkerId, task: TaskId, bytes: u64, cpu_ns: u64) -> Folded {
        let worker = self.workers.speaking(id, at)?;
        if !worker.has_turn() || worker.next != task.0 || worker.resident == Some(task) {
            return illegal!("worker {id} loaded task {task}, whose turn it is not");
        }
        if bytes > LARGEST_PAYLOAD {
            return illegal!("task {task} has a payload of {bytes} bytes");
        }
        self.tasks.load(task, at, bytes)?;
        let unreleased = worker.resident.replace(task);
        self.resident.up.push(at, bytes.cast_signed());
        self.totals.loading = self.totals.loading.saturating_add(cpu_ns);
        self.let_go(at, unreleased);
        Ok(())
    }

    /// A worker that goes on has let go of what it had, said or not.
    pub(super) fn let_go(&mut self, at: Nanos, unreleased: Option<TaskId>) {
        if let Some(task) = unreleased {
            let bytes = self.tasks.release(task, at);
            self.resident.down.push(at, bytes.cast_signed());
        }
    }

    fn progressed(&mut self, at: Nanos, id: WorkerId, task: TaskId, ppm: u32, cpu_ns: u64) -> Folded {
        let worker = self.workers.speaking(id, at)?;
        worker.check_runs(id, task)?;
        if ppm > 1_000_000 {
            return illegal!("task {task} is done to {ppm} ppm");
        }
        worker.progress(at, task, ppm);
        self.totals.adding = self.totals.adding.saturating_add(cpu_ns);
        Ok(())
    }

    /// Running → finished.
    fn task_finished(&mut self, at: Nanos, id: WorkerId, task: TaskId, sum: i64, cpu_ns: u64) -> Folded {
        let worker = self.workers.speaking(id, at)?;
        worker.check_runs(id, task)?;
        self.tasks.end(task, at, Outcome::Finished)?;
        worker.next += 1;
        self.finished.push(at, ());
        self.totals.sum = self.totals.sum.wrapping_add(sum);
        self.totals.adding = self.totals.adding.saturating_add(cpu_ns);
        Ok(())
    }

    /// Held or running → failed. Its payload goes with it, and the rest of the record is dropped: the worker goes on with
    /// its next one.
    fn task_failed(&mut self, at: Nanos, id: WorkerId, task: TaskId, error: &SafeText) -> Folded {
        let worker = self.workers.speaking(id, at)?;
        if !worker.has_turn() || worker.next != task.0 {
            return illegal!("task {task} failed with worker {id}, whose turn it is not");
        }
        let unloaded = self.tasks.end(task, at, Outcome::Failed)?.loaded == NEVER;
        worker.next = worker.end;
        worker.busy = false;
        self.busy.down.push(at, ());
        let had = worker.resident.take();
        self.failed.push(at, ());
        self.losses.push((at, task));
        self.mishaps.push((at, Mishap::TaskFailed { task, worker: id, error: error.clone() }));
        if unloaded {
            self.dropped.push(at, 1);
        }
        self.let_go(at, had);
        Ok(())
    }

    /// The payload is gone, and with the last of a record the worker is free.
    fn released(&mut self, at: Nanos, id: WorkerId, task: TaskId) -> Folded {
        let worker = self.workers.speaking(id, at)?;
        if worker.resident != Some(task) {
            // A source may also say of a failed task what goes without saying.
            if self.tasks.get(task).is_some_and(|row| row.outcome == Outcome::Failed && row.worker() == Some(id)) {
                return Ok(());
            }
            return illegal!("worker {id} released task {task}, which is not in its memory");
        }
        if worker.has_turn() && worker.next == task.0 {
            return illegal!("worker {id} released task {task} before its end");
        }
        worker.resident = None;
        if !worker.has_turn() {
            worker.busy = false;
            self.busy.down.push(at, ());
        }
        self.let_go(at, Some(task));
        Ok(())
    }

    fn io_started(&mut self, at: Nanos, id: WorkerId) -> Folded {
        let worker = self.workers.speaking(id, at)?;
        if !worker.busy {
            return illegal!("worker {id} waits for I/O without a task");
        }
        if !worker.io.open(at) {
            return illegal!("worker {id} waits for two I/O operations at once");
        }
        self.io.up.push(at, ());
        Ok(())
    }

    fn io_finished(&mut self, at: Nanos, id: WorkerId) -> Folded {
        if !self.workers.speaking(id, at)?.io.close(at) {
            return illegal!("worker {id} ended an I/O operation it had not begun");
        }
        self.io.down.push(at, ());
        Ok(())
    }

    fn gil_acquired(&mut self, at: Nanos, id: WorkerId) -> Folded {
        if self.workers.speaking(id, at)?.gil.open(at) {
            return Ok(());
        }
        illegal!("worker {id} got the lock twice")
    }

    fn gil_released(&mut self, at: Nanos, id: WorkerId) -> Folded {
        if self.workers.speaking(id, at)?.gil.close(at) {
            return Ok(());
        }
        illegal!("worker {id} gave up a lock it had not got")
    }

    fn worker_ready(&mut self, at: Nanos, id: WorkerId) -> Folded {
        let worker = self.workers.speaking(id, at)?;
        if worker.ready.is_some() {
            return illegal!("worker {id} was ready twice");
        }
        worker.ready = Some(at);
        if worker.first {
            note_ready(&mut self.firsts_ready, at);
        }
        Ok(())
    }

    /// A thread ended; its process goes on.
    fn worker_finished(&mut self, at: Nanos, id: WorkerId, usage: Usage) -> Folded {
        let worker = self.workers.speaking(id, at)?;
        worker.usage = Some(usage);
        let parting = worker.leave(at);
        self.leave(at, parting);
        Ok(())
    }
}
