//! Tests of the findings of `mpviz doctor`, its JSON format, and its terminal query.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Stdio;
use std::thread::JoinHandle;
use std::time::Instant;

use crate::support::{MAX_WAIT, mpviz_command, run_mpviz, wait_until};
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use portable_pty::{Child, CommandBuilder, PtyPair, PtySize, native_pty_system};
use serde_json::Value;

/// Parses the output of `mpviz doctor --json`. Returns the whole object, and its findings by ID.
fn parse_doctor_json(output: &[u8]) -> (Value, BTreeMap<String, Value>) {
    let object: Value = serde_json::from_slice(output).expect("JSON");
    let findings = object["findings"].as_array().expect("findings").clone();
    let by_id = findings.into_iter().map(|finding| (finding["id"].as_str().expect("an id").to_owned(), finding));
    (object.clone(), by_id.collect())
}

/// IDs of the findings that `mpviz doctor` reports on every machine.
const COMMON_FINDING_IDS: [&str; 17] = [
    "terminal.screen",
    "terminal.size",
    "terminal.colours",
    "terminal.background",
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
    "watch.python",
    "watch.reports",
    "watch.waits",
];

#[test]
fn doctor_json_has_all_keys_and_findings() {
    let output = run_mpviz(&["doctor", "--json"]);
    let (object, findings) = parse_doctor_json(&output.stdout);
    let keys = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&object), ["schema", "version", "machine", "can_run", "findings"]);
    assert_eq!((&object["schema"], &object["can_run"]), (&Value::from(1), &Value::from(true)), "{object:#}");
    assert_eq!(output.status.code(), Some(0));
    for id in COMMON_FINDING_IDS {
        assert_eq!(keys(&findings[id]), ["id", "verdict", "needed", "measured", "advice", "figures"], "{id}");
        let verdict = findings[id]["verdict"].as_str().unwrap();
        assert!(["works", "limited", "missing"].contains(&verdict), "{id}: {verdict}");
        let works = verdict == "works";
        assert!(!works || findings[id]["advice"].is_null(), "{id}: what works needs no advice");
    }
    let figure = |id: &str, key: &str| findings[id]["figures"][key].as_u64().unwrap_or_else(|| panic!("{id} {key}"));
    let cores = std::thread::available_parallelism().unwrap().get();
    assert_eq!(figure("machine.cores", "usable"), cores as u64);
    assert!(figure("machine.processes", "at_once") > 0 && figure("machine.memory", "available") > 0);
    assert!(figure("kernel.pipe", "bytes") >= 4096 && figure("kernel.worker", "took_ns") > 0);
    assert!(findings["python.multiprocessing"]["needed"] == false);
}

#[test]
fn doctor_text_has_one_line_for_each_finding() {
    let mut command = mpviz_command(&["doctor"]);
    command.env("TERM", "xterm\u{1b}[31m").env("COLORTERM", "").env("LC_ALL", "C").env("PATH", "/nowhere");
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "neither colours nor Python are needed: {text}");
    for id in COMMON_FINDING_IDS {
        let name = id.split_once('.').unwrap().1;
        let lines = text.lines().filter(|line| line.split_whitespace().nth(1) == Some(name)).count();
        assert_eq!(lines, 1, "{name}: {text}");
    }
    assert!(text.contains("limited  unicode         the locale is C, which is not UTF-8\n"), "{text}");
    assert!(text.contains("missing  multiprocessing python3 not found\n"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text:?}");
    assert!(text.lines().last().unwrap().starts_with("mpviz can run here; "), "{text}");
}

#[test]
fn low_file_descriptor_limit_is_reported_as_limited() {
    let args = ["-c", "ulimit -n 40; exec \"$0\" doctor --json", env!("CARGO_BIN_EXE_mpviz")];
    let output = std::process::Command::new("sh").args(args).output().unwrap();
    let (_, findings) = parse_doctor_json(&output.stdout);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(findings["machine.files"]["verdict"], "limited", "{}", findings["machine.files"]);
    assert_eq!(findings["machine.files"]["figures"]["usable"], 40);
}

fn open_pseudoterminal() -> PtyPair {
    native_pty_system().openpty(PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 }).unwrap()
}

