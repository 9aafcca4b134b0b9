//! Colours by role. What a state means is in its glyph; colour only says it again.

use ratatui::style::{Color, Modifier, Style};

use crate::event::Mode;

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

/// The styles of a screen.
#[derive(Clone, Debug)]
pub struct Theme {
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
    /// The idle part of a core while no task waits.
    pub void: Style,
    /// The idle part of a core while a task waits.
    pub hazard: Style,
    /// A loss, a question.
    pub alarm: Style,
    /// The header while the picture stands still.
    pub frozen: Style,
    lanes: [LaneColors; 4],
}

const fn rgb(hex: u32) -> Color {
    Color::Rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

const fn on(fg: u32, bg: u32) -> Style {
    Style::new().fg(rgb(fg)).bg(rgb(bg))
}

const fn lane(run: u32, mid: u32, dim: u32) -> LaneColors {
    LaneColors { run: on(0x0b_0d12, run), mid: on(0xff_ffff, mid), dim: on(0xd3_dae6, dim) }
}

impl Theme {
    /// Colours on the terminal's own dark background.
    #[must_use]
    pub const fn dark() -> Self {
        Self {
            text: Style::new().fg(rgb(0xdf_e4ec)),
            weak: Style::new().fg(rgb(0x97_a1b3)),
            faint: Style::new().fg(rgb(0x66_7085)),
            strong: Style::new().fg(rgb(0xff_ffff)).add_modifier(Modifier::BOLD),
            tile: on(0xff_ffff, 0x56_6275),
            void: on(0x66_7085, 0x23_2936),
            hazard: on(0x0b_0d12, 0xf7_dc11),
            alarm: on(0xff_ffff, 0xc8_323a),
            frozen: on(0x11_141b, 0xe6_eaf1),
            lanes: [
                lane(0xb7_9cf2, 0x7a_5fc0, 0x2b_2347),
                lane(0x4f_c3a1, 0x2a_8169, 0x12_3a30),
                lane(0x56_aef7, 0x2a_6fb5, 0x15_304f),
                lane(0xf5_a742, 0xa5_640f, 0x41_290c),
            ],
        }
    }

    /// No colour at all: glyphs, bold and reverse carry everything.
    #[must_use]
    pub const fn mono() -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        let reverse = plain.add_modifier(Modifier::REVERSED);
        let lane = LaneColors { run: bold.add_modifier(Modifier::REVERSED), mid: bold, dim: plain };
        Self {
            text: plain,
            weak: plain,
            faint: plain.add_modifier(Modifier::DIM),
            strong: bold,
            tile: plain,
            void: plain,
            hazard: plain,
            alarm: reverse,
            frozen: reverse,
            lanes: [lane; 4],
        }
    }

    /// Whether states differ by glyph, bold and reverse alone.
    #[must_use]
    pub const fn is_mono(&self) -> bool {
        self.tile.bg.is_none()
    }

    /// A style's ground as the ink of a block or half block.
    #[must_use]
    pub fn ink(&self, style: Style) -> Style {
        style.bg.map_or(style.remove_modifier(Modifier::REVERSED), |ground| Style::new().fg(ground))
    }

    /// Words on hazard tape, which without colours are reversed.
    #[must_use]
    pub fn hazard_text(&self) -> Style {
        if self.is_mono() { self.alarm } else { self.hazard.add_modifier(Modifier::BOLD) }
    }

    /// The part of a lane's progress bar that is not done.
    #[must_use]
    pub fn bar(&self, colors: &LaneColors) -> Style {
        if self.is_mono() {
            colors.mid.add_modifier(Modifier::UNDERLINED)
        } else {
            colors.mid.add_modifier(Modifier::BOLD)
        }
    }

    /// Mono if `NO_COLOR` is set and not empty (<https://no-color.org>), else dark.
    #[must_use]
    pub fn from_environment() -> Self {
        let colourless = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        if colourless { Self::mono() } else { Self::dark() }
    }

    /// A mode's colours; the same wherever it is shown.
    #[must_use]
    pub const fn lane(&self, mode: Mode) -> &LaneColors {
        &self.lanes[mode as usize]
    }
}
