//! The JSON report. Its keys are a stable interface: keys are added, never renamed or removed.

use std::io;

use serde::Serialize;

use super::{Report, phrases, problems};
use crate::event::text::SafeText;
use crate::event::workload::ChunkSize;
use crate::event::{ClusterGraph, CodeLocation, Exit, LaneId, Machine, Mode, Run};
use crate::model::{
    CoreTime, DifferenceReason, Finding, LaneSummary, ObservationCost, Problem, ProgramSummary, serialize_exact,
};

/// Version of the JSON format.
pub(super) const JSON_SCHEMA_VERSION: u32 = 1;

/// Writes the report as an indented JSON object with a line feed.
pub fn write(report: &Report, out: &mut impl io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &report_document(report)).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct ReportDocument<'a> {
    schema: u32,
    version: &'a SafeText,
    command: &'a [SafeText],
    machine: &'a Machine,
    cores: &'static str,
    repeats: usize,
    workload: Option<WorkloadKeys>,
    lanes: Vec<LaneKeys<'a>>,
    verdict: VerdictKeys,
    observer: ObserverKeys,
    unfinished_repeats: usize,
    notes: &'a [SafeText],
    doubts: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    graph: Option<&'a ClusterGraph>,
    #[serde(skip_serializing_if = "Option::is_none")]
    program: Option<ProgramKeys<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<Vec<FindingKeys<'a>>>,
}

/// A watched program.
#[derive(Serialize)]
struct ProgramKeys<'a> {
    engine: Option<&'a SafeText>,
    attached: u32,
    elapsed_s: f64,
    exit: Option<Exit>,
    dropped_reports: u64,
    serial_s: Option<f64>,
    longest_s: Option<f64>,
    after: Option<&'a CodeLocation>,
    before: Option<&'a CodeLocation>,
}

/// What slowed a watched program down.
#[derive(Serialize)]
struct FindingKeys<'a> {
    name: &'static str,
    /// Index of the lane; null if it concerns the whole program.
    lane: Option<LaneId>,
    title: Option<&'a str>,
    sentence: String,
    change: String,
    cost_s: f64,
    /// What the change would take; null if it is not predicted.
    remedy: Option<RemedyKeys>,
}

#[derive(Serialize)]
struct RemedyKeys {
    mode: Mode,
    workers: u32,
    /// Null if the chunk size stays.
    chunksize: Option<u32>,
    predicted_s: f64,
    low_s: f64,
    high_s: f64,
    today_s: f64,
}

#[derive(Serialize)]
struct WorkloadKeys {
    numbers: u64,
    tasks: u32,
    cost_ns: u64,
    rounds_per_number: u32,
    payload_bytes: u64,
    io: u32,
    io_latency_ns: u64,
    io_kind: &'static str,
    #[serde(serialize_with = "serialize_exact")]
    seed: u64,
    skew: f64,
    chunksize: SavedChunkSize,
    max_tasks_per_worker: Option<u32>,
    gil: bool,
    start_method: &'static str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum SavedChunkSize {
    Tasks(u32),
    Auto(&'static str),
}

#[derive(Serialize)]
struct LaneKeys<'a> {
    #[serde(flatten)]
    lane: &'a LaneSummary,
    runs: Vec<RunKeys<'a>>,
    makespan_min_s: Option<f64>,
    makespan_max_s: Option<f64>,
    core_time_s: Option<CoreTime>,
    problems: &'a [Problem],
}

#[derive(Serialize)]
struct RunKeys<'a> {
    #[serde(flatten)]
    lane: &'a LaneSummary,
    core_time_s: Option<CoreTime>,
    problems: &'a [Problem],
}

#[derive(Serialize)]
struct VerdictKeys {
    fastest: Option<Mode>,
    ratio: Option<f64>,
    reason: DifferenceReason,
    sentence: String,
    /// Index of the fastest lane.
    fastest_lane: Option<usize>,
}

#[derive(Serialize)]
struct ObserverKeys {
    cpu_s: f64,
    events: u64,
    late_events: u64,
    max_late_ns: u64,
    skipped_samples: u64,
    peak_bytes: Option<u64>,
    longest_unseen_ns: u64,
}

