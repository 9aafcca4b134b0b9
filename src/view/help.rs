//! The help overlay: keys on the left, signs on the right.

use ratatui::layout::Rect;

use super::brush::ClippedPainter;
use super::column::without_left_columns;
use super::{DisplayedScene, legend};
use crate::event::Mode;
use crate::keys::{KEY_BINDINGS, LOWEST_HINT_RANK};
use crate::model::Lane;
use crate::report::phrases;
use crate::text;

/// Maximum size of the help in columns and rows, including the frame.
const MAX_HELP_SIZE: (u16, u16) = (76, 26);
/// Width of the keys, and of the keys with their descriptions.
const KEY_LABEL_WIDTH: u16 = 11;
const KEY_COLUMN_WIDTH: u16 = 36;

pub(super) fn draw(brush: &mut ClippedPainter, screen: Rect, scene: &DisplayedScene) {
    let theme = scene.theme;
    let (width, height) = (MAX_HELP_SIZE.0.min(screen.width), MAX_HELP_SIZE.1.min(screen.height));
    let area =
        Rect { x: screen.x + (screen.width - width) / 2, y: screen.y + (screen.height - height) / 2, width, height };
    brush.clear(area);
    brush.fill_area(area, ' ', theme.text);
    brush.draw_box(area, &[text!("help-title").into()], theme.strong);
    let inside = Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(2),
    };
    let mouse_help =
        [(text!("mouse-click-label"), text!("mouse-click")), (text!("mouse-wheel-label"), text!("mouse-wheel"))];
    let mouse_help = if scene.ui.waits_for.is_none() { &mouse_help[..] } else { &[] };
    let program = scene.ui.is_of_program(scene.model);
    let bindings = || KEY_BINDINGS.iter().filter(|row| row.works_in(program, scene.ui));
    // As many notes as leave space for every key, but at least one.
    let lane = scene.model.lanes().get(scene.selected_lane().index());
    let is_cluster = lane.map_or(scene.ui.live_source.is_of_cluster(), Lane::is_of_cluster);
    let notes = phrases::help_notes(program, is_cluster);
    let spare = usize::from(inside.height).saturating_sub(bindings().count() + mouse_help.len());
    let notes = &notes[..spare.clamp(1, notes.len())];
    let rows = inside.height.saturating_sub(notes.len() as u16);
    // If there are too few rows, the least important keys are left out.
    let up_to = |most: u8| bindings().filter(|row| row.help_rank() <= most).collect::<Vec<_>>();
    let mut fewer = (0..=LOWEST_HINT_RANK).rev().map(up_to);
    let bindings = fewer.find(|kept| kept.len() <= usize::from(rows)).unwrap_or_default();
    let keys = bindings.into_iter().map(|row| (row.label, row.help())).chain(mouse_help.iter().copied());
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
    let mode = lane.map_or(Mode::Pool, |lane| lane.plan().mode);
    legend::draw_list(brush, Rect { height: rows, ..right }, scene, theme.lane_colors(mode));
    for (y, note) in (inside.y + rows..inside.bottom()).zip(notes) {
        brush.draw_text(Rect { y, height: 1, ..inside }, note, theme.weak);
    }
}
