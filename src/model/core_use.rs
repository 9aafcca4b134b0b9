//! Use of a lane's cores: by the lane itself, and by others.

use super::{CoreUseColumn, Lane, Model, TimeWindow};
use crate::event::{LaneId, Nanos};

/// Use of a lane's cores, in cores.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CoreUse {
    /// Used by the lane.
    pub own: f32,
    /// Used by other lanes on the same cores and by other programs.
    pub others: f32,
}

impl CoreUse {
    /// Use by others below this number of cores counts as the lane's own.
    const MIN_CORES_OF_OTHERS: f32 = 0.25;
}

impl Model {
    /// Mean load of a core over the last second before `t`, but not before the lane's time zero. From 0 to 1; none
    /// without a sample.
    #[must_use]
    pub fn core_load(&self, lane: LaneId, core: u32, t: Nanos) -> Option<f32> {
        let lane = self.lanes.get(lane.index())?;
        self.core_loads_of(lane).mean_load(core, lane.time_zero().unwrap_or(0), t)
    }

    /// Whether a core was offline at `t`.
    #[must_use]
    pub fn is_core_offline(&self, lane: LaneId, core: u32, t: Nanos) -> bool {
        self.lanes.get(lane.index()).is_some_and(|lane| self.core_loads_of(lane).is_offline(core, t))
    }

    /// How many of its cores a lane used itself, and how many others used, over the time covered by the core loads at
    /// `t`.
    ///
    /// Computed from the CPU time samples of the lane's workers. Without samples of all of them, each ready worker
    /// counts as a used core, in proportion where lanes share cores. None if the load of a core that is online is
    /// missing, or if the loads are mostly from before the lane's time zero.
    ///
    /// Other use below a quarter of a core may be kernel work for the lane, and while a worker is starting it is the
    /// cost of that: both count as the lane's own.
    #[must_use]
    pub fn core_use(&self, lane: LaneId, t: Nanos) -> Option<CoreUse> {
        let lane = self.lanes.get(lane.index())?;
        let loads = self.core_loads_of(lane);
        let online = || lane.plan.cores.iter().copied().filter(|core| !loads.is_offline(*core, t));
        let load = online().map(|core| self.core_load(lane.id, core, t)).sum::<Option<f32>>()?;
        let zero = lane.time_zero().unwrap_or(0);
        let (first, to) = loads.covered_range(online().next()?, zero, t)?;
        let from = first.max(zero);
        let all_own = CoreUse { own: load, others: 0.0 };
        if to <= first {
            return Some(all_own);
        }
        if to - from < (to - first) / 2 {
            return None;
        }
        let wall = (to - from) as f32;
        let ready =
            |lane: &Lane| (self.integrals_until(lane, to).busy - self.integrals_until(lane, from).busy) as f32 / wall;
        let by_readiness = || {
            let all: f32 = self.lane_with_core_sharers(lane).all_lanes().map(ready).sum();
            ready(lane).min(if all > 0.0 { load * ready(lane) / all } else { 0.0 })
        };
        let starting = load * lane.workers.starting_time_between(from, to) as f32 / wall;
        let sampled = lane.workers.cpu_used_between(from, to).map(|cpu| cpu as f32 / wall);
        let own = (sampled.unwrap_or_else(by_readiness) + starting).min(load);
        let others = load - own;
        Some(if others > CoreUse::MIN_CORES_OF_OTHERS { CoreUse { own, others } } else { all_own })
    }

    /// The lane's exact use of its cores over time, one cell per column; empty before its time zero.
    #[must_use]
    pub fn core_use_over_time(&self, lane: LaneId, window: TimeWindow) -> Vec<CoreUseColumn> {
        let Some(lane) = self.lanes.get(lane.index()) else { return Vec::new() };
        let edges = || (0..=window.columns).map(|column| window.column_start(column));
        let times = edges().map(|edge| lane.integrated_until(edge));
        let totals = self.integrals[lane.id.index()].totals_at_each(self.lane_with_core_sharers(lane), times);
        let walls = edges().skip(1).zip(edges()).map(|(to, from)| to - from);
        totals.windows(2).zip(walls).map(|(pair, wall)| CoreUseColumn::mean_between(&pair[0], &pair[1], wall)).collect()
    }
}
