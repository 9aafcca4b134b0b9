//! `mpviz lesson` on a terminal.

use ratatui::text::Span;

use crate::session::Session;
use crate::support::{MISSING_DIR, run_mpviz};

const LESSON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/lesson.toml");

#[test]
fn lesson_is_predicted_run_and_explained() {
    let mut session = Session::start(100, 30, &["lesson", LESSON, "--lang", "en"]);
    let pid = session.pid();
    session.wait_for_text("How many tasks of 4 does the pool finish?");
    session.press("22");
    session.wait_for_text("2  all  ██ 2 votes");
    session.press("\r");
    session.wait_for_text("space: go on");
    session.press(" ");
    session.wait_for_text("right on this machine");
    session.wait_for_text("It finished 4: all.");
    session.press("q");
    let (_, code) = session.wait_for_end(pid);
    assert_eq!(code, 0);
}

#[test]
fn recorded_lesson_is_followed_in_a_second_terminal() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("lesson.jsonl");
    let path = file.to_str().unwrap();
    let mut session = Session::start(100, 30, &["lesson", LESSON, "--record", path, "--lang", "en"]);
    let pid = session.pid();
    session.wait_for_text("How many tasks of 4");
    let mut second = Session::start(100, 30, &["replay", "--follow", path, "--lang", "en"]);
    let second_pid = second.pid();
    second.wait_for_text("waiting for");
    session.press("\r");
    second.wait_for_frame("its time", |second| {
        second.screen_text().split("finished ").skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    });
    second.press("q");
    assert_eq!(second.wait_for_end(second_pid).1, 0);
    session.wait_for_text("space: go on");
    session.press(" ");
    session.wait_for_text("right on this machine");
    session.press("q");
    assert_eq!(session.wait_for_end(pid).1, 0);
    let replayed = run_mpviz(&["replay", path, "--csv"]);
    assert!(String::from_utf8_lossy(&replayed.stdout).contains("pool"), "{replayed:?}");
    let again = run_mpviz(&["lesson", LESSON, "--handout", "a.html", "--record", path]);
    assert!(String::from_utf8_lossy(&again.stderr).contains("--record cannot be used with --handout"), "{again:?}");
}

