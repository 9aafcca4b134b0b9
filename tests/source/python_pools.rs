//! Predictions of Python pools from recordings of watched programs.

use mpviz::event::workload::{ChunkSize, Workload};
use mpviz::event::{Event, LaneId, Machine, Mode, PoolKind, StampedEvent};
use mpviz::model::{Finding, Lane, Model, RunSummary};
use mpviz::report::phrases::finding_change;
use mpviz::source::simulation::{
    Advice, Arrival, Capacity, Effect, MachineConstants, Plan, ProfileError, RecordedWorkload, Reservation,
    RunRecorder, predict_remedies, reservations, simulate, simulate_run,
};

use crate::support::measured_tasks::MACHINE;
use crate::support::program::Phase::{Cpu, Lock, Wait};
use crate::support::program::{Phase, StoryCall, StoryPool, StoryProgram};

fn program_of(pools: Vec<StoryPool>) -> StoryProgram {
    let mut program = StoryProgram::new(pools, 1_000_000);
    let model = program.model_at(900_000);
    let ended = model.lanes().iter().filter_map(Lane::end_and_status).map(|(at, _)| at).max();
    program.end = ended.map_or(30_000, |at| at / 1_000_000) + 10;
    program
}

fn pool_of(workers: u32, tasks: u32, phases: fn(u32) -> Vec<Phase>) -> StoryPool {
    StoryPool { start_up: 1, ..StoryPool::new(workers, vec![StoryCall::map(50, tasks, phases)]) }
}

fn recorder_of(program: &StoryProgram) -> RunRecorder {
    let mut recorder = RunRecorder::default();
    program.events().iter().for_each(|event| recorder.apply(event));
    recorder
}

fn recorded(program: &StoryProgram) -> Result<RecordedWorkload, ProfileError> {
    recorder_of(program).finish(LaneId(0), None, &MACHINE)
}

fn makespan_ms(recorded: &RecordedWorkload, mode: Mode, workers: u32) -> f64 {
    let plan = Plan { mode, gil: true, workers, chunk: recorded.chunk, cores: 4 };
    simulate(&recorded.profile, &plan, &recorded.constants).makespan_ns / 1e6
}

fn is_close(found: f64, expected: f64, share: f64) -> bool {
    (found / expected - 1.0).abs() < share
}

#[test]
fn a_recorded_pool_predicts_itself_and_other_numbers_of_workers() {
    let recorded = recorded(&program_of(vec![pool_of(4, 80, |_| vec![Cpu(1), Wait(39)])])).unwrap();
    assert!(is_close(makespan_ms(&recorded, Mode::Pool, 4), recorded.makespan_ns / 1e6, 0.03));
    // From the start of the last worker to the call it takes 16 ms, and each task 40 ms of a worker.
    assert!(is_close(makespan_ms(&recorded, Mode::Pool, 1), 17.0 + 80.0 * 40.0, 0.03));
    assert!(is_close(makespan_ms(&recorded, Mode::Pool, 8), 24.0 + 10.0 * 40.0, 0.05));
    // One thread at a time computes.
    assert!(makespan_ms(&recorded, Mode::Threads, 80) >= 16.0 + 80.0);
    assert_eq!(recorded.conditions.python, Some(Mode::Pool));
    assert!(is_close(recorded.constants.fork_ns, 1e6, 1e-6), "one worker is started each ms");
}

#[test]
fn the_time_between_two_calls_stays_whatever_runs_them() {
    let mut pool = pool_of(4, 40, |_| vec![Cpu(1), Wait(39)]);
    pool.calls.push(StoryCall::map(2_000, 40, |_| vec![Cpu(1), Wait(39)]));
    let recorded = recorded(&program_of(vec![pool])).unwrap();
    let arrivals: Vec<_> = recorded.profile.tasks.iter().map(|task| task.arrival).collect();
    assert!(matches!(arrivals[0], Arrival::WhenIdle(_)) && arrivals[1] == Arrival::WithPrevious);
    assert!(matches!(arrivals[40], Arrival::WhenIdle(gap) if (1.4e9..1.7e9).contains(&gap)), "{:?}", arrivals[40]);
    let busy_ms = 2.0 * 40.0 * 40.0;
    let saved = makespan_ms(&recorded, Mode::Pool, 4) - makespan_ms(&recorded, Mode::Pool, 8);
    assert!(is_close(saved, busy_ms / 4.0 - busy_ms / 8.0, 0.05), "{saved}");
}

