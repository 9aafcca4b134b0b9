//! Verdicts over lanes that differ in one thing, and reports of repeats.

use mpviz::event::workload::Workload;
use mpviz::event::{CorePolicy, LanePlan, LaneStatus, Machine, Mode, Run, WorkerId};
use mpviz::model::{
    CoreTime, DifferenceReason, Intervention, LaneSummary, ObservationCost, RunSummary, TaskTotals, Verdict, verdict,
};
use mpviz::report::phrases;
use mpviz::report::{Report, json};
use serde_json::Value;

pub(crate) fn lane_summary(mode: Mode, makespan: f64) -> LaneSummary {
    LaneSummary {
        mode,
        in_sweep: false,
        origin: None,
        engine: "native".into(),
        status: Some(LaneStatus::Finished),
        workers: 4,
        cores: vec![0, 1, 2, 3],
        result: Some(120),
        expected: Some(120),
        correct: Some(true),
        makespan_s: Some(makespan),
        startup_s: Some(0.02),
        receive_s: 0.0,
        load_s: Some(0.1),
        cpu_s: Some(9.0),
        ns_per_number: Some(91.0),
        io_blocked_s: Some(0.0),
        queue_wait_s: Some(3.0),
        run_queue_delay_s: Some(0.1),
        stall_core_s: Some(0.0),
        stall_io_core_s: Some(0.0),
        idle_tail_core_s: Some(0.5),
        utilization: Some(0.9),
        peak_queue: Some(12),
        mean_queue: Some(6.0),
        peak_resident_tasks: Some(4),
        peak_resident_bytes: Some(200_000_000),
        peak_private_bytes: None,
        peak_pss_bytes: None,
        tasks: Some(TaskTotals { submitted: 16, finished: 16, ..TaskTotals::default() }),
        workers_started: 4,
        workers_died: Some(0),
        workers_replaced: Some(0),
        voluntary_switches: Some(10),
        involuntary_switches: Some(3120),
        interventions: Vec::new(),
        usable_cores: Some(4),
        taken_by_others_core_s: Some(0.0),
        peak_private_is_lower_bound: false,
        program: None,
        problems: Vec::new(),
        wait_after_tasks_s: None,
        core_time_s: Some(CoreTime { adding: 9.0, rest: 4.0 * makespan - 9.0, ..CoreTime::default() }),
    }
}

fn run_description(cores: CorePolicy) -> Run {
    let plan = |mode| LanePlan {
        mode,
        engine: "native".into(),
        workers: 4,
        cores: vec![0, 1, 2, 3],
        gil: mode == Mode::Threads,
        unreported_gil: false,
        own_queues: false,
        chunk: 1,
        pool: None,
    };
    Run {
        version: "0.1.0".into(),
        command: vec!["mpviz".into()],
        machine: Machine { cores: 8, memory_bytes: 1, os: "Linux".into() },
        cores,
        workload: Some(Workload { numbers: 16, seed: u64::MAX, ..Workload::default() }),
        rounds_per_number: 1,
        program: None,
        lanes: vec![plan(Mode::Threads), plan(Mode::Process)],
        notes: Vec::new(),
        repeat: None,
        began_ms: None,
        graph: None,
    }
}

/// Returns the verdict over lanes under this core policy, with its sentence.
fn verdict_and_sentence(cores: CorePolicy, lanes: &[LaneSummary], spread: f64) -> (Verdict, String) {
    let verdict = verdict(lanes, spread);
    let sentence = phrases::verdict_sentence(&run_description(cores), lanes, &verdict).whole_sentence();
    (verdict, sentence)
}

