//! Terminal recordings: asciicast version 2, one line of JSON per change of the screen. Key moments become markers.

use std::io;

use ratatui::backend::{Backend as _, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde::Serialize;

use crate::event::Nanos;
use crate::export::film::FilmFrame;

/// How long the last frame is displayed, in ns.
const LAST_FRAME_TIME: Nanos = 3_000_000_000;
/// Clears the screen and hides the cursor.
const CLEAR_SCREEN: &str = "\x1b[?25l\x1b[2J\x1b[H";

#[derive(Serialize)]
struct Header<'a> {
    version: u32,
    width: u16,
    height: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<u64>,
    title: &'a str,
    env: CastEnvironment,
}

#[derive(Serialize)]
struct CastEnvironment {
    #[serde(rename = "TERM")]
    term: &'static str,
}

/// Contents of the first line of an asciicast.
#[derive(Clone, Copy, Debug)]
pub struct CastMetadata<'a> {
    /// Width and height of the screen, in cells.
    pub size: (u16, u16),
    pub title: &'a str,
    /// Time of the recording, in seconds since 1970.
    pub timestamp: Option<u64>,
}

/// Writes the recording. `marks` are in order of time.
pub fn write(
    metadata: &CastMetadata,
    frames: impl Iterator<Item = FilmFrame>,
    marks: &[(Nanos, String)],
    out: &mut impl io::Write,
) -> io::Result<()> {
    // The output must not depend on NO_COLOR.
    crossterm::style::force_color_output(true);
    let CastMetadata { size: (width, height), title, timestamp } = *metadata;
    let header =
        Header { version: 2, width, height, timestamp, title, env: CastEnvironment { term: "xterm-256color" } };
    serde_json::to_writer(&mut *out, &header).map_err(io::Error::from)?;
    out.write_all(b"\n")?;
    let mut before = Buffer::empty(Rect::new(0, 0, width, height));
    let (mut marks, mut end) = (marks.iter().peekable(), 0);
    write_event(out, 0, "o", CLEAR_SCREEN)?;
    for frame in frames {
        while let Some((at, label)) = marks.next_if(|(at, _)| *at <= frame.at) {
            write_event(out, (*at).max(end), "m", label)?;
            end = end.max(*at);
        }
        let changed = frame_changes(&before, &frame.cells)?;
        end = end.max(frame.at);
        if !changed.is_empty() {
            write_event(out, end, "o", &changed)?;
        }
        before = frame.cells;
    }
    for (at, label) in marks {
        end = end.max(*at);
        write_event(out, end, "m", label)?;
    }
    write_event(out, end.saturating_add(LAST_FRAME_TIME), "o", &format!("\x1b[0m\x1b[{height};1H\x1b[?25h"))
}

/// Escape sequences that turn one frame into the next.
fn frame_changes(before: &Buffer, after: &Buffer) -> io::Result<String> {
    let mut bytes = Vec::new();
    let updates = before.diff(after);
    if !updates.is_empty() {
        CrosstermBackend::new(&mut bytes).draw(updates.into_iter())?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn write_event(out: &mut impl io::Write, at: Nanos, kind: &str, data: &str) -> io::Result<()> {
    let micros = at / 1_000;
    write!(out, "[{}.{:06},\"{kind}\",", micros / 1_000_000, micros % 1_000_000)?;
    serde_json::to_writer(&mut *out, data).map_err(io::Error::from)?;
    out.write_all(b"]\n")
}
