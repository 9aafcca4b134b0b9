//! A lane under way: its processes, its book of tasks, and what follows when a process ends.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;

use super::ledger::{Ledger, Tasks};
use super::plan::Geometry;
use super::queue::Queue;
use super::reaper::Exited;
use crate::event::workload::Workload;
use crate::event::{Event, Exit, LaneId, LanePlan, Nanos, SlotId, StampedEvent, Status, TaskId, WorkerId};
use crate::system::shortage::describe;

/// A live process of a lane.
struct Process {
    /// Its first thread's number as a worker.
    first: WorkerId,
    slot: SlotId,
    ready: bool,
}

/// Where a lane is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// It waits for its turn.
    Waiting,
    Running,
    Ended,
}

/// Who had tasks that will not be finished.
#[derive(Clone, Copy)]
enum Had {
    /// A worker; which one is not always known.
    By(Option<WorkerId>),
    ByNobody,
}

pub(super) struct Running {
    pub(super) id: LaneId,
    pub(super) plan: LanePlan,
    pub(super) geometry: Geometry,
    pub(super) stage: Stage,
    pub(super) suspended: bool,
    pub(super) cancelled: bool,
    /// The queue its workers share.
    pub(super) queue: Option<Queue>,
    tasks: u32,
    ledger: Ledger,
    processes: BTreeMap<u32, Process>,
    next_worker: u32,
    /// The first workers of the processes whose start is under way.
    starting: BTreeSet<WorkerId>,
    /// Slots that wait for a process.
    vacant: VecDeque<SlotId>,
}

impl Running {
    pub(super) fn new(id: LaneId, plan: LanePlan, workload: &Workload, queue: Option<Queue>) -> Self {
        let geometry = Geometry::of(&plan, workload);
        let vacant = (0..geometry.processes).map(|process| SlotId(process * geometry.threads)).collect();
        Self {
            id,
            geometry,
            stage: Stage::Waiting,
            suspended: false,
            cancelled: false,
            queue,
            tasks: workload.tasks,
            ledger: Ledger::new(workload.tasks),
            processes: BTreeMap::new(),
            next_worker: 0,
            starting: BTreeSet::new(),
            vacant,
            plan,
        }
    }

    /// A fact of this lane.
    pub(super) fn fact(&self, at: Nanos, event: Event) -> StampedEvent {
        StampedEvent { at, lane: Some(self.id), event }
    }

    /// The lane's zero.
    pub(super) fn start(&mut self, at: Nanos, facts: &mut Vec<StampedEvent>) {
        self.stage = Stage::Running;
        facts.push(self.fact(at, Event::LaneStarted {}));
        facts.push(self.fact(at, Event::TasksSubmitted { first: TaskId(0), count: self.tasks }));
    }

    /// The next slot to be given a process, with the number of its first worker.
    pub(super) fn next_vacancy(&mut self) -> Option<(SlotId, WorkerId)> {
        if self.stage != Stage::Running || self.suspended || self.cancelled {
            return None;
        }
        let slot = self.vacant.pop_front()?;
        let worker = WorkerId(self.next_worker);
        self.next_worker += self.geometry.threads;
        self.starting.insert(worker);
        Some((slot, worker))
    }

    /// A process was started at this time.
    pub(super) fn spawned(
        &mut self,
        at: Nanos,
        slot: SlotId,
        first: WorkerId,
        pid: u32,
        facts: &mut Vec<StampedEvent>,
    ) {
        self.starting.remove(&first);
        self.processes.insert(pid, Process { first, slot, ready: false });
        for n in 0..self.geometry.threads {
            let (worker, slot) = (WorkerId(first.0 + n), SlotId(slot.0 + n));
            facts.push(self.fact(at, Event::WorkerSpawned { worker, slot, pid }));
        }
    }

    /// A process could not be started. Its own task, if it was to have one, has nobody now.
    pub(super) fn not_spawned(
        &mut self,
        at: Nanos,
        slot: SlotId,
        first: WorkerId,
        error: &io::Error,
        facts: &mut Vec<StampedEvent>,
    ) {
        self.starting.remove(&first);
        facts.push(self.fact(at, Event::WorkerNotSpawned { slot, error: describe(error).into() }));
        if self.plan.own_queues {
            self.settle(at, slot.0..slot.0 + 1, Had::ByNobody, facts);
        }
    }

