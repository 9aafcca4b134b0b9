//! Fuzzes saved results: they are refused, or compare as equal with themselves.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mpviz::report::compare::{ComparedRunData, Comparison, csv, json, table};

fuzz_target!(|bytes: &[u8]| {
    match ComparedRunData::read("x", bytes) {
        Err(error) => assert_eq!(error.to_string().lines().count(), 1),
        Ok(side) => {
            let comparison = Comparison::new(vec![side.clone(), side]);
            let mut out = Vec::new();
            table(&comparison, None, &mut out).unwrap();
            json(&comparison, &mut out).unwrap();
            csv(&comparison, &mut out).unwrap();
            let _ = comparison.differing_settings();
        }
    }
});
