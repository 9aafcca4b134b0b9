//! The strip below the map: the lane's use of its cores over time, with hazard tape for cores idle while a task was
//! queued, or of a cluster the threads that execute a task; and the time axis.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::brush::{ClippedPainter, text_width};
use super::column::{LaneColumn, without_left_columns};
use super::key_moment::time_on_axis;
use super::map::{area_right_of_labels, columns_until, map_window, screen_column_of};
use super::{bar_style, format_time};
use crate::event::Nanos;
use crate::event::units::{format_clock, seconds_number_and_unit};
use crate::model::{CoreUseColumn, KeyMoment, KeyMomentKind, TimeWindow};
use crate::text;

/// Cells from one label of the axis to the next, at least.
const MIN_LABEL_CELLS: usize = 8;

pub(super) fn draw(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn) {
    let theme = column.scene.theme;
    let label = Rect { y: area.bottom().saturating_sub(1), height: area.height.min(1), ..area };
    if column.lane.has_only_counts() {
        return;
    }
    if column.lane.is_of_cluster() {
        let gutter = Rect { width: column.layout.map_gutter().min(area.width), ..label };
        let sign = theme.glyphs.supported_sign('►').to_string();
        brush.draw_longest(gutter, &[text!("strip-threads").into(), sign], theme.faint);
        return draw_busy_threads(brush, area_right_of_labels(area, column), column);
    }
    brush.draw_text(Rect { width: 3.min(area.width), ..label }, "cpu", theme.faint);
    let field = area_right_of_labels(area, column);
    let Some(window) = map_window(column, field) else { return };
    let shown = columns_until(column.scene.at, window);
    let known = columns_until(column.scene.model.newest_mark(), window);
    let cells = column.scene.model.core_use_over_time(column.lane.id(), window);
    for (x, cell) in (0..known).zip(&cells) {
        let cell_area = Rect { x: field.x + x, width: 1, ..field };
        draw_core_use_column(brush, cell_area, column, cell, x < shown);
    }
}

/// Draws the share of a cluster's threads that execute a task. Their cores are not known.
fn draw_busy_threads(brush: &mut ClippedPainter, field: Rect, column: &LaneColumn) {
    let Some(window) = map_window(column, field) else { return };
    let known = columns_until(column.scene.model.newest_mark(), window);
    let shown = columns_until(column.scene.at, window);
    let (run, later) = (column.scene.theme.as_foreground(column.lane_colors().run), column.scene.theme.faint);
    for (x, busy) in (0..known).zip(column.lane.threads_busy_over_time(window)) {
        let level = (busy * f32::from(field.height) * 8.0).round() as u16;
        for (n, y) in (field.y..field.bottom()).rev().enumerate() {
            let style = if x < shown { run } else { later };
            brush.draw_level(field.x + x, y, level.saturating_sub(n as u16 * 8).min(8), style);
        }
    }
}

/// Draws a column of the strip, filled from below: first busy, then stalled cores.
fn draw_core_use_column(
    brush: &mut ClippedPainter,
    area: Rect,
    column: &LaneColumn,
    cell: &CoreUseColumn,
    happened: bool,
) {
    let theme = column.scene.theme;
    let cores = column.lane.plan().cores.len().max(1) as f32;
    let levels = f32::from(area.height) * 8.0;
    let level = |cores_used: f32| (cores_used / cores * levels).round() as u16;
    let (busy, top) = (level(cell.busy), level(cell.busy + cell.stalled));
    let run = if happened { theme.as_foreground(column.lane_colors().run) } else { theme.faint };
    for (n, y) in (area.y..area.bottom()).rev().enumerate() {
        let part = |level: u16| level.saturating_sub(n as u16 * 8).min(8);
        let (used, stalled) = (part(busy), part(top) - part(busy));
        match stalled {
            // The stall is not drawn below an eighth of a row, nor after the displayed moment.
            _ if stalled == 0 || !happened => brush.draw_level(area.x, y, used, run),
            // Hazard tape if at least half a row is stalled and little of it is used; without blocks, if the stall is
            // larger.
            _ if stalled >= 4 && (used <= 2 || !theme.has_block_characters()) => {
                brush.draw_glyph(area.x, y, '╱', theme.hazard);
            }
            _ => brush.draw_level(area.x, y, used, Style { bg: theme.hazard.bg, ..run }),
        }
    }
}

