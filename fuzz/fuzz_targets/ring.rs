//! Fuzzes ring files: reading them ends, with records or with one sentence.

#![no_main]

use std::fs;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mpviz::source::python::record::ReportingProcess;
use mpviz::source::python::ring_reader::{ProcessState, ReadBuffers, RingReader};
use tempfile::TempDir;

static DIR: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

fuzz_target!(|bytes: &[u8]| {
    let process = ReportingProcess { pid: 1, start: 1 };
    let path = DIR.path().join(process.file_name());
    // The header of this process, so that not every input is refused for it.
    let mut file = bytes.to_vec();
    for (offset, field) in [(0, &b"MPVIZRNG\x02\0\0\0"[..]), (16, &[1, 0, 0, 0]), (32, &[1, 0, 0, 0, 0, 0, 0, 0])] {
        if let Some(place) = file.get_mut(offset..offset + field.len()) {
            place.copy_from_slice(field);
        }
    }
    // Both files have the same bytes.
    fs::write(&path, &file).unwrap();
    fs::write(path.with_extension("ring2"), &file).unwrap();
    let (mut buffers, mut records) = (ReadBuffers::default(), Vec::new());
    let mut reader = match RingReader::open(DIR.path(), process) {
        Ok(reader) => reader,
        Err(error) => return assert_eq!(error.to_string().lines().count(), 1),
    };
    for (now, state) in [(0, ProcessState::Running), (u64::MAX, ProcessState::Running), (0, ProcessState::Ended)] {
        if let Err(error) = reader.poll(now, state, &mut buffers, &mut records) {
            assert_eq!(error.to_string().lines().count(), 1);
        }
    }
});
