//! Moves the displayed time by keys, mouse and replay.

use std::time::Duration;

use crate::support::draw::{draw, frame_text, ui_after_run};
use crate::support::story::{MS, Story, StoryParameters};
use mpviz::app::{Replay, Source};
use mpviz::event::{CorePolicy, LaneId, SlotId};
use mpviz::model::{KeyMomentKind, Model};
use mpviz::theme::Theme;
use mpviz::ui::{Action, MouseTarget, Playback, Request, TimeCursor, Ui, ZoomLevel};
use mpviz::view::mouse_target;

const SCREEN_SIZES: [(u16, u16); 4] = [(60, 16), (80, 24), (120, 40), (200, 60)];

#[test]
fn key_moments_are_visited_in_both_directions() {
    let model =
        Story::simulate(&StoryParameters { kill: Some((2300, 0, 2)), ..StoryParameters::with_io() }).model_at_end();
    let mut ui = ui_after_run(&model);
    ui.apply_action(Action::Start, &model);
    let mut seen = Vec::new();
    loop {
        ui.apply_action(Action::StepMoment(1), &model);
        if ui.message.is_some() {
            break;
        }
        let (lane, moment) = ui.moment.expect("a key moment");
        assert_eq!(ui.displayed_time(&model), moment.at, "the screen shows another time");
        assert!(seen.last().is_none_or(|(_, before): &(LaneId, mpviz::model::KeyMoment)| before.at <= moment.at));
        seen.push((lane, moment));
    }
    let all: usize = model.lanes().iter().map(|lane| model.key_moments(lane.id()).len()).sum();
    let at_start = model.lanes().iter().filter_map(mpviz::model::Lane::time_zero).min().expect("a time zero");
    let before = model.lanes().iter().flat_map(|lane| model.key_moments(lane.id())).filter(|m| m.at <= at_start);
    assert_eq!(seen.len(), all - before.count());
    assert!(seen.iter().any(|(_, moment)| matches!(moment.kind, KeyMomentKind::Death(_))));
    for expected in seen.iter().rev().skip(1) {
        ui.apply_action(Action::StepMoment(-1), &model);
        assert_eq!(ui.moment, Some(*expected));
    }
    ui.apply_action(Action::StepTime(1), &model);
    assert_eq!(ui.moment, None, "the next key hides the description");
    ui.apply_action(Action::End, &model);
    assert_eq!(ui.cursor, TimeCursor::Live);
}

#[test]
fn time_steps_stay_within_the_run_and_freeze_the_picture() {
    let story = Story::simulate(&StoryParameters::with_io());
    let model = story.model_at(1000);
    let mut ui = Ui::default();
    ui.apply_action(Action::StepTime(1), &model);
    assert_eq!(ui.cursor, TimeCursor::At(model.newest_mark()));
    ui.apply_action(Action::Wheel(-1), &model);
    let frozen_at = ui.displayed_time(&model);
    assert!(frozen_at < model.newest_mark());
    assert_eq!(ui.displayed_time(&story.model_at(3000)), frozen_at);
    for _ in 0..500 {
        ui.apply_action(Action::StepEvent(-1), &model);
    }
    assert!(ui.displayed_time(&model) <= 2 * MS);
}

#[test]
fn cursor_is_relative_to_each_lanes_start_if_lanes_take_turns() {
    let story = Story::simulate(&StoryParameters { policy: CorePolicy::Turns, ..StoryParameters::with_io() });
    let model = story.model_at_end();
    let mut ui = ui_after_run(&model);
    ui.apply_action(Action::Start, &model);
    for _ in 0..20 {
        ui.apply_action(Action::StepTime(1), &model);
    }
    let TimeCursor::Into(offset) = ui.cursor else { panic!("{:?}", ui.cursor) };
    for lane in model.lanes() {
        assert_eq!(ui.lane_time(&model, lane.id()), lane.time_zero().expect("a time zero") + offset);
    }
    // Freezing the screen of a live run does not change the displayed time of any lane.
    let model = story.model_at(8500);
    let mut ui = Ui::default();
    ui.apply_action(Action::Freeze, &model);
    assert_eq!(ui.cursor, TimeCursor::At(model.newest_mark()));
    ui.apply_action(Action::StepTime(-1), &model);
    let TimeCursor::Into(offset) = ui.cursor else { panic!("{:?}", ui.cursor) };
    let newest = model.lanes()[1].time_zero().expect("a time zero");
    assert!(newest + offset < model.newest_mark() && offset > 0);
}

