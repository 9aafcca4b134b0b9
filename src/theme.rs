//! Colours and signs by role. What a state means is in its sign; colour only says it again.
//!
//! A theme is resolved once, at the edge: the colours of a file, as many of them as the terminal has, and the signs that it
//! can show. The view finds plain styles.

mod choice;
mod depth;
mod glyphs;
mod library;
mod sheet;

use std::sync::LazyLock;

use ratatui::style::{Color, Modifier, Style};

use crate::event::Mode;
use crate::system::toml_file::{TomlError, TomlFile};
use sheet::{Hues, Paint, Pair, Sheet};

pub use choice::{ColorWish, Environment, GlyphWish, ThemeRequest};
pub use depth::Depth;
pub use glyphs::Glyphs;
pub use library::{BUILT_IN, ThemeError};

/// A lane's colours: what computes, what takes turns, what waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneColors {
    /// Has a core.
    pub run: Style,
    /// Wants one.
    pub mid: Style,
    /// In memory, waiting.
    pub dim: Style,
}

/// The styles and the signs of a screen.
#[derive(Clone, Debug)]
pub struct Theme {
    /// Of every cell with no other one: the theme's own ground, and text. Nothing where the terminal has its ground.
    pub base: Style,
    /// Plain text.
    pub text: Style,
    /// Text of less weight.
    pub weak: Style,
    /// What has not happened yet, or is over.
    pub faint: Style,
    /// Figures and names.
    pub strong: Style,
    /// A queued task.
    pub tile: Style,
    /// A queued task as a dot.
    pub dot: Style,
    /// The idle part of a core while no task waits.
    pub void: Style,
    /// The idle part of a core while a task waits.
    pub hazard: Style,
    /// A loss, a question.
    pub alarm: Style,
    /// The header while the picture stands still.
    pub frozen: Style,
    /// The header of a replay.
    pub replay: Style,
    /// The signs that can be shown.
    pub glyphs: Glyphs,
    lanes: [LaneColors; 4],
}

/// Text of this colour.
fn ink(text: Option<Paint>) -> Style {
    text.and_then(|paint| paint.0).map_or(Style::new(), |color| Style::new().fg(color))
}

/// Text on a ground; on the terminal's own ground with a modifier that sets it off.
fn fill(bg: Option<Paint>, text: Option<Paint>, otherwise: Modifier) -> Style {
    match bg.and_then(|paint| paint.0) {
        Some(color) => ink(text).bg(color),
        None => ink(text).add_modifier(otherwise),
    }
}

impl Theme {
    fn new(sheet: &Sheet, glyphs: Glyphs) -> Self {
        let pair = |pair: Pair, otherwise| fill(pair.bg, pair.text, otherwise);
        let lane = |hues: Hues| LaneColors {
            run: fill(hues.run, sheet.on_run, Modifier::BOLD | Modifier::REVERSED),
            mid: fill(hues.mid, sheet.on_mid, Modifier::BOLD),
            dim: fill(hues.dim, hues.io.or(sheet.io), Modifier::empty()),
        };
        let faint = ink(sheet.faint);
        let base = fill(sheet.base, sheet.text, Modifier::empty());
        Self {
            base: if base.bg.is_some() { base } else { Style::new() },
            text: ink(sheet.text),
            weak: ink(sheet.dim),
            faint: if faint.fg.is_some() { faint } else { faint.add_modifier(Modifier::DIM) },
            strong: ink(sheet.strong).add_modifier(Modifier::BOLD),
            tile: pair(sheet.tile, Modifier::empty()),
            dot: ink(sheet.qdot),
            void: fill(sheet.void, sheet.faint, Modifier::empty()),
            hazard: pair(sheet.hazard, Modifier::empty()),
            alarm: pair(sheet.alarm, Modifier::REVERSED),
            frozen: pair(sheet.frozen, Modifier::REVERSED),
            replay: pair(sheet.replay, Modifier::REVERSED | Modifier::UNDERLINED),
            glyphs,
            lanes: [sheet.serial, sheet.threads, sheet.pool, sheet.process].map(lane),
        }
    }

    /// A theme built in, with as many colours as there are; where there are sixteen only, it is `terminal`.
    #[must_use]
    pub fn built_in(name: &str, depth: Depth) -> Option<Self> {
        Some(Self::at_depth(library::sheet(name, None).ok()?, depth))
    }

    /// The theme of a file, in all its colours.
    ///
    /// # Errors
    /// The first mistake in it.
    pub fn of_file(file: &TomlFile) -> Result<Self, TomlError> {
        Ok(Self::at_depth(library::of_file(file)?, Depth::True))
    }

    fn at_depth(sheet: Sheet, depth: Depth) -> Self {
        let sheet = if sheet.fits(depth) || depth != Depth::Sixteen {
            sheet
        } else {
            library::sheet("terminal", None).unwrap_or_default()
        };
        Self::new(&sheet, Glyphs::Unicode).map_colors(|color| depth.nearest(color))
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

    /// The default: colours on the terminal's own dark ground.
    #[must_use]
    pub fn dark() -> Self {
        static DEFAULT: LazyLock<Theme> =
            LazyLock::new(|| Theme::built_in("default", Depth::True).unwrap_or_else(Theme::mono));
        DEFAULT.clone()
    }

    /// No colour at all: signs, bold and reverse carry everything.
    #[must_use]
    pub fn mono() -> Self {
        Self::new(&Sheet::default(), Glyphs::Unicode)
    }

    /// The same colours with other signs.
    #[must_use]
    pub fn with_glyphs(self, glyphs: Glyphs) -> Self {
        Self { glyphs, ..self }
    }

    /// Whether states differ by sign, bold and reverse alone.
    #[must_use]
    pub fn is_mono(&self) -> bool {
        self.tile.bg.is_none()
    }

    /// Whether solid blocks and half blocks in colours can say what otherwise takes signs of their own.
    #[must_use]
    pub fn has_blocks(&self) -> bool {
        !self.is_mono() && !self.glyphs.is_ascii()
    }

    /// A style's ground as the ink of a block or half block.
    #[must_use]
    pub fn ink(&self, style: Style) -> Style {
        style.bg.map_or(style.remove_modifier(Modifier::REVERSED), |ground| Style::new().fg(ground))
    }

    /// Words on hazard tape, which without colours are reversed.
    #[must_use]
    pub fn hazard_text(&self) -> Style {
        if self.hazard.bg.is_none() { self.alarm } else { self.hazard.add_modifier(Modifier::BOLD) }
    }

    /// The part of a lane's progress bar that is not done.
    #[must_use]
    pub fn bar(&self, colors: &LaneColors) -> Style {
        let more = if colors.mid.bg.is_none() { Modifier::UNDERLINED } else { Modifier::BOLD };
        colors.mid.add_modifier(more)
    }

    /// A mode's colours; the same wherever it is shown.
    #[must_use]
    pub const fn lane(&self, mode: Mode) -> &LaneColors {
        &self.lanes[mode as usize]
    }
}
