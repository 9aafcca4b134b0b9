//! The signal watcher: handles signals and loss of the terminal, and ends mpviz if the loop does not.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, raise};
use signal_hook::consts::{
    SIGABRT, SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2, SIGVTALRM,
    SIGWINCH, SIGXCPU,
};
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::SignalOnly;
use signal_hook::low_level::emulate_default_handler;

use super::input::LoopInput;
use super::terminal;
use crate::system::signals::{self, IgnoredSignalSet};
use crate::system::threads;

/// How often the terminal is checked, besides what `poll` reports.
const TERMINAL_CHECK_INTERVAL: Duration = Duration::from_millis(250);
/// The loop is stuck if it has not seen a signal after this time.
const LOOP_STUCK_TIMEOUT: Duration = Duration::from_millis(1500);
/// Deadline for the loop to end after it has seen a signal.
const END_TIMEOUT: Duration = Duration::from_secs(10);

/// The same signal within this time is sent once more by the same request: `timeout` sends it to its child and to the
/// process group.
const REPEATED_SIGNAL_TIME: Duration = Duration::from_millis(200);

/// Signals that end a program that does not catch them, except memory faults.
const END_SIGNALS: [i32; 11] =
    [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGABRT, SIGALRM, SIGPROF, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU];

/// What the event loop has done about signals.
#[derive(Debug, Default)]
pub(super) struct EventLoopState {
    has_seen_request: AtomicBool,
    stopping: AtomicBool,
    /// Whether keys are for the watched program.
    typing: AtomicBool,
}

impl EventLoopState {
    /// The loop knows that mpviz is to end.
    pub(super) fn acknowledge_end(&self) {
        self.has_seen_request.store(true, Ordering::SeqCst);
    }

    /// Whether keys are for the watched program, whose output is open.
    pub(super) fn set_typing(&self, typing: bool) {
        self.typing.store(typing, Ordering::SeqCst);
    }

    pub(super) fn is_typing(&self) -> bool {
        self.typing.load(Ordering::SeqCst)
    }

    /// Stops mpviz until SIGCONT. Returns at once if SIGCONT has already arrived.
    pub(super) fn stop(&self) {
        if self.stopping.swap(false, Ordering::SeqCst) {
            let _ = raise(Signal::SIGSTOP);
        }
    }
}

/// A request to end mpviz.
#[derive(Clone, Copy)]
struct EndRequest {
    signal: i32,
    at: Instant,
}

impl EndRequest {
    fn is_repeated_by(self, signal: i32, at: Instant) -> bool {
        self.signal == signal && at.saturating_duration_since(self.at) < REPEATED_SIGNAL_TIME
    }
}

pub(super) struct SignalWatcher {
    signals: SignalDelivery<UnixStream, SignalOnly>,
    inputs: Sender<LoopInput>,
    loop_state: Arc<EventLoopState>,
    /// The terminal; none if there is none or it was closed.
    terminal: Option<OwnedFd>,
    end_request: Option<EndRequest>,
}

impl SignalWatcher {
    pub(super) fn new(inputs: Sender<LoopInput>, terminal: Option<OwnedFd>) -> io::Result<Self> {
        let ignored = IgnoredSignalSet::read();
        let has_seen_request =
            END_SIGNALS.into_iter().chain([SIGTSTP, SIGCONT, SIGWINCH]).filter(|signal| !ignored.is_ignored(*signal));
        let (read, write) = UnixStream::pair()?;
        let signals = SignalDelivery::with_pipe(read, write, SignalOnly, has_seen_request)?;
        Ok(Self { signals, inputs, loop_state: Arc::default(), terminal, end_request: None })
    }

    /// Starts the watcher thread.
    pub(super) fn start(mut self) -> io::Result<Arc<EventLoopState>> {
        let loop_state = Arc::clone(&self.loop_state);
        threads::start("signals", move || {
            loop {
                self.wait_for_signal();
                self.handle_signals_and_deadlines();
            }
        })?;
        Ok(loop_state)
    }

    /// Handles received signals, a lost terminal and expired deadlines.
    fn handle_signals_and_deadlines(&mut self) {
        if self.terminal.as_ref().is_some_and(|terminal| terminal::is_gone(terminal.as_fd())) {
            self.terminal = None;
            self.request_end(LoopInput::TerminalGone, SIGHUP);
        }
        let signals: Vec<i32> = self.signals.pending().collect();
        self.handle_signals(&signals);
        if let Some(end_request) =
            self.end_request.filter(|end_request| self.end_deadline(*end_request) <= Instant::now())
        {
            end_by_signal(end_request.signal);
        }
    }

