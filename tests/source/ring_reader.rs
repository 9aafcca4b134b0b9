//! Reading of ring files.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt, symlink};
use std::thread;

use mpviz::event::ObservationGap;
use mpviz::report::phrases::observation_gap;
use mpviz::source::python::record::{Record, ReportingProcess, StampedRecord};
use mpviz::source::python::ring_reader::{Poll, ProcessState, ReadBuffers, RingError, RingReader};
use proptest::prelude::*;
use tempfile::TempDir;

use crate::support::ring_writer::{FIRST_SLOTS, RingWriter, SECOND_SLOTS, Written, header, slots_of};

const PID: u32 = 4188;
const START: u64 = 1000;
const PROCESS: ReportingProcess = ReportingProcess { pid: PID, start: START };
const NS_PER_S: u64 = 1_000_000_000;

/// A reader with what it has read.
struct Reading {
    reader: RingReader,
    buffers: ReadBuffers,
    records: Vec<StampedRecord>,
}

impl Reading {
    fn of(writer: &RingWriter) -> Self {
        let reader = RingReader::open(writer.dir(), PROCESS).unwrap();
        Self { reader, buffers: ReadBuffers::default(), records: Vec::new() }
    }

    fn poll_at(&mut self, now: u64, state: ProcessState) -> Result<Poll, RingError> {
        self.reader.poll(now, state, &mut self.buffers, &mut self.records)
    }

    fn poll(&mut self) -> bool {
        self.poll_at(NS_PER_S, ProcessState::Running).unwrap().is_complete
    }

    fn poll_to_end(&mut self) {
        assert!((0..1000).any(|_| self.poll()), "reading did not end");
    }

    /// The jobs of the finished tasks. Panics if a record is torn.
    fn jobs(&self) -> Vec<u64> {
        let job = |stamped: &StampedRecord| match &stamped.record {
            Record::TaskFinished { task, tid, cpu_ns, result_bytes } => {
                let job = task.job;
                assert_eq!((task.index, u64::from(*tid), *cpu_ns), (job + 1, job + 2, job + 3));
                assert_eq!(*result_bytes, job as u32);
                Some(job)
            }
            _ => None,
        };
        self.records.iter().filter_map(job).collect()
    }

    /// Starts and ends of the tasks of a worker process: job, time, and whether it is a start.
    fn runs(&self) -> Vec<(u64, u64, bool)> {
        self.records
            .iter()
            .map(|stamped| match &stamped.record {
                Record::TaskStarted { task, .. } => (task.job, stamped.at, true),
                Record::TaskFinished { task, .. } => (task.job, stamped.at, false),
                other => panic!("{other:?}"),
            })
            .collect()
    }

    fn faults(&self) -> Vec<&str> {
        self.records
            .iter()
            .filter_map(|stamped| match &stamped.record {
                Record::ShimFault { hook, .. } => Some(hook.as_str()),
                _ => None,
            })
            .collect()
    }
}

fn directory_and_writer() -> (TempDir, RingWriter) {
    let dir = tempfile::tempdir().unwrap();
    let writer = RingWriter::new(dir.path(), PID, START);
    (dir, writer)
}

fn write_jobs(writer: &mut RingWriter, jobs: impl Iterator<Item = i64>) {
    jobs.for_each(|job| writer.write(&Written::finished(job), START + job as u64));
}

