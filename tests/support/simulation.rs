//! Generates random valid runs for tests of the model. Events are listed by source: executor, probe and each worker.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

mod plan;
mod worker;

use std::collections::BTreeSet;

use fastrand::Rng;
use mpviz::event::{
    Event, Exit, LaneId, LanePlan, LaneStatus, Mode, Nanos, Run, SlotId, StampedEvent, TaskId, WorkerId,
};
use mpviz::model::Model;

use worker::SimulatedWorker;

/// A random run, with the events of the executor, of the probe and of each worker.
pub struct Simulation {
    pub run: Run,
    pub executor: Vec<StampedEvent>,
    pub probe: Vec<StampedEvent>,
    /// Events of each worker, with its lane and id.
    pub workers: Vec<((LaneId, WorkerId), Vec<StampedEvent>)>,
}

/// State of a lane while it is simulated.
struct SimulatedLane<'a> {
    id: LaneId,
    plan: &'a LanePlan,
    rng: &'a mut Rng,
    tasks: u32,
    io: u32,
    /// Percentage of records during which the worker is killed.
    kill_percent: u64,
    /// Number of tasks taken from the shared queue so far.
    tasks_taken: u32,
    next_worker: u32,
    executor: Vec<StampedEvent>,
    probe: Vec<StampedEvent>,
    workers: Vec<((LaneId, WorkerId), Vec<StampedEvent>)>,
    /// Records whose worker was killed before it emitted `TaskTaken`: first task and number of tasks.
    unreported_records: Vec<(TaskId, u32)>,
    end: Nanos,
}

impl Simulation {
    /// A run of at most 24 tasks, in which the worker is killed during 8 % of the records.
    pub fn new(seed: u64) -> Self {
        Self::with_limits(seed, 24, 8)
    }

    /// A run of at most `max_tasks` tasks, in which the worker is killed during `kill_percent` percent of the records.
    pub fn with_limits(seed: u64, max_tasks: u32, kill_percent: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let run = plan::random_run(&mut rng, max_tasks);
        let mut all = Self { executor: Vec::new(), probe: Vec::new(), workers: Vec::new(), run };
        let mut end = 0;
        for (i, plan) in all.run.lanes.iter().enumerate() {
            let id = LaneId(i as u16);
            let (tasks, io) = (all.run.workload.as_ref().unwrap().tasks, all.run.workload.as_ref().unwrap().io);
            let mut lane = SimulatedLane {
                id,
                plan,
                rng: &mut rng,
                tasks,
                io,
                kill_percent,
                tasks_taken: 0,
                next_worker: 0,
                executor: Vec::new(),
                probe: Vec::new(),
                workers: Vec::new(),
                unreported_records: Vec::new(),
                end: 0,
            };
            lane.simulate();
            end = end.max(lane.end);
            all.executor.append(&mut lane.executor);
            all.probe.append(&mut lane.probe);
            all.workers.append(&mut lane.workers);
        }
        for _ in 0..rng.u64(..20) {
            let (at, lane) = (rng.u64(..=end), None);
            all.executor.push(StampedEvent { at, lane, event: Event::Drained { taken: Vec::new() } });
            let loads = vec![(0, rng.u64(..100) as f32 / 100.0)];
            all.probe.push(StampedEvent { at, lane, event: Event::CoresSampled { loads } });
        }
        all.executor.push(StampedEvent { at: end, lane: None, event: Event::Drained { taken: Vec::new() } });
        all.executor.push(StampedEvent { at: end, lane: None, event: Event::RunEnded {} });
        all.executor.sort_by_key(|stamped| stamped.at);
        all.probe.sort_by_key(|stamped| stamped.at);
        all
    }

    /// Time at which the run ends, in ns.
    pub fn end_time(&self) -> Nanos {
        self.executor.last().map_or(0, |stamped| stamped.at)
    }

    /// All events of the run, sorted by time.
    pub fn in_order(&self) -> Vec<StampedEvent> {
        let sources = self.workers.iter().map(|(_, events)| events).chain([&self.probe, &self.executor]);
        let mut all: Vec<StampedEvent> = sources.flatten().cloned().collect();
        all.sort_by_key(|stamped| stamped.at);
        all.insert(0, StampedEvent { at: 0, lane: None, event: Event::RunStarted(Box::new(self.run.clone())) });
        all
    }