/// Returns the verdict over a fast process lane and a lane that is slower for one reason.
fn verdict_for_slow_lane(
    mode: Mode,
    more: CoreTime,
    change: impl FnOnce(&mut LaneSummary),
) -> (DifferenceReason, String) {
    let fast = lane_summary(Mode::Process, 2.5);
    let CoreTime { adding, rest, .. } = fast.core_time_s.unwrap();
    let mut slow = lane_summary(mode, 5.0);
    slow.core_time_s = Some(CoreTime { adding: adding + more.adding, rest: rest + more.rest, ..more });
    change(&mut slow);
    let (verdict, sentence) = verdict_and_sentence(CorePolicy::Split, &[slow, fast], 0.0);
    assert_eq!(verdict.fastest, Some(Mode::Process));
    assert_eq!(verdict.ratio, Some(2.0));
    (verdict.reason, sentence)
}

#[test]
fn reason_is_the_term_that_differs_most() {
    let terms = CoreTime::default;
    assert_eq!(
        verdict_for_slow_lane(Mode::Pool, CoreTime { stall_io: 10.0, ..terms() }, |lane| {
            (lane.stall_core_s, lane.io_blocked_s) = (Some(14.8), Some(13.0));
        }),
        (
            DifferenceReason::StallIo,
            "process was 2.0× faster: pool's 4 workers blocked on I/O 65 % of the time, and 14.8 core-s idled while \
             tasks queued."
                .into()
        )
    );
    assert_eq!(
        verdict_for_slow_lane(Mode::Serial, CoreTime { stall_width: 10.0, ..terms() }, |lane| {
            (lane.workers, lane.stall_core_s) = (1, Some(27.0));
        }),
        (
            DifferenceReason::StallWidth,
            "process was 2.0× faster: serial's 1 process could not use 4 cores: 27.0 core-s idled while tasks \
             queued."
                .into()
        )
    );
    assert_eq!(
        verdict_for_slow_lane(Mode::Threads, CoreTime { tail: 10.0, ..terms() }, |lane| lane.idle_tail_core_s =
            Some(10.0)),
        (
            DifferenceReason::Tail,
            "process was 2.0× faster: threads' 4 threads shared one GIL, and 10.0 core-s went idle.".into()
        )
    );
    assert_eq!(
        verdict_for_slow_lane(Mode::Pool, CoreTime { starting: 10.0, ..terms() }, |lane| lane.startup_s = Some(2.45)),
        (DifferenceReason::Starting, "process was 2.0× faster: pool spent 2.45 of 5.00 s starting 4 workers.".into())
    );
    assert_eq!(
        verdict_for_slow_lane(Mode::Pool, CoreTime { rest: 10.0, ..terms() }, |_| {}),
        (
            DifferenceReason::Rest,
            "process was 2.0× faster: starting, releasing and the system took pool 11.0 core-s, process 1.0.".into()
        )
    );
    assert_eq!(
        verdict_for_slow_lane(Mode::Pool, CoreTime { rest: 10.0, ..terms() }, |lane| {
            (lane.peak_resident_tasks, lane.cpu_s) = (Some(64), Some(19.0));
        }),
        (
            DifferenceReason::Rest,
            "process was 2.0× faster: pool's 64 tasks took turns on 4 cores, 3120 forced switches.".into()
        )
    );
    assert_eq!(
        verdict_for_slow_lane(Mode::Pool, CoreTime { loading: 10.0, ..terms() }, |_| {}),
        (
            DifferenceReason::Loading,
            "process was 2.0× faster: writing payloads took pool 10.0 core-s, process 0.0.".into()
        )
    );
}

#[test]
fn differences_within_the_spread_are_ties() {
    let mut process = lane_summary(Mode::Process, 2.0);
    (process.peak_resident_tasks, process.peak_resident_bytes) = (Some(16), Some(800_000_000));
    let sentence = |spread, makespan| {
        let (verdict, sentence) =
            verdict_and_sentence(CorePolicy::Split, &[lane_summary(Mode::Pool, makespan), process.clone()], spread);
        (verdict.fastest, verdict.reason, sentence)
    };
    let tie = "same speed (pool 2.08 s, process 2.00 s); in memory: pool 200 MB (4 of 16 tasks), process 800 MB (16 of 16 \
               tasks).";
    assert_eq!(sentence(0.0, 2.08), (None, DifferenceReason::Tie, tie.into()));
    assert_eq!(sentence(0.0, 2.4).0, Some(Mode::Process));
    let (_, reason, words) = sentence(0.3, 2.4);
    assert_eq!(reason, DifferenceReason::Tie);
    let why = "no significant difference, because repeats of a lane differ by 30 % (pool 2.40 s, process 2.00 s); ";
    assert!(words.starts_with(why), "{words}");
}

