//! Large digits, three rows high, readable from the back of a classroom.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::brush::ClippedPainter;

/// Height of a numeral, times its scale.
pub(super) const NUMERAL_HEIGHT: u16 = 3;

const fn digit_shape(c: char) -> [&'static str; 3] {
    match c {
        '0' => ["█▀█", "█ █", "▀▀▀"],
        '1' => ["▄█ ", " █ ", "▀▀▀"],
        '2' => ["▀▀█", "█▀▀", "▀▀▀"],
        '3' => ["▀▀█", " ▀█", "▀▀▀"],
        '4' => ["█ █", "▀▀█", "  ▀"],
        '5' => ["█▀▀", "▀▀█", "▀▀▀"],
        '6' => ["█▀▀", "█▀█", "▀▀▀"],
        '7' => ["▀▀█", "  █", "  ▀"],
        '8' => ["█▀█", "█▀█", "▀▀▀"],
        '9' => ["█▀█", "▀▀█", "▀▀▀"],
        'k' => ["█ ▄", "█▀▄", "▀ ▀"],
        'M' => ["█▄█", "█ █", "▀ ▀"],
        '.' => [" ", " ", "▀"],
        ':' => [" ", "▀", "▀"],
        _ => ["   ", "▀▀▀", "   "],
    }
}

/// Seven-segment digits.
const fn ascii_shape(c: char) -> [&'static str; 3] {
    match c {
        '0' => [" _ ", "| |", "|_|"],
        '1' => ["   ", "  |", "  |"],
        '2' => [" _ ", " _|", "|_ "],
        '3' => [" _ ", " _|", " _|"],
        '4' => ["   ", "|_|", "  |"],
        '5' => [" _ ", "|_ ", " _|"],
        '6' => [" _ ", "|_ ", "|_|"],
        '7' => [" _ ", "  |", "  |"],
        '8' => [" _ ", "|_|", "|_|"],
        '9' => [" _ ", "|_|", " _|"],
        'k' => ["   ", "|_/", "| \\"],
        'M' => ["   ", "|V|", "| |"],
        '.' => [" ", " ", "."],
        ':' => [" ", ".", "."],
        _ => ["   ", " _ ", "   "],
    }
}

/// Width of a number at a scale. The ASCII shapes are as wide.
pub(super) fn width(figure: &str, scale: u16) -> u16 {
    let width = |c| digit_shape(c)[0].chars().count() as u16 + 1;
    scale * figure.chars().map(width).sum::<u16>().saturating_sub(1)
}

/// Draws a number in the first rows of an area, or as plain text if it is too wide. Returns its width. With scale 2, it
/// is twice as large if it fits and the terminal has half blocks.
pub(super) fn draw(brush: &mut ClippedPainter, area: Rect, figure: &str, style: Style, scale: u16) -> u16 {
    let shape = if brush.supported_glyphs().is_ascii() { ascii_shape } else { digit_shape };
    let (needed, available) = (width(figure, 1), area.width);
    if scale > 1 && 2 * needed <= available && area.height >= 2 * NUMERAL_HEIGHT && !brush.supported_glyphs().is_ascii()
    {
        return draw_double(brush, area, figure, style);
    }
    // Without space, the decimal point takes the gap between two digits.
    let is_tight = needed > available && figure.contains('.');
    if needed - u16::from(is_tight) > available || area.height < NUMERAL_HEIGHT {
        return brush.draw_text(area, figure, style);
    }
    let mut x = area.x;
    for c in figure.chars() {
        let shape = shape(c);
        let width = shape[0].chars().count() as u16;
        let point = is_tight && c == '.';
        x -= u16::from(point);
        for (y, row) in (area.y..area.bottom()).zip(shape) {
            // Lower than the digits, from which no gap separates it.
            let row = if point && row == "▀" { "▄" } else { row };
            brush.draw_text(Rect { x, y, width, height: 1 }, row, style);
        }
        x += width + 1;
    }
    x.saturating_sub(area.x + 1)
}

/// Draws a number twice as large: each half of a cell becomes a cell.
fn draw_double(brush: &mut ClippedPainter, area: Rect, figure: &str, style: Style) -> u16 {
    let mut x = area.x;
    for c in figure.chars() {
        let shape = digit_shape(c);
        for (y, row) in (area.y..).step_by(2).zip(shape) {
            for (x, block) in (x..).step_by(2).zip(row.chars()) {
                let cells = match block {
                    '█' => Rect { x, y, width: 2, height: 2 },
                    '▀' => Rect { x, y, width: 2, height: 1 },
                    '▄' => Rect { x, y: y + 1, width: 2, height: 1 },
                    _ => continue,
                };
                brush.fill_area(cells, '█', style);
            }
        }
        x += 2 * (shape[0].chars().count() as u16 + 1);
    }
    x.saturating_sub(area.x + 2)
}

/// Formats a count with at most three digits: `16`, `897`, `16k`.
pub(super) fn count_of_three_digits(n: u32) -> String {
    match n {
        0..1_000 => n.to_string(),
        1_000..100_000 => format!("{}k", n / 1_000),
        100_000..1_000_000 => format!(".{}M", n / 100_000),
        _ => format!("{}M", n / 1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_at_most_three_digits() {
        assert_eq!([0, 999, 1_543, 99_999, 999_999].map(count_of_three_digits), ["0", "999", "1k", "99k", ".9M"]);
    }
}
