//! Facts flow one way: which room may know which.

use std::path::{Path, PathBuf};

/// A room, and the rooms it must not name.
const WALLS: &[(&str, &[&str])] = &[
    (
        "event",
        &["app", "codec", "cli", "clock", "keys", "lane", "model", "probe", "record", "report", "ui", "view", "worker"],
    ),
    ("threads", &["app", "event", "codec", "cli", "keys", "lane", "model", "record", "report", "ui", "view", "worker"]),
    ("signals", &["app", "event", "codec", "cli", "keys", "lane", "model", "record", "report", "ui", "view", "worker"]),
    ("codec", &["app", "cli", "clock", "keys", "lane", "model", "probe", "record", "report", "ui", "view", "worker"]),
    (
        "workload",
        &["app", "cli", "clock", "keys", "lane", "model", "probe", "record", "report", "ui", "view", "worker"],
    ),
    (
        "model",
        &[
            "app", "cli", "clock", "codec", "keys", "lane", "machine", "probe", "record", "report", "theme", "ui",
            "view", "worker",
        ],
    ),
    ("worker", &["app", "cli", "keys", "lane", "model", "record", "report", "theme", "ui", "view"]),
    ("probe", &["app", "cli", "keys", "lane", "model", "record", "report", "theme", "ui", "view", "worker"]),
    ("lane", &["app", "cli", "keys", "model", "record", "report", "theme", "ui", "view"]),
    ("record", &["app", "cli", "keys", "lane", "model", "probe", "report", "theme", "ui", "view", "worker"]),
    ("source", &["app", "cli", "clock", "keys", "lane", "probe", "record", "report", "theme", "ui", "view", "worker"]),
    ("report", &["app", "cli", "clock", "keys", "lane", "probe", "record", "theme", "ui", "view", "worker"]),
    (
        "export",
        &[
            "app", "cli", "clock", "codec", "deliver", "keys", "lane", "probe", "record", "source", "theme", "ui",
            "view", "worker",
        ],
    ),
    (
        "film",
        &["app", "cli", "clock", "codec", "deliver", "export", "keys", "lane", "probe", "record", "source", "worker"],
    ),
    ("deliver", &["app", "keys", "lane", "probe", "record", "ui", "view", "worker"]),
    ("ui", &["app", "cli", "clock", "lane", "probe", "record", "theme", "view", "worker"]),
    (
        "theme",
        &["app", "cli", "clock", "codec", "keys", "lane", "model", "probe", "record", "report", "ui", "view", "worker"],
    ),
    ("doctor", &["app", "cli", "keys", "model", "record", "report", "ui"]),
    ("toml_file", &["app", "cli", "event", "lane", "model", "report", "theme", "ui", "view", "worker"]),
    ("ending", &["app", "cli", "doctor", "lane", "model", "report", "theme", "ui", "view", "worker"]),
    ("dirs", &["app", "cli", "event", "lane", "model", "report", "theme", "ui", "view", "worker"]),
    ("shortage", &["app", "cli", "doctor", "event", "lane", "model", "report", "theme", "ui", "view", "worker"]),
    ("exit", &["app", "cli", "doctor", "keys", "lane", "manual", "model", "report", "ui", "view"]),
    ("view", &["app", "cli", "clock", "deliver", "export", "film", "lane", "probe", "record", "worker"]),
];

/// What the vocabulary and the fold must not know: a terminal, a clock, a file.
const OUTSIDE: &[&str] =
    &["ratatui", "crossterm", "std::fs", "std::time", "Instant", "std::io", "std::process", "std::env"];

fn files(room: &str) -> Vec<PathBuf> {
    fn below(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
            if entry.path().is_dir() { below(&entry.path(), found) } else { found.push(entry.path()) }
        }
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = vec![source.join(format!("{room}.rs"))];
    below(&source.join(room), &mut found);
    found
}

/// The file without its comments and its tests.
fn code(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The rooms that are named: `crate::room`, and those of a group, `use crate::{room::X, other}`.
fn named(code: &str) -> Vec<&str> {
    code.split("crate::").skip(1).flat_map(|rest| rest.strip_prefix('{').map_or(vec![rest], items)).map(word).collect()
}

/// What a group lists, each with whatever follows it.
fn items(group: &str) -> Vec<&str> {
    let (mut depth, mut begin, mut found) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                found.push(&group[begin..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&group[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    found
}

fn word(text: &str) -> &str {
    let text = text.trim_start();
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

#[test]
fn no_room_names_one_downstream_of_it() {
    for (room, walls) in WALLS {
        for file in files(room) {
            let code = code(&file);
            let named = named(&code);
            let broken: Vec<_> = walls.iter().filter(|wall| named.contains(wall)).collect();
            assert!(broken.is_empty(), "{} names {broken:?}", file.display());
        }
    }
}

#[test]
fn a_room_is_found_also_in_a_group() {
    let code = "use crate::{app, model::{Lane, view}, keys};\nuse crate::ui::Ui; fn f() { crate::lane_of(); }";
    assert_eq!(named(code), ["app", "model", "keys", "ui", "lane_of"]);
}

#[test]
fn the_vocabulary_and_the_fold_know_nothing_outside() {
    for file in files("event").into_iter().chain(files("model")) {
        let code = code(&file);
        assert!(OUTSIDE.iter().all(|name| !code.contains(name)), "{}", file.display());
    }
}
