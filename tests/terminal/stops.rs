//! `Ctrl-Z`, `fg`, and stops that come from outside.

use mpviz::event::Event;
use nix::sys::signal::Signal;

use crate::session::Session;
use crate::support::{events, until, workers_of};

/// A shell with job control: it says that mpviz was stopped, and lets it go on when a line is typed. Before, it sets the
/// terminal's modes to its liking, as one does that is used by hand.
const JOBS: &str = r#"set -m
modes=$(stty -g)
"$0" "$@"
echo "stopped $?,"
read -r line
stty "$modes"
fg >/dev/null
echo "ended $?."
read -r line"#;

fn state_of(pid: u32) -> char {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next()).unwrap_or('X')
}

fn all_are(state: char, pids: &[u32]) {
    until("all are in that state", || pids.iter().all(|pid| state_of(*pid) == state).then_some(()));
}

/// Stops by `stop`, checks that all is still and the terminal the shell's, lets it go on and sees a whole frame again.
fn stops_and_goes_on(stop: impl FnOnce(&mut Session)) {
    let mut session = Session::with(JOBS, &[], 120, 40, &["--lanes", "pool", "--numbers", "20M", "--cost", "1us"]);
    let pid = session.pid();
    session.see("4 of 16 tasks");
    let workers = session.workers(4);
    stop(&mut session);
    session.see("stopped 147,");
    assert_eq!(session.is_as_before(), Ok(()));
    assert_eq!(state_of(pid), 'T');
    all_are('T', &workers);

    session.press("\n");
    session.see_that("a screen", |session| session.screen.screen().alternate_screen());
    session.see("● LIVE");
    // All of it was drawn anew, also what has not changed since.
    session.see("1 queue");
    session.see_that("no cursor, and marked pastes", |session| {
        session.screen.screen().hide_cursor() && session.screen.screen().bracketed_paste()
    });
    assert_eq!(session.screen.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::ButtonMotion);
    until("the workers go on", || workers.iter().all(|pid| state_of(*pid) != 'T').then_some(()));
    assert_eq!(workers_of(pid), workers);
    // Keys come at once again, unechoed.
    session.press("?");
    session.see("suspend the lane");
    session.press("x");
    session.press("q");
    assert_eq!(session.end(pid).1, 0);
}

#[test]
fn ctrl_z_stops_it_and_fg_brings_it_back() {
    stops_and_goes_on(|session| session.press("\x1a"));
}

#[test]
fn a_signal_stops_it_as_ctrl_z_does() {
    stops_and_goes_on(|session| session.signal(Signal::SIGTSTP));
}

#[test]
fn a_lane_that_the_viewer_suspended_stays_so() {
    let mut session = Session::with(JOBS, &[], 120, 40, &["--lanes", "pool", "--numbers", "20M", "--tasks", "8"]);
    let pid = session.pid();
    session.see("4 of 8 tasks");
    let workers = session.workers(4);
    session.press("z");
    session.see("suspended by you");
    session.press("\x1a");
    session.see("stopped 147,");
    session.press("\n");
    session.see("● LIVE");
    session.see("suspended by you");
    all_are('T', &workers);
    session.press("z");
    session.see("■ FINISHED");
    session.press("q");
    assert_eq!(session.end(pid).1, 0);
}

#[test]
fn a_run_whose_workers_are_suspended_is_brought_to_its_end_by_q() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("run.jsonl");
    let args = ["--lanes", "pool", "--numbers", "20M", "--cost", "1us", "--record", file.to_str().unwrap()];
    let mut session = Session::start(120, 40, &args);
    let pid = session.pid();
    session.see("4 of 16 tasks");
    let workers = session.workers(4);
    session.press("z");
    session.see("suspended by you");
    all_are('T', &workers);
    session.press("q");
    assert_eq!(session.end(pid).1, 0);
    // They did not only die with mpviz: their ends were seen.
    assert!(events(&file).iter().any(|fact| matches!(fact.event, Event::RunEnded {})));
}

#[test]
fn a_stop_that_nobody_can_catch_is_mended() {
    let mut session = Session::with(JOBS, &[], 120, 40, &["--lanes", "pool", "--numbers", "20M", "--cost", "1us"]);
    let pid = session.pid();
    session.see("4 of 16 tasks");
    session.signal(Signal::SIGSTOP);
    session.see("stopped 147,");
    // So long that it is worth a word.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    session.press("\n");
    let seen = session.raw.len();
    session.see_that("the screen taken again", |session| {
        session.raw[seen..].windows(8).any(|bytes| bytes == b"\x1b[?1049h")
    });
    session.see("1 queue");
    session.see("held up 1.");
    session.press("?");
    session.see("suspend the lane");
    session.press("x");
    session.press("q");
    session.end(pid);
}

