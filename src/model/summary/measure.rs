//! Computes the figures of a run from the model.

use super::{CoreTime, Intervention, LaneSummary, RunSummary, TaskTotals};
use crate::event::workload::Workload;
use crate::event::{ClusterGraph, Nanos, Run, TaskId};
use crate::model::integrals::IntegralTotals;
use crate::model::lane::Lane;
use crate::model::problems::{Problem, ProblemKind};
use crate::model::times::NEVER;
use crate::model::workers::Worker;
use crate::model::{MIN_MAKESPAN, Model};

/// Utilization up to which an excess over 1 is rounding: clocks of different cores may differ by as much.
const MAX_UTILIZATION: f64 = 1.01;

impl Model {
    /// The figures of a run; none before it began. O(n log n): for runs that have ended.
    #[must_use]
    pub fn summary(&self) -> Option<RunSummary> {
        let run = self.run.as_ref()?;
        let lanes = self.lanes.iter().map(|lane| self.lane_summary(run, lane));
        Some(RunSummary { lanes: lanes.collect(), observer: self.observer, program: self.program_summary() })
    }

    fn lane_summary(&self, run: &Run, lane: &Lane) -> LaneSummary {
        let Intermediates { zero, end, totals, used, tasks, result } = self.lane_intermediates(run, lane);
        let workload = run.workload.as_ref().filter(|_| !lane.plan.is_simulated());
        let of_graph = run.graph.as_ref().map(ClusterGraph::expected_sum);
        let expected = workload.map(Workload::expected_sum).or(of_graph);
        let makespan_s = end.and(lane.makespan()).map(ns_to_seconds);
        // The load of the cores of a cluster's workers is unknown, and so are loading and waits of its tasks.
        let is_measured = !lane.is_of_cluster();
        let measured = |figure: f64| is_measured.then_some(figure);
        let has_tasks = !lane.has_only_counts();
        let core_time_s = end.filter(|_| is_measured).map(|end| self.core_time(lane, &totals, end));
        // CPU time covers the workers until they exit, which is after the last completion.
        let life_s = lane.ended.map(|(at, _)| ns_to_seconds(at.saturating_sub(zero)));
        let cores_s = life_s.map(|life| life * lane.plan.cores.len() as f64);
        let private = lane.peak_private_memory();
        // A payload is private memory: samples that show less missed some of it.
        let has_payload = !lane.is_of_program();
        let is_lower_bound =
            private.is_some_and(|private| private.is_lower_bound || has_payload && private.bytes < totals.peak_bytes);
        LaneSummary {
            mode: lane.plan.mode,
            in_sweep: lane.in_sweep,
            origin: lane.origin_run().cloned(),
            engine: lane.plan.engine.clone(),
            status: lane.ended.map(|(_, status)| status),
            workers: lane.slot_count() as u32,
            cores: lane.plan.cores.clone(),
            result,
            expected,
            correct: result.zip(expected).map(|(result, expected)| result == expected),
            makespan_s,
            startup_s: lane.all_ready().filter(|_| is_measured).map(|ready| ns_to_seconds(ready.saturating_sub(zero))),
            receive_s: lane.totals.receive_ns as f64 / 1e9,
            load_s: measured(loading_time(lane)),
            cpu_s: used.cpu_s,
            ns_per_number: result
                .and_then(|_| defined_ratio(lane.totals.adding as f64, run.workload.as_ref()?.numbers as f64)),
            io_blocked_s: measured(used.io_s),
            queue_wait_s: has_tasks.then(|| queue_waiting_time(lane)),
            run_queue_delay_s: used.run_delay_s,
            stall_core_s: measured(core_seconds(totals.stall)),
            stall_io_core_s: measured(core_seconds(totals.stall_io)),
            idle_tail_core_s: measured(core_seconds(totals.idle - totals.stall)),
            utilization: used.cpu_s.zip(cores_s).and_then(|(cpu, cores)| utilization(cpu, cores, makespan_s)),
            peak_queue: has_tasks.then_some(totals.peak_queue),
            mean_queue: makespan_s
                .and_then(|makespan| Some(core_seconds(totals.queued) / makespan).filter(|mean| mean.is_finite())),
            peak_resident_tasks: has_tasks.then_some(totals.peak_resident),
            peak_resident_bytes: is_measured.then_some(totals.peak_bytes),
            peak_private_bytes: private.map(|private| private.bytes),
            // A reading of only some of the processes says nothing about the lane.
            peak_pss_bytes: peak_pss(lane).filter(|_| !is_lower_bound),
            tasks: has_tasks.then_some(tasks),
            workers_started: lane.live.up.len() as u32,
            workers_died: has_tasks.then(|| lane.workers_died()),
            workers_replaced: has_tasks.then(|| lane.slots.replaced_count()),
            voluntary_switches: used.voluntary,
            involuntary_switches: used.involuntary,
            interventions: viewer_interventions(lane, zero),
            problems: self.lane_problems(lane),
            wait_after_tasks_s: lane
                .ended
                .zip(lane.history_end())
                .map(|((ended, _), last)| ns_to_seconds(ended.saturating_sub(last))),
            usable_cores: is_measured.then(|| lane.plan.usable_cores()),
            taken_by_others_core_s: core_time_s
                .zip(end)
                .and_then(|(parts, end)| self.taken_by_others(lane, &parts, &used, end)),
            peak_private_is_lower_bound: is_lower_bound,
            program: self.program_lane_summary(lane),
            core_time_s,
        }
    }

