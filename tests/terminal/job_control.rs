//! Job control: `Ctrl-Z`, `fg`, `bg`, and stop signals.

use mpviz::event::Event;
use nix::sys::signal::Signal;

use crate::session::{Session, has_ended, state_of};
use crate::support::{events, until, workers_of};

/// A shell with job control. It prints that mpviz was stopped, and resumes it after a line of input. Like an
/// interactive shell it restores its own terminal modes before.
const JOB_CONTROL: &str = r#"set -m
modes=$(stty -g)
"$0" "$@"
echo "stopped $?,"
read -r line
stty "$modes"
fg >/dev/null
echo "ended $?."
read -r line"#;

/// Waits until all processes are in this state.
fn wait_for_state(state: char, pids: &[u32]) {
    until("all are in that state", || pids.iter().all(|pid| state_of(*pid) == state).then_some(()));
}

/// Stops mpviz by `stop`, checks that everything is stopped and the terminal belongs to the shell, then resumes it.
fn check_stop_and_resume(stop: impl FnOnce(&mut Session)) {
    let mut session =
        Session::with_shell(JOB_CONTROL, &[], 120, 40, &["--lanes", "pool", "--numbers", "20M", "--cost", "1us"]);
    let pid = session.pid();
    session.see("4 of 16 tasks");
    let workers = session.workers(4);
    stop(&mut session);
    session.see("stopped 147,");
    assert_eq!(session.check_restored(), Ok(()));
    assert_eq!(state_of(pid), 'T');
    wait_for_state('T', &workers);

    session.press("\n");
    session.see_when("a screen", |session| session.screen.screen().alternate_screen());
    session.see("● LIVE");
    // Unchanged parts are drawn again, too.
    session.see("1 queue");
    session.see_when("a hidden cursor and bracketed paste", |session| {
        session.screen.screen().hide_cursor() && session.screen.screen().bracketed_paste()
    });
    assert_eq!(session.screen.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::ButtonMotion);
    until("the workers continue", || workers.iter().all(|pid| state_of(*pid) != 'T').then_some(()));
    assert_eq!(workers_of(pid), workers);
    // Raw mode is on again: keys are read without Enter.
    session.press("?");
    session.see("suspend, resume the lane");
    session.press("x");
    session.press("q");
    assert_eq!(session.end(pid).1, 0);
}

#[test]
fn ctrl_z_stops_and_fg_resumes() {
    check_stop_and_resume(|session| session.press("\x1a"));
}

#[test]
fn sigtstp_stops_like_ctrl_z() {
    check_stop_and_resume(|session| session.signal(Signal::SIGTSTP));
}

#[test]
fn suspended_lane_stays_suspended() {
    let mut session =
        Session::with_shell(JOB_CONTROL, &[], 120, 40, &["--lanes", "pool", "--numbers", "20M", "--tasks", "8"]);
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
    wait_for_state('T', &workers);
    session.press("z");
    session.see("■ FINISHED");
    session.press("q");
    assert_eq!(session.end(pid).1, 0);
}

#[test]
fn q_ends_a_suspended_run() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("run.jsonl");
    let args = ["--lanes", "pool", "--numbers", "20M", "--cost", "1us", "--record", file.to_str().unwrap()];
    let mut session = Session::start(120, 40, &args);
    let pid = session.pid();
    session.see("4 of 16 tasks");
    let workers = session.workers(4);
    session.press("z");
    session.see("suspended by you");
    wait_for_state('T', &workers);
    session.press("q");
    assert_eq!(session.end(pid).1, 0);
    // The run ended in order before mpviz did.
    assert!(events(&file).iter().any(|stamped| matches!(stamped.event, Event::RunEnded {})));
}

#[test]
fn screen_is_taken_over_again_after_sigstop() {
    let mut session =
        Session::with_shell(JOB_CONTROL, &[], 120, 40, &["--lanes", "pool", "--numbers", "20M", "--cost", "1us"]);
    let pid = session.pid();
    session.see("4 of 16 tasks");
    session.signal(Signal::SIGSTOP);
    session.see("stopped 147,");
    // Long enough to be reported on the screen.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    session.press("\n");
    let seen = session.raw.len();
    session.see_when("the alternate screen again", |session| {
        session.raw[seen..].windows(8).any(|bytes| bytes == b"\x1b[?1049h")
    });
    session.see("1 queue");
    session.see("held up 1.");
    session.press("?");
    session.see("suspend, resume the lane");
    session.press("x");
    session.press("q");
    session.end(pid);
}

