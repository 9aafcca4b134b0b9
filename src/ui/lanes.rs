//! The selected lane, and the lanes on its page.
//!
//! The lanes of a watched program come and go. Until the viewer chooses one, the page follows those that run.

use std::cmp::Reverse;

use super::{TimeCursor, Ui};
use crate::event::{LaneId, Nanos};
use crate::model::{Lane, Model};

/// How the selected lane of a watched program is determined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LaneSelection {
    /// It follows the lanes that run.
    #[default]
    Followed,
    /// The viewer chose it.
    Chosen,
}

impl Ui {
    /// The selected lane. Until the viewer chooses one of a watched program, it is the first that runs, else the one
    /// that ended last.
    #[must_use]
    pub fn selected_lane_id(&self, model: &Model) -> LaneId {
        if self.follows_lanes(model) {
            self.followed_lanes(model, 1).first().copied().unwrap_or(self.lane)
        } else {
            self.lane
        }
    }

    /// The lanes that are shown if `fit` of them fit on a page, in order.
    #[must_use]
    pub fn lanes_on_page(&self, model: &Model, fit: usize) -> Vec<LaneId> {
        if self.follows_lanes(model) {
            return self.followed_lanes(model, fit);
        }
        let lanes = self.lanes_so_far(model);
        let first = self.lane.index().min(lanes.saturating_sub(1)) / fit * fit;
        (first..(first + fit).min(lanes)).map(|lane| LaneId(lane as u16)).collect()
    }

    /// Number of lanes up to the displayed moment; if they have axes of their own, of all lanes.
    #[must_use]
    pub fn lanes_so_far(&self, model: &Model) -> usize {
        let lanes = model.lanes();
        if !model.has_program_axis() {
            return lanes.len();
        }
        let at = self.displayed_time(model);
        lanes.iter().rposition(|lane| is_open(lane, at)).map_or(0, |last| last + 1)
    }

    fn follows_lanes(&self, model: &Model) -> bool {
        let is_newest_last = model.has_program_axis() || self.cursor == TimeCursor::Live;
        model.is_of_program() && is_newest_last && self.lane_selection == LaneSelection::Followed
    }

    /// The first lanes that run at the displayed moment; if fewer than `fit` do, also those that ended last. In order
    /// of their numbers, so that a lane stays left of those opened after it.
    fn followed_lanes(&self, model: &Model, fit: usize) -> Vec<LaneId> {
        let at = self.displayed_time(model);
        let mut lanes: Vec<&Lane> = model.lanes().iter().filter(|lane| is_open(lane, at)).collect();
        lanes.sort_by_key(|lane| match lane.history_end().filter(|end| *end <= at) {
            None => (false, Reverse(0), lane.id()),
            Some(end) => (true, Reverse(end), lane.id()),
        });
        let mut shown: Vec<_> = lanes.into_iter().take(fit).map(Lane::id).collect();
        shown.sort_unstable();
        shown
    }

    /// Selects the next or previous lane; wraps around.
    pub(super) fn select_next_lane(&mut self, by: i8, model: &Model) {
        let lanes = self.lanes_so_far(model).max(1) as i32;
        let next = (i32::from(self.selected_lane_id(model).0) + i32::from(by)).rem_euclid(lanes);
        self.select_lane(LaneId(next as u16));
        self.zoom = self.zoom.min(super::ZoomLevel::Lane);
    }

    /// Selects a lane, and none of its workers.
    pub(super) fn select_lane(&mut self, lane: LaneId) {
        (self.lane, self.lane_selection, self.slot, self.top) = (lane, LaneSelection::Chosen, None, 0);
    }

    /// Keeps the lane that is followed, because the viewer turns to it.
    pub(super) fn keep_lane(&mut self, model: &Model) {
        (self.lane, self.lane_selection) = (self.selected_lane_id(model), LaneSelection::Chosen);
    }
}

/// Whether the lane was opened by `at`.
fn is_open(lane: &Lane, at: Nanos) -> bool {
    lane.time_zero().is_some_and(|zero| zero <= at)
}
