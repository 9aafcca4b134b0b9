//! Tests of the translation: the events of typical programs, applied to a model.

use super::*;
use crate::event::{CallKind, CodeLocation, LaneStatus, Machine, Run, WatchedProgram};
use crate::model::{Lane, Model, ProblemKind, TaskOutcome, WorkerState};
use crate::source::python::record::{CallNumber, InterpreterOrigin, PythonVersion, ReportingProcess};

const PARENT: u32 = 100;
const POOL: PoolNumber = PoolNumber(1);

/// A translator and the records that it is given, in ms.
struct Program {
    translator: Translator,
    events: Vec<StampedEvent>,
}

impl Program {
    fn new() -> Self {
        let mut program = Self { translator: Translator::new(Epoch::default(), vec![0, 1]), events: Vec::new() };
        program.write(0, PARENT, hello(false));
        program
    }

    fn write(&mut self, ms: u64, pid: u32, record: Record) -> &mut Self {
        let process = ReportingProcess { pid, start: 0 };
        self.translator.translate(StampedRecord { process, at: ms * 1_000_000, record });
        self
    }

    fn exited(&mut self, ms: u64, pid: u32, exit: Exit) -> &mut Self {
        self.translator.process_exited(ms * 1_000_000, pid, exit);
        self
    }

    /// `Pool(2).map` of `tasks` chunks of 4 items, with workers 1 and 2.
    fn pool(tasks: Option<u32>) -> Self {
        let mut program = Self::new();
        program.write(1, PARENT, pool_created(PoolKind::Pool));
        for worker in 1..=2 {
            program.write(2, worker, hello(true));
            program.write(3, worker, Record::WorkerReady { pool: None, tid: worker });
            program.write(4, PARENT, spawned(worker, Some(POOL)));
        }
        program.map(5, tasks);
        program
    }

    fn map(&mut self, ms: u64, tasks: Option<u32>) {
        let site = Some(site(40));
        let function = "etl.load".into();
        let (call, kind) = (CallNumber(1), CallKind::Map);
        self.write(ms, PARENT, Record::CallMade { pool: POOL, call, kind, items: Some(10), chunk: 4, site, function });
        let (job, first, call) = (0, 0, Some(call));
        let submitted = Record::TasksSubmitted { pool: POOL, job, first, count: tasks, call, items_per_task: 4 };
        self.write(ms, PARENT, submitted);
    }

    fn start(&mut self, ms: u64, worker: u32, index: u64) -> &mut Self {
        self.write(
            ms,
            worker,
            Record::TaskStarted { task: task(None, index), tid: worker, receive_ns: 500_000, cpu_us: 3_000 },
        )
    }

    fn finish(&mut self, ms: u64, worker: u32, index: u64) -> &mut Self {
        let (task, cpu_ns) = (task(None, index), 2_000_000);
        self.write(ms, worker, Record::TaskFinished { task, tid: worker, cpu_ns, result_bytes: 30 })
    }

    /// The model of all events so far. Panics if an event is invalid.
    fn model(&mut self) -> Model {
        self.events.extend(self.translator.take_events());
        let run = Run {
            version: "1".into(),
            command: vec!["etl.py".into()],
            machine: Machine { cores: 2, memory_bytes: 0, os: "test".into() },
            cores: crate::event::CorePolicy::Shared,
            workload: None,
            rounds_per_number: 0,
            program: Some(WatchedProgram { pid: PARENT }),
            lanes: Vec::new(),
            notes: Vec::new(),
            repeat: None,
            began_ms: None,
            graph: None,
        };
        let mut model = Model::new();
        let begin = StampedEvent { at: 0, lane: None, event: Event::RunStarted(Box::new(run)) };
        for event in std::iter::once(&begin).chain(&self.events) {
            model.apply(event).unwrap_or_else(|error| panic!("{error}: {event:?}"));
        }
        model
    }
}

fn site(line: u32) -> CodeLocation {
    CodeLocation { file: "etl.py".into(), line }
}

fn hello(forked: bool) -> Record {
    let version = PythonVersion { major: 3, minor: 11, micro: 7 };
    let (implementation, script) = ("cpython".into(), "etl.py".into());
    Record::Hello {
        parent: 1,
        version,
        origin: if forked { InterpreterOrigin::Forked } else { InterpreterOrigin::Started },
        implementation,
        script,
    }
}

fn pool_created(kind: PoolKind) -> Record {
    Record::PoolCreated {
        pool: POOL,
        kind,
        workers: 2,
        max_tasks_per_child: None,
        start_method: None,
        site: Some(site(31)),
        function: "main".into(),
    }
}

fn spawned(pid: u32, pool: Option<PoolNumber>) -> Record {
    let (name, target) = ("Process-1".into(), "etl.work".into());
    Record::ProcessSpawned { pid, pool, start_method: None, start_ns: 1, bytes: 0, name, target, site: Some(site(50)) }
}

