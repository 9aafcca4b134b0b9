//! Moving through time, while the run goes on underneath.
//!
//! Lanes that run side by side share the run's time. Lanes that run one after the other, or in different runs, share an axis
//! that begins at each one's own zero: there a step moves all of them, each in its own time.

use super::{Action, Cursor, Target, Ui};
use crate::event::{LaneId, Nanos};
use crate::model::{Lane, Model, Moment};

/// A step in time is this part of what has happened so far.
const STEPS: u64 = 100;
/// A step is not shorter than this.
const LEAST_STEP: Nanos = 1_000_000;

/// The time that steps are counted in: the run's, or every lane's own.
#[derive(Clone, Copy)]
struct Axis<'a> {
    model: &'a Model,
    own: bool,
}

impl<'a> Axis<'a> {
    fn of(model: &'a Model) -> Self {
        Self { model, own: model.has_own_axes() }
    }

    /// A moment of a lane on the axis.
    fn place(self, lane: &Lane, at: Nanos) -> Nanos {
        if self.own { at.saturating_sub(lane.zero().unwrap_or(at)) } else { at }
    }

    /// A place of the axis as a moment of a lane; none before the lane has begun, where it has its own time.
    fn moment(self, lane: &Lane, place: Nanos) -> Option<Nanos> {
        if self.own { lane.zero().map(|zero| zero.saturating_add(place)) } else { Some(place) }
    }

    fn cursor(self, place: Nanos) -> Cursor {
        if self.own { Cursor::Into(place) } else { Cursor::At(place) }
    }

    fn start(self) -> Nanos {
        let zeros = self.model.lanes().iter().filter_map(Lane::zero);
        if self.own { 0 } else { zeros.min().unwrap_or(0).min(self.model.mark()) }
    }

    /// What is known reaches up to here; of a run that is over, to the end of the lane that took longest.
    fn end(self) -> Nanos {
        let mark = self.model.mark();
        let begun = self.model.lanes().iter().filter(|lane| lane.zero().is_some());
        let ends = begun.map(|lane| self.place(lane, lane.end().unwrap_or(mark))).max();
        let whole = self.own || self.model.ended().is_some();
        ends.filter(|_| whole).unwrap_or(if self.own { 0 } else { mark })
    }

    /// The nearest place before or after this one at which anything happens in any lane.
    fn event(self, place: Nanos, by: i8) -> Option<Nanos> {
        let lanes = self.model.lanes().iter().filter_map(|lane| {
            let at = self.moment(lane, place)?;
            let event = if by < 0 { lane.previous_event(at) } else { lane.next_event(at) };
            Some(self.place(lane, event?))
        });
        if by < 0 { lanes.max() } else { lanes.min() }
    }

    /// The key moments of all lanes with their places, in order.
    fn moments(self) -> Vec<(Nanos, LaneId, Moment)> {
        let lanes = self.model.lanes().iter();
        let mut all: Vec<_> = lanes
            .flat_map(|lane| {
                let moments = self.model.key_moments(lane.id()).into_iter();
                moments.map(move |moment| (self.place(lane, moment.at), lane.id(), moment))
            })
            .collect();
        all.sort_unstable_by_key(|(place, lane, moment)| (*place, *lane, moment.kind));
        all
    }
}

impl Ui {
    /// The moment of the run that is shown; with a cursor that counts from each lane's zero, that long after the first.
    #[must_use]
    pub fn time(&self, model: &Model) -> Nanos {
        match self.cursor {
            Cursor::Live => model.mark(),
            Cursor::At(t) => t.min(model.mark()),
            Cursor::Into(place) => {
                let first = model.lanes().iter().filter_map(Lane::zero).min().unwrap_or(0);
                first.saturating_add(place).min(model.mark())
            }
        }
    }

    /// The moment of this lane that is shown.
    #[must_use]
    pub fn lane_time(&self, model: &Model, lane: LaneId) -> Nanos {
        match self.cursor {
            Cursor::Into(place) => {
                let zero = model.lanes().get(lane.index()).and_then(Lane::zero);
                zero.map_or(0, |zero| zero.saturating_add(place)).min(model.mark())
            }
            Cursor::Live | Cursor::At(_) => self.time(model),
        }
    }

