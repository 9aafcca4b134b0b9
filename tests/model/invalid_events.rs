//! Invalid events are refused with a message, and no sequence of events makes the model panic.

mod unchanged;

use mpviz::event::workload::Workload;
use mpviz::event::{
    CorePolicy, Event, Exit, FinalUsage, LaneId, LanePlan, LaneStatus, Machine, Mode, ProcessSample, Run, SlotId,
    StampedEvent, TaskId, WorkerId,
};
use mpviz::model::{Model, TimeWindow};
use proptest::prelude::*;

const WORKER: WorkerId = WorkerId(0);

fn example_lane_plan(mode: Mode, workers: u32) -> LanePlan {
    let gil = mode == Mode::Threads;
    LanePlan {
        mode,
        engine: "native".into(),
        workers,
        cores: vec![0, 1],
        gil,
        unreported_gil: false,
        own_queues: false,
        chunk: 2,
        pool: None,
    }
}

fn run_description(cores: CorePolicy) -> Run {
    Run {
        version: "0".into(),
        command: Vec::new(),
        machine: Machine { cores: 2, memory_bytes: 1, os: "Linux".into() },
        cores,
        workload: Some(Workload { numbers: 16, tasks: 4, ..Workload::default() }),
        rounds_per_number: 1,
        program: None,
        lanes: vec![example_lane_plan(Mode::Pool, 2), example_lane_plan(Mode::Threads, 2)],
        notes: Vec::new(),
        repeat: None,
        began_ms: None,
        graph: None,
    }
}

fn started_model() -> Model {
    let mut model = Model::new();
    let begin = Event::RunStarted(Box::new(run_description(CorePolicy::Split)));
    model.apply(&StampedEvent { at: 0, lane: None, event: begin }).unwrap();
    model.apply(&StampedEvent { at: 1, lane: Some(LaneId(0)), event: Event::LaneStarted {} }).unwrap();
    model
}

fn worker_spawned(worker: WorkerId, slot: u32) -> Event {
    Event::WorkerSpawned { worker, slot: SlotId(slot), pid: 1 }
}

fn task_taken(first: u32, count: u32) -> Event {
    Event::TaskTaken { worker: WORKER, first: TaskId(first), count, receive_ns: 0 }
}

fn task_loaded(task: u32) -> Event {
    Event::TaskLoaded { worker: WORKER, task: TaskId(task), bytes: 8, cpu_ns: 0 }
}

fn task_finished(task: u32) -> Event {
    Event::TaskFinished { worker: WORKER, task: TaskId(task), sum: Some(0), cpu_ns: 0, result_bytes: 0 }
}

fn task_released(task: u32) -> Event {
    Event::TaskReleased { worker: WORKER, task: TaskId(task) }
}

fn task_failed(task: u32) -> Event {
    Event::TaskFailed { worker: WORKER, task: TaskId(task), error: "no".into() }
}

fn task_progressed(task: u32, ppm: u32) -> Event {
    Event::TaskProgressed { worker: WORKER, task: TaskId(task), ppm, cpu_ns: 0 }
}

fn tasks_lost(first: u32, count: u32, worker: Option<WorkerId>) -> Event {
    Event::TasksLost { first: TaskId(first), count, worker }
}

fn tasks_abandoned(first: u32) -> Event {
    Event::TasksAbandoned { first: TaskId(first), count: 1 }
}

fn tasks_submitted(first: u32, count: u32) -> Event {
    Event::TasksSubmitted { first: TaskId(first), count, call: None }
}

fn worker_exited() -> Event {
    Event::WorkerExited { worker: WORKER, exit: Exit::Code(0), usage: None }
}

/// Checks that the last of these events, one ns apart, is refused with this message.
fn check_refused(events: Vec<Event>, message: &str) {
    let mut model = started_model();
    let last = events.len() - 1;
    for (n, event) in events.into_iter().enumerate() {
        let result = model.apply(&StampedEvent { at: 10 + n as u64, lane: Some(LaneId(0)), event });
        match result {
            Ok(()) if n < last => {}
            Err(error) if n == last => {
                assert!(error.to_string().contains(message), "{error} does not contain: {message}");
            }
            other => panic!("{n}: {other:?} instead of: {message}"),
        }
    }
}

