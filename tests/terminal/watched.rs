//! Tests of `mpviz watch` with real Python programs on the live screen.

use std::path::PathBuf;

use mpviz::event::Event;
use tempfile::TempDir;

use crate::job_control::JOB_CONTROL_SHELL;
use crate::session::{Session, process_state};
use crate::support::{read_events, wait_until};

/// A pool of 2 workers that runs 40 tasks of 50 ms after it has asked for a line.
const ASKS_FIRST: &str = "\
import multiprocessing, time
def load(n):
    time.sleep(0.05)
    return n
if __name__ == '__main__':
    name = input('name? ')
    with multiprocessing.Pool(2) as pool:
        print('sum for', name, sum(pool.map(load, range(40), chunksize=1)))
    raise SystemExit(5)
";

/// A program that sleeps until it is interrupted, in a pool of one worker.
const SLEEPS: &str = "\
import multiprocessing, sys, time
if __name__ == '__main__':
    print('asleep', flush=True)
    with multiprocessing.Pool(1) as pool:
        try:
            pool.map(time.sleep, [600])
        except KeyboardInterrupt:
            print('interrupted')
            sys.exit(7)
";

/// What the screen shows once the worker of this program sleeps.
const ASLEEP: &str = "running sleep";

struct Script {
    _dir: TempDir,
    path: PathBuf,
}

impl Script {
    fn new(text: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("program.py");
        std::fs::write(&path, text).unwrap();
        Self { _dir: dir, path }
    }

    /// The processes of the program.
    fn pids(&self) -> Vec<u32> {
        let is_program = |pid: &u32| {
            std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| {
                let path = self.path.as_os_str().as_encoded_bytes();
                let name = line.split(|byte| *byte == 0).next().unwrap_or_default();
                name.ends_with(b"python3") && line.windows(path.len()).any(|window| window == path)
            })
        };
        let entries = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
        entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(is_program).collect()
    }

    fn watch(&self, cols: u16, rows: u16) -> Session {
        Session::start(cols, rows, &["watch", "--", "python3", self.path.to_str().unwrap()])
    }
}

#[test]
fn pool_of_the_program_is_shown_and_keys_reach_the_program() {
    let script = Script::new(ASKS_FIRST);
    let mut session = script.watch(120, 40);
    session.wait_for_text("python3");
    session.press("l");
    session.wait_for_text("name?");
    session.wait_for_text("keys go to the program");
    session.press("Ann\r");
    session.press("\x1b[24~");
    session.wait_for_text("Pool(2) at program.py:7");
    session.wait_for_text("FINISHED");
    let pid = session.pid();
    session.press("q");
    let (text, code) = session.wait_for_end(pid);
    assert_eq!(code, 5, "{text}");
    assert!(text.contains("sum for Ann 780"), "the output of the program is not in the shell: {text}");
}

#[test]
fn ctrl_c_interrupts_the_program_first() {
    let script = Script::new(SLEEPS);
    let mut session = script.watch(100, 30);
    session.wait_for_text(ASLEEP);
    session.press("\x03");
    session.wait_for_text("ENDED");
    let is_gone = |session: &Session| !session.screen_text().contains("Ctrl-C again");
    session.wait_for_frame("no message that Ctrl-C ends the program", is_gone);
    let pid = session.pid();
    session.press("q");
    let (text, code) = session.wait_for_end(pid);
    assert!(text.contains("interrupted"), "{text}");
    assert_eq!(code, 7);
}

#[test]
fn quitting_asks_and_ends_the_program_or_leaves_it_running() {
    let script = Script::new(SLEEPS);
    let mut session = script.watch(100, 30);
    session.wait_for_text(ASLEEP);
    session.press("q");
    session.wait_for_text("End");
    session.press("n");
    session.wait_for_frame("no question", |session| !session.screen_text().contains("leave it"));
    session.press("q");
    session.wait_for_text("leave it");
    let pid = session.pid();
    session.press("y");
    let (text, code) = session.wait_for_end(pid);
    assert!(text.contains("asleep"), "{text}");
    assert_eq!(code, 7, "SIGINT ended the program: {text}");
}

#[test]
fn program_that_is_left_running_goes_on() {
    let script = Script::new(SLEEPS);
    let mut session = script.watch(100, 30);
    session.wait_for_text(ASLEEP);
    let before = script.pids();
    assert_eq!(before.len(), 2, "the program and its worker: {before:?}");
    session.press("q");
    session.wait_for_text("leave it");
    session.press("l");
    session.wait_for_text("ended 0.");
    assert_eq!(script.pids(), before, "the program goes on");
    let text = session.screen_text();
    let hint = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(before.iter().any(|pid| hint.contains(&format!("kill -INT {pid}"))), "{before:?}: {text}");
    for pid in &before {
        let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(*pid as i32), nix::sys::signal::Signal::SIGKILL);
    }
    wait_until("the program has ended", || script.pids().is_empty().then_some(()));
}

