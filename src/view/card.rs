//! The result of a lane, displayed after its end.

use ratatui::layout::Rect;

use super::brush::Brush;
use super::column::{Column, cut, right_of};
use super::numeral;
use super::tiles::Spacing;
use crate::event::units::{bytes, count, duration, seconds, tasks};
use crate::event::{CorePolicy, LaneId, Mode, Status};
use crate::model::{Lane, LaneSummary, MomentKind, Reason};
use crate::report::Report;

/// Width of the row labels.
const LABEL_WIDTH: u16 = 10;

/// A row: label, variants of its text, and whether it is the reason why this lane took longer.
struct Row {
    name: &'static str,
    texts: Vec<String>,
    why: bool,
}

pub(super) fn draw(brush: &mut Brush, area: Rect, column: &Column) {
    let inside = right_of(area, 1);
    let report = column.scene.ui.report.as_deref();
    let summary = report.and_then(|report| report.lanes.get(column.lane.id().index()));
    let rows = match (report, summary) {
        (Some(report), Some(summary)) => rows(report, column.lane.id(), summary),
        _ => first_rows(column),
    };
    let wanted = rows.len() as u16;
    // A blank row below the numeral, if there is space.
    let head = match column.layout.air {
        Spacing::None => 1,
        _ => (numeral::HEIGHT + 2).min(inside.height.saturating_sub(wanted)).max(numeral::HEIGHT + 1),
    };
    let [head, body] = cut(inside, [head, inside.height.saturating_sub(head)]);
    draw_head(brush, head, column, &rank(column, report, summary), &median_label(report, summary));
    let apart = if body.height + 1 >= 2 * wanted { 2 } else { 1 };
    // Rows that do not fit are mentioned at the end of the last row.
    let room = body.height.div_ceil(apart);
    for (n, row) in (0..).zip(rows.iter().take(room.into())) {
        let area = Rect { y: body.y + n * apart, height: 1, ..body };
        let hidden = if n + 1 == room { wanted - n - 1 } else { 0 };
        draw_row(brush, area, column, row, hidden);
    }
}

/// The makespan in large digits, and its rank. With repeats, the other figures are those of all runs.
fn draw_head(brush: &mut Brush, area: Rect, column: &Column, rank: &[String], repeats: &[String]) {
    let theme = column.scene.theme;
    let figure = makespan(column);
    if column.layout.air == Spacing::None {
        let used = brush.text(area, &figure, theme.strong);
        let short = repeats.last().zip(rank.first()).map(|(repeats, rank)| format!("{rank} {repeats}"));
        let texts: Vec<_> = short.into_iter().chain(rank.iter().cloned()).collect();
        brush.longest(right_of(area, used + 2), &texts, theme.text);
        return;
    }
    let [_, figure_area] = cut(area, [1, numeral::HEIGHT]);
    let (number, unit) = figure.split_once(' ').unwrap_or((&figure, ""));
    let used = numeral::draw(brush, figure_area, number, theme.strong);
    let last = Rect { y: figure_area.bottom().saturating_sub(1), height: figure_area.height.min(1), ..figure_area };
    let unit = brush.text(right_of(last, used + 1), unit, theme.strong);
    let beside = right_of(last, used + unit + 4);
    brush.longest(beside, repeats, theme.text);
    let beside = Rect { y: beside.y.saturating_sub(repeats.len().min(1) as u16), ..beside };
    for (n, text) in rank.iter().rev().enumerate() {
        let style = if n + 1 == rank.len() { theme.strong } else { theme.text };
        let short = text.split_once("× ").map(|(times, _)| format!("{times}×"));
        let texts: Vec<_> = std::iter::once(text.clone()).chain(short).collect();
        brush.longest(Rect { y: beside.y.saturating_sub(n as u16), ..beside }, &texts, style);
    }
}

/// Median makespan of repeats, which is what is compared; empty for a single run.
fn median_label(report: Option<&Report>, summary: Option<&LaneSummary>) -> Vec<String> {
    let Some((n, median)) = report.map(|report| report.runs.len()).zip(summary.and_then(|lane| lane.makespan_s)) else {
        return Vec::new();
    };
    match n {
        0 | 1 => Vec::new(),
        n => {
            vec![format!("medians of {n} runs: {}", seconds(median)), format!("medians of {n}"), format!("of {n} runs")]
        }
    }
}

