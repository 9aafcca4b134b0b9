//! The live screen in a real pseudo-terminal: keys, sizes, and that the terminal is always given back.

mod support;

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use support::{PATIENCE, until, workers_of};

/// mpviz in a terminal of its own.
struct Session {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    raw: Vec<u8>,
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

fn cells(n: u16) -> NonZero<u16> {
    NonZero::new(n).unwrap()
}

impl Session {
    fn start(cols: u16, rows: u16, args: &[&str]) -> Self {
        let pty = native_pty_system().openpty(size(cols, rows)).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_mpviz"));
        command.args(args);
        command.env("TERM", "xterm-256color");
        let child = pty.slave.spawn_command(command).unwrap();
        let mut reader = pty.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 8192];
            while let Ok(n) = reader.read(&mut bytes) {
                if n == 0 || sender.send(bytes[..n].to_vec()).is_err() {
                    break;
                }
            }
        });
        let keys = pty.master.take_writer().unwrap();
        Self {
            child,
            master: pty.master,
            keys,
            output,
            screen: vt100::Parser::new(cells(rows), cells(cols), 0),
            raw: Vec::new(),
        }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    fn read(&mut self, patience: Duration) -> bool {
        let Ok(bytes) = self.output.recv_timeout(patience) else { return false };
        self.screen.process(&bytes);
        self.raw.extend_from_slice(&bytes);
        true
    }

    fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// Reads until the screen shows this.
    fn see(&mut self, what: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.text().contains(what) {
            assert!(Instant::now() < deadline, "never saw `{what}`:\n{}", self.text());
            self.read(Duration::from_millis(50));
        }
    }

    fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Reads to the end, and checks that the terminal was given back and no process is left.
    fn end(mut self) -> (String, portable_pty::ExitStatus) {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "mpviz did not end:\n{}", self.text());
            self.read(Duration::from_millis(20));
        };
        while self.read(Duration::from_millis(200)) {}
        assert!(!self.screen.screen().alternate_screen(), "the alternate screen was left");
        assert!(!self.screen.screen().hide_cursor(), "the cursor is shown");
        let mouse = self.screen.screen().mouse_protocol_mode();
        assert_eq!(mouse, vt100::MouseProtocolMode::None, "the mouse is the terminal's again");
        let (begun, ended) = (count(&self.raw, b"\x1b[?2026h"), count(&self.raw, b"\x1b[?2026l"));
        assert!(begun > 0 && begun <= ended, "every frame was ended: {begun}, {ended}");
        (self.text(), status)
    }
}

fn count(bytes: &[u8], what: &[u8]) -> usize {
    bytes.windows(what.len()).filter(|window| *window == what).count()
}

#[test]
fn the_run_is_shown_live_and_its_result_stays_until_q() {
    let mut session = Session::start(120, 40, &["--numbers", "4M", "--io", "2", "--io-latency", "50ms"]);
    session.see("● LIVE");
    session.see("first in, first out");
    session.see("○ I/O");
    session.see("■ FINISHED");
    session.see("correct");
    session.press("q");
    let (text, status) = session.end();
    assert!(status.success());
    assert!(text.contains("process"), "the verdict stays in the shell: {text}");
}

#[test]
fn keys_change_the_run() {
    let mut session = Session::start(120, 40, &["--numbers", "40M"]);
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
    session.see("suspend the lane");
    session.press("x");
    session.press("4");
    session.press("3");
    session.press("2");
    session.see("one lane at least must be shown");
    session.press("q");
    assert!(session.end().1.success());
}

#[test]
fn the_picture_freezes_and_steps_back_while_the_run_goes_on() {
    let mut session = Session::start(120, 40, &["--numbers", "4M", "--io", "3", "--io-latency", "200ms"]);
    session.see("0.5");
    session.press(" ");
    session.see("║ FROZEN");
    session.press("\x1b[H");
    session.see("FROZEN  0.00 s");
    session.see("task 15");
    session.see("the run is over");
    session.press("\x1b[F");
    session.see("■ FINISHED");
    session.press("q");
    session.end();
}

