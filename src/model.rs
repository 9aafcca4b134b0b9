//! The fold: events in, in any order that keeps each source's own; the state of the run at any time out.
//!
//! Nothing here knows a terminal, a clock or a file. What is live, frozen or replayed is the caller's choice of `t`.

mod cores;
mod fold;
mod illegal;
mod lane;
mod ledger;
mod life;
mod map;
mod moments;
mod problems;
mod sides;
mod slots;
mod spans;
mod state;
mod summary;
mod tasks;
mod times;
mod usage;
mod verdict;
mod whole;
mod workers;

use crate::event::workload::Workload;
use crate::event::{CorePolicy, Event, LaneId, LanePlan, Nanos, Run, StampedEvent};
use cores::Cores;
use illegal::illegal;
use ledger::{Ledger, Sharing, Totals};
use times::NEVER;

pub use illegal::Illegal;
pub use lane::Lane;
pub use ledger::StripCell;
pub use life::Spent;
pub use map::{Cell, Map, Used, Window};
pub use moments::{Moment, MomentKind};
pub use problems::{Mishap, Problem};
pub use state::{Counts, Seat, SeatState, TaskSpent, TaskState, TaskTimes};
pub(crate) use summary::exact;
pub use summary::{CoreTime, Intervention, LaneSummary, RunSummary, TaskTotals};
pub use tasks::Outcome;
pub use verdict::{Contrast, Reason, Verdict, contrast, verdict};
pub use workers::Worker;

/// What watching has cost, and how far the facts can be trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Observer {
    /// CPU time of mpviz itself, in ns.
    pub cpu_ns: u64,
    /// Facts folded.
    pub events: u64,
    /// Workers' own facts dated before the newest mark when they arrived.
    pub late_events: u64,
    /// The latest of them, in ns behind the mark.
    pub max_late_ns: u64,
    /// Samples that could not be taken.
    pub skipped_samples: u64,
    /// The most memory mpviz has held, in bytes.
    pub peak_bytes: u64,
    /// The longest time, in ns, that a lane ran between two marks. They come every 50 ms, unless mpviz is stopped or has no core.
    pub longest_unseen_ns: u64,
}

impl Observer {
    /// Not to have looked for so long is worth a word, in ns.
    const HELD_UP: u64 = 1_000_000_000;

    /// For how long mpviz itself was held up, in ns, if that was long enough to be worth a word.
    #[must_use]
    pub fn held_up(&self) -> Option<u64> {
        Some(self.longest_unseen_ns).filter(|time| *time >= Self::HELD_UP)
    }
}

/// Who has used a lane's cores, in cores.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CoreUse {
    /// The lane.
    pub own: f32,
    /// Other lanes on the same cores, and other programs.
    pub others: f32,
}

impl CoreUse {
    /// Less than this is not told apart from the lane's own.
    const NOTICED: f32 = 0.25;
}

/// The ledgers are brought up to date at a mark after so many facts: often enough for a question to cost little, seldom
/// enough for late facts not to make it a lot of work.
const SETTLED_EVERY: u64 = 16_384;

/// A fact dated later than this (146 years) is nonsense, and would get in the way of adding times up.
const END_OF_TIME: Nanos = 1 << 62;

/// All that is known of a run.
#[derive(Clone, Debug, Default)]
pub struct Model {
    run: Option<Run>,
    lanes: Vec<Lane>,
    ledgers: Vec<Ledger>,
    cores: Cores,
    observer: Observer,
    mark: Nanos,
    /// How many facts there were when the ledgers were last brought up to date.
    settled: u64,
    ended: Option<Nanos>,
}

impl Model {
    /// The most lanes a run has.
    const MAX_LANES: usize = 4;

    /// A model that has heard nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Folds a fact in.
    ///
    /// # Errors
    /// When the fact cannot be; it then changes nothing that is ever shown.
    pub fn apply(&mut self, fact: &StampedEvent) -> Result<(), Illegal> {
        if fact.at >= END_OF_TIME {
            return illegal!("a fact is dated {} ns after the run began", fact.at);
        }
        match fact.lane {
            _ if matches!(fact.event, Event::RunStarted(_)) => self.begin(&fact.event)?,
            _ if self.run.is_none() => return illegal!("the first fact is not that a run started"),
            Some(id) => self.apply_lane(id, fact)?,
            None => self.apply_run(fact.at, &fact.event)?,
        }
        self.observer.events += 1;
        Ok(())
    }