fn task(pool: Option<PoolNumber>, index: u64) -> TaskKey {
    TaskKey { pool, job: 0, index }
}

fn outcomes(lane: &Lane) -> Vec<TaskOutcome> {
    lane.task_ids().filter_map(|task| lane.task_outcome(task)).collect()
}

#[test]
fn chunks_of_a_pool_become_tasks_of_a_lane() {
    let mut program = Program::pool(Some(3));
    program.write(6, PARENT, Record::TasksQueued { first: task(Some(POOL), 1), count: 1, bytes: 700 });
    program.start(10, 1, 0).start(11, 2, 1).finish(20, 1, 0).start(21, 1, 2).finish(30, 2, 1).finish(40, 1, 2);
    program.write(50, PARENT, Record::PoolEnded { pool: POOL, terminated: true, parent: None });
    program.exited(60, 1, Exit::Signal(15)).exited(61, 2, Exit::Signal(15));
    let model = program.model();
    let lane = &model.lanes()[0];
    assert_eq!((lane.plan().mode, lane.plan().engine.as_str()), (Mode::Pool, "cpython 3.11.7"));
    assert_eq!(lane.end_and_status().map(|(_, status)| status), Some(LaneStatus::Finished));
    assert!(lane.problems().is_empty(), "the program ended its pool: {:?}", lane.problems());
    assert_eq!(lane.makespan(), Some(39_000_000));
    let items: Vec<_> = lane.task_ids().map(|task| lane.items_of(task)).collect();
    assert_eq!(items, [Some(0..=3), Some(4..=7), Some(8..=9)]);
    assert_eq!(lane.call_of(TaskId(2)).map(|call| call.function.as_str()), Some("etl.load"));
    assert_eq!((lane.bytes_held_by_parent(10_000_000), lane.bytes_held_by_parent(11_000_000)), (700, 0));
    assert_eq!(lane.task_cpu_time(TaskId(1)), Some(2_000_000));
}

#[test]
fn usage_of_terminated_workers_and_of_the_parent_is_passed_on() {
    let mut program = Program::pool(Some(1));
    program.start(10, 1, 0).finish(20, 1, 0);
    let parent = Some(ParentUsage { cpu_ns: 3_000_000, run_delay_ns: Some(4) });
    program.write(50, PARENT, Record::PoolEnded { pool: POOL, terminated: true, parent });
    let used = FinalUsage { cpu_ns: 7, run_delay_ns: 8, voluntary_switches: 9, involuntary_switches: 0 };
    program.write(51, PARENT, Record::WorkerUsed { pid: 1, usage: Some(used) });
    program.exited(60, 1, Exit::Signal(15)).exited(61, 2, Exit::Signal(15));
    let model = program.model();
    assert_eq!(model.lanes()[0].worker(WorkerId(0)).unwrap().final_usage(), Some(&used));
    let summary = model.summary().unwrap();
    assert_eq!(summary.lanes[0].program.as_ref().unwrap().parent_cpu_s, Some(0.003));
}

