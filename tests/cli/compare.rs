//! Tests of `mpviz compare` with saved results.

use mpviz::report::compare::{self, ComparedRunData, RunComparison, SavedError};
use serde_json::{Value, json};

use crate::support::{snapshot, stories, written_text};

fn saved_result_of_story(story: &str) -> Value {
    serde_json::from_str(&stories::story_result_json(story)).unwrap()
}

fn parse_saved_run(name: &str, object: &Value) -> ComparedRunData {
    ComparedRunData::read(name, object.to_string().as_bytes()).expect("a saved result")
}

/// Returns a copy of a saved result in which one lane has this makespan and this value of one core-time term.
fn with_lane_times(object: &Value, lane: usize, makespan_s: f64, term: &str, core_s: f64) -> Value {
    let mut object = object.clone();
    object["lanes"][lane]["makespan_s"] = json!(makespan_s);
    object["lanes"][lane]["core_time_s"][term] = json!(core_s);
    object
}

fn comparison_sentences(runs: Vec<ComparedRunData>) -> Vec<String> {
    RunComparison::new(runs).comparison_sentences().map(str::to_owned).collect()
}

#[test]
fn run_shows_no_difference_when_compared_with_itself() {
    let run = saved_result_of_story("io_stall");
    let sentences = comparison_sentences(vec![parse_saved_run("monday", &run), parse_saved_run("friday", &run)]);
    let expected = [
        "friday: pool shows no difference to monday (0.73 s, there 0.73 s)",
        "friday: process shows no difference to monday (0.32 s, there 0.32 s)",
    ];
    assert_eq!(sentences, expected);
}

#[test]
fn comparison_is_written_as_table_markdown_csv_and_json() {
    let before = saved_result_of_story("io_stall");
    let mut after = with_lane_times(&with_lane_times(&before, 0, 0.3, "stall_io", 0.0), 1, 0.33, "rest", 0.1);
    after["workload"]["io"] = json!(1);
    after["machine"]["cores"] = json!(16);
    after["lanes"][0]["makespan_min_s"] = json!(0.29);
    after["lanes"][0]["makespan_max_s"] = json!(0.31);
    let comparison = RunComparison::new(vec![parse_saved_run("before", &before), parse_saved_run("after", &after)]);
    let table = written_text(|out| compare::write_tables(&comparison, None, out));
    snapshot::assert_matches_snapshot("cli", "compare.txt", &table);
    snapshot::assert_matches_snapshot(
        "cli",
        "compare.md",
        &written_text(|out| compare::write_markdown(&comparison, out)),
    );
    snapshot::assert_matches_snapshot("cli", "compare.csv", &written_text(|out| compare::write_csv(&comparison, out)));
    let object: Value = serde_json::from_str(&written_text(|out| compare::write_json(&comparison, out))).expect("JSON");
    let lane_values =
        |key: &str| object["lanes"].as_array().expect("lanes").iter().map(|lane| lane[key].clone()).collect::<Vec<_>>();
    assert_eq!(lane_values("run"), ["before", "before", "after", "after"]);
    assert_eq!(lane_values("difference"), [json!(null), json!(null), json!("faster"), json!("same")]);
    assert_eq!(lane_values("reason"), [json!(null), json!(null), json!("stall_io"), json!(null)]);
    for sentence in comparison.comparison_sentences() {
        assert!(table.contains(&format!("{sentence}.\n")), "{sentence}");
    }
}

#[test]
fn differences_below_5_percent_or_within_the_spread_of_repeats_are_not_reported() {
    let run = saved_result_of_story("io_stall");
    let sentence_for_makespan = |seconds: f64| {
        comparison_sentences(vec![
            parse_saved_run("a", &run),
            parse_saved_run("b", &with_lane_times(&run, 0, seconds, "stall_io", 0.5)),
        ])[0]
            .clone()
    };
    let makespan = run["lanes"][0]["makespan_s"].as_f64().expect("a time");
    assert!(sentence_for_makespan(makespan * 1.049).contains("no difference"), "less than 5 % is no difference");
    assert!(sentence_for_makespan(makespan * 1.06).starts_with("b: pool took 1.1× as long as a"));
    assert!(sentence_for_makespan(makespan / 2.0).starts_with(
        "b: pool was 2.0× faster than a: idle while tasks queued, workers blocked on I/O: 0.5 core-s, there 0.8"
    ));
    let mut with_noisy_repeats = run.clone();
    with_noisy_repeats["lanes"][0]["makespan_min_s"] = json!(makespan * 0.9);
    with_noisy_repeats["lanes"][0]["makespan_max_s"] = json!(makespan * 1.1);
    let slower = with_lane_times(&run, 0, makespan * 1.15, "stall_io", 0.9);
    assert!(
        comparison_sentences(vec![parse_saved_run("a", &with_noisy_repeats), parse_saved_run("b", &slower)])[0]
            .contains("no difference"),
        "the repeats differ by 20 %"
    );
}

#[test]
fn reason_is_given_only_if_its_rounded_figures_differ() {
    let run = saved_result_of_story("io_stall");
    let makespan = run["lanes"][0]["makespan_s"].as_f64().expect("a time");
    let sentence_for_tail = |tail: f64| {
        let before = with_lane_times(&run, 0, makespan, "tail", 0.001);
        comparison_sentences(vec![
            parse_saved_run("a", &before),
            parse_saved_run("b", &with_lane_times(&run, 0, makespan * 2.0, "tail", tail)),
        ])[0]
            .clone()
    };
    assert_eq!(
        sentence_for_tail(0.04),
        "b: pool took 2.0× as long as a: idle for lack of tasks: 0.04 core-s, there 0.00"
    );
    assert_eq!(sentence_for_tail(0.0012), "b: pool took 2.0× as long as a (1.46 s, there 0.73 s)");
}

