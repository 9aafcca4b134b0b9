//! Cost of reading ring files: per record of a burst, with many processes that write little, and with idle ones.

mod measure;
#[allow(dead_code, unreachable_pub, reason = "shared with the tests")]
#[path = "../tests/support/ring_writer.rs"]
mod ring_writer;

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::unbounded;
use measure::{print_figure, print_ratio_with_maximum};
use mpviz::source::python::poller::Poller;
use mpviz::source::python::record::ReportingProcess;
use mpviz::source::python::ring_reader::{ProcessState, ReadBuffers, RingReader};
use mpviz::system::clock::{monotonic, process_cpu_time, thread_cpu_time};
use ring_writer::{RingWriter, Written};
use tempfile::TempDir;

const NS_PER_S: u64 = 1_000_000_000;
const MEASURED_TIME: Duration = Duration::from_secs(5);
/// Records of all processes per second, where there are many.
const RECORDS_PER_S: u64 = 1000;

fn main() {
    print_figure("reading a record of a burst", ns_per_record_of_burst(), "ns");
    for (processes, is_writing, target) in
        [(64, true, 0.02), (64, false, 0.02), (1000, true, 0.05), (1000, false, 0.05)]
    {
        let name = format!("{processes} processes, {} records/s: cores", if is_writing { RECORDS_PER_S } else { 0 });
        print_ratio_with_maximum(&name, cores_used(processes, is_writing), target);
    }
}

/// A directory in memory, as the real one is.
fn directory() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.expect("a directory")
}

fn ns_per_record_of_burst() -> f64 {
    let dir = directory();
    let mut writer = RingWriter::new(dir.path(), 1, 1);
    let mut reader = RingReader::open(dir.path(), ReportingProcess { pid: 1, start: 1 }).expect("a ring");
    let (mut buffers, mut read, mut spent) = (ReadBuffers::default(), 0, 0);
    for _ in 0..200 {
        (0..5000).for_each(|job| writer.write(&Written::finished(job), monotonic()));
        let mut records = Vec::new();
        let began = thread_cpu_time();
        let poll = reader.poll(monotonic(), ProcessState::Running, &mut buffers, &mut records);
        spent += thread_cpu_time() - began;
        assert!(poll.expect("a poll").is_complete);
        read += records.len();
    }
    assert_eq!(read, 200 * 5000);
    spent as f64 / read as f64
}

/// CPU time of polling in relation to time. The processes write in turn.
fn cores_used(processes: u64, is_writing: bool) -> f64 {
    let dir = directory();
    let mut writers: Vec<_> =
        (0..processes).map(|start| RingWriter::new(dir.path(), std::process::id(), start)).collect();
    let (sender, batches) = unbounded();
    let poller = Poller::start(dir.path().to_owned(), sender).expect("a thread");
    let receiver = thread::spawn(move || batches.into_iter().map(|batch| batch.records.len() as u64).sum::<u64>());
    // Until all are found.
    thread::sleep(Duration::from_millis(300));
    let (began, cpu_at_begin, own_at_begin) = (Instant::now(), process_cpu_time(), thread_cpu_time());
    let mut written = 0;
    while began.elapsed() < MEASURED_TIME {
        let due = if is_writing { began.elapsed().as_nanos() as u64 * RECORDS_PER_S / NS_PER_S } else { 0 };
        for job in written..due {
            writers[(job % processes) as usize].write(&Written::finished(job as i64), monotonic());
        }
        written = due;
        thread::sleep(Duration::from_millis(1));
    }
    let spent = process_cpu_time() - cpu_at_begin - (thread_cpu_time() - own_at_begin);
    let cores = spent as f64 / began.elapsed().as_nanos() as f64;
    poller.stop();
    assert_eq!(receiver.join().expect("no panic"), written);
    cores
}
