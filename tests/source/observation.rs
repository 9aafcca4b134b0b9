//! Tests of the observation of real Python programs.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;

use crossbeam_channel::{bounded, unbounded};
use mpviz::event::{CorePolicy, Exit, Machine, Mode, PoolKind, Run, TaskId, WatchedProgram};
use mpviz::model::{Lane, Model, ProblemKind, TaskOutcome};
use mpviz::source::observation::{Observation, ObservedProgram};
use mpviz::system::clock::Epoch;

/// Runs a Python program under observation, and returns the model at its end and how it ended.
fn observe(program: &str) -> (Model, Exit) {
    let trace_dir = tempfile::tempdir().unwrap();
    let script = trace_dir.path().join("program.py");
    std::fs::write(&script, program).unwrap();
    let shim = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/python");
    let epoch = Epoch::start_now();
    let mut child = Command::new("python3")
        .arg(&script)
        .env("PYTHONPATH", shim)
        .env("MPVIZ_TRACE_DIR", trace_dir.path())
        .spawn()
        .expect("python3 is on PATH");
    let (exit_sender, exits) = bounded(1);
    let run = Run {
        version: "1".into(),
        command: vec!["python3".into(), "program.py".into()],
        machine: Machine { cores: 2, memory_bytes: 0, os: "test".into() },
        cores: CorePolicy::Shared,
        workload: None,
        rounds_per_number: 0,
        program: Some(WatchedProgram { pid: child.id() }),
        lanes: Vec::new(),
        notes: Vec::new(),
        repeat: None,
        began_ms: None,
    };
    let (events, received) = unbounded();
    let program = ObservedProgram { run, epoch, trace_dir: trace_dir.path().to_owned(), exits };
    let observation = Observation::start(program, vec![0, 1], events).unwrap();
    let status = child.wait().unwrap();
    let exit = status.signal().map_or_else(|| Exit::Code(status.code().unwrap()), Exit::Signal);
    exit_sender.send(exit).unwrap();
    let mut model = Model::new();
    for stamped in received.into_iter().flatten() {
        model.apply(&stamped).unwrap_or_else(|error| panic!("{error}: {stamped:?}"));
    }
    observation.stop();
    (model, exit)
}

fn finished(lane: &Lane) -> usize {
    lane.task_ids().filter(|task| lane.task_outcome(*task) == Some(TaskOutcome::Finished)).count()
}

#[test]
fn map_of_a_pool_is_a_lane_with_its_chunks() {
    let (model, exit) = observe(
        "import multiprocessing, time\n\
         def work(n):\n    time.sleep(0.01)\n    return n\n\
         if __name__ == '__main__':\n    with multiprocessing.Pool(2) as pool:\n        pool.map(work, range(20), chunksize=3)\n",
    );
    assert_eq!(exit, Exit::Code(0));
    let [lane] = model.lanes() else { panic!("{} lanes", model.lanes().len()) };
    let pool = lane.plan().pool.as_ref().unwrap();
    assert_eq!((lane.plan().mode, pool.kind), (Mode::Pool, PoolKind::Pool));
    assert_eq!(pool.site.as_ref().map(|site| (site.file_name(), site.line)), Some(("program.py", 6)));
    assert_eq!((finished(lane), lane.slot_count()), (7, 2));
    assert_eq!(lane.items_of(TaskId(6)), Some(18..=19));
    assert_eq!(lane.call_of(TaskId(0)).map(|call| call.function.as_str()), Some("work"));
    assert!(lane.problems().is_empty(), "{:?}", lane.problems());
    assert!(model.program_state().engine.as_ref().is_some_and(|engine| engine.as_str().starts_with("cpython 3.")));
    assert_eq!(model.program_state().exit.map(|(_, exit)| exit), Some(Exit::Code(0)));
}

#[test]
fn killed_worker_of_a_pool_loses_its_task() {
    let (model, _) = observe(
        "import multiprocessing, os, signal, time\n\
         def work(n):\n    if n == 3:\n        os.kill(os.getpid(), signal.SIGKILL)\n    return n\n\
         if __name__ == '__main__':\n    pool = multiprocessing.Pool(2)\n    result = pool.map_async(work, range(6), chunksize=1)\n    \
         time.sleep(1)\n    pool.terminate()\n",
    );
    let lane = &model.lanes()[0];
    assert_eq!(lane.task_outcome(TaskId(3)), Some(TaskOutcome::Lost));
    let problems = lane.problems();
    let died = |what: &ProblemKind| matches!(what, ProblemKind::Died { exit: Exit::Signal(9), tasks, .. } if *tasks == [TaskId(3)]);
    assert!(problems.iter().any(|problem| died(&problem.what)), "{problems:?}");
}

#[test]
fn executors_threads_and_processes_have_lanes() {
    let (model, _) = observe(
        "import concurrent.futures as cf, multiprocessing, threading, time\n\
         def work(n):\n    time.sleep(0.01)\n    return n\n\
         if __name__ == '__main__':\n    \
         with cf.ProcessPoolExecutor(2) as executor:\n        list(executor.map(work, range(5)))\n    \
         with cf.ThreadPoolExecutor(2) as executor:\n        [executor.submit(work, n) for n in range(4)]\n    \
         children = [multiprocessing.Process(target=work, args=(n,)) for n in range(3)]\n    \
         for child in children: child.start()\n    for child in children: child.join()\n    \
         thread = threading.Thread(target=work, args=(1,))\n    thread.start()\n    thread.join()\n",
    );
    let lanes: Vec<_> =
        model.lanes().iter().map(|lane| (lane.plan().pool.as_ref().unwrap().kind, finished(lane))).collect();
    let expected = [
        (PoolKind::ProcessPoolExecutor, 5),
        (PoolKind::ThreadPoolExecutor, 4),
        (PoolKind::Processes, 3),
        (PoolKind::Threads, 1),
    ];
    assert_eq!(lanes, expected);
    for lane in model.lanes() {
        assert!(lane.problems().is_empty(), "{:?}: {:?}", lane.plan().pool, lane.problems());
        assert!(lane.end_and_status().is_some());
    }
}
