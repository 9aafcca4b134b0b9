//! No lane is faster, and no figure is given, by what is noise: other programs, short runs, missing samples.

use mpviz::event::workload::Workload;
use mpviz::event::{
    CorePolicy, Event, Exit, FinalUsage, LaneId, LanePlan, LaneStatus, Machine, Mode, ProcessSample, Run, SlotId,
    StampedEvent, TaskId, WorkerId,
};
use mpviz::model::{
    CoreTime, DifferenceReason, LaneComparison, LaneSummary, Model, RunSummary, TaskTotals, compare_lanes, verdict,
};
use mpviz::report::{Report, csv, json, markdown, phrases, table};
use proptest::prelude::*;
use serde_json::Value;

use super::verdict::lane_summary;
use crate::support::simulation::{Simulation, model_of};
use crate::support::written_text;

const MS: u64 = 1_000_000;

/// A lane on one core, whose only worker computes four tasks one after the other.
#[derive(Clone, Copy)]
struct LaneOnOneCore {
    mode: Mode,
    /// CPU time of a task, in ms.
    task_ms: u64,
    /// Share of the core that the worker had while it computed.
    share: f64,
}

impl LaneOnOneCore {
    fn plan(self, lane: usize) -> LanePlan {
        let (engine, cores) = ("native".into(), vec![lane as u32]);
        LanePlan {
            mode: self.mode,
            engine,
            workers: 1,
            cores,
            gil: false,
            unreported_gil: false,
            own_queues: false,
            chunk: 1,
            pool: None,
        }
    }

    fn events(self, lane: usize) -> Vec<StampedEvent> {
        let worker = WorkerId(0);
        let wall = (self.task_ms as f64 / self.share) as u64 * MS;
        let cpu_ns = self.task_ms * MS;
        let mut events = vec![
            (0, Event::LaneStarted {}),
            (0, Event::TasksSubmitted { first: TaskId(0), count: 4, call: None }),
            (0, Event::WorkerSpawned { worker, slot: SlotId(0), pid: 40 + lane as u32 }),
            (MS, Event::WorkerReady { worker }),
        ];
        for n in 0..4 {
            let (task, at) = (TaskId(n), MS + wall * u64::from(n));
            events.push((at, Event::TaskTaken { worker, first: task, count: 1, receive_ns: 0 }));
            events.push((at, Event::TaskLoaded { worker, task, bytes: 8, cpu_ns: 0 }));
            let sum = if n == 0 { 6 } else { 0 };
            events.push((at + wall, Event::TaskFinished { worker, task, sum: Some(sum), cpu_ns, result_bytes: 0 }));
            events.push((at + wall, Event::TaskReleased { worker, task }));
        }
        let end = 2 * MS + 4 * wall;
        let usage = FinalUsage { cpu_ns: 4 * cpu_ns, run_delay_ns: 4 * (wall - cpu_ns), ..FinalUsage::default() };
        events.push((end, Event::WorkerExited { worker, exit: Exit::Code(0), usage: Some(usage) }));
        events.push((end, Event::LaneEnded { status: LaneStatus::Finished }));
        let lane = Some(LaneId(lane as u16));
        events.into_iter().map(|(at, event)| StampedEvent { at, lane, event }).collect()
    }
}

fn run_of(plans: Vec<LanePlan>) -> Run {
    Run {
        version: "0".into(),
        command: vec!["mpviz".into()],
        machine: Machine { cores: 2, memory_bytes: 1, os: "test".into() },
        cores: CorePolicy::Split,
        workload: Some(Workload { numbers: 4, tasks: 4, ..Workload::default() }),
        rounds_per_number: 1,
        program: None,
        lanes: plans,
        notes: Vec::new(),
        repeat: None,
        began_ms: None,
        graph: None,
    }
}

fn apply_run(run: &Run, events: Vec<StampedEvent>) -> Model {
    let mut model = Model::new();
    let started = StampedEvent { at: 0, lane: None, event: Event::RunStarted(Box::new(run.clone())) };
    for event in std::iter::once(started).chain(events) {
        model.apply(&event).expect("a valid event");
    }
    model
}

