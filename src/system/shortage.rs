//! Errors due to exhausted limits, and which limit to raise.

use std::io;
use std::sync::OnceLock;

use nix::errno::Errno;
use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Describes an error, with the limit to raise if one is exhausted.
#[must_use]
pub fn describe_error(error: &io::Error) -> String {
    limit_to_raise(error).map_or_else(|| error.to_string(), Into::into)
}

/// The soft limit of open files before it was raised.
static FIRST_DESCRIPTOR_LIMIT: OnceLock<u64> = OnceLock::new();

/// The soft limit of open files that mpviz was started with, which other programs of the same shell have, too.
#[must_use]
pub fn first_descriptor_limit() -> Option<u64> {
    let (soft, _) = getrlimit(Resource::RLIMIT_NOFILE).ok()?;
    Some(*FIRST_DESCRIPTOR_LIMIT.get_or_init(|| soft))
}

/// Raises the soft limit of open files to the hard one, and returns it. Programs that are started afterwards inherit
/// it.
#[must_use]
pub fn raise_descriptor_limit() -> Option<u64> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).ok()?;
    FIRST_DESCRIPTOR_LIMIT.get_or_init(|| soft);
    if soft < hard && setrlimit(Resource::RLIMIT_NOFILE, hard, hard).is_ok() {
        return Some(hard);
    }
    Some(soft)
}

/// Opens something, if necessary a second time with a raised limit of open files.
pub fn open_within_hard_limit<T>(open: impl Fn() -> io::Result<T>) -> io::Result<T> {
    match open() {
        Err(error) if error.raw_os_error() == Some(Errno::EMFILE as i32) => {
            let _ = raise_descriptor_limit();
            open()
        }
        opened => opened,
    }
}

/// A limit of the system, with the error that tells that it is exhausted, and the one to raise.
pub struct Limit {
    errno: Errno,
    /// The text of the error; recordings have it, whatever the language.
    pub english: &'static str,
}

/// The limits, in the order of their texts in other languages.
pub const LIMITS: [Limit; 5] = [
    Limit { errno: Errno::EMFILE, english: "too many open files: raise ulimit -n" },
    Limit { errno: Errno::ENFILE, english: "too many open files on this machine: raise fs.file-max" },
    // Also returned for a thread whose stack cannot be allocated.
    Limit {
        errno: Errno::EAGAIN,
        english: "too many processes or threads: raise ulimit -u, ulimit -v or the cgroup's pids.max",
    },
    Limit { errno: Errno::EFBIG, english: "file too large: raise ulimit -f" },
    Limit { errno: Errno::ENOMEM, english: "out of memory: raise ulimit -v or the cgroup's memory limit" },
];

/// The limit to raise, if an exhausted limit caused the error.
#[must_use]
pub fn limit_to_raise(error: &io::Error) -> Option<&'static str> {
    let errno = Errno::from_raw(error.raw_os_error()?);
    LIMITS.iter().find(|limit| limit.errno == errno).map(|limit| limit.english)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exhausted_limits_have_a_remedy() {
        let described = |errno: Errno| describe_error(&errno.into());
        for (errno, remedy) in [
            (Errno::EMFILE, "ulimit -n"),
            (Errno::ENFILE, "fs.file-max"),
            (Errno::EAGAIN, "ulimit -u"),
            (Errno::EFBIG, "ulimit -f"),
            (Errno::ENOMEM, "ulimit -v"),
        ] {
            assert!(described(errno).contains(remedy), "{errno}");
        }
        assert_eq!(described(Errno::EACCES), "Permission denied (os error 13)");
        assert_eq!(limit_to_raise(&io::Error::other("no room")), None);
    }
}
