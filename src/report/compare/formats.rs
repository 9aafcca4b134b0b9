//! Rows of a comparison, and its Markdown, CSV and JSON formats.

use std::io;

use serde::Serialize;

use super::{ComparedLane, RunComparison, TimeDifference};
use crate::event::Machine;
use crate::event::units::{format_count, format_seconds};
use crate::model::{ClusterSummary, CoreTime, DifferenceReason, LaneComparison, LaneSummary, ProgramLaneSummary};
use crate::report::csv::{CsvFields, csv_fields_of_lane, optional_field, text_cell};
use crate::report::phrases::{self, Label, core_seconds, figure_or_dash};
use crate::report::program_table::{
    CLUSTER_FIGURES, COUNTED_FIGURES, CountedFigure, HELD_FIGURES, cluster_of, counted_of, held_figure,
};
use crate::report::{json as object, markdown as page};

pub(super) type LabelAndCells = (&'static str, Vec<String>);

type Figure = fn(&LaneSummary) -> String;

/// Figures of lanes, each with its label for workloads of mpviz and its label if all lanes are of watched programs;
/// none where it means nothing.
const FIGURES: [(Option<Label>, Option<Label>, Figure); 15] = [
    (Some(Label::StartUp), Some(Label::StartUp), phrases::startup_time),
    (Some(Label::StallIo), Some(Label::IdleBlocked), |lane| core_seconds(lane.core_time_s.map(|time| time.stall_io))),
    (Some(Label::StallWidth), Some(Label::IdleFewWorkers), |lane| {
        core_seconds(lane.core_time_s.map(|time| time.stall_width))
    }),
    (Some(Label::Tail), Some(Label::IdleAtEnd), |lane| core_seconds(lane.core_time_s.map(|time| time.tail))),
    (Some(Label::InMemory), None, phrases::resident_bytes),
    (Some(Label::TasksInMemory), None, phrases::resident_tasks_cell),
    (Some(Label::Private), Some(Label::Private), |lane| phrases::private_memory_text(lane.peak_private())),
    (Some(Label::Cpu), Some(Label::Cpu), |lane| figure_or_dash(lane.cpu_s.map(format_seconds))),
    (Some(Label::CpuPerNumber), None, phrases::cpu_per_number),
    (Some(Label::ForcedSwitches), Some(Label::ForcedSwitches), |lane| {
        figure_or_dash(lane.involuntary_switches.map(format_count))
    }),
    (Some(Label::Workers), Some(Label::Workers), |lane| format_count(lane.workers.into())),
    (Some(Label::Cores), Some(Label::Cores), |lane| figure_or_dash(Some(lane.cores.len()).filter(|cores| *cores > 0))),
    (Some(Label::Used), Some(Label::Used), |lane| figure_or_dash(lane.utilization.map(phrases::percent))),
    (Some(Label::Result), None, |lane| phrases::correctness_word(lane).into()),
    (None, Some(Label::Tasks), phrases::task_outcomes),
];

/// All rows of the comparison, the most important first, with short texts in the cells.
pub(super) fn comparison_rows(comparison: &RunComparison) -> Vec<LabelAndCells> {
    let lanes = || comparison.columns.iter().map(|column| comparison.summary_of(column));
    let ranges: Vec<_> = comparison.columns.iter().map(|column| time_range_cell(comparison, column)).collect();
    let repeated = ranges.iter().any(Option::is_some);
    let first = [
        Some((Label::Time.text(), lanes().map(phrases::makespan_cell).collect())),
        repeated.then(|| (Label::OfRepeats.text(), ranges.into_iter().map(figure_or_dash).collect())),
        Some((
            Label::ToTheFirst.text(),
            comparison.columns.iter().map(|column| phrases::comparison_cell(column.difference.as_ref())).collect(),
        )),
    ];
    let are_programs = lanes().all(|lane| lane.program.is_some());
    let of_clusters: Option<Vec<_>> = lanes().map(|lane| Some((lane, cluster_of(lane)?))).collect();
    if let Some(clusters) = of_clusters {
        let cells = |figure: fn(&LaneSummary, &ClusterSummary) -> String| {
            clusters.iter().map(|(lane, cluster)| figure(lane, cluster)).collect()
        };
        let figures = CLUSTER_FIGURES.iter().map(|(label, figure)| (label.text(), cells(*figure)));
        let tasks: LabelAndCells = (Label::Tasks.text(), lanes().map(phrases::task_outcomes).collect());
        // Most are not known of tasks that are only counted.
        let is_known = |(_, cells): &LabelAndCells| cells.iter().any(|cell| *cell != figure_or_dash(None::<u32>));
        let rows = first.into_iter().flatten().chain(held_rows(comparison)).chain(counted_rows(comparison));
        return rows.chain(figures.chain([tasks]).filter(is_known)).collect();
    }
    let others = FIGURES.iter().filter_map(|(of_workload, of_program, figure)| {
        let label = if are_programs { of_program } else { of_workload };
        Some((label.as_ref()?.text(), lanes().map(figure).collect()))
    });
    first.into_iter().flatten().chain(others).collect()
}

/// What clusters held, if they ran graphs of mpviz.
fn held_rows(comparison: &RunComparison) -> Vec<LabelAndCells> {
    let programs = || comparison.columns.iter().map(|column| comparison.summary_of(column).program.as_ref());
    if !programs().flatten().any(|program| program.held().is_some()) {
        return Vec::new();
    }
    let cell = |program: Option<&ProgramLaneSummary>, figure| {
        program.map_or_else(|| figure_or_dash(None::<u32>), |program| held_figure(program, figure))
    };
    HELD_FIGURES
        .iter()
        .map(|(label, figure)| (label.text(), programs().map(|program| cell(program, *figure)).collect()))
        .collect()
}

/// What is known of clusters whose tasks are only counted, if there are any, and the same of those beside them.
fn counted_rows(comparison: &RunComparison) -> Vec<LabelAndCells> {
    let lanes = || comparison.columns.iter().map(|column| comparison.summary_of(column));
    let cell = |lane: &LaneSummary, label: Label, figure: CountedFigure| {
        let of_tasks = || match label {
            Label::Finished => lane.tasks.map(|tasks| format_count(tasks.finished.into())),
            Label::Failed => lane.tasks.map(|tasks| format_count(tasks.failed.into())),
            _ => None,
        };
        figure_or_dash(counted_of(lane).map(figure).or_else(of_tasks))
    };
    COUNTED_FIGURES
        .iter()
        .filter(|_| lanes().any(|lane| counted_of(lane).is_some()))
        .map(|(label, figure)| (label.text(), lanes().map(|lane| cell(lane, *label, *figure)).collect()))
        .collect()
}

/// The shortest and the longest makespan of a lane's repeats.
fn time_range_cell(comparison: &RunComparison, column: &ComparedLane) -> Option<String> {
    let saved = &comparison.runs[column.run].lanes[column.lane];
    saved.makespan_min_s.zip(saved.makespan_max_s).map(phrases::time_range)
}

/// Headings of each column: the names of its run and lane.
pub(super) fn column_headings(comparison: &RunComparison) -> [Vec<String>; 2] {
    let names = comparison.columns.iter().map(|column| comparison.name(column).to_string());
    let lanes = comparison.columns.iter().map(|column| phrases::lane_heading(comparison.summary_of(column)));
    [names.collect(), lanes.collect()]
}

/// Writes the comparison as Markdown.
pub fn write_markdown(comparison: &RunComparison, out: &mut impl io::Write) -> io::Result<()> {
    let [names, lanes] = column_headings(comparison);
    let titles: Vec<String> = names.into_iter().zip(lanes).map(|(name, lane)| format!("{name} {lane}")).collect();
    page::write_table_line(out, "", &titles)?;
    writeln!(out, "|---|{}", "---|".repeat(titles.len()))?;
    for (name, cells) in comparison_rows(comparison) {
        page::write_table_line(out, name, &cells)?;
    }
    for sentence in comparison.comparison_sentences() {
        writeln!(out, "\n{}.", page::escape_markdown(sentence))?;
    }
    Ok(())
}

/// Writes the comparison as CSV, one row per lane.
pub fn write_csv(comparison: &RunComparison, out: &mut impl io::Write) -> io::Result<()> {
    let mut writer = ::csv::Writer::from_writer(out);
    for (n, column) in comparison.columns.iter().enumerate() {
        let own: CsvFields = vec![
            ("run", text_cell(comparison.name(column).as_str())),
            ("ratio", optional_field(column.time_ratio(comparison))),
            ("difference", optional_field(column.time_difference().map(TimeDifference::name))),
        ];
        let fields: CsvFields = [own, csv_fields_of_lane(comparison.summary_of(column))].concat();
        if n == 0 {
            writer.write_record(fields.iter().map(|(name, _)| name))?;
        }
        writer.write_record(fields.iter().map(|(_, value)| value))?;
    }
    writer.flush()
}

impl TimeDifference {
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
struct ComparisonDocument<'a> {
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
    numbers: Option<u64>,
    tasks: Option<u32>,
}

#[derive(Serialize)]
struct LaneKeys<'a> {
    run: &'a str,
    /// Index of the lane of the first run with which this lane is compared.
    against: Option<usize>,
    ratio: Option<f64>,
    difference: Option<TimeDifference>,
    reason: Option<DifferenceReason>,
    sentence: Option<&'a str>,
    #[serde(flatten)]
    lane: &'a LaneSummary,
    core_time_s: Option<CoreTime>,
}

