//! Parses and formats quantities: `100M`, `91ns`, `64MiB`; `2.64 s`, `200 MB`, `99,999,999`.

use thiserror::Error;

/// Why a quantity cannot be parsed.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum QuantityError {
    /// The text does not start with a number.
    #[error("`{0}` does not start with a number, such as {1}")]
    Number(String, &'static str),
    /// A separator that does not separate groups of thousands.
    #[error("`{0}`: write a fraction with a point, as in 1.5, and group only thousands, as in 1,000,000")]
    Grouping(String),
    /// A time or size without a unit.
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

/// Units of a quantity, the smallest first, and a valid example for error messages.
struct Units {
    units: &'static [(&'static str, u64)],
    example: &'static str,
}

const COUNT_UNITS: Units = Units {
    units: &[("", 1), ("k", 1_000), ("K", 1_000), ("M", 1_000_000), ("G", 1_000_000_000), ("B", 1_000_000_000)],
    example: "16, 250k or 100M",
};
/// A micro sign may be U+00B5, which Latin keyboards have, or U+03BC, the Greek letter that Unicode recommends.
const TIME_UNITS: Units = Units {
    units: &[
        ("ns", 1),
        ("us", 1_000),
        ("\u{b5}s", 1_000),
        ("\u{3bc}s", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("min", 60_000_000_000),
        ("h", 3_600_000_000_000),
    ],
    example: "91ns, 50ms or 2s",
};
const SIZE_UNITS: Units = Units {
    units: &[
        ("B", 1),
        ("kB", 1_000),
        ("KB", 1_000),
        ("MB", 1_000_000),
        ("GB", 1_000_000_000),
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
    ],
    example: "64kB, 5MB or 8MiB",
};

/// Separators of groups of thousands: comma, underscore and space.
const GROUP_SEPARATORS: [char; 3] = [',', '_', ' '];
/// Maximum digits of a fraction, so that its product with any unit fits in 128 bits.
const MAX_FRACTION_DIGITS: usize = 18;

/// Parses a decimal number with a unit. The result is exact.
fn parse(text: &str, Units { units, example }: &Units) -> Result<u64, QuantityError> {
    let trimmed = text.trim();
    let is_number = |c: char| c.is_ascii_digit() || "+-.".contains(c) || GROUP_SEPARATORS.contains(&c);
    let (number, unit) = trimmed.split_at(trimmed.find(|c| !is_number(c)).unwrap_or(trimmed.len()));
    let number = number.trim_end();
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fraction = fraction.trim_end_matches('0');
    let (sign, whole) = whole.split_at(usize::from(whole.starts_with(['+', '-'])));
    let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
    if !number.contains(|c: char| c.is_ascii_digit()) {
        return Err(QuantityError::Number(text.into(), example));
    }
    let whole = ungroup(whole).filter(|whole| digits(whole) && digits(fraction));
    let whole = whole.ok_or_else(|| QuantityError::Grouping(text.into()))?;
    let is_zero = whole.trim_matches('0').is_empty() && fraction.is_empty();
    let scale = match units.iter().find(|(name, _)| *name == unit) {
        Some((_, scale)) => u128::from(*scale),
        // Only zero may be without a unit.
        None if unit.is_empty() && is_zero => 0,
        None if unit.is_empty() => return Err(QuantityError::NoUnit(text.into(), example)),
        None => return Err(QuantityError::Unit { text: text.into(), unit: unit.into(), example }),
    };
    let range = || QuantityError::Range(text.into());
    if sign == "-" && !is_zero {
        return Err(range());
    }
    let whole: u128 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| range())? };
    let part = || QuantityError::Part(text.into(), units.first().map_or("", |(name, _)| *name));
    if fraction.len() > MAX_FRACTION_DIGITS {
        return Err(part());
    }
    let (fraction, divisor) = (format!("0{fraction}").parse().unwrap_or(0), 10_u128.pow(fraction.len() as u32));
    let scaled: u128 = scale * fraction;
    let value = whole.checked_mul(scale).and_then(|whole| whole.checked_add(scaled / divisor)).ok_or_else(range)?;
    let value = i64::try_from(value).map_err(|_| range())?;
    if scaled.is_multiple_of(divisor) { Ok(value.unsigned_abs()) } else { Err(part()) }
}

/// Removes separators; none unless they separate complete groups of three digits.
fn ungroup(digits: &str) -> Option<String> {
    let Some(separator) = digits.chars().find(|c| GROUP_SEPARATORS.contains(c)) else { return Some(digits.into()) };
    let mut groups = digits.split(separator);
    let is_grouped =
        groups.next().is_some_and(|first| (1..=3).contains(&first.len())) && groups.all(|group| group.len() == 3);
    is_grouped.then(|| digits.replace(separator, ""))
}

