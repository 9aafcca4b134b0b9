//! Actions of the viewer, and the requests that follow from them.

use super::TimeCursor;
use crate::event::{LaneId, Mode, SlotId, WorkerId};
use crate::model::KeyMoment;

/// The object under the mouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseTarget {
    /// A lane's title.
    Lane(LaneId),
    /// A worker's slot.
    Slot(LaneId, SlotId),
    /// The mark of a key moment on a lane's time axis.
    Moment(LaneId, KeyMoment),
    /// A time in a lane's history.
    Time(TimeCursor),
}

/// An action of the viewer, by key or mouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Sends a request to the source or to mpviz.
    Request(Request),
    /// Freezes the picture, or unfreezes it.
    Freeze,
    /// Moves by a step in time.
    StepTime(i8),
    /// Moves to the next or previous event.
    StepEvent(i8),
    /// Moves to the next or previous key moment of any lane.
    StepMoment(i8),
    /// Mouse wheel: scrolls an open list, otherwise steps in time.
    Wheel(i8),
    Click(MouseTarget),
    Drag(MouseTarget),
    /// Moves to the start of the run.
    Start,
    /// Returns to the live picture.
    End,
    /// Doubles or halves the speed of a replay.
    Speed(i8),
    /// Suspends or resumes the selected lane's processes.
    Suspend,
    /// Kills the selected worker, after a question.
    Kill,
    /// Selects the next lane.
    NextLane(i8),
    /// Selects the next worker of the lane.
    NextWorker(i8),
    /// Zooms in on the selected lane, then on the selected worker.
    Zoom,
    /// Sorts the workers of the lane by the next criterion.
    NextOrder,
    /// Turns a page of a list.
    Page(i8),
    /// Changes to the presenter's layout, or back.
    Presenter,
    /// Shows the help.
    Help,
    /// Opens or closes the output of the watched program.
    Output,
    /// Opens the list of scenarios.
    Scenarios,
    /// Opens or closes the panel that compares settings for the selected lane.
    WhatIf,
    /// Goes one step back: closes what is open.
    Back,
    /// Answers a question with yes.
    Yes,
    /// A key without an action.
    UnknownKey,
}

/// A request to the source or to mpviz itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Starts a run with or without the mode.
    ToggleMode(Mode),
    /// Starts a run with or without I/O.
    ToggleIo,
    /// Starts a run with the next core policy.
    NextCorePolicy,
    /// Starts the run of the scenario with this index; in a list of lessons, the lesson.
    Scenario(usize),
    /// Starts the runs of a lesson, after its question.
    BeginLesson,
    /// Starts a run with more or fewer workers.
    Workers(i8),
    /// Starts a run with twice or half as many tasks.
    Tasks(i8),
    /// Repeats the run.
    Again,
    /// Predicts other settings for the tasks of a lane.
    Predict(LaneId),
    /// Starts a run with this setting; of a recording or a program, shows it simulated.
    Try(LaneSetting),
    /// Repeats the run with its lanes one after the other, and then predicts other settings for a lane.
    MeasureInTurns(LaneId),
    Kill(LaneId, WorkerId),
    /// Suspends the lane's processes.
    Suspend(LaneId),
    /// Resumes the lane's processes.
    Resume(LaneId),
    /// Stops mpviz and returns to the shell.
    Stop,
    /// Saves the run to a file.
    Save,
    /// Shows the next or previous run of a recording.
    Run(i8),
    /// `Ctrl-C`: interrupts a watched program, and otherwise quits.
    Interrupt,
    Quit,
    /// Quits and leaves the watched program running.
    QuitWithoutEnding,
}

/// A way to run the tasks of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneSetting {
    pub mode: Mode,
    /// Whether threads share a GIL.
    pub gil: bool,
    pub workers: u32,
}

/// Whether an action would change the run: its workload, its workers or their processes.
pub(super) fn changes_run(action: Action) -> bool {
    match action {
        Action::Request(request) => matches!(
            request,
            Request::ToggleMode(_)
                | Request::ToggleIo
                | Request::NextCorePolicy
                | Request::Scenario(_)
                | Request::Workers(_)
                | Request::Tasks(_)
                | Request::Again
        ),
        Action::Kill | Action::Suspend | Action::Scenarios => true,
        _ => false,
    }
}
