//! The history of a lane: a row a task (or several), all lanes on one axis. A pool draws a staircase, eager processes a wall.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::Scene;
use super::lane::Layout;
use super::paint::Brush;
use crate::event::{Nanos, TaskId};
use crate::model::{Cell, Lane, StripCell, Window};

const SECOND: Nanos = 1_000_000_000;
/// The most rows a task is drawn high.
const HIGHEST: u32 = 4;
const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// How much time the history shows: a second, doubled until all of it fits; once all lanes have ended just what it took.
pub(super) fn span(scene: &Scene) -> Nanos {
    let lanes = scene.model.lanes();
    let mark = scene.model.mark();
    let lasted = |lane: &Lane| {
        let end = lane.ended().map_or(mark, |(at, _)| lane.last_completion().unwrap_or(at));
        Some(end.saturating_sub(lane.zero()?))
    };
    let longest = lanes.iter().filter_map(lasted).max().unwrap_or(0);
    if scene.model.ended().is_some() {
        return longest.max(1);
    }
    let mut span = SECOND;
    while span < longest {
        span *= 2;
    }
    span
}

/// The rows that so many tasks make good use of: as many for each, or as few tasks in each, as there is room for.
pub(super) fn rows(tasks: u32, room: u32) -> u32 {
    if tasks > room { room } else { tasks * (room / tasks.max(1)).min(HIGHEST) }
}

pub(super) fn draw(brush: &mut Brush, area: Rect, scene: &Scene, lane: &Lane, layout: &Layout) {
    let Some(zero) = lane.zero().filter(|_| area.height >= 3) else { return };
    let gutter = layout.digits + 1;
    let field = Rect { x: area.x + gutter, width: area.width.saturating_sub(gutter), height: area.height - 2, ..area };
    let window = Window { from: zero, to: zero + layout.span, columns: usize::from(field.width) };
    draw_map(brush, field, scene, lane, layout, window);
    let strip = Rect { y: field.bottom(), height: 1, ..field };
    brush.text(Rect { x: area.x, width: gutter, ..strip }, "cpu", scene.theme.faint);
    draw_strip(brush, strip, scene, lane, window);
    let axis = Rect { y: field.bottom() + 1, height: 1, ..field };
    draw_axis(brush, axis, scene, layout.span);
    if !scene.is_live()
        && let Some(x) = column(scene.at, window)
    {
        for y in field.y..axis.y {
            brush.glyph(field.x + x, y, '│', scene.theme.strong);
        }
    }
}

/// The column of a moment; none outside of the window.
fn column(at: Nanos, window: Window) -> Option<u16> {
    let into = at.checked_sub(window.from)?;
    let x = u128::from(into) * window.columns as u128 / u128::from(window.to - window.from).max(1);
    (x < window.columns as u128).then_some(x as u16)
}

fn draw_map(brush: &mut Brush, area: Rect, scene: &Scene, lane: &Lane, layout: &Layout, window: Window) {
    let tasks = scene.model.run().map_or(1, |run| run.workload.tasks);
    let per_row = tasks.div_ceil(u32::from(area.height).max(1)).max(1);
    let rows = tasks.div_ceil(per_row);
    let high = (area.height / rows.max(1) as u16).clamp(1, HIGHEST as u16);
    let map = lane.map(TaskId(0), rows as usize, per_row, window);
    // What lies behind the moment shown is known only when the picture stands still, and then drawn faint.
    let known = column(scene.model.mark(), window).unwrap_or(area.width);
    let shown = column(scene.at, window).unwrap_or(area.width);
    for row in 0..map.rows() {
        let y = area.y + row as u16 * high;
        let number = format!("{:0w$}", row as u32 * per_row, w = usize::from(layout.digits));
        brush.text(
            Rect { x: area.x - layout.digits - 1, y, width: layout.digits, height: 1 },
            &number,
            scene.theme.faint,
        );
        for (x, cell) in map.row(row).iter().enumerate().take(usize::from(known) + 1) {
            let (glyph, mut style) = sign(scene, lane, cell, per_row > 1);
            if x as u16 > shown {
                style = scene.theme.faint;
            }
            brush.fill(Rect { x: area.x + x as u16, y, width: 1, height: high }, glyph, style);
        }
    }
}

