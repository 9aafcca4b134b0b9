//! Observing a cluster of which only the HTTP port can be reached.

use std::fs::Permissions;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use mpviz::event::{ObservationGap, TaskCounts};
use mpviz::model::{Lane, Model};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::dask::connect;
use crate::support::scheduler_http::{COUNTS, IDENTITY, METRICS, NOT_AVAILABLE, serve};
use crate::support::{MAX_WAIT, children_of, mpviz_command, wait_until};

/// The model of a cluster that is observed until its tasks were counted.
fn observe(address: &str) -> Model {
    observe_until(address, |model| model.lanes().first().is_some_and(|lane| lane.task_counts(u64::MAX).is_some()))
}

fn observe_until(address: &str, is_seen: impl Fn(&Model) -> bool) -> Model {
    let watch = connect("python3", address).unwrap().observe().unwrap();
    let deadline = Instant::now() + MAX_WAIT;
    let mut model = Model::new();
    while !is_seen(&model) {
        for stamped in watch.events.recv_deadline(deadline).expect("the cluster answers in time") {
            model.apply(&stamped).unwrap();
        }
    }
    watch.stop();
    model
}

fn counts(scheduler: u32, workers: u32, erred: u32, has_workers: bool) -> TaskCounts {
    TaskCounts { scheduler, workers, memory: 30, erred, result_bytes: Some(4_000), has_workers, finished: None }
}

#[test]
fn numbers_of_metrics_and_memory_of_workers_are_read() {
    let address = serve(&[("/json/counts.json", COUNTS), ("/json/identity.json", IDENTITY), ("/metrics", METRICS)]);
    let model = observe(&address);
    let lane = &model.lanes()[0];
    let expected = TaskCounts { finished: Some(51), ..counts(85, 7, 0, true) };
    assert_eq!(lane.task_counts(u64::MAX), Some(expected));
    assert_eq!((lane.slot_count(), lane.counts_at(u64::MAX - 1).live_workers), (3, 3));
    let memory = lane.cluster_memory(u64::MAX).unwrap();
    assert_eq!((memory.managed, memory.unmanaged, memory.spilled), (200, 300, 90));
    assert!(lane.workers().all(|worker| worker.pid().is_none() && worker.name().is_some()));
    let reasons = &model.program_state().not_observed;
    assert!(reasons.contains(&ObservationGap::CountsOnly {}), "{reasons:?}");
}

#[test]
fn modules_of_the_current_directory_are_not_imported() {
    let directory = tempfile::tempdir().unwrap();
    for module in ["http.py", "json.py", "urllib.py"] {
        std::fs::write(directory.path().join(module), "raise SystemExit('imported')").unwrap();
    }
    let address = serve(&[("/json/counts.json", COUNTS), ("/metrics", METRICS)]);
    let mut child = Command::new("python3")
        .args(["-c", include_str!("../../assets/dask/over_http.py"), &address])
        .current_dir(directory.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let first: Vec<_> = lines.take(2).collect();
    assert!(matches!(&first[..], [empty, hello] if empty.is_empty() && hello.starts_with("{\"hello\":")), "{first:?}");
    drop(child.stdin.take());
    child.wait().unwrap();
}

#[test]
fn metrics_that_are_not_available_are_absent_and_workers_may_be() {
    let address = serve(&[("/json/counts.json", COUNTS), ("/metrics", NOT_AVAILABLE)]);
    let model = observe(&address);
    let lane = &model.lanes()[0];
    assert_eq!(lane.task_counts(u64::MAX), Some(counts(63, 4, 1, false)));
    assert_eq!((lane.slot_count(), lane.cluster_memory(u64::MAX)), (3, None));
    assert_eq!(lane.counts_at(u64::MAX - 1).live_workers, 3);
    assert!(lane.workers().all(|worker| worker.name().is_none()), "no worker has the address of the scheduler");
}

#[test]
fn memory_is_not_known_while_its_answer_fails() {
    let address = serve(&[
        ("/json/counts.json", COUNTS),
        ("/json/identity.json", IDENTITY),
        ("/json/identity.json", "Internal Server Error"),
    ]);
    let model = observe_until(&address, |model| {
        let counts = model.lanes().first().and_then(|lane| lane.task_counts(u64::MAX));
        counts.is_some_and(|counts| !counts.has_workers)
    });
    let lane = &model.lanes()[0];
    assert!(lane.cluster_memory(0).is_some(), "the first answer has it");
    assert_eq!((lane.cluster_memory(u64::MAX), lane.counts_at(u64::MAX - 1).live_workers), (None, 3));
    let held_up = model.summary().unwrap().observer.held_up();
    assert_eq!(held_up, None, "answers are a second apart");
}

#[test]
fn threads_of_known_workers_follow_the_counts_while_their_answer_fails() {
    const FEWER: &str = r#"{"tasks": 100, "processing": 4, "memory": 30, "erred": 1, "released": 2, "cores": 1, "workers": 1,
        "bytes": 4000}"#;
    let address = serve(&[
        ("/json/counts.json", COUNTS),
        ("/json/counts.json", FEWER),
        ("/json/identity.json", IDENTITY),
        ("/json/identity.json", "Internal Server Error"),
    ]);
    let live = |model: &Model| model.lanes().first().map(|lane| lane.counts_at(u64::MAX - 1).live_workers);
    let had_three = std::cell::Cell::new(false);
    observe_until(&address, |model| {
        had_three.set(had_three.get() || live(model) == Some(3));
        had_three.get() && live(model) == Some(1)
    });
}

