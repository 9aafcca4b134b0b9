//! Options from a file: a table of long names and values, which become the defaults of the command line.
//!
//! Every value is read by the reader that the command line has for it, so a file can say what the command line can say,
//! and not a word more.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use clap::error::ContextKind;
use clap::{Arg, ArgAction, Args, Command, FromArgMatches};
use toml::{Spanned, Value};

use super::{RunOptions, UsageError, switches};
use crate::system::toml_file::{Mistake, Place, TomlFile};

/// A table of a file, each key and value with its place.
pub(super) type Table = BTreeMap<Spanned<String>, Spanned<Value>>;

/// Values for options, by their long names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layer(BTreeMap<String, Setting>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Setting {
    /// As it would be written on the command line.
    value: String,
    /// Where it comes from.
    place: Place,
}

impl Layer {
    /// Reads a table that may hold these options.
    pub(super) fn read(file: &TomlFile, table: &Table, options: &Command) -> Result<Self, Mistake> {
        let mut rows: Vec<_> = table.iter().collect();
        rows.sort_by_key(|(key, _)| key.span().start);
        let mut layer = Self::default();
        for (key, value) in rows {
            let Some(option) = options.get_arguments().find(|option| option.get_long() == Some(key.get_ref())) else {
                return Err(file.mistake(key.span().start, unknown(key.get_ref(), options)));
            };
            let wrong = |sentence: String| file.mistake(value.span().start, format!("{}: {sentence}", key.get_ref()));
            let text = text(option, value.get_ref()).map_err(wrong)?;
            understand(options, key.get_ref(), &text).map_err(wrong)?;
            let setting = Setting { value: text, place: file.place(value.span().start) };
            layer.0.insert(key.get_ref().clone(), setting);
        }
        Ok(layer)
    }

    /// Whether the run that the table describes makes sense; if not, the mistake is where it names the option.
    pub(super) fn check_run(&self, file: &TomlFile, table: &Table) -> Result<(), Mistake> {
        let Err(error) = self.run() else { return Ok(()) };
        let sentence = error.to_string();
        let blamed = |key: &&Spanned<String>| names_option(&sentence, key.get_ref());
        let at = table.keys().find(blamed).and_then(|key| table.get(key)).map_or(0, |value| value.span().start);
        Err(file.mistake(at, sentence))
    }

    /// Whether the run that it describes by itself makes sense.
    fn run(&self) -> Result<(), UsageError> {
        let command = self.apply(switches(RunOptions::augment_args(Command::new("run"))));
        let read = command.try_get_matches_from([""]).and_then(|matches| RunOptions::from_arg_matches(&matches));
        // Each value has been read before.
        read.map_or(Ok(()), |run| run.spec().map(drop))
    }

    /// Its own values, and those of another where it has none.
    pub(super) fn over(mut self, below: Self) -> Self {
        for (name, setting) in below.0 {
            self.0.entry(name).or_insert(setting);
        }
        self
    }

    /// Where the value of an option comes from; none if it comes from no file.
    pub(super) fn place(&self, name: &str) -> Option<Place> {
        self.0.get(name).map(|setting| setting.place.clone())
    }

    /// The command with these defaults.
    pub(super) fn apply(&self, command: Command) -> Command {
        let default = |option: Arg| match option.get_long().and_then(|name| self.0.get(name)) {
            Some(setting) => option.default_value(setting.value.clone()),
            None => option,
        };
        command.mut_args(default).mut_subcommands(|subcommand| subcommand.mut_args(default))
    }
}

impl fmt::Display for Layer {
    /// As it would be written on the command line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(name, setting)| write!(f, " --{name} {}", setting.value))
    }
}

/// Whether a sentence speaks of the option `--name`.
fn names_option(sentence: &str, name: &str) -> bool {
    let mut words = sentence.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    words.any(|word| word.strip_prefix("--") == Some(name))
}

fn unknown(key: &str, options: &Command) -> String {
    let names: Vec<_> = options.get_arguments().filter_map(Arg::get_long).map(|name| format!("`{name}`")).collect();
    format!("unknown key `{key}`, expected one of {}", names.join(", "))
}

/// A value as it would be written on the command line.
fn text(option: &Arg, value: &Value) -> Result<String, String> {
    let is_switch = option.get_value_parser().type_id() == clap::builder::ValueParser::bool().type_id();
    match value {
        Value::Boolean(on) if is_switch => Ok(on.to_string()),
        _ if is_switch => Err(format!("expected true or false, not {}", kind(value))),
        Value::Array(values) if matches!(option.get_action(), ArgAction::Append) => {
            values.iter().map(scalar).collect::<Result<Vec<_>, _>>().map(|texts| texts.join(","))
        }
        value => scalar(value),
    }
}

fn scalar(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Integer(number) => Ok(number.to_string()),
        Value::Float(number) => Ok(number.to_string()),
        other => Err(format!("expected a number or a text, not {}", kind(other))),
    }
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a text",
        Value::Integer(_) | Value::Float(_) => "a number",
        Value::Boolean(true) => "true",
        Value::Boolean(false) => "false",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list",
        Value::Table(_) => "a table",
    }
}

/// Whether the command line would take this value, in one sentence.
fn understand(options: &Command, name: &str, text: &str) -> Result<(), String> {
    let Err(error) = options.clone().try_get_matches_from(["", &format!("--{name}={text}")]) else { return Ok(()) };
    let context = |kind| error.get(kind).map(ToString::to_string).filter(|words| !words.is_empty());
    let why = error.source().map(ToString::to_string);
    Err(match context(ContextKind::ValidValue) {
        Some(valid) => {
            let value = context(ContextKind::InvalidValue).unwrap_or_else(|| text.into());
            format!("`{value}` is none of {valid}")
        }
        None => why.unwrap_or_else(|| format!("`{text}` is not understood")),
    })
}
