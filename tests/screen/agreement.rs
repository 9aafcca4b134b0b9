//! All parts of the screen show the same numbers: tiles, large digits, captions, hazard tape (the striped area of idle
//! cores) and the report. Consecutive live frames differ in few cells.

use crate::support::draw;
use std::io::{self, Write};

use crate::support::draw::{draw, frame_text, panel_time};
use crate::support::story::{Story, StoryParameters};
use mpviz::theme::Theme;
use mpviz::ui::Ui;
use mpviz::view;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

fn script_with_uneven_io() -> StoryParameters {
    StoryParameters { uneven: true, ..StoryParameters::with_io() }
}

/// Text rows of the left (0) or right (1) half of a frame; each half shows one lane.
fn lane_rows(frame: &Buffer, side: u16) -> Vec<String> {
    let (from, to) = if side == 0 { (0, frame.area.width / 2) } else { (frame.area.width / 2, frame.area.width) };
    (0..frame.area.height).map(|y| (from..to).map(|x| frame[(x, y)].symbol()).collect()).collect()
}

/// Value of the first word that is a number.
fn first_number<'a>(mut words: impl Iterator<Item = &'a str>) -> Option<u32> {
    words.find_map(|word| word.parse().ok())
}

/// Counts the rows of the task map: rows between the `CORES` heading and the `cpu` chart that start with a task number.
fn count_task_map_rows(rows: &[String]) -> usize {
    let cores = rows.iter().position(|row| row.contains("CORES")).expect("cores");
    let strip = rows.iter().rposition(|row| row.trim_start().starts_with("cpu")).expect("a strip");
    let is_task_row = |row: &&String| row.trim_start().chars().take(2).all(|char| char.is_ascii_digit());
    rows[cores + 1..strip].iter().filter(is_task_row).filter(|row| !row.contains('/')).count()
}

/// The three rows of each large digit, one after the other.
const LARGE_DIGITS: [&str; 10] = [
    "█▀██ █▀▀▀",
    "▄█  █ ▀▀▀",
    "▀▀██▀▀▀▀▀",
    "▀▀█ ▀█▀▀▀",
    "█ █▀▀█  ▀",
    "█▀▀▀▀█▀▀▀",
    "█▀▀█▀█▀▀▀",
    "▀▀█  █  ▀",
    "█▀██▀█▀▀▀",
    "█▀█▀▀█▀▀▀",
];

/// Reads the number in large digits below a label.
fn read_large_number(rows: &[String], label: &str) -> Option<u32> {
    let at = rows.iter().position(|row| row.contains(label))?;
    let left = rows[at].find(label).map(|byte| rows[at][..byte].chars().count())?;
    let digit = |n: usize| {
        let row = |row: &String| row.chars().skip(left + 4 * n).take(3).collect::<String>();
        let drawn: String = rows.get(at + 1..at + 4)?.iter().map(row).collect();
        LARGE_DIGITS.iter().position(|digit| *digit == drawn)
    };
    let digits: Vec<usize> = (0..2).map_while(digit).collect();
    (!digits.is_empty()).then(|| digits.iter().fold(0, |number, digit| number * 10 + *digit as u32))
}

/// Counts all tiles in the memory box, and the tiles that show I/O.
fn count_tiles(rows: &[String]) -> (usize, usize) {
    let inside = rows.iter().filter_map(|row| row.split_once('┃').and_then(|(_, rest)| rest.split_once('┃')));
    let signs: String = inside.map(|(inside, _)| inside).collect();
    let count = |wanted: &str| signs.chars().filter(|sign| wanted.contains(*sign)).count();
    (count("►≈○↓║"), count("○"))
}

#[test]
fn essential_parts_of_the_screen_are_visible_at_every_size() {
    let model = Story::simulate(&script_with_uneven_io()).model_at(2700);
    let widths = [60, 61, 66, 72, 79, 80, 81, 99, 100, 120, 143, 160, 200, 251, 300];
    let heights = [16, 17, 19, 21, 22, 24, 29, 30, 33, 36, 37, 40, 52, 53, 60, 77, 100];
    for (width, height) in widths.into_iter().flat_map(|width| heights.map(|height| (width, height))) {
        let frame = draw(&model, &Ui::default(), &Theme::without_colors(), (width, height));
        let screen = frame_text(&frame);
        for part in ["mpviz", "● LIVE  2.70 s", "? help", "q quit"] {
            assert!(screen.contains(part), "{part} is missing at {width}×{height}:\n{screen}");
        }
        for (n, title) in ["POOL", "PROCESS"].into_iter().enumerate() {
            let rows = lane_rows(&frame, n as u16);
            let column = rows.join("\n");
            let parts = [title, "QUEUE", "MEMORY", "CORES", "┏", "┓", "┗", "┛", "█", "cpu", " of 16"];
            for part in parts {
                assert!(column.contains(part), "{part} of {title} is missing at {width}×{height}:\n{screen}");
            }
            assert!(count_task_map_rows(&rows) >= 3, "the map of {title} at {width}×{height}:\n{screen}");
            assert!(rows.iter().any(|row| row.trim_start().starts_with("cpu")), "{width}×{height}:\n{screen}");
        }
    }
}