#[test]
fn ctrl_z_stops_the_program_with_mpviz_and_fg_resumes_both() {
    let script = Script::new(SLEEPS);
    let recording = script.path.with_extension("jsonl");
    let (path, program) = (recording.to_str().unwrap(), script.path.to_str().unwrap());
    let mut session =
        Session::with_shell(JOB_CONTROL_SHELL, &[], 100, 30, &["watch", "--record", path, "--", "python3", program]);
    session.wait_for_text(ASLEEP);
    let is_stopped = |pid: u32| process_state(pid) == 'T';
    let program = script.pids();
    assert_eq!(program.len(), 2, "the program and its worker: {program:?}");
    session.press("\x1a");
    session.wait_for_text("stopped 147,");
    wait_until("the program is stopped", || program.iter().all(|pid| is_stopped(*pid)).then_some(()));
    session.press("\n");
    session.wait_for_text("● LIVE");
    wait_until("the program continues", || program.iter().all(|pid| !is_stopped(*pid)).then_some(()));
    session.press("q");
    session.wait_for_text("leave it");
    session.press("y");
    session.wait_for_text("ended 7.");
    let events = read_events(&recording);
    let of_kind = |wanted: Event| events.iter().filter(|stamped| stamped.event == wanted).count();
    assert_eq!((of_kind(Event::LaneSuspended {}), of_kind(Event::LaneResumed {})), (1, 1));
}

/// Copies its input to its output and its errors, and then runs a pool.
const COPIES: &str = "\
import multiprocessing, sys, time
if __name__ == '__main__':
    for block in iter(lambda: sys.stdin.buffer.read(4096), b''):
        for stream in [sys.stdout, sys.stderr]:
            if not stream.isatty(): stream.buffer.write(block)
    with multiprocessing.Pool(2) as pool: pool.map(time.sleep, [0.3] * 4, chunksize=1)
    open('/dev/tty', 'w').write('to the terminal')
";

#[test]
fn redirected_streams_pass_byte_for_byte_beside_the_screen() {
    for redirections in
        ["\"$0\" \"$@\" < in > out 2> err", "cat in | \"$0\" \"$@\" > out 2> err", "\"$0\" \"$@\" < in > out"]
    {
        let script = Script::new(COPIES);
        let dir = script.path.parent().unwrap();
        let bytes: Vec<u8> = (0..300_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        std::fs::write(dir.join("in"), &bytes).unwrap();
        let commands =
            format!("cd {}\ntrap : INT HUP QUIT TERM\n{redirections}\necho \"ended $?.\"\nread -r line", dir.display());
        let mut session = Session::with_shell(&commands, &[], 100, 30, &["watch", "--", "python3", "program.py"]);
        session.wait_for_text("Pool(2) at program.py:6");
        session.wait_for_text("FINISHED");
        session.press("q");
        session.wait_for_text("ended 0.");
        let text = session.screen_text();
        assert!(text.contains("to the terminal") && text.contains("program.py took"), "{text}");
        assert_eq!(session.check_restored(), Ok(()));
        for copy in ["out", "err"].iter().filter(|name| redirections.contains(*name)) {
            assert!(std::fs::read(dir.join(copy)).unwrap() == bytes, "{redirections}: {copy} differs");
        }
    }
}

#[test]
fn recording_to_standard_output_is_possible_beside_the_screen() {
    let script = Script::new("print('to stdout')");
    let dir = script.path.parent().unwrap();
    let commands = format!(
        "cd {}\n\"$0\" \"$@\" > run.jsonl\necho \"ended $?.\"\n\"$0\" replay run.jsonl --json > result\nread -r line",
        dir.display()
    );
    let args = ["watch", "--record", "-", "--", "python3", "program.py"];
    let mut session = Session::with_shell(&commands, &[], 100, 30, &args);
    session.wait_for_text("FINISHED");
    session.press("q");
    session.wait_for_text("ended 0.");
    assert!(session.screen_text().contains("to stdout"), "{}", session.screen_text());
    let recording = std::fs::read_to_string(dir.join("run.jsonl")).unwrap();
    assert!(recording.starts_with("{\"format\":\"mpviz\"") && !recording.contains("to stdout"), "{recording}");
}

#[test]
fn without_any_terminal_trace_is_suggested() {
    let mut command = std::process::Command::new("setsid");
    command.args(["--wait", env!("CARGO_BIN_EXE_mpviz"), "watch", "--", "true"]).env("TERM", "xterm");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "mpviz: mpviz watch has no terminal to draw on: use mpviz trace\n"
    );
}

#[test]
fn keys_belong_to_mpviz_once_the_program_has_ended() {
    let script = Script::new("print('printed')\ninput()");
    let mut session = script.watch(100, 30);
    session.wait_for_text("python3");
    session.press("l");
    session.wait_for_text("keys go to the program");
    session.press("\r");
    session.wait_for_text("the program has ended · Esc closes");
    session.wait_for_text("printed");
    session.press("\x1b");
    session.wait_for_frame("no output", |session| !session.screen_text().contains("Esc closes"));
    session.press("l");
    session.wait_for_text("Esc closes");
    let pid = session.pid();
    session.press("\x03");
    let (text, code) = session.wait_for_end(pid);
    assert_eq!(code, 0, "{text}");
}
