//! A map of winners: a cell for each share of I/O and number of tasks, in the colour and with the letter of the
//! fastest mode.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::brush::ClippedPainter;
use super::column::{split_rows, without_left_columns};
use super::{DisplayedScene, ScreenAreas, footer, without_side_columns};
use crate::event::Mode;
use crate::report::phrases;
use crate::report::winner_map::table::row_label;
use crate::report::winner_map::{Contest, IO_PERCENTS, MapLayer, WinnerMap};
use crate::theme::Theme;
use crate::ui::MapView;

/// Width of the labels of rows, with a gap.
const LABEL_WIDTH: u16 = 9;
/// Maximum size of a cell, and in the presenter's layout.
const MAX_CELL: (u16, u16) = (12, 3);
const MAX_PRESENTER_CELL: (u16, u16) = (18, 4);
/// Rows of the sentence in the presenter's layout.
const PRESENTER_DETAIL: u16 = 3;
/// Width up to which a cell has no margin.
const NARROW_CELL: u16 = 5;
/// Minimum height of a cell: winner and lead are below each other.
const MIN_CELL_HEIGHT: u16 = 2;
/// Rows of a layer besides its cells: its name, and the shares of I/O.
const LAYER_HEAD: u16 = 2;
/// Rows besides the layers: header, legend, detail and keys.
const OTHER_ROWS: u16 = 4;
/// Columns of a letter in the legend with a gap, and between its names.
const LEGEND_LETTER: u16 = 4;
const LEGEND_GAP: u16 = 2;
/// From this lead on, a cell has the bright colour of its mode.
const CLEAR_LEAD: f64 = 1.5;

/// Draws a map on the whole screen.
pub(super) fn draw(brush: &mut ClippedPainter, screen: Rect, scene: &DisplayedScene, view: &MapView) {
    let theme = scene.theme;
    let keys = u16::from(!scene.is_exported);
    let is_presenter = ScreenAreas::is_presenter(screen.height, scene.ui);
    let detail_height = if is_presenter { PRESENTER_DETAIL } else { 1 };
    let body_height = screen.height.saturating_sub(OTHER_ROWS - 2 + detail_height + keys);
    let [header, body, legend, detail, keys] = split_rows(screen, [1, body_height, 1, detail_height, keys]);
    draw_header(brush, header, &view.map, theme);
    // The presenter's layout has one layer, with larger cells.
    let layers = if is_presenter { vec![view.layer] } else { layers_shown(view, body.height) };
    let max_cell = if is_presenter { MAX_PRESENTER_CELL } else { MAX_CELL };
    let each = body.height / layers.len() as u16;
    for (n, layer) in (0..).zip(&layers) {
        let area = Rect { y: body.y + n * each, height: each, ..without_margin(body) };
        draw_layer(brush, area, view, *layer, (max_cell, theme));
    }
    draw_legend(brush, without_side_columns(legend, 1), &view.map, theme);
    let (detail, keys) = (without_side_columns(detail, 1), without_side_columns(keys, 1));
    brush.draw_wrapped(detail, &detail_texts(scene, view), theme.strong);
    let pressed = if is_presenter { footer::draw_pressed_key(brush, keys, scene) } else { 0 };
    if pressed == 0 {
        brush.draw_longest(keys, &phrases::map_keys(), theme.weak);
    }
}

/// Height of a picture with all cells of both layers.
#[must_use]
pub fn winner_map_picture_height(map: &WinnerMap) -> u16 {
    let rows = map.request.rows.count() as u16;
    OTHER_ROWS - 1 + 2 * (LAYER_HEAD + rows * MIN_CELL_HEIGHT)
}

/// Both layers if their cells fit, else the selected one.
fn layers_shown(view: &MapView, height: u16) -> Vec<MapLayer> {
    let both = 2 * (LAYER_HEAD + view.map.request.rows.count() as u16 * MIN_CELL_HEIGHT);
    if height >= both { MapLayer::ALL.to_vec() } else { vec![view.layer] }
}

