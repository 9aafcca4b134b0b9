//! Loads the example recordings in `tests/stories`.

use std::path::{Path, PathBuf};

use mpviz::event::codec::{RecordingHeader, decode};
use mpviz::event::{Event, StampedEvent, TaskCounts};
use mpviz::model::Model;
use mpviz::report::{Report, json};

use super::written_text;

/// Path of an example recording in `tests/stories`.
pub fn story_path(story: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories").join(format!("{story}.jsonl"))
}

/// Names of all example recordings in `tests/stories`, sorted.
pub fn story_names() -> Vec<String> {
    let entries = std::fs::read_dir(story_path("").parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<_> = entries.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Reads the events of an example recording.
pub fn story_events(story: &str) -> Vec<StampedEvent> {
    let text = std::fs::read_to_string(story_path(story)).unwrap();
    let mut lines = text.lines();
    let header: RecordingHeader = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert!(header.version <= RecordingHeader::NEWEST_VERSION);
    let event = |(n, line): (usize, &str)| decode(line.as_bytes()).unwrap_or_else(|e| panic!("{story}:{}: {e}", n + 2));
    lines.enumerate().map(event).collect()
}

/// The events of a cluster of which HTTP tells only these numbers of tasks.
pub fn events_over_http(counts: TaskCounts) -> Vec<StampedEvent> {
    let mut events = Vec::new();
    for mut stamped in story_events("cluster_queued") {
        match &mut stamped.event {
            Event::WorkerSpawned { pid, .. } => *pid = 0,
            Event::LaneStarted {} => {
                let counted = StampedEvent { event: Event::TasksCounted { counts }, ..stamped.clone() };
                events.extend([stamped, counted]);
                continue;
            }
            Event::RunStarted(_)
            | Event::LaneOpened(_)
            | Event::WorkerNamed { .. }
            | Event::WorkerReady { .. }
            | Event::WorkerMemorySampled { .. }
            | Event::LaneEnded { .. }
            | Event::RunEnded {}
            | Event::Drained { .. } => {}
            _ => continue,
        }
        events.push(stamped);
    }
    events
}

/// The model after the last event of an example recording.
pub fn story_model(story: &str) -> Model {
    let mut model = Model::new();
    for (n, event) in story_events(story).iter().enumerate() {
        model.apply(event).unwrap_or_else(|error| panic!("{story}:{}: {error}", n + 2));
    }
    model
}

/// The report on an example recording.
pub fn story_report(story: &str) -> Report {
    let model = story_model(story);
    Report::new(model.run().unwrap(), vec![model.summary().unwrap()])
}

/// The result of an example recording, as `mpviz run --json` prints it.
pub fn story_result_json(story: &str) -> String {
    written_text(|out| json::write(&story_report(story), out))
}
