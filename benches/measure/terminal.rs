//! A program on a pseudo-terminal, for benchmarks of the live screen.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Instant;

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

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
