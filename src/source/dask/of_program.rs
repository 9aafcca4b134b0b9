//! The clusters that a watched program starts: each is a lane of its run.
//!
//! The shim in the process of a scheduler loads `plugins.py`, which then reports over a socket in the directory of the
//! rings. So the cluster is observed from its start on, whatever its address and its security are.

use std::collections::{HashMap, HashSet};
use std::io::{self, BufReader};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::driver::read_message;
use super::message::{Hello, Message};
use super::translator::{Translator, WINDOW};
use crate::event::text::SafeText;
use crate::event::{Event, Nanos, ObservationGap, StampedEvent};
use crate::source::python::record::Record;
use crate::source::python::translator::Translator as ProgramTranslator;
use crate::system::clock::{Epoch, time_of_day_ms};
use crate::system::shortage::describe_error;
use crate::system::threads;

/// Name of the socket, as the shim has it.
const SOCKET: &str = "clusters";
/// How much later than records of a ring the reports of a cluster may come, in ns: they are sent every 100 ms.
const REPORT_DELAY: Nanos = WINDOW + 120_000_000;
/// How long a report of a cluster may take when the program has ended, and how long all of them.
const REPORT_TIMEOUT: Duration = Duration::from_millis(200);
const END_TIMEOUT: Duration = Duration::from_secs(2);

/// What a scheduler of the program sends, with the number of its connection.
pub type ClusterMessage = (u32, ClusterReport);

/// What a scheduler of the program sends.
pub enum ClusterReport {
    Connected(UnixStream),
    Message(Box<Message>),
    /// The connection ended, or a report cannot be read for this reason.
    Ended(Option<SafeText>),
}

/// The clusters of a program.
pub struct ProgramClusters {
    epoch: Epoch,
    listener: io::Result<Listener>,
    messages: Receiver<ClusterMessage>,
    /// By the number of their connection.
    clusters: HashMap<u32, Cluster>,
    /// Addresses of the schedulers that the program has started, and of those that have not reported.
    own: HashSet<SafeText>,
    silent: Vec<SafeText>,
}

/// A cluster that reports.
struct Cluster {
    /// To end the connection.
    stream: UnixStream,
    hello: Option<Hello>,
    /// None until the first report.
    translator: Option<Translator>,
    has_closed: bool,
}

impl ProgramClusters {
    /// Waits for the clusters of a program, whose rings are in `trace_dir`.
    #[must_use]
    pub fn listen(trace_dir: &Path, epoch: Epoch) -> Self {
        let (sender, messages) = unbounded();
        let listener = Listener::start(&trace_dir.join(SOCKET), sender);
        Self { epoch, listener, messages, clusters: HashMap::new(), own: HashSet::new(), silent: Vec::new() }
    }

    /// What the schedulers send, to be applied.
    #[must_use]
    pub fn messages(&self) -> &Receiver<ClusterMessage> {
        &self.messages
    }

    /// How much later reports may come because there are clusters, in ns.
    #[must_use]
    pub fn report_delay(&self) -> Nanos {
        if self.clusters.is_empty() { 0 } else { REPORT_DELAY }
    }

    /// Applies a record of the program; those that are not about clusters have no effect.
    pub fn apply_record(&mut self, record: &Record, program: &mut ProgramTranslator) {
        match record {
            Record::SchedulerStarted { address } if self.own.insert(address.clone()) => {
                self.silent.push(address.clone());
            }
            Record::ClientConnected { address } if !self.own.contains(address) => {
                self.push_gap(ObservationGap::ClusterNotStartedByProgram { address: address.clone() }, program);
            }
            _ => {}
        }
    }

    /// Applies what a scheduler sends.
    pub fn apply(&mut self, (number, report): ClusterMessage, program: &mut ProgramTranslator) {
        match report {
            ClusterReport::Connected(stream) => {
                self.clusters.insert(number, Cluster { stream, hello: None, translator: None, has_closed: false });
            }
            ClusterReport::Message(message) => {
                let Some(cluster) = self.clusters.get_mut(&number) else { return };
                if let Some(reason) = message.error {
                    self.silent.clear();
                    self.push_gap(reason, program);
                } else if let Some(hello) = message.hello {
                    // The record of its start may follow.
                    self.own.insert(hello.address.clone());
                    self.silent.retain(|silent| *silent != hello.address);
                    cluster.hello = Some(hello);
                } else {
                    cluster.apply(*message, self.epoch, program);
                }
            }
            ClusterReport::Ended(error) => {
                let Some(cluster) = self.clusters.remove(&number) else { return };
                if let Some(hello) = cluster.hello.as_ref().filter(|_| !cluster.has_closed) {
                    let address = hello.address.clone();
                    self.push_gap(ObservationGap::LastReportsMissing { address, error }, program);
                }
                cluster.end(program);
            }
        }
    }