#[test]
fn stepping_back_reaches_every_key_moment_if_lanes_take_turns() {
    let modes = mpviz::event::Mode::ALL_VARIANTS.to_vec();
    let model = Story::simulate(&StoryParameters { policy: CorePolicy::Turns, modes, ..StoryParameters::with_io() })
        .model_at_end();
    let mut ui = ui_after_run(&model);
    let header =
        |ui: &Ui| frame_text(&draw(&model, ui, &Theme::without_colors(), (120, 40))).lines().next().unwrap().to_owned();
    let longest = model.lanes().iter().filter_map(mpviz::model::Lane::makespan).max().expect("an ended lane");
    let clock = mpviz::event::units::format_seconds(longest as f64 / 1e9);
    assert!(header(&ui).ends_with(&format!("■ FINISHED  {clock}")), "{}", header(&ui));
    let mut seen = Vec::new();
    loop {
        ui.apply_action(Action::StepMoment(-1), &model);
        if ui.message.is_some() {
            break;
        }
        let (lane, moment) = ui.moment.expect("a key moment");
        let into = moment.at.saturating_sub(model.lanes()[lane.index()].time_zero().expect("a time zero"));
        assert!(seen.last().is_none_or(|before| *before >= into), "{into} after {seen:?}");
        assert_eq!(ui.displayed_clock(&model), into);
        seen.push(into);
    }
    let all: usize = model.lanes().iter().map(|lane| model.key_moments(lane.id()).len()).sum();
    assert_eq!((seen.len(), seen[0]), (all, longest));
    // Stepping forward ends at the time that is displayed for a finished run.
    ui.apply_action(Action::Start, &model);
    for _ in 0..200 {
        ui.apply_action(Action::StepTime(1), &model);
    }
    assert_eq!(ui.displayed_clock(&model), Ui::newest_time(&model));
}

#[test]
fn clock_and_key_moment_show_the_same_end_of_a_run() {
    let model = Story::simulate(&StoryParameters::with_io()).model_at_end();
    for lane in model.lanes() {
        let (ended, _) = lane.end_and_status().expect("an ended lane");
        assert!(lane.last_completion() < Some(ended), "a lane ended before its last completion");
        let last = model.key_moments(lane.id()).into_iter().rfind(|moment| moment.kind == KeyMomentKind::End);
        assert_eq!(
            (lane.history_end(), last.map(|moment| moment.at)),
            (lane.last_completion(), lane.last_completion())
        );
    }
    let mut ui = ui_after_run(&model);
    let took = ui.displayed_clock(&model);
    ui.apply_action(Action::StepMoment(-1), &model);
    assert!(matches!(ui.moment, Some((_, moment)) if moment.kind == KeyMomentKind::End));
    let frame = frame_text(&draw(&model, &ui, &Theme::without_colors(), (120, 40)));
    let description = format!("ended at {}", mpviz::event::units::format_seconds(took as f64 / 1e9));
    assert!(ui.displayed_clock(&model) == took && frame.contains(&description), "{frame}");
    assert!(frame.contains("result"), "no result at the end: {frame}");
    // A lane that lost a task also ends at its last completion.
    let model =
        Story::simulate(&StoryParameters { kill: Some((2300, 0, 2)), ..StoryParameters::with_io() }).model_at_end();
    assert_eq!(model.lanes()[0].history_end(), model.lanes()[0].last_completion());
}

