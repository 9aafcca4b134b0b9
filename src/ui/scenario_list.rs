//! The list of scenarios, in which the viewer chooses one.

use super::{Action, Request, Ui};
use crate::event::text::SafeText;
use crate::text;

/// A scenario in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioItem {
    /// Its name, as on the command line.
    pub name: SafeText,
    pub title: SafeText,
    /// What to look at.
    pub look_at: SafeText,
}

impl Ui {
    /// Opens the list at its first scenario.
    pub(super) fn open_scenario_list(&mut self) {
        if self.scenarios.is_empty() {
            self.message = Some(text!("recording-without-scenarios").into());
        } else {
            self.selected_scenario = Some(0);
        }
    }

    /// Applies an action while the list is open at `selected`. Actions without a meaning for the list close it.
    pub(super) fn apply_to_scenario_list(&mut self, selected: usize, action: Action) -> Option<Request> {
        let by = match action {
            Action::NextWorker(by) | Action::NextLane(by) | Action::Wheel(by) => by,
            Action::Zoom => return Some(Request::Scenario(selected)),
            Action::Request(request @ (Request::Quit | Request::Interrupt | Request::Stop)) => return Some(request),
            _ => return None,
        };
        let last = self.scenarios.len().saturating_sub(1);
        self.selected_scenario = Some(selected.saturating_add_signed(by.into()).min(last));
        None
    }
}
