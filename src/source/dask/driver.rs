//! The process of a driver: its start, its messages and its end.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader};
use std::os::fd::{AsFd, BorrowedFd};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::ClusterError;
use super::message::{Hello, Message};
use crate::event::ObservationGap;
use crate::event::text::SafeText;
use crate::system::shortage::describe_error;

/// How long the interpreter may take to start, and to import what the driver needs.
const START_TIMEOUT: Duration = Duration::from_secs(30);
/// How long the driver may take to end in order.
const END_TIMEOUT: Duration = Duration::from_secs(4);
const END_POLL: Duration = Duration::from_millis(5);

/// A cluster that is observed by a driver.
pub(super) struct Connection {
    pub(super) hello: Hello,
    /// The message after the hello, which describes the workers.
    pub(super) first: Message,
    pub(super) lines: BufReader<ChildStdout>,
}

/// The driver that runs, and whether another may be started.
#[derive(Default)]
pub(super) struct DriverControl {
    state: Mutex<ControlState>,
}

#[derive(Default)]
struct ControlState {
    driver: Option<Driver>,
    is_ending: bool,
}

impl DriverControl {
    /// Starts a driver in this interpreter and waits until it observes a cluster. None if the observation is to end.
    pub(super) fn connect(
        &self,
        python: &OsStr,
        script: &str,
        argument: &str,
    ) -> Result<Option<Connection>, ClusterError> {
        self.unless_ending(|| {
            let mut lines = self.start(python, script, argument)?;
            let hello = next_message(python, &mut lines)?.hello.ok_or_else(|| driver_silent(python))?;
            Ok(Connection { hello, first: next_message(python, &mut lines)?, lines })
        })
    }

    /// The answer of a script that writes one message. None if the observation is to end.
    pub(super) fn ask(&self, python: &OsStr, script: &str, argument: &str) -> Result<Option<Message>, ClusterError> {
        self.unless_ending(|| next_message(python, &mut self.start(python, script, argument)?))
    }

    /// Runs `work`. Returns none, also instead of its error, once the driver is to end.
    fn unless_ending<T>(&self, work: impl FnOnce() -> Result<T, ClusterError>) -> Result<Option<T>, ClusterError> {
        let outcome = work();
        if self.lock().is_ending { Ok(None) } else { outcome.map(Some) }
    }

    /// Starts a driver and waits until its script runs.
    fn start(&self, python: &OsStr, script: &str, argument: &str) -> Result<BufReader<ChildStdout>, ClusterError> {
        let stdout = {
            let mut state = self.lock();
            if state.is_ending {
                return Err(driver_silent(python));
            }
            let (driver, stdout) = Driver::start(python, script, argument)?;
            // The last one has ended, or ends here.
            state.driver = Some(driver);
            stdout
        };
        if !has_output_within(stdout.as_fd(), START_TIMEOUT)? {
            self.wait_for_driver();
            let seconds = START_TIMEOUT.as_secs() as u32;
            return Err(ClusterError(ObservationGap::PythonTooSlow { python: name_of(python), seconds }));
        }
        let mut state = self.lock();
        let is_ending = state.is_ending;
        if let Some(driver) = &mut state.driver {
            driver.ends_in_order = !is_ending;
        }
        Ok(BufReader::new(stdout))
    }

    /// Waits for the end of the driver, which has closed its output.
    pub(super) fn wait_for_driver(&self) {
        let driver = self.lock().driver.take();
        drop(driver);
    }

    /// Begins to end the driver. No other is started.
    pub(super) fn begin_end(&self) {
        let mut state = self.lock();
        state.is_ending = true;
        if let Some(driver) = &mut state.driver {
            driver.stdin = None;
        }
    }

    /// Ends the driver, with a signal if it does not end by itself. No other is started.
    pub(super) fn end(&self) {
        self.begin_end();
        self.wait_for_driver();
    }