/// The report on a pool and a process lane, each on one core.
fn report_of(pool: (u64, f64), process: (u64, f64)) -> Report {
    let lane = |mode, (task_ms, share)| LaneOnOneCore { mode, task_ms, share };
    let lanes = [lane(Mode::Pool, pool), lane(Mode::Process, process)];
    let run = run_of(lanes.iter().enumerate().map(|(n, lane)| lane.plan(n)).collect());
    let events = lanes.iter().enumerate().flat_map(|(n, lane)| lane.events(n)).collect();
    Report::new(&run, vec![apply_run(&run, events).summary().expect("a run")])
}

fn report_json(report: &Report) -> Value {
    serde_json::from_str(&written_text(|out| json::write(report, out))).expect("JSON")
}

#[test]
fn same_work_names_no_winner_when_other_programs_take_a_core_from_one_lane() {
    let report = report_of((500, 1.0), (500, 0.5));
    assert_eq!((report.verdict.fastest, report.verdict.reason), (None, DifferenceReason::Disturbed));
    let sentence = report.verdict_sentence();
    // Of 2 s and 4 s on one core each, other programs took 2 s.
    assert_eq!(
        sentence.whole_sentence(),
        "disturbed: other programs took 33 % of the cores (pool 2.00 s, process 4.00 s)."
    );
    let hinted = phrases::with_run_again_hint(sentence.shorter_variants());
    assert!(hinted.contains(&"disturbed: other programs took 33 % of the cores · r: run again".into()), "{hinted:?}");
    let value = report_json(&report);
    assert_eq!((&value["verdict"]["fastest"], &value["verdict"]["reason"]), (&Value::Null, &"disturbed".into()));
    let doubt = "other programs took 50 % of the core time of process: repeat on a quiet machine for better figures";
    assert_eq!(value["doubts"], serde_json::json!([doubt]));
}

#[test]
fn same_work_is_a_tie_when_all_lanes_are_disturbed_alike() {
    assert_eq!(report_of((500, 0.5), (500, 0.51)).verdict.reason, DifferenceReason::Tie);
    assert_eq!(report_of((500, 1.0), (500, 1.0)).verdict.reason, DifferenceReason::Tie);
}

#[test]
fn more_work_is_slower_on_a_quiet_and_on_a_disturbed_machine() {
    for share in [1.0, 0.5, 0.25] {
        let verdict = report_of((1000, share), (500, share)).verdict;
        assert_eq!((verdict.fastest, verdict.reason), (Some(Mode::Process), DifferenceReason::Adding), "{share}");
    }
}

#[test]
fn difference_hidden_by_other_programs_is_no_tie() {
    assert_eq!(report_of((1000, 1.0), (500, 0.5)).verdict.reason, DifferenceReason::Disturbed);
}

/// A lane as it was measured while other programs kept two cores busy: makespan, adding, loading, starting, stall by
/// I/O, stall by width, tail, rest, CPU time, run-queue delay, start-up.
fn measured(mode: Mode, cores: u32, usable: u32, figures: [f64; 11]) -> LaneSummary {
    let [makespan, adding, loading, starting, stall_io, stall_width, tail, rest, cpu, delay, startup] = figures;
    let own = cpu - adding - loading;
    LaneSummary {
        cores: (0..cores).collect(),
        usable_cores: Some(usable),
        startup_s: Some(startup),
        cpu_s: Some(cpu),
        run_queue_delay_s: Some(delay),
        taken_by_others_core_s: Some((rest - own).min(delay)),
        core_time_s: Some(CoreTime { adding, loading, starting, stall_io, stall_width, tail, rest }),
        ..lane_summary(mode, makespan)
    }
}

