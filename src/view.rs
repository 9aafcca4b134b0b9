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
//! context: question, message, verdict, selection or legend
//! keys
//! ```

mod caption;
mod card;
mod cores;
mod footer;
mod header;
mod help;
mod lane;
mod memory;
mod paint;
mod queue;
mod tiles;
mod timeline;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::event::Nanos;
use crate::model::Model;
use crate::theme::Theme;
use crate::ui::{Cursor, Ui};
use crate::units;
use paint::Brush;

/// The smallest terminal that the screen fits on.
pub const SMALLEST: (u16, u16) = (60, 16);
/// A lane is not drawn narrower than this; lanes that do not fit are on another page.
const LANE_WIDTH: u16 = 28;
const GAP: u16 = 2;

/// What a panel is drawn from.
#[derive(Clone, Copy)]
struct Scene<'a> {
    model: &'a Model,
    ui: &'a Ui,
    theme: &'a Theme,
    /// The moment shown.
    at: Nanos,
}

impl Scene<'_> {
    /// Whether the moment shown is the newest one, rather than one the viewer holds on to.
    fn is_live(&self) -> bool {
        self.ui.cursor == Cursor::Live
    }

    /// The run is over, and its result is shown.
    fn is_result(&self) -> bool {
        self.is_live() && self.ui.report.is_some()
    }
}

/// Draws the whole screen.
pub fn draw(frame: &mut Frame, model: &Model, ui: &Ui, theme: &Theme) {
    let area = frame.area();
    let mut brush = Brush::new(frame.buffer_mut());
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        let (wide, high) = SMALLEST;
        let sentence = format!("mpviz needs {wide}×{high}, this is {}×{} · q quit", area.width, area.height);
        brush.text(area, &sentence, theme.text);
        return;
    }
    let scene = Scene { model, ui, theme, at: ui.time(model) };
    let row = |y| Rect { y: area.y + y, height: 1, ..area };
    let lanes = lanes_area(area);
    header::draw(&mut brush, row(0), &scene, &lanes_shown(lanes, &scene));
    draw_lanes(&mut brush, lanes, &scene);
    footer::context(&mut brush, inset(row(area.height - 2), 1), &scene);
    footer::keys(&mut brush, inset(row(area.height - 1), 1), theme);
    if ui.help {
        help::draw(&mut brush, area, theme);
    }
}

fn lanes_area(area: Rect) -> Rect {
    let margin = u16::from(area.width >= 80);
    let lanes = Rect { y: area.y + 1, height: area.height - 3, ..area };
    inset(lanes, margin)
}

fn inset(area: Rect, by: u16) -> Rect {
    Rect { x: area.x + by, width: area.width.saturating_sub(2 * by), ..area }
}

/// Which lanes are on the page with the selected one.
fn lanes_shown(area: Rect, scene: &Scene) -> std::ops::Range<usize> {
    let lanes = scene.model.lanes().len();
    let fit = usize::from((area.width + GAP) / (LANE_WIDTH + GAP)).clamp(1, lanes.max(1));
    let first = (scene.ui.lane.index().min(lanes.saturating_sub(1)) / fit) * fit;
    first..(first + fit).min(lanes)
}

fn draw_lanes(brush: &mut Brush, area: Rect, scene: &Scene) {
    let shown = lanes_shown(area, scene);
    let Some(run) = scene.model.run().filter(|_| !shown.is_empty()) else {
        brush.text(
            Rect { y: area.y + area.height / 2, height: 1, ..area },
            "calibrating what a number costs …",
            scene.theme.weak,
        );
        return;
    };
    let count = shown.len() as u16;
    let width = (area.width - GAP * (count - 1)) / count;
    let layout = lane::Layout::new(scene, &shown, run, Rect { width, ..area });
    for (n, lane) in shown.enumerate() {
        let x = area.x + n as u16 * (width + GAP);
        lane::draw(brush, Rect { x, width, ..area }, scene, &scene.model.lanes()[lane], &layout);
    }
}

/// A time of the run as the screen writes it.
fn clock(ns: Nanos) -> String {
    units::seconds(ns as f64 / 1e9)
}
