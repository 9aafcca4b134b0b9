//! Fuzzes themes: they are valid, or the error has a position.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use mpviz::theme::Theme;
use mpviz::system::toml_file::TomlFile;

fuzz_target!(|bytes: &[u8]| {
    let Ok(file) = TomlFile::of_bytes(Path::new("x.toml"), bytes.to_vec()) else { return };
    if let Err(mistake) = Theme::from_file(&file) {
        assert!(mistake.line > 0 && mistake.column > 0 && mistake.to_string().lines().count() == 1);
    }
});