/// Lanes of a pool with these numbers of workers and makespans, which stall in I/O, beside process with 3.3 s.
fn sweep(pools: &[(u32, f64)]) -> Vec<LaneSummary> {
    let pool = |(workers, makespan): &(u32, f64)| LaneSummary {
        in_sweep: true,
        workers: *workers,
        workers_started: *workers,
        io_blocked_s: Some(f64::from(*workers) * makespan * 0.9),
        stall_core_s: Some(20.0),
        core_time_s: Some(CoreTime { stall_io: 4.0 * makespan - 9.0, adding: 9.0, ..CoreTime::default() }),
        ..lane_summary(Mode::Pool, *makespan)
    };
    pools.iter().map(pool).chain([lane_summary(Mode::Process, 3.3)]).collect()
}

#[test]
fn lanes_of_a_mode_are_compared_by_their_workers() {
    let of = |lanes: &[LaneSummary]| verdict_and_sentence(CorePolicy::Turns, lanes, 0.0);
    let (verdict, sentence) = of(&sweep(&[(4, 9.0), (8, 5.0), (16, 3.4)]));
    assert_eq!((verdict.fastest, verdict.fastest_lane), (None, Some(3)), "pool×16 is equally fast");
    assert!(verdict.is_equally_fast(2) && verdict.is_equally_fast(3) && !verdict.is_equally_fast(1));
    assert_eq!(
        sentence,
        "process was 2.7× faster than pool with 4 workers: pool's 4 workers blocked on I/O 90 % of the time, and 20.0 \
         core-s idled while tasks queued; pool×16 was equally fast."
    );
    let (verdict, sentence) = of(&sweep(&[(1, 9.0), (8, 5.0), (16, 3.4)])[..3]);
    assert_eq!((verdict.fastest, verdict.fastest_lane), (Some(Mode::Pool), Some(2)));
    assert_eq!(
        sentence,
        "pool with 16 workers was 2.6× faster than with 1: pool's 1 worker blocked on I/O 90 % of the time, and 20.0 \
         core-s idled while tasks queued."
    );
    let (_, sentence) = of(&sweep(&[(4, 3.3), (8, 3.3)])[..2]);
    assert!(sentence.starts_with("same speed (pool×4 3.30 s, pool×8 3.30 s); "), "{sentence}");
    let mut killed = sweep(&[(4, 9.0), (8, 5.0)]);
    killed[0].tasks.as_mut().unwrap().lost = 1;
    let (_, sentence) = of(&killed);
    assert!(sentence.ends_with("; pool×4 ended with 1 task lost: its result is incomplete."), "{sentence}");
}

#[test]
fn json_result_names_the_fastest_lane_by_index() {
    let run = Run { lanes: Vec::new(), ..run_description(CorePolicy::Turns) };
    let lanes = sweep(&[(4, 9.0), (16, 2.0)]);
    let plans = lanes.iter().map(|lane| LanePlan {
        mode: lane.mode,
        workers: lane.workers,
        ..run_description(CorePolicy::Turns).lanes[0].clone()
    });
    let run = Run { lanes: plans.collect(), ..run };
    let report = json_report(&Report::new(
        &run,
        vec![RunSummary { lanes, observer: ObservationCost::default(), program: None }],
    ));
    assert_eq!(report["verdict"]["fastest"], "pool");
    assert_eq!(report["verdict"]["fastest_lane"], 1);
}