#[test]
fn tiles_large_digits_and_captions_show_the_same_counts() {
    let killed = StoryParameters { kill: Some((2300, 0, 2)), ..script_with_uneven_io() };
    let suspended = StoryParameters { suspend: Some((0, 1000..1500)), ..script_with_uneven_io() };
    for script in [StoryParameters::default(), script_with_uneven_io(), killed, suspended] {
        let story = Story::simulate(&script);
        for ms in (150..3000).step_by(190) {
            let model = story.model_at(ms);
            let frame = draw(&model, &Ui::default(), &Theme::without_colors(), (120, 40));
            for (n, lane) in model.lanes().iter().enumerate() {
                if lane.end_and_status().is_some() {
                    continue;
                }
                let (rows, counts) = (lane_rows(&frame, n as u16), lane.counts_at(panel_time(&model, lane)));
                let column = rows.join("\n");
                let find = |what: &str| rows.iter().find(|row| row.contains(what));
                assert_eq!(column.matches("[ task").count() as u32, if n == 0 { counts.queued } else { 0 }, "{column}");
                assert_eq!(
                    read_large_number(&rows, "QUEUE"),
                    Some(counts.queued),
                    "the queue's number at {ms} ms:\n{column}"
                );
                assert_eq!(
                    read_large_number(&rows, "MEMORY"),
                    Some(counts.resident + counts.loading),
                    "memory's number at {ms} ms:\n{column}"
                );
                check_cores_number(&rows);
                let (resident, in_io) = count_tiles(&rows);
                assert_eq!(resident as u32, counts.resident + counts.loading, "tiles at {ms} ms:\n{column}");
                let edge = find(" of 16 tasks").expect("the box's edge");
                assert_eq!(
                    first_number(edge.split(' ')),
                    Some(counts.resident + counts.loading),
                    "the box's edge at {ms} ms:\n{column}"
                );
                let title = find(" done").expect("a title");
                let done = title.split(" of 16 done").next().and_then(|left| left.rsplit(' ').next());
                assert_eq!(done.and_then(|done| done.parse().ok()), Some(counts.finished), "{column}");
                check_cores_caption(&rows, in_io, counts.queued);
            }
        }
    }
}

/// Checks that the number of busy cores in large digits is the sum of the loads beside it.
fn check_cores_number(rows: &[String]) {
    let at = rows.iter().position(|row| row.contains("CORES")).expect("cores");
    let figure = |row: &str, from: usize| row.chars().skip(from).take(3).collect::<String>();
    let digit = |from: usize| {
        let drawn: String = rows[at + 1..at + 4].iter().map(|row| figure(row, from)).collect();
        LARGE_DIGITS.iter().position(|digit| *digit == drawn)
    };
    let left = rows[at].find("CORES").expect("cores");
    let words: Vec<&str> = rows[at + 1].split_whitespace().collect();
    let loads = words.iter().filter_map(|word| word.parse::<f64>().ok());
    let (digits, load) = (digit(left).zip(digit(left + 5)), loads.sum::<f64>() / 100.0);
    let Some((whole, tenth)) = digits else {
        return assert!(!rows[at + 1].contains('%'), "no number beside loads:\n{}", rows.join("\n"));
    };
    let number = whole as f64 + tenth as f64 / 10.0;
    // Other programs are in the loads, but not in the number; they have a shade of their own.
    let others = if rows[at + 2].contains('░') { load } else { 0.0 };
    assert!(
        number - load < 0.08 && load - number < 0.08 + others,
        "{number} cores, loads of {load}:\n{}",
        rows.join("\n")
    );
}

/// Checks that the caption of the cores states these numbers of workers in I/O and of queued tasks.
fn check_cores_caption(rows: &[String], in_io: usize, queued: u32) {
    let caption = rows.iter().find_map(|row| row.split_once("CORES")).expect("a caption").1;
    let words: Vec<&str> = caption.split_whitespace().collect();
    let at = |word: &str| words.iter().position(|other| other.trim_end_matches([',', ':']) == word);
    if caption.contains("workers in I/O") {
        let count = if words[0] == "all" { words[1] } else { words[0] };
        assert_eq!(count.parse(), Ok(in_io), "{caption}");
    }
    if let Some(wait) = at("wait").filter(|_| caption.contains("idle")) {
        let count = first_number(words[..wait].iter().rev().copied());
        assert_eq!(count, Some(queued), "{caption}");
    }
}

