//! The last two rows of the screen: a line of context, and key hints.

use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::brush::ClippedPainter;
use super::column::{LaneColumn, without_left_columns};
use super::{
    DisplayedScene, ScreenAreas, caption, format_time, key_moment, legend, selection, without_side_columns, zoom,
};
use crate::event::{LaneId, Mode, Nanos, TaskId, WorkerId};
use crate::keys;
use crate::model::{DifferenceReason, FindingKind, KeyMomentKind, Lane, TaskState, Worker};
use crate::report::Report;
use crate::report::phrases::{self, Death, KillLoss};
use crate::text;
use crate::ui::{LessonPhase, OpenQuestion};

/// Draws the context, by priority: a question, a death, a message, a key moment, the selected worker, the verdict; and
/// above it the legend. A free row of the context belongs to the legend, or on small screens to the captions of the
/// lanes.
pub(super) fn draw_context(
    brush: &mut ClippedPainter,
    screen: &ScreenAreas,
    scene: &DisplayedScene,
    columns: &[(Rect, LaneColumn)],
) {
    let area = screen.context;
    let inside = without_side_columns(area, 1);
    let legend = without_side_columns(screen.legend, 1);
    let Some((texts, is_alarm)) = context_texts(scene).or_else(|| first_finding(scene, columns)) else {
        if screen.is_presenter && !zoom::is_zoomed(scene.ui) {
            draw_captions(brush, area, columns);
        } else if screen.legend.height > 0 || zoom::is_zoomed(scene.ui) {
            legend::draw(brush, legend.union(inside), scene, columns);
        } else {
            draw_captions(brush, area, columns);
        }
        return;
    };
    if screen.legend.height > 0 {
        legend::draw(brush, legend, scene, columns);
    }
    let style = if is_alarm { scene.theme.alarm } else { scene.theme.strong };
    if is_alarm {
        brush.fill_area(area, ' ', style);
    }
    brush.draw_wrapped(inside, &texts, style);
}

/// Variants of the text of the context, and whether it is an alarm.
fn context_texts(scene: &DisplayedScene) -> Option<(Vec<String>, bool)> {
    let alarm = question_texts(scene).or_else(|| newest_death(scene));
    let others = || {
        let message = scene.ui.message.clone().map(|message| vec![message]);
        let moment = || message.or_else(|| key_moment_texts(scene));
        let selection = || moment().or_else(|| selection::selected_worker_texts(scene));
        let verdict = || scene.report().map(|report| verdict_texts(scene, report));
        selection().or_else(|| verdict().filter(|texts| texts.iter().any(|text| !text.is_empty())))
    };
    alarm.map(|texts| (texts, true)).or_else(|| Some((others()?, false)))
}

/// The most costly finding about the displayed lanes of a watched program; an alarm if a call never returns. Once the
/// program has ended, with what its change would take.
fn first_finding(scene: &DisplayedScene, columns: &[(Rect, LaneColumn)]) -> Option<(Vec<String>, bool)> {
    let lanes: Vec<LaneId> = columns.iter().map(|(_, column)| column.lane.id()).collect();
    let reported = scene.report().and_then(Report::program).map(|program| program.findings.as_slice());
    let findings = reported.map_or_else(|| scene.model.findings_at(&lanes, scene.at), <[_]>::to_vec);
    let first = findings.iter().find(|finding| finding.lane.is_some_and(|lane| lanes.contains(&lane)))?;
    let is_alarm = matches!(&first.kind, FindingKind::WorkerLost(loss) if loss.blocks_call());
    Some((phrases::finding_variants(first), is_alarm))
}

/// Variants of the verdict, with the key that repeats a disturbed run.
fn verdict_texts(scene: &DisplayedScene, report: &Report) -> Vec<String> {
    let variants = verdict_variants(report);
    let again = report.verdict.reason == DifferenceReason::Disturbed && !scene.is_replay();
    if again { phrases::with_run_again_hint(variants) } else { variants }
}

/// Variants of the verdict over all repeats, longest first.
fn verdict_variants(report: &Report) -> Vec<String> {
    match report.repeats {
        0 | 1 => report.verdict_sentence().shorter_variants(),
        n => phrases::verdict_of_repeats(n, &report.verdict_sentence()),
    }
}

fn draw_captions(brush: &mut ClippedPainter, area: Rect, columns: &[(Rect, LaneColumn)]) {
    // At a stop of a lesson, its caption is the only one.
    let is_stopped = |column: &LaneColumn| {
        let phase = column.scene.ui.lesson.as_ref().map(|lesson| &lesson.phase);
        column.scene.ui.is_presenter() && matches!(phase, Some(LessonPhase::Stopped { .. }))
    };
    for (at, column) in columns.iter().filter(|(_, column)| !column.has_ended() && !is_stopped(column)) {
        let below = Rect { x: at.x, width: at.width, ..area };
        let style = if column.scene.ui.is_presenter() { column.scene.theme.strong } else { column.scene.theme.text };
        brush.draw_wrapped(below, &caption::caption_variants(column), style);
    }
}

