//! Memory: a box with a tile for every worker, which shows the task whose payload is resident.

use ratatui::layout::{Margin, Position, Rect};
use ratatui::style::{Modifier, Style};

use super::brush::ClippedPainter;
use super::column::{LaneColumn, without_left_columns};
use super::numeral;
use super::tiles::{PanelSpacing, TileForm};
use crate::event::units::format_count;
use crate::event::{Exit, SlotId};
use crate::model::{SlotSnapshot, WorkerState};
use crate::report::phrases;
use crate::text;

/// Draws the box at the bottom of `now`, with its label and numeral on the left.
pub(super) fn draw(brush: &mut ClippedPainter, now: Rect, inside: Rect, column: &LaneColumn) {
    let layout = column.layout;
    let theme = column.scene.theme;
    if layout.spacing != PanelSpacing::None {
        let rows = (numeral::NUMERAL_HEIGHT * layout.numeral_scale + 1).min(now.height);
        let label = Rect { y: now.bottom() - rows, height: rows, width: layout.gutter, ..now };
        let tasks = column.tasks_in_memory();
        let exact = if tasks < 1_000 { String::new() } else { format!(" {}", format_count(tasks.into())) };
        column.draw_gutter_label(brush, label, &format!("{}{exact}", text!("panel-memory")));
        let figure = Rect { y: label.y + 1, height: rows.saturating_sub(1), ..without_left_columns(label, 1) };
        numeral::draw(brush, figure, &numeral::count_of_three_digits(tasks), theme.strong, layout.numeral_scale);
    }
    let frame = without_left_columns(inside, layout.gutter);
    brush.draw_box(frame, &box_title(column), theme.strong);
    let slots_area = slots_area(inside, column);
    draw_slots(brush, slots_area, column);
    let shown = layout.tiles.tiles_that_fit(slots_area).saturating_mul(layout.tiles.scale);
    let slots = column.lane.slot_count() as u32;
    let foot = if slots > shown {
        phrases::tiles_shown(shown, slots)
    } else if layout.tiles.scale > 1 {
        phrases::workers_per_tile(layout.tiles.scale)
    } else {
        return;
    };
    let edge = Rect { y: frame.bottom().saturating_sub(1), height: 1, width: frame.width.saturating_sub(4), ..frame };
    brush.draw_longest(without_left_columns(edge, 2), &foot, theme.weak);
}

/// Area inside the memory box.
fn slots_area(inside: Rect, column: &LaneColumn) -> Rect {
    without_left_columns(inside, column.layout.gutter).inner(Margin::new(1, 1))
}

/// The slot whose tile covers a screen cell; of several in a tile the first.
pub(super) fn slot_under_mouse(inside: Rect, column: &LaneColumn, position: Position) -> Option<SlotId> {
    let tiles = &column.layout.tiles;
    let area = slots_area(inside, column);
    let shown = (column.lane.slot_count() as u32).div_ceil(tiles.scale).min(tiles.tiles_that_fit(area));
    let covers = |n: &u32| tiles.tile_area(area, *n).is_some_and(|tile| tile.contains(position));
    (0..shown).find(covers).map(|n| SlotId(n * tiles.scale))
}

fn box_title(column: &LaneColumn) -> Vec<String> {
    let texts = if let Some(counts) = column.lane.task_counts(column.scene.at) {
        phrases::results_of_cluster(&counts, column.lane.cluster_memory(column.scene.at))
    } else if column.lane.is_of_cluster() {
        phrases::tasks_of_cluster(column.tasks_in_memory(), column.lane.cluster_memory(column.scene.at))
    } else if column.lane.is_of_program() {
        phrases::tasks_of_workers(column.tasks_in_memory(), column.lane.private_memory(column.scene.at))
    } else {
        phrases::tasks_in_memory_now(&column.counts, column.task_count())
    };
    if column.layout.spacing != PanelSpacing::None {
        return texts;
    }
    let name = text!("panel-memory");
    let mut titles: Vec<_> = texts.into_iter().map(|text| format!("{name} {text}")).collect();
    // Without large numerals only the short titles are used, so that all lanes have the same.
    if !column.lane.is_of_program() {
        titles.drain(..2);
    }
    titles
}

