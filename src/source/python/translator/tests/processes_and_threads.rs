//! Processes and threads inside and outside of pools.

use super::*;
use crate::event::{Mode, PoolKind};

#[test]
fn lanes_of_several_parents_are_told_apart_by_their_pids() {
    let mut program = Program::new();
    program.write(10, PARENT, spawned(1, None)).write(20, 1, hello(true));
    let title = |program: &mut Program| program.model().lanes().iter().filter_map(Lane::title).collect::<Vec<_>>();
    assert_eq!(title(&mut program), ["Process at etl.py:50"]);
    program.write(30, 1, spawned(2, None));
    assert_eq!(title(&mut program), ["Process of pid 100 at etl.py:50", "Process of pid 1 at etl.py:50"]);
}

#[test]
fn threads_of_a_pool_announce_themselves() {
    let mut program = Program::new();
    program.write(1, PARENT, pool_created(PoolKind::ThreadPoolExecutor)).map(2, Some(1));
    program.write(3, PARENT, Record::TaskStarted { task: task(Some(POOL), 0), tid: 101, receive_ns: 0, cpu_us: 0 });
    let failed = (task(Some(POOL), 0), "ValueError".into());
    let (tid, cpu_ns, result_bytes) = (101, 1, 0);
    program.write(9, PARENT, Record::TaskFailed { task: failed.0, tid, cpu_ns, result_bytes, exception: failed.1 });
    program.write(10, PARENT, Record::WorkerEnded { pool: Some(POOL), tid: 101, usage: None });
    let model = program.model();
    let lane = &model.lanes()[0];
    assert_eq!(lane.plan().mode, Mode::Threads);
    let problems = lane.problems();
    assert!(matches!(&problems[0].what, ProblemKind::TaskFailed { error, .. } if error.as_str() == "ValueError"));
}

#[test]
fn process_outside_of_pools_is_a_task_of_its_own() {
    let mut program = Program::new();
    let mut exits = Vec::new();
    for (pid, exit) in [(11, Exit::Code(0)), (12, Exit::Code(3)), (13, Exit::Signal(9))] {
        program.write(1, PARENT, spawned(pid, None));
        exits.push((pid, exit));
    }
    for (pid, exit) in exits {
        program.exited(50, pid, exit);
    }
    let model = program.model();
    let [lane] = model.lanes() else { panic!("{} lanes", model.lanes().len()) };
    assert_eq!(outcomes(lane), [TaskOutcome::Finished, TaskOutcome::Failed, TaskOutcome::Lost]);
    assert_eq!((lane.slot_count(), lane.calls().len()), (3, 1));
}

#[test]
fn process_that_ends_before_the_record_of_its_start_is_a_task() {
    let start_of = |pid| match spawned(pid, None) {
        Record::ProcessSpawned { pid, pool, start_method, bytes, name, target, site, .. } => {
            Record::ProcessSpawned { pid, pool, start_method, start_ns: 20_000_000, bytes, name, target, site }
        }
        _ => unreachable!("it is a process"),
    };
    let mut program = Program::new();
    let usage = FinalUsage { cpu_ns: 7, ..FinalUsage::default() };
    program.write(15, 1, hello(true)).write(16, 1, Record::WorkerEnded { pool: None, tid: 1, usage: Some(usage) });
    program.exited(20, 1, Exit::Code(0)).exited(21, 2, Exit::Signal(9)).exited(5, 3, Exit::Code(1));
    for pid in [1, 2, 3] {
        program.write(30, PARENT, start_of(pid));
    }
    let model = program.model();
    let lane = &model.lanes()[0];
    assert_eq!(outcomes(lane), [TaskOutcome::Finished, TaskOutcome::Lost, TaskOutcome::Open], "the third is new");
    assert_eq!(lane.worker(WorkerId(0)).and_then(|worker| worker.final_usage()), Some(&usage));
}

#[test]
fn server_of_a_manager_runs_no_task() {
    let mut program = Program::new();
    let (pid, target) = (11, "BaseManager._run_server".into());
    let Record::ProcessSpawned { pool, start_method, start_ns, bytes, name, site, .. } = spawned(pid, None) else {
        unreachable!("it is a process")
    };
    program.write(1, PARENT, Record::ProcessSpawned { pid, pool, start_method, start_ns, bytes, name, target, site });
    program.write(2, pid, hello(true));
    let model = program.model();
    let [lane] = model.lanes() else { panic!("{} lanes", model.lanes().len()) };
    assert_eq!(lane.plan().pool.as_ref().map(|pool| pool.kind), Some(PoolKind::Manager));
    assert_eq!((lane.slot_count(), outcomes(lane).len()), (1, 0));
}

#[test]
fn forks_and_interpreters_of_a_process_share_a_lane() {
    let mut program = Program::new();
    program.write(5, 1, hello(true)).write(6, 2, hello(false));
    for pid in [1, 2] {
        program.translator.process_found(10_000_000, pid, PARENT);
    }
    program.translator.settle(400_000_000);
    let model = program.model();
    let [lane] = model.lanes() else { panic!("{} lanes", model.lanes().len()) };
    let functions: Vec<_> = lane.calls().iter().map(|call| call.function.as_str()).collect();
    assert_eq!(functions, ["os.fork", "etl.py"]);
    let spawned: Vec<_> = (0..2).filter_map(|id| lane.worker(WorkerId(id))?.spawned_at()).collect();
    assert_eq!(spawned, [5_000_000, 6_000_000], "they had started when they reported");
}

#[test]
fn helper_of_a_library_that_has_ended_is_in_no_lane() {
    let mut program = Program::new();
    program.write(5, 1, hello(true)).write(5, 2, hello(true));
    let mut helper = hello(false);
    if let Record::Hello { script, .. } = &mut helper {
        *script = "multiprocessing.resource_tracker".into();
    }
    program.write(6, 3, helper);
    for pid in 1..=3 {
        program.translator.process_found(10_000_000, pid, PARENT);
    }
    program.translator.process_exited(390_000_000, 3, Exit::Code(0));
    program.translator.settle(400_000_000);
    let model = program.model();
    let [lane] = model.lanes() else { panic!("{} lanes", model.lanes().len()) };
    assert_eq!(outcomes(lane).len(), 2);
}

#[test]
fn worker_of_a_pool_is_in_no_lane_of_processes() {
    let mut program = Program::pool(Some(1));
    for pid in [1, 2] {
        program.translator.process_found(10_000_000, pid, PARENT);
    }
    program.translator.settle(400_000_000);
    assert_eq!(program.model().lanes().len(), 1);
}
