//! The last two rows: what matters now, and the keys.

use ratatui::layout::Rect;

use super::Scene;
use super::paint::Brush;
use crate::keys::TOPICS;
use crate::model::Worker;
use crate::theme::Theme;
use crate::ui::Question;
use crate::units::{bytes, duration};

/// A question, else a message, else the selected worker, else the verdict, else the legend.
pub(super) fn context(brush: &mut Brush, area: Rect, scene: &Scene) {
    let theme = scene.theme;
    if let Some(Question::Kill(lane, worker)) = scene.ui.question {
        let pid = scene.model.lanes().get(lane.index()).and_then(|lane| lane.worker(worker)).and_then(Worker::pid);
        let who = pid.map_or_else(|| format!("w{worker}"), |pid| format!("w{worker} (pid {pid})"));
        brush.text(
            area,
            &format!(" Kill {who}? What it holds will be lost.   y kill · any other key: no "),
            theme.alarm,
        );
    } else if let Some(message) = &scene.ui.message {
        brush.text(area, message, theme.alarm);
    } else if let Some(selection) = selection(scene) {
        brush.text(area, &selection, theme.strong);
    } else if let Some(report) = scene.ui.report.as_ref().filter(|_| scene.is_live()) {
        brush.longest(area, &shorter(&report.verdict.sentence), theme.strong);
    } else {
        legend(brush, area, scene);
    }
}

/// A sentence, and without what comes behind its last comma, and so on, for where there is less room.
fn shorter(sentence: &str) -> Vec<String> {
    let cuts = sentence.rmatch_indices([',', ';']).map(|(at, _)| format!("{}.", &sentence[..at]));
    std::iter::once(sentence.to_string()).chain(cuts).collect()
}

fn selection(scene: &Scene) -> Option<String> {
    let slot = scene.ui.slot?;
    let lane = scene.model.lanes().get(scene.ui.lane.index())?;
    let seat = lane.seat(slot, scene.at);
    let Some(worker) = seat.worker else {
        return Some(format!("{} place {slot}: nobody yet", lane.plan().mode.name()));
    };
    let pid = seat.pid.map_or("–".into(), |pid| pid.to_string());
    let task = seat.task.map_or("no task".into(), |task| format!("task {task}"));
    let share = |share: Option<f32>| share.map_or("–".into(), |share| format!("{:.0} %", share * 100.0));
    let io = lane.worker(worker).map_or(0, |worker| worker.io_time(scene.at));
    Some(format!(
        "{} w{worker} · pid {pid} · {task} · on a core {} · waits for one {} · {} in I/O · private {}",
        lane.plan().mode.name(),
        share(seat.cpu_share),
        share(seat.wait_share),
        duration(io),
        seat.private_bytes.map_or("–".into(), bytes),
    ))
}

fn legend(brush: &mut Brush, area: Rect, scene: &Scene) {
    let theme = scene.theme;
    let signs = [
        ("██ computes", theme.text),
        ("▒▒ takes turns", theme.text),
        ("── waits for I/O", theme.text),
        ("·· queued", theme.text),
        ("╱╱ core idle while tasks wait", theme.text),
    ];
    let mut x = area.x;
    for (text, style) in signs {
        let room = Rect { x, width: area.right().saturating_sub(x), ..area };
        if ratatui::text::Span::raw(text).width() > usize::from(room.width) {
            break;
        }
        x += brush.text(room, text, style) + 3;
    }
}

/// The keys, as many as there is room for, the last two always.
pub(super) fn keys(brush: &mut Brush, area: Rect, theme: &Theme) {
    let named: Vec<String> =
        TOPICS.iter().filter_map(|topic| Some(format!("{} {}", topic.label, topic.footer?))).collect();
    let (most, always) = named.split_at(named.len().saturating_sub(2));
    let width = |parts: &[&String]| parts.iter().map(|part| part.chars().count() + 3).sum::<usize>();
    let mut shown: Vec<&String> = most.iter().collect();
    while !shown.is_empty() && width(&shown) + width(&always.iter().collect::<Vec<_>>()) > usize::from(area.width) + 3 {
        shown.pop();
    }
    let text: Vec<&str> = shown.into_iter().chain(always).map(String::as_str).collect();
    brush.text(area, &text.join(" · "), theme.weak);
}
