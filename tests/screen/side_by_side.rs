//! Lanes of different runs are drawn side by side. Times are relative to the time zero of each lane.

use crate::support::cluster::examples::joined_loads;
use crate::support::cluster::{StoryCluster, StoryTask};
use crate::support::draw::{draw, frame_text, ui_after_run};
use crate::support::simulation::{Simulation, model_of};
use crate::support::snapshot;
use crate::support::story::{MS, Story, StoryParameters};
use mpviz::event::{CorePolicy, LaneId, Mode, Run, StampedEvent};
use mpviz::model::{DifferenceReason, LaneSummary, Model};
use mpviz::report::phrases;
use mpviz::theme::{Glyphs, Theme};
use mpviz::ui::{Action, Playback, TimeCursor, Ui};
use proptest::prelude::*;

/// A model that shows all lanes of these runs side by side.
fn side_by_side(runs: &[(&str, Model)]) -> Model {
    let lanes = runs.iter().enumerate().flat_map(|(n, (_, run))| run.lanes().iter().map(move |lane| (n, lane.id())));
    let lanes: Vec<_> = lanes.collect();
    let first = runs[0].1.run().expect("a run").clone();
    Model::side_by_side(first, with_safe_names(runs), &lanes)
}

fn with_safe_names(runs: &[(&str, Model)]) -> Vec<(mpviz::event::text::SafeText, Model)> {
    runs.iter().map(|(name, run)| ((*name).into(), run.clone())).collect()
}

/// A model of two pool lanes side by side: `before` without I/O, and `after` with I/O and half as many cores.
fn runs_before_and_after() -> Model {
    let before =
        Story::simulate(&StoryParameters { modes: vec![Mode::Pool], ..StoryParameters::default() }).model_at_end();
    let after = Story::simulate(&StoryParameters {
        modes: vec![Mode::Serial, Mode::Pool],
        cores: 2,
        io: 8,
        ..StoryParameters::default()
    })
    .model_at_end();
    let notes = vec!["not the same I/O".into()];
    let common = Run { notes, ..before.run().expect("a run").clone() };
    Model::side_by_side(
        common,
        with_safe_names(&[("before", before), ("after", after)]),
        &[(0, LaneId(0)), (1, LaneId(1))],
    )
}

fn paused_replay_at(model: &Model, ms: u64) -> Ui {
    let playback = Playback { playing: false, reading: None, ..Playback::new() };
    Ui { playback: Some(playback), cursor: TimeCursor::Into(ms * MS), ..ui_after_run(model) }
}

#[test]
fn bars_of_clusters_begin_with_their_first_task() {
    let cluster = StoryCluster::new(2, 2, (0..40).map(|_| StoryTask::new("load", 50, 1_000)).collect());
    let at_once = cluster.model_at_end();
    let mut late = Model::new();
    for event in &cluster.events() {
        let at = if event.at > 0 { event.at + 5_000 * MS } else { 0 };
        late.apply(&StampedEvent { at, ..event.clone() }).unwrap();
    }
    let compared = side_by_side(&[("at once", at_once), ("late", late)]);
    let frame = draw(&compared, &paused_replay_at(&compared, 400), &Theme::without_colors(), (120, 30));
    let text = frame_text(&frame);
    let half = |row: &str, from: usize| row.chars().skip(from).take(60).collect::<String>().trim_end().to_owned();
    let bars = || text.lines().filter(|row| row.contains('│'));
    assert_eq!(bars().count(), 9, "{text}");
    assert!(bars().all(|row| half(row, 0) == half(row, 60)), "{text}");
    for lane in compared.lanes() {
        assert_eq!(lane.makespan(), lane.last_completion().zip(lane.time_zero()).map(|(end, zero)| end - zero));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]
    #[test]
    fn lanes_side_by_side_equal_the_lanes_of_their_own_runs(seeds in prop::collection::vec(any::<u64>(), 2..4)) {
        let at_end = |seed: &u64| model_of(&Simulation::new(*seed).shuffled(&mut fastrand::Rng::with_seed(*seed)));
        let names = ["a", "b", "c"];
        let runs: Vec<_> = names.into_iter().zip(seeds.iter().map(at_end)).collect();
        // Do not compare the values that depend on the run which contains the lane.
        let comparable = |lane: LaneSummary| LaneSummary {
            origin: None, result: None, expected: Some(0), correct: None, ns_per_number: None, ..lane
        };
        let alone = runs.iter().flat_map(|(_, run)| run.summary().expect("a run").lanes);
        let all = side_by_side(&runs);
        let summary = all.summary().expect("a run");
        let together = summary.lanes.iter().cloned();
        let (alone, together) = (alone.map(comparable), together.map(comparable));
        prop_assert_eq!(alone.collect::<Vec<_>>(), together.collect::<Vec<_>>());
        let lanes = runs.iter().flat_map(|(_, run)| run.lanes().iter().map(move |lane| (run, lane)));
        for ((run, lane), compared) in lanes.zip(all.lanes()) {
            prop_assert_eq!(run.key_moments(lane.id()), all.key_moments(compared.id()));
            for t in (0..=run.newest_mark()).step_by(7) {
                prop_assert_eq!(lane.counts_at(t), compared.counts_at(t));
                prop_assert_eq!(run.idle_cores(lane.id(), t), all.idle_cores(compared.id(), t));
                prop_assert_eq!(run.core_use(lane.id(), t), all.core_use(compared.id(), t));
            }
        }
    }
}

