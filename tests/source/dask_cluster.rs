//! Observing a real Dask cluster. Needs a Python with dask.distributed, which `MPVIZ_DASK_PYTHON` names.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mpviz::event::{Event, StampedEvent};
use mpviz::model::Model;
use mpviz::source::dask::{ClusterConnection, ClusterError};

/// Starts a cluster and prints its address; then executes the lines of its input, and prints what each results in.
const CLUSTER: &str = "
import sys
from dask.distributed import Client, LocalCluster
def load(i):
    return b'x' * 1000
def plugins(dask_scheduler):
    return [n for n in [*dask_scheduler.plugins, *dask_scheduler.worker_plugins, *dask_scheduler.handlers] if 'mpviz' in n]
if __name__ == '__main__':
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=False, protocol='tcp',
                      dashboard_address=':0', host='127.0.0.1') as c:
        with Client(c) as client:
            print(c.scheduler_address, flush=True)
            for line in sys.stdin:
                print(eval(line), flush=True)
";

fn apply(model: &mut Model, events: &[StampedEvent]) {
    for stamped in events {
        model.apply(stamped).unwrap();
    }
}

fn python() -> OsString {
    std::env::var_os("MPVIZ_DASK_PYTHON").unwrap_or_else(|| "python3".into())
}

#[test]
#[ignore = "needs a Python with dask.distributed"]
fn real_cluster_is_observed_and_left_as_it_was() {
    let mut cluster = Command::new(python())
        .args(["-c", CLUSTER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut answers = BufReader::new(cluster.stdout.take().unwrap()).lines();
    let Some(Ok(address)) = answers.next() else {
        let import = Command::new(python()).args(["-c", "import distributed"]).stderr(Stdio::null()).status();
        assert!(!import.unwrap().success(), "the cluster cannot be started");
        println!("skipped: {} has no dask.distributed", python().display());
        return drop(cluster.wait());
    };
    let mut orders = cluster.stdin.take().unwrap();
    let mut ask = |order: &str| {
        writeln!(orders, "{order}").unwrap();
        answers.next().unwrap().unwrap()
    };

    let watch = ClusterConnection::open(&python(), &address).unwrap().observe().unwrap();
    assert_eq!(ask("len(client.gather(client.map(load, range(20), pure=False)))"), "20");
    assert_eq!(ask("len(client.submit(load, client.scatter(b'data')).result())"), "1000");
    let mut model = Model::new();
    let deadline = Instant::now() + Duration::from_secs(30);
    let finished = |model: &Model| model.lanes().first().map_or(0, |lane| lane.counts_at(model.newest_mark()).finished);
    while finished(&model) < 21 {
        let batch = watch.events.recv_deadline(deadline).expect("all tasks are reported in time");
        apply(&mut model, &batch);
    }
    let lane = &model.lanes()[0];
    assert_eq!((lane.slot_count(), lane.calls()[0].function.as_str()), (2, "load"));
    // What was scattered is no task that waits.
    assert_eq!(lane.counts_at(model.newest_mark()).submitted, 21);
    let events = watch.events.clone();
    watch.stop();
    let rest: Vec<_> = events.iter().flatten().collect();
    apply(&mut model, &rest);
    assert!(rest.iter().any(|stamped| matches!(stamped.event, Event::RunEnded {})));
    let lane = &model.lanes()[0];
    assert!(lane.cluster_usage().is_some_and(|usage| usage.scheduler_cpu_ns > 0));
    assert_eq!((lane.slot_count(), lane.dependent_tasks()), (2, 0));

    let deadline = Instant::now() + Duration::from_secs(10);
    while ask("client.run_on_scheduler(plugins)") != "[]" {
        assert!(Instant::now() < deadline, "the plugins are still registered");
    }
    drop(orders);
    cluster.wait().unwrap();
}

#[test]
fn python_that_cannot_be_started_is_a_sentence() {
    let error = ClusterConnection::open("/nowhere/python".as_ref(), "tcp://127.0.0.1:1").err().unwrap();
    assert!(matches!(error, ClusterError::Python { .. }));
    assert!(error.to_string().starts_with("--python /nowhere/python cannot be started: No such file"), "{error}");
}

#[test]
fn program_that_is_no_python_is_a_sentence() {
    let open = |program: &str| ClusterConnection::open(program.as_ref(), "").err().unwrap().to_string();
    assert!(open("true").starts_with("true ended without a report"));
    assert!(open("echo").starts_with("echo wrote an invalid report"));
}
