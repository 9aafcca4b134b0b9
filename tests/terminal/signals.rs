//! Tests of the end of mpviz after a signal and after the loss of its terminal.

use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::ptrace;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use crate::session::{SHELL_COMMANDS, Session, wait_until_workers_end};
use crate::support::{mpviz_command, record_short_run, wait_until, workers_of, workers_once_at_least};

const TERMINATION_SIGNALS: [Signal; 4] = [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT];
/// Options of a run whose 20 workers live at once, also on a single core.
const LONG_RUN: &[&str] = &["--numbers", "20M", "--cost", "1us", "--cores", "shared"];
/// Options of a run with 500 workers that live for minutes.
const OPTIONS_WITH_500_WORKERS: &[&str] =
    &["--lanes", "process", "--tasks", "500", "--numbers", "500k", "--cost", "0", "--io", "1", "--io-latency", "5min"];

/// Checks that each of [`TERMINATION_SIGNALS`] ends mpviz after `prepare` has brought it into a state.
fn check_termination_signals(environment: &[(&str, &str)], args: &[&str], prepare: impl Fn(&mut Session)) {
    for signal in TERMINATION_SIGNALS {
        check_signal_ends_mpviz(signal, environment, args, &prepare);
    }
}

fn check_signal_ends_mpviz(
    signal: Signal,
    environment: &[(&str, &str)],
    args: &[&str],
    prepare: &impl Fn(&mut Session),
) {
    let mut session = Session::with_shell(SHELL_COMMANDS, environment, 100, 30, args);
    let pid = session.pid();
    prepare(&mut session);
    session.send_signal(signal);
    let (text, code) = session.wait_for_end(pid);
    assert_eq!(code, 128 + signal as i32, "{signal}: {text}");
}

#[test]
fn signals_end_mpviz_after_a_run() {
    check_termination_signals(&[], &["--numbers", "1M"], |session| session.wait_for_text("■ FINISHED"));
}

#[test]
fn uncommon_signals_end_mpviz() {
    let signals = [
        Signal::SIGABRT,
        Signal::SIGALRM,
        Signal::SIGPROF,
        Signal::SIGUSR1,
        Signal::SIGUSR2,
        Signal::SIGVTALRM,
        Signal::SIGXCPU,
    ];
    for signal in signals {
        check_signal_ends_mpviz(signal, &[], &["--numbers", "1M"], &|session| session.wait_for_text("■ FINISHED"));
    }
}

#[test]
fn file_size_limit_does_not_kill_mpviz() {
    let dir = tempfile::tempdir().unwrap();
    let recording = dir.path().join("run.jsonl");
    let commands = format!("ulimit -c 0; ulimit -f 8; {SHELL_COMMANDS}");
    let args = ["--lanes", "pool", "--numbers", "4k", "--tasks", "100", "--cost", "0", "--record"];
    let args = [&args[..], &[recording.to_str().unwrap()]].concat();
    let mut session = Session::with_shell(&commands, &[], 120, 40, &args);
    let pid = session.pid();
    session.wait_for_text("recording stopped");
    session.wait_for_text("■ FINISHED");
    session.press("q");
    let (text, code) = session.wait_for_end(pid);
    assert_eq!(code, 1, "{text}");
    assert!(text.replace('\n', "").contains("is incomplete: file too large: raise ulimit -f"), "{text}");
}

#[test]
fn signals_end_mpviz_with_500_workers() {
    check_termination_signals(&[], OPTIONS_WITH_500_WORKERS, |session| {
        session.wait_for_text("● LIVE");
        session.wait_for_workers(500);
    });
}

#[test]
fn signals_end_mpviz_with_the_picture_frozen_and_a_lane_suspended() {
    check_termination_signals(&[], LONG_RUN, |session| {
        session.wait_for_workers(20);
        // The workers exist before the screen shows them.
        session.wait_for_text("4 of 16 tasks");
        session.press("z");
        session.wait_for_text("suspended for");
        session.press(" ");
        session.wait_for_text("║ FROZEN");
    });
}

