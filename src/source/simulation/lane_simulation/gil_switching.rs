//! Acquires, releases and hands over the GIL of a simulated lane.

use super::{LaneSimulation, Timer};
use crate::event::{Event, Nanos, WorkerId};

impl<F: FnMut(Nanos, Event)> LaneSimulation<'_, F> {
    /// Acquires the GIL for a worker with a pending burst, or queues it.
    pub(super) fn acquire_gil(&mut self, worker: u32) {
        let now = self.kernel.now();
        let Some(gil) = &mut self.gil else { return };
        if gil.acquire(worker) {
            return self.gil_acquired(worker);
        }
        let request = gil.request_time(now).filter(|_| gil.is_only_waiter());
        let switches = gil.switches();
        if let Some(at) = request {
            self.set_timer(at, Timer::GilRequested(switches));
        }
    }

    fn gil_acquired(&mut self, worker: u32) {
        if self.parent != Some(worker) {
            self.emit(Event::GilAcquired { worker: WorkerId(worker) });
        }
        let cpu = self.workers[worker as usize].pending;
        self.kernel.start_burst(worker, cpu);
    }

    pub(super) fn release_gil(&mut self, worker: u32) {
        let Some(gil) = self.gil.as_mut().filter(|gil| gil.is_held_by(worker)) else { return };
        let is_handed_over = gil.release();
        if self.parent != Some(worker) {
            self.emit(Event::GilReleased { worker: WorkerId(worker) });
        }
        if is_handed_over {
            self.set_timer(self.kernel.now() + self.constants.gil_handoff_ns, Timer::GilHandedOver);
        }
    }

    pub(super) fn hand_over_gil(&mut self) {
        let now = self.kernel.now();
        let Some(gil) = &mut self.gil else { return };
        let holder = gil.hand_over();
        let (request, switches) = (gil.request_time(now), gil.switches());
        if let Some(holder) = holder {
            self.gil_acquired(holder);
        }
        if let Some(at) = request {
            self.set_timer(at, Timer::GilRequested(switches));
        }
    }

    pub(super) fn force_gil_release(&mut self, switches: u64) {
        let Some(holder) = self.gil.as_mut().and_then(|gil| gil.force_release(switches)) else { return };
        let remaining = self.kernel.interrupt(holder);
        self.worker(holder).pending = remaining;
        if self.parent != Some(holder) {
            self.emit(Event::GilReleased { worker: WorkerId(holder) });
        }
        self.set_timer(self.kernel.now() + self.constants.gil_handoff_ns, Timer::GilHandedOver);
    }
}
