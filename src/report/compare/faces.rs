//! A comparison as a table, Markdown, CSV and JSON.

use std::io;

use serde::Serialize;

use super::{Column, Comparison, Difference};
use crate::event::Machine;
use crate::event::units::{bytes, count, elapsed, seconds};
use crate::model::{CoreTime, LaneComparison, LaneSummary, Reason};
use crate::report::csv::{Fields, of_lane, some};
use crate::report::{json as object, markdown as page};

const UNKNOWN: &str = "–";

pub(super) type Row = (&'static str, Vec<String>);

/// All rows, the most wanted first, and nothing in them that is not short.
pub(super) fn rows(comparison: &Comparison) -> Vec<Row> {
    type Figure = fn(&LaneSummary) -> String;
    let figures: [(&'static str, Figure); 14] = [
        ("start-up", |lane| some_or(lane.startup_s.map(elapsed))),
        ("stall, I/O", |lane| core_seconds(lane.core_time_s.map(|time| time.stall_io))),
        ("stall, width", |lane| core_seconds(lane.core_time_s.map(|time| time.stall_width))),
        ("tail", |lane| core_seconds(lane.core_time_s.map(|time| time.tail))),
        ("in memory", |lane| bytes(lane.peak_resident_bytes)),
        ("tasks in it", |lane| {
            format!("{} of {}", count(lane.peak_resident_tasks.into()), count(lane.tasks.submitted.into()))
        }),
        ("private", |lane| some_or(lane.peak_private_bytes.map(bytes))),
        ("CPU", |lane| some_or(lane.cpu_s.map(seconds))),
        ("a number", |lane| some_or(lane.ns_per_number.map(|ns| format!("{ns:.0} ns")))),
        ("forced switches", |lane| some_or(lane.involuntary_switches.map(count))),
        ("workers", |lane| count(lane.workers.into())),
        ("cores", |lane| lane.cores.len().to_string()),
        ("used", |lane| some_or(lane.utilization.map(|used| format!("{:.0} %", 100.0 * used)))),
        ("result", |lane| match lane.correct {
            None => "incomplete".into(),
            Some(correct) => if correct { "correct" } else { "WRONG" }.into(),
        }),
    ];
    let lanes = || comparison.columns.iter().map(|column| comparison.lane(column));
    let ranges: Vec<_> = comparison.columns.iter().map(|column| range(comparison, column)).collect();
    let repeated = ranges.iter().any(Option::is_some);
    let first = [
        Some(("time", lanes().map(|lane| some_or(lane.makespan_s.map(elapsed))).collect())),
        repeated.then(|| ("of repeats", ranges.into_iter().map(some_or).collect())),
        Some(("to the first", comparison.columns.iter().map(against).collect())),
    ];
    let others = figures.map(|(name, figure)| (name, lanes().map(figure).collect()));
    first.into_iter().flatten().chain(others).collect()
}

/// The shortest and the longest time of repeats.
fn range(comparison: &Comparison, column: &Column) -> Option<String> {
    let saved = &comparison.sides[column.side].lanes[column.lane];
    let (min, max) = saved.makespan_min_s.zip(saved.makespan_max_s)?;
    Some(format!("{} to {}", elapsed(min), elapsed(max)))
}

fn against(column: &Column) -> String {
    match &column.difference {
        None => "·".into(),
        Some(LaneComparison::None { .. }) => UNKNOWN.into(),
        Some(LaneComparison::Same) => "no difference".into(),
        Some(LaneComparison::Differs(ratio, _)) if *ratio < 1.0 => format!("{:.1}× faster", 1.0 / ratio),
        Some(LaneComparison::Differs(ratio, _)) => format!("{ratio:.1}× as long"),
    }
}

fn some_or(text: Option<String>) -> String {
    text.unwrap_or_else(|| UNKNOWN.into())
}

fn core_seconds(s: Option<f64>) -> String {
    some_or(s.map(|s| format!("{s:.1} core-s")))
}

/// Whose lane a column is, and which.
pub(super) fn headings(comparison: &Comparison) -> [Vec<String>; 2] {
    let names = comparison.columns.iter().map(|column| comparison.name(column).to_string());
    let modes = comparison.columns.iter().map(|column| comparison.lane(column).mode.name().to_uppercase());
    [names.collect(), modes.collect()]
}

/// Writes the comparison as Markdown.
///
/// # Errors
/// When `out` cannot be written to.
pub fn markdown(comparison: &Comparison, out: &mut impl io::Write) -> io::Result<()> {
    let [names, modes] = headings(comparison);
    let titles: Vec<String> = names.into_iter().zip(modes).map(|(name, mode)| format!("{name} {mode}")).collect();
    page::line(out, "", &titles)?;
    writeln!(out, "|---|{}", "---|".repeat(titles.len()))?;
    for (name, cells) in rows(comparison) {
        page::line(out, name, &cells)?;
    }
    for sentence in comparison.sentences() {
        writeln!(out, "\n{}.", page::escape(sentence))?;
    }
    Ok(())
}

/// Writes the comparison as CSV, a row a lane.
///
/// # Errors
/// When `out` cannot be written to.
pub fn csv(comparison: &Comparison, out: &mut impl io::Write) -> io::Result<()> {
    let mut writer = ::csv::Writer::from_writer(out);
    for (n, column) in comparison.columns.iter().enumerate() {
        let own: Fields = vec![
            ("run", comparison.name(column).to_string()),
            ("ratio", some(column.ratio(comparison))),
            ("difference", some(column.word().map(Difference::name))),
        ];
        let fields: Fields = [own, of_lane(comparison.lane(column))].concat();
        if n == 0 {
            writer.write_record(fields.iter().map(|(name, _)| name))?;
        }
        writer.write_record(fields.iter().map(|(_, value)| value))?;
    }
    writer.flush()
}

impl Difference {
    const fn name(self) -> &'static str {
        match self {
            Self::Faster => "faster",
            Self::Slower => "slower",
            Self::Same => "same",
            Self::NotComparable => "not_comparable",
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    runs: Vec<RunKeys<'a>>,
    lanes: Vec<LaneKeys<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct RunKeys<'a> {
    name: &'a str,
    machine: &'a Machine,
    cores: &'static str,
    repeats: usize,
    numbers: u64,
    tasks: u32,
}

#[derive(Serialize)]
struct LaneKeys<'a> {
    run: &'a str,
    /// The number of the lane in the first run that it is compared with.
    against: Option<usize>,
    ratio: Option<f64>,
    difference: Option<Difference>,
    reason: Option<Reason>,
    sentence: Option<&'a str>,
    #[serde(flatten)]
    lane: &'a LaneSummary,
    core_time_s: Option<CoreTime>,
}

/// Writes the comparison as one JSON object, indented, with a line feed.
///
/// # Errors
/// When `out` cannot be written to.
pub fn json(comparison: &Comparison, out: &mut impl io::Write) -> io::Result<()> {
    let runs = comparison.sides.iter().map(|side| RunKeys {
        name: side.name.as_str(),
        machine: &side.machine,
        cores: side.cores.name(),
        repeats: side.repeats,
        numbers: side.work.numbers,
        tasks: side.work.tasks,
    });
    let lanes = comparison.columns.iter().map(|column| LaneKeys {
        run: comparison.name(column).as_str(),
        against: column.base,
        ratio: column.ratio(comparison),
        difference: column.word(),
        reason: match column.difference {
            Some(LaneComparison::Differs(_, reason)) => Some(reason),
            _ => None,
        },
        sentence: column.sentence.as_deref(),
        lane: comparison.lane(column),
        core_time_s: comparison.lane(column).core_time_s,
    });
    let document =
        Document { schema: object::SCHEMA, runs: runs.collect(), lanes: lanes.collect(), notes: &comparison.notes };
    serde_json::to_writer_pretty(&mut *out, &document).map_err(io::Error::from)?;
    out.write_all(b"\n")
}
