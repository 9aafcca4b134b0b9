//! The result card of a lane, displayed after its end.

use ratatui::layout::Rect;

use super::brush::{ClippedPainter, text_width, wrap};
use super::column::{LaneColumn, split_rows, without_left_columns};
use super::numeral;
use super::tiles::PanelSpacing;
use crate::event::units::seconds_number_and_unit;
use crate::event::{CorePolicy, LaneId, LaneStatus};
use crate::model::{DifferenceReason, KeyMomentKind, Lane, LaneSummary, VerdictFinding};
use crate::report::Report;
use crate::report::phrases::{self, Label, UNKNOWN};
use crate::text;

/// Rows of a large card, the same in every lane: for the rank, and below it.
const RANK_ROWS: u16 = 2;
const ROWS_OF_LARGE_CARD: u16 = 2;
/// Lines of a row at most.
const MAX_LINES: u16 = 4;
/// Lines that a finding may take although rows below it then have no place.
const LINES_OF_FINDING: u16 = 2;
/// Width of the row labels.
const LABEL_WIDTH: u16 = 10;

/// A row of the card: label, variants of its text, whether it explains why this lane took longer, and whether it may take
/// several lines.
struct CardRow {
    name: &'static str,
    texts: Vec<String>,
    why: bool,
    wraps: bool,
}

pub(super) fn draw(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn) {
    let inside = without_left_columns(area, 1);
    let report = column.scene.report();
    let summary = report.and_then(|report| report.lanes.get(column.lane.id().index()));
    let rows = match (report, summary) {
        (_, summary) if column.lane.is_of_program() => rows_of_program(column, summary),
        (Some(report), Some(summary)) => result_rows(report, column.lane.id(), summary),
        _ => rows_of_unfinished_run(column),
    };
    if column.scene.ui.is_presenter() && column.layout.spacing != PanelSpacing::None {
        return draw_large(brush, inside, column, &rank_texts(column, report, summary), rows);
    }
    let wanted = rows.len() as u16;
    // A blank row below the numeral, if there is space.
    let head = match column.layout.spacing {
        PanelSpacing::None => 1,
        _ => (numeral::NUMERAL_HEIGHT + 2).min(inside.height.saturating_sub(wanted)).max(numeral::NUMERAL_HEIGHT + 1),
    };
    let [head, body] = split_rows(inside, [head, inside.height.saturating_sub(head)]);
    draw_head(brush, head, column, &rank_texts(column, report, summary), &median_label(report, summary));
    let width = body.width.saturating_sub(LABEL_WIDTH);
    let mut spare = body.height.saturating_sub(wanted);
    let mut lines_of = |row: &CardRow| {
        // A finding with what to change says more than the last rows.
        let most = (spare + 1).clamp(if row.why { LINES_OF_FINDING } else { 1 }, MAX_LINES);
        let lines = if row.wraps { wrapped_lines(row, width, most) } else { Vec::new() };
        spare = spare.saturating_sub((lines.len() as u16).saturating_sub(1));
        lines
    };
    let wrapped: Vec<_> = rows.iter().map(&mut lines_of).collect();
    let heights: Vec<u16> = wrapped.iter().map(|lines| (lines.len() as u16).max(1)).collect();
    let apart = u16::from(heights.iter().sum::<u16>() + wanted <= body.height + 1);
    let mut y = body.y;
    for (n, (row, height)) in (1..).zip(rows.iter().zip(&heights)) {
        if y >= body.bottom() {
            break;
        }
        let area = Rect { y, height: 1, ..body };
        y += height + apart;
        // Rows that do not fit are mentioned at the end of the last row.
        let hidden = if y >= body.bottom() { wanted - n } else { 0 };
        match &wrapped[usize::from(n) - 1][..] {
            lines @ [_, _, ..] if hidden == 0 && area.y + height <= body.bottom() => {
                draw_lines(brush, area, column, row, lines);
            }
            _ => draw_row(brush, area, column, row, hidden),
        }
    }
}

