//! Ends that mpviz did not choose: signals, whatever it is at, and a terminal that goes away.

use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::ptrace;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use crate::session::{SHELL, Session, all_gone};
use crate::support::{has_workers, mpviz, recorded, until, workers_of};

const SIGNALS: [Signal; 4] = [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT];
/// Five hundred processes that live long, with little memory.
const CROWD: &[&str] =
    &["--lanes", "process", "--tasks", "500", "--numbers", "500k", "--cost", "0", "--io", "1", "--io-latency", "5min"];

/// Ends by each signal what `begin` has brought into a certain state, in this time at most.
fn each_signal_ends(args: &[&str], timeout: Duration, begin: impl Fn(&mut Session)) {
    each_signal_ends_with(&[], args, timeout, begin);
}

fn each_signal_ends_with(environment: &[(&str, &str)], args: &[&str], timeout: Duration, begin: impl Fn(&mut Session)) {
    for signal in SIGNALS {
        ends_by(signal, environment, args, timeout, &begin);
    }
}

fn ends_by(
    signal: Signal,
    environment: &[(&str, &str)],
    args: &[&str],
    timeout: Duration,
    begin: &impl Fn(&mut Session),
) {
    let mut session = Session::with(SHELL, environment, 100, 30, args);
    let pid = session.pid();
    begin(&mut session);
    session.signal(signal);
    let (text, code) = session.end_in(pid, timeout);
    assert_eq!(code, 128 + signal as i32, "{signal}: {text}");
}

#[test]
fn signals_end_it_when_nothing_runs() {
    each_signal_ends(&["--numbers", "1M"], Duration::from_secs(10), |session| session.see("■ FINISHED"));
}

#[test]
fn so_do_those_that_nobody_expects() {
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
        ends_by(signal, &[], &["--numbers", "1M"], Duration::from_secs(10), &|session| session.see("■ FINISHED"));
    }
}

#[test]
fn files_that_may_not_grow_are_no_reason_to_die() {
    let dir = tempfile::tempdir().unwrap();
    let recording = dir.path().join("run.jsonl");
    let commands = format!("ulimit -c 0; ulimit -f 8; {SHELL}");
    let args = ["--lanes", "pool", "--numbers", "4k", "--tasks", "100", "--cost", "0", "--record"];
    let args = [&args[..], &[recording.to_str().unwrap()]].concat();
    let mut session = Session::with(&commands, &[], 120, 40, &args);
    let pid = session.pid();
    session.see("the recording ends here");
    session.see("■ FINISHED");
    session.press("q");
    let (text, code) = session.end(pid);
    assert_eq!(code, 1, "{text}");
    assert!(
        text.replace('\n', "").contains("is not complete: files may not grow so large here: raise ulimit -f"),
        "{text}"
    );
}

#[test]
fn signals_end_it_with_500_workers() {
    each_signal_ends(CROWD, Duration::from_secs(20), |session| {
        session.see("● LIVE");
        session.workers(500);
    });
}

#[test]
fn signals_end_it_with_the_picture_frozen_and_a_lane_suspended() {
    each_signal_ends(&["--numbers", "20M", "--cost", "1us"], Duration::from_secs(10), |session| {
        session.workers(20);
        // The system knows of workers before the screen does.
        session.see("busy");
        session.press("z");
        session.see("suspended for");
        session.press(" ");
        session.see("║ FROZEN");
    });
}

#[test]
fn signals_end_it_while_a_recording_plays() {
    let (_dir, recording) = recorded();
    each_signal_ends(&["replay", &recording], Duration::from_secs(10), |session| {
        session.see("► REPLAY 1×");
        // Slow enough to be at it for a while, and from its beginning, however late this comes.
        session.press("{{{{\x1b[H");
        session.see("► REPLAY 1/16×");
    });
}

#[cfg(debug_assertions)]
#[test]
fn signals_end_it_while_a_recording_loads() {
    let (dir, recording) = recorded();
    // Its reader waits for a file that never comes.
    let wish = format!("loader={}", dir.path().join("never").display());
    let environment = [("MPVIZ_TEST_PANIC", wish.as_str())];
    each_signal_ends_with(&environment, &["replay", &recording], Duration::from_secs(10), |session| {
        session.see("reading the recording");
    });
}

/// Holds the main thread alone, as a fault of ours would: the rest of the process goes on. None where nobody may.
fn stuck(pid: u32) -> Option<Pid> {
    let main = Pid::from_raw(pid as i32);
    if let Err(error) = ptrace::seize(main, ptrace::Options::empty()) {
        eprintln!("SKIPPED: this machine lets nobody hold a thread: {error}");
        return None;
    }
    ptrace::interrupt(main).unwrap();
    assert!(matches!(waitpid(main, None), Ok(WaitStatus::PtraceEvent(..) | WaitStatus::Stopped(..))));
    Some(main)
}

/// How a process that is held dies.
fn death(main: Pid, mut meanwhile: impl FnMut()) -> nix::Result<WaitStatus> {
    until("it dies", || {
        meanwhile();
        Some(waitpid(main, Some(WaitPidFlag::WNOHANG))).filter(|status| *status != Ok(WaitStatus::StillAlive))
    })
}