    /// All events of the run in a random order. The events of each source stay in their own order, and a worker's exit
    /// comes after its other events.
    pub fn shuffled(&self, rng: &mut Rng) -> Vec<StampedEvent> {
        let mut sources: Vec<_> =
            self.workers.iter().map(|(source, events)| (Some(*source), events.iter().peekable())).collect();
        sources.push((None, self.probe.iter().peekable()));
        sources.push((None, self.executor.iter().peekable()));
        let mut unfinished_sources: BTreeSet<_> = self.workers.iter().map(|(source, _)| *source).collect();
        let mut all = vec![StampedEvent { at: 0, lane: None, event: Event::RunStarted(Box::new(self.run.clone())) }];
        while !sources.is_empty() {
            let chosen = rng.usize(..sources.len());
            let (source, events) = &mut sources[chosen];
            // Take several events from one source in a row, so that events of other sources arrive very late.
            for _ in 0..=rng.u64(..8) {
                let must_wait = |stamped: &&StampedEvent| match (&stamped.event, stamped.lane) {
                    (Event::WorkerExited { worker, .. }, Some(lane)) => unfinished_sources.contains(&(lane, *worker)),
                    _ => false,
                };
                let Some(stamped) = events.next_if(|stamped| !must_wait(stamped)) else { break };
                all.push(stamped.clone());
            }
            if events.peek().is_none() {
                source.map(|source| unfinished_sources.remove(&source));
                drop(sources.swap_remove(chosen));
            }
        }
        all
    }
}

/// Applies events to a new model; panics if an event is invalid.
pub fn model_of<'a>(events: impl IntoIterator<Item = &'a StampedEvent>) -> Model {
    let mut model = Model::new();
    for stamped in events {
        model.apply(stamped).unwrap_or_else(|error| panic!("{error}: {stamped:?}"));
    }
    model
}

