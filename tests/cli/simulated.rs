//! Recordings of simulated lanes: every command says that they were not measured, or refuses them.

use std::path::Path;

use crate::support::measured_tasks::{events_of, pool_of, write_recording};
use crate::support::run_mpviz;

/// A directory with recordings of a lane as if it was run, and of a simulated one.
fn recordings() -> (tempfile::TempDir, [String; 2]) {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, workers, engine| {
        let file = dir.path().join(name);
        write_recording(&file, &events_of(&pool_of(workers), engine));
        path_text(&file)
    };
    let files = [write("real.jsonl", 4, "native"), write("wider.jsonl", 16, "simulated")];
    (dir, files)
}

fn path_text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

fn output_of(args: &[&str]) -> String {
    let output = run_mpviz(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn reports_of_a_simulated_lane_say_so_in_every_format() {
    let (_dir, [_, simulated]) = recordings();
    let table = output_of(&["replay", &simulated]);
    assert!(table.contains("SIMULATED POOL") && !table.contains("incomplete") && !table.contains("WRONG"), "{table}");
    assert!(table.contains("SIMULATED, not measured: a pool of 16 would take 0.2"), "{table}");
    assert!(table.contains("SIMULATED: predicted from measured tasks, not run."), "{table}");
    let json: serde_json::Value = serde_json::from_str(&output_of(&["replay", "--json", &simulated])).unwrap();
    let lane = &json["lanes"][0];
    assert_eq!(lane["engine"], "simulated");
    assert!(lane["result"].is_null() && lane["expected"].is_null() && lane["correct"].is_null(), "{lane}");
    let csv = output_of(&["replay", "--csv", &simulated]);
    assert!(csv.lines().nth(1).unwrap().contains(",simulated,"), "{csv}");
    let markdown = output_of(&["replay", "--markdown", &simulated]);
    assert!(markdown.contains("SIMULATED, not measured"), "{markdown}");
}

#[test]
fn a_comparison_with_a_simulated_lane_says_so() {
    let (_dir, [real, simulated]) = recordings();
    for files in [[&real, &simulated], [&simulated, &real]] {
        let table = output_of(&["compare", files[0], files[1]]);
        assert!(table.contains("SIMULATED POOL"), "{table}");
        assert!(table.contains("wider was SIMULATED: its figures are predicted, not measured"), "{table}");
        assert!(!table.contains("real was SIMULATED"), "{table}");
    }
}

#[test]
fn exports_of_a_simulated_lane_say_so() {
    let (_dir, [_, simulated]) = recordings();
    for format in ["csv", "joblog", "perfetto"] {
        let exported = output_of(&["export", "--to", format, &simulated]);
        assert!(exported.contains("simulated pool"), "{format}: {}", &exported[..500]);
    }
    let picture = output_of(&["export", "--to", "svg", &simulated]);
    assert!(picture.contains("SIMULATED"), "{}", &picture[..500]);
}

#[test]
fn predictions_from_a_simulated_lane_are_refused() {
    let (_dir, [_, simulated]) = recordings();
    let output = run_mpviz(&["advise", &simulated]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("the run was simulated: predict from a real one"));
}
