//! Unusual terminals and environments.

use std::process::Command;

use crate::session::{SHELL, Session, size};
use crate::support::orphans_of;

#[test]
fn selected_worker_is_visible_without_colours() {
    let args = ["--lanes", "pool", "--numbers", "20M", "--cost", "1us"];
    let mut session = Session::with_shell(SHELL, &[("NO_COLOR", "1")], 120, 40, &args);
    let pid = session.pid();
    session.see("4 of 16 tasks");
    session.press("\x1b[B");
    session.see("pool w0");
    let screen = session.screen.screen();
    let cells = || (0..40).flat_map(|row| (0..120).filter_map(move |col| screen.cell(row, col)));
    let is_default = |color| color == vt100::Color::Default;
    assert!(cells().all(|cell| is_default(cell.fgcolor()) && is_default(cell.bgcolor())), "a cell has a colour");
    assert!(cells().any(vt100::Cell::inverse), "{}", session.text());
    session.press("q");
    session.end(pid);
}

/// Checks that mpviz prints the table instead of taking over the terminal.
fn check_runs_without_a_screen(commands: &str, environment: &[(&str, &str)]) {
    let mut session = Session::with_shell(commands, environment, 120, 40, &["--numbers", "100k"]);
    session.see("ended 0.");
    assert!(session.text().contains("correct"), "{}", session.text());
    assert!(!session.raw.windows(8).any(|bytes| bytes == b"\x1b[?1049h"));
    assert_eq!(session.check_restored(), Ok(()));
}

#[test]
fn unusable_terminals_are_not_taken_over() {
    check_runs_without_a_screen(SHELL, &[("TERM", "dumb")]);
    check_runs_without_a_screen(SHELL, &[("TERM", "")]);
    // Without a controlling terminal there is no keyboard.
    check_runs_without_a_screen("setsid -w \"$0\" \"$@\" </dev/null\necho \"ended $?.\"\nread -r line", &[]);
}

#[test]
fn keys_are_read_from_the_terminal_if_stdin_is_redirected() {
    let commands = "\"$0\" \"$@\" </dev/null\necho \"ended $?.\"\nread -r line";
    let mut session = Session::with_shell(commands, &[], 120, 40, &["--lanes", "pool", "--numbers", "1M"]);
    let pid = session.pid();
    session.see("■ FINISHED");
    session.press("q");
    assert_eq!(session.end(pid).1, 0);
}

#[test]
fn terminal_without_a_size_can_be_quit() {
    let mut session = Session::start(120, 40, &["--lanes", "pool", "--numbers", "1M"]);
    let pid = session.pid();
    session.see("■ FINISHED");
    session.master.resize(size(0, 0)).unwrap();
    session.press("r");
    session.press("q");
    assert_eq!(session.end(pid).1, 0);
}

#[test]
fn closed_standard_streams_are_handled() {
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
            assert!(orphans_of(pid.parse().unwrap()).is_empty());
        }
    }
}

#[test]
fn closed_pipe_leaves_no_process() {
    // More than a pipe holds: mpviz is still writing when `head` has exited.
    let script = "(echo $BASHPID >&2; exec \"$0\" run --json --repeat 60 --numbers 1k --cost 0) | head -1; echo \"${PIPESTATUS[0]}\"";
    let output = Command::new("bash").args(["-c", script, env!("CARGO_BIN_EXE_mpviz")]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "{\n141\n", "{output:?}");
    let pid = String::from_utf8_lossy(&output.stderr).trim().parse().expect("only the pid on stderr");
    assert!(orphans_of(pid).is_empty());
}

/// The screen after a run with this limit on open files.
fn run_with_descriptors(limit: u32) -> String {
    let commands = format!("ulimit -n {limit}\n{SHELL}");
    let mut session = Session::with_shell(&commands, &[], 120, 40, &["--numbers", "1M", "--force"]);
    let is_over = |session: &Session| session.text().lines().any(|line| line.starts_with("ended "));
    session.see_when("an end", |session| session.text().contains("■ FINISHED") || is_over(session));
    session.press("q");
    session.see_when("the shell", is_over);
    session.text()
}

#[test]
fn start_errors_are_printed_after_the_screen() {
    // The first limit that suffices for a run, but not for a worker.
    let mut screens = (16..40).map(run_with_descriptors);
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
    session.see("recording stopped, the run continues: No space left on device");
    session.see("■ FINISHED");
    session.press("q");
    let (text, code) = session.end(pid);
    assert_eq!(code, 1);
    assert!(text.contains("mpviz: the recording /dev/full is incomplete"), "{text}");
}
