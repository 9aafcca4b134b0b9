//! When the system has no more of something: what it is, and which limit to raise.

use std::io;

use nix::errno::Errno;

/// What the system says, and where it is short of something, what that is and how more of it can be had.
#[must_use]
pub fn said(error: &io::Error) -> String {
    of(error).map_or_else(|| error.to_string(), Into::into)
}

/// The shortage that is the reason of an error, if it is one.
#[must_use]
pub fn of(error: &io::Error) -> Option<&'static str> {
    Some(match Errno::from_raw(error.raw_os_error()?) {
        Errno::EMFILE => "no more files may be opened here: raise ulimit -n",
        Errno::ENFILE => "no more files can be opened on this machine: raise fs.file-max",
        // Also what a thread is refused with that finds no room for its stack.
        Errno::EAGAIN => {
            "no more processes and threads may be started here: raise ulimit -u, ulimit -v or the cgroup's pids.max"
        }
        Errno::EFBIG => "files may not grow so large here: raise ulimit -f",
        Errno::ENOMEM => "there is no more memory here: raise ulimit -v or the cgroup's limit of memory",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortage_has_a_remedy_and_other_errors_are_what_they_are() {
        let said_of = |errno: Errno| said(&errno.into());
        for (errno, remedy) in [
            (Errno::EMFILE, "ulimit -n"),
            (Errno::ENFILE, "fs.file-max"),
            (Errno::EAGAIN, "ulimit -u"),
            (Errno::EFBIG, "ulimit -f"),
            (Errno::ENOMEM, "ulimit -v"),
        ] {
            assert!(said_of(errno).contains(remedy), "{errno}");
        }
        assert_eq!(said_of(Errno::EACCES), "Permission denied (os error 13)");
        assert_eq!(of(&io::Error::other("no room")), None);
    }
}
