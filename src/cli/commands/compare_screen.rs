//! Chooses the lanes of several runs that are shown side by side.

use thiserror::Error;

use crate::event::text::SafeText;
use crate::event::workload::Workload;
use crate::event::{CorePolicy, LaneId, Mode, Run};
use crate::model::Model;
use crate::text;
use crate::view::MAX_LANES_ON_SCREEN;

/// A run to compare. A saved result has no model.
pub(super) struct ComparedRun {
    pub(super) name: SafeText,
    pub(super) model: Option<Model>,
    /// Number of runs in its recording, of which this is the last.
    pub(super) of: usize,
}

/// Lanes of several runs, and what is left out.
pub(super) struct SideBySide {
    pub model: Model,
    /// Which lanes are left out.
    pub note: Option<String>,
}

/// Why the runs cannot be shown side by side.
#[derive(Clone, Debug, Error, PartialEq)]
pub(super) enum SideBySideError {
    #[error("{}", text!("saved-result-not-shown", run = .0.as_str()))]
    SavedResult(SafeText),
    #[error("{}", text!("incomplete-run-not-shown", run = .0.as_str()))]
    Incomplete(SafeText),
    #[error("{}", text!("no-run-to-show"))]
    NoRun,
    #[error("{}", text!("sizes-differ", run = .0.as_str(), other = .1.as_str()))]
    SizesDiffer(SafeText, SafeText),
    #[error("{}", text!("too-many-lanes-of-runs", n = *.0, most = MAX_LANES_ON_SCREEN))]
    TooManyLanes(usize),
    #[error("{}", text!("shared-cores-not-shown", run = .0.as_str()))]
    SharedCores(SafeText),
}

/// A lane of one of the runs.
type RunAndLaneId = (usize, LaneId);

/// Puts lanes of all runs side by side: those of the given modes, or as many as fit. `differing` describes how the
/// runs' set-ups differ.
pub(super) fn side_by_side(
    runs: Vec<ComparedRun>,
    modes: &[Mode],
    differing: Option<String>,
) -> Result<SideBySide, SideBySideError> {
    let (mut known, mut notes) = (Vec::new(), Vec::new());
    for ComparedRun { name, model, of } in runs {
        let model = model.ok_or_else(|| SideBySideError::SavedResult(name.clone()))?;
        if model.ended_at().is_none() {
            return Err(SideBySideError::Incomplete(name));
        }
        if of > 1 {
            notes.push(text!("last-run-shown", of = of, run = name.as_str()));
        }
        known.push((name, model));
    }
    let plans: Vec<(&SafeText, &Run)> = known.iter().filter_map(|(name, model)| Some((name, model.run()?))).collect();
    let first = check_comparable(&plans)?;
    let (lanes, without) = choose_lanes(&plans, modes)?;
    check_shared_cores(&plans, &lanes)?;
    notes.extend(without);
    let note = (!notes.is_empty()).then(|| notes.join("; "));
    let run = common_run(first, &plans, differing);
    Ok(SideBySide { model: Model::side_by_side(run, known, &lanes), note })
}

/// The first run, if all have the same numbers and tasks.
fn check_comparable<'a>(plans: &[(&SafeText, &'a Run)]) -> Result<&'a Run, SideBySideError> {
    let [(name, first), others @ ..] = plans else { return Err(SideBySideError::NoRun) };
    let size = |run: &Run| run.workload.as_ref().map(|work| (work.numbers, work.tasks));
    match others.iter().find(|(_, run)| size(run) != size(first)) {
        Some((other, _)) => Err(SideBySideError::SizesDiffer((*other).clone(), (*name).clone())),
        None => Ok(first),
    }
}

/// The lanes, grouped by mode, and a note on those left out.
fn choose_lanes(
    plans: &[(&SafeText, &Run)],
    wanted: &[Mode],
) -> Result<(Vec<RunAndLaneId>, Option<String>), SideBySideError> {
    let has = |run: &Run, mode: Mode| run.lanes.iter().any(|plan| plan.mode == mode);
    let all = modes_of_runs(plans);
    let mut chosen = if wanted.is_empty() { all.clone() } else { wanted.to_vec() };
    let mut lanes = lane_positions(plans, &chosen);
    if lanes.len() > MAX_LANES_ON_SCREEN && wanted.is_empty() {
        chosen.retain(|mode| plans.iter().all(|(_, run)| has(run, *mode)));
        while lane_positions(plans, &chosen).len() > MAX_LANES_ON_SCREEN {
            chosen.pop();
        }
        lanes = lane_positions(plans, &chosen);
    }
    if lanes.is_empty() || lanes.len() > MAX_LANES_ON_SCREEN {
        let many = lane_positions(plans, if wanted.is_empty() { &all } else { wanted }).len();
        return Err(SideBySideError::TooManyLanes(many));
    }
    let left: Vec<_> = all.iter().filter(|mode| !chosen.contains(mode)).map(|mode| mode.name()).collect();
    let note = (wanted.is_empty() && !left.is_empty())
        .then(|| text!("lanes-left-out", most = MAX_LANES_ON_SCREEN, modes = left.join(", ")));
    Ok((lanes, note))
}

/// The modes of all runs, in order of appearance.
fn modes_of_runs(plans: &[(&SafeText, &Run)]) -> Vec<Mode> {
    let mut modes = Vec::new();
    for plan in plans.iter().flat_map(|(_, run)| &run.lanes) {
        if !modes.contains(&plan.mode) {
            modes.push(plan.mode);
        }
    }
    modes
}

