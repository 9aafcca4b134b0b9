//! The viewer's state: displayed moment, selection, open panels. It is changed by actions only, never by events.

mod actions;
mod lanes;
mod lesson;
mod playback;
mod scenario_list;
mod time_travel;
mod what_if;
mod winner_map;
mod zoom;

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::event::text::SafeText;
use crate::event::{LaneId, Nanos, Run, SlotId, WorkerId};
use crate::model::{KeyMoment, Lane, Model};
use crate::report::{Report, phrases};
use crate::text;
use actions::changes_run;

pub use actions::{Action, LaneSetting, MouseTarget, Request};
pub use lanes::LaneSelection;
pub use lesson::{LessonPhase, LessonResult, LessonView};
pub use playback::{Playback, PlaybackSpeed};
pub use scenario_list::ScenarioItem;
pub use what_if::{LanePredictions, PredictedSetting, Refusal, WhatIf, WhatIfState};
pub use winner_map::MapView;
pub use zoom::{WorkerSortOrder, ZoomLevel};

/// The displayed moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeCursor {
    /// The newest mark: the picture is live.
    #[default]
    Live,
    /// A fixed moment, while the run continues.
    At(Nanos),
    /// A time after each lane's own time zero, for lanes that share an axis though they ran at different times.
    Into(Nanos),
}

/// An open question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenQuestion {
    /// The question whether to kill this worker.
    Kill(LaneId, WorkerId),
    /// The question whether the watched program is to end with mpviz.
    EndProgram,
}

/// What is shown live.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LiveSource {
    /// A run of mpviz's own workload, which the viewer can change.
    #[default]
    Workload,
    /// A program that mpviz has started.
    Program,
    /// A cluster that mpviz observes.
    Cluster,
    /// A graph that mpviz runs on clusters.
    Graph,
    /// A recording that is being written, in which nothing can be changed.
    Recording,
}

impl LiveSource {
    /// Whether this is one or several clusters.
    #[must_use]
    pub const fn is_of_cluster(self) -> bool {
        matches!(self, Self::Cluster | Self::Graph)
    }
}

/// Layouts of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScreenLayout {
    #[default]
    Usual,
    /// Large, with few panels, for a projector.
    Presenter,
}

/// A pressed key, as the presenter's layout shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PressedKey {
    pub name: String,
    /// What it does; empty if it has no function here.
    pub effect: String,
}

/// The viewer's state.
#[derive(Clone, Debug, Default)]
pub struct Ui {
    pub cursor: TimeCursor,
    /// The selected lane; see [`Ui::selected_lane_id`].
    pub lane: LaneId,
    pub lane_selection: LaneSelection,
    /// The slot of the selected worker.
    pub slot: Option<SlotId>,
    pub zoom: ZoomLevel,
    /// Order of the workers in the zoom.
    pub order: WorkerSortOrder,
    /// First visible row of the list in the zoom.
    pub top: usize,
    /// Number of visible rows of the list in the zoom.
    pub page: usize,
    pub layout: ScreenLayout,
    /// The key that was pressed last, while it is shown.
    pub pressed_key: Option<PressedKey>,
    /// Whether the help is open.
    pub help: bool,
    pub live_source: LiveSource,
    /// What a live source waits for before it has a run.
    pub waits_for: Option<String>,
    /// Whether the output of the watched program is open. Keys then go to the program while it runs.
    pub output_open: bool,
    /// The last rows of the program's output; none if it does not pass through mpviz.
    pub output: Option<Arc<[SafeText]>>,
    /// The scenarios that can be chosen; none in a replay.
    pub scenarios: Arc<[ScenarioItem]>,
    /// Whether the scenarios are lessons.
    pub has_lessons: bool,
    /// The selected scenario, while their list is open.
    pub selected_scenario: Option<usize>,
    /// The lesson in progress, if there is one.
    pub lesson: Option<LessonView>,
    /// The map of winners, if it is displayed instead of lanes.
    pub map: Option<MapView>,
    /// The panel that compares settings, while it is open.
    pub what_if: Option<WhatIf>,
    pub question: Option<OpenQuestion>,
    /// The key moment that was jumped to, until the next key.
    pub moment: Option<(LaneId, KeyMoment)>,
    /// A message to the viewer, until the next key.
    pub message: Option<String>,
    /// Time up to which deaths are acknowledged, because a key was pressed after it. None before the first key.
    pub seen: Option<Nanos>,
    /// State of a replay; none for a live run.
    pub playback: Option<Playback>,
    /// The result, once the run has ended.
    pub report: Option<Arc<Report>>,
}

