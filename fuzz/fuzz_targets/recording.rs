//! Fuzzes the reader of recordings: every run that can be read can be reported.

#![no_main]

use std::io::Cursor;
use std::sync::atomic::AtomicU64;

use libfuzzer_sys::fuzz_target;
use mpviz::recording::reader::read;
use mpviz::report::{Report, json};

fuzz_target!(|bytes: &[u8]| {
    let read = read("x".into(), Cursor::new(bytes.to_vec())).and_then(|events| events.load(&AtomicU64::new(0)));
    let message = match read {
        Err(error) => Some(error.to_string()),
        Ok(recording) => {
            for report in Report::for_each_run(&recording.runs) {
                json::write(&report, &mut Vec::new()).unwrap();
            }
            recording.note
        }
    };
    assert!(!message.is_some_and(|text| text.chars().any(char::is_control)));
});
