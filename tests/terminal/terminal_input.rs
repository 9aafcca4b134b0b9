//! Tests of bytes that a terminal sends without a key being pressed.

use std::time::{Duration, Instant};

use crate::session::Session;
use crate::support::MAX_WAIT;

/// Starts mpviz and waits until its run has ended.
fn finished_session() -> (Session, u32) {
    let mut session = Session::start(120, 40, &["--lanes", "pool", "--numbers", "1M"]);
    let pid = session.pid();
    session.wait_for_text("■ FINISHED");
    (session, pid)
}

#[test]
fn reports_of_the_terminal_are_no_keys() {
    let (mut session, pid) = finished_session();
    let reports = ["\x1b[?997;1n", "\x1b[?2026;2$y", "\x1b]11;rgb:ffff/ffff/ffff\x07", "\x1b]lq\x1b\\", "\x1bPq\x1b\\"];
    for report in reports {
        session.press(report);
        session.press("?");
        session.wait_for_text("kill (asks); suspend");
        session.press("x");
        session.wait_for_frame("the help closed", |session| !session.screen_text().contains("kill (asks); suspend"));
    }
    assert!(session.screen_text().contains("■ FINISHED"), "a report was a key: {}", session.screen_text());
    session.press("q");
    assert_eq!(session.wait_for_end(pid).1, 0);
}

#[test]
fn ctrl_c_quits_inside_an_incomplete_sequence() {
    for incomplete in ["\x1b[?997", "\x1b[200~abc", "\x1b]11;rgb:ff", "\x1b", "\x1b[M "] {
        let (mut session, pid) = finished_session();
        session.press(incomplete);
        session.press("\x03");
        assert_eq!(session.wait_for_end(pid).1, 0, "{incomplete:?}");
    }
}

#[test]
fn paste_without_an_end_is_dropped_after_a_while() {
    let (mut session, pid) = finished_session();
    session.press("\x1b[200~2");
    let deadline = Instant::now() + MAX_WAIT;
    while !session.screen_text().contains("FROZEN") {
        assert!(Instant::now() < deadline, "the keyboard is dead: {}", session.screen_text());
        // A key before the paste is dropped is taken for its content, and delays this.
        session.read_output(Duration::from_millis(1500));
        session.press("\x1b[H");
    }
    assert!(!session.screen_text().contains("THREADS"), "{}", session.screen_text());
    session.press("q");
    assert_eq!(session.wait_for_end(pid).1, 0);
}
