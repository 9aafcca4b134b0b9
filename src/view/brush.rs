//! Drawing on a buffer, clipped to it and with the glyphs that the terminal supports.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::text::Span;

use crate::theme::{Glyphs, Theme};

/// Width of a text in columns: of Hangul, two for every syllable.
pub(super) fn text_width(text: &str) -> usize {
    Span::raw(text).width()
}

/// Divides a text between words into lines of at most `width` columns. A longer word has a line of its own.
#[must_use]
pub fn wrap(text: &str, width: u16) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && text_width(&line) + 1 + text_width(word) > usize::from(width) {
            lines.push(std::mem::take(&mut line));
        }
        line.push_str(if line.is_empty() { "" } else { " " });
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// Draws on a buffer and clips what lies outside. Callers use Unicode; ASCII replacements are made here.
pub(super) struct ClippedPainter<'a>(&'a mut Buffer, Glyphs);

impl<'a> ClippedPainter<'a> {
    pub(super) fn new(buffer: &'a mut Buffer, glyphs: Glyphs) -> Self {
        Self(buffer, glyphs)
    }

    /// The supported glyphs.
    pub(super) fn supported_glyphs(&self) -> Glyphs {
        self.1
    }

    /// Width of a text in columns.
    fn text_width(&self, text: &str) -> usize {
        text_width(&self.1.supported_text(text))
    }

    /// Draws text in the first row of an area, truncated with `…`. Returns its width.
    pub(super) fn draw_text(&mut self, area: Rect, text: &str, style: Style) -> u16 {
        let area = area.intersection(self.0.area);
        if area.is_empty() {
            return 0;
        }
        let text = self.1.supported_text(text);
        let width = text_width(&text);
        let available = usize::from(area.width);
        if width <= available {
            self.0.set_stringn(area.x, area.y, text, available, style);
            return width as u16;
        }
        let more = self.1.supported_text("…");
        let dots = text_width(&more).min(available);
        let (end, _) = self.0.set_stringn(area.x, area.y, text, available - dots, style);
        let (end, _) = self.0.set_stringn(end, area.y, more, dots, style);
        end - area.x
    }

    /// Draws the first variant that fits, else the last one truncated.
    pub(super) fn draw_longest(&mut self, area: Rect, variants: &[String], style: Style) -> u16 {
        let fits = |text: &&String| self.text_width(text) <= usize::from(area.width);
        variants.iter().find(fits).or(variants.last()).map_or(0, |text| self.draw_text(area, text, style))
    }

    /// Draws the first variant that fits into the area with its words wrapped, else the last one truncated.
    pub(super) fn draw_wrapped(&mut self, area: Rect, variants: &[String], style: Style) {
        let wrapped = |text: &String| {
            let fits = self.text_width(text) <= usize::from(area.width);
            if fits { vec![text.clone()] } else { wrap(&self.1.supported_text(text), area.width) }
        };
        let fits = |lines: &Vec<String>| lines.len() <= usize::from(area.height);
        let Some(lines) = variants.iter().map(wrapped).find(fits).or_else(|| variants.last().map(wrapped)) else {
            return;
        };
        for (n, y) in (area.top()..area.bottom()).enumerate().take(lines.len()) {
            let is_last = y + 1 == area.bottom();
            let line = if is_last { lines[n..].join(" ") } else { lines[n].clone() };
            self.draw_text(Rect { y, height: 1, ..area }, &line, style);
        }
    }

    /// Draws right-aligned text. Returns its width.
    pub(super) fn draw_right_aligned(&mut self, area: Rect, text: &str, style: Style) -> u16 {
        let width = (self.text_width(text) as u16).min(area.width);
        self.draw_text(Rect { x: area.right() - width, width, ..area }, text, style)
    }

    /// Draws signs, which stand for states, in the first row of an area. Their ASCII replacements differ from those of
    /// text.
    pub(super) fn draw_signs(&mut self, area: Rect, signs: &str, style: Style) {
        for (x, sign) in (area.x..area.right()).zip(signs.chars()) {
            self.draw_glyph(x, area.y, sign, style);
        }
    }