#[test]
fn measured_sums_under_load_have_no_winner_and_measured_lessons_keep_theirs() {
    let judged = |lanes: [LaneSummary; 2]| {
        let verdict = verdict(&lanes, 0.0);
        (verdict.fastest, verdict.reason)
    };
    let pool = |cores, figures| measured(Mode::Pool, cores, cores, figures);
    let process = |cores, figures| measured(Mode::Process, cores, cores, figures);
    let disturbed = (None, DifferenceReason::Disturbed);
    let sum = [
        pool(1, [14.24, 2.84, 0.13, 0.02, 0.0, 0.0, 0.0, 11.25, 3.0, 53.73, 0.05]),
        process(1, [7.87, 2.89, 0.10, 0.02, 0.0, 0.0, 0.0, 4.86, 3.01, 122.15, 0.07]),
    ];
    assert_eq!(judged(sum), disturbed);
    let sum = [
        pool(1, [23.88, 2.92, 0.19, 0.07, 0.0, 0.0, 0.0, 20.7, 3.15, 91.44, 0.08]),
        process(1, [15.23, 2.90, 0.63, 0.04, 0.0, 0.0, 0.0, 11.66, 3.56, 234.9, 0.14]),
    ];
    assert_eq!(judged(sum), disturbed);
    let sum = [
        pool(1, [17.30, 0.86, 0.09, 0.03, 0.0, 0.0, 0.0, 16.32, 1.01, 60.0, 0.05]),
        process(1, [9.46, 0.87, 0.10, 0.03, 0.0, 0.0, 0.0, 8.46, 1.03, 99.0, 0.08]),
    ];
    assert_eq!(judged(sum), disturbed);
    let io = [
        pool(1, [20.94, 1.54, 0.11, 0.05, 4.83, 0.0, 1.75, 12.67, 1.7, 49.09, 0.07]),
        process(1, [8.56, 1.52, 0.08, 0.05, 0.0, 0.0, 1.13, 5.78, 1.65, 99.14, 0.24]),
    ];
    assert_eq!(judged(io), (Some(Mode::Process), DifferenceReason::StallIo));
    let width = [
        measured(Mode::Serial, 2, 1, [9.59, 1.87, 0.18, 0.01, 0.0, 8.95, 0.64, 7.53, 2.09, 7.51, 0.01]),
        pool(2, [8.09, 1.99, 0.27, 0.01, 0.0, 0.0, 0.33, 13.59, 2.28, 13.58, 0.01]),
    ];
    assert_eq!(judged(width), (Some(Mode::Pool), DifferenceReason::StallWidth));
    let width = [
        measured(Mode::Serial, 2, 1, [18.14, 0.86, 0.09, 0.05, 0.0, 17.53, 0.58, 17.16, 0.96, 17.17, 0.05]),
        pool(2, [9.49, 0.85, 0.07, 0.11, 0.0, 0.0, 0.22, 17.73, 0.94, 17.81, 0.05]),
    ];
    assert_eq!(judged(width), (Some(Mode::Pool), DifferenceReason::StallWidth));
    let starting = [
        pool(2, [1.19, 0.56, 0.0, 0.01, 0.0, 0.0, 0.0, 1.79, 0.59, 4.13, 0.01]),
        process(2, [8.99, 0.61, 0.02, 7.08, 0.0, 0.0, 0.0, 10.28, 5.83, 86.04, 8.99]),
    ];
    assert_eq!(judged(starting), (Some(Mode::Pool), DifferenceReason::Starting));
    // The pool needed half the CPU time per core, but other programs took so much of it that the threads ended first.
    let threads = measured(Mode::Threads, 2, 1, [7.09, 1.89, 0.13, 0.01, 0.0, 6.56, 0.52, 5.06, 2.07, 8.27, 0.01]);
    let gil = [threads, pool(2, [10.14, 1.97, 0.15, 0.0, 0.0, 0.0, 0.49, 17.65, 2.15, 17.65, 0.01])];
    assert_eq!(judged(gil), disturbed);
}

#[test]
fn cores_that_no_lane_can_use_are_no_reason() {
    // One process beside threads under a GIL, on two cores: both use one, and the threads gain by their I/O.
    let serial = measured(Mode::Serial, 2, 1, [9.05, 0.95, 0.05, 0.0, 8.1, 8.5, 0.4, 0.1, 1.05, 0.02, 0.01]);
    let threads = measured(Mode::Threads, 2, 1, [2.6, 0.95, 0.05, 0.0, 2.2, 0.6, 1.35, 0.05, 1.05, 0.02, 0.01]);
    let verdict = verdict(&[serial, threads], 0.0);
    assert_eq!((verdict.fastest, verdict.reason), (Some(Mode::Threads), DifferenceReason::StallIo));
}

