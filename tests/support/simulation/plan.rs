//! The set-up of a random run.

use mpviz::event::workload::{Chunk, Workload};
use mpviz::event::{CorePolicy, LanePlan, Machine, Mode, Run};

use super::Dice;

pub fn run(dice: &mut Dice, max_tasks: u32) -> Run {
    let tasks = 1 + dice.below(u64::from(max_tasks)) as u32;
    let policy = [CorePolicy::Split, CorePolicy::Shared, CorePolicy::Turns][dice.below(3) as usize];
    let lanes = 1 + dice.below(4) as usize;
    let io = dice.below(3) as u32;
    let workload = Workload { numbers: 100_000, tasks, io, chunk: Chunk::Tasks(1), ..Workload::default() };
    let lanes = (0..lanes).map(|_| plan(dice, tasks)).collect();
    Run {
        version: "0".into(),
        command: vec!["mpviz".into()],
        machine: Machine { cores: 4, memory_bytes: 1 << 30, os: "Linux".into() },
        cores: policy,
        workload,
        rounds_per_number: 7,
        lanes,
        notes: Vec::new(),
        repeat: None,
        began_ms: None,
    }
}

fn plan(dice: &mut Dice, tasks: u32) -> LanePlan {
    let mode = Mode::ALL[dice.below(4) as usize];
    let workers = match mode {
        Mode::Serial => 1,
        Mode::Process => tasks,
        _ => 1 + dice.below(4) as u32,
    };
    let own_queues = mode == Mode::Process;
    LanePlan {
        mode,
        engine: "native".into(),
        workers,
        cores: (0..=dice.below(4) as u32).collect(),
        gil: mode == Mode::Threads && dice.chance(70),
        own_queues,
        chunk: if own_queues { 1 } else { 1 + dice.below(4) as u32 },
    }
}
