//! Runs mpviz in a pseudo-terminal, as the child of a shell. The shell is the session leader: when a session leader
//! ends, the kernel resets the terminal modes, which would hide that mpviz did not restore them.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::support::{
    ENGLISH, MAX_WAIT, MISSING_DIR, children_of, is_worker, wait_until, workers_once_at_least, workers_started_by,
};

/// Shell commands that run mpviz, print its exit code and wait for a line of input.
pub(crate) const SHELL_COMMANDS: &str = "trap : INT HUP QUIT TERM\n\"$0\" \"$@\"\necho \"ended $?.\"\nread -r line";

/// Terminal queries (device attributes, keyboard protocol), which some terminals never answer. mpviz asks for the
/// position of the cursor and does not wait for the answer, which the terminal of these tests does not give.
const TERMINAL_QUERIES: [&[u8]; 4] = [b"\x1b[c", b"\x1b[0c", b"\x1b[>c", b"\x1b[?u"];

/// Start of the output with which mpviz restores the terminal.
const RESTORE_SEQUENCE: &str = "\x1b[?2026l\x1b[m\x1b[?1006l";

/// Ends a synchronized update, in which mpviz draws each frame.
const FRAME_END: &[u8; 8] = b"\x1b[?2026l";

/// A shell that runs mpviz in a pseudo-terminal.
pub(crate) struct Session {
    shell: Box<dyn Child + Send + Sync>,
    pub(crate) master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    /// Locked to pause the thread that reads the output, so that the terminal accepts no more output.
    reader_lock: Arc<Mutex<()>>,
    /// Terminal modes before mpviz was started.
    initial_modes: String,
    pub(crate) screen: vt100::Parser,
    /// All output of the terminal so far.
    pub(crate) raw_output: Vec<u8>,
}

pub(crate) fn pty_size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

fn non_zero(n: u16) -> NonZero<u16> {
    NonZero::new(n).unwrap()
}

impl Session {
    /// Starts a shell that runs mpviz by [`SHELL_COMMANDS`].
    pub(crate) fn start(cols: u16, rows: u16, args: &[&str]) -> Self {
        Self::with_shell(SHELL_COMMANDS, &[], cols, rows, args)
    }

    /// Starts a shell with these commands and additional environment variables. `$0` is mpviz, `$@` are `args`.
    pub(crate) fn with_shell(
        commands: &str,
        environment: &[(&str, &str)],
        cols: u16,
        rows: u16,
        args: &[&str],
    ) -> Self {
        let pty = native_pty_system().openpty(pty_size(cols, rows)).unwrap();
        let initial_modes = terminal_modes(&*pty.master);
        let mut command = CommandBuilder::new("bash");
        command.args(["-c", commands, env!("CARGO_BIN_EXE_mpviz")]);
        command.args(args);
        command.env("TERM", "xterm-256color");
        command.env(ENGLISH.0, ENGLISH.1);
        command.env("XDG_CONFIG_HOME", MISSING_DIR);
        command.env("XDG_STATE_HOME", MISSING_DIR);
        for (name, value) in environment {
            command.env(name, value);
        }
        let shell = pty.slave.spawn_command(command).unwrap();
        let mut reader = pty.master.try_clone_reader().unwrap();
        let reader_lock = Arc::new(Mutex::new(()));
        let (sender, output) = channel();
        let lock = Arc::clone(&reader_lock);
        std::thread::spawn(move || {
            let (mut bytes, mut latest) = ([0; 8192], [0; FRAME_END.len()]);
            let mut ends_frame = |byte: &u8| {
                latest.rotate_left(1);
                latest[FRAME_END.len() - 1] = *byte;
                latest == *FRAME_END
            };
            loop {
                drop(lock.lock());
                let Ok(count @ 1..) = reader.read(&mut bytes) else { return };
                // Each frame ends a block, so that tests see all frames, however many are read at once.
                for block in bytes[..count].split_inclusive(&mut ends_frame) {
                    if sender.send(block.to_vec()).is_err() {
                        return;
                    }
                }
            }
        });
        let keys = pty.master.take_writer().unwrap();
        let screen = vt100::Parser::new(non_zero(rows), non_zero(cols), 0);
        Self { shell, master: pty.master, keys, output, reader_lock, initial_modes, screen, raw_output: Vec::new() }
    }

