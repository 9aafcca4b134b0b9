//! A watched program while it runs: translates what its processes report, and samples them.
//!
//! ```text
//! ring files ─► Poller ─► Observer ─► translator ─► events, with a mark up to which they are complete
//! kernel ─────► Probe ──────┤
//! drivers ────► clusters ───┘
//! ```

mod kernel_watch;

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded, select, unbounded};

use super::dask::of_program::ProgramClusters;
use super::python::poller::{Poller, RecordBatch};
use super::python::translator::Translator;
use crate::event::{Event, Exit, LaneId, Nanos, Run, StampedEvent, WorkerId};
use crate::probe::{LiveProcesses, Probe};
use crate::system::clock::Epoch;
use crate::system::threads;
use kernel_watch::KernelWatch;

/// Time between two marks, in ns, if nothing else happens.
const MARK_INTERVAL: Nanos = 50_000_000;

/// What is observed.
pub struct ObservedProgram {
    /// Description of the run, which names the program.
    pub run: Run,
    /// Time zero, from before the program was started.
    pub epoch: Epoch,
    /// Directory of the ring files.
    pub trace_dir: PathBuf,
    /// Receives how the program's first process ended.
    pub exits: Receiver<Exit>,
}

/// Handle of the observing thread.
pub struct Observation {
    epoch: Epoch,
    stop: Sender<()>,
    /// Times at which the program was suspended (true) or resumed.
    suspensions: Sender<(Nanos, bool)>,
    thread: JoinHandle<()>,
}

impl Observation {
    /// Starts to observe a program. Events are sent until it ends; then the channel is closed.
    pub fn start(program: ObservedProgram, cores: Vec<u32>, events: Sender<Vec<StampedEvent>>) -> io::Result<Self> {
        let (stop, stopped) = bounded(0);
        let (suspensions, suspension_receiver) = unbounded();
        let (sample_sender, samples) = unbounded();
        let live_processes = Arc::new(LiveProcesses::default());
        let probe = Probe::start(program.epoch, Arc::clone(&live_processes), sample_sender)?;
        let (batch_sender, batches) = unbounded();
        let poller = Poller::start(program.trace_dir.clone(), batch_sender)?;
        let root = program.run.program.as_ref().map_or(0, |program| program.pid);
        let epoch = program.epoch;
        let observer = Observer {
            epoch,
            translator: Translator::new(program.epoch, cores),
            clusters: ProgramClusters::listen(&program.trace_dir, program.epoch),
            events,
            outbox: Vec::new(),
            live_processes,
            samples,
            suspensions: suspension_receiver,
            kernel: KernelWatch::new(root),
            sampled: BTreeSet::new(),
            mark: 0,
        };
        let thread = threads::start("observer", move || observer.run(program, poller, &batches, probe, &stopped))?;
        Ok(Self { epoch, stop, suspensions, thread })
    }

    /// Records that all processes of the program are stopped from now on, or that they are about to continue.
    pub fn set_suspended(&self, suspended: bool) {
        // Sending fails if the program has ended.
        let _ = self.suspensions.send((self.epoch.now(), suspended));
    }

    /// Stops observing, whether the program has ended or not. The program is left as it is.
    pub fn stop(self) {
        drop(self.stop);
        // A panic of the thread was already reported by the panic hook.
        let _ = self.thread.join();
    }
}

struct Observer {
    epoch: Epoch,
    translator: Translator,
    clusters: ProgramClusters,
    events: Sender<Vec<StampedEvent>>,
    /// Events to send with the next mark.
    outbox: Vec<StampedEvent>,
    /// The worker processes to sample.
    live_processes: Arc<LiveProcesses>,
    samples: Receiver<Vec<StampedEvent>>,
    suspensions: Receiver<(Nanos, bool)>,
    kernel: KernelWatch,
    /// The workers among `live_processes`.
    sampled: BTreeSet<(u32, LaneId, WorkerId)>,
    mark: Nanos,
}

