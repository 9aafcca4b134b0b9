//! Colour depth of terminals, and the nearest available colours.

use ratatui::style::Color;

/// Colour depth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColorDepth {
    /// The 16 named colours.
    Sixteen,
    /// 256 colours: the 16 named ones, a cube of 6×6×6 and 24 greys.
    Indexed,
    /// True colour.
    True,
}

/// Values of `TERM` of terminals with true colour, for which `COLORTERM` may be missing, for example through ssh.
const TRUE_COLOR_TERMS: [&str; 6] = ["-direct", "kitty", "alacritty", "foot", "wezterm", "ghostty"];
/// Values of `TERM` of terminals with 16 colours, or of unknown depth.
const SIXTEEN_COLOR_TERMS: [&str; 9] =
    ["linux", "xterm", "screen", "tmux", "rxvt", "ansi", "konsole", "putty", "cygwin"];

impl ColorDepth {
    /// Detects the depth from `COLORTERM` and `TERM`; none for terminals without colours.
    #[must_use]
    pub fn detect_color_depth(colorterm: &str, term: &str) -> Option<Self> {
        let is_any = |names: &[&str]| names.iter().any(|name| term.contains(name));
        match colorterm {
            _ if term.is_empty() || term == "dumb" || term.ends_with("-m") || term.ends_with("-mono") => None,
            "truecolor" | "24bit" => Some(Self::True),
            _ if is_any(&TRUE_COLOR_TERMS) => Some(Self::True),
            _ if term.contains("256col") => Some(Self::Indexed),
            _ if is_any(&SIXTEEN_COLOR_TERMS) || term.contains("color") || !colorterm.is_empty() => Some(Self::Sixteen),
            _ => None,
        }
    }

    /// Whether a terminal of this depth has the colour.
    pub(super) const fn supports(self, color: Color) -> bool {
        match color {
            Color::Rgb(..) => matches!(self, Self::True),
            Color::Indexed(n) => n < 16 || !matches!(self, Self::Sixteen),
            _ => true,
        }
    }

    /// The nearest of 256 colours. (With 16, the whole theme is replaced.)
    pub(super) fn nearest_supported(self, color: Color) -> Color {
        match color {
            Color::Rgb(r, g, b) if self == Self::Indexed => Color::Indexed(nearest_of_256(r, g, b)),
            _ => color,
        }
    }
}

/// Levels of red, green and blue in the cube.
const CUBE_LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
/// Difference between components below which a colour is approximated by a grey, because greys have finer steps.
const MAX_GREY_DIFFERENCE: u8 = 24;

fn nearest_of_256(r: u8, g: u8, b: u8) -> u8 {
    let least = r.min(g).min(b);
    let most = r.max(g).max(b);
    if most - least <= MAX_GREY_DIFFERENCE {
        let mean = (u16::from(r) + u16::from(g) + u16::from(b)) / 3;
        return match mean {
            0..4 => 16,
            247.. => 231,
            _ => 232 + ((mean.saturating_sub(8) + 5) / 10).min(23) as u8,
        };
    }
    let nearest = |part: u8| (0..6).min_by_key(|n| CUBE_LEVELS[usize::from(*n)].abs_diff(part)).unwrap_or(0);
    // The first step of the cube is large. A component far below the largest is set to zero, otherwise the colour
    // would become pale.
    let level = |part: u8| if part < most / 3 { 0 } else { nearest(part) };
    16 + 36 * level(r) + 6 * level(g) + level(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_detected() {
        let cases = [
            ("truecolor", "xterm-256color", Some(ColorDepth::True)),
            ("24bit", "xterm", Some(ColorDepth::True)),
            ("", "xterm-kitty", Some(ColorDepth::True)),
            ("", "xterm-direct", Some(ColorDepth::True)),
            ("", "xterm-256color", Some(ColorDepth::Indexed)),
            ("", "tmux-256color", Some(ColorDepth::Indexed)),
            ("", "xterm", Some(ColorDepth::Sixteen)),
            ("", "linux", Some(ColorDepth::Sixteen)),
            ("yes", "unheard-of", Some(ColorDepth::Sixteen)),
            ("", "vt100", None),
            ("", "xterm-mono", None),
            ("truecolor", "dumb", None),
            ("", "", None),
        ];
        for (colorterm, term, depth) in cases {
            assert_eq!(ColorDepth::detect_color_depth(colorterm, term), depth, "COLORTERM={colorterm} TERM={term}");
        }
    }

    #[test]
    fn nearest_of_256_is_close() {
        assert_eq!(nearest_of_256(0xc8, 0x32, 0x3a), 160, "a red is red");
        assert_eq!([(0, 0, 0), (255, 255, 255), (255, 0, 0)].map(|(r, g, b)| nearest_of_256(r, g, b)), [16, 231, 196]);
        // Greys range from 8 to 238 in steps of ten.
        assert_eq!([8, 18, 128, 238].map(|grey| nearest_of_256(grey, grey, grey)), [232, 233, 244, 255]);
        assert_eq!(nearest_of_256(0x56, 0xae, 0xf7), 16 + 36 + 6 * 3 + 5);
    }
}
