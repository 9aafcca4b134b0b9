//! The example recordings of watched programs and clusters.

use std::env;
use std::fs;

use crate::support::cluster::examples::example_clusters;
use crate::support::program::examples::example_programs;
use crate::support::stories::story_path;

/// Compares a stored recording with the built one, or stores it.
fn check_recording(name: &str, built: &str) {
    let path = story_path(name);
    if env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        fs::write(&path, built).unwrap();
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(stored == built, "{name} differs: INSTA_UPDATE=always stores it");
}

#[test]
fn recordings_of_programs_are_those_of_the_builder() {
    for (name, program) in example_programs() {
        check_recording(name, &program.recording());
        program.model_at_end();
    }
}

#[test]
fn recordings_of_clusters_are_those_of_the_builder() {
    for (name, cluster) in example_clusters() {
        check_recording(name, &cluster.recording());
        cluster.model_at_end();
    }
}
