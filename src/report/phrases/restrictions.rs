//! Restrictions of the machine that a run has to respect.

use std::fmt::Display;

use crate::system::shortage::LIMITS;
use crate::text;

/// Isolated cores that no lane gets.
#[must_use]
pub fn isolated_cores_left_out(cores: &[u32]) -> String {
    text!("cores-isolated-left-out", n = cores.len(), cores = numbers(cores))
}

/// All usable cores are isolated.
#[must_use]
pub fn only_isolated_cores(cores: &[u32]) -> String {
    text!("only-isolated-cores", n = cores.len(), cores = numbers(cores))
}

/// Workers cannot be pinned to cores.
#[must_use]
pub fn affinity_refused(error: &impl Display) -> String {
    text!("affinity-refused", error = error.to_string())
}

/// `/proc` does not show the workers.
#[must_use]
pub fn proc_of_other_namespace() -> &'static str {
    text!("proc-of-other-namespace")
}

/// An error in the selected language if a limit of the system was exhausted. Recordings have errors in English.
#[must_use]
pub fn system_error(error: &str) -> String {
    LIMITS.iter().zip(texts_of_limits()).fold(error.into(), |error, (limit, text)| error.replace(limit.english, text))
}

fn texts_of_limits() -> [&'static str; LIMITS.len()] {
    [
        text!("limit-of-descriptors"),
        text!("limit-of-machine-descriptors"),
        text!("limit-of-processes"),
        text!("limit-of-file-size"),
        text!("limit-of-memory"),
    ]
}

fn numbers(cores: &[u32]) -> String {
    cores.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_limits_are_those_of_the_errors() {
        assert_eq!(texts_of_limits(), LIMITS.map(|limit| limit.english));
    }

    #[test]
    fn isolated_cores_are_listed() {
        assert_eq!(isolated_cores_left_out(&[3]), "core 3 is isolated and left out");
        assert_eq!(isolated_cores_left_out(&[2, 3]), "cores 2, 3 are isolated and left out");
        assert_eq!(only_isolated_cores(&[2]), "core 2 is isolated");
        assert!(only_isolated_cores(&[2, 3]).starts_with("cores 2, 3 are isolated: the kernel leaves"));
    }
}
