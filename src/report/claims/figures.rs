//! The figures of each claim, and which of its parts hold.
//!
//! Those of Python are read from the output of the programs in `assets/claims`. Times are in s unless named otherwise.

use serde::{Deserialize, Serialize};

use super::{Claim, ClaimVerdict};

/// Ratio of times from which one is faster: more than repeats differ.
const FASTER: f64 = 1.1;
/// Ratio of times from which threads help, or waiting slows a pool down.
const CLEARLY_FASTER: f64 = 1.25;
/// Ratio of switching times from which one is shorter: it was measured in turns.
const SHORTER_SWITCH: f64 = 1.02;
/// Share of the turns in which switching has to be shorter.
const MOST_TURNS: f64 = 0.75;
/// Shares of time that differ by this much are told apart.
const DISTINCT: f64 = 0.2;

/// Whether a time is shorter than another by more than noise.
fn is_faster(time: f64, than: f64) -> bool {
    time * FASTER < than
}

/// The figures of a claim.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Figures {
    Fifo(FifoFigures),
    PoolMemory(PoolMemoryFigures),
    ProcessMemory(ProcessMemoryFigures),
    Io(IoFigures),
    Scheduling(SchedulingFigures),
    Gil(GilFigures),
    Choice(ChoiceFigures),
    Map(MapFigures),
    Start(StartFigures),
    Share(ShareFigures),
    Kill(KillFigures),
    Visible(VisibleFigures),
    Collect(CollectFigures),
    Seconds(SecondsFigures),
}

impl Figures {
    /// Whether each part of the claim holds.
    #[must_use]
    pub fn parts(&self) -> Vec<bool> {
        match self {
            Self::Fifo(figures) => figures.parts().to_vec(),
            Self::PoolMemory(figures) => figures.parts().to_vec(),
            Self::ProcessMemory(figures) => figures.parts().to_vec(),
            Self::Io(figures) => figures.parts().to_vec(),
            Self::Scheduling(figures) => figures.parts().to_vec(),
            Self::Gil(figures) => figures.parts().to_vec(),
            Self::Choice(figures) => figures.parts().to_vec(),
            Self::Map(figures) => figures.parts().to_vec(),
            Self::Start(figures) => figures.parts().to_vec(),
            Self::Share(figures) => figures.parts().to_vec(),
            Self::Kill(figures) => figures.parts().to_vec(),
            Self::Visible(figures) => figures.parts().to_vec(),
            Self::Collect(figures) => figures.parts().to_vec(),
            Self::Seconds(figures) => figures.parts().to_vec(),
        }
    }

    /// So if all parts hold, not so if none does.
    #[must_use]
    pub fn verdict(&self) -> ClaimVerdict {
        let parts = self.parts();
        match parts.iter().filter(|holds| **holds).count() {
            0 => ClaimVerdict::NotSo,
            n if n == parts.len() => ClaimVerdict::So,
            _ => ClaimVerdict::HalfSo,
        }
    }

    /// The claim that they are about.
    #[must_use]
    pub const fn claim(&self) -> Claim {
        match self {
            Self::Fifo(_) => Claim::Fifo,
            Self::PoolMemory(_) => Claim::PoolMemory,
            Self::ProcessMemory(_) => Claim::ProcessMemory,
            Self::Io(_) => Claim::Io,
            Self::Scheduling(_) => Claim::Scheduling,
            Self::Gil(_) => Claim::Gil,
            Self::Choice(_) => Claim::Choice,
            Self::Map(_) => Claim::Map,
            Self::Start(_) => Claim::Start,
            Self::Share(_) => Claim::Share,
            Self::Kill(_) => Claim::Kill,
            Self::Visible(_) => Claim::Visible,
            Self::Collect(_) => Claim::Collect,
            Self::Seconds(_) => Claim::Seconds,
        }
    }
}

/// The order of a pool's tasks in Python.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FifoFigures {
    pub workers: u32,
    pub tasks: u32,
    pub chunks: u32,
    /// Tasks of the largest chunk.
    pub chunk_tasks: u32,
    /// Chunks that were taken before an earlier one.
    pub chunks_out_of_order: u32,
    /// Tasks that finished before an earlier one.
    pub finished_out_of_order: u32,
}

impl FifoFigures {
    /// Tasks are taken in order; each on its own.
    #[must_use]
    pub const fn parts(&self) -> [bool; 2] {
        [self.chunks_out_of_order == 0, self.chunk_tasks == 1]
    }
}

/// What workers and parent of a pool hold in Python.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PoolMemoryFigures {
    pub workers: u32,
    pub tasks: u32,
    pub task_bytes: u64,
    /// Highest number of tasks in workers.
    pub running_at_once: u32,
    /// Growth of the parent when all tasks were submitted.
    pub arguments_bytes: u64,
    /// Growth of the parent when all results were there.
    pub results_bytes: u64,
    /// Capacity of a pipe.
    pub pipe_bytes: u64,
}