fn draw_slots(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn) {
    if column.lane.task_counts(column.scene.at).is_some() {
        return brush.draw_wrapped(area, &phrases::only_counts(), column.scene.theme.weak);
    }
    let tiles = &column.layout.tiles;
    let crowded = column.is_crowded();
    let slots = column.lane.slot_count() as u32;
    for n in 0..slots.div_ceil(tiles.scale).min(tiles.tiles_that_fit(area)) {
        let Some(tile) = tiles.tile_area(area, n) else { continue };
        let slot = SlotId(n * tiles.scale);
        let snapshot = column.lane.slot_snapshot_at(slot, column.scene.at);
        let sign = TileStyle::new(column, &snapshot, crowded);
        draw_slot(brush, tile, column, &snapshot, &sign);
        let selected = column.scene.ui.slot.is_some_and(|selected| selected.0 / tiles.scale == n);
        if selected && column.scene.selected_lane() == column.lane.id() {
            // Reversed and underlined, because some terminals show only one of these.
            brush.add_style(tile, Style::new().add_modifier(Modifier::REVERSED | Modifier::UNDERLINED));
            // Without colours a running tile is reversed, too, so the selection needs a sign.
            if column.scene.theme.is_mono() && tiles.pitch > 1 {
                let wide = matches!(tiles.form, TileForm::Wide | TileForm::Words);
                brush.draw_glyph(tile.x - u16::from(!wide), tile.y, '>', Style::new());
            }
        }
    }
}

fn draw_slot(brush: &mut ClippedPainter, tile: Rect, column: &LaneColumn, snapshot: &SlotSnapshot, sign: &TileStyle) {
    let form = column.layout.tiles.form;
    let first = Rect { height: 1, ..tile };
    brush.fill_area(first, ' ', sign.style);
    let rest = draw_rest_of_record(brush, first, form, snapshot, sign);
    brush.draw_longest(rest, &tile_text(column, snapshot, sign), sign.style);
    if form == TileForm::Wide && tile.height > 2 {
        let worker = snapshot
            .worker
            .zip(snapshot.pid)
            .filter(|_| !column.scene.ui.is_presenter())
            .map(|(worker, pid)| phrases::worker_and_pid(worker, pid));
        let second = Rect { y: tile.y + 1, height: 1, ..tile };
        brush.fill_area(second, ' ', sign.style);
        brush.draw_text(without_left_columns(second, 1), &worker.unwrap_or_default(), sign.style);
    }
    if tile.height > 1 {
        let last = Rect { y: tile.bottom() - 1, height: 1, ..tile };
        draw_progress(brush, last, column, snapshot, sign);
    }
}

/// Text of a tile, longest first. A percentage is the task's progress, as it is read.
fn tile_text(column: &LaneColumn, snapshot: &SlotSnapshot, TileStyle { glyph, word, .. }: &TileStyle) -> Vec<String> {
    let digits = usize::from(column.layout.tiles.digits);
    let number = snapshot.task.map(|task| column.task_label(task));
    let progress = shown_progress(column, snapshot).map(|share| phrases::percent_done(share.into()));
    let narrow = |text: &str| text.replace(' ', "");
    match (column.layout.tiles.form, number) {
        (TileForm::Glyph, _) => vec![glyph.to_string()],
        (TileForm::Number, None) => vec![format!("{:digits$}{glyph}", "")],
        (TileForm::Short | TileForm::Number, Some(number)) => {
            let figure = narrow(progress.as_deref().unwrap_or(word));
            vec![format!("{number}{glyph}{figure}"), format!("{number}{glyph}")]
        }
        (TileForm::Wide | TileForm::Words, Some(number)) => {
            let Some(progress) = progress else {
                return vec![format!(" {number} {glyph} {word}"), format!(" {number} {glyph}")];
            };
            let spaced = format!(" {number} {glyph} {}", format!("{word} {progress}").trim_start());
            let short = narrow(&progress);
            vec![spaced, format!(" {number}{glyph}{word} {short}"), format!(" {number} {glyph} {short}")]
        }
        (TileForm::Short, None) => vec![format!("{glyph} {word}"), format!("{glyph}{word}"), glyph.to_string()],
        (TileForm::Wide | TileForm::Words, None) => vec![format!(" {glyph} {word}"), format!(" {glyph}")],
    }
}

