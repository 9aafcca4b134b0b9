//! Advice as text and as JSON.

use std::io::{self, Write};

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use serde::Serialize;

use super::advise_report::AdviceReport;
use crate::event::Mode;
use crate::event::units::{format_count, format_elapsed};
use crate::report::phrases;
use crate::source::simulation::{Change, Crossover, Setting, TaskProfile};

/// Version of the JSON format.
const JSON_SCHEMA_VERSION: u32 = 1;

/// Writes the advice for a terminal.
pub(super) fn write_text_advice(report: &AdviceReport, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}\n", phrases::advice_heading(&report.tasks.text, report.cores))?;
    writeln!(out, "{}\n", table(report).trim_fmt())?;
    for sentence in report.sentences() {
        writeln!(out, "{sentence}")?;
    }
    if let Some(confirmation) = &report.confirmation {
        writeln!(out, "\n{}", phrases::confirmed_heading())?;
        for run in &confirmation.runs {
            let (predicted, measured) = (run.setting.prediction.makespan_ns / 1e9, run.median_ns() / 1e9);
            writeln!(out, "  {}", phrases::confirmed_setting(&report.name(&run.setting.plan), predicted, measured))?;
        }
        let disturbed: Vec<_> = confirmation.disturbed().map(|plan| report.name(plan)).collect();
        if !disturbed.is_empty() {
            writeln!(out, "{}", phrases::disturbed_confirmation(&disturbed))?;
        }
        let noise = report.accuracy.noise_floor().p95;
        if let Some((faster, ratio)) = confirmation.faster_than(report.advice.chosen(), noise) {
            writeln!(out, "{}", phrases::faster_neighbour(&report.name(&faster.setting.plan), ratio))?;
        }
        if let Some(confirmed) = confirmation.uncertainty {
            let unconfirmed = confirmation.runs[0].setting.uncertainty(report.accuracy.uncertainty());
            writeln!(out, "{}", phrases::confirmed_interval(confirmed.share(), unconfirmed.share()))?;
        }
    }
    writeln!(out, "\n{}", phrases::python_heading())?;
    report.python().iter().try_for_each(|line| writeln!(out, "  {line}"))
}

fn table(report: &AdviceReport) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).add_row(phrases::setting_headings());
    let mut last_mode = "";
    for (index, setting) in report.advice.settings.iter().enumerate() {
        let mode = phrases::setting_mode(setting.plan.mode, setting.plan.gil);
        let workers = format_count(setting.plan.slots(report.advice.tasks).into());
        let mut row = vec![if mode == last_mode { String::new() } else { mode.into() }, workers];
        row.extend(if setting.refusal().is_some() {
            [(); 4].map(|()| phrases::UNKNOWN.to_owned())
        } else {
            let interval = report.interval(setting);
            [
                format_elapsed(setting.prediction.makespan_ns / 1e9),
                phrases::time_range((interval.low_ns / 1e9, interval.high_ns / 1e9)),
                phrases::memory_bytes(setting.prediction.peak_memory),
                phrases::cores_used(setting.prediction.cores_used()),
            ]
        });
        let mark = match setting {
            _ if index == report.advice.choice => phrases::choice_mark(),
            setting if !report.advice.fits(setting) => phrases::does_not_fit(),
            setting if report.advice.is_tie(setting) => phrases::tie_mark(),
            _ => "",
        };
        table.add_row(row.into_iter().chain([mark.into()]));
        last_mode = mode;
    }
    for column in table.column_iter_mut().skip(1).take(5) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

#[derive(Serialize)]
struct AdviceDocument<'a> {
    schema: u32,
    version: &'static str,
    source: &'static str,
    workload: WorkloadKeys,
    cores: u32,
    cores_here: u32,
    memory_bytes: u64,
    /// Processes that a program may start and keep here.
    processes: u64,
    extrapolated: bool,
    settings: Vec<SettingKeys>,
    /// Index of the chosen setting.
    choice: usize,
    sentences: Vec<String>,
    /// Null if there are too many tasks to search.
    crossovers: Option<Vec<CrossoverKeys>>,
    interval_share: f64,
    /// `default`, `learnt` from earlier runs of --confirm on this machine, or `confirmed` by runs of these tasks.
    interval_origin: &'static str,
    noise_floor: NoiseKeys,
    confirmed: Option<Vec<ConfirmedKeys>>,
    python: Vec<String>,
    /// Titles of the other lanes of a watched program that had tasks.
    not_predicted: &'a [String],
}

/// Means over the tasks.
#[derive(Serialize)]
struct WorkloadKeys {
    tasks: u32,
    cpu_s: f64,
    io_s: f64,
    bytes: f64,
}

