//! A self-contained page with a player. Frames are stored as changes from one to the next.
//!
//! The page loads nothing, which its content security policy enforces.

mod changes;

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde_json::{Value, json};

use super::escape_xml;
use super::svg::{PictureStyle, SignOutline, sign_outline};
use crate::event::Nanos;
use crate::export::film::FilmFrame;
use changes::FrameChanges;

const PLAYER_PAGE: &str = include_str!("html/player.html");
const PLAYER_SCRIPT: &str = include_str!("html/player.js");
const PLAYER_STYLE: &str = include_str!("html/player.css");

/// Metadata of the page.
#[derive(Clone, Copy, Debug)]
pub struct PageMetadata<'a> {
    /// Width and height of the screen, in cells.
    pub size: (u16, u16),
    pub title: &'a str,
    pub style: PictureStyle,
    /// Playback speed: time of the run per second of the film.
    pub speed: f64,
}

/// Writes the page. `marks` are in order of time.
pub fn write(
    metadata: &PageMetadata,
    frames: impl Iterator<Item = FilmFrame>,
    marks: &[(Nanos, String)],
    out: &mut impl io::Write,
) -> io::Result<()> {
    let parts = PLAYER_PAGE.split("{{").map(|part| part.split_once("}}").unwrap_or(("", part)));
    let mut frames = Some(frames);
    for (hole, text) in parts {
        match hole {
            "title" => out.write_all(escape_xml(metadata.title).as_bytes())?,
            "style" => {
                write!(
                    out,
                    ":root{{--ground:{};--text:{}}}\n{PLAYER_STYLE}",
                    metadata.style.background, metadata.style.text
                )?;
            }
            "script" => out.write_all(PLAYER_SCRIPT.as_bytes())?,
            "film" => frames.take().map_or(Ok(()), |frames| frames_as_json(metadata, frames, marks, out))?,
            _ => {}
        }
        out.write_all(text.as_bytes())?;
    }
    Ok(())
}

/// The film as JSON, one frame per line.
fn frames_as_json(
    metadata: &PageMetadata,
    frames: impl Iterator<Item = FilmFrame>,
    marks: &[(Nanos, String)],
    out: &mut impl io::Write,
) -> io::Result<()> {
    out.write_all(b"{\"frames\":[\n")?;
    let mut changes = FrameChanges::new(metadata.size, metadata.style);
    let (mut first, mut end) = (true, 0);
    for frame in frames {
        end = frame.at;
        let changed = changes.next(frame.cells);
        if changed.is_empty() {
            continue;
        }
        let at = if std::mem::take(&mut first) {
            0
        } else {
            out.write_all(b",\n")?;
            whole_milliseconds(frame.at)
        };
        write_json_line(out, &json!([at, changed]))?;
    }
    out.write_all(b"],\n\"rest\":")?;
    let FrameChanges { styles, symbols, .. } = changes;
    let marks: Vec<Value> = marks.iter().map(|(at, text)| json!([whole_milliseconds(*at), text])).collect();
    let (width, height) = metadata.size;
    let (wide, high) = metadata.style.cell;
    write_json_line(
        out,
        &json!({
            "size": [width, height],
            "cell": [wide, high],
            "speed": metadata.speed,
            "end": whole_milliseconds(end),
            "marks": marks,
            "styles": styles,
            "shapes": shapes_of_symbols(&symbols, &metadata.style),
        }),
    )?;
    out.write_all(b"}")
}

/// How each used sign is drawn: a path, or a shade.
fn shapes_of_symbols(symbols: &BTreeSet<String>, style: &PictureStyle) -> BTreeMap<String, Value> {
    let shape = |symbol: &String| {
        let shape = match sign_outline(symbol, style)? {
            SignOutline::Path(path) => path.into(),
            SignOutline::Shade(percent) => percent.into(),
        };
        Some((symbol.clone(), shape))
    };
    symbols.iter().filter_map(shape).collect()
}

fn whole_milliseconds(at: Nanos) -> u64 {
    at / 1_000_000
}

/// Writes JSON such that it cannot end the script element.
fn write_json_line(out: &mut impl io::Write, value: &Value) -> io::Result<()> {
    out.write_all(value.to_string().replace('<', "\\u003c").as_bytes())
}
