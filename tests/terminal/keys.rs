//! Tests of keys, the mouse and resizing.

use std::time::Duration;

use crate::session::{Session, pty_size};
use crate::support::{children_of, wait_until};

/// Upper bound on the size of every frame at 120 × 40 cells, in bytes.
const MAX_FRAME_BYTES: usize = 20_000;
/// Upper bound on the size of a frame in which only the selection moves: only changed cells are written.
const MAX_SELECTION_FRAME_BYTES: usize = 1000;

#[test]
fn result_is_shown_until_q_is_pressed() {
    let mut session = Session::start(120, 40, &["--numbers", "4M", "--io", "2", "--io-latency", "50ms"]);
    let pid = session.pid();
    session.wait_for_text("● LIVE");
    session.wait_for_text("first in, first out");
    session.wait_for_text("○I/O");
    session.wait_for_text("■ FINISHED");
    session.wait_for_text("correct");
    wait_until("no zombie is left", || children_of(pid).is_empty().then_some(()));
    let frames_before = session.frame_count();
    session.press("\t");
    session.wait_for_frame("another frame", |session| session.frame_count() > frames_before);
    session.press("q");
    session.wait_for_text("ended 0.");
    let frame_bytes = session.bytes_per_frame();
    assert!(frame_bytes.iter().all(|bytes| *bytes < MAX_FRAME_BYTES), "{frame_bytes:?}");
    assert!(frame_bytes[frames_before..].iter().any(|bytes| *bytes < MAX_SELECTION_FRAME_BYTES), "{frame_bytes:?}");
    let (text, code) = session.wait_for_end(pid);
    assert_eq!(code, 0);
    assert!(text.contains("process"), "no verdict in the shell: {text}");
}

#[test]
fn hint_of_a_scenario_is_shown_until_the_run_ends() {
    let args = ["--scenario", "stall", "--numbers", "100k", "--io", "2", "--io-latency", "300ms"];
    let mut session = Session::start(120, 40, &args);
    let pid = session.pid();
    session.wait_for_text("I/O stalls a pool · look at this: cores idle");
    session.wait_for_text("■ FINISHED");
    session.wait_for_frame("no hint", |session| !session.screen_text().contains("look at this"));
    assert!(session.screen_text().contains("I/O stalls a pool"), "the title is gone: {}", session.screen_text());
    session.press("q");
    assert_eq!(session.wait_for_end(pid).1, 0);
}

#[test]
fn presenter_shows_a_pressed_key_for_a_moment() {
    let mut session = Session::start(100, 30, &["--numbers", "4M", "--presenter"]);
    let pid = session.pid();
    session.wait_for_text("■ FINISHED");
    session.press("r");
    session.wait_for_text("r  run again");
    session.wait_for_frame("no key", |session| !session.screen_text().contains("r  run again"));
    session.press("p");
    session.wait_for_text("r again");
    session.press("q");
    assert_eq!(session.wait_for_end(pid).1, 0);
}

#[test]
fn keys_change_the_parameters_of_the_run() {
    let mut session = Session::start(120, 40, &["--numbers", "40M"]);
    let pid = session.pid();
    session.wait_for_text("4 workers, 1 queue");
    session.press("+");
    session.wait_for_text("5 workers, 1 queue");
    session.press("i");
    session.wait_for_text("I/O 20 × 100 ms");
    session.press("]");
    session.wait_for_text("32 processes at once");
    session.press("i");
    session.wait_for_text("sum of 40,000,000 numbers · 32 tasks · I/O off");
    session.press("2");
    session.wait_for_text("THREADS");
    session.press("?");
    session.wait_for_text("kill (asks); suspend");
    session.press("x");
    session.press("4");
    session.press("3");
    session.press("2");
    session.wait_for_text("at least one lane is required");
    session.press("q");
    assert!(session.wait_for_end(pid).1 == 0);
}

#[test]
fn more_lanes_than_the_screen_shows_are_refused() {
    let mut session = Session::start(120, 24, &["--lanes", "pool", "--workers", "1,2,3,4,5"]);
    session.wait_for_text("--workers makes 5 lanes, and the screen shows at most 4: name fewer numbers");
    session.wait_for_text("ended 2.");
}

