//! Files are untrusted: arbitrary bytes and damaged files never panic, and every error has a position.
//!
//! `fuzz/` does the same with `cargo fuzz`.

use std::path::Path;

use crate::support::stories;
use mpviz::cli::config;
use mpviz::cli::scenario::Scenario;
use mpviz::event::codec::{decode, encode};
use mpviz::report::compare::{ComparedRunData, Comparison, table};
use mpviz::system::toml_file::{TomlError, TomlFile};
use mpviz::theme::Theme;
use proptest::prelude::*;

const STORY: &str = include_str!("../stories/killed_worker.jsonl");
const FILES: [&str; 4] = [
    include_str!("../../assets/scenarios/stall.toml"),
    include_str!("../../assets/themes/light.toml"),
    "[run]\ntasks = 16\nlanes = [\"pool\", \"serial\"]\nskew = 1.5\n[screen]\nfps = 20\nascii = \"never\"\nno-mouse = true\n",
    "title = \"a\"\nlook-at = '''b'''\nrun = { numbers = \"1M\", no-gil = true, io = 5 }\n",
];
/// Fragments that are likely to break a TOML file or a line of JSON.
const FRAGMENTS: [&str; 16] =
    ["\"", "=", "[", "]", "{", "}", "\n", "é", "0x", "1e999", "-", "'''", "\u{202e}", "true", "1979-05-27", "[[run]]"];

/// A damage: a position in thousandths of the file, the number of bytes to remove there, and the bytes to insert.
fn damage() -> impl Strategy<Value = (usize, usize, Vec<u8>)> {
    let fragments = prop::sample::select(&FRAGMENTS[..]).prop_map(|fragment| fragment.as_bytes().to_vec());
    (0..1000_usize, 0..12_usize, prop_oneof![fragments, prop::collection::vec(any::<u8>(), 0..4)])
}

fn damaged(text: &str, damages: &[(usize, usize, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for (position, removed, inserted) in damages {
        let at = position * bytes.len() / 1000;
        let end = (at + removed).min(bytes.len());
        bytes.splice(at..end, inserted.iter().copied());
    }
    bytes
}

fn check_position(error: &TomlError, bytes: &[u8]) -> Result<(), TestCaseError> {
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

/// Reads the bytes as each kind of file.
fn read_all(bytes: &[u8]) -> Result<(), TestCaseError> {
    let file = match TomlFile::from_bytes(Path::new("x.toml"), bytes.to_vec()) {
        Ok(file) => file,
        Err(error) => return check_position(&error, bytes),
    };
    let errors = [config::read(&file).err(), Scenario::from_file(&file).err(), Theme::from_file(&file).err()];
    errors.iter().flatten().try_for_each(|error| check_position(error, bytes))
}

/// A line that can be decoded can be encoded and decoded again.
fn read_line(line: &[u8]) -> Result<(), TestCaseError> {
    let Ok(stamped) = decode(line) else { return Ok(()) };
    let mut written = Vec::new();
    encode(&stamped, &mut written);
    let decoded = decode(&written);
    prop_assert!(decoded.is_ok(), "{}", String::from_utf8_lossy(&written));
    let mut twice = Vec::new();
    encode(&decoded.unwrap(), &mut twice);
    prop_assert_eq!(written, twice);
    Ok(())
}

#[test]
fn undamaged_files_are_valid() {
    let file = |n: usize| TomlFile::from_bytes(Path::new("x.toml"), FILES[n].into()).unwrap();
    assert!(Scenario::from_file(&file(0)).is_ok() && Scenario::from_file(&file(3)).is_ok());
    assert!(Theme::from_file(&file(1)).is_ok() && config::read(&file(2)).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_all(&bytes)?;
        read_line(&bytes)?;
    }

    #[test]
    fn damaged_files_are_read_or_have_an_error_position(
        file in prop::sample::select(&FILES[..]),
        damages in prop::collection::vec(damage(), 1..4),
    ) {
        read_all(&damaged(file, &damages))?;
    }

    #[test]
    fn damaged_lines_are_read_or_refused(line in prop::sample::select(STORY.lines().collect::<Vec<_>>()), damages in prop::collection::vec(damage(), 1..4)) {
        read_line(&damaged(line, &damages))?;
    }

    #[test]
    fn damaged_results_are_compared_or_refused(damages in prop::collection::vec(damage(), 1..4)) {
        match ComparedRunData::read("x", &damaged(&stories::saved("killed_worker"), &damages)[..]) {
            Err(error) => prop_assert_eq!(error.to_string().lines().count(), 1),
            Ok(side) => table(&Comparison::new(vec![side.clone(), side]), Some(80), &mut Vec::new()).unwrap(),
        }
    }
}
