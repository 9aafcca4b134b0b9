//! The key table, from which handler, footer, help and man page are made.

mod pressed;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEventKind};

use crate::event::Mode;
use crate::language;
use crate::text;
use crate::ui::{Action, LiveSource, MouseTarget, Request, TimeCursor, Ui, ZoomLevel};

pub use pressed::pressed_key;

/// A row of the table: related keys.
#[derive(Clone, Copy, Debug)]
pub struct KeyBinding {
    /// Each key with its action.
    pub keys: &'static [(KeyCode, Action)],
    /// The keys as shown in the help.
    pub label: &'static str,
    /// Key of the description in the help.
    help: &'static str,
    /// Footer hint on the live screen.
    pub live: Option<FooterHint>,
    /// Footer hint on the live screen once the run has ended.
    pub ended: Option<FooterHint>,
    /// Footer hint while the picture is frozen.
    pub frozen: Option<FooterHint>,
    /// Footer hint while a live run is zoomed in on a lane or worker.
    pub zoomed: Option<FooterHint>,
    /// Footer hint while a replay is zoomed in on a lane or worker.
    pub zoomed_replay: Option<FooterHint>,
    /// Footer hint in a replay.
    pub replay: Option<FooterHint>,
    /// The runs in which the keys have a function.
    pub runs: RunKind,
}

/// Runs in which a key has a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunKind {
    /// All runs, and before a cluster is connected to.
    Always,
    /// All runs.
    Any,
    /// Live runs.
    Live,
    /// Live runs of mpviz's own workload.
    Workload,
    /// Live runs that mpviz can start again.
    Repeatable,
    /// Watched programs that are live.
    Program,
}

/// A footer hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FooterHint {
    /// Key of the text.
    text: &'static str,
    /// Hints with a higher rank are dropped first if space is short; rank 0 is never dropped.
    pub rank: u8,
}

impl FooterHint {
    /// The hint in the selected language.
    #[must_use]
    pub fn text(&self) -> &'static str {
        language::fixed_text(self.text)
    }
}

pub const LOWEST_HINT_RANK: u8 = 6;

const fn hint(rank: u8, text: &'static str) -> FooterHint {
    FooterHint { text, rank }
}

const fn binding(
    keys: &'static [(KeyCode, Action)],
    (label, help): (&'static str, &'static str),
    live: Option<FooterHint>,
    frozen: Option<FooterHint>,
) -> KeyBinding {
    KeyBinding {
        keys,
        label,
        help,
        live,
        ended: live,
        frozen,
        zoomed: None,
        zoomed_replay: None,
        replay: None,
        runs: RunKind::Any,
    }
}

impl KeyBinding {
    const fn once_ended(self, ended: Option<FooterHint>) -> Self {
        Self { ended, ..self }
    }

    const fn zoomed(self, rank: u8, text: &'static str) -> Self {
        self.zoomed_live(rank, text).zoomed_replay(rank, text)
    }

    const fn zoomed_live(self, rank: u8, text: &'static str) -> Self {
        Self { zoomed: Some(hint(rank, text)), ..self }
    }

    const fn zoomed_replay(self, rank: u8, text: &'static str) -> Self {
        Self { zoomed_replay: Some(hint(rank, text)), ..self }
    }

    /// The description in the help, in the selected language.
    #[must_use]
    pub fn help(&self) -> &'static str {
        language::fixed_text(self.help)
    }

    /// Rank of the binding in the help: the lowest rank of its footer hints, else [`LOWEST_HINT_RANK`].
    #[must_use]
    pub fn help_rank(&self) -> u8 {
        let hints = [self.live, self.ended, self.frozen, self.zoomed, self.zoomed_replay, self.replay];
        hints.into_iter().flatten().map(|hint| hint.rank).min().unwrap_or(LOWEST_HINT_RANK)
    }

    const fn only_in(self, runs: RunKind) -> Self {
        Self { runs, ..self }
    }

    /// Whether the keys have a function in a run of a watched program, or of mpviz's own workload. In a recording that
    /// is followed, nothing can be changed, and a recording has no output of its program.
    #[must_use]
    pub fn works_in(&self, program: bool, ui: &Ui) -> bool {
        let source = ui.live_source;
        let is_live = source != LiveSource::Recording;
        match self.runs {
            RunKind::Always => true,
            _ if ui.waits_for.is_some() => false,
            RunKind::Any => true,
            RunKind::Live => is_live,
            RunKind::Workload => is_live && !program,
            RunKind::Repeatable => is_live && (!program || source == LiveSource::Graph),
            RunKind::Program => {
                let has_output = !source.is_of_cluster() && ui.playback.is_none();
                is_live && program && has_output
            }
        }
    }

    const fn in_replay(self, rank: u8, text: &'static str) -> Self {
        Self { replay: Some(hint(rank, text)), ..self }
    }
}

