//! Inputs of the event loop.

use crossterm::event::MouseEvent;

use crate::ui::Action;

/// An input of the event loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Action(Action),
    Mouse(MouseEvent),
    /// The size of the terminal changed.
    Resized,
    /// A signal that ends mpviz.
    Signal(i32),
    /// mpviz shall stop, as for `Ctrl-Z`.
    Stop,
    /// mpviz was stopped and continues.
    Continued,
    /// The terminal is gone.
    TerminalGone,
}
