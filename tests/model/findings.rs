//! What slows a watched program down: each finding in a program in which it holds, and not in its neighbours.

use crate::support::program::Phase::{Cpu, Delay, Lock, Wait};
use crate::support::program::examples::{
    killed_worker, oversubscribed_executor, pool_blocked_on_io, seven_lanes, threads_under_a_gil,
};
use crate::support::program::{Phase, StoryCall, StoryPool, StoryProgram};
use std::collections::BTreeMap;

use mpviz::event::{CallKind, Event, LaneId, PoolKind};
use mpviz::model::Model;
use mpviz::report::phrases::{finding_change, finding_sentence};

fn names(program: &StoryProgram) -> Vec<&'static str> {
    program.model_at_end().findings().iter().map(|finding| finding.kind.name()).collect()
}

/// A program of one pool that makes one call and ends with it.
fn program_of(pool: StoryPool) -> StoryProgram {
    let mut program = StoryProgram::new(vec![pool], 1_000_000);
    let ended = program.model_at(900_000).lanes()[0].end_and_status().unwrap().0;
    program.end = ended / 1_000_000 + 10;
    program
}

fn pool_of(workers: u32, tasks: u32, phases: fn(u32) -> Vec<Phase>) -> StoryPool {
    StoryPool::new(workers, vec![StoryCall::map(50, tasks, phases)])
}

/// The sentence and the change of the first finding.
fn first_words(program: &StoryProgram) -> (String, String) {
    let findings = program.model_at_end().findings();
    (finding_sentence(&findings[0]), finding_change(&findings[0]))
}

#[test]
fn a_pool_blocked_outside_of_locks_is_too_narrow() {
    let program = program_of(StoryPool { line: 31, ..pool_of(4, 100, |_| vec![Cpu(30), Wait(80)]) });
    assert_eq!(names(&program), ["pool-too-narrow"]);
    let (sentence, change) = first_words(&program);
    assert_eq!(
        sentence,
        "Pool(4) at etl.py:31 left 2.9 of 4 cores idle for 2.64 s: its workers were blocked 73 % of the time"
    );
    assert_eq!(change, "try more workers", "nothing was predicted");
    assert!(names(&pool_blocked_on_io()).contains(&"pool-too-narrow"));
}

#[test]
fn cores_that_other_programs_use_are_not_left_idle() {
    let mut program = program_of(pool_of(4, 100, |_| vec![Cpu(30), Wait(80)]));
    program.used_by_others = 1.5;
    let (sentence, _) = first_words(&program);
    assert!(sentence.starts_with("Pool(4) at etl.py:31 left 1.4 of 4 cores idle for 2.64 s"), "{sentence}");
    program.used_by_others = 3.0;
    assert_eq!(names(&program), [""; 0]);
}

#[test]
fn a_pool_with_a_worker_for_each_core_is_not_too_narrow() {
    assert_eq!(names(&program_of(pool_of(4, 100, |_| vec![Cpu(100)]))), [""; 0]);
}

#[test]
fn a_pool_with_fewer_workers_than_cores_is_too_narrow() {
    let program = program_of(pool_of(2, 40, |_| vec![Cpu(100)]));
    assert_eq!(names(&program), ["pool-too-narrow"]);
    assert!(first_words(&program).0.ends_with("it has too few workers"));
}

#[test]
fn workers_that_wait_for_a_lock_are_lock_bound() {
    let program = program_of(pool_of(4, 80, |_| vec![Lock(90), Cpu(20)]));
    assert_eq!(names(&program), ["lock-bound"]);
    let (sentence, change) = first_words(&program);
    assert!(sentence.contains(" about "), "the share is sampled: {sentence}");
    assert!(change.contains("more workers do not help"));
    // More workers would wait for the lock, though it takes less time than the I/O.
    let contended = program_of(pool_of(4, 80, |_| vec![Lock(30), Wait(60), Cpu(10)]));
    assert_eq!(names(&contended), ["lock-bound"]);
    // A lock that is free at times.
    let beside_io = program_of(pool_of(4, 80, |_| vec![Lock(20), Wait(70), Cpu(20)]));
    assert_eq!(names(&beside_io), ["pool-too-narrow"]);
}

