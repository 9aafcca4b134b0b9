//! A map of winners, in which the viewer selects a cell and a layer.

use std::sync::Arc;

use super::{Action, Request, Ui};
use crate::report::phrases;
use crate::report::winner_map::{IO_PERCENTS, MapLayer, WinnerMap};

/// The displayed map.
#[derive(Clone, Debug, PartialEq)]
pub struct MapView {
    pub map: Arc<WinnerMap>,
    /// The layer that is shown if there is no space for both.
    pub layer: MapLayer,
    /// Row and column of the selected cell; none in a picture.
    pub selected: Option<(usize, usize)>,
}

impl MapView {
    /// Selects the cell of the viewer's own tasks, else one in the middle.
    #[must_use]
    pub fn new(map: Arc<WinnerMap>) -> Self {
        let selected = (
            map.request.own.0.unwrap_or(map.request.rows.count() / 2),
            map.request.own.1.unwrap_or(IO_PERCENTS.len() / 2),
        );
        Self { map, layer: MapLayer::GivenWidth, selected: Some(selected) }
    }

    /// A map without a selected cell.
    #[must_use]
    pub fn picture(map: Arc<WinnerMap>) -> Self {
        Self { selected: None, ..Self::new(map) }
    }

    fn move_selection(&mut self, rows: i8, columns: i8) {
        if let Some((row, column)) = &mut self.selected {
            let moved = |from: usize, by: i8, count: usize| from.saturating_add_signed(by.into()).min(count - 1);
            *row = moved(*row, rows, self.map.request.rows.count());
            *column = moved(*column, columns, IO_PERCENTS.len());
        }
    }
}

impl Ui {
    /// Applies an action to the displayed map.
    pub(super) fn apply_to_map(&mut self, action: Action) -> Option<Request> {
        let view = self.map.as_mut()?;
        match action {
            Action::StepTime(by) => view.move_selection(0, by),
            Action::NextWorker(by) | Action::Wheel(by) => view.move_selection(by, 0),
            Action::NextLane(_) => view.layer = view.layer.other(),
            Action::Request(request @ (Request::Quit | Request::Interrupt | Request::Stop)) => return Some(request),
            Action::Presenter => self.toggle_presenter(),
            _ => self.message = Some(phrases::no_key_of_map().into()),
        }
        None
    }
}