#[test]
fn records_are_read_once_with_their_text_and_time() {
    let (_dir, mut writer) = directory_and_writer();
    let mut reading = Reading::of(&writer);
    assert!(reading.poll() && reading.records.is_empty());
    let text = "hook".repeat(60);
    write_jobs(&mut writer, 0..3);
    writer.write(&Written::fault(&text), START + 3);
    write_jobs(&mut writer, 4..6);
    assert!(reading.poll() && reading.poll());
    assert_eq!(reading.jobs(), [0, 1, 2, 4, 5]);
    assert_eq!(reading.faults(), [text]);
    assert_eq!(reading.records.iter().map(|record| record.at - START).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
    assert_eq!((reading.reader.dropped(), reading.reader.invalid()), (0, 0));
}

#[test]
fn reading_continues_in_the_second_file() {
    let (_dir, mut writer) = directory_and_writer();
    let mut reading = Reading::of(&writer);
    // The text of one record lies in both files.
    let text = "x".repeat(200);
    write_jobs(&mut writer, 0..1022);
    writer.write(&Written::fault(&text), START);
    write_jobs(&mut writer, 1022..9000);
    reading.poll_to_end();
    assert!(writer.second_path().exists());
    assert_eq!(reading.jobs(), (0..9000).collect::<Vec<_>>());
    assert_eq!(reading.faults(), [text]);
    assert_eq!(reading.reader.dropped(), 0);
}

#[test]
fn overwritten_records_are_counted_and_the_rest_is_read() {
    let (_dir, mut writer) = directory_and_writer();
    let mut reading = Reading::of(&writer);
    write_jobs(&mut writer, 0..1022);
    // Number 1023, with text in 1024 to 1028: what is in the second file will be overwritten.
    writer.write(&Written::fault(&"x".repeat(200)), START);
    write_jobs(&mut writer, 1022..50_000);
    reading.poll_to_end();
    let oldest = writer.next - u64::from(SECOND_SLOTS);
    let oldest_job = oldest - 7;
    assert_eq!(reading.jobs(), (0..1022).chain(oldest_job..50_000).collect::<Vec<_>>());
    assert_eq!(reading.faults(), [""]);
    assert_eq!(reading.reader.dropped(), oldest - 1025);
    write_jobs(&mut writer, 50_000..50_010);
    reading.poll();
    assert_eq!(reading.jobs().last(), Some(&50_009));
    assert_eq!(reading.reader.dropped(), oldest - 1025);
}

#[test]
fn the_last_poll_of_a_process_reads_or_counts_all_records() {
    const RECORDS: i64 = 100_000;
    let (_dir, mut writer) = directory_and_writer();
    let mut reading = Reading::of(&writer);
    write_jobs(&mut writer, 0..RECORDS);
    assert!(reading.poll_at(NS_PER_S, ProcessState::Ended).unwrap().is_complete);
    let jobs = reading.jobs();
    assert_eq!(jobs.last(), Some(&(RECORDS as u64 - 1)));
    assert_eq!(jobs.len() as u64 + reading.reader.dropped(), RECORDS as u64);
}

#[test]
fn one_file_is_used_in_laps_if_there_is_no_second() {
    let (_dir, mut writer) = directory_and_writer();
    writer.is_second_refused = true;
    let mut reading = Reading::of(&writer);
    for lap in 0..5 {
        write_jobs(&mut writer, lap * 1000..(lap + 1) * 1000);
        reading.poll();
    }
    assert_eq!(reading.jobs(), (0..5000).collect::<Vec<_>>());
    write_jobs(&mut writer, 5000..10_000);
    reading.poll();
    assert_eq!(reading.jobs()[5000..], (10_000 - u64::from(FIRST_SLOTS)..10_000).collect::<Vec<_>>());
    assert_eq!(reading.reader.dropped(), 5000 - u64::from(FIRST_SLOTS));
}

#[test]
fn numbers_wrap_around() {
    for (before_wrap, is_second_refused) in [(0, true), (7, true), (FIRST_SLOTS, false), (2 * SECOND_SLOTS, false)] {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = RingWriter::starting_with(dir.path(), PID, START, u32::MAX - before_wrap);
        writer.is_second_refused = is_second_refused;
        let mut reading = Reading::of(&writer);
        for part in 0..60 {
            write_jobs(&mut writer, part * 1000..(part + 1) * 1000);
            reading.poll_to_end();
        }
        assert_eq!(reading.jobs(), (0..60_000).collect::<Vec<_>>());
        assert_eq!(reading.reader.dropped(), 0);
    }
}

#[test]
fn a_record_that_another_thread_has_not_written_yet_is_waited_for() {
    let (_dir, mut writer) = directory_and_writer();
    let mut reading = Reading::of(&writer);
    write_jobs(&mut writer, 0..1);
    let first = writer.reserve(1);
    let second = writer.reserve(1);
    assert!(reading.poll_at(1, ProcessState::Running).unwrap().is_complete, "nothing shows that one is missing");
    write_jobs(&mut writer, 3..5);
    assert!(!reading.poll_at(1, ProcessState::Running).unwrap().is_complete);
    assert_eq!(reading.jobs(), [0]);
    writer.write_reserved(first, &Written::finished(1), START);
    writer.write_reserved(second, &Written::finished(2), START);
    assert!(reading.poll_at(NS_PER_S, ProcessState::Running).unwrap().is_complete);
    assert_eq!(reading.jobs(), [0, 1, 2, 3, 4]);
    assert_eq!(reading.reader.dropped(), 0);
}

#[test]
fn a_record_that_is_never_written_is_dropped_after_a_time() {
    let (_dir, mut writer) = directory_and_writer();
    let mut reading = Reading::of(&writer);
    let missing = writer.reserve(3);
    write_jobs(&mut writer, 0..2);
    assert!(!reading.poll_at(1, ProcessState::Running).unwrap().is_complete);
    assert!(reading.poll_at(NS_PER_S, ProcessState::Running).unwrap().is_complete);
    assert_eq!((reading.jobs(), reading.reader.dropped()), (vec![0, 1], 3));
    // Written too late.
    writer.write_reserved(missing, &Written::finished(9), START);
    assert!(reading.poll());
    assert_eq!((reading.jobs(), reading.reader.dropped()), (vec![0, 1], 3));
}

#[test]
fn a_record_whose_text_is_never_written_loses_it() {
    let (_dir, mut writer) = directory_and_writer();
    let mut reading = Reading::of(&writer);
    let number = writer.reserve(3);
    let slots = slots_of(&Written::fault(&"x".repeat(90)), number, START);
    writer.write_slot(number, &slots[0]);
    writer.write_slot(number + 1, &slots[1]);
    assert!(!reading.poll_at(1, ProcessState::Running).unwrap().is_complete);
    assert!(reading.poll_at(NS_PER_S, ProcessState::Running).unwrap().is_complete);
    assert_eq!((reading.faults(), reading.reader.dropped()), (vec![""], 1));
    write_jobs(&mut writer, 0..1);
    assert!(reading.poll());
    assert_eq!((reading.jobs(), reading.reader.dropped()), (vec![0], 1));
}

#[test]
fn the_records_of_a_process_that_has_ended_are_not_waited_for() {
    let (_dir, mut writer) = directory_and_writer();
    let mut reading = Reading::of(&writer);
    writer.reserve(1);
    write_jobs(&mut writer, 0..2);
    let number = writer.reserve(2);
    writer.write_slot(number, &slots_of(&Written::fault("text"), number, START)[0]);
    assert!(!reading.poll_at(1, ProcessState::Running).unwrap().is_complete);
    assert!(reading.poll_at(1, ProcessState::Ended).unwrap().is_complete);
    assert_eq!((reading.jobs(), reading.faults()), (vec![0, 1], vec![""]));
    assert_eq!(reading.reader.dropped(), 2);
}

#[test]
fn the_running_task_is_read_once_and_again_at_its_end() {
    let (_dir, mut writer) = directory_and_writer();
    let mut reading = Reading::of(&writer);
    // One task ends between two polls, one runs at a poll, and one is running still.
    writer.write(&Written::ran(1, START + 10), START + 20);
    writer.write_running(&Written::started(2), START + 30, false);
    for _ in 0..2 {
        assert!(reading.poll());
    }
    assert_eq!(reading.runs(), [(2, START + 30, true), (1, START + 10, true), (1, START + 20, false)]);
    reading.records.clear();
    // Another one runs when the end of the one before is read.
    writer.write(&Written::ran(2, START + 30), START + 40);
    writer.write(&Written::ran(3, START + 50), START + 60);
    writer.write_running(&Written::started(4), START + 70, false);
    assert!(reading.poll());
    let ended = [(2, START + 40, false), (3, START + 50, true), (3, START + 60, false)];
    assert_eq!(reading.runs(), [&[(4, START + 70, true)], &ended[..]].concat());
    reading.records.clear();
    writer.write(&Written::ran(4, START + 70), START + 80);
    writer.write(&Written::ran(5, START + 90), START + 100);
    assert!(reading.poll());
    assert_eq!(reading.runs(), [(4, START + 80, false), (5, START + 90, true), (5, START + 100, false)]);
    reading.records.clear();
    // Its end was read first.
    writer.write_running(&Written::started(5), START + 90, false);
    assert!(reading.poll());
    assert_eq!(reading.runs(), []);
}

#[test]
fn a_running_task_that_is_being_written_is_read_later() {
    let (_dir, writer) = directory_and_writer();
    let mut reading = Reading::of(&writer);
    writer.write_running(&Written::started(1), START + 10, true);
    assert!(!reading.poll());
    assert_eq!(reading.runs(), []);
    assert!(reading.poll(), "a writer that has stopped is not waited for");
    writer.write_running(&Written::started(1), START + 10, false);
    assert!(reading.poll());
    assert_eq!(reading.runs(), [(1, START + 10, true)]);
}

#[test]
fn no_torn_record_is_read_from_a_concurrent_writer() {
    const RECORDS: u64 = 300_000;
    let (_dir, mut writer) = directory_and_writer();
    writer.is_second_refused = true;
    let mut reading = Reading::of(&writer);
    let writing =
        thread::spawn(move || (0..RECORDS).for_each(|job| writer.write_torn(&Written::finished(job as i64), START)));
    while !writing.is_finished() {
        reading.poll();
    }
    writing.join().unwrap();
    reading.poll_to_end();
    let jobs = reading.jobs();
    assert!(jobs.windows(2).all(|pair| pair[0] < pair[1]));
    assert_eq!(jobs.last(), Some(&(RECORDS - 1)));
    assert_eq!(jobs.len() as u64 + reading.reader.dropped(), RECORDS);
}

#[test]
fn records_of_no_meaning_are_counted_and_passed() {
    let (_dir, mut writer) = directory_and_writer();
    let mut reading = Reading::of(&writer);
    writer.write(&Written { kind: 555, ..Written::default() }, START);
    write_jobs(&mut writer, 0..1);
    assert!(reading.poll());
    assert_eq!((reading.jobs(), reading.reader.invalid()), (vec![0], 1));
}

#[test]
fn times_are_clamped_to_those_of_the_process() {
    let (_dir, mut writer) = directory_and_writer();
    let mut reading = Reading::of(&writer);
    for time in [0, u64::MAX] {
        writer.write(&Written::finished(1), time);
    }
    assert!(reading.poll());
    assert_eq!(reading.records.iter().map(|record| record.at).collect::<Vec<_>>(), [START, 2 * NS_PER_S]);
}

/// The sentence with which a file of these bytes is refused.
fn refusal(bytes: &[u8]) -> String {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(PROCESS.file_name()), bytes).unwrap();
    let error = RingReader::open(dir.path(), PROCESS).unwrap_err();
    observation_gap(&error.into()).replace(&dir.path().display().to_string(), "DIR")
}

