//! Resources that a run requires, compared with those available before anything is started.

use thiserror::Error;

use super::limits::RemainingLimits;
use crate::event::units::format_bytes;
use crate::report::phrases;
use crate::text;

/// Memory of a worker process besides its payload, in bytes.
pub const PROCESS_MEMORY_BYTES: u64 = 300_000;
/// Upper bound on the file descriptors of mpviz itself.
const MAX_OWN_DESCRIPTORS: u64 = 64;
/// Upper bound on the address space of a worker without payload, in bytes.
const WORKER_ADDRESS_SPACE: u64 = 32_000_000;

/// Peak resource requirements of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequiredResources {
    /// Concurrent processes.
    pub processes: u32,
    /// Concurrent threads in all processes.
    pub threads: u32,
    /// File descriptors in mpviz itself for its workers.
    pub descriptors: u32,
    /// Resident payload of all processes, in bytes.
    pub payload_bytes: u64,
    /// Largest resident payload of a single process, in bytes.
    pub max_process_payload: u64,
}

impl RequiredResources {
    /// Adds the requirements of two lanes that run at the same time.
    #[must_use]
    pub fn sum_of_concurrent(self, other: Self) -> Self {
        Self {
            processes: self.processes.saturating_add(other.processes),
            threads: self.threads.saturating_add(other.threads),
            descriptors: self.descriptors.saturating_add(other.descriptors),
            payload_bytes: self.payload_bytes.saturating_add(other.payload_bytes),
            max_process_payload: self.max_process_payload.max(other.max_process_payload),
        }
    }

    /// Combines the requirements of two lanes that run one after the other.
    #[must_use]
    pub fn max_of_consecutive(self, other: Self) -> Self {
        Self {
            processes: self.processes.max(other.processes),
            threads: self.threads.max(other.threads),
            descriptors: self.descriptors.max(other.descriptors),
            payload_bytes: self.payload_bytes.max(other.payload_bytes),
            max_process_payload: self.max_process_payload.max(other.max_process_payload),
        }
    }

    fn total_memory(&self) -> u64 {
        self.payload_bytes.saturating_add(u64::from(self.processes) * PROCESS_MEMORY_BYTES)
    }
}

/// Available resources; none where no limit is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AvailableResources {
    /// Memory available without swapping, in bytes; the lower of the machine's and the cgroups'.
    pub memory: Option<u64>,
    /// Threads that may still be started; the lowest of the kernel's, the cgroups' and the user's limits.
    pub threads: Option<u64>,
    /// File descriptors per process.
    pub descriptors: Option<u64>,
    /// Address space per process, in bytes.
    pub address_space: Option<u64>,
}

/// Insufficient resources for a run: the required and the available amount.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{}", self.with_remedy())]
pub enum InsufficientResources {
    Memory(RequiredResources, u64),
    Threads(u32, u64),
    Descriptors(u64, u64),
    AddressSpace(u64, u64),
}

impl InsufficientResources {
    /// What is needed, and what there is.
    #[must_use]
    pub fn shortage(&self) -> String {
        match self {
            Self::Memory(required, available) => phrases::too_little_memory(
                required.processes,
                required.total_memory(),
                required.payload_bytes,
                *available,
            ),
            Self::Threads(needed, available) => text!("too-few-threads", needed = *needed, available = *available),
            Self::Descriptors(needed, available) => text!("too-few-files", needed = *needed, available = *available),
            Self::AddressSpace(needed, available) => {
                let (needed, available) = (format_bytes(*needed), format_bytes(*available));
                text!("too-little-address-space", needed = needed, available = available)
            }
        }
    }

    /// The same with the options that lower what the run needs.
    fn with_remedy(&self) -> String {
        let options = match self {
            Self::AddressSpace(..) => return text!("raise-tasks", shortage = self.shortage()),
            Self::Memory(..) => text!("options-of-memory"),
            Self::Threads(..) | Self::Descriptors(..) => text!("options-of-processes"),
        };
        text!("lower-what-a-run-needs", shortage = self.shortage(), options = options)
    }
}

/// Checks that the available resources suffice.
pub fn check_resources(
    required: &RequiredResources,
    available: &AvailableResources,
) -> Result<(), InsufficientResources> {
    let exceeded = |required: u64, limit: Option<u64>| limit.filter(|limit| required > *limit);
    if let Some(limit) = exceeded(required.total_memory(), available.memory) {
        return Err(InsufficientResources::Memory(*required, limit));
    }
    if let Some(limit) = exceeded(required.threads.into(), available.threads) {
        return Err(InsufficientResources::Threads(required.threads, limit));
    }
    let descriptors = u64::from(required.descriptors) + MAX_OWN_DESCRIPTORS;
    if let Some(limit) = exceeded(descriptors, available.descriptors) {
        return Err(InsufficientResources::Descriptors(descriptors, limit));
    }
    let space = required.max_process_payload + WORKER_ADDRESS_SPACE;
    match exceeded(space, available.address_space) {
        Some(limit) => Err(InsufficientResources::AddressSpace(space, limit)),
        None => Ok(()),
    }
}

impl From<RemainingLimits> for AvailableResources {
    /// Combines the limits of machine, cgroups and user: the lowest of each kind counts.
    fn from(limits: RemainingLimits) -> Self {
        Self {
            memory: [limits.machine_memory, limits.cgroup_memory].into_iter().flatten().min(),
            threads: [limits.system_threads, limits.cgroup_threads, limits.user_threads].into_iter().flatten().min(),
            descriptors: limits.descriptors,
            address_space: limits.address_space,
        }
    }
}

impl AvailableResources {
    /// Reads what is available now. Raises mpviz's soft limit of open files to the hard one.
    #[must_use]
    pub fn read() -> Self {
        RemainingLimits::read().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUIRED: RequiredResources = RequiredResources {
        processes: 300,
        threads: 304,
        descriptors: 300,
        payload_bytes: 12_000_000_000,
        max_process_payload: 40_000_000,
    };

    #[test]
    fn exactly_the_required_resources_suffice() {
        let exact = AvailableResources {
            memory: Some(12_090_000_000),
            threads: Some(304),
            descriptors: Some(364),
            address_space: Some(72_000_000),
        };
        assert_eq!(check_resources(&REQUIRED, &exact), Ok(()));
        assert_eq!(check_resources(&REQUIRED, &AvailableResources::default()), Ok(()), "an unknown limit is no limit");
        let error = |available| check_resources(&REQUIRED, &available).unwrap_err();
        assert_eq!(
            error(AvailableResources { memory: Some(12_089_999_999), ..exact }),
            InsufficientResources::Memory(REQUIRED, 12_089_999_999)
        );
        assert_eq!(error(AvailableResources { threads: Some(303), ..exact }), InsufficientResources::Threads(304, 303));
        assert_eq!(
            error(AvailableResources { descriptors: Some(363), ..exact }),
            InsufficientResources::Descriptors(364, 363)
        );
        assert_eq!(
            error(AvailableResources { address_space: Some(71_999_999), ..exact }),
            InsufficientResources::AddressSpace(72_000_000, 71_999_999)
        );
    }

    #[test]
    fn the_message_names_the_amounts_and_the_remedy() {
        assert_eq!(
            InsufficientResources::Memory(REQUIRED, 8_200_000_000).to_string(),
            "300 processes need 12.1 GB of memory (12 GB of payload and 300 kB each), 8.2 GB are available: lower --tasks, \
             --workers or --numbers, or use --force"
        );
    }

    #[test]
    fn available_memory_is_read_from_this_machine() {
        assert!(AvailableResources::read().memory.is_some_and(|memory| memory > 0));
    }
}
