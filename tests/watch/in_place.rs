//! Tests of programs that share the streams, the terminal and the process group of mpviz.
//!
//! The test program starts itself as [`traces_the_program_of_the_environment`], which stands for `mpviz trace`.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};

use mpviz::cli::exit::{exit_like_program, print_message};
use mpviz::event::Exit;
use mpviz::source::program::{Program, ProgramCommand};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::wait_until;
use crate::terminal_session::TerminalSession;

/// Environment variable with the command line to start, separated by [`SEPARATOR`].
const COMMAND_LINE: &str = "TRACED_COMMAND_LINE";
const SEPARATOR: &str = "\u{1f}";
/// Arguments with which the test program runs only the test that stands for `mpviz trace`.
const TRACER_ARGS: &str = "--exact in_place::traces_the_program_of_the_environment --nocapture --test-threads 1";
/// What the test runner prints before.
const RUNNER_OUTPUT: &str = "\nrunning 1 test\ntest in_place::traces_the_program_of_the_environment ... ";

#[test]
fn traces_the_program_of_the_environment() {
    let Ok(command_line) = std::env::var(COMMAND_LINE) else { return };
    let mut words = command_line.split(SEPARATOR).map(Into::into);
    let program = words.next().unwrap();
    let environment = vec![("ADDED".into(), "by mpviz".into())];
    let command = ProgramCommand { program, args: words.collect(), environment, ..ProgramCommand::default() };
    let code = match Program::start_in_place(&command).map(|program| program.exits().recv().unwrap()) {
        Ok(Exit::Code(code)) => code,
        Ok(exit) => panic!("the signal does not end mpviz: {:?}", exit_like_program(exit)),
        Err(error) => {
            print_message(&error);
            error.exit_code().into()
        }
    };
    std::process::exit(code);
}

