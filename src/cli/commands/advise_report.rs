//! An advice with what it is about, in words.

use super::advise_confirm::Confirmation;
use super::measured_tasks::MeasuredTasks;
use crate::event::Mode;
use crate::report::phrases::{self, ChoiceReason};
use crate::source::simulation::{
    Accuracy, Advice, Capacity, Change, Crossover, Interval, Plan, Reservation, Setting, Uncertainty,
};

/// Share of the usable cores from which they are busy.
const BUSY: f64 = 0.85;

/// Everything that is printed.
pub(super) struct AdviceReport {
    pub(super) tasks: MeasuredTasks,
    /// What was known before confirming runs.
    pub(super) accuracy: Accuracy,
    pub(super) advice: Advice,
    /// None if there are too many tasks to search.
    pub(super) crossovers: Option<Vec<Crossover>>,
    pub(super) cores: u32,
    pub(super) cores_here: u32,
    pub(super) confirmation: Option<Confirmation>,
}

impl AdviceReport {
    /// The uncertainty after confirming runs; none without runs that count.
    pub(super) fn confirmed(&self) -> Option<Uncertainty> {
        self.confirmation.as_ref()?.uncertainty
    }

    /// The uncertainty of predictions without reservations.
    pub(super) fn uncertainty(&self) -> Uncertainty {
        self.confirmed().unwrap_or_else(|| self.accuracy.uncertainty())
    }
}

impl AdviceReport {
    pub(super) fn name(&self, plan: &Plan) -> String {
        phrases::setting_name(plan.mode, plan.gil, plan.slots(self.advice.tasks))
    }

    pub(super) fn interval(&self, setting: &Setting) -> Interval {
        let mut confirmed = setting.clone();
        if self.confirmation.as_ref().is_some_and(|confirmation| confirmation.covers(setting.plan.mode)) {
            // Runs of a mode say more about it than runs of other programs.
            confirmed.reservations.retain(|reservation| *reservation != Reservation::Python);
        }
        confirmed.uncertainty(self.uncertainty()).interval_around(setting.prediction.makespan_ns)
    }

    pub(super) fn python(&self) -> Vec<String> {
        let plan = self.advice.chosen().plan;
        phrases::python_lines(plan.mode, plan.slots(self.advice.tasks), plan.chunk)
    }

    /// The choice with its reason, ties, crossovers, and how sure all that is.
    pub(super) fn sentences(&self) -> Vec<String> {
        let chosen = self.advice.chosen();
        let interval = self.interval(chosen);
        let interval_s = (interval.low_ns / 1e9, interval.high_ns / 1e9);
        let prediction = chosen.prediction;
        let name = self.name(&chosen.plan);
        let mut sentences =
            vec![phrases::choice_figures(&name, prediction.makespan_ns / 1e9, interval_s, prediction.peak_memory)];
        sentences.push(self.reason());
        let mut ties: Vec<_> = self.advice.settings.iter().enumerate().collect();
        ties.retain(|(index, setting)| *index != self.advice.choice && self.advice.is_tie(setting));
        ties.dedup_by_key(|(_, setting)| setting.plan.mode);
        if !ties.is_empty() {
            let names: Vec<_> = ties.iter().map(|(_, setting)| self.name(&setting.plan)).collect();
            sentences.push(phrases::tied_settings(&names));
        }
        let texts = |found: &Vec<Crossover>| found.iter().map(crossover_text).collect::<Vec<_>>();
        sentences.extend(phrases::crossover_lines(self.crossovers.as_ref().map(texts).as_deref()));
        if let Some(share) = prediction.unexplained_share() {
            sentences.push(phrases::closed_form_difference(prediction.closed_form_ns / 1e9, share));
        }
        sentences.extend(self.notes());
        let is_widened = |setting: &Setting| !setting.reservations.is_empty();
        if self.confirmed().is_none() && !self.advice.settings.iter().all(is_widened) {
            sentences.push(phrases::interval_width(&self.accuracy.interval_width()));
        }
        sentences.push(phrases::noise_floor(&self.accuracy.noise_floor()));
        sentences
    }

    /// Why the choice is neither narrower nor wider.
    fn reason(&self) -> String {
        let chosen = self.advice.chosen();
        let (tasks, plan) = (self.advice.tasks, &chosen.plan);
        let (slots, others) = (plan.slots(tasks), self.advice.others());
        let named = |setting: &&Setting| (self.name(&setting.plan), self.advice.ratio_to_fastest(setting));
        let fewer = others.iter().copied().find(|setting| setting.plan.slots(tasks) < slots);
        let next = others.iter().copied().find(|setting| setting.plan.slots(tasks) >= slots);
        let next = next.map(|next| {
            let (name, ratio) = named(&next);
            (name, (!self.advice.is_tie(next)).then_some(ratio))
        });
        let used = chosen.prediction.cores_used();
        let width = f64::from(plan.cores.min(slots));
        let reason = match &next {
            _ if plan.has_gil() && used >= BUSY => ChoiceReason::GilBusy { used },
            _ if used >= BUSY * width && width >= f64::from(plan.cores) => {
                ChoiceReason::CoresBusy { used: used / width, cores: plan.cores }
            }
            _ if slots >= tasks => ChoiceReason::WorkerForEachTask,
            next => ChoiceReason::NothingFaster { next: next.as_ref().map(|(name, ratio)| (name.as_str(), *ratio)) },
        };
        let fewer = fewer.as_ref().map(named);
        phrases::choice_reason(&reason, fewer.as_ref().map(|(name, ratio)| (name.as_str(), *ratio)))
    }

    /// What makes predictions less sure, or is assumed.
    fn notes(&self) -> Vec<String> {
        let mut notes: Vec<_> = phrases::lanes_not_predicted(&self.tasks.not_predicted).into_iter().collect();
        if self.cores > self.cores_here {
            notes.push(phrases::extrapolated_cores(self.cores, self.cores_here));
        }
        if self.advice.settings.iter().any(|setting| !self.advice.fits(setting)) {
            let Capacity { memory, processes } = self.advice.capacity;
            notes.push(phrases::too_large_settings(memory, processes));
        }
        for setting in &self.advice.settings {
            for text in setting.reservations.iter().map(|found| phrases::reservation(&found.text())) {
                let note = phrases::reservation_note(&text);
                if !notes.contains(&note) {
                    notes.push(note);
                }
            }
        }
        notes
    }
}

fn crossover_text(crossover: &Crossover) -> String {
    let Crossover { change, is_more, plan } = *crossover;
    let slots = |tasks| {
        phrases::setting_name(plan.mode, plan.gil, if plan.mode == Mode::Process { tasks } else { plan.workers })
    };
    match change {
        Change::Io(io_ns) => phrases::io_crossover(&slots(plan.workers), io_ns, is_more),
        Change::Tasks(tasks) => phrases::task_crossover(&slots(tasks), tasks, is_more),
    }
}