#[test]
fn fastest_of_three_must_differ_from_the_second_by_more_than_noise() {
    let lane =
        |mode, makespan| measured(mode, 1, 1, [makespan, makespan, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.01]);
    let three = [lane(Mode::Serial, 4.0), lane(Mode::Pool, 2.0), lane(Mode::Process, 2.02)];
    let judged = verdict(&three, 0.0);
    assert_eq!((judged.fastest, judged.fastest_lane, judged.ratio), (None, Some(1), Some(2.0)));
    let three = [lane(Mode::Serial, 4.0), lane(Mode::Pool, 2.0), lane(Mode::Process, 3.0)];
    assert_eq!(verdict(&three, 0.0).fastest, Some(Mode::Pool));
}

#[test]
fn short_runs_and_differences_of_a_tick_are_too_short_to_compare() {
    let judged = |fast, slow| {
        let lanes = [lane_summary(Mode::Pool, slow), lane_summary(Mode::Process, fast)];
        let verdict = verdict(&lanes, 0.0);
        (verdict.fastest, verdict.reason)
    };
    let too_short = (None, DifferenceReason::TooShort);
    assert_eq!(judged(0.001, 0.0199), too_short);
    assert_eq!(judged(0.0199, 0.0199), too_short);
    assert_eq!(judged(0.020, 0.0249), too_short);
    assert_eq!(judged(0.020, 0.030).0, Some(Mode::Process));
    let lanes = [lane_summary(Mode::Pool, 0.0018), lane_summary(Mode::Process, 0.0016)];
    let sentence = phrases::verdict_sentence(&run_of(Vec::new()), &lanes, &verdict(&lanes, 0.0)).whole_sentence();
    assert_eq!(sentence, "too short to compare (pool 1.8 ms, process 1.6 ms).");
    let comparison = compare_lanes(&lanes[0], &lanes[1], 0.0);
    assert_eq!(comparison, LaneComparison::Undecided(DifferenceReason::TooShort));
}

#[test]
fn worker_that_takes_its_next_task_leaves_no_core_unused() {
    // 1 ms of computing, then 1 ms until the next task.
    let worker = WorkerId(0);
    let plan = LaneOnOneCore { mode: Mode::Serial, task_ms: 0, share: 1.0 }.plan(0);
    let mut events = vec![
        (0, Event::LaneStarted {}),
        (0, Event::TasksSubmitted { first: TaskId(0), count: 4, call: None }),
        (0, Event::WorkerSpawned { worker, slot: SlotId(0), pid: 40 }),
        (MS, Event::WorkerReady { worker }),
    ];
    for n in 0..4 {
        let (task, at) = (TaskId(n), MS * (2 + 2 * u64::from(n)));
        events.push((at, Event::TaskTaken { worker, first: task, count: 1, receive_ns: 0 }));
        events.push((at, Event::TaskLoaded { worker, task, bytes: 8, cpu_ns: 0 }));
        events.push((at + MS, Event::TaskFinished { worker, task, sum: Some(0), cpu_ns: MS, result_bytes: 0 }));
        events.push((at + MS, Event::TaskReleased { worker, task }));
    }
    let stamped = events.into_iter().map(|(at, event)| StampedEvent { at, lane: Some(LaneId(0)), event });
    let summary = apply_run(&run_of(vec![plan]), stamped.collect()).summary().expect("a run");
    let parts = summary.lanes[0].core_time_s.expect("a makespan");
    assert_eq!((parts.stall_width, parts.tail), (0.0, 0.0), "{parts:?}");
    assert!((parts.rest - 0.004).abs() < 1e-9, "four gaps of 1 ms: {parts:?}");
}

