//! ASCII replacements of the Unicode glyphs that panels use.

use std::borrow::Cow;

/// The glyphs that a terminal supports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Glyphs {
    #[default]
    Unicode,
    Ascii,
}

/// Signs whose width is ambiguous in Unicode: some terminals show each of them two cells wide.
pub const AMBIGUOUS_SIGNS: &str = "■█│·";

/// Block elements from empty to eight eighths, and ASCII replacements of increasing density.
const LEVEL_GLYPHS: ([char; 9], [char; 9]) =
    ([' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'], [' ', '.', ':', '-', '=', '+', '*', '#', '#']);

impl Glyphs {
    /// Detects the glyphs from the locale (the first of `LC_ALL`, `LC_CTYPE`, `LANG` that is set) and `TERM`. The
    /// Linux console accepts UTF-8 but lacks the glyphs.
    #[must_use]
    pub fn detect_glyphs(locale: &str, term: &str) -> Self {
        let locale = locale.to_ascii_lowercase();
        // An unset locale is treated as UTF-8: containers often have none.
        let unicode = locale.is_empty() || locale.contains("utf-8") || locale.contains("utf8");
        if unicode && term != "linux" { Self::Unicode } else { Self::Ascii }
    }

    #[must_use]
    pub const fn is_ascii(self) -> bool {
        matches!(self, Self::Ascii)
    }

    /// Replaces a sign of a map, a bar or a tile.
    #[must_use]
    pub const fn supported_sign(self, sign: char) -> char {
        if matches!(self, Self::Unicode) || sign.is_ascii() {
            return sign;
        }
        match sign {
            '·' => '.',
            '×' => 'X',
            '█' | '■' => '#',
            '▓' => '%',
            '▒' | '━' | '▀' => '=',
            // Partial rows of the map: the replacements for bars would be read as other states.
            '▁' | '▂' | '▃' => '_',
            '▄' | '▅' | '▆' | '▇' | '┏' | '┓' | '┗' | '┛' => '+',
            '║' => '"',
            _ => ascii_letter(sign),
        }
    }

    /// The glyph of a cell that is filled from below, in eighths.
    #[must_use]
    pub fn level_glyph(self, eighths: u16) -> char {
        let of = if self.is_ascii() { LEVEL_GLYPHS.1 } else { LEVEL_GLYPHS.0 };
        of[usize::from(eighths.min(8))]
    }

    /// Replaces the characters of a text. Unknown ones become a question mark.
    #[must_use]
    pub fn supported_text(self, text: &str) -> Cow<'_, str> {
        if matches!(self, Self::Unicode) || text.is_ascii() {
            return Cow::Borrowed(text);
        }
        let mut plain = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '…' => plain.push_str(".."),
                '║' => plain.push_str("||"),
                '·' => plain.push('-'),
                '×' => plain.push('x'),
                '≥' => plain.push_str(">="),
                '≤' => plain.push_str("<="),
                // Korean texts; the signs that this set replaces are those whose width terminals disagree about.
                '가'..='힣' => plain.push(c),
                _ if c.is_ascii() => plain.push(c),
                _ => plain.push(ascii_letter(c)),
            }
        }
        Cow::Owned(plain)
    }
}

/// Replacements that are used in texts and for signs.
const fn ascii_letter(c: char) -> char {
    match c {
        '─' | '–' | '—' | '−' => '-',
        '│' | '┃' | '├' | '┤' => '|',
        '╱' => '/',
        '▲' | '↑' => '^',
        '▼' | '↓' => 'v',
        '►' | '›' | '→' => '>',
        '◄' | '←' => '<',
        '≈' => '~',
        '○' => 'o',
        '●' => '*',
        '■' | '█' => '#',
        '░' => '&',
        'µ' => 'u',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ascii_is_used_without_utf8_and_on_the_console() {
        for (locale, term, glyphs) in [
            ("C.UTF-8", "xterm", Glyphs::Unicode),
            ("ko_KR.utf8", "xterm", Glyphs::Unicode),
            ("C", "xterm", Glyphs::Ascii),
            ("", "xterm", Glyphs::Unicode),
            ("de_DE.ISO-8859-1", "xterm", Glyphs::Ascii),
            ("C.UTF-8", "linux", Glyphs::Ascii),
        ] {
            assert_eq!(Glyphs::detect_glyphs(locale, term), glyphs, "{locale}, {term}");
        }
    }

    /// Signs that must stay distinct: queued, running, ready, in I/O, suspended, lost, loading, idle core while tasks
    /// wait.
    #[test]
    fn states_keep_distinct_signs() {
        let tile = ['■', '►', '≈', '○', '║', '×', '↓', '╱'];
        let map = ['·', '█', '▓', '▒', '─', '║', '×', '╱', '▁', '▇'];
        for signs in [&tile[..], &map[..]] {
            let ascii: HashSet<_> = signs.iter().map(|sign| Glyphs::Ascii.supported_sign(*sign)).collect();
            assert_eq!(ascii.len(), signs.len(), "{ascii:?}");
            assert!(ascii.iter().all(char::is_ascii) && !ascii.contains(&'?'));
        }
    }

    #[test]
    fn level_glyphs_increase() {
        for glyphs in [Glyphs::Unicode, Glyphs::Ascii] {
            let levels: Vec<_> = (0..=9).map(|eighths| glyphs.level_glyph(eighths)).collect();
            assert_eq!(levels[8], levels[9]);
            assert_eq!(levels.iter().collect::<HashSet<_>>().len(), if glyphs.is_ascii() { 8 } else { 9 });
        }
    }

    #[test]
    fn ascii_replacements_of_texts_are_legible() {
        let plain = |text| Glyphs::Ascii.supported_text(text).into_owned();
        assert_eq!(plain("║ FROZEN · 2.8× faster – 5 µs …"), "|| FROZEN - 2.8x faster - 5 us ..");
        assert_eq!(plain("파이썬 日本"), "파이썬 ??");
        assert!(matches!(Glyphs::Unicode.supported_text("·"), Cow::Borrowed(_)));
    }
}