/// As [`JOBS`], but the shell sets the terminal to its liking when it has it back: nothing is echoed.
const SILENT: &str = r#"set -m
"$0" "$@"
code=$?
stty -echo
echo "stopped $code,"
read -r line
stty -a
echo "that was all,"
read -r line"#;

#[test]
fn from_the_background_it_ends_without_a_touch_on_the_terminals_modes() {
    let mut session = Session::with(SILENT, &[], 120, 40, &["--lanes", "pool", "--numbers", "20M", "--cost", "1us"]);
    let pid = session.pid();
    session.see("4 of 16 tasks");
    // It had no occasion to give the terminal back.
    session.signal(Signal::SIGSTOP);
    session.see("stopped 147,");
    session.signal(Signal::SIGTERM);
    session.signal(Signal::SIGCONT);
    until("it ends", || matches!(state_of(pid), 'Z' | 'X').then_some(()));
    until("no worker is left", || crate::support::orphans_of(pid).is_empty().then_some(()));
    session.press("\n");
    session.see("that was all,");
    let text = session.text();
    assert!(text.contains(" -echo "), "{text}");
    assert!(!session.screen.screen().alternate_screen() && !session.screen.screen().hide_cursor());
    session.press("\n");
}

#[test]
fn in_the_background_it_goes_on_unseen_and_takes_no_keys() {
    let commands = r#"set -m
modes=$(stty -g)
"$0" "$@"
echo "stopped $?,"
read -r line
stty "$modes"
bg >/dev/null
read -r line
echo "the shell has read $line,"
read -r line
fg >/dev/null
echo "ended $?."
read -r line"#;
    let mut session = Session::with(commands, &[], 120, 40, &["--lanes", "pool", "--numbers", "20M", "--cost", "1us"]);
    let pid = session.pid();
    session.see("4 of 16 tasks");
    let workers = session.workers(4);
    session.press("\x1a");
    session.see("stopped 147,");
    session.press("\n");
    until("the workers go on", || workers.iter().all(|pid| state_of(*pid) != 'T').then_some(()));
    session.press("q\n");
    session.see("the shell has read q,");
    assert_eq!(session.is_as_before(), Ok(()));
    assert_ne!(state_of(pid), 'T');
    session.press("\n");
    session.see("● LIVE");
    session.press("q");
    assert_eq!(session.end(pid).1, 0);
}

#[test]
fn started_in_the_background_it_waits_to_be_brought_to_the_foreground() {
    let commands = r#"set -m
"$0" "$@" &
read -r line
echo "it waits,"
read -r line
fg >/dev/null
echo "ended $?."
read -r line"#;
    for end in [None, Some(Signal::SIGTERM)] {
        let mut session = Session::with(commands, &[], 120, 40, &["--lanes", "pool", "--numbers", "1M"]);
        let pid = session.pid();
        session.press("q\n");
        session.see("it waits,");
        assert_eq!(session.is_as_before(), Ok(()));
        if let Some(signal) = end {
            session.signal(signal);
            until("it dies", || matches!(state_of(pid), 'Z' | 'X').then_some(()));
            continue;
        }
        session.press("\n");
        session.see("■ FINISHED");
        session.press("q");
        assert_eq!(session.end(pid).1, 0);
    }
}

#[test]
fn where_no_shell_could_bring_it_back_it_does_not_stop() {
    let mut session = Session::with("exec \"$0\" \"$@\"", &[], 120, 40, &["--lanes", "pool", "--numbers", "1M"]);
    let pid = session.pid();
    session.see("■ FINISHED");
    session.press("\x1a");
    session.see("not started from a shell");
    session.signal(Signal::SIGTSTP);
    session.press("q");
    until("it ends", || {
        assert_ne!(state_of(pid), 'T');
        matches!(state_of(pid), 'Z' | 'X').then_some(())
    });
}

#[test]
fn without_a_screen_the_workers_stop_too() {
    let mut session = Session::with(JOBS, &[], 120, 40, &["run", "--lanes", "pool", "--numbers", "40M"]);
    let workers = session.workers(4);
    session.press("\x1a");
    session.see("stopped 147,");
    all_are('T', &workers);
    session.press("\n");
    session.see("ended 0.");
}
