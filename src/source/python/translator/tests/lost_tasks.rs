//! Workers that end with a task, or without one.

use super::*;
use crate::event::{PoolKind, TaskId};

#[test]
fn task_of_a_killed_worker_is_lost_and_the_rest_abandoned() {
    let mut program = Program::pool(Some(3));
    program.start(10, 1, 0).start(10, 2, 1).write(15, PARENT, Record::ProcessReaped { pid: 1, exit: Exit::Signal(9) });
    program.exited(16, 1, Exit::Signal(9)).finish(20, 2, 1);
    program.translator.end(30_000_000);
    let model = program.model();
    let lane = &model.lanes()[0];
    assert_eq!(outcomes(lane), [TaskOutcome::Lost, TaskOutcome::Finished, TaskOutcome::Abandoned]);
    assert_eq!(lane.end_and_status().map(|(_, status)| status), Some(LaneStatus::Failed));
    let problems = lane.problems();
    let [problem] = &problems[..] else { panic!("{problems:?}") };
    let lost = vec![TaskId(0)];
    let (exit, by_executor) = (Exit::Signal(9), false);
    let died = ProblemKind::Died { worker: WorkerId(0), pid: Some(1), name: None, exit, by_executor, tasks: lost };
    assert_eq!(problem.what, died);
}

#[test]
fn tasks_of_workers_that_the_program_ends_are_not_lost() {
    let mut program = Program::pool(Some(3));
    program.start(10, 1, 0).finish(11, 1, 0).start(12, 1, 1).start(12, 2, 2);
    program.write(50, PARENT, Record::PoolEnded { pool: POOL, terminated: true, parent: None });
    program.exited(60, 1, Exit::Signal(15)).exited(61, 2, Exit::Signal(15));
    for (pid, exit) in [(11, Exit::Signal(15)), (12, Exit::Signal(9)), (13, Exit::Signal(9))] {
        program.write(70, PARENT, spawned(pid, None));
        if pid == 13 {
            program.write(75, PARENT, Record::ProcessKilled { pid });
        }
        program.exited(80, pid, exit);
    }
    let model = program.model();
    let [pool, processes] = model.lanes() else { panic!("{} lanes", model.lanes().len()) };
    assert_eq!(outcomes(pool), [TaskOutcome::Finished, TaskOutcome::Abandoned, TaskOutcome::Abandoned]);
    assert_eq!((pool.problems(), pool.worker_losses(90_000_000)), (Vec::new(), Vec::new()));
    let expected = [TaskOutcome::Abandoned, TaskOutcome::Lost, TaskOutcome::Abandoned];
    assert_eq!(outcomes(processes), expected, "terminate() sends SIGTERM, and kill() reports itself");
    let losses = processes.worker_losses(90_000_000);
    assert_eq!(losses.iter().map(|loss| loss.pid).collect::<Vec<_>>(), [Some(12)]);
    assert_eq!(processes.problems().len(), 1, "{:?}", processes.problems());
}

#[test]
fn a_pool_loses_the_task_of_a_worker_that_the_program_kills() {
    let mut program = Program::pool(Some(1));
    program.start(10, 1, 0).write(20, PARENT, Record::ProcessKilled { pid: 1 }).exited(30, 1, Exit::Signal(9));
    assert_eq!(outcomes(&program.model().lanes()[0]), [TaskOutcome::Lost], "map() waits for it");
}

/// An executor whose two workers die in their tasks, up to this time in ms.
fn executor_with_deaths(deaths: [(u64, u32, Exit); 2], t: u64) -> Program {
    let mut program = Program::new();
    program.write(1, PARENT, pool_created(PoolKind::ProcessPoolExecutor));
    for worker in 1..=2 {
        program.write(2, worker, hello(true)).write(3, worker, Record::WorkerReady { pool: None, tid: worker });
        program.write(4, PARENT, spawned(worker, Some(POOL)));
    }
    program.map(5, Some(2));
    program.start(10, 1, 0).start(10, 2, 1);
    for (at, pid, exit) in deaths.into_iter().filter(|(at, ..)| *at <= t) {
        program.exited(at, pid, exit);
    }
    program
}

/// Pids of the workers that count as lost at this time, of an executor whose two workers die in their tasks, in ms.
fn lost_of_executor(deaths: [(u64, u32, Exit); 2], t: u64) -> Vec<u32> {
    let mut program = executor_with_deaths(deaths, t);
    program.model().lanes()[0].worker_losses(t * 1_000_000).iter().filter_map(|loss| loss.pid).collect()
}

#[test]
fn workers_that_an_executor_ends_are_not_lost() {
    let (killed, ended) = (Exit::Signal(9), Exit::Signal(15));
    for (deaths, t, lost) in [
        ([(50, 1, killed), (51, 2, ended)], 60, vec![1]),
        // The executor collects what it ended, and this may be seen first.
        ([(50, 1, ended), (60, 2, killed)], 55, vec![]),
        ([(50, 1, ended), (60, 2, killed)], 60, vec![2]),
        ([(50, 1, ended), (60, 2, Exit::Code(3))], 1000, vec![2]),
        ([(50, 1, ended), (51, 2, ended)], 60, vec![]),
        ([(50, 2, ended), (51, 1, ended)], 551, vec![2]),
        ([(50, 1, ended), (5000, 2, killed)], 5000, vec![1, 2]),
    ] {
        assert_eq!(lost_of_executor(deaths, t), lost, "{deaths:?} at {t} ms");
    }
}

/// Outcomes of the tasks of an executor whose two workers die in their tasks, and how many of them died of themselves.
fn outcomes_of_executor(deaths: [(u64, u32, Exit); 2]) -> (Vec<TaskOutcome>, Option<u32>) {
    let mut program = executor_with_deaths(deaths, Nanos::MAX);
    program.translator.settle(600_000_000);
    let model = program.model();
    (outcomes(&model.lanes()[0]), model.summary().unwrap().lanes[0].workers_died)
}

#[test]
fn a_broken_executor_has_lost_the_task_of_one_worker() {
    use TaskOutcome::{Abandoned, Lost};
    let (killed, ended) = (Exit::Signal(9), Exit::Signal(15));
    for (deaths, tasks) in [
        ([(50, 1, killed), (51, 2, ended)], [Lost, Abandoned]),
        ([(50, 1, ended), (51, 2, killed)], [Abandoned, Lost]),
        ([(50, 2, ended), (51, 1, ended)], [Abandoned, Lost]),
    ] {
        assert_eq!(outcomes_of_executor(deaths), (tasks.to_vec(), Some(1)), "{deaths:?}");
    }
}

#[test]
fn deaths_have_the_clock_of_the_program() {
    let mut program = Program::new();
    program.write(700, PARENT, spawned(1, None)).exited(800, 1, Exit::Signal(9));
    let model = program.model();
    let [problem] = &model.lanes()[0].problems()[..] else { panic!("one problem") };
    assert!((problem.at_s - 0.8).abs() < 1e-9, "{problem:?}");
}
