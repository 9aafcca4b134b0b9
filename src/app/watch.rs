//! The watch: it hears signals, sees when the terminal is gone, and ends mpviz when nobody else does.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, raise};
use signal_hook::consts::{
    SIGABRT, SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2, SIGVTALRM,
    SIGWINCH, SIGXCPU,
};
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::SignalOnly;
use signal_hook::low_level::emulate_default_handler;

use super::input::Input;
use super::tty;
use crate::system::signals::{self, Ignored};
use crate::system::threads;

/// How often the terminal is looked at, beside listening to what `poll` says of it.
const LOOK: Duration = Duration::from_millis(250);
/// The loop hears of a signal within this time, or it is stuck.
const UNHEARD: Duration = Duration::from_millis(1500);
/// Whatever the loop does when it has heard of one, it has done in this time.
const HEARD: Duration = Duration::from_secs(10);

/// What ends a program that does not catch it, other than by a fault in its memory.
const ENDS: [i32; 11] =
    [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGABRT, SIGALRM, SIGPROF, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU];

/// What has become of what the watch passed on.
#[derive(Debug, Default)]
pub(super) struct Answers {
    heard: AtomicBool,
    stopping: AtomicBool,
}

impl Answers {
    /// The loop knows that mpviz is to end.
    pub(super) fn heard(&self) {
        self.heard.store(true, Ordering::SeqCst);
    }

    /// Stops mpviz, until it is told to go on. Returns at once if it has been told so already.
    pub(super) fn stop(&self) {
        if self.stopping.swap(false, Ordering::SeqCst) {
            let _ = raise(Signal::SIGSTOP);
        }
    }
}

/// Someone who asked mpviz to end.
#[derive(Clone, Copy)]
struct Asked {
    signal: i32,
    at: Instant,
}

pub(super) struct Watch {
    signals: SignalDelivery<UnixStream, SignalOnly>,
    inputs: Sender<Input>,
    answers: Arc<Answers>,
    /// None without a terminal, or once it is gone.
    terminal: Option<OwnedFd>,
    asked: Option<Asked>,
}

impl Watch {
    pub(super) fn new(inputs: Sender<Input>, terminal: Option<OwnedFd>) -> io::Result<Self> {
        let ignored = Ignored::read();
        let heard = ENDS.into_iter().chain([SIGTSTP, SIGCONT, SIGWINCH]).filter(|signal| !ignored.contains(*signal));
        let (read, write) = UnixStream::pair()?;
        let signals = SignalDelivery::with_pipe(read, write, SignalOnly, heard)?;
        Ok(Self { signals, inputs, answers: Arc::default(), terminal, asked: None })
    }

    /// Watches to the end of mpviz.
    pub(super) fn start(mut self) -> io::Result<Arc<Answers>> {
        let answers = Arc::clone(&self.answers);
        threads::start("signals", move || {
            loop {
                self.wait();
                self.look();
            }
        })?;
        Ok(answers)
    }

    /// Sees what has happened, and does what is due.
    fn look(&mut self) {
        if self.terminal.as_ref().is_some_and(|terminal| tty::is_gone(terminal.as_fd())) {
            self.terminal = None;
            self.ask(Input::Gone, SIGHUP);
        }
        let signals: Vec<i32> = self.signals.pending().collect();
        self.hear_all(&signals);
        if let Some(asked) = self.asked.filter(|asked| self.deadline(*asked) <= Instant::now()) {
            die(asked.signal);
        }
    }

    /// Waits for a signal, the end of the terminal, or the time for another look.
    fn wait(&self) {
        let mut fds = vec![PollFd::new(self.signals.get_read().as_fd(), PollFlags::POLLIN)];
        // Asked for nothing, it still tells of a terminal that is gone.
        fds.extend(self.terminal.as_ref().map(|terminal| PollFd::new(terminal.as_fd(), PollFlags::empty())));
        let look = self.terminal.as_ref().map(|_| LOOK);
        let due = self.asked.map(|asked| self.deadline(asked).saturating_duration_since(Instant::now()));
        let limit = look.into_iter().chain(due).min();
        // To the millisecond after, lest the last one be spent looking again and again.
        let limit = limit.map_or(PollTimeout::NONE, |limit| PollTimeout::from(limit.as_millis() as u16 + 1));
        let _ = poll(&mut fds, limit);
    }

    fn deadline(&self, asked: Asked) -> Instant {
        asked.at + if self.answers.heard.load(Ordering::SeqCst) { HEARD } else { UNHEARD }
    }

    /// Of the signals that came together, the stop gives way to what lets mpviz go on: else it would stay stopped.
    fn hear_all(&mut self, signals: &[i32]) {
        let goes_on = signals.contains(&SIGCONT);
        for signal in signals.iter().filter(|signal| !(goes_on && **signal == SIGTSTP)) {
            self.hear(*signal);
        }
    }

    fn hear(&mut self, signal: i32) {
        match signal {
            SIGWINCH => {
                let _ = self.inputs.send(Input::Resized);
            }
            SIGCONT => {
                self.answers.stopping.store(false, Ordering::SeqCst);
                let _ = self.inputs.send(Input::GoOn);
            }
            // Nobody would let it go on.
            SIGTSTP if !signals::has_job_control() => {}
            SIGTSTP => {
                self.answers.stopping.store(true, Ordering::SeqCst);
                if self.inputs.send(Input::Stop).is_err() {
                    self.answers.stop();
                }
            }
            // Whoever asks twice does not want to wait for an orderly end.
            _ if self.asked.is_some() => die(signal),
            _ => self.ask(Input::Signal(signal), signal),
        }
    }

    /// Asks the loop to end mpviz.
    fn ask(&mut self, input: Input, signal: i32) {
        self.asked = self.asked.or(Some(Asked { signal, at: Instant::now() }));
        // The loop has ended, and what follows it may take its time: printing to whom does not read.
        if self.inputs.send(input).is_err() && input != Input::Gone {
            die(signal);
        }
    }
}

/// Ends mpviz by this signal; its workers die with it.
fn die(signal: i32) {
    tty::restore();
    let _ = emulate_default_handler(signal);
}

#[cfg(test)]
mod tests {
    use crossbeam_channel::{Receiver, unbounded};

    use super::*;

    fn watch(terminal: Option<OwnedFd>) -> (Watch, Receiver<Input>) {
        let (inputs, heard) = unbounded();
        (Watch::new(inputs, terminal).unwrap(), heard)
    }

    #[test]
    fn a_stop_gives_way_to_what_lets_it_go_on() {
        let (mut watch, heard) = watch(None);
        watch.hear_all(&[SIGWINCH, SIGCONT, SIGTSTP]);
        assert_eq!(heard.try_iter().collect::<Vec<_>>(), [Input::Resized, Input::GoOn]);
        assert!(!watch.answers.stopping.load(Ordering::SeqCst));
    }

    #[test]
    fn a_terminal_that_is_gone_is_looked_after_though_poll_says_nothing_of_it() {
        // As something that was a terminal and is none any more.
        let (silent, _open) = io::pipe().unwrap();
        let (mut watch, heard) = watch(Some(silent.into()));
        let began = Instant::now();
        watch.wait();
        watch.look();
        assert_eq!(heard.try_recv(), Ok(Input::Gone));
        assert!(began.elapsed() < Duration::from_secs(2));
    }
}
