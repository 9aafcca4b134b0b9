//! What the viewer sees of a run: which moment, which lane, what is open. Wishes change this, never a fact.

mod playback;
mod travel;
mod zoom;

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::event::{LaneId, Mode, Nanos, Run, SlotId, WorkerId};
use crate::model::{Lane, Model, Moment};
use crate::report::Report;

pub use playback::{Playback, Speed};
pub use zoom::{Order, Zoom};

/// The moment that is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cursor {
    /// The newest mark, whatever it is.
    #[default]
    Live,
    /// This one, while the run goes on underneath.
    At(Nanos),
    /// This long after each lane's own zero, where lanes run one after the other and share one axis.
    Into(Nanos),
}

/// What lies under the mouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A lane's title.
    Lane(LaneId),
    /// A worker's place.
    SlotSnapshot(LaneId, SlotId),
    /// A mark of a key moment on a lane's axis.
    Moment(LaneId, Moment),
    /// A time in a lane's history.
    Time(Cursor),
}

/// What a key or a click asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Show a mode, or no longer.
    ToggleMode(Mode),
    /// Tasks with I/O, or without.
    ToggleIo,
    /// One worker more or less.
    Workers(i8),
    /// Twice or half as many tasks.
    Tasks(i8),
    /// The same run again.
    Again,
    /// Hold the picture, or let it go on.
    Freeze,
    /// A step in time.
    StepTime(i8),
    /// To the next or previous event.
    StepEvent(i8),
    /// To the next or previous key moment of any lane.
    StepMoment(i8),
    /// The mouse wheel, up or down: a step in time unless a list is open.
    Wheel(i8),
    /// A click.
    Click(Target),
    /// The mouse is moved with its button held.
    Drag(Target),
    /// To the run's beginning.
    Start,
    /// Back to live.
    End,
    /// Play a recording twice or half as fast.
    Speed(i8),
    /// Save the run to a file.
    Save,
    /// Suspend the selected lane's processes, or let them go on.
    Suspend,
    /// Kill the selected worker.
    Kill,
    /// Select the next lane.
    NextLane(i8),
    /// Select the next worker of the lane.
    NextWorker(i8),
    /// Look nearer: at the selected lane, then at the selected worker.
    Zoom,
    /// List the workers of the lane in the next order.
    Order,
    /// A page of a list.
    Page(i8),
    /// Show the keys.
    Help,
    /// One step back: close what is open.
    Back,
    /// Yes to the question that is open.
    Yes,
    /// Stop mpviz and go to the shell.
    Stop,
    /// End mpviz.
    Quit,
}

/// What an action asks of the run or of mpviz rather than of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// A run with the mode, or without.
    ToggleMode(Mode),
    /// A run with I/O, or without.
    ToggleIo,
    /// A run with more or fewer workers.
    Workers(i8),
    /// A run with more or fewer tasks.
    Tasks(i8),
    /// The same run again.
    Again,
    /// Kill this worker.
    Kill(LaneId, WorkerId),
    /// Stop the lane's processes.
    Suspend(LaneId),
    /// Continue them.
    Resume(LaneId),
    /// Stop mpviz and go to the shell.
    Stop,
    /// Save the run to a file.
    Save,
    /// Show the next or previous run of a recording.
    Run(i8),
    /// End mpviz.
    Quit,
}

/// A question that waits for its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Whether to kill this worker.
    Kill(LaneId, WorkerId),
}

/// The picture's state.
#[derive(Clone, Debug, Default)]
pub struct Ui {
    /// The moment shown.
    pub cursor: Cursor,
    /// The selected lane.
    pub lane: LaneId,
    /// The selected worker's slot in it.
    pub slot: Option<SlotId>,
    /// How near the viewer looks.
    pub zoom: Zoom,
    /// The order of the lane's workers in the zoom.
    pub order: Order,
    /// The first row of the list in the zoom that is shown.
    pub top: usize,
    /// Rows of that list that the terminal has room for.
    pub page: usize,
    /// Whether the help is open.
    pub help: bool,
    /// The open question.
    pub question: Option<Question>,
    /// The key moment that was jumped to, until the next key.
    pub moment: Option<(LaneId, Moment)>,
    /// Something the viewer must know, until the next key.
    pub message: Option<String>,
    /// Deaths up to this time need no more mention: a key was pressed since. None before the first key.
    pub seen: Option<Nanos>,
    /// How the recording is played; none for a run that happens now.
    pub playback: Option<Playback>,
    /// The result, once the run has ended.
    pub report: Option<Arc<Report>>,
}

