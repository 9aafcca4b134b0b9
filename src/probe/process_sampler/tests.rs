use super::*;

use crate::event::WorkerId;

use std::fs::read_to_string;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Instant;

use crossbeam_channel::{Receiver, unbounded};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;

const LANE: LaneId = LaneId(1);
const WORKER: WorkerId = WorkerId(3);

/// A child process that is killed when dropped.
struct ChildGuard(Child);

impl ChildGuard {
    fn start(script: &str) -> Self {
        Self(Command::new("sh").args(["-c", script]).stdin(Stdio::piped()).spawn().unwrap())
    }

    fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Waits until it has exited, without reaping it.
    fn wait_for_zombie(&self) {
        let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
        waitid(Id::Pid(Pid::from_raw(self.pid().cast_signed())), flags).unwrap();
    }
}

impl Drop for ChildGuard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct SamplerFixture {
    live_processes: LiveProcesses,
    processes: ProcessSampler,
    sender: Sender<Vec<StampedEvent>>,
    events: Receiver<Vec<StampedEvent>>,
}

impl SamplerFixture {
    fn new() -> Self {
        let (sender, events) = unbounded();
        Self {
            live_processes: LiveProcesses::default(),
            processes: ProcessSampler::new(Epoch::start_now()),
            sender,
            events,
        }
    }

    fn sweep(&mut self) -> Vec<StampedEvent> {
        self.processes.sample_within_budget(&self.live_processes, &self.sender);
        self.events.try_iter().flatten().collect()
    }
}

fn worker_samples(events: &[StampedEvent]) -> Vec<(WorkerId, ProcessSample)> {
    let sample = |stamped: &StampedEvent| match stamped.event {
        Event::WorkerSampled { worker, sample } => Some((worker, sample)),
        _ => None,
    };
    events.iter().filter_map(sample).collect()
}

fn skipped_count(events: &[StampedEvent]) -> u32 {
    let count = |stamped: &StampedEvent| if let Event::SamplesSkipped { count } = stamped.event { count } else { 0 };
    events.iter().map(count).sum()
}

/// Calls `is_reached` until it returns true.
fn wait_until(what: &str, mut is_reached: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !is_reached() {
        assert!(Instant::now() < deadline, "timed out waiting until {what}");
    }
}

/// Returns a number in a file of `/proc/<pid>`.
fn read_proc_field(pid: u32, file: &str, field: usize) -> u64 {
    let text = read_to_string(format!("/proc/{pid}/{file}")).unwrap();
    text.split_whitespace().nth(field).unwrap().parse().unwrap()
}

#[test]
fn samples_of_a_busy_process_match_proc() {
    let busy = ChildGuard::start("while :; do :; done");
    let mut fixture = SamplerFixture::new();
    fixture.live_processes.add(LANE, busy.pid(), vec![WORKER]);
    wait_until("the process has run", || {
        let [cpu, delay] = [0, 1].map(|field| read_proc_field(busy.pid(), "schedstat", field));
        let events = fixture.sweep();
        let [(WORKER, sample)] = worker_samples(&events)[..] else { panic!("{events:?}") };
        assert!((cpu..=read_proc_field(busy.pid(), "schedstat", 0)).contains(&sample.cpu_ns), "{sample:?}");
        assert!((delay..=read_proc_field(busy.pid(), "schedstat", 1)).contains(&sample.run_delay_ns), "{sample:?}");
        assert!(events.iter().all(|stamped| stamped.lane == Some(LANE)), "{events:?}");
        sample.cpu_ns > 20_000_000
    });
}