fn makespan(column: &Column) -> String {
    column.lane.makespan().map_or("–".into(), |ns| seconds(ns as f64 / 1e9))
}

fn draw_row(brush: &mut Brush, area: Rect, column: &Column, row: &Row, hidden: u16) {
    let theme = column.scene.theme;
    brush.text(Rect { width: LABEL_WIDTH.min(area.width), ..area }, row.name, theme.weak);
    let more = if hidden > 0 { format!(" +{hidden} more") } else { String::new() };
    let why = " ◄ why ";
    let tail = more.chars().count() + if row.why { why.chars().count() + 1 } else { 0 };
    let text = right_of(area, LABEL_WIDTH);
    let room = Rect { width: text.width.saturating_sub(tail as u16), ..text };
    let used = brush.longest(room, &row.texts, theme.text);
    let mut rest = right_of(text, used);
    if row.why {
        let used = brush.text(right_of(rest, 1), why, theme.hazard_text());
        rest = right_of(rest, used + 1);
    }
    brush.text(rest, &more, theme.weak);
}

/// The lane's rank, as one or two lines.
fn rank(column: &Column, report: Option<&Report>, summary: Option<&LaneSummary>) -> Vec<String> {
    let Some((report, summary)) = report.zip(summary) else {
        let lanes = column.scene.model.lanes();
        let mine = column.lane.end();
        // If lanes take turns, finishing first means nothing.
        let at_once = column.scene.model.run().is_some_and(|run| run.cores != CorePolicy::Turns);
        let first = at_once && lanes.iter().filter_map(Lane::end).min() == mine;
        return if first && lanes.len() > 1 { vec!["first to finish".into()] } else { Vec::new() };
    };
    let doubt = report.disturbance(summary).map(|_| "disturbed: repeat".into());
    let compared = match (summary.status, report.verdict.fastest_lane, report.verdict.ratio) {
        (None, ..) => vec!["CUT OFF".into()],
        (Some(Status::Cancelled), ..) => vec!["ended by you".into()],
        (Some(Status::Failed), ..) => vec!["INCOMPLETE".into()],
        (_, Some(fastest), Some(ratio)) if fastest == column.lane.id().index() => {
            vec!["FASTEST".into(), format!("{ratio:.1}× faster")]
        }
        (_, Some(fastest), _) => {
            let best = report.lanes.get(fastest).and_then(|lane| lane.makespan_s);
            let times = summary.makespan_s.zip(best).map(|(mine, best)| mine / best);
            times.map(|times| vec![format!("{times:.1}× as long")]).unwrap_or_default()
        }
        (_, None, Some(ratio)) => vec!["EQUAL".into(), format!("within {:.0} %", ((ratio - 1.0) * 100.0).ceil())],
        (_, None, None) => Vec::new(),
    };
    compared.into_iter().chain(doubt).collect()
}

/// The rows while other lanes still run.
fn first_rows(column: &Column) -> Vec<Row> {
    let moments = column.scene.model.key_moments(column.lane.id());
    let peak = moments.iter().find(|moment| moment.kind == MomentKind::MemoryPeak);
    let peak = peak.map(|peak| column.lane.counts(peak.at)).unwrap_or_default();
    let row = |name, text| Row { name, texts: vec![text], why: false };
    let held = format!("{} of {}", count(peak.resident.into()), tasks(column.tasks().into()));
    vec![
        row("memory", format!("{held} · {} at most", bytes(peak.resident_bytes))),
        row("tasks", format!("{} finished", count(column.counts.finished.into()))),
    ]
}

fn rows(report: &Report, id: LaneId, summary: &LaneSummary) -> Vec<Row> {
    let row = |name, texts, why| Row { name, texts, why };
    let explains = |reasons: &[Reason]| {
        let time = |lane: &LaneSummary| lane.makespan_s.unwrap_or(0.0);
        let slowest = report.lanes.iter().enumerate().max_by(|(_, a), (_, b)| time(a).total_cmp(&time(b)));
        report.verdict.fastest.is_some()
            && slowest.is_some_and(|(slowest, _)| slowest == id.index())
            && reasons.contains(&report.verdict.reason)
    };
    let idle = [Reason::StallIo, Reason::StallWidth, Reason::Tail, Reason::Rest];
    vec![
        row("memory", memory(summary), false),
        row("queue", queue(summary), false),
        row("cores", cores(report, summary), explains(&idle)),
        row("workers", workers(summary), explains(&[Reason::Adding, Reason::Loading])),
        row("start-up", startup(summary), explains(&[Reason::Starting])),
        row("result", result(summary), false),
    ]
}

