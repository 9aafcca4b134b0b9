//! Crash reports.
//!
//! A report holds no environment variable but `TERM`, and none of the computed data.

use std::backtrace::Backtrace;
use std::fmt::Write as _;
use std::fs::{DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::cli::exit::print_message;
use crate::cli::manual;
use crate::cli::text_output::printable;
use crate::event::text::{display_path, sanitize};
use crate::probe::machine;
use crate::system::dirs;
use crate::system::new_file;

/// Installs a panic hook that prints a message and writes a report to the user's state directory.
pub fn install_panic_hook() {
    std::panic::set_hook(Box::new(|panic| {
        let message = panic_message(panic);
        print_message(&format!("mpviz crashed: {message}"));
        let report = crash_report(&message);
        let dir = dirs::state_dir().ok_or_else(|| io::Error::other("no home directory"));
        match dir.and_then(|dir| write(&dir, &report)) {
            Ok((path, mut file)) => {
                let path = display_path(&path);
                print_message(&format!(
                    "crash report: {path}. Attach this file to a bug report, with the steps that led to it"
                ));
                // The backtrace is written last: resolving symbols takes long, and the user may end the program
                // meanwhile.
                let _ = writeln!(file, "\n{}", Backtrace::force_capture());
            }
            Err(error) => {
                print_message(&format!("the crash report could not be written ({error}); add this to a bug report:"));
                for line in report.lines().chain(Backtrace::force_capture().to_string().lines()) {
                    let _ = writeln!(io::stderr(), "{}", printable(&sanitize(line)));
                }
            }
        }
    }));
}

/// The panic message with thread and location.
fn panic_message(panic: &PanicHookInfo) -> String {
    let message = panic.payload_as_str().unwrap_or("unknown panic").replace('\n', "; ");
    let location = panic.location().map(|place| format!(", {}:{}", place.file(), place.line())).unwrap_or_default();
    let thread = std::thread::current().name().unwrap_or("without a name").to_owned();
    format!("{message} (thread {thread}{location})")
}

/// The report without its backtrace.
fn crash_report(message: &str) -> String {
    let machine = machine::describe_machine(&machine::usable_cores());
    let command: Vec<_> = std::env::args_os().map(|word| format!("{:?}", word.to_string_lossy())).collect();
    let size =
        crossterm::terminal::window_size().map_or("none".into(), |size| format!("{} × {}", size.columns, size.rows));
    let term = std::env::var_os("TERM").unwrap_or_default();
    let mut text = format!("mpviz {}\n", manual::long_version());
    let fields = [
        ("machine", format!("{}, {} cores", machine.os, machine.cores)),
        ("command", command.join(" ")),
        ("terminal", format!("{size}, TERM={}", term.to_string_lossy())),
        ("fault", message.into()),
    ];
    for (name, value) in fields {
        let _ = writeln!(text, "{name:<11} {}", sanitize(&value));
    }
    text
}

/// Writes a report to a new file that only the user can read.
fn write(dir: &Path, report: &str) -> io::Result<(PathBuf, File)> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let process = std::process::id();
    let name = |n| dir.join(format!("crash-{now}-{process}-{n}.txt"));
    let (path, mut file) = new_file::create_unique(name, 0o600)?;
    file.write_all(report.as_bytes())?;
    Ok((path, file))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn crash_reports_are_private_and_never_overwritten() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("state/mpviz");
        let [one, other] = ["one", "other"].map(|report| write(&dir, report).unwrap().0);
        assert_ne!(one, other);
        assert_eq!([&one, &other].map(|file| std::fs::read_to_string(file).unwrap()), ["one", "other"]);
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!([mode(&one), mode(&dir)], [0o600, 0o700]);
        assert!(write(Path::new("/proc/nowhere"), "").is_err());
    }

    #[test]
    fn crash_reports_contain_no_environment_variables() {
        let text = crash_report("it broke\u{1b}[31m (thread pen, src/x.rs:1)");
        for name in ["mpviz 0.", "machine ", "command ", "terminal ", "fault       it broke\u{fffd}[31m"] {
            assert!(text.lines().any(|line| line.starts_with(name)), "{name}: {text}");
        }
        let path = std::env::var("PATH").unwrap();
        assert!(!text.contains(&path) && !text.contains('\u{1b}'));
    }
}
