//! Test hook, compiled only with debug assertions: makes a named point panic.
//!
//! The environment variable `MPVIZ_TEST_PANIC=NAME=FILE` makes the point NAME panic once FILE exists. The name of a
//! thread is a point at its start.

use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

/// Panics if a test asks for it at this point.
pub fn panic_point(name: &str) {
    assert!(!trigger_file(name).is_some_and(|file| file.exists()), "a test asked for a panic in `{name}`");
}

/// Waits at the start of a thread until the test wants its panic.
pub(super) fn panic_at_thread_start(name: &str) {
    let Some(file) = trigger_file(name) else { return };
    while !file.exists() {
        sleep(Duration::from_millis(5));
    }
    panic_point(name);
}

fn trigger_file(name: &str) -> Option<PathBuf> {
    let value = std::env::var_os("MPVIZ_TEST_PANIC")?;
    value.to_str()?.strip_prefix(name)?.strip_prefix('=').map(PathBuf::from)
}
