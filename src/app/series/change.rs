//! Runs that the viewer's keys change: another mode, more workers, I/O on or off.

use crossbeam_channel::unbounded;
use thiserror::Error;

use super::Series;
use crate::engine::resources::{AvailableResources, InsufficientResources, check_resources};
use crate::engine::{Command, DiskIoError, check_disk_io};
use crate::event::Mode;
use crate::event::workload::WorkloadError;
use crate::ui::Request;

/// Why a change of the run is refused.
#[derive(Debug, Error)]
pub(super) enum ChangeError {
    #[error("at least one lane is required")]
    LastLane,
    #[error(transparent)]
    Workload(#[from] WorkloadError),
    #[error(transparent)]
    DiskIo(#[from] DiskIoError),
    #[error(transparent)]
    Resources(#[from] InsufficientResources),
}

impl Series {
    /// Cancels the current run and schedules a changed one. On an error nothing changes.
    pub(super) fn schedule_changed_run(&mut self, request: Request) -> Result<(), ChangeError> {
        let mut spec = self.next.as_ref().unwrap_or(&self.spec).clone();
        spec.rounds = None;
        match request {
            Request::ToggleMode(mode) => toggle_mode(&mut spec.modes, mode)?,
            Request::ToggleIo => spec.workload.io = if spec.workload.io > 0 { 0 } else { self.io },
            Request::Workers(by) => {
                spec.workers.iter_mut().for_each(|n| *n = n.saturating_add_signed(by.into()).max(1));
            }
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

/// Adds or removes a mode; the lanes keep the order of their keys.
fn toggle_mode(modes: &mut Vec<Mode>, mode: Mode) -> Result<(), ChangeError> {
    match modes.iter().position(|shown| *shown == mode) {
        Some(_) if modes.len() == 1 => return Err(ChangeError::LastLane),
        Some(at) => {
            modes.remove(at);
        }
        None => {
            modes.push(mode);
            modes.sort_unstable();
        }
    }
    Ok(())
}
