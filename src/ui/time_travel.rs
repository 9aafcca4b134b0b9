//! Navigation in time, while the run goes on.
//!
//! Lanes that run side by side share the run's time. Lanes that run one after the other, or in different runs, share
//! an axis that starts at each lane's own time zero; a step moves all of them.

use super::{Action, MouseTarget, TimeCursor, Ui};
use crate::event::{LaneId, Nanos};
use crate::model::{KeyMoment, Lane, Model};
use crate::text;

/// Number of steps into which the time so far is divided.
const STEPS_OF_AXIS: u64 = 100;
/// Minimum length of a step, in ns.
const MIN_TIME_STEP: Nanos = 1_000_000;

/// The time axis: that of the run, or one relative to each lane's time zero.
#[derive(Clone, Copy)]
struct TimeAxis<'a> {
    model: &'a Model,
    own: bool,
}

impl<'a> TimeAxis<'a> {
    fn new(model: &'a Model) -> Self {
        Self { model, own: model.has_own_axes() }
    }

    /// Position on the axis of a moment of a lane.
    fn position(self, lane: &Lane, at: Nanos) -> Nanos {
        if self.own { at.saturating_sub(lane.time_zero().unwrap_or(at)) } else { at }
    }

    /// The moment of a lane at a position; none before the lane started, if it has its own time.
    fn moment_at_position(self, lane: &Lane, position: Nanos) -> Option<Nanos> {
        if self.own { lane.time_zero().map(|zero| zero.saturating_add(position)) } else { Some(position) }
    }

    fn cursor_at_position(self, position: Nanos) -> TimeCursor {
        if self.own { TimeCursor::Into(position) } else { TimeCursor::At(position) }
    }

    fn start(self) -> Nanos {
        let starts = self.model.lanes().iter().filter_map(|lane| self.model.axis_start(lane));
        if self.own { 0 } else { starts.min().unwrap_or(0).min(self.model.newest_mark()) }
    }

    /// Position at which the clock starts.
    fn clock_zero(self) -> Nanos {
        if self.own { 0 } else { self.model.time_zero().unwrap_or(0).min(self.model.newest_mark()) }
    }

    /// End of the axis: the newest mark; after the run, the end of the longest lane.
    fn axis_end(self) -> Nanos {
        let mark = self.model.newest_mark();
        if self.model.has_program_axis() {
            return self.model.program_end();
        }
        let begun = self.model.lanes().iter().filter(|lane| lane.time_zero().is_some());
        let ends = begun.map(|lane| self.position(lane, lane.history_end().unwrap_or(mark))).max();
        let whole = self.own || self.model.ended_at().is_some();
        ends.filter(|_| whole).unwrap_or(if self.own { 0 } else { mark })
    }

    /// The nearest position before or after this one with an event in any lane.
    fn nearest_event(self, position: Nanos, by: i8) -> Option<Nanos> {
        let lanes = self.model.lanes().iter().filter_map(|lane| {
            let at = self.moment_at_position(lane, position)?;
            let event = if by < 0 { lane.previous_event_time(at) } else { lane.next_event_time(at) };
            Some(self.position(lane, event?))
        });
        if by < 0 { lanes.max() } else { lanes.min() }
    }

    /// The key moments of all lanes with their positions, in order.
    fn key_moments_in_order(self) -> Vec<(Nanos, LaneId, KeyMoment)> {
        let lanes = self.model.lanes().iter();
        let mut all: Vec<_> = lanes
            .flat_map(|lane| {
                let moments = self.model.key_moments(lane.id()).into_iter();
                moments.map(move |moment| (self.position(lane, moment.at), lane.id(), moment))
            })
            .collect();
        all.sort_unstable_by_key(|(position, lane, moment)| (*position, *lane, moment.kind));
        all
    }
}

impl Ui {
    /// The displayed moment of the run.
    #[must_use]
    pub fn displayed_time(&self, model: &Model) -> Nanos {
        match self.cursor {
            TimeCursor::Live => model.newest_mark(),
            TimeCursor::At(t) => t.min(model.newest_mark()),
            TimeCursor::Into(position) => {
                let first = model.time_zero().unwrap_or(0);
                first.saturating_add(position).min(model.newest_mark())
            }
        }
    }

    /// The displayed moment of this lane.
    #[must_use]
    pub fn lane_time(&self, model: &Model, lane: LaneId) -> Nanos {
        match self.cursor {
            TimeCursor::Into(position) => {
                let zero = model.lanes().get(lane.index()).and_then(Lane::time_zero);
                zero.map_or(0, |zero| zero.saturating_add(position)).min(model.newest_mark())
            }
            TimeCursor::Live | TimeCursor::At(_) => self.displayed_time(model),
        }
    }

