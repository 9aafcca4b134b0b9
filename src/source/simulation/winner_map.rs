//! Predicts which mode is the fastest, over shares of I/O and numbers of tasks or payloads.

use super::advice::plans;
use super::constants::MachineConstants;
use super::plan::Plan;
use super::prediction::{Prediction, TIE};
use super::profile::{Description, DescriptionError, WorkloadProfile};
use super::simulate;
use crate::event::Mode;
use crate::report::winner_map::{Contest, Contestant, IO_PERCENTS, MapCell, MapRequest, MapRows, WinnerMap};

/// How much longer than with its best number of workers a mode may take with fewer, to be shown with those.
const WIDTH_TIE: f64 = 1.01;

impl MapRequest {
    /// The tasks of a cell.
    #[must_use]
    pub fn description(&self, row: usize, column: usize) -> Description {
        let io = self.io(column);
        let (tasks, memory) = match &self.rows {
            MapRows::Tasks(rows) => (rows[row], self.payload),
            MapRows::Payload(rows) => (self.tasks, rows[row]),
        };
        Description { tasks, cpu: self.cpu, io, io_operations: u32::from(io > 0), memory }
    }

    /// Predicts all cells.
    pub fn map(&self, constants: &MachineConstants) -> Result<WinnerMap, DescriptionError> {
        let columns = 0..IO_PERCENTS.len();
        let positions = (0..self.rows.count()).flat_map(|row| columns.clone().map(move |column| (row, column)));
        let cell = |(row, column)| self.cell(&self.description(row, column), constants);
        Ok(WinnerMap { request: self.clone(), cells: positions.map(cell).collect::<Result<_, _>>()? })
    }

    fn cell(&self, described: &Description, constants: &MachineConstants) -> Result<MapCell, DescriptionError> {
        let profile = described.profile(constants)?;
        let predict = |plan: Plan| Some((plan, simulate(&profile, &plan, constants))).filter(|it| self.fits(it));
        let candidates: Vec<_> = plans(described.tasks, self.cores, self.chunk)
            .into_iter()
            .filter(|plan| plan.gil)
            .filter_map(predict)
            .collect();
        let with_width = |mode| Plan { mode, gil: true, workers: self.workers, chunk: self.chunk, cores: self.cores };
        let given = Mode::ALL_VARIANTS.map(|mode| match mode {
            Mode::Serial | Mode::Process => candidates.iter().copied().find(|(plan, _)| plan.mode == mode),
            Mode::Pool | Mode::Threads => predict(with_width(mode)),
        });
        let best = Mode::ALL_VARIANTS.map(|mode| best_width(mode, &candidates));
        Ok(MapCell { given_width: contest(&given, &profile), best_width: contest(&best, &profile) })
    }

    /// Whether its payloads and processes fit into memory at once.
    fn fits(&self, (_, prediction): &(Plan, Prediction)) -> bool {
        prediction.peak_memory <= self.memory
    }
}

fn contest(modes: &[Option<(Plan, Prediction)>; 4], profile: &WorkloadProfile) -> Contest {
    let tasks = profile.tasks.len() as u32;
    let contestant = |(plan, prediction): &(Plan, Prediction)| Contestant {
        mode: plan.mode,
        workers: plan.slots(tasks),
        makespan_s: prediction.makespan_ns / 1e9,
        peak_bytes: prediction.peak_bytes,
    };
    let mut entries: Vec<_> = modes.iter().flatten().map(contestant).collect();
    entries.sort_by(|one, other| one.makespan_s.total_cmp(&other.makespan_s));
    let fastest = entries.first().map_or(0.0, |entry| entry.makespan_s);
    let tied = entries.iter().take_while(|entry| entry.makespan_s <= TIE * fastest).count();
    Contest { entries, tied, confirmation: None }
}

/// The plan of a mode with the fewest workers that is as fast as its fastest.
fn best_width(mode: Mode, candidates: &[(Plan, Prediction)]) -> Option<(Plan, Prediction)> {
    let of_mode = || candidates.iter().filter(move |(plan, _)| plan.mode == mode);
    let best = of_mode().map(|(_, prediction)| prediction.makespan_ns).min_by(f64::total_cmp)?;
    of_mode().find(|(_, prediction)| prediction.makespan_ns <= WIDTH_TIE * best).copied()
}
