//! Restrictions of the machine that a run has to respect.

use std::fmt::Display;

/// Isolated cores that no lane gets.
#[must_use]
pub fn isolated_cores_left_out(cores: &[u32]) -> String {
    let are = if cores.len() == 1 { "is" } else { "are" };
    format!("{} {are} isolated and left out", list_of_cores(cores))
}

/// All usable cores are isolated.
#[must_use]
pub fn only_isolated_cores(cores: &[u32]) -> String {
    let text = list_of_cores(cores);
    match cores {
        [_] => format!("{text} is isolated"),
        _ => format!("{text} are isolated: the kernel leaves all workers of a lane on one of them"),
    }
}

/// Workers cannot be pinned to cores.
#[must_use]
pub fn affinity_refused(error: &impl Display) -> String {
    format!("workers are not pinned, so lanes share all cores: sched_setaffinity failed: {error}")
}

/// `/proc` does not show the workers.
pub const PROC_OF_OTHER_NAMESPACE: &str =
    "/proc belongs to another pid namespace: CPU time and memory of workers are unknown";

/// Lists cores by number: `core 3`, `cores 2, 3`.
#[must_use]
pub fn list_of_cores(cores: &[u32]) -> String {
    let numbers: Vec<String> = cores.iter().map(u32::to_string).collect();
    format!("{} {}", if cores.len() == 1 { "core" } else { "cores" }, numbers.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn isolated_cores_are_listed() {
        assert_eq!(isolated_cores_left_out(&[3]), "core 3 is isolated and left out");
        assert_eq!(isolated_cores_left_out(&[2, 3]), "cores 2, 3 are isolated and left out");
        assert_eq!(only_isolated_cores(&[2]), "core 2 is isolated");
        assert!(only_isolated_cores(&[2, 3]).starts_with("cores 2, 3 are isolated: the kernel leaves"));
    }
}