#[test]
fn narrow_comparison_table_groups_lanes_by_mode_and_keeps_all_text() {
    let run = saved_result_of_story("io_stall");
    let names = ["monday", "tuesday", "wednesday", "thursday"];
    for (runs, width) in [2, 3, 4].into_iter().flat_map(|runs| [50, 80, 120].map(|width| (runs, width))) {
        let comparison = RunComparison::new(names[..runs].iter().map(|name| parse_saved_run(name, &run)).collect());
        let (whole, narrow) = (
            written_text(|out| compare::write_tables(&comparison, None, out)),
            written_text(|out| compare::write_tables(&comparison, Some(width), out)),
        );
        assert!(narrow.lines().all(|line| line.chars().count() <= width.into()), "{runs} runs in {width}:\n{narrow}");
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
        assert_eq!(words(&narrow), words(&whole), "{runs} runs in {width}");
    }
    let three_runs = RunComparison::new(names[..3].iter().map(|name| parse_saved_run(name, &run)).collect());
    let modes = written_text(|out| compare::write_tables(&three_runs, Some(80), out));
    let modes = modes.lines().filter(|line| line.contains("POOL") || line.contains("PROCESS"));
    let modes: Vec<Vec<_>> = modes.map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(modes, [vec!["POOL"; 3], vec!["PROCESS"; 3]]);
}

#[test]
fn lanes_with_lost_tasks_are_not_compared_and_new_modes_are_compared_with_the_first_run() {
    let sentences = comparison_sentences(vec![
        parse_saved_run("a", &saved_result_of_story("pool")),
        parse_saved_run("b", &saved_result_of_story("killed_worker")),
        parse_saved_run("c", &saved_result_of_story("process")),
    ]);
    assert!(sentences[0].starts_with("b: ") && sentences[0].contains("lost"), "{sentences:?}");
    assert!(sentences[1].starts_with("c: process ") && sentences[1].contains("pool of a"), "{sentences:?}");
    let sentences = comparison_sentences(vec![
        parse_saved_run("a", &saved_result_of_story("killed_worker")),
        parse_saved_run("b", &saved_result_of_story("pool")),
    ]);
    assert!(
        sentences[0].starts_with("b: pool has nothing to compare with; a: pool ended with 1 task lost"),
        "{sentences:?}"
    );
}

#[test]
fn differences_in_machine_and_workload_are_reported() {
    let mut other_result = saved_result_of_story("pool");
    other_result["machine"]["os"] = json!("Linux 7.0\u{1b}[2J");
    other_result["workload"]["numbers"] = json!(3200);
    other_result["cores"] = json!("shared");
    other_result["workload"]["rounds_per_number"] = json!(80);
    let sentences = comparison_sentences(vec![
        parse_saved_run("laptop", &saved_result_of_story("pool")),
        parse_saved_run("server", &other_result),
    ])
    .join("\n");
    assert!(
        sentences.contains("the machines differ: server on 4 cores, 8 GB, Linux 7.0\u{fffd}[2J; laptop on 4 cores"),
        "{sentences}"
    );
    assert!(sentences.contains("server did not do the same work as laptop: numbers 3200, there 1600"), "{sentences}");
    assert!(sentences.contains("server ran with --cores shared, laptop with split"), "{sentences}");
    assert!(sentences.contains("80 rounds in server, 40 in laptop"), "{sentences}");
}

#[test]
fn invalid_result_files_give_an_error_message() {
    let error_message = |text: &str| ComparedRunData::read("x", text.as_bytes()).expect_err(text).to_string();
    assert!(error_message("").contains("neither a recording nor a result of `mpviz run --json`"));
    assert!(error_message("[1, 2]").contains("neither"));
    assert!(error_message(r#"{"schema":1}"#).contains("missing field"));
    assert!(error_message(r#"{"schema":2}"#).contains("schema 2 is newer than 1"));
    let whole = saved_result_of_story("pool").to_string();
    for end in 0..whole.len() {
        assert!(
            matches!(ComparedRunData::read("x", &whole.as_bytes()[..end]), Err(SavedError::Other(_))),
            "cut at {end}"
        );
    }
}

#[test]
fn csv_cells_that_look_like_formulas_are_written_as_text() {
    let mut run = saved_result_of_story("io_stall");
    run["lanes"][0]["engine"] = json!("=cmd()");
    for name in ["=1+1", "+1", "-1", "@sum"] {
        let comparison = RunComparison::new(vec![parse_saved_run(name, &run)]);
        let csv = written_text(|out| compare::write_csv(&comparison, out));
        let row = csv.lines().nth(1).expect("a row");
        assert!(row.starts_with(&format!("'{name},,,pool,'=cmd(),")), "{row}");
    }
    let comparison = RunComparison::new(vec![parse_saved_run("monday-1", &run)]);
    let csv = written_text(|out| compare::write_csv(&comparison, out));
    assert!(csv.contains("\nmonday-1,"), "other names are unchanged: {csv}");
}
