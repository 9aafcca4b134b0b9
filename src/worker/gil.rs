//! A global interpreter lock that behaves like CPython's.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::event::WorkerId;

/// How long a thread waits before it requests the lock: `sys.getswitchinterval()`.
const SWITCH_INTERVAL: Duration = Duration::from_millis(5);

/// A lock held by one thread at a time. A thread that has waited [`SWITCH_INTERVAL`] without a switch requests it; the
/// holder then releases it at its next check and does not reacquire it before another thread has held it. See
/// `take_gil` and `drop_gil` in CPython's `Python/ceval_gil.c`.
#[derive(Default)]
pub(super) struct Gil {
    state: Mutex<GilState>,
    released: Condvar,
    switched: Condvar,
    requested: AtomicBool,
}

#[derive(Default)]
struct GilState {
    held: bool,
    last_holder: Option<WorkerId>,
    switches: u64,
    waiting: u32,
}

impl Gil {
    pub(super) fn acquire(&self, worker: WorkerId) {
        let mut state = self.lock();
        state.waiting += 1;
        while state.held {
            let switches = state.switches;
            let (next, timeout) =
                self.released.wait_timeout(state, SWITCH_INTERVAL).unwrap_or_else(PoisonError::into_inner);
            state = next;
            if timeout.timed_out() && state.held && state.switches == switches {
                self.requested.store(true, Ordering::Relaxed);
            }
        }
        state.waiting -= 1;
        state.held = true;
        if state.last_holder != Some(worker) {
            state.last_holder = Some(worker);
            state.switches += 1;
        }
        self.requested.store(false, Ordering::Relaxed);
        self.switched.notify_all();
    }

    /// Whether another thread has requested the lock.
    pub(super) fn is_requested(&self) -> bool {
        self.requested.load(Ordering::Relaxed)
    }

    /// Releases the lock if `worker` holds it. If it was requested, waits until another thread has acquired it.
    pub(super) fn release(&self, worker: WorkerId) {
        let mut state = self.lock();
        if !state.held || state.last_holder != Some(worker) {
            return;
        }
        state.held = false;
        self.released.notify_one();
        if self.requested.load(Ordering::Relaxed) {
            while state.waiting > 0 && state.last_holder == Some(worker) {
                state = self.switched.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, GilState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU32;
    use std::time::Instant;

    #[test]
    fn one_thread_holds_the_lock_and_every_thread_gets_it() {
        let gil = Gil::default();
        let inside = AtomicU32::new(0);
        let turns: Vec<AtomicU32> = (0..3).map(|_| AtomicU32::new(0)).collect();
        let began = Instant::now();
        let deadline = began + Duration::from_mins(1);
        // Three turns each: a busy machine has few switches in a given time.
        let is_over = || turns.iter().all(|t| t.load(Ordering::Relaxed) >= 3) || Instant::now() > deadline;
        std::thread::scope(|scope| {
            for n in 0..3_u32 {
                let (gil, inside, turns, is_over) = (&gil, &inside, &turns, &is_over);
                scope.spawn(move || {
                    gil.acquire(WorkerId(n));
                    assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                    while !is_over() {
                        if gil.is_requested() {
                            inside.fetch_sub(1, Ordering::SeqCst);
                            gil.release(WorkerId(n));
                            gil.acquire(WorkerId(n));
                            assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                            turns[n as usize].fetch_add(1, Ordering::Relaxed);
                        }
                    }
                    inside.fetch_sub(1, Ordering::SeqCst);
                    gil.release(WorkerId(n));
                });
            }
        });
        let intervals = began.elapsed().div_duration_f64(SWITCH_INTERVAL);
        assert!(turns.iter().all(|t| t.load(Ordering::Relaxed) >= 3), "{turns:?}");
        let total: u32 = turns.iter().map(|t| t.load(Ordering::Relaxed)).sum();
        assert!(f64::from(total) <= intervals + 1.0, "{total} switches in {intervals} intervals");
    }

    #[test]
    fn a_single_thread_never_requests_the_lock() {
        let gil = Gil::default();
        gil.acquire(WorkerId(0));
        gil.release(WorkerId(0));
        gil.acquire(WorkerId(0));
        assert!(!gil.is_requested());
    }
}
