//! Runs a program with a time limit.

use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::PollFlags;
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;

use super::blocked_signals::BlockedSignals;

/// Interval of checks for the program's exit: its children may keep the pipe open.
const EXIT_CHECK_INTERVAL: Duration = Duration::from_millis(10);
/// Output beyond this many bytes is dropped.
const MAX_OUTPUT_BYTES: usize = 4096;

/// How the subprocess ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExitKind {
    Success,
    Failure,
    TimedOut,
}

/// Output of a program, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SubprocessOutput {
    pub(super) stdout: String,
    pub(super) exit: ExitKind,
}

/// Runs a program for at most `timeout` and returns its output. Afterwards its process group is killed, even if mpviz
/// is terminated in the meantime.
pub(super) fn run_with_timeout(program: &mut Command, timeout: Duration) -> io::Result<SubprocessOutput> {
    let deadline = Instant::now() + timeout;
    program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
    // Blocked before the program starts, so that no signal can leave it behind. It inherits the mask; SIGKILL cannot
    // be blocked.
    let signals = BlockedSignals::block_termination()?;
    let group = ProcessGroup(program.spawn()?);
    collect_output(group, &signals, deadline)
}

/// A program and its process group, killed when dropped.
struct ProcessGroup(Child);

impl ProcessGroup {
    /// How the program exited; none while it runs.
    fn exit_kind(&self) -> Option<ExitKind> {
        // The program is left as a zombie, so that its pid remains reserved for the process group.
        match waitid(Id::Pid(self.pid()), WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT) {
            Ok(WaitStatus::StillAlive) | Err(Errno::EINTR) => None,
            Ok(WaitStatus::Exited(_, 0)) => Some(ExitKind::Success),
            _ => Some(ExitKind::Failure),
        }
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.0.id() as i32)
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        let _ = killpg(self.pid(), Signal::SIGKILL);
        // `try_wait`, because a process blocked in the kernel does not exit at once.
        let _ = self.0.try_wait();
    }
}

fn collect_output(
    mut group: ProcessGroup,
    signals: &BlockedSignals,
    deadline: Instant,
) -> io::Result<SubprocessOutput> {
    let mut output = group.0.stdout.take();
    let mut stdout = Vec::new();
    loop {
        let now = Instant::now();
        let exit = group.exit_kind().or((now >= deadline).then_some(ExitKind::TimedOut));
        // Output written before the exit is still in the pipe.
        let wait_until = if exit.is_some() { now } else { deadline.min(now + EXIT_CHECK_INTERVAL) };
        let no_output = match signals.wait(output.as_ref().map(AsFd::as_fd), PollFlags::POLLIN, wait_until) {
            Ok(()) => false,
            Err(error) if error.kind() == io::ErrorKind::TimedOut => true,
            Err(error) => return Err(error),
        };
        match exit {
            Some(exit) if no_output || stdout.len() == MAX_OUTPUT_BYTES => {
                return Ok(SubprocessOutput { stdout: String::from_utf8_lossy(&stdout).into_owned(), exit });
            }
            _ if no_output => {}
            _ => read_available(&mut output, &mut stdout)?,
        }
    }
}

/// Reads available output and keeps the first [`MAX_OUTPUT_BYTES`] bytes.
fn read_available(output: &mut Option<ChildStdout>, stdout: &mut Vec<u8>) -> io::Result<()> {
    let Some(pipe) = output else { return Ok(()) };
    let mut bytes = [0; MAX_OUTPUT_BYTES];
    match pipe.read(&mut bytes)? {
        0 => *output = None,
        read => stdout.extend_from_slice(&bytes[..read.min(MAX_OUTPUT_BYTES - stdout.len())]),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME_LIMIT: Duration = Duration::from_secs(30);

    /// Runs a script and returns its result and duration.
    fn run_script(script: &str, timeout: Duration) -> (SubprocessOutput, Duration) {
        let began = Instant::now();
        let stdout = run_with_timeout(Command::new("/bin/sh").args(["-c", script]), timeout).unwrap();
        (stdout, began.elapsed())
    }

    /// Runs a script that never ends until its output is complete. A busy machine may need long to start it.
    fn run_endless_script(script: &str, is_complete: impl Fn(&str) -> bool) -> SubprocessOutput {
        let mut timeout = Duration::from_millis(300);
        loop {
            let (output, took) = run_script(script, timeout);
            assert!(output.exit == ExitKind::TimedOut && took < timeout + TIME_LIMIT, "{output:?} after {took:?}");
            if is_complete(&output.stdout) {
                return output;
            }
            assert!(timeout < TIME_LIMIT, "{output:?}");
            timeout *= 2;
        }
    }

    fn output_with_stdout(text: &str, exit: ExitKind) -> SubprocessOutput {
        SubprocessOutput { stdout: text.into(), exit }
    }

    /// Whether a process exits within the time limit.
    fn exits_in_time(pid: &str) -> bool {
        let deadline = Instant::now() + TIME_LIMIT;
        let is_running =
            || std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z"));
        while is_running() && Instant::now() < deadline {
            std::thread::sleep(EXIT_CHECK_INTERVAL);
        }
        !is_running()
    }

    #[test]
    fn subprocess_output_and_exit_status_are_returned() {
        assert_eq!(run_script("echo yes", TIME_LIMIT).0, output_with_stdout("yes\n", ExitKind::Success));
        assert_eq!(run_script("echo no; exit 3", TIME_LIMIT).0, output_with_stdout("no\n", ExitKind::Failure));
        assert_eq!(run_script("kill -9 $$", TIME_LIMIT).0, output_with_stdout("", ExitKind::Failure));
        assert_eq!(run_script("exec >&-; exit 0", TIME_LIMIT).0, output_with_stdout("", ExitKind::Success));
        assert_eq!(
            run_with_timeout(&mut Command::new("/nowhere"), TIME_LIMIT).unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
    }

    #[test]
    fn a_hanging_program_times_out_and_its_children_are_killed() {
        for script in ["sleep 77 & echo $!; wait", "sleep 77 & echo $!; exec >&-; wait"] {
            let output = run_endless_script(script, |stdout| stdout.ends_with('\n'));
            assert!(exits_in_time(output.stdout.trim()), "{script}");
        }
    }

    #[test]
    fn background_children_are_killed_without_a_wait() {
        let (output, took) = run_script("sleep 77 & echo $!", TIME_LIMIT);
        assert!(output.exit == ExitKind::Success && took < TIME_LIMIT, "{output:?} after {took:?}");
        assert!(exits_in_time(output.stdout.trim()));
    }

    #[test]
    fn long_output_is_truncated() {
        let (output, _) = run_script("head -c 1000000 /dev/zero | tr '\\0' x", TIME_LIMIT);
        assert_eq!(output, output_with_stdout(&"x".repeat(MAX_OUTPUT_BYTES), ExitKind::Success));
        run_endless_script("while :; do echo yes; done", |stdout| stdout.len() == MAX_OUTPUT_BYTES);
        let (output, took) = run_script("while :; do echo yes; done & exit 0", TIME_LIMIT);
        assert!(
            output.exit == ExitKind::Success && output.stdout.len() <= MAX_OUTPUT_BYTES && took < TIME_LIMIT,
            "{took:?}"
        );
    }
}
