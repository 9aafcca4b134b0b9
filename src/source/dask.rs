//! A Dask cluster: a driver in Python observes it, and writes a line of JSON for what happens there.
//!
//! ```text
//! scheduler and workers ═ connection ═► driver ═ pipe ═► Translator ─► events
//! ```

pub mod message;
pub mod of_program;
pub mod translator;
mod workers;

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::thread::{JoinHandle, sleep};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use thiserror::Error;

use crate::event::codec::RecordingHeader;
use crate::event::text::{SafeText, sanitize};
use crate::event::{CorePolicy, Event, LaneId, Machine, Nanos, Run, StampedEvent, WatchedProgram};
use crate::probe::machine::{describe_machine, usable_cores};
use crate::probe::{LiveProcesses, Probe};
use crate::system::clock::{Epoch, time_of_day_ms};
use crate::system::threads;
use message::{Hello, Message};
use translator::Translator;

const DRIVER: &str = include_str!("../../assets/dask/driver.py");
/// Reads what a scheduler tells over HTTP. It needs no dask.distributed.
const HTTP_DRIVER: &str = include_str!("../../assets/dask/over_http.py");
/// Begin of the address of a scheduler's HTTP port.
const HTTP: &str = "http://";
/// How long the driver may take to end, and then to end by SIGTERM.
const END_TIMEOUT: Duration = Duration::from_secs(2);
const END_POLL: Duration = Duration::from_millis(5);

/// Why a cluster is not observed.
#[derive(Debug, Error)]
pub enum ClusterError {
    #[error("--python {python} cannot be started: {error}")]
    Python { python: String, error: io::Error },
    /// A sentence of the driver.
    #[error("{0}")]
    Driver(SafeText),
    #[error("{python} ended without a report: run mpviz doctor to see whether it has dask.distributed")]
    Silent { python: String },
    #[error("{python} wrote an invalid report: {error}")]
    Malformed { python: String, error: serde_json::Error },
    #[error("the cluster cannot be observed: {0}")]
    System(#[from] io::Error),
}

/// A connection to a cluster, which is observed from now on.
pub struct ClusterConnection {
    driver: Driver,
    lines: BufReader<ChildStdout>,
    hello: Hello,
    /// The message after the hello, which describes the workers.
    first: Message,
    epoch: Epoch,
    machine: Machine,
    command: Vec<SafeText>,
}

/// A cluster that is observed.
pub struct ClusterWatch {
    /// The events of its run; closed at its end.
    pub events: Receiver<Vec<StampedEvent>>,
    driver: Driver,
    thread: JoinHandle<()>,
}

/// Whether this is the address of a scheduler's HTTP port, over which nothing is registered.
#[must_use]
pub fn is_http(address: &str) -> bool {
    address.starts_with(HTTP)
}

impl ClusterConnection {
    /// Connects to the scheduler with this address, or in this scheduler file; that of the user's Dask configuration if
    /// the address is empty.
    pub fn open(python: &OsStr, address: &str) -> Result<Self, ClusterError> {
        let name = || sanitize(&python.to_string_lossy()).into_owned();
        let driver = if is_http(address) { HTTP_DRIVER } else { DRIVER };
        let mut child = Command::new(python)
            .args(["-c", driver, address])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| ClusterError::Python { python: name(), error })?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let driver = Driver { child, stdin };
        let mut lines = BufReader::new(stdout.ok_or_else(|| ClusterError::Silent { python: name() })?);
        let mut next = || match read_message(&mut lines) {
            Ok(Some(Message { error: Some(error), .. })) => Err(ClusterError::Driver(error)),
            Ok(Some(message)) => Ok(message),
            Ok(None) => Err(ClusterError::Silent { python: name() }),
            Err(error) if error.is_io() => Err(ClusterError::System(error.into())),
            Err(error) => Err(ClusterError::Malformed { python: name(), error }),
        };
        let hello = next()?.hello.ok_or_else(|| ClusterError::Silent { python: name() })?;
        let epoch = Epoch::start_now();
        let first = next()?;
        let machine = describe_machine(&usable_cores());
        let command = ["mpviz", "watch", "--dask", hello.address.as_str()].map(SafeText::new).into();
        Ok(Self { driver, lines, hello, first, epoch, machine, command })
    }

    /// Header of a recording of the cluster.
    #[must_use]
    pub fn recording_header(&self) -> RecordingHeader {
        let began = time_of_day_ms().unwrap_or(0) / 1_000;
        RecordingHeader::of_cluster(self.machine.clone(), self.command.clone(), began)
    }

