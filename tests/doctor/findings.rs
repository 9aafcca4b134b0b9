//! `mpviz doctor`: its findings, its JSON format, and its terminal query.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Stdio;
use std::thread::JoinHandle;
use std::time::Instant;

use crate::support::{PATIENCE, mpviz, run, until};
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use portable_pty::{Child, CommandBuilder, PtyPair, PtySize, native_pty_system};
use serde_json::Value;

fn diagnosis(output: &[u8]) -> (Value, BTreeMap<String, Value>) {
    let object: Value = serde_json::from_slice(output).expect("JSON");
    let findings = object["findings"].as_array().expect("findings").clone();
    let by_id = findings.into_iter().map(|found| (found["id"].as_str().expect("an id").to_owned(), found));
    (object.clone(), by_id.collect())
}

/// Findings present on every machine.
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
fn json_has_all_keys_and_findings() {
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
fn text_has_a_line_for_each_finding() {
    let mut command = mpviz(&["doctor"]);
    command.env("TERM", "xterm\u{1b}[31m").env("COLORTERM", "").env("LC_ALL", "C").env("PATH", "/nowhere");
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "neither colours nor Python are needed: {text}");
    for id in IDS {
        let thing = id.split_once('.').unwrap().1;
        let lines = text.lines().filter(|line| line.split_whitespace().nth(1) == Some(thing)).count();
        assert_eq!(lines, 1, "{thing}: {text}");
    }
    assert!(text.contains("limited  unicode         the locale is C, which is not UTF-8\n"), "{text}");
    assert!(text.contains("missing  multiprocessing python3 not found\n"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text:?}");
    assert!(text.lines().last().unwrap().starts_with("mpviz can run here; "), "{text}");
}

#[test]
fn few_descriptors_are_reported_as_limited() {
    let limited = ["-c", "ulimit -n 40; exec \"$0\" doctor --json", env!("CARGO_BIN_EXE_mpviz")];
    let output = std::process::Command::new("sh").args(limited).output().unwrap();
    let (_, found) = diagnosis(&output.stdout);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(found["machine.files"]["verdict"], "limited", "{}", found["machine.files"]);
    assert_eq!(found["machine.files"]["figures"]["usable"], 40);
}

fn terminal() -> PtyPair {
    native_pty_system().openpty(PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 }).unwrap()
}

/// Starts doctor in a terminal, without Python.
fn doctor_in(pty: &PtyPair, report: &Path) -> Box<dyn Child + Send + Sync> {
    let mut command = CommandBuilder::new("/bin/sh");
    command.args(["-c", "exec \"$0\" doctor --json > \"$1\"", env!("CARGO_BIN_EXE_mpviz")]);
    command.arg(report);
    command.env("TERM", "xterm-256color");
    command.env("PATH", "/nowhere");
    pty.slave.spawn_command(command).unwrap()
}

/// Runs doctor in a terminal that sends `answer`. Returns the terminal's output and the findings.
fn run_in_terminal(answer: &'static [u8]) -> (String, BTreeMap<String, Value>) {
    let pty = terminal();
    let report = tempfile::NamedTempFile::new().unwrap();
    let before = pty.master.get_termios().unwrap().local_flags;
    let began = Instant::now();
    let mut child = doctor_in(&pty, report.path());
    let mut keys = pty.master.take_writer().unwrap();
    let mut output = pty.master.try_clone_reader().unwrap();
    let terminal = std::thread::spawn(move || {
        let (mut received, mut bytes, mut asked) = (Vec::new(), [0; 4096], false);
        while let Ok(read @ 1..) = output.read(&mut bytes) {
            received.extend_from_slice(&bytes[..read]);
            if !asked && received.ends_with(b"\x1b[c") {
                asked = true;
                keys.write_all(answer).unwrap();
                keys.flush().unwrap();
            }
        }
        String::from_utf8_lossy(&received).into_owned()
    });
    let status = child.wait().unwrap();
    let took = began.elapsed();
    assert!(status.success() && took < PATIENCE, "{status:?} after {took:?}");
    assert_eq!(pty.master.get_termios().unwrap().local_flags, before, "the terminal's modes were not restored");
    drop(pty);
    let shown = terminal.join().unwrap();
    (shown, diagnosis(&std::fs::read(report.path()).unwrap()).1)
}

#[test]
fn synchronized_updates_are_queried() {
    let (shown, found) = run_in_terminal(b"\x1b[?2026;2$y\x1b[?62;4c");
    assert_eq!(shown, "\x1b[?2026$p\x1b[c", "echo is off");
    assert_eq!(found["terminal.synchronized"]["verdict"], "works", "{}", found["terminal.synchronized"]);
    assert_eq!(found["terminal.size"]["measured"], "120 × 40");
    assert_eq!(found["terminal.screen"]["verdict"], "works");
    let (_, found) = run_in_terminal(b"\x1b[?6c");
    assert_eq!(found["terminal.synchronized"]["figures"]["known"], false);
}

#[test]
fn a_terminal_without_answer_times_out() {
    let (_, found) = run_in_terminal(b"");
    assert_eq!(found["terminal.synchronized"]["measured"], "the terminal did not answer");
}

