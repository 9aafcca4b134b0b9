//! Plans of runs: from the requested run to lanes, processes and cores. All differences between modes are here.

use std::path::PathBuf;

use super::core_assignment::{CoreAssignment, assign_cores};
use super::python::{self, Interpreter};
use super::resources::RequiredResources;
use super::run_spec::{Engine, LaneSpec, RunSpec};
use crate::event::text::SafeText;
use crate::event::workload::{IoKind, NumberRange, Workload, split_into_tasks};
use crate::event::{CorePolicy, LanePlan, Machine, Mode, Run};

/// A run as it will be executed, with cores and slots assigned.
#[derive(Clone, Debug)]
pub struct RunPlan {
    /// The run's description; `rounds_per_number` and `began_ms` are set when it starts.
    pub(super) run: Run,
    pub(super) workload: Workload,
    pub(super) parts: Vec<NumberRange>,
    /// Directory for I/O of kind `disk`.
    pub(super) io_dir: PathBuf,
    pub(super) worker_program: PathBuf,
    /// Rounds of the integer mix per number; none if not calibrated yet.
    pub(super) rounds: Option<u32>,
    /// The interpreter of the lanes of Python.
    pub(super) interpreter: Option<Interpreter>,
}

/// The number of processes of a lane and of threads in each.
pub(super) struct ProcessLayout {
    /// Processes that mpviz starts; an interpreter starts its workers itself.
    pub(super) processes: u32,
    pub(super) threads: u32,
    /// Records after which a process exits; none for no limit.
    pub(super) max_records: Option<u32>,
    /// Whether a process that exited is replaced while tasks remain.
    pub(super) respawns: bool,
}

impl ProcessLayout {
    pub(super) fn new(lane: &LanePlan, workload: &Workload) -> Self {
        let one_process = |threads| Self { processes: 1, threads, max_records: None, respawns: false };
        match lane.mode {
            // The interpreter replaces the workers of its pool.
            _ if lane.is_python() => Self { max_records: workload.max_records, ..one_process(1) },
            Mode::Serial => one_process(1),
            Mode::Threads => one_process(lane.workers),
            Mode::Pool => {
                Self { processes: lane.workers, threads: 1, max_records: workload.max_records, respawns: true }
            }
            Mode::Process => Self { processes: lane.workers, threads: 1, max_records: Some(1), respawns: false },
        }
    }
}

impl RunPlan {
    /// Plans a run on the usable cores `cores`.
    #[must_use]
    pub fn new(spec: &RunSpec, cores: &[u32], machine: Machine) -> Self {
        let lanes = spec.lanes();
        let CoreAssignment { policy, sets, notes } = assign_cores(spec, &lanes, cores);
        let lanes = lanes.into_iter().zip(sets).map(|(lane, cores)| plan_lane(spec, lane, cores)).collect();
        let run = Run {
            version: env!("CARGO_PKG_VERSION").into(),
            command: spec.command.clone(),
            machine,
            cores: policy,
            workload: Some(spec.workload.clone()),
            rounds_per_number: 0,
            program: None,
            lanes,
            notes: spec.notes.iter().cloned().chain(notes.into_iter().map(SafeText::from)).collect(),
            repeat: spec.repeat,
            began_ms: None,
            graph: None,
        };
        Self {
            run,
            workload: spec.workload.clone(),
            parts: split_into_tasks(&spec.workload),
            io_dir: spec.io_dir.clone(),
            worker_program: spec.worker_program.clone(),
            rounds: spec.rounds,
            interpreter: spec.interpreter.clone(),
        }
    }

    /// The work of every lane.
    #[must_use]
    pub const fn workload(&self) -> &Workload {
        &self.workload
    }

    /// The run's description.
    #[must_use]
    pub const fn run(&self) -> &Run {
        &self.run
    }

    /// Notes for the viewer, such as a request that cannot be met.
    #[must_use]
    pub fn joined_notes(&self) -> Option<String> {
        self.run.notes_in_one_line()
    }

    /// Returns the peak resource requirements.
    #[must_use]
    pub fn required_resources(&self) -> RequiredResources {
        let largest_payload = self.parts.iter().map(|part| part.len * size_of::<i64>() as u64).max().unwrap_or(0);
        let lanes = self.run.lanes.iter().map(|lane| self.lane_requirements(lane, largest_payload));
        let combine = if self.run.cores == CorePolicy::Turns {
            RequiredResources::max_of_consecutive
        } else {
            RequiredResources::sum_of_concurrent
        };
        lanes.reduce(combine).unwrap_or_default()
    }