#[test]
fn unusable_files_are_refused_with_a_sentence() {
    let whole = |header: [u8; 64]| [&header[..], &[0; 64 * 17]].concat();
    let file = "the reports of a process cannot be read: DIR/4188-1000.ring";
    for (bytes, problem) in [
        (vec![], "has 0 bytes instead of 64"),
        (vec![0; 9000], "is damaged or of another process; start the program again"),
        (whole(header(12, PID, 1, START)), "is damaged or of another process; start the program again"),
        (whole(header(16, PID, 1, START))[..1000].to_vec(), "has 1000 bytes instead of 1152"),
        (whole(header(8, PID, 1, START)), "has 1152 bytes instead of 640"),
        (whole(header(16, PID + 1, 1, START)), "is damaged or of another process; start the program again"),
        (whole(header(16, PID, 1, START + 1)), "is damaged or of another process; start the program again"),
    ] {
        assert_eq!(refusal(&bytes), format!("{file} {problem}"));
    }
}

#[test]
fn links_and_directories_are_not_read() {
    let (dir, writer) = directory_and_writer();
    let link = dir.path().join("1-1.ring");
    symlink(writer.path(), &link).unwrap();
    fs::create_dir(dir.path().join("2-2.ring")).unwrap();
    nix::unistd::mkfifo(&dir.path().join("3-3.ring"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    for number in [1, 2, 3] {
        let process = ReportingProcess { pid: number, start: number.into() };
        let gap = RingReader::open(dir.path(), process).unwrap_err().into();
        assert!(
            matches!(gap, ObservationGap::FileUnreadable { .. } | ObservationGap::FileForeign { .. }),
            "{number}: {gap:?}"
        );
    }
}

#[test]
fn a_file_that_is_truncated_meanwhile_is_an_error() {
    let (_dir, mut writer) = directory_and_writer();
    let mut reading = Reading::of(&writer);
    write_jobs(&mut writer, 0..3);
    assert!(reading.poll());
    File::options().write(true).open(writer.path()).unwrap().set_len(100).unwrap();
    let gap = reading.poll_at(NS_PER_S, ProcessState::Running).unwrap_err().into();
    assert!(matches!(gap, ObservationGap::FileResized { found: 100, expected: 65_664, .. }), "{gap:?}");
}

#[test]
fn a_second_file_of_another_process_is_an_error() {
    let (_dir, mut writer) = directory_and_writer();
    let mut reading = Reading::of(&writer);
    write_jobs(&mut writer, 0..2000);
    let second = File::options().write(true).open(writer.second_path()).unwrap();
    second.write_all_at(&header(SECOND_SLOTS, PID + 1, 1025, START), 0).unwrap();
    let gap = reading.poll_at(NS_PER_S, ProcessState::Running).unwrap_err().into();
    let ObservationGap::FileInvalid { file } = gap else { panic!("{gap:?}") };
    assert!(file.as_str().ends_with("4188-1000.ring2"), "{file}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]
    #[test]
    fn reading_any_bytes_ends(
        slots in 0..7_u32,
        first_number in prop_oneof![0..3_u32, Just(u32::MAX), any::<u32>()],
        words in prop::collection::vec(prop_oneof![0..80_u32, Just(u32::MAX), any::<u32>()], 65 * 16),
        seconds in 0..7_u32,
    ) {
        // Numbers near those expected, at both ends of a slot, so that the reader accepts some.
        let dir = tempfile::tempdir().unwrap();
        let file = |slots: u32, first_number| {
            let mut bytes = header(1 << slots, PID, first_number, START).to_vec();
            // The running task, then the slots.
            for slot in words.chunks(16).take(1 + (1 << slots)) {
                let number = first_number.wrapping_add(slot[0]).to_le_bytes();
                bytes.extend(number);
                bytes.extend(slot[1..15].iter().flat_map(|word| word.to_le_bytes()));
                bytes.extend(number);
            }
            bytes
        };
        let path = dir.path().join(PROCESS.file_name());
        fs::write(&path, file(slots, first_number)).unwrap();
        fs::write(path.with_extension("ring2"), file(seconds, first_number.wrapping_add(1 << slots))).unwrap();
        let mut reader = RingReader::open(dir.path(), PROCESS).unwrap();
        let (mut buffers, mut records) = (ReadBuffers::default(), Vec::new());
        for (now, state) in [(1, ProcessState::Running), (NS_PER_S, ProcessState::Running), (0, ProcessState::Ended)] {
            for _ in 0..3 {
                reader.poll(now, state, &mut buffers, &mut records).unwrap();
            }
        }
        // Two of a task that ran, and the running task at each poll.
        prop_assert!(records.len() <= 2 * 64 * 2 + 9);
    }
}
