//! Decoding of records.

use mpviz::event::text::SafeText;
use mpviz::event::workload::StartMethod;
use mpviz::event::{CallKind, CodeLocation, Exit, FinalUsage, ObservationGap, ParentUsage, PoolKind};
use mpviz::source::python::record::{
    CallNumber, Header, HeaderError, InterpreterOrigin, InvalidRecord, PoolNumber, PythonVersion, Record, RecordBytes,
    ReportingProcess, TaskKey, VERSION,
};
use mpviz::source::python::ring_reader::RingReader;
use proptest::prelude::*;

use crate::support::ring_writer::{Written, header, slots_of};

fn decode(kind: u16, words: [i64; 5], last_word: u32, text: &str) -> Result<Record, InvalidRecord> {
    let written = Written { kind, words, last_word, text: Vec::new() };
    Record::decode(&RecordBytes(slots_of(&written, 1, 0)[0]), text.as_bytes())
}

#[test]
fn file_of_another_version_is_an_error_with_both_versions() {
    let directory = tempfile::tempdir().unwrap();
    let process = ReportingProcess { pid: 41, start: 7 };
    let mut bytes = header(64, process.pid, 0, process.start).to_vec();
    bytes[8..12].copy_from_slice(&99_u32.to_le_bytes());
    std::fs::write(directory.path().join(process.file_name()), bytes).unwrap();
    let gap: ObservationGap = RingReader::open(directory.path(), process).unwrap_err().into();
    let ObservationGap::FileVersionDiffers { found: 99, expected, .. } = gap else { panic!("{gap:?}") };
    assert_eq!(expected, VERSION);
}

#[test]
fn every_kind_of_record_is_decoded() {
    let site = || Some(CodeLocation { file: "etl.py".into(), line: 31 });
    let (pool, task) = (PoolNumber(3), TaskKey { pool: Some(PoolNumber(3)), job: 7, index: 2 });
    let of_worker = TaskKey { pool: None, ..task };
    let version = PythonVersion { major: 3, minor: 11, micro: 7 };
    let expected = [
        (
            decode(1, [41, 0x03_0b_07, 1, 0, 0], 0, "cpython\x1fetl.py"),
            Record::Hello {
                parent: 41,
                version,
                origin: InterpreterOrigin::Forked,
                implementation: "cpython".into(),
                script: "etl.py".into(),
            },
        ),
        (
            decode(3, [3, 1, 4, 0, 2], 0, "etl.py\x1f31\x1fmain"),
            Record::PoolCreated {
                pool,
                kind: PoolKind::Pool,
                workers: 4,
                max_tasks_per_child: None,
                start_method: Some(StartMethod::Spawn),
                site: site(),
                function: "main".into(),
            },
        ),
        (
            decode(5, [3, 9, 2, -1, 0], 0, "etl.py\x1f31\x1fwork"),
            Record::CallMade {
                pool,
                call: CallNumber(9),
                kind: CallKind::Map,
                items: None,
                chunk: 1,
                site: site(),
                function: "work".into(),
            },
        ),
        (
            decode(6, [3, 7, 2, 5, 9], 4, ""),
            Record::TasksSubmitted {
                pool,
                job: 7,
                first: 2,
                count: Some(5),
                call: Some(CallNumber(9)),
                items_per_task: 4,
            },
        ),
        (decode(7, [3, 7, 2, 99, 5], 0, ""), Record::TasksQueued { first: task, count: 5, bytes: 99 }),
        (
            decode(8, [0, 7, 2, 50, 66], 4, ""),
            Record::TaskStarted { task: of_worker, tid: 50, receive_ns: 66, cpu_us: 4 },
        ),
        (
            decode(9, [0, 7, 2, 50, 66], 12, ""),
            Record::TaskFinished { task: of_worker, tid: 50, cpu_ns: 66, result_bytes: 12 },
        ),
        (
            decode(10, [0, 7, 2, 50, 66], 12, "ValueError"),
            Record::TaskFailed {
                task: of_worker,
                tid: 50,
                cpu_ns: 66,
                result_bytes: 12,
                exception: "ValueError".into(),
            },
        ),
        (decode(11, [3, 50, 0, 0, 0], 0, ""), Record::WorkerReady { pool: Some(pool), tid: 50 }),
        (
            decode(13, [60, 0, 0, 70, 80], 0, "Process-1\x1fwork\x1fetl.py\x1f31"),
            Record::ProcessSpawned {
                pid: 60,
                pool: None,
                start_method: None,
                start_ns: 70,
                bytes: 80,
                name: "Process-1".into(),
                target: "work".into(),
                site: site(),
            },
        ),
        (decode(14, [60, -9, 0, 0, 0], 0, ""), Record::ProcessReaped { pid: 60, exit: Exit::Signal(9) }),
        (
            decode(15, [51, 50, 0, 0, 0], 0, "Thread-1\x1fwork\x1f\x1f"),
            Record::ThreadStarted { tid: 51, starter: 50, name: "Thread-1".into(), target: "work".into(), site: None },
        ),
        (
            decode(18, [0; 5], 0, "Pool.__init__\x1fTypeError"),
            Record::ShimFault { hook: "Pool.__init__".into(), exception: "TypeError".into() },
        ),
    ];
    for (decoded, expected) in expected {
        assert_eq!(decoded, Ok(expected));
    }
}

