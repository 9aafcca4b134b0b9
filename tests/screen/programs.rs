//! The screen of a watched program.

use std::sync::Arc;

use crate::support::draw::{draw, frame_text, ui_after_run};
use crate::support::program::examples::{example_programs, killed_worker, pool_blocked_on_io, seven_lanes};
use crate::support::program::{Phase, StoryCall, StoryPool, StoryProgram};
use crate::support::snapshot;
use mpviz::event::text::SafeText;
use mpviz::event::{CallKind, Event, LaneId, Mode, PoolKind};
use mpviz::model::{Model, Remedy};
use mpviz::report::Report;
use mpviz::theme::Theme;
use mpviz::ui::{Action, Request, Ui};

const SIZES: [(u16, u16); 4] = [(80, 24), (100, 30), (120, 40), (200, 60)];

fn frame(model: &Model, ui: &Ui, size: (u16, u16)) -> String {
    frame_text(&draw(model, ui, &Theme::without_colors(), size))
}

fn check_frame(name: &str, model: &Model, ui: &Ui, size: (u16, u16)) {
    let name = format!("{name}-{}x{}", size.0, size.1);
    snapshot::assert_matches_snapshot("screen", &name, &frame(model, ui, size));
}

#[test]
fn screens_of_programs_match_snapshots() {
    for size in SIZES {
        check_frame("program-pool", &pool_blocked_on_io().model_at(1500), &Ui::default(), size);
        check_frame("program-lanes", &seven_lanes().model_at(1500), &Ui::default(), size);
    }
    let others = example_programs().into_iter().filter(|(name, _)| !["program_pool", "program_lanes"].contains(name));
    for (name, program) in others {
        let name = name.replace('_', "-");
        check_frame(&name, &program.model_at(800), &Ui::default(), (80, 24));
    }
    check_frame("program-nothing-yet", &pool_blocked_on_io().model_at(100), &Ui::default(), (80, 24));
    let not_attached = StoryProgram { attached: None, ..StoryProgram::new(Vec::new(), 3000) };
    check_frame("program-not-attached", &not_attached.model_at(2000), &Ui::default(), (80, 24));
    let model = pool_blocked_on_io().model_at(1500);
    let help = Ui { help: true, ..Ui::default() };
    check_frame("program-help", &model, &help, (80, 24));
    let mut zoomed = Ui::default();
    for action in [Action::Zoom, Action::NextWorker(1)] {
        zoomed.apply_action(action, &model);
    }
    check_frame("program-zoom", &model, &zoomed, (120, 40));
    zoomed.apply_action(Action::Zoom, &model);
    check_frame("program-zoom-worker", &model, &zoomed, (100, 30));
}

#[test]
fn chunks_are_labelled_with_their_items() {
    let text = frame(&pool_blocked_on_io().model_at(1500), &Ui::default(), (100, 30));
    assert!(text.contains("24 tasks · 1.2 GB held by the parent · 96–99 is next"), "{text}");
    assert!(text.contains("80–83 ○ wait"), "{text}");
}

#[test]
fn labels_that_do_not_fit_are_numbers() {
    let phases = |_| vec![Phase::Cpu(50)];
    let call = StoryCall { chunk: 1_000_000, ..StoryCall::map(100, 40, phases) };
    let program = StoryProgram::new(vec![StoryPool::new(4, vec![call])], 900);
    let text = frame(&program.model_at(350), &Ui::default(), (100, 30));
    assert!(text.contains("[ task 12 ]") && !text.contains("20000000"), "{text}");
}

#[test]
fn nothing_moves_while_the_history_of_a_program_grows() {
    let phases = |_| vec![Phase::Cpu(40)];
    let calls = (0..40).map(|n| StoryCall::map(100 + 400 * n, 60, phases)).collect();
    let program = StoryProgram::new(vec![StoryPool::new(4, calls)], 24_000);
    let panels = |ms| {
        let text = frame(&program.model_at(ms), &Ui::default(), (100, 30));
        ["QUEUE", "MEMORY", "CORES", " cpu"].map(|label| text.lines().position(|line| line.contains(label)))
    };
    assert_eq!(panels(1_000), panels(20_000));
}

#[test]
fn lanes_that_have_ended_give_way_to_those_that_run() {
    let program = seven_lanes();
    let shown =
        |ms| Ui::default().lanes_on_page(&program.model_at(ms), 2).iter().map(|lane| lane.0).collect::<Vec<_>>();
    assert_eq!(shown(350), [0, 1]);
    assert_eq!(shown(3200), [0, 4], "the first lane runs, and of the others the fifth ended last");
    assert_eq!(shown(3400), [0, 5]);
    let text = frame(&program.model_at(3400), &Ui::default(), (120, 40));
    assert!(text.contains("lanes 1, 5, 6 of 6"), "{text}");
}