/// The longest variant of a row's text that fits into this many lines, divided into them. The mark of a cause counts as
/// the last word.
fn wrapped_lines(row: &CardRow, width: u16, most: u16) -> Vec<String> {
    let mark = if row.why { format!(" {}", mark_as_word()) } else { String::new() };
    let mut variants = row.texts.iter().map(|text| wrap(&format!("{text}{mark}"), width));
    variants.find(|lines| lines.len() <= usize::from(most)).unwrap_or_default()
}

/// The mark of a cause with its margins, so that they are not divided.
fn mark_as_word() -> String {
    format!(" {} ", text!("cause-mark")).replace(' ', "_")
}

fn draw_lines(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn, row: &CardRow, lines: &[String]) {
    let theme = column.scene.theme;
    brush.draw_text(Rect { width: LABEL_WIDTH.min(area.width), ..area }, row.name, theme.weak);
    let text = without_left_columns(area, LABEL_WIDTH);
    let mark = mark_as_word();
    for (y, line) in (area.y..).zip(lines) {
        let at = Rect { y, ..text };
        let words = if row.why { line.strip_suffix(&mark) } else { None };
        let used = brush.draw_text(at, words.unwrap_or(line), theme.text);
        if words.is_some() {
            brush.draw_text(without_left_columns(at, used), &mark.replace('_', " "), theme.hazard_text());
        }
    }
}

/// The makespan as large as fits, the rank below it, and the rows that a class needs.
fn draw_large(
    brush: &mut ClippedPainter,
    area: Rect,
    column: &LaneColumn,
    rank: &[Vec<String>],
    mut rows: Vec<CardRow>,
) {
    let theme = column.scene.theme;
    // The question of a graph is where tasks wait and what results take, not the memory of Python.
    let of_graph = column.lane.held_tasks(column.scene.at).map(|_| [Label::Queue.text(), Label::Memory.text()]);
    let usual = [Label::Memory.text(), Label::Deaths.text()];
    rows.retain(|row| row.why || of_graph.as_ref().unwrap_or(&usual).contains(&row.name));
    rows.truncate(if of_graph.is_some() { ROWS_OF_LARGE_CARD.into() } else { rows.len() });
    let below = RANK_ROWS + ROWS_OF_LARGE_CARD;
    let scale = if area.height >= 2 * numeral::NUMERAL_HEIGHT + below { 2 } else { 1 };
    let spare = area.height.saturating_sub(scale * numeral::NUMERAL_HEIGHT + below);
    let gap = |n: u16| u16::from(spare >= n);
    let heights = [gap(3), scale * numeral::NUMERAL_HEIGHT, gap(1), RANK_ROWS, gap(2), area.height];
    let [_, figure, _, ranks, _, body] = split_rows(area, heights);
    let (number, unit) = makespan(column);
    let used = numeral::draw(brush, figure, &number, theme.strong, scale);
    let last = Rect { y: figure.bottom().saturating_sub(1), height: figure.height.min(1), ..figure };
    brush.draw_text(without_left_columns(last, used + 1), unit, theme.strong);
    for (y, variants) in (ranks.y..ranks.bottom()).zip(rank) {
        brush.draw_longest(Rect { y, height: 1, ..ranks }, variants, theme.strong);
    }
    for (y, row) in (body.y..body.bottom()).zip(&rows) {
        draw_row(brush, Rect { y, height: 1, ..body }, column, row, 0);
    }
}

fn makespan(column: &LaneColumn) -> (String, &'static str) {
    column.lane.makespan().map_or((UNKNOWN.into(), ""), |ns| seconds_number_and_unit(ns as f64 / 1e9))
}

