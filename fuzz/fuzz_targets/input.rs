//! Fuzzes the parser of terminal input: after a pause, keys are read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mpviz::system::input_parser::InputParser;

fuzz_target!(|bytes: &[u8]| {
    let mut parser = InputParser::default();
    for byte in bytes {
        parser.advance(*byte);
    }
    parser.expire();
    assert!(parser.advance(b'q').is_some());
});