/// The cursor through map and strip while the picture is frozen, with its time beside its upper end: on the axis it
/// would be read as one of the labels, and hide others.
pub(super) fn draw_cursor(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn) {
    // A sentence stands in place of the history.
    if column.lane.has_only_counts() {
        return;
    }
    let field = area_right_of_labels(area, column);
    let Some(window) = map_window(column, field).filter(|_| !column.scene.is_live()) else { return };
    let Some(x) = screen_column_of(column.scene.at, window) else { return };
    for y in field.y..field.bottom() {
        brush.draw_glyph(field.x + x, y, '│', column.scene.theme.strong);
    }
    let time = format!(" {} ", format_time(time_on_axis(&column.scene, column.lane, column.scene.at)));
    let width = text_width(&time) as u16;
    let left = if x + 1 + width <= field.width { x + 1 } else { x.saturating_sub(width) };
    brush.draw_text(without_left_columns(field, left), &time, bar_style(&column.scene));
}

/// Labels at round times that never touch; in seconds, the last one has the unit. Labels never overlap a mark, because a
/// truncated number would be wrong.
pub(super) fn draw_axis(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn) {
    let field = area_right_of_labels(area, column);
    if field.width < 4 {
        return;
    }
    let window = map_window(column, field);
    let marks = window.map(|window| marked_moments(column, window)).unwrap_or_default();
    let is_free = |at: u16, width: u16| !marks.iter().any(|(x, _)| (at..at + width).contains(x));
    let start = window.map_or(0, |window| time_on_axis(&column.scene, column.lane, window.from));
    draw_labels(brush, field, column, start, is_free);
    draw_moments(brush, field, column, &marks);
}

fn draw_labels(
    brush: &mut ClippedPainter,
    field: Rect,
    column: &LaneColumn,
    start: Nanos,
    is_free: impl Fn(u16, u16) -> bool,
) {
    let span = column.layout.span as f64 / 1e9;
    for (x, label) in axis_labels(start as f64 / 1e9, span, field.width, is_free) {
        brush.draw_text(without_left_columns(field, x), &label, column.scene.theme.faint);
    }
}

/// Labels of an axis with their columns, the last one first. `start` and `span` are in s.
fn axis_labels(start: f64, span: f64, width: u16, is_free: impl Fn(u16, u16) -> bool) -> Vec<(u16, String)> {
    let form = LabelForm::of_axis_until(start + span);
    let step = label_step(start + span, span, f64::from(width));
    let (first, last) = ((start / step - 1e-9).ceil() as u64, ((start + span) / step + 1e-9).floor() as u64);
    let mut labels: Vec<(u16, String)> = Vec::new();
    for n in (first..=last).rev() {
        let time = n as f64 * step;
        let x = (((time - start) / span) * f64::from(width)).round() as u16;
        let unit = if labels.is_empty() { form.unit() } else { "" };
        let label = form.label(time, step) + unit;
        let label_width = text_width(&label) as u16;
        // The last label is right-aligned with the end of the axis.
        let x = x.min(width.saturating_sub(label_width));
        let touches = labels.last().is_some_and(|(right, _)| x + label_width >= *right);
        if !touches && is_free(x, label_width) {
            labels.push((x, label));
        }
    }
    labels
}

/// How times on an axis are written: as in the header, minutes from the same time on.
#[derive(Clone, Copy)]
enum LabelForm {
    Seconds,
    Clock,
}

impl LabelForm {
    fn of_axis_until(end: f64) -> Self {
        if seconds_number_and_unit(end).1.is_empty() { Self::Clock } else { Self::Seconds }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::Seconds => " s",
            Self::Clock => "",
        }
    }

    fn label(self, time: f64, step: f64) -> String {
        let decimals = (-step.log10().floor()).max(0.0) as usize;
        let seconds = without_trailing_zeros(&format!("{time:.decimals$}"));
        let (whole, fraction) = seconds.split_once('.').unwrap_or((&seconds, ""));
        match (self, whole.parse()) {
            (Self::Clock, Ok(whole)) if fraction.is_empty() => format_clock(whole),
            (Self::Clock, Ok(whole)) => format!("{}.{fraction}", format_clock(whole)),
            _ => seconds,
        }
    }

    /// Steps between labels, in s, ascending: 1, 2 or 5 times a power of ten; on a clock, also parts of minutes and hours.
    fn steps(self) -> Vec<f64> {
        let round = |from: i32, to: i32| (from..to).flat_map(|n| [1.0, 2.0, 5.0].map(|digit| digit * 10f64.powi(n)));
        match self {
            Self::Seconds => round(-6, 6).collect(),
            Self::Clock => {
                let parts = [1.0, 2.0, 5.0, 10.0, 20.0, 30.0];
                let minutes = parts.map(|minutes| minutes * 60.0);
                let hours = round(0, 4).map(|hours| hours * 3600.0);
                round(-6, 0).chain(parts).chain(minutes).chain(hours).collect()
            }
        }
    }
}

