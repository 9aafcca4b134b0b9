//! Tests of programs that share the streams, the terminal and the process group of mpviz.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::{ENGLISH, MISSING_DIR, wait_until};
use crate::terminal_session::TerminalSession;

/// What `$TRACE` stands for in bash commands, whose `$0` is mpviz and whose arguments are a program.
const TRACE: &str = "\"$0\" trace --quiet -- \"$@\"";

fn run_bash(commands: &str, program: &[&str]) -> Output {
    let mut bash = Command::new("bash");
    bash.args(["-c", &commands.replace("$TRACE", TRACE), env!("CARGO_BIN_EXE_mpviz")]).args(program);
    bash.env("XDG_CONFIG_HOME", MISSING_DIR).envs([ENGLISH]).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Starts bash commands in a terminal. The shell has job control.
fn bash_in_terminal(commands: &str, program: &[&str]) -> TerminalSession {
    let commands = format!("set -m\n{}", commands.replace("$TRACE", TRACE));
    TerminalSession::start(&commands, env!("CARGO_BIN_EXE_mpviz"), program)
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
        env | grep -vE '^(_|SHLVL|PYTHONPATH|MPVIZ_TRACE_DIR)=' | sort | cksum; echo $PPID";
    for preparation in [
        "",
        "trap '' HUP",
        "trap '' INT QUIT XFSZ USR1 CHLD",
        "cd /; umask 027; ulimit -n 64; ulimit -c 0; exec 7</etc/passwd 6<>/dev/null",
        "exec 0</etc/passwd 2>/dev/null",
        "exec python3 -c 'import os, signal, sys; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2]); \
            signal.signal(signal.SIGPIPE, signal.SIG_DFL); \
            os.execvp(\"bash\", [\"bash\", \"-c\", *sys.argv[1:]])' \"$BOTH\" \"$0\" \"$@\"",
    ] {
        let both = format!("\"$@\"; echo ====; {TRACE}");
        let commands = format!("export BOTH='{both}'\n{preparation}\n{both}");
        let output = run_bash(&commands, &["bash", "-c", STATE, "name"]);
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
    let output = run_bash("PYTHONPATH=/own $TRACE", &["bash", "-c", "[ -d \"$MPVIZ_TRACE_DIR\" ] && echo $PYTHONPATH"]);
    let path = text(&output.stdout);
    let (added, own) = path.trim_end().rsplit_once(':').unwrap();
    assert!(own == "/own" && !added.is_empty(), "{path}");
}

#[test]
fn streams_pass_byte_for_byte() {
    let output = run_bash(
        "f=$(mktemp); head -c 300000 /dev/urandom > $f; $TRACE < $f 2> $f.err | cmp - $f && cmp $f.err $f; code=$?; \
         rm $f $f.err; exit $code",
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
/// Sleeps in short pieces: `signal.pause` misses a signal that arrives just before it.
const SIGNAL_PRINTER: &str = "import os, signal, sys, time\n\
    seen = []\n\
    def handle(n, _):\n    seen.append(n); print(f'got {signal.Signals(n).name}.', flush=True)\n\
    def end(n, _): print(f'{len(seen)} signals', flush=True); sys.exit(7)\n\
    for name in 'SIGINT SIGQUIT SIGTERM SIGHUP SIGUSR1'.split(): signal.signal(getattr(signal, name), handle)\n\
    signal.signal(signal.SIGUSR2, end)\n\
    print(f'pid {os.getpid()}.', flush=True)\n\
    while True: time.sleep(0.01)";

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

#[test]
fn python_that_is_not_attached_is_reported_with_the_reason() {
    let own = "print(end='')";
    for (program, reason) in [
        (&["python3", "-I", "-c", own][..], "python3 -I ignores PYTHONPATH, which mpviz needs; leave -I out"),
        (&["python3", "-E", "-c", own], "python3 -E ignores PYTHONPATH, which mpviz needs; leave -E out"),
        (&["python3", "-Sc", own], "python3 -S does not import sitecustomize, which mpviz needs; leave -S out"),
        (&["env", "-i", "/usr/bin/env", "true"], "no Python interpreter has reported, so only processes are known"),
    ] {
        let output = run_bash("\"$0\" trace -- \"$@\"", program);
        let stderr = text(&output.stderr);
        assert!(stderr.ends_with(&format!("mpviz: not attached: {reason}.\n")), "{program:?}: {stderr}");
        assert!(!stderr.contains("serial"), "{program:?}: {stderr}");
    }
    let output = run_bash("\"$0\" trace -- \"$@\"", &["python3", "-c", own]);
    let stderr = text(&output.stderr);
    assert!(stderr.starts_with("mpviz: python3 -c took") && !stderr.contains("attached"), "{stderr}");
}