    /// Ends the observation, also of clusters that go on after the program if that has ended.
    pub fn finish(&mut self, program: &mut ProgramTranslator, program_has_ended: bool) {
        let deadline = Instant::now() + END_TIMEOUT;
        while !self.clusters.is_empty()
            && Instant::now() < deadline
            && let Ok(message) = self.messages.recv_timeout(REPORT_TIMEOUT)
        {
            self.apply(message, program);
        }
        for cluster in std::mem::take(&mut self.clusters).into_values() {
            if let Some(hello) = cluster.hello.as_ref().filter(|_| program_has_ended && !cluster.has_closed) {
                self.push_gap(ObservationGap::ClusterWentOn { address: hello.address.clone() }, program);
            }
            cluster.end(program);
        }
        let error = self.listener.as_ref().err().map(|error| SafeText::from(describe_error(error)));
        for address in std::mem::take(&mut self.silent) {
            self.push_gap(ObservationGap::SchedulerSilent { address, error: error.clone() }, program);
        }
    }

    fn push_gap(&self, reason: ObservationGap, program: &mut ProgramTranslator) {
        let event = Event::NotObserved { reason };
        program.pass_on(StampedEvent { at: self.epoch.now(), lane: None, event });
    }
}

impl Cluster {
    fn apply(&mut self, message: Message, epoch: Epoch, program: &mut ProgramTranslator) {
        let Some(hello) = &self.hello else { return };
        let translator = self.translator.get_or_insert_with(|| {
            let lane = program.add_cluster_lane(hello);
            Translator::new(hello.clone(), lane, time_of_hello(hello, epoch))
        });
        self.has_closed = message.last;
        translator.translate(message);
        pass_on(translator, program);
    }

    fn end(mut self, program: &mut ProgramTranslator) {
        if let Some(translator) = &mut self.translator {
            translator.end();
            pass_on(translator, program);
        }
        // It may have ended already.
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

fn pass_on(translator: &mut Translator, program: &mut ProgramTranslator) {
    // The scheduler's process has reported itself.
    let is_of_cluster = |stamped: &StampedEvent| !matches!(stamped.event, Event::InterpreterAttached { .. });
    translator.take_events().into_iter().filter(is_of_cluster).for_each(|event| program.pass_on(event));
}

/// The time of the run when a scheduler of this machine said hello.
fn time_of_hello(hello: &Hello, epoch: Epoch) -> Nanos {
    let now = epoch.now();
    let age_s = time_of_day_ms().map_or(0.0, |ms| ms as f64 / 1e3 - hello.time);
    now.saturating_sub((age_s * 1e9) as Nanos)
}

/// Accepts the connections of schedulers.
struct Listener {
    listener: UnixListener,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    fn start(path: &Path, messages: Sender<ClusterMessage>) -> io::Result<Self> {
        let listener = UnixListener::bind(path)?;
        let accepting = listener.try_clone()?;
        let thread = threads::start("clusters", move || {
            for (number, stream) in (0..).zip(accepting.incoming()) {
                // It ends with the listener. Out of descriptors, later clusters are not observed.
                let Ok(stream) = stream else { return };
                if let Ok(reading) = stream.try_clone() {
                    let _ = messages.send((number, ClusterReport::Connected(stream)));
                    let messages = messages.clone();
                    let _ = threads::start("cluster", move || read_reports(number, reading, &messages));
                }
            }
        })?;
        Ok(Self { listener, thread: Some(thread) })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // Ends the accept of the thread.
        if let Ok(listener) = self.listener.try_clone() {
            let _ = UnixStream::from(OwnedFd::from(listener)).shutdown(Shutdown::Both);
        }
        // A panic of the thread was already reported by the panic hook.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn read_reports(number: u32, stream: UnixStream, messages: &Sender<ClusterMessage>) {
    let mut lines = BufReader::new(stream);
    let error = loop {
        match read_message(&mut lines) {
            Ok(Some(message)) => {
                // Sending fails if the observation has ended.
                if messages.send((number, ClusterReport::Message(Box::new(message)))).is_err() {
                    return;
                }
            }
            Ok(None) => break None,
            Err(error) => break Some(error.to_string().into()),
        }
    };
    let _ = messages.send((number, ClusterReport::Ended(error)));
}
