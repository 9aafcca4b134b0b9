//! Places that are no ordinary terminal.

use crate::session::Session;

#[test]
fn without_colours_the_selected_worker_is_still_to_be_seen() {
    let shell = "\"$0\" \"$@\"\necho \"ended $?.\"\nread -r line";
    let args = ["--lanes", "pool", "--numbers", "200M"];
    let mut session = Session::with(shell, &[("NO_COLOR", "1")], 120, 40, &args);
    let pid = session.pid();
    session.see("4 of 16 tasks");
    session.press("\x1b[B");
    session.see("pool w0");
    let screen = session.screen.screen();
    let cells = || (0..40).flat_map(|row| (0..120).filter_map(move |col| screen.cell(row, col)));
    let plain = |color| color == vt100::Color::Default;
    assert!(cells().all(|cell| plain(cell.fgcolor()) && plain(cell.bgcolor())), "no colour anywhere");
    assert!(cells().any(vt100::Cell::inverse), "{}", session.text());
    session.press("q");
    session.end(pid);
}
