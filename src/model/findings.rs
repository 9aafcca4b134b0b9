//! Findings: what slows a watched program down, from measured figures.

mod cluster;
mod rules;
mod stragglers;

use super::{Lane, Model, SerialFigures, WorkerLoss};
use crate::event::{LaneId, Mode, Nanos, PoolKind};

pub use cluster::ClusterFinding;

/// Programs that ran for a shorter time have no findings, in ns.
const MIN_ELAPSED: Nanos = 1_000_000_000;
/// Share of the memory from which the workers' private memory is a finding.
const MIN_MEMORY_SHARE: f64 = 0.8;
/// Share of the elapsed time that a finding must have cost.
const MIN_COST: f64 = 0.02;
/// Serial part of the elapsed time from which it is a finding.
const MIN_SERIAL_SHARE: f64 = 0.3;
/// Cores used on average in the longest time without a task, from which a program of clusters alone computes there.
const MIN_SERIAL_CORES: f64 = 0.5;

/// Something that slows a watched program down.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The lane; none if it concerns the whole program.
    pub lane: Option<LaneId>,
    /// Title of the lane.
    pub title: Option<String>,
    pub kind: FindingKind,
    /// Elapsed time that it cost, in s; an upper bound if no remedy is predicted; 0 if it has no direct cost.
    pub cost_s: f64,
    /// The best change, if it was predicted.
    pub remedy: Option<Remedy>,
}

/// A change to a lane, with what it would take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Remedy {
    pub mode: Mode,
    pub workers: u32,
    /// The chunk size, if that is what changes.
    pub chunk: Option<u32>,
    /// Makespan with the change, and between what it lies in nine of ten cases, in s.
    pub predicted_s: f64,
    pub interval_s: (f64, f64),
    /// Measured makespan of the lane, in s.
    pub today_s: f64,
}

/// Kind of a finding, with the figures of its sentence. Cores are means over the time in question.
#[derive(Clone, Debug, PartialEq)]
pub enum FindingKind {
    /// A worker died in a task, or with the lock of the queue.
    WorkerLost(WorkerLoss),
    /// The workers' private memory is most of the machine's.
    Memory { private_bytes: u64, machine_bytes: u64 },
    /// Cores idled while tasks were queued, because the workers were too few or blocked outside of locks.
    PoolTooNarrow { workers: u32, idle: f64, cores: usize, for_s: f64, blocked: f64 },
    /// Workers waited for locks.
    LockBound { workers: u32, locked: f64, used: f64, cores: usize, call: Option<String> },
    /// Threads took turns in one interpreter.
    GilBound { threads: u32, used: f64, cores: usize, locked: f64 },
    /// More workers wanted a core than there are.
    Oversubscribed { workers: u32, cores: usize, delayed: f64 },
    /// Cores idled while the last chunks ran.
    ChunksTooLarge { idle: f64, chunk: u32, better: u32 },
    /// Workers spent much of their time between tasks.
    TasksTooSmall { between: f64, mean_task_s: f64, chunk: u32, better: u32 },
    /// Receiving and unpickling arguments took much of the time.
    Shipping { bytes_per_task: f64, receive: f64 },
    /// A pool was created again and again.
    PoolRecreated { uses: u32, start_up_s: f64, of_run: f64 },
    /// No lane had work for much of the time.
    SerialPart { share: f64, figures: SerialFigures },
    /// What slowed a cluster down.
    Cluster(ClusterFinding),
}

impl FindingKind {
    /// The name, as in reports.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::WorkerLost(_) => "worker-lost",
            Self::Memory { .. } => "memory",
            Self::PoolTooNarrow { .. } => "pool-too-narrow",
            Self::LockBound { .. } => "lock-bound",
            Self::GilBound { .. } => "gil-bound",
            Self::Oversubscribed { .. } => "oversubscribed",
            Self::ChunksTooLarge { .. } => "chunks-too-large",
            Self::TasksTooSmall { .. } => "tasks-too-small",
            Self::Shipping { .. } => "shipping",
            Self::PoolRecreated { .. } => "pool-recreated",
            Self::SerialPart { .. } => "serial-part",
            Self::Cluster(finding) => finding.name(),
        }
    }

    /// Findings that endanger the program come before those that slow it down.
    fn rank(&self) -> u8 {
        match self {
            Self::WorkerLost(_) => 0,
            Self::Memory { .. } => 1,
            Self::Cluster(finding) if finding.is_danger() => 1,
            _ => 2,
        }
    }
}

