//! The rank of a lane among the lanes of its run.

use crate::text;

/// The lane finished first; other lanes are still running.
#[must_use]
pub fn first_to_finish() -> Vec<String> {
    vec![text!("first-to-finish").into()]
}

/// The recording ends before the lane did.
#[must_use]
pub fn rank_of_cut_off() -> Vec<String> {
    vec![text!("rank-cut-off").into()]
}

/// The viewer ended the run.
#[must_use]
pub fn rank_of_cancelled() -> Vec<String> {
    vec![text!("ended-by-viewer").into()]
}

/// The lane was simulated, and takes this many times as long as the measured lane beside it.
#[must_use]
pub fn rank_of_simulated(ratio: Option<f64>) -> Vec<Vec<String>> {
    let compared = ratio.map(|ratio| {
        let ratio = format!("{ratio:.2}");
        vec![text!("times-the-measured", ratio = ratio.as_str()), text!("times", ratio = ratio)]
    });
    std::iter::once(vec![text!("rank-simulated").into()]).chain(compared).collect()
}

/// The lane was run; a simulated one is beside it.
#[must_use]
pub fn rank_of_measured() -> Vec<String> {
    vec![text!("rank-measured").into()]
}

/// Not all tasks finished.
#[must_use]
pub fn rank_of_incomplete() -> Vec<String> {
    vec![text!("rank-incomplete").into()]
}

/// Other programs took so much core time that the run should be repeated.
#[must_use]
pub fn rank_of_disturbed() -> Vec<String> {
    vec![text!("rank-disturbed").into(), text!("rank-disturbed-short").into()]
}

/// The run was too short to compare its lanes.
#[must_use]
pub fn rank_of_too_short() -> Vec<String> {
    vec![text!("too-short-to-compare").into(), text!("too-short").into()]
}

/// Rank of the fastest lane, which is this many times faster than the slowest.
#[must_use]
pub fn rank_of_fastest(ratio: f64) -> Vec<Vec<String>> {
    let ratio = format!("{ratio:.1}");
    let compared = vec![text!("times-faster", ratio = ratio.as_str()), text!("times", ratio = ratio)];
    vec![vec![text!("rank-fastest").into()], compared]
}

/// Rank of the fastest lanes if they do not differ.
#[must_use]
pub fn rank_of_equally_fast() -> Vec<String> {
    vec![text!("equally-fast").into(), text!("equally-fast-short").into()]
}

/// Rank of a lane that took this many times as long as the fastest.
#[must_use]
pub fn rank_of_slower(ratio: f64) -> Vec<Vec<String>> {
    let ratio = format!("{ratio:.1}");
    vec![vec![text!("times-as-long", ratio = ratio.as_str()), text!("times", ratio = ratio)]]
}

/// Rank of lanes whose times are equal within the tolerance.
#[must_use]
pub fn rank_of_equals(ratio: f64) -> Vec<Vec<String>> {
    let percent = ((ratio - 1.0) * 100.0).ceil();
    vec![vec![text!("rank-equal").into()], vec![text!("within-percent", n = percent)]]
}

/// Rank of lanes that differ by less than their repeats.
#[must_use]
pub fn rank_within_spread() -> Vec<Vec<String>> {
    let within = vec![text!("within-spread").into(), text!("within-spread-short").into()];
    vec![vec![text!("not-significant").into()], within]
}