/// Starts `mpviz doctor --json` in a pseudoterminal, with stdout in the file `report`, and without Python in `PATH`.
fn spawn_doctor_in_terminal(pty: &PtyPair, report: &Path) -> Box<dyn Child + Send + Sync> {
    let mut command = CommandBuilder::new("/bin/sh");
    command.args(["-c", "exec \"$0\" doctor --json > \"$1\"", env!("CARGO_BIN_EXE_mpviz")]);
    command.arg(report);
    command.env("TERM", "xterm-256color");
    command.env("PATH", "/nowhere");
    pty.slave.spawn_command(command).unwrap()
}

/// Runs `mpviz doctor` in a terminal that replies `answer` to its query. Returns what doctor wrote to the terminal,
/// and the findings by ID.
fn run_doctor_in_terminal(answer: &'static [u8]) -> (String, BTreeMap<String, Value>) {
    let pty = open_pseudoterminal();
    let report = tempfile::NamedTempFile::new().unwrap();
    let original_modes = pty.master.get_termios().unwrap().local_flags;
    let began = Instant::now();
    let mut child = spawn_doctor_in_terminal(&pty, report.path());
    let mut terminal_input = pty.master.take_writer().unwrap();
    let mut output = pty.master.try_clone_reader().unwrap();
    let terminal_thread = std::thread::spawn(move || {
        let (mut received, mut bytes, mut answered) = (Vec::new(), [0; 4096], false);
        while let Ok(read @ 1..) = output.read(&mut bytes) {
            received.extend_from_slice(&bytes[..read]);
            if !answered && received.ends_with(b"\x1b[c") {
                answered = true;
                terminal_input.write_all(answer).unwrap();
                terminal_input.flush().unwrap();
            }
        }
        String::from_utf8_lossy(&received).into_owned()
    });
    let status = child.wait().unwrap();
    let duration = began.elapsed();
    assert!(status.success() && duration < MAX_WAIT, "{status:?} after {duration:?}");
    assert_eq!(pty.master.get_termios().unwrap().local_flags, original_modes, "the terminal's modes were not restored");
    drop(pty);
    let terminal_output = terminal_thread.join().unwrap();
    (terminal_output, parse_doctor_json(&std::fs::read(report.path()).unwrap()).1)
}

#[test]
fn doctor_queries_the_terminal() {
    let answer = b"\x1b[7;1R\x1b[7;5R\x1b]11;rgb:1111/2222/3333\x1b\\\x1b[?2026;2$y\x1b[?62;4c";
    let (terminal_output, findings) = run_doctor_in_terminal(answer);
    let query = "\x1b7\x1b[6n■█│·\x1b[6n\x1b8\x1b[K\x1b]11;?\x1b\\\x1b[?2026$p\x1b[c";
    assert_eq!(terminal_output, query, "echo is off");
    assert_eq!(findings["terminal.background"]["measured"], "dark (#112233)");
    assert_eq!(findings["terminal.unicode"]["verdict"], "works", "{}", findings["terminal.unicode"]);
    assert_eq!(findings["terminal.synchronized"]["verdict"], "works", "{}", findings["terminal.synchronized"]);
    assert_eq!(findings["terminal.size"]["measured"], "120 × 40");
    assert_eq!(findings["terminal.screen"]["verdict"], "works");
    let (_, findings) = run_doctor_in_terminal(b"\x1b[?6c");
    assert_eq!(findings["terminal.synchronized"]["figures"]["known"], false);
    assert_eq!(findings["terminal.unicode"]["figures"]["wide_signs"], Value::Null);
}

#[test]
fn doctor_reports_wide_signs_and_a_light_background() {
    let answer = b"x\x1b[A\x1b[7;3R\x1b[7;11R\x1b]11;rgb:ffff/fafa/f0f0\x07\x1b[?62;4cjk";
    let (_, findings) = run_doctor_in_terminal(answer);
    assert_eq!(findings["terminal.unicode"]["measured"], "the terminal shows signs such as ■ two cells wide");
    assert_eq!(findings["terminal.background"]["measured"], "light (#fffaf0)");
    let advice = findings["terminal.background"]["advice"].as_str().unwrap();
    assert!(advice.contains("--theme light"), "{advice}");
}

