//! Predictions from measured tasks.

use mpviz::event::workload::{ChunkSize, Workload};
use mpviz::event::{Event, LaneId, Machine, Mode, StampedEvent};
use mpviz::model::Model;
use mpviz::source::simulation::{
    Accuracy, Description, InterpreterCosts, MachineConstants, Plan, ProfileError, TaskProfile, TaskRecorder,
    Uncertainty, WorkloadProfile, choose_plan, simulate, simulate_run,
};
use proptest::prelude::*;

use crate::support::measured_tasks::{MACHINE, sixty_four_tasks};

const MS: f64 = 1e6;

/// A machine on which only the tasks cost time.
fn free() -> MachineConstants {
    MachineConstants {
        fork_ns: 0.0,
        child_start_ns: 0.0,
        exit_ns: 0.0,
        interpreter: InterpreterCosts::default(),
        first_task_ns: 0.0,
        task_ns: 0.0,
        record_ns: 0.0,
        gil_handoff_ns: 0.0,
        timer_slack_ns: 0.0,
        load_ns_per_byte: 0.0,
        release_ns_per_byte: 0.0,
        io_operation_ns: 0.0,
        parent: None,
    }
}

fn plan(mode: Mode, workers: u32) -> Plan {
    Plan { mode, gil: true, workers, chunk: ChunkSize::Tasks(1), cores: 2 }
}

fn seconds(profile: &WorkloadProfile, plan: Plan, constants: &MachineConstants) -> f64 {
    simulate(profile, &plan, constants).makespan_ns / 1e9
}

#[test]
fn known_predictions_are_reached_within_two_per_cent() {
    let profile = sixty_four_tasks();
    let auto = Plan { chunk: ChunkSize::Auto, ..plan(Mode::Pool, 16) };
    let expected = [
        (plan(Mode::Serial, 1), 1.925),
        (plan(Mode::Threads, 2), 0.972),
        (plan(Mode::Threads, 8), 0.460),
        (plan(Mode::Pool, 2), 0.964),
        (plan(Mode::Pool, 4), 0.497),
        (plan(Mode::Pool, 8), 0.294),
        (plan(Mode::Pool, 16), 0.227),
        (plan(Mode::Pool, 64), 0.260),
        (plan(Mode::Process, 1), 0.260),
        (auto, 0.227),
    ];
    let found: Vec<_> = expected.iter().map(|(plan, _)| seconds(&profile, *plan, &MACHINE)).collect();
    for ((plan, expected), found) in expected.iter().zip(&found) {
        assert!((found / expected - 1.0).abs() < 0.02, "{plan:?}: {found} instead of {expected}; all: {found:?}");
    }
}

#[test]
fn the_fewest_workers_that_tie_with_the_best_are_chosen() {
    let profile = sixty_four_tasks();
    let plans = [2, 4, 8, 16, 32, 64].map(|workers| plan(Mode::Pool, workers));
    let predicted: Vec<_> = plans.iter().map(|plan| (*plan, simulate(&profile, plan, &MACHINE))).collect();
    assert_eq!(choose_plan(64, &predicted), Some(3));
    assert_eq!(choose_plan(64, &[]), None);
}

#[test]
fn threads_with_a_gil_compute_one_at_a_time_and_wait_together() {
    // Two threads compute 100 ms each: a switch every 5 ms, each with a hand-over of 0.09 ms.
    let computing = TaskProfile { first_burst_ns: 100.0 * MS, ..TaskProfile::default() };
    let two = WorkloadProfile { tasks: vec![computing; 2] };
    let found = seconds(&two, plan(Mode::Threads, 2), &MachineConstants { gil_handoff_ns: 0.09 * MS, ..free() });
    // 39 forced switches; the end of the first thread is one more hand-over.
    assert!((found - 0.2035).abs() < 0.0003, "{found}");
    let without = Plan { gil: false, ..plan(Mode::Threads, 2) };
    assert!((seconds(&two, without, &free()) - 0.1).abs() < 1e-6);
    let waiting = TaskProfile { waits: 1, wait_ns: 100.0 * MS, ..TaskProfile::default() };
    let waits = WorkloadProfile { tasks: vec![waiting; 2] };
    assert!((seconds(&waits, plan(Mode::Threads, 2), &free()) - 0.1).abs() < 1e-6);
}

/// The holder that was forced to release queues behind threads that came during the hand-over.
#[test]
fn a_short_burst_waits_one_switch_interval_for_a_long_one() {
    let long = TaskProfile { first_burst_ns: 400.0 * MS, ..TaskProfile::default() };
    let short = TaskProfile { burst_ns: 0.1 * MS, waits: 10, wait_ns: MS, ..TaskProfile::default() };
    let profile = WorkloadProfile { tasks: vec![long, short] };
    let mut finished = 0;
    let (workload, machine) = header();
    simulate_run(&profile, &plan(Mode::Threads, 2), &free(), &workload, &machine, |stamped| {
        if matches!(stamped.event, Event::TaskFinished { task, .. } if task.0 == 1) {
            finished = stamped.at;
        }
    });
    // Each of its ten bursts, and the first, empty one, waits 5 ms.
    assert!((60_000_000..=70_000_000).contains(&finished), "{finished}");
}

