//! Themes: styles and glyphs by role. Every state has its own glyph; colours only repeat the meaning.
//!
//! A theme is resolved once from a file's colours, the terminal's colour depth and its glyphs. The view uses plain
//! styles.

mod choice;
mod color_depth;
mod glyphs;
mod library;
mod theme_file;

use std::sync::LazyLock;

use ratatui::style::{Color, Modifier, Style};

use crate::event::Mode;
use crate::system::toml_file::{TomlError, TomlFile};
use theme_file::{ColorPair, ColorValue, ModeColors, ThemeFile};

pub use choice::{ColorMode, GlyphMode, TerminalEnvironment, ThemeRequest};
pub use color_depth::ColorDepth;
pub use glyphs::{AMBIGUOUS_SIGNS, Glyphs};
pub use library::{BUILT_IN, ThemeError};

/// Colours of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneColors {
    /// Style of computing on a core.
    pub run: Style,
    /// Style of waiting for a core.
    pub mid: Style,
    /// Style of tasks in memory that wait for something other than a core.
    pub dim: Style,
}

/// Styles and glyphs of a screen.
#[derive(Clone, Debug)]
pub struct Theme {
    /// Cells without a style of their own. Empty if the terminal's background is used.
    pub base: Style,
    pub text: Style,
    /// Style of secondary text.
    pub weak: Style,
    /// Style of future times, and of what has ended.
    pub faint: Style,
    /// Style of important numbers and names.
    pub strong: Style,
    /// Style of a queued task drawn as a tile.
    pub tile: Style,
    /// Style of a queued task drawn as a dot.
    pub dot: Style,
    /// The idle part of a core while no task waits.
    pub void: Style,
    /// The idle part of a core while a task waits.
    pub hazard: Style,
    /// Style of losses and questions.
    pub alarm: Style,
    /// Style of the header while the picture is frozen.
    pub frozen: Style,
    /// Style of the header in a replay.
    pub replay: Style,
    pub glyphs: Glyphs,
    lanes: [LaneColors; 4],
}

/// Style of text in this colour.
fn foreground_style(text: Option<ColorValue>) -> Style {
    text.and_then(|paint| paint.0).map_or(Style::new(), |color| Style::new().fg(color))
}

/// Text on a background; on the terminal's own background, with a modifier instead.
fn fill_style(bg: Option<ColorValue>, text: Option<ColorValue>, otherwise: Modifier) -> Style {
    match bg.and_then(|paint| paint.0) {
        Some(color) => foreground_style(text).bg(color),
        None => foreground_style(text).add_modifier(otherwise),
    }
}

impl Theme {
    fn new(sheet: &ThemeFile, glyphs: Glyphs) -> Self {
        let pair = |pair: ColorPair, otherwise| fill_style(pair.bg, pair.text, otherwise);
        let lane = |hues: ModeColors| LaneColors {
            run: fill_style(hues.run, sheet.on_run, Modifier::BOLD | Modifier::REVERSED),
            mid: fill_style(hues.mid, sheet.on_mid, Modifier::BOLD),
            dim: fill_style(hues.dim, hues.io.or(sheet.io), Modifier::empty()),
        };
        let faint = foreground_style(sheet.faint);
        let base = fill_style(sheet.base, sheet.text, Modifier::empty());
        Self {
            base: if base.bg.is_some() { base } else { Style::new() },
            text: foreground_style(sheet.text),
            weak: foreground_style(sheet.dim),
            faint: if faint.fg.is_some() { faint } else { faint.add_modifier(Modifier::DIM) },
            strong: foreground_style(sheet.strong).add_modifier(Modifier::BOLD),
            tile: pair(sheet.tile, Modifier::empty()),
            dot: foreground_style(sheet.qdot),
            void: fill_style(sheet.void, sheet.faint, Modifier::empty()),
            hazard: pair(sheet.hazard, Modifier::empty()),
            alarm: pair(sheet.alarm, Modifier::REVERSED),
            frozen: pair(sheet.frozen, Modifier::REVERSED),
            replay: pair(sheet.replay, Modifier::REVERSED | Modifier::UNDERLINED),
            glyphs,
            lanes: [sheet.serial, sheet.threads, sheet.pool, sheet.process].map(lane),
        }
    }

