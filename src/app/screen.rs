//! The terminal: entered once, written by a thread of its own, always given back as it was.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use super::input::NOT_OURS;
use super::{Face, tty};
use crate::model::Model;
use crate::system::threads;
use crate::theme::Theme;
use crate::ui::{Target, Ui};
use crate::view;

/// The most columns and rows that are drawn on, more than any display has. A terminal may say that it has 65,535 of each, and
/// memory for as many cells nobody has.
const LARGEST: (u16, u16) = (1280, 500);

/// How the screen is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Drawing {
    /// Frames a second at most.
    pub fps: u8,
    /// Whether the mouse is mpviz' own, or the terminal's for selecting text.
    pub mouse: bool,
}

/// The live screen.
///
/// A frame is drawn into memory and handed to a thread that writes it, with room for one: a terminal that does not take it
/// holds up the next frame and nothing else.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Frame>>,
    frame: Frame,
    writer: Sender<Vec<u8>>,
    written: Receiver<Vec<u8>>,
    /// The buffer for the next frame, while no frame is being written.
    free: Option<Vec<u8>>,
    /// What takes the screen over; it goes before the next frame if somebody else may have had the terminal.
    opening: String,
    opened: bool,
    theme: Theme,
    interval: Duration,
    /// Columns and rows of the newest frame.
    size: (u16, u16),
}

impl Screen {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// When it is none, or does not let itself be taken over.
    pub fn enter(theme: Theme, drawing: Drawing) -> io::Result<Self> {
        let (writer, frames) = bounded::<Vec<u8>>(1);
        let (done, written) = bounded(1);
        threads::start("terminal", move || {
            for frame in frames {
                tty::print(&frame);
                if done.send(frame).is_err() {
                    break;
                }
            }
        })?;
        // NO_COLOR is the theme's business: crossterm would take bold and reverse away with the colours.
        crossterm::style::force_color_output(true);
        let frame = Frame::default();
        let options = TerminalOptions { viewport: Viewport::Fixed(Rect::ZERO) };
        let terminal = Terminal::with_options(CrosstermBackend::new(frame.clone()), options)?;
        // Started in the background, it waits: whoever wants to see it brings it to the foreground.
        while !tty::take()? {
            thread::sleep(NOT_OURS);
        }
        let mouse = if drawing.mouse { tty::MOUSE_ON } else { "" };
        let opening = [tty::ENTER, mouse].concat();
        let interval = Duration::from_secs(1) / u32::from(drawing.fps);
        let free = Some(Vec::new());
        Ok(Self { terminal, frame, writer, written, free, opening, opened: false, theme, interval, size: (0, 0) })
    }

    /// Waits for a frame on its way: it must not be written over the shell. A terminal that takes none is not waited for.
    fn finish(&mut self) {
        if self.free.is_none() {
            self.free = self.written.recv_timeout(Duration::from_millis(500)).ok();
        }
        tty::restore();
    }
}

impl Face for Screen {
    fn is_free(&mut self) -> bool {
        self.free = self.free.take().or_else(|| self.written.try_recv().ok());
        self.free.is_some()
    }

    fn freed(&self) -> &Receiver<Vec<u8>> {
        &self.written
    }

    fn show(&mut self, model: &Model, ui: &Ui) -> io::Result<()> {
        let Some(mut bytes) = self.free.take() else { return Ok(()) };
        bytes.clear();
        if !self.opened {
            bytes.extend_from_slice(self.opening.as_bytes());
        }
        queue!(bytes, BeginSynchronizedUpdate)?;
        let begun = bytes.len();
        self.frame.0.replace(bytes);
        let size = self.terminal.size().map(|size| (size.width.min(LARGEST.0), size.height.min(LARGEST.1)))?;
        if !self.opened || self.size != size {
            (self.opened, self.size) = (true, size);
            // Forgets what was on the screen. (`clear` would ask the terminal where its cursor is, and wait.)
            self.terminal.resize(Rect::new(0, 0, size.0, size.1))?;
        }
        self.terminal.draw(|frame| view::draw(frame, model, ui, &self.theme))?;
        let mut bytes = self.frame.0.take();
        if bytes.len() == begun {
            self.free = Some(bytes);
            return Ok(());
        }
        queue!(bytes, EndSynchronizedUpdate)?;
        // There is room: the frame before has been written.
        let _ = self.writer.try_send(bytes);
        Ok(())
    }

    fn page(&self, model: &Model, ui: &Ui) -> usize {
        view::page(self.size.1, model, ui)
    }

    fn target(&self, model: &Model, ui: &Ui, column: u16, row: u16) -> Option<Target> {
        view::target(model, ui, self.size, column, row)
    }

    fn interval(&self) -> Duration {
        self.interval
    }

    fn stays(&self) -> bool {
        true
    }

    fn step_aside(&mut self) {
        self.finish();
    }

    fn come_back(&mut self) -> io::Result<bool> {
        self.opened = false;
        tty::take()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.finish();
    }
}

/// The frame in the making, shared with the backend that writes it.
#[derive(Clone, Default)]
struct Frame(Rc<RefCell<Vec<u8>>>);

impl Write for Frame {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