impl Model {
    /// The findings about a watched program at its end, most costly first. Costs a pass over all tasks.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let end = self.program_end();
        let of_lanes = self.lanes.iter().flat_map(|lane| self.findings_of_lane(lane, end));
        let of_program = [self.memory_finding(), self.serial_finding()].into_iter().flatten();
        let mut all: Vec<_> = of_lanes.chain(of_program).collect();
        sort_by_cost(&mut all);
        all
    }

    /// The findings about some lanes of a watched program at `t`, most costly first.
    #[must_use]
    pub fn findings_at(&self, lanes: &[LaneId], t: Nanos) -> Vec<Finding> {
        let lanes = lanes.iter().filter_map(|lane| self.lanes.get(lane.index()));
        let mut all: Vec<_> = lanes.flat_map(|lane| self.findings_of_lane(lane, t)).collect();
        sort_by_cost(&mut all);
        all
    }

    fn findings_of_lane(&self, lane: &Lane, t: Nanos) -> Vec<Finding> {
        if !lane.is_of_program() {
            return Vec::new();
        }
        let finding =
            |(kind, cost_s)| Finding { lane: Some(lane.id()), title: lane.title(), kind, cost_s, remedy: None };
        let losses = lost_calls(lane, t).map(|loss| (FindingKind::WorkerLost(loss), 0.0));
        let slow = match (t >= MIN_ELAPSED, lane.is_of_cluster()) {
            (false, _) => Vec::new(),
            (true, false) => rules::slow_work(self, lane, t),
            (true, true) => cluster::findings(self, lane, t),
        };
        losses.chain(slow).map(finding).collect()
    }

    fn serial_finding(&self) -> Option<Finding> {
        let elapsed = self.program_end();
        let figures = self
            .serial_figures()
            .filter(|_| elapsed >= MIN_ELAPSED && !self.lanes.is_empty() && !self.observes_clusters_alone())?;
        // A call that never returns leaves a gap that is no work.
        if self.lanes.iter().any(|lane| lost_calls(lane, elapsed).any(|loss| loss.blocks_call())) {
            return None;
        }
        let cost_s = figures.serial_s;
        let share = cost_s / (elapsed as f64 / 1e9);
        // Without a task there is no parallel part.
        let is_found = (MIN_SERIAL_SHARE..1.0).contains(&share) && !self.waits_for_clients(elapsed);
        let kind = FindingKind::SerialPart { share, figures };
        is_found.then_some(Finding { lane: None, title: None, kind, cost_s, remedy: None })
    }

    /// Whether all lanes are clusters, and the cores were idle for the longest time without a task: other programs may
    /// submit the tasks, as to `dask scheduler`.
    fn waits_for_clients(&self, end: Nanos) -> bool {
        let gap = self.serial.longest_gap(&self.lanes, end);
        let used = gap.and_then(|gap| self.cores.used_between(gap.from, gap.to));
        let is_idle = used.is_some_and(|used| used.used_ns < MIN_SERIAL_CORES * (used.to - used.from) as f64);
        is_idle && self.lanes.iter().all(Lane::is_of_cluster)
    }

    /// The highest private memory of all workers at once, at the peak of one of the lanes.
    fn memory_finding(&self) -> Option<Finding> {
        let machine_bytes = self.run.as_ref()?.machine.memory_bytes;
        let peaks = self.lanes.iter().filter_map(Lane::highest_private_sum);
        let at_once =
            |at: Nanos| self.lanes.iter().filter_map(|lane| lane.private_memory(at)).map(|memory| memory.bytes).sum();
        let private_bytes = peaks.map(|(at, _)| at_once(at)).max().unwrap_or(0_u64);
        let kind = FindingKind::Memory { private_bytes, machine_bytes };
        let is_most = private_bytes as f64 >= MIN_MEMORY_SHARE * machine_bytes as f64 && machine_bytes > 0;
        is_most.then_some(Finding { lane: None, title: None, kind, cost_s: 0.0, remedy: None })
    }
}

pub(super) fn sort_by_cost(findings: &mut [Finding]) {
    findings.sort_by(|a, b| a.kind.rank().cmp(&b.kind.rank()).then(b.cost_s.total_cmp(&a.cost_s)));
}

/// Losses of workers by `t` that matter to a call.
fn lost_calls(lane: &Lane, t: Nanos) -> impl Iterator<Item = WorkerLoss> {
    lane.worker_losses(t).into_iter().filter(|loss| loss.concerns_tasks() || loss.locked_queue)
}

/// Whether the lane's tasks are handed out by a queue.
fn has_queue(lane: &Lane) -> bool {
    !lane.plan().own_queues && lane.plan().pool.as_ref().is_some_and(|pool| pool.kind != PoolKind::Manager)
}
