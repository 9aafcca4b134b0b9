//! Moving exports: terminal recordings, pages and animated pictures show what the live screen drew.

use crate::support;
use crate::support::draw;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::support::story::{MS, Story, StoryParameters};
use mpviz::event::codec::{RecordingHeader, encode};
use mpviz::event::{Event, RepeatPosition, StampedEvent};
use mpviz::export::film::{self, FilmFrame, FilmOptions, RunFilm};
use mpviz::export::svg::{self, PictureStyle};
use mpviz::export::{asciicast, html};
use mpviz::model::{Lane, Model};
use mpviz::report::Report;
use mpviz::theme::{ColorDepth, Theme};
use mpviz::ui::Ui;
use ratatui::buffer::Buffer;
use serde_json::Value;

const PICTURE_SIZE: (u16, u16) = (120, 40);

/// The events of a run with a mark every 50 ms, as in live runs.
fn events_with_marks() -> Vec<StampedEvent> {
    let mut events = Vec::new();
    let mut next = 0;
    for stamped in Story::simulate(&StoryParameters { io: 4, uneven: true, ..StoryParameters::default() }).events {
        while next < stamped.at && events.len() > 1 {
            events.push(StampedEvent { at: next, lane: None, event: Event::Drained { taken: vec![None; 2] } });
            next += 50 * MS;
        }
        events.push(stamped);
    }
    events
}

fn film_options(theme: &str, step_ms: u64, speed: f64) -> FilmOptions {
    let theme = Theme::built_in(theme, ColorDepth::True).expect("a theme");
    FilmOptions { size: PICTURE_SIZE, theme, step: step_ms * MS, speed }
}

fn film_frames(options: FilmOptions) -> Vec<FilmFrame> {
    RunFilm::new(events_with_marks().into_iter(), report_of_events(), options).collect()
}

fn frame_at_end() -> Model {
    let mut model = Model::new();
    for stamped in events_with_marks() {
        model.apply(&stamped).expect("a valid event");
    }
    model
}

fn report_of_events() -> Option<Arc<Report>> {
    Report::for_each_run(&[frame_at_end()]).pop()
}

fn rows_of_frame(buffer: &Buffer) -> Vec<String> {
    draw::frame_text(buffer).lines().map(str::to_owned).collect()
}

#[test]
fn frames_equal_those_of_the_live_screen() {
    let frames = film_frames(film_options("default", 500, 1.0));
    let mut model = Model::new();
    let mut wanted = Vec::new();
    let mut due = 0;
    for stamped in events_with_marks() {
        model.apply(&stamped).expect("a valid event");
        let Some(zero) = model.lanes().iter().filter_map(Lane::time_zero).min() else { continue };
        if matches!(stamped.event, Event::Drained { .. }) && stamped.at >= zero + due {
            due = ((stamped.at - zero) / (500 * MS) + 1) * 500 * MS;
            wanted.push(draw::draw(&model, &Ui::default(), &Theme::dark_theme(), PICTURE_SIZE));
        }
    }
    wanted.push(draw::draw(&model, &draw::ui_after_run(&model), &Theme::dark_theme(), PICTURE_SIZE));
    assert!(frames.len() > 5 && frames.len() == wanted.len(), "{} {}", frames.len(), wanted.len());
    let mut drawn = wanted.iter();
    for (frame, wanted) in frames.iter().zip(&wanted) {
        // Compared without the row of keys, which exports omit.
        let (mut screen, mut wanted) = (rows_of_frame(&frame.cells), rows_of_frame(wanted));
        let (keys, live) = (screen.pop().unwrap(), wanted.pop().unwrap());
        // An exported picture does not claim to be live.
        wanted[0] = wanted[0].replace("    ● LIVE", "● RECORDED");
        assert_eq!(screen, wanted);
        assert!(keys.trim().is_empty() && live.contains("q quit"), "{keys}");
        let width = usize::from(PICTURE_SIZE.0);
        let between = width..frame.cells.content().len() - width;
        assert_eq!(frame.cells.content()[between.clone()], drawn.next().unwrap().content()[between]);
    }
    assert!(frames.is_sorted_by_key(|frame| frame.at));
}