impl PoolMemoryFigures {
    /// Workers hold only what they run; the parent holds less than half of the arguments and of the results.
    #[must_use]
    pub const fn parts(&self) -> [bool; 2] {
        let half = self.tasks as u64 * self.task_bytes / 2;
        [self.running_at_once <= self.workers, self.arguments_bytes < half && self.results_bytes < half]
    }
}

/// What processes hold that are started all at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProcessMemoryFigures {
    pub tasks: u32,
    /// Highest number of tasks in memory.
    pub resident_tasks: u32,
    /// Whether the next three figures are of forked processes of Python.
    pub python: bool,
    pub processes: u32,
    /// Data that the processes can read, summed over them.
    pub seen_bytes: u64,
    /// Memory that they take: their proportional set size, or private memory.
    pub own_bytes: u64,
}

impl ProcessMemoryFigures {
    /// All tasks are in memory at once; each has memory of its own.
    #[must_use]
    pub const fn parts(&self) -> [bool; 2] {
        [self.resident_tasks >= self.tasks, self.own_bytes >= self.seen_bytes / 2]
    }
}

/// Makespans of tasks with I/O.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IoFigures {
    pub tasks: u32,
    pub workers: u32,
    /// I/O of a task.
    pub task_io_s: f64,
    pub pool_s: f64,
    pub process_s: f64,
    /// Of a pool with a worker for each task.
    pub wide_pool_s: f64,
}

impl IoFigures {
    /// The pool is slower; it stays slower with a worker for each task.
    #[must_use]
    pub fn parts(&self) -> [bool; 2] {
        [self.pool_s, self.wide_pool_s].map(|pool| pool > CLEARLY_FASTER * self.process_s)
    }
}

/// Processes that compute on one core.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SchedulingFigures {
    pub processes: u32,
    pub makespan_s: f64,
    /// When the first task finished.
    pub first_end_s: f64,
    /// Tasks that had finished after half of the makespan.
    pub ended_at_half: u32,
    pub involuntary_switches: u64,
}

impl SchedulingFigures {
    /// They run one after the other: a quarter of them ended in the first half; none is interrupted: there was at most
    /// one involuntary switch each.
    #[must_use]
    pub fn parts(&self) -> [bool; 2] {
        [4 * self.ended_at_half >= self.processes, self.involuntary_switches <= self.processes.into()]
    }
}

/// Times of the same jobs one after the other and in threads.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ThreadGain {
    pub serial_s: f64,
    pub threads_s: f64,
}

impl ThreadGain {
    /// How many times as fast threads are.
    #[must_use]
    pub fn ratio(self) -> f64 {
        self.serial_s / self.threads_s
    }

    fn is_gain(self) -> bool {
        self.ratio() >= CLEARLY_FASTER
    }
}

/// What threads gain in Python.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GilFigures {
    pub threads: u32,
    /// Computing in Python.
    pub python: ThreadGain,
    pub io: ThreadGain,
    /// Computing in C, without the GIL.
    pub c: ThreadGain,
}

impl GilFigures {
    /// Threads do not help computing in Python; they help I/O; they do not help computing in C.
    #[must_use]
    pub fn parts(&self) -> [bool; 3] {
        [!self.python.is_gain(), self.io.is_gain(), !self.c.is_gain()]
    }
}

/// Makespans of many small tasks, and of a few large ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChoiceFigures {
    pub many_tasks: u32,
    pub many_pool_s: f64,
    pub many_process_s: f64,
    pub few_tasks: u32,
    pub few_pool_s: f64,
    pub few_process_s: f64,
}

impl ChoiceFigures {
    /// The pool is faster with many tasks; processes are with few.
    #[must_use]
    pub fn parts(&self) -> [bool; 2] {
        [is_faster(self.many_pool_s, self.many_process_s), is_faster(self.few_process_s, self.few_pool_s)]
    }
}

/// What `Pool.map` returns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapFigures {
    pub workers: u32,
    pub order: OrderFigures,
    pub exception: ExceptionFigures,
    pub kill: WorkerLossFigures,
}

/// If all goes well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderFigures {
    pub tasks: u32,
    pub is_list: bool,
    pub in_order: bool,
    pub tasks_ended_at_return: u32,
    /// Tasks that ended before an earlier one.
    pub ended_out_of_order: u32,
}

/// If a task raises an exception.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExceptionFigures {
    pub tasks: u32,
    /// Whether `map` raised it.
    pub raised: bool,
    /// Time from the exception in the worker to that in the parent.
    pub surfaced_after_s: f64,
    pub never_ran: u32,
}

/// If a worker is killed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkerLossFigures {
    pub tasks: u32,
    pub finished: u32,
    pub returned: bool,
    /// How long it was waited for after the last task.
    pub waited_s: f64,
}

impl MapFigures {
    /// A list in order is returned; all tasks have ended by then.
    #[must_use]
    pub const fn parts(&self) -> [bool; 2] {
        [self.order.is_list && self.order.in_order, self.order.tasks_ended_at_return == self.order.tasks]
    }
}

