//! A film for a terminal: asciicast version 2, a line of JSON for every change of the screen. Key moments are markers.

use std::io;

use ratatui::backend::{Backend as _, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde::Serialize;

use crate::event::Nanos;
use crate::export::film::Frame;

/// The last frame is shown for so long, in ns.
const HOLD: Nanos = 3_000_000_000;
/// Nothing on the screen, and no cursor.
const BEGIN: &str = "\x1b[?25l\x1b[2J\x1b[H";

#[derive(Serialize)]
struct Header<'a> {
    version: u32,
    width: u16,
    height: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<u64>,
    title: &'a str,
    env: Env,
}

#[derive(Serialize)]
struct Env {
    #[serde(rename = "TERM")]
    term: &'static str,
}

/// What the first line says.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// Width and height of the screen.
    pub size: (u16, u16),
    /// What the film is called.
    pub title: &'a str,
    /// When it was recorded, in seconds since 1970.
    pub timestamp: Option<u64>,
}

/// Writes the film. Marks are in order of time.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(
    head: &Head,
    frames: impl Iterator<Item = Frame>,
    marks: &[(Nanos, String)],
    out: &mut impl io::Write,
) -> io::Result<()> {
    // The film is the same whoever makes it; NO_COLOR is for the screen of whoever asks.
    crossterm::style::force_color_output(true);
    let Head { size: (width, height), title, timestamp } = *head;
    let header = Header { version: 2, width, height, timestamp, title, env: Env { term: "xterm-256color" } };
    serde_json::to_writer(&mut *out, &header).map_err(io::Error::from)?;
    out.write_all(b"\n")?;
    let mut before = Buffer::empty(Rect::new(0, 0, width, height));
    let (mut marks, mut end) = (marks.iter().peekable(), 0);
    event(out, 0, "o", BEGIN)?;
    for frame in frames {
        while let Some((at, label)) = marks.next_if(|(at, _)| *at <= frame.at) {
            event(out, (*at).max(end), "m", label)?;
            end = end.max(*at);
        }
        let changed = changes(&before, &frame.cells)?;
        end = end.max(frame.at);
        if !changed.is_empty() {
            event(out, end, "o", &changed)?;
        }
        before = frame.cells;
    }
    for (at, label) in marks {
        end = end.max(*at);
        event(out, end, "m", label)?;
    }
    event(out, end.saturating_add(HOLD), "o", &format!("\x1b[0m\x1b[{height};1H\x1b[?25h"))
}

/// What a terminal must be told, in its own language.
fn changes(before: &Buffer, after: &Buffer) -> io::Result<String> {
    let mut bytes = Vec::new();
    let updates = before.diff(after);
    if !updates.is_empty() {
        CrosstermBackend::new(&mut bytes).draw(updates.into_iter())?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn event(out: &mut impl io::Write, at: Nanos, kind: &str, data: &str) -> io::Result<()> {
    let micros = at / 1_000;
    write!(out, "[{}.{:06},\"{kind}\",", micros / 1_000_000, micros % 1_000_000)?;
    serde_json::to_writer(&mut *out, data).map_err(io::Error::from)?;
    out.write_all(b"]\n")
}