#[test]
fn threads_that_use_one_core_and_wait_in_locks_are_gil_bound() {
    assert!(names(&threads_under_a_gil()).contains(&"gil-bound"));
    let threads = |phases: fn(u32) -> Vec<Phase>| {
        program_of(StoryPool { kind: PoolKind::ThreadPoolExecutor, start_up: 1, ..pool_of(8, 160, phases) })
    };
    assert_eq!(names(&threads(|_| vec![Lock(70), Cpu(10)])), ["gil-bound"]);
    // Threads that sleep use as much of a core, but could use more.
    assert_eq!(names(&threads(|_| vec![Wait(70), Cpu(10)])), ["pool-too-narrow"]);
    // Threads that hold a lock while they sleep use less than a core.
    assert_eq!(names(&threads(|_| vec![Lock(70), Wait(8), Cpu(2)])), ["lock-bound"]);
}

#[test]
fn the_share_of_locks_follows_how_often_workers_were_found_in_one() {
    let program = program_of(pool_of(4, 80, |_| vec![Lock(50), Wait(50)]));
    let lock_share = |looks_in_lock: u64| {
        let (mut model, mut is_lock) = (Model::new(), BTreeMap::new());
        for mut stamped in program.events() {
            match &mut stamped.event {
                Event::WaitStarted { worker, lock } => drop(is_lock.insert(*worker, *lock == Some(true))),
                Event::WaitFinished { worker, looks } => *looks = if is_lock[worker] { looks_in_lock } else { 1 },
                _ => {}
            }
            model.apply(&stamped).unwrap();
        }
        let workers = model.lane_work(&model.lanes()[0], model.newest_mark()).workers;
        workers.lock_s.unwrap() / workers.blocked_s.unwrap()
    };
    assert!((lock_share(3) - 0.75).abs() < 1e-9, "as often as found, though half of the time");
    assert!((lock_share(0) - 0.0).abs() < 1e-9, "not known of any");
}

#[test]
fn workers_that_all_wait_at_once_are_not_lock_bound() {
    let of_kind = |kind, phases| program_of(StoryPool { kind, ..pool_of(4, 80, phases) });
    for kind in [PoolKind::ThreadPoolExecutor, PoolKind::Pool] {
        assert_eq!(names(&of_kind(kind, |_| vec![Lock(88), Wait(20), Cpu(2)])), ["lock-bound"]);
        // No thread holds a lock that all wait for: they wait for a pool or a future.
        assert_eq!(names(&of_kind(kind, |_| vec![Lock(108), Cpu(2)])), [""; 0]);
    }
}

#[test]
fn more_computing_workers_than_cores_are_oversubscribed() {
    assert!(names(&oversubscribed_executor()).contains(&"oversubscribed"));
    let crowded = program_of(pool_of(16, 160, |_| vec![Cpu(20), Delay(60), Cpu(20), Delay(60)]));
    assert_eq!(names(&crowded), ["oversubscribed"]);
    assert_eq!(first_words(&crowded).1, "use 4 workers, one for each core");
    // Other programs delay a pool that fits the cores.
    assert_eq!(names(&program_of(pool_of(4, 40, |_| vec![Cpu(60), Delay(60)]))), [""; 0]);
}

#[test]
fn idle_cores_during_the_last_chunks_ask_for_smaller_chunks() {
    let uneven = |n: u32| vec![Cpu(if n == 4 { 1500 } else { 500 })];
    let call = StoryCall { chunk: 100, ..StoryCall::map(50, 5, uneven) };
    let program = program_of(StoryPool::new(4, vec![call.clone()]));
    assert_eq!(names(&program), ["chunks-too-large"]);
    assert!(first_words(&program).1.starts_with("pass chunksize=7; how much that saves depends on the longest item"));
    // A long task of one item ends no sooner in smaller chunks.
    let single = StoryCall { chunk: 1, ..call };
    assert_eq!(names(&program_of(StoryPool::new(4, vec![single]))), [""; 0]);
}

