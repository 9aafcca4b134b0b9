//! Values of `--lanes`: a mode, with or without the engine that executes it.

use std::ffi::OsStr;

use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::{Arg, Command, Error, ValueEnum};

use crate::engine::{Engine, EngineMode};
use crate::event::Mode;

/// A mode of `--lanes`: `pool`, or `python/pool`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneMode {
    /// The engine; none for that of `--engine`.
    engine: Option<Engine>,
    mode: Mode,
}

impl LaneMode {
    pub(super) fn with_default_engine(self, default: Engine) -> EngineMode {
        EngineMode { engine: self.engine.unwrap_or(default), mode: self.mode }
    }
}

/// Parses a [`LaneMode`]; the engine is in front of the mode. Help and completion list the modes.
#[derive(Clone)]
pub(super) struct LaneModeParser;

impl TypedValueParser for LaneModeParser {
    type Value = LaneMode;

    fn parse_ref(&self, command: &Command, option: Option<&Arg>, value: &OsStr) -> Result<LaneMode, Error> {
        let engines = [("native/", Engine::Native), ("python/", Engine::Python)];
        let text = value.to_string_lossy();
        let named = engines.iter().find_map(|(prefix, engine)| Some((*engine, text.strip_prefix(prefix)?)));
        let (engine, mode) = named.map_or((None, &*text), |(engine, mode)| (Some(engine), mode));
        let mode = EnumValueParser::<Mode>::new().parse_ref(command, option, OsStr::new(mode))?;
        Ok(LaneMode { engine, mode })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(Mode::value_variants().iter().filter_map(ValueEnum::to_possible_value)))
    }
}