impl SimulatedLane<'_> {
    fn emit(&mut self, at: Nanos, event: Event) {
        self.executor.push(StampedEvent { at, lane: Some(self.id), event });
    }

    fn simulate(&mut self) {
        let zero = self.rng.u64(..50);
        self.end = zero;
        self.emit(zero, Event::LaneStarted {});
        // Submit the tasks in two batches, as some task sources do.
        let first_batch = self.rng.u32(..self.tasks);
        for (first, count) in [(0, first_batch), (first_batch, self.tasks - first_batch)] {
            if count > 0 {
                self.emit(zero, Event::TasksSubmitted { first: TaskId(first), count, call: None });
            }
        }
        // The worker that becomes free first takes the next record.
        let mut free_workers: Vec<(Nanos, SimulatedWorker)> =
            (0..self.plan.workers).map(|slot| self.spawn_worker(zero, slot)).collect();
        while let Some(next) = (0..free_workers.len()).min_by_key(|i| free_workers[*i].0) {
            let (at, simulated) = free_workers.swap_remove(next);
            if let Some(entry) = self.process_next_record(at, simulated) {
                free_workers.push(entry);
            }
        }
        self.report_remaining_tasks();
        if self.rng.u64(..100) < 20 {
            let from = zero + self.rng.u64(..=self.end - zero);
            self.emit(from, Event::LaneSuspended {});
            let to = from + self.rng.u64(..=self.end - from);
            self.emit(to, Event::LaneResumed {});
        }
        let none_lost = self.executor.iter().all(|stamped| !matches!(stamped.event, Event::TasksLost { .. }));
        let status = if none_lost { LaneStatus::Finished } else { LaneStatus::Failed };
        self.emit(self.end, Event::LaneEnded { status });
        self.executor.sort_by_key(|stamped| stamped.at);
    }

    fn spawn_worker(&mut self, at: Nanos, slot: u32) -> (Nanos, SimulatedWorker) {
        let worker = WorkerId(self.next_worker);
        self.next_worker += 1;
        let at = at + self.rng.u64(..20);
        self.emit(at, Event::WorkerSpawned { worker, slot: SlotId(slot), pid: 1000 + worker.0 });
        let simulated = SimulatedWorker::start(self.id, worker, slot, at + self.rng.u64(..20), self.plan.gil);
        (simulated.now, simulated)
    }

    /// Lets a worker take and process its next record, or end if there is none. Returns the worker and the time at
    /// which it is free again.
    fn process_next_record(&mut self, at: Nanos, mut simulated: SimulatedWorker) -> Option<(Nanos, SimulatedWorker)> {
        let record = match (self.plan.own_queues, simulated.records_taken) {
            (true, 0) => Some((TaskId(simulated.slot), 1)),
            (false, _) if self.tasks_taken < self.tasks => {
                let count = self.plan.chunk.min(self.tasks - self.tasks_taken);
                self.tasks_taken += count;
                Some((TaskId(self.tasks_taken - count), count))
            }
            _ => None,
        };
        let Some((first, count)) = record else {
            self.end_worker(simulated, at, Exit::Code(0));
            return None;
        };
        let events_before = simulated.events.len();
        simulated.process_record(self.rng, first, count, self.io);
        if self.rng.u64(..100) < self.kill_percent {
            return self.kill_worker(simulated, events_before, (first, count));
        }
        Some((simulated.now, simulated))
    }

    /// Kills a worker at a random point of a record, possibly before the worker reports that it has taken the record.
    /// Returns the worker that replaces it, if any.
    fn kill_worker(
        &mut self,
        mut simulated: SimulatedWorker,
        events_before: usize,
        (first, count): (TaskId, u32),
    ) -> Option<(Nanos, SimulatedWorker)> {
        let events_kept = events_before + self.rng.usize(..=simulated.events.len() - events_before);
        simulated.events.truncate(events_kept);
        let (slot, last) = (simulated.slot, simulated.events.last().map_or(0, |stamped| stamped.at));
        let at = last.max(simulated.ready_at) + self.rng.u64(..5);
        let worker = simulated.worker;
        let unfinished = simulated.unfinished_tasks(first, count);
        self.end_worker(simulated, at, Exit::Signal(9));
        if events_kept == events_before && !self.plan.own_queues {
            self.unreported_records.push((first, count));
        } else if let Some((first, count)) = unfinished {
            self.emit(at, Event::TasksLost { first, count, worker: Some(worker) });
        }
        let is_replaced = self.plan.mode == Mode::Pool && self.tasks_taken < self.tasks;
        is_replaced.then(|| self.spawn_worker(at, slot))
    }

    fn end_worker(&mut self, mut simulated: SimulatedWorker, at: Nanos, exit: Exit) {
        if exit == Exit::Code(0) {
            simulated.release_gil_at_end(at);
        }
        self.end = self.end.max(at);
        // Either the worker or the executor reports abandoned tasks.
        let by_executor = self.rng.u64(..100) < 50;
        let moves_to_executor =
            |stamped: &mut StampedEvent| by_executor && matches!(stamped.event, Event::TasksAbandoned { .. });
        self.executor.extend(simulated.events.extract_if(.., moves_to_executor));
        for _ in 0..self.rng.u64(..3) {
            let sample = simulated.random_sample(self.rng, at);
            self.probe.push(StampedEvent { lane: Some(self.id), ..sample });
        }
        let usage = (self.rng.u64(..100) < 80).then(|| simulated.usage());
        self.emit(at, Event::WorkerExited { worker: simulated.worker, exit, usage });
        self.workers.push(((self.id, simulated.worker), simulated.events));
    }

    /// Reports the remaining tasks as lost or abandoned, after all workers have ended.
    fn report_remaining_tasks(&mut self) {
        for (first, count) in std::mem::take(&mut self.unreported_records) {
            self.emit(self.end, Event::TasksLost { first, count, worker: None });
        }
        if !self.plan.own_queues && self.tasks_taken < self.tasks {
            let (first, count) = (TaskId(self.tasks_taken), self.tasks - self.tasks_taken);
            self.emit(self.end, Event::TasksAbandoned { first, count });
        }
    }
}
