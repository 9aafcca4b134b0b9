//! Tests of job control: Ctrl-Z, `fg`, `bg` and stop signals.

use mpviz::event::Event;
use nix::sys::signal::Signal;

use crate::session::{Session, has_ended, process_state};
use crate::support::{read_events, wait_until, workers_of};

/// Shell commands that run mpviz with job control. When mpviz stops, they print a message and wait for a line of input;
/// then they restore the terminal modes of the shell, as an interactive shell does, and resume mpviz.
pub(crate) const JOB_CONTROL_SHELL: &str = r#"set -m
modes=$(stty -g)
"$0" "$@"
echo "stopped $?,"
read -r line
stty "$modes"
fg >/dev/null
echo "ended $?."
read -r line"#;

/// Waits until all these processes are in this state, a letter as in `/proc/PID/stat`.
fn wait_for_state(state: char, pids: &[u32]) {
    wait_until("all are in that state", || pids.iter().all(|pid| process_state(*pid) == state).then_some(()));
}

/// Calls `stop` to stop mpviz, and checks that its workers are stopped and the terminal is restored. Then resumes
/// mpviz, and checks that the workers continue and the screen is drawn again.
fn check_stop_and_resume(stop: impl FnOnce(&mut Session)) {
    let mut session =
        Session::with_shell(JOB_CONTROL_SHELL, &[], 120, 40, &["--lanes", "pool", "--numbers", "20M", "--cost", "1us"]);
    let pid = session.pid();
    session.wait_for_text("4 of 16 tasks");
    let workers = session.wait_for_workers(4);
    stop(&mut session);
    session.wait_for_text("stopped 147,");
    assert_eq!(session.check_restored(), Ok(()));
    assert_eq!(process_state(pid), 'T');
    wait_for_state('T', &workers);

    session.press("\n");
    session.wait_for_frame("a screen", |session| session.screen.screen().alternate_screen());
    session.wait_for_text("● LIVE");
    // Parts of the screen that did not change are drawn again, too.
    session.wait_for_text("1 queue");
    session.wait_for_frame("a hidden cursor and bracketed paste", |session| {
        session.screen.screen().hide_cursor() && session.screen.screen().bracketed_paste()
    });
    assert_eq!(session.screen.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::ButtonMotion);
    wait_until("the workers continue", || workers.iter().all(|pid| process_state(*pid) != 'T').then_some(()));
    assert_eq!(workers_of(pid), workers);
    // The terminal is in raw mode again: keys are read without Enter.
    session.press("?");
    session.wait_for_text("kill (asks); suspend");
    session.press("x");
    session.press("q");
    assert_eq!(session.wait_for_end(pid).1, 0);
}

#[test]
fn ctrl_z_stops_mpviz_and_fg_resumes_it() {
    check_stop_and_resume(|session| session.press("\x1a"));
}

#[test]
fn sigtstp_stops_mpviz_like_ctrl_z() {
    check_stop_and_resume(|session| session.send_signal(Signal::SIGTSTP));
}

#[test]
fn suspended_lane_stays_suspended_after_ctrl_z_and_fg() {
    let mut session =
        Session::with_shell(JOB_CONTROL_SHELL, &[], 120, 40, &["--lanes", "pool", "--numbers", "20M", "--tasks", "8"]);
    let pid = session.pid();
    session.wait_for_text("4 of 8 tasks");
    let workers = session.wait_for_workers(4);
    session.press("z");
    session.wait_for_text("suspended by you");
    session.press("\x1a");
    session.wait_for_text("stopped 147,");
    session.press("\n");
    session.wait_for_text("● LIVE");
    session.wait_for_text("suspended by you");
    wait_for_state('T', &workers);
    session.press("z");
    session.wait_for_text("■ FINISHED");
    session.press("q");
    assert_eq!(session.wait_for_end(pid).1, 0);
}

#[test]
fn q_ends_a_suspended_run() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("run.jsonl");
    let args = ["--lanes", "pool", "--numbers", "20M", "--cost", "1us", "--record", file.to_str().unwrap()];
    let mut session = Session::start(120, 40, &args);
    let pid = session.pid();
    session.wait_for_text("4 of 16 tasks");
    let workers = session.wait_for_workers(4);
    session.press("z");
    session.wait_for_text("suspended by you");
    wait_for_state('T', &workers);
    session.press("q");
    assert_eq!(session.wait_for_end(pid).1, 0);
    // mpviz ended the run normally before it exited.
    assert!(read_events(&file).iter().any(|stamped| matches!(stamped.event, Event::RunEnded {})));
}

