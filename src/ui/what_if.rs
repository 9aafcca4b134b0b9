//! The panel that compares settings for the tasks of a lane.

use std::sync::Arc;

use super::{Action, LaneSetting, LiveSource, Request, Ui};
use crate::event::{LaneId, Mode};
use crate::model::Model;
use crate::report::cluster_predictions::ClusterPredictions;
use crate::report::phrases::{self, IntervalWidth, NoiseFloor};
use crate::text;

/// The modes whose numbers of workers are listed; the page of each is followed by eager processes.
const LISTED_MODES: [Mode; 2] = [Mode::Pool, Mode::Threads];

/// A setting with its prediction. Times are in s.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "marks of a row")]
pub struct PredictedSetting {
    pub setting: LaneSetting,
    pub predicted_s: f64,
    /// Between these the real time is expected in nine of ten cases.
    pub interval_s: (f64, f64),
    /// Whether it has the fewest concurrent workers among the fastest.
    pub is_chosen: bool,
    /// Whether it is another one of the fastest, within 5 %.
    pub is_tie: bool,
    /// Whether the lane was run with it.
    pub is_todays: bool,
    /// Whether its payloads fit into memory.
    pub fits: bool,
}

/// Predictions for the tasks of a lane.
#[derive(Clone, Debug, PartialEq)]
pub struct LanePredictions {
    /// By mode, then by number of workers.
    pub settings: Vec<PredictedSetting>,
    /// Measured makespan of the lane, in s.
    pub measured_s: f64,
    /// Cores that are assumed.
    pub cores: u32,
    pub noise_floor: NoiseFloor,
    /// How wide intervals are, unless notes widen them.
    pub interval_width: IntervalWidth,
    /// Sentences on what makes the predictions less sure.
    pub notes: Vec<String>,
}

impl LanePredictions {
    #[must_use]
    pub fn chosen(&self) -> Option<&PredictedSetting> {
        self.settings.iter().find(|row| row.is_chosen)
    }

    /// The setting of the lane.
    #[must_use]
    pub fn todays(&self) -> Option<&PredictedSetting> {
        self.settings.iter().find(|row| row.is_todays)
    }

    /// The settings on the page of a mode.
    #[must_use]
    pub fn page(&self, mode: Mode) -> Vec<&PredictedSetting> {
        let is_on_page =
            |row: &&PredictedSetting| row.setting.mode == mode || !LISTED_MODES.contains(&row.setting.mode);
        self.settings.iter().filter(is_on_page).collect()
    }
}

/// Why there are no predictions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub why: String,
    /// Whether other lanes or programs disturbed the lane, so that another run can help.
    pub is_disturbed: bool,
}

impl<T: ToString> From<T> for Refusal {
    fn from(why: T) -> Self {
        Self { why: why.to_string(), is_disturbed: false }
    }
}

/// What the panel shows.
#[derive(Clone, Debug, PartialEq)]
pub enum WhatIfState {
    Predicting,
    Refused(Refusal),
    Predicted(Arc<LanePredictions>),
    PredictedCluster(Arc<ClusterPredictions>),
}

/// The open panel.
#[derive(Clone, Debug, PartialEq)]
pub struct WhatIf {
    /// Name of the lane.
    pub lane: String,
    /// The mode whose numbers of workers are listed.
    pub mode: Mode,
    /// Index of the selected setting on the page.
    pub selected: usize,
    pub state: WhatIfState,
}

impl WhatIf {
    /// The selected setting; none before there are predictions.
    #[must_use]
    pub fn selected_setting(&self) -> Option<LaneSetting> {
        let WhatIfState::Predicted(predictions) = &self.state else { return None };
        predictions.page(self.mode).get(self.selected).map(|row| row.setting)
    }

    /// Whether the lane is to be measured again.
    fn is_disturbed(&self) -> bool {
        matches!(&self.state, WhatIfState::Refused(refusal) if refusal.is_disturbed)
    }

    /// Opens the page of a mode at the chosen setting, else at that of the lane.
    fn open_page(&mut self, mode: Mode) {
        self.mode = mode;
        let WhatIfState::Predicted(predictions) = &self.state else { return };
        let page = predictions.page(mode);
        let position = |is_wanted: fn(&PredictedSetting) -> bool| page.iter().position(|row| is_wanted(row));
        self.selected = position(|row| row.is_chosen).or_else(|| position(|row| row.is_todays)).unwrap_or(0);
    }

