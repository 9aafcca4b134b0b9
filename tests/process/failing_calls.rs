//! Runs in which a system call that mpviz makes repeatedly always fails, as in a sandbox: they end with a sentence that
//! names the call, and nothing spins.
//!
//! A seccomp filter makes the call fail. `futex` is left out: without it the standard library itself cannot wait.

use std::collections::BTreeMap;
use std::io;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Instant;

use mpviz::event::workload::QueueEntry;
use nix::errno::Errno;
use nix::libc;
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;
use procfs::process::Process;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch, apply_filter,
};

use crate::support::{mpviz_command, wait_until, workers_started_by};

/// A system call, optionally only with an argument: its index and value.
#[derive(Clone, Copy)]
struct FailingCall(i64, Option<(u8, u64)>);

impl FailingCall {
    const fn with_argument(self, index: u8, value: u64) -> Self {
        Self(self.0, Some((index, value)))
    }
}

const fn call(number: i64) -> FailingCall {
    FailingCall(number, None)
}

fn filter(FailingCall(number, argument): FailingCall, errno: Errno) -> BpfProgram {
    let rule = |(index, value)| {
        let condition = SeccompCondition::new(index, SeccompCmpArgLen::Qword, SeccompCmpOp::Eq, value).unwrap();
        SeccompRule::new(vec![condition]).unwrap()
    };
    // A call without rules always fails.
    filter_with(number, argument.map(rule).into_iter().collect(), errno)
}

fn filter_with(number: i64, rules: Vec<SeccompRule>, errno: Errno) -> BpfProgram {
    let rules = BTreeMap::from([(number, rules)]);
    let arch = TargetArch::try_from(std::env::consts::ARCH).unwrap();
    let fail = SeccompAction::Errno(errno as u32);
    SeccompFilter::new(rules, SeccompAction::Allow, fail, arch).unwrap().try_into().unwrap()
}

/// How a run ended.
struct FaultyRun {
    status: WaitStatus,
    stderr: String,
    stdout: String,
}

/// Runs `mpviz run` with these options while a call fails. Checks that it ends, that it used little CPU time, and that
/// no worker is left.
fn run_with_failing_call(call: FailingCall, errno: Errno, args: &[&str]) -> FaultyRun {
    let filter = filter(call, errno);
    let mut command = mpviz_command(&[&["run"], args].concat());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let began = Instant::now();
    // A filter applies to its thread and the processes that it starts.
    let started = thread::spawn(move || {
        apply_filter(&filter).unwrap();
        command.spawn().expect("mpviz starts")
    });
    let child = KilledOnDrop(started.join().unwrap());
    let pid = child.0.id();
    let exited = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT | WaitPidFlag::WNOHANG;
    let status = wait_until(&format!("the run without {errno} has ended"), || {
        let status = waitid(Id::Pid(Pid::from_raw(pid.cast_signed())), exited).unwrap();
        (status != WaitStatus::StillAlive).then_some(status)
    });
    let wall = began.elapsed().as_secs_f64();
    let stat = Process::new(pid.cast_signed()).unwrap().stat().unwrap();
    let cpu = (stat.utime + stat.stime) as f64 / procfs::ticks_per_second() as f64;
    assert!(cpu < 0.5 + wall / 4.0, "{cpu} s of CPU time in {wall} s");
    wait_until("no worker is left", || workers_started_by(pid).is_empty().then_some(()));
    let output = child.into_output();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    FaultyRun { status, stderr: text(output.stderr), stdout: text(output.stdout) }
}

/// A child process that is killed if the test fails.
struct KilledOnDrop(Child);

impl KilledOnDrop {
    fn into_output(mut self) -> std::process::Output {
        let read = |stream: &mut dyn io::Read| {
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).unwrap();
            bytes
        };
        let (stdout, stderr) = (read(self.0.stdout.as_mut().unwrap()), read(self.0.stderr.as_mut().unwrap()));
        std::process::Output { status: self.0.wait().unwrap(), stdout, stderr }
    }
}

