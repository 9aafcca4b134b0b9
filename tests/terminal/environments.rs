//! Tests of mpviz in unusual terminals and environments.

use std::process::Command;

use crate::session::{SHELL_COMMANDS, Session, pty_size};
use crate::support::{ENGLISH, workers_started_by};

#[test]
fn selected_worker_is_visible_without_colours() {
    let args = ["--lanes", "pool", "--numbers", "20M", "--cost", "1us"];
    let mut session = Session::with_shell(SHELL_COMMANDS, &[("NO_COLOR", "1")], 120, 40, &args);
    let pid = session.pid();
    session.wait_for_text("4 of 16 tasks");
    session.press("\x1b[B");
    session.wait_for_text("pool w0");
    let screen = session.screen.screen();
    let cells = || (0..40).flat_map(|row| (0..120).filter_map(move |col| screen.cell(row, col)));
    let is_default = |color| color == vt100::Color::Default;
    assert!(cells().all(|cell| is_default(cell.fgcolor()) && is_default(cell.bgcolor())), "a cell has a colour");
    assert!(cells().any(vt100::Cell::inverse), "{}", session.screen_text());
    session.press("q");
    session.wait_for_end(pid);
}

/// Checks that mpviz prints the table of the result and does not use the alternate screen.
fn check_runs_without_a_screen(commands: &str, environment: &[(&str, &str)]) {
    let mut session = Session::with_shell(commands, environment, 120, 40, &["--numbers", "100k"]);
    session.wait_for_text("ended 0.");
    assert!(session.screen_text().contains("correct"), "{}", session.screen_text());
    assert!(!session.raw_output.windows(8).any(|bytes| bytes == b"\x1b[?1049h"));
    assert_eq!(session.check_restored(), Ok(()));
}

#[test]
fn result_is_printed_without_a_screen_if_the_terminal_is_unusable() {
    check_runs_without_a_screen(SHELL_COMMANDS, &[("TERM", "dumb")]);
    check_runs_without_a_screen(SHELL_COMMANDS, &[("TERM", "")]);
    // Without a controlling terminal, mpviz cannot read keys.
    check_runs_without_a_screen("setsid -w \"$0\" \"$@\" </dev/null\necho \"ended $?.\"\nread -r line", &[]);
}

#[test]
fn keys_are_read_from_the_terminal_if_stdin_is_redirected() {
    let commands = "\"$0\" \"$@\" </dev/null\necho \"ended $?.\"\nread -r line";
    let mut session = Session::with_shell(commands, &[], 120, 40, &["--lanes", "pool", "--numbers", "1M"]);
    let pid = session.pid();
    session.wait_for_text("■ FINISHED");
    session.press("q");
    assert_eq!(session.wait_for_end(pid).1, 0);
}

#[test]
fn mpviz_can_be_quit_in_a_terminal_without_a_size() {
    let mut session = Session::start(120, 40, &["--lanes", "pool", "--numbers", "1M"]);
    let pid = session.pid();
    session.wait_for_text("■ FINISHED");
    session.master.resize(pty_size(0, 0)).unwrap();
    session.press("r");
    session.press("q");
    assert_eq!(session.wait_for_end(pid).1, 0);
}

#[test]
fn last_frame_is_removed_without_an_alternate_screen() {
    let mut session = Session::start(120, 40, &["--lanes", "pool", "--numbers", "1M"]);
    session.wait_for_text("■ FINISHED");
    session.press("q");
    session.wait_for_text("ended 0.");
    let output = String::from_utf8_lossy(&session.raw_output).replace("\x1b[?1049h", "").replace("\x1b[?1049l", "");
    let mut screen = vt100::Parser::new(40.try_into().unwrap(), 120.try_into().unwrap(), 0);
    screen.process(output.as_bytes());
    let text = screen.screen().contents();
    assert_eq!(text.trim(), session.screen_text().trim());
}

#[test]
fn only_ascii_is_printed_without_a_utf_8_locale() {
    for args in [&["--lanes", "pool"][..], &["run"]] {
        let args = [args, &["--numbers", "1M"]].concat();
        let mut session = Session::with_shell(SHELL_COMMANDS, &[("LC_ALL", "C")], 120, 40, &args);
        let has_ended = |session: &Session| session.screen_text().contains("ended 0.");
        session.wait_for_frame("an end", |session| session.screen_text().contains("FINISHED") || has_ended(session));
        session.press("q");
        session.wait_for_frame("the shell", has_ended);
        assert!(session.raw_output.is_ascii(), "{}", String::from_utf8_lossy(&session.raw_output));
    }
}

