//! The first row: what is run, whether it is live, and the time.

use std::ops::Range;

use ratatui::layout::Rect;

use super::paint::Brush;
use super::{Scene, clock};
use crate::event::Run;
use crate::units::{count, duration};

pub(super) fn draw(brush: &mut Brush, area: Rect, scene: &Scene, shown: &Range<usize>) {
    let theme = scene.theme;
    if !scene.is_live() {
        brush.fill(area, ' ', theme.frozen);
    }
    let plain = |style| if scene.is_live() { style } else { theme.frozen };
    let right = brush.right(Rect { width: area.width - 1, ..area }, &badge(scene), plain(theme.strong));
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(right + 4), ..area };
    let name = brush.text(area, "mpviz", plain(theme.strong)) + 2;
    let area = Rect { x: area.x + name, width: area.width.saturating_sub(name), ..area };
    brush.longest(area, &middle(scene, shown), plain(theme.weak));
}

fn badge(scene: &Scene) -> String {
    let (state, at) = match scene.model.ended() {
        _ if !scene.is_live() => ("║ FROZEN", scene.at),
        Some(_) => ("■ FINISHED", last_completion(scene).unwrap_or(scene.at)),
        None => ("● LIVE", scene.at),
    };
    let repeat = scene.ui.repeat.map(|(n, of)| format!("run {n} of {of}  ")).unwrap_or_default();
    format!("{repeat}{state}  {}", clock(at.saturating_sub(zero(scene))))
}

fn last_completion(scene: &Scene) -> Option<u64> {
    scene.model.lanes().iter().filter_map(crate::model::Lane::last_completion).max()
}

fn zero(scene: &Scene) -> u64 {
    scene.model.lanes().iter().filter_map(crate::model::Lane::zero).min().unwrap_or(0)
}

fn middle(scene: &Scene, shown: &Range<usize>) -> Vec<String> {
    let Some(run) = scene.model.run() else { return Vec::new() };
    if !scene.is_live() {
        let ahead = clock(scene.model.mark().saturating_sub(zero(scene)));
        let goes_on = if scene.model.ended().is_some() { "the run is over" } else { "the run goes on" };
        return vec![
            format!("the picture stands still, {goes_on}: it is at {ahead} · End: back to live"),
            format!("{goes_on}: {ahead} · End: live"),
        ];
    }
    let lanes = run.lanes.len();
    let page = if shown.len() < lanes {
        format!("lanes {}–{} of {lanes} (tab) · ", shown.start + 1, shown.end)
    } else {
        String::new()
    };
    workload(run).into_iter().map(|text| page.clone() + &text).collect()
}

/// The workload in words, longest first.
fn workload(run: &Run) -> Vec<String> {
    let work = &run.workload;
    let (io, short_io) = if work.io == 0 {
        ("I/O off".into(), "I/O off")
    } else if work.io_kind == crate::workload::IoKind::Disk {
        (format!("I/O {} × disk a task", work.io), "I/O on")
    } else {
        (format!("I/O {} × {} a task", work.io, duration(work.io_latency_ns)), "I/O on")
    };
    let tasks = count(work.tasks.into());
    let cores = run.cores.name();
    let mut texts = vec![
        format!("sum of {} numbers · {tasks} tasks · {io} · cores {cores}", count(work.numbers)),
        format!("{} numbers · {tasks} tasks · {short_io} · {cores}", count(work.numbers)),
        format!("{tasks} tasks · {short_io} · {cores}"),
    ];
    if let Some(note) = run.notes.first() {
        texts.insert(0, format!("sum of {} numbers · {tasks} tasks · {io} · {note}", count(work.numbers)));
    }
    texts
}
