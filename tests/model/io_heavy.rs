//! What the I/O that a key chooses does to a pool and to eager processes, in a simulation of machines of any size.

use crate::support::story::{Story, StoryParameters};
use mpviz::cli::Cli;
use mpviz::engine::{RunPlan, io_heavy_workload};
use mpviz::event::Machine;
use mpviz::model::{DifferenceReason, RunSummary, verdict};

/// Simulates a run with these options on a machine with so many cores, with I/O as the key chooses it.
fn io_heavy_run(options: &[&str], machine_cores: u32) -> RunSummary {
    let args: Vec<_> = ["mpviz", "--no-config"].iter().chain(options).map(Into::into).collect();
    let mut spec = Cli::parse_args(&args).unwrap().run.to_run_spec().unwrap();
    let cores: Vec<u32> = (0..machine_cores).collect();
    let machine = Machine { cores: machine_cores, memory_bytes: 0, os: "story".into() };
    let plan = RunPlan::new(&spec, &cores, machine.clone());
    spec.workload = io_heavy_workload(plan.run(), plan.workload());
    let plan = RunPlan::new(&spec, &cores, machine);
    Story::of_run(plan.run(), &StoryParameters::default()).model_at_end().summary().unwrap()
}

#[test]
fn processes_are_twice_as_fast_because_the_cores_of_the_pool_idle() {
    let wide = ["--workers", "8", "--tasks", "32"];
    let many = ["--tasks", "64"];
    let few = ["--tasks", "12"];
    let all: [(&[&str], u32, usize); 13] = [
        // The default run on 1 to 128 cores, with 1 to 4 cores a lane.
        (&[], 1, 1),
        (&[], 2, 1),
        (&[], 4, 2),
        (&[], 6, 3),
        (&[], 8, 4),
        (&[], 16, 4),
        (&[], 128, 4),
        (&["--cores", "turns"], 2, 2),
        (&["--cores", "turns"], 8, 8),
        (&wide, 8, 4),
        (&wide, 64, 8),
        (&many, 2, 1),
        (&few, 8, 4),
    ];
    for (options, machine, lane_cores) in all {
        let lanes = io_heavy_run(options, machine).lanes;
        let [pool, process] = &lanes[..] else { panic!("two lanes") };
        assert_eq!(pool.cores.len(), lane_cores, "{options:?} on {machine} cores");
        let [pool_s, process_s] = [pool, process].map(|lane| lane.makespan_s.unwrap());
        assert!(pool_s >= 2.0 * process_s, "{options:?} on {machine} cores: {pool_s} and {process_s} s");
        assert!(pool_s < 15.0, "{options:?} on {machine} cores: {pool_s} s");
        let core_time = pool_s * lane_cores as f64;
        assert!(pool.stall_core_s.unwrap() > 0.5 * core_time, "{options:?} on {machine} cores: {pool:?}");
        assert_eq!(verdict(&lanes, 0.0).reason, DifferenceReason::StallIo, "{options:?} on {machine} cores");
    }
}