    /// Returns the cursor that displays a moment of a lane.
    #[must_use]
    pub fn cursor_at(model: &Model, lane: LaneId, at: Nanos) -> TimeCursor {
        let axis = TimeAxis::new(model);
        axis.cursor_at_position(model.lanes().get(lane.index()).map_or(at, |lane| axis.position(lane, at)))
    }

    /// The displayed time since the start of the clock.
    #[must_use]
    pub fn displayed_clock(&self, model: &Model) -> Nanos {
        let axis = TimeAxis::new(model);
        self.position(axis).saturating_sub(axis.clock_zero())
    }

    /// The time of the newest moment; after the run, its duration.
    #[must_use]
    pub fn newest_time(model: &Model) -> Nanos {
        Self::default().displayed_clock(model)
    }

    /// Position of the cursor on the axis. While live it is that of the newest lane; after the run, the end of the
    /// axis.
    fn position(&self, axis: TimeAxis) -> Nanos {
        if let TimeCursor::Into(position) = self.cursor {
            return position.min(axis.axis_end());
        }
        let now = self.displayed_time(axis.model);
        if axis.model.ended_at().is_some_and(|end| end <= now) {
            return axis.axis_end();
        }
        let begun = axis.model.lanes().iter().filter(|lane| lane.time_zero().is_some_and(|zero| zero <= now));
        let newest = begun.max_by_key(|lane| lane.time_zero());
        newest.map_or(now, |lane| axis.position(lane, now)).min(axis.axis_end())
    }

    /// Moves to the start of the run.
    pub(crate) fn rewind_to_start(&mut self, model: &Model) {
        self.handle_time_travel(Action::Start, None, model);
    }

    /// Moves the cursor forward. False if the new position is past the end.
    pub(super) fn move_cursor_forward(&mut self, by: Nanos, model: &Model) -> bool {
        let axis = TimeAxis::new(model);
        let to = self.position(axis).saturating_add(by);
        self.cursor = axis.cursor_at_position(to);
        to < axis.axis_end()
    }

    pub(super) fn handle_time_travel(&mut self, action: Action, last: Option<(LaneId, KeyMoment)>, model: &Model) {
        let axis = TimeAxis::new(model);
        let (start, end) = (axis.start(), axis.axis_end());
        let position = self.position(axis);
        let to = match action {
            Action::Freeze if self.cursor == TimeCursor::Live => {
                return self.cursor = TimeCursor::At(model.newest_mark());
            }
            Action::Freeze | Action::End => return self.cursor = TimeCursor::Live,
            Action::Click(MouseTarget::Time(cursor)) | Action::Drag(MouseTarget::Time(cursor)) => {
                return self.cursor = cursor;
            }
            Action::Click(MouseTarget::Moment(lane, moment)) | Action::Drag(MouseTarget::Moment(lane, moment)) => {
                return self.jump_to_moment(lane, moment, model);
            }
            Action::StepMoment(by) => return self.step_to_key_moment(axis, last, by),
            Action::Start => start,
            Action::StepTime(by) | Action::Wheel(by) => {
                let step = (end.saturating_sub(start) / STEPS_OF_AXIS).max(MIN_TIME_STEP);
                position.saturating_add_signed(step as i64 * i64::from(by))
            }
            Action::StepEvent(by) => axis.nearest_event(position, by).unwrap_or(position),
            _ => return,
        };
        self.cursor = axis.cursor_at_position(to.clamp(start.min(end), end));
    }

    /// Moves to a key moment and shows its description.
    fn jump_to_moment(&mut self, lane: LaneId, moment: KeyMoment, model: &Model) {
        self.cursor = Self::cursor_at(model, lane, moment.at);
        self.moment = Some((lane, moment));
    }

    /// Moves between key moments; several at the same time are visited in turn. The first one is the nearest to what
    /// its lane shows, since each lane may show another time.
    fn step_to_key_moment(&mut self, axis: TimeAxis, last: Option<(LaneId, KeyMoment)>, by: i8) {
        let moments = axis.key_moments_in_order();
        let here = last.and_then(|last| moments.iter().position(|(_, lane, moment)| (*lane, *moment) == last));
        let next = match here {
            Some(here) if by < 0 => here.checked_sub(1),
            Some(here) => Some(here + 1),
            None if by < 0 => {
                moments.iter().rposition(|(_, lane, moment)| moment.at < self.lane_time(axis.model, *lane))
            }
            None => moments.iter().position(|(_, lane, moment)| moment.at > self.lane_time(axis.model, *lane)),
        };
        if let Some((_, lane, moment)) = next.and_then(|next| moments.get(next)) {
            return self.jump_to_moment(*lane, *moment, axis.model);
        }
        self.moment = last;
        let message = if by < 0 { text!("no-moment-before") } else { text!("no-moment-after") };
        self.message = Some(message.into());
    }
}
