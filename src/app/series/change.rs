//! Changes of the run by the viewer.

use crossbeam_channel::unbounded;

use super::Series;
use crate::engine::resources::{AvailableResources, check_resources};
use crate::engine::{Command, check_disk_io};
use crate::event::Mode;
use crate::ui::Request;

impl Series {
    /// Cancels the current run and schedules a changed one. On an error nothing changes.
    pub(super) fn change(&mut self, wish: Request) -> Result<(), String> {
        let mut spec = self.next.as_ref().unwrap_or(&self.spec).clone();
        spec.rounds = None;
        match wish {
            Request::ToggleMode(mode) => toggle(&mut spec.modes, mode)?,
            Request::ToggleIo => spec.workload.io = if spec.workload.io > 0 { 0 } else { self.io },
            Request::Workers(by) => spec.workers = spec.workers.saturating_add_signed(by.into()).max(1),
            Request::Tasks(by) if by < 0 => spec.workload.tasks = (spec.workload.tasks / 2).max(1),
            Request::Tasks(_) => spec.workload.tasks = spec.workload.tasks.saturating_mul(2),
            _ => {}
        }
        spec.workload.check().map_err(|error| error.to_string())?;
        check_disk_io(&spec).map_err(|error| error.to_string())?;
        if !self.options.force {
            check_resources(&self.plan(&spec).required_resources(), &AvailableResources::read())
                .map_err(|error| error.to_string())?;
        }
        self.next = Some(spec);
        if self.execution.is_some() {
            self.command(Command::Cancel);
        } else {
            // The end of a run starts the next: make it look ended.
            self.events = unbounded().1;
        }
        Ok(())
    }
}

/// Adds or removes a mode; the lanes keep the order of their keys.
fn toggle(modes: &mut Vec<Mode>, mode: Mode) -> Result<(), String> {
    match modes.iter().position(|shown| *shown == mode) {
        Some(_) if modes.len() == 1 => return Err("one lane at least must be shown".into()),
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