    fn lane_requirements(&self, lane: &LanePlan, largest_payload: u64) -> RequiredResources {
        let layout = ProcessLayout::new(lane, &self.workload);
        let busy_workers = u64::from(lane.workers).min(self.parts.len() as u64);
        // The largest payload of every busy worker at once, but never more than all numbers.
        let payload_bytes = (busy_workers * largest_payload).min(self.workload.payload_bytes());
        let max_process_payload = if layout.threads > 1 { payload_bytes } else { largest_payload };
        if lane.is_python() {
            return python::required_resources(lane, &self.workload, largest_payload);
        }
        let uses_net = self.workload.io > 0 && self.workload.io_kind == IoKind::Net;
        RequiredResources {
            processes: layout.processes,
            threads: layout.processes.saturating_mul(layout.threads),
            // The server's end of each worker's connection.
            descriptors: if uses_net { lane.workers } else { 0 },
            payload_bytes,
            max_process_payload,
        }
    }
}

fn plan_lane(spec: &RunSpec, lane: LaneSpec, cores: Vec<u32>) -> LanePlan {
    let LaneSpec { engine, mode, gil, workers } = lane;
    let is_native = engine == Engine::Native;
    let interpreter = spec.interpreter.as_ref().map_or_else(|| "cpython ?".into(), |python| python.engine.clone());
    LanePlan {
        mode,
        engine: if is_native { "native".into() } else { interpreter },
        workers,
        cores,
        gil: gil && is_native,
        unreported_gil: gil && !is_native,
        own_queues: mode == Mode::Process,
        chunk: lane.tasks_per_record(&spec.workload),
        pool: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec_for_test(modes: &[Mode], cores: CorePolicy, workload: Workload) -> RunSpec {
        RunSpec { workload, cores, notes: vec!["a scenario".into()], ..RunSpec::of_modes(modes) }
    }

    fn plan_of_spec(spec: &RunSpec, machine_cores: &[u32]) -> RunPlan {
        let machine = Machine { cores: machine_cores.len() as u32, memory_bytes: 0, os: "test".into() };
        RunPlan::new(spec, machine_cores, machine)
    }

    fn plan_for_test(modes: &[Mode], cores: CorePolicy, machine_cores: &[u32], workload: Workload) -> RunPlan {
        plan_of_spec(&spec_for_test(modes, cores, workload), machine_cores)
    }

    #[test]
    fn a_sweep_has_a_lane_for_each_number_of_workers_and_all_cores_for_each() {
        use Mode::{Pool, Process, Serial, Threads};
        let spec = spec_for_test(&[Pool, Process, Threads, Serial], CorePolicy::Split, Workload::default());
        let spec = RunSpec { workers: vec![8, 2], ..spec };
        let plan = plan_of_spec(&spec, &[0, 1, 2, 3, 4, 5, 6, 7]);
        let lanes: Vec<_> = plan.run.lanes.iter().map(|lane| (lane.mode, lane.workers)).collect();
        assert_eq!(lanes, [(Pool, 8), (Pool, 2), (Process, 16), (Threads, 8), (Threads, 2), (Serial, 1)]);
        assert_eq!(plan.run.cores, CorePolicy::Turns);
        assert!(plan.run.lanes.iter().all(|lane| lane.cores.len() == 8));
        assert_eq!(plan.run.notes[1].as_str(), "a GIL matters only on several cores: the lanes take turns");
        // Serial and process are not affected by the number of workers.
        let spec = RunSpec { modes: RunSpec::of_modes(&[Serial, Process]).modes, ..spec };
        assert_eq!(spec.lanes().len(), 2);
    }

    #[test]
    fn notes_of_the_options_come_before_those_on_cores() {
        let plan = plan_for_test(&Mode::ALL_VARIANTS, CorePolicy::Split, &[0, 2], Workload::default());
        assert_eq!(plan.run.cores, CorePolicy::Turns);
        assert!(plan.run.lanes.iter().all(|lane| lane.cores == [0, 2]));
        assert_eq!(
            plan.joined_notes().as_deref(),
            Some("a scenario · 2 cores cannot be split among 4 lanes: the lanes take turns")
        );
    }

    #[test]
    fn each_mode_has_its_process_layout() {
        let plan = plan_for_test(&Mode::ALL_VARIANTS, CorePolicy::Shared, &[0], Workload::default());
        let layout = |n: usize| ProcessLayout::new(&plan.run.lanes[n], &plan.workload);
        let all: Vec<_> = (0..4).map(|n| (layout(n).processes, layout(n).threads, layout(n).max_records)).collect();
        assert_eq!(all, [(1, 1, None), (1, 4, None), (4, 1, None), (16, 1, Some(1))]);
    }

    #[test]
    fn a_pool_needs_memory_per_worker_and_processes_for_all_tasks() {
        let bytes = |modes: &[Mode], cores| {
            plan_for_test(modes, cores, &[0, 1], Workload::default()).required_resources().payload_bytes
        };
        assert_eq!(bytes(&[Mode::Pool], CorePolicy::Split), 200_000_000);
        assert_eq!(bytes(&[Mode::Process], CorePolicy::Split), 800_000_000);
        assert_eq!(bytes(&[Mode::Pool, Mode::Process], CorePolicy::Split), 1_000_000_000);
        assert_eq!(bytes(&[Mode::Pool, Mode::Process], CorePolicy::Turns), 800_000_000);
    }
}
