//! A lane with the tasks measured in it, and predictions for them.

use super::{SimulatedRun, WhatIfError};
use crate::app::calibration::{capacity, known_accuracy};
use crate::event::{Event, LaneId, LanePlan, Mode, PoolKind, ProgramPool, Run, StampedEvent};
use crate::model::{Lane, Model};
use crate::probe::machine::{describe_machine, usable_cores};
use crate::report::phrases::{self, IntervalWidth};
use crate::source::simulation::{
    Capacity, MachineConstants, Plan, ProfileError, RecordedRun, RecordedWorkload, Setting, TIE, choose_plan,
    reservations, simulate, simulate_run,
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
        events: impl IntoIterator<Item = StampedEvent>,
        run: usize,
        lane: LaneId,
        constants: MachineConstants,
    ) -> Result<Self, WhatIfError> {
        // What follows an invalid event is not shown, and not measured either.
        let read = RecordedRun::read(&mut events.into_iter(), run);
        let recorded = read.measured(lane, &constants)?;
        let model = read.model;
        let described = model.run().cloned().ok_or(WhatIfError::NoFile)?;
        let plan = model.lanes().get(lane.index()).map(Lane::plan).cloned().ok_or(ProfileError::NoLane(lane))?;
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
        let mut emit = |stamped: StampedEvent| {
            // What the simulation emits is valid.
            let _ = model.apply(&stamped);
            events.push(stamped);
        };
        simulate_run(profile, &plan, constants, &workload, &self.run.machine, |mut stamped| {
            let Event::RunStarted(run) = &mut stamped.event else { return emit(stamped) };
            (run.rounds_per_number, run.cores) = (self.run.rounds_per_number, self.run.cores);
            (run.workload, run.program) = (self.run.workload.clone(), self.run.program.clone());
            // A program opens its lanes while it runs.
            let opened = if run.program.is_some() { std::mem::take(&mut run.lanes) } else { Vec::new() };
            emit(stamped);
            for plan in opened {
                let plan = LanePlan { pool: pool_of(setting.mode, &self.plan), ..plan };
                emit(StampedEvent { at: 0, lane: Some(LaneId(0)), event: Event::LaneOpened(Box::new(plan)) });
            }
        });
        let common = Run { notes: Vec::new(), repeat: None, began_ms: None, ..self.run.clone() };
        let runs = vec![(RUN_NAME.into(), self.model.clone()), (RUN_NAME.into(), model)];
        let model = Model::side_by_side(common, runs, &[(0, lane), (1, LaneId(0))]);
        SimulatedRun { model, events: events.into(), setting, of: self.position }
    }
}

/// What a setting is shown as beside a lane of a watched program.
fn pool_of(mode: Mode, lane: &LanePlan) -> Option<ProgramPool> {
    let kind = match mode {
        _ if mode == lane.mode => return lane.pool.clone(),
        Mode::Serial | Mode::Pool => PoolKind::Pool,
        Mode::Threads => PoolKind::ThreadPool,
        Mode::Process => PoolKind::Processes,
    };
    lane.pool.clone().map(|pool| ProgramPool { kind, ..pool })
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

/// The setting of a measured lane, 1, 2, 4 … workers of a pool and of threads, and a process for every task.
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
        recorded.conditions.tell_process_start().then_some(LaneSetting { mode: Mode::Process, gil, workers: tasks });
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
    let capacity = capacity();
    let fits = |setting: &Setting| capacity.fits(&setting.prediction);
    let candidates: Vec<usize> = (0..predicted.len()).filter(|n| fits(&predicted[*n])).collect();
    let plans: Vec<_> = candidates.iter().map(|n| (predicted[*n].plan, predicted[*n].prediction)).collect();
    let chosen = choose_plan(tasks, &plans).map(|chosen| candidates[chosen]).ok_or_else(|| {
        let least = predicted.iter().map(|setting| setting.prediction.peak_memory).min().unwrap_or(0);
        WhatIfError::Memory { least, memory: capacity.memory }
    })?;
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
            is_tie: n != chosen && fits(predicted) && makespan_ns <= TIE * fastest_ns,
            is_todays: is_todays(setting),
            fits: fits(predicted),
        }
    };
    Ok(LanePredictions {
        settings: settings.iter().zip(&predicted).enumerate().map(row).collect(),
        measured_s: recorded.makespan_ns / 1e9,
        cores: lane.cores.len() as u32,
        noise_floor: accuracy.noise_floor(),
        interval_width,
        notes: notes(run, recorded, &predicted, &capacity),
    })
}

/// What makes predictions less sure.
fn notes(run: &Run, recorded: &RecordedWorkload, predicted: &[Setting], capacity: &Capacity) -> Vec<String> {
    // Processes of Python have their costs in the recording.
    let has_own_costs = recorded.conditions.python.is_some_and(|mode| mode != Mode::Threads);
    let elsewhere = !has_own_costs && run.machine != describe_machine(&usable_cores());
    let too_large = predicted.iter().any(|setting| !capacity.fits(&setting.prediction));
    let mut notes: Vec<_> =
        elsewhere.then(|| phrases::reservation_note(phrases::recorded_elsewhere())).into_iter().collect();
    notes.extend(too_large.then(|| phrases::too_large_settings(capacity.memory, capacity.processes)));
    for reservation in predicted.iter().flat_map(|setting| &setting.reservations) {
        let note = phrases::reservation_note(&phrases::reservation(&reservation.text()));
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes
}
