//! The run that the viewer wants instead.

use crossbeam_channel::unbounded;

use super::Series;
use crate::engine::resources::{AvailableResources, check_resources};
use crate::engine::{Command, check_disk_io};
use crate::event::Mode;
use crate::ui::Wish;

impl Series {
    /// Another run, as the viewer wishes it, begins when this one has been ended. If it cannot be, nothing is changed, and a
    /// sentence says why.
    pub(super) fn change(&mut self, wish: Wish) -> Result<(), String> {
        let mut spec = self.next.as_ref().unwrap_or(&self.spec).clone();
        spec.rounds = None;
        match wish {
            Wish::ToggleMode(mode) => toggle(&mut spec.modes, mode)?,
            Wish::ToggleIo => spec.workload.io = if spec.workload.io > 0 { 0 } else { self.io },
            Wish::Workers(by) => spec.workers = spec.workers.saturating_add_signed(by.into()).max(1),
            Wish::Tasks(by) if by < 0 => spec.workload.tasks = (spec.workload.tasks / 2).max(1),
            Wish::Tasks(_) => spec.workload.tasks = spec.workload.tasks.saturating_mul(2),
            _ => {}
        }
        spec.workload.check().map_err(|error| error.to_string())?;
        check_disk_io(&spec)?;
        if !self.options.force {
            check_resources(&self.plan(&spec).required_resources(), &AvailableResources::read())
                .map_err(|error| error.to_string())?;
        }
        self.next = Some(spec);
        if self.execution.is_some() {
            self.command(Command::Cancel);
        } else {
            // The end of a run starts the next: let the fold find an ended one.
            self.facts = unbounded().1;
        }
        Ok(())
    }
}

/// Shows a mode's lane or not; the lanes keep the order of their keys.
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
