//! The first row of the screen: workload, whether live, frozen or replayed, and time.

use std::collections::HashSet;

use ratatui::layout::Rect;

use super::brush::ClippedPainter;
use super::{DisplayedScene, bar_style, format_time};
use crate::event::{LaneId, LaneStatus, Run};
use crate::model::Lane;
use crate::report::phrases;
use crate::text;
use crate::ui::Ui;

pub(super) fn draw(brush: &mut ClippedPainter, area: Rect, scene: &DisplayedScene, shown: &[LaneId]) {
    let theme = scene.theme;
    let plain = |style| if is_live_run(scene) { style } else { bar_style(scene) };
    if !is_live_run(scene) {
        brush.fill_area(area, ' ', bar_style(scene));
    }
    let right =
        brush.draw_right_aligned(Rect { width: area.width - 1, ..area }, &run_state_text(scene), plain(theme.strong));
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(right + 4), ..area };
    let name = brush.draw_text(area, "mpviz", plain(theme.strong)) + 2;
    let area = Rect { x: area.x + name, width: area.width.saturating_sub(name), ..area };
    let mut texts = run_description(scene, shown);
    if scene.ui.is_presenter() {
        texts.drain(..texts.len().saturating_sub(1));
        // Lanes that are not on the screen must be mentioned here, too.
        let pages = displayed_lanes_texts(scene, shown).into_iter().flatten();
        let shortest = texts.first().cloned().unwrap_or_default();
        let with_page = pages.filter(|page| *page != shortest).map(|page| format!("{page} · {shortest}"));
        texts.splice(..0, with_page.collect::<Vec<_>>());
    }
    brush.draw_longest(area, &texts, plain(theme.weak));
}

/// Whether the run is displayed live.
fn is_live_run(scene: &DisplayedScene) -> bool {
    scene.is_live() && !scene.is_replay()
}

fn run_state_text(scene: &DisplayedScene) -> String {
    let position = position_text(scene);
    if scene.model.is_simulated() { format!("{}  {position}", text!("state-simulated")) } else { position }
}

/// Whether the run is live or replayed, and the time that is shown.
fn position_text(scene: &DisplayedScene) -> String {
    let repeat = scene.model.run().and_then(|run| run.repeat).map(|run| (run.number, run.of));
    // If the repeats are exactly the runs of the recording, the run is numbered by the recording alone.
    let of_recording = scene.ui.playback.map(|playback| (playback.run.0 as u32, playback.run.1 as u32));
    let repeat = repeat.filter(|_| repeat != of_recording || repeat == Some((1, 1)));
    let repeat =
        repeat.map(|(number, of)| format!("{}  ", text!("run-of-repeats", n = number, of = of))).unwrap_or_default();
    let at = format_time(scene.ui.displayed_clock(scene.model));
    if let Some(playback) = scene.ui.playback {
        let playing = if playback.playing { '►' } else { '║' };
        let replay = text!("state-replay", speed = playback.speed.to_string());
        return format!("{repeat}{playing} {replay}  {at}");
    }
    let (sign, state) = match scene.model.ended_at() {
        _ if !scene.is_live() => ('║', text!("state-frozen")),
        Some(_) if scene.model.lanes().iter().all(has_finished) => ('■', text!("state-finished")),
        Some(_) => ('■', text!("state-run-ended")),
        None if scene.is_exported => ('●', text!("state-recorded")),
        None if scene.ui.has_incomplete_recording(scene.model) => ('■', text!("state-incomplete")),
        None => ('●', text!("state-live")),
    };
    format!("{repeat}{sign} {state}  {at}")
}

/// Whether all tasks of a lane have finished.
fn has_finished(lane: &Lane) -> bool {
    lane.end_and_status().is_some_and(|(_, status)| status == LaneStatus::Finished)
}

fn run_description(scene: &DisplayedScene, shown: &[LaneId]) -> Vec<String> {
    let Some(run) = scene.model.run() else { return Vec::new() };
    if scene.model.is_comparison() {
        return comparison_texts(scene, run, displayed_lanes_texts(scene, shown));
    }
    let page = displayed_lanes_texts(scene, shown);
    if scene.model.is_of_program() {
        let length = (!is_live_run(scene)).then(|| format_time(Ui::newest_time(scene.model)));
        return phrases::program_header(run, &scene.model.program_figures(scene.at), length.as_deref(), page);
    }
    if let Some(playback) = scene.ui.playback {
        return phrases::recording_description(&format_time(Ui::newest_time(scene.model)), playback.run, run);
    }
    if !scene.is_live() {
        return frozen_picture(scene);
    }
    let doubts = phrases::doubts_about_picture(scene.model.observation_cost());
    let with_doubts = |text: String| std::iter::once(text).chain(doubts.clone()).collect::<Vec<_>>().join(" · ");
    let workload = phrases::workload_variants(run).into_iter().map(with_doubts);
    match page {
        None => workload.collect(),
        Some([page, _]) => workload.map(|text| format!("{page} · {text}")).chain([page.clone()]).collect(),
    }
}

/// How far the run is of which an earlier moment is displayed. Where lanes take turns, its time is that of the lane that
/// has begun last.
fn frozen_picture(scene: &DisplayedScene) -> Vec<String> {
    let model = scene.model;
    let at = format_time(scene.ui.displayed_clock(model));
    if model.ended_at().is_some() {
        return phrases::frozen_picture_of_ended_run(&at);
    }
    let begun = model.lanes().iter().filter(|lane| lane.time_zero().is_some());
    let newest = begun.max_by_key(|lane| lane.time_zero()).filter(|_| model.has_own_axes() && model.lanes().len() > 1);
    let newest = newest.map(phrases::displayed_lane_noun);
    phrases::frozen_picture(&at, newest.as_deref(), &format_time(Ui::newest_time(model)))
}

/// Which lanes are displayed, if not all fit.
fn displayed_lanes_texts(scene: &DisplayedScene, shown: &[LaneId]) -> Option<[String; 2]> {
    let lanes = scene.ui.lanes_so_far(scene.model);
    (shown.len() < lanes).then(|| phrases::lanes_shown(shown, lanes))
}

/// What compared runs have in common, and how they differ.
fn comparison_texts(scene: &DisplayedScene, run: &Run, page: Option<[String; 2]>) -> Vec<String> {
    if scene.model.is_simulated() && page.is_none() && run.notes.is_empty() {
        return phrases::simulated_beside_measured(run);
    }
    let names: HashSet<_> = scene.model.lanes().iter().filter_map(Lane::origin_run).collect();
    let texts = phrases::side_by_side(names.len(), run, run.notes.first());
    let Some([page, short_page]) = page else { return texts };
    let paged: Vec<_> = texts.iter().map(|text| format!("{page} · {text}")).collect();
    let last = texts.last().map(|text| format!("{short_page} · {text}"));
    paged.into_iter().chain(last).chain(texts.clone()).collect()
}
