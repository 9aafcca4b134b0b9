//! Lanes of different runs side by side: before and after, 4 workers and 8, this machine and that one.
//!
//! A run comes as the object that `mpviz run --json` printed, or as a report just made, which is put through the same
//! object, so that both are the same. Each lane is compared with the lane of the same mode in the first run, else with that
//! run's first lane, by the rule of the verdict.

mod faces;
mod saved;
mod table;
mod words;

use serde::Serialize;

use crate::event::text::SafeText;
use crate::model::{LaneComparison, LaneSummary, compare_lanes};

pub use faces::{csv, json, markdown};
use saved::Saved;
pub use saved::{Side, Unsuitable};
pub use table::table;

/// Runs, and how their lanes compare with those of the first.
#[derive(Clone, Debug)]
pub struct Comparison {
    sides: Vec<Side>,
    columns: Vec<Column>,
    notes: Vec<String>,
}

/// A lane of one of the runs.
#[derive(Clone, Debug)]
struct Column {
    side: usize,
    lane: usize,
    /// The lane of the first run that it is compared with; none for those of the first run.
    base: Option<usize>,
    difference: Option<LaneComparison>,
    sentence: Option<String>,
}

/// How a lane's time compares, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Difference {
    Faster,
    Slower,
    Same,
    NotComparable,
}

impl Comparison {
    /// Compares the lanes of all runs with those of the first.
    #[must_use]
    pub fn new(sides: Vec<Side>) -> Self {
        let lanes = |(n, side): (usize, &Side)| (0..side.lanes.len()).map(|lane| (n, lane)).collect::<Vec<_>>();
        let columns = sides.iter().enumerate().flat_map(lanes).map(|(side, lane)| column(&sides, side, lane)).collect();
        let notes = words::notes(&sides);
        Self { sides, columns, notes }
    }

    /// What is to be said: a sentence a lane, then what else differs between the runs.
    pub fn sentences(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().filter_map(|column| column.sentence.as_deref()).chain(self.notes.iter().map(String::as_str))
    }

    /// What is not the same in all runs besides the lanes, in a few words; none if nothing is.
    #[must_use]
    pub fn differing(&self) -> Option<String> {
        words::differing(&self.sides)
    }

    fn lane(&self, column: &Column) -> &LaneSummary {
        &self.sides[column.side].lanes[column.lane].lane
    }

    fn name(&self, column: &Column) -> &SafeText {
        &self.sides[column.side].name
    }
}

impl Column {
    /// Its time by that of the lane it is compared with.
    fn ratio(&self, comparison: &Comparison) -> Option<f64> {
        let base = &comparison.sides[0].lanes[self.base?].lane;
        comparison
            .lane(self)
            .makespan_s
            .zip(base.makespan_s)
            .map(|(time, base)| time / base)
            .filter(|ratio| ratio.is_finite())
    }

    fn word(&self) -> Option<Difference> {
        self.difference.as_ref().map(|compare_lanes| match compare_lanes {
            LaneComparison::None { .. } => Difference::NotComparable,
            LaneComparison::Same => Difference::Same,
            LaneComparison::Differs(ratio, _) if *ratio < 1.0 => Difference::Faster,
            LaneComparison::Differs(..) => Difference::Slower,
        })
    }
}

fn column(sides: &[Side], side: usize, lane: usize) -> Column {
    let alone = Column { side, lane, base: None, difference: None, sentence: None };
    let (this, first) = (&sides[side].lanes[lane], &sides[0].lanes);
    if side == 0 || first.is_empty() {
        return alone;
    }
    let base = first.iter().position(|base| base.lane.mode == this.lane.mode).unwrap_or(0);
    let spread = spread(this).max(spread(&first[base]));
    let difference = compare_lanes(&this.lane, &first[base].lane, spread);
    let sentence = words::sentence((&sides[side].name, &this.lane), (&sides[0].name, &first[base].lane), &difference);
    Column { base: Some(base), difference: Some(difference), sentence: Some(sentence), ..alone }
}

/// How far repeats of a lane were apart, as part of the median.
fn spread(lane: &Saved) -> f64 {
    let range = lane.makespan_min_s.zip(lane.makespan_max_s).zip(lane.lane.makespan_s);
    range.map_or(0.0, |((min, max), median)| (max - min) / median).max(0.0)
}
