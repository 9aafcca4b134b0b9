//! Workloads drawn by a seed, and recordings of them.

use std::path::Path;
use std::process::{Command, Stdio};

use fastrand::Rng;
use mpviz::event::LaneId;
use mpviz::event::workload::ChunkSize;
use mpviz::recording::reader;
use mpviz::source::simulation::{Description, MachineConstants, Plan, RecordedWorkload, TaskRecorder};

use super::installed_mpviz;

/// CPU time of a number, in ns.
const COST: u64 = 91;

/// A workload of the grid.
pub(crate) struct GridWorkload {
    tasks: u32,
    numbers: u64,
    io: u32,
    io_latency_us: u64,
    skew: f64,
}

impl GridWorkload {
    /// Draws the workload with this number. The generator goes on with what else is drawn for it.
    pub(crate) fn draw(seed: u64, number: u64) -> (Rng, Self) {
        let mut rng = Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(number));
        let tasks = [8, 16, 32, 64, 128, 256, 500, 1000][rng.usize(..8)];
        let share = rng.f64() * 0.95;
        // At most 4 s in series.
        let cpu_s = (0.15 + rng.f64() * 0.7).min(4.0 * (1.0 - share));
        let io_of_task = cpu_s / f64::from(tasks) * share / (1.0 - share);
        let io = rng.u32(1..6);
        let io_latency_us = (io_of_task / f64::from(io) * 1e6) as u64;
        let skew = if rng.bool() { 1.5 } else { 0.0 };
        let numbers = (cpu_s * 1e9 / COST as f64) as u64;
        let workload = Self { tasks, numbers, io: if io_latency_us < 50 { 0 } else { io }, io_latency_us, skew };
        (rng, workload)
    }

    /// Options of `mpviz run`.
    pub(crate) fn options(&self) -> String {
        format!(
            "--tasks {} --numbers {} --cost {COST}ns --io {} --io-latency {}us --skew {} --cores turns",
            self.tasks, self.numbers, self.io, self.io_latency_us, self.skew
        )
    }

    /// Its tasks as `mpviz advise` takes them; none if they are uneven.
    pub(crate) fn description(&self) -> Option<Description> {
        let of_task = self.numbers / u64::from(self.tasks);
        (self.skew == 0.0).then(|| Description {
            tasks: self.tasks,
            cpu: of_task * COST,
            io: u64::from(self.io) * self.io_latency_us * 1000,
            io_operations: self.io,
            memory: of_task * 8,
        })
    }

    /// Records it in a pool of 4.
    pub(crate) fn record(&self, constants: &MachineConstants, file: &Path) -> RecordedWorkload {
        let status = Command::new(installed_mpviz())
            .args(["run", "--lanes", "pool", "--workers", "4", "--force", "--json", "--record"])
            .arg(file)
            .args(self.options().split(' '))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()
            .expect("the program starts");
        assert!(status.success(), "{}", self.options());
        let mut recorder = TaskRecorder::new(LaneId(0));
        reader::open(file).expect("a recording").for_each(|event| recorder.apply(&event));
        recorder.finish(constants).expect("a whole recording")
    }
}

/// Options of `mpviz run` for a plan.
pub(crate) fn options_of_plan(plan: &Plan) -> String {
    let chunk = if plan.chunk == ChunkSize::Auto { "auto".into() } else { "1".to_string() };
    format!("--lanes {} --workers {} --chunksize {chunk}", plan.mode.name(), plan.workers)
}
