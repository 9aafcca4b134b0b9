//! `mpviz run --engine dask` on real clusters.

use std::collections::HashSet;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use serde_json::Value;

use crate::support::dask::dask_python;
use crate::support::{MAX_WAIT, mpviz_command};

/// Inherited by all processes of a run.
const MARK: &str = "MPVIZ_TEST_OF_GRAPH";
const POLL: Duration = Duration::from_millis(20);

fn mpviz(python: &Path, mark: &str, args: &[&str]) -> Command {
    let mut command = mpviz_command(&["run", "--engine", "dask", "--python"]);
    command.arg(python).args(args).env(MARK, mark);
    command
}

/// Live processes of the run with this mark.
fn processes(mark: &str) -> Vec<u32> {
    let wanted = format!("{MARK}={mark}");
    let is_of_run = |pid: &u32| {
        fs::read(format!("/proc/{pid}/environ"))
            .is_ok_and(|text| text.split(|byte| *byte == 0).any(|variable| variable == wanted.as_bytes()))
    };
    let pids = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    pids.filter(is_of_run).collect()
}

fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + MAX_WAIT;
    while !condition() {
        assert!(Instant::now() < deadline, "{what}");
        sleep(POLL);
    }
}

/// Local addresses, as in `/proc/net`, on which the processes listen.
fn listening_addresses(pids: &[u32]) -> Vec<String> {
    let links = pids.iter().filter_map(|pid| fs::read_dir(format!("/proc/{pid}/fd")).ok()).flatten();
    let targets = links.filter_map(|link| fs::read_link(link.ok()?.path()).ok());
    let sockets: HashSet<String> = targets
        .filter_map(|target| Some(target.to_str()?.strip_prefix("socket:[")?.trim_end_matches(']').to_owned()))
        .collect();
    let mut addresses = Vec::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        for line in fs::read_to_string(table).unwrap_or_default().lines().skip(1) {
            let fields: Vec<_> = line.split_whitespace().collect();
            // State 0A: it listens.
            if fields[3] == "0A" && sockets.contains(fields[9]) {
                addresses.push(fields[1].split(':').next().unwrap_or_default().to_owned());
            }
        }
    }
    addresses
}

/// Setting, tasks on the scheduler, tasks of a worker, bytes of results of each lane.
fn lanes(report: &Value) -> Vec<(String, u64, u64, u64)> {
    let figure = |lane: &Value, key: &str| lane["cluster"][key].as_u64().unwrap();
    let lanes = report["lanes"].as_array().unwrap().iter();
    let lanes =
        lanes.inspect(|lane| assert_eq!((&lane["status"], &lane["correct"]), (&"finished".into(), &true.into())));
    let figures = lanes.map(|lane| {
        let saturation = lane["cluster"]["saturation"].as_str().unwrap().to_owned();
        let held = ["peak_on_scheduler", "peak_on_worker", "peak_result_bytes"].map(|key| figure(lane, key));
        (saturation, held[0], held[1], held[2])
    });
    figures.collect()
}

fn report_of_run(python: &Path, mark: &str, graph: &str) -> Value {
    let output = mpviz(python, mark, &["--graph", graph, "--json"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    wait_until("a process is left after the end", || processes(mark).is_empty());
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
#[ignore = "installs dask.distributed"]
fn independent_tasks_wait_where_the_setting_says() {
    let Some(python) = dask_python() else { return };
    let report = report_of_run(python, "independent", "independent");
    let lanes = lanes(&report);
    let held: Vec<_> = lanes.iter().map(|(setting, scheduler, worker, _)| (&**setting, *scheduler, *worker)).collect();
    assert_eq!(held, [("1.0", 198, 1), ("1.1", 196, 2), ("inf", 0, 100)]);
    // A result is a sum.
    assert!(lanes.iter().all(|(.., bytes)| *bytes < 1_000_000), "{lanes:?}");
}

#[test]
#[ignore = "installs dask.distributed"]
fn joined_loads_wait_where_the_setting_says() {
    let Some(python) = dask_python() else { return };
    let lanes = lanes(&report_of_run(python, "joined", "joined"));
    let [one, one_and_a_tenth, inf] = &lanes[..] else { panic!("{lanes:?}") };
    assert!(one.1 >= 390 && one_and_a_tenth.1 >= 390 && inf.1 == 0, "{lanes:?}");
    assert!(one.2 == 1 && one_and_a_tenth.2 <= 4 && inf.2 >= 150, "{lanes:?}");
}

/// A run, which is ended with the test.
struct Run(Child);

impl Drop for Run {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A run whose cluster computes for minutes, once it does. Its processes are a group, and use the directory.
fn long_run(python: &Path, mark: &str, directory: &Path) -> Run {
    let recording = directory.join(mark);
    let long = ["--tasks", "1000", "--io", "1", "--io-latency", "1s", "--record", recording.to_str().unwrap()];
    let mut command = mpviz(python, mark, &long);
    let run = Run(command.env("TMPDIR", directory).process_group(0).stdout(Stdio::null()).spawn().unwrap());
    let has_started = || fs::read_to_string(&recording).is_ok_and(|text| text.contains("TaskLoaded"));
    wait_until("no task has started", has_started);
    run
}

#[test]
#[ignore = "installs dask.distributed"]
fn clusters_listen_on_the_loopback_interface_and_end_with_mpviz() {
    let Some(python) = dask_python() else { return };
    let directory = tempfile::tempdir().unwrap();
    for (mark, signal) in [("killed", Signal::SIGKILL), ("terminated", Signal::SIGTERM)] {
        let mut run = long_run(python, mark, directory.path());
        let pids = processes(mark);
        // mpviz, the scheduler with its client, and two workers at least.
        assert!(pids.len() >= 4, "{pids:?}");
        let addresses = listening_addresses(&pids);
        assert!(addresses.len() >= 3 && addresses.iter().all(|address| address == "0100007F"), "{addresses:?}");
        kill(Pid::from_raw(run.0.id().cast_signed()), signal).unwrap();
        run.0.wait().unwrap();
        wait_until("a process is left", || processes(mark).is_empty());
    }
}

#[test]
#[ignore = "installs dask.distributed"]
fn directories_of_clusters_are_removed() {
    let Some(python) = dask_python() else { return };
    let directory = tempfile::tempdir().unwrap();
    let in_use = || {
        let names =
            fs::read_dir(directory.path()).unwrap().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        names.filter(|name| name.starts_with("mpviz-dask-")).collect::<Vec<_>>()
    };
    // That of a driver that was killed.
    let left = directory.path().join("mpviz-dask-left");
    fs::create_dir(&left).unwrap();
    fs::File::open(&left).unwrap().set_modified(SystemTime::now() - Duration::from_hours(1)).unwrap();
    // The terminal's and timeout(1)'s signals reach all processes.
    for (mark, signal) in [("hangup", Signal::SIGHUP), ("interrupt", Signal::SIGINT), ("timeout", Signal::SIGTERM)] {
        let mut run = long_run(python, mark, directory.path());
        assert!(in_use().len() == 1 && !left.exists(), "{:?}", in_use());
        killpg(Pid::from_raw(run.0.id().cast_signed()), signal).unwrap();
        run.0.wait().unwrap();
        wait_until("a process is left", || processes(mark).is_empty());
        assert_eq!(in_use(), [""; 0], "{signal}");
    }
}