#[test]
fn a_task_of_a_worker_process_and_a_kill_are_decoded() {
    let ran = Record::TaskRan {
        task: TaskKey { pool: None, job: 3, index: 4 },
        started: 5,
        receive_ns: 7,
        cpu_ns: 6,
        result_bytes: 8,
    };
    assert_eq!(decode(2, [3, 4, 5, 6, 7], 8, ""), Ok(ran));
    assert_eq!(decode(19, [60, 0, 0, 0, 0], 0, ""), Ok(Record::ProcessKilled { pid: 60 }));
    let address = || "tcp://127.0.0.1:8786".into();
    let decode = |kind| decode(kind, [0; 5], 0, "tcp://127.0.0.1:8786");
    assert_eq!(decode(20), Ok(Record::SchedulerStarted { address: address() }));
    assert_eq!(decode(21), Ok(Record::ClientConnected { address: address() }));
}

#[test]
fn numbers_out_of_range_are_clamped() {
    assert_eq!(
        decode(16, [i64::MAX, -5, 0, 0, 0], 0, ""),
        Ok(Record::ThreadEnded { tid: u32::MAX, cpu_ns: 0, usage: None })
    );
    let exit = Exit::Signal(i32::MAX);
    assert_eq!(decode(14, [-1, i64::MIN, 0, 0, 0], 0, ""), Ok(Record::ProcessReaped { pid: 0, exit }));
}

#[test]
fn ends_of_workers_and_threads_have_their_usage() {
    let used = FinalUsage { cpu_ns: 9, run_delay_ns: 8, voluntary_switches: 7, involuntary_switches: 6 };
    let usage = Some(used);
    assert_eq!(decode(12, [0, 50, 9, 8, 7], 6, ""), Ok(Record::WorkerEnded { pool: None, tid: 50, usage }));
    assert_eq!(decode(17, [51, 9, 8, 7, 0], 6, ""), Ok(Record::WorkerUsed { pid: 51, usage }));
    assert_eq!(decode(16, [51, 9, 8, 7, 0], 6, ""), Ok(Record::ThreadEnded { tid: 51, cpu_ns: 9, usage }));
    assert_eq!(
        decode(12, [3, 50, 9, 0, 0], 0, ""),
        Ok(Record::WorkerEnded { pool: Some(PoolNumber(3)), tid: 50, usage: None })
    );
}

#[test]
fn end_of_a_pool_has_the_usage_of_its_process_if_known() {
    let pool = PoolNumber(3);
    let parent = Some(ParentUsage { cpu_ns: 80, run_delay_ns: Some(9) });
    assert_eq!(decode(4, [3, 2, 80, 9, 0], 0, ""), Ok(Record::PoolEnded { pool, terminated: true, parent }));
    assert_eq!(decode(4, [3, 1, -1, -1, 0], 0, ""), Ok(Record::PoolEnded { pool, terminated: false, parent: None }));
}

#[test]
fn unknown_kinds_are_refused() {
    assert_eq!(decode(999, [0; 5], 0, ""), Err(InvalidRecord::Kind(999)));
    assert_eq!(decode(3, [1, 77, 0, 0, 0], 0, ""), Err(InvalidRecord::PoolKind(77)));
    assert_eq!(decode(5, [1, 1, -3, 0, 0], 0, ""), Err(InvalidRecord::CallKind(-3)));
    assert_eq!(decode(13, [1, 1, 4, 0, 0], 0, ""), Err(InvalidRecord::StartMethod(4)));
}

#[test]
fn headers_of_other_files_are_refused() {
    let good = header(1024, 4188, 1, 99);
    let decoded = Header::decode(&good).unwrap();
    assert_eq!((decoded.slots, decoded.pid, decoded.first_number, decoded.start), (1024, 4188, 1, 99));
    assert_eq!(Header::decode(&[0; 64]), Err(HeaderError::Magic));
    let mut newer = good;
    newer[8] = 3;
    assert_eq!(Header::decode(&newer), Err(HeaderError::Version(3)));
    for slots in [0, 3, 1 << 17, u32::MAX] {
        assert_eq!(Header::decode(&header(slots, 1, 1, 1)), Err(HeaderError::Slots(slots)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_bytes_are_decoded_to_safe_text_or_refused(
        kind in 0..24_u16,
        mut bytes in prop::collection::vec(any::<u8>(), 64),
        text in prop::collection::vec(any::<u8>(), 0..500),
    ) {
        bytes[4..6].copy_from_slice(&kind.to_le_bytes());
        let record = RecordBytes(bytes.try_into().unwrap());
        prop_assert!(record.text().len() <= 48);
        let decoded = Record::decode(&record, &text);
        let is_unknown = [0, 22, 23].contains(&kind);
        prop_assert_eq!(decoded.is_err_and(|error| error == InvalidRecord::Kind(kind)), is_unknown);
        if let Ok(Record::ShimFault { hook, exception }) = Record::decode(&record, &text) {
            prop_assert!([hook, exception].iter().all(|field| SafeText::new(field.as_str()) == *field));
        }
    }
}
