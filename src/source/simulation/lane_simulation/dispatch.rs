//! Arrival of the tasks of a simulated lane, and how its workers get them.

use super::worker::Phase;
use super::{LaneSimulation, Timer};
use crate::event::{Event, Mode, Nanos, TaskId, WorkerId};
use crate::source::simulation::profile::Arrival;

impl<F: FnMut(Nanos, Event)> LaneSimulation<'_, F> {
    /// The next batch is submitted.
    pub(super) fn tasks_arrive(&mut self) {
        let (first, count) = self.queue.arrive();
        self.emit(Event::TasksSubmitted { first: TaskId(first), count, call: None });
        if let Some(Arrival::After(delay)) = self.queue.next_arrival() {
            self.set_timer(self.kernel.now() + delay, Timer::TasksArrive);
        }
        if self.parent.is_some() {
            return self.continue_parent(false);
        }
        if self.plan.mode == Mode::Process {
            return self.start_processes();
        }
        self.queue.hand_out_all();
        for worker in std::mem::take(&mut self.idle) {
            self.take_record(worker);
        }
    }

    /// Starts the parent's next burst, if it has something to do.
    pub(super) fn continue_parent(&mut self, is_running: bool) {
        let (Some(parent), Some(costs)) = (self.parent, self.constants.parent) else { return };
        let phase = self.workers[parent as usize].phase;
        if !is_running && matches!(phase, Phase::Send | Phase::Collect) {
            return;
        }
        if self.queue.has_waiting_records() {
            self.compute(parent, Phase::Send, costs.send_ns);
        } else if self.uncollected > 0 {
            self.compute(parent, Phase::Collect, costs.collect_ns);
        } else {
            self.worker(parent).phase = Phase::Wait;
            self.release_gil(parent);
        }
    }

    pub(super) fn sent(&mut self) {
        self.queue.hand_out();
        if let Some(worker) = self.idle.pop_front() {
            self.take_record(worker);
        }
        self.continue_parent(true);
    }

    pub(super) fn collected(&mut self) {
        self.collect_one();
        self.continue_parent(true);
    }

    pub(super) fn collect_one(&mut self) {
        self.uncollected -= 1;
        if self.uncollected == 0 {
            self.all_collected();
        }
    }

    /// No results are left to collect: the lane has finished, or the next tasks may wait for that.
    pub(super) fn all_collected(&mut self) {
        if self.finished as usize == self.profile.tasks.len() {
            (self.makespan, self.used_by_then) = (self.kernel.now(), self.kernel.used());
        }
        if self.finished == self.queue.arrived_tasks()
            && let Some(Arrival::WhenIdle(delay)) = self.queue.next_arrival()
        {
            self.set_timer(self.kernel.now() + delay, Timer::TasksArrive);
        }
    }

    /// Takes the next record, or ends the worker.
    pub(super) fn take_record(&mut self, worker: u32) {
        // An eager process has one task of its own.
        let record = match self.plan.mode {
            Mode::Process => Some((worker, 1)).filter(|_| self.workers[worker as usize].record_end == 0),
            _ => self.queue.take(),
        };
        let Some((first, count)) = record else {
            if self.plan.mode == Mode::Process || self.queue.is_exhausted() {
                return self.end_worker(worker);
            }
            self.release_gil(worker);
            return self.idle.push_back(worker);
        };
        self.emit(Event::TaskTaken { worker: WorkerId(worker), first: TaskId(first), count, receive_ns: 0 });
        // Threads share what their process needs for its first task.
        let is_first =
            if self.plan.mode == Mode::Threads { first == 0 } else { self.workers[worker as usize].record_end == 0 };
        let state = self.worker(worker);
        (state.task, state.record_end) = (first, first + count);
        let first_task_ns = if is_first { self.constants.first_task_ns } else { 0.0 };
        let record_ns = if self.plan.has_records(self.constants) { self.constants.record_ns } else { 0.0 };
        self.load_task(worker, first_task_ns + record_ns);
        if self.queue.is_exhausted() {
            for worker in std::mem::take(&mut self.idle) {
                self.end_worker(worker);
            }
        }
    }
}