#[test]
fn interrupted_lanes_are_not_compared() {
    let sentence = |change: fn(&mut LaneSummary)| {
        let mut pool = lane_summary(Mode::Pool, 9.0);
        change(&mut pool);
        let (verdict, sentence) =
            verdict_and_sentence(CorePolicy::Split, &[pool, lane_summary(Mode::Process, 2.0)], 0.0);
        assert_eq!((verdict.fastest, verdict.ratio, verdict.reason), (None, None, DifferenceReason::NotComparable));
        sentence
    };
    assert_eq!(
        sentence(|pool| pool.interventions.push(Intervention::Suspended { at_s: 1.0, for_s: 3.2 })),
        "pool was suspended by you for 3.20 s: no comparison."
    );
    assert_eq!(
        sentence(|pool| pool.interventions.push(Intervention::Killed { at_s: 1.0, worker: WorkerId(2) })),
        "you killed 1 worker of pool: no comparison."
    );
    assert_eq!(sentence(|pool| pool.status = Some(LaneStatus::Cancelled)), "pool was ended by you: no comparison.");
    let cut_off = sentence(|pool| pool.status = None);
    assert_eq!(cut_off, "the recording ends before pool did.");
    assert_eq!(sentence(|pool| pool.correct = Some(false)), "pool's result is wrong.");
    assert_eq!(
        sentence(|pool| pool.tasks.as_mut().unwrap().lost = 1),
        "pool ended with 1 task lost: its result is incomplete."
    );
    assert_eq!(sentence(|pool| pool.makespan_s = None), "pool finished no task.");
}

#[test]
fn lanes_on_shared_cores_compete() {
    let (_, sentence) = verdict_and_sentence(
        CorePolicy::Shared,
        &[lane_summary(Mode::Pool, 4.0), lane_summary(Mode::Process, 2.0)],
        0.0,
    );
    assert_eq!(
        sentence,
        "process was 2.0× faster: the other lanes took 7.0 of pool's 16.0 core-s; the lanes competed for the same 4 cores."
    );
}

fn report_of_repeats(makespans: &[f64]) -> Report {
    let observer =
        ObservationCost { events: 10, late_events: 1, max_late_ns: 5, cpu_ns: 7, ..ObservationCost::default() };
    let of = |makespan: &f64| RunSummary {
        lanes: vec![lane_summary(Mode::Pool, *makespan), lane_summary(Mode::Process, 2.0)],
        observer,
        program: None,
    };
    Report::new(&run_description(CorePolicy::Split), makespans.iter().map(of).collect())
}

#[test]
fn repeats_give_medians_and_a_range() {
    let report = report_of_repeats(&[3.0, 2.2, 2.6]);
    assert_eq!(report.lanes[0].makespan_s, Some(2.6));
    assert_eq!(report.lanes[0].core_time_s, lane_summary(Mode::Pool, 2.6).core_time_s);
    // Of two it is their mean, and the core times add up to it.
    let two = &report_of_repeats(&[3.0, 2.0]).lanes[0];
    assert_eq!((two.makespan_s, two.core_time_s), (Some(2.5), lane_summary(Mode::Pool, 2.5).core_time_s));
    // The repeats differ by 0.8 of 2.6 s, which is more than the 30 % between the lanes.
    assert_eq!(report.verdict.reason, DifferenceReason::Tie);
    assert_eq!(report_of_repeats(&[2.6, 2.6, 2.61]).verdict.fastest, Some(Mode::Process));
    assert_eq!((report.observer.events, report.observer.late_events, report.observer.cpu_ns), (30, 3, 7));
    assert_eq!(report.exit_code(), 0);
    let mut failed = report.runs;
    failed[1].lanes[0].tasks.as_mut().unwrap().failed = 1;
    assert_eq!(Report::new(&report.run, failed).exit_code(), 3);
}

