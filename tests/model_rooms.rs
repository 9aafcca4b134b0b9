//! The vocabulary and the model know no terminal, no clock, no file and none of those who use them.

use std::fs;
use std::path::Path;

const FORBIDDEN: &[&str] = &[
    "ratatui",
    "crossterm",
    "nix::",
    "procfs",
    "sysinfo",
    "std::fs",
    "std::io",
    "std::time",
    "std::thread",
    "std::env",
    "crate::clock",
    "crate::app",
    "crate::view",
    "crate::report",
    "crate::lane",
    "crate::probe",
    "crate::worker",
    "crate::ui",
    "HashMap",
];

fn look(path: &Path) -> usize {
    if path.is_dir() {
        return fs::read_dir(path).unwrap().map(|entry| look(&entry.unwrap().path())).sum();
    }
    let text = fs::read_to_string(path).unwrap();
    // What a comment tells of others is no use of them.
    for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for word in FORBIDDEN {
            assert!(!line.contains(word), "{} uses {word}: {line}", path.display());
        }
    }
    1
}

#[test]
fn event_and_model_name_no_terminal_no_clock_no_file() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    assert!(look(&source.join("model")) > 15);
    look(&source.join("model.rs"));
    look(&source.join("event.rs"));
}
