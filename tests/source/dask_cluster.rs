//! Observing a real Dask cluster.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use mpviz::event::{Event, ObservationGap, StampedEvent};
use mpviz::model::{ClusterFinding, ClusterQueue, FindingKind, Lane, LaneCounts, Model};
use mpviz::source::dask::{ClusterConnection, ClusterPlan, ClusterWatch, find_address};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use procfs::process::Process;

use crate::support::dask::{connect, connect_to, dask_python};
use crate::support::{MAX_WAIT, wait_until};

/// Starts a cluster with the options of its argument, and prints its address; then executes the lines of its input, and
/// prints what each results in.
const CLUSTER: &str = "
import os, signal, sys, threading, time, dask
from collections import Counter
from operator import add
from dask.distributed import Client, KilledWorker, LocalCluster
def load(i):
    return b'x' * 1000
def large(i):
    return b'x' * 10_000_000
def both(a, b):
    return len(a) + len(b)
def wait_for(path):
    while not os.path.exists(path):
        time.sleep(0.01)
def run_transfers():
    w0, w1 = client.scheduler_info()['workers']
    # Each task needs a result of the other worker.
    parts = [client.submit(large, i, pure=False, workers=[w0]) for i in range(12)]
    others = [client.submit(large, i, pure=False, workers=[w1]) for i in range(12)]
    return sum(client.gather([client.submit(both, a, b, pure=False, workers=[w]) for a, b, w in zip(parts, others, [w0, w1] * 6)]))
def count_states(dask_scheduler):
    return dict(sorted(Counter(task.state for task in dask_scheduler.tasks.values()).items()))
def restart():
    # Older versions wait for tasks that run.
    threading.Thread(target=client.restart, kwargs={'wait_for_workers': False}, daemon=True).start()
def give_up_at_once(dask_scheduler):
    dask_scheduler.allowed_failures = 0
def kill(worker):
    os.kill(client.run(os.getpid, workers=[worker])[worker], signal.SIGKILL)
def plugins(dask_scheduler):
    return [n for n in [*dask_scheduler.plugins, *dask_scheduler.worker_plugins, *dask_scheduler.handlers] if 'mpviz' in n]
if __name__ == '__main__':
    with LocalCluster(n_workers=2, threads_per_worker=1, protocol='tcp', dashboard_address='127.0.0.1:0',
                      host='127.0.0.1', **eval(sys.argv[1])) as c:
        with Client(c) as client:
            print(c.scheduler_address, flush=True)
            for line in sys.stdin:
                print(eval(line), flush=True)
";
const IN_THREADS: &str = "{'processes': False}";

/// A cluster of two workers with one thread each, and its client.
struct RealCluster {
    python: &'static Path,
    child: Child,
    orders: Option<ChildStdin>,
    answers: Receiver<String>,
    address: String,
}

impl RealCluster {
    /// Starts a cluster; none, with a word, if there is no Dask.
    fn start(options: &str) -> Option<Self> {
        let python = dask_python()?;
        let mut child = Command::new(python)
            .args(["-c", CLUSTER, options])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (sender, answers) = channel();
        thread::spawn(move || lines.try_for_each(|line| sender.send(line.ok()?).ok()));
        let orders = child.stdin.take();
        let address = answers.recv_timeout(MAX_WAIT).expect("the cluster starts");
        Some(Self { python, child, orders, answers, address })
    }

    fn ask(&mut self, order: &str) -> String {
        writeln!(self.orders.as_mut().unwrap(), "{order}").unwrap();
        self.answers.recv_timeout(MAX_WAIT).expect("the cluster answers")
    }

    /// The process that observes this cluster for this test.
    fn driver(&self) -> Pid {
        let is_driver = |process: &Process| {
            let arguments = process.cmdline().unwrap_or_default();
            arguments.last() == Some(&self.address) && arguments.get(1).is_some_and(|option| option == "-c")
        };
        let mut processes = procfs::process::all_processes().unwrap().filter_map(Result::ok);
        Pid::from_raw(processes.find(is_driver).unwrap().pid)
    }

    fn observe(&self) -> Observation {
        Observation::new(connect(self.python, &self.address).unwrap())
    }
}