#[test]
fn bytes_of_tasks_that_were_queued_together_are_divided() {
    let mut program = Program::pool(Some(3));
    program.write(6, PARENT, Record::TasksQueued { first: task(Some(POOL), 0), count: 3, bytes: 101 });
    program.start(10, 1, 0).start(11, 2, 1);
    let model = program.model();
    let held = [9, 10, 11].map(|ms| model.lanes()[0].bytes_held_by_parent(ms * 1_000_000));
    assert_eq!(held, [101, 67, 33]);
}

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
    let died = ProblemKind::Died { worker: WorkerId(0), pid: Some(1), exit, by_executor, tasks: lost };
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
fn outcomes_of_executor(deaths: [(u64, u32, Exit); 2]) -> (Vec<TaskOutcome>, u32) {
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
        assert_eq!(outcomes_of_executor(deaths), (tasks.to_vec(), 1), "{deaths:?}");
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
fn replaced_worker_takes_the_slot_of_its_predecessor() {
    let mut program = Program::pool(Some(2));
    program.start(10, 1, 0).finish(20, 1, 0).exited(21, 1, Exit::Code(0));
    program.write(22, 3, hello(true)).write(22, 3, Record::WorkerReady { pool: None, tid: 3 });
    program.write(23, PARENT, spawned(3, Some(POOL))).start(24, 3, 1);
    let model = program.model();
    let lane = &model.lanes()[0];
    assert_eq!(lane.slot_count(), 2);
    let slot = lane.slot_snapshot_at(crate::event::SlotId(0), 25_000_000);
    assert_eq!((slot.worker, slot.state), (Some(WorkerId(2)), WorkerState::Computing));
}

#[test]
fn records_of_a_worker_wait_for_the_record_of_its_start() {
    let mut program = Program::new();
    program.write(1, PARENT, pool_created(PoolKind::ProcessPoolExecutor)).map(2, Some(1));
    program.write(3, 1, hello(true)).write(3, 1, Record::WorkerReady { pool: None, tid: 1 });
    program.start(4, 1, 0).finish(5, 1, 0);
    assert_eq!(outcomes(&program.model().lanes()[0]), [TaskOutcome::Open]);
    program.write(6, PARENT, spawned(1, Some(POOL)));
    assert_eq!(outcomes(&program.model().lanes()[0]), [TaskOutcome::Finished]);
    program.write(7, 9, Record::WorkerReady { pool: None, tid: 9 });
    program.translator.settle(3_000_000_000);
    assert_eq!(program.translator.unassigned_records(), 1, "its start is not known");
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
fn worker_of_a_pool_is_in_no_lane_of_processes() {
    let mut program = Program::pool(Some(1));
    for pid in [1, 2] {
        program.translator.process_found(10_000_000, pid, PARENT);
    }
    program.translator.settle(400_000_000);
    assert_eq!(program.model().lanes().len(), 1);
}

#[test]
fn pool_created_again_at_the_same_place_reuses_its_lane() {
    let mut program = Program::pool(Some(1));
    program.start(10, 1, 0).finish(20, 1, 0);
    program.write(21, PARENT, Record::PoolEnded { pool: POOL, terminated: false, parent: None });
    program.exited(22, 1, Exit::Code(0)).exited(22, 2, Exit::Code(0));
    let Record::PoolCreated { kind, workers, max_tasks_per_child, start_method, site, function, .. } =
        pool_created(PoolKind::Pool)
    else {
        unreachable!("it is a pool")
    };
    let pool = PoolNumber(2);
    program.write(
        30,
        PARENT,
        Record::PoolCreated { pool, kind, workers, max_tasks_per_child, start_method, site, function },
    );
    let model = program.model();
    assert_eq!((model.lanes().len(), model.lanes()[0].uses()), (1, 2));
    assert_eq!(model.lanes()[0].end_and_status(), None);
    program.write(31, PARENT, pool_created(PoolKind::Pool));
    assert_eq!(program.model().lanes().len(), 2, "a second pool beside it has a lane of its own");
}

#[test]
fn tasks_of_a_job_of_unknown_length_are_submitted_as_they_are_queued() {
    let mut program = Program::pool(None);
    for index in 0..2 {
        program.start(10 + index, 1, index).finish(10 + index, 1, index);
        let queued = Record::TasksQueued { first: task(Some(POOL), index), count: 1, bytes: 7 };
        program.write(11 + index, PARENT, queued);
    }
    let model = program.model();
    let lane = &model.lanes()[0];
    assert_eq!(outcomes(lane), [TaskOutcome::Finished; 2], "a late record of the queuing adds no task");
    assert!(lane.call_of(TaskId(1)).is_some());
}

#[test]
fn waits_are_reported_while_a_task_runs() {
    let mut program = Program::pool(Some(1));
    program.start(10, 1, 0);
    let live: Vec<_> = program.translator.live_workers().filter(|live| live.busy).collect();
    program.translator.worker_sampled(12_000_000, live[0], sample(Wait::Lock, 3_500));
    program.translator.worker_sampled(13_000_000, live[0], sample(Wait::Lock, 3_500));
    let model = program.model();
    let lane = &model.lanes()[0];
    let waited = |ms: u64| lane.worker(live[0].worker).map(|worker| worker.io_time(ms * 1_000_000));
    assert_eq!(waited(13), Some(2_500_000), "it computed for 0.5 ms before");
    assert!(lane.worker(live[0].worker).is_some_and(|worker| worker.is_in_lock(14_000_000) == Some(true)));
    program.finish(20, 1, 0);
    let model = program.model();
    assert!(model.lanes()[0].worker(live[0].worker).is_some_and(|worker| worker.is_in_lock(21_000_000) != Some(true)));
}

#[test]
fn a_wait_ends_when_computing_begins_again() {
    let mut program = Program::pool(Some(1));
    program.start(10, 1, 0);
    let live: Vec<_> = program.translator.live_workers().filter(|live| live.busy).collect();
    program.translator.worker_sampled(20_000_000, live[0], sample(Wait::Other, 3_000));
    program.translator.worker_sampled(50_000_000, live[0], sample(Wait::None, 8_000));
    // More CPU time than time: the kernel counts it later.
    program.translator.worker_sampled(51_000_000, live[0], sample(Wait::Other, 20_000));
    program.finish(60, 1, 0);
    let model = program.model();
    let worker = model.lanes()[0].worker(live[0].worker).unwrap();
    assert_eq!([20, 50, 60].map(|ms| worker.io_time(ms * 1_000_000)), [10_000_000, 35_000_000, 44_000_000]);
}

#[test]
fn a_wait_for_a_lock_that_follows_another_wait_counts_from_the_middle_between_samples() {
    let mut program = Program::pool(Some(1));
    program.start(10, 1, 0);
    let live: Vec<_> = program.translator.live_workers().filter(|live| live.busy).collect();
    program.translator.worker_sampled(20_000_000, live[0], sample(Wait::Lock, 3_000));
    program.translator.worker_sampled(40_000_000, live[0], sample(Wait::Other, 3_000));
    program.finish(60, 1, 0);
    let model = program.model();
    let worker = model.lanes()[0].worker(live[0].worker).unwrap();
    assert_eq!(worker.io_time(60_000_000), 50_000_000, "it was blocked all the time");
    let is_locked = |ms: u64| worker.is_in_lock(ms * 1_000_000) == Some(true);
    assert_eq!([15, 29, 31, 45].map(is_locked), [true, true, false, false]);
}

#[test]
fn waits_tell_how_often_they_were_found() {
    let mut program = Program::pool(Some(1));
    program.start(10, 1, 0);
    let live: Vec<_> = program.translator.live_workers().filter(|live| live.busy).collect();
    for (ms, wait) in [(20, Wait::Lock), (30, Wait::Lock), (40, Wait::Other), (50, Wait::None), (55, Wait::Lock)] {
        program.translator.worker_sampled(ms * 1_000_000, live[0], sample(wait, 3_000));
    }
    program.finish(60, 1, 0);
    let looks = |stamped: &StampedEvent| match stamped.event {
        Event::WaitFinished { looks, .. } => Some(looks),
        _ => None,
    };
    let found: Vec<u64> = program.translator.take_events().iter().filter_map(looks).collect();
    assert_eq!(found, [2, 1, 1]);
}

#[test]
fn a_wait_of_unknown_kind_is_said_once_and_shown_as_blocked() {
    let mut program = Program::pool(Some(1));
    program.start(10, 1, 0);
    let live: Vec<_> = program.translator.live_workers().filter(|live| live.busy).collect();
    program.translator.worker_sampled(20_000_000, live[0], sample(Wait::Unknown, 3_000));
    program.translator.worker_sampled(30_000_000, live[0], sample(Wait::Unknown, 3_000));
    let model = program.model();
    let worker = model.lanes()[0].worker(live[0].worker).unwrap();
    assert_eq!((worker.io_time(30_000_000) > 0, worker.is_in_lock(30_000_000)), (true, None));
    let [reason] = &model.program_state().not_observed[..] else { panic!("one reason") };
    assert!(reason.as_str().contains("from /proc/1/syscall: it forbids tracing"), "{reason}");
}

#[test]
fn threads_are_sampled_and_say_at_their_end_what_they_used() {
    let mut program = Program::new();
    let (target, site) = (SafeText::from("work"), Some(site(3)));
    program.write(1, PARENT, Record::ThreadStarted { tid: 7, starter: PARENT, name: "".into(), target, site });
    let live: Vec<_> = program.translator.live_workers().collect();
    program.translator.worker_sampled(20_000_000, live[0], sample(Wait::None, 4_000));
    let usage = FinalUsage { cpu_ns: 5_000_000, run_delay_ns: 9, voluntary_switches: 1, involuntary_switches: 2 };
    program.write(30, PARENT, Record::ThreadEnded { tid: 7, cpu_ns: 5_000_000, usage: Some(usage) });
    let model = program.model();
    let worker = model.lanes()[0].worker(live[0].worker).unwrap();
    assert_eq!(worker.last_sample(25_000_000).map(|sample| sample.cpu_ns), Some(4_000_000));
    assert_eq!(worker.final_usage(), Some(&usage));
}

/// A sample of a thread that has used this CPU time.
fn sample(wait: Wait, cpu_us: u64) -> ThreadSample {
    let (cpu_ns, run_delay_ns) = (Some(cpu_us * 1_000), Some(0));
    ThreadSample { wait, has_descendants: false, core: Some(0), cpu_ns, run_delay_ns, timeslices: Some(1) }
}

#[test]
fn a_record_that_is_read_after_a_later_sample_does_not_go_back_in_time() {
    let mut program = Program::pool(Some(1));
    program.start(10, 1, 0);
    let live: Vec<_> = program.translator.live_workers().filter(|live| live.busy).collect();
    program.translator.worker_sampled(30_000_000, live[0], sample(Wait::Other, 3_000));
    program.finish(20, 1, 0);
    assert_eq!(outcomes(&program.model().lanes()[0])[0], TaskOutcome::Finished);
}