/// The makespan in large digits, and its rank. With repeats, the other figures are those of all runs.
fn draw_head(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn, rank: &[Vec<String>], repeats: &[String]) {
    let theme = column.scene.theme;
    let (number, unit) = makespan(column);
    if column.layout.spacing == PanelSpacing::None {
        let used = brush.draw_text(area, format!("{number} {unit}").trim_end(), theme.strong);
        let rank: Vec<_> = rank.iter().filter_map(|variants| variants.first().cloned()).collect();
        let short = repeats.last().zip(rank.first()).map(|(repeats, rank)| format!("{rank} {repeats}"));
        let texts: Vec<_> = short.into_iter().chain(rank).collect();
        brush.draw_longest(without_left_columns(area, used + 2), &texts, theme.text);
        return;
    }
    let [_, figure_area] = split_rows(area, [1, numeral::NUMERAL_HEIGHT]);
    let used = numeral::draw(brush, figure_area, &number, theme.strong, 1);
    let last = Rect { y: figure_area.bottom().saturating_sub(1), height: figure_area.height.min(1), ..figure_area };
    let unit = brush.draw_text(without_left_columns(last, used + 1), unit, theme.strong);
    let beside = without_left_columns(last, used + unit + 4);
    brush.draw_longest(beside, repeats, theme.text);
    let beside = Rect { y: beside.y.saturating_sub(repeats.len().min(1) as u16), ..beside };
    for (n, variants) in rank.iter().rev().enumerate() {
        let style = if n + 1 == rank.len() { theme.strong } else { theme.text };
        brush.draw_longest(Rect { y: beside.y.saturating_sub(n as u16), ..beside }, variants, style);
    }
}

/// Label with the median makespan of the repeats, by which lanes are compared; empty for a single run.
fn median_label(report: Option<&Report>, summary: Option<&LaneSummary>) -> Vec<String> {
    let runs = report.map_or(0, |report| report.repeats);
    let median = summary.and_then(|lane| lane.makespan_s).filter(|_| runs > 1);
    median.map(|median| phrases::medians_label(runs, median)).unwrap_or_default()
}

fn draw_row(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn, row: &CardRow, hidden: u16) {
    let theme = column.scene.theme;
    brush.draw_text(Rect { width: LABEL_WIDTH.min(area.width), ..area }, row.name, theme.weak);
    let more = if hidden > 0 { format!(" {}", text!("more-rows", n = hidden)) } else { String::new() };
    let why = format!(" {} ", text!("cause-mark"));
    let tail = text_width(&more) + if row.why { text_width(&why) + 1 } else { 0 };
    let text = without_left_columns(area, LABEL_WIDTH);
    let line = Rect { width: text.width.saturating_sub(tail as u16), ..text };
    let used = brush.draw_longest(line, &row.texts, theme.text);
    let mut rest = without_left_columns(text, used);
    if row.why {
        let used = brush.draw_text(without_left_columns(rest, 1), &why, theme.hazard_text());
        rest = without_left_columns(rest, used + 1);
    }
    brush.draw_text(rest, &more, theme.weak);
}

/// The lane's rank, as one or two lines with their variants.
fn rank_texts(column: &LaneColumn, report: Option<&Report>, summary: Option<&LaneSummary>) -> Vec<Vec<String>> {
    if column.lane.is_of_program() {
        return Vec::new();
    }
    let Some((report, summary)) = report.zip(summary) else {
        let lanes = column.scene.model.lanes();
        let mine = column.lane.history_end();
        // If lanes take turns, the order in which they finish means nothing.
        let at_once = column.scene.model.run().is_some_and(|run| run.cores != CorePolicy::Turns);
        let first = at_once && lanes.iter().filter_map(Lane::history_end).min() == mine;
        return if first && lanes.len() > 1 { vec![phrases::first_to_finish()] } else { Vec::new() };
    };
    if column.scene.model.is_simulated() {
        return rank_beside_simulated(column, report, summary);
    }
    let compared = match column.lane.end_and_status().and(summary.status) {
        None => vec![phrases::rank_of_cut_off()],
        Some(LaneStatus::Cancelled) => vec![phrases::rank_of_cancelled()],
        Some(LaneStatus::Failed) => {
            [phrases::rank_of_incomplete()].into_iter().chain(phrases::waited_after_tasks(summary)).collect()
        }
        Some(LaneStatus::Finished) => rank_by_verdict(report, column.lane.id(), summary),
    };
    // A lane that is faster with and without the time that others took needs no repetition.
    let disturbed = report.verdict.reason == DifferenceReason::Disturbed
        || report.verdict.fastest_lane.is_none() && summary.disturbance().is_some();
    compared.into_iter().chain(disturbed.then(phrases::rank_of_disturbed)).collect()
}