/// The smallest step, in s, that keeps the labels of an axis that ends at `end` apart.
fn label_step(end: f64, span: f64, width: f64) -> f64 {
    let form = LabelForm::of_axis_until(end);
    let fits = |step: &f64| {
        let longest = text_width(&(form.label((end / step).floor() * step, *step) + form.unit()));
        span / step <= (width / longest.saturating_add(2).max(MIN_LABEL_CELLS) as f64).max(1.0)
    };
    form.steps().into_iter().find(fits).unwrap_or(span)
}

/// Removes trailing zeros of a decimal number: `1.0` becomes `1`, `0.50` becomes `0.5`.
fn without_trailing_zeros(number: &str) -> String {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.').into() } else { number.into() }
}

/// The marked key moments with their columns: deaths always, others while the picture is frozen or replayed. The first
/// task taken is omitted, because the axis starts there.
pub(super) fn marked_moments(column: &LaneColumn, window: TimeWindow) -> Vec<(u16, KeyMoment)> {
    let live = column.scene.is_live() && !column.scene.is_replay();
    let known: Nanos = if live { column.scene.at } else { column.scene.model.newest_mark() };
    let marked = |moment: &KeyMoment| match moment.kind {
        _ if moment.at > known => false,
        KeyMomentKind::FirstDispatch => false,
        KeyMomentKind::Death(_) => true,
        _ => !live,
    };
    let moments = column.scene.model.key_moments(column.lane.id()).into_iter().filter(marked);
    moments.filter_map(|moment| Some((screen_column_of(moment.at, window)?, moment))).collect()
}

fn draw_moments(brush: &mut ClippedPainter, field: Rect, column: &LaneColumn, marks: &[(u16, KeyMoment)]) {
    let theme = column.scene.theme;
    // A death takes precedence over other moments in the same cell.
    let (deaths, others): (Vec<_>, Vec<_>) =
        marks.iter().partition(|(_, moment)| matches!(moment.kind, KeyMomentKind::Death(_)));
    for (marks, style) in [(others, theme.strong), (deaths, theme.alarm)] {
        for (x, _) in marks {
            brush.draw_glyph(field.x + x, field.y, '▲', style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axis_labels_are_round_numbers_and_do_not_touch() {
        assert!((label_step(2.0, 2.0, 54.0) - 0.5).abs() < 1e-9);
        assert!((label_step(8.0, 8.0, 54.0) - 2.0).abs() < 1e-9);
        assert!((label_step(0.003, 0.003, 54.0) - 0.0005).abs() < 1e-9);
        assert_eq!(["1.0", "0.50", "10"].map(without_trailing_zeros), ["1", "0.5", "10"]);
    }

    /// The axis as text.
    fn axis(start: f64, span: f64, width: u16) -> String {
        let mut line = vec![' '; usize::from(width)];
        for (x, label) in axis_labels(start, span, width, |_, _| true) {
            for (cell, c) in line[usize::from(x)..].iter_mut().zip(label.chars()) {
                assert_eq!(*cell, ' ', "{label} overlaps");
                *cell = c;
            }
        }
        line.into_iter().collect()
    }

    #[test]
    fn labels_long_after_the_start_of_the_clock_do_not_touch() {
        for start in [0.0, 7.3, 98.0, 1000.0, 100_003.4, 123_456.7, 3_000_000.1] {
            for span in [0.003, 0.7, 2.0, 11.8, 64.0, 500.0, 90_000.0] {
                for width in 10..120 {
                    let axis = axis(start, span, width);
                    let labels = axis_labels(start, span, width, |_, _| true);
                    let words = axis.split_whitespace().filter(|word| *word != "s").count();
                    assert_eq!(words, labels.len(), "{start} + {span} at {width}: {axis}");
                }
            }
        }
    }

    #[test]
    fn axis_has_the_form_of_the_header() {
        assert_eq!(axis(0.0, 90.0, 40).split_whitespace().collect::<Vec<_>>(), ["0", "20", "40", "60", "80", "s"]);
        assert_eq!(
            axis(0.0, 300.0, 60).split_whitespace().collect::<Vec<_>>(),
            ["0:00", "1:00", "2:00", "3:00", "4:00", "5:00"]
        );
        assert_eq!(
            axis(123_456.7, 2.0, 60).split_whitespace().collect::<Vec<_>>(),
            ["34:17:37", "34:17:37.5", "34:17:38", "34:17:38.5"]
        );
    }
}
