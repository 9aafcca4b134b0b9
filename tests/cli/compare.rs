//! Comparisons of saved results.

use mpviz::report::compare::{self, ComparedRunData, Comparison, SavedError};
use serde_json::{Value, json};

use crate::support::{snapshot, stories, text};

fn saved(story: &str) -> Value {
    serde_json::from_str(&stories::saved(story)).unwrap()
}

fn saved_run(name: &str, object: &Value) -> ComparedRunData {
    ComparedRunData::read(name, object.to_string().as_bytes()).expect("a saved result")
}

/// The result with another makespan of a lane, and another term of its core time.
fn with_time(object: &Value, lane: usize, seconds: f64, term: &str, core_s: f64) -> Value {
    let mut object = object.clone();
    object["lanes"][lane]["makespan_s"] = json!(seconds);
    object["lanes"][lane]["core_time_s"][term] = json!(core_s);
    object
}

fn sentences(sides: Vec<ComparedRunData>) -> Vec<String> {
    Comparison::new(sides).sentences().map(str::to_owned).collect()
}

#[test]
fn run_shows_no_difference_to_itself() {
    let run = saved("io_stall");
    let found = sentences(vec![saved_run("monday", &run), saved_run("friday", &run)]);
    let expected = [
        "friday: pool shows no difference to monday (0.73 s, there 0.73 s)",
        "friday: process shows no difference to monday (0.32 s, there 0.32 s)",
    ];
    assert_eq!(found, expected);
}

#[test]
fn comparisons_have_every_format() {
    let before = saved("io_stall");
    let mut after = with_time(&with_time(&before, 0, 0.3, "stall_io", 0.0), 1, 0.33, "rest", 0.1);
    after["workload"]["io"] = json!(1);
    after["machine"]["cores"] = json!(16);
    after["lanes"][0]["makespan_min_s"] = json!(0.29);
    after["lanes"][0]["makespan_max_s"] = json!(0.31);
    let comparison = Comparison::new(vec![saved_run("before", &before), saved_run("after", &after)]);
    let table = text(|out| compare::table(&comparison, None, out));
    snapshot::check("cli", "compare.txt", &table);
    snapshot::check("cli", "compare.md", &text(|out| compare::markdown(&comparison, out)));
    snapshot::check("cli", "compare.csv", &text(|out| compare::csv(&comparison, out)));
    let object: Value = serde_json::from_str(&text(|out| compare::json(&comparison, out))).expect("JSON");
    let of_lane =
        |key: &str| object["lanes"].as_array().expect("lanes").iter().map(|lane| lane[key].clone()).collect::<Vec<_>>();
    assert_eq!(of_lane("run"), ["before", "before", "after", "after"]);
    assert_eq!(of_lane("difference"), [json!(null), json!(null), json!("faster"), json!("same")]);
    assert_eq!(of_lane("reason"), [json!(null), json!(null), json!("stall_io"), json!(null)]);
    for sentence in comparison.sentences() {
        assert!(table.contains(&format!("{sentence}.\n")), "{sentence}");
    }
}

#[test]
fn comparisons_follow_the_rules_of_the_verdict() {
    let run = saved("io_stall");
    let sentence = |seconds: f64| {
        sentences(vec![saved_run("a", &run), saved_run("b", &with_time(&run, 0, seconds, "stall_io", 0.5))])[0].clone()
    };
    let time = run["lanes"][0]["makespan_s"].as_f64().expect("a time");
    assert!(sentence(time * 1.049).contains("no difference"), "less than 5 % is no difference");
    assert!(sentence(time * 1.06).starts_with("b: pool took 1.1× as long as a"));
    assert!(sentence(time / 2.0).starts_with(
        "b: pool was 2.0× faster than a: idle while tasks queued, workers blocked on I/O: 0.5 core-s, there 0.8"
    ));
    let mut noisy = run.clone();
    noisy["lanes"][0]["makespan_min_s"] = json!(time * 0.9);
    noisy["lanes"][0]["makespan_max_s"] = json!(time * 1.1);
    let slower = with_time(&run, 0, time * 1.15, "stall_io", 0.9);
    assert!(
        sentences(vec![saved_run("a", &noisy), saved_run("b", &slower)])[0].contains("no difference"),
        "the repeats differ by 20 %"
    );
}

