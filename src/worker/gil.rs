//! A global interpreter lock as CPython has it, in safe Rust.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::event::WorkerId;

/// How long a thread waits before it asks the holder to let go: `sys.getswitchinterval()`.
const SWITCH_INTERVAL: Duration = Duration::from_millis(5);

/// One thread holds it at a time. Whoever has waited [`SWITCH_INTERVAL`] without a switch asks for it; the holder gives it up
/// at the next opportunity and does not take it back before another has had it. (`take_gil` and `drop_gil` in CPython's
/// `Python/ceval_gil.c`.)
#[derive(Default)]
pub(super) struct Gil {
    state: Mutex<State>,
    released: Condvar,
    switched: Condvar,
    asked: AtomicBool,
}

#[derive(Default)]
struct State {
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
                self.asked.store(true, Ordering::Relaxed);
            }
        }
        state.waiting -= 1;
        state.held = true;
        if state.last_holder != Some(worker) {
            state.last_holder = Some(worker);
            state.switches += 1;
        }
        self.asked.store(false, Ordering::Relaxed);
        self.switched.notify_all();
    }

    /// Whether the holder should give it up.
    pub(super) fn is_requested(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }

    /// Gives it up, if this thread has it. If it was asked for, returns only when another thread has had it.
    pub(super) fn release(&self, worker: WorkerId) {
        let mut state = self.lock();
        if !state.held || state.last_holder != Some(worker) {
            return;
        }
        state.held = false;
        self.released.notify_one();
        if self.asked.load(Ordering::Relaxed) {
            while state.waiting > 0 && state.last_holder == Some(worker) {
                state = self.switched.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU32;
    use std::time::Instant;

    #[test]
    fn one_thread_at_a_time_and_every_thread_gets_its_turn() {
        let gil = Gil::default();
        let inside = AtomicU32::new(0);
        let turns: Vec<AtomicU32> = (0..3).map(|_| AtomicU32::new(0)).collect();
        let end = Instant::now() + Duration::from_millis(300);
        std::thread::scope(|scope| {
            for n in 0..3_u32 {
                let (gil, inside, turns) = (&gil, &inside, &turns);
                scope.spawn(move || {
                    gil.acquire(WorkerId(n));
                    assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                    while Instant::now() < end {
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
        // 300 ms hold 60 intervals of 5 ms; a busy machine has fewer, but never more.
        let total: u32 = turns.iter().map(|t| t.load(Ordering::Relaxed)).sum();
        assert!((3..=61).contains(&total), "{total}");
        assert!(turns.iter().all(|t| t.load(Ordering::Relaxed) >= 1));
    }

    #[test]
    fn alone_it_is_never_asked_for() {
        let gil = Gil::default();
        gil.acquire(WorkerId(0));
        gil.release(WorkerId(0));
        gil.acquire(WorkerId(0));
        assert!(!gil.is_requested());
    }
}
