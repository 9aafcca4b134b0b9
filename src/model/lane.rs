//! A lane of a run and its state at any time.

mod attempts;
mod cluster;
mod counted_tasks;
mod forget;
mod problems;
mod program;
mod silence;
mod slots;
mod task;
mod work;

use super::invalid_event::InvalidEvent;
use super::problems::ProblemKind;
use super::side_by_side::RunOrigin;
use super::slots::LaneSlots;
use super::spans::TimeSpans;
use super::state::LaneCounts;
use super::tasks::{ForgottenTasks, TaskTable};
use super::times::{NEVER, SortedSteps, StepGauge};
use super::workers::{SampledMemory, TakenRecord, WaitLooks, Worker, WorkerTable};
use crate::event::workload::Workload;
use crate::event::{Call, LaneId, LanePlan, LaneStatus, Mode, Nanos, TaskCounts, TaskId, WorkerId};
pub(super) use cluster::CallTime;
use cluster::ClusterState;
pub use cluster::{ClusterQueue, HeldTasks, SchedulerTime};
pub use counted_tasks::CountedTasks;
pub(super) use silence::ReportedSilence;
pub use silence::Silence;
use work::UnevenWork;

/// One lane of a run.
///
/// Queries at a time `t` cost a few binary searches, whatever the number of tasks.
#[derive(Clone, Debug)]
pub struct Lane {
    pub(super) id: LaneId,
    pub(super) plan: LanePlan,
    /// Whether another process of the program has a lane with the same title.
    pub(super) shares_title: bool,
    /// Whether its run has other lanes of its mode.
    pub(super) in_sweep: bool,
    /// The run it belongs to, if several runs are shown side by side.
    pub(super) origin: Option<RunOrigin>,
    pub(super) zero: Option<Nanos>,
    pub(super) ended: Option<(Nanos, LaneStatus)>,
    pub(super) tasks: TaskTable,
    pub(super) workers: WorkerTable,
    pub(super) slots: LaneSlots,
    /// Number of queued tasks: tasks that entered the queue minus tasks that left it.
    pub(super) queue: StepGauge<i64>,
    /// Resident payload in bytes, and number of resident payloads.
    pub(super) resident: StepGauge<i64>,
    pub(super) finished: SortedSteps<()>,
    pub(super) uneven: UnevenWork,
    pub(super) failed: SortedSteps<()>,
    pub(super) lost: SortedSteps<()>,
    pub(super) abandoned: SortedSteps<()>,
    /// Tasks that ended without being loaded, after a worker had taken them.
    pub(super) dropped: SortedSteps<i64>,
    /// Pickled tasks that the parent process of a watched program holds, in bytes.
    pub(super) held: StepGauge<i64>,
    /// The calls of a watched program that submitted the tasks.
    pub(super) calls: Vec<Call>,
    /// When the program ended the pool; none while it is in use.
    pub(super) pool_ended: Option<Nanos>,
    /// When the program created the pool last, if more than once.
    pub(super) reopened: Option<Nanos>,
    /// How often the lane was opened: a program may create a pool at the same place again.
    pub(super) uses: u32,
    pub(super) cluster: ClusterState,
    /// Workers that hold a task.
    pub(super) busy: StepGauge<()>,
    pub(super) io: StepGauge<()>,
    pub(super) live: StepGauge<()>,
    /// Workers that are ready and have not ended.
    pub(super) serving: StepGauge<()>,
    pub(super) suspended: TimeSpans,
    /// How many slots have had a ready worker, and when the last of them became ready.
    pub(super) first_ready: (u32, Nanos),
    pub(super) totals: Totals,
    /// Increases and decreases of the private memory of all sampled live processes over time.
    pub(super) private: SortedSteps<SampledMemory>,
    /// How often workers of a program were found waiting, by the end of the wait.
    pub(super) looks: SortedSteps<WaitLooks>,
    pub(super) pss: Vec<(Nanos, u64)>,
    /// Tasks that failed or were lost.
    pub(super) losses: Vec<(Nanos, TaskId)>,
    pub(super) deaths: Vec<(Nanos, WorkerId)>,
    pub(super) kills: Vec<(Nanos, WorkerId)>,
    /// Problems other than deaths of workers.
    pub(super) problems: Vec<(Nanos, ProblemKind)>,
    /// Time before which the history is forgotten; 0 if it is whole.
    pub(super) history_start: Nanos,
    /// The highest private memory before that, and its time.
    pub(super) forgotten_peak: Option<(Nanos, SampledMemory)>,
    /// Earliest time whose state has changed since the integrals were updated.
    pub(super) changed: Nanos,
}

