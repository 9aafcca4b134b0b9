//! Resources that processes and threads use.

use serde::{Deserialize, Serialize};

/// Resources that a process or thread used from start to end, from the kernel's accounting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinalUsage {
    /// Time on a core, in ns (`schedstat`, first field).
    pub cpu_ns: u64,
    /// Time runnable but not on a core, in ns (`schedstat`, second field).
    pub run_delay_ns: u64,
    pub voluntary_switches: u64,
    pub involuntary_switches: u64,
}

/// Resources that the process of a pool's owner used from the pool's creation to its end, whatever for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParentUsage {
    /// CPU time of all its threads, also of those that have ended, in ns.
    pub cpu_ns: u64,
    /// Time runnable but not on a core of the threads that live at the pool's end, in ns; none if unreadable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_delay_ns: Option<u64>,
}

/// Resource usage of a live worker up to now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessSample {
    /// Time on a core so far, in ns.
    pub cpu_ns: u64,
    /// Time runnable but not on a core so far, in ns.
    pub run_delay_ns: u64,
    /// Private memory in bytes: resident less shared, of a watched program's processes without the pages that they
    /// share with the process that forked them. Of threads that share a process, only the first has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub private_bytes: Option<u64>,
    /// The core it last ran on.
    pub core: u32,
    /// Number of time slices so far (`schedstat`, third field).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeslices: Option<u64>,
}