impl Drop for KilledOnDrop {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A run that takes two seconds, but little CPU time.
const IDLE_RUN: &[&str] = &["--tasks", "4", "--numbers", "4k", "--cost", "0", "--io", "2", "--io-latency", "1s"];
/// The same run with a server of mpviz.
const NET_RUN: &[&str] = &["--tasks", "4", "--numbers", "4k", "--cost", "0", "--io", "2", "--io-kind", "net"];

/// Checks that a run fails with a sentence that begins so, and names the error.
fn check_ended_run(call: FailingCall, errnos: &[Errno], args: &[&str], sentence: &str) {
    for errno in errnos {
        let run = run_with_failing_call(call, *errno, args);
        assert!(matches!(run.status, WaitStatus::Exited(_, 1)), "{sentence}: {:?}\n{}", run.status, run.stderr);
        let message = format!("mpviz: {sentence} failed: {}", io::Error::from(*errno));
        assert!(run.stderr.contains(&message), "{message}\n{}", run.stderr);
        assert!(run.stderr.trim_end().ends_with("`mpviz doctor` shows what works here"), "{}", run.stderr);
    }
}

const ANY_ERRNO: &[Errno] = &[Errno::ENOSYS, Errno::EPERM, Errno::EIO];

#[test]
fn a_failing_wait_ends_the_run() {
    let errnos = &[Errno::ENOSYS, Errno::EPERM, Errno::EIO, Errno::EINVAL];
    check_ended_run(call(libc::SYS_waitid), errnos, IDLE_RUN, "the run was ended: waitid");
}

#[test]
fn a_failing_wait_for_events_ends_the_run() {
    // The standard library polls three descriptors before `main`, the event reader two.
    let poll = call(libc::SYS_poll).with_argument(1, 2);
    check_ended_run(poll, ANY_ERRNO, IDLE_RUN, "the run was ended: poll");
}

#[test]
fn a_failing_read_of_events_ends_the_run() {
    let pipe = call(libc::SYS_read).with_argument(2, 16 * 1024);
    check_ended_run(pipe, ANY_ERRNO, IDLE_RUN, "the run was ended: read of the event pipe");
    let eventfd = call(libc::SYS_read).with_argument(2, 8);
    check_ended_run(eventfd, ANY_ERRNO, IDLE_RUN, "the run was ended: read of an eventfd");
}

#[test]
fn a_failing_server_ends_the_run() {
    check_ended_run(call(libc::SYS_ppoll), ANY_ERRNO, NET_RUN, "the run was ended: ppoll");
    check_ended_run(call(libc::SYS_accept4), ANY_ERRNO, NET_RUN, "the run was ended: accept4");
}

#[test]
fn a_failing_set_up_names_the_call() {
    for (call, name) in [
        (call(libc::SYS_memfd_create), "memfd_create"),
        (call(libc::SYS_eventfd2), "eventfd2"),
        (call(libc::SYS_clock_gettime).with_argument(0, 3), "clock_gettime(CLOCK_THREAD_CPUTIME_ID)"),
    ] {
        let sentence = format!("the run could not be set up: {name}");
        check_ended_run(call, &[Errno::ENOSYS, Errno::EPERM], &["--numbers", "4k"], &sentence);
    }
}

#[test]
fn workers_that_cannot_take_tasks_are_not_replaced_forever() {
    let read = call(libc::SYS_read).with_argument(2, QueueEntry::ENTRY_BYTES as u64);
    let run = run_with_failing_call(read, Errno::EIO, &[&["--lanes", "pool"], IDLE_RUN].concat());
    assert!(matches!(run.status, WaitStatus::Exited(_, 3)), "{:?}\n{}", run.status, run.stderr);
    assert!(run.stdout.contains("a worker wrote: mpviz: worker: EIO: I/O error"), "{}", run.stdout);
}

#[test]
fn workers_that_cannot_be_set_up_say_why() {
    // PR_SET_PDEATHSIG is 1.
    let prctl = call(libc::SYS_prctl).with_argument(0, 1);
    let run = run_with_failing_call(prctl, Errno::EPERM, IDLE_RUN);
    assert!(matches!(run.status, WaitStatus::Exited(_, 3)), "{:?}\n{}", run.status, run.stderr);
    assert!(run.stdout.contains("a worker wrote: mpviz: worker: EPERM: Operation not permitted"), "{}", run.stdout);
}

#[test]
fn an_unknown_queue_offset_does_not_stall_the_run() {
    let run = run_with_failing_call(call(libc::SYS_lseek), Errno::EIO, &[&["--lanes", "pool"], IDLE_RUN].concat());
    assert!(matches!(run.status, WaitStatus::Exited(_, 0)), "{:?}\n{}", run.status, run.stderr);
}

#[test]
fn a_run_goes_on_unpinned_if_the_affinity_cannot_be_set() {
    let run = run_with_failing_call(call(libc::SYS_sched_setaffinity), Errno::EPERM, IDLE_RUN);
    assert!(matches!(run.status, WaitStatus::Exited(_, 0)), "{:?}\n{}", run.status, run.stderr);
    assert!(
        run.stdout.contains("workers are not pinned, so lanes share all cores: sched_setaffinity"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_program_is_ended_if_it_cannot_be_watched() {
    // Threads cannot be started: the first one is needed once the program has started. `clone3` passes its flags in
    // memory, where a filter does not see them; without it the C library uses `clone`.
    let is_thread = SeccompCmpOp::MaskedEq(libc::CLONE_THREAD as u64);
    let is_thread = SeccompCondition::new(0, SeccompCmpArgLen::Qword, is_thread, libc::CLONE_THREAD as u64).unwrap();
    let no_threads = filter_with(libc::SYS_clone, vec![SeccompRule::new(vec![is_thread]).unwrap()], Errno::EAGAIN);
    let no_clone3 = filter(call(libc::SYS_clone3), Errno::ENOSYS);
    let mut command = mpviz_command(&["trace", "--", "bash", "-c", "echo $$; exec cat"]);
    // Without a directory there is no recording, whose thread would be the first.
    command.env("XDG_RUNTIME_DIR", "/proc").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let started = thread::spawn(move || {
        apply_filter(&no_clone3).unwrap();
        apply_filter(&no_threads).unwrap();
        command.spawn().expect("mpviz starts")
    });
    let mut mpviz = started.join().unwrap();
    // The program would end with its input.
    let input = mpviz.stdin.take();
    let output = mpviz.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.starts_with("mpviz: cannot start the program: a thread: "), "{stderr}");
    drop(input);
}