#[test]
fn invalid_task_transitions_are_refused() {
    check_refused(vec![tasks_submitted(0, 2), tasks_submitted(1, 1)], "task 1 is submitted twice");
    check_refused(vec![tasks_submitted(0, 1_000_001)], "there are no 1000001 tasks from 0 on");
    check_refused(vec![task_taken(3, 2)], "there are no 2 tasks from 3 on: 4 are known");
    check_refused(vec![task_taken(0, 0)], "there are no 0 tasks");
    check_refused(vec![task_taken(u32::MAX, u32::MAX)], "there are no");
    check_refused(vec![task_taken(0, 2), task_taken(2, 1)], "worker 0 took task 2 while it holds task 0");
    check_refused(
        vec![task_taken(0, 1), task_loaded(0), task_finished(0), task_released(0), task_taken(0, 1)],
        "which was already taken",
    );
    check_refused(vec![task_loaded(0)], "worker 0 loaded task 0, which is not its current task");
    check_refused(vec![task_taken(0, 2), task_loaded(1)], "which is not its current task");
    check_refused(vec![task_taken(0, 1), task_loaded(0), task_loaded(0)], "which is not its current task");
    check_refused(vec![task_taken(0, 1), task_finished(0)], "worker 0 does not run task 0");
    check_refused(vec![task_taken(0, 1), task_progressed(0, 1)], "worker 0 does not run task 0");
    check_refused(
        vec![task_taken(0, 1), task_loaded(0), task_progressed(0, 1_000_001)],
        "task 0 has a progress of 1000001 ppm",
    );
    check_refused(
        vec![task_taken(0, 1), task_loaded(0), task_finished(0), task_finished(0)],
        "worker 0 does not run task 0",
    );
    check_refused(vec![task_taken(0, 1), task_loaded(0), task_released(0)], "worker 0 released task 0 before its end");
    check_refused(vec![task_taken(0, 1), task_released(0)], "which is not in its memory");
    check_refused(vec![task_taken(0, 2), task_failed(1)], "which is not its current task");
    check_refused(vec![task_taken(0, 2), task_failed(0), task_loaded(1)], "which is not its current task");
    let finished_task =
        || vec![worker_spawned(WORKER, 0), tasks_submitted(0, 4), task_taken(0, 1), task_loaded(0), task_finished(0)];
    check_refused([finished_task(), vec![tasks_lost(0, 1, Some(WORKER))]].concat(), "task 0 is Lost, but was Finished");
    check_refused([finished_task(), vec![tasks_abandoned(0)]].concat(), "task 0 is Abandoned, but was Finished");
    check_refused(
        vec![tasks_submitted(0, 4), tasks_abandoned(1), tasks_abandoned(1)],
        "task 1 is Abandoned, but was Abandoned",
    );
    check_refused(vec![tasks_submitted(0, 4), tasks_lost(1, 1, None), task_taken(1, 1)], "which is Lost");
    check_refused(vec![tasks_lost(0, 1, Some(WORKER))], "worker 0 was never started");
}

#[test]
fn invalid_worker_events_are_refused() {
    let io = || Event::IoStarted { worker: WORKER };
    check_refused(vec![io()], "worker 0 waits for I/O without a task");
    check_refused(vec![task_taken(0, 1), io(), io()], "two I/O operations at once");
    check_refused(vec![Event::IoFinished { worker: WORKER }], "ended an I/O operation without starting one");
    check_refused(vec![Event::GilReleased { worker: WORKER }], "released the GIL without holding it");
    check_refused(
        vec![Event::GilAcquired { worker: WORKER }, Event::GilAcquired { worker: WORKER }],
        "acquired the GIL twice",
    );
    check_refused(vec![Event::WorkerReady { worker: WORKER }, Event::WorkerReady { worker: WORKER }], "ready twice");
    check_refused(vec![worker_exited()], "worker 0 was never started");
    check_refused(vec![worker_spawned(WORKER, 0), worker_exited(), worker_exited()], "worker 0 exited twice");
    check_refused(
        vec![worker_spawned(WORKER, 0), worker_exited(), task_taken(0, 1)],
        "worker 0 sent an event after its end",
    );
    check_refused(vec![worker_spawned(WORKER, 0), worker_spawned(WorkerId(1), 0)], "started in slot 0 beside worker 0");
    check_refused(vec![worker_spawned(WORKER, 0), worker_spawned(WORKER, 1)], "worker 0 was started twice");
    check_refused(vec![worker_spawned(WORKER, 2)], "there is no slot 2");
    check_refused(vec![worker_spawned(WorkerId(u32::MAX), 0)], "far beyond");
    check_refused(vec![Event::WorkerReady { worker: WorkerId(100_000) }], "far beyond");
}

