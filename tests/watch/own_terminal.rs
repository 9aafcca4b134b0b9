//! Tests of programs with a terminal of their own.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::{Duration, Instant};

use mpviz::event::Exit;
use mpviz::source::program::{Program, ProgramCommand, ProgramStreams, StartError, Stream, TerminalSize};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use signal_hook::consts::{SIGINT, SIGKILL, SIGTERM, SIGUSR1};

use crate::support::{MAX_WAIT, wait_until};

const SIZE: TerminalSize = TerminalSize { columns: 91, rows: 33 };

/// Starts a program whose streams are all its terminal. The session leader's output goes to `terminal`.
fn start_with_terminal(args: &[&str], terminal: Option<OwnedFd>) -> Result<Program, StartError> {
    let command = ProgramCommand {
        program: args[0].into(),
        args: args[1..].iter().map(Into::into).collect(),
        environment: vec![("ADDED".into(), "by mpviz".into())],
        ..ProgramCommand::default()
    };
    let mpviz = env!("CARGO_BIN_EXE_mpviz").into();
    let streams = ProgramStreams { streams: [Stream::Terminal; 3], terminal, mpviz };
    Program::start_on_own_terminal(&command, &streams, SIZE)
}

fn start(args: &[&str]) -> Program {
    start_with_terminal(args, None).unwrap()
}

fn bash(commands: &str) -> Program {
    start(&["bash", "-c", commands])
}

fn wait_for_exit(program: &Program) -> Exit {
    program.exits().recv_timeout(MAX_WAIT).expect("the program ends")
}

fn printed(program: &mut Program) -> String {
    let mut out = Vec::new();
    program.print_output(&mut out).unwrap();
    String::from_utf8(out).unwrap().replace('\r', "")
}