#[test]
fn private_memory_of_some_of_the_processes_is_a_lower_bound() {
    let memory = |sampled: u32, bytes: u64| {
        let lane = LaneOnOneCore { mode: Mode::Process, task_ms: 100, share: 1.0 };
        let mut events = lane.events(0);
        let (slot, at) = (SlotId(1), Some(LaneId(0)));
        let spawned = Event::WorkerSpawned { worker: WorkerId(1), slot, pid: 99 };
        events.insert(3, StampedEvent { at: 0, lane: at, event: spawned });
        for worker in 0..sampled {
            let sample = ProcessSample { private_bytes: Some(bytes), ..ProcessSample::default() };
            let event = Event::WorkerSampled { worker: WorkerId(worker), sample };
            events.push(StampedEvent { at: 200 * MS, lane: at, event });
        }
        events.push(StampedEvent { at: 250 * MS, lane: at, event: Event::LanePssSampled { bytes: 9_000 } });
        let plan = LanePlan { workers: 2, ..lane.plan(0) };
        let model = apply_run(&run_of(vec![plan]), events);
        let mut lanes = model.summary().expect("a run").lanes;
        lanes.remove(0)
    };
    let some = memory(1, 5_000);
    assert_eq!(
        (some.peak_private_bytes, some.peak_private_is_lower_bound, some.peak_pss_bytes),
        (Some(5_000), true, None)
    );
    assert_eq!(phrases::private_memory(&some), "private ≥ 5 kB · PSS –");
    let all = memory(2, 5_000);
    assert_eq!(phrases::private_memory(&all), "private 10 kB · PSS 9 kB");
    assert_eq!(phrases::private_memory(&memory(2, 3)), "private ≥ 6 B · PSS –", "less than the payload of 8 bytes");
    assert_eq!(phrases::private_memory(&memory(0, 0)), "private – · PSS –");
}

#[test]
fn repeat_that_was_cut_off_is_not_part_of_the_medians() {
    let whole = report_of((500, 1.0), (500, 1.0));
    let mut cut_off = whole.runs[0].clone();
    for lane in &mut cut_off.lanes {
        (lane.status, lane.makespan_s) = (Some(LaneStatus::Cancelled), Some(0.5));
        lane.tasks = lane.tasks.map(|tasks| TaskTotals { finished: 1, abandoned: 3, ..tasks });
        lane.result = None;
    }
    let runs: Vec<RunSummary> = vec![whole.runs[0].clone(), whole.runs[0].clone(), cut_off.clone()];
    let report = Report::new(&whole.run, runs);
    assert_eq!(report.lanes[0].makespan_s, whole.lanes[0].makespan_s);
    assert_eq!((report.verdict.reason, report.repeats), (DifferenceReason::Tie, 2));
    assert!(report.verdict_sentence().whole_sentence().ends_with("; of 3 runs 1 not finished."));
    let value = report_json(&report);
    assert_eq!((&value["repeats"], &value["unfinished_repeats"]), (&2.into(), &1.into()));
    assert_eq!(value["lanes"][0]["status"], "finished");
    assert_eq!(value["lanes"][0]["runs"][2]["status"], "cancelled");
    let only = Report::new(&whole.run, vec![cut_off]);
    assert_eq!(
        only.verdict_sentence().whole_sentence(),
        "pool was ended by you: no comparison; process was ended by you: no comparison."
    );
}

/// Multiplies all times of a run, and gives its workers CPU time that they cannot have had.
fn scaled(mut stamped: StampedEvent, time: u64, cpu: u64) -> StampedEvent {
    stamped.at *= time;
    match &mut stamped.event {
        Event::TaskLoaded { cpu_ns, .. }
        | Event::TaskProgressed { cpu_ns, .. }
        | Event::TaskFinished { cpu_ns, .. } => {
            *cpu_ns *= cpu;
        }
        Event::WorkerExited { usage: Some(usage), .. } | Event::WorkerFinished { usage, .. } => {
            usage.cpu_ns *= cpu;
            usage.run_delay_ns *= cpu;
        }
        Event::WorkerSampled { sample, .. } => sample.cpu_ns *= cpu,
        _ => {}
    }
    stamped
}

/// All numbers that are followed by a per-cent sign.
fn percentages(text: &str) -> impl Iterator<Item = f64> {
    text.split(" %")
        .map(|before| before.rsplit(' ').next().unwrap_or_default())
        .filter_map(|number| number.parse().ok())
}