fn queue(summary: &LaneSummary) -> Vec<String> {
    if summary.mode == Mode::Process {
        return vec!["nobody waits: a process each".into(), "nobody waits".into()];
    }
    let most = format!("{} at most", tasks(summary.peak_queue.into()));
    let mean = summary.mean_queue.map_or("–".into(), |mean| format!("{mean:.1}"));
    vec![format!("{most}, {mean} on average"), most]
}

fn memory(summary: &LaneSummary) -> Vec<String> {
    let held = count(summary.peak_resident_tasks.into());
    let payload = bytes(summary.peak_resident_bytes);
    let of_all = format!("{held} of {} · {payload}", tasks(summary.tasks.submitted.into()));
    let private = summary.peak_private_bytes.map_or("–".into(), bytes);
    let measured = match summary.peak_pss_bytes.map(bytes) {
        Some(pss) => {
            vec![format!("{of_all} · private {private} · PSS {pss} at most"), format!("{of_all} · PSS {pss} at most")]
        }
        None => vec![format!("{of_all} · private {private} at most")],
    };
    let short =
        vec![format!("{of_all} at most"), of_all, format!("{} · {payload}", tasks(summary.peak_resident_tasks.into()))];
    measured.into_iter().chain(short).collect()
}

fn cores(report: &Report, summary: &LaneSummary) -> Vec<String> {
    let used = summary.utilization.map_or("–".into(), |used| format!("{:.0} %", used * 100.0));
    let stall = summary.stall_core_s;
    let tail = summary.idle_tail_core_s;
    let used = match report.disturbance(summary) {
        Some(share) => format!("{used} used, {:.0} % by others", share * 100.0),
        None => format!("{used} used"),
    };
    vec![
        format!("{used} · stall {stall:.1} core-s · tail {tail:.1} core-s"),
        format!("{used} · stall {stall:.1} core-s"),
        used,
    ]
}

fn workers(summary: &LaneSummary) -> Vec<String> {
    let io = format!("{} in I/O", seconds(summary.io_blocked_s));
    let whole = f64::from(summary.workers) * summary.makespan_s.unwrap_or(0.0);
    let ns = summary.ns_per_number.map_or("–".into(), |ns| format!("{ns:.0} ns"));
    let cost = format!("{ns} CPU a number");
    if summary.io_blocked_s <= 0.0 || whole <= 0.0 {
        return vec![format!("no I/O · {cost}"), "no I/O".into()];
    }
    // Relative to the makespan, as in the verdict: a worker that has exited is not in I/O.
    let share = format!("{:.0} % of the time", summary.io_blocked_s / whole * 100.0);
    vec![format!("{io} · {share} · {cost}"), format!("{io} · {share}"), io]
}

fn startup(summary: &LaneSummary) -> Vec<String> {
    let time = summary.startup_s.map_or("–".into(), |s| duration((s * 1e9) as u64));
    let what = if summary.mode == Mode::Threads { "thread" } else { "process" };
    let plural = if what == "thread" { "s" } else { "es" };
    let many = count(summary.workers.into());
    let replaced = match summary.workers_replaced {
        0 => String::new(),
        n => format!(" · {} replaced", count(n.into())),
    };
    let what = if summary.workers == 1 { what.into() } else { format!("{what}{plural}") };
    vec![format!("{many} {what} in {time}{replaced}"), format!("{many} in {time}")]
}

fn result(summary: &LaneSummary) -> Vec<String> {
    let Some(sum) = summary.result else {
        let tasks = &summary.tasks;
        let missing = [(tasks.lost, "lost"), (tasks.failed, "failed"), (tasks.abandoned, "never run")];
        let missing = missing.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}"));
        let missing = missing.collect::<Vec<_>>().join(", ");
        return vec![format!("incomplete: {missing}"), missing];
    };
    let sum = count(sum.unsigned_abs());
    match summary.correct {
        Some(true) => vec![format!("{sum} · correct"), "correct".into()],
        _ => vec![format!("WRONG: {sum}")],
    }
}
