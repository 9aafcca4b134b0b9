//! Options of the screen.

use clap::{Args, ValueEnum};

use crate::theme::{ColorWish, Depth, GlyphWish, Glyphs, Wishes};

/// How to draw.
#[derive(Clone, Debug, Args)]
pub struct ScreenOptions {
    /// Frames a second at most
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u8).range(1..=60), value_name = "N", help_heading = "Screen")]
    pub fps: u8,
    /// Colours by name: default, dark, light (for a projector), colour-blind, mono, terminal, or a file of your own,
    /// ~/.config/mpviz/themes/NAME.toml
    #[arg(long, value_name = "NAME", help_heading = "Screen")]
    pub theme: Option<String>,
    /// How many colours to use; auto asks COLORTERM and TERM, and heeds `NO_COLOR` unless a theme is named
    #[arg(long, default_value = "auto", value_name = "WHEN", help_heading = "Screen")]
    pub color: ColorName,
    /// Draw with the signs of ASCII; auto, if the locale is not UTF-8 or TERM is linux
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        default_missing_value = "always",
        num_args = 0..=1,
        require_equals = true,
        help_heading = "Screen"
    )]
    pub ascii: AsciiName,
    /// Draw once a beat, four times a second, and nothing in between
    #[arg(long, help_heading = "Screen")]
    pub no_animation: bool,
    /// Leave the mouse to the terminal, to select text with
    #[arg(long, help_heading = "Screen")]
    pub no_mouse: bool,
}

/// When ASCII is used.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[expect(missing_docs, reason = "they say it")]
pub enum AsciiName {
    Auto,
    Always,
    Never,
}

/// When colours are used, and how many.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[expect(missing_docs, reason = "they say it")]
pub enum ColorName {
    Auto,
    Always,
    Never,
    Truecolor,
    #[value(name = "256")]
    Indexed,
    #[value(name = "16")]
    Sixteen,
}

impl ScreenOptions {
    /// The theme that is asked for.
    #[must_use]
    pub fn wishes(&self) -> Wishes {
        Wishes {
            theme: self.theme.clone(),
            color: match self.color {
                ColorName::Auto => ColorWish::Auto,
                ColorName::Always => ColorWish::Always,
                ColorName::Never => ColorWish::Never,
                ColorName::Truecolor => ColorWish::Depth(Depth::True),
                ColorName::Indexed => ColorWish::Depth(Depth::Indexed),
                ColorName::Sixteen => ColorWish::Depth(Depth::Sixteen),
            },
            glyphs: match self.ascii {
                AsciiName::Auto => GlyphWish::Auto,
                AsciiName::Always => GlyphWish::Only(Glyphs::Ascii),
                AsciiName::Never => GlyphWish::Only(Glyphs::Unicode),
            },
        }
    }
}