/// The documented keys of the JSON report by path, in order.
const DOCUMENTED_KEYS: &[(&str, &str)] = &[
    ("", "schema version command machine cores repeats workload lanes verdict observer"),
    ("/machine", "cores memory_bytes os"),
    (
        "/workload",
        "numbers tasks cost_ns rounds_per_number payload_bytes io io_latency_ns io_kind seed skew chunksize \
         max_tasks_per_worker gil",
    ),
    (
        "/lanes/0",
        "mode engine status workers cores result expected correct makespan_s startup_s load_s cpu_s ns_per_number \
         io_blocked_s queue_wait_s run_queue_delay_s stall_core_s stall_io_core_s idle_tail_core_s utilization peak_queue \
         mean_queue peak_resident_tasks peak_resident_bytes peak_private_bytes peak_pss_bytes tasks workers_started \
         workers_died workers_replaced voluntary_switches involuntary_switches interventions usable_cores \
         taken_by_others_core_s peak_private_is_lower_bound runs",
    ),
    ("/lanes/0/tasks", "submitted finished failed lost abandoned"),
    ("/verdict", "fastest ratio reason sentence fastest_lane"),
    ("/observer", "cpu_s events late_events max_late_ns skipped_samples peak_bytes longest_unseen_ns"),
];

fn json_report(report: &Report) -> Value {
    let mut out = Vec::new();
    json::write(report, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

#[test]
fn core_time_of_other_programs_is_a_doubt() {
    // The core time of the slow lane is 20 core-s.
    let doubts = |taken_by_others_core_s| {
        let slow = LaneSummary { taken_by_others_core_s, ..lane_summary(Mode::Threads, 5.0) };
        let run_summary = RunSummary {
            lanes: vec![slow, lane_summary(Mode::Process, 2.5)],
            observer: ObservationCost::default(),
            program: None,
        };
        json_report(&Report::new(&run_description(CorePolicy::Split), vec![run_summary]))["doubts"].clone()
    };
    let expected = "other programs took 55 % of the core time of threads: repeat on a quiet machine for better figures";
    assert_eq!(doubts(Some(11.0)), serde_json::json!([expected]));
    assert_eq!(doubts(Some(2.0)), serde_json::json!([]));
    assert_eq!(doubts(None), serde_json::json!([]));
}

#[test]
fn pause_of_mpviz_is_a_doubt() {
    let doubts = |longest_unseen_ns| {
        let observer = ObservationCost { longest_unseen_ns, ..ObservationCost::default() };
        let lanes = vec![lane_summary(Mode::Pool, 2.0), lane_summary(Mode::Process, 2.5)];
        json_report(&Report::new(
            &run_description(CorePolicy::Split),
            vec![RunSummary { lanes, observer, program: None }],
        ))["doubts"]
            .clone()
    };
    let expected =
        "mpviz itself was held up for 1.25 s, stopped or without a core, and may have delayed its workers: repeat";
    assert_eq!(doubts(1_250_000_000), serde_json::json!([expected]));
    assert_eq!(doubts(999_999_999), serde_json::json!([]));
}

#[test]
fn json_keys_are_a_contract() {
    let value = json_report(&report_of_repeats(&[3.0, 2.2]));
    for (path, keys) in DOCUMENTED_KEYS {
        let expected: Vec<_> = keys.split_whitespace().collect();
        let object = value.pointer(path).and_then(Value::as_object).unwrap_or_else(|| panic!("no object {path}"));
        let found: Vec<_> = object.keys().take(expected.len()).collect();
        assert_eq!(found, expected, "{path}");
    }
    assert_eq!(value["lanes"][0]["result"], "120");
    assert_eq!(value["lanes"][0]["expected"], "120");
    assert_eq!(value["workload"]["seed"], u64::MAX.to_string(), "a JSON number would be rounded");
    assert_eq!(value["lanes"][0]["runs"][1]["makespan_s"], 2.2);
    assert_eq!(value["verdict"]["reason"], "tie");
    assert_eq!(value["verdict"]["fastest"], Value::Null);
}
