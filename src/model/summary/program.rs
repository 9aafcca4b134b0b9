//! The figures of a watched program and of its lanes.

use serde::{Deserialize, Serialize};

use super::ClusterSummary;
use crate::event::text::SafeText;
use crate::event::{CallKind, CodeLocation, Exit, ObservationGap, PoolKind};
use crate::model::findings::sort_by_cost;
use crate::model::lane::Lane;
use crate::model::{Finding, HeldTasks, Model, SerialFigures, WorkerTime};

/// The figures of a watched program.
#[derive(Clone, Debug, PartialEq)]
pub struct ProgramSummary {
    /// Interpreter of its first process; none if none has reported.
    pub engine: Option<SafeText>,
    /// Number of its processes that reported.
    pub attached: u32,
    /// From its start to its end, in s.
    pub elapsed_s: f64,
    /// How it ended; none if that is not known.
    pub exit: Option<Exit>,
    pub dropped_reports: u64,
    /// Why parts of the program were not observed.
    pub not_observed: Vec<ObservationGap>,
    /// None where tasks are only counted.
    pub serial_part: Option<SerialFigures>,
    /// What slowed it down, most costly first.
    pub findings: Vec<Finding>,
}

/// What the summary of a watched lane has beside that of any lane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProgramLaneSummary {
    /// What the program created, and where: `Pool(4) at etl.py:31`.
    pub title: SafeText,
    pub kind: PoolKind,
    pub site: Option<CodeLocation>,
    /// How often the program created it.
    pub uses: u32,
    /// Calls that submitted its tasks, by kind, function and place; none where tasks are only counted.
    pub calls: Option<Vec<CallSummary>>,
    /// Maximum of pickled tasks that the parent process held, in bytes; none where tasks are not pickled, or by others.
    pub peak_held_bytes: Option<u64>,
    /// CPU time of the parent process while the pool existed, whatever for, in s; none if unknown.
    pub parent_cpu_s: Option<f64>,
    /// Time with a task queued or with a worker, in s; none where tasks are only counted, as the workers' time.
    pub working_s: Option<f64>,
    pub worker_time: Option<WorkerTime>,
    /// Figures of a cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<ClusterSummary>,
}

impl ProgramLaneSummary {
    /// Setting `worker-saturation` of a cluster, if it is known.
    #[must_use]
    pub fn saturation(&self) -> Option<&SafeText> {
        self.cluster.as_ref()?.saturation.as_ref()
    }

    /// The most that a cluster held at a time, if it ran a graph of mpviz.
    #[must_use]
    pub fn held(&self) -> Option<HeldTasks> {
        self.cluster.as_ref()?.held
    }
}

/// Calls of one kind and function at one place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallSummary {
    pub kind: CallKind,
    pub function: SafeText,
    pub site: Option<CodeLocation>,
    /// Items in a task of the newest of them.
    pub chunk: u32,
    /// Number of calls.
    pub calls: u32,
    pub tasks: u64,
}

impl ProgramSummary {
    /// Puts the most costly findings first, after their costs were predicted.
    pub fn sort_findings(&mut self) {
        sort_by_cost(&mut self.findings);
    }
}

impl Model {
    /// The figures of the watched program; none for a run of mpviz's own workload.
    pub(super) fn program_summary(&self) -> Option<ProgramSummary> {
        self.run.as_ref()?.program.as_ref()?;
        let state = self.program_state();
        Some(ProgramSummary {
            serial_part: self.serial_figures(),
            engine: state.engine.clone(),
            attached: state.attached,
            elapsed_s: self.program_end() as f64 / 1e9,
            exit: state.exit.map(|(_, exit)| exit),
            dropped_reports: state.dropped_reports,
            not_observed: state.not_observed.clone(),
            findings: self.findings(),
        })
    }

    /// What the summary of a watched lane has beside that of any lane.
    pub(super) fn program_lane_summary(&self, lane: &Lane) -> Option<ProgramLaneSummary> {
        let pool = lane.plan.pool.as_ref()?;
        let work = self.lane_work(lane, self.program_end());
        let has_tasks = !lane.has_only_counts();
        Some(ProgramLaneSummary {
            title: lane.title()?.into(),
            kind: pool.kind,
            site: pool.site.clone(),
            uses: lane.uses(),
            calls: has_tasks.then(|| call_summaries(lane)),
            peak_held_bytes: Some(lane.peak_held_bytes()).filter(|held| pool.kind.pickles_tasks() || *held > 0),
            parent_cpu_s: lane.totals.parent_ns.map(|ns| ns as f64 / 1e9),
            working_s: has_tasks.then_some(work.working_s),
            cluster: lane.cluster_summary(&work),
            worker_time: has_tasks.then_some(work.workers),
        })
    }
}

fn call_summaries(lane: &Lane) -> Vec<CallSummary> {
    let mut summaries: Vec<CallSummary> = Vec::new();
    for (call, tasks) in lane.calls().iter().zip(lane.tasks.tasks_of_calls().chain(std::iter::repeat(0))) {
        let same = |known: &&mut CallSummary| {
            known.kind == call.kind && known.function == call.function && known.site == call.site
        };
        match summaries.iter_mut().find(same) {
            Some(known) => {
                known.calls += 1;
                known.tasks += u64::from(tasks);
                known.chunk = call.chunk;
            }
            None => summaries.push(CallSummary {
                kind: call.kind,
                function: call.function.clone(),
                site: call.site.clone(),
                chunk: call.chunk,
                calls: 1,
                tasks: tasks.into(),
            }),
        }
    }
    summaries
}
