//! A lane with the tasks measured in it, and predictions for them.

use super::{SimulatedRun, WhatIfError};
use crate::app::calibration::known_accuracy;
use crate::event::{Event, LaneId, LanePlan, Mode, Run, StampedEvent};
use crate::model::{Lane, Model};
use crate::probe::machine::{describe_machine, usable_cores};
use crate::report::phrases::{self, IntervalWidth};
use crate::source::simulation::{
    MachineConstants, Plan, ProfileError, RecordedWorkload, RunRecorder, Setting, TIE, choose_plan, reservations,
    simulate, simulate_run,
};
use crate::ui::{LanePredictions, LaneSetting, PredictedSetting};

/// Name of the recorded run, beside which a simulated lane is shown.
const RUN_NAME: &str = "recording";
/// Largest number of workers that is predicted.
const MAX_WIDTH: u32 = 64;

/// A lane that has run.
pub(super) struct MeasuredLane {
    /// The lane, and the index of its run.
    position: (usize, LaneId),
    model: Model,
    run: Run,
    plan: LanePlan,
    recorded: RecordedWorkload,
    pub(super) predictions: LanePredictions,
}

impl MeasuredLane {
    /// Reads the lane of the run with this index from the events of a recording.
    pub(super) fn read(
        events: impl Iterator<Item = StampedEvent>,
        run: usize,
        lane: LaneId,
        constants: MachineConstants,
    ) -> Result<Self, WhatIfError> {
        let (mut model, mut recorder) = (Model::new(), RunRecorder::default());
        let mut runs = 0;
        for stamped in events {
            runs += usize::from(matches!(stamped.event, Event::RunStarted(_)));
            // What follows an invalid event is not shown, and not measured either.
            if runs > run + 1 || runs == run + 1 && model.apply(&stamped).is_err() {
                break;
            }
            if runs == run + 1 {
                recorder.apply(&stamped);
            }
        }
        let described = model.run().cloned().ok_or(WhatIfError::NoFile)?;
        let plan = model.lanes().get(lane.index()).map(Lane::plan).cloned().ok_or(ProfileError::NoLane(lane))?;
        let summary = model.summary().and_then(|summary| summary.lanes.into_iter().nth(lane.index()));
        let recorded = recorder.finish(lane, summary.as_ref(), &constants)?;
        let predictions = predictions(&described, &plan, &recorded)?;
        Ok(Self { position: (run, lane), model, run: described, plan, recorded, predictions })
    }

    /// Simulates a setting, and puts it beside the measured lane.
    pub(super) fn simulate(&self, setting: LaneSetting) -> SimulatedRun {
        let lane = self.position.1;
        let plan = plan_of(setting, &self.plan, &self.recorded);
        let workload = self.run.workload.clone().unwrap_or_default();
        let (mut events, mut model) = (Vec::new(), Model::new());
        let RecordedWorkload { profile, constants, .. } = &self.recorded;
        simulate_run(profile, &plan, constants, &workload, &self.run.machine, |mut stamped| {
            if let Event::RunStarted(run) = &mut stamped.event {
                (run.rounds_per_number, run.cores) = (self.run.rounds_per_number, self.run.cores);
            }
            // What the simulation emits is valid.
            let _ = model.apply(&stamped);
            events.push(stamped);
        });
        let common = Run { notes: Vec::new(), repeat: None, began_ms: None, ..self.run.clone() };
        let runs = vec![(RUN_NAME.into(), self.model.clone()), (RUN_NAME.into(), model)];
        let model = Model::side_by_side(common, runs, &[(0, lane), (1, LaneId(0))]);
        SimulatedRun { model, events: events.into(), setting, of: self.position }
    }
}

/// The plan of a setting, on the cores and with the chunks of a measured lane.
fn plan_of(setting: LaneSetting, lane: &LanePlan, recorded: &RecordedWorkload) -> Plan {
    Plan {
        mode: setting.mode,
        gil: setting.gil,
        workers: setting.workers,
        chunk: recorded.chunk,
        cores: lane.cores.len() as u32,
    }
}