#[test]
fn signals_end_mpviz_while_a_recording_plays() {
    let (_dir, recording) = record_short_run();
    check_termination_signals(&[], &["replay", &recording], |session| {
        session.wait_for_text("► REPLAY 1×");
        // Play from the start, so slowly that the replay does not reach its end during the test.
        session.press("{{{{\x1b[H");
        session.wait_for_text("► REPLAY 1/16×");
    });
}

#[cfg(debug_assertions)]
#[test]
fn signals_end_mpviz_while_a_recording_loads() {
    let (dir, recording) = record_short_run();
    // The loader waits for a file that never appears.
    let panic_point = format!("loader={}", dir.path().join("never").display());
    let environment = [("MPVIZ_TEST_PANIC", panic_point.as_str())];
    check_termination_signals(&environment, &["replay", &recording], |session| {
        session.wait_for_text("reading the recording");
    });
}

/// Stops only the main thread of a process with ptrace, to simulate a deadlock; returns its id.
fn stop_main_thread(pid: u32) -> Pid {
    let main = Pid::from_raw(pid as i32);
    ptrace::seize(main, ptrace::Options::empty()).expect("ptrace is permitted");
    ptrace::interrupt(main).unwrap();
    assert!(matches!(waitpid(main, None), Ok(WaitStatus::PtraceEvent(..) | WaitStatus::Stopped(..))));
    main
}

/// Waits for the end of a traced process, and returns how it ended. Calls `poll` repeatedly until then.
fn wait_for_traced_process(main: Pid, mut poll: impl FnMut()) -> nix::Result<WaitStatus> {
    wait_until("mpviz ends", || {
        poll();
        Some(waitpid(main, Some(WaitPidFlag::WNOHANG))).filter(|status| *status != Ok(WaitStatus::StillAlive))
    })
}

#[test]
fn signals_end_mpviz_when_its_main_thread_is_stuck() {
    for signal in TERMINATION_SIGNALS {
        let mut session = Session::start(100, 30, LONG_RUN);
        let pid = session.pid();
        session.wait_for_text("● LIVE");
        let workers = session.wait_for_workers(20);
        let main = stop_main_thread(pid);
        session.send_signal(signal);
        assert_eq!(wait_for_traced_process(main, || {}), Ok(WaitStatus::Signaled(main, signal, false)));
        wait_until_workers_end(&workers);
        assert_eq!(session.wait_for_end(pid).1, 128 + signal as i32);
    }
}

#[test]
fn repeated_ctrl_c_ends_mpviz_when_its_main_thread_is_stuck() {
    let mut session = Session::start(100, 30, LONG_RUN);
    let pid = session.pid();
    session.wait_for_text("● LIVE");
    let workers = session.wait_for_workers(20);
    let main = stop_main_thread(pid);
    let mut last_press = None::<Instant>;
    let end = wait_for_traced_process(main, || {
        // mpviz counts keys that come at least a second after the first. A Ctrl-C after the terminal is restored would
        // discard the output of the shell.
        let is_due = last_press.is_none_or(|last_press| last_press.elapsed() > Duration::from_secs(3));
        if is_due && !session.has_initial_modes() {
            session.press("\x03");
            last_press = Some(Instant::now());
        }
    });
    assert_eq!(end, Ok(WaitStatus::Signaled(main, Signal::SIGINT, false)));
    wait_until_workers_end(&workers);
    assert_eq!(session.wait_for_end(pid).1, 128 + Signal::SIGINT as i32);
}

#[test]
fn second_signal_ends_mpviz_at_once() {
    let mut session = Session::start(100, 30, LONG_RUN);
    let pid = session.pid();
    session.wait_for_text("● LIVE");
    session.wait_for_workers(20);
    // The main thread is stopped, so it cannot handle the first signal.
    let main = stop_main_thread(pid);
    session.send_signal(Signal::SIGINT);
    session.send_signal(Signal::SIGTERM);
    assert_eq!(wait_for_traced_process(main, || {}), Ok(WaitStatus::Signaled(main, Signal::SIGTERM, false)));
    assert_eq!(session.wait_for_end(pid).1, 128 + Signal::SIGTERM as i32);
}