    /// The cursor for a moment of a lane.
    #[must_use]
    pub fn cursor_at(model: &Model, lane: LaneId, at: Nanos) -> Cursor {
        let axis = Axis::of(model);
        axis.cursor(model.lanes().get(lane.index()).map_or(at, |lane| axis.place(lane, at)))
    }

    /// What the clock reads for the moment shown: the time since the axis' beginning.
    #[must_use]
    pub fn clock(&self, model: &Model) -> Nanos {
        let axis = Axis::of(model);
        self.place(axis).saturating_sub(axis.start())
    }

    /// What the clock reads for the newest moment; of a run that is over, how long it took.
    #[must_use]
    pub fn newest(model: &Model) -> Nanos {
        Self::default().clock(model)
    }

    /// Where the cursor is on the axis. Live and just frozen it is where the lane is that began last, and at its end once the
    /// run is over.
    fn place(&self, axis: Axis) -> Nanos {
        if let Cursor::Into(place) = self.cursor {
            return place.min(axis.end());
        }
        let now = self.time(axis.model);
        if axis.model.ended().is_some_and(|end| end <= now) {
            return axis.end();
        }
        let begun = axis.model.lanes().iter().filter(|lane| lane.zero().is_some_and(|zero| zero <= now));
        let newest = begun.max_by_key(|lane| lane.zero());
        newest.map_or(now, |lane| axis.place(lane, now)).min(axis.end())
    }

    /// To the run's beginning.
    pub(crate) fn rewind(&mut self, model: &Model) {
        self.travel(Action::Start, None, model);
    }

    /// Moves on by so much time of the run. False where that is past its end.
    pub(super) fn go_on(&mut self, by: Nanos, model: &Model) -> bool {
        let axis = Axis::of(model);
        let to = self.place(axis).saturating_add(by);
        self.cursor = axis.cursor(to);
        to < axis.end()
    }

    pub(super) fn travel(&mut self, action: Action, last: Option<(LaneId, Moment)>, model: &Model) {
        let axis = Axis::of(model);
        let (start, end) = (axis.start(), axis.end());
        let place = self.place(axis);
        let to = match action {
            Action::Freeze if self.cursor == Cursor::Live => return self.cursor = Cursor::At(model.mark()),
            Action::Freeze | Action::End => return self.cursor = Cursor::Live,
            Action::Click(Target::Time(cursor)) | Action::Drag(Target::Time(cursor)) => return self.cursor = cursor,
            Action::Click(Target::Moment(lane, moment)) | Action::Drag(Target::Moment(lane, moment)) => {
                return self.jump(lane, moment, model);
            }
            Action::StepMoment(by) => return self.step_moment(axis, last, by),
            Action::Start => start,
            Action::StepTime(by) | Action::Wheel(by) => {
                let step = (end.saturating_sub(start) / STEPS).max(LEAST_STEP);
                place.saturating_add_signed(step as i64 * i64::from(by))
            }
            Action::StepEvent(by) => axis.event(place, by).unwrap_or(place),
            _ => return,
        };
        self.cursor = axis.cursor(to.clamp(start.min(end), end));
    }

    /// Shows a key moment and names it.
    fn jump(&mut self, lane: LaneId, moment: Moment, model: &Model) {
        self.cursor = Self::cursor_at(model, lane, moment.at);
        self.moment = Some((lane, moment));
    }

    /// From one key moment to the next; of several at one time each has its turn. The first is the one next to what its lane
    /// shows: one after the other each lane may show another time, as at the end of the run.
    fn step_moment(&mut self, axis: Axis, last: Option<(LaneId, Moment)>, by: i8) {
        let moments = axis.moments();
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
            return self.jump(*lane, *moment, axis.model);
        }
        self.moment = last;
        let side = if by < 0 { "before" } else { "after" };
        self.message = Some(format!("there is no key moment {side} this one"));
    }
}