/// Parses a count: `16`, `250k`, `100M`, `1,000,000`.
pub fn parse_count(text: &str) -> Result<u64, QuantityError> {
    parse(text, &COUNT_UNITS)
}

/// Parses a time into nanoseconds: `91ns`, `1.5ms`, `2 s`. Only zero needs no unit.
pub fn parse_time(text: &str) -> Result<u64, QuantityError> {
    parse(text, &TIME_UNITS)
}

/// Parses a size into bytes: `64kB`, `5MB`, `8MiB`. Only zero needs no unit.
pub fn parse_size(text: &str) -> Result<u64, QuantityError> {
    parse(text, &SIZE_UNITS)
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
    (format_clock(s), "")
}

/// Formats a time as minutes and seconds, `1:40`, from an hour on with hours, `1:00:00`.
#[must_use]
pub fn format_clock(s: f64) -> String {
    let whole = s.round() as u64;
    let (minutes, rest) = (whole / 60, whole % 60);
    if minutes < 60 {
        format!("{minutes}:{rest:02}")
    } else {
        format!("{}:{:02}:{rest:02}", minutes / 60, minutes % 60)
    }
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

/// Formats a size in powers of ten: `512 B`, `64 kB`, `12.5 MB`, `200 MB`, `1.2 GB`.
#[must_use]
pub fn format_bytes(n: u64) -> String {
    let n_f = n as f64;
    match n {
        0..1_000 => format!("{n} B"),
        1_000..1_000_000 => format!("{} kB", decimal_below(100.0, n_f / 1e3)),
        1_000_000..1_000_000_000 => format!("{} MB", decimal_below(100.0, n_f / 1e6)),
        1_000_000_000..1_000_000_000_000 => format!("{} GB", decimal_below(100.0, n_f / 1e9)),
        _ => format!("{} TB", decimal_below(100.0, n_f / 1e12)),
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
    decimal_below(10.0, value)
}

/// Formats a number with one decimal below a limit, unless that decimal is zero, and without decimals from there on.
fn decimal_below(limit: f64, value: f64) -> String {
    let tenths = (value * 10.0).round() / 10.0;
    if tenths < limit && (tenths - tenths.round()).abs() > 0.01 {
        format!("{tenths:.1}")
    } else {
        format!("{value:.0}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_notations_of_quantities_are_parsed() {
        for (text, count) in [
            ("100M", 100_000_000),
            ("1.5k", 1500),
            ("1.50k", 1500),
            (".5k", 500),
            ("+16", 16),
            ("1_000", 1000),
            ("1,000,000", 1_000_000),
            ("1 000", 1000),
            (" 16 ", 16),
            ("1,000k", 1_000_000),
            ("1.000000001G", 1_000_000_001),
            ("9223372036854775807", i64::MAX as u64),
        ] {
            assert_eq!(parse_count(text), Ok(count), "{text}");
        }
        for (text, ns) in [
            ("91ns", 91),
            ("1.5ms", 1_500_000),
            ("20 ms", 20_000_000),
            ("0", 0),
            ("0.0", 0),
            ("1h", 3_600_000_000_000),
            ("1us", 1000),
            ("1\u{b5}s", 1000),
            ("1\u{3bc}s", 1000),
        ] {
            assert_eq!(parse_time(text), Ok(ns), "{text}");
        }
        for (text, bytes) in
            [("5MB", 5_000_000), ("5 MB", 5_000_000), ("5MiB", 5 << 20), ("8B", 8), ("1,000kB", 1_000_000)]
        {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn invalid_quantities_are_refused() {
        for bad in [
            "",
            "M",
            "ten",
            "-5",
            "1.5",
            "5x",
            "1e6",
            "1e99",
            "NaN",
            "inf",
            "99999999999999G",
            "9223372036854775808",
            "½",
            "１６",
            "1.0000005M",
            "0x10",
            "--5",
            "+-5",
            "1.2.3",
            ".",
            "16 tasks",
        ] {
            assert!(parse_count(bad).is_err(), "{bad}");
        }
        for bad in ["5", "1.5ns", "-1s", "3 parsecs", "20MS", "5m"] {
            assert!(parse_time(bad).is_err(), "{bad}");
        }
        for bad in ["5", "5M", "5mb", "1.5B", "0.0001kB"] {
            assert!(parse_size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn separators_only_group_thousands() {
        for bad in [
            "1,5",
            "1,5M",
            "0,5",
            "1,4,8",
            "1,0000",
            "1000,000",
            "10_00",
            "1 5",
            "1,000 000",
            "1,000_000",
            ",000",
            "1,",
            "1,,000",
            "1.000,5",
            "1,000.0,5",
        ] {
            assert_eq!(parse_count(bad), Err(QuantityError::Grouping(bad.into())), "{bad}");
        }
        assert_eq!(parse_time("0,5s"), Err(QuantityError::Grouping("0,5s".into())));
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