/// Private memory of a lane's processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrivateMemory {
    pub bytes: u64,
    /// Whether some live processes are missing, because they were not sampled yet.
    pub is_lower_bound: bool,
}

/// Sums over the whole run, which are not kept over time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Totals {
    /// CPU time of adding, in ns.
    pub(super) adding: u64,
    /// CPU time of loading payloads, in ns.
    pub(super) loading: u64,
    /// Sum of all finished tasks.
    pub(super) sum: i64,
    /// Time of receiving and unpickling tasks, in ns.
    pub(super) receive_ns: u64,
    /// Pickled tasks that were queued, in bytes.
    pub(super) queued_bytes: u64,
    /// Pickled results, in bytes.
    pub(super) result_bytes: u64,
    /// CPU time of the parent process while pools of the lane existed, in ns; none if unknown.
    pub(super) parent_ns: Option<u64>,
    pub(super) forgotten: ForgottenTasks,
}

impl Lane {
    /// A lane that runs a workload.
    pub(super) fn new(id: LaneId, plan: LanePlan, in_sweep: bool, workload: &Workload) -> Self {
        let tasks = TaskTable::new(workload.tasks);
        Self { in_sweep, uneven: UnevenWork::new(workload), ..Self::with_tasks(id, plan, tasks) }
    }

    /// A lane of a watched program.
    pub(super) fn of_program(id: LaneId, plan: LanePlan) -> Self {
        Self::with_tasks(id, plan, TaskTable::of_program())
    }

    fn with_tasks(id: LaneId, plan: LanePlan, tasks: TaskTable) -> Self {
        Self {
            id,
            tasks,
            slots: LaneSlots::new(plan.workers, plan.pool.is_some()),
            plan,
            in_sweep: false,
            origin: None,
            zero: None,
            ended: None,
            workers: WorkerTable::default(),
            queue: StepGauge::default(),
            resident: StepGauge::default(),
            finished: SortedSteps::default(),
            uneven: UnevenWork::default(),
            failed: SortedSteps::default(),
            lost: SortedSteps::default(),
            abandoned: SortedSteps::default(),
            dropped: SortedSteps::default(),
            held: StepGauge::default(),
            calls: Vec::new(),
            shares_title: false,
            pool_ended: None,
            reopened: None,
            uses: 1,
            cluster: ClusterState::default(),
            busy: StepGauge::default(),
            io: StepGauge::default(),
            live: StepGauge::default(),
            serving: StepGauge::default(),
            suspended: TimeSpans::default(),
            first_ready: (0, 0),
            totals: Totals::default(),
            private: SortedSteps::default(),
            looks: SortedSteps::default(),
            pss: Vec::new(),
            losses: Vec::new(),
            deaths: Vec::new(),
            kills: Vec::new(),
            problems: Vec::new(),
            history_start: 0,
            forgotten_peak: None,
            changed: NEVER,
        }
    }

    #[must_use]
    pub fn id(&self) -> LaneId {
        self.id
    }

    #[must_use]
    pub fn plan(&self) -> &LanePlan {
        &self.plan
    }

    /// Time zero: when its tasks were submitted.
    #[must_use]
    pub fn time_zero(&self) -> Option<Nanos> {
        self.zero
    }

    /// When its last process ended, and with which status.
    #[must_use]
    pub fn end_and_status(&self) -> Option<(Nanos, LaneStatus)> {
        self.ended
    }

    /// Whether tasks have been submitted and have not ended so far.
    #[must_use]
    pub fn has_open_tasks(&self) -> bool {
        let counts = self.counts_at(Nanos::MAX);
        counts.submitted > counts.finished + counts.failed + counts.lost + counts.abandoned
    }

    /// End of its history: when its last task finished, failed, was lost or was abandoned. A pool of a watched program
    /// may have more tasks until it ends.
    #[must_use]
    pub fn history_end(&self) -> Option<Nanos> {
        let (over, _) = self.ended?;
        if self.is_of_program() {
            return Some(over);
        }
        let ends = [&self.finished, &self.failed, &self.lost, &self.abandoned].map(SortedSteps::last);
        Some(ends.into_iter().flatten().max().unwrap_or(over))
    }

    /// Time at which the last finished task finished.
    #[must_use]
    pub fn last_completion(&self) -> Option<Nanos> {
        self.finished.last()
    }

    /// When its first task was submitted.
    pub(super) fn first_submission(&self) -> Option<Nanos> {
        self.queue.up.first()
    }

