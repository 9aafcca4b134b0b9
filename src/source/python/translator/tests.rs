//! Tests of the translation: the events of typical programs, applied to a model.

mod lost_tasks;
mod processes_and_threads;
mod samples;

use super::*;
use crate::event::{
    CallKind, CodeLocation, FinalUsage, LaneStatus, Machine, Mode, ParentUsage, PoolKind, Run, TaskId, WatchedProgram,
};
use crate::model::{Lane, Model, ProblemKind, TaskOutcome, WorkerState};
use crate::source::python::record::{CallNumber, InterpreterOrigin, PythonVersion, ReportingProcess, TaskKey};

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
            program: Some(WatchedProgram { pid: PARENT, cluster: None }),
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
