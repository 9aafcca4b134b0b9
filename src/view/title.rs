//! A lane's title, which is also a progress bar: it is bright up to the share of the numbers that have been added. With
//! several rows, the bar is in the last ones, and the lane's time stands beside the texts in large digits.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::brush::{ClippedPainter, text_width};
use super::column::{LaneColumn, split_rows, without_first_column, without_left_columns};
use super::{format_time, key_moment, numeral};
use crate::event::LaneStatus;
use crate::event::units::seconds_number_and_unit;
use crate::model::Lane;
use crate::report::phrases;
use crate::text;
use crate::ui::ZoomLevel;

/// Numbers of characters to which the name of a compared run is shortened where there is no room.
const RUN_NAME_WIDTHS: [usize; 4] = [usize::MAX, 30, 20, 12];
/// Columns between the name and what follows it.
const GAP_AFTER_NAME: usize = 2;

pub(super) fn draw(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn) {
    if area.height >= numeral::NUMERAL_HEIGHT {
        return draw_large(brush, area, column);
    }
    let colors = column.lane_colors();
    let theme = column.scene.theme;
    let style = theme.bar_style(colors);
    brush.fill_area(area, ' ', style);
    let inside = without_first_column(Rect { width: area.width.saturating_sub(1), ..area });
    let TitleTexts { name, alarm, progress } = TitleTexts::longest_that_fit(column, inside.width.into());
    let mark = if column.scene.is_selected(column.lane.id()) { "›" } else { " " };
    brush.draw_text(Rect { width: area.width.min(1), ..area }, mark, style);
    let used = brush.draw_right_aligned(inside, &progress, style);
    let left = Rect { width: inside.width.saturating_sub(used), ..inside };
    let alarm_width = text_width(&alarm) as u16;
    let alarm_area = without_left_columns(left, left.width.saturating_sub(alarm_width));
    let separator_width =
        if alarm.is_empty() { 0 } else { brush.draw_right_aligned(left, TitleTexts::SEPARATOR, style) };
    let alarm_area = Rect { x: alarm_area.x.saturating_sub(separator_width).max(left.x), ..alarm_area };
    let name_width = left.width.saturating_sub(alarm_width + separator_width + 1);
    brush.draw_text(Rect { width: name_width, ..left }, &name, style);
    // The edge of the bar does not divide a word, because a word in two colours is hard to read.
    let edge = brush.nearest_word_edge(area, completed_width(column, area.width));
    brush.add_style(Rect { width: edge, ..area }, colors.run);
    brush.draw_text(alarm_area, &alarm, theme.alarm);
}

fn draw_large(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn) {
    let (colors, theme) = (column.lane_colors(), column.scene.theme);
    let style = theme.bar_style(colors).add_modifier(Modifier::BOLD);
    // A row more than the digits need is half a gap to the header, half a margin.
    let [margin, area] = split_rows(area, [area.height % numeral::NUMERAL_HEIGHT, area.height]);
    if theme.has_block_characters() {
        brush.fill_area(margin, '▄', theme.as_foreground(style));
    }
    brush.fill_area(area, ' ', style);
    let mark = if column.scene.is_selected(column.lane.id()) { "›" } else { " " };
    brush.draw_text(Rect { width: area.width.min(1), ..area }, mark, style);
    let clock = draw_clock(brush, area, column, style);
    let left = Rect { width: area.width.saturating_sub(clock), ..area };
    let third = area.height / 3;
    let [names, progress, bar] = split_rows(left, [third, third, area.height - 2 * third]);
    let inside = |row: Rect| Rect { width: row.width.saturating_sub(1), ..without_first_column(row) };
    brush.draw_longest(inside(names), &lane_names(column.lane), style);
    let used = brush.draw_longest(inside(progress), &progress_texts(column), style);
    let alarm = alarm_texts(column);
    if alarm.iter().any(|text| !text.is_empty()) {
        brush.draw_longest(without_left_columns(inside(progress), used + 2), &alarm, theme.alarm);
    }
    brush.add_style(Rect { width: completed_width(column, bar.width), ..bar }, colors.run);
}

/// Draws the lane's time at the right, while it runs. Returns the width.
fn draw_clock(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn, style: Style) -> u16 {
    if !column.has_started() || column.has_ended() {
        return 0;
    }
    let elapsed = key_moment::time_on_axis(&column.scene, column.lane, column.scene.at) as f64 / 1e9;
    let figure = if elapsed < 99.95 { format!("{elapsed:.1}") } else { seconds_number_and_unit(elapsed).0 };
    let scale = column.layout.numeral_scale;
    let width = numeral::width(&figure, scale);
    let at = Rect { x: area.right().saturating_sub(width + 1), width, ..area };
    numeral::draw(brush, at, &figure, style, scale);
    width + 2
}

/// The texts of a title.
struct TitleTexts {
    name: String,
    /// Lost or failed tasks; empty if there are none.
    alarm: String,
    progress: String,
}

impl TitleTexts {
    const SEPARATOR: &str = " · ";

