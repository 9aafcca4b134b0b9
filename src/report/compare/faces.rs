//! A comparison as a table, Markdown, CSV and JSON.

use std::io;

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use serde::Serialize;

use super::{Column, Comparison, Difference};
use crate::event::Machine;
use crate::model::{Contrast, CoreTime, LaneSummary, Reason};
use crate::report::csv::{Fields, of_lane, some};
use crate::report::{json as object, markdown as page};
use crate::units::{bytes, count, moment, seconds};

/// A lane's column is at most so wide; names are broken.
const WIDEST: u16 = 24;
const LABEL: u16 = 16;
const UNKNOWN: &str = "–";

type Row = (&'static str, Vec<String>);

/// All rows, the most wanted first.
fn rows(comparison: &Comparison) -> Vec<Row> {
    type Figure = fn(&LaneSummary) -> String;
    let figures: [(&'static str, Figure); 13] = [
        ("start-up", |lane| some_or(lane.startup_s.map(moment))),
        ("stall, I/O", |lane| core_seconds(lane.core_time_s.map(|time| time.stall_io))),
        ("stall, width", |lane| core_seconds(lane.core_time_s.map(|time| time.stall_width))),
        ("tail", |lane| core_seconds(lane.core_time_s.map(|time| time.tail))),
        ("in memory", |lane| {
            let (peak, all) = (count(lane.peak_resident_tasks.into()), count(lane.tasks.submitted.into()));
            format!("{} ({peak} of {all})", bytes(lane.peak_resident_bytes))
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
    let first: [Row; 2] = [
        ("time", comparison.columns.iter().map(|column| time(comparison, column)).collect()),
        ("to the first", comparison.columns.iter().map(against).collect()),
    ];
    first.into_iter().chain(figures.map(|(name, figure)| (name, lanes().map(figure).collect()))).collect()
}

fn time(comparison: &Comparison, column: &Column) -> String {
    let saved = &comparison.sides[column.side].lanes[column.lane];
    let time = some_or(saved.lane.makespan_s.map(moment));
    match saved.makespan_min_s.zip(saved.makespan_max_s) {
        Some((min, max)) => format!("{time} ({} to {})", moment(min), moment(max)),
        None => time,
    }
}

fn against(column: &Column) -> String {
    match &column.difference {
        None => "·".into(),
        Some(Contrast::None { .. }) => UNKNOWN.into(),
        Some(Contrast::Same) => "no difference".into(),
        Some(Contrast::Differs(ratio, _)) if *ratio < 1.0 => format!("{:.1}× faster", 1.0 / ratio),
        Some(Contrast::Differs(ratio, _)) => format!("{ratio:.1}× as long"),
    }
}

fn some_or(text: Option<String>) -> String {
    text.unwrap_or_else(|| UNKNOWN.into())
}

fn core_seconds(s: Option<f64>) -> String {
    some_or(s.map(|s| format!("{s:.1} core-s")))
}

/// Whose lane a column is, and which.
fn headings(comparison: &Comparison) -> [Vec<String>; 2] {
    let names = comparison.columns.iter().map(|column| comparison.name(column).to_string());
    let modes = comparison.columns.iter().map(|column| comparison.lane(column).mode.name().to_uppercase());
    [names.collect(), modes.collect()]
}

/// Writes the comparison as a table for a person at a terminal.
///
/// # Errors
/// When `out` cannot be written to.
pub fn table(comparison: &Comparison, out: &mut impl io::Write) -> io::Result<()> {
    let mut table = Table::new();
    let width = LABEL + WIDEST.saturating_mul(comparison.columns.len() as u16);
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width.max(80));
    let headings = headings(comparison).map(|heading| ("", heading));
    for (name, cells) in headings.into_iter().chain(rows(comparison)) {
        table.add_row(std::iter::once(name.to_owned()).chain(cells));
    }
    writeln!(out, "{}\n", table.trim_fmt())?;
    for sentence in comparison.sentences() {
        writeln!(out, "{sentence}.")?;
    }
    Ok(())
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
            Some(Contrast::Differs(_, reason)) => Some(reason),
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
