//! The map: history of a lane's tasks, one or several tasks per row. The tasks of a pool form a staircase; those of
//! eager processes all start at the left edge.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::brush::ClippedPainter;
use super::column::LaneColumn;
use crate::event::{Nanos, SlotId, TaskId};
use crate::model::{MapCell, TimeWindow};
use crate::report::phrases;

/// Block elements from empty to seven eighths.
const PARTIAL_BLOCKS: [char; 8] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇'];
/// Share of task-time in memory from which a cell shows the task's state.
const MIN_SHARE_OF_SOLID_CELL: f32 = 0.6;

/// Number of cells that mark a lost task, so that it is visible from the back of a classroom.
const CELLS_MARKING_A_LOSS: u8 = 4;

/// Time window of the lane's map; none before its axis starts.
pub(super) fn map_window(column: &LaneColumn, area: Rect) -> Option<TimeWindow> {
    let from = column.scene.model.axis_start(column.lane)?;
    let columns = usize::from(area.width);
    (columns > 0).then(|| TimeWindow { from, to: from.saturating_add(column.layout.span.max(1)), columns })
}

/// The part of an area right of the row labels.
pub(super) fn area_right_of_labels(area: Rect, column: &LaneColumn) -> Rect {
    super::column::without_left_columns(area, column.layout.map_gutter())
}

/// The column of a moment; none outside the window.
pub(super) fn screen_column_of(at: Nanos, window: TimeWindow) -> Option<u16> {
    let into = at.checked_sub(window.from)?;
    let x = u128::from(into) * window.columns as u128 / u128::from((window.to - window.from).max(1));
    u16::try_from(x).ok().filter(|x| usize::from(*x) < window.columns)
}

/// Number of the window's columns up to a moment.
pub(super) fn columns_until(at: Nanos, window: TimeWindow) -> u16 {
    if at < window.from { 0 } else { screen_column_of(at, window).map_or(window.columns as u16, |x| x + 1) }
}

pub(super) fn draw(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn) {
    let layout = column.layout;
    let theme = column.scene.theme;
    let field = area_right_of_labels(area, column);
    if column.lane.has_only_counts() {
        return brush.draw_wrapped(field, &phrases::no_history_of_threads(), theme.weak);
    }
    for row in 0..layout.rows {
        let label = Rect { y: area.y + row * layout.row_height, height: 1, width: layout.map_gutter(), ..area };
        if let Some(text) = row_label(column, row) {
            brush.draw_text(label, &text, theme.faint);
        }
    }
    let Some(window) = map_window(column, field) else { return };
    let map = if column.lane.is_of_program() {
        column.lane.slot_history(&slots_of_rows(column), window)
    } else {
        column.lane.task_map(TaskId(0), layout.rows.into(), layout.per_row, window)
    };
    let shown = columns_until(column.scene.at, window);
    // Cells after the displayed moment are known only while the picture is frozen.
    let known = columns_until(column.scene.model.newest_mark(), window);
    for (row, y) in (0..map.row_count()).zip((field.y..field.bottom()).step_by(layout.row_height.into())) {
        let cells = Rect { y, height: layout.row_height, ..field };
        draw_row(
            brush,
            cells,
            column,
            map.cells_of_row(row).get(..known.into()).unwrap_or(map.cells_of_row(row)),
            shown,
        );
    }
}

/// The slots that have a row in the map of a watched program: if not all fit, the newest, moved to include the selection.
pub(super) fn slots_of_rows(column: &LaneColumn) -> Vec<SlotId> {
    let slots = column.lane.slot_count() as u32;
    let rows = u32::from(column.layout.rows);
    let newest = slots.saturating_sub(rows);
    let selected = column.scene.ui.slot.filter(|_| column.scene.selected_lane() == column.lane.id());
    let first = selected.map_or(newest, |slot| newest.min(slot.0));
    (first..slots.min(first + rows)).map(SlotId).collect()
}

/// The label of a row: its first task, or its worker's slot.
fn row_label(column: &LaneColumn, row: u16) -> Option<String> {
    if column.lane.is_of_program() {
        return slots_of_rows(column).get(usize::from(row)).map(ToString::to_string);
    }
    Some(column.padded_task_number(u64::from(row) * u64::from(column.layout.per_row)))
}

/// Draws the cells of a row; from column `shown` on they are in the future.
pub(super) fn draw_row(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn, row: &[MapCell], shown: u16) {
    let theme = column.scene.theme;
    let mut lost = 0;
    for (x, cell) in (0..area.width).zip(row) {
        let mut mark = CellStyle::new(column, cell);
        if cell.lost {
            lost = CELLS_MARKING_A_LOSS;
        } else if lost > 1 && mark.glyph == ' ' && column.layout.per_row == 1 {
            (lost, mark) = (lost - 1, CellStyle::loss_style(theme.alarm));
        } else {
            lost = 0;
        }
        if x >= shown {
            mark = mark.future_style(theme.faint);
        }
        mark.draw(brush, Rect { x: area.x + x, width: 1, ..area });
    }
}

/// The appearance of a cell.
#[derive(Clone, Copy)]
struct CellStyle {
    glyph: char,
    style: Style,
    /// Background of the screen rows on which a line, dot or partial block is not drawn, in rows several screen rows
    /// high; none for blocks, which fill all of them.
    background: Option<Style>,
}

