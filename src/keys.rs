//! The one table of keys: the handler, the footer, the help and the README come from it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::event::Mode;
use crate::ui::Action;

/// A key and what it does.
#[derive(Debug)]
pub struct Binding {
    /// The keys that do it.
    pub codes: &'static [KeyCode],
    /// What they ask for.
    pub action: Action,
}

/// A line of the help: keys that belong together.
#[derive(Debug)]
pub struct Topic {
    /// The keys as they are written.
    pub label: &'static str,
    /// What they do, in the help.
    pub help: &'static str,
    /// What they do, in the footer; none where they are not named there. The first ones stay longest as space shrinks.
    pub footer: Option<&'static str>,
    /// The keys themselves.
    pub bindings: &'static [Binding],
}

const fn key(codes: &'static [KeyCode], action: Action) -> Binding {
    Binding { codes, action }
}

use KeyCode::{BackTab, Char, Down, End, Esc, Home, Left, Right, Tab, Up};

/// All keys.
pub const TOPICS: &[Topic] = &[
    Topic {
        label: "1-4",
        help: "serial, threads, pool, process",
        footer: Some("modes"),
        bindings: &[
            key(&[Char('1')], Action::ToggleMode(Mode::Serial)),
            key(&[Char('2')], Action::ToggleMode(Mode::Threads)),
            key(&[Char('3')], Action::ToggleMode(Mode::Pool)),
            key(&[Char('4')], Action::ToggleMode(Mode::Process)),
        ],
    },
    Topic {
        label: "i",
        help: "tasks with I/O, or without",
        footer: Some("I/O"),
        bindings: &[key(&[Char('i')], Action::ToggleIo)],
    },
    Topic {
        label: "+/-",
        help: "one worker more, one less",
        footer: Some("workers"),
        bindings: &[key(&[Char('+'), Char('=')], Action::Workers(1)), key(&[Char('-')], Action::Workers(-1))],
    },
    Topic {
        label: "[/]",
        help: "half, twice as many tasks",
        footer: Some("tasks"),
        bindings: &[key(&[Char('[')], Action::Tasks(-1)), key(&[Char(']')], Action::Tasks(1))],
    },
    Topic { label: "r", help: "run again", footer: Some("again"), bindings: &[key(&[Char('r')], Action::Again)] },
    Topic {
        label: "space",
        help: "freeze the picture, not the run",
        footer: Some("freeze"),
        bindings: &[key(&[Char(' ')], Action::Freeze)],
    },
    Topic {
        label: "←→",
        help: "step back and forth in time",
        footer: Some("time"),
        bindings: &[key(&[Left], Action::StepTime(-1)), key(&[Right], Action::StepTime(1))],
    },
    Topic {
        label: ", .",
        help: "to the event before, after",
        footer: None,
        bindings: &[key(&[Char(',')], Action::StepEvent(-1)), key(&[Char('.')], Action::StepEvent(1))],
    },
    Topic {
        label: "Home End",
        help: "to the start, back to live",
        footer: None,
        bindings: &[key(&[Home], Action::Start), key(&[End], Action::End)],
    },
    Topic {
        label: "tab ↑↓",
        help: "select a lane, a worker",
        footer: Some("select"),
        bindings: &[
            key(&[Tab], Action::NextLane(1)),
            key(&[BackTab], Action::NextLane(-1)),
            key(&[Down], Action::NextWorker(1)),
            key(&[Up], Action::NextWorker(-1)),
        ],
    },
    Topic {
        label: "k",
        help: "kill the selected worker",
        footer: Some("kill"),
        bindings: &[key(&[Char('k')], Action::Kill)],
    },
    Topic {
        label: "z",
        help: "suspend the lane, or go on",
        footer: None,
        bindings: &[key(&[Char('z')], Action::Suspend)],
    },
    Topic { label: "esc", help: "back", footer: None, bindings: &[key(&[Esc], Action::Back)] },
    Topic {
        label: "?",
        help: "this help",
        footer: Some("help"),
        bindings: &[key(&[Char('?'), Char('h')], Action::Help)],
    },
    Topic {
        label: "q",
        help: "quit (also Ctrl-C)",
        footer: Some("quit"),
        bindings: &[key(&[Char('q')], Action::Quit), key(&[Char('y')], Action::Yes)],
    },
];

/// What a key asks for. A key that means nothing still closes what is open.
#[must_use]
pub fn action(key: &KeyEvent) -> Action {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return if key.code == Char('c') { Action::Quit } else { Action::Back };
    }
    let bindings = TOPICS.iter().flat_map(|topic| topic.bindings);
    bindings
        .into_iter()
        .find(|binding| binding.codes.contains(&key.code))
        .map_or(Action::Back, |binding| binding.action)
}
