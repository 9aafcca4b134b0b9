//! Zoom level, and order of the workers in a lane.

use std::cmp::Reverse;

use super::Ui;
use crate::event::{Nanos, SlotId};
use crate::model::{Lane, Model, WorkerState};
use crate::text;

/// Zoom level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum ZoomLevel {
    /// All lanes.
    #[default]
    Lanes,
    /// The selected lane with a table of its workers.
    Lane,
    /// The selected worker with a table of its tasks.
    Worker,
}

/// Order of the workers in a lane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WorkerSortOrder {
    /// By slot number.
    #[default]
    Number,
    /// By state: failed workers first, then workers on a core.
    State,
    /// By share of a core, descending.
    Cpu,
    /// By share of I/O, descending.
    Io,
    /// By private memory, descending.
    Memory,
}

impl WorkerSortOrder {
    /// Name of the order.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Number => text!("order-number"),
            Self::State => text!("order-state"),
            Self::Cpu => text!("order-cpu"),
            Self::Io => text!("order-io"),
            Self::Memory => text!("order-memory"),
        }
    }

    const fn next(self) -> Self {
        match self {
            Self::Number => Self::State,
            Self::State => Self::Cpu,
            Self::Cpu => Self::Io,
            Self::Io => Self::Memory,
            Self::Memory => Self::Number,
        }
    }

    /// The slots of a lane in this order at a moment; ties by number.
    #[must_use]
    pub fn sorted_slots(self, lane: &Lane, t: Nanos) -> Vec<SlotId> {
        let mut slots: Vec<_> = (0..lane.slot_count() as u32).map(SlotId).collect();
        let worker = |slot: SlotId| lane.workers_in_slot(slot, t).next_back().and_then(|id| lane.worker(id));
        match self {
            Self::Number => {}
            Self::State => slots.sort_by_cached_key(|slot| attention_rank(lane.worker_state(*slot, t))),
            Self::Cpu => slots.sort_by_cached_key(|slot| {
                let spent = worker(*slot).and_then(|worker| worker.usage_until(t));
                Reverse(spent.map(|spent| (spent.core_and_wait_shares().0 * 1e4) as u32))
            }),
            Self::Io => slots.sort_by_cached_key(|slot| {
                let share = worker(*slot).and_then(|worker| worker.io_share(t));
                Reverse(share.map(|share| (share * 1e4) as u32))
            }),
            Self::Memory => slots.sort_by_cached_key(|slot| {
                let living = worker(*slot).filter(|worker| worker.ended_at().is_none_or(|gone| gone > t));
                Reverse(living.and_then(|worker| worker.last_sample(t)?.private_bytes))
            }),
        }
        slots
    }
}

/// Sort key of a state: failed workers first, then workers by use of a core.
const fn attention_rank(state: WorkerState) -> u8 {
    match state {
        WorkerState::Exited(crate::event::Exit::Code(0)) => 9,
        WorkerState::Exited(_) | WorkerState::NotSpawned | WorkerState::NotObserved => 0,
        WorkerState::Computing => 1,
        WorkerState::Loading => 2,
        WorkerState::WaitsForGil => 3,
        WorkerState::InIo | WorkerState::Blocked { .. } => 4,
        WorkerState::Suspended => 5,
        WorkerState::Starting => 6,
        WorkerState::Idle => 7,
        WorkerState::Vacant => 8,
    }
}

impl Ui {
    /// Zooms in by one level.
    pub(super) fn zoom_in(&mut self, model: &Model) {
        self.keep_lane(model);
        match self.zoom {
            ZoomLevel::Lanes => self.set_zoom(ZoomLevel::Lane),
            ZoomLevel::Lane if self.slot.is_some() => self.set_zoom(ZoomLevel::Worker),
            ZoomLevel::Lane if self.selected_lane(model).is_some_and(|lane| lane.slot_count() > 0) => {
                self.message = Some(text!("select-worker").into());
            }
            ZoomLevel::Lane | ZoomLevel::Worker => {}
        }
    }