#[derive(Serialize)]
struct SettingKeys {
    mode: Mode,
    gil: bool,
    workers: u32,
    chunksize: u32,
    makespan_s: Option<f64>,
    low_s: Option<f64>,
    high_s: Option<f64>,
    closed_form_s: Option<f64>,
    peak_resident_tasks: Option<u32>,
    peak_resident_bytes: Option<u64>,
    /// Of payloads and worker processes.
    peak_memory_bytes: Option<u64>,
    cores_used: Option<f64>,
    tie: bool,
    /// Whether this machine has memory and processes enough.
    fits: bool,
    reservations: Vec<String>,
}

#[derive(Serialize)]
struct CrossoverKeys {
    /// `io_s` or `tasks`.
    change: &'static str,
    at: f64,
    more: bool,
    mode: Mode,
    workers: u32,
}

#[derive(Serialize)]
struct NoiseKeys {
    median: f64,
    p95: f64,
    /// Whether it was measured on this machine.
    measured: bool,
}

#[derive(Serialize)]
struct ConfirmedKeys {
    mode: Mode,
    workers: u32,
    predicted_s: f64,
    measured_s: Vec<f64>,
    /// Whether other programs used the cores during a run.
    disturbed: bool,
}

/// Writes the advice as an indented JSON object. Keys are added, never renamed.
pub(super) fn write_json(report: &AdviceReport, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &document(report)).map_err(io::Error::from)?;
    writeln!(out)
}

fn document(report: &AdviceReport) -> AdviceDocument<'_> {
    let tasks = &report.tasks.profile.tasks;
    let mean = |of: fn(&TaskProfile) -> f64| tasks.iter().map(of).sum::<f64>() / tasks.len() as f64;
    let confirmed = report.confirmation.as_ref().map(|confirmation| {
        let keys = confirmation.runs.iter().map(|run| ConfirmedKeys {
            mode: run.setting.plan.mode,
            workers: run.setting.plan.slots(report.advice.tasks),
            predicted_s: run.setting.prediction.makespan_ns / 1e9,
            measured_s: run.measured_ns.iter().map(|ns| ns / 1e9).collect(),
            disturbed: run.is_disturbed,
        });
        keys.collect()
    });
    let noise = report.accuracy.noise_floor();
    AdviceDocument {
        schema: JSON_SCHEMA_VERSION,
        version: env!("CARGO_PKG_VERSION"),
        source: report.tasks.origin.name(),
        workload: WorkloadKeys {
            tasks: report.advice.tasks,
            cpu_s: mean(TaskProfile::cpu_ns) / 1e9,
            io_s: mean(TaskProfile::waits_ns) / 1e9,
            bytes: mean(|task| task.bytes as f64),
        },
        cores: report.cores,
        cores_here: report.cores_here,
        memory_bytes: report.advice.capacity.memory,
        processes: report.advice.capacity.processes,
        extrapolated: report.cores > report.cores_here,
        settings: report.advice.settings.iter().map(|setting| setting_keys(report, setting)).collect(),
        choice: report.advice.choice,
        sentences: report.sentences(),
        crossovers: report.crossovers.as_ref().map(|found| found.iter().map(crossover_keys).collect()),
        interval_share: report.uncertainty().share(),
        interval_origin: match report.confirmed() {
            Some(_) => "confirmed",
            None if report.accuracy.interval_width().is_learnt() => "learnt",
            None => "default",
        },
        noise_floor: NoiseKeys { median: noise.median, p95: noise.p95, measured: noise.is_measured },
        confirmed,
        python: report.python(),
        not_predicted: &report.tasks.not_predicted,
    }
}

fn setting_keys(report: &AdviceReport, setting: &Setting) -> SettingKeys {
    let (tasks, plan, prediction) = (report.advice.tasks, &setting.plan, &setting.prediction);
    let is_predicted = setting.refusal().is_none();
    let seconds = |ns: f64| is_predicted.then_some(ns / 1e9);
    let interval = report.interval(setting);
    SettingKeys {
        mode: plan.mode,
        gil: plan.has_gil(),
        workers: plan.slots(tasks),
        chunksize: plan.lane_plan(tasks).chunk,
        makespan_s: seconds(prediction.makespan_ns),
        low_s: seconds(interval.low_ns),
        high_s: seconds(interval.high_ns),
        closed_form_s: seconds(prediction.closed_form_ns),
        peak_resident_tasks: is_predicted.then_some(prediction.peak_tasks),
        peak_resident_bytes: is_predicted.then_some(prediction.peak_bytes),
        peak_memory_bytes: is_predicted.then_some(prediction.peak_memory),
        cores_used: is_predicted.then(|| prediction.cores_used()),
        tie: report.advice.is_tie(setting),
        fits: report.advice.fits(setting),
        reservations: setting.reservations.iter().map(|it| phrases::reservation(&it.text())).collect(),
    }
}

fn crossover_keys(crossover: &Crossover) -> CrossoverKeys {
    let (change, at) = match crossover.change {
        Change::Io(io_ns) => ("io_s", io_ns / 1e9),
        Change::Tasks(tasks) => ("tasks", tasks.into()),
    };
    CrossoverKeys { change, at, more: crossover.is_more, mode: crossover.plan.mode, workers: crossover.plan.workers }
}