    /// When its work began: at time zero; of a cluster, which may be observed long before it has tasks, with its first.
    pub(super) fn work_begun(&self) -> Option<Nanos> {
        self.first_submission().filter(|_| self.is_of_cluster()).or(self.zero)
    }

    /// Time from the beginning of its work to the last completion so far, in ns.
    #[must_use]
    pub fn makespan(&self) -> Option<Nanos> {
        self.last_completion()?.checked_sub(self.work_begun()?)
    }

    /// Time at which the last of the tasks lost or failed by `t` ended.
    #[must_use]
    pub fn last_loss(&self, t: Nanos) -> Option<Nanos> {
        let after = t.saturating_add(1);
        if self.cluster.run_again.is_empty() {
            return self.lost.last_before(after).max(self.failed.last_before(after));
        }
        let losses = self.losses.iter().filter(|(at, task)| *at <= t && !self.ran_again(*task));
        losses.map(|(at, _)| *at).max()
    }

    /// Counts of tasks and workers at `t`.
    #[must_use]
    pub fn counts_at(&self, t: Nanos) -> LaneCounts {
        if let Some(TaskCounts { scheduler, workers, memory, erred, .. }) = self.task_counts(t) {
            let queued = scheduler.saturating_add(workers);
            let submitted = queued.saturating_add(memory).saturating_add(erred);
            let live_workers = self.live.count(t);
            return LaneCounts {
                submitted,
                queued,
                finished: memory,
                failed: erred,
                live_workers,
                ..LaneCounts::default()
            };
        }
        let submitted = self.queue.up.sum(t);
        let queued = self.queued_tasks(t);
        let in_memory_ever = (self.resident.up.count(t) as u64).cast_signed();
        let held = submitted - i64::from(queued) - in_memory_ever - self.ended_without_loading(t);
        let run_again = self.cluster.ended_run_again.sum(t);
        LaneCounts {
            submitted: (submitted as u32).saturating_sub(run_again.all()),
            queued,
            held: held.max(0) as u32,
            resident: self.resident.count(t),
            loading: self.busy.count(t).saturating_sub(self.resident.count(t)),
            resident_bytes: self.resident.sum(t).max(0) as u64,
            in_io: self.io.count(t),
            ready: self.ready_workers(t),
            finished: (self.finished.count(t) as u32).saturating_sub(run_again.finished),
            failed: (self.failed.count(t) as u32).saturating_sub(run_again.failed),
            lost: (self.lost.count(t) as u32).saturating_sub(run_again.lost),
            abandoned: (self.abandoned.count(t) as u32).saturating_sub(run_again.abandoned),
            live_workers: self.live.count(t),
            unobserved: self.cluster.unobserved.count(t),
            unobserved_with_task: self.cluster.unobserved.sum(t).max(0) as u32,
        }
    }

    /// Tasks that ended by `t` without being loaded.
    fn ended_without_loading(&self, t: Nanos) -> i64 {
        self.dropped.sum(t)
    }

    /// Tasks in the queue at `t`.
    pub(super) fn queued_tasks(&self, t: Nanos) -> u32 {
        self.queue.sum(t).max(0) as u32
    }

    /// Workers that hold a task and are neither in I/O nor suspended. At most 1 under a GIL.
    pub(super) fn ready_workers(&self, t: Nanos) -> u32 {
        let most = if self.plan.gil { 1 } else { u32::MAX };
        if self.is_suspended(t) { 0 } else { self.busy.count(t).saturating_sub(self.io.count(t)).min(most) }
    }

    /// How long the lane ran between two times, without suspension.
    pub(super) fn running_time(&self, from: Nanos, to: Nanos) -> Nanos {
        let from = from.max(self.time_zero().unwrap_or(to));
        let to = self.end_and_status().map_or(to, |(end, _)| end.min(to)).max(from);
        to - from - (self.suspended.total_time(to) - self.suspended.total_time(from)).min(to - from)
    }

    /// Whether the viewer has suspended the lane at `t`.
    #[must_use]
    pub fn is_suspended(&self, t: Nanos) -> bool {
        self.suspended.contains(t)
    }

    /// Time since which the lane is suspended, if it is suspended at `t`.
    #[must_use]
    pub fn suspended_since(&self, t: Nanos) -> Option<Nanos> {
        self.suspended.start_of_span_at(t)
    }

    /// Time of the last event or progress report of any worker by `t`. Costs a search per worker.
    #[must_use]
    pub fn last_report(&self, t: Nanos) -> Option<Nanos> {
        let at_end = self.workers.iter().filter_map(|(_, worker)| worker.last_progress(t)).max();
        at_end.max(self.previous_event_time(t.saturating_add(1)))
    }

