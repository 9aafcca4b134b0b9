//! A lane's result, in place of its queue, memory and cores once the run has ended.

use ratatui::layout::Rect;

use super::Scene;
use super::paint::Brush;
use crate::model::{Lane, LaneSummary};
use crate::report::Report;
use crate::units::{bytes, count, duration, seconds};

pub(super) fn draw(brush: &mut Brush, area: Rect, scene: &Scene, lane: &Lane) {
    let Some(report) = &scene.ui.report else { return };
    let Some(summary) = report.lanes.get(lane.id().index()) else { return };
    let theme = scene.theme;
    let head = Rect { x: area.x + 1, y: area.y + 1, width: area.width.saturating_sub(2), height: 1 };
    let makespan = summary.makespan_s.map_or("–".into(), seconds);
    let used = brush.text(head, &makespan, theme.strong) + 3;
    let rank = rank(report, summary);
    brush.text(Rect { x: head.x + used, width: head.width.saturating_sub(used), ..head }, &rank, theme.strong);
    let rows = rows(summary);
    let apart = if usize::from(area.height) >= 2 * rows.len() + 3 { 2 } else { 1 };
    for (n, (label, text)) in rows.iter().enumerate() {
        let row = Rect { y: head.y + 2 + n as u16 * apart, ..head };
        if row.y < area.bottom() {
            brush.text(row, label, theme.weak);
            brush.longest(Rect { x: row.x + 10, width: row.width.saturating_sub(10), ..row }, text, theme.text);
        }
    }
}

fn rank(report: &Report, summary: &LaneSummary) -> String {
    match (report.verdict.fastest, report.verdict.ratio) {
        (Some(fastest), Some(ratio)) if fastest == summary.mode => format!("FASTEST  {ratio:.1}× faster"),
        (Some(fastest), _) => {
            let best = report.lanes.iter().find(|lane| lane.mode == fastest).and_then(|lane| lane.makespan_s);
            let times = summary.makespan_s.zip(best).map(|(mine, best)| mine / best);
            times.map(|times| format!("{times:.1}× as long")).unwrap_or_default()
        }
        (None, Some(_)) => "EQUAL".into(),
        (None, None) => String::new(),
    }
}

fn rows(summary: &LaneSummary) -> Vec<(&'static str, Vec<String>)> {
    let share = summary.utilization.map_or("–".into(), |used| format!("{:.0} %", used * 100.0));
    let pss = summary.peak_pss_bytes.map_or("–".into(), bytes);
    let private = summary.peak_private_bytes.map_or("–".into(), bytes);
    let start = summary.startup_s.map_or("–".into(), |s| duration((s * 1e9) as u64));
    let result = summary.result.map_or(vec!["incomplete".into()], |sum| {
        let right = if summary.correct == Some(true) { "correct" } else { "WRONG" };
        vec![format!("{} · {right}", count(sum.unsigned_abs())), format!("{sum} · {right}"), right.into()]
    });
    let tasks = &summary.tasks;
    let memory = format!(
        "{} of {} tasks · {}",
        count(summary.peak_resident_tasks.into()),
        count(tasks.submitted.into()),
        bytes(summary.peak_resident_bytes)
    );
    let mut rows = vec![
        (
            "memory",
            vec![
                format!("{memory} · private {private} · PSS {pss} at most"),
                format!("{memory} · PSS {pss}"),
                memory.clone(),
            ],
        ),
        ("queue", vec![format!("{} tasks at most", count(summary.peak_queue.into()))]),
        (
            "cores",
            vec![
                format!("{share} used · stall {:.1} core-s", summary.stall_core_s),
                format!("{share} · stall {:.1} core-s", summary.stall_core_s),
            ],
        ),
        ("workers", vec![format!("{} in I/O", seconds(summary.io_blocked_s))]),
        ("start-up", vec![format!("{} workers in {start}", count(summary.workers_started.into()))]),
        ("result", result),
    ];
    if tasks.lost + tasks.failed + tasks.abandoned > 0 {
        rows.push((
            "tasks",
            vec![format!("{} lost · {} failed · {} never run", tasks.lost, tasks.failed, tasks.abandoned)],
        ));
    }
    rows
}