fn report_document(report: &Report) -> ReportDocument<'_> {
    let Report { run, lanes, ranges, repeats, runs, verdict, observer } = report;
    // A single run has no list of runs: its figures are the lane's own keys.
    let of_lane = |lane: usize| runs.iter().filter(|_| runs.len() > 1).filter_map(move |run| run.lanes.get(lane));
    let repeated = |lane| {
        of_lane(lane).map(|lane| RunKeys { lane, core_time_s: lane.core_time_s, problems: &lane.problems }).collect()
    };
    let lane = |i: usize| {
        let (lane, range) = (&lanes[i], ranges.get(i).copied().flatten());
        LaneKeys {
            lane,
            runs: repeated(i),
            makespan_min_s: range.map(|(min, _)| min),
            makespan_max_s: range.map(|(_, max)| max),
            core_time_s: lane.core_time_s,
            problems: &lane.problems,
        }
    };
    ReportDocument {
        schema: JSON_SCHEMA_VERSION,
        version: &run.version,
        command: &run.command,
        machine: &run.machine,
        cores: run.cores.name(),
        repeats: *repeats,
        workload: workload_keys(run),
        lanes: (0..lanes.len()).map(lane).collect(),
        verdict: VerdictKeys {
            fastest: verdict.fastest,
            ratio: verdict.ratio,
            reason: verdict.reason,
            sentence: report.verdict_sentence().whole_sentence(),
            fastest_lane: verdict.fastest.and(verdict.fastest_lane),
        },
        observer: self::observer_keys(observer),
        unfinished_repeats: runs.len() - repeats,
        notes: &run.notes,
        doubts: problems::doubt_sentences(report),
        graph: run.graph.as_ref(),
        program: report.program().map(program_keys),
        findings: report.program().map(|program| program.findings.iter().map(finding_keys).collect()),
    }
}

fn program_keys(program: &ProgramSummary) -> ProgramKeys<'_> {
    let serial = program.serial_part.as_ref();
    ProgramKeys {
        engine: program.engine.as_ref(),
        attached: program.attached,
        elapsed_s: program.elapsed_s,
        exit: program.exit,
        dropped_reports: program.dropped_reports,
        serial_s: serial.map(|part| part.serial_s),
        longest_s: serial.map(|part| part.longest_s),
        after: serial.and_then(|part| part.after.as_ref()),
        before: serial.and_then(|part| part.before.as_ref()),
    }
}

fn finding_keys(finding: &Finding) -> FindingKeys<'_> {
    FindingKeys {
        name: finding.kind.name(),
        lane: finding.lane,
        title: finding.title.as_deref(),
        sentence: phrases::finding_sentence(finding),
        change: phrases::finding_change(finding),
        cost_s: finding.cost_s,
        remedy: finding.remedy.map(|remedy| RemedyKeys {
            mode: remedy.mode,
            workers: remedy.workers,
            chunksize: remedy.chunk,
            predicted_s: remedy.predicted_s,
            low_s: remedy.interval_s.0,
            high_s: remedy.interval_s.1,
            today_s: remedy.today_s,
        }),
    }
}

fn workload_keys(run: &Run) -> Option<WorkloadKeys> {
    let workload = run.workload.as_ref()?;
    Some(WorkloadKeys {
        numbers: workload.numbers,
        tasks: workload.tasks,
        cost_ns: workload.cost_ns,
        rounds_per_number: run.rounds_per_number,
        payload_bytes: workload.payload_bytes(),
        io: workload.io,
        io_latency_ns: workload.io_latency_ns,
        io_kind: workload.io_kind.name(),
        seed: workload.seed,
        skew: workload.skew,
        chunksize: match workload.chunk {
            ChunkSize::Tasks(tasks) => SavedChunkSize::Tasks(tasks),
            ChunkSize::Auto => SavedChunkSize::Auto("auto"),
        },
        max_tasks_per_worker: workload.max_records,
        gil: workload.gil,
        start_method: workload.start_method.name(),
    })
}

fn observer_keys(observer: &ObservationCost) -> ObserverKeys {
    let ObservationCost { cpu_ns, events, late_events, max_late_ns, skipped_samples, peak_bytes, longest_unseen_ns } =
        *observer;
    let cpu_s = cpu_ns as f64 / 1e9;
    // 0 is recorded if it was unreadable.
    let peak_bytes = (peak_bytes > 0).then_some(peak_bytes);
    ObserverKeys { cpu_s, events, late_events, max_late_ns, skipped_samples, peak_bytes, longest_unseen_ns }
}