impl Ui {
    /// A new run begins: what belonged to the old one's picture is gone.
    pub fn begin_run(&mut self) {
        (self.cursor, self.slot, self.question, self.report) = (Cursor::Live, None, None, None);
        (self.seen, self.moment) = (None, None);
        (self.top, self.zoom) = (0, self.zoom.min(Zoom::Lane));
    }

    /// Does what concerns the picture and returns what concerns the run.
    pub fn update(&mut self, action: Action, model: &Model) -> Option<Wish> {
        self.message = None;
        let moment = self.moment.take();
        // Of a recording all is known; its deaths are news when the picture comes to them.
        self.seen = Some(if self.playback.is_some() { self.time(model) } else { model.mark() });
        if let Some(Question::Kill(lane, worker)) = self.question.take() {
            return (action == Action::Yes).then_some(Wish::Kill(lane, worker));
        }
        if std::mem::take(&mut self.help) && action != Action::Quit {
            return None;
        }
        if let ControlFlow::Break(wish) = self.play(action, model) {
            return wish;
        }
        match action {
            Action::ToggleMode(mode) => return Some(Wish::ToggleMode(mode)),
            Action::ToggleIo => return Some(Wish::ToggleIo),
            Action::Workers(by) => return Some(Wish::Workers(by)),
            Action::Tasks(by) => return Some(Wish::Tasks(by)),
            Action::Again => return Some(Wish::Again),
            Action::Quit => return Some(Wish::Quit),
            Action::Stop => return Some(Wish::Stop),
            Action::Save => return Some(Wish::Save),
            Action::Suspend => return self.suspend(model),
            Action::Kill => self.ask_to_kill(model),
            Action::Zoom => self.zoom_in(model),
            Action::Order => self.reorder(),
            Action::Page(by) => self.turn_page(by, model),
            Action::Help => self.help = true,
            Action::Back => self.back(model),
            Action::NextLane(by) => self.next_lane(by, model),
            Action::NextWorker(by) => self.next_worker(by, model),
            Action::Click(Target::Lane(lane)) if self.lane == lane && self.zoom_out() => {}
            Action::Click(Target::Lane(lane)) if self.lane == lane => self.zoom_in(model),
            Action::Click(Target::Lane(lane)) => (self.lane, self.slot) = (lane, None),
            Action::Wheel(by) if self.zoom != Zoom::Lanes => self.scroll(by, model),
            Action::Click(Target::SlotSnapshot(lane, slot)) => (self.lane, self.slot) = (lane, Some(slot)),
            Action::Yes => {}
            time => self.travel(time, moment, model),
        }
        None
    }

    fn selected<'a>(&self, model: &'a Model) -> Option<&'a Lane> {
        model.lanes().get(self.lane.index())
    }

    fn suspend(&mut self, model: &Model) -> Option<Wish> {
        let lane = self.selected(model)?;
        if lane.ended().is_some() || lane.zero().is_none() {
            self.message = Some(format!("{} is not running: there is nothing to suspend", lane.plan().mode.name()));
            return None;
        }
        Some(if lane.suspended(model.mark()) { Wish::Resume(lane.id()) } else { Wish::Suspend(lane.id()) })
    }

    fn ask_to_kill(&mut self, model: &Model) {
        let Some((lane, slot)) = self.selected(model).zip(self.slot) else {
            self.message = Some("select a worker first: ↑ ↓, and Tab for the lane".into());
            return;
        };
        let snapshot = lane.snapshot(slot, model.mark());
        let alive = snapshot.worker.filter(|id| lane.worker(*id).is_some_and(|worker| worker.exited().is_none()));
        match alive {
            Some(worker) => self.question = Some(Question::Kill(lane.id(), worker)),
            None => self.message = Some("no process is left in this place to kill".into()),
        }
    }

    fn back(&mut self, model: &Model) {
        if !self.zoom_out() && self.slot.take().is_none() {
            self.cursor = Cursor::Live;
        }
        // All is closed again: what was said at the beginning, such as where to look, may be read once more.
        let has_result = self.report.is_some() && self.cursor == Cursor::Live;
        if self.zoom == Zoom::Lanes && !has_result {
            self.message = model.run().and_then(Run::joined_notes);
        }
    }

    fn next_lane(&mut self, by: i8, model: &Model) {
        let lanes = model.lanes().len().max(1) as i32;
        self.lane = LaneId((i32::from(self.lane.0) + i32::from(by)).rem_euclid(lanes) as u8);
        (self.slot, self.top, self.zoom) = (None, 0, self.zoom.min(Zoom::Lane));
    }
}