    /// Ends the driver without waiting until it ends by itself. No other is started.
    pub(super) fn kill(&self) {
        let mut state = self.lock();
        state.is_ending = true;
        if let Some(driver) = &mut state.driver {
            driver.ends_in_order = false;
        }
        drop(state);
        self.wait_for_driver();
    }

    fn lock(&self) -> MutexGuard<'_, ControlState> {
        // Every operation leaves the state consistent, also if its thread panics.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The driver's process, which ends with its standard input.
struct Driver {
    child: Child,
    stdin: Option<ChildStdin>,
    /// Whether its script runs, which ends in order with its standard input.
    ends_in_order: bool,
}

impl Driver {
    fn start(python: &OsStr, script: &str, argument: &str) -> Result<(Self, ChildStdout), ClusterError> {
        let mut child = Command::new(python)
            .args(["-c", script, argument])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| {
                let error = describe_error(&error).into();
                ClusterError(ObservationGap::PythonNotStarted { python: name_of(python), error })
            })?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let driver = Self { child, stdin, ends_in_order: false };
        Ok((driver, stdout.ok_or_else(|| driver_silent(python))?))
    }

    fn has_ended_by(&mut self, deadline: Instant) -> bool {
        loop {
            match self.child.try_wait() {
                Ok(None) if Instant::now() < deadline => sleep(END_POLL),
                Ok(None) => return false,
                Ok(Some(_)) | Err(_) => return true,
            }
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.stdin = None;
        if self.ends_in_order && self.has_ended_by(Instant::now() + END_TIMEOUT) {
            return;
        }
        // A Python that does not start may ignore SIGTERM. It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until a pipe has output or is closed. False after `timeout`.
fn has_output_within(pipe: BorrowedFd<'_>, timeout: Duration) -> io::Result<bool> {
    let deadline = Instant::now() + timeout;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX);
        match poll(&mut [PollFd::new(pipe, PollFlags::POLLIN)], left) {
            Ok(ready) => return Ok(ready > 0),
            Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// An interpreter in messages.
fn name_of(python: &OsStr) -> SafeText {
    SafeText::new(&python.to_string_lossy())
}

pub(super) fn driver_silent(python: &OsStr) -> ClusterError {
    ClusterError(ObservationGap::DriverSilent { python: name_of(python) })
}

pub(super) fn invalid_report(python: &OsStr, error: &serde_json::Error) -> ObservationGap {
    ObservationGap::ReportInvalid { python: name_of(python), error: error.to_string().into() }
}

/// Reads a message that must come.
fn next_message(python: &OsStr, lines: &mut impl BufRead) -> Result<Message, ClusterError> {
    match read_message(lines) {
        Ok(Some(Message { error: Some(error), .. })) => Err(ClusterError(error)),
        Ok(Some(message)) => Ok(message),
        Ok(None) => Err(driver_silent(python)),
        Err(error) if error.is_io() => Err(io::Error::from(error).into()),
        Err(error) => Err(ClusterError(invalid_report(python, &error))),
    }
}

/// Reads the next message; none at the end. Skips empty lines: one is written when the script has started.
pub(super) fn read_message(lines: &mut impl BufRead) -> serde_json::Result<Option<Message>> {
    loop {
        let mut line = String::new();
        match lines.read_line(&mut line) {
            Ok(0) => return Ok(None),
            Ok(_) if line == "\n" => {}
            Ok(_) => return serde_json::from_str(&line).map(Some),
            Err(error) => return Err(serde_json::Error::io(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wait_for_output_ends_with_output_the_end_of_the_pipe_or_in_time() {
        let (read, mut write) = io::pipe().unwrap();
        let has_output = |timeout| has_output_within(read.as_fd(), timeout).unwrap();
        assert!(!has_output(Duration::from_millis(10)));
        io::Write::write_all(&mut write, b"\n").unwrap();
        assert!(has_output(START_TIMEOUT));
        let (closed, _) = io::pipe().unwrap();
        assert!(has_output_within(closed.as_fd(), START_TIMEOUT).unwrap());
    }
}
