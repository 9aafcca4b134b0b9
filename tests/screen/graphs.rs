//! The screen of a graph on Dask clusters.

use crate::support::draw::{draw, frame_text, ui_after_run};
use crate::support::graph::{INDEPENDENT, JOINED, graph_model};
use crate::support::snapshot;
use mpviz::event::GraphKind;
use mpviz::model::Model;
use mpviz::theme::Theme;
use mpviz::ui::{Action, LiveSource, Request, TimeCursor, Ui};

fn check_frame(name: &str, model: &Model, ui: &Ui, size: (u16, u16)) {
    let text = frame_text(&draw(model, ui, &Theme::without_colors(), size));
    snapshot::assert_matches_snapshot("screen", &format!("{name}-{}x{}", size.0, size.1), &text);
}

#[test]
fn screens_of_graphs_match_snapshots() {
    let joined = graph_model(GraphKind::Joined, &JOINED);
    let live = Ui { live_source: LiveSource::Graph, ..Ui::default() };
    let ended = Ui { live_source: LiveSource::Graph, ..ui_after_run(&joined) };
    for size in [(80, 24), (100, 30), (120, 40), (200, 60)] {
        check_frame("graph-ended", &joined, &ended, size);
    }
    let middle = Ui { cursor: TimeCursor::Into(700_000_000), ..live };
    check_frame("graph-middle", &joined, &middle, (120, 40));
    let independent = graph_model(GraphKind::Independent, &INDEPENDENT);
    check_frame("graph-independent", &independent, &ui_after_run(&independent), (120, 40));
    let one = graph_model(GraphKind::Joined, &JOINED[..1]);
    check_frame("graph-first-cluster", &one, &Ui { report: None, ..ended }, (80, 24));
}

#[test]
fn graph_is_run_again_by_a_key_and_not_changed_by_others() {
    let model = graph_model(GraphKind::Joined, &JOINED);
    let mut ui = Ui { live_source: LiveSource::Graph, ..Ui::default() };
    assert_eq!(ui.apply_action(Action::Request(Request::Again), &model), Some(Request::Again));
    for action in [Action::Request(Request::Workers(1)), Action::Request(Request::ToggleIo), Action::Kill] {
        ui.message = None;
        assert_eq!(ui.apply_action(action, &model), None);
        assert!(ui.message.as_ref().is_some_and(|text| text.starts_with("keys do not change a graph")), "{action:?}");
    }
    let mut watched = Ui { live_source: LiveSource::Cluster, ..Ui::default() };
    assert_eq!(watched.apply_action(Action::Request(Request::Again), &model), None);
    assert!(watched.message.is_some_and(|text| text.starts_with("a cluster is not changed")));
}

#[test]
fn presenter_shows_where_tasks_waited_and_which_clusters_are_on_the_screen() {
    let joined = graph_model(GraphKind::Joined, &JOINED);
    let mut ui = Ui { live_source: LiveSource::Graph, ..ui_after_run(&joined) };
    ui.apply_action(Action::Presenter, &joined);
    let frame = frame_text(&draw(&joined, &ui, &Theme::without_colors(), (80, 24)));
    assert!(frame.contains("lanes 2–3 of 3"), "{frame}");
    assert!(frame.contains("queue") && frame.contains("results up to") && !frame.contains("private"), "{frame}");
}