/// Writes the comparison as an indented JSON object with a line feed.
pub fn write_json(comparison: &RunComparison, out: &mut impl io::Write) -> io::Result<()> {
    let runs = comparison.runs.iter().map(|run| RunKeys {
        name: run.name.as_str(),
        machine: &run.machine,
        cores: run.cores.name(),
        repeats: run.repeats,
        numbers: run.workload.as_ref().map(|work| work.numbers),
        tasks: run.workload.as_ref().map(|work| work.tasks),
    });
    let lanes = comparison.columns.iter().map(|column| LaneKeys {
        run: comparison.name(column).as_str(),
        against: column.base,
        ratio: column.time_ratio(comparison),
        difference: column.time_difference(),
        reason: match column.difference {
            Some(LaneComparison::Differs(_, reason) | LaneComparison::Undecided(reason)) => Some(reason),
            _ => None,
        },
        sentence: column.sentence.as_deref(),
        lane: comparison.summary_of(column),
        core_time_s: comparison.summary_of(column).core_time_s,
    });
    let document = ComparisonDocument {
        schema: object::JSON_SCHEMA_VERSION,
        runs: runs.collect(),
        lanes: lanes.collect(),
        notes: &comparison.notes,
    };
    serde_json::to_writer_pretty(&mut *out, &document).map_err(io::Error::from)?;
    out.write_all(b"\n")
}