    fn apply_lane(&mut self, id: LaneId, fact: &StampedEvent) -> Result<(), Illegal> {
        let Some(lane) = self.lanes.get_mut(id.index()) else { return illegal!("there is no lane {id}") };
        if let Err(Illegal(sentence)) = lane.apply(fact.at, &fact.event) {
            return illegal!("{}, {} ns: {sentence}", lane.plan().mode.name(), fact.at);
        }
        if fact.at < self.mark && fact.event.is_from_worker() {
            self.observer.late_events += 1;
            self.observer.max_late_ns = self.observer.max_late_ns.max(self.mark - fact.at);
        }
        Ok(())
    }

    fn begin(&mut self, event: &Event) -> Result<(), Illegal> {
        let Event::RunStarted(run) = event else { return Ok(()) };
        if self.run.is_some() {
            return illegal!("the run started twice");
        }
        if run.lanes.is_empty() || run.lanes.len() > Self::MAX_LANES {
            return illegal!("a run of {} lanes", run.lanes.len());
        }
        if let Err(impossible) = run.workload.check() {
            return illegal!("{impossible}");
        }
        if let Some(plan) = run.lanes.iter().find(|plan| plan.workers > Workload::MAX_TASKS) {
            return illegal!("a lane of {} workers", plan.workers);
        }
        let lane = |(i, plan): (usize, &LanePlan)| Lane::new(LaneId(i as u8), plan.clone(), run.workload.tasks);
        self.lanes = run.lanes.iter().enumerate().map(lane).collect();
        self.ledgers = vec![Ledger::default(); self.lanes.len()];
        self.run = Some(Run::clone(run));
        Ok(())
    }

    fn apply_run(&mut self, at: Nanos, event: &Event) -> Result<(), Illegal> {
        match event {
            Event::RunEnded {} if self.ended.is_some() => return illegal!("the run ended twice"),
            Event::RunEnded {} => self.ended = Some(at),
            Event::CoresSampled { loads } => self.cores.sampled(at, loads),
            Event::SamplesSkipped { count } => self.observer.skipped_samples += u64::from(*count),
            Event::Drained { .. } => self.drained(at),
            Event::ObserverMeasured { cpu_ns, peak_bytes } => {
                self.observer.cpu_ns = self.observer.cpu_ns.max(*cpu_ns);
                self.observer.peak_bytes = self.observer.peak_bytes.max(*peak_bytes);
            }
            other => return illegal!("a fact of a lane does not say of which: {other:?}"),
        }
        Ok(())
    }

    /// Nothing more will be told, though the run has not ended: all that was told until `at` is known as of then.
    pub fn break_off(&mut self, at: Nanos) {
        self.mark = self.mark.max(at);
    }

    fn drained(&mut self, at: Nanos) {
        let unseen = self.lanes.iter().map(|lane| lane.ran(self.mark, at)).max();
        self.observer.longest_unseen_ns = self.observer.longest_unseen_ns.max(unseen.unwrap_or(0));
        self.mark = self.mark.max(at);
        if self.observer.events >= self.settled + SETTLED_EVERY {
            self.settle();
        }
    }

    /// Brings the ledgers up to the mark.
    fn settle(&mut self) {
        let mut ledgers = std::mem::take(&mut self.ledgers);
        for (ledger, lane) in ledgers.iter_mut().zip(&self.lanes) {
            ledger.advance(self.sharing(lane), self.mark);
        }
        self.ledgers = ledgers;
        for lane in &mut self.lanes {
            lane.changed = NEVER;
        }
        self.settled = self.observer.events;
    }

    /// A lane with those that share its cores.
    fn sharing<'a>(&'a self, lane: &'a Lane) -> Sharing<'a> {
        let shared = self.policy(lane) == Some(CorePolicy::Shared);
        Sharing { lane, others: if shared { &self.lanes } else { &[] } }
    }