#[test]
fn the_mouse_selects_a_worker_and_a_moment() {
    let mut session = Session::start(120, 40, &["--numbers", "100M"]);
    session.see("4 of 16 tasks");
    assert_eq!(session.screen.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::ButtonMotion);
    let row = |text: &str, what: &str| text.lines().position(|line| line.contains(what)).expect("a row") + 1;
    // The first tile of the pool stands below the upper edge of its box.
    let text = session.text();
    let seat = row(&text, "4 of 16 tasks") + 1;
    session.press(&format!("\x1b[<0;14;{seat}M\x1b[<0;14;{seat}m"));
    session.see("pool w0");
    let strip = row(&text, " cpu");
    session.press(&format!("\x1b[<0;5;{strip}M"));
    session.see("║ FROZEN");
    session.press(&format!("\x1b[<32;8;{strip}M\x1b[<0;8;{strip}m"));
    session.see("│");
    session.press("q");
    session.end();
}

#[test]
fn the_mouse_is_left_to_the_terminal_if_asked() {
    let mut session = Session::start(100, 30, &["--numbers", "100M", "--no-mouse", "--no-animation"]);
    session.see("● LIVE");
    assert_eq!(session.screen.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    session.press("q");
    session.end();
}

#[test]
fn a_worker_is_killed_when_the_question_is_answered_with_yes() {
    let mut session = Session::start(120, 40, &["--lanes", "pool", "--numbers", "200M"]);
    session.see("● LIVE");
    until("all workers live", || (workers_of(session.pid()).len() == 4).then_some(()));
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
    session.end();
}

#[test]
fn a_lane_is_suspended_and_goes_on() {
    let mut session = Session::start(120, 40, &["--lanes", "pool", "--numbers", "20M", "--tasks", "8"]);
    session.see("4 of 8 tasks");
    session.press("z");
    session.see("║ stop");
    session.see("suspended by you");
    session.press("z");
    session.see("■ FINISHED");
    session.press("q");
    session.end();
}

#[test]
fn signals_give_the_terminal_back() {
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGHUP] {
        let mut session = Session::start(100, 30, &["--numbers", "200M"]);
        session.see("● LIVE");
        let workers = until("workers live", || Some(workers_of(session.pid())).filter(|workers| workers.len() == 20));
        kill(Pid::from_raw(session.pid() as i32), signal).unwrap();
        let (_, status) = session.end();
        assert!(!status.success());
        until("no worker is left", || (!workers.iter().any(|pid| support::is_worker(*pid))).then_some(()));
    }
}

#[test]
fn ctrl_c_quits_and_every_size_is_drawn() {
    let mut session = Session::start(120, 40, &["--numbers", "200M"]);
    session.see("● LIVE");
    for (cols, rows) in [(60, 16), (80, 24), (200, 60), (1, 1), (12, 3), (300, 100)] {
        session.master.resize(size(cols, rows)).unwrap();
        session.screen.screen_mut().set_size(cells(rows), cells(cols));
        session.read(Duration::from_millis(300));
    }
    session.master.resize(size(58, 12)).unwrap();
    session.screen.screen_mut().set_size(cells(12), cells(58));
    session.see("mpviz needs 60×16, this is 58×12");
    session.press("\x03");
    assert!(session.end().1.success());
}

#[test]
fn a_terminal_that_goes_away_takes_mpviz_with_it() {
    let mut session = Session::start(100, 30, &["--numbers", "200M"]);
    session.see("● LIVE");
    let workers = until("workers live", || Some(workers_of(session.pid())).filter(|workers| workers.len() == 20));
    let Session { mut child, master, keys, output, .. } = session;
    drop((master, keys));
    // The reading thread holds the last end of it; it stops when nobody listens.
    drop(output);
    until("mpviz is gone", || child.try_wait().unwrap());
    until("no worker is left", || (!workers.iter().any(|pid| support::is_worker(*pid))).then_some(()));
}
