//! Real runs that confirm cells of a map.

use super::advise_confirm::{ConfirmError, described_workload, measure_run};
use crate::app::calibration::{MeasuredRun, keep_errors, known_accuracy};
use crate::cli::exit::print_message;
use crate::event::workload::Workload;
use crate::report::phrases;
use crate::report::winner_map::{
    Confirmation, Contest, ContestRun, Contestant, IO_PERCENTS, MapCell, MapRequest, WinnerMap,
};
use crate::source::simulation::{MachineConstants, Plan, TIE, Uncertainty, reservations};

/// Predicted time of the runs of a cell up to which it is confirmed, in s.
const MAX_CELL_TIME: f64 = 6.0;
/// Workers up to which a setting is run.
const MAX_WORKERS: u32 = 256;
/// Fractional part of the golden ratio: its multiples, modulo 1, spread evenly.
const GOLDEN_RATIO: f64 = 0.618_033_988_749_895;

/// Runs the two fastest modes of both layers in `wanted` cells, fewer if others take too long.
pub(super) fn confirm(
    request: &MapRequest,
    map: &mut WinnerMap,
    wanted: usize,
    constants: &MachineConstants,
    cores: &[u32],
) -> Result<(), ConfirmError> {
    let mut errors = Vec::new();
    let possible: Vec<usize> = (0..map.cells.len()).filter(|n| is_runnable(&map.cells[*n])).collect();
    let sample = spread_sample(possible.len(), wanted);
    let cells: Vec<usize> = sample.into_iter().map(|n| possible[n]).collect();
    let runs = cells.iter().map(|n| settings_of_cell(&map.cells[*n]));
    let (count, predicted_s) = runs.fold((0, 0.0), |(count, sum), settings| {
        (count + settings.len(), sum + settings.iter().map(|setting| setting.makespan_s).sum::<f64>())
    });
    // Modes that tie are predicted to differ by less than 5 %, whatever the noise.
    let noise = known_accuracy().noise_floor().p95.max(TIE - 1.0);
    print_message(&phrases::confirming_map(cells.len(), count, predicted_s));
    for n in cells {
        let described = request.description(n / IO_PERCENTS.len(), n % IO_PERCENTS.len());
        let workload = described_workload(&described)?;
        workload.check_ranges()?;
        let measured = settings_of_cell(&map.cells[n])
            .into_iter()
            .map(|setting| measure(request, &workload, setting, cores).map(|run| (setting, run)))
            .collect::<Result<Vec<_>, _>>()?;
        if let Ok(profile) = described.profile(constants) {
            let is_usable = |(setting, run): &&(Contestant, MeasuredRun)| {
                !run.is_disturbed && reservations(&profile, None, &plan_of(request, setting)).is_empty()
            };
            let usable = measured.iter().filter(is_usable);
            errors.extend(usable.map(|(setting, run)| Uncertainty::error(setting.makespan_s * 1e9, run.makespan_ns)));
        }
        let cell = &mut map.cells[n];
        for contest in [&mut cell.given_width, &mut cell.best_width] {
            contest.confirmation = confirmation(contest, &measured, noise);
        }
    }
    keep_errors(&errors);
    Ok(())
}

fn plan_of(request: &MapRequest, setting: &Contestant) -> Plan {
    let Contestant { mode, workers, .. } = *setting;
    Plan { mode, gil: true, workers, chunk: request.chunk, cores: request.cores }
}

/// Indices below `count`, spread evenly, in the order in which they are run; `wanted` of them if there are as many.
fn spread_sample(count: usize, wanted: usize) -> Vec<usize> {
    let mut sample = Vec::new();
    for n in 0.. {
        if sample.len() >= wanted.min(count) {
            break;
        }
        let start = ((f64::from(n) * GOLDEN_RATIO).fract() * count as f64) as usize;
        let next = (start..count).chain(0..start).find(|index| !sample.contains(index));
        sample.extend(next);
    }
    sample
}

fn is_runnable(cell: &MapCell) -> bool {
    let settings = settings_of_cell(cell);
    let time: f64 = settings.iter().map(|setting| setting.makespan_s).sum();
    let has_two = |contest: &Contest| contest.entries.len() > 1;
    has_two(&cell.given_width)
        && has_two(&cell.best_width)
        && time <= MAX_CELL_TIME
        && settings.iter().all(|setting| setting.workers <= MAX_WORKERS)
}

/// The two fastest modes of both layers, each setting once.
fn settings_of_cell(cell: &MapCell) -> Vec<Contestant> {
    let mut settings: Vec<Contestant> = Vec::new();
    for setting in [&cell.given_width, &cell.best_width].into_iter().flat_map(|contest| contest.entries.iter().take(2))
    {
        if !settings.iter().any(|known| is_same_setting(known, setting)) {
            settings.push(*setting);
        }
    }
    settings
}

fn is_same_setting(one: &Contestant, other: &Contestant) -> bool {
    (one.mode, one.workers) == (other.mode, other.workers)
}

fn measure(
    request: &MapRequest,
    workload: &Workload,
    setting: Contestant,
    cores: &[u32],
) -> Result<MeasuredRun, ConfirmError> {
    measure_run(workload, &plan_of(request, &setting), workload.tasks, cores)
}

fn confirmation(contest: &Contest, measured: &[(Contestant, MeasuredRun)], noise: f64) -> Option<Confirmation> {
    let run = |entry: &Contestant| {
        let of_setting = measured.iter().find(|(setting, _)| is_same_setting(setting, entry));
        of_setting.map(|(_, run)| ContestRun {
            predicted: *entry,
            measured_s: run.makespan_ns / 1e9,
            is_disturbed: run.is_disturbed,
        })
    };
    let [first, next, ..] = &contest.entries[..] else { return None };
    Some(Confirmation::new([run(first)?, run(next)?], contest.is_tie(), noise))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_has_each_cell_once_and_spreads_over_the_map() {
        for (count, wanted) in [(99, 6), (10, 10), (10, 50), (1, 3), (0, 4)] {
            let mut sample = spread_sample(count, wanted);
            sample.sort_unstable();
            sample.dedup();
            assert_eq!(sample.len(), wanted.min(count));
            assert!(sample.iter().all(|n| *n < count));
        }
        let sample = spread_sample(90, 9);
        let thirds = (0..3).map(|third| sample.iter().filter(|n| **n / 30 == third).count());
        assert!(thirds.into_iter().all(|many| many >= 2), "{sample:?}");
    }
}