#[test]
fn notes_are_printed_in_both_languages_without_a_run() {
    for (language, parts) in [
        ("en", ["io: Tasks that wait", "Question", "Right: a task that waits", "stop 1 of 2 · pool", "Ask: "]),
        ("ko", ["io: 기다리는 작업", "질문", "맞는 답. 기다리는 작업", "멈춤 1/2 · pool", "질문: "]),
    ] {
        let output = run_mpviz(&["lesson", "io", "--notes", "--lang", language]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        for part in parts {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert!(text.lines().all(|line| Span::raw(line).width() <= 80), "{text}");
    }
    let output = run_mpviz(&["lesson", "io", "--notes", "--record", "a.jsonl"]);
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(message, "mpviz: --notes cannot be used with --record: notes are printed without a run\n");
}

#[test]
fn list_of_lessons_starts_the_chosen_one() {
    let mut session = Session::start(100, 40, &["lesson", "--lang", "ko"]);
    let pid = session.pid();
    session.wait_for_text("수업 · ↑↓ 선택");
    session.press("\x1b[B\r");
    session.wait_for_text("어느 쪽이 먼저 끝날까?");
    session.press("q");
    assert_eq!(session.wait_for_end(pid).1, 0);
}

#[test]
fn handout_has_everything_in_one_file() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["out.html", "out.md"] {
        let file = dir.path().join(name);
        let path = file.to_str().unwrap();
        let output = run_mpviz(&["lesson", LESSON, "--lang", "en", "--handout", path]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let text = std::fs::read_to_string(&file).unwrap();
        for part in ["How many tasks of 4", "wait of 4", "right on this machine", "It finished 4: all."] {
            assert!(text.contains(part), "{name}: {part}");
        }
        assert!(text.contains("<svg ") || text.contains("```text\n mpviz "), "{name}");
        let links = text.matches("http").count();
        assert_eq!(links, text.matches("http://www.w3.org/2000/svg").count(), "{name} loads nothing");
        let again = run_mpviz(&["lesson", LESSON, "--handout", path]);
        assert_eq!(again.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&again.stderr).contains("the file exists; use --force to overwrite it"));
    }
}

#[test]
fn lesson_that_cannot_be_given_is_refused_with_a_sentence() {
    let refused = |args: &[&str]| {
        let output = run_mpviz(&[&["lesson"], args].concat());
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, message) = refused(&["sums"]);
    assert_eq!(code, Some(2));
    assert!(message.starts_with("mpviz: lesson sums: unknown; use sum, io, match,"), "{message}");
    let (code, message) = refused(&["sum"]);
    assert_eq!(code, Some(2));
    assert!(message.contains("--handout FILE.html runs a lesson without one"), "{message}");
    let (code, message) = refused(&["sum", "--handout", "out.pdf"]);
    assert_eq!(code, Some(2));
    assert_eq!(message, "mpviz: --handout out.pdf: the name must end in .html or .md\n");
    let missing = format!("{MISSING_DIR}/a.toml");
    assert_eq!(refused(&[&missing]).0, Some(2));
}

/// The handout of a lesson that was given here: a built-in one by its name, or a file.
#[track_caller]
fn handout_of(lesson: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("handout.md");
    let output = run_mpviz(&["lesson", lesson, "--lang", "en", "--handout", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::read_to_string(&file).unwrap()
}

/// Whether the answer `right` is right here by a handout, and its closing sentence contains `closing`.
fn has_result(handout: &str, right: u32, closing: &str) -> bool {
    let result = handout.split("## Result").nth(1).expect("a result");
    result.lines().any(|line| line.starts_with(&format!("{right}. **"))) && result.contains(closing)
}

/// Checks the result of a handout, and that no stop is missing.
#[track_caller]
fn check_handout(handout: &str, right: u32, closing: &str) {
    assert!(has_result(handout, right, closing), "{handout}");
    assert!(!handout.contains("This moment did not occur"), "{handout}");
}

macro_rules! lessons {
    ($reason:literal: $($test:ident: $name:literal, $right:literal, $closing:literal;)*) => {$(
        #[test]
        #[ignore = $reason]
        fn $test() {
            super::check_handout(&super::handout_of($name), $right, $closing);
        }
    )*};
}

/// The effects of the built-in lessons on this machine, each in 10 to 30 seconds.
mod built_in_lessons {
    lessons! { "needs a quiet machine with two cores":
        sum: "sum", 3, "the cores decide";
        io: "io", 2, "workers waited for I/O while tasks were queued";
        more_workers: "match", 3, "At 16, time and memory";
        few: "few", 1, "Starting 6000 processes took";
        gil: "gil", 2, "threads share one GIL";
        gil_io: "gil-io", 3, "waiting releases the GIL";
        chunks: "chunks", 3, "chunks already taken";
        skew: "skew", 3, "the largest task decides";
        oversubscribe: "oversubscribe", 2, "the cores decide";
        shipping_in_python3: "shipping", 3, "inherit their arrays";
    }
}

/// Built-in lessons that are not about time: other programs do not disturb them.
mod undisturbed_lessons {
    lessons! { "takes 10 seconds or more":
        many: "many", 3, "tasks at once";
        crash_in_python3: "crash", 3, "15 tasks finished, 1 was lost";
    }
}

/// How often a short lesson is given while something disturbs it.
const ATTEMPTS: usize = 4;

/// Gives a built-in lesson with fewer numbers or tasks, or less I/O: `changes` replace parts of its file. A lesson that
/// other programs disturb each time decides nothing. In a virtual machine, others may take its cores without a trace, so
/// that one of the attempts must have the result.
#[track_caller]
fn check_short_lesson(name: &str, changes: &[(&str, &str)], right: u32, closing: &str) {
    let mut text =
        std::fs::read_to_string(format!("{}/assets/lessons/{name}.toml", env!("CARGO_MANIFEST_DIR"))).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{name}: {from}");
        text = text.replace(from, to);
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("short.toml");
    std::fs::write(&file, text).unwrap();
    let is_disturbed = |handout: &String| handout.contains("Other programs used the cores");
    let mut undisturbed = None;
    for _ in 0..ATTEMPTS {
        let handout = handout_of(file.to_str().unwrap());
        if !is_disturbed(&handout) && has_result(undisturbed.insert(handout), right, closing) {
            break;
        }
    }
    match undisturbed {
        Some(handout) => check_handout(&handout, right, closing),
        None => println!("{name}: other programs used the cores in {ATTEMPTS} attempts"),
    }
}

macro_rules! short_lessons {
    ($($test:ident: $name:literal, $changes:expr, $right:literal, $closing:literal;)*) => {$(
        #[test]
        #[ignore = "needs two cores for itself, for 40 seconds in all"]
        fn $test() {
            super::check_short_lesson($name, &$changes, $right, $closing);
        }
    )*};
}

/// The lessons about time, about a quarter as long.
mod short_lessons {
    short_lessons! {
        sum: "sum", [("\"50M\"", "\"12M\"")], 3, "the cores decide";
        io: "io", [("io = 25", "io = 6"), ("\"20.5M\"", "\"5M\"")], 2, "workers waited for I/O while tasks were queued";
        more_workers: "match", [("io = 20", "io = 5"), ("\"16.5M\"", "\"4M\"")], 3, "At 16, time and memory";
        few: "few", [("\"6M\"", "\"1500k\""), ("tasks = 600", "tasks = 150")], 1, "Starting 1500 processes took";
        gil: "gil", [("\"50M\"", "\"12M\"")], 2, "threads share one GIL";
        gil_io: "gil-io", [("\"10M\"", "\"3M\""), ("io = 6", "io = 2")], 3, "waiting releases the GIL";
        chunks: "chunks", [("\"50M\"", "\"12M\"")], 3, "chunks already taken";
        skew: "skew", [("\"50M\"", "\"12M\"")], 3, "the largest task decides";
        oversubscribe: "oversubscribe", [("\"50M\"", "\"12M\"")], 2, "the cores decide";
        shipping_in_python3: "shipping", [("\"40M\"", "\"16M\"")], 3, "inherit their arrays";
    }
}
