//! Tables with one row per task: CSV and GNU parallel's job log.

use crate::support::simulation::{Simulation, model_of};
use crate::support::{snapshot, stories, written_text};
use mpviz::export::task_cpu_times::TaskCpuTimes;
use mpviz::export::{csv, joblog};
use mpviz::model::Model;
use proptest::prelude::*;

fn model_and_cpu_times(story: &str) -> (Model, TaskCpuTimes) {
    let (mut model, mut cpu_times) = (Model::new(), TaskCpuTimes::default());
    for event in stories::story_events(story) {
        model.apply(&event).expect("a valid event");
        cpu_times.add_cpu_time(&event);
    }
    (model, cpu_times)
}

/// Stories with I/O, a death, a failed record and a cancelled lane.
const STORIES_WITH_ALL_OUTCOMES: [&str; 4] = ["io_stall", "killed_worker", "failed_chunk", "cancelled"];

#[test]
fn every_task_has_a_csv_row() {
    for story in STORIES_WITH_ALL_OUTCOMES {
        let (model, cpu_times) = model_and_cpu_times(story);
        let table = written_text(|out| csv::write(&model, &cpu_times, out));
        let tasks: usize = model.lanes().iter().map(|lane| lane.task_ids().count()).sum();
        assert_eq!(table.lines().count(), tasks + 1);
        snapshot::assert_matches_snapshot("export", &format!("{story}.tasks.csv"), &table);
    }
}

#[test]
fn csv_columns_agree_with_the_summary() {
    let (model, cpu_times) = model_and_cpu_times("io_stall");
    let summary = model.summary().expect("a run");
    let table = written_text(|out| csv::write(&model, &cpu_times, out));
    let mut reader = ::csv::Reader::from_reader(table.as_bytes());
    let names = reader.headers().expect("names").clone();
    let rows: Vec<_> = reader.records().map(|row| row.expect("a row")).collect();
    let sum = |lane: usize, name: &str| -> f64 {
        let column = names.iter().position(|column| column == name).expect("a column");
        let of_lane = rows.iter().filter(|row| row[0] == lane.to_string());
        of_lane.filter_map(|row| row[column].parse::<f64>().ok()).sum()
    };
    for (n, lane) in summary.lanes.iter().enumerate() {
        assert!((sum(n, "spent_queued_s") - lane.queue_wait_s.unwrap()).abs() < 1e-9);
        assert!((sum(n, "spent_loading_s") - lane.load_s.unwrap()).abs() < 1e-9);
        assert!((sum(n, "spent_in_io_s") - lane.io_blocked_s.unwrap()).abs() < 1e-9);
        let time = lane.core_time_s.expect("a makespan");
        assert!((sum(n, "cpu_adding_s") - time.adding).abs() < 1e-9);
        assert!((sum(n, "cpu_loading_s") - time.loading).abs() < 1e-9);
    }
}

#[test]
fn job_log_has_nine_columns_in_order_of_time() {
    for story in STORIES_WITH_ALL_OUTCOMES {
        let (model, _) = model_and_cpu_times(story);
        let log = written_text(|out| joblog::write(&model, None, out));
        let mut last = 0.0;
        for line in log.lines().skip(1) {
            let fields: Vec<&str> = line.split('\t').collect();
            assert_eq!(fields.len(), 9, "{line}");
            let number = |n: usize| fields[n].trim().parse::<f64>().expect("a number");
            assert!(number(2) + number(3) >= last - 0.001, "{line}");
            last = number(2) + number(3);
        }
        snapshot::assert_matches_snapshot("export", &format!("{story}.joblog"), &log);
    }
}

#[test]
fn job_log_has_the_time_of_day() {
    let (model, _) = model_and_cpu_times("pool");
    let log = written_text(|out| joblog::write(&model, Some(1_700_000_000_000_000_000), out));
    assert!(log.lines().nth(1).is_some_and(|line| line.starts_with("1\t:\t1700000000.0")), "{log}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]
    #[test]
    fn truncated_runs_have_rows(seed in any::<u64>(), part in 0.0..1.0_f64) {
        let events = Simulation::new(seed).shuffled(&mut fastrand::Rng::with_seed(seed));
        let events = &events[..=((events.len() - 1) as f64 * part) as usize];
        let model = model_of(events);
        let mut cpu_times = TaskCpuTimes::default();
        for stamped in events {
            cpu_times.add_cpu_time(stamped);
        }
        let tasks: usize = model.lanes().iter().map(|lane| lane.task_ids().count()).sum();
        prop_assert_eq!(written_text(|out| csv::write(&model, &cpu_times, out)).lines().count(), tasks + 1);
        prop_assert!(written_text(|out| joblog::write(&model, None, out)).lines().count() <= tasks + 1);
    }
}
