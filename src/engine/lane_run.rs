//! A lane under way: its processes, its book of tasks, and what follows when a process ends.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;

use super::plan::ProcessLayout;
use super::queue::Queue;
use super::reaper::ProcessExit;
use super::task_states::{TaskRange, TaskStates};
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

pub(super) struct LaneRun {
    pub(super) id: LaneId,
    pub(super) plan: LanePlan,
    pub(super) layout: ProcessLayout,
    pub(super) stage: Stage,
    pub(super) suspended: bool,
    pub(super) cancelled: bool,
    /// The queue its workers share.
    pub(super) queue: Option<Queue>,
    tasks: u32,
    task_states: TaskStates,
    processes: BTreeMap<u32, Process>,
    next_worker: u32,
    /// The first workers of the processes whose start is under way.
    starting: BTreeSet<WorkerId>,
    /// Slots that wait for a process.
    vacant: VecDeque<SlotId>,
}

impl LaneRun {
    pub(super) fn new(id: LaneId, plan: LanePlan, workload: &Workload, queue: Option<Queue>) -> Self {
        let layout = ProcessLayout::new(&plan, workload);
        let vacant = (0..layout.processes).map(|process| SlotId(process * layout.threads)).collect();
        Self {
            id,
            layout,
            stage: Stage::Waiting,
            suspended: false,
            cancelled: false,
            queue,
            tasks: workload.tasks,
            task_states: TaskStates::new(workload.tasks),
            processes: BTreeMap::new(),
            next_worker: 0,
            starting: BTreeSet::new(),
            vacant,
            plan,
        }
    }

    /// A fact of this lane.
    pub(super) fn stamp(&self, at: Nanos, event: Event) -> StampedEvent {
        StampedEvent { at, lane: Some(self.id), event }
    }

    /// The lane's zero.
    pub(super) fn start(&mut self, at: Nanos, events: &mut Vec<StampedEvent>) {
        self.stage = Stage::Running;
        events.push(self.stamp(at, Event::LaneStarted {}));
        events.push(self.stamp(at, Event::TasksSubmitted { first: TaskId(0), count: self.tasks }));
    }

    /// The next slot to be given a process, with the number of its first worker.
    pub(super) fn next_vacant_slot(&mut self) -> Option<(SlotId, WorkerId)> {
        if self.stage != Stage::Running || self.suspended || self.cancelled {
            return None;
        }
        let slot = self.vacant.pop_front()?;
        let worker = WorkerId(self.next_worker);
        self.next_worker += self.layout.threads;
        self.starting.insert(worker);
        Some((slot, worker))
    }

    /// A process was started at this time.
    pub(super) fn process_spawned(
        &mut self,
        at: Nanos,
        slot: SlotId,
        first: WorkerId,
        pid: u32,
        events: &mut Vec<StampedEvent>,
    ) {
        self.starting.remove(&first);
        self.processes.insert(pid, Process { first, slot, ready: false });
        for n in 0..self.layout.threads {
            let (worker, slot) = (WorkerId(first.0 + n), SlotId(slot.0 + n));
            events.push(self.stamp(at, Event::WorkerSpawned { worker, slot, pid }));
        }
    }

    /// A process could not be started. Its own task, if it was to have one, has nobody now.
    pub(super) fn spawn_failed(
        &mut self,
        at: Nanos,
        slot: SlotId,
        first: WorkerId,
        error: &io::Error,
        events: &mut Vec<StampedEvent>,
    ) {
        self.starting.remove(&first);
        events.push(self.stamp(at, Event::WorkerNotSpawned { slot, error: describe(error).into() }));
        if self.plan.own_queues {
            self.settle(at, slot.0..slot.0 + 1, Had::ByNobody, events);
        }
    }

    /// Enters what a worker of the lane said.
    pub(super) fn apply(&mut self, event: &Event) {
        self.task_states.apply(event);
        if let Event::WorkerReady { worker } = *event
            && let Some(process) = self.processes.values_mut().find(|process| process.first == worker)
        {
            process.ready = true;
        }
    }

    /// Whether the process of which this is the first worker is being started.
    pub(super) fn is_spawning(&self, worker: WorkerId) -> bool {
        self.starting.contains(&worker)
    }

