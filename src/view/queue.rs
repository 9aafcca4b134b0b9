//! The queue, outside of memory: the tasks that nobody has taken yet, head first.

use ratatui::layout::Rect;

use super::Scene;
use super::lane::Layout;
use super::paint::Brush;
use super::tiles::Form;
use crate::model::Lane;
use crate::units::count;

pub(super) fn draw(brush: &mut Brush, area: Rect, scene: &Scene, lane: &Lane, layout: &Layout) {
    let theme = scene.theme;
    let queued = lane.counts(scene.at).queued;
    let row = |n: u16| Rect { x: area.x + 1, y: area.y + n, width: area.width.saturating_sub(1), height: 1 };
    let label = brush.text(row(0), "QUEUE ", theme.weak);
    let figure = brush.text(shift(row(0), label), &count(queued.into()), theme.strong);
    brush.longest(shift(row(0), label + figure + 2), &sentences(scene, lane, queued, layout.digits), theme.weak);
    let tiles = Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(1),
    };
    match layout.form {
        // The head is next to memory's box: what is far away is drawn smaller.
        Form::Cell(scale) => pile(brush, tiles, scene, queued, scale),
        form => tasks(brush, tiles, scene, lane, form, layout.digits),
    }
}

fn shift(area: Rect, by: u16) -> Rect {
    Rect { x: area.x + by, width: area.width.saturating_sub(by), ..area }
}

fn sentences(scene: &Scene, lane: &Lane, queued: u32, digits: u16) -> Vec<String> {
    let started = lane.zero().is_some_and(|zero| zero <= scene.at);
    match lane.next_in_queue(scene.at) {
        _ if !started => vec!["not started yet".into()],
        Some(_) if lane.plan().own_queues => {
            vec![format!("{queued} wait for their process to start"), "processes start".into()]
        }
        Some(next) => {
            let next = format!("{next:0width$}", width = usize::from(digits));
            vec![format!("first in, first out: {next} is next"), format!("{next} is next")]
        }
        None if lane.plan().own_queues => vec!["every task got a process at once".into(), "nobody waits".into()],
        None => vec!["the queue is empty".into(), "empty".into()],
    }
}

fn tasks(brush: &mut Brush, area: Rect, scene: &Scene, lane: &Lane, form: Form, digits: u16) {
    let pitch = form.pitch(digits);
    let a_row = (area.width / pitch).max(1);
    let room = usize::from(a_row) * usize::from(area.height);
    let queued = lane.counts(scene.at).queued as usize;
    let shown = if queued > room { room.saturating_sub(1) } else { queued };
    let cell = |n: usize| {
        let (x, y) = (n as u16 % a_row, n as u16 / a_row);
        Rect { x: area.x + x * pitch, y: area.y + y, width: pitch - 1, height: 1 }
    };
    for (n, task) in lane.queue(scene.at).take(shown).enumerate() {
        let text = format!("{task:0width$}", width = usize::from(digits));
        let text = if form == Form::Word { format!("[ {text} ]") } else { format!("[{text}]") };
        brush.text(cell(n), &text, scene.theme.tile);
    }
    if queued > shown && room > 0 {
        brush.text(cell(shown), &format!("+{}", count((queued - shown) as u64)), scene.theme.weak);
    }
}

/// Too many to tell apart: an area that shrinks.
fn pile(brush: &mut Brush, area: Rect, scene: &Scene, queued: u32, at_least: u32) {
    let rows = area.height.saturating_sub(1);
    let room = (u32::from(area.width) * u32::from(rows)).max(1);
    let tasks = scene.model.run().map_or(1, |run| run.workload.tasks);
    let scale = tasks.div_ceil(room).max(at_least).max(1);
    let cells = queued.div_ceil(scale);
    for n in 0..cells.min(room) {
        let (x, y) = (n % u32::from(area.width.max(1)), n / u32::from(area.width.max(1)));
        brush.glyph(area.x + x as u16, area.y + y as u16, '■', scene.theme.weak);
    }
    let foot = Rect { y: area.y + rows, height: area.height.min(1), ..area };
    if queued > 0 {
        brush.text(
            foot,
            &if scale == 1 { "■ = 1 task".into() } else { format!("■ = {} tasks", count(scale.into())) },
            scene.theme.faint,
        );
    }
}
