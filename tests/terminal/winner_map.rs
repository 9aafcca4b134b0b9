//! `mpviz map` on a terminal.

use crate::session::{SHELL_COMMANDS, Session};
use crate::support::measured_tasks::fix_machine;

#[test]
fn map_is_shown_until_q_is_pressed_and_then_summed_up() {
    let dir = tempfile::tempdir().unwrap();
    fix_machine(dir.path());
    let runtime = dir.path().to_str().unwrap();
    let args = ["map", "--tasks", "100", "--task-io", "40ms", "--task-memory", "100kB", "--cores", "2"];
    let mut session = Session::with_shell(SHELL_COMMANDS, &[("XDG_RUNTIME_DIR", runtime)], 80, 24, &args);
    let pid = session.pid();
    session.wait_for_text("Pool and threads with 4 workers");
    session.wait_for_text("100 tasks, 80 % I/O");
    session.press("\x1b[C\x1b[A");
    session.wait_for_text("64 tasks, 90 % I/O");
    session.press("\t");
    session.wait_for_text("best number of workers");
    session.press("q");
    let (text, code) = session.wait_for_end(pid);
    assert_eq!(code, 0);
    assert!(text.contains("The map depends on the width: eager processes win"), "{text}");
}
