//! Fuzzes themes: they are valid, or the error has a position.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use mpviz::system::toml_file::TomlFile;
use mpviz::theme::Theme;

fuzz_target!(|bytes: &[u8]| {
    let Ok(file) = TomlFile::from_bytes(Path::new("x.toml"), bytes.to_vec()) else { return };
    if let Err(error) = Theme::from_file(&file) {
        assert!(error.position.line > 0 && error.position.column > 0 && error.to_string().lines().count() == 1);
    }
});
