//! Stories: event files with their summaries and reports.

use std::fs;
use std::path::{Path, PathBuf};

use mpviz::event::codec::{Header, decode};
use mpviz::event::{LaneId, WorkerId};
use mpviz::model::{Model, MomentKind};
use mpviz::report::{self, Report};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories")
}

fn tell(story: &Path) -> Model {
    let text = fs::read_to_string(story).unwrap();
    let mut lines = text.lines();
    let header: Header = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!(header, Header::default());
    let mut model = Model::new();
    for (n, line) in lines.enumerate() {
        let fact = decode(line.as_bytes()).unwrap_or_else(|error| panic!("{}:{}: {error}", story.display(), n + 2));
        model.apply(&fact).unwrap_or_else(|error| panic!("{}:{}: {error}", story.display(), n + 2));
    }
    model
}

fn report(story: &Path) -> Report {
    let model = tell(story);
    Report::new(model.run().unwrap(), vec![model.summary().unwrap()])
}

fn follows(file: &Path, at_end: &str) {
    if std::env::var_os("UPDATE_STORIES").is_some() {
        fs::write(file, at_end).unwrap();
    }
    let expected = fs::read_to_string(file).unwrap_or_default();
    assert_eq!(at_end, expected, "{} says otherwise", file.display());
}

fn text(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn stories_have_their_summaries() {
    let entries = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut stories: Vec<_> = entries.filter(|path| path.extension().is_some_and(|end| end == "jsonl")).collect();
    stories.sort();
    assert!(stories.len() >= 10);
    for story in stories {
        let report = report(&story);
        follows(&story.with_extension("json"), &text(|out| report::json::write(&report, out)));
    }
}

#[test]
fn reports_have_every_format() {
    let report = report(&folder().join("io_stall.jsonl"));
    follows(&folder().join("io_stall.csv"), &text(|out| report::csv::write(&report, out)));
    follows(&folder().join("io_stall.md"), &text(|out| report::markdown::write(&report, out)));
    let table = text(|out| report::table::write(&report, out));
    follows(&folder().join("io_stall.txt"), &table);
    let table = table.split("\n\n").nth(1).unwrap();
    assert!(table.lines().all(|line| line.chars().count() <= 80), "two lanes fit a terminal");
}

#[test]
fn key_moments_of_stories() {
    let ms = |model: &Model| {
        let moments = model.key_moments(LaneId(0)).into_iter();
        moments.map(|moment| (moment.at / 1_000_000, moment.kind)).collect::<Vec<_>>()
    };
    let stalled = tell(&folder().join("io_stall.jsonl"));
    let expected = [
        (21, MomentKind::FirstDispatch),
        (21, MomentKind::FirstIdleCore),
        (26, MomentKind::MemoryPeak),
        (35, MomentKind::FirstIo),
        (494, MomentKind::QueueEmpty),
        (728, MomentKind::End),
    ];
    assert_eq!(ms(&stalled), expected);
    let killed = tell(&folder().join("killed_worker.jsonl"));
    assert!(ms(&killed).contains(&(91, MomentKind::Death(WorkerId(1)))));
    // A cancelled run has neither an empty queue nor a death.
    let cancelled = ms(&tell(&folder().join("cancelled.jsonl")));
    assert!(cancelled.iter().all(|(_, kind)| !matches!(kind, MomentKind::Death(_) | MomentKind::QueueEmpty)));
    assert!(cancelled.iter().any(|(_, kind)| *kind == MomentKind::End));
}
