//! Tests of reading untrusted recordings: truncated, damaged, compressed, of a newer version, malicious. The reader
//! returns an error or the events before the first defect, and does not panic.

use std::io::Write;
use std::path::PathBuf;

use crate::support::simulation::{Simulation, model_of};
use flate2::Compression;
use flate2::write::GzEncoder;
use mpviz::event::codec::{RecordingHeader, encode};
use mpviz::event::{Event, StampedEvent};
use mpviz::model::Model;
use mpviz::recording::reader::{Recording, load, open};
use proptest::prelude::*;
use tempfile::TempDir;

/// A temporary directory for the recording under test.
struct TempRecordingDir(TempDir);

impl TempRecordingDir {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write_recording(&self, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join("recording");
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Reads these bytes as a recording. An error message contains `FILE` instead of the path.
    fn read(&self, bytes: &[u8]) -> Result<Recording, String> {
        let path = self.write_recording(bytes);
        load(&path).map_err(|error| error.to_string().replace(&path.display().to_string(), "FILE"))
    }

    fn error_message(&self, bytes: &[u8]) -> String {
        self.read(bytes).err().expect("it cannot be read")
    }

    /// Reads these bytes as a recording, and returns the reason why it is incomplete; none if it is complete.
    fn incompleteness_note(&self, bytes: &[u8]) -> Option<String> {
        self.read(bytes).expect("its beginning can be read").note
    }
}

fn encode_recording(events: &[StampedEvent]) -> Vec<u8> {
    let mut text = serde_json::to_vec(&RecordingHeader::default()).unwrap();
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

/// Number of events that were applied to a model.
fn event_count(model: &Model) -> usize {
    model.observation_cost().events as usize
}

#[test]
fn events_are_read_in_file_order_with_any_compression() {
    let dir = TempRecordingDir::new();
    let events = Simulation::with_limits(7, 20_000, 8).in_order();
    let plain = encode_recording(&events);
    assert!(plain.len() > 1_000_000, "the recording is read in several blocks: {}", plain.len());
    let (first_half, second_half) = plain.split_at(plain.len() / 2);
    // Concatenated gzip files, and concatenated Zstandard files, are valid compressed files.
    let concatenated_zstd = [zstd(first_half), zstd(second_half)].concat();
    // As `pzstd` writes it: frames after skippable frames that hold their lengths.
    let skippable_frame = b"\x50\x2a\x4d\x18\x04\x00\x00\x00\x01\x02\x03\x04";
    let skippable =
        [skippable_frame, &zstd(first_half)[..], skippable_frame, &zstd(second_half), skippable_frame].concat();
    for packed in [
        plain.clone(),
        gzip(&plain),
        zstd(&plain),
        concatenated_zstd,
        [gzip(first_half), gzip(second_half)].concat(),
        skippable,
    ] {
        let mut read = open(&dir.write_recording(&packed)).unwrap();
        assert!(read.by_ref().eq(events.iter().cloned()));
        assert_eq!(read.incomplete_note(), None);
    }
}

#[test]
fn byte_order_marks_blank_lines_and_other_line_ends_are_ignored() {
    const BYTE_ORDER_MARK: &str = "\u{feff}";
    let dir = TempRecordingDir::new();
    let events = Simulation::new(1).in_order();
    let plain = String::from_utf8(encode_recording(&events)).unwrap();
    let halves = plain.split_at(plain[..plain.len() / 2].rfind('\n').unwrap() + 1);
    for text in [
        format!("{BYTE_ORDER_MARK}{plain}"),
        plain.replace('\n', "\r\n"),
        format!("{BYTE_ORDER_MARK}{}\r\n\r\n", plain.replace('\n', "\r\n")),
        format!("\n \n{plain}"),
        format!("{plain}\n\n"),
        format!("{plain} \t"),
        format!("{}\n\r\n{BYTE_ORDER_MARK}\n{BYTE_ORDER_MARK}{}", halves.0, halves.1),
        plain.replace('\n', "\n\n"),
    ] {
        for bytes in [text.clone().into_bytes(), gzip(text.as_bytes())] {
            let mut read = open(&dir.write_recording(&bytes)).unwrap();
            assert!(read.by_ref().eq(events.iter().cloned()), "{text}");
            assert_eq!(read.incomplete_note(), None, "{text}");
        }
    }
}

#[test]
fn concatenated_recordings_are_read_as_several_runs() {
    let dir = TempRecordingDir::new();
    let (first_run, second_run) = (Simulation::new(1).in_order(), Simulation::new(2).in_order());
    let (first, second) = (encode_recording(&first_run), encode_recording(&second_run));
    let with_byte_order_mark = [b"\xef\xbb\xbf", &second[..]].concat();
    for both in [
        [&first[..], &second].concat(),
        [&first[..], b"\n", &with_byte_order_mark].concat(),
        [gzip(&first), gzip(&second)].concat(),
        [zstd(&first), zstd(&second)].concat(),
    ] {
        let recording = dir.read(&both).unwrap();
        let event_count: Vec<_> = recording.runs.iter().map(event_count).collect();
        assert_eq!((event_count, recording.note), (vec![first_run.len(), second_run.len()], None));
    }
    let newer = [&first[..], br#"{"format":"mpviz","version":4}"#, b"\n"].concat();
    let note = dir.incompleteness_note(&newer).unwrap();
    let expected =
        format!("the recording is damaged in line {} (format version 4 is newer than 3)", first_run.len() + 2);
    assert!(note.starts_with(&expected), "{note}");
}

#[test]
fn lines_without_events_count_in_the_line_numbers_of_errors() {
    let dir = TempRecordingDir::new();
    let events = Simulation::new(1).in_order();
    let whole = encode_recording(&events);
    // Header, events, blank line, header, events, blank line: the next event is in line 2 × events + 5.
    let before = [&whole[..], b"\n", &whole, b"\n"].concat();
    let line = 2 * events.len() + 5;
    let last_event = whole[..whole.len() - 1].rsplit(|byte| *byte == b'\n').next().unwrap();
    for (rest, defect) in [(last_event, "invalid"), (b"x\n", "damaged"), (&last_event[..9], "truncated")] {
        let note = dir.incompleteness_note(&[&before, rest].concat()).unwrap();
        assert!(note.starts_with(&format!("the recording is {defect} in line {line}")), "{note}");
    }
}

#[test]
fn each_run_started_event_begins_a_new_run() {
    let dir = TempRecordingDir::new();
    let (first_run, second_run) = (Simulation::new(1).in_order(), Simulation::new(2).in_order());
    let both = [first_run.clone(), second_run.clone()].concat();
    let recording = dir.read(&encode_recording(&both)).unwrap();
    let event_count: Vec<_> = recording.runs.iter().map(event_count).collect();
    assert_eq!((event_count, recording.note), (vec![first_run.len(), second_run.len()], None));
    assert_eq!(recording.runs[1].summary(), model_of(&second_run).summary());
}

#[test]
fn files_that_are_not_recordings_give_an_error_message() {
    let dir = TempRecordingDir::new();
    let newer_version = br#"{"format":"mpviz","version":4,"machine":"of another kind"}"#;
    let expected = "FILE has format version 4, but this mpviz reads versions up to 3: use a newer mpviz";
    assert_eq!(dir.error_message(newer_version), expected);
    assert_eq!(dir.error_message(b""), "FILE is not an mpviz recording: it is empty");
    let not_a_recording = "FILE is not an mpviz recording: its first line is not a header";
    assert_eq!(dir.error_message(b"PNG\n"), not_a_recording);
    assert_eq!(dir.error_message(br#"{"format":"other","version":1}"#), not_a_recording);
    let long_first_line = [vec![b'x'; 3_000_000], b"\n".to_vec()].concat();
    assert!(dir.error_message(&long_first_line).contains("its first line is too long"));
    assert!(dir.error_message(b"\x28\xb5\x2f\xfdrubbish").starts_with("FILE is not an mpviz recording: "));
    assert_eq!(dir.error_message(&encode_recording(&[])), "FILE contains no run");
    let without_run_started = encode_recording(&Simulation::new(1).in_order()[1..]);
    assert!(
        dir.error_message(&without_run_started)
            .starts_with("FILE contains no run: the recording is invalid in line 2 (")
            && dir.error_message(&without_run_started).ends_with(')')
    );
    let path = dir.0.path();
    assert!(load(path).err().unwrap().to_string().ends_with("is a directory"));
    assert!(load(&path.join("none")).err().unwrap().to_string().contains("No such file"));
}

#[test]
fn unknown_json_keys_in_recordings_are_ignored() {
    let dir = TempRecordingDir::new();
    let events = encode_recording(&Simulation::new(1).in_order());
    let events = String::from_utf8(events).unwrap();
    let with_unknown_keys = events
        .replacen("\"version\":1", "\"version\":1,\"colour\":[\"blue\"]", 1)
        .replace("{\"at\"", "{\"mood\":0,\"at\"");
    assert_eq!(dir.incompleteness_note(with_unknown_keys.as_bytes()), None);
}

#[test]
fn truncated_recording_is_read_up_to_the_truncation() {
    let dir = TempRecordingDir::new();
    let events = Simulation::with_limits(3, 4, 0).in_order();
    let whole = encode_recording(&events);
    let first_event_end = encode_recording(&events[..1]).len() - 1;
    for end in first_event_end..whole.len() {
        let lines = whole[..end].split(|byte| *byte == b'\n').count();
        let recording = dir.read(&whole[..end]).unwrap();
        let last_event =
            serde_json::from_slice::<StampedEvent>(whole[..end].rsplit(|byte| *byte == b'\n').next().unwrap());
        let ends_within_event = !whole[..end].ends_with(b"\n") && last_event.is_err();
        let sentence = format!("the recording is truncated in line {lines}; only earlier events are used");
        let note = recording.note.unwrap_or_default();
        // A missing line feed at the end of the recording is not reported. A truncation between two lines is reported
        // with the time of the last event.
        let between_lines =
            note.starts_with("the recording is truncated at ") && note.contains(", before the end of run 1; ");
        assert!(
            if ends_within_event {
                note == sentence
            } else {
                between_lines || end + 1 == whole.len() && note.is_empty()
            },
            "truncated at {end}"
        );
        let complete_events = lines - 1 - usize::from(ends_within_event || whole[..end].ends_with(b"\n"));
        assert_eq!(event_count(&recording.runs[0]), complete_events, "truncated at {end}");
    }
    for end in 0..first_event_end {
        assert!(dir.read(&whole[..end]).is_err(), "truncated at {end}");
    }
    for packed in [gzip(&whole), zstd(&whole)] {
        let mut any_read = false;
        for end in (0..packed.len()).step_by(7) {
            match dir.read(&packed[..end]) {
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
fn reading_stops_at_a_damaged_line_and_reports_its_number() {
    let dir = TempRecordingDir::new();
    let events = Simulation::new(1).in_order();
    let before = encode_recording(&events[..5]);
    let after = encode_recording(&events[5..]);
    let with_inserted_line = |line: &str| [&before, line.as_bytes(), b"\n", &after].concat();
    let note =
        dir.incompleteness_note(&with_inserted_line("{\"at\":1,\"event\":{\"\\u001b[31mRed\\u202e\":{}}}")).unwrap();
    assert!(note.starts_with("the recording is damaged in line 7 (not an event: unknown variant `"), "{note}");
    assert!(!note.chars().any(|c| c.is_control() || c == '\u{202e}'), "{note:?}");
    assert!(
        dir.incompleteness_note(&with_inserted_line("x")).unwrap().starts_with("the recording is damaged in line 7")
    );
    let long_line = format!("{{\"at\":{}1}}", " ".repeat(70_000));
    assert!(dir.incompleteness_note(&with_inserted_line(&long_line)).unwrap().contains("exceeds the maximum of 65536"));
    // The reader stops at the maximum line length if no line feed has come.
    let endless = [before.clone(), vec![b' '; 3_000_000]].concat();
    assert!(
        dir.incompleteness_note(&endless).unwrap().contains("line 7 (a line of"),
        "{:?}",
        dir.incompleteness_note(&endless)
    );
    let ended_twice = [events.clone(), events[events.len() - 1..].to_vec()].concat();
    let note = dir.incompleteness_note(&encode_recording(&ended_twice)).unwrap();
    assert!(note.starts_with(&format!("the recording is invalid in line {} (", events.len() + 2)), "{note}");
}

#[test]
fn huge_counts_and_decompression_bombs_are_rejected() {
    let dir = TempRecordingDir::new();
    let events = Simulation::new(1).in_order();
    let header_and_run_started = String::from_utf8(encode_recording(&events[..1])).unwrap();
    for event in [
        r#"{"at":1,"lane":0,"event":{"WorkerSpawned":{"worker":4294967295,"slot":0,"pid":1}}}"#,
        r#"{"at":1,"lane":0,"event":{"WorkerSpawned":{"worker":0,"slot":4294967295,"pid":1}}}"#,
        r#"{"at":1,"lane":0,"event":{"TasksSubmitted":{"first":0,"count":4294967295}}}"#,
        r#"{"at":1,"lane":0,"event":{"TasksSubmitted":{"first":4294967295,"count":4294967295}}}"#,
        r#"{"at":18446744073709551615,"lane":0,"event":{"LaneStarted":{}}}"#,
        r#"{"at":1,"lane":255,"event":{"LaneStarted":{}}}"#,
        r#"{"at":1,"lane":0,"event":{"TaskTaken":{"worker":4294967295,"first":4294967295,"count":4294967295}}}"#,
    ] {
        let note = dir.incompleteness_note(format!("{header_and_run_started}{event}\n").as_bytes());
        assert!(note.is_some_and(|note| note.contains("in line 3 (")), "{event}");
    }
    let line = "{\"at\":1,\"event\":{\"SamplesSkipped\":{\"count\":1}}}\n";
    let bomb = [header_and_run_started.as_bytes(), line.repeat(200_000_000 / line.len()).as_bytes()].concat();
    let packed = zstd::encode_all(&bomb[..], 1).unwrap();
    assert!(packed.len() < 100_000);
    let note = dir.incompleteness_note(&packed).unwrap();
    assert!(note.contains("its compression ratio is too high for a recording"), "{note}");
}

#[test]
fn total_number_of_tasks_in_a_recording_is_limited() {
    let mut run_started = Simulation::new(1).in_order().swap_remove(0);
    let Event::RunStarted(run) = &mut run_started.event else { panic!("the first event is not RunStarted") };
    let workload = run.workload.as_mut().unwrap();
    (workload.tasks, workload.numbers) = (1_000_000, 1_000_000);
    let max_runs = 4_000_000 / (1_000_000 * run.lanes.len());
    let recording = TempRecordingDir::new().read(&encode_recording(&vec![run_started; 50])).unwrap();
    assert_eq!(recording.runs.len(), max_runs);
    assert!(recording.note.unwrap().contains("too many tasks for the size of the recording"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Flips bits and removes a range of bytes, in uncompressed and compressed recordings.
    #[test]
    fn damaged_recording_is_read_in_part_or_gives_an_error(
        seed in 0_u64..20, flips in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..8), 1..6),
        cut in any::<(prop::sample::Index, u8)>(), packing in 0..3,
    ) {
        let events = Simulation::with_limits(seed, 6, 8).in_order();
        let plain = encode_recording(&events);
        let mut bytes = match packing { 0 => plain, 1 => gzip(&plain), _ => zstd(&plain) };
        for (at, bit) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        let from = cut.0.index(bytes.len());
        bytes.drain(from..(from + usize::from(cut.1)).min(from + bytes.len() / 50).min(bytes.len()));
        match TempRecordingDir::new().read(&bytes) {
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