impl Drop for RealCluster {
    fn drop(&mut self) {
        self.orders = None;
        let deadline = Instant::now() + MAX_WAIT;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(5));
        }
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What is seen of a cluster.
struct Observation {
    watch: ClusterWatch,
    model: Model,
}

impl Observation {
    fn new(connection: ClusterConnection) -> Self {
        Self { watch: connection.observe().unwrap(), model: Model::new() }
    }

    fn apply(&mut self, events: &[StampedEvent]) {
        for stamped in events {
            self.model.apply(stamped).unwrap();
        }
    }

    fn lane(&self) -> &Lane {
        &self.model.lanes()[0]
    }

    fn wait_for(&mut self, what: &str, is_seen: impl Fn(&Model, &LaneCounts) -> bool) {
        let deadline = Instant::now() + MAX_WAIT;
        let is_seen = |model: &Model| {
            model.lanes().first().is_some_and(|lane| is_seen(model, &lane.counts_at(model.newest_mark())))
        };
        while !is_seen(&self.model) {
            let batch = self.watch.events.recv_deadline(deadline).unwrap_or_else(|_| panic!("{what}"));
            self.apply(&batch);
        }
    }

    /// Ends the observation. Returns the model and the last events.
    fn end(mut self) -> (Model, Vec<StampedEvent>) {
        let events = self.watch.events.clone();
        self.watch.stop();
        let rest: Vec<_> = events.iter().flatten().collect();
        for stamped in &rest {
            self.model.apply(stamped).unwrap();
        }
        (self.model, rest)
    }
}

#[test]
#[ignore = "installs dask.distributed"]
fn real_cluster_is_observed_and_left_as_it_was() {
    let Some(mut cluster) = RealCluster::start(IN_THREADS) else { return };
    let mut seen = cluster.observe();
    assert_eq!(cluster.ask("len(client.gather(client.map(load, range(20), pure=False)))"), "20");
    assert_eq!(cluster.ask("len(client.submit(load, client.scatter(b'data')).result())"), "1000");
    seen.wait_for("not all tasks are reported", |_, counts| counts.finished == 21);
    let lane = seen.lane();
    assert_eq!((lane.slot_count(), lane.calls()[0].function.as_str()), (2, "load"));
    // What was scattered is no task that waits.
    assert_eq!(lane.counts_at(seen.model.newest_mark()).submitted, 21);
    let (model, rest) = seen.end();
    assert!(rest.iter().any(|stamped| matches!(stamped.event, Event::RunEnded {})));
    let lane = &model.lanes()[0];
    assert!(lane.cluster_usage().is_some_and(|usage| usage.scheduler_cpu_ns > 0));
    assert_eq!((lane.slot_count(), lane.dependent_tasks()), (2, 0));
    wait_until("no plugin is registered", || (cluster.ask("client.run_on_scheduler(plugins)") == "[]").then_some(()));
}

#[test]
#[ignore = "installs dask.distributed"]
fn http_port_of_a_real_scheduler_is_found_and_nothing_is_registered() {
    let Some(mut cluster) = RealCluster::start(IN_THREADS) else { return };
    assert_eq!(find_address(cluster.python.as_os_str(), &cluster.address).unwrap(), cluster.address);
    let plan = ClusterPlan::new(cluster.python.as_os_str(), &cluster.address, Vec::new()).over_http();
    let mut seen = Observation::new(connect_to(plan).unwrap());
    cluster.ask("[globals().update(fs=client.map(load, range(20), pure=False)), client.gather(fs)] and 0");
    seen.wait_for("the results are not counted", |model, _| {
        model.lanes()[0].task_counts(u64::MAX).is_some_and(|counts| counts.memory == 20)
    });
    assert_eq!((cluster.ask("client.run_on_scheduler(plugins)").as_str(), seen.lane().slot_count()), ("[]", 2));
    let reasons = &seen.model.program_state().not_observed;
    assert!(reasons.contains(&ObservationGap::CountsOnly {}), "{reasons:?}");
}