#[test]
fn panels_change_only_every_250_ms() {
    let story = Story::simulate(&StoryParameters::with_io());
    let panel_rows = |ms: u64| {
        let frame = frame_text(&draw(&story.model_at(ms), &Ui::default(), &Theme::without_colors(), (120, 40)));
        frame.lines().skip(1).take(17).map(str::to_owned).collect::<Vec<_>>()
    };
    let zero = story.model_at(100).lanes()[0].time_zero().expect("a time zero") / MS;
    for offset in [500, 1250, 2000] {
        let shown = panel_rows(zero + offset);
        assert!(
            (1..250).step_by(50).all(|later| panel_rows(zero + offset + later) == shown),
            "changed between snapshots at {offset} ms"
        );
    }
    assert!((250..2500).step_by(250).any(|offset| panel_rows(zero + offset) != panel_rows(zero + offset + 250)));
    // In the first 250 ms, panels show the current time.
    let early = frame_text(&draw(&story.model_at(zero + 100), &Ui::default(), &Theme::without_colors(), (120, 40)));
    assert!(early.contains("4 of 16 tasks"), "{early}");
}

/// Position and mouse target of every cell of the screen that can be clicked.
fn mouse_targets(model: &Model, ui: &Ui, size: (u16, u16)) -> Vec<((u16, u16), MouseTarget)> {
    let cells = (0..size.1).flat_map(|y| (0..size.0).map(move |x| (x, y)));
    cells.filter_map(|(x, y)| Some(((x, y), mouse_target(model, ui, size, x, y)?))).collect()
}

#[test]
fn click_selects_the_worker_drawn_there() {
    let model = Story::simulate(&StoryParameters::with_io()).model_at(1600);
    for size in SCREEN_SIZES {
        let ui = Ui::default();
        let found = mouse_targets(&model, &ui, size);
        for lane in model.lanes() {
            for slot in (0..lane.slot_count()).map(|n| SlotId(n as u32)) {
                let cells: Vec<_> = found
                    .iter()
                    .filter(|(_, target)| *target == MouseTarget::Slot(lane.id(), slot))
                    .map(|(at, _)| *at)
                    .collect();
                // A worker is selected by a click on exactly the cells that are highlighted while it is selected.
                let theme = Theme::dark_theme();
                let plain = draw(&model, &Ui { lane: lane.id(), ..ui.clone() }, &theme, size);
                let selected = Ui { lane: lane.id(), slot: Some(slot), ..ui.clone() };
                let marked = draw(&model, &selected, &theme, size);
                let changed = (0..size.1 - 2).flat_map(|y| (0..size.0).map(move |x| (x, y)));
                let changed: Vec<_> = changed.filter(|at| plain[*at].modifier != marked[*at].modifier).collect();
                assert_eq!(cells, changed, "slot {slot} of lane {} at {size:?}", lane.id());
                assert!(!cells.is_empty());
            }
        }
    }
}

#[test]
fn click_in_the_history_moves_the_cursor_to_the_clicked_time() {
    let model = Story::simulate(&StoryParameters::with_io()).model_at(2200);
    for size in SCREEN_SIZES {
        let found = mouse_targets(&model, &Ui::default(), size);
        let times: Vec<_> = found.into_iter().filter(|(_, target)| matches!(target, MouseTarget::Time(_))).collect();
        // The axis is excluded: it shows the cursor as a number, not as a line.
        let axis = times.iter().map(|((_, y), _)| *y).max().expect("an axis");
        for ((x, y), found) in times.into_iter().filter(|((x, y), _)| x % 7 == 0 && y % 3 == 0 && *y < axis) {
            let MouseTarget::Time(cursor) = found else { continue };
            let mut ui = Ui::default();
            ui.apply_action(Action::Click(found), &model);
            assert_eq!(ui.cursor, cursor);
            let frame = draw(&model, &ui, &Theme::without_colors(), size);
            if cursor != TimeCursor::At(model.newest_mark()) {
                assert_eq!(frame[(x, y)].symbol(), "│", "no cursor at the click: {x}, {y} of {size:?}");
            }
        }
    }
}

