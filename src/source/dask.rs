//! Dask clusters: a driver in Python observes one, and writes a line of JSON for what happens there.
//!
//! ```text
//! scheduler and workers ═ connection ═► driver ═ pipe ═► Translator ─► events
//! ```
//!
//! A cluster of the user is observed, or a graph of mpviz's own is run on clusters, one after the other.

mod driver;
mod graph_run;
pub mod message;
mod observer;
pub mod of_program;
pub mod translator;
mod workers;

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, bounded, unbounded};

use crate::event::codec::RecordingHeader;
use crate::event::text::SafeText;
use crate::event::{
    ClusterGraph, CorePolicy, Machine, ObservationGap, RepeatPosition, Run, StampedEvent, WatchedProgram,
};
use crate::probe::machine::{describe_machine, usable_cores};
use crate::probe::{LiveProcesses, Probe};
use crate::report::phrases;
use crate::system::clock::{Epoch, time_of_day_ms};
use crate::system::shortage::describe_error;
use crate::system::threads;
use driver::{Connection, DriverControl};
pub use graph_run::{GraphRun, SATURATIONS};
use observer::{LaneSource, Observer};

/// The driver and the plugins, with what is to be observed.
macro_rules! driver {
    ($observed:literal) => {
        concat!(
            include_str!("../../assets/dask/driver.py"),
            include_str!("../../assets/dask/plugins.py"),
            include_str!(concat!("../../assets/dask/", $observed)),
        )
    };
}

/// Reads what a scheduler tells over HTTP. It needs no dask.distributed.
const OVER_HTTP: &str = include_str!("../../assets/dask/over_http.py");
/// Begin of the address of a scheduler's HTTP port.
const HTTP: &str = "http://";
/// Observes a cluster of the user.
const WATCH: &str = driver!("watch.py");
/// Writes the address of a scheduler.
const ADDRESS: &str = driver!("address.py");
/// Writes the address of a scheduler's HTTP port.
const HTTP_ADDRESS: &str = driver!("http_address.py");
/// Observes a cluster that runs a graph.
const LESSON: &str = driver!("lesson.py");

/// Why a cluster is not observed.
#[derive(Debug)]
pub struct ClusterError(pub ObservationGap);

impl fmt::Display for ClusterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&phrases::observation_gap(&self.0))
    }
}

impl std::error::Error for ClusterError {}

impl From<io::Error> for ClusterError {
    fn from(error: io::Error) -> Self {
        Self(ObservationGap::System { error: describe_error(&error).into() })
    }
}

/// What is observed: clusters, one after the other.
pub struct ClusterPlan {
    python: OsString,
    script: &'static str,
    /// That of the user's cluster; none for those of mpviz's own.
    address: Option<String>,
    /// Arguments of the script, one for each cluster.
    arguments: Vec<String>,
    /// Whether the arguments are of schedulers whose HTTP ports are read, and these ask for them.
    asks_for_http: bool,
    /// The graph that mpviz runs, if it does.
    graph: Option<ClusterGraph>,
    /// Set if this is one of several runs of the graph.
    repeat: Option<RepeatPosition>,
    command: Vec<SafeText>,
    machine: Machine,
}

/// A connection to a cluster, which is observed from now on.
pub struct ClusterConnection {
    plan: ClusterPlan,
    control: Arc<DriverControl>,
    /// The first cluster; none if it is still to be connected to.
    first: Option<Connection>,
    epoch: Epoch,
}

/// A connection that a thread opens.
pub struct ClusterOpening {
    /// Receives the connection, or why there is none.
    pub outcome: Receiver<Result<ClusterConnection, ClusterError>>,
    /// What is connected to, as [`ClusterPlan::new`] takes it; none if a cluster is started.
    pub address: Option<String>,
    control: Arc<DriverControl>,
}

/// Clusters that are observed.
pub struct ClusterWatch {
    /// The events of its run; closed at its end.
    pub events: Receiver<Vec<StampedEvent>>,
    control: Arc<DriverControl>,
    thread: JoinHandle<()>,
}

/// Whether this is the address of a scheduler's HTTP port, over which nothing is registered.
#[must_use]
pub fn is_http(address: &str) -> bool {
    address.starts_with(HTTP)
}

/// The address of the scheduler that is named by its address, a scheduler file or, if it is empty, the user's Dask
/// configuration.
pub fn find_address(python: &OsStr, name: &str) -> Result<String, ClusterError> {
    let answer = DriverControl::default().ask(python, ADDRESS, name)?;
    let found = answer.and_then(|answer| answer.address).map(|address| address.to_string());
    found.ok_or_else(|| driver::driver_silent(python))
}

impl ClusterConnection {
    fn unconnected(plan: ClusterPlan, control: Arc<DriverControl>) -> Self {
        Self { plan, control, first: None, epoch: Epoch::start_now() }
    }

    /// Connects to the first cluster, which may be started for it.
    fn connect(mut self) -> Result<Self, ClusterError> {
        self.first = self.plan.connect(&self.control, 0)?;
        self.epoch = Epoch::start_now();
        Ok(self)
    }

