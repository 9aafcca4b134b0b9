//! Lanes of several runs side by side, on an axis that starts at each lane's time zero.

use std::sync::Arc;

use super::cores::CoreLoadHistory;
use super::{Integrals, Lane, Model};
use crate::event::text::SafeText;
use crate::event::{CorePolicy, LaneId, Run};

/// The run that a lane comes from, and the data of that run that the lane needs.
#[derive(Clone, Debug)]
pub(super) struct RunOrigin {
    /// Unique name of the run.
    pub(super) name: SafeText,
    /// How its lanes shared the cores.
    pub(super) policy: CorePolicy,
    /// The core loads of that run; other runs may have used the same core numbers.
    pub(super) cores: Arc<CoreLoadHistory>,
}

impl Model {
    /// Builds one model from lanes of several runs that have begun; `run` holds what they have in common.
    ///
    /// A lane that shared its cores is shown truly only beside the lanes it shared them with. Lanes keep their own
    /// times; no event is applied again.
    #[must_use]
    pub fn side_by_side(run: Run, runs: Vec<(SafeText, Self)>, lanes: &[(usize, LaneId)]) -> Self {
        let mut all = Self { ended: Some(0), ..Self::default() };
        let mut lanes_of_runs: Vec<_> =
            runs.into_iter().map(|(name, model)| all.lanes_with_origin(name, model)).collect();
        for (run, id) in lanes {
            let lane = lanes_of_runs.get_mut(*run).and_then(|lanes| lanes.get_mut(id.index())).and_then(Option::take);
            let Some((mut lane, integrals)) = lane else { continue };
            lane.id = LaneId(all.lanes.len() as u16);
            all.lanes.push(lane);
            all.integrals.push(integrals);
        }
        all.run = Some(Run { lanes: all.lanes.iter().map(|lane| lane.plan.clone()).collect(), ..run });
        all
    }

    /// Returns the lanes of a run, each with its origin, and extends the model's end to that of the run.
    fn lanes_with_origin(&mut self, name: SafeText, mut model: Self) -> Vec<Option<(Lane, Integrals)>> {
        model.update_integrals();
        self.mark = self.mark.max(model.mark);
        self.ended = self.ended.zip(model.ended).map(|(one, other)| one.max(other));
        let policy = model.run.as_ref().map_or(CorePolicy::Split, |run| run.cores);
        let origin = RunOrigin { name, policy, cores: Arc::new(model.cores) };
        // Bars begin where the makespan does.
        let with_origin = |lane: Lane| Lane { origin: Some(origin.clone()), zero: lane.work_begun(), ..lane };
        model.lanes.into_iter().map(with_origin).zip(model.integrals).map(Some).collect()
    }

    /// Whether lanes of several runs are shown side by side.
    #[must_use]
    pub fn is_comparison(&self) -> bool {
        self.lanes.iter().any(|lane| lane.origin.is_some())
    }

    /// Whether the axis starts at each lane's own time zero: lanes of different runs, or lanes that take turns.
    #[must_use]
    pub fn has_own_axes(&self) -> bool {
        self.is_comparison() || self.run.as_ref().is_some_and(|run| run.cores == CorePolicy::Turns)
    }

    /// How the lane and the others of its run shared the cores.
    #[must_use]
    pub fn core_policy_of(&self, lane: &Lane) -> Option<CorePolicy> {
        let run = self.run.as_ref().map(|run| run.cores);
        lane.origin.as_ref().map(|origin| origin.policy).or(run)
    }

    /// The load of the cores in a lane's run.
    pub(super) fn core_loads_of<'a>(&'a self, lane: &'a Lane) -> &'a CoreLoadHistory {
        lane.origin.as_ref().map_or(&self.cores, |origin| &origin.cores)
    }
}

impl Lane {
    /// Name of the lane's run, if several are shown side by side.
    #[must_use]
    pub fn origin_run(&self) -> Option<&SafeText> {
        self.origin.as_ref().map(|origin| &origin.name)
    }

    /// Whether its run has other lanes of its mode, with other numbers of workers.
    #[must_use]
    pub fn is_in_sweep(&self) -> bool {
        self.in_sweep
    }

    /// Name among the lanes of its run: the mode, in a sweep with the number of workers; of a watched program, its
    /// title.
    #[must_use]
    pub fn name_in_run(&self) -> String {
        self.title()
            .unwrap_or_else(|| lane_name(&self.plan.mode_name(), self.in_sweep.then_some(self.plan.workers), None))
    }

    /// Name in its run, with the name of the run if there are several.
    #[must_use]
    pub fn name(&self) -> String {
        with_origin(self.name_in_run(), self.origin_run())
    }
}

/// Name of a lane: `pool`; in a sweep, with its workers, `pool×4`; with the name of its run, `pool of before`.
#[must_use]
pub fn lane_name(mode: &str, workers_in_sweep: Option<u32>, origin: Option<&SafeText>) -> String {
    let workers = workers_in_sweep.map(|workers| format!("×{workers}")).unwrap_or_default();
    with_origin(format!("{mode}{workers}"), origin)
}

/// Adds the name of a lane's run, if several are shown.
pub(super) fn with_origin(name: String, origin: Option<&SafeText>) -> String {
    match origin {
        Some(origin) => format!("{name} of {origin}"),
        None => name,
    }
}