#[test]
fn click_selects_key_moments_and_lanes() {
    let model = Story::simulate(&StoryParameters::with_io()).model_at_end();
    let size = (120, 40);
    let mut ui = ui_after_run(&model);
    ui.apply_action(Action::Start, &model);
    let frame = draw(&model, &ui, &Theme::without_colors(), size);
    let axis = size.1 - 4;
    let marks: Vec<_> = (0..size.0).filter(|x| frame[(*x, axis)].symbol() == "▲").collect();
    assert!(marks.len() >= 2);
    for x in marks {
        let Some(hit @ MouseTarget::Moment(lane, moment)) = mouse_target(&model, &ui, size, x, axis) else {
            panic!("no moment at {x}")
        };
        let mut ui = ui.clone();
        ui.apply_action(Action::Click(hit), &model);
        assert_eq!((ui.moment, ui.displayed_time(&model)), (Some((lane, moment)), moment.at));
    }
    let Some(title) = mouse_target(&model, &ui, size, 100, 1) else { panic!("no title") };
    assert_eq!(title, MouseTarget::Lane(LaneId(1)));
    ui.apply_action(Action::Click(title), &model);
    assert_eq!((ui.lane, ui.zoom), (LaneId(1), ZoomLevel::Lanes));
    ui.apply_action(Action::Click(title), &model);
    assert_eq!(ui.zoom, ZoomLevel::Lane);
}

#[test]
fn axis_labels_are_never_truncated() {
    let model =
        Story::simulate(&StoryParameters { kill: Some((300, 0, 2)), tasks: 8, io: 2, ..StoryParameters::default() })
            .model_at_end();
    let mut ui = ui_after_run(&model);
    let is_number = |word: &str| word.trim_matches('.').len() == word.len() && word.parse::<f64>().is_ok();
    let mut numbers = 0;
    for _ in 0..150 {
        ui.apply_action(Action::StepTime(-1), &model);
        for size in SCREEN_SIZES {
            let frame = frame_text(&draw(&model, &ui, &Theme::without_colors(), size));
            // Below the axis are context and keys, and on high screens the legend.
            let below = if size.1 < 30 { 2 } else { 3 };
            let axis = frame.lines().rev().nth(below).expect("an axis");
            for word in
                axis.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '.').filter(|word| *word != "s")
            {
                assert!(word.is_empty() || is_number(word), "{word}: {axis}");
                numbers += usize::from(is_number(word));
            }
            // The unit `s` appears only after a number.
            assert!(!axis.contains("s s") && !axis.trim_start().starts_with("s "), "{axis}");
        }
    }
    assert!(numbers > 1000, "{numbers}");
}

#[test]
fn click_cancels_the_confirmation_of_a_kill() {
    let model = Story::simulate(&StoryParameters::with_io()).model_at(1600);
    let mut ui = Ui { slot: Some(SlotId(1)), ..Ui::default() };
    ui.apply_action(Action::Kill, &model);
    assert!(ui.question.is_some());
    assert_eq!(ui.apply_action(Action::Click(MouseTarget::Slot(LaneId(0), SlotId(1))), &model), None);
    assert!(ui.question.is_none());
}