/// A terminal whose output is not read, and a thread blocked writing to it.
fn blocked_terminal() -> (PtyPair, JoinHandle<()>) {
    let pty = terminal();
    let mut options = std::fs::File::options();
    options.read(true).write(true).custom_flags(OFlag::O_NOCTTY.bits());
    let mut screen = options.open(pty.master.tty_name().unwrap()).unwrap();
    let probe = screen.try_clone().unwrap();
    // More bytes than a terminal buffers.
    let writer = std::thread::spawn(move || drop(screen.write_all(&vec![b'x'; 1 << 20])));
    until("the terminal is full", || {
        let mut fds = [PollFd::new(probe.as_fd(), PollFlags::POLLOUT)];
        (poll(&mut fds, PollTimeout::ZERO).unwrap() == 0).then_some(())
    });
    (pty, writer)
}

#[test]
fn a_terminal_that_accepts_no_output_times_out() {
    let (pty, writer) = blocked_terminal();
    let report = tempfile::NamedTempFile::new().unwrap();
    let before = pty.master.get_termios().unwrap().local_flags;
    let began = Instant::now();
    let mut child = doctor_in(&pty, report.path());
    let status = until("doctor ends", || child.try_wait().unwrap());
    assert!(status.success() && began.elapsed() < PATIENCE, "{status:?} after {:?}", began.elapsed());
    assert_eq!(pty.master.get_termios().unwrap().local_flags, before, "the terminal's modes were not restored");
    let (_, found) = diagnosis(&std::fs::read(report.path()).unwrap());
    assert_eq!(found["terminal.synchronized"]["measured"], "the terminal did not answer");
    drop(pty);
    writer.join().unwrap();
}

#[test]
fn a_signal_ends_the_query_and_restores_the_terminal() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let (pty, writer) = blocked_terminal();
        let report = tempfile::NamedTempFile::new().unwrap();
        let before = pty.master.get_termios().unwrap().local_flags;
        let mut child = doctor_in(&pty, report.path());
        let modes = || pty.master.get_termios().unwrap().local_flags;
        until("the terminal is in raw mode", || (modes() != before).then_some(()));
        let began = Instant::now();
        kill(Pid::from_raw(child.process_id().unwrap() as i32), signal).unwrap();
        let status = until("doctor ends", || child.try_wait().unwrap());
        assert!(status.signal().is_some() && began.elapsed() < PATIENCE, "{status:?} after {:?}", began.elapsed());
        assert_eq!(modes(), before, "the terminal's modes were not restored");
        drop(pty);
        writer.join().unwrap();
    }
}

/// Starts doctor with `script` as python3 and waits until it is running. Returns its directory, doctor and the pid of
/// python3.
fn start_with_python(script: &str, prefix: &str) -> (tempfile::TempDir, std::process::Child, i32) {
    let dir = tempfile::tempdir().unwrap();
    let python = dir.path().join("python3");
    std::fs::write(&python, format!("#!/bin/sh\nPATH=/usr/bin:/bin\ncd \"${{0%/*}}\"\necho $$ >pid\n{script}\n"))
        .unwrap();
    std::fs::set_permissions(&python, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut doctor = std::process::Command::new("/bin/sh");
    let script = format!("{prefix} exec \"$0\" doctor --json");
    doctor.args(["-c", &script, env!("CARGO_BIN_EXE_mpviz")]).env("PATH", dir.path());
    let doctor = doctor.stdout(Stdio::piped()).spawn().unwrap();
    let pid = until("python3 runs", || std::fs::read_to_string(dir.path().join("pid")).ok()?.trim().parse().ok());
    until("termination signals are blocked", || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", doctor.id())).ok()?;
        let blocked = status.lines().find_map(|line| line.strip_prefix("SigBlk:\t")).unwrap();
        let blocked = u64::from_str_radix(blocked, 16).unwrap();
        (blocked >> (Signal::SIGTERM as u32 - 1) & 1 == 1).then_some(())
    });
    (dir, doctor, pid)
}

#[test]
fn a_signal_to_doctor_ends_python() {
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
        let (_dir, mut doctor, python) = start_with_python("sleep 77", "");
        kill(Pid::from_raw(doctor.id() as i32), signal).unwrap();
        let status = until("the doctor ends", || doctor.try_wait().unwrap());
        assert_eq!(status.signal(), Some(signal as i32));
        until("Python ends", || {
            let stat = std::fs::read_to_string(format!("/proc/{python}/stat"));
            (!stat.is_ok_and(|stat| !stat.contains(") Z"))).then_some(())
        });
    }
}

#[test]
fn an_ignored_signal_does_not_end_the_check() {
    let (dir, doctor, _) = start_with_python("while [ ! -e go ]; do sleep 0.01; done; echo yes", "trap '' HUP;");
    kill(Pid::from_raw(doctor.id() as i32), Signal::SIGHUP).unwrap();
    std::fs::write(dir.path().join("go"), "").unwrap();
    let output = doctor.wait_with_output().unwrap();
    let (_, found) = diagnosis(&output.stdout);
    let expected = "python3 printed unexpected output";
    assert_eq!(found["python.multiprocessing"]["measured"], expected);
}