#[test]
fn speed_changes_frame_times_and_not_the_run() {
    let (once, twice) = (film_frames(film_options("dark", 500, 1.0)), film_frames(film_options("dark", 500, 2.0)));
    assert_eq!(once.len(), twice.len());
    assert!(once.iter().zip(&twice).all(|(once, twice)| once.cells == twice.cells && once.at / 2 == twice.at));
    let marks = (
        film::key_moments(&frame_at_end(), report_of_events().as_deref(), 1.0),
        film::key_moments(&frame_at_end(), report_of_events().as_deref(), 2.0),
    );
    assert!(marks.0.iter().zip(&marks.1).all(|(once, twice)| once.0 / 2 == twice.0 && once.1 == twice.1));
    assert!(marks.0.last().is_some_and(|(_, words)| words.contains("process was")), "the verdict is the last caption");
}

#[test]
fn frame_at_a_time_is_the_last_one_after_the_end() {
    let frame_at = |ms: u64| {
        RunFilm::new(events_with_marks().into_iter(), report_of_events(), film_options("dark", 1, 1.0))
            .frame_at(ms * MS)
            .cells
    };
    assert!(rows_of_frame(&frame_at(1_000))[0].contains("RECORDED  1."), "{:?}", rows_of_frame(&frame_at(1_000))[0]);
    let last = RunFilm::new(events_with_marks().into_iter(), report_of_events(), film_options("dark", 1, 1.0))
        .last_frame()
        .cells;
    assert!(rows_of_frame(&last)[0].contains("FINISHED"));
    assert_eq!(frame_at(1_000_000), last);
}

#[test]
fn film_of_truncated_events_ends_there() {
    let events = events_with_marks();
    let half = events.len() / 2;
    let mut broken: Vec<StampedEvent> = events[..half].to_vec();
    broken.push(events[0].clone());
    broken.extend(events[half..].iter().cloned());
    let frames = |events: Vec<StampedEvent>| {
        RunFilm::new(events.into_iter(), report_of_events(), film_options("dark", 200, 1.0)).collect::<Vec<_>>()
    };
    let (truncated, broken) = (frames(events[..half].to_vec()), frames(broken));
    assert_eq!(truncated.len(), broken.len());
    assert!(truncated.last().is_some_and(|frame| rows_of_frame(&frame.cells)[0].contains("RECORDED")));
}

fn asciicast_lines(frames: impl Iterator<Item = FilmFrame>) -> String {
    let mut out = Vec::new();
    let head = asciicast::CastMetadata { size: PICTURE_SIZE, title: "a \"film\"", timestamp: Some(7) };
    asciicast::write(&head, frames, &film::key_moments(&frame_at_end(), report_of_events().as_deref(), 1.0), &mut out)
        .expect("writing to memory succeeds");
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn asciicast_shows_every_frame_on_a_terminal() {
    let frames = film_frames(film_options("dark", 100, 1.0));
    let cast = asciicast_lines(frames.iter().cloned());
    let mut lines = cast.lines();
    let header: Value = serde_json::from_str(lines.next().expect("a header")).expect("JSON");
    assert_eq!((&header["version"], &header["width"], &header["height"]), (&2.into(), &120.into(), &40.into()));
    assert_eq!((&header["title"], &header["timestamp"]), (&"a \"film\"".into(), &7.into()));
    let mut terminal =
        vt100::Parser::new(PICTURE_SIZE.1.try_into().expect("rows"), PICTURE_SIZE.0.try_into().expect("columns"), 0);
    let mut shown = frames.iter();
    let (mut last, mut marks) = (0.0, 0);
    // Frames without changes are not written.
    let mut frames_shown = 0;
    for line in lines {
        let (at, kind, data): (f64, String, String) = serde_json::from_str(line).expect("an event");
        assert!(at >= last, "{line}");
        last = at;
        match kind.as_str() {
            "m" => marks += 1,
            "o" => {
                terminal.process(data.as_bytes());
                let screen: Vec<String> =
                    terminal.screen().rows(0, PICTURE_SIZE.0).map(|row| row.trim_end().to_owned()).collect();
                if data.contains("\x1b[?25l") || data.contains("\x1b[?25h") {
                    continue;
                }
                let frame = shown.find(|frame| rows_of_frame(&frame.cells) == screen);
                assert!(frame.is_some(), "at {at} the terminal shows none of the frames:\n{}", screen.join("\n"));
                frames_shown += 1;
            }
            _ => panic!("{line}"),
        }
    }
    assert_eq!(marks, film::key_moments(&frame_at_end(), report_of_events().as_deref(), 1.0).len());
    assert!(frames_shown > frames.len() / 2);
    // The output contains colours: the background of the theme, and the pool's blue.
    let cell = terminal.screen().cell(39, 119).expect("a cell");
    assert_eq!(cell.bgcolor(), vt100::Color::Rgb(0x11, 0x14, 0x1b));
    let last = terminal.screen().rows(0, PICTURE_SIZE.0).map(|row| row.trim_end().to_owned()).collect::<Vec<_>>();
    assert_eq!(last, rows_of_frame(&frames.last().expect("frames").cells));
}

#[test]
fn asciicast_contains_only_changes() {
    let frames = film_frames(film_options("dark", 100, 1.0));
    let (whole, first) =
        (asciicast_lines(frames.iter().cloned()).len(), asciicast_lines(frames.iter().take(1).cloned()).len());
    assert!(whole < first * frames.len() / 2, "{whole} bytes for {} frames of {first}", frames.len());
}

fn html_page(theme: &str) -> String {
    let style = PictureStyle::for_theme_base(Theme::built_in(theme, ColorDepth::True).expect("a theme").base);
    let head = html::PageMetadata { size: PICTURE_SIZE, title: "</script><b>&", style, speed: 1.0 };
    let mut marks = film::key_moments(&frame_at_end(), report_of_events().as_deref(), 1.0);
    marks.push((9_000 * MS, "</script> it <!-- ends".into()));
    let mut out = Vec::new();
    html::write(&head, film_frames(film_options(theme, 100, 1.0)).into_iter(), &marks, &mut out)
        .expect("writing to memory succeeds");
    String::from_utf8(out).expect("UTF-8")
}

/// The text between two delimiters that occur once.
fn text_between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    assert_eq!(text.matches(from).count(), 1, "{from}");
    text.split_once(from).and_then(|(_, rest)| rest.split_once(to)).expect("both").0
}