#[test]
fn invalid_lane_and_run_events_are_refused() {
    check_refused(vec![Event::LaneStarted {}], "the lane started twice");
    check_refused(vec![Event::LaneResumed {}], "not suspended");
    check_refused(vec![Event::LaneSuspended {}, Event::LaneSuspended {}], "suspended twice");
    let end = || Event::LaneEnded { status: LaneStatus::Finished };
    check_refused(vec![end(), end()], "the lane ended twice");
    let refuse = |model: &mut Model, at, lane, event, message: &str| {
        let error = model.apply(&StampedEvent { at, lane, event }).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    };
    refuse(&mut Model::new(), 0, None, Event::RunEnded {}, "the first event is not RunStarted");
    refuse(&mut started_model(), 1, Some(LaneId(2)), Event::LaneStarted {}, "there is no lane 2");
    refuse(
        &mut started_model(),
        1,
        Some(LaneId(1)),
        tasks_submitted(0, 4),
        "tasks were submitted before the lane began",
    );
    refuse(&mut started_model(), 1, None, Event::LaneStarted {}, "an event of a lane has no lane");
    refuse(&mut started_model(), u64::MAX, None, Event::RunEnded {}, "is dated");
    let second = Event::RunStarted(Box::new(run_description(CorePolicy::Split)));
    refuse(&mut started_model(), 1, None, second, "the run started twice");
    let mut none = run_description(CorePolicy::Split);
    none.lanes.clear();
    refuse(&mut Model::new(), 0, None, Event::RunStarted(Box::new(none)), "a run of 0 lanes");
    let mut wide = run_description(CorePolicy::Split);
    wide.lanes[0].workers = u32::MAX;
    refuse(&mut Model::new(), 0, None, Event::RunStarted(Box::new(wide)), "workers");
}

#[test]
fn worker_events_that_go_back_in_time_are_refused() {
    let mut model = started_model();
    let mut apply = |at, event| model.apply(&StampedEvent { at, lane: Some(LaneId(0)), event });
    apply(20, task_taken(0, 1)).unwrap();
    assert!(apply(19, task_loaded(0)).unwrap_err().to_string().contains("go back in time: 19 ns after 20 ns"));
    apply(5, worker_spawned(WORKER, 0)).unwrap();
    assert!(apply(19, worker_exited()).unwrap_err().to_string().contains("before its last event"));
}

/// Generates mostly small numbers, and sometimes any number.
fn small_or_any_number() -> impl Strategy<Value = u32> {
    prop_oneof![8 => 0..5_u32, 1 => any::<u32>()]
}

fn any_event() -> impl Strategy<Value = Event> {
    (0..35_u8, small_or_any_number(), small_or_any_number(), small_or_any_number(), any::<u64>()).prop_map(
        |(kind, a, b, c, big)| {
            let (worker, task) = (WorkerId(a), TaskId(b));
            match kind {
                0 => Event::LaneStarted {},
                1 => Event::TasksSubmitted { first: task, count: c, call: None },
                2 => Event::LaneSuspended {},
                3 => Event::LaneResumed {},
                4 => Event::LaneEnded { status: LaneStatus::Failed },
                5 | 6 => Event::WorkerSpawned { worker, slot: SlotId(c), pid: b },
                7 => Event::WorkerNotSpawned { slot: SlotId(c), error: "no".into() },
                8 => Event::WorkerReady { worker },
                9 => Event::WorkerFinished { worker, usage: FinalUsage::default() },
                10 => Event::WorkerKilled { worker },
                11 => Event::WorkerExited {
                    worker,
                    exit: Exit::Signal(9),
                    usage: Some(FinalUsage { cpu_ns: big, ..FinalUsage::default() }),
                },
                12 | 13 => Event::TaskTaken { worker, first: task, count: c, receive_ns: 0 },
                14 | 15 => Event::TaskLoaded { worker, task, bytes: big >> (c % 64), cpu_ns: big },
                16 => Event::TaskProgressed { worker, task, ppm: c, cpu_ns: big },
                17 => Event::IoStarted { worker },
                18 => Event::IoFinished { worker },
                19 => Event::GilAcquired { worker },
                20 => Event::TaskFinished { worker, task, sum: Some(big.cast_signed()), cpu_ns: big, result_bytes: 0 },
                21 => Event::TaskFailed { worker, task, error: "no".into() },
                22 => Event::TaskReleased { worker, task },
                23 => Event::TasksLost { first: task, count: c, worker: (big % 2 == 0).then_some(worker) },
                24 => Event::TasksAbandoned { first: task, count: c },
                25 => Event::TaskSent { task },
                26 => Event::TaskReturned { task, worker: (big % 2 == 0).then_some(worker) },
                27 => Event::TaskGivenUp { task, worker },
                28 => Event::TransferWaited { worker, task, ns: big },
                32 => Event::HeartbeatsMissed { worker, since: big },
                33 => Event::HeartbeatsResumed { worker },
                29 => Event::TaskQueued { task, bytes: big >> (c % 64) },
                30 => Event::WaitStarted { worker, lock: (big % 2 == 0).then_some(true) },
                31 => Event::WaitFinished { worker, looks: big },
                _ => {
                    let sample = ProcessSample {
                        cpu_ns: big,
                        run_delay_ns: big,
                        private_bytes: Some(big),
                        core: c,
                        timeslices: Some(big),
                    };
                    Event::WorkerSampled { worker, sample }
                }
            }
        },
    )
}

