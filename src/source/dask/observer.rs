//! Sends the events of clusters that are observed one after the other, each as a lane.

use std::collections::HashMap;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender};

use super::driver::{Connection, DriverControl, invalid_report, read_message};
use super::message::Message;
use super::translator::Translator;
use super::{ClusterError, ClusterPlan};
use crate::event::{Event, LaneId, LaneStatus, Nanos, ObservationGap, Run, StampedEvent, WorkerId};
use crate::probe::LiveProcesses;
use crate::system::clock::Epoch;

/// The clusters of a run.
pub(super) struct LaneSource {
    pub(super) plan: ClusterPlan,
    pub(super) control: Arc<DriverControl>,
    /// The first of them, if it is connected to.
    pub(super) first: Option<Connection>,
}

impl LaneSource {
    /// Connects to the next cluster. None if there is none, or the observation is to end.
    fn next(&mut self, lane: usize) -> Result<Option<Connection>, ClusterError> {
        match self.first.take() {
            Some(first) => Ok(Some(first)),
            None => self.plan.connect(&self.control, lane),
        }
    }
}

pub(super) struct Observer {
    pub(super) events: Sender<Vec<StampedEvent>>,
    pub(super) samples: Receiver<Vec<StampedEvent>>,
    /// The workers that are sampled: those of mpviz's own clusters.
    pub(super) processes: Arc<LiveProcesses>,
    pub(super) epoch: Epoch,
    /// Description of the run, until it was sent.
    pub(super) run_started: Option<Run>,
}

/// A lane that is observed.
struct ObservedLane {
    translator: Translator,
    lane: LaneId,
    /// Processes of workers that are sampled.
    pids: HashMap<WorkerId, u32>,
    is_local: bool,
}

impl Observer {
    /// Observes the clusters until the last has ended.
    pub(super) fn observe(mut self, mut lanes: LaneSource) {
        // A cluster may take a second to start: the run is known before.
        let mut at = 0;
        self.send(at, None, Vec::new());
        let mut reason = None;
        for number in 0.. {
            match lanes.next(number) {
                Ok(Some(connection)) => {
                    let lane = LaneId(number as u16);
                    (at, reason) = self.observe_lane(lane, connection, &lanes.plan);
                    lanes.control.wait_for_driver();
                }
                Ok(None) => break,
                Err(error) => {
                    reason = Some(error.0);
                    break;
                }
            }
            if reason.is_some() {
                break;
            }
        }
        let in_run = |event| StampedEvent { at, lane: None, event };
        let reason = reason.map(|reason| in_run(Event::NotObserved { reason }));
        self.send(at, None, reason.into_iter().chain([in_run(Event::RunEnded {})]).collect());
    }

    /// Observes a cluster until its driver ends. Returns the time of the end, and why it ended early.
    fn observe_lane(
        &mut self,
        lane: LaneId,
        connection: Connection,
        plan: &ClusterPlan,
    ) -> (Nanos, Option<ObservationGap>) {
        let Connection { hello, first, mut lines } = connection;
        let hello_at = if lane == LaneId(0) { 0 } else { self.epoch.now() };
        let translator = Translator::new(hello, lane, hello_at);
        let translator = if plan.graph.is_some() { translator.of_graph() } else { translator };
        let mut observed = ObservedLane { translator, lane, pids: HashMap::new(), is_local: plan.is_local() };
        self.apply(&mut observed, first);
        let reason = loop {
            match read_message(&mut lines) {
                Ok(Some(Message { error: Some(error), .. })) => break Some(error),
                Ok(Some(message)) => self.apply(&mut observed, message),
                Ok(None) => break None,
                Err(error) => break Some(invalid_report(&plan.python, &error)),
            }
        };
        for (_, pid) in observed.pids.drain() {
            self.processes.remove(pid);
        }
        let at = observed.translator.end_with(match reason {
            Some(_) => LaneStatus::Failed,
            None => LaneStatus::Cancelled,
        });
        self.send(at, Some(&mut observed), Vec::new());
        (at, reason)
    }

    fn apply(&mut self, lane: &mut ObservedLane, message: Message) {
        let at = lane.translator.translate(message);
        self.send(at, Some(lane), Vec::new());
    }

    /// Sends the translated events of a lane and samples, then `more` and a mark.
    fn send(&mut self, at: Nanos, lane: Option<&mut ObservedLane>, more: Vec<StampedEvent>) {
        let in_run = |at, event| StampedEvent { at, lane: None, event };
        let mut batch = Vec::new();
        batch.extend(self.run_started.take().map(|run| in_run(0, Event::RunStarted(Box::new(run)))));
        let mut samples: Vec<StampedEvent> = self.samples.try_iter().flatten().collect();
        // Cores of this machine say nothing about the cluster, and a lane that has ended has no samples.
        samples.retain(|stamped| match &stamped.event {
            Event::ObserverMeasured { .. } => true,
            Event::WorkerSampled { worker, .. } => {
                lane.as_ref().is_some_and(|lane| stamped.lane == Some(lane.lane) && lane.pids.contains_key(worker))
            }
            _ => false,
        });
        if let Some(lane) = lane {
            let events = lane.translator.take_events();
            self.follow_processes(lane, &events);
            batch.extend(events);
        }
        batch.extend(samples);
        batch.extend(more);
        batch.push(in_run(at, Event::Drained { taken: Vec::new() }));
        // Sending fails only while mpviz exits, when the receiver has been dropped.
        let _ = self.events.send(batch);
    }

    /// Has the processes of local workers sampled as long as they are workers. Each has one thread.
    fn follow_processes(&self, lane: &mut ObservedLane, events: &[StampedEvent]) {
        for stamped in events.iter().filter(|_| lane.is_local) {
            match stamped.event {
                Event::WorkerSpawned { worker, pid, .. } if pid > 0 => {
                    lane.pids.insert(worker, pid);
                    self.processes.add(lane.lane, pid, vec![worker]);
                }
                Event::WorkerExited { worker, .. } => {
                    if let Some(pid) = lane.pids.remove(&worker) {
                        self.processes.remove(pid);
                    }
                }
                _ => {}
            }
        }
    }
}
