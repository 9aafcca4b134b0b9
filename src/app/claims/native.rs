//! Claims that mpviz's own workers measure.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, unbounded};

use super::MeasureError;
use super::switching::measure_round_trips;
use crate::engine::resources::{AvailableResources, InsufficientResources, PROCESS_MEMORY_BYTES, check_resources};
use crate::engine::{CURRENT_EXE, Command, Engine, EngineMode, RunExecution, RunPlan, RunSpec};
use crate::event::workload::{IoKind, Workload};
use crate::event::{CorePolicy, Event, Machine, Mode, Nanos, StampedEvent};
use crate::model::{LaneSummary, Model};
use crate::report::claims::{
    ChoiceFigures, IoFigures, KillFigures, KillOutcome, NoVerdict, ProcessMemoryFigures, SchedulingFigures,
    ShareFigures, StartFigures, TimeShares, VisibleFigures,
};

/// Number of runs of which a time is the median.
const REPEATS: usize = 5;
/// Numbers that take about 100 ms of CPU time, at 91 ns each.
const NUMBERS_OF_100_MS: u64 = 1_100_000;
/// Interval at which events arrive, and cancelling is noticed.
const INTERVAL: Duration = Duration::from_millis(40);

/// Runs lanes on these cores.
pub(super) struct NativeRuns {
    pub(super) cores: Vec<u32>,
    pub(super) machine: Machine,
    pub(super) cancelled: Arc<AtomicBool>,
}

/// A lane that has run.
struct LaneRun {
    summary: LaneSummary,
    started: Nanos,
    ended: Nanos,
    /// When each task finished, in order.
    finished: Vec<Nanos>,
}

impl LaneRun {
    /// From time zero until no process is left, in s.
    fn duration_s(&self) -> f64 {
        self.ended.saturating_sub(self.started) as f64 / 1e9
    }

    fn makespan_s(&self) -> Result<f64, MeasureError> {
        self.summary.makespan_s.ok_or_else(|| MeasureError::failed(&"no task finished"))
    }
}

impl NativeRuns {
    /// With a process for each task; memory also as that of forked processes, if it was measured.
    pub(super) fn process_memory(&self, share: Option<&ShareFigures>) -> Result<ProcessMemoryFigures, MeasureError> {
        let workload = Workload { tasks: 16, numbers: 16 * NUMBERS_OF_100_MS, ..Workload::default() };
        let LaneRun { summary: lane, .. } = self.run(workload, Mode::Process, 16)?;
        let native = || Some((16, lane.peak_resident_bytes?, lane.peak_private_bytes?));
        let python = share.map(|share| (share.workers, u64::from(share.workers) * share.data_bytes, share.pss_bytes));
        let (processes, seen_bytes, own_bytes) =
            python.or_else(native).ok_or_else(|| MeasureError::failed(&"the memory of processes cannot be read"))?;
        Ok(ProcessMemoryFigures {
            tasks: 16,
            resident_tasks: lane.peak_resident_tasks.unwrap_or_default(),
            python: share.is_some(),
            processes,
            seen_bytes,
            own_bytes,
        })
    }

    /// Tasks with little CPU time and much I/O. Also returns the lane of the pool.
    pub(super) fn io(&self) -> Result<(IoFigures, LaneSummary), MeasureError> {
        let workload = Workload {
            tasks: 16,
            numbers: 16 * NUMBERS_OF_100_MS / 20,
            io: 8,
            io_latency_ns: 50_000_000,
            io_kind: IoKind::Sleep,
            ..Workload::default()
        };
        let mut pool = None;
        let [pool_s, process_s, wide_pool_s] = medians([
            &mut || {
                let run = self.run(workload.clone(), Mode::Pool, 4)?;
                let makespan = run.makespan_s();
                pool = Some(run.summary);
                makespan
            },
            &mut || self.run(workload.clone(), Mode::Process, 16)?.makespan_s(),
            &mut || self.run(workload.clone(), Mode::Pool, 16)?.makespan_s(),
        ])?;
        let task_io_s = f64::from(workload.io) * workload.io_latency_ns as f64 / 1e9;
        let pool = pool.ok_or(MeasureError::Cancelled)?;
        Ok((IoFigures { tasks: 16, workers: 4, task_io_s, pool_s, process_s, wide_pool_s }, pool))
    }

