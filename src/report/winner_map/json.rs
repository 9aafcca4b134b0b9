//! A map of winners as JSON.

use std::io;

use serde::Serialize;

use super::{Confirmation, Contest, ContestRun, Contestant, IO_PERCENTS, MapRows, WinnerMap};
use crate::event::Mode;
use crate::report::phrases;

/// Version of the JSON format.
const JSON_SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct MapDocument {
    schema: u32,
    version: &'static str,
    /// `tasks` or `payload`.
    against: &'static str,
    task_cpu_s: f64,
    cores: u32,
    cores_here: u32,
    extrapolated: bool,
    workers: u32,
    cells: Vec<CellKeys>,
    sentences: Vec<String>,
}

#[derive(Serialize)]
struct CellKeys {
    tasks: u32,
    payload_bytes: u64,
    io_share: f64,
    task_io_s: f64,
    given_width: ContestKeys,
    best_width: ContestKeys,
}

#[derive(Serialize)]
struct ContestKeys {
    /// Null if there is a tie, or no mode fits into memory.
    winner: Option<Mode>,
    tie: bool,
    /// Time of the next mode divided by that of the fastest; null without another mode.
    lead: Option<f64>,
    /// The fastest first.
    modes: Vec<ContestantKeys>,
    /// Null if it was not run, or other programs disturbed the runs.
    confirmed: Option<bool>,
    disturbed: bool,
    runs: Vec<RunKeys>,
}

#[derive(Serialize)]
struct ContestantKeys {
    mode: Mode,
    workers: u32,
    makespan_s: f64,
    peak_resident_bytes: u64,
}

#[derive(Serialize)]
struct RunKeys {
    mode: Mode,
    workers: u32,
    predicted_s: f64,
    measured_s: f64,
    disturbed: bool,
}

/// Writes a map as an indented JSON object. Keys are added, never renamed.
pub fn write(map: &WinnerMap, out: &mut impl io::Write) -> io::Result<()> {
    let cells = map.cells.iter().enumerate().map(|(n, cell)| {
        let (row, column) = (n / IO_PERCENTS.len(), n % IO_PERCENTS.len());
        let (tasks, payload_bytes) = match &map.request.rows {
            MapRows::Tasks(rows) => (rows[row], map.request.payload),
            MapRows::Payload(rows) => (map.request.tasks, rows[row]),
        };
        CellKeys {
            tasks,
            payload_bytes,
            io_share: f64::from(IO_PERCENTS[column]) / 100.0,
            task_io_s: map.request.io(column) as f64 / 1e9,
            given_width: contest_keys(&cell.given_width),
            best_width: contest_keys(&cell.best_width),
        }
    });
    let document = MapDocument {
        schema: JSON_SCHEMA_VERSION,
        version: env!("CARGO_PKG_VERSION"),
        against: match map.request.rows {
            MapRows::Tasks(_) => "tasks",
            MapRows::Payload(_) => "payload",
        },
        task_cpu_s: map.request.cpu as f64 / 1e9,
        cores: map.request.cores,
        cores_here: map.request.cores_here,
        extrapolated: map.request.cores > map.request.cores_here,
        workers: map.request.workers,
        cells: cells.collect(),
        sentences: phrases::map_sentences(map),
    };
    serde_json::to_writer_pretty(&mut *out, &document).map_err(io::Error::from)?;
    writeln!(out)
}

fn contest_keys(contest: &Contest) -> ContestKeys {
    let run = |ContestRun { predicted, measured_s, is_disturbed }: &ContestRun| RunKeys {
        mode: predicted.mode,
        workers: predicted.workers,
        predicted_s: predicted.makespan_s,
        measured_s: *measured_s,
        disturbed: *is_disturbed,
    };
    let runs = contest.confirmation.as_ref().map_or(&[][..], |confirmation| &confirmation.runs);
    let contestant = |entry: &Contestant| ContestantKeys {
        mode: entry.mode,
        workers: entry.workers,
        makespan_s: entry.makespan_s,
        peak_resident_bytes: entry.peak_bytes,
    };
    ContestKeys {
        winner: contest.winner().map(|winner| winner.mode),
        tie: contest.is_tie(),
        lead: contest.lead(),
        modes: contest.entries.iter().map(contestant).collect(),
        confirmed: contest.confirmation.as_ref().and_then(|Confirmation { is_confirmed, .. }| *is_confirmed),
        disturbed: runs.iter().any(|run| run.is_disturbed),
        runs: runs.iter().map(run).collect(),
    }
}
