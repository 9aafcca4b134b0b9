//! `mpviz doctor`: what it finds here, its contract, and how it asks a terminal.

mod support;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use serde_json::Value;
use support::{PATIENCE, mpviz, run};

fn diagnosis(output: &[u8]) -> (Value, BTreeMap<String, Value>) {
    let object: Value = serde_json::from_slice(output).expect("JSON");
    let findings = object["findings"].as_array().expect("findings").clone();
    let by_id = findings.into_iter().map(|found| (found["id"].as_str().expect("an id").to_owned(), found));
    (object.clone(), by_id.collect())
}

/// The findings that are there on every machine.
const IDS: [&str; 13] = [
    "terminal.screen",
    "terminal.size",
    "terminal.colours",
    "terminal.unicode",
    "terminal.synchronized",
    "machine.cores",
    "machine.processes",
    "machine.files",
    "machine.memory",
    "kernel.queue",
    "kernel.pipe",
    "kernel.proc",
    "kernel.worker",
];

#[test]
fn the_json_object_keeps_its_contract() {
    let output = run(&["doctor", "--json"]);
    let (object, found) = diagnosis(&output.stdout);
    let keys = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&object), ["schema", "version", "machine", "can_run", "findings"]);
    assert_eq!((&object["schema"], &object["can_run"]), (&Value::from(1), &Value::from(true)), "{object:#}");
    assert_eq!(output.status.code(), Some(0));
    for id in IDS {
        assert_eq!(keys(&found[id]), ["id", "verdict", "needed", "measured", "advice", "figures"], "{id}");
        let verdict = found[id]["verdict"].as_str().unwrap();
        assert!(["works", "limited", "missing"].contains(&verdict), "{id}: {verdict}");
        let works = verdict == "works";
        assert!(!works || found[id]["advice"].is_null(), "{id}: what works needs no advice");
    }
    let figure = |id: &str, key: &str| found[id]["figures"][key].as_u64().unwrap_or_else(|| panic!("{id} {key}"));
    let cores = std::thread::available_parallelism().unwrap().get();
    assert_eq!(figure("machine.cores", "usable"), cores as u64);
    assert!(figure("machine.processes", "at_once") > 0 && figure("machine.memory", "available") > 0);
    assert!(figure("kernel.pipe", "bytes") >= 4096 && figure("kernel.worker", "took_ns") > 0);
    assert!(found["python.multiprocessing"]["needed"] == false);
}

#[test]
fn a_person_reads_a_line_for_each_finding() {
    let mut command = mpviz(&["doctor"]);
    command.env("TERM", "xterm\u{1b}[31m").env("COLORTERM", "").env("LC_ALL", "C").env("PATH", "/nowhere");
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "neither colours nor Python are needed: {said}");
    for id in IDS {
        let thing = id.split_once('.').unwrap().1;
        let lines = said.lines().filter(|line| line.split_whitespace().nth(1) == Some(thing)).count();
        assert_eq!(lines, 1, "{thing}: {said}");
    }
    assert!(said.contains("limited  unicode         the locale is C, which is not UTF-8\n"), "{said}");
    assert!(said.contains("missing  multiprocessing there is no python3\n"), "{said}");
    assert!(!said.contains('\u{1b}'), "{said:?}");
    assert!(said.lines().last().unwrap().starts_with("mpviz can run here; "), "{said}");
}

#[test]
fn few_descriptors_are_said_and_are_no_reason_not_to_run() {
    let limited = ["-c", "ulimit -n 40; exec \"$0\" doctor --json", env!("CARGO_BIN_EXE_mpviz")];
    let output = std::process::Command::new("sh").args(limited).output().unwrap();
    let (_, found) = diagnosis(&output.stdout);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(found["machine.files"]["verdict"], "limited", "{}", found["machine.files"]);
    assert_eq!(found["machine.files"]["figures"]["usable"], 40);
}

/// What a terminal has been asked and what it shows, and what the doctor found.
fn in_a_terminal(answer: &'static [u8]) -> (String, BTreeMap<String, Value>, Duration) {
    let size = PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 };
    let pty = native_pty_system().openpty(size).unwrap();
    let report = tempfile::NamedTempFile::new().unwrap();
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", "exec \"$0\" doctor --json > \"$1\"", env!("CARGO_BIN_EXE_mpviz")]);
    command.arg(report.path());
    command.env("TERM", "xterm-256color");
    // Python is not what is tested here.
    command.env("PATH", "/bin:/usr/bin");
    let before = pty.master.get_termios().unwrap().local_flags;
    let began = Instant::now();
    let mut child = pty.slave.spawn_command(command).unwrap();
    let mut keys = pty.master.take_writer().unwrap();
    let mut output = pty.master.try_clone_reader().unwrap();
    let terminal = std::thread::spawn(move || {
        let (mut said, mut bytes, mut asked) = (Vec::new(), [0; 4096], false);
        while let Ok(read @ 1..) = output.read(&mut bytes) {
            said.extend_from_slice(&bytes[..read]);
            if !asked && said.ends_with(b"\x1b[c") {
                asked = true;
                keys.write_all(answer).unwrap();
                keys.flush().unwrap();
            }
        }
        String::from_utf8_lossy(&said).into_owned()
    });
    let status = child.wait().unwrap();
    let took = began.elapsed();
    assert!(status.success() && took < PATIENCE);
    assert_eq!(pty.master.get_termios().unwrap().local_flags, before, "the terminal was not given back");
    drop(pty);
    let shown = terminal.join().unwrap();
    (shown, diagnosis(&std::fs::read(report.path()).unwrap()).1, took)
}

#[test]
fn a_terminal_is_asked_whether_it_shows_frames_at_once() {
    let (shown, found, _) = in_a_terminal(b"\x1b[?2026;2$y\x1b[?62;4c");
    assert_eq!(shown, "\x1b[?2026$p\x1b[c", "nothing is echoed");
    assert_eq!(found["terminal.synchronized"]["verdict"], "works", "{}", found["terminal.synchronized"]);
    assert_eq!(found["terminal.size"]["measured"], "120 × 40");
    assert_eq!(found["terminal.screen"]["verdict"], "works");
    let (_, found, _) = in_a_terminal(b"\x1b[?6c");
    assert_eq!(found["terminal.synchronized"]["figures"]["known"], false);
}

#[test]
fn a_terminal_that_does_not_answer_is_not_waited_for() {
    let (_, found, _) = in_a_terminal(b"");
    assert_eq!(found["terminal.synchronized"]["measured"], "the terminal did not answer");
}
