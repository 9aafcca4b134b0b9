//! The hidden subcommand that leads the session of a program with a terminal of its own, and starts it.
//!
//! It outlives mpviz if need be: it then reads the terminal, so that neither the program nor what the program left
//! running is disturbed. The terminal belongs to it rather than to the program, because the kernel sends SIGHUP to the
//! foreground when a session leader ends.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::prctl;
use nix::sys::signal::{SigSet, Signal};
use rustix::cmsg_space;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    recvmsg, sendmsg,
};
use rustix::process::{Pid, ioctl_tiocsctty, setsid};
use rustix::termios::tcsetpgrp;
use serde::{Deserialize, Serialize};
use signal_hook::consts::{
    SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU, SIGUSR1, SIGUSR2, SIGVTALRM,
};
use signal_hook::flag;

use super::process::{signal_session, wait_for_exit};
use crate::event::Exit;
use crate::event::text::SafeText;
use crate::system::signals::{self, IgnoredSignalSet};

/// First argument of the subcommand; the program's command line follows. Standard input is the socket.
pub const SUBCOMMAND: &str = "session-leader";
/// The program file of mpviz, also after it was replaced.
pub(super) const MPVIZ: &str = "/proc/self/exe";

/// Signals that the terminal or the program may send to the whole process group.
const GROUP_SIGNALS: [i32; 11] =
    [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGTSTP, SIGTTIN, SIGTTOU];

/// A message of the session leader to mpviz, one line of JSON each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum LeaderMessage {
    Started { pid: u32, session: u32 },
    NotStarted { errno: i32 },
    NoSession { error: SafeText },
    Exited(Exit),
}

/// The files that mpviz passes to the session leader.
pub(super) struct ProgramFiles<Fd> {
    /// Standard input, output and error of the program.
    pub(super) streams: [Fd; 3],
    pub(super) terminal: Fd,
    pub(super) master: Fd,
}

const FILE_COUNT: usize = 5;

impl ProgramFiles<BorrowedFd<'_>> {
    pub(super) fn send(&self, socket: &UnixStream) -> io::Result<()> {
        let [stdin, stdout, stderr] = self.streams;
        let files = [stdin, stdout, stderr, self.terminal, self.master];
        let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(FILE_COUNT))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        ancillary.push(SendAncillaryMessage::ScmRights(&files));
        sendmsg(socket, &[IoSlice::new(b"\n")], &mut ancillary, SendFlags::empty())?;
        Ok(())
    }
}

impl ProgramFiles<OwnedFd> {
    fn receive(socket: &UnixStream) -> io::Result<Self> {
        let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(FILE_COUNT))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        recvmsg(socket, &mut [IoSliceMut::new(&mut [0])], &mut ancillary, RecvFlags::CMSG_CLOEXEC)?;
        let files = ancillary.drain().filter_map(|message| match message {
            RecvAncillaryMessage::ScmRights(files) => Some(files.collect::<Vec<_>>()),
            _ => None,
        });
        let files: Result<[OwnedFd; FILE_COUNT], _> = files.flatten().collect::<Vec<_>>().try_into();
        let [stdin, stdout, stderr, terminal, master] = files.map_err(|_| io::ErrorKind::UnexpectedEof)?;
        Ok(Self { streams: [stdin, stdout, stderr], terminal, master })
    }
}

/// Reads the messages of the session leader.
pub(super) struct MessageReader(BufReader<UnixStream>);

impl MessageReader {
    pub(super) fn new(socket: UnixStream) -> Self {
        Self(BufReader::new(socket))
    }

    /// The socket, which can be read when there is a message that has not arrived together with an earlier one.
    pub(super) fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.get_ref().as_fd()
    }

    /// Whether a message has arrived together with an earlier one.
    pub(super) fn has_message(&self) -> bool {
        !self.0.buffer().is_empty()
    }

    /// Waits for the next message; none if the session leader has ended.
    pub(super) fn next(&mut self) -> io::Result<Option<LeaderMessage>> {
        let mut line = String::new();
        if self.0.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        Ok(Some(serde_json::from_str(&line)?))
    }
}