#[test]
fn core_loads_equal_those_of_the_lanes_own_run() {
    let quiet =
        Story::simulate(&StoryParameters { modes: vec![Mode::Pool], ..StoryParameters::default() }).model_at_end();
    let loud = Story::simulate(&StoryParameters {
        modes: vec![Mode::Pool],
        workers: 1,
        other_load: 0.5,
        ..StoryParameters::default()
    })
    .model_at_end();
    let both = side_by_side(&[("quiet", quiet.clone()), ("loud", loud.clone())]);
    for t in (0..3000).map(|ms| ms * MS) {
        for core in 0..4 {
            assert_eq!(both.core_load(LaneId(0), core, t), quiet.core_load(LaneId(0), core, t));
            assert_eq!(both.core_load(LaneId(1), core, t), loud.core_load(LaneId(0), core, t));
        }
    }
}

#[test]
fn lanes_are_shown_at_the_same_time_after_their_own_time_zero() {
    let late =
        Story::simulate(&StoryParameters { policy: CorePolicy::Turns, ..StoryParameters::default() }).model_at_end();
    let both = side_by_side(&[("split", Story::simulate(&StoryParameters::default()).model_at_end()), ("turns", late)]);
    let ui = paused_replay_at(&both, 700);
    for lane in both.lanes() {
        assert_eq!(ui.lane_time(&both, lane.id()), lane.time_zero().expect("a time zero") + 700 * MS);
    }
    let mut ui = paused_replay_at(&both, 0);
    ui.apply_action(Action::End, &both);
    ui.apply_action(Action::StepTime(-1), &both);
    let longest = both.lanes().iter().filter_map(|lane| lane.end_and_status()?.0.checked_sub(lane.time_zero()?)).max();
    assert!(matches!(ui.cursor, TimeCursor::Into(offset) if Some(offset) < longest), "{:?}", ui.cursor);
}

#[test]
fn lanes_of_the_same_mode_are_named_after_their_runs() {
    let model = runs_before_and_after();
    let report = ui_after_run(&model).report.expect("a result");
    assert_eq!((report.verdict.fastest, report.verdict.fastest_lane), (Some(Mode::Pool), Some(0)));
    assert_eq!(report.verdict.reason, DifferenceReason::StallIo);
    assert!(
        report.verdict_sentence().whole_sentence().starts_with("pool was "),
        "{}",
        report.verdict_sentence().whole_sentence()
    );
    assert!(
        report
            .verdict_sentence()
            .whole_sentence()
            .contains("× faster in before than in after: after's 4 workers blocked on I/O"),
        "{}",
        report.verdict_sentence().whole_sentence()
    );
    let end = frame_text(&draw(
        &model,
        &Ui { cursor: TimeCursor::Live, ..paused_replay_at(&model, 0) },
        &Theme::without_colors(),
        (120, 40),
    ));
    assert_eq!(end.matches("FASTEST").count(), 1, "{end}");
    assert_eq!(end.matches("as long").count(), 1, "{end}");
}

#[test]
fn side_by_side_screens_match_snapshots() {
    let model = runs_before_and_after();
    let frames = [("120x40", Theme::without_colors(), (120, 40)), ("ascii-80x24", ascii_theme(), (80, 24))];
    for (name, theme, size) in frames {
        snapshot::assert_matches_snapshot(
            "screen",
            &format!("beside-{name}"),
            &frame_text(&draw(&model, &paused_replay_at(&model, 1600), &theme, size)),
        );
    }
    let four = side_by_side(&[
        ("monday", Story::simulate(&StoryParameters::default()).model_at_end()),
        (
            "friday",
            Story::simulate(&StoryParameters { workers: 8, io: 8, ..StoryParameters::default() }).model_at_end(),
        ),
    ]);
    snapshot::assert_matches_snapshot(
        "screen",
        "beside-four-120x40",
        &frame_text(&draw(&four, &paused_replay_at(&four, 2500), &Theme::without_colors(), (120, 40))),
    );
}

