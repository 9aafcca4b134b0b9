//! The help over the running picture: the keys on the left, the signs on the right.

use ratatui::layout::Rect;

use super::paint::Brush;
use crate::keys::TOPICS;
use crate::theme::Theme;

const SIGNS: &[&str] = &[
    "[ 04 ]  queued",
    "↓ load  is being loaded",
    "► c2    computes on core 2",
    "≈ 25%   has 25 % of a core",
    "≈ GIL   waits for the lock",
    "○ I/O   waits for I/O",
    "║ stop  suspended",
    "× dead  killed, or failed",
    "╱╱╱     idle while tasks wait",
];

pub(super) fn draw(brush: &mut Brush, screen: Rect, theme: &Theme) {
    let height = (TOPICS.len() as u16 + 5).min(screen.height);
    let width = 84.min(screen.width);
    let area =
        Rect { x: screen.x + (screen.width - width) / 2, y: screen.y + (screen.height - height) / 2, width, height };
    brush.clear(area);
    brush.frame(area, &["keys and signs · any key closes".into()], theme.strong);
    let row = |n: u16| Rect { x: area.x + 2, y: area.y + 1 + n, width: area.width.saturating_sub(4), height: 1 };
    let inside = |n: u16| n + 2 < area.height;
    for (n, topic) in (0..).zip(TOPICS).filter(|(n, _)| inside(*n)) {
        brush.text(row(n), topic.label, theme.strong);
        let text = row(n);
        brush.text(
            Rect { x: text.x + 10, width: (text.width.saturating_sub(10)).min(36), ..text },
            topic.help,
            theme.text,
        );
    }
    let right = area.x + 50;
    for (n, sign) in (0..).zip(SIGNS).filter(|(n, _)| inside(*n)) {
        let text = row(n);
        brush.text(Rect { x: right, width: text.right().saturating_sub(right), ..text }, sign, theme.text);
    }
    let last = TOPICS.len() as u16 + 1;
    if inside(last) {
        let sentence = "MEMORY: tasks loaded and not released; MB: payload; private: what it took.";
        brush.text(row(last), sentence, theme.weak);
    }
}
