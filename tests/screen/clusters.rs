//! The screen of a Dask cluster.

use crate::support::cluster::examples::{joined_loads, lost_worker};
use crate::support::draw::{draw, frame_text, ui_after_run};
use crate::support::snapshot;
use mpviz::model::Model;
use mpviz::theme::Theme;
use mpviz::ui::{Action, Ui};

fn check_frame(name: &str, model: &Model, ui: &Ui, size: (u16, u16)) {
    let frame = frame_text(&draw(model, ui, &Theme::without_colors(), size));
    snapshot::assert_matches_snapshot("screen", &format!("{name}-{}x{}", size.0, size.1), &frame);
}

#[test]
fn screens_of_clusters_match_snapshots() {
    for size in [(80, 24), (120, 40)] {
        check_frame("cluster-queued", &joined_loads("1.1").model_at(700), &Ui::default(), size);
        check_frame("cluster-sent", &joined_loads("inf").model_at(700), &Ui::default(), size);
        let ended = lost_worker().model_at_end();
        check_frame("cluster-lost", &ended, &ui_after_run(&ended), size);
    }
    let model = joined_loads("inf").model_at(700);
    let mut zoomed = Ui::default();
    for action in [Action::Zoom, Action::NextWorker(1)] {
        zoomed.apply_action(action, &model);
    }
    check_frame("cluster-worker", &model, &zoomed, (120, 40));
}