#[test]
fn page_is_self_contained() {
    let page = html_page("dark");
    assert!(page.starts_with("<!doctype html>\n") && page.ends_with("</html>\n"));
    assert!(
        !page.contains("{{") && page.contains("&lt;/script&gt;&lt;b&gt;&amp;"),
        "every placeholder is filled and escaped"
    );
    assert!(text_between(&page, "Content-Security-Policy\" content=\"", "\"").starts_with("default-src 'none';"));
    for reference in ["http:", "https:", "//cdn", "src=", "href=", "url(", "@import", "fetch(", "import("] {
        assert!(!page.contains(reference), "{reference}");
    }
    assert_eq!(page.matches("</script>").count(), 2);
    assert!(page.contains("<style>\n:root{--ground:#11141b;--text:#dfe4ec}"));
    assert!(
        self::html_page("light").contains("<style>\n:root{--ground:#ffffff;"),
        "the page has the theme's background"
    );
}

/// Symbol and foreground of every cell, row by row.
type SymbolsAndColors = Vec<Vec<(String, String)>>;

/// The frames of a page with their times in ms, decoded as its script does.
fn frames_of_page(page: &str) -> Vec<(u64, SymbolsAndColors)> {
    let film: Value = serde_json::from_str(text_between(page, "id=\"film\">", "</script>")).expect("JSON");
    let styles = film["rest"]["styles"].as_array().expect("styles");
    let mut screen =
        vec![vec![(String::new(), String::new()); usize::from(PICTURE_SIZE.0)]; usize::from(PICTURE_SIZE.1)];
    let mut frames = Vec::new();
    for frame in film["frames"].as_array().expect("frames") {
        for run in frame[1].as_array().expect("runs") {
            let number = |n: usize| run[n].as_u64().expect("a number") as usize;
            let (y, x, colour) = (number(0), number(1), styles[number(2)][0].as_str().expect("a colour"));
            let text = run[3].as_str().expect("a string");
            let symbols: Vec<String> =
                if run[4].is_null() { text.chars().map(String::from).collect() } else { vec![text.into()] };
            for (n, symbol) in symbols.into_iter().enumerate() {
                screen[y][x + n] = (symbol, colour.to_owned());
            }
        }
        frames.push((frame[0].as_u64().expect("a time"), screen.clone()));
    }
    frames
}