#[test]
fn signals_end_it_when_its_main_thread_is_stuck() {
    for signal in SIGNALS {
        let mut session = Session::start(100, 30, &["--numbers", "20M", "--cost", "1us"]);
        let pid = session.pid();
        session.see("● LIVE");
        let workers = session.workers(20);
        let Some(main) = stuck(pid) else { return };
        let asked = Instant::now();
        session.signal(signal);
        assert_eq!(death(main, || {}), Ok(WaitStatus::Signaled(main, signal, false)));
        assert!(asked.elapsed() < Duration::from_secs(4), "{signal}: {:?}", asked.elapsed());
        all_gone(&workers);
        assert_eq!(session.end(pid).1, 128 + signal as i32);
    }
}

#[test]
fn ctrl_c_again_and_again_ends_it_when_its_main_thread_is_stuck() {
    let mut session = Session::start(100, 30, &["--numbers", "20M", "--cost", "1us"]);
    let pid = session.pid();
    session.see("● LIVE");
    let workers = session.workers(20);
    let Some(main) = stuck(pid) else { return };
    let end = death(main, || session.press("\x03"));
    assert_eq!(end, Ok(WaitStatus::Signaled(main, Signal::SIGINT, false)));
    all_gone(&workers);
    assert_eq!(session.end(pid).1, 128 + Signal::SIGINT as i32);
}

#[test]
fn whoever_asks_twice_does_not_wait() {
    let mut session = Session::start(100, 30, &["--numbers", "20M", "--cost", "1us"]);
    let pid = session.pid();
    session.see("● LIVE");
    session.workers(20);
    // The loop cannot hear the first, which would be waited for.
    let Some(main) = stuck(pid) else { return };
    session.signal(Signal::SIGINT);
    let asked = Instant::now();
    session.signal(Signal::SIGTERM);
    assert_eq!(death(main, || {}), Ok(WaitStatus::Signaled(main, Signal::SIGTERM, false)));
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    assert_eq!(session.end(pid).1, 128 + Signal::SIGTERM as i32);
}

#[test]
fn whoever_does_not_take_the_result_does_not_keep_it_for_ever() {
    let (unread, stdout) = std::io::pipe().unwrap();
    let flags = OFlag::O_NONBLOCK;
    fcntl(&stdout, FcntlArg::F_SETFL(flags)).unwrap();
    while nix::unistd::write(&stdout, &[b'x'; 4096]).is_ok() {}
    fcntl(&stdout, FcntlArg::F_SETFL(OFlag::empty())).unwrap();
    let mut command = mpviz(&["run", "--lanes", "pool", "--numbers", "1M", "--cost", "10us"]);
    let mut child = command.stdout(stdout).stderr(Stdio::null()).spawn().unwrap();
    until("it has workers", || has_workers(child.id(), 4));
    let asked = Instant::now();
    kill(Pid::from_raw(child.id() as i32), Signal::SIGTERM).unwrap();
    // It has heard, and prints what there is, to whom does not read.
    let end = until("it dies", || child.try_wait().unwrap());
    assert_eq!(end.signal(), Some(Signal::SIGTERM as i32));
    assert!((5..20).contains(&asked.elapsed().as_secs()), "{:?}", asked.elapsed());
    drop(unread);
}

/// CPU time of a process so far, in clock ticks; none once it is gone.
fn cpu_ticks(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = fields.split(' ').collect();
    if fields[0] == "Z" { None } else { Some(fields[11].parse::<u64>().ok()? + fields[12].parse::<u64>().ok()?) }
}

/// Hangs up, and watches mpviz go: in two seconds, with less than a tenth of a second of CPU time.
fn goes_with_its_terminal(commands: &str, args: &[&str], keys: &str, begin: impl Fn(&mut Session)) {
    let mut session = Session::with(commands, &[], 100, 30, args);
    let pid = session.pid();
    begin(&mut session);
    let workers = workers_of(pid);
    let (before, hung_up) = (cpu_ticks(pid).unwrap(), Instant::now());
    session.hang_up(keys);
    let mut last = before;
    until("mpviz is gone", || {
        let now = cpu_ticks(pid);
        last = now.unwrap_or(last);
        now.is_none().then_some(())
    });
    assert!(hung_up.elapsed() < Duration::from_secs(2), "{:?}", hung_up.elapsed());
    assert!(last - before < 10, "{} ticks of CPU time", last - before);
    all_gone(&workers);
}

const DEAF: &str = "trap '' HUP\n\"$0\" \"$@\"\nexit";

#[test]
fn a_terminal_that_goes_away_takes_mpviz_with_it() {
    goes_with_its_terminal("exec \"$0\" \"$@\"", &["--numbers", "20M", "--cost", "1us"], "", |session| {
        session.see("● LIVE");
        session.workers(20);
    });
}

#[test]
fn it_sees_that_the_terminal_is_gone_when_no_signal_says_so() {
    goes_with_its_terminal(DEAF, &["--numbers", "1M"], "", |session| session.see("■ FINISHED"));
    goes_with_its_terminal(DEAF, &["--numbers", "20M", "--cost", "1us"], "", |session| {
        session.see("● LIVE");
        session.workers(20);
    });
}

#[test]
fn keys_in_flight_do_not_keep_it_when_the_terminal_is_gone() {
    // Longer ones each time: more of them are still to be read.
    for n in 0..8 {
        let keys = "?\x1b[C\x1b[<32;8;9M".repeat(1 << n);
        goes_with_its_terminal(DEAF, &["--numbers", "1M"], &keys, |session| session.see("■ FINISHED"));
    }
}
