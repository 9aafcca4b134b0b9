//! The HTTP port of a Dask scheduler.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;

pub const COUNTS: &str = r#"{"tasks": 100, "processing": 4, "memory": 30, "erred": 1, "released": 2, "cores": 3, "workers": 2, "bytes": 4000}"#;
pub const IDENTITY: &str = r#"{"workers": {"tcp://10.0.0.1:1": {"name": "w0", "host": "10.0.0.1", "nthreads": 3, "last_seen": 0,
    "metrics": {"memory": 500, "managed_bytes": 300, "spilled_bytes": {"memory": 100, "disk": 90}}}}}"#;
pub const METRICS: &str = "# HELP dask_scheduler_tasks Number of tasks known by scheduler\n\
    dask_scheduler_tasks{state=\"processing\"} 7.0\ndask_scheduler_tasks{state=\"queued\"} 80.0\n\
    dask_scheduler_tasks{state=\"waiting\"} 5.0\ndask_scheduler_tasks{state=\"memory\"} 30.0\n\
    dask_scheduler_prefix_state_totals_total{state=\"memory\",task_prefix_name=\"load\"} 50.0\n\
    dask_scheduler_prefix_state_totals_total{state=\"erred\",task_prefix_name=\"load\"} 9.0\n\
    dask_scheduler_prefix_state_totals_total{state=\"memory\",task_prefix_name=\"add{}\"} 1.0\n";
pub const NOT_AVAILABLE: &str = "# Prometheus metrics are not available";

/// Address of a server that answers with these bodies by path, the second of a path from its second request on, and
/// with status 500 otherwise.
pub fn serve(answers: &'static [(&'static str, &'static str)]) -> String {
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
