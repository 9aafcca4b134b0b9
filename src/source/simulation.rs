//! Predicts a run from measured tasks: simulates a lane with other workers, chunks, mode or cores in virtual time.
//!
//! The simulation reads no clock and no file. [`simulate`] returns what the lane would take; [`simulate_run`] also
//! emits the events of the lane, as the engine would.

mod accuracy;
mod advice;
mod bounds;
mod calibration;
mod capacity;
mod cluster;
mod constants;
mod gil;
mod kernel;
mod lane_measures;
mod lane_simulation;
mod plan;
mod prediction;
mod profile;
mod python_measures;
mod queue;
mod recorded_run;
mod remedies;
mod reservation;
mod run_recorder;
mod task_recorder;
mod winner_map;

use crate::event::workload::Workload;
use crate::event::{CorePolicy, Event, LaneId, Machine, Nanos, Run, StampedEvent};
use crate::text;

pub use crate::event::SIMULATED_ENGINE;
pub use accuracy::Accuracy;
pub use advice::{Advice, Change, Crossover, NoChoice, Setting, crossovers};
pub use bounds::{Interval, Uncertainty};
pub use calibration::CalibrationRun;
pub use capacity::Capacity;
pub use cluster::predict_cluster;
pub use constants::{InterpreterCosts, MachineConstants, ParentCosts};
pub use plan::Plan;
pub use prediction::{Prediction, TIE, choose_plan};
pub use profile::{Arrival, Description, DescriptionError, TaskProfile, WorkloadProfile};
pub use recorded_run::RecordedRun;
pub use remedies::predict_remedies;
pub use reservation::{Effect, Reservation, reservations};
pub use run_recorder::RunRecorder;
pub use task_recorder::{ProfileError, RecordedConditions, RecordedWorkload, TaskRecorder};

use lane_simulation::LaneSimulation;

/// Engine of lanes whose workers are mpviz itself.
pub const NATIVE_ENGINE: &str = "native";

/// Predicts how the tasks run under a plan.
#[must_use]
pub fn simulate(profile: &WorkloadProfile, plan: &Plan, constants: &MachineConstants) -> Prediction {
    LaneSimulation::new(profile, plan, constants, |_, _| {}).run()
}

/// Predicts how the tasks run under a plan, and passes the events of a run with this one lane to `emit`, in order.
///
/// `workload` describes the tasks to the viewer; it has as many tasks as the profile.
pub fn simulate_run(
    profile: &WorkloadProfile,
    plan: &Plan,
    constants: &MachineConstants,
    workload: &Workload,
    machine: &Machine,
    mut emit: impl FnMut(StampedEvent),
) -> Prediction {
    let run = Run {
        version: env!("CARGO_PKG_VERSION").into(),
        command: Vec::new(),
        machine: machine.clone(),
        cores: CorePolicy::Turns,
        workload: Some(Workload { tasks: profile.tasks.len() as u32, ..workload.clone() }),
        rounds_per_number: 0,
        program: None,
        lanes: vec![plan.lane_plan(profile.tasks.len() as u32)],
        notes: vec![text!("simulated-note").into()],
        repeat: None,
        began_ms: None,
        graph: None,
    };
    let mut end: Nanos = 0;
    emit(StampedEvent { at: 0, lane: None, event: Event::RunStarted(Box::new(run)) });
    let prediction = LaneSimulation::new(profile, plan, constants, |at, event| {
        end = at;
        emit(StampedEvent { at, lane: Some(LaneId(0)), event });
    })
    .run();
    emit(StampedEvent { at: end, lane: None, event: Event::Drained { taken: vec![None] } });
    emit(StampedEvent { at: end, lane: None, event: Event::RunEnded {} });
    prediction
}
