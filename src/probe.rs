//! Measurements during a run: core loads, the resource usage of worker processes, and mpviz's own overhead.
//!
//! One thread samples periodically and sends the results as events. It uses about 1 % of a core however many processes
//! there are: a sweep that exceeds its budget continues in the next interval.

mod core_sampler;
mod live_processes;
pub mod machine;
mod overhead;
mod private_memory;
pub mod process_sampler;
mod subtree_usage;
pub mod thread_stat;

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

/// Interval of core samples: 25 ticks of the kernel's counters.
const CORES_INTERVAL: Duration = Duration::from_millis(250);
/// Interval of overhead measurements.
const OVERHEAD_INTERVAL: Duration = Duration::from_secs(1);

/// Handle of the sampling thread.
#[derive(Debug)]
pub struct Probe {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Probe {
    /// Starts sampling the machine and the processes in `live_processes`; samples are sent to `events`.
    pub fn start(
        epoch: Epoch,
        live_processes: Arc<LiveProcesses>,
        events: Sender<Vec<StampedEvent>>,
    ) -> io::Result<Self> {
        let (stop, stopped) = bounded(0);
        let mut schedule = SamplingSchedule::new(epoch, live_processes, events);
        let thread = threads::start("probe", move || {
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_deadline(schedule.earliest_due_time()) {
                schedule.sample_what_is_due(Instant::now());
            }
            schedule.send(overhead::measure_overhead());
        })?;
        Ok(Self { stop, thread })
    }

    /// Stops sampling at once. The last event sent is the total overhead.
    pub fn stop(self) {
        drop(self.stop);
        // A panic of the thread was already reported by the panic hook.
        let _ = self.thread.join();
    }
}

/// The samplers, and the time at which each is due.
struct SamplingSchedule {
    epoch: Epoch,
    live_processes: Arc<LiveProcesses>,
    events: Sender<Vec<StampedEvent>>,
    cores: CoreSampler,
    cores_due: Instant,
    processes: ProcessSampler,
    processes_due: Instant,
    overhead_due: Instant,
}

impl SamplingSchedule {
    fn new(epoch: Epoch, live_processes: Arc<LiveProcesses>, events: Sender<Vec<StampedEvent>>) -> Self {
        let now = Instant::now();
        Self {
            epoch,
            live_processes,
            events,
            cores: CoreSampler::new(),
            cores_due: now + CORES_INTERVAL,
            processes: ProcessSampler::new(epoch),
            processes_due: now + process_sampler::SWEEP_INTERVAL,
            overhead_due: now + OVERHEAD_INTERVAL,
        }
    }

    fn earliest_due_time(&self) -> Instant {
        self.cores_due.min(self.processes_due).min(self.overhead_due)
    }

    fn sample_what_is_due(&mut self, now: Instant) {
        if now >= self.cores_due {
            self.cores_due = now + CORES_INTERVAL;
            for event in self.cores.events_since_last_call() {
                self.send(event);
            }
        }
        if now >= self.processes_due {
            let pause = self.processes.sample_within_budget(&self.live_processes, &self.events);
            self.processes_due = now + pause;
        }
        if now >= self.overhead_due {
            self.overhead_due = now + OVERHEAD_INTERVAL;
            self.send(overhead::measure_overhead());
        }
    }

    fn send(&self, event: Event) {
        // Sending fails only when the run is being abandoned, which stops the probe.
        let _ = self.events.send(vec![StampedEvent { at: self.epoch.now(), lane: None, event }]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossbeam_channel::unbounded;
    use std::thread;

    fn collect_events(timeout: Duration, done: impl Fn(&[Event]) -> bool) -> Vec<Event> {
        let (sender, events) = unbounded();
        let probe = Probe::start(Epoch::start_now(), Arc::new(LiveProcesses::default()), sender).unwrap();
        let deadline = Instant::now() + timeout;
        let mut seen = Vec::new();
        while !done(&seen) {
            let batch = events.recv_deadline(deadline).expect("an event before the deadline");
            seen.extend(batch.into_iter().map(|stamped| stamped.event));
        }
        probe.stop();
        seen.extend(events.into_iter().flatten().map(|stamped| stamped.event));
        seen
    }

    #[test]
    fn core_loads_are_between_zero_and_one() {
        let sampled = |seen: &[Event]| seen.iter().filter(|e| matches!(e, Event::CoresSampled { .. })).count();
        let seen = collect_events(Duration::from_mins(1), |seen| sampled(seen) >= 3);
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
    fn probe_stops_at_once_and_sends_its_overhead_last() {
        let deadline = Instant::now() + Duration::from_mins(1);
        let seen = loop {
            let began = Instant::now();
            let seen = collect_events(Duration::ZERO, |_| true);
            // On a busy machine it may take longer, but never less if it waits for an interval.
            if began.elapsed() < CORES_INTERVAL {
                break seen;
            }
            assert!(Instant::now() < deadline, "stopping waits for an interval");
        };
        let Some(Event::ObserverMeasured { cpu_ns, peak_bytes }) = seen.last() else { panic!("{seen:?}") };
        assert!(*cpu_ns > 0 && *peak_bytes > 100_000, "{seen:?}");
    }
}
