//! Terminals that accept no output.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::session::{Session, has_ended, wait_until_gone};
use crate::support::until;

/// Stalls the terminal, ends mpviz by `end`, and checks the exit code and that the terminal is restored.
fn check_end_while_stalled(end: impl FnOnce(&mut Session), code: i32) {
    let mut session = Session::start(250, 70, &["--numbers", "20M", "--cost", "1us", "--fps", "60"]);
    let pid = session.pid();
    session.see("● LIVE");
    let workers = session.workers(20);
    let gate = session.gate();
    let stalled = Session::stall(&gate);
    fill(&mut session);
    end(&mut session);
    wait_until_gone(&workers);
    until("mpviz is gone", || has_ended(pid).then_some(()));
    drop(stalled);
    assert_eq!(session.end(pid).1, code);
}

/// Draws full frames until no more output is accepted.
fn fill(session: &mut Session) {
    for _ in 0..20 {
        session.press("?");
        std::thread::sleep(Duration::from_millis(30));
    }
}

#[test]
fn signal_ends_mpviz_on_a_stalled_terminal() {
    check_end_while_stalled(|session| session.signal(Signal::SIGTERM), 143);
}

#[test]
fn second_signal_ends_mpviz_on_a_stalled_terminal() {
    check_end_while_stalled(
        |session| {
            session.signal(Signal::SIGINT);
            session.signal(Signal::SIGINT);
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
    session.see("● LIVE");
    let gate = session.gate();
    let stalled = Session::stall(&gate);
    fill(&mut session);
    until("the run ends", || ends_with(&file, "RunEnded"));
    while session.read(Duration::ZERO) {}
    assert!(!session.text().contains("FINISHED"), "the terminal was not stalled: {}", session.text());
    drop(stalled);
    session.see("■ FINISHED");
    session.press("q");
    assert_eq!(session.end(pid).1, 0);
}

/// Returns a value if the last 1000 bytes of a file contain this text.
fn ends_with(file: &Path, wanted: &str) -> Option<()> {
    let mut file = File::open(file).ok()?;
    file.seek(SeekFrom::End(-1000)).ok()?;
    let mut end = String::new();
    file.read_to_string(&mut end).ok()?;
    end.contains(wanted).then_some(())
}
