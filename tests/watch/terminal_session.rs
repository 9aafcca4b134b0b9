//! A shell in a pseudo-terminal.

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::support::{ENGLISH, MAX_WAIT, MISSING_DIR};

pub(crate) struct TerminalSession {
    pub(crate) shell: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    blocks: Receiver<Vec<u8>>,
    pub(crate) output: String,
}

impl TerminalSession {
    /// Starts bash with these commands. `$0` is `name`, `$@` are `args`.
    pub(crate) fn start(commands: &str, name: &str, args: &[&str]) -> Self {
        let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
        let pty = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new("bash");
        command.args(["-c", commands, name]);
        command.args(args);
        command.env("XDG_CONFIG_HOME", MISSING_DIR);
        command.env(ENGLISH.0, ENGLISH.1);
        let shell = pty.slave.spawn_command(command).unwrap();
        let mut reader = pty.master.try_clone_reader().unwrap();
        let keys = pty.master.take_writer().unwrap();
        let (sender, blocks) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(n @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { shell, _master: pty.master, keys, blocks, output: String::new() }
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Reads until the output since the last call contains this text, and returns the output up to its end.
    pub(crate) fn wait_for(&mut self, text: &str) -> String {
        let deadline = Instant::now() + MAX_WAIT;
        loop {
            if let Some(at) = self.output.find(text) {
                let rest = self.output.split_off(at + text.len());
                return std::mem::replace(&mut self.output, rest);
            }
            assert!(Instant::now() < deadline, "never saw `{text}`:\n{}", self.output);
            if let Ok(block) = self.blocks.recv_timeout(Duration::from_millis(50)) {
                self.output += &String::from_utf8_lossy(&block);
            }
        }
    }
}

impl Drop for TerminalSession {
    fn drop(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}