/// The setting of a measured lane, then 1, 2, 4 … workers of a pool and of threads, and a process for every task if it is
/// native.
fn settings(run: &Run, lane: &LanePlan, recorded: &RecordedWorkload) -> Vec<LaneSetting> {
    let tasks = recorded.profile.tasks.len() as u32;
    let gil = if lane.mode == Mode::Threads { lane.gil } else { run.workload.as_ref().is_none_or(|it| it.gil) };
    let most = MAX_WIDTH.min(tasks);
    let widths = (0..).map(|n| 1 << n).take_while(|width| *width < most).chain([most]);
    let todays = LaneSetting { mode: lane.mode, gil, workers: lane.workers };
    let listed = [Mode::Pool, Mode::Threads]
        .into_iter()
        .flat_map(|mode| widths.clone().map(move |workers| LaneSetting { mode, gil, workers }));
    let process =
        recorded.conditions.python.is_none().then_some(LaneSetting { mode: Mode::Process, gil, workers: tasks });
    let mut settings: Vec<_> = listed.chain(process).filter(|setting| *setting != todays).chain([todays]).collect();
    // Serial lanes first: they have one worker.
    settings.sort_by_key(|setting| (setting.mode == Mode::Process, setting.mode == Mode::Threads, setting.workers));
    settings
}

/// Predicts settings for a measured lane. Fails if no other than its own can be.
fn predictions(run: &Run, lane: &LanePlan, recorded: &RecordedWorkload) -> Result<LanePredictions, WhatIfError> {
    let tasks = recorded.profile.tasks.len() as u32;
    let settings = settings(run, lane, recorded);
    let is_todays = |setting: &LaneSetting| (setting.mode, setting.workers) == (lane.mode, lane.workers);
    let predict = |setting: &LaneSetting| {
        let plan = plan_of(*setting, lane, recorded);
        let prediction = simulate(&recorded.profile, &plan, &recorded.constants);
        Setting { plan, prediction, reservations: reservations(&recorded.profile, Some(&recorded.conditions), &plan) }
    };
    let predicted: Vec<Setting> = settings.iter().map(predict).collect();
    let others = settings.iter().zip(&predicted).filter(|(setting, _)| !is_todays(setting));
    if let Some(refusal) = others.clone().find_map(|(_, predicted)| predicted.refusal()) {
        return Err(WhatIfError::Refused(refusal));
    }
    let plans: Vec<_> = predicted.iter().map(|setting| (setting.plan, setting.prediction)).collect();
    let chosen = choose_plan(tasks, &plans).unwrap_or(0);
    let fastest_ns = plans.iter().map(|(_, prediction)| prediction.makespan_ns).fold(f64::INFINITY, f64::min);
    let accuracy = known_accuracy();
    // Where notes widen all intervals, the least of them.
    let shares = predicted.iter().map(|setting| setting.uncertainty(accuracy.uncertainty()).share());
    let (share, width) = (shares.fold(f64::INFINITY, f64::min), accuracy.interval_width());
    let interval_width = if share > width.share { IntervalWidth { share, runs: 0, ..width } } else { width };
    let row = |(n, (setting, predicted)): (usize, (&LaneSetting, &Setting))| {
        let makespan_ns = predicted.prediction.makespan_ns;
        let interval = predicted.uncertainty(accuracy.uncertainty()).interval_around(makespan_ns);
        PredictedSetting {
            setting: *setting,
            predicted_s: makespan_ns / 1e9,
            interval_s: (interval.low_ns / 1e9, interval.high_ns / 1e9),
            is_chosen: n == chosen,
            is_tie: n != chosen && makespan_ns <= TIE * fastest_ns,
            is_todays: is_todays(setting),
        }
    };
    Ok(LanePredictions {
        settings: settings.iter().zip(&predicted).enumerate().map(row).collect(),
        measured_s: recorded.makespan_ns / 1e9,
        cores: lane.cores.len() as u32,
        noise_floor: accuracy.noise_floor(),
        interval_width,
        notes: notes(run, recorded, &predicted),
        // A program is not run with another setting, and its lanes are opened while it runs.
        can_try: run.program.is_none(),
    })
}

/// What makes predictions less sure.
fn notes(run: &Run, recorded: &RecordedWorkload, predicted: &[Setting]) -> Vec<String> {
    // Processes of Python have their costs in the recording.
    let has_own_costs = recorded.conditions.python.is_some_and(|mode| mode != Mode::Threads);
    let elsewhere = !has_own_costs && run.machine != describe_machine(&usable_cores());
    let mut notes: Vec<_> = elsewhere.then(phrases::recorded_elsewhere).into_iter().collect();
    for text in predicted.iter().flat_map(|setting| &setting.reservations).map(|it| phrases::reservation(&it.text())) {
        if !notes.contains(&text) {
            notes.push(text);
        }
    }
    notes
}
