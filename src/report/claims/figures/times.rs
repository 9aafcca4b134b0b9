//! Times: of I/O, of threads, of starting and switching, and of the lesson.

use serde::{Deserialize, Serialize};

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
