//! A theme as it is written in a file: a colour for each role.

use ratatui::style::Color;
use serde::Deserialize as Read;
use serde::de::{self, Deserialize, Deserializer, Visitor};
use toml::Spanned;

use super::depth::Depth;

/// A colour of a file; none is the terminal's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Paint(pub(super) Option<Color>);

/// A ground and what is written on it.
#[derive(Clone, Copy, Debug, Default, Read)]
#[serde(deny_unknown_fields)]
pub(super) struct Pair {
    pub(super) bg: Option<Paint>,
    pub(super) text: Option<Paint>,
}

/// A mode's colours.
#[derive(Clone, Copy, Debug, Default, Read)]
#[serde(deny_unknown_fields)]
pub(super) struct Hues {
    pub(super) run: Option<Paint>,
    pub(super) mid: Option<Paint>,
    pub(super) dim: Option<Paint>,
    /// The text on `dim`, if it is another one than in other modes.
    pub(super) io: Option<Paint>,
}

/// The colours that a file states.
#[derive(Clone, Debug, Default, Read)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Sheet {
    /// The theme whose colours stand for those that are not stated.
    pub(super) inherits: Option<Spanned<String>>,
    pub(super) base: Option<Paint>,
    pub(super) text: Option<Paint>,
    pub(super) dim: Option<Paint>,
    pub(super) faint: Option<Paint>,
    pub(super) strong: Option<Paint>,
    #[serde(default)]
    pub(super) tile: Pair,
    pub(super) qdot: Option<Paint>,
    pub(super) void: Option<Paint>,
    pub(super) io: Option<Paint>,
    pub(super) on_run: Option<Paint>,
    pub(super) on_mid: Option<Paint>,
    #[serde(default)]
    pub(super) hazard: Pair,
    #[serde(default)]
    pub(super) alarm: Pair,
    #[serde(default)]
    pub(super) frozen: Pair,
    #[serde(default)]
    pub(super) replay: Pair,
    #[serde(default)]
    pub(super) serial: Hues,
    #[serde(default)]
    pub(super) threads: Hues,
    #[serde(default)]
    pub(super) pool: Hues,
    #[serde(default)]
    pub(super) process: Hues,
}

impl Pair {
    fn over(self, base: Self) -> Self {
        Self { bg: self.bg.or(base.bg), text: self.text.or(base.text) }
    }
}

impl Hues {
    fn over(self, base: Self) -> Self {
        Self {
            run: self.run.or(base.run),
            mid: self.mid.or(base.mid),
            dim: self.dim.or(base.dim),
            io: self.io.or(base.io),
        }
    }
}

impl Sheet {
    /// Its own colours, and those of another sheet where it states none.
    pub(super) fn over(self, base: &Self) -> Self {
        Self {
            inherits: self.inherits,
            base: self.base.or(base.base),
            text: self.text.or(base.text),
            dim: self.dim.or(base.dim),
            faint: self.faint.or(base.faint),
            strong: self.strong.or(base.strong),
            tile: self.tile.over(base.tile),
            qdot: self.qdot.or(base.qdot),
            void: self.void.or(base.void),
            io: self.io.or(base.io),
            on_run: self.on_run.or(base.on_run),
            on_mid: self.on_mid.or(base.on_mid),
            hazard: self.hazard.over(base.hazard),
            alarm: self.alarm.over(base.alarm),
            frozen: self.frozen.over(base.frozen),
            replay: self.replay.over(base.replay),
            serial: self.serial.over(base.serial),
            threads: self.threads.over(base.threads),
            pool: self.pool.over(base.pool),
            process: self.process.over(base.process),
        }
    }

    /// Whether a terminal of this depth has all of its colours.
    pub(super) fn fits(&self, depth: Depth) -> bool {
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
        let lanes = lanes.map(|hues| [hues.run, hues.mid, hues.dim, hues.io]);
        let paints = single.iter().chain(pairs.as_flattened()).chain(lanes.as_flattened());
        paints.flatten().filter_map(|paint| paint.0).all(|color| depth.has(color))
    }
}

impl<'de> Deserialize<'de> for Paint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl Visitor<'_> for Reader {
    type Value = Paint;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(r##"a colour: "#rrggbb", a number from 0 to 255, or "none" for the terminal's own"##)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Paint, E> {
        let wrong = || E::invalid_value(de::Unexpected::Str(text), &self);
        if text == "none" {
            return Ok(Paint(None));
        }
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or_else(wrong)?;
        let all_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let number = u32::from_str_radix(digits, 16).ok().filter(|_| all_hex).ok_or_else(wrong)?;
        Ok(Paint(Some(Color::from_u32(number))))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Paint, E> {
        let index = u8::try_from(number).map_err(|_| E::invalid_value(de::Unexpected::Signed(number), &self))?;
        Ok(Paint(Some(Color::Indexed(index))))
    }
}