    /// Enters what a worker of the lane said.
    pub(super) fn hear(&mut self, event: &Event) {
        self.ledger.enter(event);
        if let Event::WorkerReady { worker } = *event
            && let Some(process) = self.processes.values_mut().find(|process| process.first == worker)
        {
            process.ready = true;
        }
    }

    /// Whether the process of which this is the first worker is being started.
    pub(super) fn is_starting(&self, worker: WorkerId) -> bool {
        self.starting.contains(&worker)
    }

    /// Whether this live process is one of the lane's.
    pub(super) fn has(&self, pid: u32) -> bool {
        self.processes.contains_key(&pid)
    }

    pub(super) fn pids(&self) -> impl Iterator<Item = u32> {
        self.processes.keys().copied()
    }

    /// The process a worker lives in.
    pub(super) fn pid_of(&self, worker: WorkerId) -> Option<u32> {
        let threads = self.geometry.threads;
        let lives_in = |process: &Process| (process.first.0..process.first.0 + threads).contains(&worker.0);
        self.processes.iter().find(|(_, process)| lives_in(process)).map(|(pid, _)| *pid)
    }

    /// A process is gone, and all that it had said has been heard. False if it is none of this lane's.
    pub(super) fn exited(&mut self, exited: &Exited, facts: &mut Vec<StampedEvent>) -> bool {
        let Some(process) = self.processes.remove(&exited.pid) else { return false };
        for n in 0..self.geometry.threads {
            let worker = WorkerId(process.first.0 + n);
            // The figures are those of the thread that the process began with.
            let usage = exited.usage.filter(|_| n == 0);
            facts.push(self.fact(exited.at, Event::WorkerExited { worker, exit: exited.exit, usage }));
            self.bereave(exited.at, worker, facts);
        }
        if self.plan.own_queues {
            let (worker, task) = (process.first, process.slot.0);
            self.settle(exited.at, task..task + 1, Had::By(Some(worker)), facts);
        }
        let died = exited.exit != Exit::Code(0);
        if self.geometry.replaces && (process.ready || !died) && self.has_more() {
            self.vacant.push_back(process.slot);
        }
        true
    }

    /// What happens to the tasks that a worker left unfinished.
    fn bereave(&mut self, at: Nanos, worker: WorkerId, facts: &mut Vec<StampedEvent>) {
        if let Some(tasks) = self.ledger.held_by(worker) {
            self.end_tasks(at, &tasks, Had::By(Some(worker)), facts);
        }
    }

    fn has_more(&self) -> bool {
        self.queue.as_ref().is_some_and(|queue| queue.taken().is_ok_and(|taken| taken < self.tasks))
    }

    /// Ends the lane if it has no process any more and needs none.
    pub(super) fn end_if_over(&mut self, at: Nanos, facts: &mut Vec<StampedEvent>) {
        let over = self.processes.is_empty() && self.starting.is_empty() && (self.vacant.is_empty() || self.cancelled);
        if self.stage != Stage::Running || !over {
            return;
        }
        // What lies before the queue's offset was taken, whether or not its worker lived to say so.
        let taken = self.queue.as_ref().and_then(|queue| queue.taken().ok()).unwrap_or(0);
        self.settle(at, 0..taken, Had::By(None), facts);
        self.settle(at, 0..self.tasks, Had::ByNobody, facts);
        self.end(at, facts);
    }

    fn end(&mut self, at: Nanos, facts: &mut Vec<StampedEvent>) {
        self.stage = Stage::Ended;
        let status = match () {
            () if self.ledger.all_finished() => Status::Finished,
            () if self.cancelled => Status::Cancelled,
            () => Status::Failed,
        };
        facts.push(self.fact(at, Event::LaneEnded { status }));
    }

    /// Gives every task of the range that nobody said they took its end.
    fn settle(&mut self, at: Nanos, tasks: Tasks, had: Had, facts: &mut Vec<StampedEvent>) {
        for tasks in self.ledger.open(tasks) {
            self.end_tasks(at, &tasks, had, facts);
        }
    }

    /// Tasks somebody had are lost; those that nobody had, or that were given up with the whole run, are abandoned.
    fn end_tasks(&mut self, at: Nanos, tasks: &Tasks, had: Had, facts: &mut Vec<StampedEvent>) {
        let (first, count) = (TaskId(tasks.start), tasks.end - tasks.start);
        let event = match had {
            Had::By(worker) if !self.cancelled => Event::TasksLost { first, count, worker },
            _ => Event::TasksAbandoned { first, count },
        };
        self.ledger.enter(&event);
        facts.push(self.fact(at, event));
    }
}
