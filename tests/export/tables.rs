//! Tables with one row per task: CSV and GNU parallel's job log.

use std::fs;
use std::path::Path;

use crate::support::simulation::{Dice, Simulation, fold};
use mpviz::event::codec::decode;
use mpviz::export::task_cpu_times::TaskCpuTimes;
use mpviz::export::{csv, joblog};
use mpviz::model::Model;
use proptest::prelude::*;

fn tell(story: &str) -> (Model, TaskCpuTimes) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories").join(format!("{story}.jsonl"));
    let (mut model, mut charges) = (Model::new(), TaskCpuTimes::default());
    for line in fs::read_to_string(path).expect("a story").lines().skip(1) {
        let fact = decode(line.as_bytes()).expect("a fact");
        model.apply(&fact).expect("a legal fact");
        charges.add(&fact);
    }
    (model, charges)
}

fn text(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).expect("memory takes all");
    String::from_utf8(out).expect("UTF-8")
}

fn follows(name: &str, at_end: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories").join(name);
    if std::env::var_os("UPDATE_STORIES").is_some() {
        fs::write(&file, at_end).expect("a file");
    }
    assert_eq!(at_end, fs::read_to_string(&file).unwrap_or_default(), "{} says otherwise", file.display());
}

/// Stories with I/O, a death, a failed record and a cancelled lane.
const STORIES: [&str; 4] = ["io_stall", "killed_worker", "failed_chunk", "cancelled"];

#[test]
fn every_task_has_a_csv_row() {
    for story in STORIES {
        let (model, charges) = tell(story);
        let table = text(|out| csv::write(&model, &charges, out));
        let tasks: usize = model.lanes().iter().map(|lane| lane.tasks().count()).sum();
        assert_eq!(table.lines().count(), tasks + 1);
        follows(&format!("{story}.tasks.csv"), &table);
    }
}

#[test]
fn csv_columns_agree_with_the_summary() {
    let (model, charges) = tell("io_stall");
    let summary = model.summary().expect("a run");
    let table = text(|out| csv::write(&model, &charges, out));
    let mut reader = ::csv::Reader::from_reader(table.as_bytes());
    let names = reader.headers().expect("names").clone();
    let rows: Vec<_> = reader.records().map(|row| row.expect("a row")).collect();
    let sum = |lane: usize, name: &str| -> f64 {
        let column = names.iter().position(|column| column == name).expect("a column");
        let of_lane = rows.iter().filter(|row| row[0] == lane.to_string());
        of_lane.filter_map(|row| row[column].parse::<f64>().ok()).sum()
    };
    for (n, lane) in summary.lanes.iter().enumerate() {
        assert!((sum(n, "spent_queued_s") - lane.queue_wait_s).abs() < 1e-9);
        assert!((sum(n, "spent_loading_s") - lane.load_s).abs() < 1e-9);
        assert!((sum(n, "spent_in_io_s") - lane.io_blocked_s).abs() < 1e-9);
        let time = lane.core_time_s.expect("a makespan");
        assert!((sum(n, "cpu_adding_s") - time.adding).abs() < 1e-9);
        assert!((sum(n, "cpu_loading_s") - time.loading).abs() < 1e-9);
    }
}

#[test]
fn job_log_has_nine_columns_in_order_of_time() {
    for story in STORIES {
        let (model, _) = tell(story);
        let log = text(|out| joblog::write(&model, None, out));
        let mut last = 0.0;
        for line in log.lines().skip(1) {
            let fields: Vec<&str> = line.split('\t').collect();
            assert_eq!(fields.len(), 9, "{line}");
            let number = |n: usize| fields[n].trim().parse::<f64>().expect("a number");
            assert!(number(2) + number(3) >= last - 0.001, "{line}");
            last = number(2) + number(3);
        }
        follows(&format!("{story}.joblog"), &log);
    }
}

#[test]
fn job_log_has_the_time_of_day() {
    let (model, _) = tell("pool");
    let log = text(|out| joblog::write(&model, Some(1_700_000_000_000_000_000), out));
    assert!(log.lines().nth(1).is_some_and(|line| line.starts_with("1\t:\t1700000000.0")), "{log}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]
    #[test]
    fn truncated_runs_have_rows(seed in any::<u64>(), part in 0.0..1.0_f64) {
        let events = Simulation::new(seed).shuffled(&mut Dice(seed));
        let events = &events[..=((events.len() - 1) as f64 * part) as usize];
        let model = fold(events);
        let mut charges = TaskCpuTimes::default();
        for fact in events {
            charges.add(fact);
        }
        let tasks: usize = model.lanes().iter().map(|lane| lane.tasks().count()).sum();
        prop_assert_eq!(text(|out| csv::write(&model, &charges, out)).lines().count(), tasks + 1);
        prop_assert!(text(|out| joblog::write(&model, None, out)).lines().count() <= tasks + 1);
    }
}
