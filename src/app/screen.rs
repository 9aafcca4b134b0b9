//! The live screen, whose frames are written by a thread of its own.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};
use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use super::keyboard::FOREGROUND_POLL;
use super::{Display, terminal};
use crate::model::Model;
use crate::system::threads;
use crate::theme::{AMBIGUOUS_SIGNS, Glyphs, Theme};
use crate::ui::{MouseTarget, OpenQuestion, Ui};
use crate::view::{self, MIN_TERMINAL_SIZE};

/// Maximum size that is drawn, larger than any display. A terminal may claim 65,535 × 65,535 cells, which would
/// exhaust memory.
const MAX_SIZE: (u16, u16) = (1280, 500);

/// Row in which the signs are measured. Not the first, because a key such as Shift-F3 is like a position in it.
const MEASURED_ROW: u16 = 2;
/// How long mpviz stays at least after it asked for the cursor's position, so that it reads the reply, not the shell.
const REPLY_TIMEOUT: Duration = Duration::from_millis(100);
/// How long the writer may need, on a loaded machine, to return the buffer of a frame that it has written. A viewer
/// needs longer to answer a question.
const MAX_WRITER_DELAY: Duration = Duration::from_millis(50);

/// How the screen is drawn.
#[derive(Clone, Copy, Debug)]
pub struct ScreenSettings {
    /// Maximum frames per second.
    pub fps: u8,
    /// Whether mpviz handles the mouse, rather than the terminal.
    pub mouse: bool,
    /// Whether to measure the width of the signs, and to draw in ASCII if they are two cells wide.
    pub measure_signs: bool,
}

/// The live screen.
///
/// A frame is drawn into memory and handed to a writer thread with capacity for one. A slow terminal delays the next
/// frame and nothing else.
pub struct Screen {
    backend: Terminal<CrosstermBackend<FrameBytes>>,
    frame: FrameBytes,
    writer: Sender<Vec<u8>>,
    written: Receiver<Vec<u8>>,
    /// The buffer for the next frame; none while a frame is being written.
    buffer: Option<Vec<u8>>,
    /// Escape sequences that take over the screen, written before the next frame if others may have used the terminal.
    opening: String,
    opened: bool,
    /// When the terminal was asked for the position of the cursor, until it replies.
    asked_at: Option<Instant>,
    measure_signs: bool,
    /// The question in the newest frame, and in the newest that has been written.
    drawn_question: Option<OpenQuestion>,
    written_question: Option<OpenQuestion>,
    theme: Theme,
    interval: Duration,
    /// Columns and rows of the newest frame.
    size: (u16, u16),
}

impl Screen {
    /// Takes over the terminal.
    pub fn take_over_terminal(theme: Theme, drawing: ScreenSettings) -> io::Result<Self> {
        let (writer, frames) = bounded::<Vec<u8>>(1);
        let (done, written) = bounded(1);
        threads::start("terminal", move || {
            for frame in frames {
                terminal::print(&frame);
                if done.send(frame).is_err() {
                    break;
                }
            }
        })?;
        // The theme handles NO_COLOR: crossterm would drop bold and reverse together with the colours.
        crossterm::style::force_color_output(true);
        let frame = FrameBytes::default();
        let options = TerminalOptions { viewport: Viewport::Fixed(Rect::ZERO) };
        let backend = Terminal::with_options(CrosstermBackend::new(frame.clone()), options)?;
        // If started in the background, wait until the user brings mpviz to the foreground.
        while !terminal::take_over()? {
            thread::sleep(FOREGROUND_POLL);
        }
        let mouse = if drawing.mouse { terminal::ENABLE_MOUSE_SEQUENCE } else { "" };
        Ok(Self {
            backend,
            frame,
            writer,
            written,
            buffer: Some(Vec::new()),
            opening: [terminal::ENTER_SCREEN_SEQUENCE, mouse].concat(),
            opened: false,
            asked_at: None,
            measure_signs: drawing.measure_signs,
            drawn_question: None,
            written_question: None,
            theme,
            interval: Duration::from_secs(1) / u32::from(drawing.fps),
            size: (0, 0),
        })
    }

    /// Writes what comes before the first frame.
    fn write_opening(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        bytes.extend_from_slice(self.opening.as_bytes());
        if self.measure_signs {
            // The reply may come at any time, or never. The frame overwrites the signs.
            write!(bytes, "\x1b[{MEASURED_ROW};1H{AMBIGUOUS_SIGNS}\x1b[6n")?;
            self.asked_at = Some(Instant::now());
        }
        Ok(())
    }

