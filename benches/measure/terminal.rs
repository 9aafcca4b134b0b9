//! A program on a pseudo-terminal, for benchmarks of the live screen.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

use super::peak_rss_mb;

/// Columns and rows of the terminal.
pub(crate) const TERMINAL_SIZE: PtySize = PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 };

/// A program on a pseudo-terminal.
pub(crate) struct TerminalSession {
    child: Box<dyn Child + Send + Sync>,
    started: Instant,
    keys: Box<dyn Write + Send>,
    master: Box<dyn MasterPty + Send>,
}

impl TerminalSession {
    pub(crate) fn start(program: &Path, options: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        let pair = native_pty_system().openpty(TERMINAL_SIZE).expect("a terminal");
        let mut command = CommandBuilder::new(program);
        command.args(options);
        command.env("TERM", "xterm-256color");
        let keys = pair.master.take_writer().expect("a writer");
        let started = Instant::now();
        let child = pair.slave.spawn_command(command).expect("the program starts");
        Self { child, started, keys, master: pair.master }
    }

    pub(crate) fn started(&self) -> Instant {
        self.started
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.process_id().expect("a process")
    }

    /// Starts reading the program's output.
    pub(crate) fn start_reading(&self) -> Receiver<Vec<u8>> {
        let mut reader = self.master.try_clone_reader().expect("a reader");
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut bytes = vec![0; 1 << 16];
            while let Ok(read @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..read].to_vec()).is_err() {
                    break;
                }
            }
        });
        output
    }

    pub(crate) fn quit(mut self) -> ExitStatus {
        self.keys.write_all(b"q").expect("the terminal takes a key");
        self.child.wait().expect("the program ends")
    }
}

/// A program on a terminal whose output is read all the time.
pub(crate) struct MeasuredProgram {
    session: TerminalSession,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
}

impl MeasuredProgram {
    pub(crate) fn start(program: &Path, options: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        let session = TerminalSession::start(program, options);
        let output = session.start_reading();
        let [rows, cols] = [TERMINAL_SIZE.rows, TERMINAL_SIZE.cols].map(|n| NonZero::new(n).expect("a size"));
        Self { session, output, screen: vt100::Parser::new(rows, cols, 0) }
    }

    /// Time until the first frame was complete.
    pub(crate) fn first_frame(&self) -> Duration {
        const FRAME_END: &[u8] = b"\x1b[?2026l";
        let mut seen = Vec::new();
        while !seen.windows(FRAME_END.len()).any(|window| window == FRAME_END) {
            seen.extend(self.output.recv_timeout(Duration::from_mins(1)).expect("a frame"));
        }
        self.session.started().elapsed()
    }

    /// Time until the screen shows this text.
    pub(crate) fn time_until(&mut self, text: &str) -> Duration {
        while !self.screen.screen().contents().contains(text) {
            self.screen.process(&self.output.recv_timeout(Duration::from_mins(1)).expect("the text"));
        }
        self.session.started().elapsed()
    }

    /// Discards the output received so far, and returns its length in bytes.
    pub(crate) fn discard_output(&self) -> usize {
        self.output.try_iter().map(|bytes| bytes.len()).sum()
    }

    fn read_proc_file(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.session.pid())).expect("the program runs")
    }

    /// CPU time of all threads in seconds, without children.
    pub(crate) fn cpu_seconds(&self) -> f64 {
        const TICKS_PER_SECOND: f64 = 100.0;
        let stat = self.read_proc_file("stat");
        // The name in parentheses may contain anything; user and system time are fields 12 and 13 after it.
        let behind = stat.rsplit_once(") ").expect("a name in parentheses").1;
        let ticks = behind.split(' ').skip(11).take(2).filter_map(|field| field.parse::<f64>().ok());
        ticks.sum::<f64>() / TICKS_PER_SECOND
    }

    pub(crate) fn peak_rss(&self) -> f64 {
        peak_rss_mb(&self.session.pid().to_string())
    }

    /// Answers the question whether to end the program that mpviz watches, and ends mpviz.
    pub(crate) fn end_program(mut self) {
        self.session.keys.write_all(b"q").expect("the terminal takes a key");
        self.time_until("leave it running");
        self.session.keys.write_all(b"y").expect("the terminal takes a key");
        self.session.child.wait().expect("the program ends");
    }

    pub(crate) fn quit(self) -> ExitStatus {
        self.session.quit()
    }
}
