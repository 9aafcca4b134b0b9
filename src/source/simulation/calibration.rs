//! The short runs that measure the machine, and the costs that follow from their events.

use std::collections::BTreeMap;

use super::constants::{InterpreterCosts, MachineConstants};
use super::lane_measures::{LaneMeasures, median};
use crate::event::workload::{ChunkSize, Workload};
use crate::event::{Event, Mode, Nanos, StampedEvent, WorkerId};

/// A run that measures some of the costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CalibrationRun {
    /// One worker takes tasks without numbers, one by one.
    Tasks,
    /// One worker takes the same tasks in one record.
    OneRecord,
    /// Every task has a process.
    Processes,
    /// One worker loads payloads and waits for timers.
    Io,
    /// Threads compete for a GIL.
    Gil,
    /// A pool computes and waits, as most workloads do: its repeats tell how much runs differ.
    Repeat,
}

/// Duration of an I/O operation, in ns.
const IO_LATENCY: Nanos = 2_000_000;
/// Tasks of the runs with one worker.
const TASKS: u32 = 400;

impl CalibrationRun {
    /// Number of repeats that measure the noise floor, about 0.1 s each.
    pub const REPEATS: usize = 12;

    /// The runs that measure costs in order, about 0.8 s in all. Those that depend on the start of processes are
    /// repeated: costs are medians, or follow from the shortest run.
    pub const ALL: [Self; 11] = [
        Self::Tasks,
        Self::OneRecord,
        Self::Processes,
        Self::Tasks,
        Self::OneRecord,
        Self::Processes,
        Self::Tasks,
        Self::OneRecord,
        Self::Processes,
        Self::Io,
        Self::Gil,
    ];

    #[must_use]
    pub fn mode_and_workers(self) -> (Mode, u32) {
        match self {
            Self::Tasks | Self::OneRecord | Self::Io => (Mode::Pool, 1),
            Self::Processes => (Mode::Process, 1),
            Self::Gil => (Mode::Threads, 4),
            Self::Repeat => (Mode::Pool, 4),
        }
    }

    #[must_use]
    pub fn workload(self) -> Workload {
        let empty = |tasks: u32, chunk| Workload {
            numbers: u64::from(tasks),
            tasks,
            cost_ns: 0,
            chunk: ChunkSize::Tasks(chunk),
            ..Workload::default()
        };
        let with_io = |tasks, io, numbers, cost_ns| Workload {
            numbers,
            cost_ns,
            io,
            io_latency_ns: IO_LATENCY,
            ..empty(tasks, 1)
        };
        match self {
            Self::Tasks => empty(TASKS, 1),
            Self::OneRecord => empty(TASKS, TASKS),
            Self::Processes => empty(64, 1),
            Self::Io => with_io(24, 3, 24 << 17, 0),
            // 1.5 ms of computing between waits: there is nearly always a thread in the queue.
            Self::Gil => with_io(16, 3, 16 << 16, 91),
            Self::Repeat => with_io(32, 2, 32 << 16, 91),
        }
    }
}

/// What a calibration run measured.
struct RunMeasures {
    lane: LaneMeasures,
    makespan: f64,
    handoffs: Vec<f64>,
}

impl RunMeasures {
    fn of_events(events: &[StampedEvent]) -> Self {
        let mut lane = LaneMeasures::default();
        for stamped in events.iter().filter(|stamped| stamped.lane.is_some()) {
            lane.apply(stamped.at, &stamped.event);
        }
        Self { makespan: lane.makespan_ns(), handoffs: gil_handoffs(events), lane }
    }
}

/// Times from a release of the GIL until a thread that waited for it acquired it, in ns.
fn gil_handoffs(events: &[StampedEvent]) -> Vec<f64> {
    let mut ordered: Vec<&StampedEvent> = events.iter().collect();
    ordered.sort_by_key(|stamped| stamped.at);
    let mut waiting: BTreeMap<WorkerId, Nanos> = BTreeMap::new();
    let mut released: Option<Nanos> = None;
    let mut handoffs = Vec::new();
    for stamped in ordered {
        match stamped.event {
            Event::IoFinished { worker } | Event::WorkerReady { worker } => {
                waiting.insert(worker, stamped.at);
            }
            Event::GilReleased { .. } => released = Some(stamped.at),
            Event::GilAcquired { worker } => {
                let waited = waiting.remove(&worker);
                if let Some(at) = released.take().filter(|at| waited.is_some_and(|since| since < *at)) {
                    handoffs.push((stamped.at - at) as f64);
                }
            }
            _ => {}
        }
    }
    handoffs
}

impl MachineConstants {
    /// The costs on a machine with `cores` cores, from the events of each of [`CalibrationRun::ALL`]. None if CPU times
    /// are missing or contradict each other. `interpreter` was measured apart.
    #[must_use]
    pub fn from_runs(
        runs: &[(CalibrationRun, Vec<StampedEvent>)],
        cores: u32,
        interpreter: InterpreterCosts,
    ) -> Option<Self> {
        let measures = |kind: CalibrationRun| -> Vec<RunMeasures> {
            let of_kind = runs.iter().filter(|(run, _)| *run == kind);
            of_kind.map(|(_, events)| RunMeasures::of_events(events)).collect()
        };
        let used = |of: &[RunMeasures]| {
            Some(median(of.iter().map(|run| run.lane.used_ns()).collect::<Option<Vec<_>>>()?.into_iter()))
        };
        let (tasks, one_record) = (measures(CalibrationRun::Tasks), measures(CalibrationRun::OneRecord));
        let processes = measures(CalibrationRun::Processes);
        let count = f64::from(TASKS);
        let record_ns = ((used(&tasks)? - used(&one_record)?) / (count - 1.0)).max(0.0);
        let process_count = processes.first()?.lane.task_count();
        // A process with one task, and a process with many in one record.
        let with_task = used(&processes)? / process_count;
        let task_ns = ((used(&one_record)? - with_task) / (count - 1.0)).max(0.0);
        let process_ns = (with_task - task_ns - record_ns).max(0.0);
        let start_ns = median(tasks.iter().chain(&one_record).map(|run| run.lane.start_ns()));
        let child_start_ns = start_ns.min(process_ns);
        let width = f64::from(cores.min(4));
        // The shortest run: other programs only lengthen it, and all of its time would count as forking.
        let shortest = processes.iter().map(|run| run.makespan).fold(f64::INFINITY, f64::min);
        let wall_of_process = shortest * width / process_count;
        let io = measures(CalibrationRun::Io);
        let io = &io.first()?.lane;
        let release_ns = io.release_ns();
        let in_io =
            io.used_ns()? - io.task_cpu_ns() - process_ns - io.task_count() * (task_ns + record_ns + release_ns);
        let gil = measures(CalibrationRun::Gil);
        let constants = Self {
            fork_ns: (wall_of_process - with_task).max(0.0),
            child_start_ns,
            exit_ns: process_ns - child_start_ns,
            interpreter,
            first_task_ns: 0.0,
            task_ns,
            record_ns,
            gil_handoff_ns: median(gil.first()?.handoffs.iter().copied()),
            timer_slack_ns: (io.operation_ns() - IO_LATENCY as f64).max(0.0),
            load_ns_per_byte: io.load_ns_per_byte(),
            release_ns_per_byte: release_ns / io.bytes_per_task().max(1.0),
            io_operation_ns: (in_io / io.operations().max(1.0)).max(0.0),
            parent: None,
        };
        constants.is_plausible().then_some(constants)
    }
}
