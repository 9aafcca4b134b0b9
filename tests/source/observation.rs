//! Tests of the observation of real Python programs.

use std::ffi::OsStr;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;

use crossbeam_channel::{bounded, unbounded};
use mpviz::event::{CorePolicy, Exit, Machine, Mode, PoolKind, Run, TaskId, WatchedProgram, WorkerId};
use mpviz::model::{Lane, Model, ProblemKind, TaskOutcome};
use mpviz::source::observation::{Observation, ObservedProgram};
use mpviz::system::clock::Epoch;

use crate::support::dask::dask_python;

/// Runs a Python program under observation, and returns the model at its end and how it ended.
fn observe(program: &str) -> (Model, Exit) {
    observe_with("python3".as_ref(), program)
}

fn observe_with(python: &OsStr, program: &str) -> (Model, Exit) {
    let trace_dir = tempfile::tempdir().unwrap();
    let script = trace_dir.path().join("program.py");
    std::fs::write(&script, program).unwrap();
    let shim = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/python");
    let epoch = Epoch::start_now();
    let mut child = Command::new(python)
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
        program: Some(WatchedProgram { pid: child.id(), cluster: None }),
        lanes: Vec::new(),
        notes: Vec::new(),
        repeat: None,
        began_ms: None,
        graph: None,
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
         if __name__ == '__main__':\n    pool = multiprocessing.Pool(2)\n    pids = {p.pid for p in pool._pool}\n    \
         pool.map_async(work, range(6), chunksize=1)\n    \
         while {p.pid for p in pool._pool} == pids: time.sleep(0.01)  # until a replacement has started\n    \
         pool.terminate()\n",
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

fn findings(model: &Model) -> Vec<&'static str> {
    model.findings().iter().map(|finding| finding.kind.name()).collect()
}

/// A program whose tasks run in an executor of 4 threads.
fn program_of_threads(task: &str) -> String {
    format!(
        "import concurrent.futures as cf, threading, time\n\
         lock = threading.Lock()\n\
         def compute(s):\n    end = time.thread_time() + s\n    while time.thread_time() < end: pass\n\
         def work(n):\n    {task}\n\
         with cf.ThreadPoolExecutor(4) as executor: list(executor.map(work, range(16)))\n"
    )
}

#[test]
fn threads_that_take_turns_for_the_gil_are_told_from_threads_that_sleep_or_wait_for_a_lock() {
    let (computing, _) = observe(&program_of_threads("compute(0.1)"));
    assert!(findings(&computing).contains(&"gil-bound"), "{:?}", findings(&computing));
    let lane = &computing.lanes()[0];
    let time = computing.lane_work(lane, computing.newest_mark()).workers;
    assert!(time.run_queue_delay_s.is_some() && time.cpu_s > Some(1.5), "{time:?}");
    for neighbour in ["time.sleep(0.4)", "with lock: time.sleep(0.1)"] {
        let (model, _) = observe(&program_of_threads(neighbour));
        assert!(!findings(&model).contains(&"gil-bound"), "{neighbour}: {:?}", findings(&model));
    }
}

#[test]
fn a_task_that_sleeps_waits_from_its_start() {
    // Looks at the processes may be 0.3 s apart.
    let (model, _) = observe(&program_of_threads("time.sleep(1)"));
    let lane = &model.lanes()[0];
    let slept: u64 = (0..4).filter_map(|id| lane.worker(WorkerId(id))).map(|worker| worker.io_time(u64::MAX)).sum();
    let times = lane.task_ids().filter_map(|task| lane.task_times(task));
    let ran: u64 = times.map(|times| times.ended.unwrap() - times.loaded.unwrap()).sum();
    // Without what the tasks computed.
    assert!((ran - ran / 20..=ran).contains(&slept), "{slept} of {ran}");
}

#[test]
fn a_thread_that_a_library_starts_for_its_own_code_is_no_lane() {
    let (model, _) = observe(
        "import os, sys, threading\n\
         os.makedirs(sys.path[0] + '/site-packages')\n\
         library = sys.path[0] + '/site-packages/library.py'\n\
         open(library, 'w').write('''\nimport threading, time\nclass Monitor(threading.Thread):\n    \
         def run(self): time.sleep(0.1)\ndef start(): Monitor().start()\n\
         def start_work(work): threading.Thread(target=work).start()\n''')\n\
         sys.path.insert(0, os.path.dirname(library))\n\
         import library\n\
         library.start()\nlibrary.start_work(lambda: None)\n",
    );
    let [lane] = model.lanes() else { panic!("{} lanes", model.lanes().len()) };
    assert_eq!((lane.plan().pool.as_ref().unwrap().kind, finished(lane)), (PoolKind::Threads, 1));
}

