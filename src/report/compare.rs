//! Compares lanes of different runs, such as before and after a change, or two machines.
//!
//! A run is read from a saved JSON result, or converted from a report. Each lane is compared with the lane of the same
//! mode and workers in the first run, or else of the same mode, or else with its first lane, by the rules of the
//! verdict.

mod formats;
mod saved;
mod setups;
mod table;

use serde::Serialize;

use crate::event::PoolKind;
use crate::event::text::SafeText;
use crate::model::{LaneComparison, LaneSummary, ProgramLaneSummary, compare_lanes};
use crate::report::phrases;

pub use formats::{write_csv, write_json, write_markdown};
use saved::SavedLane;
pub use saved::{ComparedRunData, SavedError};
pub use table::write_tables;

/// Several runs, with the comparison of their lanes with those of the first run.
#[derive(Clone, Debug)]
pub struct RunComparison {
    runs: Vec<ComparedRunData>,
    columns: Vec<ComparedLane>,
    notes: Vec<String>,
}

/// A lane of one of the compared runs.
#[derive(Clone, Debug)]
struct ComparedLane {
    /// Index of its run.
    run: usize,
    /// Index of the lane in its run.
    lane: usize,
    /// Index of the lane that it is compared with; none for lanes of the first run.
    base: Option<usize>,
    difference: Option<LaneComparison>,
    sentence: Option<String>,
}

/// Result of comparing the makespans of two lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum TimeDifference {
    Faster,
    Slower,
    Same,
    NotComparable,
}

impl RunComparison {
    /// Compares the lanes of all runs with those of the first.
    #[must_use]
    pub fn new(runs: Vec<ComparedRunData>) -> Self {
        let lanes =
            |(run, data): (usize, &ComparedRunData)| (0..data.lanes.len()).map(|lane| (run, lane)).collect::<Vec<_>>();
        let columns = runs
            .iter()
            .enumerate()
            .flat_map(lanes)
            .map(|(run, lane)| compare_with_first_run(&runs, run, lane))
            .collect();
        let doubts = runs.iter().flat_map(|run| run.doubts.iter().map(|doubt| format!("{}: {doubt}", run.name)));
        let notes = doubts.chain(setups::notes_on_setups(&runs)).collect();
        Self { runs, columns, notes }
    }

    /// One sentence per compared lane, then reasons to doubt the figures, and how the set-ups differ.
    pub fn comparison_sentences(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().filter_map(|lane| lane.sentence.as_deref()).chain(self.notes.iter().map(String::as_str))
    }

    /// How the set-ups differ, in a few words; none if they do not.
    #[must_use]
    pub fn differing_settings(&self) -> Option<String> {
        setups::differing_settings(&self.runs)
    }

    fn summary_of(&self, lane: &ComparedLane) -> &LaneSummary {
        &self.runs[lane.run].lanes[lane.lane].lane
    }

    fn name(&self, lane: &ComparedLane) -> &SafeText {
        &self.runs[lane.run].name
    }
}

impl ComparedLane {
    /// Ratio of the lane's makespan to that of the lane it is compared with.
    fn time_ratio(&self, comparison: &RunComparison) -> Option<f64> {
        let base = &comparison.runs[0].lanes[self.base?].lane;
        comparison
            .summary_of(self)
            .makespan_s
            .zip(base.makespan_s)
            .map(|(time, base)| time / base)
            .filter(|ratio| ratio.is_finite())
    }

    fn time_difference(&self) -> Option<TimeDifference> {
        self.difference.as_ref().map(|comparison| match comparison {
            LaneComparison::None { .. } | LaneComparison::Undecided(_) => TimeDifference::NotComparable,
            LaneComparison::Same => TimeDifference::Same,
            LaneComparison::Differs(ratio, _) if *ratio < 1.0 => TimeDifference::Faster,
            LaneComparison::Differs(..) => TimeDifference::Slower,
        })
    }
}

fn compare_with_first_run(runs: &[ComparedRunData], run: usize, lane: usize) -> ComparedLane {
    let alone = ComparedLane { run, lane, base: None, difference: None, sentence: None };
    let (this, first) = (&runs[run].lanes[lane], &runs[0].lanes);
    if run == 0 || first.is_empty() {
        return alone;
    }
    let same_mode = |base: &SavedLane| base.lane.mode == this.lane.mode;
    let same_lane = |base: &SavedLane| same_mode(base) && base.lane.workers == this.lane.workers;
    let base = partner_of_pool(first, &runs[run].lanes, lane)
        .or_else(|| first.iter().position(same_lane))
        .or_else(|| first.iter().position(same_mode))
        .unwrap_or(0);
    let spread = relative_spread(this).max(relative_spread(&first[base]));
    let difference = compare_lanes(&this.lane, &first[base].lane, spread);
    let sentence =
        phrases::comparison_sentence((&runs[run].name, &this.lane), (&runs[0].name, &first[base].lane), &difference);
    ComparedLane { base: Some(base), difference: Some(difference), sentence: Some(sentence), ..alone }
}

/// The lane of the first run with the pool of a lane of a watched program: created at the same place with as many
/// workers, else in the same file, because an edit moves its line. Titles may have pids, which differ from run to run.
/// Of clusters, the one with the same setting: their addresses differ from run to run, too.
fn partner_of_pool(first: &[SavedLane], lanes: &[SavedLane], lane: usize) -> Option<usize> {
    let site = |program: &ProgramLaneSummary| program.site.clone().filter(|_| program.kind != PoolKind::DaskCluster);
    let in_file = |saved: &SavedLane| {
        let program = saved.lane.program.as_ref()?;
        Some((program.kind, site(program).map(|site| site.file), program.saturation().cloned()))
    };
    let at_place = |saved: &SavedLane| {
        let program = saved.lane.program.as_ref()?;
        Some((program.kind, site(program), program.saturation().cloned(), saved.lane.workers))
    };
    partner_by(first, lanes, lane, at_place).or_else(|| partner_by(first, lanes, lane, in_file))
}

/// The lane of the first run with the same key. Of several, the one of the same rank in its run, else the first.
fn partner_by<K: PartialEq>(
    first: &[SavedLane],
    lanes: &[SavedLane],
    lane: usize,
    key: impl Fn(&SavedLane) -> Option<K>,
) -> Option<usize> {
    let wanted = Some(key(&lanes[lane])?);
    let rank = lanes[..lane].iter().filter(|other| key(other) == wanted).count();
    let alike: Vec<usize> = (0..first.len()).filter(|base| key(&first[*base]) == wanted).collect();
    alike.get(rank).or(alike.first()).copied()
}

/// Spread of a lane's repeats relative to the median.
fn relative_spread(lane: &SavedLane) -> f64 {
    let range = lane.makespan_min_s.zip(lane.makespan_max_s).zip(lane.lane.makespan_s);
    range.map_or(0.0, |((min, max), median)| (max - min) / median).max(0.0)
}
