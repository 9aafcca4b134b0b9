//! Keys, the mouse and resizing.

use std::time::Duration;

use crate::session::{Session, size};
use crate::support::{children_of, until};

/// Upper bound on the average bytes of a frame at 120 × 40; only changes are written.
const MEAN_FRAME_BYTES: usize = 4000;
/// Upper bound on the bytes of a full frame of that size.
const FULL_FRAME_BYTES: usize = 20_000;

#[test]
fn result_stays_until_q() {
    let mut session = Session::start(120, 40, &["--numbers", "4M", "--io", "2", "--io-latency", "50ms"]);
    let pid = session.pid();
    session.see("● LIVE");
    session.see("first in, first out");
    session.see("○ I/O");
    session.see("■ FINISHED");
    session.see("correct");
    until("no zombie is left", || children_of(pid).is_empty().then_some(()));
    session.press("q");
    session.see("ended 0.");
    let frames = session.bytes_of_frames();
    assert!(frames.iter().sum::<usize>() / frames.len() < MEAN_FRAME_BYTES, "{frames:?}");
    assert!(frames.iter().all(|bytes| *bytes < FULL_FRAME_BYTES), "{frames:?}");
    let (text, code) = session.end(pid);
    assert_eq!(code, 0);
    assert!(text.contains("process"), "no verdict in the shell: {text}");
}

#[test]
fn scenario_shows_what_to_look_at() {
    let args = ["--scenario", "stall", "--numbers", "100k", "--io", "2", "--io-latency", "50ms"];
    let mut session = Session::start(120, 40, &args);
    let pid = session.pid();
    session.see("I/O stalls a pool · look at this: cores idle");
    session.see("■ FINISHED");
    session.see_when("no hint", |session| !session.text().contains("look at this"));
    assert!(session.text().contains("I/O stalls a pool"), "the title is gone: {}", session.text());
    session.press("q");
    assert_eq!(session.end(pid).1, 0);
}

#[test]
fn keys_change_the_run() {
    let mut session = Session::start(120, 40, &["--numbers", "40M"]);
    let pid = session.pid();
    session.see("4 workers, 1 queue");
    session.press("+");
    session.see("5 workers, 1 queue");
    session.press("i");
    session.see("I/O 5 × 100 ms");
    session.press("]");
    session.see("32 processes at once");
    session.press("2");
    session.see("THREADS");
    session.press("?");
    session.see("suspend, resume the lane");
    session.press("x");
    session.press("4");
    session.press("3");
    session.press("2");
    session.see("at least one lane is required");
    session.press("q");
    assert!(session.end(pid).1 == 0);
}

#[test]
fn picture_freezes_and_steps_back_during_the_run() {
    let mut session = Session::start(120, 40, &["--numbers", "4M", "--io", "3", "--io-latency", "200ms"]);
    let pid = session.pid();
    session.see("0.5");
    session.press(" ");
    session.see("║ FROZEN");
    session.press("\x1b[H");
    session.see("FROZEN  0.00 s");
    session.see("task 15");
    session.see("the run took");
    session.press("\x1b[F");
    session.see("■ FINISHED");
    session.press("q");
    session.end(pid);
}

#[test]
fn mouse_selects_a_worker_and_a_moment() {
    let mut session = Session::start(120, 40, &["--numbers", "20M", "--cost", "1us"]);
    let pid = session.pid();
    session.see("4 of 16 tasks");
    assert_eq!(session.screen.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::ButtonMotion);
    let row_of = |text: &str, wanted: &str| text.lines().position(|line| line.contains(wanted)).expect("a row") + 1;
    // The first tile of the pool is below the top edge of its box.
    let text = session.text();
    let tile = row_of(&text, "4 of 16 tasks") + 1;
    session.press(&format!("\x1b[<0;14;{tile}M\x1b[<0;14;{tile}m"));
    session.see("pool w0");
    let strip = row_of(&text, " cpu");
    session.press(&format!("\x1b[<0;5;{strip}M"));
    session.see("║ FROZEN");
    session.press(&format!("\x1b[<32;8;{strip}M\x1b[<0;8;{strip}m"));
    session.see("│");
    session.press("q");
    session.end(pid);
}

#[test]
fn no_mouse_leaves_the_mouse_to_the_terminal() {
    let mut session = Session::start(100, 30, &["--numbers", "100M", "--no-mouse", "--no-animation"]);
    let pid = session.pid();
    session.see("● LIVE");
    assert_eq!(session.screen.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    session.press("q");
    session.end(pid);
}

#[test]
fn worker_is_killed_after_confirmation() {
    let mut session = Session::start(120, 40, &["--lanes", "pool", "--numbers", "20M", "--cost", "1us"]);
    let pid = session.pid();
    session.see("● LIVE");
    session.workers(4);
    session.see("4 of 16 tasks");
    session.press("k");
    session.see("select a worker first");
    session.press("\x1b[B");
    session.see("pool w0");
    session.press("k");
    session.see("Kill w0");
    session.press("n");
    session.see("pool w0");
    session.press("k");
    session.see("Kill w0");
    session.press("y");
    session.see("1 LOST");
    session.press("q");
    session.end(pid);
}

#[test]
fn lane_is_suspended_and_resumed() {
    let mut session = Session::start(120, 40, &["--lanes", "pool", "--numbers", "20M", "--tasks", "8"]);
    let pid = session.pid();
    session.see("4 of 8 tasks");
    session.press("z");
    session.see("║ stop");
    session.see("suspended by you");
    session.press("z");
    session.see("■ FINISHED");
    session.press("q");
    session.end(pid);
}

#[test]
fn resizing_is_drawn_and_ctrl_c_quits() {
    let mut session = Session::start(120, 40, &["--numbers", "20M", "--cost", "1us"]);
    let pid = session.pid();
    session.see("● LIVE");
    for (cols, rows) in [(60, 16), (80, 24), (200, 60), (1, 1), (12, 3), (300, 100)] {
        session.resize(cols, rows);
        session.read(Duration::from_millis(300));
    }
    // Each size is replaced before it is drawn.
    for n in 0..300 {
        session.resize(1 + n % 150, 1 + n % 60);
        session.read(Duration::ZERO);
    }
    // Too many cells to allocate.
    session.master.resize(size(u16::MAX, u16::MAX)).unwrap();
    session.read(Duration::from_millis(300));
    session.resize(58, 12);
    session.see("mpviz needs 60×16, this is 58×12");
    session.press("\x03");
    assert_eq!(session.end(pid).1, 0);
}

#[test]
fn key_is_not_delayed_by_a_resize() {
    let mut session = Session::start(120, 40, &["--lanes", "pool", "--numbers", "1M"]);
    let pid = session.pid();
    session.see("■ FINISHED");
    for n in 0..100 {
        for size in 0..4 {
            session.resize(100 + n % 30, 30 + size);
        }
        session.press("?");
        session.see("suspend, resume the lane");
        session.press("x");
        session.resize(120, 40);
        session.see_when("the help closed", |session| !session.text().contains("suspend, resume the lane"));
    }
    session.press("q");
    assert_eq!(session.end(pid).1, 0);
}

#[test]
fn pasted_text_is_ignored() {
    let mut session = Session::start(120, 40, &["--lanes", "pool", "--numbers", "1M"]);
    let pid = session.pid();
    session.see("■ FINISHED");
    assert!(session.screen.screen().bracketed_paste());
    session.press("\x1b[200~q2?\x1b[201~");
    session.press("4");
    session.see("PROCESS");
    assert!(!session.text().contains("THREADS"), "{}", session.text());
    session.press("q");
    session.end(pid);
}
