//! Lanes of the watched program: opened, found, suspended and ended.

use super::Translator;
use super::lane::{LaneKey, ObservedLane};
use crate::event::{CodeLocation, Event, LaneId, LanePlan, Mode, Nanos, ParentUsage, PoolKind, ProgramPool};
use crate::source::dask::message::Hello;
use crate::source::python::record::PoolNumber;

impl Translator {
    /// All processes of the program were stopped, or are about to continue.
    pub fn set_suspended(&mut self, at: Nanos, suspended: bool) {
        if !suspended {
            for lane in std::mem::take(&mut self.suspended_lanes) {
                if !self.lanes[lane].ended {
                    self.push_to(at, lane, Event::LaneResumed {});
                }
            }
        } else if self.suspended_lanes.is_empty() {
            self.suspended_lanes = (0..self.lanes.len()).filter(|lane| !self.lanes[*lane].ended).collect();
            for lane in self.suspended_lanes.clone() {
                self.push_to(at, lane, Event::LaneSuspended {});
            }
        }
    }

    pub(super) fn lane_of_pool(&self, pid: u32, pool: Option<PoolNumber>) -> Option<usize> {
        self.lanes_of_pools.get(&(pid, pool?)).copied()
    }

    /// The lane of a worker: a thread of this pool, or a process.
    pub(super) fn lane_of_worker(&self, pid: u32, pool: Option<PoolNumber>) -> Option<usize> {
        match pool {
            Some(_) => self.lane_of_pool(pid, pool),
            None => self.processes.get(&pid)?.worker_of,
        }
    }

    /// The lane of processes or threads that is open for this parent.
    pub(super) fn open_lane_of(&self, pool: &ProgramPool) -> Option<usize> {
        let key = LaneKey::new(pool);
        self.lanes.iter().position(|lane| lane.key == key && !lane.ended)
    }

    /// Opens a lane for a pool, or reuses the one of an earlier pool of the same place.
    pub(super) fn open_lane(&mut self, at: Nanos, pool: ProgramPool, workers: u32) -> usize {
        let key = LaneKey::new(&pool);
        let earlier = self.lanes.iter().position(|lane| lane.key == key && lane.ended);
        if let Some(lane) = earlier {
            self.lanes[lane].ended = false;
            self.push_to(at, lane, Event::LaneReopened {});
            return lane;
        }
        let engine = self.process(pool.pid).engine.clone().unwrap_or_else(|| "process".into());
        let mode = match pool.kind {
            PoolKind::Pool | PoolKind::ProcessPoolExecutor | PoolKind::Loky => Mode::Pool,
            PoolKind::Processes | PoolKind::Manager | PoolKind::ProcessTree => Mode::Process,
            _ => Mode::Threads,
        };
        let own_queues = matches!(pool.kind, PoolKind::Processes | PoolKind::Threads | PoolKind::ProcessTree);
        let (cores, gil, chunk) = (self.cores.clone(), false, 1);
        let plan =
            LanePlan { mode, engine, workers, cores, gil, unreported_gil: false, own_queues, chunk, pool: Some(pool) };
        let lane = self.lanes.len();
        self.lanes.push(ObservedLane::new(LaneId(lane as u16), key));
        self.push_to(at, lane, Event::LaneOpened(Box::new(plan)));
        self.push_to(at, lane, Event::LaneStarted {});
        lane
    }

    /// Numbers the lane of a cluster of the program, whose events are passed on.
    pub fn add_cluster_lane(&mut self, hello: &Hello) -> LaneId {
        let id = LaneId(self.lanes.len() as u16);
        let site = Some(CodeLocation { file: hello.address.clone(), line: 0 });
        let pool = ProgramPool { kind: PoolKind::DaskCluster, pid: hello.pid, site, saturation: None };
        let mut lane = ObservedLane::new(id, LaneKey::new(&pool));
        // It has no workers here.
        lane.ended = true;
        self.lanes.push(lane);
        id
    }

    pub(super) fn pool_ended(&mut self, at: Nanos, pid: u32, pool: PoolNumber, parent: Option<ParentUsage>) {
        let Some(lane) = self.lane_of_pool(pid, Some(pool)) else { return };
        if self.lanes[lane].ended || self.lanes[lane].pool_ended {
            return;
        }
        self.lanes[lane].pool_ended = true;
        self.push_to(at, lane, Event::PoolEnded { parent });
        if self.lanes[lane].live_workers().next().is_none() {
            self.end_lane(at, lane);
        }
    }

    pub(super) fn end_lane(&mut self, at: Nanos, lane: usize) {
        if self.lanes[lane].ended {
            return;
        }
        self.lanes_of_pools.retain(|_, of_pool| *of_pool != lane);
        let events = self.lanes[lane].decide_lost_tasks(Nanos::MAX);
        self.push_all(lane, events);
        for event in self.lanes[lane].end() {
            self.push_to(at, lane, event);
        }
    }
}
