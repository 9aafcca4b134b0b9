//! Start and end of the worker processes of a simulated lane.

use super::worker::Phase;
use super::{LaneSimulation, Timer};
use crate::event::{Event, Exit, Mode, Nanos, SlotId, WorkerId};
use crate::source::simulation::profile::Arrival;

impl<F: FnMut(Nanos, Event)> LaneSimulation<'_, F> {
    /// Starts as many processes as there are starters for. An eager process is started when its task arrives.
    pub(super) fn start_processes(&mut self) {
        let processes = match self.plan.mode {
            Mode::Process => self.queue.arrived_tasks(),
            _ => self.plan.processes(self.profile.tasks.len() as u32),
        };
        while self.idle_starters > 0 && self.next_process < processes {
            let cpu = if self.plan.starts_processes(self.constants) { self.constants.fork_ns } else { 0.0 };
            self.kernel.start_burst(self.next_process, cpu);
            self.next_process += 1;
            self.idle_starters -= 1;
        }
    }

    pub(super) fn forked(&mut self, worker: u32) {
        for thread in self.threads_of(worker) {
            self.emit(Event::WorkerSpawned { worker: WorkerId(thread), slot: SlotId(thread), pid: worker + 1 });
        }
        self.residency.add_process(self.process_bytes());
        let now = self.kernel.now();
        let state = self.worker(worker);
        (state.phase, state.burst) = (Phase::Start, (now, 0.0));
        let cpu = if self.plan.starts_processes(self.constants) { self.constants.child_start_ns } else { 0.0 };
        self.worker(worker).burst.1 = cpu;
        self.kernel.start_burst(worker, cpu);
        self.forked += 1;
        if self.forked == self.plan.processes(self.profile.tasks.len() as u32) {
            self.expect_first_tasks();
        }
        self.idle_starters += 1;
        self.start_processes();
    }

    /// Sets the time of the first tasks, if they were not there from the start.
    pub(super) fn expect_first_tasks(&mut self) {
        if self.queue.arrived_tasks() == 0
            && let Some(Arrival::After(delay) | Arrival::WhenIdle(delay)) = self.queue.next_arrival()
        {
            self.set_timer(self.kernel.now() + delay, Timer::TasksArrive);
        }
    }

    pub(super) fn ready(&mut self, worker: u32) {
        for thread in self.threads_of(worker) {
            self.emit(Event::WorkerReady { worker: WorkerId(thread) });
        }
        for thread in self.threads_of(worker) {
            self.take_record(thread);
        }
    }

    /// Ends a worker's last record. A process exits once all its threads have ended.
    pub(super) fn end_worker(&mut self, worker: u32) {
        self.release_gil(worker);
        let is_thread = self.plan.mode == Mode::Threads;
        if is_thread && worker > 0 {
            let usage = self.workers[worker as usize].usage();
            self.emit(Event::WorkerFinished { worker: WorkerId(worker), usage });
        }
        self.live_threads -= 1;
        if !is_thread || self.live_threads == 0 {
            let process = if is_thread { 0 } else { worker };
            // Workers of a pool of Python stay until their parent ends it.
            let cpu = if self.parent.is_some() { 0.0 } else { self.constants.exit_ns };
            let now = self.kernel.now();
            let state = self.worker(process);
            (state.phase, state.burst) = (Phase::Exit, (now, cpu));
            self.kernel.start_burst(process, cpu);
        }
    }

    /// Memory of a started process; 0 if the program itself runs the tasks.
    fn process_bytes(&self) -> u64 {
        if self.plan.starts_processes(self.constants) { self.constants.interpreter.process_bytes } else { 0 }
    }

    pub(super) fn exited(&mut self, worker: u32) {
        self.residency.remove_process(self.process_bytes());
        for thread in self.threads_of(worker) {
            let usage = Some(self.workers[thread as usize].usage());
            self.emit(Event::WorkerExited { worker: WorkerId(thread), exit: Exit::Code(0), usage });
        }
        if self.plan.is_joined(self.constants) {
            self.collect_one();
        }
    }

    /// The threads of the process that a worker starts.
    fn threads_of(&self, worker: u32) -> std::ops::Range<u32> {
        if self.plan.mode == Mode::Threads { 0..self.plan.slots(0) } else { worker..worker + 1 }
    }
}
