//! Settings that are recommended against the best of the grid, in real runs. Each workload is recorded once, by a pool
//! of 4; the choice of `mpviz advise` runs in turns with the setting that is really the fastest.
//!
//! `cargo bench --bench recommendation -- SEED FIRST LAST` measures the workloads `FIRST..LAST`.

mod measure;

use measure::grid_workload::{GridWorkload, options_of_plan};
use measure::{figure_of_first_lane, installed_mpviz, median, medians, run_json};
use mpviz::app::calibration;
use mpviz::event::Mode;
use mpviz::event::workload::ChunkSize;
use mpviz::probe::machine::usable_cores;
use mpviz::source::simulation::{Advice, Capacity, Plan, Setting};

/// Settings that are predicted to take longer than this many times the fastest are not run.
const MAX_PREDICTED: f64 = 1.6;
/// Runs of each setting that find the fastest, and of the fastest and the choice that compare them.
const SEARCH_RUNS: usize = 3;
const COMPARING_RUNS: usize = 9;

fn makespan(workload: &GridWorkload, plan: &Plan) -> f64 {
    let report = run_json(&format!("{} {}", options_of_plan(plan), workload.options()));
    figure_of_first_lane(&report, "/makespan_s")
}

/// The setting with the shortest median of several runs, which are taken in turns.
fn fastest_in_real_runs<'a>(workload: &GridWorkload, settings: &[&'a Setting]) -> &'a Setting {
    let mut measured = vec![Vec::new(); settings.len()];
    for _ in 0..SEARCH_RUNS {
        for (setting, measured) in settings.iter().zip(&mut measured) {
            measured.push(makespan(workload, &setting.plan));
        }
    }
    let mut medians = measured.iter_mut().map(|measured| median(measured)).zip(settings).collect::<Vec<_>>();
    medians.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    medians[0].1
}

fn name(setting: &Setting) -> String {
    match setting.plan.mode {
        Mode::Serial | Mode::Process => setting.plan.mode.name().into(),
        mode => format!("{} {}", mode.name(), setting.plan.workers),
    }
}

fn main() {
    let numbers: Vec<u64> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let [seed, first, last] = numbers[..] else {
        println!("usage: cargo bench --bench recommendation -- SEED FIRST LAST");
        return;
    };
    let cores = usable_cores().len() as u32;
    let constants = calibration::measure(&installed_mpviz(), &usable_cores()).expect("the machine is measured");
    let dir = tempfile::tempdir().expect("a directory");
    let mut ratios = Vec::new();
    for number in first..last {
        let (_, workload) = GridWorkload::draw(seed, number);
        let recorded = workload.record(&constants, &dir.path().join("run"));
        let conditions = Some(&recorded.conditions);
        let room = (cores, Capacity::UNLIMITED);
        let advice = Advice::new(&recorded.profile, conditions, room, ChunkSize::Tasks(1), &constants);
        let Ok(advice) = advice else {
            println!("{number}: no choice");
            continue;
        };
        let chosen = advice.chosen();
        let mut settings = advice.others();
        settings.push(chosen);
        let predicted = |setting: &Setting| setting.prediction.makespan_ns;
        let least = settings.iter().map(|setting| predicted(setting)).fold(f64::MAX, f64::min);
        settings.retain(|setting| predicted(setting) <= MAX_PREDICTED * least);
        let fastest = fastest_in_real_runs(&workload, &settings);
        let [of_choice, of_fastest] = if fastest == chosen {
            [1.0; 2]
        } else {
            medians(
                COMPARING_RUNS,
                [&mut || makespan(&workload, &chosen.plan), &mut || makespan(&workload, &fastest.plan)],
            )
        };
        let ratio = of_choice / of_fastest;
        ratios.push(ratio);
        println!(
            "{number}: {}\n  choice {}, fastest of {} {}: {:+.1} %, predicted {:+.1} %",
            workload.options(),
            name(chosen),
            settings.len(),
            name(fastest),
            100.0 * (ratio - 1.0),
            100.0 * (predicted(chosen) / predicted(fastest) - 1.0),
        );
    }
    let share = |most: f64| 100.0 * ratios.iter().filter(|ratio| **ratio <= most).count() as f64 / ratios.len() as f64;
    println!(
        "{} workloads: {:.0} % within 5 % of the fastest, {:.0} % within 10 %",
        ratios.len(),
        share(1.05),
        share(1.1)
    );
}