#[test]
fn replay_has_a_speed_and_rejects_changes_to_the_run() {
    let model = Story::simulate(&StoryParameters::with_io()).model_at_end();
    let playback = Playback { reading: None, playing: false, ..Playback::new() };
    let mut ui = Ui { playback: Some(playback), ..ui_after_run(&model) };
    let header =
        |ui: &Ui| frame_text(&draw(&model, ui, &Theme::without_colors(), (120, 40))).lines().next().unwrap().to_owned();
    assert!(header(&ui).contains("║ REPLAY 1×") && header(&ui).contains("recording, "), "{}", header(&ui));
    // Playing a replay that is at its end starts it from the beginning.
    ui.apply_action(Action::Freeze, &model);
    let start = ui.displayed_time(&model);
    assert!(ui.cursor != TimeCursor::Live && ui.playback.unwrap().playing);
    ui.apply_action(Action::Speed(-1), &model);
    ui.apply_action(Action::Speed(-1), &model);
    assert!(ui.advance_playback(400 * MS, &model));
    assert_eq!(ui.displayed_time(&model), start + 100 * MS);
    assert!(header(&ui).contains("► REPLAY 1/4×  0.10 s"), "{}", header(&ui));
    for action in [
        Action::Kill,
        Action::Suspend,
        Action::Request(Request::Again),
        Action::Request(Request::ToggleIo),
        Action::Request(Request::Workers(1)),
        Action::Request(Request::Save),
    ] {
        assert_eq!(ui.apply_action(action, &model), None);
        let message = ui.message.clone().unwrap_or_default();
        assert!(message.starts_with("this is a recording: ") && message.len() < 79, "{message}");
    }
    // Stepping to a key moment pauses the replay.
    ui.apply_action(Action::StepMoment(1), &model);
    assert!(!ui.playback.unwrap().playing && ui.moment.is_some());
    assert!(!ui.advance_playback(400 * MS, &model), "a paused replay advanced");
    ui.apply_action(Action::Freeze, &model);
    ui.apply_action(Action::Speed(20), &model);
    assert!(ui.advance_playback(3_600_000 * MS, &model));
    assert!(ui.cursor == TimeCursor::Live && !ui.playback.unwrap().playing, "the replay did not stop at its end");
    let mut live = Ui::default();
    assert_eq!(live.apply_action(Action::Speed(1), &model), None);
    assert!(live.message.is_some());
}

#[test]
fn replay_pauses_while_mpviz_is_stopped() {
    let mut replay = Replay::new(vec![Story::simulate(&StoryParameters::with_io()).model_at_end()], None);
    let mut ui = Ui::default();
    let fold =
        |replay: &mut Replay, ui: &mut Ui| replay.apply_pending(Duration::ZERO, ui).expect("the replay continues");
    replay.start(&mut ui, Duration::ZERO).expect("a loaded recording");
    fold(&mut replay, &mut ui);
    ui.apply_action(Action::Speed(-4), replay.model());
    fold(&mut replay, &mut ui);
    // `pause` is called before Ctrl-Z stops mpviz, but not before SIGSTOP, which cannot be handled.
    let before_stop: [fn(&mut Replay); 2] = [|replay| replay.suspend_workers(Duration::ZERO), |_| {}];
    for prepare in before_stop {
        let before = ui.displayed_time(replay.model());
        prepare(&mut replay);
        std::thread::sleep(Duration::from_millis(400));
        replay.resume_workers();
        fold(&mut replay, &mut ui);
        assert_eq!(ui.displayed_time(replay.model()), before);
    }
}

#[test]
fn click_in_the_history_pauses_the_replay() {
    let model = Story::simulate(&StoryParameters::with_io()).model_at_end();
    let playback = Playback { reading: None, playing: true, ..Playback::new() };
    let time = MouseTarget::Time(TimeCursor::At(1500 * MS));
    let moment = MouseTarget::Moment(LaneId(0), model.key_moments(LaneId(0))[0]);
    for action in [Action::Click(time), Action::Drag(time), Action::Click(moment), Action::Drag(moment)] {
        let mut ui = Ui { playback: Some(playback), ..ui_after_run(&model) };
        ui.apply_action(action, &model);
        let at = ui.cursor;
        assert!(!ui.advance_playback(400 * MS, &model) && ui.cursor == at, "{action:?}");
        // The space key continues the replay from the clicked time.
        ui.apply_action(Action::Freeze, &model);
        assert!(ui.advance_playback(MS, &model) && ui.cursor != at);
    }
    let mut ui = Ui { playback: Some(playback), ..ui_after_run(&model) };
    ui.apply_action(Action::Click(MouseTarget::Slot(LaneId(0), SlotId(0))), &model);
    assert!(ui.playback.unwrap().playing, "selecting a worker paused the replay");
}
