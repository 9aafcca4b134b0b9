//! Fuzzes scenarios and configurations: they are valid, or the error has a position.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use mpviz::cli::config;
use mpviz::cli::scenario::Scenario;
use mpviz::system::toml_file::TomlFile;

fuzz_target!(|bytes: &[u8]| {
    let Ok(file) = TomlFile::from_bytes(Path::new("x.toml"), bytes.to_vec()) else { return };
    for error in [Scenario::from_file(&file).err(), config::read(&file).err()].into_iter().flatten() {
        assert!(error.position.line > 0 && error.position.column > 0 && error.to_string().lines().count() == 1);
    }
});
