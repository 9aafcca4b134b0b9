//! Results of replayed runs equal those of the runs.

use std::path::{Path, PathBuf};

use crate::support::run;

/// Records a run and truncates the recording to `keep` bytes.
fn truncated(dir: &Path, keep: impl FnOnce(&str) -> usize) -> PathBuf {
    let path = dir.join("run.jsonl");
    record(&path, &["--numbers", "300k"], "--json");
    let whole = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, &whole[..keep(&whole)]).unwrap();
    path
}

fn record(path: &Path, options: &[&str], format: &str) -> (String, Option<i32>) {
    let path = path.to_str().unwrap();
    let output = run(&[&["run", "--record", path, format], options].concat());
    (String::from_utf8(output.stdout).unwrap(), output.status.code())
}

#[test]
fn replay_prints_the_same_result_as_the_run() {
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
        let (result, code) = record(&path, options, format);
        assert_eq!(code, Some(0));
        let replayed = run(&["replay", path.to_str().unwrap(), format]);
        assert_eq!(String::from_utf8(replayed.stdout).unwrap(), result, "{name}");
        assert_eq!(replayed.status.code(), Some(0));
    }
}

#[test]
fn truncated_recording_is_replayed_with_a_note() {
    let dir = tempfile::tempdir().unwrap();
    let path = truncated(dir.path(), |whole| whole[..whole.len() * 2 / 3].rfind('\n').unwrap() + 10);
    let output = run(&["replay", path.to_str().unwrap()]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.starts_with("mpviz: the recording is truncated in line ") && stderr.lines().count() == 1,
        "{stderr}"
    );
    let result = String::from_utf8(output.stdout).unwrap();
    assert!(result.contains("the recording ends before process did") && !result.contains("cancelled"), "{result}");
    assert_eq!(output.status.code(), Some(1));
    let output = run(&["replay", "/nowhere/run.jsonl"]);
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "mpviz: /nowhere/run.jsonl: No such file or directory (os error 2)\n"
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn recording_cut_between_lines_is_incomplete_and_not_cancelled() {
    let dir = tempfile::tempdir().unwrap();
    let path = truncated(dir.path(), |whole| whole[..whole.find("LaneEnded").unwrap()].rfind('\n').unwrap() + 1);
    let output = run(&["replay", path.to_str().unwrap(), "--json"]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.starts_with("mpviz: the recording is truncated at ") && stderr.contains(" before the end of run 1"),
        "{stderr}"
    );
    assert_eq!(output.status.code(), Some(1));
    let result: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let lane = &result["lanes"][0];
    assert!(lane["status"].is_null(), "its end is not recorded: {lane}");
    let saved = dir.path().join("saved.json");
    std::fs::write(&saved, &output.stdout).unwrap();
    for file in [&path, &saved] {
        let compared = run(&["compare", file.to_str().unwrap(), saved.to_str().unwrap()]);
        let compared = String::from_utf8(compared.stdout).unwrap();
        assert!(
            compared.contains("the recording ends before pool did") && !compared.contains("cancelled"),
            "{compared}"
        );
    }
}

#[test]
fn cancelled_run_is_no_repeat() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.jsonl");
    record(&path, &["--numbers", "300k"], "--json");
    let whole = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let ended = lines.iter().position(|line| line.contains("LaneEnded")).unwrap();
    let twice = dir.path().join("twice.jsonl");
    std::fs::write(&twice, lines[..ended].concat() + &lines[1..].concat()).unwrap();
    let compared = run(&["compare", path.to_str().unwrap(), twice.to_str().unwrap()]);
    let compared = String::from_utf8(compared.stdout).unwrap();
    assert!(compared.contains("no difference") && !compared.contains("the recording ends before"), "{compared}");
}