/// The lanes of these modes, by mode; in sweeps, those of the same number of workers next to each other.
fn lane_positions(plans: &[(&SafeText, &Run)], modes: &[Mode]) -> Vec<RunAndLaneId> {
    let of_run = |(n, run): (usize, &Run), mode: Mode| {
        let lanes = run.lanes.iter().zip(0..).filter(|(plan, _)| plan.mode == mode);
        lanes.map(|(_, lane)| (n, LaneId(lane))).collect::<Vec<_>>()
    };
    let of_mode = |mode: &Mode| {
        let mut lanes: Vec<_> = plans.iter().enumerate().flat_map(|(n, (_, run))| of_run((n, run), *mode)).collect();
        if plans.iter().any(|(_, run)| run.lanes.iter().any(|plan| plan.mode == *mode && run.sweeps(plan))) {
            lanes.sort_by_key(|(n, lane)| plans[*n].1.lanes[lane.index()].workers);
        }
        lanes
    };
    modes.iter().flat_map(of_mode).collect()
}

/// Refuses to show a part of the lanes that shared cores: which cores were idle depends on all of them.
fn check_shared_cores(plans: &[(&SafeText, &Run)], lanes: &[RunAndLaneId]) -> Result<(), SideBySideError> {
    let shown = |n: usize| lanes.iter().filter(|(run, _)| *run == n).count();
    let torn =
        |(n, (_, run)): &(usize, &(&SafeText, &Run))| run.cores == CorePolicy::Shared && shown(*n) < run.lanes.len();
    match plans.iter().enumerate().find(torn) {
        Some((_, (name, _))) => Err(SideBySideError::SharedCores((*name).clone())),
        None => Ok(()),
    }
}

/// What all runs have in common; neutral values where they differ.
fn common_run(first: &Run, plans: &[(&SafeText, &Run)], differing: Option<String>) -> Run {
    let all = |same: fn(&Run, &Run) -> bool| plans.iter().all(|(_, run)| same(run, first));
    let same_io = all(|run, first| {
        let io = |run: &Run| run.workload.as_ref().map(|work| (work.io, work.io_latency_ns, work.io_kind));
        io(run) == io(first)
    });
    let same_max_records = all(|run, first| {
        let max_records = |run: &Run| run.workload.as_ref().map(|work| work.max_records);
        max_records(run) == max_records(first)
    });
    Run {
        cores: if all(|run, first| run.cores == first.cores) { first.cores } else { CorePolicy::Split },
        workload: first.workload.as_ref().map(|work| Workload {
            io: if same_io { work.io } else { 0 },
            max_records: work.max_records.filter(|_| same_max_records),
            ..work.clone()
        }),
        notes: differing.map(SafeText::from).into_iter().collect(),
        repeat: None,
        began_ms: None,
        graph: first.graph.clone().filter(|_| all(|run, first| run.graph == first.graph)),
        ..first.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{LanePlan, Machine};

    fn run(modes: &[Mode], cores: CorePolicy) -> Run {
        let plan = |mode: &Mode| LanePlan {
            mode: *mode,
            engine: "native".into(),
            workers: 1,
            cores: vec![0],
            gil: false,
            unreported_gil: false,
            own_queues: false,
            chunk: 1,
            pool: None,
        };
        Run {
            version: "0".into(),
            command: Vec::new(),
            machine: Machine { cores: 1, memory_bytes: 1, os: "x".into() },
            cores,
            workload: Some(Workload::default()),
            rounds_per_number: 1,
            program: None,
            lanes: modes.iter().map(plan).collect(),
            notes: Vec::new(),
            repeat: None,
            began_ms: None,
            graph: None,
        }
    }

    fn choose_for_test(runs: &[Run], wanted: &[Mode]) -> Result<(Vec<(usize, u16)>, bool), SideBySideError> {
        let names: Vec<SafeText> = (0..runs.len()).map(|n| format!("r{n}").into()).collect();
        let plans: Vec<_> = names.iter().zip(runs).collect();
        let (lanes, note) = choose_lanes(&plans, wanted)?;
        check_shared_cores(&plans, &lanes)?;
        Ok((lanes.into_iter().map(|(run, lane)| (run, lane.0)).collect(), note.is_some()))
    }

    #[test]
    fn lanes_are_grouped_by_mode_and_limited_to_the_screen() {
        use Mode::{Pool, Process, Threads};
        let both = run(&[Pool, Process], CorePolicy::Split);
        let two = vec![both.clone(), both.clone()];
        assert_eq!(choose_for_test(&two, &[]), Ok((vec![(0, 0), (1, 0), (0, 1), (1, 1)], false)));
        assert_eq!(choose_for_test(&two, &[Process]), Ok((vec![(0, 1), (1, 1)], false)));
        let three = vec![both.clone(), both.clone(), run(&[Threads, Pool], CorePolicy::Split)];
        assert_eq!(choose_for_test(&three, &[]), Ok((vec![(0, 0), (1, 0), (2, 1)], true)), "pool is what all have");
        assert!(choose_for_test(&three, &[Pool, Process]).unwrap_err() == SideBySideError::TooManyLanes(5));
        assert!(choose_for_test(&vec![both.clone(); 5], &[]).unwrap_err() == SideBySideError::TooManyLanes(10));
        let shared = run(&[Pool, Process], CorePolicy::Shared);
        assert!(choose_for_test(&[both.clone(), shared.clone()], &[]).is_ok());
        assert!(choose_for_test(&[both, shared], &[Pool]).unwrap_err() == SideBySideError::SharedCores("r1".into()));
    }
}
