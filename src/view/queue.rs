//! The queue, drawn outside memory: tasks not taken yet, head first.
//!
//! A task keeps its position until it is taken: the head leaves a gap, nothing else moves.

use ratatui::layout::Rect;

use super::brush::ClippedPainter;
use super::column::{LaneColumn, split_rows, without_left_columns};
use super::numeral;
use super::tiles::{PanelSpacing, TileForm};
use crate::event::TaskId;
use crate::event::units::format_count;
use crate::report::phrases;
use crate::text;

/// Draws the tasks in `area`, the upper part of `now`, and the label and numeral on the left.
pub(super) fn draw(brush: &mut ClippedPainter, now: Rect, area: Rect, column: &LaneColumn) {
    let queued = column.counts.queued;
    let theme = column.scene.theme;
    let tiles = if column.layout.spacing == PanelSpacing::None {
        let [heading, tiles] = split_rows(area, [1, area.height.saturating_sub(1)]);
        let used = column.draw_gutter_label(
            brush,
            heading,
            &format!("{} {}", text!("panel-queue"), format_count(queued.into())),
        );
        brush.draw_longest(without_left_columns(heading, used + 3), &queue_sentences(column), theme.weak);
        without_left_columns(tiles, 1)
    } else {
        draw_gutter(brush, Rect { width: column.layout.gutter, ..now }, column);
        without_left_columns(area, column.layout.gutter + 1)
    };
    let tiles = Rect { width: tiles.width.saturating_sub(1), ..tiles };
    let below = if column.layout.spacing == PanelSpacing::None { tiles } else { draw_sentence(brush, tiles, column) };
    if queued == 0 {
        return;
    }
    if column.lane.is_of_program() && column.layout.tiles.form != TileForm::Glyph {
        draw_head(brush, below, column);
    } else if has_tile_per_task(column) {
        draw_tiles(brush, tiles, column);
    } else {
        draw_queue_as_area(brush, below, column);
    }
}

/// Draws label and numeral. From 1,000 on the numeral is rounded, and the label has the exact number.
fn draw_gutter(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn) {
    let queued = column.counts.queued;
    let exact = if queued < 1_000 { String::new() } else { format!(" {}", format_count(queued.into())) };
    column.draw_gutter_label(
        brush,
        Rect { width: area.width + 8, ..area },
        &format!("{}{exact}", text!("panel-queue")),
    );
    let [_, figure] = split_rows(without_left_columns(area, 1), [1, area.height.saturating_sub(1)]);
    numeral::draw(
        brush,
        figure,
        &numeral::count_of_three_digits(queued),
        column.scene.theme.strong,
        column.layout.numeral_scale,
    );
}

/// Whether every task has a tile.
fn has_tile_per_task(column: &LaneColumn) -> bool {
    let tiles = &column.layout.tiles;
    tiles.queue_fits && tiles.form != TileForm::Glyph && !column.lane.plan().own_queues
}

/// Draws a sentence about the queue below its tasks, or in their place if there is no row. Returns the area above it.
fn draw_sentence(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn) -> Rect {
    let waits = column.counts.queued > 0;
    let tiles = if has_tile_per_task(column) && !column.lane.is_of_program() {
        column.layout.tiles.rows_of_tiles(queue_position_count(column)) as u16
    } else {
        1
    };
    if area.height == 0 || (waits && tiles >= area.height) {
        return area;
    }
    let y = match (waits, has_tile_per_task(column)) {
        // Fixed, because the number of tiles is not.
        _ if column.lane.is_of_program() => area.height - 1,
        (false, _) => u16::from(area.height > 2),
        // Leaves a blank row above the memory box if there is space.
        (true, true) if tiles + 2 < area.height => area.height - 2,
        (true, _) => area.height - 1,
    };
    let arrow = |text: String| if waits && !column.lane.plan().own_queues { format!("▼ {text}") } else { text };
    let sentences: Vec<String> = queue_sentences(column).into_iter().map(arrow).collect();
    brush.draw_longest(Rect { y: area.y + y, height: 1, ..area }, &sentences, column.weak_style());
    Rect { height: y, ..area }
}

fn queue_sentences(column: &LaneColumn) -> Vec<String> {
    if column.lane.is_of_program() {
        return program_sentences(column);
    }
    let scale = Some(tasks_per_pile_cell(column)).filter(|scale| *scale > 1 && !has_tile_per_task(column));
    let own_queues = column.lane.plan().own_queues;
    match column.lane.next_in_queue(column.scene.at) {
        _ if !column.has_started() => phrases::not_started(None),
        Some(_) if own_queues => phrases::processes_starting(column.counts.queued),
        Some(next) => phrases::next_in_queue(&column.padded_task_number(next.0), scale),
        None if own_queues => phrases::no_queue_now(),
        None => phrases::empty_queue(),
    }
}

/// The queue of a watched program: its length, the bytes that the parent process holds, and its head.
fn program_sentences(column: &LaneColumn) -> Vec<String> {
    let lane = column.lane;
    let kind = lane.plan().pool.as_ref().map(|pool| pool.kind);
    match lane.next_in_queue(column.scene.at) {
        _ if !column.has_started() => phrases::not_started(None),
        _ if lane.is_of_cluster() && column.counts.queued > 0 => {
            if let Some(counts) = lane.task_counts(column.scene.at) {
                return phrases::cluster_counted(&counts);
            }
            phrases::cluster_queue(lane.cluster_queue(column.scene.at))
        }
        Some(next) => {
            let held = lane.bytes_held_by_parent(column.scene.at);
            phrases::program_queue(column.counts.queued, held, column.task_label(next).trim())
        }
        None if lane.plan().own_queues => phrases::no_queue_of_pool(kind),
        None => phrases::empty_queue(),
    }
}

