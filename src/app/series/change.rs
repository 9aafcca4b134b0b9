//! Runs that the viewer's keys change: another mode, more workers, I/O on or off, a scenario.

use crossbeam_channel::unbounded;
use thiserror::Error;

use super::{EventStream, Series};
use crate::engine::resources::{AvailableResources, InsufficientResources, check_resources};
use crate::engine::{
    Command, DiskIoError, Engine, EngineMode, LaneSpec, RunSpec, check_disk_io, io_heavy_workload, too_few_rounds,
};
use crate::event::workload::{Workload, WorkloadError};
use crate::event::{CorePolicy, LaneId, Mode};
use crate::report::phrases;
use crate::text;
use crate::ui::{LaneSetting, Request};
use crate::view::MAX_LANES_ON_SCREEN;

/// Why a change of the run is refused.
#[derive(Debug, Error)]
pub(super) enum ChangeError {
    #[error("{}", text!("last-lane"))]
    LastLane,
    #[error("{}", text!("too-many-lanes", n = *.0, most = MAX_LANES_ON_SCREEN))]
    TooManyLanes(usize),
    #[error("{}", text!("lane-without-workers", lane = phrases::mode_word(*.0)))]
    NoWorkers(Mode),
    #[error("{}", text!("other-lane-has-workers", workers = .0.as_str()))]
    SameWorkers(String),
    #[error("{}", phrases::workload_refusal(.0))]
    Workload(#[from] WorkloadError),
    #[error(transparent)]
    DiskIo(#[from] DiskIoError),
    #[error(transparent)]
    Resources(#[from] InsufficientResources),
}

impl Series {
    /// Cancels the current run and schedules a changed one, on which it may return advice. On an error nothing changes.
    /// `selected` is the selected lane.
    pub(super) fn schedule_changed_run(
        &mut self,
        request: Request,
        selected: LaneId,
    ) -> Result<Option<String>, ChangeError> {
        let mut spec = self.next.as_ref().unwrap_or(&self.spec).clone();
        spec.rounds = None;
        let mut base = self.base.clone();
        let (mut io_of_options, mut workload_without_io) = (self.io_of_options, self.workload_without_io.clone());
        let mut advice = None;
        match request {
            Request::ToggleMode(mode) => toggle_mode(&mut spec, mode)?,
            Request::ToggleIo if spec.workload.io > 0 => {
                spec.workload = without_io(&spec.workload, workload_without_io.take());
            }
            Request::ToggleIo => {
                workload_without_io = Some(spec.workload.clone());
                advice = self.switch_io_on(&mut spec);
            }
            Request::NextCorePolicy => spec.cores = self.planned_run_of_spec(&spec).run().cores.next(),
            Request::Scenario(index) => {
                let Some(scenario) = self.options.scenarios.get(index) else { return Ok(None) };
                (spec, base) = (scenario.spec.clone(), scenario.spec.clone());
                (io_of_options, workload_without_io) = (spec.workload.io, None);
            }
            Request::Workers(by) => change_workers(&mut spec, selected, by)?,
            Request::Tasks(by) => change_tasks(&mut spec.workload, by),
            Request::Try(setting) => try_setting(&mut spec, selected, setting),
            Request::MeasureInTurns(_) => {
                spec.cores = CorePolicy::Turns;
                advice = Some(phrases::measuring_again().into());
            }
            _ => {}
        }
        spec.workload.check_ranges()?;
        check_disk_io(&spec)?;
        if !self.options.force {
            check_resources(&self.planned_run_of_spec(&spec).required_resources(), &AvailableResources::read())?;
        }
        spec.command = spec.command_from(&base);
        (self.base, self.io_of_options, self.workload_without_io) = (base, io_of_options, workload_without_io);
        self.next = Some(spec);
        if self.execution.is_some() {
            self.send_command_to_run(Command::Cancel);
        } else {
            // The next run starts when this one has ended: replace its events by a closed channel.
            self.events = EventStream::new(unbounded().1);
        }
        Ok(advice)
    }

    /// Adds the I/O that the options ask for, else as much as makes a pool wait most of the time. Returns advice if a
    /// pool of this size waits too little.
    fn switch_io_on(&self, spec: &mut RunSpec) -> Option<String> {
        if self.io_of_options > 0 {
            spec.workload.io = self.io_of_options;
            return None;
        }
        let plan = self.planned_run_of_spec(spec);
        spec.workload = io_heavy_workload(plan.run(), plan.workload());
        too_few_rounds(plan.run(), plan.workload().tasks).map(phrases::io_shows_little)
    }
}

/// The workload without I/O; `former` is the one before I/O was switched on, of which other keys may have changed
/// parts.
fn without_io(workload: &Workload, former: Option<Workload>) -> Workload {
    let Workload { numbers, io_latency_ns, io_kind, .. } = former.unwrap_or_else(|| workload.clone());
    Workload { numbers, io: 0, io_latency_ns, io_kind, ..workload.clone() }
}

/// Adds or removes a mode, with all its lanes; the lanes keep the order of their keys. Where all lanes are Python's, so
/// is the new one.
fn toggle_mode(spec: &mut RunSpec, mode: Mode) -> Result<(), ChangeError> {
    let all_python = spec.modes.iter().all(|shown| shown.engine == Engine::Python);
    let mode = EngineMode { engine: if all_python { Engine::Python } else { Engine::Native }, mode };
    match spec.modes.iter().position(|shown| *shown == mode) {
        Some(_) if spec.modes.len() == 1 => return Err(ChangeError::LastLane),
        Some(at) => {
            spec.modes.remove(at);
        }
        None => {
            spec.modes.push(mode);
            spec.modes.sort_unstable();
        }
    }
    match spec.lanes().len() {
        lanes if lanes > MAX_LANES_ON_SCREEN => Err(ChangeError::TooManyLanes(lanes)),
        _ => Ok(()),
    }
}

/// Halves or doubles the number of tasks. Tasks that the options size keep their size.
fn change_tasks(workload: &mut Workload, by: i8) {
    let before = u64::from(workload.tasks);
    workload.tasks = if by < 0 { (workload.tasks / 2).max(1) } else { workload.tasks.saturating_mul(2) };
    if workload.per_task {
        workload.numbers = (workload.numbers / before).saturating_mul(workload.tasks.into());
    }
}

/// Gives the lanes of a mode another number of workers, in a sweep the selected one. If no lane has the mode, the
/// selected one gets it.
fn try_setting(spec: &mut RunSpec, selected: LaneId, setting: LaneSetting) {
    let lanes = spec.lanes();
    let shown = &lanes[selected.index().min(lanes.len() - 1)];
    if !spec.modes.iter().any(|known| known.mode == setting.mode) {
        let replaced = EngineMode { engine: shown.engine, mode: shown.mode };
        spec.modes.retain(|mode| *mode != replaced);
        spec.modes.push(EngineMode { mode: setting.mode, ..replaced });
        spec.modes.sort_unstable();
    }
    if matches!(setting.mode, Mode::Threads | Mode::Pool) {
        let changed = spec.workers.iter().position(|workers| *workers == shown.workers).unwrap_or(0);
        spec.workers[changed] = setting.workers;
        // Each number may be there once.
        let mut n = 0..;
        spec.workers.retain(|workers| n.next() == Some(changed) || *workers != setting.workers);
        spec.workload.gil = setting.gil;
    }
}

/// Changes the number of workers; in a sweep, the number that the selected lane has.
fn change_workers(spec: &mut RunSpec, selected: LaneId, by: i8) -> Result<(), ChangeError> {
    let lanes = spec.lanes();
    let LaneSpec { mode, workers, .. } = lanes[selected.index().min(lanes.len() - 1)];
    let changed = match mode {
        _ if !spec.is_sweep() => 0,
        Mode::Threads | Mode::Pool => spec.workers.iter().position(|number| *number == workers).unwrap_or(0),
        Mode::Serial | Mode::Process => return Err(ChangeError::NoWorkers(mode)),
    };
    let workers = spec.workers[changed].saturating_add_signed(by.into()).max(1);
    if spec.workers.iter().enumerate().any(|(n, other)| n != changed && *other == workers) {
        return Err(ChangeError::SameWorkers(phrases::number_of_workers(workers.into())));
    }
    spec.workers[changed] = workers;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Mode::{Pool, Process, Threads};

    fn spec(modes: &[Mode], workers: &[u32]) -> RunSpec {
        RunSpec { workers: workers.to_vec(), ..RunSpec::of_modes(modes) }
    }

    #[test]
    fn a_tried_setting_changes_its_lane_and_keeps_the_others() {
        let tried = |modes: &[Mode], workers: &[u32], lane, mode, wanted| {
            let mut spec = spec(modes, workers);
            try_setting(&mut spec, LaneId(lane), LaneSetting { mode, gil: true, workers: wanted });
            let modes: Vec<_> = spec.modes.iter().map(|mode| mode.mode).collect();
            (modes, spec.workers)
        };
        assert_eq!(tried(&[Pool, Process], &[4], 0, Pool, 16), (vec![Pool, Process], vec![16]));
        assert_eq!(tried(&[Pool, Process], &[4], 1, Pool, 16), (vec![Pool, Process], vec![16]), "of another lane");
        assert_eq!(tried(&[Pool], &[4], 0, Process, 64), (vec![Process], vec![4]), "in place of the selected lane");
        assert_eq!(tried(&[Pool, Process], &[4], 0, Threads, 2), (vec![Threads, Process], vec![2]));
        assert_eq!(tried(&[Pool], &[4, 8], 1, Pool, 16), (vec![Pool], vec![4, 16]), "of a sweep, the selected number");
        assert_eq!(tried(&[Pool], &[4, 8], 0, Pool, 8), (vec![Pool], vec![8]), "each number once");
        assert_eq!(tried(&[Pool], &[4], 9, Pool, 2), (vec![Pool], vec![2]), "if the selected lane is missing");
    }
}