/// Starting and switching.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StartFigures {
    /// Number of threads, and of processes.
    pub count: u32,
    /// From the start of the first to the end of the last.
    pub threads_s: f64,
    pub processes_s: f64,
    /// Time of sending a byte to a thread on the same core and back, which takes two switches, in ns.
    pub thread_round_trip_ns: f64,
    pub process_round_trip_ns: f64,
    /// How often both were measured, in turns.
    pub turns: u32,
    /// Turns in which the process took longer.
    pub slower_turns: u32,
}

impl StartFigures {
    /// Threads start and end faster; they switch faster.
    #[must_use]
    pub fn parts(&self) -> [bool; 2] {
        let is_shorter = self.process_round_trip_ns >= SHORTER_SWITCH * self.thread_round_trip_ns;
        let is_usual = f64::from(self.slower_turns) >= MOST_TURNS * f64::from(self.turns);
        [is_faster(self.threads_s, self.processes_s), is_shorter && is_usual]
    }
}

/// What threads and processes share in Python.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShareFigures {
    /// Number of threads, and of processes, each of which writes once.
    pub workers: u32,
    pub data_bytes: u64,
    /// Writes that the parent saw.
    pub seen_from_threads: u32,
    pub seen_from_processes: u32,
    /// Resident set sizes of all processes, after reading all data.
    pub rss_bytes: u64,
    pub pss_bytes: u64,
    /// Proportional set sizes after writing to all data.
    pub written_pss_bytes: u64,
}

impl ShareFigures {
    /// Threads share memory; processes do not.
    #[must_use]
    pub const fn parts(&self) -> [bool; 2] {
        [self.seen_from_threads == self.workers, self.seen_from_processes == 0]
    }
}

/// Workers and tasks after one worker was killed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KillFigures {
    pub workers: u32,
    pub tasks: u32,
    pub threads: KillOutcome,
    pub processes: KillOutcome,
}

/// Workers that died, and tasks that finished all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KillOutcome {
    pub died: u32,
    pub finished: u32,
}

impl KillFigures {
    /// No thread can be killed alone; a process can, and costs one task.
    #[must_use]
    pub const fn parts(&self) -> [bool; 2] {
        [self.threads.died > 1, self.processes.died == 1 && self.processes.finished + 1 >= self.tasks]
    }
}

/// Where the time of workers went, by the kernel's figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VisibleFigures {
    /// Tasks that compute, with a core for each worker.
    pub compute: TimeShares,
    /// Tasks with little CPU time and much I/O.
    pub io: TimeShares,
    /// Tasks that compute, all on one core.
    pub crowded: TimeShares,
}

/// Shares of the workers' time, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimeShares {
    pub cpu: f64,
    pub waiting_for_core: f64,
    pub blocked: f64,
}

impl TimeShares {
    /// CPU time as a share of the time without waiting for a core, which depends on other programs.
    #[must_use]
    pub fn cpu_without_waiting(self) -> f64 {
        self.cpu / (self.cpu + self.blocked).max(f64::MIN_POSITIVE)
    }
}

impl VisibleFigures {
    /// CPU time does not tell computing from I/O; waiting for a core does not tell a crowded core from I/O.
    #[must_use]
    pub fn parts(&self) -> [bool; 2] {
        let is_alike = |one: f64, other: f64| (one - other).abs() < DISTINCT;
        [
            is_alike(self.compute.cpu_without_waiting(), self.io.cpu_without_waiting()),
            is_alike(self.crowded.waiting_for_core, self.io.waiting_for_core),
        ]
    }
}

/// How results are collected in Python.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CollectFigures {
    pub tasks: u32,
    /// Results in the list that `Pool.map` returned.
    pub from_pool: u32,
    /// Results in a list to which processes append.
    pub from_list: u32,
    /// The same in a list of a manager.
    pub from_manager: u32,
    /// Results in the manager's list before that of an earlier task.
    pub out_of_order: u32,
    /// Processes that the manager adds.
    pub manager_processes: u32,
    /// Time of appending, in ns.
    pub manager_append_ns: f64,
    pub list_append_ns: f64,
}

impl CollectFigures {
    /// A pool returns a list; processes need a list of a manager.
    #[must_use]
    pub const fn parts(&self) -> [bool; 2] {
        [self.from_pool == self.tasks, self.from_list < self.tasks && self.from_manager == self.tasks]
    }
}

/// Times of the lesson's program in Python, with fewer numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SecondsFigures {
    pub numbers: u64,
    pub workers: u32,
    /// Whether the arrays are those of `NumPy`.
    pub numpy: bool,
    pub single_s: f64,
    pub pool_s: f64,
    pub process_s: f64,
    /// With the same arrays, and tasks that add nothing.
    pub empty_pool_s: f64,
    pub empty_process_s: f64,
}

impl SecondsFigures {
    /// The pool is faster than one process; processes are faster than the pool.
    #[must_use]
    pub fn parts(&self) -> [bool; 2] {
        [is_faster(self.pool_s, self.single_s), is_faster(self.process_s, self.pool_s)]
    }

    /// What shipping the arrays to a pool costs.
    #[must_use]
    pub fn shipping_s(&self) -> f64 {
        (self.empty_pool_s - self.empty_process_s).max(0.0)
    }
}