#[test]
fn terminal_query_without_answer_times_out() {
    let (_, findings) = run_doctor_in_terminal(b"");
    assert_eq!(findings["terminal.synchronized"]["measured"], "the terminal did not answer");
}

/// A terminal that accepts no output because its buffer is full, and the thread that is blocked writing to it.
fn terminal_with_full_output_buffer() -> (PtyPair, JoinHandle<()>) {
    let pty = open_pseudoterminal();
    let mut options = std::fs::File::options();
    options.read(true).write(true).custom_flags(OFlag::O_NOCTTY.bits());
    let mut screen = options.open(pty.master.tty_name().unwrap()).unwrap();
    let probe = screen.try_clone().unwrap();
    // 1 MiB exceeds the output buffer of a pseudoterminal.
    let writer = std::thread::spawn(move || drop(screen.write_all(&vec![b'x'; 1 << 20])));
    wait_until("the terminal is full", || {
        let mut fds = [PollFd::new(probe.as_fd(), PollFlags::POLLOUT)];
        (poll(&mut fds, PollTimeout::ZERO).unwrap() == 0).then_some(())
    });
    (pty, writer)
}

#[test]
fn terminal_query_times_out_if_the_terminal_accepts_no_output() {
    let (pty, writer) = terminal_with_full_output_buffer();
    let report = tempfile::NamedTempFile::new().unwrap();
    let original_modes = pty.master.get_termios().unwrap().local_flags;
    let began = Instant::now();
    let mut child = spawn_doctor_in_terminal(&pty, report.path());
    let status = wait_until("doctor ends", || child.try_wait().unwrap());
    assert!(status.success() && began.elapsed() < MAX_WAIT, "{status:?} after {:?}", began.elapsed());
    assert_eq!(pty.master.get_termios().unwrap().local_flags, original_modes, "the terminal's modes were not restored");
    let (_, findings) = parse_doctor_json(&std::fs::read(report.path()).unwrap());
    assert_eq!(findings["terminal.synchronized"]["measured"], "the terminal did not answer");
    drop(pty);
    writer.join().unwrap();
}

/// Sends a signal to a doctor that waits for a terminal. Returns how it ended; by no signal if the time for the query was
/// over before.
fn signal_terminal_query(signal: Signal) -> portable_pty::ExitStatus {
    let (pty, writer) = terminal_with_full_output_buffer();
    let report = tempfile::NamedTempFile::new().unwrap();
    let original_modes = pty.master.get_termios().unwrap().local_flags;
    let mut child = spawn_doctor_in_terminal(&pty, report.path());
    let modes = || pty.master.get_termios().unwrap().local_flags;
    let end = wait_until("the terminal is in raw mode, or doctor has ended", || {
        let end = child.try_wait().unwrap();
        (end.is_some() || modes() != original_modes).then_some(end)
    });
    let status = end.unwrap_or_else(|| {
        kill(Pid::from_raw(child.process_id().unwrap() as i32), signal).unwrap();
        wait_until("doctor ends", || child.try_wait().unwrap())
    });
    assert_eq!(modes(), original_modes, "the terminal's modes were not restored");
    drop(pty);
    writer.join().unwrap();
    status
}

#[test]
fn signal_ends_the_terminal_query_and_restores_terminal_modes() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        wait_until("a signal ends the query", || {
            let status = signal_terminal_query(signal);
            assert!(status.signal().is_some() || status.success(), "{status:?}");
            status.signal().map(|_| ())
        });
    }
}

