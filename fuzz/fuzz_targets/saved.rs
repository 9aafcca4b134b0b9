//! Fuzzes saved results: they are refused, or compare as equal with themselves.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mpviz::report::compare::{ComparedRunData, RunComparison, write_csv, write_json, write_tables};

fuzz_target!(|bytes: &[u8]| {
    match ComparedRunData::read("x", bytes) {
        Err(error) => assert_eq!(error.to_string().lines().count(), 1),
        Ok(run) => {
            let comparison = RunComparison::new(vec![run.clone(), run]);
            let mut out = Vec::new();
            write_tables(&comparison, None, &mut out).unwrap();
            write_json(&comparison, &mut out).unwrap();
            write_csv(&comparison, &mut out).unwrap();
            let _ = comparison.differing_settings();
        }
    }
});
