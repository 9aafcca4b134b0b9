//! The help overlay: keys on the left, signs on the right.

use ratatui::layout::Rect;

use super::brush::ClippedPainter;
use super::column::without_left_columns;
use super::{DisplayedScene, legend};
use crate::event::Mode;
use crate::keys::{KEY_BINDINGS, LOWEST_HINT_RANK};

/// Mouse actions.
const MOUSE_HELP: [(&str, &str); 2] = [("click", "title, worker, moment"), ("wheel", "time; a list in the zoom")];
/// Notes on the figures.
const HELP_NOTES: [&str; 2] = [
    "MEMORY counts tasks from loaded to released; MB is their payload,",
    "private: memory of the workers only. CORES: mean of the last second.",
];
/// The same notes in one line.
const SHORT_HELP_NOTES: [&str; 1] = ["MEMORY: loaded, not yet released; private: as charged"];
/// Size of the help in columns and rows, including the frame.
const HELP_SIZE: (u16, u16) = (76, 21);
/// Width of the keys, and of the keys with their descriptions.
const KEY_LABEL_WIDTH: u16 = 11;
const KEY_COLUMN_WIDTH: u16 = 36;

pub(super) fn draw(brush: &mut ClippedPainter, screen: Rect, scene: &DisplayedScene) {
    let theme = scene.theme;
    let (width, height) = (HELP_SIZE.0.min(screen.width), HELP_SIZE.1.min(screen.height));
    let area =
        Rect { x: screen.x + (screen.width - width) / 2, y: screen.y + (screen.height - height) / 2, width, height };
    brush.clear(area);
    brush.fill_area(area, ' ', theme.text);
    brush.draw_box(area, &["help · any key closes".into()], theme.strong);
    let inside = Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(2),
    };
    // Two lines of notes, if every key still fits.
    let notes = if usize::from(inside.height) >= KEY_BINDINGS.len() + MOUSE_HELP.len() + HELP_NOTES.len() {
        &HELP_NOTES[..]
    } else {
        &SHORT_HELP_NOTES
    };
    let rows = inside.height.saturating_sub(notes.len() as u16);
    // If there are too few rows, the least important keys are left out.
    let up_to = |most: u8| KEY_BINDINGS.iter().filter(|row| row.help_rank() <= most).collect::<Vec<_>>();
    let mut fewer = (0..=LOWEST_HINT_RANK).rev().map(up_to);
    let bindings = fewer.find(|kept| kept.len() <= usize::from(rows)).unwrap_or_default();
    let keys = bindings.into_iter().map(|row| (row.label, row.help)).chain(MOUSE_HELP);
    for (y, (label, help)) in (inside.y..inside.y + rows).zip(keys) {
        let line = Rect { y, height: 1, ..inside };
        brush.draw_text(line, label, theme.strong);
        brush.draw_text(
            without_left_columns(Rect { width: KEY_COLUMN_WIDTH.min(line.width), ..line }, KEY_LABEL_WIDTH),
            help,
            theme.text,
        );
    }
    let right = without_left_columns(inside, KEY_COLUMN_WIDTH + 1);
    let mode = scene.model.lanes().get(scene.ui.lane.index()).map_or(Mode::Pool, |lane| lane.plan().mode);
    legend::draw_list(brush, Rect { height: rows, ..right }, theme, theme.lane_colors(mode));
    for (y, note) in (inside.y + rows..inside.bottom()).zip(notes) {
        brush.draw_text(Rect { y, height: 1, ..inside }, note, theme.weak);
    }
}
