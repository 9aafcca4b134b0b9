//! Lanes of several runs side by side: each as it was in its own run, on an axis that begins at each one's zero.

use std::sync::Arc;

use super::cores::Cores;
use super::{Lane, Ledger, Model};
use crate::event::text::SafeText;
use crate::event::{CorePolicy, LaneId, Run};

/// Which of several runs a lane is from, and what of that run it cannot be told without.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    /// What the run is called; no two have the same name.
    pub(super) name: SafeText,
    /// How its lanes shared the cores.
    pub(super) policy: CorePolicy,
    /// The load of its cores: those of another run with the same numbers are others, or had another load.
    pub(super) cores: Arc<Cores>,
}

impl Model {
    /// One model of lanes from several runs that have begun, in this order; `run` says what they have in common. A lane
    /// that shared its cores with others is the same only beside them.
    ///
    /// No fact is told anew: the lanes are taken as they are, each with its own times.
    #[must_use]
    pub fn side_by_side(run: Run, runs: Vec<(SafeText, Self)>, lanes: &[(usize, LaneId)]) -> Self {
        let mut all = Self { ended: Some(0), ..Self::default() };
        let mut sides: Vec<_> = runs.into_iter().map(|(name, model)| all.take_in(name, model)).collect();
        for (side, id) in lanes {
            let taken = sides.get_mut(*side).and_then(|lanes| lanes.get_mut(id.index())).and_then(Option::take);
            let Some((mut lane, ledger)) = taken else { continue };
            lane.id = LaneId(all.lanes.len() as u8);
            all.lanes.push(lane);
            all.ledgers.push(ledger);
        }
        all.run = Some(Run { lanes: all.lanes.iter().map(|lane| lane.plan.clone()).collect(), ..run });
        all
    }

    /// The lanes of a run, each with its origin; the model then reaches as far as that run does.
    fn take_in(&mut self, name: SafeText, mut model: Self) -> Vec<Option<(Lane, Ledger)>> {
        model.settle();
        self.mark = self.mark.max(model.mark);
        self.ended = self.ended.zip(model.ended).map(|(one, other)| one.max(other));
        let policy = model.run.as_ref().map_or(CorePolicy::Split, |run| run.cores);
        let origin = Origin { name, policy, cores: Arc::new(model.cores) };
        let with_origin = |lane| Lane { origin: Some(origin.clone()), ..lane };
        model.lanes.into_iter().map(with_origin).zip(model.ledgers).map(Some).collect()
    }

    /// Whether lanes of several runs stand side by side.
    #[must_use]
    pub fn is_comparison(&self) -> bool {
        self.lanes.iter().any(|lane| lane.origin.is_some())
    }

    /// Whether the axis begins at each lane's own zero: lanes of different runs, or one after the other in one.
    #[must_use]
    pub fn has_own_axes(&self) -> bool {
        self.is_comparison() || self.run.as_ref().is_some_and(|run| run.cores == CorePolicy::Turns)
    }

    /// How the lane and those of its own run shared the cores.
    #[must_use]
    pub fn policy(&self, lane: &Lane) -> Option<CorePolicy> {
        let run = self.run.as_ref().map(|run| run.cores);
        lane.origin.as_ref().map(|origin| origin.policy).or(run)
    }

    /// The load of the cores of a lane's run.
    pub(super) fn cores<'a>(&'a self, lane: &'a Lane) -> &'a Cores {
        lane.origin.as_ref().map_or(&self.cores, |origin| &origin.cores)
    }
}

impl Lane {
    /// What the run that it is from is called, where several are side by side.
    #[must_use]
    pub fn origin(&self) -> Option<&SafeText> {
        self.origin.as_ref().map(|origin| &origin.name)
    }

    /// Its mode, and of which of several runs.
    #[must_use]
    pub fn name(&self) -> String {
        named(self.plan.mode.name(), self.origin())
    }
}

/// A mode's name, with that of the run it is from where there are several.
pub(super) fn named(mode: &str, origin: Option<&SafeText>) -> String {
    origin.map_or_else(|| mode.to_owned(), |origin| format!("{mode} of {origin}"))
}