#[test]
fn screen_is_drawn_again_after_sigstop() {
    let mut session =
        Session::with_shell(JOB_CONTROL_SHELL, &[], 120, 40, &["--lanes", "pool", "--numbers", "20M", "--cost", "1us"]);
    let pid = session.pid();
    session.wait_for_text("4 of 16 tasks");
    session.send_signal(Signal::SIGSTOP);
    session.wait_for_text("stopped 147,");
    // mpviz reports on the screen that it was stopped if that took at least a second.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    session.press("\n");
    let bytes_before = session.raw_output.len();
    session.wait_for_frame("the alternate screen again", |session| {
        session.raw_output[bytes_before..].windows(8).any(|bytes| bytes == b"\x1b[?1049h")
    });
    session.wait_for_text("1 queue");
    session.wait_for_frame("held up for a second or more", |session| {
        session.screen_text().split("held up ").skip(1).any(|time| time.starts_with(|c| ('1'..='9').contains(&c)))
    });
    session.press("?");
    session.wait_for_text("kill (asks); suspend");
    session.press("x");
    session.press("q");
    session.wait_for_end(pid);
}

/// Shell commands that run mpviz with job control, and turn off the echo of the terminal when mpviz stops.
const NO_ECHO_SHELL: &str = r#"set -m
"$0" "$@"
code=$?
stty -echo
echo "stopped $code,"
read -r line
stty -a
echo "modes printed,"
read -r line"#;

#[test]
fn end_of_mpviz_in_the_background_keeps_the_terminal_modes_of_the_shell() {
    let mut session =
        Session::with_shell(NO_ECHO_SHELL, &[], 120, 40, &["--lanes", "pool", "--numbers", "20M", "--cost", "1us"]);
    let pid = session.pid();
    session.wait_for_text("4 of 16 tasks");
    // SIGSTOP cannot be handled, so mpviz does not restore the terminal.
    session.send_signal(Signal::SIGSTOP);
    session.wait_for_text("stopped 147,");
    session.send_signal(Signal::SIGTERM);
    session.send_signal(Signal::SIGCONT);
    wait_until("mpviz ends", || has_ended(pid).then_some(()));
    wait_until("no worker is left", || crate::support::workers_started_by(pid).is_empty().then_some(()));
    session.press("\n");
    session.wait_for_text("modes printed,");
    let text = session.screen_text();
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
    session.wait_for_text("4 of 16 tasks");
    let workers = session.wait_for_workers(4);
    session.press("\x1a");
    session.wait_for_text("stopped 147,");
    session.press("\n");
    wait_until("the workers continue", || workers.iter().all(|pid| process_state(*pid) != 'T').then_some(()));
    session.press("q\n");
    session.wait_for_text("the shell has read q,");
    assert_eq!(session.check_restored(), Ok(()));
    assert_ne!(process_state(pid), 'T');
    session.press("\n");
    session.wait_for_text("● LIVE");
    session.press("q");
    assert_eq!(session.wait_for_end(pid).1, 0);
}

#[test]
fn mpviz_started_in_the_background_waits_for_the_foreground() {
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
        session.wait_for_text("started,");
        assert_eq!(session.check_restored(), Ok(()));
        if let Some(signal) = end {
            session.send_signal(signal);
            wait_until("mpviz ends", || has_ended(pid).then_some(()));
            continue;
        }
        session.press("\n");
        session.wait_for_text("■ FINISHED");
        session.press("q");
        assert_eq!(session.wait_for_end(pid).1, 0);
    }
}

#[test]
fn ctrl_z_does_not_stop_mpviz_without_job_control() {
    let mut session = Session::with_shell("exec \"$0\" \"$@\"", &[], 120, 40, &["--lanes", "pool", "--numbers", "1M"]);
    let pid = session.pid();
    session.wait_for_text("■ FINISHED");
    session.press("\x1a");
    session.wait_for_text("not started from a job-control shell");
    session.send_signal(Signal::SIGTSTP);
    session.press("q");
    wait_until("mpviz ends", || {
        assert_ne!(process_state(pid), 'T');
        has_ended(pid).then_some(())
    });
}

#[test]
fn ctrl_z_stops_the_workers_of_a_run_without_a_screen() {
    let mut session =
        Session::with_shell(JOB_CONTROL_SHELL, &[], 120, 40, &["run", "--lanes", "pool", "--numbers", "40M"]);
    let workers = session.wait_for_workers(4);
    session.press("\x1a");
    session.wait_for_text("stopped 147,");
    wait_for_state('T', &workers);
    session.press("\n");
    session.wait_for_text("ended 0.");
}
