//! Property tests of parsers: arbitrary bytes and damaged files cause no panic, and errors in TOML files have a
//! position.
//!
//! The targets in `fuzz/` test the same parsers with `cargo fuzz`.

use std::path::Path;

use crate::support::stories;
use mpviz::cli::config;
use mpviz::cli::scenario::Scenario;
use mpviz::event::codec::{decode, encode};
use mpviz::report::compare::{ComparedRunData, RunComparison, write_tables};
use mpviz::system::toml_file::{TomlError, TomlFile};
use mpviz::theme::Theme;
use proptest::prelude::*;

const KILLED_WORKER_RECORDING: &str = include_str!("../stories/killed_worker.jsonl");
const VALID_TOML_FILES: [&str; 4] = [
    include_str!("../../assets/scenarios/stall.toml"),
    include_str!("../../assets/themes/light.toml"),
    "[run]\ntasks = 16\nlanes = [\"pool\", \"serial\"]\nskew = 1.5\n[screen]\nfps = 20\nascii = \"never\"\nno-mouse = true\n",
    "title = \"a\"\nlook-at = '''b'''\nrun = { numbers = \"1M\", no-gil = true, io = 5 }\n",
];
/// Text that is likely to make a TOML file or a JSON line invalid where it is inserted.
const SYNTAX_FRAGMENTS: [&str; 16] =
    ["\"", "=", "[", "]", "{", "}", "\n", "é", "0x", "1e999", "-", "'''", "\u{202e}", "true", "1979-05-27", "[[run]]"];

/// Generates an edit that may damage a file: a position in thousandths of the file's length, the number of bytes to
/// remove there, and the bytes to insert.
fn random_edit() -> impl Strategy<Value = (usize, usize, Vec<u8>)> {
    let fragments = prop::sample::select(&SYNTAX_FRAGMENTS[..]).prop_map(|fragment| fragment.as_bytes().to_vec());
    (0..1000_usize, 0..12_usize, prop_oneof![fragments, prop::collection::vec(any::<u8>(), 0..4)])
}

fn apply_edits(text: &str, edits: &[(usize, usize, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for (position, removed, inserted) in edits {
        let at = position * bytes.len() / 1000;
        let end = (at + removed).min(bytes.len());
        bytes.splice(at..end, inserted.iter().copied());
    }
    bytes
}

fn check_error_position(error: &TomlError, bytes: &[u8]) -> Result<(), TestCaseError> {
    let lines = bytes.split(|byte| *byte == b'\n').count();
    prop_assert!(
        (1..=lines).contains(&error.position.line) && (1..=bytes.len() + 1).contains(&error.position.column),
        "{error}"
    );
    let message = error.to_string();
    prop_assert!(
        message.starts_with(&format!("x.toml:{}:{}: ", error.position.line, error.position.column)),
        "{message}"
    );
    prop_assert!(message.lines().count() == 1 && message.trim_end().len() > 12, "{message}");
    Ok(())
}

/// Parses the bytes as each kind of TOML file: configuration, scenario and theme. Checks the positions of the errors.
fn check_toml_parsers(bytes: &[u8]) -> Result<(), TestCaseError> {
    let file = match TomlFile::from_bytes(Path::new("x.toml"), bytes.to_vec()) {
        Ok(file) => file,
        Err(error) => return check_error_position(&error, bytes),
    };
    let errors = [config::read(&file).err(), Scenario::from_file(&file).err(), Theme::from_file(&file).err()];
    errors.iter().flatten().try_for_each(|error| check_error_position(error, bytes))
}

/// If the line is an event, checks that encoding and decoding this event again gives the same event.
fn check_line_round_trip(line: &[u8]) -> Result<(), TestCaseError> {
    let Ok(stamped) = decode(line) else { return Ok(()) };
    let mut encoded = Vec::new();
    encode(&stamped, &mut encoded);
    let decoded = decode(&encoded);
    prop_assert!(decoded.is_ok(), "{}", String::from_utf8_lossy(&encoded));
    let mut encoded_again = Vec::new();
    encode(&decoded.unwrap(), &mut encoded_again);
    prop_assert_eq!(encoded, encoded_again);
    Ok(())
}

#[test]
fn unmodified_toml_files_are_valid() {
    let file = |n: usize| TomlFile::from_bytes(Path::new("x.toml"), VALID_TOML_FILES[n].into()).unwrap();
    assert!(Scenario::from_file(&file(0)).is_ok() && Scenario::from_file(&file(3)).is_ok());
    assert!(Theme::from_file(&file(1)).is_ok() && config::read(&file(2)).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn parsers_do_not_panic_on_arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check_toml_parsers(&bytes)?;
        check_line_round_trip(&bytes)?;
    }

    #[test]
    fn damaged_toml_files_are_parsed_or_give_an_error_with_position(
        file in prop::sample::select(&VALID_TOML_FILES[..]),
        edits in prop::collection::vec(random_edit(), 1..4),
    ) {
        check_toml_parsers(&apply_edits(file, &edits))?;
    }

    #[test]
    fn damaged_recording_lines_are_decoded_or_give_an_error(
        line in prop::sample::select(KILLED_WORKER_RECORDING.lines().collect::<Vec<_>>()),
        edits in prop::collection::vec(random_edit(), 1..4),
    ) {
        check_line_round_trip(&apply_edits(line, &edits))?;
    }

    #[test]
    fn damaged_result_files_are_compared_or_give_an_error(edits in prop::collection::vec(random_edit(), 1..4)) {
        match ComparedRunData::read("x", &apply_edits(&stories::story_result_json("killed_worker"), &edits)[..]) {
            Err(error) => prop_assert_eq!(error.to_string().lines().count(), 1),
            Ok(run) => write_tables(&RunComparison::new(vec![run.clone(), run]), Some(80), &mut Vec::new()).unwrap(),
        }
    }
}
