//! Fuzzes the decoder: a line is refused, or can be encoded and decoded again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mpviz::event::codec::{decode, encode};

fuzz_target!(|line: &[u8]| {
    let Ok(event) = decode(line) else { return };
    let mut written = Vec::new();
    encode(&event, &mut written);
    assert!(decode(&written).is_ok());
});
