//! The help overlay: keys on the left, signs on the right.

use ratatui::layout::Rect;

use super::brush::Brush;
use super::column::right_of;
use super::{Scene, legend};
use crate::event::Mode;
use crate::keys::{BINDINGS, LAST_RANK};

/// Mouse actions.
const MOUSE: [(&str, &str); 2] = [("click", "title, worker, moment"), ("wheel", "time; a list in the zoom")];
/// Notes on the figures.
const NOTES: [&str; 2] = [
    "MEMORY counts tasks from loaded to released; MB is their payload,",
    "private: memory of the workers only. CORES: mean of the last second.",
];
/// The same notes in one line.
const SHORT_NOTES: [&str; 1] = ["MEMORY: loaded, not yet released; private: as charged"];
/// Size of the help in columns and rows, including the frame.
const SIZE: (u16, u16) = (76, 21);
/// Width of the keys, and of the keys with their descriptions.
const KEY_WIDTH: u16 = 11;
const LEFT_WIDTH: u16 = 36;

pub(super) fn draw(brush: &mut Brush, screen: Rect, scene: &Scene) {
    let theme = scene.theme;
    let (width, height) = (SIZE.0.min(screen.width), SIZE.1.min(screen.height));
    let area =
        Rect { x: screen.x + (screen.width - width) / 2, y: screen.y + (screen.height - height) / 2, width, height };
    brush.clear(area);
    brush.fill(area, ' ', theme.text);
    brush.draw_box(area, &["help · any key closes".into()], theme.strong);
    let inside = Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(2),
    };
    // Two lines of notes, if every key still fits.
    let notes = if usize::from(inside.height) >= BINDINGS.len() + MOUSE.len() + NOTES.len() {
        &NOTES[..]
    } else {
        &SHORT_NOTES
    };
    let rows = inside.height.saturating_sub(notes.len() as u16);
    // If there are too few rows, the least important keys are left out.
    let up_to = |most: u8| BINDINGS.iter().filter(|row| row.rank() <= most).collect::<Vec<_>>();
    let mut fewer = (0..=LAST_RANK).rev().map(up_to);
    let bindings = fewer.find(|kept| kept.len() <= usize::from(rows)).unwrap_or_default();
    let keys = bindings.into_iter().map(|row| (row.label, row.help)).chain(MOUSE);
    for (y, (label, help)) in (inside.y..inside.y + rows).zip(keys) {
        let line = Rect { y, height: 1, ..inside };
        brush.draw_text(line, label, theme.strong);
        brush.draw_text(right_of(Rect { width: LEFT_WIDTH.min(line.width), ..line }, KEY_WIDTH), help, theme.text);
    }
    let right = right_of(inside, LEFT_WIDTH + 1);
    let mode = scene.model.lanes().get(scene.ui.lane.index()).map_or(Mode::Pool, |lane| lane.plan().mode);
    legend::draw_list(brush, Rect { height: rows, ..right }, theme, theme.lane_colors(mode));
    for (y, note) in (inside.y + rows..inside.bottom()).zip(notes) {
        brush.draw_text(Rect { y, height: 1, ..inside }, note, theme.weak);
    }
}
