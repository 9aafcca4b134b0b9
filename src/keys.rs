//! The one table of keys: the handler, the footer and the help are made from it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEventKind};

use crate::event::Mode;
use crate::ui::{Action, Cursor, Target, Ui, Zoom};

/// One row of the table: keys that belong together.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// Each key and what it does.
    pub keys: &'static [(KeyCode, Action)],
    /// The keys as they are written in the help.
    pub label: &'static str,
    /// What they do, in the help.
    pub help: &'static str,
    /// What the footer says of them while the picture is live.
    pub live: Option<Hint>,
    /// What the footer says of them while the picture stands still.
    pub frozen: Option<Hint>,
    /// What the footer says of them while one lane, or one worker, of a run is looked at, live or not.
    pub zoomed: Option<Hint>,
    /// What the footer says of them while one lane, or one worker, of a recording is looked at.
    pub zoomed_replay: Option<Hint>,
    /// What the footer says of them while a recording is shown.
    pub replay: Option<Hint>,
}

/// A few words of the footer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The words.
    pub words: &'static str,
    /// Where there is no room for all, those with the highest rank go first; rank 0 stays.
    pub rank: u8,
}

/// The highest rank.
pub const LAST_RANK: u8 = 6;

const fn hint(rank: u8, words: &'static str) -> Hint {
    Hint { words, rank }
}

const fn row(
    keys: &'static [(KeyCode, Action)],
    (label, help): (&'static str, &'static str),
    live: Option<Hint>,
    frozen: Option<Hint>,
) -> Binding {
    Binding { keys, label, help, live, frozen, zoomed: None, zoomed_replay: None, replay: None }
}

impl Binding {
    const fn zoomed(self, rank: u8, words: &'static str) -> Self {
        self.zoomed_live(rank, words).zoomed_replay(rank, words)
    }

    const fn zoomed_live(self, rank: u8, words: &'static str) -> Self {
        Self { zoomed: Some(hint(rank, words)), ..self }
    }

    const fn zoomed_replay(self, rank: u8, words: &'static str) -> Self {
        Self { zoomed_replay: Some(hint(rank, words)), ..self }
    }

    /// How much they are needed where they are needed most: their lowest rank in any footer.
    #[must_use]
    pub fn rank(&self) -> u8 {
        let hints = [self.live, self.frozen, self.zoomed, self.zoomed_replay, self.replay];
        hints.into_iter().flatten().map(|hint| hint.rank).min().unwrap_or(LAST_RANK)
    }

    const fn replay(self, rank: u8, words: &'static str) -> Self {
        Self { replay: Some(hint(rank, words)), ..self }
    }
}

use KeyCode::Char;

