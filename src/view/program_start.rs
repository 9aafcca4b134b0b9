//! A watched program before its first lane.

use ratatui::layout::Rect;

use super::brush::ClippedPainter;
use super::{DisplayedScene, format_time, without_side_columns};
use crate::event::Nanos;
use crate::event::text::SafeText;
use crate::report::phrases;

/// Time after which an interpreter that reports has done so.
const USUAL_TIME_TO_REPORT: Nanos = 1_000_000_000;

/// Draws what the program does, and whether its interpreters report.
pub(super) fn draw(brush: &mut ClippedPainter, area: Rect, scene: &DisplayedScene) {
    let Some(run) = scene.model.run() else { return };
    let state = scene.model.program_state();
    let elapsed = scene.model.program_figures(scene.at).elapsed;
    let is_late = elapsed >= USUAL_TIME_TO_REPORT;
    let engine = state.engine.as_ref().map(SafeText::as_str);
    let command = phrases::program_name(run);
    let has_ended = scene.model.ended_at().is_some() && scene.at >= scene.model.program_end();
    let elapsed = format_time(elapsed);
    let sentences = if has_ended {
        phrases::ended_program_without_lanes(&command, &elapsed, state.attached, engine)
    } else {
        phrases::program_without_lanes(&command, &elapsed, state.attached, engine, is_late)
    };
    let top = area.y + (area.height / 2).saturating_sub(sentences.len() as u16);
    for (n, variants) in (0..).zip(&sentences) {
        let style = if n == 0 { scene.theme.strong } else { scene.theme.text };
        let line = Rect { y: top + 2 * n, height: 1, ..without_side_columns(area, 1) };
        brush.draw_longest(line.intersection(area), variants, style);
    }
    if let Some(reason) = state.not_observed.first() {
        let below = Rect { y: top + 2 * sentences.len() as u16, height: 3, ..without_side_columns(area, 1) };
        brush.draw_wrapped(below.intersection(area), &phrases::gap_variants(reason), scene.theme.text);
    }
}