    pub(crate) fn press(&mut self, keys: impl AsRef<[u8]>) {
        self.keys.write_all(keys.as_ref()).unwrap();
    }

    /// Reads and processes one block of output, up to the end of a frame; returns false if there is none within the
    /// timeout.
    pub(crate) fn read_output(&mut self, timeout: Duration) -> bool {
        let Ok(bytes) = self.output.recv_timeout(timeout) else { return false };
        self.screen.process(&bytes);
        self.raw_output.extend_from_slice(&bytes);
        true
    }

    pub(crate) fn screen_text(&self) -> String {
        self.screen.screen().contents()
    }

    /// Reads until the screen shows this text.
    pub(crate) fn wait_for_text(&mut self, what: &str) {
        self.wait_for_frame(what, |session| session.screen_text().contains(what));
    }

    /// Reads until the screen shows a complete frame for which `holds` returns true; `what` describes the condition.
    pub(crate) fn wait_for_frame(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + MAX_WAIT;
        while self.is_inside_frame() || !holds(self) {
            assert!(Instant::now() < deadline, "never saw `{what}`:\n{}", self.screen_text());
            self.read_output(Duration::from_millis(50));
        }
    }

    /// Whether the screen shows an incomplete frame: a synchronized update has begun and not ended.
    fn is_inside_frame(&self) -> bool {
        let update = b"\x1b[?2026";
        let last_update = self.raw_output.windows(update.len() + 1).rev().find(|bytes| bytes.starts_with(update));
        last_update.is_some_and(|bytes| bytes.ends_with(b"h"))
    }

    /// Number of frames drawn so far.
    pub(crate) fn frame_count(&self) -> usize {
        count_occurrences(&self.raw_output, b"\x1b[?2026h")
    }

    /// Size of each frame in bytes. Panics if there is output between the frames, which are synchronized updates.
    pub(crate) fn bytes_per_frame(&self) -> Vec<usize> {
        let raw = String::from_utf8_lossy(&self.raw_output);
        // The output that restores the terminal is not part of a frame.
        let (drawn, _) = raw.split_once(RESTORE_SEQUENCE).expect("the terminal is restored");
        let bytes_of = |frame: &str| {
            let frame = frame.strip_suffix("\x1b[?2026l").expect("a frame ends before the next begins");
            assert!(!frame.contains("\x1b[?2026l"), "output between two frames");
            frame.len()
        };
        drawn.split("\x1b[?2026h").skip(1).map(bytes_of).collect()
    }

    pub(crate) fn resize(&mut self, cols: u16, rows: u16) {
        self.master.resize(pty_size(cols, rows)).unwrap();
        self.screen.screen_mut().set_size(non_zero(rows), non_zero(cols));
    }