#[test]
fn page_plays_every_frame() {
    let page = html_page("dark");
    let played = frames_of_page(&page);
    let frames = film_frames(film_options("dark", 100, 1.0));
    assert_eq!(played.first().map(|frame| frame.0), Some(0), "the first frame is at 0");
    for frame in &frames[1..] {
        let ms = frame.at / MS;
        let (_, screen) = played.iter().rfind(|(at, _)| *at <= ms).expect("a frame");
        let text: Vec<String> = screen
            .iter()
            .map(|row| row.iter().map(|cell| cell.0.as_str()).collect::<String>().trim_end().to_owned())
            .collect();
        assert_eq!(text, rows_of_frame(&frame.cells), "at {ms} ms");
    }
    let film: Value = serde_json::from_str(text_between(&page, "id=\"film\">", "</script>")).expect("JSON");
    let shapes = film["rest"]["shapes"].as_object().expect("shapes");
    assert!(shapes["█"].as_str().is_some_and(|path| path == "M0 0h10v21h-10z"), "blocks are drawn, not written");
    let colours: BTreeSet<&str> =
        played.iter().flat_map(|(_, screen)| screen.iter().flatten().map(|cell| cell.1.as_str())).collect();
    assert!(colours.len() > 5, "{colours:?}");
    assert!(page.len() < 400_000, "{} bytes for {} frames", page.len(), frames.len());
}

fn animated_svg(step_ms: u64) -> String {
    let mut out = Vec::new();
    let options = film_options("dark", step_ms, 1.0);
    let style = PictureStyle::for_theme_base(options.theme.base);
    svg::write_animated_svg(
        PICTURE_SIZE,
        RunFilm::new(events_with_marks().into_iter(), report_of_events(), options),
        &style,
        &mut out,
    )
    .expect("writing to memory succeeds");
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn animated_picture_shows_the_last_frame_without_animation() {
    let svg = animated_svg(250);
    assert!(svg.starts_with("<svg xmlns") && svg.ends_with("</svg>\n"));
    assert_eq!(svg.matches("<g").count(), svg.matches("</g>").count());
    let rows: Vec<&str> = svg.split("\n<g visibility=\"hidden\">").collect();
    assert!(rows.len() > 20, "rows that come and go are hidden");
    // Exactly one variant of each row is visible: a row that never changes, or the row of the last frame.
    let seen = svg.lines().filter(|line| *line == "<g>").count();
    assert_eq!(seen, usize::from(PICTURE_SIZE.1));
    let durations: BTreeSet<&str> = svg.split(" dur=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(durations.len(), 1, "all animations have one duration: {durations:?}");
    assert!(svg.len() < 1_500_000, "{} bytes", svg.len());
}

#[test]
fn same_events_give_the_same_bytes() {
    assert!(animated_svg(500) == animated_svg(500));
    assert!(html_page("dark") == html_page("dark"));
    let write_cast = || asciicast_lines(film_frames(film_options("dark", 200, 1.0)).into_iter());
    assert!(write_cast() == write_cast());
}

/// Records two repeats of a run with different times, and returns the verdict sentence of each.
fn record_repeats() -> (Vec<u8>, [String; 2]) {
    let mut text = serde_json::to_vec(&RecordingHeader::default()).expect("JSON");
    text.push(b'\n');
    let own = [(1, 0), (2, 4)].map(|(number, io)| {
        let mut story = Story::simulate(&StoryParameters { io, ..StoryParameters::default() });
        let Event::RunStarted(run) = &mut story.events[0].event else { panic!("the first event is not RunStarted") };
        run.repeat = Some(RepeatPosition { number, of: 2 });
        story.events.iter().for_each(|stamped| encode(stamped, &mut text));
        Report::for_each_run(&[story.model_at_end()])[0].verdict_sentence().whole_sentence()
    });
    (text, own)
}

#[test]
fn repeats_have_the_verdict_of_all_of_them() {
    let dir = tempfile::tempdir().expect("a directory");
    let recording = dir.path().join("repeats.jsonl").display().to_string();
    let (text, own) = record_repeats();
    std::fs::write(&recording, text).expect("a file");
    let replayed = support::run_mpviz(&["replay", &recording, "--json"]).stdout;
    let result: Value = serde_json::from_slice(&replayed).expect("JSON");
    let verdict = result["verdict"]["sentence"].as_str().expect("a sentence");
    assert!(own.iter().any(|own| own != verdict), "{verdict}: no repeat has another verdict");
    for run in ["1", "2"] {
        let exported = |format| support::run_mpviz(&["export", &recording, "--run", run, "--to", format]).stdout;
        let cast = String::from_utf8(exported("asciicast")).expect("UTF-8");
        let marks = cast.lines().skip(1).map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        let last = marks.filter(|event| event[1] == "m").last().expect("marks");
        assert_eq!(last[2], verdict, "run {run}");
        let page = String::from_utf8(exported("html")).expect("UTF-8");
        let start: String = verdict.chars().take(40).collect();
        for (format, text) in [("html", page), ("svg", String::from_utf8(exported("svg")).expect("UTF-8"))] {
            assert!(text.contains(&start), "{format} of run {run} does not contain: {verdict}");
        }
    }
}
