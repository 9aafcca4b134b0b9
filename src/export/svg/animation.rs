//! An animated SVG: every row that was ever on the screen, with the times at which it is visible.
//!
//! A viewer without animation shows the last frame.

use std::collections::BTreeMap;
use std::io;

use ratatui::buffer::{Buffer, Cell};

use super::{PictureStyle, SVG_END, SvgHeader, SvgPicture};
use crate::event::Nanos;
use crate::export::film::FilmFrame;

/// How long the last frame is displayed, in ns.
const LAST_FRAME_TIME: Nanos = 3_000_000_000;

/// Start and end of a time range.
type TimeInterval = (Nanos, Nanos);

/// A row of cells that has been on the screen.
struct DisplayedRow {
    y: u16,
    markup: String,
    shown: Vec<TimeInterval>,
}

/// All rows of a film.
#[derive(Default)]
struct DisplayedRows {
    all: Vec<DisplayedRow>,
    /// Index of each row by position and contents.
    row_indices: BTreeMap<(u16, String), usize>,
    /// The rows on the screen now, with their start times.
    now: Vec<(usize, Nanos)>,
}

impl DisplayedRows {
    fn show_frame(&mut self, frame: &Buffer, at: Nanos, before: Option<&Buffer>, style: &PictureStyle) {
        for y in 0..frame.area.height {
            if before.is_some_and(|before| row_of_frame(before, y) == row_of_frame(frame, y)) {
                continue;
            }
            let mut picture = SvgPicture::new(style);
            picture.add_row(frame, y);
            let markup = picture.to_string();
            let next = *self.row_indices.entry((y, markup)).or_insert_with_key(|(y, markup)| {
                self.all.push(DisplayedRow { y: *y, markup: markup.clone(), shown: Vec::new() });
                self.all.len() - 1
            });
            match self.now.get_mut(usize::from(y)) {
                Some((last, since)) => {
                    self.all[*last].shown.push((*since, at));
                    (*last, *since) = (next, at);
                }
                None => self.now.push((next, at)),
            }
        }
    }

    fn end_film(&mut self, at: Nanos) {
        for (row, since) in &self.now {
            self.all[*row].shown.push((*since, at));
        }
        self.all.sort_by_key(|row| row.y);
    }
}

fn row_of_frame(frame: &Buffer, y: u16) -> &[Cell] {
    let width = usize::from(frame.area.width);
    &frame.content[usize::from(y) * width..][..width]
}

/// Writes the film as an animated SVG.
pub fn write_animated_svg(
    size: (u16, u16),
    frames: impl Iterator<Item = FilmFrame>,
    style: &PictureStyle,
    out: &mut impl io::Write,
) -> io::Result<()> {
    let mut rows = DisplayedRows::default();
    let (mut before, mut end) = (None, 0);
    for FilmFrame { at, cells } in frames {
        // The film starts with its first frame.
        let at = if before.is_none() { 0 } else { at };
        rows.show_frame(&cells, at, before.as_ref(), style);
        (before, end) = (Some(cells), at);
    }
    let end = end.saturating_add(LAST_FRAME_TIME);
    rows.end_film(end);
    write!(out, "{}", SvgHeader { style: &SvgPicture::new(style).style, area: size })?;
    for row in rows.all {
        write_csv_row(&row, end, out)?;
    }
    out.write_all(SVG_END.as_bytes())
}

fn write_csv_row(row: &DisplayedRow, end: Nanos, out: &mut impl io::Write) -> io::Result<()> {
    let DisplayedRow { markup, shown, .. } = row;
    if shown[..] == [(0, end)] {
        return write!(out, "<g>\n{markup}</g>\n");
    }
    let is_last = shown.last().is_some_and(|(_, to)| *to == end);
    let visibility = if is_last { "" } else { " visibility=\"hidden\"" };
    write!(out, "<g{visibility}>\n{markup}{}</g>\n", visibility_animation(shown, end))
}

/// When a row is visible, as fractions of the duration.
fn visibility_animation(shown: &[TimeInterval], end: Nanos) -> String {
    let mut steps = Vec::new();
    if shown.first().is_none_or(|(from, _)| *from > 0) {
        steps.push((0, "hidden"));
    }
    for (from, to) in shown {
        // A row that reappears at the time it disappears is kept visible.
        match steps.last() {
            Some((at, "hidden")) if at == from && *at > 0 => drop(steps.pop()),
            _ => steps.push((*from, "visible")),
        }
        if *to < end {
            steps.push((*to, "hidden"));
        }
    }
    let part = |at: Nanos| {
        let text = format!("{:.6}", at as f64 / end.max(1) as f64);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    let times: Vec<String> = steps.iter().map(|(at, _)| part(*at)).collect();
    let values: Vec<&str> = steps.iter().map(|(_, value)| *value).collect();
    format!(
        "<animate attributeName=\"visibility\" calcMode=\"discrete\" dur=\"{:.3}s\" repeatCount=\"indefinite\" values=\"{}\" \
         keyTimes=\"{}\"/>\n",
        end as f64 / 1e9,
        values.join(";"),
        times.join(";")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn animated_rows_are_visible_only_while_displayed() {
        let attributes = |shown: &[TimeInterval]| {
            let text = visibility_animation(shown, 10);
            let part = |key: &str| {
                text.split(&format!("{key}=\"")).nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned)
            };
            (part("values").unwrap(), part("keyTimes").unwrap())
        };
        assert_eq!(attributes(&[(0, 5)]), ("visible;hidden".into(), "0;0.5".into()));
        assert_eq!(attributes(&[(2, 10)]), ("hidden;visible".into(), "0;0.2".into()));
        assert_eq!(
            attributes(&[(1, 2), (4, 5)]),
            ("hidden;visible;hidden;visible;hidden".into(), "0;0.1;0.2;0.4;0.5".into())
        );
        assert_eq!(attributes(&[(1, 2), (2, 3)]), ("hidden;visible;hidden".into(), "0;0.1;0.3".into()));
    }
}
