//! Terminal colours as RGB.

use std::fmt;

use ratatui::style::Color;

/// Red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// The 16 named colours, with common values.
const SIXTEEN_COLORS: [u32; 16] = [
    0x00_0000, 0xcd_0000, 0x00_cd00, 0xcd_cd00, 0x00_00ee, 0xcd_00cd, 0x00_cdcd, 0xe5_e5e5, 0x7f_7f7f, 0xff_0000,
    0x00_ff00, 0xff_ff00, 0x5c_5cff, 0xff_00ff, 0x00_ffff, 0xff_ffff,
];

/// The RGB value of a colour; `plain` is the default.
pub(super) fn color_as_rgb(color: Color, plain: Rgb) -> Rgb {
    match color {
        Color::Reset => plain,
        Color::Rgb(red, green, blue) => Rgb(red, green, blue),
        Color::Indexed(n) => indexed_color(n),
        Color::Black => indexed_color(0),
        Color::Red => indexed_color(1),
        Color::Green => indexed_color(2),
        Color::Yellow => indexed_color(3),
        Color::Blue => indexed_color(4),
        Color::Magenta => indexed_color(5),
        Color::Cyan => indexed_color(6),
        Color::Gray => indexed_color(7),
        Color::DarkGray => indexed_color(8),
        Color::LightRed => indexed_color(9),
        Color::LightGreen => indexed_color(10),
        Color::LightYellow => indexed_color(11),
        Color::LightBlue => indexed_color(12),
        Color::LightMagenta => indexed_color(13),
        Color::LightCyan => indexed_color(14),
        Color::White => indexed_color(15),
    }
}

/// One of the 256 colours: 16, a cube of 6 × 6 × 6, and greys.
fn indexed_color(n: u8) -> Rgb {
    let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
    match n {
        0..16 => {
            let [_, red, green, blue] = SIXTEEN_COLORS[usize::from(n)].to_be_bytes();
            Rgb(red, green, blue)
        }
        16..232 => {
            let n = n - 16;
            Rgb(level(n / 36), level(n / 6 % 6), level(n % 6))
        }
        232.. => {
            let grey = 8 + 10 * (n - 232);
            Rgb(grey, grey, grey)
        }
    }
}

/// Mixes `percent` of the foreground into the background.
pub(super) fn mix_colors(foreground: Rgb, background: Rgb, percent: u16) -> Rgb {
    let mix = |foreground: u8, background: u8| {
        ((u16::from(foreground) * percent + u16::from(background) * (100 - percent)) / 100) as u8
    };
    Rgb(mix(foreground.0, background.0), mix(foreground.1, background.1), mix(foreground.2, background.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_terminal_colour_has_an_rgb_value() {
        assert_eq!(color_as_rgb(Color::Reset, Rgb(1, 2, 3)), Rgb(1, 2, 3));
        assert_eq!(color_as_rgb(Color::LightBlue, Rgb(0, 0, 0)), Rgb(0x5c, 0x5c, 0xff));
        assert_eq!(
            [16, 21, 231, 232, 255].map(indexed_color).map(|color| color.to_string()),
            ["#000000", "#0000ff", "#ffffff", "#080808", "#eeeeee"]
        );
        assert_eq!(mix_colors(Rgb(200, 100, 0), Rgb(0, 100, 100), 25), Rgb(50, 100, 75));
    }
}