    /// Processes that compute on one core. Also returns their lane.
    pub(super) fn scheduling(&self) -> Result<(SchedulingFigures, LaneSummary), MeasureError> {
        let workload = Workload { tasks: 16, numbers: 16 * NUMBERS_OF_100_MS, ..Workload::default() };
        let run = self.run_on(&self.cores[..1], workload, Mode::Process, 16, None)?;
        let makespan_s = run.makespan_s()?;
        let since_start = |end: &Nanos| end.saturating_sub(run.started) as f64 / 1e9;
        let figures = SchedulingFigures {
            processes: 16,
            makespan_s,
            first_end_s: run.finished.first().map_or(0.0, since_start),
            ended_at_half: run.finished.iter().filter(|end| since_start(end) <= makespan_s / 2.0).count() as u32,
            involuntary_switches: run
                .summary
                .involuntary_switches
                .ok_or_else(|| MeasureError::failed(&"the kernel does not count context switches"))?,
        };
        Ok((figures, run.summary))
    }

    /// Many small tasks, and a few large ones.
    pub(super) fn choice(&self) -> Result<ChoiceFigures, MeasureError> {
        let many = Workload { tasks: 1000, numbers: 6 * NUMBERS_OF_100_MS, ..Workload::default() };
        let few = Workload { tasks: 4, numbers: 12 * NUMBERS_OF_100_MS, ..Workload::default() };
        let makespan = |workload: &Workload, mode| self.run(workload.clone(), mode, 4)?.makespan_s();
        let [many_pool_s, many_process_s, few_pool_s, few_process_s] = medians([
            &mut || makespan(&many, Mode::Pool),
            &mut || makespan(&many, Mode::Process),
            &mut || makespan(&few, Mode::Pool),
            &mut || makespan(&few, Mode::Process),
        ])?;
        Ok(ChoiceFigures { many_tasks: 1000, many_pool_s, many_process_s, few_tasks: 4, few_pool_s, few_process_s })
    }

    /// Starting and ending, and switching.
    pub(super) fn start(&self) -> Result<StartFigures, MeasureError> {
        let count = 300;
        let workload = Workload { tasks: count, numbers: count.into(), cost_ns: 0, ..Workload::default() };
        let duration = |mode| self.run(workload.clone(), mode, count).map(|run| run.duration_s());
        let [threads_s, processes_s] = medians([&mut || duration(Mode::Threads), &mut || duration(Mode::Process)])?;
        let trips = measure_round_trips(self.cores[0]).map_err(|error| MeasureError::failed(&error))?;
        Ok(StartFigures {
            count,
            threads_s,
            processes_s,
            thread_round_trip_ns: trips.thread_ns,
            process_round_trip_ns: trips.process_ns,
            turns: trips.turns,
            slower_turns: trips.slower_turns,
        })
    }

    /// A worker of each is killed while it computes.
    pub(super) fn kill(&self) -> Result<KillFigures, MeasureError> {
        let workload = Workload { tasks: 12, numbers: 24 * NUMBERS_OF_100_MS, ..Workload::default() };
        let outcome = |mode| {
            let LaneRun { summary: lane, .. } = self.run_on(&self.cores, workload.clone(), mode, 4, Some(INTERVAL))?;
            match lane.workers_died {
                None | Some(0) => Err(MeasureError::failed(&"no worker was killed in time")),
                Some(died) => Ok(KillOutcome { died, finished: lane.totals().finished }),
            }
        };
        Ok(KillFigures { workers: 4, tasks: 12, threads: outcome(Mode::Threads)?, processes: outcome(Mode::Pool)? })
    }

    /// Where the time of workers went: of these two lanes, and of one that computes with a core for each worker.
    pub(super) fn visible(&self, io: &LaneSummary, crowded: &LaneSummary) -> Result<VisibleFigures, MeasureError> {
        let cores = self.cores.len() as u32;
        let tasks = 4 * cores;
        let numbers = u64::from(tasks) * NUMBERS_OF_100_MS;
        let compute = self.run(Workload { numbers, tasks, ..Workload::default() }, Mode::Pool, cores)?;
        Ok(VisibleFigures {
            compute: time_shares(&compute.summary)?,
            io: time_shares(io)?,
            crowded: time_shares(crowded)?,
        })
    }

    fn run(&self, workload: Workload, mode: Mode, workers: u32) -> Result<LaneRun, MeasureError> {
        self.run_on(&self.cores, workload, mode, workers, None)
    }