/// The rank of a lane in a picture with a simulated one, which is not a contest.
fn rank_beside_simulated(column: &LaneColumn, report: &Report, summary: &LaneSummary) -> Vec<Vec<String>> {
    if !column.lane.plan().is_simulated() {
        return vec![phrases::rank_of_measured()];
    }
    let measured = report.lanes.iter().find(|lane| !lane.is_simulated()).and_then(|lane| lane.makespan_s);
    phrases::rank_of_simulated(summary.makespan_s.zip(measured).map(|(simulated, measured)| simulated / measured))
}

fn rank_by_verdict(report: &Report, id: LaneId, summary: &LaneSummary) -> Vec<Vec<String>> {
    let verdict = &report.verdict;
    match (verdict.reason, verdict.fastest_lane, verdict.ratio) {
        (DifferenceReason::TooShort, ..) => vec![phrases::rank_of_too_short()],
        (DifferenceReason::Tie, _, Some(ratio)) => match verdict.finding {
            VerdictFinding::Tie { spread: Some(_), .. } => phrases::rank_within_spread(),
            _ => phrases::rank_of_equals(ratio),
        },
        _ if verdict.is_equally_fast(id.index()) => vec![phrases::rank_of_equally_fast()],
        (_, Some(fastest), Some(ratio)) if fastest == id.index() => {
            verdict.fastest.map(|_| phrases::rank_of_fastest(ratio)).unwrap_or_default()
        }
        (_, Some(fastest), _) => {
            let best = report.lanes.get(fastest).and_then(|lane| lane.makespan_s);
            let times = summary.makespan_s.zip(best).map(|(mine, best)| mine / best);
            times.map(phrases::rank_of_slower).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// The rows while other lanes still run.
fn rows_of_unfinished_run(column: &LaneColumn) -> Vec<CardRow> {
    let moments = column.scene.model.key_moments(column.lane.id());
    let peak = moments.iter().find(|moment| moment.kind == KeyMomentKind::MemoryPeak);
    let peak = peak.map(|peak| column.lane.counts_at(peak.at)).unwrap_or_default();
    let row = |name, texts| CardRow { name, texts, why: false, wraps: false };
    vec![
        row(Label::Memory.text(), phrases::peak_memory(&peak, column.task_count())),
        row(Label::Tasks.text(), vec![phrases::finished_tasks(column.counts.finished)]),
    ]
}

/// The rows of a lane of a watched program.
fn rows_of_program(column: &LaneColumn, summary: Option<&LaneSummary>) -> Vec<CardRow> {
    let (lane, model, at) = (column.lane, column.scene.model, column.scene.at);
    let work = model.lane_work(lane, at);
    let row = |name, texts| CardRow { name, texts, why: false, wraps: false };
    // Those of the report have what a change would take.
    let reported = column.scene.report().and_then(Report::program).map(|program| program.findings.as_slice());
    let found = reported.map_or_else(|| model.findings_at(&[lane.id()], at), <[_]>::to_vec);
    let findings = found.iter().filter(|finding| finding.lane == Some(lane.id()));
    let private = summary.and_then(LaneSummary::peak_private).map(phrases::peak_private);
    let held = lane.held_tasks(at).map(|held| {
        let longest = private.as_ref().and_then(|texts| texts.first());
        let memory = phrases::most_results(&held, longest.map(String::as_str));
        [row(Label::Queue.text(), phrases::most_held(&held)), row(Label::Memory.text(), memory)]
    });
    let of_workers = match lane.threads_busy(&work).filter(|_| lane.is_of_cluster()) {
        Some(busy) => phrases::threads_busy(busy, lane.slot_count() as u32),
        None => phrases::worker_time(&work.workers),
    };
    let rows = match lane.task_counts(at) {
        // Which tasks ran, and where, is not known.
        Some(counts) => {
            let cluster = summary.and_then(|summary| summary.program.as_ref()?.cluster.as_ref());
            let counted = cluster.and_then(|cluster| cluster.counted.as_ref());
            let tasks = row(Label::Tasks.text(), phrases::cluster_results(&counts, counted));
            let peaks = counted.map(|counted| {
                let queue = row(Label::Queue.text(), phrases::most_counted(counted));
                [queue, row(Label::Memory.text(), phrases::most_counted_results(counted))]
            });
            [tasks].into_iter().chain(peaks.into_iter().flatten()).collect()
        }
        None => vec![
            row(Label::Tasks.text(), phrases::tasks_of_program(&column.counts)),
            row(Label::Workers.text(), of_workers),
        ],
    };
    // Peaks cost a pass over the history, so they are shown once the program has ended.
    let peaks = summary.and_then(|summary| summary.program.as_ref()).map(|program| {
        // What a graph held is in rows of its own.
        let of_graph = program.held().is_some();
        let private = private.filter(|_| !of_graph);
        let private = private.map(|texts| row(Label::Memory.text(), texts));
        let held = program.peak_held_bytes.filter(|held| *held > 0);
        let rows_of_cluster = program.cluster.as_ref().map(phrases::requeues_and_transfers).unwrap_or_default();
        let rows_of_cluster = rows_of_cluster.into_iter().map(|(label, texts)| row(label.text(), texts));
        let cluster = program.cluster.as_ref().filter(|_| !of_graph);
        let cluster = cluster.and_then(|cluster| Some((cluster.peak_memory?, cluster)));
        let kinds = cluster
            .map(|(memory, cluster)| phrases::peak_cluster_memory(memory, cluster.peak_spilled_bytes))
            .map(|texts| row(Label::Memory.text(), texts));
        let held = held.map(|held| row(Label::Queue.text(), phrases::peak_held(held)));
        [private, kinds, held].into_iter().flatten().chain(rows_of_cluster).collect::<Vec<_>>()
    });
    let findings = findings.map(|finding| CardRow {
        name: Label::Finding.text(),
        texts: phrases::finding_variants(finding),
        why: true,
        wraps: true,
    });
    let gap = model.program_state().not_observed.first();
    let gap =
        gap.map(|reason| CardRow { wraps: true, ..row(Label::NotObserved.text(), phrases::gap_variants(reason)) });
    let rows = held.into_iter().flatten().chain(rows);
    findings.chain(rows).chain(gap).chain(peaks.into_iter().flatten()).collect()
}

fn result_rows(report: &Report, id: LaneId, summary: &LaneSummary) -> Vec<CardRow> {
    let row = |name, texts, why| CardRow { name, texts, why, wraps: false };
    let explains = |reasons: &[DifferenceReason]| {
        let time = |lane: &LaneSummary| lane.makespan_s.unwrap_or(0.0);
        let slowest = report.lanes.iter().enumerate().max_by(|(_, a), (_, b)| time(a).total_cmp(&time(b)));
        report.verdict.fastest_lane.is_some()
            && !report.lanes.iter().any(LaneSummary::is_simulated)
            && slowest.is_some_and(|(slowest, _)| slowest == id.index())
            && reasons.contains(&report.verdict.reason)
    };
    let idle =
        [DifferenceReason::StallIo, DifferenceReason::StallWidth, DifferenceReason::Tail, DifferenceReason::Rest];
    let core_use = phrases::core_use(summary);
    let in_python = summary.last_death().map(|exit| phrases::python_after_death_of(summary, exit));
    let rows = vec![
        row(Label::Memory.text(), phrases::memory_figures(summary), false),
        row(Label::Queue.text(), phrases::queue_lengths(summary), false),
        row(Label::Cores.text(), core_use, explains(&idle)),
        row(
            Label::Workers.text(),
            phrases::time_in_io_and_cpu(summary),
            explains(&[DifferenceReason::Adding, DifferenceReason::Loading]),
        ),
        row(Label::StartUp.text(), phrases::startup_figures(summary), explains(&[DifferenceReason::Starting])),
        row(Label::Result.text(), phrases::sum_and_correctness(summary), false),
    ];
    // Next to the result, because it is what the death means for a program.
    rows.into_iter().chain(in_python.map(|texts| row(Label::Deaths.text(), texts, false))).collect()
}