    /// Fills the upper half of every cell of an area; all of the cell if there are no half blocks.
    pub(super) fn fill_upper_half(&mut self, area: Rect, style: Style) {
        if !self.1.is_ascii() {
            self.fill_area(area, '▀', style);
        }
    }

    /// Fills a cell from below, in eighths.
    pub(super) fn draw_level(&mut self, x: u16, y: u16, eighths: u16, style: Style) {
        let glyph = self.1.level_glyph(eighths);
        if let Some(cell) = self.0.cell_mut((x, y)) {
            cell.set_char(glyph).set_style(style);
        }
    }

    /// Sets the theme's colours in every cell that has none.
    pub(super) fn fill_background(&mut self, theme: &Theme) {
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

    /// Fills an area with a glyph.
    pub(super) fn fill_area(&mut self, area: Rect, glyph: char, style: Style) {
        let glyph = self.1.supported_sign(glyph);
        for position in area.intersection(self.0.area).positions() {
            self.0[position].set_char(glyph).set_style(style);
        }
    }

    /// Draws a glyph.
    pub(super) fn draw_glyph(&mut self, x: u16, y: u16, glyph: char, style: Style) {
        self.fill_area(Rect { x, y, width: 1, height: 1 }, glyph, style);
    }

    /// The number of columns of an area next to `columns` that does not divide a word of its first row.
    pub(super) fn nearest_word_edge(&self, area: Rect, columns: u16) -> u16 {
        let symbol = |x: u16| self.0.cell((area.x + x, area.y)).map_or(" ", |cell| cell.symbol());
        // The cell after a wide character is blank, too.
        let is_blank = |x: u16| symbol(x) == " " && (x == 0 || text_width(symbol(x - 1)) < 2);
        let is_edge = |x: &u16| *x == 0 || *x >= area.width || is_blank(*x) || is_blank(*x - 1);
        let before = (0..=columns).rev().find(is_edge).unwrap_or(0);
        let after = (columns..=area.width).find(is_edge).unwrap_or(area.width);
        if columns - before <= after - columns { before } else { after }
    }

    /// Adds a style to an area.
    pub(super) fn add_style(&mut self, area: Rect, style: Style) {
        self.0.set_style(area.intersection(self.0.area), style);
    }

    /// Clears an area, and wide characters that reach into it from the left.
    pub(super) fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.0.area);
        for position in area.positions() {
            self.0[position].reset();
        }
        for y in area.top()..area.bottom() {
            let beside = area.x.checked_sub(1).and_then(|x| self.0.cell_mut((x, y)));
            if let Some(cell) = beside.filter(|cell| text_width(cell.symbol()) > 1) {
                cell.set_char(' ');
            }
        }
    }

    /// Draws a box of heavy lines with a title in its top edge.
    pub(super) fn draw_box(&mut self, area: Rect, title: &[String], style: Style) {
        if area.width < 2 || area.height < 2 {
            return;
        }
        let (left, right, top, bottom) = (area.x, area.right() - 1, area.y, area.bottom() - 1);
        self.fill_area(Rect { height: 1, ..area }, '━', style);
        self.fill_area(Rect { y: bottom, height: 1, ..area }, '━', style);
        self.fill_area(Rect { width: 1, ..area }, '┃', style);
        self.fill_area(Rect { x: right, width: 1, ..area }, '┃', style);
        for (x, y, corner) in [(left, top, '┏'), (right, top, '┓'), (left, bottom, '┗'), (right, bottom, '┛')] {
            self.draw_glyph(x, y, corner, style);
        }
        let title: Vec<String> = title.iter().map(|text| format!(" {text} ")).collect();
        self.draw_longest(Rect { x: left + 2, width: area.width.saturating_sub(3), height: 1, ..area }, &title, style);
    }
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn lines_are_as_wide_as_their_columns() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("코어가 논다", 9), ["코어가", "논다"]);
        assert_eq!(wrap("코어가 논다", 11), ["코어가 논다"]);
        assert_eq!(wrap("eager processes", 3), ["eager", "processes"]);
        assert_eq!(wrap("", 3), [""]);
    }
}