/// The table, in the order of the help and of the footer.
pub const BINDINGS: &[Binding] = &[
    row(
        &[
            (Char('1'), Action::ToggleMode(Mode::Serial)),
            (Char('2'), Action::ToggleMode(Mode::Threads)),
            (Char('3'), Action::ToggleMode(Mode::Pool)),
            (Char('4'), Action::ToggleMode(Mode::Process)),
        ],
        ("1 2 3 4", "serial threads pool proc."),
        Some(hint(3, "1-4 modes")),
        Some(hint(3, "1-4 modes")),
    ),
    row(&[(Char('i'), Action::ToggleIo)], ("i", "I/O in the tasks, or not"), Some(hint(2, "i I/O")), None),
    row(
        &[(Char('+'), Action::Workers(1)), (Char('='), Action::Workers(1)), (Char('-'), Action::Workers(-1))],
        ("+ -", "more, fewer workers"),
        Some(hint(3, "+/- workers")),
        None,
    ),
    row(
        &[(Char('['), Action::Tasks(-1)), (Char(']'), Action::Tasks(1))],
        ("[ ]", "half, twice as many tasks"),
        Some(hint(5, "[/] tasks")),
        None,
    ),
    row(&[(Char('r'), Action::Again)], ("r", "run again"), Some(hint(2, "r again")), None),
    row(
        &[(Char(' '), Action::Freeze), (Char('{'), Action::Speed(-1)), (Char('}'), Action::Speed(1))],
        ("space { }", "freeze; speed of a replay"),
        Some(hint(1, "space freeze")),
        Some(hint(1, "space go on")),
    )
    .zoomed_live(2, "space freeze, go on")
    .zoomed_replay(1, "space play · { } speed")
    .replay(0, "space play, pause · { } speed"),
    row(&[(Char('s'), Action::Save)], ("s", "save the run to a file"), Some(hint(6, "s save")), None),
    row(
        &[(KeyCode::Left, Action::StepTime(-1)), (KeyCode::Right, Action::StepTime(1))],
        ("← →", "step in time"),
        Some(hint(5, "←→ time")),
        Some(hint(1, "←→ step")),
    )
    .zoomed(4, "←→ time")
    .replay(2, "←→ step"),
    row(
        &[
            (Char(','), Action::StepEvent(-1)),
            (Char('.'), Action::StepEvent(1)),
            (Char('<'), Action::StepMoment(-1)),
            (Char('>'), Action::StepMoment(1)),
        ],
        (", .  < >", "step by event, key moment"),
        None,
        Some(hint(2, ", . event · < > moment")),
    )
    .replay(2, ", . event · < > moment"),
    row(
        &[(KeyCode::Home, Action::Start), (KeyCode::End, Action::End)],
        ("home end", "start, live"),
        None,
        Some(hint(1, "home/end")),
    )
    .replay(3, "home/end"),
    row(
        &[
            (KeyCode::Tab, Action::NextLane(1)),
            (KeyCode::BackTab, Action::NextLane(-1)),
            (KeyCode::Down, Action::NextWorker(1)),
            (KeyCode::Up, Action::NextWorker(-1)),
        ],
        ("tab ↑ ↓", "select a lane, a worker"),
        Some(hint(4, "tab select")),
        Some(hint(4, "tab select")),
    )
    .zoomed(1, "↑↓ worker")
    .replay(4, "tab select"),
    row(
        &[(KeyCode::Enter, Action::Zoom), (KeyCode::Esc, Action::Back)],
        ("enter esc", "a lane, a worker; back"),
        None,
        Some(hint(5, "enter zoom")),
    )
    .zoomed(0, "enter zoom · esc back")
    .replay(5, "enter zoom"),
    row(
        &[(Char('o'), Action::Order), (KeyCode::PageUp, Action::Page(-1)), (KeyCode::PageDown, Action::Page(1))],
        ("o pgup/dn", "order the list; page, run"),
        None,
        None,
    )
    .zoomed(3, "o order · pgup/dn"),
    row(
        &[(Char('k'), Action::Kill), (Char('y'), Action::Yes)],
        ("k", "kill the worker (asks)"),
        Some(hint(4, "k kill")),
        None,
    )
    .zoomed_live(4, "k kill"),
    row(&[(Char('z'), Action::Suspend)], ("z", "suspend the lane, go on"), None, None).zoomed_live(5, "z suspend"),
    row(
        &[(Char('?'), Action::Help), (Char('h'), Action::Help), (Char('q'), Action::Quit)],
        ("? q", "help, quit; ctrl+z: shell"),
        Some(hint(0, "? help · q quit")),
        Some(hint(0, "? help · q quit")),
    )
    .zoomed(0, "? help · q quit")
    .replay(0, "? help · q quit"),
];

/// What a key asks for. A key that means nothing still closes what is open.
#[must_use]
pub fn action(key: &KeyEvent) -> Action {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return match key.code {
            Char('c') => Action::Quit,
            Char('z') => Action::Stop,
            _ => Action::Back,
        };
    }
    let mut keys = BINDINGS.iter().flat_map(|row| row.keys);
    keys.find(|(code, _)| *code == key.code).map_or(Action::Back, |(_, action)| *action)
}

/// What the mouse asks for, over what lies under it.
#[must_use]
pub fn mouse(kind: MouseEventKind, target: Option<Target>) -> Option<Action> {
    match kind {
        MouseEventKind::Down(MouseButton::Left) => target.map(Action::Click),
        MouseEventKind::Drag(MouseButton::Left) => target.map(Action::Drag),
        MouseEventKind::ScrollUp => Some(Action::Wheel(-1)),
        MouseEventKind::ScrollDown => Some(Action::Wheel(1)),
        _ => None,
    }
}

/// The footer's words for the picture as it is: near, live, or standing still.
pub fn hints(ui: &Ui) -> impl Iterator<Item = Hint> {
    let (near, live) = (ui.zoom != Zoom::Lanes, ui.cursor == Cursor::Live);
    let replay = ui.playback.is_some();
    BINDINGS.iter().filter_map(move |row| match (near, replay, live) {
        (true, true, _) => row.zoomed_replay,
        (true, false, _) => row.zoomed,
        (false, true, _) => row.replay,
        (false, false, true) => row.live,
        (false, false, false) => row.frozen,
    })
}