    /// A built-in theme at this colour depth; with 16 colours it is always `terminal`.
    #[must_use]
    pub fn built_in(name: &str, depth: ColorDepth) -> Option<Self> {
        Some(Self::at_color_depth(library::find_theme_file(name, None).ok()?, depth))
    }

    /// Reads a theme from a file, in true colour.
    pub fn from_file(file: &TomlFile) -> Result<Self, TomlError> {
        Ok(Self::at_color_depth(library::from_file(file)?, ColorDepth::True))
    }

    fn at_color_depth(sheet: ThemeFile, depth: ColorDepth) -> Self {
        let sheet = if sheet.is_supported_by(depth) || depth != ColorDepth::Sixteen {
            sheet
        } else {
            library::find_theme_file("terminal", None).unwrap_or_default()
        };
        Self::new(&sheet, Glyphs::Unicode).map_colors(|color| depth.nearest_supported(color))
    }

    fn map_colors(mut self, color: impl Fn(Color) -> Color) -> Self {
        let lanes = self.lanes.iter_mut().flat_map(|lane| [&mut lane.run, &mut lane.mid, &mut lane.dim]);
        let styles = [
            &mut self.base,
            &mut self.text,
            &mut self.weak,
            &mut self.faint,
            &mut self.strong,
            &mut self.tile,
            &mut self.dot,
            &mut self.void,
            &mut self.hazard,
            &mut self.alarm,
            &mut self.frozen,
            &mut self.replay,
        ];
        for style in styles.into_iter().chain(lanes) {
            style.fg = style.fg.map(&color);
            style.bg = style.bg.map(&color);
        }
        self
    }

    /// The default theme, on the terminal's own dark background.
    #[must_use]
    pub fn dark_theme() -> Self {
        static DEFAULT: LazyLock<Theme> =
            LazyLock::new(|| Theme::built_in("default", ColorDepth::True).unwrap_or_else(Theme::without_colors));
        DEFAULT.clone()
    }

    /// The theme without colours, in which states differ by glyph, bold and reverse.
    #[must_use]
    pub fn without_colors() -> Self {
        Self::new(&ThemeFile::default(), Glyphs::Unicode)
    }

    /// The same theme with other glyphs.
    #[must_use]
    pub fn with_glyphs(self, glyphs: Glyphs) -> Self {
        Self { glyphs, ..self }
    }

    /// Whether states differ only by glyph, bold and reverse.
    #[must_use]
    pub fn is_mono(&self) -> bool {
        self.tile.bg.is_none()
    }

    /// Whether the theme can use coloured blocks and half blocks.
    #[must_use]
    pub fn has_block_characters(&self) -> bool {
        !self.is_mono() && !self.glyphs.is_ascii()
    }

    /// Turns a style's background into the foreground of a block.
    #[must_use]
    pub fn as_foreground(&self, style: Style) -> Style {
        style.bg.map_or(style.remove_modifier(Modifier::REVERSED), |background| Style::new().fg(background))
    }

    /// Style of text on hazard tape, which is reversed in themes without colours.
    #[must_use]
    pub fn hazard_text(&self) -> Style {
        if self.hazard.bg.is_none() { self.alarm } else { self.hazard.add_modifier(Modifier::BOLD) }
    }

    /// Style of the remaining part of a lane's progress bar.
    #[must_use]
    pub fn bar_style(&self, colors: &LaneColors) -> Style {
        let more = if colors.mid.bg.is_none() { Modifier::UNDERLINED } else { Modifier::BOLD };
        colors.mid.add_modifier(more)
    }

    /// Colours of a mode.
    #[must_use]
    pub const fn lane_colors(&self, mode: Mode) -> &LaneColors {
        &self.lanes[mode as usize]
    }
}
