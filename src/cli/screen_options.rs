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
    #[command(flatten, next_help_heading = "Screen")]
    pub ascii: AsciiOption,
    /// Large layout for a projector; shows which keys are pressed. The key p does the same
    #[arg(long, help_heading = "Screen")]
    pub presenter: bool,
    /// Draw four frames per second
    #[arg(long, help_heading = "Screen")]
    pub no_animation: bool,
    /// Leave the mouse to the terminal, for selecting text
    #[arg(long, help_heading = "Screen")]
    pub no_mouse: bool,
}

/// The characters of screen and text output.
#[derive(Clone, Copy, Debug, Args)]
pub struct AsciiOption {
    /// Use ASCII only; auto if the locale is not UTF-8 or TERM is linux
    #[arg(
        long = "ascii",
        id = "ascii",
        value_name = "WHEN",
        default_value = "auto",
        default_missing_value = "always",
        num_args = 0..=1,
        require_equals = true
    )]
    choice: AsciiChoice,
}

impl AsciiOption {
    /// The requested glyphs.
    #[must_use]
    pub const fn glyph_mode(self) -> GlyphMode {
        match self.choice {
            AsciiChoice::Auto => GlyphMode::Auto,
            AsciiChoice::Always => GlyphMode::Only(Glyphs::Ascii),
            AsciiChoice::Never => GlyphMode::Only(Glyphs::Unicode),
        }
    }
}

/// When to use ASCII only.
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
            glyphs: self.ascii.glyph_mode(),
        }
    }
}