fn without_margin(area: Rect) -> Rect {
    without_side_columns(area, u16::from(area.width >= 80))
}

fn draw_header(brush: &mut ClippedPainter, area: Rect, map: &WinnerMap, theme: &Theme) {
    let inside = without_side_columns(area, 1);
    let name = brush.draw_text(inside, "mpviz map", theme.strong) + 2;
    brush.draw_text(without_left_columns(inside, name), &phrases::map_heading(map), theme.text);
}

/// Draws a layer with cells of at most this size.
fn draw_layer(
    brush: &mut ClippedPainter,
    area: Rect,
    view: &MapView,
    layer: MapLayer,
    (max_cell, theme): ((u16, u16), &Theme),
) {
    let [name, heading, cells] = split_rows(area, [1, 1, area.height.saturating_sub(LAYER_HEAD)]);
    let drawing = LayerDrawing {
        view,
        layer,
        theme,
        cell_width: (area.width.saturating_sub(LABEL_WIDTH) / IO_PERCENTS.len() as u16).min(max_cell.0),
        // The selected cell belongs to one of the layers, even if both are shown.
        selected: view.selected.filter(|_| layer == view.layer),
    };
    let is_active = drawing.selected.is_some() || view.selected.is_none();
    let name_style = if is_active { theme.strong } else { theme.weak };
    brush.draw_longest(name, &phrases::map_layer(&view.map, layer), name_style);
    drawing.draw_heading(brush, heading);
    let rows = view.map.request.rows.count() as u16;
    let height = (cells.height / rows.max(1)).clamp(MIN_CELL_HEIGHT, max_cell.1);
    let shown = rows.min(cells.height / height);
    // The rows around the selected one, if not all fit.
    let selected = view.selected.map_or(0, |(row, _)| row as u16);
    let first = selected.saturating_sub(shown / 2).min(rows - shown);
    for n in 0..shown {
        drawing.draw_row(brush, Rect { y: cells.y + n * height, height, ..cells }, usize::from(first + n));
    }
}

/// A layer of the map being drawn.
struct LayerDrawing<'a> {
    view: &'a MapView,
    layer: MapLayer,
    theme: &'a Theme,
    cell_width: u16,
    /// Row and column of the selected cell.
    selected: Option<(usize, usize)>,
}

impl LayerDrawing<'_> {
    /// The column of a line, without the labels.
    fn column_area(&self, line: Rect, column: usize) -> Rect {
        let x = line.x + LABEL_WIDTH + column as u16 * self.cell_width;
        Rect { x, width: self.cell_width, ..line }.intersection(line)
    }

    fn label_style(&self, is_own: bool, is_selected: bool) -> Style {
        let selected = if is_selected { Modifier::REVERSED } else { Modifier::empty() };
        if is_own { self.theme.strong } else { self.theme.weak }.add_modifier(selected)
    }

    fn draw_heading(&self, brush: &mut ClippedPainter, line: Rect) {
        let own = self.view.map.request.own.1;
        brush.draw_right_aligned(
            label_area(line),
            phrases::map_row_heading(&self.view.map.request.rows),
            self.theme.weak,
        );
        for (column, percent) in IO_PERCENTS.iter().enumerate() {
            let at = cell_text_area(self.column_area(line, column));
            let at = Rect { width: at.width.saturating_sub(1), ..at };
            let texts: Vec<_> =
                phrases::map_column(*percent).iter().map(|text| marked(text, own == Some(column))).collect();
            let is_selected = self.selected.is_some_and(|(_, selected)| selected == column);
            brush.draw_longest(at, &texts, self.label_style(own == Some(column), is_selected));
        }
    }

    fn draw_row(&self, brush: &mut ClippedPainter, line: Rect, row: usize) {
        let is_own = self.view.map.request.own.0 == Some(row);
        let is_selected = self.selected.is_some_and(|(selected, _)| selected == row);
        let name = marked(&row_label(&self.view.map.request.rows, row), is_own);
        let label = label_area(Rect { height: 1, ..line });
        brush.draw_right_aligned(label, &name, self.label_style(is_own, is_selected));
        for column in 0..IO_PERCENTS.len() {
            if let Some(contest) = self.view.map.contest(self.layer, row, column) {
                self.draw_cell(brush, self.column_area(line, column), contest, self.selected == Some((row, column)));
            }
        }
    }

    fn draw_cell(&self, brush: &mut ClippedPainter, area: Rect, contest: &Contest, is_selected: bool) {
        let style = cell_style(contest, self.theme);
        brush.fill_area(area, ' ', style);
        let [first, second] = split_rows(cell_text_area(area), [1, 1]);
        let winner = phrases::contest_winner(contest, self.layer);
        let winner = format!("{winner}{}", phrases::contest_mark(contest));
        brush.draw_text(first, &winner, style.add_modifier(Modifier::BOLD));
        brush.draw_text(second, &phrases::contest_lead(contest), style);
        if is_selected {
            brush.add_style(area, Style::new().add_modifier(Modifier::UNDERLINED));
            brush.draw_right_aligned(first, "◄", style.add_modifier(Modifier::BOLD));
        }
    }
}

