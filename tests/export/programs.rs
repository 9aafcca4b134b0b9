//! Exports and comparisons of recordings of watched programs.

use crate::support::stories::story_path;
use crate::support::{run_mpviz, written_text};
use mpviz::report::{Report, csv, json, markdown, table};

fn export(story: &str, format: &str) -> String {
    let path = story_path(story);
    let output = run_mpviz(&["export", "--to", format, path.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn exports_name_tasks_by_function_and_items() {
    let trace = export("program_pool", "perfetto");
    assert!(trace.contains("\"name\":\"Pool(4) at etl.py:31\"") && trace.contains("\"name\":\"load, items 12–15\""));
    assert!(trace.contains("\"name\":\"wait\"") && !trace.contains("\"name\":\"I/O\""));
    assert!(export("program_threads", "perfetto").contains("\"name\":\"lock\""));
    assert!(export("program_pool", "joblog").contains("\tPool(4) at etl.py:31: load, items 12–15\n"));
    let tasks = export("program_pool", "csv");
    assert!(tasks.lines().next().unwrap().ends_with("lane_workers,title,function,items"));
    assert!(tasks.lines().nth(4).unwrap().ends_with(",Pool(4) at etl.py:31,load,12–15"), "{tasks}");
}

#[test]
fn jobs_of_several_lanes_have_numbers_of_their_own() {
    let log = export("program_lanes", "joblog");
    let mut numbers: Vec<u32> =
        log.lines().skip(1).map(|line| line.split('\t').next().unwrap().parse().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=numbers.len() as u32).collect::<Vec<_>>());
}

#[test]
fn pictures_of_programs_show_their_lanes() {
    for format in ["svg", "html", "asciicast"] {
        assert!(export("program_lanes", format).contains("Pool(2)"), "{format}");
    }
}

#[test]
fn lanes_of_two_programs_are_compared_by_their_titles() {
    let paths =
        ["program_pool", "program_killed", "program_lanes"].map(|story| story_path(story).display().to_string());
    let output = run_mpviz(&["compare", &paths[0], &paths[0], "--json"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("Pool(4) at etl.py:31"), "{text}");
    let output = run_mpviz(&["compare", &paths[0], &paths[1]]);
    let text = String::from_utf8_lossy(&output.stdout);
    let has = |words: [&str; 4]| words.map(|word| text.contains(word));
    assert_eq!(has(["idle, blocked", "idle, few workers", "48 done", "23 done · 1 lost"]), [true; 4], "{text}");
    assert_eq!(has(["a number", "incomplete", "stall, width", "tasks in it"]), [false; 4], "{text}");
    let output = run_mpviz(&["compare", &paths[0], &paths[1], &paths[2]]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("Pool(2) at etl.py:80"), "{text}");
}

#[test]
fn lanes_of_one_place_are_compared_in_their_order_whatever_their_pids() {
    assert_compared_in_order("program_pool", |lane, pid| {
        lane["title"] = format!("Process of pid {pid} at etl.py:50").into();
    });
}

#[test]
fn clusters_are_compared_in_their_order_whatever_their_addresses() {
    assert_compared_in_order("cluster_queued", |lane, pid| {
        lane["site"]["file"] = format!("tcp://127.0.0.1:{pid}").into();
    });
}

/// Compares two runs of a program with three lanes of a story, each told from the others by `mark`.
fn assert_compared_in_order(story: &str, mark: impl Fn(&mut serde_json::Value, u32)) {
    let directory = tempfile::tempdir().unwrap();
    let report = crate::support::stories::story_report(story);
    let report: serde_json::Value = serde_json::from_str(&written_text(|out| json::write(&report, out))).unwrap();
    let saved = |pids: [u32; 3]| {
        let mut report = report.clone();
        let lanes = pids.iter().zip(1..).map(|(pid, n)| {
            let mut lane = report["lanes"][0].clone();
            mark(&mut lane, *pid);
            lane["makespan_s"] = n.into();
            lane
        });
        let lanes = lanes.collect();
        report["lanes"] = serde_json::Value::Array(lanes);
        let path = directory.path().join(format!("{}.json", pids[0]));
        std::fs::write(&path, report.to_string()).unwrap();
        path.display().to_string()
    };
    let output = run_mpviz(&["compare", &saved([11, 12, 13]), &saved([13, 14, 15]), "--json"]);
    let compared: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let lanes = compared["lanes"].as_array().unwrap();
    let ratios: Vec<_> = lanes.iter().filter_map(|lane| lane["ratio"].as_f64()).collect();
    assert_eq!(ratios, [1.0; 3], "{compared}");
}

#[test]
fn reports_of_programs_have_every_format() {
    let report = |story| crate::support::stories::story_report(story);
    for story in ["program_pool", "program_lanes", "program_killed"] {
        let report = report(story);
        let texts = [
            written_text(|out| table::write(&report, None, out)),
            written_text(|out| markdown::write(&report, out)),
            written_text(|out| csv::write(&report, out)),
        ];
        crate::support::snapshot::assert_matches_snapshot("export", &format!("report-{story}"), &texts.join("\n"));
        assert_eq!(report.exit_code(), 0, "a program has an exit code of its own");
    }
}

#[test]
fn json_reports_of_programs_have_findings_and_native_ones_no_new_keys() {
    let value = |report: &Report| -> serde_json::Value {
        serde_json::from_str(&written_text(|out| json::write(report, out))).unwrap()
    };
    let program = value(&crate::support::stories::story_report("program_pool"));
    assert_eq!(program["findings"][0]["name"], "pool-too-narrow");
    assert_eq!(program["program"]["engine"], "cpython 3.11.7");
    assert_eq!(program["lanes"][0]["engine"], "cpython 3.11.7");
    assert_eq!(program["lanes"][0]["calls"][0]["function"], "load");
    assert_eq!(program["lanes"][0]["peak_held_bytes"], 2_400_000_000_u64);
    let native = value(&crate::support::stories::story_report("pool"));
    assert!(native.get("findings").is_none() && native["lanes"][0].get("title").is_none());
}