#[test]
fn ascii_is_used_if_the_terminal_shows_signs_two_cells_wide() {
    let mut session = Session::start(120, 40, &["--lanes", "pool", "--numbers", "1M"]);
    let pid = session.pid();
    session.wait_for_text("■ FINISHED");
    session.press("\x1b[2;5R");
    session.press("?");
    session.wait_for_text("kill (asks); suspend");
    session.press("x");
    session.wait_for_text("■ FINISHED");
    session.press("\x1b[2;9R");
    session.wait_for_text("drawn in ASCII: the terminal shows other signs two cells wide");
    session.wait_for_frame("ASCII", |session| session.screen_text().is_ascii());
    session.press("q");
    assert_eq!(session.wait_for_end(pid).1, 0);
}

#[test]
fn closed_standard_streams_cause_no_panic_and_leave_no_process() {
    for (closed, code) in
        [("<&-", 0), (">&-", 0), ("2>&-", 0), ("<&- >&- 2>&-", 0), (">/dev/full", 1), (">/dev/full 2>&1", 1)]
    {
        for arguments in ["run --json --numbers 100k", "--numbers 100k"] {
            let script = format!("\"$0\" {arguments} {closed} & wait $!; echo \"$? $!\" >&3");
            let mut shell = Command::new("bash");
            let output =
                shell.args(["-c", &format!("exec 3>&1; {script}"), env!("CARGO_BIN_EXE_mpviz")]).output().unwrap();
            let stdout = String::from_utf8_lossy(&output.stdout);
            let (status, pid) = stdout.lines().last().unwrap().split_once(' ').unwrap();
            assert_eq!(status.parse(), Ok(code), "{arguments} {closed}: {output:?}");
            assert!(!String::from_utf8_lossy(&output.stderr).contains("panic"), "{output:?}");
            assert!(workers_started_by(pid.parse().unwrap()).is_empty());
        }
    }
}

#[test]
fn closed_output_pipe_leaves_no_process() {
    // The output exceeds the capacity of a pipe, so mpviz is still writing when `head` exits.
    let script = "(echo $BASHPID >&2; exec \"$0\" run --json --repeat 60 --numbers 1k --cost 0) | head -1; echo \"${PIPESTATUS[0]}\"";
    let mut shell = Command::new("bash");
    let output = shell.args(["-c", script, env!("CARGO_BIN_EXE_mpviz")]).envs([ENGLISH]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "{\n141\n", "{output:?}");
    let pid = String::from_utf8_lossy(&output.stderr).trim().parse().expect("only the pid on stderr");
    assert!(workers_started_by(pid).is_empty());
}

/// Runs mpviz with this limit on open files, and returns the final text of the terminal.
fn run_with_open_file_limit(limit: u32) -> String {
    let commands = format!("ulimit -n {limit}\n{SHELL_COMMANDS}");
    let mut session = Session::with_shell(&commands, &[], 120, 40, &["--numbers", "1M", "--force"]);
    let has_ended = |session: &Session| session.screen_text().lines().any(|line| line.starts_with("ended "));
    session.wait_for_frame("an end", |session| session.screen_text().contains("■ ENDED") || has_ended(session));
    session.press("q");
    session.wait_for_frame("the shell", has_ended);
    session.screen_text()
}

#[test]
fn worker_start_errors_are_printed_after_the_screen_is_closed() {
    // Use the lowest limit with which a run can be set up; it is too low to start a worker.
    let mut screens = (16..40).map(run_with_open_file_limit);
    let screen = screens.find(|screen| !screen.contains("could not be set up")).expect("a run");
    assert!(
        screen.contains("4 times: a worker could not be started: too many open files: raise ulimit -n."),
        "{screen}"
    );
}

#[test]
fn recording_errors_are_shown_on_the_screen() {
    let mut session = Session::start(120, 40, &["--lanes", "pool", "--numbers", "1M", "--record", "/dev/full"]);
    let pid = session.pid();
    session.wait_for_text("recording stopped, the run continues: No space left on device");
    session.wait_for_text("■ FINISHED");
    session.press("q");
    let (text, code) = session.wait_for_end(pid);
    assert_eq!(code, 1);
    assert!(text.contains("mpviz: the recording /dev/full is incomplete"), "{text}");
}
