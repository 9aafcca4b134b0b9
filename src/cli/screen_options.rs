//! Options of the screen.

use clap::{Args, ValueEnum};

use crate::theme::{ColorDepth, ColorMode, GlyphMode, Glyphs, ThemeRequest};

/// Options of the screen.
#[derive(Clone, Debug, Args)]
pub struct ScreenOptions {
    /// Maximum frames per second
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u8).range(1..=60), value_name = "N", help_heading = "Screen")]
    pub fps: u8,
    /// Colour theme: default, dark, light (for a projector), colour-blind, mono, terminal, or a file
    /// ~/.config/mpviz/themes/NAME.toml
    #[arg(long, value_name = "NAME", help_heading = "Screen")]
    pub theme: Option<String>,
    /// Number of colours; auto reads COLORTERM and TERM, and `NO_COLOR` unless a theme is named
    #[arg(long, default_value = "auto", value_name = "WHEN", help_heading = "Screen")]
    pub color: ColorChoice,
    /// Draw with ASCII only; auto if the locale is not UTF-8 or TERM is linux
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        default_missing_value = "always",
        num_args = 0..=1,
        require_equals = true,
        help_heading = "Screen"
    )]
    pub ascii: AsciiChoice,
    /// Draw four frames per second
    #[arg(long, help_heading = "Screen")]
    pub no_animation: bool,
    /// Leave the mouse to the terminal, for selecting text
    #[arg(long, help_heading = "Screen")]
    pub no_mouse: bool,
}

/// When to draw with ASCII only.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[expect(missing_docs, reason = "the names say it")]
pub enum AsciiChoice {
    Auto,
    Always,
    Never,
}

/// When to use colours, and how many.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ColorChoice {
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
    pub fn theme_request(&self) -> ThemeRequest {
        ThemeRequest {
            theme: self.theme.clone(),
            color: match self.color {
                ColorChoice::Auto => ColorMode::Auto,
                ColorChoice::Always => ColorMode::Always,
                ColorChoice::Never => ColorMode::Never,
                ColorChoice::Truecolor => ColorMode::Depth(ColorDepth::True),
                ColorChoice::Indexed => ColorMode::Depth(ColorDepth::Indexed),
                ColorChoice::Sixteen => ColorMode::Depth(ColorDepth::Sixteen),
            },
            glyphs: match self.ascii {
                AsciiChoice::Auto => GlyphMode::Auto,
                AsciiChoice::Always => GlyphMode::Only(Glyphs::Ascii),
                AsciiChoice::Never => GlyphMode::Only(Glyphs::Unicode),
            },
        }
    }
}
