//! Names of worker processes and threads in `ps` and `top`, of at most 15 bytes.

use crate::event::{Mode, WorkerId};

/// Maximum length of a name: `TASK_COMM_LEN` of Linux' `include/linux/sched.h`, without the final zero.
const MAX_NAME_BYTES: usize = 15;

/// Returns the name of a worker process, such as `mpviz:pool.2`. Mode `process` is shortened to `proc`, and `mpviz:` is
/// left out where the number would not fit.
#[must_use]
pub fn worker_process_name(mode: Mode, worker: WorkerId) -> String {
    let mode = if mode == Mode::Process { "proc" } else { mode.name() };
    let name = format!("mpviz:{mode}.{worker}");
    if name.len() <= MAX_NAME_BYTES { name } else { format!("{mode}.{worker}") }
}

/// Returns the name of an interpreter that runs a lane, such as `py:pool`. Its workers are `py:pool.2`.
#[must_use]
pub fn interpreter_process_name(mode: Mode) -> String {
    format!("py:{}", if mode == Mode::Process { "proc" } else { mode.name() })
}

/// Returns the name of a thread that is a worker: `gil.3`, or `thread.3` without a GIL.
#[must_use]
pub fn worker_thread_name(gil: bool, worker: WorkerId) -> String {
    format!("{}.{worker}", if gil { "gil" } else { "thread" })
}

/// Parses the name of a thread that is a worker.
#[must_use]
pub fn worker_of_thread(name: &str) -> Option<WorkerId> {
    let number = name.strip_prefix("gil.").or_else(|| name.strip_prefix("thread."))?;
    number.parse().ok().map(WorkerId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn process_names_fit_for_every_worker() {
        let name = |mode, worker| worker_process_name(mode, WorkerId(worker));
        assert_eq!(name(Mode::Pool, 2), "mpviz:pool.2");
        assert_eq!(name(Mode::Process, 9999), "mpviz:proc.9999");
        assert_eq!(name(Mode::Pool, 10_000), "pool.10000");
        assert_eq!(name(Mode::Threads, 0), "mpviz:threads.0");
        assert_eq!(name(Mode::Serial, 0), "mpviz:serial.0");
        assert!(Mode::ALL_VARIANTS.iter().all(|mode| name(*mode, 9_999_999).len() <= MAX_NAME_BYTES));
    }

    #[test]
    fn thread_names_fit_and_identify_the_worker() {
        for (gil, worker) in [(true, WorkerId(3)), (false, WorkerId(99_999))] {
            let name = worker_thread_name(gil, worker);
            assert!(name.len() <= MAX_NAME_BYTES, "{name}");
            assert_eq!(worker_of_thread(&name), Some(worker));
        }
        assert_eq!(worker_of_thread("mpviz:threads.0"), None);
    }
}