    /// Waits for a signal, the loss of the terminal, or the next check.
    fn wait_for_signal(&self) {
        let mut fds = vec![PollFd::new(self.signals.get_read().as_fd(), PollFlags::POLLIN)];
        // Without requested events, `poll` still reports a hang-up.
        fds.extend(self.terminal.as_ref().map(|terminal| PollFd::new(terminal.as_fd(), PollFlags::empty())));
        let check = self.terminal.as_ref().map(|_| TERMINAL_CHECK_INTERVAL);
        let due = self
            .end_request
            .map(|end_request| self.end_deadline(end_request).saturating_duration_since(Instant::now()));
        let limit = check.into_iter().chain(due).min();
        // Rounded up, so that the last millisecond is not spent polling.
        let limit = limit.map_or(PollTimeout::NONE, |limit| PollTimeout::from(limit.as_millis() as u16 + 1));
        if poll(&mut fds, limit).is_err_and(|error| error != Errno::EINTR) {
            // In a sandbox that refuses `poll`, signals and the terminal are still checked.
            thread::sleep(TERMINAL_CHECK_INTERVAL);
        }
    }

    fn end_deadline(&self, end_request: EndRequest) -> Instant {
        end_request.at
            + if self.loop_state.has_seen_request.load(Ordering::SeqCst) { END_TIMEOUT } else { LOOP_STUCK_TIMEOUT }
    }

    /// If SIGTSTP and SIGCONT arrive together, SIGCONT wins; otherwise mpviz would stay stopped.
    fn handle_signals(&mut self, signals: &[i32]) {
        let goes_on = signals.contains(&SIGCONT);
        for signal in signals.iter().filter(|signal| !(goes_on && **signal == SIGTSTP)) {
            self.handle_signal(*signal);
        }
    }

    fn handle_signal(&mut self, signal: i32) {
        match signal {
            SIGWINCH => {
                let _ = self.inputs.send(LoopInput::Resized);
            }
            SIGCONT => {
                self.loop_state.stopping.store(false, Ordering::SeqCst);
                let _ = self.inputs.send(LoopInput::Continued);
            }
            // Without job control, nothing would continue the stopped process.
            SIGTSTP if !signals::has_job_control() => {}
            SIGTSTP => {
                self.loop_state.stopping.store(true, Ordering::SeqCst);
                if self.inputs.send(LoopInput::Stop).is_err() {
                    self.loop_state.stop();
                }
            }
            _ if self.end_request.is_some_and(|request| request.is_repeated_by(signal, Instant::now())) => {}
            // A second signal exits immediately.
            _ if self.end_request.is_some() => end_by_signal(signal),
            _ => self.request_end(LoopInput::Signal(signal), signal),
        }
    }

    /// Asks the event loop to end mpviz.
    fn request_end(&mut self, input: LoopInput, signal: i32) {
        self.end_request = self.end_request.or(Some(EndRequest { signal, at: Instant::now() }));
        // The event loop has ended, but printing the result may still block.
        let is_gone = input == LoopInput::TerminalGone;
        if self.inputs.send(input).is_err() && !is_gone {
            end_by_signal(signal);
        }
    }
}

/// Ends mpviz by this signal; its workers end with it.
fn end_by_signal(signal: i32) {
    terminal::restore();
    let _ = emulate_default_handler(signal);
}

#[cfg(test)]
mod tests {
    use crossbeam_channel::{Receiver, unbounded};

    use super::*;

    fn watcher_for_test(terminal: Option<OwnedFd>) -> (SignalWatcher, Receiver<LoopInput>) {
        let (inputs, receiver) = unbounded();
        (SignalWatcher::new(inputs, terminal).unwrap(), receiver)
    }

    #[test]
    fn sigcont_wins_over_sigtstp() {
        let (mut watch, receiver) = watcher_for_test(None);
        watch.handle_signals(&[SIGWINCH, SIGCONT, SIGTSTP]);
        assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [LoopInput::Resized, LoopInput::Continued]);
        assert!(!watch.loop_state.stopping.load(Ordering::SeqCst));
    }

    #[test]
    fn signal_that_timeout_sends_twice_is_one_request() {
        let request = EndRequest { signal: SIGTERM, at: Instant::now() };
        let repeated = |signal, after_ms| request.is_repeated_by(signal, request.at + Duration::from_millis(after_ms));
        assert_eq!([repeated(SIGTERM, 0), repeated(SIGTERM, 199), repeated(SIGTERM, 200)], [true, true, false]);
        assert!(!repeated(SIGINT, 0));
    }

    #[test]
    fn loss_of_the_terminal_is_detected_without_poll() {
        // A pipe behaves like a terminal that was closed.
        let (silent, _open) = io::pipe().unwrap();
        let (mut watch, receiver) = watcher_for_test(Some(silent.into()));
        watch.wait_for_signal();
        watch.handle_signals_and_deadlines();
        assert_eq!(receiver.try_recv(), Ok(LoopInput::TerminalGone));
    }
}
