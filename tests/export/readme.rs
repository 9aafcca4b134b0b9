//! The README's picture and the form of the documents.

use std::path::{Path, PathBuf};

use mpviz::event::codec::{RecordingHeader, encode};
use mpviz::event::{Event, StampedEvent};

use crate::support::run_mpviz;
use crate::support::story::{Story, StoryParameters};

/// Maximum size of the README's picture, in bytes.
const MAX_PICTURE_BYTES: usize = 600_000;
/// Maximum size of a picture of a watched program, in bytes.
const MAX_STILL_BYTES: usize = 100_000;

/// Time between two marks in ns, as in a live run.
const DRAINED_INTERVAL: u64 = 50_000_000;

fn repository_path(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// `INSTA_UPDATE=always` rewrites the picture.
#[test]
fn readme_picture_is_what_the_program_exports() {
    let dir = tempfile::tempdir().unwrap();
    let recording = dir.path().join("demo.jsonl");
    let mut lines = serde_json::to_vec(&RecordingHeader::default()).unwrap();
    lines.push(b'\n');
    let script = StoryParameters { io: 4, uneven: true, ..StoryParameters::default() };
    let mut mark = 0;
    for event in Story::simulate(&script).events {
        while mark + DRAINED_INTERVAL < event.at {
            mark += DRAINED_INTERVAL;
            let drained = Event::Drained { taken: vec![None; script.modes.len()] };
            encode(&StampedEvent { at: mark, lane: None, event: drained }, &mut lines);
        }
        encode(&event, &mut lines);
    }
    std::fs::write(&recording, lines).unwrap();
    let options = ["--to", "svg", "--animate", "--size", "100x30", "--fps", "3"];
    let output = run_mpviz(&[&["export", recording.to_str().unwrap()], &options[..]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    check_picture("assets/demo.svg", &output.stdout, MAX_PICTURE_BYTES);
}

/// `INSTA_UPDATE=always` rewrites the pictures.
#[test]
fn pictures_of_watched_programs_are_what_the_program_exports() {
    for (name, at) in [("fetch", "2500ms"), ("killed", "4s")] {
        let recording = repository_path(&format!("assets/watch/{name}.jsonl.zst"));
        let recording = recording.to_str().unwrap();
        let output = run_mpviz(&["export", recording, "--to", "svg", "--at", at, "--size", "100x30"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        check_picture(&format!("assets/watch/{name}.svg"), &output.stdout, MAX_STILL_BYTES);
    }
}

/// Checks that a picture in the repository is up to date and not too large.
fn check_picture(path: &str, exported: &[u8], max_bytes: usize) {
    let picture = repository_path(path);
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&picture, exported).unwrap();
    }
    let committed = std::fs::read(&picture).unwrap_or_default();
    assert!(committed == exported, "{path} is stale: INSTA_UPDATE=always rewrites it");
    assert!(committed.len() <= max_bytes, "{path} has {} bytes", committed.len());
}

#[test]
fn readme_shows_every_picture() {
    let readme = std::fs::read_to_string(repository_path("README.md")).unwrap();
    for entry in std::fs::read_dir(repository_path("assets")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.extension().is_some_and(|extension| extension == "svg") {
            assert!(readme.contains(&format!("(assets/{name})")), "{name}");
        }
    }
}

#[test]
fn documents_have_short_lines_and_the_readme_few() {
    let docs = std::fs::read_dir(repository_path("docs")).unwrap().map(|entry| entry.unwrap().path());
    let documents = ["README.md", "README.ko.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"]
        .map(repository_path)
        .into_iter()
        .chain(docs);
    for document in documents {
        let text = std::fs::read_to_string(&document).unwrap();
        for (n, line) in (1..).zip(text.lines()) {
            assert!(line.chars().count() <= 120, "{}:{n} is too long", document.display());
        }
    }
    assert!(std::fs::read_to_string(repository_path("README.md")).unwrap().lines().count() <= 130);
}

/// The commands of a document's blocks, without comments, and the code in its text and tables, sorted.
fn commands_and_code(document: &str) -> (Vec<String>, Vec<String>) {
    let text = std::fs::read_to_string(repository_path(document)).unwrap();
    let (mut commands, mut code) = (Vec::new(), Vec::new());
    for (n, part) in text.split("```").enumerate() {
        if n % 2 == 1 {
            let lines = part.lines().skip(1).map(|line| line.split('#').next().unwrap_or_default().trim());
            commands.extend(lines.map(str::to_owned));
        } else {
            code.extend(part.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    code.sort();
    (commands, code)
}

#[test]
fn korean_readme_has_the_commands_and_links_of_the_english_one() {
    let (commands, mut code) = commands_and_code("README.ko.md");
    let (english_commands, english_code) = commands_and_code("README.md");
    assert!(commands.len() > 8);
    assert_eq!(commands, english_commands);
    // Only the Korean one has to say how to choose the language.
    code.retain(|code| code != "--lang ko");
    assert_eq!(code, english_code);
    let links = |document: &str, other: &str| {
        let text = std::fs::read_to_string(repository_path(document)).unwrap();
        assert!(text.contains(&format!("({other})")), "{document} has no link to {other}");
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let targets: Vec<_> = targets.filter(|target| *target != other).map(str::to_owned).collect();
        let headings = text.lines().filter(|line| line.starts_with('#')).count();
        (targets, headings)
    };
    assert_eq!(links("README.ko.md", "README.md"), links("README.md", "README.ko.md"));
}

/// Whether a path in backticks exists: a file or folder of the repository, or of `src`.
fn path_exists(path: &str) -> bool {
    repository_path(path).exists() || repository_path("src").join(path).exists()
}

#[test]
fn paths_in_the_developers_documents_exist() {
    for document in ["ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = std::fs::read_to_string(repository_path(document)).unwrap();
        let is_path = |code: &&str| {
            Path::new(code).extension().is_some_and(|extension| extension == "rs")
                || code.starts_with("src/")
                || code.starts_with("tests/")
        };
        for path in text.split('`').skip(1).step_by(2).filter(is_path) {
            assert!(path_exists(path), "{document}: {path}");
        }
    }
}
