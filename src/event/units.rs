//! Parses and formats quantities: `100M`, `91ns`, `64MiB`; `2.64 s`, `200 MB`, `99,999,999`.

use thiserror::Error;

/// Why a quantity cannot be parsed.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum QuantityError {
    /// The text does not start with a number.
    #[error("`{0}` does not start with a number, such as {1}")]
    Number(String, &'static str),
    /// A time without a unit.
    #[error("`{0}` has no unit, as in {1}")]
    NoUnit(String, &'static str),
    /// The unit is unknown.
    #[error("`{unit}` in `{text}` is not a unit; use for example {example}")]
    Unit {
        /// The whole input.
        text: String,
        /// The unknown unit.
        unit: String,
        /// A valid example.
        example: &'static str,
    },
    /// The value is negative or above 2^63.
    #[error("`{0}` is out of range: it must be between 0 and 2^63")]
    Range(String),
    /// The value is not a whole number of the smallest unit.
    #[error("`{0}` is not a whole multiple of 1{1}")]
    Part(String, &'static str),
}

/// Units with their factors, and a valid example for error messages.
type Units = (&'static [(&'static str, f64)], &'static str);

const COUNT_UNITS: Units =
    (&[("", 1.0), ("k", 1e3), ("K", 1e3), ("M", 1e6), ("G", 1e9), ("B", 1e9)], "16, 250k or 100M");
const TIME_UNITS: Units = (
    &[("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("min", 60e9), ("h", 3600e9)],
    "91ns, 50ms or 2s",
);

fn parse(text: &str, (units, example): Units) -> Result<u64, QuantityError> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace() && *c != '_' && *c != ',').collect();
    let end = compact.find(|c: char| !c.is_ascii_digit() && !".+-".contains(c)).unwrap_or(compact.len());
    let (number, unit) = compact.split_at(end);
    let value: f64 = number.parse().map_err(|_| QuantityError::Number(text.into(), example))?;
    let scale = match units.iter().find(|(name, _)| *name == unit) {
        Some((_, scale)) => *scale,
        // Only zero may be without a unit.
        None if unit.is_empty() && value == 0.0 => 0.0,
        None if unit.is_empty() => return Err(QuantityError::NoUnit(text.into(), example)),
        None => return Err(QuantityError::Unit { text: text.into(), unit: unit.into(), example }),
    };
    let scaled = value * scale;
    let whole = scaled.round();
    if !(0.0..9.2e18).contains(&whole) {
        return Err(QuantityError::Range(text.into()));
    }
    if (scaled - whole).abs() > 1e-6 * whole.max(1.0) {
        return Err(QuantityError::Part(text.into(), units.first().map_or("", |(name, _)| *name)));
    }
    Ok(whole as u64)
}

/// Parses a count: `16`, `250k`, `100M`, `1_000`.
pub fn parse_count(text: &str) -> Result<u64, QuantityError> {
    parse(text, COUNT_UNITS)
}

/// Parses a time into nanoseconds: `91ns`, `1.5ms`, `2s`. Only zero needs no unit.
pub fn parse_time(text: &str) -> Result<u64, QuantityError> {
    parse(text, TIME_UNITS)
}

/// Formats a count, with commas from 10,000 on: `9999`, `99,999,999`.
#[must_use]
pub fn format_count(n: u64) -> String {
    let digits = n.to_string();
    if n < 10_000 {
        return digits;
    }
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Formats a number of tasks: `1 task`, `16 tasks`.
#[must_use]
pub fn format_task_count(n: u64) -> String {
    if n == 1 { "1 task".into() } else { format!("{} tasks", format_count(n)) }
}

/// Formats a time within a run: `0.00 s` up to 100 s, then minutes, `1:40`.
#[must_use]
pub fn format_seconds(s: f64) -> String {
    with_unit(seconds_number_and_unit(s))
}

/// The same as number and unit; without a unit from 100 s on.
#[must_use]
pub fn seconds_number_and_unit(s: f64) -> (String, &'static str) {
    if s < 99.995 {
        return (format!("{s:.2}"), "s");
    }
    let whole = s.round() as u64;
    let (minutes, rest) = (whole / 60, whole % 60);
    let clock = if minutes < 60 {
        format!("{minutes}:{rest:02}")
    } else {
        format!("{}:{:02}:{rest:02}", minutes / 60, minutes % 60)
    };
    (clock, "")
}

/// Formats an elapsed time: `2.64 s`, and below a tenth of a second `16.2 ms`.
#[must_use]
pub fn format_elapsed(s: f64) -> String {
    with_unit(elapsed_number_and_unit(s))
}

/// The same as number and unit; without a unit from 100 s on.
#[must_use]
pub fn elapsed_number_and_unit(s: f64) -> (String, &'static str) {
    if s < 0.1 { (format!("{:.1}", s * 1e3), "ms") } else { seconds_number_and_unit(s) }
}

fn with_unit((number, unit): (String, &'static str)) -> String {
    if unit.is_empty() { number } else { format!("{number} {unit}") }
}

/// Formats two figures with as many decimals (up to three) as it takes to tell them apart; none if that is not enough.
#[must_use]
pub fn format_distinguishably(one: f64, other: f64) -> Option<(String, String)> {
    (1..=3)
        .map(|decimals| (format!("{one:.decimals$}"), format!("{other:.decimals$}")))
        .find(|(one, other)| one != other)
}

/// Formats a duration in a suitable unit: `91 ns`, `17 µs`, `21 ms`, `2.64 s`.
#[must_use]
pub fn format_duration(ns: u64) -> String {
    match ns {
        0..1_000 => format!("{ns} ns"),
        1_000..1_000_000 => format!("{} µs", short_decimal(ns as f64 / 1e3)),
        1_000_000..1_000_000_000 => format!("{} ms", short_decimal(ns as f64 / 1e6)),
        _ => format_seconds(ns as f64 / 1e9),
    }
}

/// Formats a size in powers of ten: `512 B`, `64 kB`, `200 MB`, `1.2 GB`.
#[must_use]
pub fn format_bytes(n: u64) -> String {
    let n_f = n as f64;
    match n {
        0..1_000 => format!("{n} B"),
        1_000..1_000_000 => format!("{} kB", short_decimal(n_f / 1e3)),
        1_000_000..1_000_000_000 => format!("{} MB", short_decimal(n_f / 1e6)),
        1_000_000_000..1_000_000_000_000 => format!("{} GB", short_decimal(n_f / 1e9)),
        _ => format!("{} TB", short_decimal(n_f / 1e12)),
    }
}

/// Formats a buffer size in powers of two, `64 KiB`, `1 MiB`, or in bytes if it is not a whole number of KiB.
#[must_use]
pub fn format_buffer_size(n: u64) -> String {
    match n {
        _ if n > 0 && n.is_multiple_of(1 << 20) => format!("{} MiB", n >> 20),
        _ if n > 0 && n.is_multiple_of(1 << 10) => format!("{} KiB", n >> 10),
        _ => format!("{n} B"),
    }
}

/// Formats a number with one decimal below 10, unless that decimal is zero, and without decimals from 10 on.
fn short_decimal(value: f64) -> String {
    let tenths = (value * 10.0).round() / 10.0;
    if tenths < 10.0 && (tenths - tenths.round()).abs() > 0.01 { format!("{tenths:.1}") } else { format!("{value:.0}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_notations_of_quantities_are_parsed() {
        assert_eq!(parse_count("100M"), Ok(100_000_000));
        assert_eq!(parse_count("1.5k"), Ok(1500));
        assert_eq!(parse_count("1_000"), Ok(1000));
        assert_eq!(parse_time("91ns"), Ok(91));
        assert_eq!(parse_time("1.5ms"), Ok(1_500_000));
        assert_eq!(parse_time("0"), Ok(0));
    }

    #[test]
    fn invalid_quantities_are_refused() {
        for bad in ["", "M", "ten", "-5", "1.5", "5x", "1e99", "NaN", "inf", "99999999999999G"] {
            assert!(parse_count(bad).is_err(), "{bad}");
        }
        for bad in ["5", "1.5ns", "-1s", "3 parsecs"] {
            assert!(parse_time(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn quantities_are_formatted() {
        assert_eq!(
            [format_count(0), format_count(9999), format_count(10_000), format_count(99_999_999)],
            ["0", "9999", "10,000", "99,999,999"]
        );
        assert_eq!(
            [format_seconds(0.0), format_seconds(2.639), format_seconds(99.994), format_seconds(100.0)],
            ["0.00 s", "2.64 s", "99.99 s", "1:40"]
        );
        assert_eq!(
            [format_duration(91), format_duration(1700), format_duration(21_000_000)],
            ["91 ns", "1.7 µs", "21 ms"]
        );
        assert_eq!(
            [format_bytes(8), format_bytes(200_000_000), format_bytes(1_234_000_000)],
            ["8 B", "200 MB", "1.2 GB"]
        );
        assert_eq!(
            [format_buffer_size(100), format_buffer_size(65_536), format_buffer_size(1 << 20)],
            ["100 B", "64 KiB", "1 MiB"]
        );
    }
}