#[test]
fn worker_that_is_not_in_the_next_answer_has_left() {
    let address = serve(&[
        ("/json/counts.json", COUNTS),
        ("/json/identity.json", IDENTITY),
        ("/json/identity.json", r#"{"workers": {}}"#),
    ]);
    let live = |lane: &Lane| lane.counts_at(u64::MAX - 1).live_workers;
    let model = observe_until(&address, |model| {
        model.lanes().first().is_some_and(|lane| lane.workers().next().is_some() && live(lane) == 0)
    });
    assert!(model.lanes()[0].end_and_status().is_none(), "the cluster is still observed");
}

#[test]
fn answers_of_other_servers_are_a_sentence() {
    let open = |address: &str| connect("python3", address).err().unwrap().to_string();
    for (answers, why) in [
        (&[("/json/counts.json", "[1, 2")][..], "Expecting"),
        (&[("/json/counts.json", r#"{"tasks": "many"}"#)][..], "no counts of a Dask scheduler"),
        (&[][..], "HTTP Error 500"),
    ] {
        let address = serve(answers);
        let error = open(&address);
        let begin = format!("cannot connect to {address}: it does not answer as a Dask scheduler: ");
        assert!(error.starts_with(&begin), "{error}");
        assert!(
            error.contains(why) && error.ends_with("name the port of its dashboard, such as http://127.0.0.1:8787"),
            "{error}"
        );
    }
    let closed = open("http://127.0.0.1:1");
    assert!(closed.contains("Connection refused") && closed.contains("--dashboard-address"), "{closed}");
    assert!(open("http://[").contains("does not answer as a Dask scheduler"));
}

#[test]
fn port_that_is_not_http_is_a_sentence() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || listener.accept().unwrap().0.write_all(b"\x10\0\0\0dask\n").unwrap());
    let error = connect("python3", &address).err().unwrap().to_string();
    server.join().unwrap();
    let begin = format!("cannot connect to {address}: it does not answer as a Dask scheduler: no answer of HTTP");
    assert!(error.starts_with(&begin), "{error}");
}

#[test]
fn threads_follow_the_counts_while_workers_are_not_known() {
    const MORE: &str =
        r#"{"tasks": 100, "processing": 4, "memory": 30, "erred": 1, "released": 2, "cores": 5, "workers": 3}"#;
    let address = serve(&[("/json/counts.json", COUNTS), ("/json/counts.json", MORE)]);
    observe_until(&address, |model| {
        model.lanes().first().is_some_and(|lane| lane.counts_at(u64::MAX - 1).live_workers == 5)
    });
}

#[test]
fn threads_of_workers_that_do_not_tell_theirs_are_those_of_the_counts() {
    const WITHOUT_THREADS: &str =
        r#"{"workers": {"tcp://10.0.0.1:1": {"name": "w0", "host": "10.0.0.1", "nthreads": null}}}"#;
    const NO_WORKERS: &str =
        r#"{"tasks": 0, "processing": 0, "memory": 0, "erred": 0, "released": 0, "cores": 0, "workers": 0}"#;
    let address = serve(&[("/json/counts.json", COUNTS), ("/json/identity.json", WITHOUT_THREADS)]);
    assert_eq!(observe(&address).lanes()[0].counts_at(u64::MAX - 1).live_workers, 3);
    let address = serve(&[("/json/counts.json", NO_WORKERS)]);
    assert_eq!(observe(&address).lanes()[0].counts_at(u64::MAX - 1).live_workers, 0);
}

#[test]
fn workers_that_stay_unknown_are_reported_once() {
    let address = serve(&[("/json/counts.json", COUNTS)]);
    let mut child = Command::new("python3")
        .args(["-c", include_str!("../../assets/dask/over_http.py"), &address])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    // The empty line, the hello, the first answer, the one that tells it, and two more.
    let reports = lines.take(6).filter(|line| line.contains("workers_outdated")).count();
    drop(child.stdin.take());
    child.wait().unwrap();
    assert_eq!(reports, 1);
}

/// `mpviz trace --dask` of a scheduler's HTTP port, and the file for its result. It has begun to observe.
fn start_trace(address: &str, directory: &Path) -> (Child, PathBuf) {
    let result = directory.join("result.json");
    let mut command = mpviz_command(&["trace", "--dask", address, "--report", result.to_str().unwrap()]);
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stderr.as_mut().unwrap()).read_line(&mut first).unwrap();
    assert!(first.starts_with("mpviz: observing the cluster until"), "{first}");
    (child, result)
}

#[test]
fn trace_of_a_cluster_ends_with_a_signal_and_has_a_result() {
    let address = serve(&[("/json/counts.json", COUNTS), ("/json/identity.json", IDENTITY), ("/metrics", METRICS)]);
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let directory = tempfile::tempdir().unwrap();
        let (mut child, result) = start_trace(&address, directory.path());
        kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{signal}");
        let result: serde_json::Value = serde_json::from_slice(&std::fs::read(result).unwrap()).unwrap();
        assert_eq!(result["command"][1], "trace");
        assert_eq!(result["lanes"][0]["status"], "cancelled", "tasks are open");
        assert!(result["lanes"][0]["title"].as_str().unwrap().contains("Dask cluster at"), "{result}");
    }
}