#[test]
fn a_chosen_lane_stays_on_the_screen() {
    let program = seven_lanes();
    let model = program.model_at(3400);
    let mut ui = Ui::default();
    ui.apply_action(Action::NextLane(1), &model);
    assert_eq!(ui.selected_lane_id(&model), LaneId(1));
    assert_eq!(ui.selected_lane_id(&program.model_at(4300)), LaneId(1));
    let mut pages = Vec::new();
    for _ in 0..6 {
        pages.push(ui.lanes_on_page(&model, 2)[0].0);
        ui.apply_action(Action::NextLane(1), &model);
    }
    assert_eq!(pages, [0, 2, 2, 4, 4, 0], "every lane is on a page");
    ui.apply_action(Action::Back, &model);
    assert_eq!(ui.lanes_on_page(&model, 2), Ui::default().lanes_on_page(&model, 2), "esc follows the lanes again");
}

#[test]
fn more_workers_than_fit_are_counted() {
    let call = StoryCall { kind: CallKind::Start, ..StoryCall::map(100, 400, |_| vec![Phase::Cpu(900)]) };
    let pool = StoryPool { kind: PoolKind::Processes, ..StoryPool::new(400, vec![call]) };
    let text = frame(&StoryProgram::new(vec![pool], 2000).model_at(900), &Ui::default(), (100, 30));
    assert!(text.contains("9 of 400 workers"), "{text}");
}