    /// Problems of a lane and of its cores, in order of time.
    fn lane_problems(&self, lane: &Lane) -> Vec<Problem> {
        let (zero, end) = (lane.zero.unwrap_or(0), lane.ended.map_or(NEVER, |(at, _)| at));
        let offline =
            self.core_loads_of(lane).went_offline(&lane.plan.cores).filter(|(at, _)| (zero..=end).contains(at));
        let offline = offline.map(|(at, core)| Problem {
            at_s: ns_to_seconds(at - lane.zero_of_problems()),
            what: ProblemKind::CoreOffline { core },
        });
        let mut problems: Vec<Problem> = lane.problems().into_iter().chain(offline).collect();
        problems.sort_by(|a, b| a.at_s.total_cmp(&b.at_s));
        problems
    }

    fn lane_intermediates(&self, run: &Run, lane: &Lane) -> Intermediates {
        let end = lane.makespan().and(lane.last_completion());
        // If no task finished, measure until the end of the lane.
        let known = end.or(lane.ended.map(|(at, _)| at)).unwrap_or(self.mark);
        let tasks = TaskTotals::new(lane);
        let planned = run.workload.as_ref().map(|workload| workload.tasks);
        let whole = tasks.finished == tasks.submitted && Some(tasks.submitted) == planned;
        Intermediates {
            zero: lane.zero.unwrap_or(0),
            end,
            totals: self.integrals_until(lane, known),
            used: WorkerTotals::new(lane),
            tasks,
            result: (whole && !lane.plan.is_simulated()).then_some(lane.totals.sum).or(lane.cluster.sum),
        }
    }

    /// Core time that other programs took until `end`, in core-seconds; none if the CPU time of a lane is unknown.
    fn taken_by_others(&self, lane: &Lane, parts: &CoreTime, used: &WorkerTotals, end: Nanos) -> Option<f64> {
        let taken = parts.taken_from_lane(used.cpu_s?);
        // Workers wait for a core while another program has it, or for mpviz, if it is held up.
        let delay = used.run_delay_s.filter(|_| self.observer.held_up().is_none());
        let taken = delay.map_or(taken, |delay| taken.min(delay));
        let other_lanes = self.lane_with_core_sharers(lane).all_lanes().skip(1);
        let by_lanes = other_lanes.map(|other| other.workers.cpu_used_between(lane.zero?, end)).sum::<Option<f64>>()?;
        // The interpreter of mpviz's own lane is no worker, and its CPU time is unknown: it uses one core at most.
        let is_of_mpviz = lane.plan.is_python() && lane.plan.pool.is_none();
        let by_interpreter = if is_of_mpviz { ns_to_seconds(end - lane.zero?) } else { 0.0 };
        Some((taken - by_lanes / 1e9 - by_interpreter).max(0.0))
    }

    /// Divides the core time, cores × makespan, by use. Idle time counts as starting until the first worker of every
    /// slot is ready, or until the end if some never are.
    fn core_time(&self, lane: &Lane, totals: &IntegralTotals, end: Nanos) -> CoreTime {
        let ready = lane.all_ready().unwrap_or(end).min(end);
        let start = self.integrals_until(lane, ready);
        let since = |part: fn(&IntegralTotals) -> u128| part(totals) - part(&start);
        let (stall, stall_io) = (since(|totals| totals.stall), since(|totals| totals.stall_io));
        let between_tasks = since(|totals| totals.between_tasks);
        let mut terms = CoreTime {
            adding: ns_to_seconds(lane.totals.adding),
            loading: ns_to_seconds(lane.totals.loading),
            starting: core_seconds(start.idle),
            stall_io: core_seconds(stall_io),
            // A worker that takes its next task leaves no core unused.
            stall_width: core_seconds(stall - stall_io - between_tasks),
            tail: core_seconds(since(|totals| totals.idle) - stall),
            rest: 0.0,
        };
        let makespan = end - lane.zero.unwrap_or(end);
        terms.rest = lane.plan.cores.len() as f64 * ns_to_seconds(makespan) - terms.total_core_time();
        terms
    }
}

impl TaskTotals {
    fn new(lane: &Lane) -> Self {
        let run_again = lane.cluster.ended_run_again.total();
        Self {
            submitted: (lane.queue.up.total() as u32).saturating_sub(run_again.all()),
            finished: (lane.finished.len() as u32).saturating_sub(run_again.finished),
            failed: (lane.failed.len() as u32).saturating_sub(run_again.failed),
            lost: (lane.lost.len() as u32).saturating_sub(run_again.lost),
            abandoned: (lane.abandoned.len() as u32).saturating_sub(run_again.abandoned),
        }
    }
}

