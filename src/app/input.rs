//! Inputs of the event loop.

use crossterm::event::{KeyEvent, MouseEvent};

/// An input of the event loop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoopInput {
    Key(KeyEvent),
    Mouse(MouseEvent),
    /// Keys for the watched program, as the terminal sent them.
    Keys(Box<[u8]>),
    /// The terminal's report of the cursor's position, counted from 1.
    CursorPosition {
        row: u16,
        column: u16,
    },
    /// The size of the terminal changed.
    Resized,
    /// A signal that ends mpviz.
    Signal(i32),
    /// A request to stop the process, as by `Ctrl-Z`.
    Stop,
    /// The process was stopped and has been continued.
    Continued,
    /// The terminal was closed.
    TerminalGone,
}
