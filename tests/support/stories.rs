//! Loads the example recordings in `tests/stories`.

use std::path::{Path, PathBuf};

use mpviz::event::StampedEvent;
use mpviz::event::codec::{Header, decode};
use mpviz::model::Model;
use mpviz::report::{Report, json};

use super::text;

/// Path of an example recording in `tests/stories`.
pub fn path(story: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories").join(format!("{story}.jsonl"))
}

/// Names of all example recordings in `tests/stories`, sorted.
pub fn names() -> Vec<String> {
    let entries = std::fs::read_dir(path("").parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<_> = entries.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Reads the events of an example recording.
pub fn events(story: &str) -> Vec<StampedEvent> {
    let text = std::fs::read_to_string(path(story)).unwrap();
    let mut lines = text.lines();
    let header: Header = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!(header, Header::default());
    let event = |(n, line): (usize, &str)| decode(line.as_bytes()).unwrap_or_else(|e| panic!("{story}:{}: {e}", n + 2));
    lines.enumerate().map(event).collect()
}

/// The model after the last event of an example recording.
pub fn model(story: &str) -> Model {
    let mut model = Model::new();
    for (n, event) in events(story).iter().enumerate() {
        model.apply(event).unwrap_or_else(|error| panic!("{story}:{}: {error}", n + 2));
    }
    model
}

/// The report on an example recording.
pub fn report(story: &str) -> Report {
    let model = model(story);
    Report::new(model.run().unwrap(), vec![model.summary().unwrap()])
}

/// The result of an example recording, as `mpviz run --json` prints it.
pub fn saved(story: &str) -> String {
    text(|out| json::write(&report(story), out))
}