/// Intermediate values for the figures of a lane.
struct Intermediates {
    zero: Nanos,
    /// Time of the last completion, which ends the makespan.
    end: Option<Nanos>,
    totals: IntegralTotals,
    used: WorkerTotals,
    tasks: TaskTotals,
    /// The sum, if every task finished.
    result: Option<i64>,
}

/// Resource use of a lane's workers, from start to exit.
struct WorkerTotals {
    cpu_s: Option<f64>,
    run_delay_s: Option<f64>,
    voluntary: Option<u64>,
    involuntary: Option<u64>,
    io_s: f64,
}

impl WorkerTotals {
    fn new(lane: &Lane) -> Self {
        // If a worker's final figures are missing, its last sample is the best approximation.
        let figures = |worker: &Worker| match (&worker.usage, worker.samples.last()) {
            (Some(usage), _) => Some((usage.cpu_ns, usage.run_delay_ns)),
            (None, last) => last.map(|(_, sample)| (sample.cpu_ns, sample.run_delay_ns)),
        };
        let sum = |parts: Vec<u64>| (!parts.is_empty()).then(|| parts.into_iter().fold(0, u64::saturating_add));
        let forgotten = &lane.workers.forgotten;
        let workers = || lane.workers.iter().map(|(_, worker)| worker);
        let usages = || workers().filter_map(|worker| worker.usage);
        // A sum without one of the workers would look like core time that others took.
        let started = workers().filter(|worker| worker.spawned.is_some());
        let (cpu, delays) = started.map(figures).collect::<Option<(Vec<u64>, Vec<u64>)>>().unwrap_or_default();
        let cpu_and_delay =
            |known: Vec<u64>, past: u64| sum(known).map(|known| ns_to_seconds(known.saturating_add(past)));
        Self {
            cpu_s: cpu_and_delay(cpu, forgotten.cpu),
            run_delay_s: cpu_and_delay(delays, forgotten.run_delay),
            voluntary: sum(usages().map(|usage| usage.voluntary_switches).collect()),
            involuntary: sum(usages().map(|usage| usage.involuntary_switches).collect()),
            io_s: ns_to_seconds(
                workers().map(|worker| worker.io.total_time(worker.left.unwrap_or(worker.last))).sum::<Nanos>()
                    + forgotten.io,
            ),
        }
    }
}

/// Wall time of loading payloads, in s.
fn loading_time(lane: &Lane) -> f64 {
    let loading = |i: usize| lane.tasks.loading_time(TaskId(i as u32));
    core_seconds(lane.tasks.known().map(loading).map(u128::from).sum::<u128>() + lane.totals.forgotten.loading)
}

/// The highest PSS reading near the peak of private memory. Earlier readings would understate the peak.
fn peak_pss(lane: &Lane) -> Option<u64> {
    let (_, highest) = lane.highest_private_sum()?;
    let near = |at: Nanos| lane.private.sum(at).bytes >= highest.bytes / 5 * 4;
    lane.pss.iter().filter(|(at, bytes)| *bytes > 0 && near(*at)).map(|(_, bytes)| *bytes).max()
}

/// Share of the core time that was CPU time of the workers. None if the lane was too short to tell: a worker uses other
/// cores before it is pinned, and then has more CPU time than its cores.
fn utilization(cpu_s: f64, cores_s: f64, makespan_s: Option<f64>) -> Option<f64> {
    let is_too_short = makespan_s.is_some_and(|makespan| makespan < MIN_MAKESPAN);
    defined_ratio(cpu_s, cores_s).filter(|used| !is_too_short && *used <= MAX_UTILIZATION).map(|used| used.min(1.0))
}

fn queue_waiting_time(lane: &Lane) -> f64 {
    let waited: u128 = lane.tasks.known().map(|i| u128::from(lane.tasks.row(i).queue_time())).sum();
    core_seconds(waited + lane.totals.forgotten.queue_wait)
}

fn viewer_interventions(lane: &Lane, zero: Nanos) -> Vec<Intervention> {
    let end = lane.ended.map(|(at, _)| at);
    let since_zero = |at: Nanos| ns_to_seconds(at.saturating_sub(zero));
    let suspended = lane.suspended.iter().map(|(from, to)| Intervention::Suspended {
        at_s: since_zero(from),
        for_s: ns_to_seconds(to.min(end.unwrap_or(from)).saturating_sub(from)),
    });
    let killed = lane.kills.iter().map(|(at, worker)| Intervention::Killed { at_s: since_zero(*at), worker: *worker });
    suspended.chain(killed).collect()
}

fn ns_to_seconds(ns: Nanos) -> f64 {
    ns as f64 / 1e9
}

fn core_seconds(core_ns: u128) -> f64 {
    core_ns as f64 / 1e9
}

/// Divides; none if the quotient is undefined.
fn defined_ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0 && part > 0.0).then(|| part / whole)
}