#[test]
fn a_dead_worker_names_the_call_that_never_returns() {
    let text = frame(&killed_worker().model_at(900), &Ui::default(), (100, 30));
    let expected = "map() at etl.py:40 will never return: worker pid 4102 was killed (SIGKILL) in task 5";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn keys_that_would_change_the_program_are_refused_in_a_sentence() {
    let model = pool_blocked_on_io().model_at(1500);
    for action in [
        Action::Request(Request::Workers(1)),
        Action::Request(Request::ToggleIo),
        Action::Request(Request::Again),
        Action::Scenarios,
        Action::Kill,
        Action::Suspend,
    ] {
        let mut ui = Ui::default();
        assert_eq!(ui.apply_action(action, &model), None, "{action:?}");
        assert!(ui.message.is_some_and(|message| message.starts_with("a watched program is not changed")));
        assert!(ui.selected_scenario.is_none() && ui.question.is_none());
    }
    let text = frame(&model, &Ui { help: true, ..Ui::default() }, (100, 30));
    assert!(!text.contains("more, fewer workers") && text.contains("program output"), "{text}");
}

#[test]
fn the_output_of_the_program_covers_the_lanes() {
    let model = pool_blocked_on_io().model_at(1500);
    let mut ui = Ui::default();
    ui.apply_action(Action::Output, &model);
    assert!(!ui.output_open && ui.message.is_some(), "there is none");
    let rows: Vec<SafeText> = (0..100).map(|n| format!("row {n} of the log").as_str().into()).collect();
    ui.output = Some(Arc::from(rows));
    ui.apply_action(Action::Output, &model);
    let text = frame(&model, &ui, (80, 24));
    assert!(text.contains("keys go to the program · F12 closes"), "{text}");
    assert!(text.contains("row 99 of the log") && !text.contains("row 50 of"), "{text}");
    assert!(text.contains("last 20 of 100 rows"), "{text}");
    let hints = text.lines().last().unwrap_or_default();
    assert!(hints.contains("F12") && hints.contains("Ctrl-C") && !hints.contains("space"), "keys go on: {hints}");
    ui.apply_action(Action::Output, &model);
    assert!(!ui.output_open);
}

#[test]
fn a_program_that_has_ended_without_lanes_is_told_in_the_past() {
    let model = StoryProgram::new(Vec::new(), 3000).model_at_end();
    let text = frame(&model, &ui_after_run(&model), (80, 24));
    assert!(text.contains("etl.py ran for 3.00 s") && text.contains("it used no pool"), "{text}");
    assert!(!text.contains("yet"), "{text}");
}

#[test]
fn compared_programs_get_the_verdict_of_the_comparison() {
    let lasting = |tasks, end| {
        let call = StoryCall::map(50, tasks, |_| vec![Phase::Wait(100)]);
        StoryProgram::new(vec![StoryPool::new(2, vec![call])], end).model_at_end()
    };
    let (slow, fast) = (lasting(20, 3000), lasting(10, 2000));
    let run = slow.run().expect("a run").clone();
    let runs = vec![("slow".into(), slow), ("fast".into(), fast)];
    let model = Model::side_by_side(run, runs, &[(0, LaneId(0)), (1, LaneId(0))]);
    let text = frame(&model, &ui_after_run(&model), (120, 40));
    let header = text.lines().next().unwrap_or_default();
    assert!(header.contains("2 runs side by side") && !header.contains("etl.py"), "{header}");
    let verdict = text.lines().rev().nth(1).unwrap_or_default();
    assert!(verdict.contains("fast") && verdict.contains("slow") && !verdict.contains("etl.py took"), "{text}");
}

#[test]
fn threads_that_hold_no_memory_of_their_own_have_no_row_for_it() {
    let rows = |kind| {
        let call = StoryCall { bytes: 0, ..StoryCall::map(50, 8, |_| vec![Phase::Cpu(50)]) };
        let private_bytes = if kind == PoolKind::Pool { 12_000_000 } else { 0 };
        let model = StoryProgram::new(vec![StoryPool { kind, private_bytes, ..StoryPool::new(2, vec![call]) }], 1000);
        let model = model.model_at_end();
        let text = frame(&model, &ui_after_run(&model), (100, 30));
        ["private at most", "held by the parent"].map(|words| text.contains(words))
    };
    assert_eq!(rows(PoolKind::Pool), [true, false]);
    assert_eq!(rows(PoolKind::ThreadPool), [false, false]);
}

#[test]
fn findings_of_ended_programs_are_shown_with_their_figures_in_every_size() {
    let pool = |line| {
        let call = StoryCall::map(50, 60, |_| vec![Phase::Cpu(10), Phase::Wait(90)]);
        StoryPool { line, ..StoryPool::new(4, vec![call]) }
    };
    for pools in [vec![pool(31)], vec![pool(31), pool(60)]] {
        let (lanes, model) = (pools.len(), StoryProgram::new(pools, 1_700).model_at_end());
        let mut summary = model.summary().unwrap();
        let findings = &mut summary.program.as_mut().unwrap().findings;
        assert_eq!(findings.len(), lanes);
        for finding in findings {
            let (chunk, interval_s) = (None, (0.33, 0.49));
            let (predicted_s, today_s) = (0.41, 1.63);
            finding.remedy = Some(Remedy { mode: Mode::Pool, workers: 32, chunk, predicted_s, interval_s, today_s });
        }
        let report = Some(Arc::new(Report::new(model.run().unwrap(), vec![summary])));
        let ui = Ui { report, ..ui_after_run(&model) };
        for size in SIZES {
            let text = frame(&model, &ui, size);
            assert!(!text.contains('…'), "{text}");
            for words in ["finding", "Pool(32)", "0.41", "instead", "1.63", "why"] {
                assert!(text.matches(words).count() >= lanes, "{words}: {text}");
            }
        }
    }
}

#[test]
fn captions_say_why_it_is_not_known_what_workers_wait_for() {
    let mut model = Model::new();
    for mut stamped in pool_blocked_on_io().events().into_iter().filter(|stamped| stamped.at <= 1_500_000_000) {
        if let Event::WaitStarted { lock, .. } = &mut stamped.event {
            *lock = None;
        }
        model.apply(&stamped).unwrap();
    }
    let texts = SIZES.map(|size| frame(&model, &Ui::default(), size));
    assert!(texts[2].contains("/proc/PID/syscall unreadable: it forbids tracing"), "{}", texts[2]);
    assert!(texts[1].contains("/proc"), "{}", texts[1]);
}

#[test]
fn an_ended_program_shows_its_end() {
    let model = killed_worker().model_at_end();
    let text = frame(&model, &ui_after_run(&model), (100, 30));
    assert!(text.contains("killed by SIGINT") && text.contains("■ ENDED  4.00 s"), "{text}");
}

#[test]
fn shortened_headline_says_that_its_time_is_serial() {
    let call = StoryCall::map(2_000, 8, |_| vec![Phase::Cpu(200)]);
    let model = StoryProgram::new(vec![StoryPool::new(4, vec![call])], 4_500).model_at_end();
    let variants = Report::for_each_run(&[model]).remove(0).verdict_sentence().shorter_variants();
    assert!(variants.iter().any(|text| text.contains("at a stretch")), "{variants:?}");
    for text in variants {
        assert!(text.contains("serial") || text.contains("no task was queued or running"), "{text}");
    }
}