    /// Columns and rows to draw.
    fn drawable_size(&self) -> io::Result<(u16, u16)> {
        self.backend.size().map(|size| (size.width.min(MAX_SIZE.0), size.height.min(MAX_SIZE.1)))
    }

    /// Waits for a frame that is being written, so that it does not overwrite the shell; not for a stalled terminal.
    fn wait_for_writer(&mut self) {
        if self.buffer.is_none() {
            self.buffer = self.written.recv_timeout(Duration::from_millis(500)).ok();
        }
        if let Some(asked_at) = self.asked_at.take() {
            thread::sleep(REPLY_TIMEOUT.saturating_sub(asked_at.elapsed()));
        }
        terminal::restore();
    }
}

impl Display for Screen {
    fn is_ready(&mut self) -> bool {
        if self.buffer.is_none() {
            self.buffer = self.written.try_recv().ok();
        }
        if self.buffer.is_some() {
            self.written_question = self.drawn_question;
        }
        self.buffer.is_some()
    }

    fn unused_frame_buffers(&self) -> &Receiver<Vec<u8>> {
        &self.written
    }

    fn show_frame(&mut self, model: &Model, ui: &Ui) -> io::Result<()> {
        let Some(mut bytes) = self.buffer.take() else { return Ok(()) };
        bytes.clear();
        if !self.opened {
            self.write_opening(&mut bytes)?;
        }
        queue!(bytes, BeginSynchronizedUpdate)?;
        let begun = bytes.len();
        self.frame.0.replace(bytes);
        let size = self.drawable_size()?;
        if !self.opened || self.size != size {
            (self.opened, self.size) = (true, size);
            // Redraw everything. (`clear` would ask the terminal for its cursor and wait.)
            self.backend.resize(Rect::new(0, 0, size.0, size.1))?;
        }
        self.backend.draw(|frame| view::draw(frame, model, ui, &self.theme))?;
        let is_readable = size.0 >= MIN_TERMINAL_SIZE.0 && size.1 >= MIN_TERMINAL_SIZE.1;
        self.drawn_question = ui.question.filter(|_| is_readable);
        let mut bytes = self.frame.0.take();
        if bytes.len() == begun {
            self.buffer = Some(bytes);
            return Ok(());
        }
        queue!(bytes, EndSynchronizedUpdate)?;
        // There is capacity: the previous frame has been written.
        let _ = self.writer.try_send(bytes);
        Ok(())
    }

    fn zoom_list_rows(&self, model: &Model, ui: &Ui) -> usize {
        view::zoom_list_rows(self.size.1, model, ui)
    }

    fn mouse_target(&self, model: &Model, ui: &Ui, column: u16, row: u16) -> Option<MouseTarget> {
        view::mouse_target(model, ui, self.size, column, row)
    }

    fn is_question_visible(&mut self, question: OpenQuestion) -> bool {
        // A frame appears shortly before its buffer is returned.
        if self.buffer.is_none() {
            self.buffer = self.written.recv_timeout(MAX_WRITER_DELAY).ok();
        }
        self.is_ready();
        let is_same_size = self.drawable_size().is_ok_and(|size| size == self.size);
        is_same_size && self.written_question == Some(question)
    }

    fn choose_signs(&mut self, row: u16, column: u16) -> bool {
        if !self.measure_signs || row != MEASURED_ROW {
            return false;
        }
        self.asked_at = None;
        let is_wide = usize::from(column) > 1 + AMBIGUOUS_SIGNS.chars().count();
        if is_wide {
            self.measure_signs = false;
            self.theme = self.theme.clone().with_glyphs(Glyphs::Ascii);
            // The next frame is drawn as a whole.
            self.size = (0, 0);
        }
        is_wide
    }

    fn min_frame_interval(&self) -> Duration {
        self.interval
    }

    fn stays_after_run(&self) -> bool {
        true
    }

    fn release_terminal(&mut self) {
        self.wait_for_writer();
    }

    fn reclaim_terminal(&mut self) -> io::Result<bool> {
        self.opened = false;
        terminal::take_over()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.wait_for_writer();
    }
}

/// The frame being drawn, shared with the backend.
#[derive(Clone, Default)]
struct FrameBytes(Rc<RefCell<Vec<u8>>>);

impl Write for FrameBytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