#[test]
fn chunks_are_divided_into_items_and_the_default_size_depends_on_the_workers() {
    let mut pool = pool_of(4, 16, |_| vec![Cpu(40)]);
    pool.calls[0].chunk = 10;
    let explicit = recorded(&program_of(vec![pool.clone()])).unwrap();
    assert_eq!((explicit.profile.tasks.len(), explicit.chunk), (160, ChunkSize::Auto), "as Pool.map divides 160 items");
    assert!(is_close(explicit.profile.tasks[0].cpu_ns(), 4e6, 0.01));
    (pool.calls[0].tasks, pool.calls[0].chunk) = (10, 20);
    assert_eq!(recorded(&program_of(vec![pool])).unwrap().chunk, ChunkSize::Tasks(20));
}

#[test]
fn items_of_growing_chunks_grow_within_them() {
    let mut pool = pool_of(4, 10, |n| vec![Cpu(u64::from(n + 1) * 100)]);
    pool.calls[0].chunk = 20;
    let recorded = recorded(&program_of(vec![pool])).unwrap();
    let cpu_ms: Vec<f64> = recorded.profile.tasks.iter().map(|task| task.cpu_ns() / 1e6).collect();
    assert!(cpu_ms.is_sorted(), "{cpu_ms:?}");
    assert!(is_close(cpu_ms.iter().sum::<f64>(), 5_500.0, 0.01));
    assert!(is_close(cpu_ms[199], 52.5, 0.01), "half a chunk's growth more than the mean of 50 ms");
}

#[test]
fn what_only_first_tasks_need_is_predicted_for_each_worker() {
    let importing = |n| vec![Cpu(if n < 4 { 11 } else { 1 }), Wait(39)];
    let recorded = recorded(&program_of(vec![pool_of(4, 80, importing)])).unwrap();
    assert!(is_close(recorded.constants.first_task_ns, 10e6, 0.05), "{:?}", recorded.constants);
    assert!(recorded.profile.tasks.iter().all(|task| is_close(task.cpu_ns(), 1e6, 0.05)));
    let without = MachineConstants { first_task_ns: 0.0, ..recorded.constants };
    let plain = RecordedWorkload { constants: without, ..recorded.clone() };
    let added_ms = |mode, workers| makespan_ms(&recorded, mode, workers) - makespan_ms(&plain, mode, workers);
    assert!(is_close(added_ms(Mode::Pool, 1), 10.0, 0.1));
    assert!(added_ms(Mode::Pool, 80) >= 0.9 * 80.0 * 10.0 / 4.0, "80 processes need four cores for 200 ms");
    assert!(is_close(added_ms(Mode::Threads, 80), 10.0, 0.5), "threads import once");
    let shrinking = program_of(vec![pool_of(4, 40, |n| vec![Cpu(u64::from(50 - n))])]);
    assert!(self::recorded(&shrinking).unwrap().constants.first_task_ns <= 5e6, "no more than from one to the next");
    let varied = program_of(vec![pool_of(4, 80, |n| vec![Cpu(u64::from(n * 7 % 20) + 1)])]);
    assert!(self::recorded(&varied).unwrap().constants.first_task_ns <= 0.0);
}

#[test]
fn eager_processes_have_the_memory_that_was_sampled_in_workers() {
    let events = program_of(vec![pool_of(4, 80, |_| vec![Cpu(10), Wait(30)])]).events();
    let mut recorder = RunRecorder::default();
    let with_memory = |stamped: &StampedEvent| {
        let mut stamped = stamped.clone();
        if let Event::WorkerSampled { sample, .. } = &mut stamped.event {
            sample.private_bytes = Some(3_000_500);
        }
        stamped
    };
    for stamped in &events {
        recorder.apply(&with_memory(stamped));
    }
    let sampled = recorder.finish(LaneId(0), None, &MACHINE).unwrap();
    let bytes = sampled.profile.tasks[0].bytes;
    assert_eq!(sampled.constants.interpreter.process_bytes, 3_000_500 - bytes);
    let plan = Plan { mode: Mode::Process, gil: true, workers: 80, chunk: ChunkSize::Tasks(1), cores: 4 };
    let eager = simulate(&sampled.profile, &plan, &sampled.constants);
    assert!(eager.peak_memory > 10 * 3_000_000 && eager.peak_memory <= 80 * 3_000_500, "{eager:?}");
    assert_eq!(eager.processes, 80);
}

fn effect_of(program: &StoryProgram, mode: Mode, wanted: Reservation) -> Option<Effect> {
    let recorded = recorded(program).unwrap();
    let plan = Plan { mode, gil: true, workers: 8, chunk: ChunkSize::Tasks(1), cores: 4 };
    let found = reservations(&recorded.profile, Some(&recorded.conditions), &plan);
    found.into_iter().find(|found| *found == wanted).map(Reservation::effect)
}