fn header() -> (Workload, Machine) {
    let machine = Machine { cores: 2, memory_bytes: 0, os: "test".into() };
    (Workload { io: 5, ..Workload::default() }, machine)
}

fn events_of(profile: &WorkloadProfile, plan: &Plan) -> (Vec<StampedEvent>, f64) {
    let (workload, machine) = header();
    let mut events = Vec::new();
    let prediction = simulate_run(profile, plan, &MACHINE, &workload, &machine, |stamped| events.push(stamped));
    (events, prediction.makespan_ns)
}

#[test]
fn the_model_folds_a_simulated_run_into_the_same_makespan() {
    for mode in Mode::ALL_VARIANTS {
        for workers in [1, 3, 8] {
            let (events, makespan) = events_of(&sixty_four_tasks(), &plan(mode, workers));
            let mut model = Model::new();
            for event in &events {
                model.apply(event).unwrap();
            }
            let lane = &model.lanes()[0];
            assert_eq!(lane.makespan(), Some(makespan.round() as u64));
            assert_eq!(lane.counts_at(model.duration()).finished, 64);
            assert!(events.is_sorted_by_key(|stamped| stamped.at));
        }
    }
}

#[test]
fn tasks_measured_from_events_predict_the_lane_itself() {
    for (mode, workers) in [(Mode::Pool, 4), (Mode::Process, 1), (Mode::Serial, 1)] {
        let (mut events, makespan) = events_of(&sixty_four_tasks(), &plan(mode, workers));
        let mut recorder = TaskRecorder::new(LaneId(0));
        for stamped in &events {
            recorder.apply(stamped);
        }
        assert_eq!(recorder.finish(&MACHINE), Err(ProfileError::Simulated));
        let Event::RunStarted(run) = &mut events[0].event else { panic!("no start") };
        run.lanes[0].engine = "native".into();
        let mut recorder = TaskRecorder::new(LaneId(0));
        for stamped in &events {
            recorder.apply(stamped);
        }
        let recorded = recorder.finish(&MACHINE).unwrap();
        assert!((recorded.makespan_ns - makespan).abs() < 1.0);
        let again = simulate(&recorded.profile, &plan(mode, workers), &MACHINE).makespan_ns;
        assert!((again / makespan - 1.0).abs() < 0.02, "{mode:?}: {again} instead of {makespan}");
    }
}

#[test]
fn a_description_is_checked_and_its_tasks_wait_for_the_timer_too() {
    let described = Description { tasks: 500, cpu: 20_000_000, io: 80_000_000, io_operations: 4, memory: 5_000_000 };
    let profile = described.profile(&MACHINE).unwrap();
    assert_eq!(profile.tasks.len(), 500);
    let mean = |of: fn(&TaskProfile) -> f64| profile.tasks.iter().map(of).sum::<f64>() / 500.0;
    assert!((mean(TaskProfile::waits_ns) - 80.44 * MS).abs() < 0.1 * MS);
    assert!((mean(TaskProfile::bursts_ns) - 20.16 * MS).abs() < 1.0);
    assert!(Description { tasks: 0, ..described }.check().is_err());
    assert!(Description { io_operations: 0, ..described }.check().is_err());
    assert!(Description { cpu: 0, io: 0, io_operations: 0, ..described }.check().is_err());
}

#[test]
fn a_million_long_tasks_are_simulated() {
    let task = TaskProfile { first_burst_ns: 8.64e13, bytes: 1 << 35, ..TaskProfile::default() };
    let profile = WorkloadProfile { tasks: vec![task; 1_000_000] };
    let found = seconds(&profile, plan(Mode::Pool, 64), &MACHINE);
    assert!((found / (1e6 * 8.64e4 / 2.0) - 1.0).abs() < 0.01, "{found}");
}

#[test]
fn confirming_runs_narrow_an_interval() {
    let confirmed = Uncertainty::confirmed(0.06, &[(1.0, 1.0), (0.98, 1.0), (1.02, 1.0)]).unwrap();
    assert!((confirmed.share() - (0.03 + 1.0 / 0.98 - 1.0)).abs() < 1e-9);
    assert!(confirmed.share() < Uncertainty::DEFAULT.share());
    assert!(confirmed.interval_around(100.0).contains(104.0));
    assert!(!confirmed.interval_around(100.0).contains(106.0));
    assert_eq!(Uncertainty::confirmed(0.06, &[]), None);
}