    /// Whether this live process is one of the lane's.
    pub(super) fn owns_process(&self, pid: u32) -> bool {
        self.processes.contains_key(&pid)
    }

    pub(super) fn pids(&self) -> impl Iterator<Item = u32> {
        self.processes.keys().copied()
    }

    /// The process a worker lives in.
    pub(super) fn worker_pid(&self, worker: WorkerId) -> Option<u32> {
        let threads = self.layout.threads;
        let lives_in = |process: &Process| (process.first.0..process.first.0 + threads).contains(&worker.0);
        self.processes.iter().find(|(_, process)| lives_in(process)).map(|(pid, _)| *pid)
    }

    /// A process is gone, and all that it had said has been heard. False if it is none of this lane's.
    pub(super) fn process_exited(&mut self, exited: &ProcessExit, events: &mut Vec<StampedEvent>) -> bool {
        let Some(process) = self.processes.remove(&exited.pid) else { return false };
        for n in 0..self.layout.threads {
            let worker = WorkerId(process.first.0 + n);
            // The figures are those of the thread that the process began with.
            let usage = exited.usage.filter(|_| n == 0);
            events.push(self.stamp(exited.at, Event::WorkerExited { worker, exit: exited.exit, usage }));
            self.bereave(exited.at, worker, events);
        }
        if self.plan.own_queues {
            let (worker, task) = (process.first, process.slot.0);
            self.settle(exited.at, task..task + 1, Had::By(Some(worker)), events);
        }
        let died = exited.exit != Exit::Code(0);
        if self.layout.respawns && (process.ready || !died) && self.has_more() {
            self.vacant.push_back(process.slot);
        }
        true
    }

    /// What happens to the tasks that a worker left unfinished.
    fn bereave(&mut self, at: Nanos, worker: WorkerId, events: &mut Vec<StampedEvent>) {
        if let Some(tasks) = self.task_states.unfinished_by(worker) {
            self.end_tasks(at, &tasks, Had::By(Some(worker)), events);
        }
    }

    fn has_more(&self) -> bool {
        self.queue.as_ref().is_some_and(|queue| queue.taken_count().is_ok_and(|taken| taken < self.tasks))
    }

    /// Ends the lane if it has no process any more and needs none.
    pub(super) fn end_if_done(&mut self, at: Nanos, events: &mut Vec<StampedEvent>) {
        let over = self.processes.is_empty() && self.starting.is_empty() && (self.vacant.is_empty() || self.cancelled);
        if self.stage != Stage::Running || !over {
            return;
        }
        // What lies before the queue's offset was taken, whether or not its worker lived to say so.
        let taken = self.queue.as_ref().and_then(|queue| queue.taken_count().ok()).unwrap_or(0);
        self.settle(at, 0..taken, Had::By(None), events);
        self.settle(at, 0..self.tasks, Had::ByNobody, events);
        self.end(at, events);
    }

    fn end(&mut self, at: Nanos, events: &mut Vec<StampedEvent>) {
        self.stage = Stage::Ended;
        let status = match () {
            () if self.task_states.all_finished() => Status::Finished,
            () if self.cancelled => Status::Cancelled,
            () => Status::Failed,
        };
        events.push(self.stamp(at, Event::LaneEnded { status }));
    }

    /// Gives every task of the range that nobody said they took its end.
    fn settle(&mut self, at: Nanos, tasks: TaskRange, had: Had, events: &mut Vec<StampedEvent>) {
        for tasks in self.task_states.unclaimed(tasks) {
            self.end_tasks(at, &tasks, had, events);
        }
    }

    /// Tasks somebody had are lost; those that nobody had, or that were given up with the whole run, are abandoned.
    fn end_tasks(&mut self, at: Nanos, tasks: &TaskRange, had: Had, events: &mut Vec<StampedEvent>) {
        let (first, count) = (TaskId(tasks.start), tasks.end - tasks.start);
        let event = match had {
            Had::By(worker) if !self.cancelled => Event::TasksLost { first, count, worker },
            _ => Event::TasksAbandoned { first, count },
        };
        self.task_states.apply(&event);
        events.push(self.stamp(at, event));
    }
}
