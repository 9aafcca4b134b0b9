//! What is known of a watched program as a whole.

use crate::event::text::SafeText;
use crate::event::{Exit, Nanos, ObservationGap};

/// What is known of a watched program as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProgramState {
    /// Processes whose interpreters report to mpviz, and the engine of the first.
    pub attached: u32,
    pub engine: Option<SafeText>,
    /// When and how its first process ended.
    pub exit: Option<(Nanos, Exit)>,
    /// Reports that were overwritten before mpviz read them.
    pub dropped_reports: u64,
    /// Why parts of it are not observed; at most 20 different reasons.
    pub not_observed: Vec<ObservationGap>,
}

impl ProgramState {
    /// Maximum number of reasons that are kept.
    const MAX_REASONS: usize = 20;

    pub(super) fn add_reason(&mut self, reason: &ObservationGap) {
        if self.not_observed.len() < Self::MAX_REASONS && !self.not_observed.contains(reason) {
            self.not_observed.push(reason.clone());
        }
    }
}