impl CellStyle {
    const EMPTY_CELL: Self = Self { glyph: ' ', style: Style::new(), background: None };

    fn loss_style(style: Style) -> Self {
        Self { glyph: '×', style, background: Some(style) }
    }

    /// Style of a cell: a loss if there was one, else the state in which its tasks spent most time.
    fn new(column: &LaneColumn, cell: &MapCell) -> Self {
        let theme = column.scene.theme;
        let colors = column.lane_colors();
        if cell.lost {
            return Self::loss_style(theme.alarm);
        }
        let working = cell.computing + cell.loading;
        if cell.unobserved > working + cell.held {
            return Self { glyph: '?', style: theme.weak, background: Some(Style::new()) };
        }
        let present = working + cell.waits_for_gil + cell.in_io + cell.suspended;
        let waits = cell.queued + cell.held;
        let line = |glyph, style| Self { glyph, style, background: Some(style) };
        if column.layout.per_row > 1 && present > 0.0 && present < MIN_SHARE_OF_SOLID_CELL {
            if cell.in_io > working + cell.waits_for_gil {
                // Without a background, because it would make a few tasks in I/O look like many.
                let style = if present < 0.3 { Style { bg: None, ..colors.dim } } else { colors.dim };
                return if working > 0.0 { Self::partly_computing(column, cell, style) } else { line('─', style) };
            }
            let eighth = ((present * 8.0).ceil() as usize).clamp(1, 7);
            return Self {
                glyph: PARTIAL_BLOCKS[eighth],
                style: Self::computing_style(column, cell).style,
                background: None,
            };
        }
        let states = [waits, cell.suspended, cell.in_io, cell.waits_for_gil, working];
        let most = states.iter().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(0, |(state, _)| state);
        match most {
            _ if states[most] <= 0.0 => Self::EMPTY_CELL,
            0 if working > 0.0 => Self::partly_computing(column, cell, Style::new()),
            1 | 2 if working > 0.0 => Self::partly_computing(column, cell, colors.dim),
            0 => Self { glyph: '·', style: theme.dot, background: Some(Style::new()) },
            1 => line('║', colors.dim),
            2 => line('─', colors.dim),
            _ => Self::computing_style(column, cell),
        }
    }

    /// Style of a cell that spent a smaller part of its time computing: a block of this height on the style of the
    /// larger part. Without it, tasks that mostly wait would not seem to compute at all.
    fn partly_computing(column: &LaneColumn, cell: &MapCell, rest: Style) -> Self {
        let eighth = (((cell.computing + cell.loading) * 8.0).ceil() as usize).clamp(1, 7);
        let style = Style { bg: rest.bg, ..Self::computing_style(column, cell).style };
        Self { glyph: PARTIAL_BLOCKS[eighth], style, background: Some(rest) }
    }

    /// Style of a computing cell: bright with a core of its own, darker the smaller its share of a core.
    fn computing_style(column: &LaneColumn, cell: &MapCell) -> Self {
        let theme = column.scene.theme;
        let colors = column.lane_colors();
        let has_lock = cell.computing + cell.loading >= cell.waits_for_gil;
        let (mono, background) = match cell.cpu_share {
            // The CPU time of tasks of a cluster is not known.
            _ if column.lane.is_of_cluster() => ('█', colors.run),
            share if has_lock && share >= 0.7 => ('█', colors.run),
            share if has_lock && share >= 0.3 => ('▓', colors.mid),
            _ => ('▒', colors.mid),
        };
        Self {
            glyph: if theme.has_block_characters() { '█' } else { mono },
            style: theme.as_foreground(background),
            background: None,
        }
    }

    /// The same cell after the displayed moment: faint. Computing becomes dots, because a line means waiting and a shade
    /// the load of other programs.
    fn future_style(self, style: Style) -> Self {
        match (self.glyph, self.background) {
            (' ', _) => self,
            (glyph, Some(_)) if !PARTIAL_BLOCKS.contains(&glyph) => {
                Self { style, background: Some(Style::new()), ..self }
            }
            _ => Self { glyph: ':', style, background: None },
        }
    }

    fn draw(self, brush: &mut ClippedPainter, area: Rect) {
        let high = area.height.max(1);
        let bottom = area.bottom().saturating_sub(1);
        match self.background {
            None if self.glyph == ' ' => {}
            // A partial block stands on the row's background; the last half of a full one is the gap to the next row.
            None if self.glyph == '█' && high > 1 => {
                brush.fill_area(Rect { height: high - 1, ..area }, '█', self.style);
                brush.fill_upper_half(Rect { y: bottom, height: 1, ..area }, self.style);
            }
            None if "▓▒:".contains(self.glyph) => brush.fill_area(area, self.glyph, self.style),
            None => brush.draw_glyph(area.x, if self.glyph == '█' { area.y } else { bottom }, self.glyph, self.style),
            Some(background) => {
                if high > 1 {
                    brush.fill_area(Rect { height: high - 1, ..area }, ' ', background);
                    if let Some(color) = background.bg {
                        brush.fill_upper_half(Rect { y: bottom, height: 1, ..area }, Style::new().fg(color));
                    }
                }
                brush.draw_glyph(area.x, area.y + (high - 1) / 2, self.glyph, self.style);
            }
        }
    }
}