#[test]
fn recordings_that_tell_too_little_are_refused_and_less_sure_ones_widened() {
    let sleeping: fn(u32) -> Vec<Phase> = |_| vec![Cpu(10), Wait(30)];
    let simple = program_of(vec![pool_of(4, 80, sleeping)]);
    assert!(matches!(effect_of(&simple, Mode::Pool, Reservation::Python), Some(Effect::Widened(_))));
    assert!(matches!(effect_of(&simple, Mode::Threads, Reservation::OtherPythonMode), Some(Effect::Widened(_))));
    for refused in [Reservation::Locks, Reservation::OtherPools, Reservation::ReplacedWorkers] {
        assert_eq!(effect_of(&simple, Mode::Pool, refused), None);
    }
    let locked = program_of(vec![pool_of(4, 80, |_| vec![Lock(90), Cpu(20)])]);
    assert_eq!(effect_of(&locked, Mode::Pool, Reservation::Locks), Some(Effect::Refused));
    let beside = program_of(vec![pool_of(4, 80, sleeping), StoryPool { line: 60, ..pool_of(4, 80, sleeping) }]);
    assert_eq!(effect_of(&beside, Mode::Pool, Reservation::OtherPools), Some(Effect::Refused));
    // The other pool has its tasks between two calls of the recorded one, about 2 s each.
    let calls = [50, 6_000].map(|at| StoryCall { at, ..StoryCall::map(50, 80, sleeping) });
    let between = StoryPool { line: 60, ..StoryPool::new(4, vec![StoryCall::map(3_000, 80, sleeping)]) };
    let in_turn = program_of(vec![StoryPool { start_up: 1, ..StoryPool::new(4, calls.to_vec()) }, between]);
    assert_eq!(effect_of(&in_turn, Mode::Pool, Reservation::OtherPools), None);
    let again = program_of(vec![StoryPool { opened: vec![30, 3_000], ..pool_of(4, 40, sleeping) }]);
    assert_eq!(effect_of(&again, Mode::Pool, Reservation::ReplacedWorkers), Some(Effect::Refused));
    let killed = program_of(vec![StoryPool { killed: Some((300, 1)), ..pool_of(4, 40, sleeping) }]);
    assert_eq!(recorded(&killed), Err(ProfileError::Unfinished));
    let processes = program_of(vec![StoryPool { kind: PoolKind::Processes, ..pool_of(4, 4, sleeping) }]);
    assert_eq!(recorded(&processes), Err(ProfileError::NoPool));
}

#[test]
fn eager_processes_are_compared_with_pools_by_what_starting_one_takes() {
    let program = program_of(vec![pool_of(4, 80, |_| vec![Cpu(10), Wait(90)])]);
    let recorded = recorded(&program).unwrap();
    let advice = |recorded: &RecordedWorkload| {
        let RecordedWorkload { profile, conditions, chunk, constants, .. } = recorded;
        Advice::new(profile, Some(conditions), (4, Capacity::UNLIMITED), *chunk, constants).unwrap()
    };
    let eager = |advice: &Advice| advice.settings.iter().find(|setting| setting.plan.mode == Mode::Process).cloned();
    let setting = eager(&advice(&recorded)).unwrap();
    // The program starts one after the other, 1 ms each, while those that are started compute on the same four cores.
    let starting_ms = 80.0 * (recorded.constants.fork_ns + recorded.constants.child_start_ns) / 1e6;
    let predicted_ms = setting.prediction.makespan_ns / 1e6;
    assert!((200.0 + 90.0..200.0 + 90.0 + starting_ms).contains(&predicted_ms), "{predicted_ms}");
    assert_eq!((setting.plan.slots(80), setting.reservations), (80, vec![Reservation::Python]));
    let slower = MachineConstants { child_start_ns: 40e6, ..recorded.constants };
    let spawned_ms = makespan_ms(&RecordedWorkload { constants: slower, ..recorded.clone() }, Mode::Process, 80);
    assert!(is_close(spawned_ms - predicted_ms, 80.0 * 40.0 / 4.0, 0.25), "{spawned_ms} instead of {predicted_ms}");
    let threads = StoryPool { kind: PoolKind::ThreadPool, ..pool_of(4, 80, |_| vec![Cpu(1), Wait(90)]) };
    let from_threads = advice(&self::recorded(&program_of(vec![threads])).unwrap());
    assert_eq!(eager(&from_threads), None, "threads do not tell how long processes take to start");
}