/// Like [`JOB_CONTROL`], but the shell sets its terminal modes when it is in the foreground again: no echo.
const NO_ECHO: &str = r#"set -m
"$0" "$@"
code=$?
stty -echo
echo "stopped $code,"
read -r line
stty -a
echo "modes printed,"
read -r line"#;

#[test]
fn ending_in_the_background_keeps_the_terminal_modes_of_the_shell() {
    let mut session =
        Session::with_shell(NO_ECHO, &[], 120, 40, &["--lanes", "pool", "--numbers", "20M", "--cost", "1us"]);
    let pid = session.pid();
    session.see("4 of 16 tasks");
    // SIGSTOP cannot be handled, so mpviz does not restore the terminal.
    session.signal(Signal::SIGSTOP);
    session.see("stopped 147,");
    session.signal(Signal::SIGTERM);
    session.signal(Signal::SIGCONT);
    until("mpviz ends", || has_ended(pid).then_some(()));
    until("no worker is left", || crate::support::orphans_of(pid).is_empty().then_some(()));
    session.press("\n");
    session.see("modes printed,");
    let text = session.text();
    assert!(text.contains(" -echo "), "{text}");
    assert!(!session.screen.screen().alternate_screen() && !session.screen.screen().hide_cursor());
    session.press("\n");
}

#[test]
fn run_continues_in_the_background() {
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
    let mut session =
        Session::with_shell(commands, &[], 120, 40, &["--lanes", "pool", "--numbers", "20M", "--cost", "1us"]);
    let pid = session.pid();
    session.see("4 of 16 tasks");
    let workers = session.workers(4);
    session.press("\x1a");
    session.see("stopped 147,");
    session.press("\n");
    until("the workers continue", || workers.iter().all(|pid| state_of(*pid) != 'T').then_some(()));
    session.press("q\n");
    session.see("the shell has read q,");
    assert_eq!(session.check_restored(), Ok(()));
    assert_ne!(state_of(pid), 'T');
    session.press("\n");
    session.see("● LIVE");
    session.press("q");
    assert_eq!(session.end(pid).1, 0);
}

#[test]
fn background_start_waits_for_the_foreground() {
    let commands = r#"set -m
"$0" "$@" &
read -r line
echo "started,"
read -r line
fg >/dev/null
echo "ended $?."
read -r line"#;
    for end in [None, Some(Signal::SIGTERM)] {
        let mut session = Session::with_shell(commands, &[], 120, 40, &["--lanes", "pool", "--numbers", "1M"]);
        let pid = session.pid();
        session.press("q\n");
        session.see("started,");
        assert_eq!(session.check_restored(), Ok(()));
        if let Some(signal) = end {
            session.signal(signal);
            until("mpviz ends", || has_ended(pid).then_some(()));
            continue;
        }
        session.press("\n");
        session.see("■ FINISHED");
        session.press("q");
        assert_eq!(session.end(pid).1, 0);
    }
}

#[test]
fn without_job_control_mpviz_does_not_stop() {
    let mut session = Session::with_shell("exec \"$0\" \"$@\"", &[], 120, 40, &["--lanes", "pool", "--numbers", "1M"]);
    let pid = session.pid();
    session.see("■ FINISHED");
    session.press("\x1a");
    session.see("not started from a job-control shell");
    session.signal(Signal::SIGTSTP);
    session.press("q");
    until("mpviz ends", || {
        assert_ne!(state_of(pid), 'T');
        has_ended(pid).then_some(())
    });
}

#[test]
fn ctrl_z_stops_workers_without_a_screen() {
    let mut session = Session::with_shell(JOB_CONTROL, &[], 120, 40, &["run", "--lanes", "pool", "--numbers", "40M"]);
    let workers = session.workers(4);
    session.press("\x1a");
    session.see("stopped 147,");
    wait_for_state('T', &workers);
    session.press("\n");
    session.see("ended 0.");
}