    /// Chooses the longest variants that fit into this width: first of the alarm, then of the name. The shortest progress
    /// does not say what its figures are: it is used only if nothing else fits.
    fn longest_that_fit(column: &LaneColumn, width: usize) -> Self {
        let all_names = lane_names(column.lane);
        // The shortest name of a cluster does not say what its figure is: it is used only if nothing else fits.
        let names = &all_names[..all_names.len() - usize::from(column.lane.is_of_cluster())];
        let progress_texts = progress_texts(column);
        let alarms = alarm_texts(column);
        let longer = &progress_texts[..progress_texts.len().max(2) - 1];
        let passes = [(names, longer), (&names[names.len() - 1..], &progress_texts[..])];
        // In a cluster, what its figures are matters more than the time of an alarm, which a row below has, too.
        let alarms_of_a_pass = if column.lane.is_of_cluster() { alarms.len().max(1) } else { 1 };
        for alarms in alarms.chunks(alarms_of_a_pass) {
            for (names, progress_texts) in passes {
                for (alarm, name) in alarms.iter().flat_map(|alarm| names.iter().map(move |name| (alarm, name))) {
                    let alarm_width =
                        if alarm.is_empty() { 0 } else { text_width(alarm) + text_width(Self::SEPARATOR) };
                    let used = text_width(name) + GAP_AFTER_NAME + alarm_width;
                    let fits = |text: &&String| used + text_width(text) <= width;
                    if let Some(progress) = progress_texts.iter().find(fits) {
                        return Self { name: name.clone(), alarm: alarm.clone(), progress: progress.clone() };
                    }
                }
            }
        }
        let last = |texts: Vec<String>| texts.into_iter().next_back().unwrap_or_default();
        Self { name: last(all_names), alarm: last(alarms), progress: last(progress_texts) }
    }
}

/// The lane's name, longest first. Compared lanes of the same mode have the same colour, so the name of their run is
/// kept longest.
fn lane_names(lane: &Lane) -> Vec<String> {
    if let Some(titles) = program_titles(lane) {
        let Some(run) = lane.origin_run() else { return titles };
        // Names of runs often differ at their ends only.
        let runs = RUN_NAME_WIDTHS.map(|width| phrases::without_middle(run.as_str(), width));
        let [.., shortest_run] = &runs;
        let Some((shortest, longer)) = titles.split_last() else { return titles };
        let names = runs.iter().flat_map(|run| longer.iter().map(move |title| format!("{run}: {title}")));
        return names.chain([format!("{shortest_run}: {shortest}")]).collect();
    }
    let in_run = phrases::localized_title(&lane.name_in_run().to_uppercase());
    let name = match lane.origin_run() {
        Some(origin) => text!("lane-of-run", lane = in_run, run = origin.as_str()),
        None => in_run,
    };
    let is_named_by_origin = !lane.is_in_sweep() && !lane.plan().is_simulated();
    let short = lane.origin_run().filter(|_| is_named_by_origin).map(ToString::to_string);
    [format!("{name}  {}", describe_lane(lane)), name].into_iter().chain(short).collect()
}

/// The title of a cluster or of a watched program's lane, longest first.
fn program_titles(lane: &Lane) -> Option<Vec<String>> {
    let pool = lane.plan().pool.as_ref();
    let of_cluster = pool.filter(|_| lane.is_of_cluster()).map(phrases::cluster_titles);
    of_cluster.or_else(|| Some(phrases::pool_titles(lane.plan().mode, &lane.title()?, lane.uses())))
}

/// Lost and failed tasks, longest first; an empty text if there are none.
fn alarm_texts(column: &LaneColumn) -> Vec<String> {
    let at = column.lane.last_loss(column.scene.at);
    let at = at.map(|at| format_time(key_moment::time_on_axis(&column.scene, column.lane, at)));
    phrases::lost_or_failed_tasks(column.counts.lost, column.counts.failed, at.as_deref())
        .unwrap_or_else(|| vec![String::new()])
}

/// Width of the part of the bar for the work that is done; the full width only at the end.
fn completed_width(column: &LaneColumn, width: u16) -> u16 {
    let done = if column.lane.is_of_program() {
        f64::from(column.counts.finished) / f64::from(column.counts.submitted.max(1))
    } else {
        column.lane.work_done(column.scene.at)
    };
    (done * f64::from(width)) as u16
}

fn describe_lane(lane: &Lane) -> String {
    let plan = lane.plan();
    phrases::workers_and_queues(plan.mode, plan.workers, plan.gil)
}

fn progress_texts(column: &LaneColumn) -> Vec<String> {
    let (finished, all) = (column.counts.finished, column.task_count());
    let ended = column.lane.end_and_status().filter(|_| column.has_ended());
    let counts = column.lane.task_counts(column.scene.at).filter(|_| column.has_started());
    let texts = match (ended, column.lane.makespan()) {
        // The alarm beside it counts tasks that failed.
        _ if let Some(counts) = counts => vec![phrases::results_held(&counts)],
        (Some((_, LaneStatus::Finished)), Some(makespan)) => phrases::finished_after(&format_time(makespan)),
        (Some((_, LaneStatus::Cancelled)), _) => phrases::cancelled_after(finished, all),
        _ if !column.has_started() => phrases::waits_for_turn(),
        (None | Some((_, LaneStatus::Failed)), _) if column.lane.is_of_program() => phrases::tasks_done(&column.counts),
        (Some(_), None) if column.lane.is_of_program() => phrases::lane_ended(),
        _ => phrases::tasks_and_work_done(finished, all, column.lane.work_done(column.scene.at)),
    };
    if column.scene.ui.zoom == ZoomLevel::Lanes {
        return texts;
    }
    let esc = text!("title-esc-back");
    let back = texts.iter().map(|text| format!("{text} · {esc}"));
    back.chain(texts.clone()).collect()
}
