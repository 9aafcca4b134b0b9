//! Reading what real Python programs report.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crossbeam_channel::unbounded;
use mpviz::event::{Exit, ObservationGap, PoolKind};
use mpviz::source::python::poller::Poller;
use mpviz::source::python::record::{InterpreterOrigin, PoolNumber, Record, StampedRecord, TaskKey};
use mpviz::source::python::trace_directory::TraceDirectory;

/// What a program reported.
#[derive(Default)]
struct Reports {
    records: Vec<StampedRecord>,
    dropped: u64,
    problems: Vec<ObservationGap>,
}

impl Reports {
    fn pids_of(&self, is_wanted: impl Fn(&Record) -> bool) -> BTreeSet<u32> {
        let wanted = self.records.iter().filter(|stamped| is_wanted(&stamped.record));
        wanted.map(|stamped| stamped.process.pid).collect()
    }

    fn started(&self) -> Vec<(u32, TaskKey)> {
        let started = |stamped: &StampedRecord| match stamped.record {
            Record::TaskStarted { task, .. } => Some((stamped.process.pid, task)),
            _ => None,
        };
        self.records.iter().filter_map(started).collect()
    }

    fn finished(&self) -> Vec<(u32, TaskKey)> {
        let finished = |stamped: &StampedRecord| match stamped.record {
            Record::TaskFinished { task, .. } => Some((stamped.process.pid, task)),
            _ => None,
        };
        self.records.iter().filter_map(finished).collect()
    }
}

fn start_python(code: &str, trace: &TraceDirectory) -> Child {
    let shim = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/python");
    Command::new("python3")
        .args(["-c", code])
        .env("PYTHONPATH", shim)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("MPVIZ_TRACE_DIR", trace.path())
        .stdin(Stdio::null())
        .spawn()
        .expect("python3 is installed")
}

/// Runs a program until it exits, and returns what its processes reported meanwhile.
fn reports_of(code: &str) -> Reports {
    let trace = TraceDirectory::create().unwrap();
    let (sender, batches) = unbounded();
    let poller = Poller::start(trace.path().to_owned(), sender).unwrap();
    let status = start_python(code, &trace).wait().unwrap();
    poller.stop();
    assert!(status.success(), "{status}");
    let mut reports = Reports::default();
    for batch in batches {
        reports.records.extend(batch.records);
        reports.dropped += batch.dropped;
        reports.problems.extend(batch.problems);
    }
    assert_eq!(reports.problems, []);
    reports
}

#[test]
#[ignore = "needs python3"]
fn all_processes_and_tasks_of_a_pool_are_read() {
    for method in ["fork", "spawn", "forkserver"] {
        let reports = reports_of(&format!(
            "import multiprocessing as m
if __name__ == '__main__':
    with m.get_context('{method}').Pool(2) as pool:
        pool.map(abs, range(500), 1)
        pool.close()
        pool.join()"
        ));
        let created = |record: &Record| matches!(record, Record::PoolCreated { kind: PoolKind::Pool, workers: 2, .. });
        let [owner] = reports.pids_of(created).into_iter().collect::<Vec<_>>()[..] else { panic!("one pool") };
        let tasks = |ends: Vec<(u32, TaskKey)>| ends.iter().map(|(_, task)| task.index).collect::<Vec<_>>();
        let [started, finished] = [tasks(reports.started()), tasks(reports.finished())];
        assert_eq!((started.len(), finished.len(), reports.dropped), (500, 500, 0), "{method}");
        assert_eq!(finished.into_iter().collect::<BTreeSet<_>>(), (0..500).collect());
        let workers = reports.pids_of(|record| matches!(record, Record::WorkerReady { .. }));
        let origin = if method == "spawn" { InterpreterOrigin::Started } else { InterpreterOrigin::Forked };
        let greeted = reports.pids_of(|record| matches!(record, Record::Hello { origin: o, .. } if *o == origin));
        assert!(workers.len() == 2 && workers.is_subset(&greeted) && !workers.contains(&owner), "{method}");
    }
}

#[test]
#[ignore = "needs python3"]
fn what_a_killed_worker_wrote_is_read() {
    let reports = reports_of(
        "import os, time, multiprocessing as m
def work(i):
    if i == 3:
        os.kill(os.getpid(), 9)
pool = m.get_context('fork').Pool(2)
pids = {p.pid for p in pool._pool}
pool.map_async(work, range(4), 1)
while {p.pid for p in pool._pool} == pids:  # until a replacement has started
    time.sleep(.01)
pool.terminate()",
    );
    let finished = reports.finished();
    let lost: Vec<_> = reports.started().into_iter().filter(|task| !finished.contains(task)).collect();
    let [(pid, task)] = lost[..] else { panic!("one task is lost: {lost:?}") };
    assert_eq!(task.index, 3);
    let reaped = Record::ProcessReaped { pid, exit: Exit::Signal(9) };
    assert_eq!(reports.pids_of(|record| *record == reaped).len(), 1);
}

#[test]
#[ignore = "needs python3"]
fn every_record_of_a_python_burst_is_read_or_counted_as_dropped() {
    const RECORDS: u64 = 1_000_000;
    let reports = reports_of(&format!(
        "from mpviz_shim import ring
for i in range({RECORDS}):
    ring.record(9, 0, i, i + 1, i + 2, i + 3, i)"
    ));
    let finished = reports.finished();
    assert!(finished.iter().all(|(_, task)| task.index == task.job + 1));
    assert!(finished.is_sorted_by_key(|(_, task)| task.job));
    assert_eq!(finished.len() as u64 + reports.dropped, RECORDS);
    println!("dropped {} of {RECORDS}", reports.dropped);
}

#[test]
#[ignore = "needs python3"]
fn records_of_threads_that_compete_for_the_gil_are_read() {
    const THREADS: u64 = 8;
    const RECORDS: u64 = 20_000;
    let reports = reports_of(&format!(
        "import threading
from mpviz_shim import ring
def write(thread):
    for i in range({RECORDS}):
        ring.record(9, thread + 1, i, i + 1, 0, 0, 0)
        sum(range(50))
threads = [threading.Thread(target=write, args=(i,)) for i in range({THREADS})]
for thread in threads: thread.start()
for thread in threads: thread.join()"
    ));
    let finished = reports.finished();
    for thread in 1..=THREADS as u32 {
        let of_thread = finished.iter().filter(|(_, task)| task.pool == Some(PoolNumber(thread)));
        assert!(of_thread.is_sorted_by_key(|(_, task)| task.job));
    }
    // What is dropped may be the text of other records.
    let missing = THREADS * RECORDS - finished.len() as u64;
    assert!(missing <= reports.dropped && (missing == 0) == (reports.dropped == 0), "{missing} {}", reports.dropped);
    println!("dropped {} of {}", reports.dropped, THREADS * RECORDS);
}