/// The progress of a task; none for a watched program, whose tasks do not report it.
fn shown_progress(column: &LaneColumn, snapshot: &SlotSnapshot) -> Option<f32> {
    snapshot.progress.filter(|_| !column.lane.is_of_program())
}

/// Draws the number of remaining tasks of the record at the end of a tile. Returns the remaining area.
fn draw_rest_of_record(
    brush: &mut ClippedPainter,
    tile: Rect,
    form: TileForm,
    snapshot: &SlotSnapshot,
    sign: &TileStyle,
) -> Rect {
    if matches!(form, TileForm::Glyph | TileForm::Number) || snapshot.rest_of_record == 0 {
        return tile;
    }
    let width = brush.draw_right_aligned(tile, &format!("+{}", snapshot.rest_of_record), sign.style);
    Rect { width: tile.width - width, ..tile }
}

/// Draws the progress of a task in the upper half of a tile's last row; the lower half is the gap to the next tile.
fn draw_progress(
    brush: &mut ClippedPainter,
    row: Rect,
    column: &LaneColumn,
    snapshot: &SlotSnapshot,
    sign: &TileStyle,
) {
    let theme = column.scene.theme;
    let done =
        shown_progress(column, snapshot).map(|part| (part.clamp(0.0, 1.0) * f32::from(row.width)).round() as u16);
    if !theme.has_block_characters() {
        if let Some(done) = done {
            brush.fill_area(row, '_', theme.faint);
            let style = if theme.is_mono() { theme.text } else { sign.done };
            brush.fill_area(Rect { width: done.min(row.width), ..row }, '▀', style);
        }
        return;
    }
    if sign.style.bg.is_some() {
        brush.fill_upper_half(row, theme.as_foreground(sign.style));
    }
    brush.fill_upper_half(Rect { width: done.unwrap_or(0).min(row.width), ..row }, sign.done);
}

/// Appearance of a worker's state.
pub(super) struct TileStyle {
    pub(super) glyph: char,
    word: String,
    style: Style,
    /// Style of the completed part of a tile.
    done: Style,
}

impl TileStyle {
    pub(super) fn new(column: &LaneColumn, snapshot: &SlotSnapshot, crowded: bool) -> Self {
        let theme = column.scene.theme;
        let colors = column.lane_colors();
        let (run, mid, dim) = (
            (colors.run, theme.strong),
            (colors.mid, theme.as_foreground(colors.run)),
            (colors.dim, theme.as_foreground(colors.mid)),
        );
        let (faint, alarm) = ((theme.faint, theme.faint), (theme.alarm, theme.alarm));
        let (glyph, (style, done)) = match snapshot.state {
            WorkerState::Idle | WorkerState::Starting | WorkerState::Vacant | WorkerState::Exited(Exit::Code(0)) => {
                ('_', faint)
            }
            WorkerState::Loading => ('↓', mid),
            WorkerState::Computing if crowded => ('≈', mid),
            WorkerState::Computing => ('►', run),
            WorkerState::WaitsForGil => ('≈', mid),
            WorkerState::InIo | WorkerState::Blocked { .. } => ('○', dim),
            WorkerState::Suspended => ('║', dim),
            WorkerState::NotObserved => ('?', faint),
            WorkerState::NotSpawned | WorkerState::Exited(_) => ('×', alarm),
        };
        let word = match snapshot.state {
            // Which core it was last on says little of a task that takes turns.
            WorkerState::Computing if crowded => String::new(),
            WorkerState::Computing if column.lane.is_of_cluster() => {
                snapshot.task.and_then(|task| column.prefix_of(task)).unwrap_or_default().to_owned()
            }
            WorkerState::Computing => snapshot.core.map(|core| core_name(column, core)).unwrap_or_default(),
            state => phrases::worker_state(state, crowded).into(),
        };
        Self { glyph: theme.glyphs.supported_sign(glyph), word, style, done }
    }
}

fn core_name(column: &LaneColumn, core: u32) -> String {
    if column.layout.tiles.form == TileForm::Wide {
        format!("{} {core}", text!("tile-core"))
    } else {
        format!("c{core}")
    }
}
