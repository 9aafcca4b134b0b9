//! The result as one JSON object. Its keys are a contract: keys may be added, none is renamed. A measured key may be null;
//! sums are strings, for they may be beyond 2^53.

use std::io;

use serde::Serialize;
use serde_json::{Value, json};

use super::Report;
use crate::model::LaneSummary;
use crate::workload::Chunk;

/// Version of the object.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Object<'a> {
    schema: u32,
    version: &'a str,
    command: Vec<&'a str>,
    machine: &'a crate::event::Machine,
    cores: &'static str,
    repeats: usize,
    workload: Value,
    lanes: Vec<LaneObject<'a>>,
    verdict: &'a crate::model::Verdict,
    observer: Value,
    notes: Vec<&'a str>,
}

#[derive(Serialize)]
struct LaneObject<'a> {
    #[serde(flatten)]
    summary: &'a LaneSummary,
    runs: Vec<&'a LaneSummary>,
}

/// Writes the object and a line feed.
///
/// # Errors
/// When it cannot be written.
pub fn write(report: &Report, out: &mut impl io::Write) -> io::Result<()> {
    let run = &report.run;
    let repeated = report.runs.len() > 1;
    let runs = |n: usize| report.runs.iter().filter(|_| repeated).filter_map(|run| run.lanes.get(n)).collect();
    let lanes = report.lanes.iter().enumerate().map(|(n, summary)| LaneObject { summary, runs: runs(n) });
    let object = Object {
        schema: SCHEMA,
        version: run.version.as_str(),
        command: run.command.iter().map(crate::text::SafeText::as_str).collect(),
        machine: &run.machine,
        cores: run.cores.name(),
        repeats: report.runs.len(),
        workload: workload(report),
        lanes: lanes.collect(),
        verdict: &report.verdict,
        observer: observer(report),
        notes: run.notes.iter().map(crate::text::SafeText::as_str).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &object)?;
    writeln!(out)
}

fn workload(report: &Report) -> Value {
    let (run, work) = (&report.run, &report.run.workload);
    json!({
        "numbers": work.numbers,
        "tasks": work.tasks,
        "cost_ns": work.cost_ns,
        "rounds_per_number": run.rounds_per_number,
        "payload_bytes": work.payload_bytes(),
        "io": work.io,
        "io_latency_ns": work.io_latency_ns,
        "io_kind": work.io_kind.name(),
        "seed": work.seed,
        "skew": work.skew,
        "chunksize": match work.chunk { Chunk::Tasks(n) => json!(n), Chunk::Auto => json!("auto") },
        "max_tasks_per_worker": work.max_records,
        "gil": work.gil,
    })
}

fn observer(report: &Report) -> Value {
    let observer = &report.observer;
    json!({
        "cpu_s": observer.cpu_ns as f64 / 1e9,
        "events": observer.events,
        "late_events": observer.late_events,
        "max_late_ns": observer.max_late_ns,
        "skipped_samples": observer.skipped_samples,
        "peak_bytes": observer.peak_bytes,
    })
}
