//! CSV: one line per lane and run, after a header line.

use std::io;

use ::csv::Writer;

use super::Report;
use crate::event::{ClusterMemory, LaneStatus};
use crate::model::{ClusterSummary, CoreTime, LaneSummary, ProgramLaneSummary, TaskTotals, WorkerTime};

/// Writes the report as CSV (RFC 4180). The cell of a figure that was not measured is empty.
pub fn write(report: &Report, out: &mut impl io::Write) -> io::Result<()> {
    let mut writer = Writer::from_writer(out);
    let lanes =
        report.runs.iter().enumerate().flat_map(|(run, summary)| summary.lanes.iter().map(move |lane| (run, lane)));
    for (n, (run, lane)) in lanes.enumerate() {
        let fields = report_fields(run + 1, lane);
        if n == 0 {
            writer.write_record(fields.iter().map(|(name, _)| name))?;
        }
        writer.write_record(fields.iter().map(|(_, value)| value))?;
    }
    writer.flush()
}

pub(super) type CsvFields = Vec<(&'static str, String)>;

fn report_fields(run: usize, lane: &LaneSummary) -> CsvFields {
    [vec![("run", run.to_string())], csv_fields_of_lane(lane)].concat()
}

/// The keys of the JSON report, with nested objects flattened.
pub(super) fn csv_fields_of_lane(lane: &LaneSummary) -> CsvFields {
    let mut fields = identity_fields(lane);
    fields.extend(time_fields(lane));
    fields.extend(level_fields(lane));
    fields.extend(worker_counts(lane));
    fields.extend(core_time(lane));
    fields.extend([
        ("usable_cores", optional_field(lane.usable_cores)),
        ("taken_by_others_core_s", optional_field(lane.taken_by_others_core_s)),
        ("peak_private_is_lower_bound", lane.peak_private_is_lower_bound.to_string()),
    ]);
    if let Some(program) = &lane.program {
        fields.extend(program_fields(program));
    }
    fields
}

fn program_fields(lane: &ProgramLaneSummary) -> CsvFields {
    let time = lane.worker_time.as_ref();
    let seconds = |part: fn(&WorkerTime) -> Option<f64>| optional_field(time.and_then(part));
    let calls = lane.calls.as_ref().map(|calls| calls.iter().map(|call| u64::from(call.calls)).sum::<u64>());
    let mut fields = vec![
        ("title", text_cell(lane.title.as_str())),
        ("uses", lane.uses.to_string()),
        ("calls", optional_field(calls)),
        ("peak_held_bytes", optional_field(lane.peak_held_bytes)),
        ("parent_cpu_s", optional_field(lane.parent_cpu_s)),
        ("working_s", optional_field(lane.working_s)),
        ("worker_in_tasks_s", seconds(|time| Some(time.in_tasks_s))),
        ("worker_cpu_s", seconds(|time| time.cpu_s)),
        ("worker_blocked_s", seconds(|time| time.blocked_s)),
        ("worker_lock_s", seconds(|time| time.lock_s)),
        ("worker_between_tasks_s", seconds(|time| Some(time.between_tasks_s))),
        ("worker_receive_s", seconds(|time| time.receive_s)),
        ("worker_starting_s", seconds(|time| time.starting_s)),
    ];
    fields.extend(cluster_fields(lane.cluster.as_ref()));
    fields
}

/// Empty for lanes that are no clusters, since a program may have both.
fn cluster_fields(cluster: Option<&ClusterSummary>) -> CsvFields {
    let peak = |bytes: fn(ClusterMemory) -> u64| optional_field(cluster.and_then(|it| it.peak_memory).map(bytes));
    let usage = cluster.and_then(|it| it.usage);
    let held = cluster.and_then(|it| it.held);
    let counted = cluster.and_then(|it| it.counted);
    let saturation = cluster.and_then(|it| it.saturation.as_ref()).map(|text| text_cell(text.as_str()));
    vec![
        ("saturation", saturation.unwrap_or_default()),
        ("peak_on_scheduler", optional_field(held.map(|it| it.peak_on_scheduler))),
        ("peak_on_worker", optional_field(held.map(|it| it.peak_on_worker))),
        ("peak_result_bytes", optional_field(held.map(|it| it.peak_result_bytes))),
        ("counted_peak_not_sent", optional_field(counted.map(|it| it.peak_not_sent))),
        ("counted_peak_on_workers", optional_field(counted.map(|it| it.peak_on_workers))),
        ("counted_peak_failed", optional_field(counted.map(|it| it.peak_failed))),
        ("counted_peak_results", optional_field(counted.map(|it| it.peak_results))),
        ("counted_peak_result_bytes", optional_field(counted.and_then(|it| it.peak_result_bytes))),
        ("counted_finished", optional_field(counted.and_then(|it| it.finished))),
        ("threads_busy", optional_field(cluster.and_then(|it| it.threads_busy))),
        ("peak_managed_bytes", peak(|memory| memory.managed)),
        ("peak_unmanaged_bytes", peak(|memory| memory.unmanaged)),
        ("peak_spilled_bytes", optional_field(cluster.and_then(|it| it.peak_spilled_bytes))),
        ("transfer_wait_s", optional_field(cluster.and_then(|it| it.transfer_wait_s))),
        ("scheduler_cpu_s", optional_field(usage.map(|usage| usage.scheduler_cpu_ns as f64 / 1e9))),
        ("sent_bytes", optional_field(usage.map(|usage| usage.sent_bytes))),
        ("disk_written_bytes", optional_field(usage.map(|usage| usage.disk_written_bytes))),
        ("disk_read_bytes", optional_field(usage.map(|usage| usage.disk_read_bytes))),
        ("peak_waiting_on_workers", optional_field(cluster.and_then(|it| it.peak_waiting_on_workers))),
    ]
}

fn identity_fields(lane: &LaneSummary) -> CsvFields {
    let cores: Vec<_> = lane.cores.iter().map(u32::to_string).collect();
    vec![
        ("mode", lane.mode.name().into()),
        ("engine", text_cell(lane.engine.as_str())),
        ("status", lane.status.map_or("", LaneStatus::name).into()),
        ("workers", lane.workers.to_string()),
        ("cores", cores.join(" ")),
        ("result", optional_field(lane.result)),
        ("expected", lane.expected.map(|sum| sum.to_string()).unwrap_or_default()),
        ("correct", optional_field(lane.correct)),
    ]
}

fn time_fields(lane: &LaneSummary) -> CsvFields {
    vec![
        ("makespan_s", optional_field(lane.makespan_s)),
        ("startup_s", optional_field(lane.startup_s)),
        ("load_s", optional_field(lane.load_s)),
        ("cpu_s", optional_field(lane.cpu_s)),
        ("ns_per_number", optional_field(lane.ns_per_number)),
        ("io_blocked_s", optional_field(lane.io_blocked_s)),
        ("queue_wait_s", optional_field(lane.queue_wait_s)),
        ("run_queue_delay_s", optional_field(lane.run_queue_delay_s)),
        ("stall_core_s", optional_field(lane.stall_core_s)),
        ("stall_io_core_s", optional_field(lane.stall_io_core_s)),
        ("idle_tail_core_s", optional_field(lane.idle_tail_core_s)),
        ("utilization", optional_field(lane.utilization)),
    ]
}

fn level_fields(lane: &LaneSummary) -> CsvFields {
    vec![
        ("peak_queue", optional_field(lane.peak_queue)),
        ("mean_queue", optional_field(lane.mean_queue)),
        ("peak_resident_tasks", optional_field(lane.peak_resident_tasks)),
        ("peak_resident_bytes", optional_field(lane.peak_resident_bytes)),
        ("peak_private_bytes", optional_field(lane.peak_private_bytes)),
        ("peak_pss_bytes", optional_field(lane.peak_pss_bytes)),
    ]
}

fn worker_counts(lane: &LaneSummary) -> CsvFields {
    let tasks = |count: fn(TaskTotals) -> u32| optional_field(lane.tasks.map(count));
    vec![
        ("tasks_submitted", tasks(|tasks| tasks.submitted)),
        ("tasks_finished", tasks(|tasks| tasks.finished)),
        ("tasks_failed", tasks(|tasks| tasks.failed)),
        ("tasks_lost", tasks(|tasks| tasks.lost)),
        ("tasks_abandoned", tasks(|tasks| tasks.abandoned)),
        ("workers_started", lane.workers_started.to_string()),
        ("workers_died", optional_field(lane.workers_died)),
        ("workers_replaced", optional_field(lane.workers_replaced)),
        ("voluntary_switches", optional_field(lane.voluntary_switches)),
        ("involuntary_switches", optional_field(lane.involuntary_switches)),
        ("interventions", lane.interventions.len().to_string()),
    ]
}

fn core_time(lane: &LaneSummary) -> CsvFields {
    let term = |term: fn(&CoreTime) -> f64| optional_field(lane.core_time_s.as_ref().map(term));
    vec![
        ("core_time_adding_s", term(|time| time.adding)),
        ("core_time_loading_s", term(|time| time.loading)),
        ("core_time_starting_s", term(|time| time.starting)),
        ("core_time_stall_io_s", term(|time| time.stall_io)),
        ("core_time_stall_width_s", term(|time| time.stall_width)),
        ("core_time_tail_s", term(|time| time.tail)),
        ("core_time_rest_s", term(|time| time.rest)),
    ]
}

/// A cell with a text, marked as text by an apostrophe if a spreadsheet would take it for a formula.
#[must_use]
pub fn text_cell(text: &str) -> String {
    let mark = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("{mark}{text}")
}

pub(super) fn optional_field(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