#[test]
fn the_noise_floor_is_the_difference_between_repeats() {
    let default = Accuracy::default().noise_floor();
    assert!(!default.is_measured);
    let noise = Accuracy::from_repeats(vec![100.0, 102.0, 101.0, 100.0, 101.0, 120.0]).noise_floor();
    assert!(noise.is_measured);
    assert_eq!(Accuracy::from_repeats(vec![100.0; 5]).noise_floor(), default, "too few repeats");
    assert!((0.01..0.03).contains(&noise.median), "{noise:?}");
    assert!((noise.p95 - 0.2).abs() < 1e-9, "{noise:?}");
}

#[test]
fn errors_of_enough_real_runs_replace_the_default_interval() {
    let mut accuracy = Accuracy::default();
    let errors: Vec<f64> = (1..Accuracy::MIN_ERRORS).map(|n| n as f64 / 100.0).collect();
    accuracy.add_errors(&errors);
    assert_eq!(accuracy.uncertainty(), Uncertainty::DEFAULT);
    accuracy.add_errors(&[0.5]);
    assert!(accuracy.interval_width().is_learnt());
    let covered = errors.iter().chain(&[0.5]).filter(|error| **error <= accuracy.uncertainty().share()).count();
    assert!((18..20).contains(&covered), "{:?}", accuracy.uncertainty());
    // Old errors are forgotten.
    accuracy.add_errors(&[0.01; 100]);
    assert!((accuracy.uncertainty().share() - 0.01).abs() < 1e-9);
}

#[test]
fn an_error_is_the_least_interval_that_contains_what_was_measured() {
    for (predicted, measured) in [(100.0, 80.0), (80.0, 100.0), (100.0, 250.0)] {
        let interval = Uncertainty::learnt(&[Uncertainty::error(predicted, measured)]).unwrap();
        assert!(interval.at_least(interval.share() + 1e-9).interval_around(predicted).contains(measured));
        let narrower = Uncertainty::learnt(&[interval.share() - 1e-3]).unwrap();
        assert!(!narrower.interval_around(predicted).contains(measured));
    }
}

fn any_task() -> impl Strategy<Value = TaskProfile> {
    (0..3_000_000_u32, 0..3_000_000_u32, 0..4_u32, 0..5_000_000_u32).prop_map(|(load, burst, waits, wait)| {
        TaskProfile {
            load_ns: f64::from(load),
            first_burst_ns: f64::from(burst),
            burst_ns: f64::from(burst) / 2.0,
            waits,
            wait_ns: f64::from(wait),
            release_ns: 0.0,
            bytes: 1,
            ..TaskProfile::default()
        }
    })
}

proptest! {
    #[test]
    fn no_plan_is_faster_than_its_cores_and_its_longest_task(
        tasks in prop::collection::vec(any_task(), 1..60),
        workers in 1..20_u32,
        cores in 1..5_u32,
        mode in 0..4_usize,
        gil: bool,
    ) {
        let profile = WorkloadProfile { tasks };
        let plan = Plan { gil, cores, ..plan(Mode::ALL_VARIANTS[mode], workers) };
        let cpu: f64 = profile.tasks.iter().map(TaskProfile::cpu_ns).sum();
        let longest = profile.tasks.iter().map(TaskProfile::duration_ns).fold(0.0, f64::max);
        for constants in [free(), MACHINE] {
            let found = simulate(&profile, &plan, &constants);
            let width = if plan.has_gil() { 1.0 } else { f64::from(cores) };
            prop_assert!(found.makespan_ns >= (cpu / width).max(longest) - 1.0);
            prop_assert_eq!(found, simulate(&profile, &plan, &constants));
            prop_assert!(found.cores_used() <= f64::from(cores) + 1e-6);
            prop_assert!(found.peak_tasks <= plan.slots(profile.tasks.len() as u32));
        }
    }

    #[test]
    fn serial_takes_the_sum_of_its_tasks(tasks in prop::collection::vec(any_task(), 1..60)) {
        let sum: f64 = tasks.iter().map(TaskProfile::duration_ns).sum();
        let found = simulate(&WorkloadProfile { tasks }, &plan(Mode::Serial, 1), &free()).makespan_ns;
        prop_assert!((found - sum).abs() < 1.0);
    }

    #[test]
    fn more_workers_are_never_slower_for_equal_tasks_without_costs(task in any_task(), count in 1..60_usize) {
        let profile = WorkloadProfile { tasks: vec![task; count] };
        let times: Vec<f64> = (0..6).map(|n| seconds(&profile, plan(Mode::Pool, 1 << n), &free())).collect();
        // Discrete waves of tasks can make a doubling slower by part of one task, never by more.
        for pair in times.windows(2) {
            prop_assert!(pair[1] <= pair[0] + task.duration_ns() / 1e9 + 1e-9, "{times:?}");
        }
    }
}
