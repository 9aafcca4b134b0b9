//! How near the viewer looks: at all lanes, at one, at one of its workers; and in what order the workers are listed.

use std::cmp::Reverse;

use super::Ui;
use crate::event::{Nanos, SlotId};
use crate::model::{Lane, Model, WorkerState};

/// How near the viewer looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Zoom {
    /// At all lanes.
    #[default]
    Lanes,
    /// At the selected lane, its workers as a table.
    Lane,
    /// At the selected worker, its tasks as a table.
    Worker,
}

/// By what the workers of a lane are ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// By number.
    #[default]
    Number,
    /// By what they do: the dead first, then those on a core.
    State,
    /// By their share of a core, the largest first.
    Cpu,
    /// By their share of I/O, the largest first.
    Io,
    /// By private memory, the largest first.
    Memory,
}

impl Order {
    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::State => "state",
            Self::Cpu => "cpu",
            Self::Io => "I/O",
            Self::Memory => "memory",
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

    /// The places of a lane in this order at a moment; equals by number.
    #[must_use]
    pub fn arrange(self, lane: &Lane, t: Nanos) -> Vec<SlotId> {
        let mut slots: Vec<_> = (0..lane.slots() as u32).map(SlotId).collect();
        let worker = |slot: SlotId| lane.workers_in_slot(slot, t).next_back().and_then(|id| lane.worker(id));
        match self {
            Self::Number => {}
            Self::State => slots.sort_by_cached_key(|slot| rank(lane.worker_state(*slot, t))),
            Self::Cpu => slots.sort_by_cached_key(|slot| {
                let spent = worker(*slot).and_then(|worker| worker.usage_until(t));
                Reverse(spent.map(|spent| (spent.shares().0 * 1e4) as u32))
            }),
            Self::Io => slots.sort_by_cached_key(|slot| {
                let share = worker(*slot).and_then(|worker| worker.io_share(t));
                Reverse(share.map(|share| (share * 1e4) as u32))
            }),
            Self::Memory => slots.sort_by_cached_key(|slot| {
                let living = worker(*slot).filter(|worker| worker.gone().is_none_or(|gone| gone > t));
                Reverse(living.and_then(|worker| worker.sample(t)?.private_bytes))
            }),
        }
        slots
    }
}

/// What asks for attention first, then by how much of a core it takes.
const fn rank(state: WorkerState) -> u8 {
    match state {
        WorkerState::Exited(crate::event::Exit::Code(0)) => 9,
        WorkerState::Exited(_) | WorkerState::NotSpawned => 0,
        WorkerState::Computing => 1,
        WorkerState::Loading => 2,
        WorkerState::WaitsForGil => 3,
        WorkerState::InIo => 4,
        WorkerState::Suspended => 5,
        WorkerState::Starting => 6,
        WorkerState::Idle => 7,
        WorkerState::Vacant => 8,
    }
}

impl Ui {
    /// One step nearer.
    pub(super) fn zoom_in(&mut self, model: &Model) {
        match self.zoom {
            Zoom::Lanes => self.look(Zoom::Lane),
            Zoom::Lane if self.slot.is_some() => self.look(Zoom::Worker),
            Zoom::Lane if self.selected(model).is_some_and(|lane| lane.slots() > 0) => {
                self.message = Some("select a worker first: ↑ ↓".into());
            }
            Zoom::Lane | Zoom::Worker => {}
        }
    }

    /// One step back; false if all lanes are shown.
    pub(super) fn zoom_out(&mut self) -> bool {
        match self.zoom {
            Zoom::Lanes => return false,
            Zoom::Lane => self.look(Zoom::Lanes),
            Zoom::Worker => self.look(Zoom::Lane),
        }
        true
    }

    fn look(&mut self, zoom: Zoom) {
        (self.zoom, self.top) = (zoom, 0);
    }

    /// The next order of the workers; what is selected stays so.
    pub(super) fn reorder(&mut self) {
        if self.zoom == Zoom::Lane {
            (self.order, self.top) = (self.order.next(), 0);
        }
    }

    /// The worker above or below the selected one, as they are listed; at an end the other one.
    pub(super) fn next_worker(&mut self, by: i8, model: &Model) {
        let Some(lane) = self.selected(model).filter(|lane| lane.slots() > 0) else { return };
        let slots = lane.slots() as i64;
        let places = self.listed(lane, model);
        let place = self.slot.and_then(|slot| places.iter().position(|listed| *listed == slot));
        let next = match place {
            Some(place) => (place as i64 + i64::from(by)).rem_euclid(slots),
            None if by < 0 => slots - 1,
            None => self.top.min(places.len() - 1) as i64,
        };
        self.select(&places, next as usize);
    }

    /// A page up or down: of the tasks of a worker, or of the workers.
    pub(super) fn turn_page(&mut self, by: i8, model: &Model) {
        let page = self.page.max(1) as isize;
        let moved = |from: usize| from.saturating_add_signed(page * isize::from(by));
        if self.zoom == Zoom::Worker {
            self.top = moved(self.top).min(self.tasks_taken(model).saturating_sub(page.unsigned_abs()));
            return;
        }
        let Some(lane) = self.selected(model).filter(|lane| lane.slots() > 0) else { return };
        let places = self.listed(lane, model);
        if let Some(place) = self.slot.and_then(|slot| places.iter().position(|listed| *listed == slot)) {
            self.top = moved(self.top);
            self.select(&places, moved(place).min(places.len() - 1));
        } else {
            self.top = moved(self.top).min(places.len().saturating_sub(page.unsigned_abs()));
        }
    }

    /// The wheel over a list: the selected worker moves, else what is shown.
    pub(super) fn scroll(&mut self, by: i8, model: &Model) {
        if self.zoom == Zoom::Lane && self.slot.is_some() {
            return self.next_worker(by, model);
        }
        let rows = if self.zoom == Zoom::Worker {
            self.tasks_taken(model)
        } else {
            self.selected(model).map_or(0, Lane::slots)
        };
        self.top = self.top.saturating_add_signed(by.into()).min(rows.saturating_sub(self.page.max(1)));
    }

    /// Selects a place and moves the list as little as shows it.
    fn select(&mut self, places: &[SlotId], place: usize) {
        self.slot = places.get(place).copied();
        if self.zoom == Zoom::Worker {
            self.top = 0;
        } else {
            let first = (place + 1).saturating_sub(self.page.max(1));
            self.top = self.top.clamp(first, place);
        }
    }

    fn listed(&self, lane: &Lane, model: &Model) -> Vec<SlotId> {
        let order = if self.zoom == Zoom::Lanes { Order::Number } else { self.order };
        order.arrange(lane, self.lane_time(model, lane.id()))
    }

    /// How many tasks the workers of the selected place have taken.
    fn tasks_taken(&self, model: &Model) -> usize {
        let Some((lane, slot)) = self.selected(model).zip(self.slot) else { return 0 };
        let t = self.lane_time(model, lane.id());
        lane.workers_in_slot(slot, t).map(|id| lane.tasks_taken(id, t) as usize).sum()
    }
}
