//! Untrusted text never reaches the terminal with control characters.

use crate::support::draw;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use crate::support::mpviz;
use crate::support::story::{Script, Story};
use mpviz::cli::Cli;
use mpviz::engine::{RunSpec, check_disk_io};
use mpviz::event::Event;
use mpviz::event::text::sanitize;
use mpviz::event::workload::{IoKind, Workload};
use mpviz::export::perfetto;
use mpviz::export::svg::{self, PictureStyle};
use mpviz::report;
use mpviz::theme::Theme;
use proptest::prelude::*;

/// Escape sequences, line feeds, bidirectional overrides, invisible characters.
const UNSAFE: [&str; 5] =
    ["\u{1b}[31mred\u{7}", "a\nb\rc", "\u{202e}txt.exe", "x\u{200b}\u{feff}y", "\u{9b}2J\u{85}\t"];

fn is_harmless(output: &str) -> bool {
    output.lines().all(|line| sanitize(line) == line)
}

/// The output of a command on both streams.
fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert_ne!(output.status.code(), Some(101), "a panic: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

#[test]
fn refused_input_is_named_safely() {
    let dir = tempfile::tempdir().unwrap();
    for nasty in UNSAFE {
        let file = dir.path().join(format!("{nasty}.toml"));
        std::fs::write(&file, format!("title = {nasty}\n[run]\n\"{nasty}\" = 1\n")).unwrap();
        let path = file.to_str().unwrap();
        let words: [&[&str]; 14] = [
            &["run", "--lanes", nasty],
            &["run", "--cost", nasty],
            &["run", "--chunksize", nasty],
            &["run", &format!("--{nasty}")],
            &[nasty],
            &["run", "--scenario", nasty],
            &["run", "--scenario", path],
            &["run", "--config", path],
            &["run", "--record", &format!("{path}/x")],
            &["run", "--io", "1", "--io-kind", "disk", "--io-dir", path],
            &["--theme", nasty],
            &["completions", nasty],
            &["worker", nasty],
            &["replay", path],
        ];
        for words in words {
            let output = output(&mut mpviz(words));
            assert!(!output.is_empty() && is_harmless(&output), "{words:?}: {output:?}");
        }
        let mut doctor = mpviz(&["doctor"]);
        doctor.env("TERM", nasty).env("COLORTERM", nasty).env("LC_ALL", nasty).env("PATH", dir.path());
        let output = output(&mut doctor);
        assert!(is_harmless(&output), "{output:?}");
    }
}

#[test]
fn accepted_input_is_shown_safely() {
    let dir = tempfile::tempdir().unwrap();
    for nasty in UNSAFE {
        let scenario = dir.path().join("nasty.toml");
        let escaped = nasty.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect::<Vec<_>>().concat();
        std::fs::write(&scenario, format!("title = \"{escaped}\"\nlook-at = \"{escaped}\"\n[run]\ntasks = 2\n"))
            .unwrap();
        let small = ["--numbers", "100", "--cost", "0", "--io-dir", nasty];
        for format in [&["--json"][..], &["--csv"], &["--markdown"], &[]] {
            let scenario = ["--scenario", scenario.to_str().unwrap()];
            let output = output(&mut mpviz(&[&["run"], &small[..], &scenario, format].concat()));
            assert!(output.contains('\u{fffd}') || format == ["--csv"] || format == ["--markdown"], "{output:?}");
            assert!(is_harmless(&output), "{format:?}: {output:?}");
        }
    }
}

/// The output of a command that succeeds.
fn printed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && is_harmless(&errors), "{command:?}: {errors:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The text of a terminal recording, without the escape sequences of drawing.
fn played(cast: &str) -> String {
    let events = cast.lines().skip(1).map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let at_end: String = events.map(|event| event[2].as_str().unwrap().to_owned()).collect();
    assert!(!at_end.contains("\u{1b}[31mred"), "a sequence from outside");
    at_end.replace('\u{1b}', "")
}

#[test]
fn contents_and_names_of_recordings_are_shown_safely() {
    let dir = tempfile::tempdir().unwrap();
    let recording = dir.path().join("recording");
    let record = ["--numbers", "100", "--tasks", "2", "--cost", "0", "--io-dir", "MARK", "--record"];
    let result = printed(mpviz(&[&["run", "--json"], &record[..]].concat()).arg(&recording));
    let recording = std::fs::read_to_string(recording).unwrap();
    for nasty in UNSAFE {
        let escaped = nasty.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect::<Vec<_>>().concat();
        let write = |ending: &str, text: &str| {
            let file = dir.path().join(format!("{nasty}.{ending}"));
            assert!(text.contains("MARK") && text.contains("Linux"));
            std::fs::write(&file, text.replace("MARK", &escaped).replace("Linux", &escaped)).unwrap();
            file
        };
        let (recording, result) = (write("jsonl", &recording), write("json", &result));
        for to in ["perfetto", "csv", "joblog", "html", "svg", "asciicast"] {
            let text = printed(mpviz(&["export", "--to", to]).arg(&recording));
            let text = match to {
                "joblog" => text.replace('\t', " "),
                "asciicast" => played(&text),
                _ => text,
            };
            assert!(!text.is_empty() && is_harmless(&text), "{to}: {text:?}");
        }
        for format in [&["--json"][..], &["--csv"], &["--markdown"], &[]] {
            let compared = printed(mpviz(&["compare"]).args([&recording, &result]).args(format));
            let replayed = printed(mpviz(&["replay"]).arg(&recording).args(format));
            assert!(is_harmless(&compared) && is_harmless(&replayed), "{format:?}: {compared:?} {replayed:?}");
            assert!(compared.contains('\u{fffd}'), "the names stand there: {compared:?}");
        }
    }
}

#[test]
fn arguments_that_are_not_utf8_do_not_panic() {
    let word = OsStr::from_bytes(b"\xff\x1b[31m");
    for before in
        [&[][..], &["run"], &["run", "--io-dir"], &["run", "--record"], &["worker"], &["--theme"], &["run", "--config"]]
    {
        let output = output(mpviz(before).arg(word).args(["--numbers", "10"]).current_dir("/proc"));
        assert!(is_harmless(&output), "{before:?}: {output:?}");
    }
}

/// Every picture and report of a run that contains this text.
fn sinks(outside: &str) -> Vec<String> {
    let mut story = Story::simulate(&Script::default());
    if let Event::RunStarted(run) = &mut story.events[0].event {
        run.notes = vec![outside.into()];
        run.command = vec![outside.into(), outside.into()];
        run.machine.os = outside.into();
    }
    let model = story.model_at_end();
    let mut ui = draw::finished(&model);
    let message = check_disk_io(&disk(outside)).unwrap_err().to_string();
    ui.message = Some(message.clone());
    let report = ui.report.clone().unwrap();
    let screens = [(60, 16), (120, 40), (300, 100)].map(|size| draw::draw(&model, &ui, &Theme::dark(), size));
    let mut sinks: Vec<String> = screens.iter().map(draw::text).collect();
    sinks.extend(screens.iter().map(|screen| svg::draw(screen, &PictureStyle::default())));
    let written = |write: &dyn Fn(&mut Vec<u8>)| {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    };
    // Sanitized where it enters, not only where it is drawn.
    sinks.push(message);
    sinks.push(written(&|out| report::table::write(&report, out).unwrap()));
    sinks.push(written(&|out| report::markdown::write(&report, out).unwrap()));
    sinks.push(written(&|out| report::csv::write(&report, out).unwrap()));
    sinks.push(written(&|out| report::json::write(&report, out).unwrap()));
    sinks.push(written(&|out| perfetto::write(&model, out).unwrap()));
    sinks
}

/// A run with I/O in a directory of this name that does not exist.
fn disk(dir: &str) -> RunSpec {
    let workload = Workload { io: 1, io_kind: IoKind::Disk, ..Workload::default() };
    let mut spec = Cli::parse_args(&["mpviz".into(), "--no-config".into()]).unwrap().run.spec().unwrap();
    spec.workload = workload;
    spec.io_dir = format!("/proc/nowhere/{dir}").into();
    spec
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_output_contains_unsafe_characters(outside in ".{0,40}", nasty in prop::sample::select(&UNSAFE[..])) {
        for output in sinks(&format!("{outside}{nasty}")) {
            prop_assert!(is_harmless(&output), "{output:?}");
        }
    }

    #[test]
    fn no_command_line_panics(words in prop::collection::vec(any::<String>(), 0..4)) {
        let words: Vec<_> = std::iter::once("mpviz".to_owned()).chain(words).map(Into::into).collect();
        let _ = Cli::parse_args(&words);
    }
}