impl Observer {
    fn run(
        mut self,
        program: ObservedProgram,
        poller: Poller,
        batches: &Receiver<RecordBatch>,
        probe: Probe,
        stopped: &Receiver<()>,
    ) {
        self.push(0, Event::RunStarted(Box::new(program.run)));
        self.send();
        let exit = loop {
            select! {
                recv(batches) -> batch => match batch {
                    Ok(batch) => self.apply_batch(batch),
                    // The poller ended by a panic, which was reported.
                    Err(_) => break None,
                },
                recv(self.clusters.messages()) -> message => {
                    if let Ok(message) = message {
                        self.clusters.apply(message, &mut self.translator);
                    }
                }
                recv(program.exits) -> exit => break exit.ok(),
                recv(stopped) -> _ => break None,
            }
            self.kernel.look(self.epoch, &self.translator);
        };
        let at = self.epoch.now();
        poller.stop();
        probe.stop();
        batches.try_iter().for_each(|batch| self.apply_batch(batch));
        self.kernel.apply_until(Nanos::MAX, &mut self.translator);
        self.clusters.finish(&mut self.translator, exit.is_some());
        self.outbox.append(&mut self.translator.take_events());
        if let Some(exit) = exit {
            self.push(at, Event::ProgramExited { exit });
        }
        let at = self.mark.max(self.epoch.now());
        self.translator.end(at);
        self.outbox.append(&mut self.translator.take_events());
        self.push(at, Event::RunEnded {});
        self.push_mark(at);
        self.send();
    }

    /// Translates the records of a batch, and sends events if it is time for a mark.
    fn apply_batch(&mut self, batch: RecordBatch) {
        // The last batch is complete for all times.
        let complete_until = self.epoch.time_of(batch.complete_until).min(self.epoch.now());
        for sample in self.samples.try_iter().flatten() {
            self.kernel.add_sample(sample);
        }
        for (at, suspended) in self.suspensions.try_iter() {
            self.kernel.add_suspension(at, suspended);
        }
        for record in batch.records {
            self.kernel.apply_until(self.epoch.time_of(record.at), &mut self.translator);
            self.clusters.apply_record(&record.record, &mut self.translator);
            self.translator.translate(record);
        }
        self.kernel.apply_until(complete_until, &mut self.translator);
        self.translator.settle(complete_until);
        self.outbox.append(&mut self.translator.take_events());
        for reason in batch.problems {
            self.push(complete_until, Event::NotObserved { reason });
        }
        if batch.dropped > 0 {
            self.push(complete_until, Event::ReportsDropped { count: batch.dropped });
        }
        let mark = complete_until.saturating_sub(self.clusters.report_delay());
        if mark >= self.mark + MARK_INTERVAL {
            self.update_sampled_workers();
            self.push_mark(mark);
            self.send();
        }
    }

    /// Makes the probe sample the worker processes that are alive.
    fn update_sampled_workers(&mut self) {
        let processes = self.translator.live_workers().filter(|live| live.tid.is_none());
        let live: BTreeSet<_> = processes.map(|live| (live.pid, live.lane, live.worker)).collect();
        for (pid, _, _) in self.sampled.difference(&live) {
            self.live_processes.remove(*pid);
        }
        for (pid, lane, worker) in live.difference(&self.sampled) {
            self.live_processes.add_forked(*lane, *pid, *worker);
        }
        for (pid, _, _) in &live {
            self.live_processes.set_descendants(*pid, self.kernel.descendants_of(*pid));
        }
        self.sampled = live;
    }

    fn push(&mut self, at: Nanos, event: Event) {
        self.outbox.push(StampedEvent { at, lane: None, event });
    }

    fn push_mark(&mut self, at: Nanos) {
        self.mark = at;
        self.push(at, Event::Drained { taken: Vec::new() });
    }

    fn send(&mut self) {
        // Sending fails only while mpviz exits, when the receiver has been dropped.
        let _ = self.events.send(std::mem::take(&mut self.outbox));
    }
}
