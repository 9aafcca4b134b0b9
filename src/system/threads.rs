//! Named threads. A panic in any of them ends mpviz.

use std::io;
use std::process;
use std::thread::{Builder, JoinHandle, sleep};
use std::time::Duration;

use super::call_error::CallError;
use super::shortage::limit_to_raise;
use crate::system::exit_code::EXIT_PANIC;

/// How long to wait for a terminal that does not accept the panic message.
const PANIC_OUTPUT_TIMEOUT: Duration = Duration::from_secs(1);

/// Starts a thread.
pub fn start<T: Send + 'static>(name: &str, body: impl FnOnce() -> T + Send + 'static) -> io::Result<JoinHandle<T>> {
    #[cfg(debug_assertions)]
    let body = {
        let name = name.to_owned();
        move || {
            super::test_panic::panic_at_thread_start(&name);
            body()
        }
    };
    // A limit has a message of its own.
    let name_call = |error| {
        if limit_to_raise(&error).is_some() { error } else { CallError::new("start of a thread", error).into() }
    };
    Builder::new().name(name.into()).spawn(body).map_err(name_call)
}

/// Runs `restore` on a panic in any thread, then ends mpviz. Its workers end with it.
pub fn on_panic(restore: impl Fn() + Send + Sync + 'static) {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        restore();
        // If no thread can be started, the panicking thread has to wait for the terminal.
        let _ = Builder::new().spawn(|| {
            sleep(PANIC_OUTPUT_TIMEOUT);
            exit_after_panic();
        });
        print(panic);
        exit_after_panic();
    }));
}

/// Exits without destructors: the panicking thread may hold a lock that they need.
fn exit_after_panic() -> ! {
    process::exit(EXIT_PANIC.into())
}
