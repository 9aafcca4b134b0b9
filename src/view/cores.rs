//! The lane's cores. The idle part of one is hazard tape exactly while a task of the lane is queued.

use ratatui::layout::Rect;

use super::Scene;
use super::paint::Brush;
use crate::model::Lane;

pub(super) fn draw(brush: &mut Brush, area: Rect, scene: &Scene, lane: &Lane, caption: &[String]) {
    let theme = scene.theme;
    let cores = &lane.plan().cores;
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let bars = if area.height > 1 {
        let head = Rect { height: 1, ..inner };
        let label = brush.text(head, "CORES ", theme.weak);
        brush.longest(Rect { x: head.x + label, width: head.width.saturating_sub(label), ..head }, caption, theme.text);
        Rect { y: inner.y + 1, height: inner.height - 1, ..inner }
    } else {
        let label = brush.text(inner, "CORES ", theme.weak);
        Rect { x: inner.x + label, width: inner.width.saturating_sub(label), ..inner }
    };
    // Cores that find no room each share a bar.
    let room = usize::from((bars.width + 1) / 5).max(1);
    let group = cores.len().div_ceil(room).max(1);
    let shown = cores.len().div_ceil(group).max(1);
    let width = (bars.width / shown as u16).max(1);
    for (n, group) in cores.chunks(group).enumerate() {
        let bar = Rect { x: bars.x + n as u16 * width, width: width.saturating_sub(1).max(1), ..bars };
        draw_core(brush, bar, scene, lane, group);
    }
}

fn draw_core(brush: &mut Brush, area: Rect, scene: &Scene, lane: &Lane, cores: &[u32]) {
    let loads: Vec<f32> = cores.iter().filter_map(|core| scene.model.core_load(*core, scene.at)).collect();
    // A core that was not sampled is not known to be idle.
    let load = (loads.len() == cores.len()).then(|| loads.iter().sum::<f32>() / loads.len() as f32);
    let bar = if area.height > 1 {
        let name = match cores {
            [core] => format!("c{core}"),
            [first, .., last] => format!("c{first}–{last}"),
            [] => String::new(),
        };
        let figure = load.map_or("–".into(), |load| format!("{:.0} %", load * 100.0));
        let head = Rect { height: 1, ..area };
        let used = brush.text(head, &name, scene.theme.weak) + 1;
        brush.right(
            Rect { x: head.x + used, width: head.width.saturating_sub(used), ..head },
            &figure,
            scene.theme.text,
        );
        Rect { y: area.y + 1, height: area.height - 1, ..area }
    } else {
        area
    };
    let waits = lane.counts(scene.at).queued > 0;
    let busy = load.map_or(0, |load| (load.clamp(0.0, 1.0) * f32::from(bar.width)).round() as u16);
    let (glyph, style) = match load {
        None => (' ', scene.theme.void),
        Some(_) if waits => ('╱', scene.theme.hazard),
        Some(_) => ('·', scene.theme.void),
    };
    brush.fill(bar, glyph, style);
    brush.fill(Rect { width: busy, ..bar }, '█', block(scene, lane));
}

/// A solid block in the lane's colour.
fn block(scene: &Scene, lane: &Lane) -> ratatui::style::Style {
    let run = scene.theme.lane(lane.plan().mode).run;
    run.bg.map_or(ratatui::style::Style::new(), |color| ratatui::style::Style::new().fg(color))
}
