//! Named threads. A panic in any of them ends mpviz.

use std::io;
use std::path::PathBuf;
use std::process;
use std::thread::{Builder, JoinHandle, sleep};
use std::time::Duration;

use crate::system::exit_code::PANICKED;

/// How long to wait for a terminal that does not accept the panic message.
const TERMINAL_TIMEOUT: Duration = Duration::from_secs(1);

/// Test hook: environment variable `NAME=FILE` makes the named thread or place panic once FILE exists.
const TEST_PANIC: &str = "MPVIZ_TEST_PANIC";

/// Starts a thread.
pub fn start<T: Send + 'static>(name: &str, body: impl FnOnce() -> T + Send + 'static) -> io::Result<JoinHandle<T>> {
    let test = test_file(name);
    let name_of_test = name.to_owned();
    Builder::new().name(name.into()).spawn(move || {
        if let Some(file) = test {
            while !file.exists() {
                sleep(Duration::from_millis(5));
            }
            panic_for_test(&name_of_test);
        }
        body()
    })
}

/// Test hook: panics at the named place.
pub fn panic_for_test(place: &str) {
    assert!(!test_file(place).is_some_and(|file| file.exists()), "a test wanted to see a panic in `{place}`");
}

fn test_file(place: &str) -> Option<PathBuf> {
    let wish = std::env::var_os(TEST_PANIC)?;
    wish.to_str()?.strip_prefix(place)?.strip_prefix('=').map(PathBuf::from)
}

/// Runs `restore` on a panic in any thread, then ends mpviz. Its workers end with it.
pub fn on_panic(restore: impl Fn() + Send + Sync + 'static) {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        restore();
        // If no thread can be started, the panicking thread has to wait for the terminal.
        let _ = Builder::new().spawn(|| {
            sleep(TERMINAL_TIMEOUT);
            exit_after_panic();
        });
        print(panic);
        exit_after_panic();
    }));
}

/// Exits without destructors: the panicking thread may hold a lock that they need.
fn exit_after_panic() -> ! {
    process::exit(PANICKED.into())
}
