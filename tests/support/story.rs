//! Stories: the facts of runs that never were, told by a machine of a few lines that is the same everywhere.
//!
//! It knows time in steps of a millisecond and a kernel that gives every process that wants a core the same share.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

#[path = "acting.rs"]
mod acting;

use mpviz::event::workload::Workload;
use mpviz::event::{CorePolicy, Event, LaneId, LanePlan, Machine, Mode, Nanos, Run, StampedEvent};
use mpviz::model::Model;

use acting::Acting;

pub const MS: Nanos = 1_000_000;
/// Marks come this often, as in a run.
const BEAT: Nanos = 50 * MS;
/// What is to be run, and what happens to it.
#[derive(Clone)]
pub struct Script {
    pub modes: Vec<Mode>,
    pub tasks: u32,
    pub workers: u32,
    /// Cores of each lane.
    pub cores: u32,
    /// I/O operations a task, of 150 ms.
    pub io: u32,
    /// An I/O operation takes 110 to 190 ms, so that workers do not march in step.
    pub uneven: bool,
    /// Share of every core that other programs take besides.
    pub others: f32,
    /// Kill the worker in this seat of this lane at this ms.
    pub kill: Option<(u64, u8, u32)>,
    /// Stop this lane's processes for these ms.
    pub suspend: Option<(u8, std::ops::Range<u64>)>,
    pub policy: CorePolicy,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            modes: vec![Mode::Pool, Mode::Process],
            tasks: 16,
            workers: 4,
            cores: 4,
            io: 0,
            uneven: false,
            others: 0.0,
            kill: None,
            suspend: None,
            policy: CorePolicy::Split,
        }
    }
}

/// The facts of a run, in order of time.
pub struct Story {
    pub facts: Vec<StampedEvent>,
}

impl Story {
    /// Lets the machine run the script to its end.
    pub fn of(script: &Script) -> Self {
        let run = plan(script);
        let mut facts = vec![Self::opening(script)];
        let mut begin = 2;
        for (id, lane) in run.lanes.iter().enumerate() {
            let mut acting = Acting::new(LaneId(id as u8), lane.clone(), &run, script);
            let end = acting.play(begin);
            facts.append(&mut acting.facts);
            if script.policy == CorePolicy::Turns {
                begin = end + 20;
            }
        }
        facts.sort_by_key(|fact| fact.at);
        let end = facts.last().map_or(0, |fact| fact.at);
        facts.push(StampedEvent { at: end + MS, lane: None, event: Event::RunEnded {} });
        Self { facts }
    }

    /// The first fact.
    pub fn opening(script: &Script) -> StampedEvent {
        StampedEvent { at: 0, lane: None, event: Event::RunStarted(Box::new(plan(script))) }
    }

    /// What is known at this ms.
    pub fn at(&self, ms: u64) -> Model {
        let mut model = Model::new();
        let mut marked = 0;
        for fact in self.facts.iter().take_while(|fact| fact.at <= ms * MS) {
            while marked + BEAT < fact.at {
                marked += BEAT;
                mark(&mut model, marked);
            }
            model.apply(fact).expect("a story keeps the laws");
        }
        mark(&mut model, (ms * MS).min(self.facts.last().map_or(0, |fact| fact.at)));
        model
    }

    /// All of it.
    pub fn told(&self) -> Model {
        self.at(u64::MAX / MS)
    }
}

fn mark(model: &mut Model, at: u64) {
    let drained = Event::Drained { taken: vec![None; model.lanes().len()] };
    model.apply(&StampedEvent { at, lane: None, event: drained }).expect("a mark");
}

fn plan(script: &Script) -> Run {
    let cores = |lane: usize| {
        let first = if script.policy == CorePolicy::Split { lane as u32 * script.cores } else { 0 };
        (first..first + script.cores).collect()
    };
    let lane = |(n, mode): (usize, &Mode)| LanePlan {
        mode: *mode,
        engine: "native".into(),
        workers: match mode {
            Mode::Serial => 1,
            Mode::Threads | Mode::Pool => script.workers,
            Mode::Process => script.tasks,
        },
        cores: cores(n),
        gil: *mode == Mode::Threads,
        own_queues: *mode == Mode::Process,
        chunk: 1,
    };
    Run {
        version: "0".into(),
        command: vec!["mpviz".into()],
        machine: Machine { cores: 8, memory_bytes: 16_000_000_000, os: "story".into() },
        cores: script.policy,
        workload: Workload { tasks: script.tasks, io: script.io, io_latency_ns: 150 * MS, ..Workload::default() },
        rounds_per_number: 80,
        lanes: script.modes.iter().enumerate().map(lane).collect(),
        notes: Vec::new(),
        repeat: None,
        began_ms: None,
    }
}
