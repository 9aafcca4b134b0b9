//! How long it takes to switch to a thread or a process on the same core, and back.

use std::io::{self, Read, Write, pipe};
use std::os::fd::AsFd;
use std::process::{Command, Stdio};
use std::time::Instant;

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

use crate::engine::CURRENT_EXE;
use crate::system::threads;

/// The subcommand that runs [`echo`].
pub const ECHO_SUBCOMMAND: &str = "echo";

/// Number of turns, and of round trips in each.
const TURNS: u32 = 40;
const ROUND_TRIPS: u32 = 1000;

/// Medians of the time of a round trip in ns, and the turns in which the process took longer.
pub(super) struct RoundTrips {
    pub(super) thread_ns: f64,
    pub(super) process_ns: f64,
    pub(super) turns: u32,
    pub(super) slower_turns: u32,
}

/// Sends every byte of standard input back. Without buffers: each byte is a system call, as in a thread.
pub fn echo() -> io::Result<()> {
    let own = |stream: io::Result<std::os::fd::OwnedFd>| stream.map(std::fs::File::from);
    send_back(own(io::stdin().as_fd().try_clone_to_owned())?, own(io::stdout().as_fd().try_clone_to_owned())?)
}

/// Sends every byte back until there are no more.
fn send_back(mut from: impl Read, mut to: impl Write) -> io::Result<()> {
    let mut byte = [0];
    while from.read(&mut byte)? > 0 {
        to.write_all(&byte)?;
    }
    Ok(())
}

/// Measures round trips to a thread and to a process in turns, all on this core.
pub(super) fn measure_round_trips(core: u32) -> io::Result<RoundTrips> {
    let own = Pid::from_raw(0);
    let before = sched_getaffinity(own)?;
    let mut only = CpuSet::new();
    only.set(core as usize)?;
    // Inherited by the thread and the process that start now.
    sched_setaffinity(own, &only)?;
    let measured = measure_here();
    sched_setaffinity(own, &before)?;
    measured
}

fn measure_here() -> io::Result<RoundTrips> {
    let ((thread_in, mut to_thread), (mut from_thread, thread_out)) = (pipe()?, pipe()?);
    let thread = threads::start("echo", move || send_back(thread_in, thread_out))?;
    let mut process = Command::new(CURRENT_EXE)
        .arg(ECHO_SUBCOMMAND)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let pipes = process.stdin.take().zip(process.stdout.take());
    let (mut to_process, mut from_process) = pipes.ok_or_else(|| io::Error::other("a process without pipes"))?;
    let (mut of_thread, mut of_process) = (Vec::new(), Vec::new());
    // The first turn warms up.
    for turn in 0..=TURNS {
        let thread = round_trip_ns(&mut to_thread, &mut from_thread)?;
        let process = round_trip_ns(&mut to_process, &mut from_process)?;
        if turn > 0 {
            of_thread.push(thread);
            of_process.push(process);
        }
    }
    drop((to_thread, to_process));
    let _ = thread.join();
    process.wait()?;
    let slower_turns = of_thread.iter().zip(&of_process).filter(|(thread, process)| process > thread).count() as u32;
    Ok(RoundTrips { thread_ns: median(of_thread), process_ns: median(of_process), turns: TURNS, slower_turns })
}

/// Mean time of a round trip, in ns.
fn round_trip_ns(to: &mut impl Write, from: &mut impl Read) -> io::Result<f64> {
    let began = Instant::now();
    for _ in 0..ROUND_TRIPS {
        let mut byte = [0];
        to.write_all(&byte)?;
        from.read_exact(&mut byte)?;
    }
    Ok(began.elapsed().as_nanos() as f64 / f64::from(ROUND_TRIPS))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
