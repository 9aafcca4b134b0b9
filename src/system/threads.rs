//! Threads: each has a name, and a panic in any of them ends mpviz in order.

use std::io;
use std::path::PathBuf;
use std::process;
use std::thread::{Builder, JoinHandle, sleep};
use std::time::Duration;

use crate::system::exit_code::PANICKED;

/// A terminal that does not take the message is not waited for any longer.
const PATIENCE: Duration = Duration::from_secs(1);

/// The variable by which the tests have a thread, or a place in one, panic: `NAME=FILE`, as soon as there is such a file.
const TEST_PANIC: &str = "MPVIZ_TEST_PANIC";

/// Starts a thread.
///
/// # Errors
/// When the system has none left.
pub fn start<T: Send + 'static>(name: &str, body: impl FnOnce() -> T + Send + 'static) -> io::Result<JoinHandle<T>> {
    let test = file_of_test(name);
    let name_of_test = name.to_owned();
    Builder::new().name(name.into()).spawn(move || {
        if let Some(file) = test {
            while !file.exists() {
                sleep(Duration::from_millis(5));
            }
            panic_if_tested(&name_of_test);
        }
        body()
    })
}

/// Panics if a test wants to see it done at the place of this name.
///
/// # Panics
/// Then.
pub fn panic_if_tested(place: &str) {
    assert!(!file_of_test(place).is_some_and(|file| file.exists()), "a test wanted to see a panic in `{place}`");
}

fn file_of_test(place: &str) -> Option<PathBuf> {
    let wish = std::env::var_os(TEST_PANIC)?;
    wish.to_str()?.strip_prefix(place)?.strip_prefix('=').map(PathBuf::from)
}

/// A panic in any thread ends mpviz, after this; its workers die with it.
pub fn before_a_panic_ends_all(leave: impl Fn() + Send + Sync + 'static) {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        leave();
        // If there is no thread to be had, whoever holds the terminal up must let go of it.
        let _ = Builder::new().spawn(|| {
            sleep(PATIENCE);
            end();
        });
        print(panic);
        end();
    }));
}

/// Whoever panicked may hold what an orderly end would wait for.
fn end() -> ! {
    process::exit(PANICKED.into())
}
