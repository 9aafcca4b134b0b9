//! A line of an event pipe or a recording: it is refused, or written as it can be read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mpviz::event::codec::{decode, encode};

fuzz_target!(|line: &[u8]| {
    let Ok(fact) = decode(line) else { return };
    let mut written = Vec::new();
    encode(&fact, &mut written);
    assert!(decode(&written).is_ok());
});