#[test]
fn processes_say_at_their_end_what_they_used() {
    let (model, _) = observe(
        "import multiprocessing, time\n\
         def work():\n    end = time.process_time() + 0.05\n    while time.process_time() < end: pass\n\
         if __name__ == '__main__':\n    process = multiprocessing.Process(target=work)\n    \
         process.start()\n    process.join()\n",
    );
    let usage = model.lanes()[0].worker(WorkerId(0)).unwrap().final_usage().unwrap();
    assert!(usage.cpu_ns >= 50_000_000, "{usage:?}");
}

/// The kinds of all lanes, and how many tasks finished in each.
fn lanes(model: &Model) -> Vec<(PoolKind, usize)> {
    model.lanes().iter().map(|lane| (lane.plan().pool.as_ref().unwrap().kind, finished(lane))).collect()
}

#[test]
fn scheduler_in_the_program_is_a_lane_between_its_pools() {
    let (model, _) = observe(
        "import json, os, socket, time
from multiprocessing.pool import ThreadPool
def pool():
    with ThreadPool(1) as pool:
        pool.map(abs, range(3), chunksize=1)
pool()
scheduler = socket.socket(socket.AF_UNIX)
scheduler.connect(os.environ['MPVIZ_TRACE_DIR'] + '/clusters')
def write(message):
    scheduler.sendall((json.dumps(message) + '\\n').encode())
began = time.time()
write({'hello': {'time': began, 'pid': os.getpid(), 'version': '1', 'saturation': '1.1', 'address': 'tcp://x:1'}})
worker = {'address': 'tcp://x:2', 'name': 'w', 'host': 'x', 'pid': 1, 'threads': 1}
write({'now': began, 'events': [{'worker_added': [began, 0, worker]}, {'submitted': [began, 0, [['load', 2, []]]]}]})
time.sleep(0.3)
ThreadPool(1).map(abs, [1])
now = time.time()
tasks = [{'finished': [now - 0.1 * (2 - task), task, 0, now, 8, []]} for task in range(2)]
write({'now': now, 'events': tasks, 'last': True})
",
    );
    // Reports of the scheduler come sooner than records.
    let mut lanes: Vec<_> = model.lanes().iter().collect();
    lanes.sort_by_key(|lane| lane.time_zero());
    let [before, cluster, after] = lanes[..] else { panic!("{} lanes", lanes.len()) };
    assert_eq!([before, cluster, after].map(finished), [3, 2, 1]);
    assert!(cluster.is_of_cluster());
    assert!(cluster.time_zero().unwrap() + 250_000_000 < after.time_zero().unwrap());
    let state = model.program_state();
    assert_eq!((state.attached, state.not_observed.len()), (1, 0), "{state:?}");
}

#[test]
#[ignore = "installs dask.distributed"]
fn clusters_of_a_real_program_are_observed_from_their_first_task_on() {
    let Some(python) = dask_python() else { return };
    let (model, exit) = observe_with(
        python.as_os_str(),
        "from distributed import Client, LocalCluster
from multiprocessing import Pool
def work(x):
    return x + 1
if __name__ == '__main__':
    for processes in True, False:
        with LocalCluster(n_workers=2, threads_per_worker=1, processes=processes, dashboard_address=None) as cluster:
            with Client(cluster) as client:
                client.gather(client.map(work, range(30)))
        with Pool(1) as pool:
            pool.map(work, range(5), chunksize=1)
",
    );
    let of_cluster = (PoolKind::DaskCluster, 30);
    // The pools are created at the same place. Reports of the scheduler come sooner than records.
    let mut in_time: Vec<_> = model.lanes().iter().map(Lane::time_zero).zip(lanes(&model)).collect();
    in_time.sort_by_key(|(zero, _)| *zero);
    let in_time: Vec<_> = in_time.into_iter().map(|(_, lane)| lane).collect();
    assert_eq!(in_time, [of_cluster, (PoolKind::Pool, 10), of_cluster]);
    assert_eq!((exit, model.program_state().not_observed.len()), (Exit::Code(0), 0));
    for lane in model.lanes() {
        assert!(lane.problems().is_empty(), "{:?}", lane.problems());
    }
}
