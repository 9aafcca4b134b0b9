//! What the workers of a watched lane spent their time on.

use serde::{Deserialize, Serialize};

use super::Model;
use super::lane::Lane;
use super::workers::Worker;
use crate::event::{Mode, Nanos};

/// Time of a lane's workers by use, summed over workers, in s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WorkerTime {
    /// With a task.
    pub in_tasks_s: f64,
    /// CPU time of the finished tasks; where each process is a task, of the processes; none if unknown, as in
    /// clusters.
    pub cpu_s: Option<f64>,
    /// Runnable but not on a core, in tasks and between them; none if a worker was not sampled.
    pub run_queue_delay_s: Option<f64>,
    /// With a task and neither on a core nor waiting for one; none if too few samples tell, or if tasks filled less
    /// than 80 % of the workers' time.
    pub blocked_s: Option<f64>,
    /// The part of `blocked_s` in locks, in the proportion of the looks that found a worker waiting; none if the kernel
    /// does not tell what workers wait for.
    pub lock_s: Option<f64>,
    /// Ready and without a task while one was queued.
    pub between_tasks_s: f64,
    /// Receiving and unpickling tasks; none where tasks are not pickled, or by others.
    pub receive_s: Option<f64>,
    /// From the start of a worker until it was ready; none for a cluster.
    pub starting_s: Option<f64>,
}

/// Cores and tasks of a watched lane, over the time in which it had a task queued or with a worker.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LaneWork {
    /// The time itself, in s.
    pub working_s: f64,
    /// Time with a task queued, in s.
    pub queued_s: f64,
    /// Cores that idled while a task was queued, in core-s.
    pub stall_core_s: f64,
    /// Cores that idled while workers held the last tasks and others had none, in core-s.
    pub tail_core_s: f64,
    /// Tasks that have ended.
    pub tasks: u32,
    /// Time of threads of which it is not known what they did, in s.
    pub unobserved_s: f64,
    /// Mean number of pickled bytes of a task.
    pub bytes_per_task: f64,
    pub workers: WorkerTime,
}

impl LaneWork {
    /// Time of the workers in which they had a task or could have had one, in s.
    #[must_use]
    pub fn worker_s(&self) -> f64 {
        self.workers.in_tasks_s + self.workers.between_tasks_s
    }

    /// A part of a whole, from 0; 0 if the whole is nothing.
    #[must_use]
    pub fn share(part: f64, whole: f64) -> f64 {
        if whole > 0.0 { part / whole } else { 0.0 }
    }
}

/// Share of the workers' time that tasks must fill for their blocked time to be known.
const MIN_SHARE_IN_TASKS: f64 = 0.8;
/// Number of samples of a worker from which its waits are known.
const MIN_SAMPLES: usize = 10;
/// Share of the time in tasks from which blocked time without any observed wait is one whose kind is unknown.
const MIN_UNKNOWN_SHARE: f64 = 0.2;

impl Model {
    /// What a watched lane and its workers did until `t`.
    #[must_use]
    pub fn lane_work(&self, lane: &Lane, t: Nanos) -> LaneWork {
        let totals = self.integrals_until(lane, t);
        let seconds = |ns: u128| ns as f64 / 1e9;
        let workers = || lane.workers.iter().map(|(_, worker)| worker).filter(|worker| worker.spawned_at().is_some());
        let delays = workers().map(|worker| run_queue_delay(worker, t)).collect::<Option<Vec<u64>>>();
        let delay_s = delays.map(|delays| seconds(delays.into_iter().map(u128::from).sum()));
        let (in_tasks_s, between_tasks_s) = (seconds(totals.holding), seconds(totals.waiting_for_task));
        let of_processes = || workers().filter_map(|worker| worker.usage_until(t)).map(|usage| usage.cpu_ns).sum();
        let cpu_ns: u64 = if lane.plan.mode == Mode::Process { of_processes() } else { lane.totals.adding };
        let cpu_s = (!lane.is_of_cluster()).then_some(cpu_ns as f64 / 1e9);
        let is_filled = in_tasks_s >= MIN_SHARE_IN_TASKS * (in_tasks_s + between_tasks_s);
        let samples: usize = workers().map(|worker| worker.all_samples().len()).sum();
        let count = workers().count().max(1);
        let waits: Nanos = workers().map(|worker| worker.io_time(t)).sum();
        let blocked_s = delay_s.zip(cpu_s).map(|(delay, cpu)| (in_tasks_s - cpu - delay).max(0.0));
        let blocked_s = blocked_s.filter(|_| is_filled && samples >= MIN_SAMPLES * count);
        let locks: Nanos = workers().map(|worker| worker.lock_time(t)).sum();
        // The ends of waits are estimated from looks at the workers; how many looks found them waiting is not.
        let looks = lane.looks.sum(t);
        let (locks, of_waits) = if looks.all > 0 { (looks.lock, looks.all) } else { (locks, waits) };
        let lock_share = LaneWork::share(locks as f64, of_waits as f64);
        let is_told = workers().all(|worker| worker.unknown_since.is_none_or(|since| t < since));
        let is_kind_known = |blocked: f64| is_told && waits > 0 || blocked < MIN_UNKNOWN_SHARE * in_tasks_s;
        let pickles = lane.plan.pool.as_ref().is_some_and(|pool| pool.kind.pickles_tasks());
        let start = |worker: &Worker| Some(worker.ready?.saturating_sub(worker.spawned?));
        let tasks = (lane.finished.count(t) + lane.failed.count(t) + lane.lost.count(t)) as u32;
        LaneWork {
            working_s: seconds(totals.working),
            queued_s: seconds(totals.with_queue),
            stall_core_s: seconds(totals.stall),
            tail_core_s: seconds(totals.tail),
            tasks,
            unobserved_s: seconds(totals.unobserved),
            bytes_per_task: LaneWork::share(lane.totals.queued_bytes as f64, f64::from(tasks)),
            workers: WorkerTime {
                in_tasks_s,
                cpu_s,
                run_queue_delay_s: delay_s,
                blocked_s,
                lock_s: blocked_s.filter(|blocked| is_kind_known(*blocked)).map(|blocked| blocked * lock_share),
                between_tasks_s,
                receive_s: Some(lane.totals.receive_ns as f64 / 1e9).filter(|receive| pickles || *receive > 0.0),
                starting_s: (!lane.is_of_cluster()).then(|| seconds(workers().filter_map(start).map(u128::from).sum())),
            },
        }
    }
}

fn run_queue_delay(worker: &Worker, t: Nanos) -> Option<u64> {
    worker.usage_until(t).map(|usage| usage.run_delay_ns)
}
