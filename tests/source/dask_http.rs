//! Observing a cluster of which only the HTTP port can be reached.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use mpviz::event::TaskCounts;
use mpviz::model::{Lane, Model};
use mpviz::source::dask::ClusterConnection;

const COUNTS: &str =
    r#"{"tasks": 100, "processing": 4, "memory": 30, "erred": 1, "released": 2, "cores": 3, "workers": 2}"#;
const IDENTITY: &str = r#"{"workers": {"tcp://10.0.0.1:1": {"name": "w0", "host": "10.0.0.1", "nthreads": 3, "last_seen": 0,
    "metrics": {"memory": 500, "managed_bytes": 300, "spilled_bytes": {"memory": 100, "disk": 90}}}}}"#;
const METRICS: &str = "# HELP dask_scheduler_tasks Number of tasks known by scheduler\n\
    dask_scheduler_tasks{state=\"processing\"} 7.0\ndask_scheduler_tasks{state=\"queued\"} 80.0\n\
    dask_scheduler_tasks{state=\"waiting\"} 5.0\ndask_scheduler_tasks{state=\"memory\"} 30.0\n";
const NOT_AVAILABLE: &str = "# Prometheus metrics are not available";

/// Address of a server that answers with these bodies by path, the second of a path from its second request on, and
/// with status 500 otherwise.
fn serve(answers: &'static [(&'static str, &'static str)]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let mut requested = HashSet::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = String::new();
            let mut lines = BufReader::new(stream.try_clone().unwrap());
            lines.read_line(&mut request).unwrap();
            while lines.read_line(&mut String::new()).is_ok_and(|length| length > 2) {}
            let path = request.split(' ').nth(1).unwrap_or_default();
            let mut bodies = answers.iter().filter(|(answered, _)| *answered == path).map(|(_, body)| *body);
            let first = bodies.next();
            let body = if requested.insert(path.to_owned()) { first } else { bodies.next().or(first) };
            let status = if body.is_some() { "200 OK" } else { "500 Internal Server Error" };
            let body = body.unwrap_or_default();
            // The client may have gone.
            let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        }
    });
    format!("http://{address}")
}

/// The model of a cluster that is observed until its tasks were counted.
fn observe(address: &str) -> Model {
    observe_until(address, |model| model.lanes().first().is_some_and(|lane| lane.task_counts(u64::MAX).is_some()))
}

fn observe_until(address: &str, is_seen: impl Fn(&Model) -> bool) -> Model {
    let watch = ClusterConnection::open("python3".as_ref(), address).unwrap().observe().unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut model = Model::new();
    while !is_seen(&model) {
        for stamped in watch.events.recv_deadline(deadline).expect("the cluster answers in time") {
            model.apply(&stamped).unwrap();
        }
    }
    watch.stop();
    model
}

#[test]
fn numbers_of_metrics_and_memory_of_workers_are_read() {
    let address = serve(&[("/json/counts.json", COUNTS), ("/json/identity.json", IDENTITY), ("/metrics", METRICS)]);
    let model = observe(&address);
    let lane = &model.lanes()[0];
    assert_eq!(lane.task_counts(u64::MAX), Some(TaskCounts { scheduler: 85, workers: 7, memory: 30, erred: 0 }));
    assert_eq!(lane.slot_count(), 3);
    let memory = lane.cluster_memory(u64::MAX).unwrap();
    assert_eq!((memory.managed, memory.unmanaged, memory.spilled), (200, 300, 90));
    let reasons = &model.program_state().not_observed;
    assert!(reasons.iter().any(|reason| reason.as_str().starts_with("over HTTP, only numbers")), "{reasons:?}");
}

#[test]
fn metrics_that_are_not_available_are_absent_and_workers_may_be() {
    let address = serve(&[("/json/counts.json", COUNTS), ("/metrics", NOT_AVAILABLE)]);
    let model = observe(&address);
    let lane = &model.lanes()[0];
    assert_eq!(lane.task_counts(u64::MAX), Some(TaskCounts { scheduler: 63, workers: 4, memory: 30, erred: 1 }));
    assert_eq!((lane.slot_count(), lane.cluster_memory(u64::MAX)), (3, None));
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
    let open = |address: &str| ClusterConnection::open("python3".as_ref(), address).err().unwrap().to_string();
    for (answers, why) in [
        (&[("/json/counts.json", "[1, 2")][..], "Expecting"),
        (&[("/json/counts.json", r#"{"tasks": "many"}"#)][..], "no counts of a Dask scheduler"),
        (&[][..], "HTTP Error 500"),
    ] {
        let address = serve(answers);
        let error = open(&address);
        assert!(error.starts_with(&format!("{address} does not answer as a Dask scheduler: ")), "{error}");
        assert!(error.contains(why), "{error}");
    }
    assert!(open("http://127.0.0.1:1").contains("Connection refused"));
    assert!(open("http://[").contains("does not answer as a Dask scheduler"));
}