    /// The tasks queued at `t`, head first. The iterator is lazy: the head costs a binary search; then it skips tasks
    /// that are no longer queued.
    pub fn tasks_in_queue(&self, t: Nanos) -> impl Iterator<Item = TaskId> + '_ {
        self.tasks.queued_tasks(t, self.queued_tasks(t))
    }

    /// The head of the queue at `t`.
    #[must_use]
    pub fn next_in_queue(&self, t: Nanos) -> Option<TaskId> {
        self.tasks_in_queue(t).next()
    }

    /// When every slot had its first worker ready; none before that.
    #[must_use]
    pub fn all_ready(&self) -> Option<Nanos> {
        (self.first_ready.0 as usize == self.slot_count() && self.first_ready.0 > 0).then_some(self.first_ready.1)
    }

    /// Number of tasks of the workload.
    #[must_use]
    pub fn task_total(&self) -> u32 {
        self.tasks.total()
    }

    /// Number of slots; those of a watched program are added as workers start.
    #[must_use]
    pub fn slot_count(&self) -> usize {
        self.slots.count()
    }

    /// A worker, if it is known.
    #[must_use]
    pub fn worker(&self, id: WorkerId) -> Option<&Worker> {
        self.workers.get(id)
    }

    /// Tasks that a worker has taken by `t`, including its current record.
    #[must_use]
    pub fn tasks_taken(&self, id: WorkerId, t: Nanos) -> u32 {
        self.workers.get(id).and_then(|worker| worker.record(t)).map_or(0, TakenRecord::tasks_taken_so_far)
    }

    /// Private memory of the live processes at their last samples by `t`; none without samples.
    #[must_use]
    pub fn private_memory(&self, t: Nanos) -> Option<PrivateMemory> {
        self.private_memory_of(t, self.private.sum(t))
    }

    /// The highest private memory at any time.
    pub(super) fn peak_private_memory(&self) -> Option<PrivateMemory> {
        let (at, sampled) = self.highest_private_sum()?;
        self.private_memory_of(at, sampled)
    }

    fn private_memory_of(&self, t: Nanos, sampled: SampledMemory) -> Option<PrivateMemory> {
        let bytes = u64::try_from(sampled.bytes).ok().filter(|bytes| *bytes > 0)?;
        let live = i64::from(self.live.count(t));
        // Threads share one process.
        let processes = if self.plan.mode == Mode::Threads { live.min(1) } else { live };
        Some(PrivateMemory { bytes, is_lower_bound: sampled.processes < processes })
    }

    /// Proportional set size of the workers at the last sample by `t`, in bytes.
    #[must_use]
    pub fn pss_bytes(&self, t: Nanos) -> Option<u64> {
        self.pss[..self.pss.partition_point(|(at, _)| *at <= t)].last().map(|(_, bytes)| *bytes)
    }

    /// Time of the next transition after `t`.
    #[must_use]
    pub fn next_event_time(&self, t: Nanos) -> Option<Nanos> {
        let tasks = [self.queue.up.next_after(t), self.queue.down.next_after(t), self.resident.up.next_after(t)];
        let ends = [self.resident.down.next_after(t), self.finished.next_after(t), self.failed.next_after(t)];
        let losses = [self.lost.next_after(t), self.abandoned.next_after(t)];
        let workers = [
            self.io.up.next_after(t),
            self.io.down.next_after(t),
            self.live.up.next_after(t),
            self.live.down.next_after(t),
        ];
        tasks.into_iter().chain(ends).chain(losses).chain(workers).flatten().min()
    }

    /// Time of the last transition before `t`.
    #[must_use]
    pub fn previous_event_time(&self, t: Nanos) -> Option<Nanos> {
        let tasks = [self.queue.up.last_before(t), self.queue.down.last_before(t), self.resident.up.last_before(t)];
        let ends = [self.resident.down.last_before(t), self.finished.last_before(t), self.failed.last_before(t)];
        let losses = [self.lost.last_before(t), self.abandoned.last_before(t)];
        let workers = [
            self.io.up.last_before(t),
            self.io.down.last_before(t),
            self.live.up.last_before(t),
            self.live.down.last_before(t),
        ];
        tasks.into_iter().chain(ends).chain(losses).chain(workers).flatten().max()
    }
}

/// Counts a slot whose first worker has become ready, and keeps the latest time.
pub(super) fn count_ready_slot((ready, latest): &mut (u32, Nanos), at: Nanos) {
    *ready += 1;
    *latest = at.max(*latest);
}

/// Result of applying an event.
pub(super) type ApplyResult = Result<(), InvalidEvent>;
