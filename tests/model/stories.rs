//! Stories: event files with their summaries and reports.

use mpviz::event::{LaneId, WorkerId};
use mpviz::model::{KeyMomentKind, Model};
use mpviz::report;

use crate::support::{snapshot, stories, written_text};

#[test]
fn stories_have_their_summaries() {
    let names = stories::story_names();
    assert!(names.len() >= 10);
    for story in names {
        snapshot::assert_matches_snapshot("model", &format!("{story}.json"), &stories::story_result_json(&story));
    }
}

#[test]
fn reports_have_every_format() {
    let report = stories::story_report("io_stall");
    snapshot::assert_matches_snapshot("model", "io_stall.csv", &written_text(|out| report::csv::write(&report, out)));
    snapshot::assert_matches_snapshot(
        "model",
        "io_stall.md",
        &written_text(|out| report::markdown::write(&report, out)),
    );
    snapshot::assert_matches_snapshot(
        "model",
        "io_stall.txt",
        &written_text(|out| report::table::write(&report, None, out)),
    );
}

#[test]
fn stories_have_their_key_moments() {
    let ms = |model: &Model| {
        let moments = model.key_moments(LaneId(0)).into_iter();
        moments.map(|moment| (moment.at / 1_000_000, moment.kind)).collect::<Vec<_>>()
    };
    let stalled = stories::story_model("io_stall");
    let expected = [
        (21, KeyMomentKind::FirstDispatch),
        (21, KeyMomentKind::FirstIdleCore),
        (26, KeyMomentKind::MemoryPeak),
        (35, KeyMomentKind::FirstIo),
        (494, KeyMomentKind::QueueEmpty),
        (728, KeyMomentKind::End),
    ];
    assert_eq!(ms(&stalled), expected);
    let killed = stories::story_model("killed_worker");
    assert!(ms(&killed).contains(&(91, KeyMomentKind::Death(WorkerId(1)))));
    // A cancelled run has no key moments for an empty queue or a death.
    let cancelled = ms(&stories::story_model("cancelled"));
    assert!(cancelled.iter().all(|(_, kind)| !matches!(kind, KeyMomentKind::Death(_) | KeyMomentKind::QueueEmpty)));
    assert!(cancelled.iter().any(|(_, kind)| *kind == KeyMomentKind::End));
}
