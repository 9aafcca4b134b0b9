//! Tests of mpviz on a terminal that accepts no output.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, poll};
use nix::sys::signal::Signal;

use crate::session::{Session, has_ended, wait_until_workers_end};
use crate::support::wait_until;

/// Makes the terminal accept no output, and calls `end` to end mpviz. Checks that the workers end, the exit code, and
/// that the terminal is restored when it accepts output again.
fn check_end_while_stalled(end: impl FnOnce(&mut Session), code: i32) {
    let args = ["--numbers", "20M", "--cost", "1us", "--cores", "shared", "--fps", "60"];
    let mut session = Session::start(250, 70, &args);
    let pid = session.pid();
    session.wait_for_text("● LIVE");
    let workers = session.wait_for_workers(20);
    let reader_lock = session.reader_lock();
    let stall_guard = Session::stall_terminal(&reader_lock);
    fill_terminal_buffer(&mut session);
    end(&mut session);
    wait_until_workers_end(&workers);
    wait_until("mpviz is gone", || has_ended(pid).then_some(()));
    drop(stall_guard);
    assert_eq!(session.wait_for_end(pid).1, code);
}

/// Makes mpviz redraw the screen until the terminal accepts no more output.
fn fill_terminal_buffer(session: &mut Session) {
    let mut options = File::options();
    options.write(true).custom_flags(OFlag::O_NOCTTY.bits());
    let terminal = options.open(session.master.tty_name().unwrap()).unwrap();
    wait_until("the terminal is full", || {
        session.press("?");
        // While mpviz writes, a terminal accepts nothing else, but not for 100 ms.
        let mut terminals = [PollFd::new(terminal.as_fd(), PollFlags::POLLOUT)];
        (poll(&mut terminals, 100u8).unwrap() == 0).then_some(())
    });
}

#[test]
fn signal_ends_mpviz_on_a_stalled_terminal() {
    check_end_while_stalled(|session| session.send_signal(Signal::SIGTERM), 143);
}

#[test]
fn second_signal_ends_mpviz_on_a_stalled_terminal() {
    check_end_while_stalled(
        |session| {
            session.send_signal(Signal::SIGINT);
            session.send_signal(Signal::SIGINT);
        },
        130,
    );
}

#[test]
fn run_continues_on_a_stalled_terminal() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("run.jsonl");
    let args = ["--lanes", "pool", "--tasks", "200k", "--numbers", "200k", "--cost", "0", "--fps", "60", "--record"];
    let mut session = Session::start(250, 70, &[&args[..], &[file.to_str().unwrap()]].concat());
    let pid = session.pid();
    session.wait_for_text("● LIVE");
    let reader_lock = session.reader_lock();
    let stall_guard = Session::stall_terminal(&reader_lock);
    fill_terminal_buffer(&mut session);
    wait_until("the run ends", || tail_contains(&file, "RunEnded"));
    while session.read_output(Duration::ZERO) {}
    assert!(!session.screen_text().contains("FINISHED"), "the terminal was not stalled: {}", session.screen_text());
    drop(stall_guard);
    session.wait_for_text("■ FINISHED");
    session.press("q");
    assert_eq!(session.wait_for_end(pid).1, 0);
}

/// Returns a value if the last 1000 bytes of a file contain this text.
fn tail_contains(file: &Path, wanted: &str) -> Option<()> {
    let mut file = File::open(file).ok()?;
    file.seek(SeekFrom::End(-1000)).ok()?;
    let mut end = String::new();
    file.read_to_string(&mut end).ok()?;
    end.contains(wanted).then_some(())
}