#[test]
fn workers_of_the_selected_lane_of_a_sweep_can_be_changed() {
    let args = ["--lanes", "pool,process", "--workers", "3,5", "--numbers", "1M", "--io", "1", "--io-latency", "50ms"];
    let mut session = Session::start(120, 40, &args);
    let pid = session.pid();
    session.wait_for_text("POOL×3");
    session.wait_for_text("■ FINISHED");
    session.press("\t");
    session.press("+");
    session.wait_for_text("POOL×6");
    session.wait_for_text("■ FINISHED");
    session.press("\t");
    session.press("+");
    session.wait_for_text("process is not affected by the number of workers");
    session.press("2");
    session.wait_for_text("5 lanes do not fit (maximum 4)");
    session.press("3");
    session.wait_for_frame("no pool", |session| !session.screen_text().contains("POOL"));
    session.press("q");
    assert_eq!(session.wait_for_end(pid).1, 0);
}

#[test]
fn core_policy_and_scenario_are_changed_by_keys() {
    // I/O and the width also for a single core, on which the title says more.
    let args = ["--numbers", "40M", "--cores", "turns", "--io", "1", "--io-latency", "1ms"];
    let mut session = Session::start(160, 40, &args);
    let pid = session.pid();
    session.wait_for_text("cores turns");
    session.press("c");
    session.wait_for_text("cores shared");
    session.press("S");
    session.wait_for_text("Uneven tasks");
    session.press("\x1b[B\x1b[B\r");
    session.wait_for_text("sum of 16,000,000 numbers · 16 tasks · I/O 20 × 100 ms a task");
    session.wait_for_text("I/O stalls a pool · look at this: cores idle");
    session.press("+");
    session.wait_for_text("5 workers, 1 queue");
    session.press("q");
    let (text, code) = session.wait_for_end(pid);
    assert_eq!(code, 0);
    assert!(text.contains("Run it again: mpviz --scenario stall --workers 5"), "{text}");
}

#[test]
fn io_of_the_options_is_switched_off_and_on() {
    let mut session = Session::start(120, 40, &["--numbers", "40M", "--io", "3", "--io-latency", "50ms"]);
    let pid = session.pid();
    for text in ["I/O 3 × 50 ms", "I/O off", "I/O 3 × 50 ms"] {
        session.wait_for_text(&format!("sum of 40,000,000 numbers · 16 tasks · {text}"));
        session.press("i");
    }
    session.wait_for_text("I/O off");
    session.press("q");
    assert_eq!(session.wait_for_end(pid).1, 0);
}

#[test]
fn picture_can_be_frozen_and_moved_back_during_the_run() {
    let mut session = Session::start(120, 40, &["--numbers", "4M", "--io", "3", "--io-latency", "200ms"]);
    let pid = session.pid();
    session.wait_for_frame("time passes", |session| {
        session.screen_text().lines().next().is_some_and(|line| line.contains("LIVE") && !line.contains(" 0.0"))
    });
    session.press(" ");
    session.wait_for_text("║ FROZEN");
    session.press("\x1b[H");
    session.wait_for_text("FROZEN  0.00 s");
    session.wait_for_text("task 15");
    session.wait_for_text("the run has ended");
    session.press("\x1b[F");
    session.wait_for_text("■ FINISHED");
    session.press("q");
    session.wait_for_end(pid);
}

#[test]
fn mouse_selects_a_worker_and_a_time() {
    let mut session = Session::start(120, 40, &["--numbers", "20M", "--cost", "1us"]);
    let pid = session.pid();
    // The box of the processes, which may hold 4 tasks at first, begins above its label.
    let pool_box = "MEMORY  ┏━ 4 of 16 tasks";
    session.wait_for_text(pool_box);
    assert_eq!(session.screen.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::ButtonMotion);
    let row_of = |text: &str, wanted: &str| text.lines().position(|line| line.contains(wanted)).expect("a row") + 1;
    // The first tile of the pool is below the top edge of its box.
    let text = session.screen_text();
    let tile_row = row_of(&text, pool_box) + 1;
    session.press(format!("\x1b[<0;14;{tile_row}M\x1b[<0;14;{tile_row}m"));
    session.wait_for_text("pool w0");
    let strip_row = row_of(&text, " cpu");
    session.press(format!("\x1b[<0;5;{strip_row}M"));
    session.wait_for_text("║ FROZEN");
    session.press(format!("\x1b[<32;8;{strip_row}M\x1b[<0;8;{strip_row}m"));
    session.wait_for_text("│");
    session.press("q");
    session.wait_for_end(pid);
}