    /// Starts to send events.
    pub fn observe(self) -> Result<ClusterWatch, ClusterError> {
        let (sender, events) = unbounded();
        let (sample_sender, samples) = unbounded();
        let probe = Probe::start(self.epoch, Arc::new(LiveProcesses::default()), sample_sender)?;
        let run = Run {
            version: env!("CARGO_PKG_VERSION").into(),
            command: self.command,
            machine: self.machine,
            cores: CorePolicy::Shared,
            workload: None,
            rounds_per_number: 0,
            program: Some(WatchedProgram { pid: self.hello.pid }),
            lanes: Vec::new(),
            notes: Vec::new(),
            repeat: None,
            began_ms: time_of_day_ms(),
        };
        let translator = Translator::new(self.hello, LaneId(0), 0);
        let mut observer = Observer { translator, events: sender, samples, run_started: Some(run) };
        let (first, mut lines) = (self.first, self.lines);
        let thread = threads::start("observer", move || {
            observer.apply(first);
            let end = loop {
                match read_message(&mut lines) {
                    Ok(Some(Message { error: Some(error), .. })) => break Some(error),
                    Ok(Some(message)) => observer.apply(message),
                    Ok(None) => break None,
                    Err(error) => break Some(format!("the driver wrote an invalid report: {error}").into()),
                }
            };
            probe.stop();
            observer.end(end);
        })?;
        Ok(ClusterWatch { events, driver: self.driver, thread })
    }
}

impl ClusterWatch {
    /// Begins to end the observation. The last events follow.
    pub fn begin_end(&mut self) {
        self.driver.stdin = None;
    }

    /// Ends the observation. The scheduler removes what it was given.
    pub fn stop(self) {
        drop(self.driver);
        // A panic of the thread was already reported by the panic hook.
        let _ = self.thread.join();
    }
}

/// The driver's process, which ends with its standard input.
struct Driver {
    child: Child,
    stdin: Option<ChildStdin>,
}

impl Driver {
    fn has_ended_by(&mut self, deadline: Instant) -> bool {
        loop {
            match self.child.try_wait() {
                Ok(None) if Instant::now() < deadline => sleep(END_POLL),
                Ok(None) => return false,
                Ok(Some(_)) | Err(_) => return true,
            }
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.stdin = None;
        for signal in [Signal::SIGTERM, Signal::SIGKILL] {
            if self.has_ended_by(Instant::now() + END_TIMEOUT) {
                return;
            }
            // It is not reaped yet, so that the pid is its own.
            let _ = kill(Pid::from_raw(self.child.id().cast_signed()), signal);
        }
        // The kernel has ended it.
        let _ = self.child.wait();
    }
}

/// Reads the next message; none at the end.
fn read_message(lines: &mut impl BufRead) -> serde_json::Result<Option<Message>> {
    let mut line = String::new();
    match lines.read_line(&mut line) {
        Ok(0) => Ok(None),
        Ok(_) => serde_json::from_str(&line).map(Some),
        Err(error) => Err(serde_json::Error::io(error)),
    }
}

struct Observer {
    translator: Translator,
    events: Sender<Vec<StampedEvent>>,
    samples: Receiver<Vec<StampedEvent>>,
    /// Description of the run, until it was sent.
    run_started: Option<Run>,
}

impl Observer {
    fn apply(&mut self, message: Message) {
        let at = self.translator.translate(message);
        self.send(at, Vec::new());
    }

    fn end(&mut self, reason: Option<SafeText>) {
        let at = self.translator.end();
        let in_run = |event| StampedEvent { at, lane: None, event };
        let reason = reason.map(|reason| in_run(Event::NotObserved { reason }));
        self.send(at, reason.into_iter().chain([in_run(Event::RunEnded {})]).collect());
    }

    /// Sends the translated events and samples, then `more` and a mark.
    fn send(&mut self, at: Nanos, more: Vec<StampedEvent>) {
        let in_run = |at, event| StampedEvent { at, lane: None, event };
        let mut batch = Vec::new();
        batch.extend(self.run_started.take().map(|run| in_run(0, Event::RunStarted(Box::new(run)))));
        batch.append(&mut self.translator.take_events());
        // Cores of this machine say nothing about the cluster.
        let is_of_mpviz = |stamped: &StampedEvent| matches!(stamped.event, Event::ObserverMeasured { .. });
        batch.extend(self.samples.try_iter().flatten().filter(is_of_mpviz));
        batch.extend(more);
        batch.push(in_run(at, Event::Drained { taken: Vec::new() }));
        // Sending fails only while mpviz exits, when the receiver has been dropped.
        let _ = self.events.send(batch);
    }
}