fn question_texts(scene: &DisplayedScene) -> Option<Vec<String>> {
    let (lane, id) = match scene.ui.question? {
        OpenQuestion::Kill(lane, id) => (lane, id),
        OpenQuestion::EndProgram => return Some(phrases::end_program_question()),
    };
    let lane = scene.model.lanes().get(lane.index())?;
    let worker = lane.worker(id)?;
    // The state at the newest mark, because the worker is killed now and not at the displayed moment.
    let now = scene.model.newest_mark();
    let snapshot = worker
        .slot()
        .map(|slot| lane.slot_snapshot_at(slot, now))
        .filter(|snapshot| snapshot.worker == Some(id))
        .unwrap_or_default();
    let loss = match (lane.plan().mode, snapshot.task) {
        (Mode::Threads, _) => KillLoss::AllThreads,
        (_, Some(task)) => KillLoss::Task(scene.task_number(task), snapshot.rest_of_record),
        (_, None) => KillLoss::Nothing,
    };
    Some(phrases::kill_question(id, worker.pid(), &loss))
}

/// The newest death since the last key press.
fn newest_death(scene: &DisplayedScene) -> Option<Vec<String>> {
    let deaths = scene.model.lanes().iter().flat_map(|lane| {
        let moments = scene.model.key_moments(lane.id()).into_iter();
        moments.filter_map(move |moment| match moment.kind {
            KeyMomentKind::Death(worker) => Some((moment.at, lane, worker)),
            _ => None,
        })
    });
    let own = |lane: &Lane, worker| lane.is_ended_by_executor(worker, scene.model.newest_mark()) == Some(false);
    let deaths = deaths.filter(|(_, lane, worker)| own(lane, *worker));
    let known = if scene.is_replay() { scene.at } else { scene.model.newest_mark() };
    let unseen = deaths.filter(|(at, ..)| scene.ui.seen.is_none_or(|seen| *at > seen) && *at <= known);
    let unseen: Vec<_> = unseen.collect();
    let (at, lane, worker) = *unseen.iter().max_by_key(|(at, ..)| *at)?;
    let death_message = death_message(scene, lane, worker, at);
    Some(match unseen.len() {
        1 => death_message,
        n => death_message.into_iter().map(|text| text!("deaths-newest", n = n, death = text)).collect(),
    })
}

/// The key moment that was jumped to; for a death, its full message.
fn key_moment_texts(scene: &DisplayedScene) -> Option<Vec<String>> {
    let (id, at) = scene.ui.moment?;
    match at.kind {
        KeyMomentKind::Death(worker) => Some(death_message(scene, scene.model.lanes().get(id.index())?, worker, at.at)),
        _ => Some(key_moment::key_moment_sentences(scene, id, at)),
    }
}

fn death_message(scene: &DisplayedScene, lane: &Lane, id: WorkerId, at: Nanos) -> Vec<String> {
    let worker = lane.worker(id);
    let now = scene.model.newest_mark();
    if let Some(loss) = lane.worker_loss(id, now) {
        return phrases::worker_lost(&phrases::displayed_lane_noun(lane), &loss);
    }
    let is_lost = |task: &TaskId| matches!(lane.task_state(*task, now), TaskState::Lost(_));
    let lost = worker.and_then(|worker| worker.tasks().next_back()).filter(is_lost);
    let in_slot = worker.and_then(Worker::slot).and_then(|slot| lane.slot_snapshot_at(slot, now).worker);
    let exit = worker.and_then(Worker::exit_time_and_kind).map(|(_, exit)| exit);
    phrases::describe_death(&Death {
        lane: &phrases::displayed_lane_noun(lane),
        worker: id,
        pid: worker.and_then(Worker::pid),
        exit,
        at: &format_time(key_moment::time_on_axis(scene, lane, at)),
        lost: lost.map(|task| scene.task_number(task)),
        replacement: in_slot.filter(|other| *other != id),
        in_python: exit
            .map(|exit| phrases::python_after_death(lane.plan().mode, lane.plan().is_python(), exit))
            .unwrap_or_default(),
    })
}

/// Draws the key hints, as many as fit; those of rank 0 always.
pub(super) fn draw_key_hints(brush: &mut ClippedPainter, area: Rect, scene: &DisplayedScene) {
    if scene.ui.types_into_program(scene.model) {
        brush.draw_text(without_side_columns(area, 1), keys::hints_while_typing(), scene.theme.weak);
        return;
    }
    let area = without_side_columns(area, 1);
    let pressed = if scene.ui.is_presenter() { draw_pressed_key(brush, area, scene) } else { 0 };
    // The box of the question names its keys.
    if scene.ui.lesson.as_ref().is_some_and(|lesson| lesson.phase == LessonPhase::Question) {
        return;
    }
    let hints: Vec<_> = keys::footer_hints(scene.ui, scene.ui.is_of_program(scene.model)).collect();
    let text = |most: u8| {
        let texts: Vec<_> = hints.iter().filter(|hint| hint.rank <= most).map(keys::FooterHint::text).collect();
        texts.join(" · ")
    };
    if scene.ui.is_presenter() {
        brush.draw_right_aligned(without_left_columns(area, pressed + 2), &text(0), scene.theme.weak);
        return;
    }
    let variants: Vec<_> = (0..=keys::LOWEST_HINT_RANK).rev().map(text).collect();
    brush.draw_longest(area, &variants, scene.theme.weak);
}

/// Draws the key that was pressed last, and what it does. Returns the width.
pub(super) fn draw_pressed_key(brush: &mut ClippedPainter, area: Rect, scene: &DisplayedScene) -> u16 {
    let Some(key) = &scene.ui.pressed_key else { return 0 };
    let name = brush.draw_text(area, &format!(" {} ", key.name), scene.theme.frozen.add_modifier(Modifier::BOLD));
    let effect = without_left_columns(area, name + 1);
    name + 1 + brush.draw_text(effect, &key.effect, scene.theme.strong.add_modifier(Modifier::BOLD))
}