#[test]
fn no_mouse_option_leaves_the_mouse_to_the_terminal() {
    let mut session = Session::start(100, 30, &["--numbers", "100M", "--no-mouse", "--no-animation"]);
    let pid = session.pid();
    session.wait_for_text("● LIVE");
    assert_eq!(session.screen.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    session.press("q");
    session.wait_for_end(pid);
}

#[test]
fn worker_is_killed_after_confirmation() {
    let mut session = Session::start(120, 40, &["--lanes", "pool", "--numbers", "20M", "--cost", "1us"]);
    let pid = session.pid();
    session.wait_for_text("● LIVE");
    session.wait_for_workers(4);
    session.wait_for_text("4 of 16 tasks");
    session.press("k");
    session.wait_for_text("select a worker first");
    session.press("\x1b[B");
    session.wait_for_text("pool w0");
    session.press("k");
    session.wait_for_text("Kill w0");
    session.press("n");
    session.wait_for_text("pool w0");
    session.press("k");
    session.wait_for_text("Kill w0");
    session.press("y");
    session.wait_for_text("1 LOST");
    session.press("q");
    session.wait_for_end(pid);
}

#[test]
fn lane_is_suspended_and_resumed() {
    let mut session = Session::start(120, 40, &["--lanes", "pool", "--numbers", "20M", "--tasks", "8"]);
    let pid = session.pid();
    session.wait_for_text("4 of 8 tasks");
    session.press("z");
    session.wait_for_text("║ stop");
    session.wait_for_text("suspended by you");
    session.press("z");
    session.wait_for_text("■ FINISHED");
    session.press("q");
    session.wait_for_end(pid);
}

#[test]
fn screen_adapts_to_new_sizes_and_ctrl_c_quits() {
    let mut session = Session::start(120, 40, &["--numbers", "20M", "--cost", "1us"]);
    let pid = session.pid();
    session.wait_for_text("● LIVE");
    for (cols, rows) in [(60, 16), (80, 24), (200, 60), (1, 1), (12, 3), (300, 100)] {
        session.resize(cols, rows);
        session.read_output(Duration::from_millis(300));
    }
    // Resize again before a frame of the previous size is drawn.
    for n in 0..300 {
        session.resize(1 + n % 150, 1 + n % 60);
        session.read_output(Duration::ZERO);
    }
    // This size has more cells than mpviz can allocate.
    session.master.resize(pty_size(u16::MAX, u16::MAX)).unwrap();
    session.read_output(Duration::from_millis(300));
    session.resize(58, 12);
    session.wait_for_text("mpviz needs 60×16, this is 58×12");
    session.press("\x03");
    assert_eq!(session.wait_for_end(pid).1, 0);
}

#[test]
fn keys_are_not_delayed_by_a_resize() {
    let mut session = Session::start(120, 40, &["--lanes", "pool", "--numbers", "1M"]);
    let pid = session.pid();
    session.wait_for_text("■ FINISHED");
    for n in 0..100 {
        for size in 0..4 {
            session.resize(100 + n % 30, 30 + size);
        }
        session.press("?");
        session.wait_for_text("kill (asks); suspend");
        session.press("x");
        session.resize(120, 40);
        session.wait_for_frame("the help closed", |session| !session.screen_text().contains("kill (asks); suspend"));
    }
    session.press("q");
    assert_eq!(session.wait_for_end(pid).1, 0);
}

#[test]
fn pasted_text_is_ignored() {
    let mut session = Session::start(120, 40, &["--lanes", "pool", "--numbers", "1M"]);
    let pid = session.pid();
    session.wait_for_text("■ FINISHED");
    assert!(session.screen.screen().bracketed_paste());
    session.press("\x1b[200~q2?\x1b[201~");
    session.press("4");
    session.wait_for_text("PROCESS");
    assert!(!session.screen_text().contains("THREADS"), "{}", session.screen_text());
    session.press("q");
    session.wait_for_end(pid);
}

#[test]
fn question_is_answered_only_while_it_is_visible() {
    let mut session = Session::start(120, 40, &["--lanes", "pool", "--numbers", "20M", "--cost", "1us"]);
    let pid = session.pid();
    session.wait_for_text("4 of 16 tasks");
    session.press("\x1b[Bk");
    session.wait_for_text("Kill w0");
    session.resize(30, 10);
    session.wait_for_text("30×10");
    session.press("y");
    session.resize(120, 40);
    session.wait_for_text("this key has no function");
    session.press("\x1b[A\x1b[B");
    session.wait_for_text("pool w0");
    assert!(!session.screen_text().contains("LOST"), "{}", session.screen_text());
    session.press("q");
    session.wait_for_end(pid);
}

#[test]
fn keys_without_a_function_say_so_and_capital_letters_count() {
    let mut session = Session::start(120, 40, &["--lanes", "pool", "--numbers", "1M"]);
    let pid = session.pid();
    session.wait_for_text("■ FINISHED");
    session.press("й");
    session.wait_for_text("this key has no function · ? shows all keys · Ctrl-C quits");
    session.press("Q");
    assert_eq!(session.wait_for_end(pid).1, 0);
}