impl Ui {
    /// Whether the layout is the presenter's.
    #[must_use]
    pub const fn is_presenter(&self) -> bool {
        matches!(self.layout, ScreenLayout::Presenter)
    }

    /// Changes to the presenter's layout, or back.
    const fn toggle_presenter(&mut self) {
        self.layout = if self.is_presenter() { ScreenLayout::Usual } else { ScreenLayout::Presenter };
    }

    /// Resets the parts of the state that belong to the previous run.
    pub fn begin_run(&mut self) {
        (self.cursor, self.slot, self.question, self.report) = (TimeCursor::Live, None, None, None);
        self.what_if = None;
        (self.seen, self.moment, self.lane_selection) = (None, None, LaneSelection::Followed);
        (self.top, self.zoom) = (0, self.zoom.min(ZoomLevel::Lane));
    }

    /// Applies an action, and returns the request that it makes.
    pub fn apply_action(&mut self, action: Action, model: &Model) -> Option<Request> {
        self.message = None;
        if self.map.is_some() {
            return self.apply_to_map(action);
        }
        let moment = self.moment.take();
        // In a replay, a death is announced when the picture reaches it.
        self.seen = Some(if self.playback.is_some() { self.displayed_time(model) } else { model.newest_mark() });
        match self.question.take() {
            Some(OpenQuestion::Kill(lane, worker)) => {
                return (action == Action::Yes).then_some(Request::Kill(lane, worker));
            }
            Some(OpenQuestion::EndProgram) => return answer_to_end_program(action),
            None => {}
        }
        if std::mem::take(&mut self.help) && !matches!(action, Action::Request(Request::Quit | Request::Interrupt)) {
            return None;
        }
        if self.output_open && !matches!(action, Action::Request(Request::Quit | Request::Interrupt | Request::Stop)) {
            self.output_open = !matches!(action, Action::Output | Action::Back);
            return None;
        }
        if let Some(selected) = self.selected_scenario.take() {
            return self.apply_to_scenario_list(selected, action);
        }
        if let Some(panel) = self.what_if.take() {
            return self.apply_to_what_if(panel, action, model);
        }
        if let ControlFlow::Break(request) = self.apply_to_lesson(action) {
            return request;
        }
        if let ControlFlow::Break(request) = self.handle_replay_action(action, model) {
            return request;
        }
        let is_repeated = self.live_source == LiveSource::Graph && action == Action::Request(Request::Again);
        if model.is_of_program() && changes_run(action) && !is_repeated {
            let why = match self.live_source {
                LiveSource::Cluster => text!("cluster-not-changed"),
                LiveSource::Graph => text!("graph-not-changed"),
                _ => text!("program-not-changed"),
            };
            self.message = Some(why.into());
            return None;
        }
        match action {
            Action::Request(Request::Quit) if self.live_source == LiveSource::Program && model.ended_at().is_none() => {
                self.question = Some(OpenQuestion::EndProgram);
            }
            Action::Request(request) => return Some(request),
            Action::Suspend => return self.request_to_suspend_lane(model),
            Action::Kill => self.ask_to_kill(model),
            Action::Output => self.open_output(model),
            Action::Zoom => self.zoom_in(model),
            Action::NextOrder => self.switch_to_next_order(),
            Action::Page(by) => self.turn_list_page(by, model),
            Action::Help => self.help = true,
            Action::Presenter => {
                self.toggle_presenter();
            }
            Action::Scenarios => self.open_scenario_list(),
            Action::WhatIf => return self.open_what_if(model),
            Action::Back => self.close_topmost(model),
            Action::NextLane(by) => self.select_next_lane(by, model),
            Action::NextWorker(by) => self.select_next_worker(by, model),
            Action::Click(MouseTarget::Lane(lane)) if self.selected_lane_id(model) == lane && self.zoom_out() => {}
            Action::Click(MouseTarget::Lane(lane)) if self.selected_lane_id(model) == lane => self.zoom_in(model),
            Action::Click(MouseTarget::Lane(lane)) => self.select_lane(lane),
            Action::Wheel(by) if self.zoom != ZoomLevel::Lanes => self.scroll_list(by, model),
            Action::Click(MouseTarget::Slot(lane, slot)) => {
                (self.lane, self.lane_selection, self.slot) = (lane, LaneSelection::Chosen, Some(slot));
            }
            Action::Yes | Action::UnknownKey => {
                self.message = Some(text!("key-without-function").into());
            }
            time => self.handle_time_travel(time, moment, model),
        }
        None
    }

