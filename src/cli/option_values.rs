//! Option values from a file, which become defaults of the command line.
//!
//! Every value is parsed by the parser of its option, so a file accepts the same values as the command line.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use clap::error::ContextKind;
use clap::{Arg, Args, Command, FromArgMatches};
use toml::{Spanned, Value};

use super::{RunOptions, with_negatable_switches};
use crate::system::toml_file::{Position, TomlError, TomlFile};

/// A table of a file, with the position of each key and value.
pub(super) type TableWithPositions = BTreeMap<Spanned<String>, Spanned<Value>>;

/// Values of options by long name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OptionValues(BTreeMap<String, OptionValue>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct OptionValue {
    /// The value as written on the command line.
    value: String,
    position: Position,
}

impl OptionValues {
    /// Reads a table that may set these options.
    pub(super) fn read(file: &TomlFile, table: &TableWithPositions, options: &Command) -> Result<Self, TomlError> {
        let mut rows: Vec<_> = table.iter().collect();
        rows.sort_by_key(|(key, _)| key.span().start);
        let mut values = Self::default();
        for (key, value) in rows {
            let Some(option) = options.get_arguments().find(|option| option.get_long() == Some(key.get_ref())) else {
                return Err(file.error_at(key.span().start, unknown_key_message(key.get_ref(), options)));
            };
            let wrong = |sentence: String| file.error_at(value.span().start, format!("{}: {sentence}", key.get_ref()));
            let text = value_as_text(option, value.get_ref()).map_err(wrong)?;
            check_option_value(options, key.get_ref(), &text).map_err(wrong)?;
            let setting = OptionValue { value: text, position: file.position_of_offset(value.span().start) };
            let conflicts = conflicting_options(options);
            let other = conflicts.iter().find_map(|(one, other)| match key.get_ref() {
                key if key == one && values.0.contains_key(other) => Some(other),
                key if key == other && values.0.contains_key(one) => Some(one),
                _ => None,
            });
            if let Some(other) = other {
                return Err(file.error_at(key.span().start, format!("{} cannot be used with {other}", key.get_ref())));
            }
            values.0.insert(key.get_ref().clone(), setting);
        }
        Ok(values)
    }

    /// Checks the run that the table describes. An error points at the option that causes it.
    pub(super) fn check_combination(&self, file: &TomlFile, table: &TableWithPositions) -> Result<(), TomlError> {
        let Some(Err(error)) = self.run_options().map(|run| run.to_run_spec()) else { return Ok(()) };
        let is_cause = |key: &&Spanned<String>| error.options().contains(&key.get_ref().as_str());
        let at = table.keys().find(is_cause).and_then(|key| table.get(key)).map_or(0, |value| value.span().start);
        Err(file.error_at(at, error.to_string()))
    }

    /// The run options with these values and the defaults for all others.
    pub(super) fn run_options(&self) -> Option<RunOptions> {
        let command = self.set_as_defaults(with_negatable_switches(RunOptions::augment_args(Command::new("run"))));
        let read = command.try_get_matches_from([""]).and_then(|matches| RunOptions::from_arg_matches(&matches));
        // Values were parsed before, so parsing them again cannot fail.
        read.ok()
    }

    /// These values without those that conflict with an option that overrides them.
    pub(super) fn overridden_by(mut self, is_set: impl Fn(&str) -> bool) -> Self {
        for (one, other) in conflicting_options(&RunOptions::augment_args(Command::new("run"))) {
            if is_set(&one) {
                self.0.remove(&other);
            }
            if is_set(&other) {
                self.0.remove(&one);
            }
        }
        self
    }

    /// These values, with those of `below` for options that have none.
    pub(super) fn with_fallbacks(mut self, below: Self) -> Self {
        for (name, setting) in below.overridden_by(|name| self.0.contains_key(name)).0 {
            self.0.entry(name).or_insert(setting);
        }
        self
    }

    /// Position in the file at which an option is set; none if no file sets it.
    pub(super) fn position_of_option(&self, name: &str) -> Option<Position> {
        self.0.get(name).map(|setting| setting.position.clone())
    }

    /// The command with these values as defaults.
    pub(super) fn set_as_defaults(&self, command: Command) -> Command {
        let default = |option: Arg| match option.get_long().and_then(|name| self.0.get(name)) {
            Some(setting) => option.default_value(setting.value.clone()),
            None => option,
        };
        command.mut_args(default).mut_subcommands(|subcommand| subcommand.mut_args(default))
    }
}

impl fmt::Display for OptionValues {
    /// Formats the options as on the command line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(name, setting)| write!(f, " --{name} {}", setting.value))
    }
}

/// The pairs of options that cannot be used together, by their long names.
fn conflicting_options(options: &Command) -> Vec<(String, String)> {
    let name = |option: &Arg| option.get_long().map(str::to_owned);
    let pairs = options.get_arguments().flat_map(|option| {
        options.get_arg_conflicts_with(option).into_iter().filter_map(move |other| Some((name(option)?, name(other)?)))
    });
    pairs.collect()
}

fn unknown_key_message(key: &str, options: &Command) -> String {
    let names: Vec<_> = options.get_arguments().filter_map(Arg::get_long).map(|name| format!("`{name}`")).collect();
    format!("unknown key `{key}`, expected one of {}", names.join(", "))
}

/// A TOML value as written on the command line.
fn value_as_text(option: &Arg, value: &Value) -> Result<String, String> {
    let is_switch = option.get_value_parser().type_id() == clap::builder::ValueParser::bool().type_id();
    match value {
        Value::Boolean(on) if is_switch => Ok(on.to_string()),
        _ if is_switch => Err(format!("expected true or false, not {}", type_name(value))),
        Value::Array(values) if option.get_value_delimiter().is_some() => {
            values.iter().map(scalar_as_text).collect::<Result<Vec<_>, _>>().map(|texts| texts.join(","))
        }
        value => scalar_as_text(value),
    }
}

fn scalar_as_text(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Integer(number) => Ok(number.to_string()),
        Value::Float(number) => Ok(number.to_string()),
        other => Err(format!("expected a number or a string, not {}", type_name(other))),
    }
}

const fn type_name(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a string",
        Value::Integer(_) | Value::Float(_) => "a number",
        Value::Boolean(true) => "true",
        Value::Boolean(false) => "false",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list",
        Value::Table(_) => "a table",
    }
}

/// Checks that an option accepts a value.
fn check_option_value(options: &Command, name: &str, text: &str) -> Result<(), String> {
    let Err(error) = options.clone().try_get_matches_from(["", &format!("--{name}={text}")]) else { return Ok(()) };
    let context = |kind| error.get(kind).map(ToString::to_string).filter(|text| !text.is_empty());
    let why = error.source().map(ToString::to_string);
    Err(match context(ContextKind::ValidValue) {
        Some(valid) => {
            let value = context(ContextKind::InvalidValue).unwrap_or_else(|| text.into());
            format!("`{value}` is not one of {valid}")
        }
        None => why.unwrap_or_else(|| format!("`{text}` is invalid")),
    })
}
