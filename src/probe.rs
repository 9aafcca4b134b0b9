//! What the machine says: the load of the cores, what each worker's process has used, what watching costs.
//!
//! One thread samples on beats and says what it found as facts. It costs about 1 % of a core, however much there is
//! to see: what does not fit in a beat waits for the next.

mod core_sampler;
mod live_processes;
pub mod machine;
mod overhead;
pub mod process_sampler;

use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use std::{io, sync::Arc};

use crossbeam_channel::{RecvTimeoutError, Sender, bounded};

use crate::event::{Event, StampedEvent};
use crate::system::clock::Epoch;
use crate::system::threads;

use core_sampler::CoreSampler;
pub use live_processes::LiveProcesses;
use process_sampler::ProcessSampler;

/// How often the cores are sampled. sysinfo leaves out what is asked for within 200 ms.
const CORES_BEAT: Duration = Duration::from_millis(250);
/// How often the cost of watching is measured.
const OBSERVER_BEAT: Duration = Duration::from_secs(1);

/// The thread that samples.
#[derive(Debug)]
pub struct Probe {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Probe {
    /// Starts to sample the machine and the processes that `live_processes` lists, and to send what it finds to `events`.
    ///
    /// # Errors
    /// When the system has no thread for it.
    pub fn start(
        epoch: Epoch,
        live_processes: Arc<LiveProcesses>,
        events: Sender<Vec<StampedEvent>>,
    ) -> io::Result<Self> {
        let (stop, stopped) = bounded(0);
        let mut rounds = Rounds::new(epoch, live_processes, events);
        let thread = threads::start("probe", move || {
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_deadline(rounds.due()) {
                rounds.go(Instant::now());
            }
            rounds.last();
        })?;
        Ok(Self { stop, thread })
    }

    /// Ends the sampling, at once; what watching has cost in all is the last thing said.
    pub fn stop(self) {
        drop(self.stop);
        // A probe that panicked has said so through the panic hook.
        let _ = self.thread.join();
    }
}

/// What is sampled, and when next.
struct Rounds {
    epoch: Epoch,
    live_processes: Arc<LiveProcesses>,
    events: Sender<Vec<StampedEvent>>,
    cores: CoreSampler,
    cores_due: Instant,
    processes: ProcessSampler,
    processes_due: Instant,
    observer_due: Instant,
}

impl Rounds {
    fn new(epoch: Epoch, live_processes: Arc<LiveProcesses>, events: Sender<Vec<StampedEvent>>) -> Self {
        let now = Instant::now();
        Self {
            epoch,
            live_processes,
            events,
            cores: CoreSampler::new(),
            cores_due: now + CORES_BEAT,
            processes: ProcessSampler::new(epoch),
            processes_due: now + process_sampler::SWEEP_INTERVAL,
            observer_due: now + OBSERVER_BEAT,
        }
    }

    fn due(&self) -> Instant {
        self.cores_due.min(self.processes_due).min(self.observer_due)
    }

    fn go(&mut self, now: Instant) {
        if now >= self.cores_due {
            self.cores_due = now + CORES_BEAT;
            if let Some(loads) = self.cores.loads() {
                self.say(Event::CoresSampled { loads });
            }
        }
        if now >= self.processes_due {
            let pause = self.processes.sweep(&self.live_processes, &self.events);
            self.processes_due = now + pause;
        }
        if now >= self.observer_due {
            self.observer_due = now + OBSERVER_BEAT;
            self.say(overhead::measure());
        }
    }

    fn last(&self) {
        self.say(overhead::measure());
    }

    fn say(&self, event: Event) {
        // Nobody listens any more only when the run is being given up; the stop follows.
        let _ = self.events.send(vec![StampedEvent { at: self.epoch.now(), lane: None, event }]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossbeam_channel::unbounded;
    use std::thread;

    fn collect(timeout: Duration, enough: impl Fn(&[Event]) -> bool) -> Vec<Event> {
        let (sender, events) = unbounded();
        let probe = Probe::start(Epoch::begin(), Arc::new(LiveProcesses::default()), sender).unwrap();
        let deadline = Instant::now() + timeout;
        let mut seen = Vec::new();
        while !enough(&seen) {
            let batch = events.recv_deadline(deadline).expect("the probe says something in time");
            seen.extend(batch.into_iter().map(|stamped| stamped.event));
        }
        probe.stop();
        seen.extend(events.into_iter().flatten().map(|stamped| stamped.event));
        seen
    }

    #[test]
    fn cores_are_sampled_and_their_loads_are_shares() {
        let sampled = |seen: &[Event]| seen.iter().filter(|e| matches!(e, Event::CoresSampled { .. })).count();
        let seen = collect(Duration::from_secs(20), |seen| sampled(seen) >= 3);
        let machine = thread::available_parallelism().unwrap().get();
        for event in &seen {
            if let Event::CoresSampled { loads } = event {
                assert!(loads.len() >= machine, "{loads:?}");
                assert!(loads.iter().all(|(_, load)| (0.0..=1.0).contains(load)), "{loads:?}");
                assert!(loads.windows(2).all(|pair| pair[0].0 < pair[1].0), "{loads:?}");
            }
        }
    }

    #[test]
    fn stops_at_once_and_says_its_cost_last() {
        let began = Instant::now();
        let seen = collect(Duration::from_secs(1), |_| true);
        assert!(began.elapsed() < CORES_BEAT, "the stop waited for a beat");
        let Some(Event::ObserverMeasured { cpu_ns, peak_bytes }) = seen.last() else { panic!("{seen:?}") };
        assert!(*cpu_ns > 0 && *peak_bytes > 100_000, "{seen:?}");
    }
}
