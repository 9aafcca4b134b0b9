//! The screen, as a function of the model, the viewer's state and a theme.
//!
//! ```text
//! mpviz  sum of 100,000,000 numbers · 16 tasks · I/O off · cores split      ● LIVE  1.20 s
//!  POOL  4 workers, 1 queue   4 of 16 done    PROCESS  16 processes at once   0 of 16 done
//!  QUEUE 8     (outside)                      QUEUE 0
//!  ┏ MEMORY 4 of 16 tasks ━━━━━━━━━━━━━━━┓    ┏ MEMORY 16 of 16 tasks ━━━━━━━━━━━━━━━━━━━┓
//!  ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛    ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
//!  CORES                                      CORES
//!  history, one row a task                    history
//! legend
//! context: question, message, verdict, selection; else more of the legend
//! keys
//! ```
//!
//! The presenter's layout has the same panels with larger titles and numerals, without legend and strip, and sentences
//! in several rows below the lanes.

mod brush;
mod caption;
mod card;
mod column;
mod cores;
mod footer;
mod header;
mod help;
mod key_moment;
mod lane;
mod layout;
mod legend;
mod lesson;
mod map;
mod memory;
mod numeral;
mod output;
mod panel_snapshot;
mod program_start;
mod queue;
mod scenario_list;
mod selection;
mod strip;
mod target;
mod tiles;
mod title;
mod what_if;
mod winner_map;
mod zoom;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::event::units;
use crate::event::{LaneId, Nanos, TaskId};
use crate::model::{KeyMoment, Lane, Model};
use crate::report::Report;
use crate::text;
use crate::theme::Theme;
use crate::ui::{TimeCursor, Ui};
use brush::ClippedPainter;
use column::{LaneColumn, split_rows};
use layout::{LaneLayout, LaneSpace};

pub use brush::wrap;
pub use target::mouse_target;
pub use winner_map::winner_map_picture_height;

/// Maximum number of lanes that are shown live or compared. A recording may have more, of which a part is shown.
pub const MAX_LANES_ON_SCREEN: usize = 4;

/// Minimum size of the terminal.
pub const MIN_TERMINAL_SIZE: (u16, u16) = (60, 16);
/// Minimum width of a lane. Lanes that do not fit are on another page.
const MIN_LANE_WIDTH: u16 = 28;
/// Minimum width of a lane of a watched program, whose title and labels are longer.
const MIN_PROGRAM_LANE_WIDTH: u16 = 38;
const GAP_BETWEEN_LANES: u16 = 2;
const NS_PER_SECOND: Nanos = 1_000_000_000;

/// The data that panels are drawn from.
#[derive(Clone, Copy)]
struct DisplayedScene<'a> {
    model: &'a Model,
    ui: &'a Ui,
    theme: &'a Theme,
    /// The displayed moment.
    at: Nanos,
    /// Whether the picture is an exported one of a recording.
    is_exported: bool,
}

impl DisplayedScene<'_> {
    /// Whether the displayed moment is the newest.
    fn is_live(&self) -> bool {
        self.ui.cursor == TimeCursor::Live
    }

    /// Whether a recording is displayed.
    fn is_replay(&self) -> bool {
        self.ui.playback.is_some()
    }

    /// The result of the run, if all lanes have ended by the displayed moment: a verdict must not be known before.
    fn report(&self) -> Option<&Report> {
        if self.model.has_program_axis() {
            let ended = self.is_live() || self.at >= self.model.program_end();
            return self.ui.report.as_deref().filter(|_| ended);
        }
        let end = |lane: &Lane| lane.history_end().unwrap_or_else(|| self.model.newest_mark());
        let all_ended = || self.model.lanes().iter().all(|lane| end(lane) <= self.exact_time(lane));
        self.ui.report.as_deref().filter(|_| self.is_live() || all_ended())
    }

    /// Whether this is the selected lane of several.
    fn is_selected(&self, lane: LaneId) -> bool {
        self.selected_lane() == lane && self.model.lanes().len() > 1
    }

    /// The selected lane.
    fn selected_lane(&self) -> LaneId {
        self.ui.selected_lane_id(self.model)
    }

    /// Time zero of the header's clock: the start of the first lane or of the watched program.
    fn zero_of_header_clock(&self) -> Nanos {
        self.model.time_zero().unwrap_or(0)
    }

    /// Formats a task's number, padded to the width of the highest task number.
    fn task_number(&self, task: TaskId) -> String {
        let tasks = self.model.most_tasks();
        format!("{:01$}", task.0, usize::from(tiles::task_number_digits(tasks)))
    }

    /// The lanes on the same page as the selected one.
    fn lanes_shown(&self, width: u16) -> Vec<LaneId> {
        let lanes = self.model.lanes().len().max(1);
        let (least, most) = if self.model.is_of_program() {
            (MIN_PROGRAM_LANE_WIDTH, lanes.min(MAX_LANES_ON_SCREEN))
        } else {
            (MIN_LANE_WIDTH, lanes)
        };
        let fit = if zoom::is_zoomed(self.ui) {
            1
        } else {
            usize::from((width + GAP_BETWEEN_LANES) / (least + GAP_BETWEEN_LANES)).clamp(1, most)
        };
        self.ui.lanes_on_page(self.model, fit)
    }

    /// Time span of the axis: a second, doubled until all lanes fit, so that columns merge in pairs and nothing else
    /// moves. Once all lanes have ended, the duration of the longest.
    fn axis_span(&self) -> Nanos {
        let lanes = self.model.lanes();
        let of_program = self.model.has_program_axis().then(|| self.model.program_end());
        let end = |lane: &Lane| of_program.or(lane.history_end()).unwrap_or(self.model.newest_mark());
        let lasted = |lane: &Lane| Some(end(lane).saturating_sub(self.model.axis_start(lane)?));
        let longest = lanes.iter().filter_map(lasted).max().or(of_program).unwrap_or(0);
        if self.model.ended_at().is_some() {
            return longest.max(1);
        }
        std::iter::successors(Some(NS_PER_SECOND), |span| span.checked_mul(2))
            .find(|span| *span >= longest)
            .unwrap_or(longest)
    }
}

