//! The example recordings of watched programs.

use std::env;
use std::fs;

use crate::support::program::examples::example_programs;
use crate::support::stories::story_path;

#[test]
fn recordings_of_programs_are_those_of_the_builder() {
    for (name, program) in example_programs() {
        let (path, built) = (story_path(name), program.recording());
        if env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
            fs::write(&path, &built).unwrap();
        }
        let stored = fs::read_to_string(&path).unwrap_or_default();
        assert!(stored == built, "{name} differs: INSTA_UPDATE=always stores it");
        program.model_at_end();
    }
}
