//! Draws frames of the screen into buffers in memory.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use std::sync::Arc;

use mpviz::model::{Lane, Model};
use mpviz::report::Report;
use mpviz::theme::Theme;
use mpviz::ui::Ui;
use mpviz::view;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::text::Span;

/// Draws one frame of the screen into a buffer in memory.
pub fn draw(model: &Model, ui: &Ui, theme: &Theme, (width, height): (u16, u16)) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal in memory");
    terminal.draw(|frame| view::draw(frame, model, ui, theme)).expect("a frame");
    terminal.backend().buffer().clone()
}

/// The text of a frame: one line per row, without trailing spaces and without the cells that wide characters cover.
pub fn frame_text(buffer: &Buffer) -> String {
    let row = |y: u16| {
        let is_covered = |x: u16| x > 0 && Span::raw(buffer[(x - 1, y)].symbol()).width() > 1;
        let row = (0..buffer.area.width).filter(|x| !is_covered(*x)).map(|x| buffer[(x, y)].symbol());
        row.collect::<String>().trim_end().to_owned() + "\n"
    };
    (0..buffer.area.height).map(row).collect()
}

/// User interface state after the end of a run, with the report of the run.
pub fn ui_after_run(model: &Model) -> Ui {
    let summary = model.summary().expect("a run");
    let report = Report::new(model.run().expect("a run"), vec![summary]);
    Ui { report: Some(Arc::new(report)), ..Ui::default() }
}

/// Time whose state the panels of a lane show during a run. Panels change every 250 ms, counted from time zero; in the
/// first 250 ms, and while the lane is suspended, they show the current time.
pub fn panel_time(model: &Model, lane: &Lane) -> u64 {
    let zero = model.lanes().iter().filter_map(Lane::time_zero).min().expect("a started run");
    let (now, interval) = (model.newest_mark(), 250_000_000);
    let intervals = (now - zero) / interval;
    let last_update = zero + intervals * interval;
    if intervals == 0 || lane.is_suspended(now) || lane.is_suspended(last_update) { now } else { last_update }
}
