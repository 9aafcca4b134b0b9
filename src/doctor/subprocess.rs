//! A question to a program, which may never answer it, nor end.

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

/// How often it is looked whether the program has ended: whom it has started may keep its output open.
const BEAT: Duration = Duration::from_millis(10);
/// What it says beyond this is not kept.
const MOST: usize = 4096;

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExitKind {
    Success,
    Failure,
    /// Not in time.
    TimedOut,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Output {
    /// What it printed.
    pub(super) stdout: String,
    /// How it ended.
    pub(super) end: ExitKind,
}

/// What a program prints, which is waited for so long. Nothing is left of it, nor of those it has started, not even when mpviz
/// is told to end in the meantime.
pub(super) fn run_with_timeout(program: &mut Command, timeout: Duration) -> io::Result<Output> {
    let deadline = Instant::now() + timeout;
    program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
    // Before there is a program that could be left behind. It keeps them back, too; what ends it cannot be kept back.
    let signals = BlockedSignals::block_termination()?;
    let group = Group(program.spawn()?);
    listen(group, &signals, deadline)
}

/// A program and those it starts; they end with this.
struct Group(Child);

impl Group {
    /// How the program itself has ended, if it has.
    fn end(&self) -> Option<ExitKind> {
        // It is left a zombie, so that its number remains its group's.
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

impl Drop for Group {
    fn drop(&mut self) {
        let _ = killpg(self.pid(), Signal::SIGKILL);
        // Who hangs in the kernel would not end at once even so.
        let _ = self.0.try_wait();
    }
}

fn listen(mut group: Group, signals: &BlockedSignals, deadline: Instant) -> io::Result<Output> {
    let mut output = group.0.stdout.take();
    let mut said = Vec::new();
    loop {
        let now = Instant::now();
        let end = group.end().or((now >= deadline).then_some(ExitKind::TimedOut));
        // What it said before its end is there to be heard.
        let until = if end.is_some() { now } else { deadline.min(now + BEAT) };
        let silent = match signals.wait(output.as_ref().map(AsFd::as_fd), PollFlags::POLLIN, until) {
            Ok(()) => false,
            Err(error) if error.kind() == io::ErrorKind::TimedOut => true,
            Err(error) => return Err(error),
        };
        match end {
            Some(end) if silent || said.len() == MOST => {
                return Ok(Output { stdout: String::from_utf8_lossy(&said).into_owned(), end });
            }
            _ if silent => {}
            _ => hear(&mut output, &mut said)?,
        }
    }
}

/// Hears what there is, and keeps as much as there is room for.
fn hear(output: &mut Option<ChildStdout>, said: &mut Vec<u8>) -> io::Result<()> {
    let Some(pipe) = output else { return Ok(()) };
    let mut bytes = [0; MOST];
    match pipe.read(&mut bytes)? {
        0 => *output = None,
        read => said.extend_from_slice(&bytes[..read.min(MOST - said.len())]),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(30);

    /// What a script says, and how long that took.
    fn told(script: &str, timeout: Duration) -> (Output, Duration) {
        let began = Instant::now();
        let said = run_with_timeout(Command::new("/bin/sh").args(["-c", script]), timeout).unwrap();
        (said, began.elapsed())
    }

    fn said(text: &str, end: ExitKind) -> Output {
        Output { stdout: text.into(), end }
    }

    /// Whether a process is gone, or soon will be.
    fn ends(pid: &str) -> bool {
        let deadline = Instant::now() + LONG;
        let lives = || std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z"));
        while lives() && Instant::now() < deadline {
            std::thread::sleep(BEAT);
        }
        !lives()
    }

    #[test]
    fn what_it_says_is_heard_with_its_end() {
        assert_eq!(told("echo yes", LONG).0, said("yes\n", ExitKind::Success));
        assert_eq!(told("echo no; exit 3", LONG).0, said("no\n", ExitKind::Failure));
        assert_eq!(told("kill -9 $$", LONG).0, said("", ExitKind::Failure));
        assert_eq!(told("exec >&-; exit 0", LONG).0, said("", ExitKind::Success));
        assert_eq!(run_with_timeout(&mut Command::new("/nowhere"), LONG).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn who_hangs_is_not_waited_for_and_leaves_nobody() {
        for script in ["sleep 77 & echo $!; wait", "sleep 77 & echo $!; exec >&-; wait"] {
            let (heard, took) = told(script, Duration::from_millis(300));
            assert!(heard.end == ExitKind::TimedOut && took < LONG, "{heard:?} after {took:?}");
            assert!(ends(heard.stdout.trim()), "{script}");
        }
    }

    #[test]
    fn whom_it_leaves_behind_is_not_waited_for_and_ends_with_it() {
        let (heard, took) = told("sleep 77 & echo $!", LONG);
        assert!(heard.end == ExitKind::Success && took < LONG, "{heard:?} after {took:?}");
        assert!(ends(heard.stdout.trim()));
    }

    #[test]
    fn of_many_words_the_first_are_kept() {
        let (heard, _) = told("head -c 1000000 /dev/zero | tr '\\0' x", LONG);
        assert_eq!(heard, said(&"x".repeat(MOST), ExitKind::Success));
        let (heard, took) = told("while :; do echo yes; done", Duration::from_millis(300));
        assert!(heard.end == ExitKind::TimedOut && heard.stdout.len() == MOST && took < LONG, "{took:?}");
        let (heard, took) = told("while :; do echo yes; done & exit 0", LONG);
        assert!(heard.end == ExitKind::Success && heard.stdout.len() <= MOST && took < LONG, "{took:?}");
    }
}
