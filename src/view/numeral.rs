//! Large digits, three rows high, readable from the back of a classroom.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::brush::ClippedPainter;

/// Height of a numeral.
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

/// Draws a number in the first three rows of an area, or as plain text if it is too wide. Returns its width.
pub(super) fn draw(brush: &mut ClippedPainter, area: Rect, figure: &str, style: Style) -> u16 {
    let shape = if brush.supported_glyphs().is_ascii() { ascii_shape } else { digit_shape };
    let width = |c| shape(c)[0].chars().count() + 1;
    let needed = figure.chars().map(width).sum::<usize>().saturating_sub(1);
    let available = usize::from(area.width);
    // Without space, the decimal point takes the gap between two digits.
    let is_tight = needed > available && figure.contains('.');
    if needed - usize::from(is_tight) > available || area.height < NUMERAL_HEIGHT {
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