/// Number of positions in the queue; the first is for the first task that finds no worker.
fn queue_position_count(column: &LaneColumn) -> u32 {
    column.task_count().saturating_sub(first_queue_position(column))
}

/// The task with the first position: the tasks before it go straight to a worker.
fn first_queue_position(column: &LaneColumn) -> u32 {
    let head = column.lane.next_in_queue(column.scene.at).map_or(0, |task| task.0);
    let plan = column.lane.plan();
    plan.workers.saturating_mul(plan.chunk.max(1)).min(head)
}

fn draw_tiles(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn) {
    if column.lane.task_counts(column.scene.at).is_some() {
        return;
    }
    let tiles = &column.layout.tiles;
    let first = first_queue_position(column);
    let capacity = tiles.tiles_that_fit(area);
    for (shown, task) in (0..).zip(column.lane.tasks_in_queue(column.scene.at)) {
        let index = task.0.saturating_sub(first);
        // If tasks remain that have no position, the last position shows their number.
        let rest = column.counts.queued.saturating_sub(shown);
        let Some(tile) = tiles.tile_area(area, index).filter(|_| index + 1 < capacity || rest == 1) else {
            let last = tiles
                .tile_area(area, capacity.saturating_sub(1))
                .unwrap_or(Rect { height: area.height.min(1), ..area });
            brush.draw_text(last, &text!("more-rows", n = rest), column.scene.theme.text);
            return;
        };
        draw_task(brush, tile, column, vec![text_of_task(column, &column.padded_task_number(task.0))]);
    }
}

/// Draws the head of the queue of a watched program, whose length is not known in advance.
fn draw_head(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn) {
    if column.lane.task_counts(column.scene.at).is_some() {
        return;
    }
    let tiles = &column.layout.tiles;
    let capacity = tiles.tiles_that_fit(area);
    let shown = if column.counts.queued > capacity { capacity.saturating_sub(1) } else { column.counts.queued };
    for (n, task) in (0..shown).zip(column.lane.tasks_in_queue(column.scene.at)) {
        let Some(tile) = tiles.tile_area(area, n) else { break };
        draw_task(brush, tile, column, texts_of_head(column, task));
    }
    let rest = column.counts.queued - shown;
    if let Some(last) = tiles.tile_area(area, shown).filter(|_| rest > 0) {
        brush.draw_longest(last, &phrases::more_queued(rest), column.scene.theme.text);
    }
}

/// The texts of a tile for a task of a watched program, longest first: of a cluster with its prefix.
fn texts_of_head(column: &LaneColumn, task: TaskId) -> Vec<String> {
    let label = column.task_label(task);
    let number = label.trim();
    let with_prefix = column.prefix_of(task).map(|prefix| format!("{number} {prefix}"));
    with_prefix.into_iter().chain([text_of_task(column, number)]).collect()
}

/// The text of a tile that shows the number of a task or the items of a chunk.
fn text_of_task(column: &LaneColumn, number: &str) -> String {
    match column.layout.tiles.form {
        TileForm::Wide | TileForm::Words if !number.contains('–') => format!("{} {number}", text!("tile-task")),
        _ => number.to_owned(),
    }
}

fn draw_task(brush: &mut ClippedPainter, tile: Rect, column: &LaneColumn, texts: Vec<String>) {
    let theme = column.scene.theme;
    let texts: Vec<_> = match column.layout.tiles.form {
        TileForm::Wide | TileForm::Words | TileForm::Short if !theme.has_block_characters() => {
            texts.iter().map(|text| format!("[ {text} ]")).collect()
        }
        TileForm::Wide | TileForm::Words => texts.iter().map(|text| format!(" {text}")).collect(),
        TileForm::Short | TileForm::Number | TileForm::Glyph => texts,
    };
    brush.fill_area(Rect { height: 1, ..tile }, ' ', theme.tile);
    brush.draw_longest(tile, &texts, theme.tile);
    // The other half of the lower row is the gap to the next tile.
    if tile.height > 1 && theme.has_block_characters() {
        let style = theme.as_foreground(theme.tile);
        brush.fill_upper_half(Rect { y: tile.y + 1, height: 1, ..tile }, style);
    }
}

/// Tasks per cell of the pile: 1, 2, 5, 10 …, so that all fit.
fn tasks_per_pile_cell(column: &LaneColumn) -> u32 {
    let layout = column.layout;
    let inside = layout.tiles.memory_box_rows(column.lane.slot_count() as u32, layout.spacing);
    let rows = u32::from(layout.now).saturating_sub(inside + 1).max(1);
    let width = u32::from(layout.tiles.pitch * layout.tiles.per_row).max(1);
    let least = column.task_count().div_ceil(width.saturating_mul(rows)).max(1);
    let steps = [1, 2, 5].into_iter().cycle().zip(0..27).map(|(digit, n)| digit * 10u32.pow(n / 3));
    steps.into_iter().find(|scale| *scale >= least).unwrap_or(least)
}

/// Draws the queue as an area that shrinks from its head, if there are too many tasks for tiles.
fn draw_queue_as_area(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn) {
    let scale = tasks_per_pile_cell(column);
    let width = u32::from(area.width.min(column.layout.tiles.pitch * column.layout.tiles.per_row)).max(1);
    let end = queue_position_count(column).div_ceil(scale).min(width * u32::from(area.height));
    let cells = column.counts.queued.div_ceil(scale).min(end);
    for cell in end - cells..end {
        let (x, y) = ((cell % width) as u16, (cell / width) as u16);
        brush.draw_glyph(area.x + x, area.y + y, '■', column.scene.theme.dot);
    }
}