#[test]
fn verdict_compares_each_mode_between_runs() {
    let runs =
        [("p", StoryParameters::default()), ("q", StoryParameters { workers: 8, io: 8, ..StoryParameters::default() })];
    let both = side_by_side(&runs.map(|(name, script)| (name, Story::simulate(&script).model_at_end())));
    let lanes = both.summary().expect("a run").lanes;
    let sentence = |times: [f64; 4]| {
        let with = |(lane, s): (&LaneSummary, f64)| LaneSummary { makespan_s: Some(s), ..lane.clone() };
        let lanes: Vec<_> = lanes.iter().zip(times).map(with).collect();
        phrases::verdict_sentence(both.run().expect("a run"), &lanes, &mpviz::model::verdict(&lanes, 0.0))
            .whole_sentence()
    };
    let modes: Vec<_> = lanes.iter().map(LaneSummary::name).collect();
    assert_eq!(modes, ["pool of p", "process of p", "pool of q", "process of q"]);
    let differ = sentence([2.0, 1.0, 4.0, 0.8]);
    assert!(
        differ.starts_with("pool was 2.0× faster in p than in q; process was 1.2× faster in q than in p; pool: q's"),
        "{differ}"
    );
    let more = sentence([2.0, 1.0, 2.0, 4.0]);
    assert!(
        more.starts_with("process was 4.0× faster in p than in q; pool was equally fast in both; process: "),
        "{more}"
    );
    let none = sentence([2.0, 1.0, 2.02, 1.01]);
    assert_eq!(none, "pool was equally fast in both; process was equally fast in both.");
}

#[test]
fn verdict_compares_each_number_of_workers_between_runs() {
    let run = |io| {
        let modes = vec![Mode::Pool];
        Story::simulate(&StoryParameters { modes, sweep: vec![4, 8], io, ..StoryParameters::default() }).model_at_end()
    };
    let both = side_by_side(&[("p", run(0)), ("q", run(0))]);
    let mut lanes = both.summary().expect("a run").lanes;
    assert_eq!(lanes[3].name(), "pool×8 of q");
    (lanes[0].makespan_s, lanes[2].makespan_s) = (Some(1.0), Some(3.0));
    let verdict = mpviz::model::verdict(&lanes, 0.0);
    let sentence = phrases::verdict_sentence(both.run().expect("a run"), &lanes, &verdict).whole_sentence();
    assert!(
        sentence.starts_with("pool×4 was 3.0× faster in p than in q; pool×8 was equally fast in both; pool×4: "),
        "{sentence}"
    );
}

fn ascii_theme() -> Theme {
    Theme::without_colors().with_glyphs(Glyphs::Ascii)
}

#[test]
fn verdict_names_the_run_with_a_gil() {
    let at_end = |gil: bool| {
        let mut story = Story::simulate(&StoryParameters { modes: vec![Mode::Threads], ..StoryParameters::default() });
        if let mpviz::event::Event::RunStarted(run) = &mut story.events[0].event {
            run.lanes[0].gil = gil;
        }
        story.model_at_end()
    };
    let sentence = |runs: [(&str, Model); 2]| {
        let both = side_by_side(&runs);
        let mut lanes = both.summary().expect("a run").lanes;
        let core_time = lanes[0].core_time_s.as_mut().expect("a makespan");
        (core_time.stall_width, lanes[0].makespan_s) = (900.0, Some(90.0));
        phrases::verdict_sentence(both.run().expect("a run"), &lanes, &mpviz::model::verdict(&lanes, 0.0))
            .whole_sentence()
    };
    let with_gil = sentence([("slow", at_end(true)), ("fast", at_end(false))]);
    assert!(with_gil.contains("slow's 4 threads shared one GIL"), "{with_gil}");
    let without = sentence([("slow", at_end(false)), ("fast", at_end(true))]);
    assert!(without.contains("slow's 4 threads could not use"), "{without}");
}

#[test]
fn compared_clusters_have_the_names_of_their_runs() {
    let runs =
        [("before", "1.1"), ("after", "inf")].map(|(name, saturation)| (name, joined_loads(saturation).model_at_end()));
    let both = side_by_side(&runs);
    for size in [(80, 24), (120, 40)] {
        let frame = frame_text(&draw(&both, &Ui::default(), &Theme::without_colors(), size));
        assert!(
            frame.contains("before: DASK saturation 1.1") && frame.contains("after: DASK saturation inf"),
            "{frame}"
        );
    }
    let runs = ["etl-on-two-workers-2026-11-28", "etl-on-two-workers-2026-11-29"]
        .map(|name| (name, joined_loads("1.1").model_at_end()));
    let frame = frame_text(&draw(&side_by_side(&runs), &Ui::default(), &Theme::without_colors(), (80, 24)));
    assert!(frame.contains("-28: DASK") && frame.contains("-29: DASK"), "{frame}");
}