/// Draws the screen.
pub fn draw(frame: &mut Frame, model: &Model, ui: &Ui, theme: &Theme) {
    draw_frame(frame, DisplayedScene { is_exported: false, model, ui, theme, at: ui.displayed_time(model) });
}

/// Draws the screen for exports, without the row of keys.
pub fn draw_without_keys(frame: &mut Frame, model: &Model, ui: &Ui, theme: &Theme) {
    draw_frame(frame, DisplayedScene { is_exported: true, model, ui, theme, at: ui.displayed_time(model) });
}

fn draw_frame(frame: &mut Frame, scene: DisplayedScene) {
    let area = frame.area();
    let mut brush = ClippedPainter::new(frame.buffer_mut(), scene.theme.glyphs);
    draw_screen(&mut brush, area, &scene);
    brush.fill_background(scene.theme);
}

fn draw_screen(brush: &mut ClippedPainter, area: Rect, scene: &DisplayedScene) {
    let Some(screen) = ScreenAreas::new(area, scene.ui) else {
        let (wide, high) = MIN_TERMINAL_SIZE;
        let size = format!("{}×{}", area.width, area.height);
        let sentences = [
            text!("screen-too-small", needed = format!("{wide}×{high}"), size = size.as_str()),
            text!("screen-too-small-short", size = size.as_str()),
        ];
        brush.draw_longest(area, &sentences, scene.theme.text);
        return;
    };
    if let Some(map) = &scene.ui.map {
        return winner_map::draw(brush, area, scene, map);
    }
    let shown = scene.lanes_shown(screen.body.width);
    header::draw(brush, screen.header, scene, &shown);
    draw_lanes(brush, &screen, scene, &shown);
    if !scene.is_exported {
        footer::draw_key_hints(brush, screen.keys, scene);
    }
    lesson::draw(brush, &screen, scene, &shown);
    if scene.ui.help {
        help::draw(brush, area, scene);
    }
    if scene.ui.output_open {
        output::draw(brush, area, scene);
    }
    if let Some(selected) = scene.ui.selected_scenario {
        scenario_list::draw(brush, area, scene, selected);
    }
    if let Some(panel) = &scene.ui.what_if {
        what_if::draw(brush, area, scene, panel);
    }
}

/// Describes a key moment.
#[must_use]
pub fn moment_sentence(model: &Model, lane: LaneId, moment: KeyMoment) -> String {
    let (ui, theme) = (Ui::default(), Theme::without_colors());
    let scene = DisplayedScene { model, ui: &ui, theme: &theme, at: model.newest_mark(), is_exported: true };
    key_moment::key_moment_sentences(&scene, lane, moment).into_iter().next().unwrap_or_default()
}

/// Number of rows of the zoom's list on a terminal of this height.
#[must_use]
pub fn zoom_list_rows(height: u16, model: &Model, ui: &Ui) -> usize {
    let [_, body, ..] = ScreenAreas::heights(height, ui);
    zoom::page(body, model, ui)
}

/// Height of the terminal from which the legend has a row of its own, and captions are in the lanes.
const MIN_HEIGHT_WITH_LEGEND: u16 = 30;

/// Height of the terminal from which there is space for the presenter's layout.
const MIN_PRESENTER_HEIGHT: u16 = 22;

/// The areas of the screen.
struct ScreenAreas {
    /// The whole screen.
    all: Rect,
    header: Rect,
    body: Rect,
    legend: Rect,
    context: Rect,
    keys: Rect,
    /// Whether the layout is that of the presenter.
    is_presenter: bool,
}

