//! Soak test: restarts, mode changes, kills, suspensions and resizes as fast as possible. Memory, descriptors and
//! threads stay constant, and no process is left.
//!
//! `cargo test --release --test terminal soak -- --ignored --nocapture`; `MPVIZ_SOAK` is the duration in minutes, 10
//! by default.

use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::session::Session;
use crate::support::{children_of, workers_of};

const KEYS: [&str; 24] = [
    "r", "r", "1", "2", "3", "4", "i", "+", "-", " ", "\x1b[D", "\x1b[C", ",", ".", "<", ">", "\x1b[H", "\x1b[F", "\t",
    "\x1b[B", "\r", "o", "z", "ky",
];

/// Resources of mpviz when nothing runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Footprint {
    resident_kb: u64,
    descriptors: usize,
    threads: usize,
}

impl Footprint {
    fn measure(pid: u32) -> Self {
        let statm = std::fs::read_to_string(format!("/proc/{pid}/statm")).unwrap();
        let count = |dir: &str| std::fs::read_dir(format!("/proc/{pid}/{dir}")).unwrap().count();
        let pages: u64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
        Self { resident_kb: pages * 4, descriptors: count("fd"), threads: count("task") }
    }
}

/// Presses a random key, resizes, stops mpviz, or kills a worker.
fn disturb(session: &mut Session, pid: u32, rng: &mut fastrand::Rng) {
    let send = |pid: u32, signal| {
        let _ = kill(Pid::from_raw(pid as i32), signal);
    };
    match rng.usize(..32) {
        n @ 0..24 => session.press(KEYS[n]),
        // Twice as many tasks, and back.
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
fn soak() {
    let minutes = std::env::var("MPVIZ_SOAK").map_or(10.0, |minutes| minutes.parse().expect("MPVIZ_SOAK is minutes"));
    let time = Duration::from_secs_f64(minutes * 60.0);
    let args = ["--numbers", "400k", "--io-latency", "10ms"];
    let mut session = Session::start(120, 40, &args);
    let pid = session.pid();
    let (mut rng, mut rounds, began) = (fastrand::Rng::with_seed(11), 0_u32, Instant::now());
    let mut footprints: Vec<Footprint> = Vec::new();
    while began.elapsed() < time {
        for _ in 0..20 {
            disturb(&mut session, pid, &mut rng);
            session.read(Duration::from_millis(rng.u64(..60)));
        }
        // Close what is open, then start a run that ends by itself.
        session.resize(120, 40);
        session.press("\x1b");
        session.read(Duration::from_millis(50));
        session.press("nr");
        session.see_when("nothing runs", |session| {
            assert!(session.screen.screen().alternate_screen(), "mpviz ended: {}", session.text());
            session.text().contains("FINISHED") && children_of(pid).is_empty()
        });
        rounds += 1;
        footprints.push(Footprint::measure(pid));
        if rounds.is_multiple_of(20) {
            println!(
                "{:>6.0} s, {rounds} rounds: {:?}",
                began.elapsed().as_secs_f64(),
                footprints[footprints.len() - 1]
            );
        }
    }
    let third = footprints.len() / 3;
    let max_resident = |part: &[Footprint]| part.iter().map(|footprint| footprint.resident_kb).max().unwrap();
    println!("{rounds} rounds; first {:?}; last {:?}", footprints[0], footprints[footprints.len() - 1]);
    println!(
        "resident at most: {} kB in the first third, {} kB after it",
        max_resident(&footprints[..=third]),
        max_resident(&footprints[third..])
    );
    let min = |count: fn(&Footprint) -> usize, part: &[Footprint]| part.iter().map(count).min().unwrap();
    for count in [|footprint: &Footprint| footprint.descriptors, |footprint: &Footprint| footprint.threads] {
        assert!(min(count, &footprints[third..]) <= min(count, &footprints[..=third]), "{footprints:?}");
    }
    assert!(
        max_resident(&footprints[third..]) <= max_resident(&footprints[..=third]) * 5 / 4 + 4096,
        "memory grows: {footprints:?}"
    );
    session.press("q");
    session.end(pid);
}
