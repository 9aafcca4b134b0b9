//! The terminal: entered once, written by a thread of its own, always given back as it was.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use crossterm::cursor::Show;
use crossterm::event::DisableMouseCapture;
use crossterm::style::Print;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use super::Face;
use crate::model::Model;
use crate::theme::Theme;
use crate::ui::{Target, Ui};
use crate::view;

/// Clicks, drags and the wheel, with coordinates of any size; not every movement, as crossterm's own command asks for.
const MOUSE_ON: &str = "\x1b[?1002h\x1b[?1006h";

/// How the screen is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Drawing {
    /// Frames a second at most.
    pub fps: u8,
    /// Whether the mouse is mpviz' own, or the terminal's for selecting text.
    pub mouse: bool,
}

static ENTERED: AtomicBool = AtomicBool::new(false);

/// Gives the terminal back as it was; may be called at any time, from anywhere, more than once.
pub fn restore() {
    if ENTERED.swap(false, Ordering::SeqCst) {
        // There is nobody left to tell if this fails.
        let _ = execute!(io::stdout(), EndSynchronizedUpdate, DisableMouseCapture, LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
    }
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
        thread::Builder::new().name("terminal".into()).spawn(move || {
            for frame in frames {
                // The keys' thread notices when the terminal is gone.
                let mut stdout = io::stdout().lock();
                let _ = stdout.write_all(&frame).and_then(|()| stdout.flush());
                if done.send(frame).is_err() {
                    break;
                }
            }
        })?;
        // NO_COLOR is the theme's business: crossterm would take bold and reverse away with the colours.
        crossterm::style::force_color_output(true);
        ENTERED.store(true, Ordering::SeqCst);
        let entered = enable_raw_mode().and_then(|()| execute!(io::stdout(), EnterAlternateScreen));
        let entered =
            entered.and_then(|()| if drawing.mouse { execute!(io::stdout(), Print(MOUSE_ON)) } else { Ok(()) });
        let frame = Frame::default();
        let terminal =
            entered.and_then(|()| Terminal::new(CrosstermBackend::new(frame.clone()))).inspect_err(|_| restore())?;
        let interval = Duration::from_secs(1) / u32::from(drawing.fps);
        Ok(Self { terminal, frame, writer, written, free: Some(Vec::new()), theme, interval, size: (0, 0) })
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
        queue!(bytes, BeginSynchronizedUpdate)?;
        let begun = bytes.len();
        self.frame.0.replace(bytes);
        let drawn = self.terminal.draw(|frame| view::draw(frame, model, ui, &self.theme))?;
        self.size = (drawn.area.width, drawn.area.height);
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
}

impl Drop for Screen {
    fn drop(&mut self) {
        // A frame on its way must not be written over the shell; a terminal that takes none is not waited for.
        if self.free.is_none() {
            let _ = self.written.recv_timeout(Duration::from_millis(500));
        }
        restore();
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
