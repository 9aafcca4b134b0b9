//! A map of winners as a source: a picture in which the viewer selects a cell.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::Select;

use super::{AppError, Source};
use crate::model::Model;
use crate::report::Report;
use crate::report::winner_map::WinnerMap;
use crate::ui::{MapView, Request, Ui};

/// A map on the screen.
pub struct ShownMap {
    map: Arc<WinnerMap>,
    model: Model,
}

impl ShownMap {
    #[must_use]
    pub fn new(map: Arc<WinnerMap>) -> Self {
        Self { map, model: Model::new() }
    }
}

impl Source for ShownMap {
    fn start(&mut self, ui: &mut Ui, _: Duration) -> Result<(), AppError> {
        ui.map = Some(MapView::new(Arc::clone(&self.map)));
        Ok(())
    }

    fn model(&self) -> &Model {
        &self.model
    }

    fn apply_pending(&mut self, _: Duration, _: &mut Ui) -> Result<bool, AppError> {
        Ok(false)
    }

    fn register_channels<'a>(&'a self, _: &mut Select<'a>) {}

    fn is_picture_moving(&self, _: &Ui) -> bool {
        false
    }

    fn is_everything_done(&self) -> bool {
        true
    }

    fn handle_request(&mut self, _: Request, _: &mut Ui) {}

    fn cancel(&mut self) {}

    fn wait_for_end(&mut self, _: Duration) {}

    fn report(&self) -> Option<Arc<Report>> {
        None
    }

    fn finish_and_take_warnings(&mut self) -> Vec<String> {
        Vec::new()
    }
}