use KeyCode::Char;

/// Closes the output of a watched program, which gets all other keys while it is open.
pub const CLOSE_OUTPUT: KeyCode = KeyCode::F(12);

/// The footer while keys go to a watched program, whose terminal turns Ctrl-C into SIGINT.
#[must_use]
pub fn hints_while_typing() -> &'static str {
    text!("hint-while-typing")
}

/// All key bindings, in the order of help and footer.
pub const KEY_BINDINGS: &[KeyBinding] = &[
    binding(
        &[
            (Char('1'), Action::Request(Request::ToggleMode(Mode::Serial))),
            (Char('2'), Action::Request(Request::ToggleMode(Mode::Threads))),
            (Char('3'), Action::Request(Request::ToggleMode(Mode::Pool))),
            (Char('4'), Action::Request(Request::ToggleMode(Mode::Process))),
        ],
        ("1 2 3 4", "key-modes"),
        Some(hint(3, "hint-modes")),
        Some(hint(3, "hint-modes")),
    )
    .only_in(RunKind::Workload),
    binding(&[(Char('i'), Action::Request(Request::ToggleIo))], ("i", "key-io"), Some(hint(2, "hint-io")), None)
        .only_in(RunKind::Workload),
    binding(
        &[(Char('c'), Action::Request(Request::NextCorePolicy))],
        ("c", "key-cores"),
        Some(hint(6, "hint-cores")),
        None,
    )
    .only_in(RunKind::Workload),
    binding(&[(Char('S'), Action::Scenarios)], ("S", "key-scenarios"), Some(hint(4, "hint-scenarios")), None)
        .only_in(RunKind::Workload),
    binding(
        &[
            (Char('+'), Action::Request(Request::Workers(1))),
            (Char('='), Action::Request(Request::Workers(1))),
            (Char('-'), Action::Request(Request::Workers(-1))),
        ],
        ("+ -", "key-workers"),
        Some(hint(3, "hint-workers")),
        None,
    )
    .only_in(RunKind::Workload),
    binding(
        &[(Char('['), Action::Request(Request::Tasks(-1))), (Char(']'), Action::Request(Request::Tasks(1)))],
        ("[ ]", "key-tasks"),
        Some(hint(5, "hint-tasks")),
        None,
    )
    .only_in(RunKind::Workload),
    binding(&[(Char('r'), Action::Request(Request::Again))], ("r", "key-again"), Some(hint(2, "hint-again")), None)
        .only_in(RunKind::Repeatable),
    binding(&[(Char('w'), Action::WhatIf)], ("w", "key-what-if"), None, None)
        .once_ended(Some(hint(2, "hint-what-if")))
        .in_replay(2, "hint-what-if")
        .only_in(RunKind::Live),
    binding(
        &[(Char(' '), Action::Freeze), (Char('{'), Action::Speed(-1)), (Char('}'), Action::Speed(1))],
        ("space { }", "key-freeze"),
        Some(hint(1, "hint-freeze")),
        Some(hint(1, "hint-go-on")),
    )
    .zoomed_live(2, "hint-freeze-go-on")
    .zoomed_replay(1, "hint-play-speed")
    .in_replay(0, "hint-play-pause-speed"),
    binding(&[(Char('p'), Action::Presenter)], ("p", "key-presenter"), None, None).only_in(RunKind::Always),
    binding(&[(Char('s'), Action::Request(Request::Save))], ("s", "key-save"), Some(hint(6, "hint-save")), None)
        .only_in(RunKind::Live),
    binding(
        &[(KeyCode::Left, Action::StepTime(-1)), (KeyCode::Right, Action::StepTime(1))],
        ("← →", "key-step-time"),
        Some(hint(5, "hint-time")),
        Some(hint(1, "hint-step")),
    )
    .zoomed(4, "hint-time")
    .in_replay(2, "hint-step"),
    binding(
        &[
            (Char(','), Action::StepEvent(-1)),
            (Char('.'), Action::StepEvent(1)),
            (Char('<'), Action::StepMoment(-1)),
            (Char('>'), Action::StepMoment(1)),
        ],
        (", .  < >", "key-step-moment"),
        None,
        Some(hint(2, "hint-event-moment")),
    )
    .in_replay(2, "hint-event-moment"),
    binding(
        &[(KeyCode::Home, Action::Start), (KeyCode::End, Action::End)],
        ("home end", "key-ends"),
        None,
        Some(hint(1, "hint-ends")),
    )
    .in_replay(3, "hint-ends"),
    binding(
        &[
            (KeyCode::Tab, Action::NextLane(1)),
            (KeyCode::BackTab, Action::NextLane(-1)),
            (KeyCode::Down, Action::NextWorker(1)),
            (KeyCode::Up, Action::NextWorker(-1)),
        ],
        ("tab ↑ ↓", "key-select"),
        Some(hint(4, "hint-select")),
        Some(hint(4, "hint-select")),
    )
    .zoomed(1, "hint-worker")
    .in_replay(4, "hint-select"),
    binding(
        &[(KeyCode::Enter, Action::Zoom), (KeyCode::Esc, Action::Back)],
        ("enter esc", "key-zoom"),
        None,
        Some(hint(5, "hint-zoom")),
    )
    .zoomed(0, "hint-zoom-back")
    .in_replay(5, "hint-zoom"),
    binding(
        &[(Char('o'), Action::NextOrder), (KeyCode::PageUp, Action::Page(-1)), (KeyCode::PageDown, Action::Page(1))],
        ("o pgup/dn", "key-order"),
        None,
        None,
    )
    .zoomed(3, "hint-order"),
    binding(
        &[(Char('k'), Action::Kill), (Char('y'), Action::Yes), (Char('z'), Action::Suspend)],
        ("k z", "key-kill-suspend"),
        Some(hint(4, "hint-kill")),
        None,
    )
    .once_ended(None)
    .zoomed_live(4, "hint-kill")
    .only_in(RunKind::Workload),
    binding(
        &[(Char('l'), Action::Output), (CLOSE_OUTPUT, Action::Output)],
        ("l f12", "key-output"),
        Some(hint(2, "hint-output")),
        Some(hint(4, "hint-output")),
    )
    .zoomed_live(4, "hint-output")
    .only_in(RunKind::Program),
    binding(
        &[(Char('?'), Action::Help), (Char('h'), Action::Help), (Char('q'), Action::Request(Request::Quit))],
        ("? q", "key-quit"),
        Some(hint(0, "hint-help-quit")),
        Some(hint(0, "hint-help-quit")),
    )
    .zoomed(0, "hint-help-quit")
    .in_replay(0, "hint-help-quit")
    .only_in(RunKind::Always),
];

