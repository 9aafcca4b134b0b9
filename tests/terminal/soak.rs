//! Soak test: changes, kills, suspends and restarts runs and resizes the screen for minutes, as fast as possible.
//! Memory, file descriptors and threads must stay constant, and no process may be left.
//!
//! Run it by `cargo test --release --test terminal soak -- --ignored --nocapture`. The environment variable
//! `MPVIZ_SOAK` is the duration in minutes, 10 by default.

use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::session::Session;
use crate::support::{children_of, workers_of};

const RANDOM_KEYS: [&str; 24] = [
    "r", "r", "1", "2", "3", "4", "i", "+", "-", " ", "\x1b[D", "\x1b[C", ",", ".", "<", ">", "\x1b[H", "\x1b[F", "\t",
    "\x1b[B", "\r", "o", "z", "ky",
];

/// Resources that the mpviz process uses while no run is active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ResourceUsage {
    resident_kb: u64,
    descriptors: usize,
    threads: usize,
}

impl ResourceUsage {
    fn measure_resources(pid: u32) -> Self {
        let statm = std::fs::read_to_string(format!("/proc/{pid}/statm")).unwrap();
        let count = |dir: &str| std::fs::read_dir(format!("/proc/{pid}/{dir}")).unwrap().count();
        let pages: u64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
        Self { resident_kb: pages * 4, descriptors: count("fd"), threads: count("task") }
    }
}

/// Does one random action: presses a key, resizes the screen, stops and continues mpviz, or kills a worker.
fn do_random_action(session: &mut Session, pid: u32, rng: &mut fastrand::Rng) {
    let send = |pid: u32, signal| {
        let _ = kill(Pid::from_raw(pid as i32), signal);
    };
    match rng.usize(..32) {
        n @ 0..24 => session.press(RANDOM_KEYS[n]),
        // Double the number of tasks, then halve it.
        24 => session.press("]["),
        25 | 26 => session.resize(1 + rng.u16(..200), 1 + rng.u16(..70)),
        27 => {
            send(pid, Signal::SIGSTOP);
            std::thread::sleep(Duration::from_millis(rng.u64(..100)));
            send(pid, Signal::SIGCONT);
        }
        _ => {
            let workers = workers_of(pid);
            rng.choice(&workers).into_iter().for_each(|worker| send(*worker, Signal::SIGKILL));
        }
    }
}

#[test]
#[ignore = "takes minutes: MPVIZ_SOAK says how many"]
fn memory_descriptors_and_threads_stay_constant() {
    let minutes = std::env::var("MPVIZ_SOAK").map_or(10.0, |minutes| minutes.parse().expect("MPVIZ_SOAK is minutes"));
    let duration = Duration::from_secs_f64(minutes * 60.0);
    let args = ["--numbers", "400k", "--io-latency", "10ms"];
    let mut session = Session::start(120, 40, &args);
    let pid = session.pid();
    let (mut rng, mut rounds, began) = (fastrand::Rng::with_seed(11), 0_u32, Instant::now());
    let mut usages: Vec<ResourceUsage> = Vec::new();
    while began.elapsed() < duration {
        for _ in 0..20 {
            do_random_action(&mut session, pid, &mut rng);
            session.read_output(Duration::from_millis(rng.u64(..60)));
        }
        // Close a zoom or the help by Esc, then start a short run and wait for its end.
        session.resize(120, 40);
        session.press("\x1b");
        session.read_output(Duration::from_millis(50));
        session.press("nr");
        session.wait_for_frame("nothing runs", |session| {
            assert!(session.screen.screen().alternate_screen(), "mpviz ended: {}", session.screen_text());
            session.screen_text().contains("FINISHED") && children_of(pid).is_empty()
        });
        rounds += 1;
        usages.push(ResourceUsage::measure_resources(pid));
        if rounds.is_multiple_of(20) {
            println!("{:>6.0} s, {rounds} rounds: {:?}", began.elapsed().as_secs_f64(), usages[usages.len() - 1]);
        }
    }
    let third = usages.len() / 3;
    let max_resident = |part: &[ResourceUsage]| part.iter().map(|usage| usage.resident_kb).max().unwrap();
    println!("{rounds} rounds; first {:?}; last {:?}", usages[0], usages[usages.len() - 1]);
    println!(
        "resident at most: {} kB in the first third, {} kB after it",
        max_resident(&usages[..=third]),
        max_resident(&usages[third..])
    );
    let min = |count: fn(&ResourceUsage) -> usize, part: &[ResourceUsage]| part.iter().map(count).min().unwrap();
    for count in [|usage: &ResourceUsage| usage.descriptors, |usage: &ResourceUsage| usage.threads] {
        assert!(min(count, &usages[third..]) <= min(count, &usages[..=third]), "{usages:?}");
    }
    assert!(
        max_resident(&usages[third..]) <= max_resident(&usages[..=third]) * 5 / 4 + 4096,
        "memory grows: {usages:?}"
    );
    session.press("q");
    session.wait_for_end(pid);
}
