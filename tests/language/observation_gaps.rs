//! Reasons why something is not observed, in both languages.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::english_words::english_words;
use crate::support::observation_gaps::all_gaps;
use crate::support::program::StoryProgram;
use crate::support::{run_mpviz, snapshot};
use mpviz::event::codec::{RecordingHeader, encode};
use mpviz::event::{Event, ObservationGap, StampedEvent};

/// Names of files, protocols, programs and variables in the sentences.
const NAMES: [&str; 7] =
    ["/proc/", "/syscall", "/json/identity.json", "HTTP", "dask.distributed", "mpviz doctor", "DASK_SCHEDULER_ADDRESS"];

/// A program of which nothing else is known, with these reasons.
fn recording_with(gaps: &[ObservationGap]) -> Vec<u8> {
    let gap = |reason: &ObservationGap| Event::NotObserved { reason: reason.clone() };
    let mut text = serde_json::to_vec(&RecordingHeader { version: 3, ..RecordingHeader::default() }).unwrap();
    text.push(b'\n');
    let mut events = StoryProgram::new(Vec::new(), 100).events();
    let at = events[0].at;
    events.splice(1..1, gaps.iter().map(|reason| StampedEvent { at, lane: None, event: gap(reason) }));
    for event in &events {
        encode(event, &mut text);
    }
    text
}

/// The reasons in the result of a recording, in this language.
fn doubts(recording: &Path, language: &str) -> Vec<String> {
    let output = run_mpviz(&["replay", recording.to_str().unwrap(), "--json", "--lang", language]);
    let result: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    result["doubts"].as_array().unwrap().iter().map(|doubt| doubt.as_str().unwrap().to_owned()).collect()
}

/// The texts of a reason's fields, as they must appear in its sentence.
fn values_of(gap: &ObservationGap) -> Vec<String> {
    match serde_json::to_value(gap).unwrap() {
        Value::String(text) => vec![text],
        Value::Object(object) => {
            let fields = object.into_iter().next().and_then(|(_, fields)| fields.as_object().cloned()).unwrap();
            fields.into_iter().filter_map(|(_, value)| value.as_str().map(str::to_owned)).collect()
        }
        other => panic!("{other}"),
    }
}

#[test]
fn every_reason_for_a_gap_is_worded_in_both_languages() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("program.jsonl");
    let mut worded = String::new();
    let gaps = all_gaps();
    // A result has at most 20 reasons.
    for gaps in gaps.chunks(15) {
        fs::write(&path, recording_with(gaps)).unwrap();
        let [english, korean] = ["en", "ko"].map(|language| doubts(&path, language));
        assert_eq!((english.len(), korean.len()), (gaps.len(), gaps.len()), "{english:#?} {korean:#?}");
        for (gap, (english, korean)) in gaps.iter().zip(english.iter().zip(&korean)) {
            worded.extend([english, "\n", korean, "\n\n"]);
            let values = values_of(gap);
            for text in [english, korean] {
                assert!(values.iter().all(|value| text.contains(value)), "{gap:?}: {text}");
            }
            let is_quoted = matches!(gap, ObservationGap::Text(_));
            assert_eq!(english == korean, is_quoted, "{gap:?}");
            let names = values.iter().map(String::as_str).chain(NAMES);
            let own_words = names.fold(korean.clone(), |text, name| text.replace(name, ""));
            assert_eq!(english_words(&own_words), [""; 0], "{gap:?}");
        }
    }
    snapshot::assert_matches_snapshot("language", "observation-gaps", &worded);
}

#[test]
fn reason_why_a_cluster_is_not_observed_is_in_the_chosen_language() {
    let arguments = ["trace", "--yes", "--dask", "tcp://127.0.0.1:1", "--python", "/nowhere/python", "--lang"];
    for (language, expected) in [("en", "cannot be started: No such file"), ("ko", "시작할 수 없다: No such file")]
    {
        let output = run_mpviz(&[&arguments[..], &[language]].concat());
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn examples_have_every_reason_for_a_gap() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/event/observation_gap.rs");
    let file = syn::parse_file(&fs::read_to_string(source).unwrap()).unwrap();
    let variants = file.items.iter().find_map(|item| match item {
        syn::Item::Enum(item) => Some(item.variants.iter().map(|variant| variant.ident.to_string()).collect()),
        _ => None,
    });
    let name = |gap: &ObservationGap| format!("{gap:?}").split([' ', '(']).next().unwrap().to_owned();
    let examples: BTreeSet<_> = all_gaps().iter().map(name).collect();
    assert_eq!(variants, Some(examples));
}
