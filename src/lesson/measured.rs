//! What a lesson measures, and the answer that follows.

use super::Lesson;
use crate::event::units::format_bytes;
use crate::language::Argument;
use crate::model::{LaneSummary, RunSummary};
use crate::text;

/// A figure of a lane of one of the runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Name of its placeholder.
    pub name: String,
    /// Index of the run.
    pub run: usize,
    /// Name of mode and engine of the lane, as on the command line.
    pub lane: String,
    pub kind: FigureKind,
}

/// Kinds of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FigureKind {
    Makespan,
    StartUp,
    PeakPayload,
    PeakPrivate,
    Stall,
    Tail,
    WaitForCore,
    WaitAfterTasks,
    Tasks,
    Finished,
    Lost,
}

impl FigureKind {
    pub const ALL: [(&str, Self); 11] = [
        ("makespan", Self::Makespan),
        ("start-up", Self::StartUp),
        ("peak-payload", Self::PeakPayload),
        ("peak-private", Self::PeakPrivate),
        ("stall", Self::Stall),
        ("tail", Self::Tail),
        ("wait-for-core", Self::WaitForCore),
        ("wait-after-tasks", Self::WaitAfterTasks),
        ("tasks", Self::Tasks),
        ("finished", Self::Finished),
        ("lost", Self::Lost),
    ];

    /// The figure of a lane; none if it was not measured.
    fn of_lane(self, lane: &LaneSummary) -> Option<f64> {
        match self {
            Self::Makespan => lane.makespan_s,
            Self::StartUp => lane.startup_s,
            Self::PeakPayload => lane.peak_resident_bytes.map(|bytes| bytes as f64),
            Self::PeakPrivate => lane.peak_private_bytes.map(|bytes| bytes as f64),
            Self::Stall => lane.stall_core_s,
            Self::Tail => lane.idle_tail_core_s,
            Self::WaitForCore => lane.run_queue_delay_s,
            Self::WaitAfterTasks => lane.wait_after_tasks_s,
            Self::Tasks => lane.tasks.map(|tasks| tasks.submitted.into()),
            Self::Finished => lane.tasks.map(|tasks| tasks.finished.into()),
            Self::Lost => lane.tasks.map(|tasks| tasks.lost.into()),
        }
    }

    /// What the figure of a lane, `value`, would be at least if no other program had used its cores.
    fn least_undisturbed(self, value: f64, lane: &LaneSummary) -> f64 {
        if self == Self::Makespan && lane.is_disturbed_even_if_short() {
            value - lane.time_lost_to_others()
        } else {
            value
        }
    }

    /// The value of the figure's placeholder.
    fn argument(self, value: f64) -> Argument<'static> {
        match self {
            Self::Makespan | Self::StartUp | Self::WaitForCore | Self::WaitAfterTasks => {
                let decimals = if value < 1.0 { 2 } else { 1 };
                text!("lesson-seconds", number = format!("{value:.decimals$}")).into()
            }
            Self::Stall | Self::Tail => text!("lesson-core-seconds", number = format!("{value:.1}")).into(),
            Self::PeakPayload | Self::PeakPrivate => format_bytes(value as u64).into(),
            Self::Tasks | Self::Finished | Self::Lost => Argument::from(value),
        }
    }
}

/// One figure over another, by their indexes in [`Lesson::figures`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    pub of: usize,
    pub over: usize,
}

/// Whether other programs used so much of the cores that the figures of these runs are in doubt.
#[must_use]
pub fn is_disturbed(runs: &[RunSummary]) -> bool {
    runs.iter().flat_map(|run| &run.lanes).any(|lane| lane.disturbance().is_some())
}

/// A figure that was measured.
#[derive(Clone, Copy)]
struct MeasuredFigure {
    value: f64,
    /// What it would be at least if no other program had used the cores.
    least: f64,
}

impl Ratio {
    fn value(self, figures: &[MeasuredFigure]) -> f64 {
        figures[self.of].value / figures[self.over].value
    }

    /// Whether the ratio is in the range whatever other programs took of either figure.
    fn is_within(self, (from, to): (f64, f64), figures: &[MeasuredFigure]) -> bool {
        let (of, over) = (figures[self.of], figures[self.over]);
        let bounds = [of.least / over.value, of.value / over.least];
        bounds.iter().all(|ratio| (from..=to).contains(ratio))
    }
}

/// What follows from the runs of a lesson.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Index of the right answer; none if none is right here, or if other programs leave that in doubt.
    pub right: Option<usize>,
    /// The closing sentence.
    pub closing: String,
}

impl Outcome {
    /// A note on the result, if there is a doubt: whether other programs used the cores is given.
    #[must_use]
    pub fn note(&self, disturbed: bool) -> Option<&'static str> {
        match (self.right, disturbed) {
            (Some(_), false) => None,
            (Some(_), true) => Some(text!("lesson-disturbed")),
            (None, false) => Some(text!("lesson-none-right")),
            (None, true) => Some(text!("lesson-in-doubt")),
        }
    }
}

impl Lesson {
    /// Placeholder of the ratio by which the right answer is found.
    pub const RATIO: &str = "ratio";

    /// The right answer and the closing sentence, from the figures of all runs. None if a figure was not measured.
    #[must_use]
    pub fn outcome(&self, runs: &[RunSummary]) -> Option<Outcome> {
        let figures = self.figures.iter().map(|figure| {
            let lane = runs.get(figure.run)?.lanes.iter().find(|lane| lane.mode_name() == figure.lane)?;
            let value = figure.kind.of_lane(lane)?;
            Some(MeasuredFigure { value, least: figure.kind.least_undisturbed(value, lane) })
        });
        let measured: Vec<MeasuredFigure> = figures.collect::<Option<_>>()?;
        let rights = || self.answers.iter().enumerate().filter_map(|(n, answer)| Some((n, answer.right.as_ref()?)));
        let right = rights().find(|(_, right)| (right.range.0..=right.range.1).contains(&right.ratio.value(&measured)));
        let shown_ratio = right.or_else(|| rights().next()).map_or(0.0, |(_, right)| right.ratio.value(&measured));
        let right = right.filter(|(_, right)| right.ratio.is_within(right.range, &measured));
        let closing = right.map_or(&self.otherwise, |(_, right)| &right.closing);
        let figures = self.figures.iter().zip(&measured);
        let mut arguments: Vec<(&str, Argument)> =
            figures.map(|(figure, measured)| (figure.name.as_str(), figure.kind.argument(measured.value))).collect();
        arguments.extend(self.plan.arguments());
        arguments.push((Self::RATIO, format!("{shown_ratio:.1}").into()));
        Some(Outcome { right: right.map(|(n, _)| n), closing: closing.fill(&arguments) })
    }
}
