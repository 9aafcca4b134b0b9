//! Runs that the viewer's keys change: another mode, more workers, I/O on or off.

use crossbeam_channel::unbounded;
use thiserror::Error;

use super::Series;
use crate::engine::resources::{AvailableResources, InsufficientResources, check_resources};
use crate::engine::{Command, DiskIoError, LaneSpec, RunSpec, check_disk_io};
use crate::event::workload::WorkloadError;
use crate::event::{LaneId, Mode};
use crate::report::phrases;
use crate::ui::{Request, Ui};
use crate::view::MAX_LANES_ON_SCREEN;

/// Why a change of the run is refused.
#[derive(Debug, Error)]
pub(super) enum ChangeError {
    #[error("at least one lane is required")]
    LastLane,
    #[error("{0} lanes do not fit (maximum {MAX_LANES_ON_SCREEN})")]
    TooManyLanes(usize),
    #[error("{0} is not affected by the number of workers: tab selects another lane")]
    NoWorkers(&'static str),
    #[error("another lane has {0} already")]
    SameWorkers(String),
    #[error(transparent)]
    Workload(#[from] WorkloadError),
    #[error(transparent)]
    DiskIo(#[from] DiskIoError),
    #[error(transparent)]
    Resources(#[from] InsufficientResources),
}

impl Series {
    /// Cancels the current run and schedules a changed one. On an error nothing changes.
    pub(super) fn schedule_changed_run(&mut self, request: Request, ui: &Ui) -> Result<(), ChangeError> {
        let mut spec = self.next.as_ref().unwrap_or(&self.spec).clone();
        spec.rounds = None;
        match request {
            Request::ToggleMode(mode) => toggle_mode(&mut spec, mode)?,
            Request::ToggleIo => spec.workload.io = if spec.workload.io > 0 { 0 } else { self.io },
            Request::Workers(by) => change_workers(&mut spec, ui.lane, by)?,
            Request::Tasks(by) if by < 0 => spec.workload.tasks = (spec.workload.tasks / 2).max(1),
            Request::Tasks(_) => spec.workload.tasks = spec.workload.tasks.saturating_mul(2),
            _ => {}
        }
        spec.workload.check_ranges()?;
        check_disk_io(&spec)?;
        if !self.options.force {
            check_resources(&self.planned_run_of_spec(&spec).required_resources(), &AvailableResources::read())?;
        }
        self.next = Some(spec);
        if self.execution.is_some() {
            self.send_command_to_run(Command::Cancel);
        } else {
            // The next run starts when this one has ended: replace its events by a closed channel.
            self.events = unbounded().1;
        }
        Ok(())
    }
}

/// Adds or removes a mode, with all its lanes; the lanes keep the order of their keys.
fn toggle_mode(spec: &mut RunSpec, mode: Mode) -> Result<(), ChangeError> {
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

/// Changes the number of workers; in a sweep, the number that the selected lane has.
fn change_workers(spec: &mut RunSpec, selected: LaneId, by: i8) -> Result<(), ChangeError> {
    let lanes = spec.lanes();
    let LaneSpec { mode, workers } = lanes[selected.index().min(lanes.len() - 1)];
    let changed = match mode {
        _ if !spec.is_sweep() => 0,
        Mode::Threads | Mode::Pool => spec.workers.iter().position(|number| *number == workers).unwrap_or(0),
        Mode::Serial | Mode::Process => return Err(ChangeError::NoWorkers(mode.name())),
    };
    let workers = spec.workers[changed].saturating_add_signed(by.into()).max(1);
    if spec.workers.iter().enumerate().any(|(n, other)| n != changed && *other == workers) {
        return Err(ChangeError::SameWorkers(phrases::number_of_workers(workers.into())));
    }
    spec.workers[changed] = workers;
    Ok(())
}