#[test]
fn signal_ends_mpviz_even_if_its_result_is_not_read() {
    let (unread, stdout) = std::io::pipe().unwrap();
    let flags = OFlag::O_NONBLOCK;
    fcntl(&stdout, FcntlArg::F_SETFL(flags)).unwrap();
    while nix::unistd::write(&stdout, &[b'x'; 4096]).is_ok() {}
    fcntl(&stdout, FcntlArg::F_SETFL(OFlag::empty())).unwrap();
    let mut command = mpviz_command(&["run", "--lanes", "pool", "--numbers", "1M", "--cost", "10us"]);
    let mut child = command.stdout(stdout).stderr(Stdio::null()).spawn().unwrap();
    wait_until("mpviz has workers", || workers_once_at_least(child.id(), 4));
    let signalled = Instant::now();
    kill(Pid::from_raw(child.id() as i32), Signal::SIGTERM).unwrap();
    // mpviz blocks while it writes the result, because standard output is a full pipe.
    let end = wait_until("mpviz ends", || child.try_wait().unwrap());
    assert_eq!(end.signal(), Some(Signal::SIGTERM as i32));
    assert!(signalled.elapsed() >= Duration::from_secs(5), "{:?}", signalled.elapsed());
    drop(unread);
}

/// CPU time of a process in clock ticks; `None` if it has ended.
fn cpu_ticks(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = fields.split(' ').collect();
    if fields[0] == "Z" { None } else { Some(fields[11].parse::<u64>().ok()? + fields[12].parse::<u64>().ok()?) }
}

/// Closes the terminal, and checks that mpviz ends and uses little CPU time until then.
fn check_end_after_terminal_loss(commands: &str, args: &[&str], keys: &str, prepare: impl Fn(&mut Session)) {
    let mut session = Session::with_shell(commands, &[], 100, 30, args);
    let pid = session.pid();
    prepare(&mut session);
    let workers = workers_of(pid);
    let (before, began) = (cpu_ticks(pid).unwrap(), Instant::now());
    session.close_terminal(keys);
    let mut after = before;
    wait_until("mpviz is gone", || {
        let now = cpu_ticks(pid);
        after = now.unwrap_or(after);
        now.is_none().then_some(())
    });
    let (wall, cpu) = (began.elapsed().as_secs_f64(), (after - before) as f64 / procfs::ticks_per_second() as f64);
    assert!(cpu < 0.1 + wall / 4.0, "{cpu} s of CPU time in {wall} s");
    wait_until_workers_end(&workers);
}

const SHELL_IGNORING_SIGHUP: &str = "trap '' HUP\n\"$0\" \"$@\"\nexit";

#[test]
fn loss_of_the_terminal_ends_mpviz() {
    check_end_after_terminal_loss("exec \"$0\" \"$@\"", LONG_RUN, "", |session| {
        session.wait_for_text("● LIVE");
        session.wait_for_workers(20);
    });
}

#[test]
fn loss_of_the_terminal_ends_mpviz_without_sighup() {
    check_end_after_terminal_loss(SHELL_IGNORING_SIGHUP, &["--numbers", "1M"], "", |session| {
        session.wait_for_text("■ FINISHED");
    });
    check_end_after_terminal_loss(SHELL_IGNORING_SIGHUP, LONG_RUN, "", |session| {
        session.wait_for_text("● LIVE");
        session.wait_for_workers(20);
    });
}

#[test]
fn unread_keys_do_not_delay_the_end_after_the_loss_of_the_terminal() {
    // Double the number of unread keys in each round.
    for n in 0..8 {
        let keys = "?\x1b[C\x1b[<32;8;9M".repeat(1 << n);
        check_end_after_terminal_loss(SHELL_IGNORING_SIGHUP, &["--numbers", "1M"], &keys, |session| {
            session.wait_for_text("■ FINISHED");
        });
    }
}
