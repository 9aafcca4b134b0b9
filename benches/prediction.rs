//! Predictions of native runs against real ones, over a grid drawn by a seed. Each workload is recorded once, by a pool
//! of 4, from which all its other settings are predicted; tasks of even size are also predicted from a description.
//!
//! `cargo bench --bench prediction -- SEED FIRST LAST` measures the workloads `FIRST..LAST`, of 5 settings each.

mod measure;

use std::time::Instant;

use fastrand::Rng;
use measure::grid_workload::{GridWorkload, options_of_plan};
use measure::prediction_errors::PredictionErrors;
use measure::{installed_mpviz, run_json};
use mpviz::app::calibration;
use mpviz::event::Mode;
use mpviz::event::workload::ChunkSize;
use mpviz::probe::machine::usable_cores;
use mpviz::source::simulation::{
    Effect, MachineConstants, Plan, RecordedWorkload, TaskProfile, Uncertainty, WorkloadProfile, reservations, simulate,
};

fn plans(rng: &mut Rng, cores: u32) -> Vec<Plan> {
    let mut workers = || [1, 2, 3, 6, 8, 12, 16, 24, 32, 64][rng.usize(..10)];
    let plan = |mode, workers, chunk| Plan { mode, gil: true, workers, chunk, cores };
    vec![
        plan(Mode::Serial, 1, ChunkSize::Tasks(1)),
        plan(Mode::Threads, workers().max(2), ChunkSize::Tasks(1)),
        plan(Mode::Pool, workers(), ChunkSize::Tasks(1)),
        plan(Mode::Pool, workers(), ChunkSize::Auto),
        plan(Mode::Process, 1, ChunkSize::Tasks(1)),
    ]
}

fn uncertainty(profile: &WorkloadProfile, recorded: Option<&RecordedWorkload>, plan: &Plan) -> Uncertainty {
    let found = reservations(profile, recorded.map(|recorded| &recorded.conditions), plan);
    found.iter().fold(Uncertainty::DEFAULT, |uncertainty, reservation| match reservation.effect() {
        Effect::Widened(share) => uncertainty.at_least(share),
        Effect::Refused => uncertainty,
    })
}

fn print_speed(constants: &MachineConstants) {
    let task = TaskProfile { load_ns: 1e5, first_burst_ns: 1e6, bytes: 1 << 20, ..TaskProfile::default() };
    let profile = WorkloadProfile { tasks: vec![task; 1_000_000] };
    let plan = Plan { mode: Mode::Pool, gil: false, workers: 64, chunk: ChunkSize::Tasks(1), cores: 2 };
    let began = Instant::now();
    let found = simulate(&profile, &plan, constants);
    println!("1,000,000 tasks: {:.0} s simulated in {:.2} s", found.makespan_ns / 1e9, began.elapsed().as_secs_f64());
}

fn main() {
    let numbers: Vec<u64> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let [seed, first, last] = numbers[..] else {
        println!("usage: cargo bench --bench prediction -- SEED FIRST LAST");
        return;
    };
    let cores = usable_cores();
    let began = Instant::now();
    let constants = calibration::measure(&installed_mpviz(), &cores).expect("the machine is measured");
    println!("measured in {:.2} s: {constants:?}", began.elapsed().as_secs_f64());
    print_speed(&constants);
    let dir = tempfile::tempdir().expect("a directory");
    let (mut recorded_errors, mut described_errors) = (PredictionErrors::default(), PredictionErrors::default());
    for number in first..last {
        let (mut rng, workload) = GridWorkload::draw(seed, number);
        println!("{number}: {}", workload.options());
        let recorded = workload.record(&constants, &dir.path().join("run"));
        let described = workload.description().map(|it| it.profile(&constants).expect("a valid description"));
        for plan in plans(&mut rng, cores.len() as u32) {
            let report = run_json(&format!("{} {}", options_of_plan(&plan), workload.options()));
            let measured = report["lanes"][0]["makespan_s"].as_f64().expect("a makespan") * 1e9;
            let predicted = simulate(&recorded.profile, &plan, &constants).makespan_ns;
            recorded_errors.add(predicted, measured, uncertainty(&recorded.profile, Some(&recorded), &plan));
            let described = described.as_ref().map(|profile| {
                let predicted = simulate(profile, &plan, &constants).makespan_ns;
                described_errors.add(predicted, measured, uncertainty(profile, None, &plan));
                predicted
            });
            let error =
                |predicted: f64| format!("{:.3} s ({:+.1} %)", predicted / 1e9, 100.0 * (predicted / measured - 1.0));
            println!(
                "  {:<38} real {:.3} s, predicted {}, described {}",
                options_of_plan(&plan),
                measured / 1e9,
                error(predicted),
                described.map_or("-".into(), error)
            );
        }
    }
    recorded_errors.print("from a recording", 0.2);
    described_errors.print("from a description", 0.2);
}