#[test]
#[ignore = "installs dask.distributed"]
fn cancelled_tasks_of_a_real_cluster_are_neither_lost_nor_failed() {
    let Some(mut cluster) = RealCluster::start("{'processes': True}") else { return };
    let mut seen = cluster.observe();
    let directory = tempfile::tempdir().unwrap();
    for (n, end) in [(1, "client.cancel(fs)"), (2, "restart()")] {
        let path = directory.path().join(n.to_string());
        cluster.ask(&format!("globals().update(fs=client.map(wait_for, [{path:?}] * 20, pure=False))"));
        seen.wait_for("two tasks run", |_, counts| counts.resident == 2);
        cluster.ask(end);
        seen.wait_for("the tasks that wait were cancelled", |_, counts| counts.abandoned >= 20 * n - 2);
        // Threads go on with a cancelled task until it ends, or their process does.
        File::create(path).unwrap();
        seen.wait_for("all tasks were cancelled", |_, counts| counts.abandoned == 20 * n);
    }
    let lane = seen.lane();
    let counts = lane.counts_at(seen.model.newest_mark());
    assert_eq!((counts.lost, counts.failed, counts.resident, counts.queued), (0, 0, 0, 0));
    assert_eq!((lane.worker_losses(u64::MAX), seen.model.findings()), (Vec::new(), Vec::new()));
}

#[test]
#[ignore = "installs dask.distributed"]
fn workers_that_a_closed_cluster_ends_are_not_lost() {
    let Some(mut cluster) = RealCluster::start("{'processes': True}") else { return };
    let mut seen = cluster.observe();
    cluster.ask("globals().update(fs=client.map(wait_for, ['/none'] * 20, pure=False))");
    seen.wait_for("two tasks run", |_, counts| counts.resident == 2);
    cluster.ask("c.close()");
    seen.wait_for("the workers have ended", |_, counts| counts.live_workers == 0);
    assert_eq!((seen.lane().worker_losses(u64::MAX), seen.model.findings()), (Vec::new(), Vec::new()));
}

#[test]
#[ignore = "installs dask.distributed"]
fn observation_that_ends_has_everything_until_then() {
    let Some(mut cluster) = RealCluster::start(IN_THREADS) else { return };
    let seen = cluster.observe();
    assert_eq!(cluster.ask("len(client.gather(client.map(load, range(2000), pure=False)))"), "2000");
    let (model, _) = seen.end();
    assert_eq!(model.lanes()[0].counts_at(u64::MAX).finished, 2000);
}

#[test]
#[ignore = "installs dask.distributed"]
fn scheduler_that_closes_in_order_is_no_lost_connection() {
    for (end, expected) in [("c.close()", false), ("os.kill(os.getpid(), signal.SIGKILL)", true)] {
        let Some(mut cluster) = RealCluster::start(IN_THREADS) else { return };
        let mut seen = cluster.observe();
        assert_eq!(cluster.ask("len(client.gather(client.map(load, range(20), pure=False)))"), "20");
        seen.wait_for("not all tasks are reported", |_, counts| counts.finished == 20);
        // A scheduler that was killed does not answer.
        writeln!(cluster.orders.as_mut().unwrap(), "{end}").unwrap();
        seen.wait_for("the observation has ended", |model, _| model.ended_at().is_some());
        let reasons = &seen.model.program_state().not_observed;
        let is_lost = reasons.iter().any(|reason| matches!(reason, ObservationGap::ConnectionLost { .. }));
        assert_eq!(is_lost, expected, "{end}: {reasons:?}");
    }
}

#[test]
#[ignore = "installs dask.distributed"]
fn tasks_that_a_real_scheduler_gives_up_are_lost_with_their_worker_and_named() {
    let Some(mut cluster) = RealCluster::start("{'processes': True}") else { return };
    cluster.ask("client.run_on_scheduler(give_up_at_once)");
    let mut seen = cluster.observe();
    cluster.ask("globals().update(w=next(iter(client.scheduler_info()['workers'])))");
    cluster.ask("globals().update(fs=client.map(wait_for, ['/none'] * 3, key=['a', 'b', 'c'], workers=[w]))");
    seen.wait_for("a task runs", |_, counts| counts.resident == 1);
    cluster.ask("kill(w)");
    let is_lost = |model: &Model| model.lanes()[0].worker_losses(u64::MAX).iter().any(|loss| !loss.given_up.is_empty());
    seen.wait_for("the loss is reported", |model, _| is_lost(model));
    let losses = seen.lane().worker_losses(u64::MAX);
    let mut names: Vec<_> = losses[0].given_up.iter().map(|(_, name)| name.as_ref().unwrap().as_str()).collect();
    names.sort_unstable();
    let sent: usize =
        cluster.ask("sum(isinstance(f.exception(), KilledWorker) for f in fs if f.status == 'error')").parse().unwrap();
    assert!(names.starts_with(&["a"]) && losses.len() == 1, "{losses:?}");
    assert_eq!((names.len(), seen.lane().counts_at(seen.model.newest_mark()).lost as usize), (sent, sent));
}