fn label_area(line: Rect) -> Rect {
    Rect { width: (LABEL_WIDTH - 1).min(line.width), ..line }
}

/// A cell without its margin, which narrow ones do not have.
fn cell_text_area(cell: Rect) -> Rect {
    without_left_columns(cell, u16::from(cell.width > NARROW_CELL))
}

/// The label of a row or column, with a mark if it is that of the viewer's own tasks.
fn marked(text: &str, is_own: bool) -> String {
    format!("{}{text}", if is_own { phrases::own_mark() } else { "" })
}

/// The colour of the winner, bright if it is much faster; no colour for a tie.
fn cell_style(contest: &Contest, theme: &Theme) -> Style {
    let Some(winner) = contest.winner() else { return theme.void.patch(theme.weak) };
    let colors = theme.lane_colors(winner.mode);
    if contest.lead().is_none_or(|lead| lead >= CLEAR_LEAD) { colors.run } else { colors.mid }
}

/// The letters in the colours of their modes, and what the figures mean. Names are shortened if not all of it fits.
fn draw_legend(brush: &mut ClippedPainter, area: Rect, map: &WinnerMap, theme: &Theme) {
    let figures = phrases::map_figures(map.has_confirmations());
    let width = |text: &str| text.chars().count() as u16;
    let full = Mode::ALL_VARIANTS.map(|mode| width(phrases::mode_of_letter(mode)) + LEGEND_LETTER + LEGEND_GAP);
    let is_narrow = full.iter().sum::<u16>() + width(&figures[2]) > area.width;
    let (name_of, gap): (fn(Mode) -> &'static str, _) =
        if is_narrow { (phrases::mode_of_letter_in_short, 1) } else { (phrases::mode_of_letter, LEGEND_GAP) };
    let mut rest = area;
    for mode in Mode::ALL_VARIANTS {
        let letter = format!(" {} ", phrases::mode_letter(mode));
        brush.draw_text(rest, &letter, theme.lane_colors(mode).run);
        let name = brush.draw_text(without_left_columns(rest, LEGEND_LETTER), name_of(mode), theme.text);
        rest = without_left_columns(rest, LEGEND_LETTER + name + gap);
    }
    brush.draw_longest(rest, &figures, theme.weak);
}

/// The times in the selected cell; in a picture, how much the map depends on the width.
fn detail_texts(scene: &DisplayedScene, view: &MapView) -> Vec<String> {
    if let Some(message) = &scene.ui.message {
        return vec![message.clone()];
    }
    let Some((row, column)) = view.selected else {
        return phrases::map_sentences(&view.map).into_iter().rev().collect();
    };
    let contest = view.map.contest(view.layer, row, column);
    contest.map(|contest| phrases::contest_detail(&view.map, contest, row, column)).unwrap_or_default()
}
