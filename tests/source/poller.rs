//! Polling of the ring files of many processes.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, unbounded};
use mpviz::event::ObservationGap;
use mpviz::source::python::poller::{Poller, RecordBatch};
use mpviz::source::python::record::{Record, StampedRecord};
use mpviz::system::clock::monotonic;
use tempfile::TempDir;

use crate::support::MAX_WAIT;
use crate::support::ring_writer::{RingWriter, Written};

/// A poller with what it has sent.
struct Polled {
    dir: TempDir,
    poller: Option<Poller>,
    batches: Receiver<RecordBatch>,
    records: Vec<StampedRecord>,
    dropped: u64,
    problems: Vec<ObservationGap>,
    complete_until: u64,
}

impl Polled {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (sender, batches) = unbounded();
        let poller = Some(Poller::start(dir.path().to_owned(), sender).unwrap());
        Self { dir, poller, batches, records: Vec::new(), dropped: 0, problems: Vec::new(), complete_until: 0 }
    }

    /// The ring files of a process that lives as long as the test.
    fn writer(&self, start: u64) -> RingWriter {
        RingWriter::new(self.dir.path(), std::process::id(), start)
    }

    fn take(&mut self, batch: RecordBatch) {
        assert!(batch.complete_until >= self.complete_until);
        assert!(batch.records.iter().all(|record| record.at < batch.complete_until));
        assert!(batch.records.is_sorted_by_key(|record| record.at));
        self.complete_until = batch.complete_until;
        self.records.extend(batch.records);
        self.dropped += batch.dropped;
        self.problems.extend(batch.problems);
    }

    fn receive_until(&mut self, what: &str, is_reached: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + MAX_WAIT;
        while !is_reached(self) {
            let batch =
                self.batches.recv_deadline(deadline).unwrap_or_else(|_| panic!("timed out waiting until {what}"));
            self.take(batch);
        }
    }

    fn stop(&mut self) {
        self.poller.take().unwrap().stop();
        while let Ok(batch) = self.batches.try_recv() {
            self.take(batch);
        }
    }

    /// The jobs of each process, by its start.
    fn jobs_by_start(&self) -> BTreeMap<u64, Vec<u64>> {
        let mut jobs = BTreeMap::<_, Vec<_>>::new();
        for stamped in &self.records {
            let Record::TaskFinished { task, .. } = stamped.record else { panic!("{stamped:?}") };
            jobs.entry(stamped.process.start).or_default().push(task.job);
        }
        jobs
    }
}

#[test]
fn records_of_all_processes_are_merged_by_time() {
    const WRITERS: u64 = 8;
    const RECORDS: u64 = 3000;
    let mut polled = Polled::start();
    let mut writers: Vec<_> = (0..WRITERS).map(|start| polled.writer(start)).collect();
    for job in 0..RECORDS {
        writers[(job % WRITERS) as usize].write(&Written::finished(job as i64), monotonic());
    }
    let written = monotonic();
    polled.receive_until("all are complete", |polled| polled.complete_until > written);
    assert_eq!(polled.records.len() as u64, RECORDS);
    assert_eq!(polled.jobs_by_start().len() as u64, WRITERS);
    polled.stop();
    assert_eq!((polled.records.len() as u64, polled.dropped), (RECORDS, 0));
    assert_eq!(polled.problems, []);
}

#[test]
fn all_processes_are_found_however_close_in_time_their_files_are_made() {
    let mut polled = Polled::start();
    for start in 0..200 {
        polled.writer(start).write(&Written::finished(start as i64), monotonic());
        if start % 10 == 0 {
            thread::sleep(Duration::from_millis(3));
        }
    }
    polled.receive_until("all processes are found", |polled| polled.records.len() == 200);
    assert_eq!(
        polled.jobs_by_start().into_iter().collect::<Vec<_>>(),
        (0..200).map(|i| (i, vec![i])).collect::<Vec<_>>()
    );
}

#[test]
fn everything_written_is_read_when_polling_stops() {
    let mut polled = Polled::start();
    let mut writers: Vec<_> = (0..5).map(|start| polled.writer(start)).collect();
    for writer in &mut writers {
        (0..2000).for_each(|job| writer.write(&Written::finished(job), monotonic()));
        // This number is reserved, and its record is never written.
        writer.reserve(1);
        writer.write(&Written::finished(2000), monotonic());
    }
    polled.stop();
    let jobs = polled.jobs_by_start();
    assert_eq!(jobs.len(), 5);
    assert!(jobs.values().all(|jobs| jobs.iter().copied().eq(0..=2000)));
    assert_eq!((polled.dropped, polled.complete_until), (5, u64::MAX));
}

#[test]
fn the_files_of_a_process_that_has_ended_are_read_and_deleted() {
    let mut polled = Polled::start();
    // Ends with its input, after it has written.
    let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
    let mut ended = RingWriter::new(polled.dir.path(), child.id(), 7);
    let alive = polled.writer(8);
    (0..1500).for_each(|job| ended.write(&Written::finished(job), monotonic()));
    drop(child.stdin.take());
    child.wait().unwrap();
    polled.receive_until("the records are read", |polled| polled.records.len() == 1500);
    let (first, second) = (ended.path(), ended.second_path());
    polled.receive_until("the files are deleted", |_| !first.exists() && !second.exists());
    assert!(alive.path().exists());
    assert_eq!(polled.problems, []);
}

#[test]
fn unreadable_processes_are_a_problem_once_and_do_not_stop_others() {
    let mut polled = Polled::start();
    fs::write(polled.dir.path().join("1-1.ring"), "").unwrap();
    fs::write(polled.dir.path().join("other"), "").unwrap();
    let mut unknown = polled.writer(2);
    (0..2).for_each(|_| unknown.write(&Written { kind: 99, ..Written::default() }, monotonic()));
    polled.writer(3).write(&Written::finished(5), monotonic());
    polled.receive_until("the record is read", |polled| polled.records.len() == 1);
    polled.stop();
    let [ObservationGap::FileResized { file, found: 0, .. }, ObservationGap::RecordsInvalid { pid }] =
        &polled.problems[..]
    else {
        panic!("{:?}", polled.problems)
    };
    assert!(file.as_str().ends_with("/1-1.ring"), "{file}");
    assert_eq!(*pid, std::process::id());
}

#[test]
fn every_record_of_a_burst_is_read_or_counted_as_dropped() {
    const RECORDS: u64 = 200_000;
    let mut polled = Polled::start();
    let mut writer = polled.writer(1);
    let burst = thread::spawn(move || {
        (0..RECORDS).for_each(|job| writer.write(&Written::finished(job as i64), monotonic()));
    });
    polled.receive_until("the burst is over", |_| burst.is_finished());
    polled.stop();
    let jobs = &polled.jobs_by_start()[&1];
    assert!(jobs.is_sorted());
    assert_eq!(jobs.len() as u64 + polled.dropped, RECORDS);
    assert_eq!(jobs.last(), Some(&(RECORDS - 1)));
}