    /// Runs a lane. If `kill_after` is given, the first worker that takes a task is killed that long afterwards.
    fn run_on(
        &self,
        cores: &[u32],
        workload: Workload,
        mode: Mode,
        workers: u32,
        kill_after: Option<Duration>,
    ) -> Result<LaneRun, MeasureError> {
        let spec = RunSpec {
            workload,
            modes: vec![EngineMode { engine: Engine::Native, mode }],
            interpreter: None,
            workers: vec![workers],
            cores: CorePolicy::Turns,
            io_dir: ".".into(),
            worker_program: CURRENT_EXE.into(),
            command: Vec::new(),
            notes: Vec::new(),
            rounds: None,
            repeat: None,
        };
        let plan = RunPlan::new(&spec, cores, self.machine.clone());
        check_resources(&plan.required_resources(), &AvailableResources::read())
            .map_err(|missing| no_verdict_without(&missing))?;
        let (sender, batches) = unbounded();
        let execution = RunExecution::start(plan, sender, INTERVAL).map_err(|error| MeasureError::failed(&error))?;
        let mut events: Vec<StampedEvent> = Vec::new();
        let mut kill_after = kill_after;
        loop {
            match batches.recv_timeout(INTERVAL) {
                Ok(batch) => events.extend(batch),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.cancelled.load(Ordering::SeqCst) {
                execution.send(Command::Cancel);
            }
            let taken = events.iter().find_map(|stamped| match stamped.event {
                Event::TaskTaken { worker, .. } => Some((stamped.lane?, worker)),
                _ => None,
            });
            if let (Some(after), Some((lane, worker))) = (kill_after, taken) {
                std::thread::sleep(after);
                execution.send(Command::Kill(lane, worker));
                kill_after = None;
            }
        }
        execution.join().map_err(|error| MeasureError::failed(&error))?;
        if self.cancelled.load(Ordering::SeqCst) {
            return Err(MeasureError::Cancelled);
        }
        LaneRun::from_events(&events)
    }
}

impl LaneRun {
    fn from_events(events: &[StampedEvent]) -> Result<Self, MeasureError> {
        let mut model = Model::new();
        events
            .iter()
            .try_for_each(|stamped| model.apply(stamped).map(drop))
            .map_err(|error| MeasureError::failed(&error))?;
        let summary = model.summary().and_then(|summary| summary.lanes.into_iter().next());
        let lane = model.lanes().first();
        let ended = lane.and_then(|lane| Some((lane.time_zero()?, lane.end_and_status()?.0)));
        let (summary, (started, ended)) =
            summary.zip(ended).ok_or_else(|| MeasureError::failed(&"the run did not start"))?;
        let finished = events.iter().filter(|stamped| matches!(stamped.event, Event::TaskFinished { .. }));
        let mut finished: Vec<Nanos> = finished.map(|stamped| stamped.at).collect();
        finished.sort_unstable();
        Ok(Self { summary, started, ended, finished })
    }
}

/// Medians of several rounds of these measurements.
fn medians<const N: usize>(
    mut measurements: [&mut dyn FnMut() -> Result<f64, MeasureError>; N],
) -> Result<[f64; N], MeasureError> {
    let mut rounds = [(); REPEATS].map(|()| [0.0; N]);
    for round in &mut rounds {
        for (measure, value) in measurements.iter_mut().zip(round) {
            *value = measure()?;
        }
    }
    Ok(std::array::from_fn(|n| {
        let mut values = rounds.map(|round| round[n]);
        values.sort_by(f64::total_cmp);
        values[REPEATS / 2]
    }))
}

fn time_shares(lane: &LaneSummary) -> Result<TimeShares, MeasureError> {
    let figures = lane.makespan_s.zip(lane.cpu_s).zip(lane.run_queue_delay_s);
    let ((makespan, cpu), waiting) = figures.ok_or_else(|| MeasureError::failed(&"the kernel gives no CPU times"))?;
    let total = makespan * f64::from(lane.workers);
    let [cpu, waiting_for_core] = [cpu, waiting].map(|time| (time / total).clamp(0.0, 1.0));
    Ok(TimeShares { cpu, waiting_for_core, blocked: (1.0 - cpu - waiting_for_core).max(0.0) })
}

fn no_verdict_without(resources: &InsufficientResources) -> MeasureError {
    match *resources {
        InsufficientResources::Memory(required, available) => {
            let needed = required.payload_bytes + u64::from(required.processes) * PROCESS_MEMORY_BYTES;
            MeasureError::NoVerdict(NoVerdict::Memory { needed, available })
        }
        _ => MeasureError::failed(&resources.shortage()),
    }
}
