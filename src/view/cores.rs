//! The cores panel. While a task of the lane is queued, the idle part of a core is drawn as hazard tape, because only
//! then do idle cores cost time.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::brush::{ClippedPainter, text_width};
use super::column::{LaneColumn, split_rows, without_left_columns};
use super::tiles::PanelSpacing;
use super::{caption, map, numeral};
use crate::model::CoreUse;
use crate::report::phrases;
use crate::text;

/// Total load of some cores, from any program.
fn total_load(column: &LaneColumn, cores: &[u32]) -> Option<f32> {
    let load = |core: &u32| {
        column.scene.model.core_load(column.lane.id(), *core, column.scene.at).filter(|_| column.has_started())
    };
    cores.iter().map(load).sum()
}

pub(super) fn draw(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn) {
    let theme = column.scene.theme;
    let count = column.lane.plan().cores.len();
    if count == 0 {
        return draw_threads(brush, area, column);
    }
    if column.layout.spacing == PanelSpacing::None {
        let used = column.draw_gutter_label(brush, area, text!("panel-cores"));
        return draw_cores(brush, without_left_columns(area, used + 2), column);
    }
    column.draw_gutter_label(brush, area, text!("panel-cores"));
    let figure = without_left_columns(Rect { width: column.layout.gutter, ..area }, 1);
    let [_, figure] = split_rows(figure, [1, area.height.saturating_sub(1)]);
    let busy = column.core_use().map(|used| used.own);
    if figure.height >= numeral::NUMERAL_HEIGHT {
        let number = phrases::number_of_busy_cores(busy, count);
        numeral::draw(brush, figure, &number, theme.strong, column.layout.numeral_scale);
    } else {
        let variants = phrases::busy_cores(busy, count);
        brush.draw_text(figure, variants.last().map_or("", String::as_str), theme.strong);
    }
    let right = without_left_columns(area, column.layout.gutter + 1);
    let right = Rect { width: right.width.saturating_sub(1), ..right };
    if column.layout.captions {
        let [caption_area, bars] = split_rows(right, [1, right.height.saturating_sub(1)]);
        brush.draw_longest(caption_area, &caption::caption_variants(column), theme.text);
        draw_cores(brush, bars, column);
    } else {
        draw_cores(brush, right, column);
    }
}

/// In place of cores of other machines: how many threads of a cluster execute tasks.
fn draw_threads(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn) {
    let [label, rest] = split_rows(area, [1, area.height.saturating_sub(1)]);
    let used = column.draw_gutter_label(brush, label, text!("cluster-threads"));
    let busy = Some(column.thread_counts().busy).filter(|_| column.lane.task_counts(column.scene.at).is_none());
    let figure = format!("{}/{}", phrases::figure_or_dash(busy), column.counts.live_workers);
    if column.layout.spacing == PanelSpacing::None {
        brush.draw_text(without_left_columns(label, used + 2), &figure, column.scene.theme.strong);
        return;
    }
    brush.draw_text(without_left_columns(rest, 1), &figure, column.scene.theme.strong);
    let right = without_left_columns(label, column.layout.gutter + 1);
    if column.layout.captions {
        brush.draw_longest(right, &caption::caption_variants(column), column.scene.theme.text);
    } else if let [first, .., last] = map::slots_of_rows(column)[..]
        && (last.0 - first.0) as usize + 1 < column.lane.slot_count()
    {
        // The legend says it where there is one.
        let texts = phrases::threads_with_row(first, last, column.lane.slot_count() as u32);
        brush.draw_longest(right, &texts, column.scene.theme.weak);
    }
}

/// The cores side by side; if there is no space for each, several share a bar.
fn draw_cores(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn) {
    let cores = &column.lane.plan().cores;
    let available = usize::from((area.width + 1) / 5).max(1);
    let group = cores.len().div_ceil(available).max(1);
    let shown = cores.len().div_ceil(group).max(1) as u16;
    let used = column.core_use();
    let pitch = ((area.width + 1) / shown).clamp(1, 22);
    for (x, group) in (area.x..area.right()).step_by(pitch.into()).zip(cores.chunks(group)) {
        let bar = Rect { x, width: (pitch - 1).max(1), ..area }.intersection(area);
        draw_core(brush, bar, column, group, used);
    }
}

fn draw_core(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn, cores: &[u32], used: Option<CoreUse>) {
    let theme = column.scene.theme;
    // Without its use by the lane, a load may be from before the lane began.
    let load = used.and_then(|_| total_load(column, cores)).map(|sum| sum / cores.len() as f32);
    let [head, bar] = split_rows(area, if area.height > 1 { [1, area.height - 1] } else { [0, area.height] });
    let name = match cores {
        [first, .., last] if cores.len() > 1 => format!("c{first}–{last}"),
        [core, ..] => format!("c{core}"),
        [] => String::new(),
    };
    let is_offline = |core: &u32| column.scene.model.is_core_offline(column.lane.id(), *core, column.scene.at);
    let figure = match load {
        None if cores.iter().any(is_offline) => text!("offline").into(),
        load => phrases::figure_or_dash(load.map(|load| format!("{:.0}", load * 100.0))),
    };
    let available = usize::from(head.width).saturating_sub(text_width(&name) + 1);
    let figure_width = text_width(&figure);
    if figure_width <= available {
        brush.draw_text(head, &name, theme.weak);
    }
    let percent = if load.is_some() && figure_width + 2 <= available { format!("{figure} %") } else { figure.clone() };
    let with_others = load.and(used).is_some_and(|used| used.others > 0.0);
    let total = with_others.then(|| [text!("total-load", load = percent.as_str()), text!("total-load", load = figure)]);
    let fitting = total.into_iter().flatten().find(|text| text_width(text) <= available);
    brush.draw_right_aligned(head, &fitting.unwrap_or(percent), theme.text);
    let waits = column.counts.queued > 0;
    let cells = |load: f32| (load.clamp(0.0, 1.0) * f32::from(bar.width)).round() as u16;
    let (taken, own) = match (load, used) {
        (Some(load), Some(CoreUse { own, others })) if own + others > 0.0 => {
            (cells(load), cells(load * own / (own + others)))
        }
        (load, _) => (load.map_or(0, cells), 0),
    };
    let (glyph, style) = match load {
        Some(_) if waits => ('╱', theme.hazard),
        Some(_) if theme.void.bg.is_none() || !theme.has_block_characters() => ('_', theme.faint),
        // A core without samples is drawn empty, because it is not known to be idle.
        Some(_) | None => (' ', theme.void),
    };
    brush.fill_area(bar, glyph, style);
    // Clears the pattern of the idle part before drawing over it.
    brush.fill_area(Rect { width: taken, ..bar }, ' ', Style::reset());
    brush.fill_area(Rect { width: taken, ..bar }, '░', theme.weak);
    brush.fill_area(Rect { width: own, ..bar }, '█', theme.as_foreground(column.lane_colors().run));
    // The lower half of the last row is left empty as a gap to the map. Themes without blocks have no half rows.
    if bar.height > 1 && theme.has_block_characters() {
        let last = Rect { y: bar.bottom() - 1, height: 1, ..bar };
        brush.fill_area(last, ' ', Style::reset());
        if style.bg.is_some() {
            brush.fill_upper_half(last, theme.as_foreground(style));
        }
        brush.fill_upper_half(Rect { width: taken, ..last }, theme.weak);
        brush.fill_upper_half(Rect { width: own, ..last }, theme.as_foreground(column.lane_colors().run));
    }
}