#[test]
fn eager_processes_start_call_by_call_and_emit_valid_events() {
    let mut pool = pool_of(4, 20, |_| vec![Cpu(1), Wait(39)]);
    pool.calls.push(StoryCall::map(2_000, 20, |_| vec![Cpu(1), Wait(39)]));
    let recorded = recorded(&program_of(vec![pool])).unwrap();
    let plan = Plan { mode: Mode::Process, gil: true, workers: 40, chunk: ChunkSize::Tasks(1), cores: 4 };
    let (mut model, mut spawned) = (Model::new(), Vec::new());
    let machine = Machine { cores: 4, memory_bytes: 1 << 33, os: "test".into() };
    let workload = Workload { numbers: 40, ..Workload::default() };
    simulate_run(&recorded.profile, &plan, &recorded.constants, &workload, &machine, |stamped| {
        model.apply(&stamped).unwrap();
        if matches!(stamped.event, Event::WorkerSpawned { .. }) {
            spawned.push(stamped.at);
        }
    });
    assert_eq!(spawned.len(), 40);
    assert!(spawned[20] - spawned[19] > 1_000_000_000, "the second call comes later: {spawned:?}");
    assert_eq!(model.lanes()[0].counts_at(model.newest_mark()).finished, 40);
}

fn summary_with_remedies(program: &StoryProgram, machine: Option<&MachineConstants>) -> RunSummary {
    let mut summary = program.model_at_end().summary().unwrap();
    predict_remedies(&mut summary, &recorder_of(program), machine);
    summary
}

fn first_finding(program: &StoryProgram) -> Finding {
    summary_with_remedies(program, Some(&MACHINE)).program.unwrap().findings.remove(0)
}

#[test]
fn a_finding_says_what_its_change_would_take() {
    let finding = first_finding(&program_of(vec![pool_of(4, 100, |_| vec![Cpu(30), Wait(80)])]));
    let remedy = finding.remedy.unwrap();
    assert_eq!(finding.kind.name(), "pool-too-narrow");
    assert!(remedy.workers > 8 && remedy.predicted_s < 0.5 * remedy.today_s, "{remedy:?}");
    assert!(is_close(finding.cost_s, remedy.today_s - remedy.predicted_s, 1e-9));
    assert!(remedy.interval_s.0 < remedy.predicted_s && remedy.predicted_s < remedy.interval_s.1);
    let change = finding_change(&finding);
    assert!(change.starts_with(&format!("use more workers: Pool({}) would take about ", remedy.workers)), "{change}");
    assert!(change.ends_with(" instead of 2.77 s"), "{change}");
}

#[test]
fn smaller_chunks_save_what_is_predicted() {
    let mut pool = pool_of(4, 8, |n| vec![Cpu(u64::from(n + 1) * 200)]);
    pool.calls[0].chunk = 25;
    let finding = first_finding(&program_of(vec![pool]));
    let remedy = finding.remedy.unwrap();
    assert_eq!((finding.kind.name(), remedy.workers), ("chunks-too-large", 4));
    assert!(remedy.chunk.is_some_and(|chunk| chunk < 25), "{remedy:?}");
    // 7,200 ms of CPU time on 4 cores; it took 2.4 s, because the longest chunk began last.
    assert!(is_close(remedy.predicted_s, 1.83, 0.05), "{remedy:?}");
    assert!(is_close(finding.cost_s, 2.42 - 1.83, 0.15), "{finding:?}");
    assert!(finding_change(&finding).starts_with(&format!("pass chunksize={}: it would", remedy.chunk.unwrap())));
}

#[test]
fn nothing_is_promised_of_smaller_chunks_if_one_item_may_take_long() {
    let mut pool = pool_of(4, 8, |n| vec![Cpu(if n == 7 { 1_600 } else { 400 })]);
    pool.calls[0].chunk = 25;
    let finding = first_finding(&program_of(vec![pool]));
    assert_eq!((finding.kind.name(), finding.remedy), ("chunks-too-large", None));
    let change = finding_change(&finding);
    assert!(change.ends_with("; how much that saves depends on the longest item, which is not known"), "{change}");
}

#[test]
fn findings_that_cannot_be_predicted_stay_without_figures() {
    let locked = program_of(vec![pool_of(4, 80, |_| vec![Lock(90), Cpu(20)])]);
    assert_eq!(first_finding(&locked).remedy, None);
    let threads = StoryPool { kind: PoolKind::ThreadPool, ..pool_of(4, 100, |_| vec![Cpu(3), Wait(80)]) };
    let unmeasured = summary_with_remedies(&program_of(vec![threads]), None).program.unwrap().findings;
    assert!(!unmeasured.is_empty() && unmeasured.iter().all(|finding| finding.remedy.is_none()));
}