/// What a cell shows: a loss, else what its tasks did most of the time.
fn sign(scene: &Scene, lane: &Lane, cell: &Cell, many: bool) -> (char, Style) {
    let colors = scene.theme.lane(lane.plan().mode);
    let ink = |style: Style| style.bg.map_or(style, |color| Style::new().fg(color));
    if cell.lost {
        return ('×', scene.theme.alarm);
    }
    let computing = cell.computing + cell.loading;
    let resident = computing + cell.waits_for_gil + cell.in_io + cell.suspended;
    if many && resident > 0.0 && resident < 0.6 {
        let eighth = ((resident * 8.0).ceil() as usize).clamp(1, 7);
        return if cell.in_io > computing { ('─', colors.dim) } else { (EIGHTHS[eighth], ink(colors.mid)) };
    }
    let waits = cell.queued + cell.held;
    let turns = ('▒', ink(colors.mid));
    let computes = match cell.cpu_share {
        share if share >= 0.7 => ('█', ink(colors.run)),
        share if share >= 0.3 => ('▓', ink(colors.mid)),
        _ => turns,
    };
    let states = [
        (computing, computes),
        (cell.waits_for_gil, turns),
        (cell.in_io, ('─', colors.dim)),
        (cell.suspended, ('║', colors.dim)),
        (waits, ('·', scene.theme.weak)),
    ];
    let longest = states.into_iter().filter(|(time, _)| *time > 0.0).max_by(|a, b| a.0.total_cmp(&b.0));
    longest.map_or((' ', Style::new()), |(_, sign)| sign)
}

/// Ready workers by cores, and in hazard tape what was idle while a task was queued.
fn draw_strip(brush: &mut Brush, area: Rect, scene: &Scene, lane: &Lane, window: Window) {
    let cores = lane.plan().cores.len().max(1) as f32;
    let known = column(scene.at, window).unwrap_or(area.width);
    let run = scene.theme.lane(lane.plan().mode).run;
    let busy_style = run.bg.map_or(Style::new(), |color| Style::new().fg(color));
    let cells = scene.model.strip(lane.id(), window);
    for (x, StripCell { busy, stalled, .. }) in cells.into_iter().enumerate().take(usize::from(known) + 1) {
        let x = area.x + x as u16;
        let eighth = ((busy / cores * 8.0).round() as usize).min(8);
        if stalled / cores >= 0.5 || (stalled / cores >= 0.125 && eighth <= 2) {
            brush.glyph(x, area.y, '╱', scene.theme.hazard);
        } else if stalled / cores >= 0.125 {
            brush.glyph(x, area.y, EIGHTHS[eighth], busy_style.patch(hazard_ground(scene)));
        } else {
            brush.glyph(x, area.y, EIGHTHS[eighth], busy_style);
        }
    }
}

fn hazard_ground(scene: &Scene) -> Style {
    scene.theme.hazard.bg.map_or(Style::new(), |color| Style::new().bg(color))
}

/// Labels at 1, 2 or 5 times a power of ten, far enough apart; the end of the axis has the unit.
fn draw_axis(brush: &mut Brush, area: Rect, scene: &Scene, span: Nanos) {
    let seconds = span as f64 / 1e9;
    let most = f64::from((area.width / 8).max(1));
    // From a microsecond up to a million seconds.
    let steps = (-6..6).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10f64.powi(power)));
    let step = steps.into_iter().find(|step| seconds / step <= most);
    let Some(step) = step else { return };
    let mut n = 0_u32;
    while f64::from(n) * step < seconds {
        let x = (f64::from(n) * step / seconds * f64::from(area.width)) as u16;
        let decimals = (-step.log10().floor()).max(0.0) as usize;
        let label = if n == 0 { "0".into() } else { format!("{:.decimals$}", f64::from(n) * step) };
        let last = f64::from(n + 1) * step >= seconds;
        let label = if last { format!("{label} s") } else { label };
        if x + label.len() as u16 <= area.width {
            brush.text(Rect { x: area.x + x, width: area.width - x, ..area }, &label, scene.theme.faint);
        }
        n += 1;
    }
}
