//! A map of winners: which mode is the fastest, by share of I/O and by number of tasks or payload.

pub mod json;
pub mod table;

use crate::event::workload::ChunkSize;
use crate::event::{Mode, Nanos};

/// Shares of I/O in the time of a task, in per cent: the columns of a map.
pub const IO_PERCENTS: [u32; 11] = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95];

/// What the rows of a map vary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MapRows {
    Tasks(Vec<u32>),
    /// Payload of a task, in bytes.
    Payload(Vec<u64>),
}

impl MapRows {
    #[must_use]
    pub fn count(&self) -> usize {
        match self {
            Self::Tasks(rows) => rows.len(),
            Self::Payload(rows) => rows.len(),
        }
    }
}

/// Which widths of pools and threads compete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapLayer {
    /// The given number of workers.
    GivenWidth,
    /// For each mode the fewest workers that are as fast as its best number of them.
    BestWidth,
}

impl MapLayer {
    /// Both layers, in the order in which they are shown.
    pub const ALL: [Self; 2] = [Self::GivenWidth, Self::BestWidth];

    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::GivenWidth => Self::BestWidth,
            Self::BestWidth => Self::GivenWidth,
        }
    }
}

/// A mode in a contest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contestant {
    pub mode: Mode,
    pub workers: u32,
    pub makespan_s: f64,
    /// Largest payload in memory at once.
    pub peak_bytes: u64,
}

/// A contestant that was really run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ContestRun {
    pub predicted: Contestant,
    pub measured_s: f64,
    /// Whether other programs used the cores meanwhile.
    pub is_disturbed: bool,
}

/// Real runs of the two fastest modes of a contest.
#[derive(Clone, Debug, PartialEq)]
pub struct Confirmation {
    pub runs: [ContestRun; 2],
    /// Whether they have the predicted outcome; none if other programs disturbed one of them.
    pub is_confirmed: Option<bool>,
}

impl Confirmation {
    /// Judges the runs of the predicted winner and of the next mode. A predicted winner must be faster; the runs of a
    /// tie must not differ by more than `noise`, a share, by which repeats of a run differ.
    #[must_use]
    pub fn new(runs: [ContestRun; 2], is_tie: bool, noise: f64) -> Self {
        let [first, next] = runs.map(|run| run.measured_s);
        let is_confirmed = if is_tie { first.max(next) <= first.min(next) * (1.0 + noise) } else { first < next };
        let is_disturbed = runs.iter().any(|run| run.is_disturbed);
        Self { runs, is_confirmed: (!is_disturbed).then_some(is_confirmed) }
    }
}

/// The modes in a cell of a layer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contest {
    /// The fastest first; without modes whose payload does not fit into memory.
    pub entries: Vec<Contestant>,
    /// How many of them, from the first, are as fast as the first.
    pub tied: usize,
    pub confirmation: Option<Confirmation>,
}

impl Contest {
    #[must_use]
    pub const fn is_tie(&self) -> bool {
        self.tied > 1
    }

    /// The only winner; none if there is a tie, or no mode at all.
    #[must_use]
    pub fn winner(&self) -> Option<&Contestant> {
        self.entries.first().filter(|_| !self.is_tie())
    }

    /// How many times as long as the fastest mode the next one takes; none if there is no other.
    #[must_use]
    pub fn lead(&self) -> Option<f64> {
        let [first, next, ..] = &self.entries[..] else { return None };
        Some(next.makespan_s / first.makespan_s)
    }
}

/// A cell of a map.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MapCell {
    pub given_width: Contest,
    pub best_width: Contest,
}

/// What a map is about.
#[derive(Clone, Debug, PartialEq)]
pub struct MapRequest {
    /// CPU time of a task's computing; at least 1.
    pub cpu: Nanos,
    /// Tasks of rows by payload; payload of rows by tasks.
    pub tasks: u32,
    pub payload: u64,
    pub rows: MapRows,
    /// Workers of pool and threads in the layer of the given width.
    pub workers: u32,
    pub cores: u32,
    /// Cores of this machine.
    pub cores_here: u32,
    pub chunk: ChunkSize,
    /// Payloads at once must fit into this many bytes.
    pub memory: u64,
    /// The row and the column of the tasks that the viewer described; none for those that were not.
    pub own: (Option<usize>, Option<usize>),
    /// Whether their share of I/O is beyond the columns.
    pub is_own_outside: bool,
}

impl MapRequest {
    /// I/O time of a task in a column, in ns.
    #[must_use]
    pub fn io(&self, column: usize) -> Nanos {
        io_of_share(self.cpu, IO_PERCENTS[column])
    }
}

/// A map of winners.
#[derive(Clone, Debug, PartialEq)]
pub struct WinnerMap {
    pub request: MapRequest,
    /// Row by row, one cell for each of [`IO_PERCENTS`].
    pub cells: Vec<MapCell>,
}

/// How often each mode wins in a layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WinCounts {
    /// By mode, in the order of [`Mode::ALL_VARIANTS`].
    pub wins: [usize; 4],
    pub ties: usize,
}

impl WinnerMap {
    #[must_use]
    pub fn contest(&self, layer: MapLayer, row: usize, column: usize) -> Option<&Contest> {
        let cell = self.cells.get(row * IO_PERCENTS.len() + column).filter(|_| column < IO_PERCENTS.len())?;
        Some(match layer {
            MapLayer::GivenWidth => &cell.given_width,
            MapLayer::BestWidth => &cell.best_width,
        })
    }

    /// The contest of a layer in every cell.
    pub fn contests(&self, layer: MapLayer) -> impl Iterator<Item = &Contest> {
        self.cells.iter().map(move |cell| match layer {
            MapLayer::GivenWidth => &cell.given_width,
            MapLayer::BestWidth => &cell.best_width,
        })
    }

    /// Whether cells were confirmed or contradicted by real runs.
    #[must_use]
    pub fn has_confirmations(&self) -> bool {
        self.contests(MapLayer::BestWidth).any(|contest| contest.confirmation.is_some())
    }

    #[must_use]
    pub fn win_counts(&self, layer: MapLayer) -> WinCounts {
        let mut counts = WinCounts::default();
        for contest in self.contests(layer) {
            counts.ties += usize::from(contest.is_tie());
            if let Some(winner) = contest.winner() {
                counts.wins[winner.mode as usize] += 1;
            }
        }
        counts
    }
}

/// I/O time of a task with this CPU time, such that I/O takes `percent` of the sum; below 100.
#[must_use]
pub fn io_of_share(cpu: Nanos, percent: u32) -> Nanos {
    (u128::from(cpu) * u128::from(percent) / u128::from(100 - percent)) as Nanos
}
