//! Text output, in the characters that the locale supports.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;

use crossterm::terminal;

use crate::theme::{GlyphMode, Glyphs, TerminalEnvironment};

static GLYPHS: OnceLock<Glyphs> = OnceLock::new();

/// Sets the glyphs of all text output. Before that, they follow the environment.
pub fn set_glyphs(mode: GlyphMode) {
    let _ = GLYPHS.set(mode.choose_glyphs(&TerminalEnvironment::from_process()));
}

/// The glyphs of text output.
#[must_use]
pub fn glyphs() -> Glyphs {
    GLYPHS.get().copied().unwrap_or_else(|| GlyphMode::Auto.choose_glyphs(&TerminalEnvironment::from_process()))
}

/// Replaces characters that cannot be printed.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    glyphs().supported_text(text)
}

/// The width of a terminal in columns; none for files and pipes, whose lines are not wrapped.
#[must_use]
pub fn terminal_width(stream: &impl IsTerminal) -> Option<u16> {
    let size = stream.is_terminal().then(terminal::size).and_then(Result::ok);
    size.map(|(width, _)| width).filter(|width| *width > 0)
}

/// Writes the text that `render` writes, in characters that can be printed.
pub fn write_text(out: &mut impl Write, render: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<()> {
    let mut text = Vec::new();
    render(&mut text)?;
    out.write_all(printable(&String::from_utf8_lossy(&text)).as_bytes())
}