fn last_lines(program: &Program) -> String {
    let lines = program.terminal().unwrap().last_lines(50);
    lines.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn wait_for_line(program: &Program, text: &str) {
    let deadline = Instant::now() + MAX_WAIT;
    while !last_lines(program).contains(text) {
        assert!(Instant::now() < deadline, "never saw `{text}`: {}", last_lines(program));
        let _ = program.terminal().unwrap().new_output().recv_timeout(Duration::from_millis(50));
    }
}

fn type_keys(program: &Program, keys: &str) {
    assert_eq!(program.terminal().unwrap().write_keys(keys.as_bytes()).unwrap(), keys.len());
}

/// What the test programs print in a loop.
fn numbered_lines(count: u32) -> String {
    let lines: Vec<String> = (0..count).map(|n| format!("line {n}\n")).collect();
    lines.concat()
}

fn stat(pid: u32) -> Option<procfs::process::Stat> {
    let stat = procfs::process::Process::new(pid as i32).and_then(|process| process.stat()).ok();
    stat.filter(|stat| stat.state != 'Z')
}

#[test]
fn streams_are_one_terminal_that_the_program_controls() {
    let mut program = start(&[
        "python3",
        "-c",
        "import os, sys\n\
         print(os.ttyname(0) == os.ttyname(1) == os.ttyname(2), os.tcgetpgrp(0) == os.getpgrp())\n\
         print(os.get_terminal_size(), open('/dev/tty').isatty(), os.environ['ADDED'])\n\
         print('to stderr', file=sys.stderr); print('to stdout')",
    ]);
    assert_eq!(wait_for_exit(&program), Exit::Code(0));
    assert_eq!(
        printed(&mut program),
        "True True\nos.terminal_size(columns=91, lines=33) True by mpviz\nto stderr\nto stdout\n"
    );
}

#[test]
fn program_sees_the_same_process_state_as_without_mpviz() {
    const STATE: &str = "grep -E '^(Sig[PBIC]|Shd|Umask|Cpus_allowed:|NoNewPrivs|Seccomp)' /proc/self/status; \
        cat /proc/self/limits; pwd; tr '\\0' ' ' < /proc/$$/cmdline; cut -d' ' -f18,19 /proc/self/stat; \
        for fd in 3 4 5 6 7 8 9 10 11 12 13 14; do readlink /proc/$$/fd/$fd || echo $fd is closed; done; \
        env | grep -vE '^(_|ADDED|SHLVL)=' | sort | cksum";
    let direct = std::process::Command::new("bash").args(["-c", STATE, "name"]).output().unwrap();
    let mut program = start(&["bash", "-c", STATE, "name"]);
    assert_eq!(wait_for_exit(&program), Exit::Code(0));
    assert_eq!(printed(&mut program), String::from_utf8(direct.stdout).unwrap());
}

#[test]
fn streams_that_are_no_terminal_are_inherited() {
    let command = ProgramCommand {
        program: "bash".into(),
        args: ["-c", "(for n in 0 1 2; do readlink /proc/$$/fd/$n; done) > /dev/tty; [ -t 1 ]"].map(Into::into).into(),
        ..ProgramCommand::default()
    };
    let streams = [Stream::Inherited, Stream::Terminal, Stream::Inherited];
    let setup = ProgramStreams { streams, terminal: None, mpviz: env!("CARGO_BIN_EXE_mpviz").into() };
    let mut program = Program::start_on_own_terminal(&command, &setup, SIZE).unwrap();
    assert_eq!(wait_for_exit(&program), Exit::Code(0));
    let own = |n: u8| std::fs::read_link(format!("/proc/self/fd/{n}")).unwrap().display().to_string();
    let lines = printed(&mut program);
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!([lines[0], lines[2]], [own(0), own(2)]);
    assert!(lines[1].starts_with("/dev/pts/"), "{lines:?}");
}

#[test]
fn keys_reach_the_program_and_ctrl_c_interrupts_it() {
    let program = start(&[
        "python3",
        "-c",
        // Waits for a blocked signal: `input` can miss one that arrives while it prints its prompt.
        "import signal\n\
         print('hello', input('name? '))\n\
         signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])\n\
         print('wait ', flush=True)\n\
         signal.sigwait([signal.SIGINT])\n\
         print('interrupted', flush=True)\n\
         raise SystemExit(9)",
    ]);
    wait_for_line(&program, "name? ");
    type_keys(&program, "Ada\n");
    wait_for_line(&program, "hello Ada");
    wait_for_line(&program, "wait ");
    type_keys(&program, "\x03");
    wait_for_line(&program, "interrupted");
    assert_eq!(wait_for_exit(&program), Exit::Code(9));
}

#[test]
fn a_new_size_reaches_the_program() {
    let program = bash("trap 'stty size' WINCH; echo ready; while :; do read -r -t 0.05 line; done");
    wait_for_line(&program, "ready");
    program.terminal().unwrap().resize(TerminalSize { columns: 120, rows: 40 }).unwrap();
    wait_for_line(&program, "40 120");
    program.send_signal(SIGKILL);
    assert_eq!(wait_for_exit(&program), Exit::Signal(SIGKILL));
}

#[test]
fn terminal_has_the_modes_of_the_terminal_that_it_stands_for() {
    let pty = nix::pty::openpty(None, None).unwrap();
    let mut modes = nix::sys::termios::tcgetattr(&pty.slave).unwrap();
    modes.local_flags.remove(nix::sys::termios::LocalFlags::ECHO);
    nix::sys::termios::tcsetattr(&pty.slave, nix::sys::termios::SetArg::TCSANOW, &modes).unwrap();
    let mut program = start_with_terminal(&["bash", "-c", "stty -a | grep -ow -- '-echo'"], Some(pty.slave)).unwrap();
    assert_eq!(wait_for_exit(&program), Exit::Code(0));
    assert_eq!(printed(&mut program), "-echo\n");
}

#[test]
fn all_output_is_printed_in_order() {
    let mut program = bash("for ((n = 0; n < 100000; n++)); do echo line $n; done; printf end");
    assert_eq!(wait_for_exit(&program), Exit::Code(0));
    let expected = numbered_lines(100_000);
    assert!(printed(&mut program) == expected + "end");
}

#[test]
fn end_of_the_program_does_not_wait_for_processes_that_it_left_running() {
    let program = bash("sleep 1000 & echo child $!.; exit 4");
    assert_eq!(wait_for_exit(&program), Exit::Code(4));
    let lines = last_lines(&program);
    let child: u32 = lines.trim_start_matches("child ").trim_end_matches('.').parse().unwrap();
    let leader = stat(child).unwrap().session as u32;
    drop(program);
    assert!(stat(child).is_some() && stat(leader).is_some());
    kill(Pid::from_raw(child as i32), Signal::SIGKILL).unwrap();
    wait_until("the session leader has ended", || stat(leader).is_none().then_some(()));
}

#[test]
fn process_that_has_closed_the_terminal_survives_the_session_leader() {
    let program = bash("sleep 1000 < /dev/null > /dev/null 2>&1 & echo child $!.");
    assert_eq!(wait_for_exit(&program), Exit::Code(0));
    let child: u32 = last_lines(&program).trim_start_matches("child ").trim_end_matches('.').parse().unwrap();
    let leader = stat(child).unwrap().session as u32;
    drop(program);
    wait_until("the session leader has ended", || stat(leader).is_none().then_some(()));
    assert!(stat(child).is_some(), "the process was ended by SIGHUP");
    kill(Pid::from_raw(child as i32), Signal::SIGKILL).unwrap();
}

#[test]
fn program_runs_on_when_mpviz_leaves_it_and_its_output_is_printed() {
    let dir = tempfile::tempdir().unwrap();
    let (further, done) = (dir.path().join("further"), dir.path().join("done"));
    let commands = format!(
        "echo before; read -r line < {pipe}; for ((n = 0; n < 20000; n++)); do echo line $n; done; touch {done}",
        pipe = dir.path().join("pipe").display(),
        done = done.display()
    );
    nix::unistd::mkfifo(&dir.path().join("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let terminal = File::create(&further).unwrap();
    let mut program = start_with_terminal(&["bash", "-c", &commands], Some(terminal.into())).unwrap();
    wait_for_line(&program, "before");
    assert_eq!(printed(&mut program), "before\n");
    let pid = program.pid();
    drop(program);
    std::fs::write(dir.path().join("pipe"), "go\n").unwrap();
    wait_until("the program has ended", || done.exists().then_some(()));
    let expected = numbered_lines(20_000);
    wait_until("its output is printed", || {
        let text = std::fs::read_to_string(&further).unwrap().replace('\r', "");
        (text == expected).then_some(())
    });
    wait_until("it is gone", || stat(pid).is_none().then_some(()));
}

#[test]
fn program_that_cannot_be_started_is_an_error() {
    let error = start_with_terminal(&["no-such-program"], None).err().unwrap();
    assert_eq!(error.exit_code(), 127);
    assert_eq!(
        error.to_string(),
        "cannot start \"no-such-program\": there is no such program in the directories of PATH"
    );
    assert_eq!(start_with_terminal(&["/"], None).err().unwrap().exit_code(), 126);
}

#[test]
fn killed_program_is_reported_with_its_signal() {
    let program = bash("kill -TERM $$");
    assert_eq!(wait_for_exit(&program), Exit::Signal(SIGTERM));
    assert_eq!(program.exit(), Some(Exit::Signal(SIGTERM)));
    let group = bash("read -r line; kill -KILL 0");
    type_keys(&group, "\n");
    assert_eq!(wait_for_exit(&group), Exit::Signal(SIGKILL));
}

#[test]
fn signals_to_the_whole_process_group_end_the_program_only() {
    for signal in [SIGINT, SIGTERM, SIGUSR1] {
        let program =
            start(&["python3", "-c", &format!("import os; os.killpg(0, {signal}); import time; time.sleep(99)")]);
        let exit = wait_for_exit(&program);
        // CPython raises KeyboardInterrupt, and then ends by the signal.
        assert_eq!(exit, Exit::Signal(signal));
    }
}

#[test]
fn program_is_ended_by_sigint_first_and_by_sigkill_at_last() {
    let program = bash("trap 'echo interrupted; exit 3' INT; echo ready; while :; do read -r -t 0.05 line; done");
    wait_for_line(&program, "ready");
    program.begin_end().unwrap();
    assert_eq!(wait_for_exit(&program), Exit::Code(3));
    assert!(last_lines(&program).contains("interrupted"));

    let stubborn = "import multiprocessing, os, signal, time\n\
        for name in 'SIGINT', 'SIGTERM': signal.signal(getattr(signal, name), signal.SIG_IGN)\n\
        child = multiprocessing.Process(target=time.sleep, args=(1000,)); child.start()\n\
        print('child', child.pid, flush=True); time.sleep(1000)";
    let program = start(&["python3", "-c", stubborn]);
    wait_for_line(&program, "child ");
    let child: u32 = wait_until("its pid is printed", || last_lines(&program).strip_prefix("child ")?.parse().ok());
    program.begin_end().unwrap();
    assert_eq!(wait_for_exit(&program), Exit::Signal(SIGKILL));
    wait_until("its child is gone", || stat(child).is_none().then_some(()));
}

#[test]
fn unread_keys_do_not_block() {
    let program = bash("stty raw; echo ready; sleep 1000");
    wait_for_line(&program, "ready");
    let mut written = 0;
    for _ in 0..100 {
        written += program.terminal().unwrap().write_keys(&[b'x'; 1000]).unwrap();
    }
    assert!((1..100_000).contains(&written));
    program.send_signal(SIGKILL);
    assert_eq!(wait_for_exit(&program), Exit::Signal(SIGKILL));
}

#[test]
fn program_file_of_the_session_leader_must_exist() {
    let command = ProgramCommand { program: "true".into(), ..ProgramCommand::default() };
    let streams =
        ProgramStreams { streams: [Stream::Terminal; 3], terminal: None, mpviz: Path::new("/no/mpviz").into() };
    let error = Program::start_on_own_terminal(&command, &streams, SIZE).err().unwrap();
    assert_eq!(error.exit_code(), 1);
    assert!(error.to_string().starts_with("cannot start the program: its session could not be started: "), "{error}");
}