    /// Whether a watched program is shown, or a cluster. While a cluster is connected to, the model is empty.
    #[must_use]
    pub fn is_of_program(&self, model: &Model) -> bool {
        model.is_of_program() || self.live_source.is_of_cluster()
    }

    /// Whether keys go to the watched program: its output is open, and it runs.
    #[must_use]
    pub fn types_into_program(&self, model: &Model) -> bool {
        self.output_open && model.ended_at().is_none()
    }

    /// Whether the followed recording has ended before the end of its run.
    #[must_use]
    pub fn has_incomplete_recording(&self, model: &Model) -> bool {
        self.live_source == LiveSource::Recording && self.report.is_some() && model.ended_at().is_none()
    }

    fn selected_lane<'a>(&self, model: &'a Model) -> Option<&'a Lane> {
        model.lanes().get(self.selected_lane_id(model).index())
    }

    fn open_output(&mut self, model: &Model) {
        self.output_open = self.output.is_some();
        if !self.output_open {
            let why = if model.is_of_program() { text!("output-elsewhere") } else { text!("output-only-of-program") };
            self.message = Some(why.into());
        }
    }

    fn request_to_suspend_lane(&mut self, model: &Model) -> Option<Request> {
        let lane = self.selected_lane(model)?;
        if lane.end_and_status().is_some() || lane.time_zero().is_none() {
            self.message = Some(text!("lane-not-running", lane = phrases::displayed_lane_noun(lane)));
            return None;
        }
        Some(if lane.is_suspended(model.newest_mark()) {
            Request::Resume(lane.id())
        } else {
            Request::Suspend(lane.id())
        })
    }

    fn ask_to_kill(&mut self, model: &Model) {
        let Some((lane, slot)) = self.selected_lane(model).zip(self.slot) else {
            self.message = Some(text!("select-worker-and-lane").into());
            return;
        };
        let snapshot = lane.slot_snapshot_at(slot, model.newest_mark());
        let alive =
            snapshot.worker.filter(|id| lane.worker(*id).is_some_and(|worker| worker.exit_time_and_kind().is_none()));
        match alive {
            Some(worker) => self.question = Some(OpenQuestion::Kill(lane.id(), worker)),
            None => self.message = Some(text!("worker-has-ended").into()),
        }
    }

    fn close_topmost(&mut self, model: &Model) {
        if !self.zoom_out() && self.slot.take().is_none() {
            (self.cursor, self.lane_selection) = (TimeCursor::Live, LaneSelection::Followed);
        }
        // If nothing is left to close, show the notes of the run again.
        let has_result = self.report.is_some() && self.cursor == TimeCursor::Live;
        if self.zoom == ZoomLevel::Lanes && !has_result {
            self.message = model.run().and_then(Run::notes_in_one_line);
        }
    }
}

/// The request that answers [`OpenQuestion::EndProgram`].
fn answer_to_end_program(action: Action) -> Option<Request> {
    match action {
        Action::Yes | Action::Request(Request::Interrupt) => Some(Request::Quit),
        // The key l.
        Action::Output => Some(Request::QuitWithoutEnding),
        _ => None,
    }
}