#[test]
fn idle_cores_beside_workers_that_are_all_blocked_do_not_ask_for_smaller_chunks() {
    let call = StoryCall { chunk: 100, ..StoryCall::map(50, 8, |_| vec![Wait(800)]) };
    let program = program_of(StoryPool::new(4, vec![call]));
    assert_eq!(names(&program), ["pool-too-narrow"]);
}

#[test]
fn a_call_that_never_returns_is_no_serial_part() {
    let mut program = killed_worker();
    program.end = 10_000;
    assert!(!names(&program).contains(&"serial-part"), "{:?}", names(&program));
}

#[test]
fn workers_between_small_tasks_ask_for_larger_chunks() {
    let small = StoryPool { between_us: 700, ..pool_of(4, 3000, |_| vec![Cpu(1)]) };
    let program = program_of(small.clone());
    assert_eq!(names(&program), ["tasks-too-small"]);
    assert_eq!(first_words(&program).1, "pass chunksize=50, or put more work into a task");
    assert_eq!(names(&program_of(StoryPool { between_us: 50, ..small })), [""; 0]);
}

#[test]
fn tasks_that_ship_many_bytes_say_so() {
    let call = StoryCall { bytes: 8_000_000, ..StoryCall::map(50, 400, |_| vec![Cpu(8)]) };
    let pool = StoryPool { receive_us: 6_000, between_us: 6_100, ..StoryPool::new(2, vec![call.clone()]) };
    let program = program_of(pool.clone());
    assert_eq!(names(&program), ["shipping"]);
    assert!(first_words(&program).0.contains("received and unpickled 8 MB a task"), "{:?}", first_words(&program));
    let small = StoryCall { bytes: 500, ..call };
    assert_eq!(names(&program_of(StoryPool { calls: vec![small], ..pool })), ["tasks-too-small"]);
}

#[test]
fn a_pool_created_again_and_again_is_named_with_its_start_up() {
    let call = StoryCall::map(50, 4, |_| vec![Cpu(60)]);
    let pool =
        StoryPool { start_up: 40, opened: (0..12).map(|n| 30 + n * 130).collect(), ..StoryPool::new(4, vec![call]) };
    let program = program_of(pool.clone());
    assert!(names(&program).contains(&"pool-recreated"), "{:?}", names(&program));
    let kept = StoryPool { opened: vec![30], calls: vec![StoryCall::map(50, 96, |_| vec![Cpu(60)])], ..pool };
    assert_eq!(names(&program_of(kept)), [""; 0]);
}

#[test]
fn a_lost_worker_is_found_first_and_at_once() {
    let death = "worker pid 4102 was killed (SIGKILL) in task 5";
    let (sentence, change) = first_words(&killed_worker());
    assert_eq!(sentence, format!("map() at etl.py:40 did not return: {death}"), "the program has ended");
    assert!(!change.contains("end the program"), "{change}");
    let live = killed_worker().model_at(601);
    let now = live.findings_at(&[LaneId(0)], live.newest_mark());
    let now: Vec<_> = now.iter().map(finding_sentence).collect();
    assert_eq!(now, [format!("map() at etl.py:40 will never return: {death}")]);
    for (kind, name) in [(CallKind::MapAsync, "map_async"), (CallKind::Imap, "imap")] {
        let mut program = killed_worker();
        program.pools[0].calls[0].kind = kind;
        let (sentence, _) = first_words(&program);
        assert_eq!(sentence, format!("the result of {name}() at etl.py:40 never came: {death}"));
    }
    let executor =
        |kind| StoryProgram { pools: vec![StoryPool { kind, ..killed_worker().pools.remove(0) }], ..killed_worker() };
    let (sentence, _) = first_words(&executor(PoolKind::ProcessPoolExecutor));
    assert!(sentence.starts_with("map() at etl.py:40 raises BrokenProcessPool: worker pid 4102"), "{sentence}");
    assert!(!names(&executor(PoolKind::Pool)).is_empty());
}

