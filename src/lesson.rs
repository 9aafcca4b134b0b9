//! Lessons: a question to predict, runs that are stopped at moments, and what follows from what was measured.

mod measured;

use crate::event::text::SafeText;
use crate::event::{LaneId, LanePlan, Nanos, Run};
use crate::language::{self, Argument, Template};
use crate::model::{KeyMoment, KeyMomentKind, Model};

pub use measured::{Figure, FigureKind, Outcome, Ratio, is_disturbed};

/// A text in one or several languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(pub Vec<Template>);

impl Text {
    /// The text in the selected language, else in the first that it has.
    #[must_use]
    pub fn fill(&self, arguments: &[(&str, Argument<'_>)]) -> String {
        let selected = self.0.iter().find(|template| template.language() == language::selected());
        let template = selected.or(self.0.first());
        template.map(|template| SafeText::new(&template.fill(arguments)).to_string()).unwrap_or_default()
    }
}

/// A lesson.
#[derive(Clone, Debug, PartialEq)]
pub struct Lesson {
    /// Its name, as on the command line.
    pub name: String,
    pub title: Text,
    pub question: Text,
    pub answers: Vec<Answer>,
    /// The statement that the lesson tests.
    pub claim: Text,
    pub stops: Vec<Stop>,
    /// When mpviz kills a worker.
    pub kill: Option<RunMoment>,
    /// What is measured, by name.
    pub figures: Vec<Figure>,
    /// The closing sentence if no answer is right.
    pub otherwise: Text,
    /// Notes for the teacher.
    pub notes: Option<Text>,
    /// Questions to think about.
    pub think: Vec<Text>,
    /// Number of its runs.
    pub runs: usize,
    /// Cores of a lane, workers and tasks of the first run, as planned on this machine.
    pub plan: PlanFigures,
}

/// Figures of a planned lane that texts may name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlanFigures {
    pub cores: u32,
    pub workers: u32,
    pub tasks: u32,
}

impl PlanFigures {
    /// The placeholders with these values.
    pub const NAMES: [&str; 3] = ["cores", "workers", "tasks"];

    /// What a run plans for one of its lanes.
    #[must_use]
    pub fn of_lane(run: &Run, lane: &LanePlan) -> Self {
        let tasks = run.workload.as_ref().map_or(0, |workload| workload.tasks);
        Self { cores: lane.cores.len() as u32, workers: lane.workers, tasks }
    }

    #[must_use]
    pub fn arguments(self) -> [(&'static str, Argument<'static>); 3] {
        let [cores, workers, tasks] = Self::NAMES;
        [(cores, self.cores.into()), (workers, self.workers.into()), (tasks, self.tasks.into())]
    }
}

/// An answer to the question.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub text: Text,
    /// Notes for the teacher: why a class gives this answer, and what to say.
    pub notes: Option<Text>,
    /// The ratios for which it is right; none if it is wrong whatever is measured.
    pub right: Option<RightAnswer>,
}

/// When an answer is right, and what follows then.
#[derive(Clone, Debug, PartialEq)]
pub struct RightAnswer {
    pub ratio: Ratio,
    /// The range of the ratio, including its bounds.
    pub range: (f64, f64),
    pub closing: Text,
}

/// A moment at which the picture is stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    pub moment: RunMoment,
    pub caption: Text,
    /// Notes for the teacher: what to point at.
    pub notes: Option<Text>,
    /// What the teacher asks the class.
    pub ask: Option<Text>,
    /// What is planned for the lane.
    pub plan: PlanFigures,
}

/// A moment of a lane of one of the runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunMoment {
    /// Index of the run.
    pub run: usize,
    /// Name of mode and engine of the lane, as on the command line.
    pub lane: String,
    pub kind: MomentKind,
    /// Time from the key moment, in ns; negative before it.
    pub shift: i64,
}

/// Kinds of key moments that a lesson can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MomentKind {
    FirstDispatch,
    FirstIo,
    FirstIdleCore,
    QueueEmpty,
    MemoryPeak,
    Death,
    End,
}

impl MomentKind {
    pub const ALL: [(&str, Self); 7] = [
        ("first-dispatch", Self::FirstDispatch),
        ("first-io", Self::FirstIo),
        ("first-idle-core", Self::FirstIdleCore),
        ("queue-empty", Self::QueueEmpty),
        ("memory-peak", Self::MemoryPeak),
        ("death", Self::Death),
        ("end", Self::End),
    ];

    fn is_kind(self, kind: KeyMomentKind) -> bool {
        match self {
            Self::FirstDispatch => kind == KeyMomentKind::FirstDispatch,
            Self::FirstIo => kind == KeyMomentKind::FirstIo,
            Self::FirstIdleCore => kind == KeyMomentKind::FirstIdleCore,
            Self::QueueEmpty => kind == KeyMomentKind::QueueEmpty,
            Self::MemoryPeak => kind == KeyMomentKind::MemoryPeak,
            Self::Death => matches!(kind, KeyMomentKind::Death(_)),
            Self::End => kind == KeyMomentKind::End,
        }
    }

    /// Whether later events can move the moment while the lane runs.
    const fn may_move(self) -> bool {
        matches!(self, Self::MemoryPeak)
    }
}

impl RunMoment {
    /// The lane of the moment; none if the run has no such lane.
    #[must_use]
    pub fn lane_in(&self, model: &Model) -> Option<LaneId> {
        model.lanes().iter().find(|lane| lane.plan().mode_name() == self.lane).map(crate::model::Lane::id)
    }

    /// The moment in its run; none if the run has not reached it, or does not have it.
    #[must_use]
    pub fn reached_in(&self, model: &Model) -> Option<(LaneId, KeyMoment)> {
        let id = self.lane_in(model)?;
        let lane = model.lanes().get(id.index())?;
        let end = lane.history_end();
        if self.kind.may_move() && end.is_none() {
            return None;
        }
        let moment = model.key_moments(id).into_iter().find(|moment| self.kind.is_kind(moment.kind))?;
        let shifted = moment.at.saturating_add_signed(self.shift);
        let at = end.map_or(shifted, |end| shifted.min(end)).max(lane.time_zero()?);
        (at <= model.newest_mark()).then_some((id, KeyMoment { at, ..moment }))
    }
}

impl Stop {
    /// The placeholders of captions, besides those of the plan.
    pub const NAMES: [&str; 6] = ["queued", "resident", "io", "ready", "idle", "finished"];

    /// The caption, with the figures of the lane at the moment.
    #[must_use]
    pub fn caption(&self, model: &Model, lane: LaneId, at: Nanos) -> String {
        let Some(shown) = model.lanes().get(lane.index()) else { return String::new() };
        let counts = shown.counts_at(at);
        let plan = PlanFigures {
            cores: shown.plan().cores.len() as u32,
            workers: shown.plan().workers,
            tasks: shown.task_total(),
        };
        let [queued, resident, io, ready, idle, finished] = Self::NAMES;
        let at_moment = [
            (queued, counts.queued.into()),
            (resident, (counts.resident + counts.loading).into()),
            (io, counts.in_io.into()),
            (ready, counts.ready.into()),
            (idle, model.idle_cores(lane, at).into()),
            (finished, counts.finished.into()),
        ];
        self.caption.fill(&[&plan.arguments()[..], &at_moment[..]].concat())
    }
}
