//! Putting text and fills on a buffer, never outside it, in the signs that the terminal can show.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::text::Span;

use crate::theme::{Glyphs, Theme};

/// Writes on a frame; whatever lies outside is left out. Panels name signs and texts as Unicode has them.
pub(super) struct Brush<'a>(&'a mut Buffer, Glyphs);

impl<'a> Brush<'a> {
    pub(super) fn new(buffer: &'a mut Buffer, glyphs: Glyphs) -> Self {
        Self(buffer, glyphs)
    }

    /// The signs that can be shown.
    pub(super) fn glyphs(&self) -> Glyphs {
        self.1
    }

    /// Columns that a text takes.
    fn width(&self, text: &str) -> usize {
        Span::raw(self.1.text(text)).width()
    }

    /// Text in the first row of an area, cut with `…` where it does not fit. Returns its width.
    pub(super) fn text(&mut self, area: Rect, text: &str, style: Style) -> u16 {
        let area = area.intersection(self.0.area);
        if area.is_empty() {
            return 0;
        }
        let text = self.1.text(text);
        let width = Span::raw(text.as_ref()).width();
        let room = usize::from(area.width);
        if width <= room {
            self.0.set_stringn(area.x, area.y, text, room, style);
            return width as u16;
        }
        let more = self.1.text("…");
        let dots = more.chars().count().min(room);
        let (end, _) = self.0.set_stringn(area.x, area.y, text, room - dots, style);
        let (end, _) = self.0.set_stringn(end, area.y, more, dots, style);
        end - area.x
    }

    /// The first text that fits, else the last one, cut.
    pub(super) fn longest(&mut self, area: Rect, variants: &[String], style: Style) -> u16 {
        let fits = |text: &&String| self.width(text) <= usize::from(area.width);
        variants.iter().find(fits).or(variants.last()).map_or(0, |text| self.text(area, text, style))
    }

    /// Text that ends at the right edge of an area. Returns its width.
    pub(super) fn right(&mut self, area: Rect, text: &str, style: Style) -> u16 {
        let width = (self.width(text) as u16).min(area.width);
        self.text(Rect { x: area.right() - width, width, ..area }, text, style)
    }

    /// The first text that fits, else the last one, cut, at the right edge of an area. Returns its width.
    pub(super) fn longest_right(&mut self, area: Rect, variants: &[String], style: Style) -> u16 {
        let fits = |text: &&String| self.width(text) <= usize::from(area.width);
        variants.iter().find(fits).or(variants.last()).map_or(0, |text| self.right(area, text, style))
    }

    /// Signs side by side in the first row of an area; unlike a text they stand for states.
    pub(super) fn signs(&mut self, area: Rect, signs: &str, style: Style) {
        for (x, sign) in (area.x..area.right()).zip(signs.chars()) {
            self.glyph(x, area.y, sign, style);
        }
    }

    /// The upper half of every cell of an area. Where there are no half blocks, the gap between rows takes all of the cell.
    pub(super) fn upper_half(&mut self, area: Rect, style: Style) {
        if !self.1.is_ascii() {
            self.fill(area, '▀', style);
        }
    }

    /// A cell filled from below, in eighths.
    pub(super) fn level(&mut self, x: u16, y: u16, eighths: u16, style: Style) {
        let glyph = self.1.level(eighths);
        if let Some(cell) = self.0.cell_mut((x, y)) {
            cell.set_char(glyph).set_style(style);
        }
    }

    /// Gives every cell with no colour of its own those of the theme.
    pub(super) fn ground(&mut self, theme: &Theme) {
        let (Some(text), Some(ground)) = (theme.base.fg.or(Some(Color::Reset)), theme.base.bg) else { return };
        for cell in &mut self.0.content {
            if cell.bg == Color::Reset {
                cell.bg = ground;
            }
            if cell.fg == Color::Reset {
                cell.fg = text;
            }
        }
    }

    /// Fills an area with one glyph.
    pub(super) fn fill(&mut self, area: Rect, glyph: char, style: Style) {
        let glyph = self.1.sign(glyph);
        for position in area.intersection(self.0.area).positions() {
            self.0[position].set_char(glyph).set_style(style);
        }
    }

    /// One glyph.
    pub(super) fn glyph(&mut self, x: u16, y: u16, glyph: char, style: Style) {
        self.fill(Rect { x, y, width: 1, height: 1 }, glyph, style);
    }

    /// Adds a style to what is there.
    pub(super) fn tint(&mut self, area: Rect, style: Style) {
        self.0.set_style(area.intersection(self.0.area), style);
    }

    /// Empties an area.
    pub(super) fn clear(&mut self, area: Rect) {
        for position in area.intersection(self.0.area).positions() {
            self.0[position].reset();
        }
    }

    /// A box of heavy lines with a title in its upper edge.
    pub(super) fn frame(&mut self, area: Rect, title: &[String], style: Style) {
        if area.width < 2 || area.height < 2 {
            return;
        }
        let (left, right, top, bottom) = (area.x, area.right() - 1, area.y, area.bottom() - 1);
        self.fill(Rect { height: 1, ..area }, '━', style);
        self.fill(Rect { y: bottom, height: 1, ..area }, '━', style);
        self.fill(Rect { width: 1, ..area }, '┃', style);
        self.fill(Rect { x: right, width: 1, ..area }, '┃', style);
        for (x, y, corner) in [(left, top, '┏'), (right, top, '┓'), (left, bottom, '┗'), (right, bottom, '┛')] {
            self.glyph(x, y, corner, style);
        }
        let title: Vec<String> = title.iter().map(|text| format!(" {text} ")).collect();
        self.longest(Rect { x: left + 2, width: area.width.saturating_sub(3), height: 1, ..area }, &title, style);
    }
}