#[test]
fn an_idle_worker_killed_with_the_lock_of_the_queue_is_found_after_half_a_second() {
    let calls = vec![
        StoryCall::map(100, 8, |_| vec![Cpu(50)]),
        StoryCall { line: 44, ..StoryCall::map(600, 8, |_| vec![Cpu(50)]) },
    ];
    let pool = StoryPool { killed_idle: Some((400, 2)), ..StoryPool::new(4, calls) };
    let program = StoryProgram::new(vec![pool], 3000);
    let found = |ms| {
        let model = program.model_at(ms);
        let findings = model.findings_at(&[LaneId(0)], model.newest_mark());
        findings.iter().find(|finding| finding.kind.name() == "worker-lost").map(finding_sentence)
    };
    assert_eq!(found(1050), None);
    let expected = "Pool(4) at etl.py:31 will never take another task: worker pid 4103 was killed (SIGKILL) holding the \
                    lock of the queue";
    assert_eq!(found(1150).as_deref(), Some(expected));
    // Workers that are not ready yet take no task, either.
    let call = StoryCall::map(600, 8, |_| vec![Cpu(50)]);
    let pool = StoryPool { killed_idle: Some((400, 2)), start_up: 2000, ..StoryPool::new(4, vec![call]) };
    let slow = StoryProgram::new(vec![StoryPool { opened: vec![80], ..pool }], 3000).model_at(1800);
    assert!(slow.findings_at(&[LaneId(0)], slow.newest_mark()).is_empty());
}

#[test]
fn a_long_time_without_tasks_is_the_serial_part() {
    let program = StoryProgram {
        pools: vec![StoryPool::new(
            4,
            vec![
                StoryCall { line: 40, ..StoryCall::map(100, 20, |_| vec![Cpu(100)]) },
                StoryCall { line: 52, ..StoryCall::map(1600, 20, |_| vec![Cpu(100)]) },
            ],
        )],
        ..StoryProgram::new(Vec::new(), 2200)
    };
    assert_eq!(names(&program), ["serial-part"]);
    let (sentence, _) = first_words(&program);
    assert!(sentence.contains("between the calls at etl.py:40 and etl.py:52"), "{sentence}");
    let busy = StoryProgram {
        pools: vec![StoryPool::new(4, vec![StoryCall::map(100, 80, |_| vec![Cpu(100)])])],
        ..StoryProgram::new(Vec::new(), 2200)
    };
    assert_eq!(names(&busy), [""; 0]);
}

#[test]
fn private_memory_close_to_that_of_the_machine_is_named() {
    let pool = |private_bytes| StoryPool { private_bytes, ..pool_of(4, 60, |_| vec![Cpu(100)]) };
    let program = program_of(pool(1_700_000_000));
    assert_eq!(names(&program), ["memory"]);
    assert!(first_words(&program).0.contains("6.8 GB of private memory, 85 % of the machine's 8 GB"));
    assert_eq!(names(&program_of(pool(1_400_000_000))), [""; 0]);
}

#[test]
fn a_program_shorter_than_a_second_has_no_findings() {
    let short = program_of(pool_of(4, 24, |_| vec![Cpu(30), Wait(80)]));
    assert!(short.end < 1000, "{}", short.end);
    assert_eq!(names(&short), [""; 0]);
}

#[test]
fn findings_are_ordered_by_their_cost() {
    let findings = seven_lanes().model_at_end().findings();
    let costs: Vec<f64> = findings.iter().map(|finding| finding.cost_s).collect();
    assert!(costs.is_sorted_by(|a, b| a >= b) && costs.len() > 1, "{findings:?}");
    let submit = StoryCall { kind: CallKind::Submit, ..StoryCall::map(50, 100, |_| vec![Cpu(30), Wait(80)]) };
    assert_eq!(names(&program_of(StoryPool::new(4, vec![submit]))), ["pool-too-narrow"]);
}
