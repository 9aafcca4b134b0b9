//! Whether `/proc` shows the processes of this process's pid namespace.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

/// Whether the numbers in `/proc` are the pids that this process sees. In a pid namespace over the `/proc` of another
/// one they belong to other processes.
#[must_use]
pub fn is_proc_of_own_namespace() -> bool {
    static IS_OWN: OnceLock<bool> = OnceLock::new();
    *IS_OWN.get_or_init(|| {
        let own = fs::read_link("/proc/self");
        own.is_ok_and(|own| own == Path::new(&std::process::id().to_string()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_run_in_the_namespace_of_proc() {
        assert!(is_proc_of_own_namespace());
    }
}
