//! Standard input and output as files, for which `-` stands on the command line.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

/// Whether a path stands for standard input or output.
#[must_use]
pub fn is_standard_stream(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Standard input. Fails if it is a terminal.
pub fn stdin_file() -> io::Result<File> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        return Err(io::Error::other("it is a terminal: redirect it, or name a file"));
    }
    duplicate(stdin.as_fd())
}

/// The terminal for output: standard output, or the controlling terminal if standard output is redirected.
pub fn terminal_output() -> io::Result<File> {
    let stdout = io::stdout();
    if stdout.is_terminal() { duplicate(stdout.as_fd()) } else { controlling_terminal() }
}

/// The controlling terminal. Fails if there is none, as in a job of cron.
pub fn controlling_terminal() -> io::Result<File> {
    File::options().read(true).write(true).open("/dev/tty")
}

/// Standard output. Fails if it is a terminal.
pub fn stdout_file() -> io::Result<File> {
    let stdout = io::stdout();
    if stdout.is_terminal() {
        return Err(io::Error::other("standard output is a terminal: redirect it, or name a file"));
    }
    duplicate(stdout.as_fd())
}

fn duplicate(stream: BorrowedFd) -> io::Result<File> {
    Ok(stream.try_clone_to_owned()?.into())
}
