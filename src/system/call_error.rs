//! Failed system calls.

use std::io;

use thiserror::Error;

use super::shortage::{describe_error, limit_to_raise};

/// A system call that failed, with its name.
#[derive(Debug, Error)]
#[error("{call} failed: {}", describe_error(error))]
pub struct CallError {
    call: &'static str,
    error: io::Error,
}

impl CallError {
    /// Wraps an error of this call.
    pub fn new(call: &'static str, error: impl Into<io::Error>) -> Self {
        Self { call, error: error.into() }
    }

    /// Returns a function that wraps an error of this call.
    pub fn in_call<E: Into<io::Error>>(call: &'static str) -> impl Fn(E) -> Self {
        move |error| Self::new(call, error)
    }

    /// Points to `mpviz doctor`, unless the message already names a limit to raise.
    #[must_use]
    pub fn doctor_hint(&self) -> &'static str {
        if limit_to_raise(&self.error).is_some() { "" } else { "; `mpviz doctor` shows what works here" }
    }
}

impl From<CallError> for io::Error {
    fn from(error: CallError) -> Self {
        Self::other(error)
    }
}

#[cfg(test)]
mod tests {
    use nix::errno::Errno;

    use super::*;

    #[test]
    fn the_message_names_the_call_and_what_to_do() {
        let missing = CallError::new("waitid", Errno::ENOSYS);
        assert_eq!(missing.to_string(), "waitid failed: Function not implemented (os error 38)");
        assert!(missing.doctor_hint().contains("mpviz doctor"));
        let exhausted = CallError::new("memfd_create", Errno::EMFILE);
        assert_eq!(exhausted.to_string(), "memfd_create failed: too many open files: raise ulimit -n");
        assert_eq!(exhausted.doctor_hint(), "");
    }
}