/// Starts `mpviz doctor` with a shell script as `python3`, and waits until the script runs. A shell runs
/// `setup_commands` before it executes doctor. Returns the script's directory, the process of doctor, and the script's
/// pid.
fn start_doctor_with_python_script(
    script: &str,
    setup_commands: &str,
) -> (tempfile::TempDir, std::process::Child, i32) {
    let dir = tempfile::tempdir().unwrap();
    let python = dir.path().join("python3");
    std::fs::write(&python, format!("#!/bin/sh\nPATH=/usr/bin:/bin\ncd \"${{0%/*}}\"\necho $$ >pid\n{script}\n"))
        .unwrap();
    std::fs::set_permissions(&python, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut doctor = std::process::Command::new("/bin/sh");
    let script = format!("{setup_commands} exec \"$0\" doctor --json");
    doctor.args(["-c", &script, env!("CARGO_BIN_EXE_mpviz")]).env("PATH", dir.path());
    let doctor = doctor.stdout(Stdio::piped()).spawn().unwrap();
    let pid = wait_until("python3 runs", || std::fs::read_to_string(dir.path().join("pid")).ok()?.trim().parse().ok());
    wait_until("termination signals are blocked", || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", doctor.id())).ok()?;
        let blocked = status.lines().find_map(|line| line.strip_prefix("SigBlk:\t")).unwrap();
        let blocked = u64::from_str_radix(blocked, 16).unwrap();
        (blocked >> (Signal::SIGTERM as u32 - 1) & 1 == 1).then_some(())
    });
    (dir, doctor, pid)
}

#[test]
fn signal_to_doctor_ends_its_python_process() {
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
        let (_dir, mut doctor, python) = start_doctor_with_python_script("sleep 77", "");
        kill(Pid::from_raw(doctor.id() as i32), signal).unwrap();
        let status = wait_until("the doctor ends", || doctor.try_wait().unwrap());
        assert_eq!(status.signal(), Some(signal as i32));
        wait_until("Python ends", || {
            let stat = std::fs::read_to_string(format!("/proc/{python}/stat"));
            (!stat.is_ok_and(|stat| !stat.contains(") Z"))).then_some(())
        });
    }
}

#[test]
fn ignored_signal_does_not_end_the_python_check() {
    let (dir, doctor, _) =
        start_doctor_with_python_script("while [ ! -e go ]; do sleep 0.01; done; echo yes", "trap '' HUP;");
    kill(Pid::from_raw(doctor.id() as i32), Signal::SIGHUP).unwrap();
    std::fs::write(dir.path().join("go"), "").unwrap();
    let output = doctor.wait_with_output().unwrap();
    let (_, findings) = parse_doctor_json(&output.stdout);
    let expected = "python3 printed unexpected output";
    assert_eq!(findings["python.multiprocessing"]["measured"], expected);
}

#[test]
fn interpreter_that_ignores_the_shim_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let python = dir.path().join("python3");
    std::fs::write(&python, "#!/bin/sh\necho cpython 3 11 7\n").unwrap();
    std::fs::set_permissions(&python, std::fs::Permissions::from_mode(0o755)).unwrap();
    let output = mpviz_command(&["doctor", "--json"]).env("PATH", dir.path()).output().unwrap();
    let (_, findings) = parse_doctor_json(&output.stdout);
    let found = &findings["watch.python"];
    assert_eq!((&found["verdict"], &found["measured"]), (&"missing".into(), &"not python3".into()));
    let advice = found["advice"].as_str().unwrap();
    assert!(advice.starts_with("python3: the shim was not loaded"), "{advice}");
}

#[test]
fn dask_is_found_where_the_observing_python_finds_it() {
    let directory = tempfile::tempdir().unwrap();
    let (user, current) = (directory.path().join("user"), directory.path().join("current"));
    for (place, version) in [(&user, "2022.1.0"), (&current, "1.0")] {
        for module in ["dask", "distributed"] {
            std::fs::create_dir_all(place.join(module)).unwrap();
            std::fs::write(place.join(module).join("__init__.py"), format!("__version__ = '{version}'")).unwrap();
        }
        std::fs::write(place.join("dask").join("distributed.py"), "").unwrap();
    }
    let mut doctor = mpviz_command(&["doctor", "--json"]);
    let output = doctor.env("PYTHONPATH", &user).current_dir(&current).output().unwrap();
    let (_, findings) = parse_doctor_json(&output.stdout);
    let found = &findings["python.dask"];
    assert_eq!(found["verdict"], "limited");
    assert_eq!(found["measured"], "Dask 2022.1.0 is too old: mpviz needs 2023.12 or newer");
}