impl ScreenAreas {
    /// Divides the screen; none if it is too small.
    fn new(area: Rect, ui: &Ui) -> Option<Self> {
        if area.width < MIN_TERMINAL_SIZE.0 || area.height < MIN_TERMINAL_SIZE.1 {
            return None;
        }
        let [header, body, legend, context, keys] = split_rows(area, Self::heights(area.height, ui));
        let body = without_side_columns(body, u16::from(area.width >= 80));
        let is_presenter = Self::is_presenter(area.height, ui);
        Some(Self { all: area, header, body, legend, context, keys, is_presenter })
    }

    const fn is_presenter(height: u16, ui: &Ui) -> bool {
        ui.is_presenter() && height >= MIN_PRESENTER_HEIGHT
    }

    /// Heights of header, body, legend, context and keys.
    const fn heights(height: u16, ui: &Ui) -> [u16; 5] {
        let (legend, context) = match height {
            0..37 if Self::is_presenter(height, ui) => (0, 3),
            0..53 if Self::is_presenter(height, ui) => (0, 4),
            _ if Self::is_presenter(height, ui) => (0, 5),
            MIN_HEIGHT_WITH_LEGEND.. => (1, 1),
            _ => (0, 1),
        };
        [1, height.saturating_sub(2 + legend + context), legend, context, 1]
    }
}

fn without_side_columns(area: Rect, by: u16) -> Rect {
    Rect { x: area.x + by.min(area.width), width: area.width.saturating_sub(2 * by), ..area }
}

fn draw_lanes(brush: &mut ClippedPainter, screen: &ScreenAreas, scene: &DisplayedScene, shown: &[LaneId]) {
    let area = screen.body;
    let Some(layout) = layout_of_lanes(screen, scene, shown) else {
        // The last row says which cluster of a graph starts.
        let has_graph = scene.model.run().is_some_and(|run| run.graph.is_some());
        if scene.model.is_of_program() && !has_graph {
            program_start::draw(brush, area, scene);
            return footer::draw_context(brush, screen, scene, &[]);
        }
        let middle = Rect { y: area.y + area.height / 2, height: 1, ..area };
        let reading = scene.ui.playback.and_then(|playback| playback.reading);
        let what = match reading {
            Some(events) => text!("reading-recording", n = events),
            None if let Some(waits_for) = &scene.ui.waits_for => waits_for.clone(),
            None if has_graph || scene.ui.lesson.is_some() || scene.ui.selected_scenario.is_some() => String::new(),
            None => text!("calibrating").into(),
        };
        brush.draw_text(middle, &what, scene.theme.weak);
        return footer::draw_context(brush, screen, scene, &[]);
    };
    let columns = lane_columns(area, scene, shown, &layout);
    for (at, column) in &columns {
        if zoom::is_zoomed(scene.ui) { zoom::draw(brush, *at, column) } else { lane::draw(brush, *at, column) }
    }
    footer::draw_context(brush, screen, scene, &columns);
}

/// Width of each lane if this many are displayed.
fn lane_width(area: Rect, lanes: usize) -> u16 {
    let lanes = lanes as u16;
    (area.width - GAP_BETWEEN_LANES * (lanes - 1)) / lanes
}

/// Layout of the displayed lanes; none before the run began.
fn layout_of_lanes(screen: &ScreenAreas, scene: &DisplayedScene, shown: &[LaneId]) -> Option<LaneLayout> {
    scene.model.run().filter(|_| !shown.is_empty())?;
    let lanes: Vec<&Lane> = shown.iter().filter_map(|lane| scene.model.lanes().get(lane.index())).collect();
    let space = LaneSpace {
        lane: Rect { width: lane_width(screen.body, shown.len()), ..screen.body },
        screen: screen.all.height,
        is_presenter: screen.is_presenter,
        span: scene.axis_span(),
    };
    let layout = if scene.model.is_of_program() {
        LaneLayout::of_program(&lanes, &space)
    } else {
        LaneLayout::of_workload(scene.model.most_tasks(), &lanes, &space)
    };
    // In the zoom, a row of the history shows one worker, which has one task at a time.
    Some(if zoom::is_zoomed(scene.ui) { LaneLayout { per_row: 1, ..layout } } else { layout })
}

/// The displayed lanes with their areas.
fn lane_columns<'a>(
    area: Rect,
    scene: &DisplayedScene<'a>,
    shown: &[LaneId],
    layout: &'a LaneLayout,
) -> Vec<(Rect, LaneColumn<'a>)> {
    let width = lane_width(area, shown.len());
    let columns = shown.iter().zip(0..).filter_map(|(lane, n)| {
        let at = Rect { x: area.x + n * (width + GAP_BETWEEN_LANES), width, ..area };
        Some((at, LaneColumn::new(*scene, *lane, layout)?))
    });
    columns.collect()
}

/// Style of the header and of the cursor's time, while the picture is not live.
fn bar_style(scene: &DisplayedScene) -> Style {
    if scene.is_replay() { scene.theme.replay } else { scene.theme.frozen }
}

/// Formats a time of the run.
fn format_time(ns: Nanos) -> String {
    units::format_seconds(ns as f64 / 1e9)
}