/// Checks the report of a simulated run whose times and CPU times are multiplied.
fn check_figures(seed: u64, time: u64, cpu: u64, repeats: usize) {
    let simulation = Simulation::with_limits(seed, 24, 0);
    assert!(model_of(&simulation.in_order()).summary().is_some());
    let events: Vec<_> = simulation.in_order().into_iter().map(|event| scaled(event, time, cpu)).collect();
    let model = model_of(&events);
    let summary = model.summary().expect("a run");
    let report = Report::new(model.run().expect("a run"), vec![summary; repeats]);
    let texts =
        [written_text(|out| table::write(&report, None, out)), written_text(|out| markdown::write(&report, out))];
    let card =
        report.lanes.iter().flat_map(|lane| [phrases::core_use(lane), phrases::time_in_io_and_cpu(lane)].concat());
    for text in texts.into_iter().chain(card).chain(report.short_result()) {
        assert!(percentages(&text).all(|share| share <= 100.0), "{text}");
        assert!(!text.contains("of 0.0"), "{text}");
    }
    for lane in &report.lanes {
        assert!(lane.utilization.is_none_or(|used| used <= 1.0));
        assert!(lane.disturbance().is_none_or(|share| share <= 1.0));
    }
    let longest = report.lanes.iter().filter_map(|lane| lane.makespan_s).fold(0.0, f64::max);
    assert!(report.verdict.fastest.is_none() || longest >= 0.02, "{:?}", report.verdict);
    let written = written_text(|out| csv::write(&report, out));
    assert!(!written.contains("NaN") && !written.contains("inf"), "{written}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]
    #[test]
    fn no_report_has_more_than_100_percent_or_a_winner_below_20_ms(
        seed in any::<u64>(), time in 1_u64..10_000_000, cpu in 1_u64..10_000_000, repeats in 1_usize..4,
    ) {
        check_figures(seed, time, cpu, repeats);
    }
}

#[test]
fn no_share_of_a_core_time_that_rounds_to_0_is_given() {
    check_figures(812_373_981_016_754_148, 125_787, 1, 1);
}

/// A lane on two cores that others keep busy, whose only worker is ready after 1 ms and then uses hardly any time.
fn blocked_lane_beside_others(zero: u64) -> Model {
    let worker = WorkerId(0);
    let plan = LanePlan { cores: vec![0, 1], ..LaneOnOneCore { mode: Mode::Pool, task_ms: 1, share: 1.0 }.plan(0) };
    let sampled = |ms: u64| {
        let sample = ProcessSample { cpu_ns: ms * MS / 100, ..ProcessSample::default() };
        (zero + ms * MS, Some(LaneId(0)), Event::WorkerSampled { worker, sample })
    };
    let cores = |ms: u64| (ms * MS, None, Event::CoresSampled { loads: vec![(0, 1.0), (1, 1.0)] });
    let mut events = vec![
        (zero, Some(LaneId(0)), Event::LaneStarted {}),
        (zero, Some(LaneId(0)), Event::WorkerSpawned { worker, slot: SlotId(0), pid: 40 }),
        (zero + MS, Some(LaneId(0)), Event::WorkerReady { worker }),
        sampled(200),
        sampled(400),
        sampled(600),
    ];
    events.extend([250, 500, 750].map(cores));
    events.sort_by_key(|(at, ..)| *at);
    events.insert(0, (0, None, Event::RunStarted(Box::new(run_of(vec![plan])))));
    let mut model = Model::new();
    for (at, lane, event) in events {
        model.apply(&StampedEvent { at, lane, event }).unwrap();
    }
    model
}

#[test]
fn cores_used_by_others_right_after_the_start_are_not_the_lanes_own() {
    let model = blocked_lane_beside_others(0);
    for t in [300, 600, 800] {
        let used = model.core_use(LaneId(0), t * MS).unwrap();
        assert!(used.own < 0.1 && used.others > 1.9, "{t} ms: {used:?}");
    }
}

#[test]
fn use_of_cores_is_unknown_while_their_load_is_from_before_the_lane() {
    let model = blocked_lane_beside_others(240 * MS);
    assert_eq!(model.core_use(LaneId(0), 300 * MS), None);
    let used = model.core_use(LaneId(0), 600 * MS).unwrap();
    assert!(used.own < 0.1 && used.others > 1.9, "{used:?}");
}