    /// Starts to send events.
    pub fn observe(self) -> Result<ClusterWatch, ClusterError> {
        let Self { plan, control, first, epoch } = self;
        let (sender, events) = unbounded();
        let (sample_sender, samples) = unbounded();
        let processes = Arc::new(LiveProcesses::default());
        let probe = Probe::start(epoch, Arc::clone(&processes), sample_sender)?;
        // Of a graph, the program is mpviz's own.
        let program = match first.as_ref().filter(|_| plan.graph.is_none()) {
            Some(Connection { hello, .. }) => WatchedProgram { pid: hello.pid, cluster: Some(hello.address.clone()) },
            None => WatchedProgram { pid: std::process::id(), cluster: None },
        };
        let run = Run {
            version: env!("CARGO_PKG_VERSION").into(),
            command: plan.command.clone(),
            machine: plan.machine.clone(),
            cores: if plan.arguments.len() > 1 { CorePolicy::Turns } else { CorePolicy::Shared },
            workload: None,
            rounds_per_number: 0,
            program: Some(program),
            graph: plan.graph.clone(),
            lanes: Vec::new(),
            notes: Vec::new(),
            repeat: plan.repeat,
            began_ms: time_of_day_ms(),
        };
        let observer = Observer { events: sender, samples, processes, epoch, run_started: Some(run) };
        let lanes = LaneSource { plan, control: Arc::clone(&control), first };
        let thread = threads::start("observer", move || {
            observer.observe(lanes);
            probe.stop();
        })?;
        Ok(ClusterWatch { events, control, thread })
    }
}

impl ClusterOpening {
    /// Starts to connect to the first cluster.
    pub fn start(plan: ClusterPlan) -> io::Result<Self> {
        let (sender, outcome) = bounded(1);
        let (control, address) = (Arc::default(), plan.address.clone());
        let connection = ClusterConnection::unconnected(plan, Arc::clone(&control));
        // Sending fails if the opening was cancelled.
        threads::start("connection", move || drop(sender.send(connection.connect())))?;
        Ok(Self { outcome, address, control })
    }

    /// Ends the attempt, and what was started for it. Of a cluster of the user, nothing is to be ended in order yet.
    pub fn cancel(self) {
        match self.address {
            Some(_) => self.control.kill(),
            None => self.control.end(),
        }
    }
}

impl ClusterPlan {
    /// Observes the scheduler with this address, or in this scheduler file; that of the user's Dask configuration if
    /// the address is empty. `command` is the command line, for reports.
    #[must_use]
    pub fn new(python: &OsStr, address: &str, command: Vec<SafeText>) -> Self {
        Self {
            python: python.into(),
            script: if is_http(address) { OVER_HTTP } else { WATCH },
            address: Some(address.into()),
            arguments: vec![address.into()],
            asks_for_http: false,
            graph: None,
            repeat: None,
            command,
            machine: describe_machine(&usable_cores()),
        }
    }

    /// Asks the scheduler for its HTTP port, and reads that. Nothing is registered.
    #[must_use]
    pub fn over_http(self) -> Self {
        Self { script: OVER_HTTP, asks_for_http: true, ..self }
    }

    /// Runs a graph. `number` is that of the run among its repeats, from 1.
    #[must_use]
    pub fn of_graph(run: &GraphRun, number: u32) -> Self {
        Self {
            script: LESSON,
            address: run.address.clone(),
            arguments: run.arguments(),
            graph: Some(run.graph.clone()),
            repeat: (run.repeat > 1).then_some(RepeatPosition { number, of: run.repeat }),
            ..Self::new(&run.python, "", run.command.clone())
        }
    }

    /// Header of a recording.
    #[must_use]
    pub fn recording_header(&self) -> RecordingHeader {
        let began = time_of_day_ms().unwrap_or(0) / 1_000;
        RecordingHeader::of_cluster(self.machine.clone(), self.command.clone(), began)
    }

    /// Whether the workers are processes of this machine that mpviz has started.
    fn is_local(&self) -> bool {
        self.graph.as_ref().is_some_and(|graph| graph.workers.is_some())
    }

    /// Connects to a cluster by its number. None if the observation is to end.
    fn connect(&self, control: &DriverControl, lane: usize) -> Result<Option<Connection>, ClusterError> {
        let Some(argument) = self.arguments.get(lane) else { return Ok(None) };
        let mut connection = if self.asks_for_http {
            let Some(answer) = control.ask(&self.python, HTTP_ADDRESS, argument)? else { return Ok(None) };
            let found = answer.address.filter(|address| is_http(address.as_str()));
            let address = found.ok_or_else(|| driver::driver_silent(&self.python))?;
            control.connect(&self.python, self.script, address.as_str())?
        } else {
            control.connect(&self.python, self.script, argument)?
        };
        if let Some(connection) = connection.as_mut().filter(|_| self.is_local()) {
            // It is another one in each run, and tells nothing.
            connection.hello.address = SafeText::default();
        }
        Ok(connection)
    }
}

impl ClusterWatch {
    /// Runs a graph, and connects to its clusters later. `number` is that of the run among its repeats, from 1.
    pub fn start(run: &GraphRun, number: u32) -> Result<Self, ClusterError> {
        ClusterConnection::unconnected(ClusterPlan::of_graph(run, number), Arc::default()).observe()
    }

    /// Begins to end the observation. The last events follow.
    pub fn begin_end(&self) {
        self.control.begin_end();
    }

    /// Ends the observation. The scheduler removes what it was given; clusters of mpviz's own end.
    pub fn stop(self) {
        self.control.end();
        // A panic of the thread was already reported by the panic hook.
        let _ = self.thread.join();
    }
}