#[test]
#[ignore = "installs dask.distributed"]
fn results_that_a_killed_worker_held_are_missing_again_as_the_scheduler_counts() {
    let Some(mut cluster) = RealCluster::start("{'processes': True}") else { return };
    let mut seen = cluster.observe();
    cluster.ask("globals().update(w=list(client.scheduler_info()['workers']))");
    cluster
        .ask("globals().update(xs=client.map(load, range(4), workers=[w[0]], pure=False)) or len(client.gather(xs))");
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("end");
    cluster.ask(&format!("globals().update(ys=client.map(wait_for, [{path:?}], workers=[w[1]], pure=False))"));
    cluster.ask("globals().update(zs=client.map(both, xs, ys * 4, pure=False))");
    let has = |counts: &LaneCounts, expected| (counts.submitted, counts.finished, counts.resident) == expected;
    seen.wait_for("a task runs", |_, counts| has(counts, (9, 4, 1)));
    cluster.ask("kill(w[0])");
    // Only the killed worker may compute the results again.
    seen.wait_for("no result is missing", |_, counts| has(counts, (9, 0, 1)));
    File::create(path).unwrap();
    seen.wait_for("the other task has not ended", |_, counts| has(counts, (9, 1, 0)));
    let queue = seen.lane().cluster_queue(seen.model.newest_mark());
    assert_eq!(queue, ClusterQueue { on_scheduler: 4, for_results: 4, on_workers: 0 });
    assert_eq!(cluster.ask("client.run_on_scheduler(count_states)"), "{'memory': 1, 'no-worker': 4, 'waiting': 4}");
}

#[test]
#[ignore = "installs dask.distributed"]
fn attempts_of_a_real_cluster_that_fail_make_up_no_thread() {
    let Some(mut cluster) = RealCluster::start(IN_THREADS) else { return };
    let mut seen = cluster.observe();
    cluster.ask("globals().update(fs=client.map(int, ['x'] * 100, retries=4, pure=False)) or sum(f.exception() is not None for f in fs)");
    seen.wait_for("the failures are not reported", |_, counts| {
        (counts.submitted, counts.failed, counts.queued) == (100, 100, 0)
    });
    assert_eq!((seen.lane().slot_count(), seen.lane().workers().count()), (2, 2));
}

#[test]
#[ignore = "installs dask.distributed"]
fn tasks_of_a_real_cluster_that_fail_at_once_have_failed() {
    let Some(mut cluster) = RealCluster::start(IN_THREADS) else { return };
    let mut seen = cluster.observe();
    assert_eq!(cluster.ask("len(client.gather(client.map(load, range(4), pure=False)))"), "4");
    seen.wait_for("the workers do not report", |_, counts| counts.finished == 4);
    let failing = "sum(f.exception() is not None for f in client.map(int, ['x'] * 6, pure=False))";
    assert_eq!(cluster.ask(failing), "6");
    seen.wait_for("the failures are not reported", |_, counts| counts.submitted == 10 && counts.queued == 0);
    let (model, _) = seen.end();
    let counts = model.lanes()[0].counts_at(model.newest_mark());
    assert_eq!((counts.finished, counts.failed), (4, 6));
}

