//! A machine with known costs, and tasks as they were measured.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use mpviz::source::simulation::{MachineConstants, TaskProfile, WorkloadProfile};

const MS: f64 = 1e6;

pub const MACHINE: MachineConstants = MachineConstants {
    fork_ns: 0.25 * MS,
    child_start_ns: 0.8 * MS,
    exit_ns: 0.25 * MS,
    task_ns: 0.012 * MS,
    record_ns: 0.005 * MS,
    gil_handoff_ns: 0.09 * MS,
    timer_slack_ns: 0.11 * MS,
    load_ns_per_byte: 0.75,
    release_ns_per_byte: 0.14,
    io_operation_ns: 0.04 * MS,
};

/// 64 tasks of 6.2 ms of computing in six bursts. As in recordings, the waits between them differ: by up to 10 %.
pub fn sixty_four_tasks() -> WorkloadProfile {
    let task = |i: u32| TaskProfile {
        load_ns: 0.408 * MS,
        first_burst_ns: 0.987 * MS,
        burst_ns: 1.038 * MS,
        waits: 5,
        wait_ns: 4.671 * MS * (0.9 + 0.2 * (f64::from(i) * 0.618_034).fract()),
        release_ns: 0.1 * MS,
        bytes: 500_000,
    };
    WorkloadProfile { tasks: (0..64).map(task).collect() }
}
