//! A theme as written in a file: a colour for each role.

use ratatui::style::Color;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::color_depth::ColorDepth;

/// A colour value; none stands for the terminal's default colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ColorValue(pub(super) Option<Color>);

/// Background and text colour.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ColorPair {
    pub(super) bg: Option<ColorValue>,
    pub(super) text: Option<ColorValue>,
}

/// Colours of a mode.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ModeColors {
    pub(super) run: Option<ColorValue>,
    pub(super) mid: Option<ColorValue>,
    pub(super) dim: Option<ColorValue>,
    /// Text on `dim`, if it differs from other modes.
    pub(super) io: Option<ColorValue>,
}

/// Contents of a theme file; colours that it does not state are none.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ThemeFile {
    /// Name of the theme that provides the colours this file does not state.
    pub(super) inherits: Option<Spanned<String>>,
    pub(super) base: Option<ColorValue>,
    pub(super) text: Option<ColorValue>,
    pub(super) dim: Option<ColorValue>,
    pub(super) faint: Option<ColorValue>,
    pub(super) strong: Option<ColorValue>,
    #[serde(default)]
    pub(super) tile: ColorPair,
    pub(super) qdot: Option<ColorValue>,
    pub(super) void: Option<ColorValue>,
    pub(super) io: Option<ColorValue>,
    pub(super) on_run: Option<ColorValue>,
    pub(super) on_mid: Option<ColorValue>,
    #[serde(default)]
    pub(super) hazard: ColorPair,
    #[serde(default)]
    pub(super) alarm: ColorPair,
    #[serde(default)]
    pub(super) frozen: ColorPair,
    #[serde(default)]
    pub(super) replay: ColorPair,
    #[serde(default)]
    pub(super) serial: ModeColors,
    #[serde(default)]
    pub(super) threads: ModeColors,
    #[serde(default)]
    pub(super) pool: ModeColors,
    #[serde(default)]
    pub(super) process: ModeColors,
}

impl ColorPair {
    fn with_defaults(self, base: Self) -> Self {
        Self { bg: self.bg.or(base.bg), text: self.text.or(base.text) }
    }
}

impl ModeColors {
    fn with_defaults(self, base: Self) -> Self {
        Self {
            run: self.run.or(base.run),
            mid: self.mid.or(base.mid),
            dim: self.dim.or(base.dim),
            io: self.io.or(base.io),
        }
    }
}

impl ThemeFile {
    /// Fills in missing colours from `base`.
    pub(super) fn with_defaults(self, base: &Self) -> Self {
        Self {
            inherits: self.inherits,
            base: self.base.or(base.base),
            text: self.text.or(base.text),
            dim: self.dim.or(base.dim),
            faint: self.faint.or(base.faint),
            strong: self.strong.or(base.strong),
            tile: self.tile.with_defaults(base.tile),
            qdot: self.qdot.or(base.qdot),
            void: self.void.or(base.void),
            io: self.io.or(base.io),
            on_run: self.on_run.or(base.on_run),
            on_mid: self.on_mid.or(base.on_mid),
            hazard: self.hazard.with_defaults(base.hazard),
            alarm: self.alarm.with_defaults(base.alarm),
            frozen: self.frozen.with_defaults(base.frozen),
            replay: self.replay.with_defaults(base.replay),
            serial: self.serial.with_defaults(base.serial),
            threads: self.threads.with_defaults(base.threads),
            pool: self.pool.with_defaults(base.pool),
            process: self.process.with_defaults(base.process),
        }
    }

    /// Whether a terminal of this depth has all the colours.
    pub(super) fn is_supported_by(&self, depth: ColorDepth) -> bool {
        let single = [
            self.base,
            self.text,
            self.dim,
            self.faint,
            self.strong,
            self.qdot,
            self.void,
            self.io,
            self.on_run,
            self.on_mid,
        ];
        let pairs = [self.tile, self.hazard, self.alarm, self.frozen, self.replay].map(|pair| [pair.bg, pair.text]);
        let lanes = [self.serial, self.threads, self.pool, self.process];
        let lanes = lanes.map(|mode| [mode.run, mode.mid, mode.dim, mode.io]);
        let colors = single.iter().chain(pairs.as_flattened()).chain(lanes.as_flattened());
        colors.flatten().filter_map(|value| value.0).all(|color| depth.supports(color))
    }
}

impl<'de> Deserialize<'de> for ColorValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ColorValueVisitor)
    }
}

struct ColorValueVisitor;

impl Visitor<'_> for ColorValueVisitor {
    type Value = ColorValue;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(r##"a colour: "#rrggbb", a number from 0 to 255, or "none" for the terminal's own"##)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<ColorValue, E> {
        let wrong = || E::invalid_value(de::Unexpected::Str(text), &self);
        if text == "none" {
            return Ok(ColorValue(None));
        }
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or_else(wrong)?;
        let all_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let number = u32::from_str_radix(digits, 16).ok().filter(|_| all_hex).ok_or_else(wrong)?;
        Ok(ColorValue(Some(Color::from_u32(number))))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<ColorValue, E> {
        let index = u8::try_from(number).map_err(|_| E::invalid_value(de::Unexpected::Signed(number), &self))?;
        Ok(ColorValue(Some(Color::Indexed(index))))
    }
}