#[test]
#[ignore = "installs dask.distributed"]
fn threads_of_a_real_cluster_wait_for_large_results_of_others() {
    let Some(mut cluster) = RealCluster::start("{'processes': True}") else { return };
    let mut seen = cluster.observe();
    let transfer = |model: &Model| {
        model.findings().into_iter().find_map(|finding| match finding.kind {
            FindingKind::Cluster(ClusterFinding::Transfer { share, sent_bytes }) => Some((share, sent_bytes)),
            _ => None,
        })
    };
    let (mut rounds, deadline) = (0, Instant::now() + MAX_WAIT);
    while transfer(&seen.model).is_none() {
        assert!(Instant::now() < deadline, "{:?}", seen.model.findings());
        assert_eq!(cluster.ask("run_transfers()"), "240000000");
        rounds += 1;
        seen.wait_for("not all tasks are reported", |_, counts| counts.finished == 36 * rounds);
    }
    // Each of the 12 pairs moves one part of 10 MB. Workers report bytes with their next heartbeats.
    let moved = 120_000_000 * u64::from(rounds);
    seen.wait_for("not all transfers are reported", |model, _| {
        model.lanes()[0].cluster_usage().is_some_and(|usage| usage.sent_bytes >= moved)
    });
    let (share, sent_bytes) = transfer(&seen.end().0).unwrap();
    assert!((0.1..=1.0).contains(&share), "{share}");
    let sent = sent_bytes.unwrap();
    assert!((moved..moved / 6 * 7).contains(&sent), "{sent} of {moved}");
}

#[test]
#[ignore = "installs dask.distributed"]
fn observer_that_is_stopped_for_longer_than_connections_may_stall_misses_nothing() {
    // A connection ends if sent data is not received for so long, and threads start one task after another.
    const MAX_STALL: Duration = Duration::from_secs(11);
    let setting = "dask.config.set({'distributed.comm.timeouts.tcp': '11s'}) and {'processes': False}";
    let Some(mut cluster) = RealCluster::start(setting) else { return };
    let mut seen = cluster.observe();
    let driver = cluster.driver();
    kill(driver, Signal::SIGSTOP).unwrap();
    let began = Instant::now();
    assert_eq!(cluster.ask("len(client.gather(client.map(load, range(3000), pure=False)))"), "3000");
    thread::sleep((MAX_STALL + Duration::from_secs(5)).saturating_sub(began.elapsed()));
    kill(driver, Signal::SIGCONT).unwrap();
    seen.wait_for("not all tasks are reported", |_, counts| counts.finished == 3000);
    assert_eq!(seen.model.program_state().dropped_reports, 0);
}

#[test]
fn python_that_cannot_be_started_is_a_sentence() {
    let error = connect("/nowhere/python", "tcp://127.0.0.1:1").err().unwrap();
    assert!(matches!(error.0, ObservationGap::PythonNotStarted { .. }));
    assert!(error.to_string().starts_with("--python /nowhere/python cannot be started: No such file"), "{error}");
}

#[test]
fn program_that_is_no_python_is_a_sentence() {
    let open = |program: &str| connect(program, "").err().unwrap().to_string();
    assert!(open("true").starts_with("true ended without a report"));
    assert!(open("echo").starts_with("echo wrote an invalid report"));
}

#[test]
#[ignore = "installs dask.distributed"]
fn address_that_is_no_scheduler_is_a_sentence() {
    let Some(mut cluster) = RealCluster::start("{}") else { return };
    let worker = cluster.ask("next(iter(client.scheduler_info()['workers']))");
    let dashboard = cluster.ask("'tcp://127.0.0.1:%d' % c.scheduler.services['dashboard'].port");
    let directory = tempfile::tempdir().unwrap();
    let program = directory.path().join("etl.py");
    std::fs::write(&program, "import os\n").unwrap();
    for (address, why) in [
        (worker.as_str(), "it is no scheduler"),
        (&dashboard, "no scheduler answered within 10 s; check that it runs"),
        ("tcp://127.0.0.1:1", "no scheduler answered within 10 s; check that it runs"),
        ("tcp://127.0.0.1", "such as tcp://127.0.0.1:8786"),
        ("ucx://127.0.0.1:1", "such as tcp://127.0.0.1:8786"),
        ("https://127.0.0.1:1", "such as tcp://127.0.0.1:8786"),
        (program.to_str().unwrap(), "the file is no scheduler file"),
        ("nofile.json", "the file does not exist"),
        ("inproc://127.0.0.1/1/1", "only its own program can reach it"),
        ("tls://127.0.0.1:1", "your Dask configuration has no certificates"),
    ] {
        let error = connect(&cluster.python, address).err().unwrap().to_string();
        assert!(error.starts_with(&format!("cannot connect to {address}: ")) && error.contains(why), "{error}");
    }
}