fn send_message(mut socket: &UnixStream, message: &LeaderMessage) -> io::Result<()> {
    let mut line = serde_json::to_string(message)?;
    line.push('\n');
    socket.write_all(line.as_bytes())
}

/// Leads a session: starts the program, reports its end, and reads its terminal once mpviz has ended.
pub fn run(command_line: &[OsString]) -> io::Result<()> {
    // Without a name of its own the process is called `exe`.
    let _ = prctl::set_name(c"mpviz:session");
    let socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let files = ProgramFiles::receive(&socket)?;
    let master = files.master.try_clone()?;
    let pid = match start_program(command_line, files) {
        Ok(Ok(pid)) => pid,
        Ok(Err(error)) => {
            let errno = error.raw_os_error().unwrap_or(Errno::EINVAL as i32);
            return send_message(&socket, &LeaderMessage::NotStarted { errno });
        }
        Err(error) => return send_message(&socket, &LeaderMessage::NoSession { error: error.to_string().into() }),
    };
    // If mpviz has ended meanwhile, the program runs on.
    let _ = send_message(&socket, &LeaderMessage::Started { pid, session: std::process::id() });
    thread::scope(|scope| {
        scope.spawn(|| {
            let exit = wait_for_exit(pid, |_| {});
            // The program is not reaped, so that mpviz can read what it used, and no other process gets its pid.
            let _ = send_message(&socket, &LeaderMessage::Exited(exit));
        });
        // Ends with mpviz, which sends nothing.
        let _ = (&socket).read(&mut [0]);
        // mpviz may have been killed while the program was suspended.
        signal_session(std::process::id(), rustix::process::Signal::CONT);
        copy_output(&master);
    });
    leave_foreground();
    Ok(())
}

/// Begins the session and starts the program in it. The inner error is that of the program.
fn start_program(command_line: &[OsString], files: ProgramFiles<OwnedFd>) -> io::Result<io::Result<u32>> {
    let [program, args @ ..] = command_line else { return Err(io::ErrorKind::InvalidInput.into()) };
    setsid()?;
    ioctl_tiocsctty(&files.terminal)?;
    outlive_group_signals()?;
    let [stdin, stdout, stderr] = files.streams;
    let started = Command::new(program).args(args).stdin(stdin).stdout(stdout).stderr(stderr).spawn();
    // Only now, because the program inherits that SIGCHLD is ignored.
    signals::keep_zombies()?;
    Ok(started.map(|program| program.id()))
}

/// Catches signals of the whole process group. The program has their defaults, unless they are ignored.
fn outlive_group_signals() -> io::Result<()> {
    let ignored = IgnoredSignalSet::read();
    for signal in GROUP_SIGNALS.into_iter().filter(|signal| !ignored.is_ignored(*signal)) {
        flag::register(signal, Arc::new(AtomicBool::new(false)))?;
    }
    Ok(())
}

/// Copies the program's output to standard output until no process has the terminal open. It is read even if it cannot
/// be written.
fn copy_output(master: &OwnedFd) {
    let mut buffer = [0; 4096];
    loop {
        match rustix::io::read(master, &mut buffer) {
            Ok(n @ 1..) => drop(write_to_stdout(&buffer[..n])),
            Err(rustix::io::Errno::INTR) => {}
            Err(rustix::io::Errno::AGAIN) => {
                let _ = poll(&mut [PollFd::new(master.as_fd(), PollFlags::POLLIN)], PollTimeout::NONE);
            }
            Ok(_) | Err(_) => return,
        }
    }
}

fn write_to_stdout(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// Makes a process group without running processes the foreground of the terminal, which gets SIGHUP when the session
/// leader ends. Processes that the program left running are not in it.
fn leave_foreground() {
    // In the background, changing the foreground would stop the process.
    let _ = SigSet::from(Signal::SIGTTOU).thread_block();
    let no_command =
        Command::new(MPVIZ).arg(SUBCOMMAND).process_group(0).stdin(Stdio::null()).stderr(Stdio::null()).spawn();
    if let (Ok(terminal), Ok(other)) = (std::fs::File::open("/dev/tty"), no_command)
        && let Some(group) = Pid::from_raw(other.id() as i32)
    {
        let _ = tcsetpgrp(terminal, group);
    }
}