#[test]
fn reasons_have_figures_that_differ() {
    let run = saved("io_stall");
    let time = run["lanes"][0]["makespan_s"].as_f64().expect("a time");
    let sentence = |tail: f64| {
        let before = with_time(&run, 0, time, "tail", 0.001);
        sentences(vec![saved_run("a", &before), saved_run("b", &with_time(&run, 0, time * 2.0, "tail", tail))])[0]
            .clone()
    };
    assert_eq!(sentence(0.04), "b: pool took 2.0× as long as a: idle for lack of tasks: 0.04 core-s, there 0.00");
    assert_eq!(sentence(0.0012), "b: pool took 2.0× as long as a (1.46 s, there 0.73 s)");
}

#[test]
fn narrow_tables_keep_lanes_of_a_mode_together() {
    let run = saved("io_stall");
    let names = ["monday", "tuesday", "wednesday", "thursday"];
    for (runs, width) in [2, 3, 4].into_iter().flat_map(|runs| [50, 80, 120].map(|width| (runs, width))) {
        let comparison = Comparison::new(names[..runs].iter().map(|name| saved_run(name, &run)).collect());
        let (whole, narrow) = (
            text(|out| compare::table(&comparison, None, out)),
            text(|out| compare::table(&comparison, Some(width), out)),
        );
        assert!(narrow.lines().all(|line| line.chars().count() <= width.into()), "{runs} runs in {width}:\n{narrow}");
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
        assert_eq!(words(&narrow), words(&whole), "{runs} runs in {width}");
    }
    let three = Comparison::new(names[..3].iter().map(|name| saved_run(name, &run)).collect());
    let modes = text(|out| compare::table(&three, Some(80), out));
    let modes = modes.lines().filter(|line| line.contains("POOL") || line.contains("PROCESS"));
    let modes: Vec<Vec<_>> = modes.map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(modes, [vec!["POOL"; 3], vec!["PROCESS"; 3]]);
}

#[test]
fn interrupted_lanes_are_not_compared_and_new_modes_are_compared_with_the_first() {
    let found = sentences(vec![
        saved_run("a", &saved("pool")),
        saved_run("b", &saved("killed_worker")),
        saved_run("c", &saved("process")),
    ]);
    assert!(found[0].starts_with("b: ") && found[0].contains("lost"), "{found:?}");
    assert!(found[1].starts_with("c: process ") && found[1].contains("pool of a"), "{found:?}");
    let found = sentences(vec![saved_run("a", &saved("killed_worker")), saved_run("b", &saved("pool"))]);
    assert!(found[0].starts_with("b: pool has nothing to compare with; a: pool ended with 1 task lost"), "{found:?}");
}

#[test]
fn differences_of_machine_and_work_are_named() {
    let mut other = saved("pool");
    other["machine"]["os"] = json!("Linux 7.0\u{1b}[2J");
    other["workload"]["numbers"] = json!(3200);
    other["cores"] = json!("shared");
    other["workload"]["rounds_per_number"] = json!(80);
    let found = sentences(vec![saved_run("laptop", &saved("pool")), saved_run("server", &other)]).join("\n");
    assert!(
        found.contains("the machines differ: server on 4 cores, 8 GB, Linux 7.0\u{fffd}[2J; laptop on 4 cores"),
        "{found}"
    );
    assert!(found.contains("server did not do the same work as laptop: numbers 3200, there 1600"), "{found}");
    assert!(found.contains("server ran with --cores shared, laptop with split"), "{found}");
    assert!(found.contains("80 rounds in server, 40 in laptop"), "{found}");
}

#[test]
fn invalid_results_are_refused_with_a_message() {
    let refused = |text: &str| ComparedRunData::read("x", text.as_bytes()).expect_err(text).to_string();
    assert!(refused("").contains("neither a recording nor a result of `mpviz run --json`"));
    assert!(refused("[1, 2]").contains("neither"));
    assert!(refused(r#"{"schema":1}"#).contains("missing field"));
    assert!(refused(r#"{"schema":2}"#).contains("schema 2 is newer than 1"));
    let whole = saved("pool").to_string();
    for end in 0..whole.len() {
        assert!(
            matches!(ComparedRunData::read("x", &whole.as_bytes()[..end]), Err(SavedError::Other(_))),
            "cut at {end}"
        );
    }
}