/// Core-seconds shown as hazard tape in a lane's `cpu` chart, which marks cores idle while a task was queued.
fn hazard_tape_core_seconds(frame: &Buffer, theme: &Theme, from: u16, to: u16, cores: f64, column_s: f64) -> f64 {
    let strip: Vec<u16> = {
        let is_label = |y: &u16| (from..from + 3).map(|x| frame[(x, *y)].symbol()).collect::<String>() == "cpu";
        let last = (0..frame.area.height).rev().find(is_label).expect("a strip");
        let is_strip = |y: &u16| (from..from + 3).all(|x| frame[(x, *y)].symbol() == " " || *y == last);
        (0..=last).rev().take_while(is_strip).collect()
    };
    let eighths = |x: u16, y: u16| match frame[(x, y)].symbol() {
        _ if Some(frame[(x, y)].bg) != theme.hazard.bg => 0.0,
        // In a striped cell, idle cores are six to eight eighths of the height; seven is the average.
        "╱" => 7.0,
        symbol => " █▇▆▅▄▃▂▁".chars().position(|glyph| symbol.starts_with(glyph)).map_or(0.0, |waste| match waste {
            0 => 8.0,
            waste => waste as f64 - 1.0,
        }),
    };
    let total: f64 = strip.iter().flat_map(|y| (from + 3..to).map(move |x| (x, *y))).map(|(x, y)| eighths(x, y)).sum();
    total / (8.0 * strip.len() as f64) * cores * column_s
}

#[test]
fn area_of_hazard_tape_equals_the_reported_stall() {
    let theme = Theme::dark_theme();
    for script in [
        script_with_uneven_io(),
        StoryParameters { io: 3, ..script_with_uneven_io() },
        StoryParameters { workers: 3, ..script_with_uneven_io() },
    ] {
        let model = Story::simulate(&script).model_at_end();
        let summary = model.summary().expect("an ended run");
        let longest = summary.lanes.iter().filter_map(|lane| lane.makespan_s).fold(0.0, f64::max);
        let frame = draw(&model, &draw::ui_after_run(&model), &theme, (120, 40));
        // Columns of the left lane, without the margin and the gap between the lanes.
        let (from, to) = (1, 59);
        let area = hazard_tape_core_seconds(&frame, &theme, from, to, 4.0, longest / f64::from(to - from - 3));
        let stall = summary.lanes[0].stall_core_s.unwrap();
        // The tolerance is needed because the chart has only 16 levels (two rows of eighths).
        assert!(stall > 1.0 && (area / stall - 1.0).abs() < 0.1, "drawn {area:.2}, reported {stall:.2} core-s");
    }
}

/// A writer that discards its input and counts the bytes.
struct ByteCounter<'a>(&'a std::cell::Cell<usize>);

impl Write for ByteCounter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn consecutive_live_frames_differ_in_few_cells() {
    let story = Story::simulate(&script_with_uneven_io());
    let bytes_sent = std::cell::Cell::new(0);
    let viewport = Viewport::Fixed(Rect::new(0, 0, 120, 40));
    let mut terminal =
        Terminal::with_options(CrosstermBackend::new(ByteCounter(&bytes_sent)), TerminalOptions { viewport })
            .expect("a terminal");
    let mut before: Option<Buffer> = None;
    let (mut changed_cells, mut bytes_per_frame) = (Vec::new(), Vec::new());
    for ms in (1_000..=3_000).step_by(100) {
        let model = story.model_at(ms);
        bytes_sent.set(0);
        terminal.draw(|frame| view::draw(frame, &model, &Ui::default(), &Theme::dark_theme())).expect("a frame");
        let now = draw(&model, &Ui::default(), &Theme::dark_theme(), (120, 40));
        // Skip the first frame, which fills the screen, and the frames in which the time axis doubles its range.
        if let Some(before) = before.replace(now.clone()).filter(|_| !matches!(ms, 1_100 | 2_100)) {
            changed_cells.push(before.content.iter().zip(&now.content).filter(|(before, now)| before != now).count());
            bytes_per_frame.push(bytes_sent.get());
        }
    }
    let mean = changed_cells.iter().sum::<usize>() / changed_cells.len();
    assert!(mean <= 700, "{changed_cells:?}");
    assert!(bytes_per_frame.iter().all(|bytes| *bytes <= 8_000), "{bytes_per_frame:?}");
}
