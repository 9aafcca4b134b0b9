//! Exports read by other programs: asciinema, GNU parallel, a browser.

use std::fs;
use std::process::Command;

use crate::support::run_mpviz;
use serde_json::Value;
use tempfile::TempDir;

/// A directory with a recording of a short run, and its verdict.
struct RecordedRun(TempDir, String);

impl RecordedRun {
    fn new() -> Self {
        let run_dir = Self(tempfile::tempdir().unwrap(), String::new());
        let result = run_mpviz(&["run", "--numbers", "100k", "--json", "--record", &run_dir.path("run.jsonl")]);
        let result: Value = serde_json::from_slice(&result.stdout).unwrap();
        Self(run_dir.0, result["verdict"]["sentence"].as_str().unwrap().to_owned())
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    /// Exports the recording to a file of this name.
    fn export(&self, recording: &str, args: &[&str], name: &str) -> String {
        let file = self.path(name);
        let output = run_mpviz(&[&["export", recording, "-o", &file], args].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        file
    }

    /// Prepares a program whose home is this directory.
    fn consumer_command(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command
            .current_dir(self.0.path())
            .env("HOME", self.0.path())
            .env("LC_ALL", "C.UTF-8")
            .env("TERM", "xterm-256color");
        command.stdin(std::process::Stdio::null());
        command
    }
}

/// Runs a program that must succeed, and returns its standard output.
fn stdout_of(mut command: Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
#[ignore = "needs asciinema"]
fn asciinema_plays_the_recording_to_its_verdict() {
    let run_dir = RecordedRun::new();
    let mut asciinema = run_dir.consumer_command("asciinema");
    let cast = run_dir.export(&run_dir.path("run.jsonl"), &["--to", "asciicast", "--size", "200x60"], "run.cast");
    // Playback without pauses, which would take longer than the test may.
    asciinema.args(["play", "--idle-time-limit", "0.01", &cast]);
    let mut terminal = vt100::Parser::new(60.try_into().unwrap(), 200.try_into().unwrap(), 0);
    terminal.process(stdout_of(asciinema).as_bytes());
    let screen = terminal.screen().contents().split_whitespace().collect::<Vec<_>>().join(" ");
    let start: String = run_dir.1.chars().take(30).collect();
    assert!(screen.contains("FINISHED") && screen.contains(&start), "{start}\n{}", terminal.screen().contents());
}

/// Jobs that GNU parallel runs when it resumes a log.
fn resumed_jobs(run_dir: &RecordedRun, log: &str, option: &str, jobs: &str) -> Vec<String> {
    let mut parallel = run_dir.consumer_command("parallel");
    parallel.args([option, "--joblog", log, "--keep-order", "echo", ":::"]).args(jobs.split(' '));
    let mut ran: Vec<String> = stdout_of(parallel).lines().map(str::to_owned).collect();
    ran.sort();
    ran
}

#[test]
#[ignore = "needs GNU parallel"]
fn gnu_parallel_resumes_after_the_jobs_of_the_log() {
    let run_dir = RecordedRun::new();
    let story = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stories/killed_worker.jsonl");
    let log = run_dir.export(story, &["--to", "joblog"], "killed.log");
    let ran = resumed_jobs(&run_dir, &log, "--resume", "a b c d e f");
    assert_eq!(ran, ["e", "f"], "the first four are in the log");
    // Both jobs have a line in the log. Only the second, which was killed, is run again.
    let ran = resumed_jobs(&run_dir, &log, "--resume-failed", "a b c d e f");
    assert_eq!(ran, ["b"]);
    assert_eq!(fs::read_to_string(&log).unwrap().lines().count(), 1 + 4 + 2 + 1);
}

#[test]
#[ignore = "needs chromium"]
fn chromium_shows_page_and_pictures() {
    let run_dir = RecordedRun::new();
    let dom_of = |name: &str, more: &str| {
        let mut browser = run_dir.consumer_command("chromium");
        browser.args(["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000", "--dump-dom"]);
        browser.arg(format!("file://{}{more}", run_dir.path(name)));
        stdout_of(browser)
    };
    let recording = run_dir.path("run.jsonl");
    run_dir.export(&recording, &["--to", "html"], "run.html");
    run_dir.export(&recording, &["--to", "svg"], "still.svg");
    run_dir.export(&recording, &["--to", "svg", "--animate"], "moving.svg");
    let page = dom_of("run.html", "#t=999999");
    let caption = page.split("id=\"caption\" aria-live=\"polite\">").nth(1).and_then(|rest| rest.split("</p>").next());
    assert_eq!(caption, Some(&*run_dir.1), "the script shows the last caption");
    for name in ["still.svg", "moving.svg"] {
        let picture = dom_of(name, "");
        assert!(picture.contains("<svg") && !picture.contains("parsererror"), "{name}");
    }
}
