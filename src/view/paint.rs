//! Putting text and fills on a buffer, never outside it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

/// Writes on a frame; whatever lies outside is left out.
pub(super) struct Brush<'a>(&'a mut Buffer);

impl<'a> Brush<'a> {
    pub(super) fn new(buffer: &'a mut Buffer) -> Self {
        Self(buffer)
    }

    /// Text in the first row of an area, cut with `…` where it does not fit. Returns its width.
    pub(super) fn text(&mut self, area: Rect, text: &str, style: Style) -> u16 {
        let area = area.intersection(self.0.area);
        if area.is_empty() {
            return 0;
        }
        let width = Span::raw(text).width();
        let room = usize::from(area.width);
        if width <= room {
            self.0.set_stringn(area.x, area.y, text, room, style);
            return width as u16;
        }
        let (end, _) = self.0.set_stringn(area.x, area.y, text, room - 1, style);
        self.0.set_string(end, area.y, "…", style);
        end - area.x + 1
    }

    /// The first text that fits, else the last one, cut.
    pub(super) fn longest(&mut self, area: Rect, variants: &[String], style: Style) -> u16 {
        let fits = |text: &&String| Span::raw(text.as_str()).width() <= usize::from(area.width);
        variants.iter().find(fits).or(variants.last()).map_or(0, |text| self.text(area, text, style))
    }

    /// Text that ends at the right edge of an area. Returns its width.
    pub(super) fn right(&mut self, area: Rect, text: &str, style: Style) -> u16 {
        let width = (Span::raw(text).width() as u16).min(area.width);
        self.text(Rect { x: area.right() - width, width, ..area }, text, style)
    }

    /// The first text that fits, else the last one, cut, at the right edge of an area. Returns its width.
    pub(super) fn longest_right(&mut self, area: Rect, variants: &[String], style: Style) -> u16 {
        let fits = |text: &&String| Span::raw(text.as_str()).width() <= usize::from(area.width);
        variants.iter().find(fits).or(variants.last()).map_or(0, |text| self.right(area, text, style))
    }

    /// Fills an area with one glyph.
    pub(super) fn fill(&mut self, area: Rect, glyph: char, style: Style) {
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