    /// Stops reading the output until the guard is dropped, so that the terminal soon accepts no more output.
    pub(crate) fn stall_terminal(reader_lock: &Mutex<()>) -> MutexGuard<'_, ()> {
        reader_lock.lock().unwrap()
    }

    pub(crate) fn reader_lock(&self) -> Arc<Mutex<()>> {
        Arc::clone(&self.reader_lock)
    }

    /// Process id of mpviz.
    pub(crate) fn pid(&self) -> u32 {
        let shell = self.shell.process_id().unwrap();
        let is_mpviz =
            |pid: &u32| std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name == "mpviz\n");
        wait_until("mpviz has started", || [vec![shell], children_of(shell)].concat().into_iter().find(is_mpviz))
    }

    pub(crate) fn send_signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.pid() as i32), signal).unwrap();
    }

    /// Waits until mpviz has at least `count` live workers, and returns their process ids.
    pub(crate) fn wait_for_workers(&mut self, count: usize) -> Vec<u32> {
        let deadline = Instant::now() + MAX_WAIT;
        loop {
            if let Some(workers) = workers_once_at_least(self.pid(), count) {
                return workers;
            }
            assert!(Instant::now() < deadline, "never saw {count} workers:\n{}", self.screen_text());
            self.read_output(Duration::from_millis(10));
        }
    }

    /// Whether the terminal has the modes that it had before mpviz was started.
    pub(crate) fn has_initial_modes(&self) -> bool {
        terminal_modes(&*self.master) == self.initial_modes
    }

    /// Returns an error unless the terminal is in the same state as before mpviz was started.
    pub(crate) fn check_restored(&self) -> Result<(), String> {
        let screen = self.screen.screen();
        let (begun, ended) = (self.frame_count(), count_occurrences(&self.raw_output, FRAME_END));
        let faults = [
            (screen.alternate_screen(), "the alternate screen is on"),
            (screen.hide_cursor(), "the cursor is hidden"),
            (screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None, "the mouse is captured"),
            (screen.bracketed_paste(), "bracketed paste is on"),
            (screen.bold() || screen.inverse() || screen.fgcolor() != vt100::Color::Default, "a style is set"),
            (begun > ended, "a synchronized update has no end"),
            (!self.has_initial_modes(), "the terminal modes differ"),
        ];
        let found: Vec<&str> = faults.iter().filter(|(present, _)| *present).map(|(_, what)| *what).collect();
        if found.is_empty() { Ok(()) } else { Err(found.join(", ")) }
    }

    /// Waits for the end of mpviz, checks that the terminal is restored and no worker process is left, and returns the
    /// text of the screen and the exit code.
    pub(crate) fn wait_for_end(mut self, pid: u32) -> (String, i32) {
        let deadline = Instant::now() + MAX_WAIT;
        let code = loop {
            let text = self.screen_text();
            let code = text.rsplit_once("ended ").and_then(|(_, rest)| rest.split_once('.')?.0.parse().ok());
            if let Some(code) = code {
                break code;
            }
            assert!(Instant::now() < deadline, "mpviz did not end:\n{text}");
            self.read_output(Duration::from_millis(20));
        };
        assert!(
            self.raw_output.windows(8).any(|bytes| bytes == b"\x1b[?1049h"),
            "mpviz did not use the alternate screen"
        );
        // Some terminals answer no queries, so mpviz must send none.
        let query = TERMINAL_QUERIES.iter().find(|query| count_occurrences(&self.raw_output, query) > 0);
        assert_eq!(query, None);
        assert_eq!(self.check_restored(), Ok(()));
        wait_until("no worker is left", || workers_started_by(pid).is_empty().then_some(()));
        self.press("\n");
        wait_until("the shell ends", || self.shell.try_wait().unwrap());
        (self.screen_text(), code)
    }

    /// Writes keys and then closes the terminal, as closing a terminal window does.
    pub(crate) fn close_terminal(self, unread_keys: &str) {
        let Self { master, mut keys, output, .. } = self;
        keys.write_all(unread_keys.as_bytes()).unwrap();
        // The reader thread has the last handle of the terminal, and ends when the channel is closed.
        drop((master, keys, output));
    }
}

/// The modes of a terminal (termios) as text.
fn terminal_modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("a terminal has modes"))
}

fn count_occurrences(bytes: &[u8], what: &[u8]) -> usize {
    bytes.windows(what.len()).filter(|window| *window == what).count()
}

/// State of a process, a letter as in `/proc/PID/stat`; `X` if there is no such process.
pub(crate) fn process_state(pid: u32) -> char {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next()).unwrap_or('X')
}

/// Whether a process has ended; true for a zombie.
pub(crate) fn has_ended(pid: u32) -> bool {
    matches!(process_state(pid), 'Z' | 'X')
}

/// Waits until all these workers have ended.
pub(crate) fn wait_until_workers_end(workers: &[u32]) {
    wait_until("no worker is left", || (!workers.iter().any(|pid| is_worker(*pid))).then_some(()));
}
