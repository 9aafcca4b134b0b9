//! The first row: workload, mode of display, time.

use std::collections::HashSet;
use std::ops::Range;

use ratatui::layout::Rect;

use super::brush::Brush;
use super::{Scene, bar, clock};
use crate::event::units::{count, duration, tasks};
use crate::event::{Nanos, Run};
use crate::model::Lane;
use crate::ui::Ui;

/// Events later than this are reported; a single busy core alone delays them by half of it.
const LATE_THRESHOLD: Nanos = 100_000_000;

pub(super) fn draw(brush: &mut Brush, area: Rect, scene: &Scene, shown: &Range<usize>) {
    let theme = scene.theme;
    let plain = |style| if is_live_run(scene) { style } else { bar(scene) };
    if !is_live_run(scene) {
        brush.fill(area, ' ', bar(scene));
    }
    let right = brush.right_aligned(Rect { width: area.width - 1, ..area }, &badge(scene), plain(theme.strong));
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(right + 4), ..area };
    let name = brush.text(area, "mpviz", plain(theme.strong)) + 2;
    let area = Rect { x: area.x + name, width: area.width.saturating_sub(name), ..area };
    brush.longest(area, &run_description(scene, shown), plain(theme.weak));
}

/// Whether the run is displayed live.
fn is_live_run(scene: &Scene) -> bool {
    scene.is_live() && !scene.is_replay()
}

fn badge(scene: &Scene) -> String {
    let repeat = scene.model.run().and_then(|run| run.repeat).map(|run| (run.number, run.of));
    // If the repeats are exactly the runs of the recording, the recording is described instead.
    let of_recording = scene.ui.playback.map(|playback| (playback.run.0 as u32, playback.run.1 as u32));
    let repeat = repeat.filter(|_| repeat != of_recording || repeat == Some((1, 1)));
    let repeat = repeat.map(|(number, of)| format!("run {number} of {of}  ")).unwrap_or_default();
    let at = clock(scene.ui.clock(scene.model));
    if let Some(playback) = scene.ui.playback {
        let playing = if playback.playing { '►' } else { '║' };
        return format!("{repeat}{playing} REPLAY {}  {at}", playback.speed);
    }
    let state = match scene.model.ended() {
        _ if !scene.is_live() => "║ FROZEN",
        Some(_) => "■ FINISHED",
        None => "● LIVE",
    };
    format!("{repeat}{state}  {at}")
}

fn run_description(scene: &Scene, shown: &Range<usize>) -> Vec<String> {
    let Some(run) = scene.model.run() else { return Vec::new() };
    if scene.model.is_comparison() {
        return comparison(scene, run, page(run, shown));
    }
    if let Some(playback) = scene.ui.playback {
        return recording(&clock(Ui::newest(scene.model)), playback.run, run);
    }
    if !scene.is_live() {
        let ahead = clock(Ui::newest(scene.model));
        let (goes_on, end) = match scene.model.ended() {
            Some(_) => (format!("the run took {ahead}"), "End: back to its result"),
            None => (format!("the run is at {ahead}"), "End: back to live"),
        };
        return vec![
            format!("picture frozen, {goes_on} · {end}"),
            format!("{goes_on} · {end}"),
            format!("{goes_on} · End: live"),
        ];
    }
    let doubts = doubts(scene);
    if let Some(page) = page(run, shown) {
        let mut texts: Vec<_> = workload(run).into_iter().map(|text| format!("{page} · {text}{doubts}")).collect();
        texts.push(page);
        return texts;
    }
    workload(run).into_iter().map(|text| text + &doubts).collect()
}

/// What the recording holds, and which of its runs is displayed.
fn recording(lasted: &str, (n, of): (usize, usize), run: &Run) -> Vec<String> {
    let with_workload = |before: &str| workload(run).into_iter().map(|text| format!("{before} · {text}")).collect();
    let what = format!("recording, {lasted}");
    if of == 1 {
        let texts: Vec<_> = with_workload(&what);
        return texts.into_iter().chain([what]).collect();
    }
    let mut texts: Vec<_> = with_workload(&format!("{what} · run {n} of {of} in it, pgup/pgdn: others"));
    texts.push(format!("{what} · run {n} of {of}, pgup/pgdn: others"));
    texts.push(format!("run {n}/{of}, pgup/pgdn: others · {lasted}"));
    texts.push(format!("run {n}/{of} · {lasted}"));
    texts
}

/// Which lanes are displayed, if not all fit.
fn page(run: &Run, shown: &Range<usize>) -> Option<String> {
    let lanes = run.lanes.len();
    (shown.len() < lanes).then(|| match shown.len() {
        1 => format!("lane {} of {lanes}, tab: next", shown.start + 1),
        _ => format!("lanes {}–{} of {lanes}, tab: next", shown.start + 1, shown.end),
    })
}

/// What compared runs have in common, and how they differ.
fn comparison(scene: &Scene, run: &Run, page: Option<String>) -> Vec<String> {
    let names: HashSet<_> = scene.model.lanes().iter().filter_map(Lane::origin).collect();
    let runs = format!("{} runs side by side", names.len());
    let (numbers, tasks) = (count(run.workload.numbers), tasks(run.workload.tasks.into()));
    let texts = match run.notes.first() {
        None => workload(run).into_iter().map(|text| format!("{runs} · {text}")).chain([runs.clone()]).collect(),
        Some(differing) => vec![
            format!("{runs} · sum of {numbers} numbers · {tasks} · {differing}"),
            format!("{runs} · {tasks} · {differing}"),
            format!("{tasks} · {differing}"),
            differing.to_string(),
        ],
    };
    let Some(page) = page else { return texts };
    let short = page.split(',').next().unwrap_or(&page);
    let paged: Vec<_> = texts.iter().map(|text| format!("{page} · {text}")).collect();
    let last = texts.last().map(|text| format!("{short} · {text}"));
    paged.into_iter().chain(last).chain(texts.clone()).collect()
}

/// Reasons to doubt the picture.
fn doubts(scene: &Scene) -> String {
    let observer = scene.model.observer();
    let late = observer.max_late_ns;
    let late = if late > LATE_THRESHOLD { format!(" · late {}", duration(late)) } else { String::new() };
    let held_up = observer.held_up().map(|time| format!(" · held up {}", duration(time))).unwrap_or_default();
    let skipped = match observer.skipped_samples {
        0 => String::new(),
        1 => " · 1 sample skipped".into(),
        n => format!(" · {} samples skipped", count(n)),
    };
    late + &held_up + &skipped
}

/// Descriptions of the workload, longest first.
fn workload(run: &Run) -> Vec<String> {
    let work = &run.workload;
    let short_io = if work.io == 0 { "I/O off" } else { "I/O on" };
    let io = work.io_label();
    let (numbers, tasks, cores) = (count(work.numbers), tasks(work.tasks.into()), run.cores.name());
    let whole_millions = work.numbers.is_multiple_of(1_000_000);
    let short = if whole_millions { format!("{} M", work.numbers / 1_000_000) } else { numbers.clone() };
    let notes = run.notes.iter().map(|note| format!("sum of {numbers} numbers · {tasks} · {io} · {note}")).take(1);
    let texts = [
        format!("sum of {numbers} numbers · {tasks} · {io} · cores {cores}"),
        format!("{short} numbers · {tasks} · {io} · cores {cores}"),
        format!("{short} numbers · {tasks} · {short_io} · cores {cores}"),
        format!("{short} numbers · {tasks} · {short_io}"),
        format!("{tasks} · {short_io}"),
    ];
    notes.chain(texts).collect()
}
