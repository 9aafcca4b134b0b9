//! A lane's title, which is also a progress bar: the completed part is bright.

use ratatui::layout::Rect;

use super::brush::ClippedPainter;
use super::column::{LaneColumn, without_first_column, without_left_columns};
use super::format_time;
use crate::event::LaneStatus;
use crate::model::Lane;
use crate::report::phrases;
use crate::ui::ZoomLevel;

/// Minimum width of the progress text.
const MIN_PROGRESS_WIDTH: u16 = 7;

pub(super) fn draw(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn) {
    let colors = column.lane_colors();
    let theme = column.scene.theme;
    brush.fill_area(area, ' ', theme.bar_style(colors));
    let inside = Rect { width: area.width.saturating_sub(1), ..area };
    let mode = column.lane.plan().mode.name().to_uppercase();
    let name = column.lane.origin_run().map_or(mode.clone(), |origin| format!("{mode} of {origin}"));
    let progress = progress_texts(column);
    let mut used =
        brush.draw_longest_right(area_beside_name(inside, column, &name), &progress, theme.bar_style(colors));
    let done = completed_width(column, area.width);
    let alarm = phrases::lost_or_failed_tasks(column.counts.lost, column.counts.failed);
    let mut alarm_area = Rect::default();
    if let Some(alarm) = &alarm {
        let width = alarm.len() as u16;
        let left = Rect { width: inside.width.saturating_sub(used + 3), ..inside };
        alarm_area = Rect { x: left.right().saturating_sub(width).max(left.x), width: width.min(left.width), ..left };
        brush.draw_text(without_left_columns(inside, left.width), " · ", theme.bar_style(colors));
        used += 3 + alarm_area.width;
    }
    let mark = if column.scene.is_selected(column.lane.id()) { "›" } else { " " };
    brush.draw_text(Rect { width: area.width.min(1), ..area }, mark, theme.bar_style(colors));
    let left = without_first_column(Rect { width: inside.width.saturating_sub(used + 2), ..inside });
    let what = describe_lane(column.lane);
    // Compared lanes of the same mode have the same colour, so their run's name is truncated last.
    let short = column.lane.origin_run().map_or_else(|| name.clone(), ToString::to_string);
    brush.draw_longest(left, &[format!("{name}  {what}"), name, short], theme.bar_style(colors));
    brush.add_style(Rect { width: done, ..area }, colors.run);
    if let Some(alarm) = alarm {
        brush.draw_text(alarm_area, &alarm, theme.alarm);
    }
}

/// Area for the progress. With several runs, the name comes first and the progress is as short as possible.
fn area_beside_name(inside: Rect, column: &LaneColumn, name: &str) -> Rect {
    if column.lane.origin_run().is_none() {
        return inside;
    }
    let name = u16::try_from(name.chars().count()).unwrap_or(u16::MAX).saturating_add(4);
    without_left_columns(inside, name.min(inside.width.saturating_sub(MIN_PROGRESS_WIDTH)))
}

/// Width of the completed part; the full width only at the end.
fn completed_width(column: &LaneColumn, width: u16) -> u16 {
    let (done, all) = (u64::from(column.counts.finished), u64::from(column.task_count().max(1)));
    (done * u64::from(width) / all).min(width.into()) as u16
}

fn describe_lane(lane: &Lane) -> String {
    let plan = lane.plan();
    phrases::workers_and_queues(plan.mode, plan.workers, plan.gil)
}

fn progress_texts(column: &LaneColumn) -> Vec<String> {
    let (finished, all) = (column.counts.finished, column.task_count());
    let ended = column.lane.end_and_status().filter(|_| column.has_ended());
    let texts = match (ended, column.lane.makespan()) {
        (Some((_, LaneStatus::Finished)), Some(makespan)) => phrases::finished_after(&format_time(makespan)),
        (Some((_, LaneStatus::Cancelled)), _) => phrases::cancelled_after(finished, all),
        _ if !column.has_started() => phrases::waits_for_turn(),
        _ => phrases::tasks_done(finished, all),
    };
    if column.scene.ui.zoom == ZoomLevel::Lanes {
        return texts;
    }
    let back = texts.iter().map(|text| format!("{text} · esc: back"));
    back.chain(texts.clone()).collect()
}
