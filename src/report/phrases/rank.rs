//! The rank of a lane among the lanes of its run.

/// The lane finished first; other lanes are still running.
#[must_use]
pub fn first_to_finish() -> Vec<String> {
    vec!["first to finish".into()]
}

/// The recording ends before the lane did.
#[must_use]
pub fn rank_of_cut_off() -> Vec<String> {
    vec!["CUT OFF".into()]
}

/// The viewer ended the run.
#[must_use]
pub fn rank_of_cancelled() -> Vec<String> {
    vec!["ended by you".into()]
}

/// The lane was simulated, and takes this many times as long as the measured lane beside it.
#[must_use]
pub fn rank_of_simulated(ratio: Option<f64>) -> Vec<Vec<String>> {
    let compared = ratio.map(|ratio| vec![format!("{ratio:.2}× the measured time"), format!("{ratio:.2}×")]);
    std::iter::once(vec!["SIMULATED".into()]).chain(compared).collect()
}

/// The lane was run; a simulated one is beside it.
#[must_use]
pub fn rank_of_measured() -> Vec<String> {
    vec!["measured".into()]
}

/// Not all tasks finished.
#[must_use]
pub fn rank_of_incomplete() -> Vec<String> {
    vec!["INCOMPLETE".into()]
}

/// Other programs took so much core time that the run should be repeated.
#[must_use]
pub fn rank_of_disturbed() -> Vec<String> {
    vec!["disturbed: repeat".into()]
}

/// The run was too short to compare its lanes.
#[must_use]
pub fn rank_of_too_short() -> Vec<String> {
    vec!["too short to compare".into(), "too short".into()]
}

/// Rank of the fastest lane, which is this many times faster than the slowest.
#[must_use]
pub fn rank_of_fastest(ratio: f64) -> Vec<Vec<String>> {
    vec![vec!["FASTEST".into()], vec![format!("{ratio:.1}× faster"), format!("{ratio:.1}×")]]
}

/// Rank of the fastest lanes if they do not differ.
#[must_use]
pub fn rank_of_equally_fast() -> Vec<String> {
    vec!["equally fast".into(), "equal".into()]
}

/// Rank of a lane that took this many times as long as the fastest.
#[must_use]
pub fn rank_of_slower(ratio: f64) -> Vec<Vec<String>> {
    vec![vec![format!("{ratio:.1}× as long"), format!("{ratio:.1}×")]]
}

/// Rank of lanes whose times are equal within the tolerance.
#[must_use]
pub fn rank_of_equals(ratio: f64) -> Vec<Vec<String>> {
    vec![vec!["EQUAL".into()], vec![format!("within {:.0} %", ((ratio - 1.0) * 100.0).ceil())]]
}

/// Rank of lanes that differ by less than their repeats.
#[must_use]
pub fn rank_within_spread() -> Vec<Vec<String>> {
    vec![vec!["not significant".into()], vec!["within the spread of repeats".into(), "within repeats".into()]]
}
