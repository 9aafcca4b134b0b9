//! Tests of the results of `mpviz replay`, for complete and truncated recordings.

use std::path::{Path, PathBuf};

use crate::support::run_mpviz;

/// Records a run, and truncates the recording to the length in bytes that `keep` returns for its text.
fn record_and_truncate(dir: &Path, keep: impl FnOnce(&str) -> usize) -> PathBuf {
    let path = dir.join("run.jsonl");
    record_run(&path, &["--numbers", "300k"], "--json");
    let whole = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, &whole[..keep(&whole)]).unwrap();
    path
}

/// Runs mpviz with these options, recording to `path`. Returns its stdout and exit code.
fn record_run(path: &Path, options: &[&str], format: &str) -> (String, Option<i32>) {
    let path = path.to_str().unwrap();
    let output = run_mpviz(&[&["run", "--record", path, format], options].concat());
    (String::from_utf8(output.stdout).unwrap(), output.status.code())
}

#[test]
fn replay_prints_the_same_result_as_the_live_run() {
    let dir = tempfile::tempdir().unwrap();
    let runs: [(&str, &str, &[&str]); 4] = [
        ("plain.jsonl", "--json", &["--numbers", "300k", "--io", "1", "--io-latency", "5ms"]),
        ("packed.jsonl.zst", "--csv", &["--numbers", "300k", "--lanes", "serial,threads", "--cores", "turns"]),
        ("packed.jsonl.gz", "--markdown", &["--numbers", "300k", "--repeat", "3"]),
        (
            "repeated.zst",
            "--json",
            &["--numbers", "20k", "--tasks", "2k", "--cost", "0ns", "--lanes", "pool", "--repeat", "2"],
        ),
    ];
    for (name, format, options) in runs {
        let path = dir.path().join(name);
        let (result, code) = record_run(&path, options, format);
        assert_eq!(code, Some(0));
        let replayed = run_mpviz(&["replay", path.to_str().unwrap(), format]);
        assert_eq!(String::from_utf8(replayed.stdout).unwrap(), result, "{name}");
        assert_eq!(replayed.status.code(), Some(0));
    }
}

#[test]
fn replay_of_a_truncated_recording_prints_a_note_and_an_incomplete_result() {
    let dir = tempfile::tempdir().unwrap();
    let path = record_and_truncate(dir.path(), |whole| whole[..whole.len() * 2 / 3].rfind('\n').unwrap() + 10);
    let output = run_mpviz(&["replay", path.to_str().unwrap()]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.starts_with("mpviz: the recording is truncated in line ") && stderr.lines().count() == 1,
        "{stderr}"
    );
    let result = String::from_utf8(output.stdout).unwrap();
    assert!(result.contains("the recording ends before process did") && !result.contains("cancelled"), "{result}");
    assert_eq!(output.status.code(), Some(1));
    let output = run_mpviz(&["replay", "/nowhere/run.jsonl"]);
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "mpviz: /nowhere/run.jsonl: No such file or directory (os error 2)\n"
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn lane_without_recorded_end_is_reported_as_incomplete_not_as_cancelled() {
    let dir = tempfile::tempdir().unwrap();
    let path =
        record_and_truncate(dir.path(), |whole| whole[..whole.find("LaneEnded").unwrap()].rfind('\n').unwrap() + 1);
    let output = run_mpviz(&["replay", path.to_str().unwrap(), "--json"]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.starts_with("mpviz: the recording is truncated at ") && stderr.contains(" before the end of run 1"),
        "{stderr}"
    );
    assert_eq!(output.status.code(), Some(1));
    let result: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let lane = &result["lanes"][0];
    assert!(lane["status"].is_null(), "its end is not recorded: {lane}");
    let saved_result = dir.path().join("saved.json");
    std::fs::write(&saved_result, &output.stdout).unwrap();
    for file in [&path, &saved_result] {
        let output = run_mpviz(&["compare", file.to_str().unwrap(), saved_result.to_str().unwrap()]);
        let comparison = String::from_utf8(output.stdout).unwrap();
        assert!(
            comparison.contains("the recording ends before pool did") && !comparison.contains("cancelled"),
            "{comparison}"
        );
    }
}

#[test]
fn unfinished_run_in_a_recording_is_not_compared_as_a_repeat() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.jsonl");
    record_run(&path, &["--numbers", "300k"], "--json");
    let whole = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let first_lane_end = lines.iter().position(|line| line.contains("LaneEnded")).unwrap();
    let two_runs = dir.path().join("twice.jsonl");
    std::fs::write(&two_runs, lines[..first_lane_end].concat() + &lines[1..].concat()).unwrap();
    let output = run_mpviz(&["compare", path.to_str().unwrap(), two_runs.to_str().unwrap()]);
    let comparison = String::from_utf8(output.stdout).unwrap();
    assert!(comparison.contains("no difference") && !comparison.contains("the recording ends before"), "{comparison}");
}
