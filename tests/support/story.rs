//! Stories: the events of simulated runs, reproducible everywhere.
//!
//! Time advances in steps of a millisecond, and every process that wants a core gets the same share.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

#[path = "acting.rs"]
mod acting;

use mpviz::event::workload::Workload;
use mpviz::event::{CorePolicy, Event, LaneId, LanePlan, Machine, Mode, Nanos, Run, StampedEvent};
use mpviz::model::Model;

use acting::Acting;

pub const MS: Nanos = 1_000_000;
/// Interval of the marks, as in a run.
const BEAT: Nanos = 50 * MS;
/// The run to simulate.
#[derive(Clone)]
pub struct Script {
    pub modes: Vec<Mode>,
    pub tasks: u32,
    pub workers: u32,
    /// Cores per lane.
    pub cores: u32,
    /// I/O operations per task, of 150 ms.
    pub io: u32,
    /// I/O operations take 110 to 190 ms, so that workers do not run in lockstep.
    pub uneven: bool,
    /// Share of every core that other programs take.
    pub others: f32,
    /// Kill the worker in this slot of this lane at this ms.
    pub kill: Option<(u64, u8, u32)>,
    /// Suspend this lane for these ms.
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

/// The events of a run, in order of time.
pub struct Story {
    pub events: Vec<StampedEvent>,
}

impl Story {
    /// Simulates the run to its end.
    pub fn of(script: &Script) -> Self {
        let run = plan(script);
        let mut events = vec![Self::opening(script)];
        let mut begin = 2;
        for (id, lane) in run.lanes.iter().enumerate() {
            let mut acting = Acting::new(LaneId(id as u8), lane.clone(), &run, script);
            let end = acting.play(begin);
            events.append(&mut acting.events);
            if script.policy == CorePolicy::Turns {
                begin = end + 20;
            }
        }
        events.sort_by_key(|event| event.at);
        let end = events.last().map_or(0, |event| event.at);
        events.push(StampedEvent { at: end + MS, lane: None, event: Event::RunEnded {} });
        Self { events }
    }

    /// The first event.
    pub fn opening(script: &Script) -> StampedEvent {
        StampedEvent { at: 0, lane: None, event: Event::RunStarted(Box::new(plan(script))) }
    }

    /// The model at this ms.
    pub fn at(&self, ms: u64) -> Model {
        let mut model = Model::new();
        let mut marked = 0;
        for event in self.events.iter().take_while(|event| event.at <= ms * MS) {
            while marked + BEAT < event.at {
                marked += BEAT;
                mark(&mut model, marked);
            }
            model.apply(event).expect("a story keeps the laws");
        }
        mark(&mut model, (ms * MS).min(self.events.last().map_or(0, |event| event.at)));
        model
    }

    /// The model at the end.
    pub fn at_end(&self) -> Model {
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
