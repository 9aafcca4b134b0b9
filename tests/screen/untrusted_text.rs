//! Text from files, arguments and the environment is never written with control characters.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

use crate::support::story::{Story, StoryParameters};
use crate::support::{draw, mpviz_command};
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

/// Texts with escape sequences, line feeds, bidirectional overrides or invisible characters.
const UNSAFE_TEXTS: [&str; 5] =
    ["\u{1b}[31mred\u{7}", "a\nb\rc", "\u{202e}txt.exe", "x\u{200b}\u{feff}y", "\u{9b}2J\u{85}\t"];

/// The text as `\uXXXX` escapes, as in TOML and JSON.
fn unicode_escapes(text: &str) -> String {
    text.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect::<Vec<_>>().concat()
}

fn is_sanitized(output: &str) -> bool {
    output.lines().all(|line| sanitize(line) == line)
}

/// Standard output and standard error of a command.
fn stdout_and_stderr(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert_ne!(output.status.code(), Some(101), "a panic: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

#[test]
fn rejected_input_is_sanitized_in_error_messages() {
    let dir = tempfile::tempdir().unwrap();
    for unsafe_text in UNSAFE_TEXTS {
        let file = dir.path().join(format!("{unsafe_text}.toml"));
        std::fs::write(&file, format!("title = {unsafe_text}\n[run]\n\"{unsafe_text}\" = 1\n")).unwrap();
        let path = file.to_str().unwrap();
        let args: [&[&str]; 14] = [
            &["run", "--lanes", unsafe_text],
            &["run", "--cost", unsafe_text],
            &["run", "--chunksize", unsafe_text],
            &["run", &format!("--{unsafe_text}")],
            &[unsafe_text],
            &["run", "--scenario", unsafe_text],
            &["run", "--scenario", path],
            &["run", "--config", path],
            &["run", "--record", &format!("{path}/x")],
            &["run", "--io", "1", "--io-kind", "disk", "--io-dir", path],
            &["--theme", unsafe_text],
            &["completions", unsafe_text],
            &["worker", unsafe_text],
            &["replay", path],
        ];
        for args in args {
            let output = stdout_and_stderr(&mut mpviz_command(args));
            assert!(!output.is_empty() && is_sanitized(&output), "{args:?}: {output:?}");
        }
        let mut doctor = mpviz_command(&["doctor"]);
        doctor
            .env("TERM", unsafe_text)
            .env("COLORTERM", unsafe_text)
            .env("LC_ALL", unsafe_text)
            .env("PATH", dir.path());
        let output = stdout_and_stderr(&mut doctor);
        assert!(is_sanitized(&output), "{output:?}");
    }
}

#[test]
fn accepted_input_is_sanitized_in_results() {
    let dir = tempfile::tempdir().unwrap();
    for unsafe_text in UNSAFE_TEXTS {
        let scenario = dir.path().join("unsafe.toml");
        let escaped = unicode_escapes(unsafe_text);
        std::fs::write(&scenario, format!("title = \"{escaped}\"\nlook-at = \"{escaped}\"\n[run]\ntasks = 2\n"))
            .unwrap();
        let small = ["--numbers", "100", "--cost", "0", "--io-dir", unsafe_text];
        for format in [&["--json"][..], &["--csv"], &["--markdown"], &[]] {
            let scenario = ["--scenario", scenario.to_str().unwrap()];
            let output = stdout_and_stderr(&mut mpviz_command(&[&["run"], &small[..], &scenario, format].concat()));
            assert!(output.contains('\u{fffd}') || format == ["--csv"] || format == ["--markdown"], "{output:?}");
            assert!(is_sanitized(&output), "{format:?}: {output:?}");
        }
    }
}

/// Runs a command that must succeed, and returns its standard output.
fn stdout_of(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && is_sanitized(&errors), "{command:?}: {errors:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Terminal output stored in an asciicast, with escape characters removed.
fn asciicast_output(cast: &str) -> String {
    let events = cast.lines().skip(1).map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let output: String = events.map(|event| event[2].as_str().unwrap().to_owned()).collect();
    assert!(!output.contains("\u{1b}[31mred"), "an escape sequence from the recording");
    output.replace('\u{1b}', "")
}

#[test]
fn contents_and_names_of_recordings_are_sanitized() {
    let dir = tempfile::tempdir().unwrap();
    let recording = dir.path().join("recording");
    let record = ["--numbers", "100", "--tasks", "2", "--cost", "0", "--io-dir", "MARK", "--record"];
    let result = stdout_of(mpviz_command(&[&["run", "--json"], &record[..]].concat()).arg(&recording));
    let recording = std::fs::read_to_string(recording).unwrap();
    for unsafe_text in UNSAFE_TEXTS {
        let escaped = unicode_escapes(unsafe_text);
        let write = |ending: &str, text: &str| {
            let file = dir.path().join(format!("{unsafe_text}.{ending}"));
            assert!(text.contains("MARK") && text.contains("Linux"));
            std::fs::write(&file, text.replace("MARK", &escaped).replace("Linux", &escaped)).unwrap();
            file
        };
        let (recording, result) = (write("jsonl", &recording), write("json", &result));
        for to in ["perfetto", "csv", "joblog", "html", "svg", "asciicast"] {
            let text = stdout_of(mpviz_command(&["export", "--to", to]).arg(&recording));
            let text = match to {
                "joblog" => text.replace('\t', " "),
                "asciicast" => asciicast_output(&text),
                _ => text,
            };
            assert!(!text.is_empty() && is_sanitized(&text), "{to}: {text:?}");
        }
        for format in [&["--json"][..], &["--csv"], &["--markdown"], &[]] {
            let compared = stdout_of(mpviz_command(&["compare"]).args([&recording, &result]).args(format));
            let replayed = stdout_of(mpviz_command(&["replay"]).arg(&recording).args(format));
            assert!(is_sanitized(&compared) && is_sanitized(&replayed), "{format:?}: {compared:?} {replayed:?}");
            assert!(compared.contains('\u{fffd}'), "the names are missing: {compared:?}");
        }
    }
}

#[test]
fn arguments_that_are_not_utf8_cause_no_panic() {
    let word = OsStr::from_bytes(b"\xff\x1b[31m");
    for before in
        [&[][..], &["run"], &["run", "--io-dir"], &["run", "--record"], &["worker"], &["--theme"], &["run", "--config"]]
    {
        let output = stdout_and_stderr(mpviz_command(before).arg(word).args(["--numbers", "10"]).current_dir("/proc"));
        assert!(is_sanitized(&output), "{before:?}: {output:?}");
    }
}

/// All screens, pictures, reports and messages of a run with this text in its notes, command and operating system.
fn all_outputs(untrusted: &str) -> Vec<String> {
    let mut story = Story::simulate(&StoryParameters::default());
    if let Event::RunStarted(run) = &mut story.events[0].event {
        run.notes = vec![untrusted.into()];
        run.command = vec![untrusted.into(), untrusted.into()];
        run.machine.os = untrusted.into();
    }
    let model = story.model_at_end();
    let mut ui = draw::ui_after_run(&model);
    let message = check_disk_io(&run_with_missing_io_dir(untrusted)).unwrap_err().to_string();
    ui.message = Some(message.clone());
    let report = ui.report.clone().unwrap();
    let screens = [(60, 16), (120, 40), (300, 100)].map(|size| draw::draw(&model, &ui, &Theme::dark_theme(), size));
    let mut outputs: Vec<String> = screens.iter().map(draw::frame_text).collect();
    outputs.extend(screens.iter().map(|screen| svg::draw(screen, &PictureStyle::default())));
    let to_text = |write: &dyn Fn(&mut Vec<u8>)| {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    };
    // Messages are sanitized when they are created, not only when they are drawn.
    outputs.push(message);
    outputs.push(to_text(&|out| report::table::write(&report, None, out).unwrap()));
    outputs.push(to_text(&|out| report::markdown::write(&report, out).unwrap()));
    outputs.push(to_text(&|out| report::csv::write(&report, out).unwrap()));
    outputs.push(to_text(&|out| report::json::write(&report, out).unwrap()));
    outputs.push(to_text(&|out| perfetto::write(&model, out).unwrap()));
    outputs
}

/// Parameters of a run with disk I/O in a missing directory of this name.
fn run_with_missing_io_dir(dir: &str) -> RunSpec {
    let workload = Workload { io: 1, io_kind: IoKind::Disk, ..Workload::default() };
    let mut spec = Cli::parse_args(&["mpviz".into(), "--no-config".into()]).unwrap().run.to_run_spec().unwrap();
    spec.workload = workload;
    spec.io_dir = format!("/proc/nowhere/{dir}").into();
    spec
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_output_contains_unsafe_characters(
        untrusted in ".{0,40}",
        unsafe_text in prop::sample::select(&UNSAFE_TEXTS[..]),
    ) {
        for output in all_outputs(&format!("{untrusted}{unsafe_text}")) {
            prop_assert!(is_sanitized(&output), "{output:?}");
        }
    }

    #[test]
    fn parsing_any_command_line_causes_no_panic(args in prop::collection::vec(any::<String>(), 0..4)) {
        let args: Vec<_> = std::iter::once("mpviz".to_owned()).chain(args).map(Into::into).collect();
        let _ = Cli::parse_args(&args);
    }
}
