//! The pressed key in words, for a class that sees the screen and not the keyboard.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::event::Mode;
use crate::model::{Lane, Model};
use crate::text;
use crate::ui::{Action, LessonPhase, PressedKey, Request, TimeCursor, Ui};

/// Names a key and what it is about to do.
#[must_use]
pub fn pressed_key(key: &KeyEvent, action: Action, ui: &Ui, model: &Model) -> PressedKey {
    PressedKey { name: name_of(key), effect: effect_of(action, ui, model) }
}

fn name_of(key: &KeyEvent) -> String {
    let name = match key.code {
        KeyCode::Char(' ') => "space".into(),
        KeyCode::Char(c) => c.to_string(),
        KeyCode::Left => "←".into(),
        KeyCode::Right => "→".into(),
        KeyCode::Up => "↑".into(),
        KeyCode::Down => "↓".into(),
        KeyCode::PageUp => "pgup".into(),
        KeyCode::PageDown => "pgdn".into(),
        KeyCode::BackTab => "shift+tab".into(),
        code => code.to_string().to_lowercase(),
    };
    if key.modifiers.contains(KeyModifiers::CONTROL) { format!("ctrl+{name}") } else { name }
}

/// What an action does in the current state, in the order in which [`Ui::apply_action`] asks.
fn effect_of(action: Action, ui: &Ui, model: &Model) -> String {
    let quits = matches!(action, Action::Request(Request::Quit | Request::Interrupt));
    if ui.question.is_some() {
        return if action == Action::Yes { text!("pressed-yes") } else { text!("pressed-no") }.into();
    }
    if (ui.help || ui.output_open) && !quits {
        return text!("pressed-close").into();
    }
    if ui.map.is_some() && matches!(action, Action::StepTime(_) | Action::NextWorker(_) | Action::NextLane(_)) {
        return text!("pressed-select").into();
    }
    let is_list_open = ui.selected_scenario.is_some() || ui.what_if.is_some();
    match (action, ui.lesson.as_ref().map(|lesson| &lesson.phase)) {
        (Action::Zoom, _) if is_list_open => text!("pressed-start").into(),
        (Action::Back, _) if is_list_open => text!("pressed-close").into(),
        (Action::NextWorker(_) | Action::NextLane(_), _) if is_list_open => text!("pressed-select").into(),
        (Action::Request(Request::ToggleMode(mode)), Some(LessonPhase::Question)) => {
            let answer = Mode::ALL_VARIANTS.into_iter().position(|other| other == mode).unwrap_or_default() + 1;
            text!("pressed-vote", answer = answer)
        }
        (Action::Zoom, Some(LessonPhase::Question)) => text!("pressed-start").into(),
        (Action::Freeze, Some(LessonPhase::Stopped { .. })) => text!("pressed-go-on").into(),
        (Action::Back | Action::Zoom | Action::Freeze, Some(LessonPhase::Closing(_))) => text!("pressed-close").into(),
        (Action::Request(request), _) => effect_of_request(request, model),
        _ => effect_on_picture(action, ui, model).into(),
    }
}

fn effect_of_request(request: Request, model: &Model) -> String {
    match request {
        Request::ToggleMode(mode) if model.lanes().iter().any(|lane| lane.plan().mode == mode) => {
            text!("pressed-hide-mode", mode = mode.name())
        }
        Request::ToggleMode(mode) => text!("pressed-show-mode", mode = mode.name()),
        Request::ToggleIo => {
            let has_io = model.run().and_then(|run| run.workload.as_ref()).is_some_and(|workload| workload.io > 0);
            if has_io { text!("pressed-without-io") } else { text!("pressed-with-io") }.into()
        }
        Request::NextCorePolicy => text!("pressed-cores").into(),
        Request::Workers(by) => chosen(by, text!("pressed-worker-fewer"), text!("pressed-worker-more")).into(),
        Request::Tasks(by) => chosen(by, text!("pressed-half-tasks"), text!("pressed-twice-tasks")).into(),
        Request::Again => text!("pressed-again").into(),
        Request::Save => text!("pressed-save").into(),
        Request::Run(by) => chosen(by, text!("pressed-previous-run"), text!("pressed-next-run")).into(),
        Request::Quit | Request::Interrupt => text!("pressed-quit").into(),
        _ => String::new(),
    }
}

fn effect_on_picture(action: Action, ui: &Ui, model: &Model) -> &'static str {
    match action {
        Action::Freeze => match ui.playback {
            Some(playback) if playback.playing => text!("pressed-pause"),
            Some(_) => text!("pressed-play"),
            None if ui.cursor == TimeCursor::Live => text!("pressed-freeze"),
            None => text!("pressed-go-on"),
        },
        Action::StepTime(by) => chosen(by, text!("pressed-back-in-time"), text!("pressed-forward-in-time")),
        Action::StepEvent(by) => chosen(by, text!("pressed-previous-event"), text!("pressed-next-event")),
        Action::StepMoment(by) => chosen(by, text!("pressed-previous-moment"), text!("pressed-next-moment")),
        Action::Start => text!("pressed-to-start"),
        Action::End => text!("pressed-to-end"),
        Action::Speed(by) => chosen(by, text!("pressed-slower"), text!("pressed-faster")),
        Action::Suspend => {
            let lane = model.lanes().get(ui.selected_lane_id(model).index());
            let is_suspended = lane.is_some_and(|lane: &Lane| lane.is_suspended(model.newest_mark()));
            if is_suspended { text!("pressed-resume") } else { text!("pressed-suspend") }
        }
        Action::Kill => text!("pressed-kill"),
        Action::NextLane(_) => text!("pressed-next-lane"),
        Action::NextWorker(_) => text!("pressed-next-worker"),
        Action::Zoom => text!("pressed-zoom"),
        Action::NextOrder => text!("pressed-order"),
        Action::Page(_) => text!("pressed-page"),
        Action::Presenter if ui.is_presenter() => text!("pressed-usual-layout"),
        Action::Presenter => text!("pressed-large-layout"),
        Action::Help => text!("pressed-help"),
        Action::Output => text!("pressed-output"),
        Action::Scenarios if ui.has_lessons => text!("pressed-lessons"),
        Action::Scenarios => text!("pressed-scenarios"),
        Action::WhatIf => text!("pressed-what-if"),
        Action::Back => text!("pressed-back"),
        _ => "",
    }
}

/// The first text for a step back, the second for a step forward.
const fn chosen(by: i8, back: &'static str, forward: &'static str) -> &'static str {
    if by < 0 { back } else { forward }
}
