//! A lesson over the lanes: the question, the caption of a stop beside its lane, the result.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::brush::{ClippedPainter, wrap};
use super::column::without_left_columns;
use super::{DisplayedScene, GAP_BETWEEN_LANES, ScreenAreas, lane_width};
use crate::event::LaneId;
use crate::text;
use crate::ui::{LessonPhase, LessonResult, LessonView};

/// Maximum width of question and result, including the frame.
const MAX_WIDTH: u16 = 86;
/// Maximum width of the bar of an answer's votes.
const MAX_BAR_WIDTH: usize = 12;

/// A line of a box with its style.
type Line = (String, Style);

/// Draws what the lesson shows now.
pub(super) fn draw(brush: &mut ClippedPainter, screen: &ScreenAreas, scene: &DisplayedScene, shown: &[LaneId]) {
    let Some(view) = &scene.ui.lesson else { return };
    // The presenter's caption takes the rows of the sentences below the lanes.
    let below = if screen.is_presenter { screen.context.height } else { 0 };
    let body = Rect { height: screen.body.height + below, ..screen.body };
    match &view.phase {
        LessonPhase::Question => draw_question(brush, body, scene, view),
        LessonPhase::Stopped { lane, caption } => {
            draw_caption(brush, lane_area(body, shown, *lane), scene, view, caption);
        }
        LessonPhase::Closing(result) => draw_result(brush, body, scene, view, result),
        LessonPhase::Running | LessonPhase::Closed => {}
    }
}

/// The area of a lane, or the body if the lane is not displayed.
fn lane_area(body: Rect, shown: &[LaneId], lane: LaneId) -> Rect {
    let Some(n) = shown.iter().position(|other| *other == lane) else { return body };
    let width = lane_width(body, shown.len());
    Rect { x: body.x + n as u16 * (width + GAP_BETWEEN_LANES), width, ..body }
}

fn draw_question(brush: &mut ClippedPainter, body: Rect, scene: &DisplayedScene, view: &LessonView) {
    let (theme, lesson) = (scene.theme, &view.lesson);
    let width = box_width(body, scene);
    let question = lesson.question.fill(&lesson.plan.arguments());
    let mut lines = styled(wrap(&question, width_inside(width)), theme.strong);
    lines.push((String::new(), theme.text));
    let gap = scene.ui.is_presenter().then(|| (String::new(), theme.text));
    for n in 0..lesson.answers.len() {
        lines.push((answer_line(view, n), theme.strong));
        lines.extend(gap.clone());
    }
    lines.push((String::new(), theme.text));
    lines.push((text!("lesson-keys-vote", last = lesson.answers.len()), theme.weak));
    draw_box(brush, centered(body, width, &lines), &title(view), &lines, scene);
}

/// Width of question and result.
fn box_width(body: Rect, scene: &DisplayedScene) -> u16 {
    if scene.ui.is_presenter() { body.width } else { MAX_WIDTH.min(body.width) }
}

/// An answer with its key and its votes.
fn answer_line(view: &LessonView, n: usize) -> String {
    let (lesson, votes) = (&view.lesson, view.votes_for(n));
    let answer = format!("{}  {}", n + 1, lesson.answers[n].text.fill(&lesson.plan.arguments()));
    if votes == 0 {
        return answer;
    }
    let bar = "█".repeat(votes.min(MAX_BAR_WIDTH));
    format!("{answer}  {bar} {}", text!("lesson-votes", count = votes))
}

/// Draws the caption of a stop at the bottom of its lane.
fn draw_caption(brush: &mut ClippedPainter, lane: Rect, scene: &DisplayedScene, view: &LessonView, caption: &str) {
    let mut lines = styled(wrap(caption, width_inside(lane.width)), scene.theme.strong);
    lines.push((text!("lesson-keys-go-on").into(), scene.theme.weak));
    let height = (lines.len() as u16 + 2).min(lane.height);
    let area = Rect { y: lane.bottom() - height, height, ..lane };
    let mut position = text!("lesson-stop-position", number = view.next_stop + 1, of = view.lesson.stops.len());
    if view.lesson.runs > 1 {
        let run = text!("lesson-run-position", number = view.run + 1, of = view.lesson.runs);
        position = format!("{run} · {position}");
    }
    draw_box(brush, area, &[position], &lines, scene);
}

fn draw_result(
    brush: &mut ClippedPainter,
    body: Rect,
    scene: &DisplayedScene,
    view: &LessonView,
    result: &LessonResult,
) {
    let (theme, lesson) = (scene.theme, &view.lesson);
    let width = box_width(body, scene);
    let wrapped = |text: &str, style| styled(wrap(text, width_inside(width)), style);
    let question = lesson.question.fill(&lesson.plan.arguments());
    let mut lines = wrapped(&question, theme.text);
    lines.push((String::new(), theme.text));
    let right = match result {
        LessonResult::Measured { outcome, .. } => outcome.right,
        LessonResult::Changed | LessonResult::NotMeasured => None,
    };
    for n in 0..lesson.answers.len() {
        let answer = answer_line(view, n);
        lines.push(match right {
            Some(right) if right == n => {
                (format!("{answer}  ◄ {}", text!("lesson-right-here")), theme.strong.add_modifier(Modifier::BOLD))
            }
            _ => (answer, theme.text),
        });
    }
    lines.push((String::new(), theme.text));
    match result {
        LessonResult::Changed => lines.extend(wrapped(text!("lesson-changed"), theme.strong)),
        LessonResult::NotMeasured => lines.extend(wrapped(text!("lesson-not-measured"), theme.strong)),
        LessonResult::Measured { outcome, disturbed } => {
            lines.extend(wrapped(&outcome.closing, theme.strong));
            if let Some(note) = outcome.note(*disturbed) {
                lines.extend(wrapped(note, if *disturbed { theme.alarm } else { theme.strong }));
            }
        }
    }
    lines.push((String::new(), theme.text));
    lines.push((text!("lesson-keys-end").into(), theme.weak));
    // The presenter's figures above it stay visible.
    let middle = centered(body, width, &lines);
    let at_bottom = Rect { y: body.bottom() - middle.height, ..middle };
    let area = if scene.ui.is_presenter() { at_bottom } else { middle };
    draw_box(brush, area, &title(view), &lines, scene);
}

/// Title of the lesson, and of the result if there is one.
fn title(view: &LessonView) -> [String; 1] {
    let title = view.lesson.title.fill(&[]);
    [if view.is_over() { format!("{title} · {}", text!("lesson-result")) } else { title }]
}

fn styled(lines: Vec<String>, style: Style) -> Vec<Line> {
    lines.into_iter().map(|line| (line, style)).collect()
}

/// Width of the text in a box of this width.
const fn width_inside(width: u16) -> u16 {
    width.saturating_sub(4)
}

/// The middle of an area, high enough for these lines in a box.
fn centered(area: Rect, width: u16, lines: &[Line]) -> Rect {
    let height = (lines.len() as u16 + 2).min(area.height);
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

fn draw_box(brush: &mut ClippedPainter, area: Rect, title: &[String], lines: &[Line], scene: &DisplayedScene) {
    brush.clear(area);
    brush.fill_area(area, ' ', scene.theme.text);
    brush.draw_box(area, title, scene.theme.strong);
    let rows = area.y + 1..area.bottom().saturating_sub(1);
    let inside = Rect { width: area.width.saturating_sub(2), ..without_left_columns(area, 2) };
    for (y, (text, style)) in rows.zip(lines) {
        brush.draw_text(Rect { y, height: 1, width: inside.width.saturating_sub(2), ..inside }, text, *style);
    }
}
