//! Simulates runs deterministically, as lists of events.
//!
//! Time advances in steps of a millisecond, and all processes that want to run get equal shares of the cores.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

mod lane;

use mpviz::event::workload::Workload;
use mpviz::event::{CorePolicy, Event, LaneId, LanePlan, Machine, Mode, Nanos, Run, StampedEvent};
use mpviz::model::Model;

use lane::SimulatedLane;

/// Nanoseconds per millisecond.
pub const MS: Nanos = 1_000_000;
/// Interval between the `Drained` events, which mark the time up to which all events are known; as in real runs.
const DRAINED_INTERVAL: Nanos = 50 * MS;

/// Parameters of a simulated run.
#[derive(Clone)]
pub struct StoryParameters {
    pub modes: Vec<Mode>,
    pub tasks: u32,
    pub workers: u32,
    /// Numbers of workers that are compared; empty if there is only one, `workers`.
    pub sweep: Vec<u32>,
    /// Number of cores of each lane.
    pub cores: u32,
    /// Number of I/O operations per task; each takes 150 ms unless `uneven` is set.
    pub io: u32,
    /// Whether I/O operations take 110 to 190 ms, so that workers do not run in lockstep.
    pub uneven: bool,
    /// Share of each core used by other programs, from 0 to 1.
    pub other_load: f32,
    /// Worker to kill: time in ms, lane and slot.
    pub kill: Option<(u64, u16, u32)>,
    /// Lane to suspend, and the start and end of the suspension in ms.
    pub suspend: Option<(u16, std::ops::Range<u64>)>,
    pub policy: CorePolicy,
}

impl Default for StoryParameters {
    fn default() -> Self {
        Self {
            modes: vec![Mode::Pool, Mode::Process],
            tasks: 16,
            workers: 4,
            sweep: Vec::new(),
            cores: 4,
            io: 0,
            uneven: false,
            other_load: 0.0,
            kill: None,
            suspend: None,
            policy: CorePolicy::Split,
        }
    }
}

impl StoryParameters {
    /// Parameters of a run whose workers are mostly blocked on I/O.
    pub fn with_io() -> Self {
        Self { io: 8, ..Self::default() }
    }
}

/// Events of a simulated run, sorted by time.
pub struct Story {
    pub events: Vec<StampedEvent>,
}

impl Story {
    /// Simulates a whole run with these parameters.
    pub fn simulate(script: &StoryParameters) -> Self {
        Self::of_run(&planned_run(script), script)
    }

    /// Simulates a planned run, to which these parameters add loads, kills and suspensions.
    pub fn of_run(run: &Run, script: &StoryParameters) -> Self {
        let mut events = vec![StampedEvent { at: 0, lane: None, event: Event::RunStarted(Box::new(run.clone())) }];
        let mut begin = 2;
        for (id, lane) in run.lanes.iter().enumerate() {
            let mut simulated = SimulatedLane::new(LaneId(id as u16), lane.clone(), run, script);
            let end = simulated.simulate(begin);
            events.append(&mut simulated.events);
            if run.cores == CorePolicy::Turns {
                begin = end + 20;
            }
        }
        events.sort_by_key(|event| event.at);
        let end = events.last().map_or(0, |event| event.at);
        events.push(StampedEvent { at: end + MS, lane: None, event: Event::RunEnded {} });
        Self { events }
    }

    /// The `RunStarted` event of a run with these parameters.
    pub fn run_started(script: &StoryParameters) -> StampedEvent {
        StampedEvent { at: 0, lane: None, event: Event::RunStarted(Box::new(planned_run(script))) }
    }

    /// The model `ms` milliseconds after the start of the run.
    pub fn model_at(&self, ms: u64) -> Model {
        let mut model = Model::new();
        let mut last_mark = 0;
        for event in self.events.iter().take_while(|event| event.at <= ms * MS) {
            while last_mark + DRAINED_INTERVAL < event.at {
                last_mark += DRAINED_INTERVAL;
                apply_mark(&mut model, last_mark);
            }
            model.apply(event).expect("a valid event");
        }
        apply_mark(&mut model, (ms * MS).min(self.events.last().map_or(0, |event| event.at)));
        model
    }

    /// The model after the last event of the run.
    pub fn model_at_end(&self) -> Model {
        self.model_at(u64::MAX / MS)
    }
}

fn apply_mark(model: &mut Model, at: u64) {
    let drained = Event::Drained { taken: vec![None; model.lanes().len()] };
    model.apply(&StampedEvent { at, lane: None, event: drained }).expect("a valid mark");
}

fn planned_run(script: &StoryParameters) -> Run {
    let cores = |lane: usize| {
        let first = if script.policy == CorePolicy::Split { lane as u32 * script.cores } else { 0 };
        (first..first + script.cores).collect()
    };
    let workers_of = |mode: &Mode| match mode {
        Mode::Serial => vec![1],
        Mode::Threads | Mode::Pool if !script.sweep.is_empty() => script.sweep.clone(),
        Mode::Threads | Mode::Pool => vec![script.workers],
        Mode::Process => vec![script.tasks],
    };
    let lanes = script.modes.iter().flat_map(|mode| workers_of(mode).into_iter().map(|workers| (*mode, workers)));
    let lane = |(n, (mode, workers)): (usize, (Mode, u32))| LanePlan {
        mode,
        engine: "native".into(),
        workers,
        cores: cores(n),
        gil: mode == Mode::Threads,
        unreported_gil: false,
        own_queues: mode == Mode::Process,
        chunk: 1,
        pool: None,
    };
    Run {
        version: "0".into(),
        command: vec!["mpviz".into()],
        machine: Machine { cores: 8, memory_bytes: 16_000_000_000, os: "story".into() },
        cores: script.policy,
        workload: Some(Workload { tasks: script.tasks, io: script.io, io_latency_ns: 150 * MS, ..Workload::default() }),
        rounds_per_number: 80,
        program: None,
        lanes: lanes.enumerate().map(lane).collect(),
        notes: Vec::new(),
        repeat: None,
        began_ms: None,
        graph: None,
    }
}