    /// The integrals of a lane from its zero to `t`.
    fn totals(&self, lane: &Lane, t: Nanos) -> Totals {
        self.ledgers[lane.id.index()].at(self.sharing(lane), t)
    }

    /// What the run is, once it has begun.
    #[must_use]
    pub fn run(&self) -> Option<&Run> {
        self.run.as_ref()
    }

    /// The lanes by their number; empty before the run has begun.
    #[must_use]
    pub fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    /// The newest mark: the time as of which the live screen shows the run.
    #[must_use]
    pub fn mark(&self) -> Nanos {
        self.mark
    }

    /// When the run ended.
    #[must_use]
    pub fn ended(&self) -> Option<Nanos> {
        self.ended
    }

    /// Mean load of a core that a lane may use over the last second before `t`, but not before the lane's zero, 0 to 1. None
    /// where there is no sample.
    #[must_use]
    pub fn core_load(&self, lane: LaneId, core: u32, t: Nanos) -> Option<f32> {
        let lane = self.lanes.get(lane.index())?;
        self.cores(lane).load(core, lane.zero().unwrap_or(0), t)
    }

    /// How many of its cores a lane has used itself over the time that their loads at `t` speak of, and how many others have:
    /// by the CPU time of its workers as sampled. Where that is not known of all of them the lane uses a core where a worker
    /// of it is ready, and lanes that share cores have them in proportion. None where a load is missing.
    ///
    /// Less than a quarter of a core may be the kernel's work for the lane, and until all its workers are ready it is what
    /// starting them takes: both are counted as the lane's own.
    #[must_use]
    pub fn core_use(&self, lane: LaneId, t: Nanos) -> Option<CoreUse> {
        let lane = self.lanes.get(lane.index())?;
        let cores = &lane.plan.cores;
        let load = cores.iter().map(|core| self.core_load(lane.id, *core, t)).sum::<Option<f32>>()?;
        let (from, to) = self.cores(lane).covered(*cores.first()?, lane.zero().unwrap_or(0), t)?;
        let all_own = CoreUse { own: load, others: 0.0 };
        if to <= from || lane.all_ready().is_none_or(|ready| ready > from) {
            return Some(all_own);
        }
        let ready = |lane: &Lane| {
            let busy = self.totals(lane, to).busy - self.totals(lane, from).busy;
            busy as f32 / (to - from) as f32
        };
        let by_readiness = || {
            let all: f32 = self.sharing(lane).all().map(ready).sum();
            ready(lane).min(if all > 0.0 { load * ready(lane) / all } else { 0.0 })
        };
        let sampled = lane.workers.cpu(from, to).map(|cpu| (cpu / (to - from) as f64) as f32);
        let own = sampled.map_or_else(by_readiness, |sampled| sampled.min(load));
        let others = load - own;
        Some(if others > CoreUse::NOTICED { CoreUse { own, others } } else { all_own })
    }

    /// What watching has cost so far.
    #[must_use]
    pub fn observer(&self) -> &Observer {
        &self.observer
    }

    /// Cores of the lane that nobody is ready to use at `t`: max(0, cores − Σ ready of the lanes that share them).
    #[must_use]
    pub fn idle(&self, lane: LaneId, t: Nanos) -> u32 {
        self.lanes.get(lane.index()).map_or(0, |lane| self.sharing(lane).idle(t))
    }

    /// The lane's cores over time, column by column: what the strip under the map draws. Exact; nothing before its zero.
    #[must_use]
    pub fn strip(&self, lane: LaneId, window: Window) -> Vec<StripCell> {
        let Some(lane) = self.lanes.get(lane.index()) else { return Vec::new() };
        let edges = || (0..=window.columns).map(|column| window.edge(column));
        let totals = self.ledgers[lane.id.index()].at_each(self.sharing(lane), edges());
        let walls = edges().skip(1).zip(edges()).map(|(to, from)| to - from);
        totals.windows(2).zip(walls).map(|(pair, wall)| StripCell::between(&pair[0], &pair[1], wall)).collect()
    }
}