    fn move_selection(&mut self, by: i8) {
        let WhatIfState::Predicted(predictions) = &self.state else { return };
        let last = predictions.page(self.mode).len().saturating_sub(1);
        self.selected = self.selected.saturating_add_signed(by.into()).min(last);
    }
}

impl Ui {
    /// Opens the panel for a lane, as [`Self::open_what_if`] does.
    pub fn open_what_if_for(&mut self, lane: LaneId, model: &Model) -> Option<Request> {
        self.select_lane(lane);
        self.open_what_if(model)
    }

    /// Opens the panel for the selected lane, and requests predictions. Refuses if the lane has not ended, or of a
    /// cluster its tasks.
    pub(super) fn open_what_if(&mut self, model: &Model) -> Option<Request> {
        let Some(lane) = self.selected_lane(model) else {
            self.message = Some(text!("what-if-no-lane").into());
            return None;
        };
        let mode = if lane.plan().mode == Mode::Threads { Mode::Threads } else { Mode::Pool };
        let mut panel =
            WhatIf { lane: phrases::displayed_lane_noun(lane), mode, selected: 0, state: WhatIfState::Predicting };
        let refusal = match lane.end_and_status() {
            _ if lane.plan().is_simulated() => Some(text!("what-if-simulated")),
            _ if lane.has_only_counts() => Some(text!("cluster-refusal-only-counts")),
            None if lane.is_of_cluster() => lane.has_open_tasks().then(|| text!("cluster-refusal-running")),
            Some(_) if lane.is_of_cluster() => None,
            _ if self.live_source == LiveSource::Program && model.ended_at().is_none() => {
                Some(text!("what-if-program-runs"))
            }
            None => Some(text!("what-if-lane-runs")),
            Some(_) => None,
        };
        if let Some(why) = refusal {
            panel.state = WhatIfState::Refused(why.into());
        }
        self.what_if = Some(panel);
        refusal.is_none().then(|| Request::Predict(lane.id()))
    }

    /// Shows predictions for a cluster in the panel. Without effect if the panel was closed.
    pub fn show_cluster_predictions(&mut self, predictions: ClusterPredictions) {
        if let Some(panel) = &mut self.what_if {
            panel.state = WhatIfState::PredictedCluster(Arc::new(predictions));
        }
    }

    /// Shows predictions in the panel, or why there are none. Without effect if the panel was closed.
    pub fn show_predictions(&mut self, predictions: Result<LanePredictions, Refusal>) {
        let Some(panel) = &mut self.what_if else { return };
        panel.state = match predictions {
            Ok(predictions) => WhatIfState::Predicted(Arc::new(predictions)),
            Err(why) => WhatIfState::Refused(why),
        };
        let WhatIfState::Predicted(predictions) = &panel.state else { return };
        let chosen = predictions.chosen().map(|row| row.setting.mode).filter(|mode| LISTED_MODES.contains(mode));
        panel.open_page(chosen.unwrap_or(panel.mode));
    }

    /// Whether Enter runs the lanes again, because they were disturbed.
    #[must_use]
    pub fn can_measure_again(&self, panel: &WhatIf) -> bool {
        panel.is_disturbed() && self.playback.is_none() && self.live_source == LiveSource::Workload
    }

    /// Applies an action while the panel is open. Actions without a meaning for it close it.
    pub(super) fn apply_to_what_if(&mut self, mut panel: WhatIf, action: Action, model: &Model) -> Option<Request> {
        let request = match action {
            Action::NextWorker(by) | Action::Wheel(by) => {
                panel.move_selection(by);
                None
            }
            Action::NextLane(_) | Action::StepTime(_) => {
                let other = LISTED_MODES.into_iter().find(|mode| *mode != panel.mode);
                panel.open_page(other.unwrap_or(panel.mode));
                None
            }
            Action::Zoom if self.can_measure_again(&panel) => {
                return Some(Request::MeasureInTurns(self.selected_lane_id(model)));
            }
            Action::Zoom => match panel.selected_setting() {
                Some(setting) => return Some(Request::Try(setting)),
                None => None,
            },
            Action::Request(request @ (Request::Quit | Request::Interrupt | Request::Stop | Request::Save)) => {
                Some(request)
            }
            _ => return None,
        };
        self.what_if = Some(panel);
        request
    }
}
