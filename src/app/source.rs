//! What the event loop shows: live runs or a recording.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::Select;

use super::{AppError, CANCEL_TIMEOUT};
use crate::model::Model;
use crate::report::Report;
use crate::ui::{Request, Ui};

/// A source of events: provides the model and handles the viewer's requests.
pub trait Source {
    /// Starts the source for a display with this time between two frames.
    fn start(&mut self, ui: &mut Ui, frame_interval: Duration) -> Result<(), AppError>;
    fn model(&self) -> &Model;
    /// Applies pending events, for at most `limit` or up to the next mark. Returns whether anything changed.
    fn apply_pending(&mut self, limit: Duration, ui: &mut Ui) -> Result<bool, AppError>;
    /// Registers the channels that wake up the loop.
    fn register_channels<'a>(&'a self, select: &mut Select<'a>);
    /// Whether the picture changes without new events.
    fn is_picture_moving(&self, ui: &Ui) -> bool;
    /// Whether nothing is running and nothing will start by itself.
    fn is_everything_done(&self) -> bool;
    /// Handles a request of the viewer, or shows why it is refused.
    fn handle_request(&mut self, request: Request, ui: &mut Ui);
    /// Suspends all workers before mpviz itself is stopped; waits at most `timeout`.
    fn suspend_workers(&mut self, _timeout: Duration) {}
    /// Resumes what [`Source::suspend_workers`] suspended.
    fn resume_workers(&mut self) {}
    /// Handles `Ctrl-C`. False if it quits mpviz.
    fn interrupt(&mut self, _ui: &mut Ui) -> bool {
        false
    }
    /// Leaves what runs as it is when mpviz ends.
    fn leave_running(&mut self) {}
    /// Types keys into the terminal of a watched program.
    fn type_into_program(&mut self, _keys: &[u8]) {}
    /// The terminal has another size.
    fn terminal_resized(&mut self) {}
    /// Cancels the current run and those after it.
    fn cancel(&mut self);
    /// How long a cancelled run may take to end.
    fn cancel_timeout(&self) -> Duration {
        CANCEL_TIMEOUT
    }
    /// Waits for cancelled runs, at most `timeout`.
    fn wait_for_end(&mut self, timeout: Duration);
    fn report(&self) -> Option<Arc<Report>>;
    /// Closes the recording, and returns errors in writing it.
    fn finish_and_take_warnings(&mut self) -> Vec<String>;
}