    /// Zooms out by one level; false if all lanes are shown already.
    pub(super) fn zoom_out(&mut self) -> bool {
        match self.zoom {
            ZoomLevel::Lanes => return false,
            ZoomLevel::Lane => self.set_zoom(ZoomLevel::Lanes),
            ZoomLevel::Worker => self.set_zoom(ZoomLevel::Lane),
        }
        true
    }

    fn set_zoom(&mut self, zoom: ZoomLevel) {
        (self.zoom, self.top) = (zoom, 0);
    }

    /// Switches to the next order, keeping the selection.
    pub(super) fn switch_to_next_order(&mut self) {
        if self.zoom == ZoomLevel::Lane {
            (self.order, self.top) = (self.order.next(), 0);
        }
    }

    /// Selects the next or previous worker in the displayed order; wraps around.
    pub(super) fn select_next_worker(&mut self, by: i8, model: &Model) {
        self.keep_lane(model);
        let Some(lane) = self.selected_lane(model).filter(|lane| lane.slot_count() > 0) else { return };
        let slots = lane.slot_count() as i64;
        let listed_slots = self.slots_in_order(lane, model);
        let position =
            self.slot.and_then(|slot| listed_slots.iter().position(|slots_in_order| *slots_in_order == slot));
        let next = match position {
            Some(position) => (position as i64 + i64::from(by)).rem_euclid(slots),
            None if by < 0 => slots - 1,
            None => self.top.min(listed_slots.len() - 1) as i64,
        };
        self.select_slot(&listed_slots, next as usize);
    }

    /// Turns a page of the workers, or of a worker's tasks.
    pub(super) fn turn_list_page(&mut self, by: i8, model: &Model) {
        let page = self.page.max(1) as isize;
        let moved = |from: usize| from.saturating_add_signed(page * isize::from(by));
        if self.zoom == ZoomLevel::Worker {
            self.top = moved(self.top).min(self.tasks_taken(model).saturating_sub(page.unsigned_abs()));
            return;
        }
        let Some(lane) = self.selected_lane(model).filter(|lane| lane.slot_count() > 0) else { return };
        let listed_slots = self.slots_in_order(lane, model);
        if let Some(position) =
            self.slot.and_then(|slot| listed_slots.iter().position(|slots_in_order| *slots_in_order == slot))
        {
            self.top = moved(self.top);
            self.select_slot(&listed_slots, moved(position).min(listed_slots.len() - 1));
        } else {
            self.top = moved(self.top).min(listed_slots.len().saturating_sub(page.unsigned_abs()));
        }
    }

    /// Scrolls a list: moves the selection if there is one, else the visible part.
    pub(super) fn scroll_list(&mut self, by: i8, model: &Model) {
        if self.zoom == ZoomLevel::Lane && self.slot.is_some() {
            return self.select_next_worker(by, model);
        }
        let rows = if self.zoom == ZoomLevel::Worker {
            self.tasks_taken(model)
        } else {
            self.selected_lane(model).map_or(0, Lane::slot_count)
        };
        self.top = self.top.saturating_add_signed(by.into()).min(rows.saturating_sub(self.page.max(1)));
    }

    /// Selects a slot and scrolls just far enough to show it.
    fn select_slot(&mut self, listed_slots: &[SlotId], position: usize) {
        self.slot = listed_slots.get(position).copied();
        if self.zoom == ZoomLevel::Worker {
            self.top = 0;
        } else {
            let first = (position + 1).saturating_sub(self.page.max(1));
            self.top = self.top.clamp(first, position);
        }
    }

    fn slots_in_order(&self, lane: &Lane, model: &Model) -> Vec<SlotId> {
        let order = if self.zoom == ZoomLevel::Lanes { WorkerSortOrder::Number } else { self.order };
        order.sorted_slots(lane, self.lane_time(model, lane.id()))
    }

    /// Number of tasks that the workers of the selected slot have taken.
    fn tasks_taken(&self, model: &Model) -> usize {
        let Some((lane, slot)) = self.selected_lane(model).zip(self.slot) else { return 0 };
        let t = self.lane_time(model, lane.id());
        lane.workers_in_slot(slot, t).map(|id| lane.tasks_taken(id, t) as usize).sum()
    }
}
