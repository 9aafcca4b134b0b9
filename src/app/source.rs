//! What the loop shows: runs as they happen, or a recording of some.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::Select;

use super::AppError;
use crate::model::Model;
use crate::report::Report;
use crate::ui::{Ui, Wish};

/// Where the loop has its model from, and who grants what the viewer wishes.
pub trait Source {
    /// Begins.
    ///
    /// # Errors
    /// When it cannot.
    fn start(&mut self, ui: &mut Ui) -> Result<(), AppError>;
    /// What is shown.
    fn model(&self) -> &Model;
    /// Takes in what has arrived, for so long at the most or up to the first mark. Whether there is anything new to be seen.
    ///
    /// # Errors
    /// When it cannot be shown any more.
    fn fold(&mut self, limit: Duration, ui: &mut Ui) -> Result<bool, AppError>;
    /// Has the loop woken up when something arrives.
    fn watch<'a>(&'a self, select: &mut Select<'a>);
    /// Whether the picture changes though nothing arrives.
    fn is_moving(&self, ui: &Ui) -> bool;
    /// Whether nothing is under way and nothing will be by itself.
    fn is_done(&self) -> bool;
    /// Does what the viewer wishes, or says why not.
    fn grant(&mut self, wish: Wish, ui: &mut Ui);
    /// Suspends what runs, before mpviz itself is stopped; waits so long at most.
    fn pause(&mut self, _patience: Duration) {}
    /// Lets go on what was suspended by [`Source::pause`].
    fn go_on(&mut self) {}
    /// Ends what is under way and all that would follow it.
    fn cancel(&mut self);
    /// Waits for what was cancelled, but not longer than this.
    fn give_up(&mut self, patience: Duration);
    /// The result.
    fn report(&self) -> Option<Arc<Report>>;
    /// Ends what goes on beside it, and says what went wrong there.
    fn take_warnings(&mut self) -> Vec<String>;
}
