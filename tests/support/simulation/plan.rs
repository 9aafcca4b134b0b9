//! Generates the parameters of a random run: workload, lanes, workers and cores.

use mpviz::event::workload::{ChunkSize, Workload};
use mpviz::event::{CorePolicy, LanePlan, Machine, Mode, Run};

use fastrand::Rng;

pub fn random_run(rng: &mut Rng, max_tasks: u32) -> Run {
    let tasks = 1 + rng.u32(..max_tasks);
    let policy = [CorePolicy::Split, CorePolicy::Shared, CorePolicy::Turns][rng.usize(..3)];
    let lanes = 1 + rng.usize(..4);
    let io = rng.u32(..3);
    let workload = Workload { numbers: 100_000, tasks, io, chunk: ChunkSize::Tasks(1), ..Workload::default() };
    let lanes = (0..lanes).map(|_| random_lane_plan(rng, tasks)).collect();
    Run {
        version: "0".into(),
        command: vec!["mpviz".into()],
        machine: Machine { cores: 4, memory_bytes: 1 << 30, os: "Linux".into() },
        cores: policy,
        workload: Some(workload),
        rounds_per_number: 7,
        program: None,
        lanes,
        notes: Vec::new(),
        repeat: None,
        began_ms: None,
        graph: None,
    }
}

fn random_lane_plan(rng: &mut Rng, tasks: u32) -> LanePlan {
    let mode = Mode::ALL_VARIANTS[rng.usize(..4)];
    let workers = match mode {
        Mode::Serial => 1,
        Mode::Process => tasks,
        _ => 1 + rng.u32(..4),
    };
    let own_queues = mode == Mode::Process;
    LanePlan {
        mode,
        engine: "native".into(),
        workers,
        cores: (0..=rng.u32(..4)).collect(),
        gil: mode == Mode::Threads && rng.u64(..100) < 70,
        unreported_gil: false,
        own_queues,
        chunk: if own_queues { 1 } else { 1 + rng.u32(..4) },
        pool: None,
    }
}