/// Returns the action of a key. A capital letter without an action has that of the small one, because of Caps Lock.
#[must_use]
pub fn action_of_key(key: &KeyEvent) -> Action {
    let small = match key.code {
        Char(c) => Char(c.to_ascii_lowercase()),
        code => code,
    };
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return match small {
            Char('c') => Action::Request(Request::Interrupt),
            Char('z') => Action::Request(Request::Stop),
            _ => Action::UnknownKey,
        };
    }
    let action_of = |code| KEY_BINDINGS.iter().flat_map(|row| row.keys).find(|(bound, _)| *bound == code);
    action_of(key.code).or_else(|| action_of(small)).map_or(Action::UnknownKey, |(_, action)| *action)
}

/// The action of a mouse event over `target`.
#[must_use]
pub fn action_of_mouse(kind: MouseEventKind, target: Option<MouseTarget>) -> Option<Action> {
    match kind {
        MouseEventKind::Down(MouseButton::Left) => target.map(Action::Click),
        MouseEventKind::Drag(MouseButton::Left) => target.map(Action::Drag),
        MouseEventKind::ScrollUp => Some(Action::Wheel(-1)),
        MouseEventKind::ScrollDown => Some(Action::Wheel(1)),
        _ => None,
    }
}

/// The footer hints for the current state, in a run of a watched program or of mpviz's own workload.
pub fn footer_hints(ui: &Ui, program: bool) -> impl Iterator<Item = FooterHint> {
    let (near, live) = (ui.zoom != ZoomLevel::Lanes, ui.cursor == TimeCursor::Live);
    let (replay, ended) = (ui.playback.is_some(), ui.report.is_some());
    KEY_BINDINGS.iter().filter(move |row| row.works_in(program, ui)).filter_map(move |row| match (near, replay, live) {
        (true, true, _) => row.zoomed_replay,
        (true, false, _) => row.zoomed,
        (false, true, _) => row.replay,
        (false, false, true) if ended => row.ended,
        (false, false, true) => row.live,
        (false, false, false) => row.frozen,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_an_action_or_is_unknown() {
        let action = |code, modifiers| action_of_key(&KeyEvent::new(code, modifiers));
        let (none, control) = (KeyModifiers::NONE, KeyModifiers::CONTROL);
        let quit = Action::Request(Request::Quit);
        assert_eq!([Char('q'), Char('Q')].map(|code| action(code, none)), [quit; 2]);
        assert_eq!([Char('c'), Char('C')].map(|code| action(code, control)), [Action::Request(Request::Interrupt); 2]);
        assert_eq!([Char('й'), KeyCode::F(5)].map(|code| action(code, none)), [Action::UnknownKey; 2]);
        assert_eq!(action(Char('q'), control), Action::UnknownKey);
        for (code, bound) in KEY_BINDINGS.iter().flat_map(|row| row.keys) {
            assert_eq!(action(*code, none), *bound, "{code:?}");
        }
    }
}
