//! The list of scenarios: name, title and what to look at.

use std::ops::Range;

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::DisplayedScene;
use super::brush::{ClippedPainter, wrap};
use super::column::without_left_columns;
use crate::text;
use crate::ui::ScenarioItem;

/// Maximum width of the list, including the frame.
const MAX_WIDTH: u16 = 100;
/// Minimum width of the names, with the space after them.
const MIN_NAME_WIDTH: u16 = 10;

pub(super) fn draw(brush: &mut ClippedPainter, screen: Rect, scene: &DisplayedScene, selected: usize) {
    let theme = scene.theme;
    let width = MAX_WIDTH.min(screen.width);
    let longest = scene.ui.scenarios.iter().map(|item| item.name.as_str().len() as u16 + 2).max();
    let name_width = longest.unwrap_or(0).max(MIN_NAME_WIDTH);
    let text_width = width.saturating_sub(4 + name_width);
    let items: Vec<_> = scene.ui.scenarios.iter().map(|item| item_lines(item, text_width)).collect();
    let lines: u16 = items.iter().map(|lines| lines.len() as u16).sum();
    let height = (lines + 2).min(screen.height);
    let area =
        Rect { x: screen.x + (screen.width - width) / 2, y: screen.y + (screen.height - height) / 2, width, height };
    brush.clear(area);
    brush.fill_area(area, ' ', theme.text);
    let titles_of_scenarios = [text!("scenarios-title"), text!("scenarios-title-short")];
    let titles = if scene.ui.has_lessons { [text!("lesson-list-title"); 2] } else { titles_of_scenarios };
    brush.draw_box(area, &titles.map(String::from), theme.strong);
    let rows = height.saturating_sub(2);
    // If some are hidden, the last row says so.
    let range = if lines > rows { shown_range(&items, selected, rows.saturating_sub(1)) } else { 0..items.len() };
    let row_at = |y| Rect { x: area.x + 2, y, width: width.saturating_sub(4), height: 1 };
    if lines > rows {
        let hidden = row_at(area.bottom().saturating_sub(2));
        brush.draw_text(without_left_columns(hidden, name_width), &hidden_items(&range, items.len()), theme.weak);
    }
    let rows = (area.y + 1..area.bottom().saturating_sub(1 + u16::from(lines > rows))).map(row_at);
    let shown = scene.ui.scenarios.iter().zip(&items).enumerate().take(range.end).skip(range.start);
    let lines = shown.flat_map(|(n, (item, lines))| {
        lines.iter().enumerate().map(move |(line, text)| (n == selected, (line == 0).then_some(item), text))
    });
    for (row, (is_selected, begun, text)) in rows.zip(lines) {
        let style = if begun.is_some() { theme.strong } else { theme.weak };
        if let Some(item) = begun {
            brush.draw_text(Rect { width: name_width - 1, ..row }, item.name.as_str(), style);
        }
        brush.draw_text(without_left_columns(row, name_width), text, style);
        if is_selected && begun.is_some() {
            brush.add_style(row, Style::new().add_modifier(Modifier::REVERSED));
        }
    }
}

/// Indexes of the scenarios that fit into `rows`, the selected one among them.
fn shown_range(items: &[Vec<String>], selected: usize, rows: u16) -> Range<usize> {
    let fits = |range: Range<usize>| items[range].iter().map(Vec::len).sum::<usize>() <= usize::from(rows);
    let first = (0..selected).find(|first| fits(*first..selected + 1)).unwrap_or(selected);
    let end = (selected + 1..=items.len()).rev().find(|end| fits(first..*end)).unwrap_or(selected + 1);
    first..end
}

/// How many of `all` scenarios are above and below those shown.
fn hidden_items(shown: &Range<usize>, all: usize) -> String {
    let (above, below) = (shown.start, all - shown.end);
    let above = (above > 0).then(|| text!("list-more-above", n = above));
    let below = (below > 0).then(|| text!("list-more-below", n = below));
    above.into_iter().chain(below).collect::<Vec<_>>().join(" · ")
}

/// The title of a scenario, then what to look at in lines of at most `width` columns.
fn item_lines(item: &ScenarioItem, width: u16) -> Vec<String> {
    std::iter::once(item.title.to_string()).chain(wrap(item.look_at.as_str(), width)).collect()
}
