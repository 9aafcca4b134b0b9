//! Options of a run that depend on the cores of a lane, such as `workers = { per-core = 1, at-least = 4 }`.

use toml::{Spanned, Value};

use crate::cli::option_values::TableWithPositions;
use crate::system::toml_file::{TomlError, TomlFile};

/// Keys of a table that scales a value.
const KEYS: [&str; 4] = ["per-core", "per-worker", "at-least", "at-most"];

/// Replaces tables that scale a value by the value for this number of cores.
pub(super) fn scaled_table(
    file: &TomlFile,
    table: &TableWithPositions,
    cores: u32,
) -> Result<TableWithPositions, TomlError> {
    let mut scaled = table.clone();
    let tables = table.iter().filter_map(|(key, value)| Some((key, value.get_ref().as_table()?)));
    // The number of workers may itself depend on the cores.
    let (by_workers, by_cores): (Vec<_>, Vec<_>) = tables.partition(|(_, table)| table.contains_key("per-worker"));
    for (key, _) in by_cores.into_iter().chain(by_workers) {
        let named = |(name, value): (&Spanned<String>, &Spanned<Value>)| {
            (name.get_ref() == "workers").then(|| value.get_ref().as_integer()).flatten()
        };
        let workers = scaled.iter().find_map(named);
        if let Some(value) = scaled.get_mut(key) {
            let at = value.span();
            let plain = scaled_value(value.get_ref(), cores, workers)
                .map_err(|why| file.error_at(at.start, format!("{}: {why}", key.get_ref())))?;
            *value = Spanned::new(at, plain);
        }
    }
    Ok(scaled)
}

fn scaled_value(value: &Value, cores: u32, workers: Option<i64>) -> Result<Value, String> {
    let table = value.as_table().ok_or("expected a table")?;
    if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(format!("unknown key `{key}`, expected one of {}", KEYS.join(", ")));
    }
    let part = |key: &str| table.get(key).map(|value| number_and_unit(key, value)).transpose();
    let (by, times) = match (part("per-core")?, part("per-worker")?) {
        (Some(by), None) => (by, f64::from(cores)),
        (None, Some(by)) => (by, workers.ok_or("per-worker needs `workers`, a single number")? as f64),
        _ => return Err("write one of per-core and per-worker".into()),
    };
    let bound = |key: &str| match part(key)? {
        Some((_, unit)) if unit != by.1 => Err(format!("{key} must have the unit of the value that is scaled")),
        bound => Ok(bound.map(|(number, _)| number)),
    };
    let (least, most) = (bound("at-least")?.unwrap_or(0.0), bound("at-most")?.unwrap_or(f64::INFINITY));
    if least > most {
        return Err("at-least must not be above at-most".into());
    }
    let number = (by.0 * times).clamp(least, most);
    // Twelve digits hide that decimal fractions are not exact.
    let number = (number * 1e6).round() / 1e6;
    Ok(if by.1.is_empty() { Value::Integer(number.round() as i64) } else { Value::String(format!("{number}{}", by.1)) })
}

/// A number and its unit, which may be empty.
fn number_and_unit(key: &str, value: &Value) -> Result<(f64, String), String> {
    let text = match value {
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return Err(format!("{key}: expected a number or a string")),
    };
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number = text[..end].parse().map_err(|_| format!("{key}: `{text}` does not start with a number"))?;
    Ok((number, text[end..].trim().to_owned()))
}