fn any_stamped_event() -> impl Strategy<Value = StampedEvent> {
    let at = prop_oneof![8 => 0..200_u64, 1 => any::<u64>()];
    let lane =
        prop_oneof![8 => (0..2_u16).prop_map(|lane| Some(LaneId(lane))), 1 => Just(None), 1 => Just(Some(LaneId(9)))];
    let of_run = prop_oneof![
        Just(Event::RunEnded {}),
        Just(Event::Drained { taken: Vec::new() }),
        any::<(u32, f32)>().prop_map(|load| Event::CoresSampled { loads: vec![load] }),
        any::<u64>().prop_map(|bytes| Event::LanePssSampled { bytes }),
    ];
    (at, lane, prop_oneof![9 => any_event(), 1 => of_run]).prop_map(|(at, lane, event)| StampedEvent {
        at,
        lane,
        event,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]
    #[test]
    fn arbitrary_events_never_panic(events in prop::collection::vec(any_stamped_event(), 0..120), t in 0..300_u64, shared in any::<bool>()) {
        let mut model = Model::new();
        let policy = if shared { CorePolicy::Shared } else { CorePolicy::Split };
        let begin = Event::RunStarted(Box::new(run_description(policy)));
        model.apply(&StampedEvent { at: 0, lane: None, event: begin }).unwrap();
        for mut event in events {
            // Most events are in order of time; otherwise hardly any would be valid.
            if event.at < 200 {
                event.at += model.observation_cost().events;
            }
            let _ = model.apply(&event);
        }
        for t in [0, t, 1 << 61, u64::MAX] {
            query_everything(&model, t);
        }
    }
}

fn query_everything(model: &Model, t: u64) {
    let window = TimeWindow { from: t / 2, to: t, columns: 5 };
    for lane in model.lanes() {
        let _ =
            (lane.counts_at(t), lane.tasks_in_queue(t).count(), lane.next_event_time(t), lane.previous_event_time(t));
        let _ = (
            lane.task_map(TaskId(0), 3, 2, window),
            lane.task_map(TaskId(0), 8, 1, window),
            lane.task_map(TaskId(u32::MAX), 2, 0, window),
        );
        let _ =
            (model.core_use_over_time(lane.id(), window), model.key_moments(lane.id()), model.idle_cores(lane.id(), t));
        let _ = (lane.private_memory(t), lane.pss_bytes(t), lane.makespan());
        for n in [0, 1, 2, 3, 4, u32::MAX] {
            let _ = (lane.task_state(TaskId(n), t), lane.task_times(TaskId(n)), lane.slot_snapshot_at(SlotId(n), t));
            let _ = (lane.slot_history(&[SlotId(n)], window), lane.tasks_taken(WorkerId(n), t));
            let _ = lane
                .worker(WorkerId(n))
                .map(|worker| (worker.io_time(t), worker.io_count(0, t), worker.core_and_wait_shares(t)));
        }
    }
    let _ = (model.core_load(LaneId(0), 0, t), model.summary());
}
