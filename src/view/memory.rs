//! Memory, the only box: a seat for every worker, and in it the task whose payload is resident.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::Scene;
use super::lane::Layout;
use super::paint::Brush;
use super::tiles::Form;
use crate::event::SlotId;
use crate::model::{Lane, Seat, SeatState};
use crate::units::{bytes, count};

pub(super) fn draw(brush: &mut Brush, area: Rect, scene: &Scene, lane: &Lane, layout: &Layout) {
    let counts = lane.counts(scene.at);
    let tasks = scene.model.run().map_or(0, |run| run.workload.tasks);
    let held = format!("{} of {} tasks", count(counts.resident.into()), count(tasks.into()));
    let payload = bytes(counts.resident_bytes);
    let private = lane.private_bytes(scene.at).map_or("–".into(), bytes);
    let title = [
        format!("MEMORY {held} · {payload} · private {private}"),
        format!("MEMORY {held} · {payload}"),
        format!("MEMORY {} of {}", counts.resident, tasks),
    ];
    brush.frame(area, &title, scene.theme.strong);
    let inside = Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(2),
    };
    seats(brush, inside, scene, lane, layout);
    let room = room(inside, layout);
    if lane.slots() > room {
        let foot =
            Rect { x: area.x + 2, y: area.bottom().saturating_sub(1), width: area.width.saturating_sub(4), height: 1 };
        brush.right(foot, &format!(" showing {room} of {} workers ", count(lane.slots() as u64)), scene.theme.weak);
    } else if let Form::Cell(scale) = layout.form
        && scale > 1
    {
        let foot =
            Rect { x: area.x + 2, y: area.bottom().saturating_sub(1), width: area.width.saturating_sub(4), height: 1 };
        brush.right(foot, &format!(" 1 cell = {scale} workers "), scene.theme.weak);
    }
}

/// How many workers find room.
fn room(area: Rect, layout: &Layout) -> usize {
    let cells = usize::from((area.width / layout.form.pitch(layout.digits)).max(1)) * usize::from(area.height);
    if let Form::Cell(scale) = layout.form { cells * scale as usize } else { cells }
}

fn seats(brush: &mut Brush, area: Rect, scene: &Scene, lane: &Lane, layout: &Layout) {
    let pitch = layout.form.pitch(layout.digits);
    let a_row = usize::from((area.width / pitch).max(1));
    let scale = if let Form::Cell(scale) = layout.form { scale as usize } else { 1 };
    let crowded = lane.counts(scene.at).ready as usize > lane.plan().cores.len();
    for (n, first) in (0..lane.slots().min(room(area, layout))).step_by(scale).enumerate() {
        let tile = Rect {
            x: area.x + (n % a_row) as u16 * pitch,
            y: area.y + (n / a_row) as u16,
            width: if pitch > 1 { pitch - 1 } else { 1 },
            height: 1,
        };
        let slot = SlotId(first as u32);
        let seat = lane.seat(slot, scene.at);
        let (glyph, word, mut style) = sign(scene, lane, &seat, crowded);
        if scene.ui.lane == lane.id() && scene.ui.slot == Some(slot) {
            style = style.add_modifier(Modifier::REVERSED | Modifier::UNDERLINED);
        }
        if pitch > 1 {
            brush.fill(tile, ' ', style);
        }
        let number = seat.task.map_or_else(
            || " ".repeat(usize::from(layout.digits)),
            |task| format!("{task:0w$}", w = usize::from(layout.digits)),
        );
        match layout.form {
            Form::Word => brush.text(tile, &format!("{number} {glyph} {word}"), style),
            Form::Number => brush.text(tile, &format!("{number}{glyph}"), style),
            Form::Cell(_) => brush.text(tile, &glyph.to_string(), style),
        };
    }
}

/// How a worker's state is shown: glyph, word, style.
fn sign(scene: &Scene, lane: &Lane, seat: &Seat, crowded: bool) -> (char, String, Style) {
    let colors = scene.theme.lane(lane.plan().mode);
    match seat.state {
        SeatState::Vacant | SeatState::Idle => {
            ('·', if seat.worker.is_some() { "idle".into() } else { String::new() }, scene.theme.faint)
        }
        SeatState::Starting => ('·', "start".into(), scene.theme.faint),
        SeatState::Loading => ('↓', "load".into(), colors.mid),
        SeatState::Computing if crowded => {
            ('≈', seat.cpu_share.map(|share| format!("{:.0}%", share * 100.0)).unwrap_or_default(), colors.mid)
        }
        SeatState::Computing => ('►', seat.core.map(|core| format!("c{core}")).unwrap_or_default(), colors.run),
        SeatState::WaitsForGil => ('≈', "GIL".into(), colors.mid),
        SeatState::InIo => ('○', "I/O".into(), colors.dim),
        SeatState::Suspended => ('║', "stop".into(), colors.dim),
        SeatState::NotSpawned => ('×', "none".into(), scene.theme.alarm),
        SeatState::Exited(crate::event::Exit::Code(0)) => ('·', String::new(), scene.theme.faint),
        SeatState::Exited(_) => ('×', "dead".into(), scene.theme.alarm),
    }
}
