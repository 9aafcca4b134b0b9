//! The signs of the screen where there is no Unicode. Panels speak the Unicode ones; here is what is put in their place.

use std::borrow::Cow;

/// The signs that a terminal can show; independent of its colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Glyphs {
    /// All of them.
    #[default]
    Unicode,
    /// Those of ASCII.
    Ascii,
}

/// Block elements from nothing to eight eighths, and what grows like them in ASCII.
const EIGHTHS: ([char; 9], [char; 9]) =
    ([' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'], [' ', '.', ':', '-', '=', '+', '*', '#', '#']);

impl Glyphs {
    /// Those of a terminal with this locale, as the first of `LC_ALL`, `LC_CTYPE` and `LANG` that is set names it, and this
    /// `TERM`. The Linux console knows UTF-8 and has no font for it.
    #[must_use]
    pub fn detect(locale: &str, term: &str) -> Self {
        let locale = locale.to_ascii_lowercase();
        // None at all is no statement: a container without a locale is looked at through a terminal that knows UTF-8.
        let unicode = locale.is_empty() || locale.contains("utf-8") || locale.contains("utf8");
        if unicode && term != "linux" { Self::Unicode } else { Self::Ascii }
    }

    /// Whether only ASCII can be shown.
    #[must_use]
    pub const fn is_ascii(self) -> bool {
        matches!(self, Self::Ascii)
    }

    /// A sign of a map, a bar or a tile.
    #[must_use]
    pub const fn sign(self, sign: char) -> char {
        if matches!(self, Self::Unicode) || sign.is_ascii() {
            return sign;
        }
        match sign {
            '·' => '.',
            '×' => 'X',
            '█' | '■' => '#',
            '▓' => '%',
            '▒' | '━' | '▀' => '=',
            // Parts of a row of the map: the signs of a bar would be those of other states.
            '▁' | '▂' | '▃' => '_',
            '▄' | '▅' | '▆' | '▇' | '┏' | '┓' | '┗' | '┛' => '+',
            '║' => '"',
            _ => letter(sign),
        }
    }

    /// A column filled from below, in eighths.
    #[must_use]
    pub fn level(self, eighths: u16) -> char {
        let of = if self.is_ascii() { EIGHTHS.1 } else { EIGHTHS.0 };
        of[usize::from(eighths.min(8))]
    }

    /// A text. What has no likeness in ASCII is a question mark.
    #[must_use]
    pub fn text(self, text: &str) -> Cow<'_, str> {
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
                _ if c.is_ascii() => plain.push(c),
                _ => plain.push(letter(c)),
            }
        }
        Cow::Owned(plain)
    }
}

/// What is the same in texts and elsewhere.
const fn letter(c: char) -> char {
    match c {
        '─' | '–' | '—' | '−' => '-',
        '│' | '┃' => '|',
        '╱' => '/',
        '▲' | '↑' => '^',
        '▼' | '↓' => 'v',
        '►' | '›' | '→' => '>',
        '◄' | '←' => '<',
        '≈' => '~',
        '○' => 'o',
        '●' => '*',
        '■' | '█' => '#',
        '░' => ':',
        'µ' => 'u',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_locale_without_utf_8_and_the_console_have_ascii() {
        for (locale, term, glyphs) in [
            ("C.UTF-8", "xterm", Glyphs::Unicode),
            ("ko_KR.utf8", "xterm", Glyphs::Unicode),
            ("C", "xterm", Glyphs::Ascii),
            ("", "xterm", Glyphs::Unicode),
            ("de_DE.ISO-8859-1", "xterm", Glyphs::Ascii),
            ("C.UTF-8", "linux", Glyphs::Ascii),
        ] {
            assert_eq!(Glyphs::detect(locale, term), glyphs, "{locale}, {term}");
        }
    }

    /// Queued, running, ready, in I/O, suspended, lost, loading; and a core that is idle beside a queue.
    #[test]
    fn states_keep_signs_of_their_own() {
        let tile = ['■', '►', '≈', '○', '║', '×', '↓', '╱'];
        let map = ['·', '█', '▓', '▒', '─', '║', '×', '╱', '▁', '▇'];
        for signs in [&tile[..], &map[..]] {
            let ascii: HashSet<_> = signs.iter().map(|sign| Glyphs::Ascii.sign(*sign)).collect();
            assert_eq!(ascii.len(), signs.len(), "{ascii:?}");
            assert!(ascii.iter().all(char::is_ascii) && !ascii.contains(&'?'));
        }
    }

    #[test]
    fn levels_only_grow() {
        for glyphs in [Glyphs::Unicode, Glyphs::Ascii] {
            let levels: Vec<_> = (0..=9).map(|eighths| glyphs.level(eighths)).collect();
            assert_eq!(levels[8], levels[9]);
            assert_eq!(levels.iter().collect::<HashSet<_>>().len(), if glyphs.is_ascii() { 8 } else { 9 });
        }
    }

    #[test]
    fn texts_keep_their_meaning() {
        let plain = |text| Glyphs::Ascii.text(text).into_owned();
        assert_eq!(plain("║ FROZEN · 2.8× faster – 5 µs …"), "|| FROZEN - 2.8x faster - 5 us ..");
        assert_eq!(plain("파이썬"), "???");
        assert!(matches!(Glyphs::Unicode.text("·"), Cow::Borrowed(_)));
    }
}