#[test]
fn private_memory_is_resident_less_shared_and_close_to_pss() {
    // Prints a line once started, then blocks in `read`: from then on its memory does not change.
    let mut idle = ChildGuard(
        Command::new("sh").args(["-c", "echo; read x"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap(),
    );
    std::io::Read::read_exact(idle.0.stdout.as_mut().unwrap(), &mut [0]).unwrap();
    let is_blocked = || read_to_string(format!("/proc/{}/stat", idle.pid())).unwrap().contains(") S ");
    wait_until("it is blocked", is_blocked);
    let mut fixture = SamplerFixture::new();
    fixture.live_processes.add(LANE, idle.pid(), vec![WORKER]);
    let events = fixture.sweep();
    let [(_, sample)] = worker_samples(&events)[..] else { panic!("{events:?}") };
    let pages = read_proc_field(idle.pid(), "statm", 1) - read_proc_field(idle.pid(), "statm", 2);
    let private = pages * procfs::page_size();
    assert_eq!(sample.private_bytes, Some(private));

    let pss = |events: &[StampedEvent]| {
        events.iter().find_map(|f| match f.event {
            Event::LanePssSampled { bytes } => Some(bytes),
            _ => None,
        })
    };
    let taken = pss(&events).expect("the PSS of a new lane");
    assert!(
        (private..=read_proc_field(idle.pid(), "statm", 1) * procfs::page_size()).contains(&taken),
        "{taken} {private}"
    );
    assert_eq!(pss(&fixture.sweep()), None, "memory has not grown");
}

#[test]
fn memory_that_a_forked_process_shares_is_not_private() {
    const INHERITED: u64 = 30_000_000;
    // The subshell prints its pid, reads a line, and doubles what it has inherited.
    let script = format!(
        "x=$(head -c {INHERITED} /dev/zero | tr '\\0' x); (sh -c 'echo $PPID'; read line; y=$x$x; echo; read line); :"
    );
    let mut shell = ChildGuard(
        Command::new("sh").args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap(),
    );
    let mut lines = BufReader::new(shell.0.stdout.take().unwrap()).lines();
    let pid: u32 = lines.next().unwrap().unwrap().parse().unwrap();
    let mut fixture = SamplerFixture::new();
    fixture.live_processes.add_forked(LANE, pid, WORKER);
    let private = |fixture: &mut SamplerFixture| {
        let events = fixture.sweep();
        worker_samples(&events)[0].1.private_bytes.expect("it was read before the sample")
    };
    let before = private(&mut fixture);
    let unshared = (read_proc_field(pid, "statm", 1) - read_proc_field(pid, "statm", 2)) * procfs::page_size();
    assert!(before < INHERITED / 2 && unshared > INHERITED, "{before} of {unshared}");
    writeln!(shell.0.stdin.as_mut().unwrap()).unwrap();
    lines.next().unwrap().unwrap();
    assert!(private(&mut fixture) >= before + 2 * INHERITED, "{before}");
}

#[test]
fn threads_are_matched_by_name() {
    let barrier = Arc::new(Barrier::new(3));
    let threads: Vec<_> = ["gil.7", "thread.8"]
        .map(|name| {
            let barrier = Arc::clone(&barrier);
            thread::Builder::new()
                .name(name.into())
                .spawn(move || {
                    barrier.wait();
                    barrier.wait();
                })
                .unwrap()
        })
        .into();
    barrier.wait();
    let mut fixture = SamplerFixture::new();
    // The process has no thread of worker 9, and worker 8 is not listed.
    fixture.live_processes.add(LANE, std::process::id(), vec![WORKER, WorkerId(7), WorkerId(9)]);
    let events = fixture.sweep();
    barrier.wait();
    for thread in threads {
        thread.join().unwrap();
    }

    let private: Vec<_> =
        worker_samples(&events).iter().map(|(worker, s)| (worker.0, s.private_bytes.is_some())).collect();
    assert_eq!(private, [(3, true), (7, false)], "{events:?}");
}

#[test]
fn exited_processes_are_skipped_and_counted() {
    let gone = ChildGuard::start("exit 0");
    gone.wait_for_zombie();
    let mut fixture = SamplerFixture::new();
    fixture.live_processes.add(LANE, gone.pid(), vec![WORKER]);
    fixture.live_processes.add(LANE, 100_000_000, vec![WorkerId(4)]);
    let events = fixture.sweep();
    assert_eq!((worker_samples(&events).len(), skipped_count(&events)), (0, 2), "{events:?}");

    // A process that is removed from the list while it is being sampled has its samples dropped.
    let (sender, receiver) = unbounded();
    let sampled = Event::WorkerSampled { worker: WORKER, sample: ProcessSample::default() };
    send_samples_of_live(
        vec![(1, vec![StampedEvent { at: 0, lane: Some(LANE), event: sampled }])],
        0,
        5,
        &LiveProcesses::default(),
        &sender,
    );
    let skipped = Event::SamplesSkipped { count: 1 };
    assert_eq!(receiver.try_recv(), Ok(vec![StampedEvent { at: 5, lane: None, event: skipped }]));
}

#[test]
fn a_sweep_over_budget_is_continued_by_the_next() {
    const PROCESSES: u32 = 5000;
    let idle = ChildGuard::start("read x");
    let mut fixture = SamplerFixture::new();
    fixture.live_processes.add(LANE, idle.pid(), vec![WORKER]);
    for pid in 0..PROCESSES {
        fixture.live_processes.add(LANE, 100_000_000 + pid, vec![WorkerId(pid)]);
    }
    let first = fixture.sweep();
    assert_eq!(worker_samples(&first).len(), 1, "lowest first");
    assert!(skipped_count(&first) < PROCESSES, "one sweep sampled all");
    let again = (0..PROCESSES).find(|_| !worker_samples(&fixture.sweep()).is_empty());
    assert!(again.is_some_and(|sweeps| sweeps > 0), "{again:?}: sampled again at once or never");
}

#[test]
fn a_zombie_has_exact_usage_even_if_killed() {
    let ended = ChildGuard::start("i=0; while [ $i -lt 5000 ]; do i=$((i+1)); done");
    ended.wait_for_zombie();
    let usage = zombie_usage(ended.pid()).unwrap();
    assert_eq!(usage.cpu_ns, read_proc_field(ended.pid(), "schedstat", 0));
    assert!(usage.cpu_ns > 100_000, "{usage:?}");
    let status = Process::new(ended.pid().cast_signed()).unwrap().status().unwrap();
    assert_eq!(Some(usage.voluntary_switches), status.voluntary_ctxt_switches);
    assert_eq!(Some(usage.involuntary_switches), status.nonvoluntary_ctxt_switches);

    let mut killed = ChildGuard::start("while :; do :; done");
    killed.0.kill().unwrap();
    killed.wait_for_zombie();
    assert!(zombie_usage(killed.pid()).unwrap().cpu_ns > 0);
    drop(killed);
    assert_eq!(zombie_usage(100_000_000), None);
}

#[test]
fn a_thread_reads_its_own_usage() {
    thread::spawn(|| {
        let began = clock::thread_cpu_time();
        while clock::thread_cpu_time() - began < 3_000_000 {}
        let before = thread_usage().unwrap();
        let mut after = before;
        // The time may be over before the thread sleeps.
        wait_until("the thread has slept", || {
            thread::park_timeout(Duration::from_millis(1));
            after = thread_usage().unwrap();
            after.voluntary_switches > before.voluntary_switches
        });
        assert!(before.cpu_ns >= 3_000_000 && after.cpu_ns > before.cpu_ns, "{before:?} {after:?}");
    })
    .join()
    .unwrap();
}

#[test]
fn pss_is_unknown_if_that_of_a_live_process_is_unreadable() {
    let gone = || Err(ProcError::NotFound(None));
    assert_eq!(total_pss([Ok(1), gone(), Ok(2)].into_iter()), Some(3));
    assert_eq!(total_pss([Ok(1), Err(ProcError::PermissionDenied(None))].into_iter()), None);
    assert_eq!(total_pss([gone()].into_iter()), None);
}

#[test]
fn scheduler_statistics_that_the_kernel_does_not_collect_are_unknown() {
    let schedstat = |sum_exec_runtime, pcount| Schedstat { sum_exec_runtime, run_delay: 0, pcount };
    assert!(scheduler_statistics(schedstat(0, 0)).is_err());
    assert_eq!(scheduler_statistics(schedstat(5, 1)).unwrap().sum_exec_runtime, 5);
}
