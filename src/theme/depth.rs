//! How many colours a terminal has, and the nearest of those for a colour that it has not.

use ratatui::style::Color;

/// How many colours there are; where there are none, a screen is drawn without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The sixteen that have names.
    Sixteen,
    /// Those, a cube of 6×6×6 and 24 greys.
    Indexed,
    /// All.
    True,
}

/// Terminals that show all colours and may not say so in `COLORTERM`, as behind ssh.
const TRUE_COLOUR: [&str; 6] = ["-direct", "kitty", "alacritty", "foot", "wezterm", "ghostty"];
/// Terminals with the named colours and no others, or that do not say how many they have.
const SIXTEEN: [&str; 9] = ["linux", "xterm", "screen", "tmux", "rxvt", "ansi", "konsole", "putty", "cygwin"];

impl Depth {
    /// What a terminal says of itself in `COLORTERM` and `TERM`; none if it knows no colours.
    #[must_use]
    pub fn detect(colorterm: &str, term: &str) -> Option<Self> {
        let is_any = |names: &[&str]| names.iter().any(|name| term.contains(name));
        match colorterm {
            _ if term.is_empty() || term == "dumb" || term.ends_with("-m") || term.ends_with("-mono") => None,
            "truecolor" | "24bit" => Some(Self::True),
            _ if is_any(&TRUE_COLOUR) => Some(Self::True),
            _ if term.contains("256col") => Some(Self::Indexed),
            _ if is_any(&SIXTEEN) || term.contains("color") || !colorterm.is_empty() => Some(Self::Sixteen),
            _ => None,
        }
    }

    /// Whether a terminal of this depth has the colour.
    pub(super) const fn has(self, color: Color) -> bool {
        match color {
            Color::Rgb(..) => matches!(self, Self::True),
            Color::Indexed(n) => n < 16 || !matches!(self, Self::Sixteen),
            _ => true,
        }
    }

    /// The colour, or where there are 256 the nearest of them. (Where there are sixteen, the whole theme is another.)
    pub(super) fn nearest(self, color: Color) -> Color {
        match color {
            Color::Rgb(r, g, b) if self == Self::Indexed => Color::Indexed(nearest_of_256(r, g, b)),
            _ => color,
        }
    }
}

/// The levels of red, green and blue in the cube.
const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
/// Colours whose parts are no further apart are grey, of which there are finer steps than in the cube.
const GREY: u8 = 24;

fn nearest_of_256(r: u8, g: u8, b: u8) -> u8 {
    let least = r.min(g).min(b);
    let most = r.max(g).max(b);
    if most - least <= GREY {
        let mean = (u16::from(r) + u16::from(g) + u16::from(b)) / 3;
        return match mean {
            0..4 => 16,
            247.. => 231,
            _ => 232 + ((mean.saturating_sub(8) + 5) / 10).min(23) as u8,
        };
    }
    let nearest = |part: u8| (0..6).min_by_key(|n| LEVELS[usize::from(*n)].abs_diff(part)).unwrap_or(0);
    // The cube's first step is a large one: a part far below the strongest had better be none than make a colour pale.
    let level = |part: u8| if part < most / 3 { 0 } else { nearest(part) };
    16 + 36 * level(r) + 6 * level(g) + level(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_say_how_many_colours_they_have() {
        let cases = [
            ("truecolor", "xterm-256color", Some(Depth::True)),
            ("24bit", "xterm", Some(Depth::True)),
            ("", "xterm-kitty", Some(Depth::True)),
            ("", "xterm-direct", Some(Depth::True)),
            ("", "xterm-256color", Some(Depth::Indexed)),
            ("", "tmux-256color", Some(Depth::Indexed)),
            ("", "xterm", Some(Depth::Sixteen)),
            ("", "linux", Some(Depth::Sixteen)),
            ("yes", "unheard-of", Some(Depth::Sixteen)),
            ("", "vt100", None),
            ("", "xterm-mono", None),
            ("truecolor", "dumb", None),
            ("", "", None),
        ];
        for (colorterm, term, depth) in cases {
            assert_eq!(Depth::detect(colorterm, term), depth, "COLORTERM={colorterm} TERM={term}");
        }
    }

    #[test]
    fn the_nearest_of_256_is_near() {
        assert_eq!(nearest_of_256(0xc8, 0x32, 0x3a), 160, "a red is red");
        assert_eq!([(0, 0, 0), (255, 255, 255), (255, 0, 0)].map(|(r, g, b)| nearest_of_256(r, g, b)), [16, 231, 196]);
        // The greys go from 8 to 238 in steps of ten.
        assert_eq!([8, 18, 128, 238].map(|grey| nearest_of_256(grey, grey, grey)), [232, 233, 244, 255]);
        assert_eq!(nearest_of_256(0x56, 0xae, 0xf7), 16 + 36 + 6 * 3 + 5);
    }
}