#[test]
fn trace_of_a_cluster_fails_if_its_result_cannot_be_written() {
    let address = serve(&[("/json/counts.json", COUNTS), ("/json/identity.json", IDENTITY), ("/metrics", METRICS)]);
    let directory = tempfile::tempdir().unwrap();
    let (child, result) = start_trace(&address, directory.path());
    directory.close().unwrap();
    kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM).unwrap();
    let output = child.wait_with_output().unwrap();
    let sentence = format!("--report {}: its directory does not exist; create it", result.display());
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains(&sentence), "{output:?}");
}

#[test]
fn signal_ends_trace_while_it_connects_and_no_recording_is_left() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let directory = tempfile::tempdir().unwrap();
        let (python, recording) = (directory.path().join("python"), directory.path().join("run.jsonl"));
        std::fs::write(&python, "#!/bin/sh\nexec sleep 1000\n").unwrap();
        std::fs::set_permissions(&python, Permissions::from_mode(0o755)).unwrap();
        let (python, path) = (python.to_str().unwrap(), recording.to_str().unwrap());
        let args = ["trace", "--dask", "tcp://10.0.0.1:1", "--yes", "--python", python, "--record", path];
        let mut child = mpviz_command(&args).spawn().unwrap();
        wait_until("the interpreter runs", || (!children_of(child.id()).is_empty()).then_some(()));
        kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(signal as i32));
        assert!(!recording.exists());
    }
}

#[test]
fn cluster_that_does_not_answer_is_an_error_of_trace() {
    let directory = tempfile::tempdir().unwrap();
    let result = directory.path().join("result.json");
    let args = ["trace", "--dask", "http://127.0.0.1:1", "--record", result.to_str().unwrap()];
    let output = mpviz_command(&args).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1);
    assert!(!result.exists());
}
