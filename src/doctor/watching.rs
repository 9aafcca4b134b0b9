//! Whether Python programs can be watched: interpreters, the trace directory, and what the kernel reports.

mod interpreters;

use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::sys::statfs::{TMPFS_MAGIC, statfs};

use super::{CheckFinding, CheckStatus};
use crate::event::text::display_path;
use crate::event::units::format_bytes;
use crate::source::python::shim_files::ShimFiles;
use crate::source::python::trace_directory::TraceDirectory;

pub(super) fn check_watching() -> Vec<CheckFinding> {
    let reports = check_reports();
    let shim = match (ShimFiles::install(), reports.status) {
        (Ok(shim), CheckStatus::Works | CheckStatus::Limited) => shim,
        (shim, _) => {
            return shim.err().map(|error| not_watched(error.to_string())).into_iter().chain([reports]).collect();
        }
    };
    vec![interpreters::check_interpreters(&shim), reports, check_waits(read_syscall_of_child())]
}

fn not_watched(error: String) -> CheckFinding {
    CheckFinding::new("watch.python", CheckStatus::Missing, error)
        .with_advice("set XDG_CACHE_HOME or TMPDIR to a directory of your own")
}

/// Where watched programs report to.
fn check_reports() -> CheckFinding {
    let id = "watch.reports";
    let trace = match TraceDirectory::create() {
        Ok(trace) => trace,
        Err(error) => {
            return CheckFinding::new(id, CheckStatus::Missing, error.to_string())
                .with_advice("free space there; without reports no program can be watched");
        }
    };
    let place = trace.path().parent().unwrap_or(Path::new("/"));
    let found = statfs(place);
    let is_in_memory = found.is_ok_and(|found| found.filesystem_type() == TMPFS_MAGIC);
    let space = found.map_or(0, |found| found.blocks_available() * found.block_size().max(0).cast_unsigned());
    let (status, medium) =
        if is_in_memory { (CheckStatus::Works, "in memory") } else { (CheckStatus::Limited, "on disk") };
    let text = format!("{}, {medium}, {} available", display_path(place), format_bytes(space));
    CheckFinding::new(id, status, text)
        .with_advice("reports are faster in memory: /dev/shm or XDG_RUNTIME_DIR as a tmpfs with 128 MiB available")
        .with_figure("in_memory", is_in_memory)
        .with_figure("available_bytes", space)
}

/// Whether waits for a lock can be told from other waits of a program's threads.
fn check_waits(read: io::Result<()>) -> CheckFinding {
    let (status, text) = match read {
        Ok(()) => (CheckStatus::Works, "/proc/PID/task/TID/syscall of started programs is readable".into()),
        Err(error) => (CheckStatus::Limited, format!("/proc/PID/task/TID/syscall cannot be read: {error}")),
    };
    CheckFinding::new("watch.waits", status, text)
        .with_advice("waits for a lock are not told from others: lower kernel.yama.ptrace_scope, or allow ptrace")
}

/// Reads the file of a child that waits for its input.
fn read_syscall_of_child() -> io::Result<()> {
    let mut worker = Command::new("/proc/self/exe");
    worker.arg0("mpviz").arg("worker").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut worker = worker.spawn()?;
    let pid = worker.id();
    let read = fs::read(format!("/proc/{pid}/task/{pid}/syscall"));
    // Closes its input, so that it exits.
    worker.wait()?;
    read.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unreadable_waits_are_limited() {
        let denied = check_waits(Err(io::ErrorKind::PermissionDenied.into()));
        assert_eq!(denied.status, CheckStatus::Limited);
        assert!(denied.advice.is_some_and(|advice| advice.contains("ptrace_scope")));
        assert_eq!(check_waits(Ok(())).status, CheckStatus::Works);
    }

    #[test]
    fn reports_have_a_place_with_space() {
        let found = check_reports();
        assert_ne!(found.status, CheckStatus::Missing, "{found:?}");
        assert!(found.figures["available_bytes"].as_u64() > Some(0));
    }
}
