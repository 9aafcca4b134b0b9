//! What starting processes and running tasks costs on this machine.

use serde::{Deserialize, Serialize};

/// Costs on this machine, measured by a short run. Times are CPU time in ns unless stated otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MachineConstants {
    /// Forking a worker, in the process that starts it.
    pub fork_ns: f64,
    /// From the start of a worker process until it is ready.
    pub child_start_ns: f64,
    /// End of a worker process.
    pub exit_ns: f64,
    /// What a process needs for its first task beyond the others, of a pool of Python.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub first_task_ns: f64,
    /// Memory of a process without payload, and the end of one of Python.
    pub interpreter: InterpreterCosts,
    /// Taking and reporting a task without numbers.
    pub task_ns: f64,
    /// Reading a record from the queue.
    pub record_ns: f64,
    /// Handing the GIL to a waiting thread, in wall time.
    pub gil_handoff_ns: f64,
    /// Delay of a timer behind its time, in wall time.
    pub timer_slack_ns: f64,
    /// Writing the payload, per byte.
    pub load_ns_per_byte: f64,
    /// Returning a payload's memory to the system, per byte.
    pub release_ns_per_byte: f64,
    /// Starting and ending an I/O operation.
    pub io_operation_ns: f64,
    /// The process that hands out the tasks, of a pool of Python; none of native lanes, whose workers share a queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<ParentCosts>,
}

/// What a forked process of Python costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InterpreterCosts {
    /// Its private memory in bytes.
    pub process_bytes: u64,
    /// CPU time from the end of its task on, in ns.
    pub exit_ns: f64,
}

/// CPU time that the parent process of a Python pool uses for a record, in ns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParentCosts {
    /// Pickling and sending it.
    pub send_ns: f64,
    /// Receiving its result.
    pub collect_ns: f64,
}

impl MachineConstants {
    /// CPU time of a worker process without tasks.
    #[must_use]
    pub fn process_ns(&self) -> f64 {
        self.child_start_ns + self.exit_ns
    }

    /// Whether every cost is a number from 0 on, at most a second, and a process has at most 64 GiB.
    #[must_use]
    pub fn is_plausible(&self) -> bool {
        let times = [self.fork_ns, self.child_start_ns, self.exit_ns, self.first_task_ns, self.task_ns, self.record_ns];
        let others = [self.gil_handoff_ns, self.timer_slack_ns, self.io_operation_ns, self.interpreter.exit_ns];
        let rates = [self.load_ns_per_byte, self.release_ns_per_byte];
        let of_parent = self.parent.map_or([0.0; 2], |parent| [parent.send_ns, parent.collect_ns]);
        let mut costs = times.iter().chain(&others).chain(&rates).chain(&of_parent);
        costs.all(|cost| (0.0..=1e9).contains(cost)) && self.interpreter.process_bytes <= 1 << 36
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(cost: &f64) -> bool {
    *cost == 0.0
}
