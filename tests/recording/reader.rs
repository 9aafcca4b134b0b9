//! Untrusted recordings: truncated, damaged, compressed, newer, malicious. Each gives a message or its valid
//! beginning, never a panic.

use std::io::Write;
use std::path::PathBuf;

use crate::support::simulation::{Simulation, fold};
use flate2::Compression;
use flate2::write::GzEncoder;
use mpviz::event::codec::{Header, encode};
use mpviz::event::{Event, StampedEvent};
use mpviz::model::Model;
use mpviz::recording::reader::{Recording, load, open};
use proptest::prelude::*;
use tempfile::TempDir;

/// A directory for recordings.
struct TempRecordings(TempDir);

impl TempRecordings {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn put(&self, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join("recording");
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Reads a recording, or returns the error message.
    fn read(&self, bytes: &[u8]) -> Result<Recording, String> {
        let path = self.put(bytes);
        load(&path).map_err(|error| error.to_string().replace(&path.display().to_string(), "FILE"))
    }

    fn refused(&self, bytes: &[u8]) -> String {
        self.read(bytes).err().expect("it cannot be read")
    }

    fn note(&self, bytes: &[u8]) -> Option<String> {
        self.read(bytes).expect("its beginning can be read").note
    }
}

fn text(events: &[StampedEvent]) -> Vec<u8> {
    let mut text = serde_json::to_vec(&Header::default()).unwrap();
    text.push(b'\n');
    for stamped in events {
        encode(stamped, &mut text);
    }
    text
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// Number of events in a model.
fn event_count(model: &Model) -> usize {
    model.observer().events as usize
}

#[test]
fn events_are_read_in_order_whatever_the_compression() {
    let recordings = TempRecordings::new();
    let events = Simulation::with_limits(7, 20_000, 8).in_order();
    let plain = text(&events);
    assert!(plain.len() > 1_000_000, "the recording is read in several blocks: {}", plain.len());
    let (half, rest) = plain.split_at(plain.len() / 2);
    // Compressed files can be concatenated.
    let joined = [zstd(half), zstd(rest)].concat();
    for packed in [plain.clone(), gzip(&plain), zstd(&plain), joined, [gzip(half), gzip(rest)].concat()] {
        let mut read = open(&recordings.put(&packed)).unwrap();
        assert!(read.by_ref().eq(events.iter().cloned()));
        assert_eq!(read.note(), None);
    }
}

#[test]
fn each_run_started_begins_a_run() {
    let recordings = TempRecordings::new();
    let (one, two) = (Simulation::new(1).in_order(), Simulation::new(2).in_order());
    let both = [one.clone(), two.clone()].concat();
    let recording = recordings.read(&text(&both)).unwrap();
    let event_count: Vec<_> = recording.runs.iter().map(event_count).collect();
    assert_eq!((event_count, recording.note), (vec![one.len(), two.len()], None));
    assert_eq!(recording.runs[1].summary(), fold(&two).summary());
}

#[test]
fn files_that_are_no_recordings_are_refused_with_a_message() {
    let recordings = TempRecordings::new();
    let newer = br#"{"format":"mpviz","version":2,"machine":"of another kind"}"#;
    let expected = "FILE has format version 2, but this mpviz reads versions up to 1: use a newer mpviz";
    assert_eq!(recordings.refused(newer), expected);
    assert_eq!(recordings.refused(b""), "FILE is not an mpviz recording: it is empty");
    let foreign = "FILE is not an mpviz recording: its first line is not a header";
    assert_eq!(recordings.refused(b"PNG\n"), foreign);
    assert_eq!(recordings.refused(br#"{"format":"other","version":1}"#), foreign);
    let long = [vec![b'x'; 3_000_000], b"\n".to_vec()].concat();
    assert!(recordings.refused(&long).contains("its first line is too long"));
    assert!(recordings.refused(b"\x28\xb5\x2f\xfdrubbish").starts_with("FILE is not an mpviz recording: "));
    assert_eq!(recordings.refused(&text(&[])), "FILE contains no run");
    let no_beginning = text(&Simulation::new(1).in_order()[1..]);
    assert!(
        recordings.refused(&no_beginning).starts_with("FILE contains no run: the recording is invalid in line 2 (")
            && recordings.refused(&no_beginning).ends_with(')')
    );
    let path = recordings.0.path();
    assert!(load(path).err().unwrap().to_string().ends_with("is a directory"));
    assert!(load(&path.join("none")).err().unwrap().to_string().contains("No such file"));
}

#[test]
fn unknown_keys_are_ignored() {
    let recordings = TempRecordings::new();
    let events = text(&Simulation::new(1).in_order());
    let events = String::from_utf8(events).unwrap();
    let more = events
        .replacen("\"version\":1", "\"version\":1,\"colour\":[\"blue\"]", 1)
        .replace("{\"at\"", "{\"mood\":0,\"at\"");
    assert_eq!(recordings.note(more.as_bytes()), None);
}

#[test]
fn truncated_recordings_are_read_up_to_their_end() {
    let recordings = TempRecordings::new();
    let events = Simulation::with_limits(3, 4, 0).in_order();
    let whole = text(&events);
    let first_event_end = text(&events[..1]).len() - 1;
    for end in first_event_end..whole.len() {
        let lines = whole[..end].split(|byte| *byte == b'\n').count();
        let recording = recordings.read(&whole[..end]).unwrap();
        let broken = serde_json::from_slice::<StampedEvent>(whole[..end].rsplit(|byte| *byte == b'\n').next().unwrap());
        let in_line = !whole[..end].ends_with(b"\n") && broken.is_err();
        let sentence = format!("the recording is truncated in line {lines}; only earlier events are used");
        let note = recording.note.unwrap_or_default();
        // If only the last line feed is missing nothing is reported; a cut between two lines is reported with its
        // time.
        let cut = note.starts_with("the recording is truncated at ") && note.contains(", before the end of run 1; ");
        assert!(
            if in_line { note == sentence } else { cut || end + 1 == whole.len() && note.is_empty() },
            "truncated at {end}"
        );
        let known = lines - 1 - usize::from(in_line || whole[..end].ends_with(b"\n"));
        assert_eq!(event_count(&recording.runs[0]), known, "truncated at {end}");
    }
    for end in 0..first_event_end {
        assert!(recordings.read(&whole[..end]).is_err(), "truncated at {end}");
    }
    for packed in [gzip(&whole), zstd(&whole)] {
        let mut any_read = false;
        for end in (0..packed.len()).step_by(7) {
            match recordings.read(&packed[..end]) {
                Ok(recording) => {
                    assert!(
                        recording.note.is_some() && event_count(&recording.runs[0]) <= events.len(),
                        "truncated at {end}"
                    );
                    any_read = true;
                }
                Err(sentence) => assert!(sentence.starts_with("FILE "), "truncated at {end}: {sentence}"),
            }
        }
        assert!(any_read || packed.starts_with(&[0x28]), "a truncated gzip file can be read in part");
    }
}

#[test]
fn damaged_line_ends_the_recording_and_is_named() {
    let recordings = TempRecordings::new();
    let events = Simulation::new(1).in_order();
    let before = text(&events[..5]);
    let after = text(&events[5..]);
    let with = |line: &str| [&before, line.as_bytes(), b"\n", &after].concat();
    let note = recordings.note(&with("{\"at\":1,\"event\":{\"\\u001b[31mRed\\u202e\":{}}}")).unwrap();
    assert!(note.starts_with("the recording is damaged in line 7 (not an event: unknown variant `"), "{note}");
    assert!(!note.chars().any(|c| c.is_control() || c == '\u{202e}'), "{note:?}");
    assert!(recordings.note(&with("")).unwrap().starts_with("the recording is damaged in line 7"));
    let long = format!("{{\"at\":{}1}}", " ".repeat(70_000));
    assert!(recordings.note(&with(&long)).unwrap().contains("exceeds the maximum of 65536"));
    // A line without end is not read to its end.
    let endless = [before.clone(), vec![b' '; 3_000_000]].concat();
    assert!(recordings.note(&endless).unwrap().contains("line 7 (a line of"), "{:?}", recordings.note(&endless));
    let ended_twice = [events.clone(), events[events.len() - 1..].to_vec()].concat();
    let note = recordings.note(&text(&ended_twice)).unwrap();
    assert!(note.starts_with(&format!("the recording is invalid in line {} (", events.len() + 2)), "{note}");
}

#[test]
fn huge_counts_and_decompression_bombs_are_bounded() {
    let recordings = TempRecordings::new();
    let events = Simulation::new(1).in_order();
    let start = String::from_utf8(text(&events[..1])).unwrap();
    for event in [
        r#"{"at":1,"lane":0,"event":{"WorkerSpawned":{"worker":4294967295,"slot":0,"pid":1}}}"#,
        r#"{"at":1,"lane":0,"event":{"WorkerSpawned":{"worker":0,"slot":4294967295,"pid":1}}}"#,
        r#"{"at":1,"lane":0,"event":{"TasksSubmitted":{"first":0,"count":4294967295}}}"#,
        r#"{"at":1,"lane":0,"event":{"TasksSubmitted":{"first":4294967295,"count":4294967295}}}"#,
        r#"{"at":18446744073709551615,"lane":0,"event":{"LaneStarted":{}}}"#,
        r#"{"at":1,"lane":255,"event":{"LaneStarted":{}}}"#,
        r#"{"at":1,"lane":0,"event":{"TaskTaken":{"worker":4294967295,"first":4294967295,"count":4294967295}}}"#,
    ] {
        let note = recordings.note(format!("{start}{event}\n").as_bytes());
        assert!(note.is_some_and(|note| note.contains("in line 3 (")), "{event}");
    }
    let line = "{\"at\":1,\"event\":{\"SamplesSkipped\":{\"count\":1}}}\n";
    let bomb = [start.as_bytes(), line.repeat(200_000_000 / line.len()).as_bytes()].concat();
    let packed = zstd::encode_all(&bomb[..], 1).unwrap();
    assert!(packed.len() < 100_000);
    let note = recordings.note(&packed).unwrap();
    assert!(note.contains("its compression ratio is too high for a recording"), "{note}");
}

#[test]
fn tasks_of_many_runs_are_bounded() {
    let mut start = Simulation::new(1).in_order().swap_remove(0);
    let Event::RunStarted(run) = &mut start.event else { panic!("the first event is not RunStarted") };
    (run.workload.tasks, run.workload.numbers) = (1_000_000, 1_000_000);
    let max_runs = 4_000_000 / (1_000_000 * run.lanes.len());
    let recording = TempRecordings::new().read(&text(&vec![start; 50])).unwrap();
    assert_eq!(recording.runs.len(), max_runs);
    assert!(recording.note.unwrap().contains("too many tasks for the size of the recording"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Flips bits and removes ranges, in plain text and in compressed data.
    #[test]
    fn any_damage_gives_a_message_or_a_beginning(
        seed in 0_u64..20, flips in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..8), 1..6),
        cut in any::<(prop::sample::Index, u8)>(), packing in 0..3,
    ) {
        let events = Simulation::with_limits(seed, 6, 8).in_order();
        let plain = text(&events);
        let mut bytes = match packing { 0 => plain, 1 => gzip(&plain), _ => zstd(&plain) };
        for (at, bit) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        let from = cut.0.index(bytes.len());
        bytes.drain(from..(from + usize::from(cut.1)).min(from + bytes.len() / 50).min(bytes.len()));
        match TempRecordings::new().read(&bytes) {
            Ok(recording) => {
                for model in &recording.runs {
                    prop_assert!(event_count(model) <= 2 * events.len());
                    let _ = model.summary();
                }
                let note = recording.note.unwrap_or_default();
                prop_assert!(!note.chars().any(char::is_control), "{note:?}");
            }
            Err(sentence) => {
                prop_assert!(sentence.starts_with("FILE ") && !sentence.chars().any(char::is_control), "{sentence:?}");
            }
        }
    }
}
