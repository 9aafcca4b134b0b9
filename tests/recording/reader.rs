//! Recordings from outside: whole, torn, damaged, packed, from the future, made to harm. Each gives a clear sentence or the
//! right beginning, and never a panic.

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

/// A place for recordings.
struct Shelf(TempDir);

impl Shelf {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn put(&self, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join("recording");
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// What comes of a recording: its runs and its note, or the sentence that says why not.
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

fn text(facts: &[StampedEvent]) -> Vec<u8> {
    let mut text = serde_json::to_vec(&Header::default()).unwrap();
    text.push(b'\n');
    for fact in facts {
        encode(fact, &mut text);
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

/// How many facts a model has heard.
fn heard(model: &Model) -> usize {
    model.observer().events as usize
}

#[test]
fn the_facts_come_back_in_their_order_however_they_are_packed() {
    let shelf = Shelf::new();
    let facts = Simulation::of(7, 20_000, 8).in_order();
    let plain = text(&facts);
    assert!(plain.len() > 1_000_000, "there are several pieces: {}", plain.len());
    let (half, rest) = plain.split_at(plain.len() / 2);
    // Packed files may be joined, as `cat` does.
    let joined = [zstd(half), zstd(rest)].concat();
    for packed in [plain.clone(), gzip(&plain), zstd(&plain), joined, [gzip(half), gzip(rest)].concat()] {
        let mut read = open(&shelf.put(&packed)).unwrap();
        assert!(read.by_ref().eq(facts.iter().cloned()));
        assert_eq!(read.note(), None);
    }
}

#[test]
fn every_beginning_of_a_run_is_a_run_of_its_own() {
    let shelf = Shelf::new();
    let (one, two) = (Simulation::new(1).in_order(), Simulation::new(2).in_order());
    let both = [one.clone(), two.clone()].concat();
    let recording = shelf.read(&text(&both)).unwrap();
    let heard: Vec<_> = recording.runs.iter().map(heard).collect();
    assert_eq!((heard, recording.note), (vec![one.len(), two.len()], None));
    assert_eq!(recording.runs[1].summary(), fold(&two).summary());
}

#[test]
fn what_is_no_recording_is_said_in_a_sentence() {
    let shelf = Shelf::new();
    let later = br#"{"format":"mpviz","version":2,"machine":"of another kind"}"#;
    let said = "FILE has version 2 of the format, and this mpviz reads up to version 1: a newer mpviz is needed";
    assert_eq!(shelf.refused(later), said);
    assert_eq!(shelf.refused(b""), "FILE is no recording of mpviz: it is empty");
    let foreign = "FILE is no recording of mpviz: its first line does not say so";
    assert_eq!(shelf.refused(b"PNG\n"), foreign);
    assert_eq!(shelf.refused(br#"{"format":"other","version":1}"#), foreign);
    let long = [vec![b'x'; 3_000_000], b"\n".to_vec()].concat();
    assert!(shelf.refused(&long).contains("longer than any"));
    assert!(shelf.refused(b"\x28\xb5\x2f\xfdrubbish").starts_with("FILE is no recording of mpviz: "));
    assert_eq!(shelf.refused(&text(&[])), "FILE holds no run");
    let no_beginning = text(&Simulation::new(1).in_order()[1..]);
    assert!(
        shelf.refused(&no_beginning).starts_with("FILE holds no run: the recording contradicts itself in line 2 (")
            && shelf.refused(&no_beginning).ends_with(')')
    );
    let path = shelf.0.path();
    assert!(load(path).err().unwrap().to_string().ends_with("is a directory"));
    assert!(load(&path.join("none")).err().unwrap().to_string().contains("No such file"));
}

#[test]
fn what_a_later_program_adds_is_passed_over() {
    let shelf = Shelf::new();
    let facts = text(&Simulation::new(1).in_order());
    let facts = String::from_utf8(facts).unwrap();
    let more = facts
        .replacen("\"version\":1", "\"version\":1,\"colour\":[\"blue\"]", 1)
        .replace("{\"at\"", "{\"mood\":0,\"at\"");
    assert_eq!(shelf.note(more.as_bytes()), None);
}

#[test]
fn a_recording_torn_anywhere_plays_up_to_the_tear() {
    let shelf = Shelf::new();
    let facts = Simulation::of(3, 4, 0).in_order();
    let whole = text(&facts);
    let begun = text(&facts[..1]).len() - 1;
    for end in begun..whole.len() {
        let lines = whole[..end].split(|byte| *byte == b'\n').count();
        let recording = shelf.read(&whole[..end]).unwrap();
        let broken = serde_json::from_slice::<StampedEvent>(whole[..end].rsplit(|byte| *byte == b'\n').next().unwrap());
        let torn = !whole[..end].ends_with(b"\n") && broken.is_err();
        let sentence = format!("the recording breaks off in line {lines}: what came before is shown");
        let note = recording.note.unwrap_or_default();
        // Only its last line feed is not missed; torn between two lines, it says when.
        let cut = note.starts_with("the recording breaks off at ") && note.contains(", before the end of run 1: ");
        assert!(
            if torn { note == sentence } else { cut || end + 1 == whole.len() && note.is_empty() },
            "torn at {end}"
        );
        let known = lines - 1 - usize::from(torn || whole[..end].ends_with(b"\n"));
        assert_eq!(heard(&recording.runs[0]), known, "torn at {end}");
    }
    for end in 0..begun {
        assert!(shelf.read(&whole[..end]).is_err(), "nothing is known at {end}");
    }
    for packed in [gzip(&whole), zstd(&whole)] {
        let mut played = false;
        for end in (0..packed.len()).step_by(7) {
            match shelf.read(&packed[..end]) {
                Ok(torn) => {
                    assert!(torn.note.is_some() && heard(&torn.runs[0]) <= facts.len(), "torn at {end}");
                    played = true;
                }
                Err(sentence) => assert!(sentence.starts_with("FILE "), "torn at {end}: {sentence}"),
            }
        }
        assert!(played || packed.starts_with(&[0x28]), "what was packed can be read up to the tear");
    }
}

#[test]
fn a_damaged_line_ends_it_and_is_named_without_being_quoted_as_it_is() {
    let shelf = Shelf::new();
    let facts = Simulation::new(1).in_order();
    let before = text(&facts[..5]);
    let after = text(&facts[5..]);
    let with = |line: &str| [&before, line.as_bytes(), b"\n", &after].concat();
    let note = shelf.note(&with("{\"at\":1,\"event\":{\"\\u001b[31mRed\\u202e\":{}}}")).unwrap();
    assert!(note.starts_with("the recording is damaged in line 7 (not an event: unknown variant `"), "{note}");
    assert!(!note.chars().any(|c| c.is_control() || c == '\u{202e}'), "{note:?}");
    assert!(shelf.note(&with("")).unwrap().starts_with("the recording is damaged in line 7"));
    let long = format!("{{\"at\":{}1}}", " ".repeat(70_000));
    assert!(shelf.note(&with(&long)).unwrap().contains("longer than any event (65536)"));
    // A line that never ends is not waited for.
    let endless = [before.clone(), vec![b' '; 3_000_000]].concat();
    assert!(shelf.note(&endless).unwrap().contains("line 7 (a line of"), "{:?}", shelf.note(&endless));
    let ended_twice = [facts.clone(), facts[facts.len() - 1..].to_vec()].concat();
    let note = shelf.note(&text(&ended_twice)).unwrap();
    assert!(note.starts_with(&format!("the recording contradicts itself in line {} (", facts.len() + 2)), "{note}");
}

#[test]
fn huge_counts_take_no_memory_and_a_bomb_does_not_go_off() {
    let shelf = Shelf::new();
    let facts = Simulation::new(1).in_order();
    let begun = String::from_utf8(text(&facts[..1])).unwrap();
    for event in [
        r#"{"at":1,"lane":0,"event":{"WorkerSpawned":{"worker":4294967295,"slot":0,"pid":1}}}"#,
        r#"{"at":1,"lane":0,"event":{"WorkerSpawned":{"worker":0,"slot":4294967295,"pid":1}}}"#,
        r#"{"at":1,"lane":0,"event":{"TasksSubmitted":{"first":0,"count":4294967295}}}"#,
        r#"{"at":1,"lane":0,"event":{"TasksSubmitted":{"first":4294967295,"count":4294967295}}}"#,
        r#"{"at":18446744073709551615,"lane":0,"event":{"LaneStarted":{}}}"#,
        r#"{"at":1,"lane":255,"event":{"LaneStarted":{}}}"#,
        r#"{"at":1,"lane":0,"event":{"TaskTaken":{"worker":4294967295,"first":4294967295,"count":4294967295}}}"#,
    ] {
        let note = shelf.note(format!("{begun}{event}\n").as_bytes());
        assert!(note.is_some_and(|note| note.contains("in line 3 (")), "{event}");
    }
    let line = "{\"at\":1,\"event\":{\"SamplesSkipped\":{\"count\":1}}}\n";
    let bomb = [begun.as_bytes(), line.repeat(200_000_000 / line.len()).as_bytes()].concat();
    let packed = zstd::encode_all(&bomb[..], 1).unwrap();
    assert!(packed.len() < 100_000);
    let note = shelf.note(&packed).unwrap();
    assert!(note.contains("it unpacks to far more than a recording of its size holds"), "{note}");
}

#[test]
fn many_runs_of_many_tasks_do_not_add_up() {
    let mut start = Simulation::new(1).in_order().swap_remove(0);
    let Event::RunStarted(run) = &mut start.event else { panic!("a run begins so") };
    (run.workload.tasks, run.workload.numbers) = (1_000_000, 1_000_000);
    let each = 4_000_000 / (1_000_000 * run.lanes.len());
    let recording = Shelf::new().read(&text(&vec![start; 50])).unwrap();
    assert_eq!(recording.runs.len(), each);
    assert!(recording.note.unwrap().contains("its runs have more tasks than so few lines can tell of"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Bits are flipped and stretches cut out, in the plain text and in what was packed.
    #[test]
    fn damage_of_any_kind_gives_a_sentence_or_a_beginning(
        seed in 0_u64..20, flips in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..8), 1..6),
        cut in any::<(prop::sample::Index, u8)>(), packing in 0..3,
    ) {
        let facts = Simulation::of(seed, 6, 8).in_order();
        let plain = text(&facts);
        let mut bytes = match packing { 0 => plain, 1 => gzip(&plain), _ => zstd(&plain) };
        for (at, bit) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        let from = cut.0.index(bytes.len());
        bytes.drain(from..(from + usize::from(cut.1)).min(from + bytes.len() / 50).min(bytes.len()));
        match Shelf::new().read(&bytes) {
            Ok(recording) => {
                for model in &recording.runs {
                    prop_assert!(heard(model) <= 2 * facts.len());
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