/// Bash commands with the program in the environment. `$TRACE` starts it.
fn bash_environment(command_line: &[&str]) -> [(&'static str, String); 2] {
    let tracer = std::env::current_exe().unwrap();
    [("TRACE", format!("{} {TRACER_ARGS}", tracer.display())), (COMMAND_LINE, command_line.join(SEPARATOR))]
}

fn run_bash(commands: &str, command_line: &[&str]) -> Output {
    Command::new("bash").args(["-c", commands]).envs(bash_environment(command_line)).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap().replace(RUNNER_OUTPUT, "")
}

/// Starts bash commands in a terminal. The shell has job control.
fn bash_in_terminal(commands: &str, command_line: &[&str]) -> TerminalSession {
    let environment = bash_environment(command_line);
    let environment = environment.each_ref().map(|(name, value)| (*name, value.as_str()));
    TerminalSession::start(&format!("set -m\n{commands}"), "bash", &environment)
}

/// Process id of the program that a process in this terminal has traced, once it has printed it as `pid N.`.
fn printed_pid(session: &mut TerminalSession) -> u32 {
    session.wait_for("pid ");
    session.wait_for(".").trim_end_matches('.').parse().unwrap()
}

fn signal(pid: u32, signal: Signal) {
    kill(Pid::from_raw(pid as i32), signal).unwrap();
}

fn stat(pid: u32) -> Option<procfs::process::Stat> {
    procfs::process::Process::new(pid as i32).and_then(|process| process.stat()).ok()
}

fn process_state(pid: u32) -> char {
    stat(pid).map_or('X', |stat| stat.state)
}

fn parent_of(pid: u32) -> u32 {
    stat(pid).unwrap().ppid as u32
}

fn is_gone(pid: u32) -> bool {
    ['X', 'Z'].contains(&process_state(pid))
}

#[test]
fn program_sees_the_same_process_state_as_without_mpviz() {
    const STATE: &str = "grep -E '^(Sig[PBIC]|Shd|Umask|Cpus_allowed:|NoNewPrivs|Seccomp)' /proc/self/status; \
        cat /proc/self/limits; pwd; cut -d' ' -f5-9,18,19 /proc/self/stat; tr '\\0' ' ' < /proc/$$/cmdline; \
        for fd in 0 1 2 3 4 5 6 7 8; do readlink /proc/$$/fd/$fd || echo $fd is closed; done; \
        env | grep -vE '^(_|ADDED|SHLVL)=' | sort | cksum; echo $PPID";
    for preparation in [
        "",
        "trap '' HUP",
        "trap '' INT QUIT XFSZ USR1 CHLD",
        "cd /; umask 027; ulimit -n 64; ulimit -c 0; exec 7</etc/passwd 6<>/dev/null",
        "exec 0</etc/passwd 2>/dev/null",
        "exec python3 -c 'import os, signal, sys; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2]); \
            signal.signal(signal.SIGPIPE, signal.SIG_DFL); \
            os.execvp(\"bash\", [\"bash\", \"-c\", sys.argv[1]])' \"$BOTH\"",
    ] {
        let both = "bash -c \"$STATE\" name; echo ====; $TRACE";
        let mut bash = Command::new("bash");
        bash.args(["-c", &format!("{preparation}\n{both}")]).env("STATE", STATE).env("BOTH", both);
        bash.envs(bash_environment(&["bash", "-c", STATE, "name"]));
        let output = bash.output().unwrap();
        let out = text(&output.stdout);
        let (direct, traced) = out.split_once("====\n").unwrap_or_else(|| panic!("{preparation}: {output:?}"));
        // The parent is another process.
        let without_parent = |text: &str| text.trim_end().rsplit_once('\n').unwrap().0.to_owned();
        assert!(direct.lines().count() > 30 && direct.contains("SigIgn"), "{direct}");
        assert_eq!(without_parent(direct), without_parent(traced), "{preparation}");
    }
}

#[test]
fn program_gets_the_additional_environment() {
    assert_eq!(text(&run_bash("$TRACE", &["bash", "-c", "echo $ADDED"]).stdout), "by mpviz\n");
}

#[test]
fn streams_pass_byte_for_byte() {
    let output = run_bash(
        "head -c 300000 /dev/urandom > $0; $TRACE < $0 2> $0.err | tail -c 300000 | cmp - $0 && cmp $0.err $0; rm $0*",
        &["bash", "-c", "tee /dev/stderr"],
    );
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
fn exit_code_is_that_of_the_program() {
    for code in [0, 3, 255] {
        let output = run_bash("exec $TRACE", &["bash", "-c", &format!("exit {code}")]);
        assert_eq!(output.status.code(), Some(code), "{output:?}");
    }
}

#[test]
fn mpviz_dies_by_the_signal_that_killed_the_program_without_a_core_dump() {
    for signal in [Signal::SIGKILL, Signal::SIGTERM, Signal::SIGSEGV, Signal::SIGPIPE] {
        let output = run_bash(
            "ulimit -c unlimited; exec $TRACE",
            &["bash", "-c", &format!("ulimit -c 0; kill -{} $$", signal as i32)],
        );
        assert_eq!((output.status.signal(), output.status.core_dumped()), (Some(signal as i32), false));
    }
}

#[test]
fn program_that_cannot_be_started_is_an_error_with_the_exit_code_of_a_shell() {
    let dir = tempfile::tempdir().unwrap();
    let plain = dir.path().join("plain");
    std::fs::write(&plain, "text").unwrap();
    for (program, code, message) in [
        ("no-such-program", 127, "there is no such program in the directories of PATH"),
        ("./no-such-file", 127, "there is no such file, or its interpreter is missing"),
        (plain.to_str().unwrap(), 126, "it is not executable (chmod +x makes a file executable)"),
        ("/", 126, "it is not executable (chmod +x makes a file executable)"),
    ] {
        let output = run_bash("exec $TRACE", &[program]);
        assert_eq!(output.status.code(), Some(code), "{program}");
        assert_eq!(text(&output.stderr), format!("mpviz: cannot start \"{program}\": {message}\n"));
    }
}

/// Prints its pid, and every signal that it gets. SIGUSR2 ends it with the number of signals.
const SIGNAL_PRINTER: &str = "import os, signal, sys\n\
    seen = []\n\
    def handle(n, _):\n    seen.append(n); print(f'got {signal.Signals(n).name}.', flush=True)\n\
    def end(n, _): print(f'{len(seen)} signals', flush=True); sys.exit(7)\n\
    for name in 'SIGINT SIGQUIT SIGTERM SIGHUP SIGUSR1'.split(): signal.signal(getattr(signal, name), handle)\n\
    signal.signal(signal.SIGUSR2, end)\n\
    print(f'pid {os.getpid()}.', flush=True)\n\
    while True: signal.pause()";

#[test]
fn signals_that_were_sent_to_mpviz_alone_reach_the_program_once() {
    let mut session = bash_in_terminal("$TRACE; echo ended $?.", &["python3", "-c", SIGNAL_PRINTER]);
    let program = printed_pid(&mut session);
    let mpviz = parent_of(program);
    for name in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGUSR1, Signal::SIGQUIT] {
        signal(mpviz, name);
        session.wait_for(&format!("got {name}."));
    }
    signal(mpviz, Signal::SIGUSR2);
    session.wait_for("5 signals");
    session.wait_for("ended 7.");
}

#[test]
fn signals_of_the_terminal_reach_the_program_once_and_mpviz_waits_for_its_end() {
    let mut session = bash_in_terminal("$TRACE; echo ended $?.", &["python3", "-c", SIGNAL_PRINTER]);
    let program = printed_pid(&mut session);
    session.press("\x03");
    session.wait_for("got SIGINT.");
    session.press("\x1c");
    session.wait_for("got SIGQUIT.");
    signal(program, Signal::SIGUSR2);
    session.wait_for("2 signals");
    session.wait_for("ended 7.");
}

#[test]
fn signals_of_the_program_to_its_own_process_group_do_not_come_back() {
    let program = SIGNAL_PRINTER.replace("while True:", "os.killpg(0, signal.SIGTERM)\nwhile True:");
    let mut session = bash_in_terminal("$TRACE; echo ended $?.", &["python3", "-c", &program]);
    let pid = printed_pid(&mut session);
    session.wait_for("got SIGTERM.");
    signal(pid, Signal::SIGUSR2);
    session.wait_for("1 signals");
    session.wait_for("ended 7.");
}

#[test]
fn ignored_sighup_stays_ignored() {
    let mut session =
        bash_in_terminal("trap '' HUP; $TRACE; echo ended $?.", &["bash", "-c", "echo pid $$.; read -r line; exit 5"]);
    let program = printed_pid(&mut session);
    for pid in [program, parent_of(program)] {
        signal(pid, Signal::SIGHUP);
    }
    session.press("\n");
    session.wait_for("ended 5.");
}

#[test]
fn ctrl_z_stops_the_program_and_mpviz_and_fg_continues_both() {
    let mut session = bash_in_terminal(
        "$TRACE; echo stopped $?.; read -r line; fg > /dev/null; echo ended $?.",
        &["bash", "-c", "echo pid $$.; read -r line; echo read $line; exit 5"],
    );
    let program = printed_pid(&mut session);
    let mpviz = parent_of(program);
    session.press("\x1a");
    // 128 + SIGTSTP or SIGSTOP.
    session.wait_for("stopped 1");
    for pid in [program, mpviz] {
        wait_until("it is stopped", || (process_state(pid) == 'T').then_some(()));
    }
    session.press("\n");
    wait_until("it has continued", || (process_state(program) != 'T').then_some(()));
    session.press("a line\n");
    session.wait_for("read a line");
    session.wait_for("ended 5.");
}

#[test]
fn program_that_ignores_ctrl_z_is_not_stopped() {
    let mut session =
        bash_in_terminal("$TRACE; echo ended $?.", &["bash", "-c", "trap '' TSTP; echo pid $$.; read -r line; exit 5"]);
    let program = printed_pid(&mut session);
    session.press("\x1a\n");
    session.wait_for("ended 5.");
    wait_until("it is gone", || is_gone(program).then_some(()));
}

#[test]
fn program_can_be_stopped_and_continued_alone() {
    let mut session = bash_in_terminal("$TRACE; echo ended $?.", &["bash", "-c", "echo pid $$.; read -r line; exit 5"]);
    let program = printed_pid(&mut session);
    signal(program, Signal::SIGSTOP);
    wait_until("it is stopped", || (process_state(program) == 'T').then_some(()));
    signal(program, Signal::SIGCONT);
    session.press("\n");
    session.wait_for("ended 5.");
}

#[test]
fn program_owns_the_terminal() {
    let mut session = bash_in_terminal(
        "$TRACE; echo ended $?.",
        &[
            "python3",
            "-c",
            "import os, sys\n\
            print(os.tcgetpgrp(0) == os.getpgrp(), all(os.isatty(n) for n in range(3)), os.ttyname(0) == os.ttyname(2))\n\
            print('name', input('name? '))",
        ],
    );
    session.wait_for("True True True");
    session.wait_for("name? ");
    session.press("x\n");
    session.wait_for("name x");
    session.wait_for("ended 0.");
}
