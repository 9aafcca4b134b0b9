//! The layout: heights and tiles, computed once for all displayed lanes so that areas can be compared.
//!
//! It depends on the terminal and the plan of the run, never on its course: nothing moves during a run. The layout of a
//! watched program depends on the number of workers, not on that of tasks, which grows.
//!
//! ```text
//! title
//! QUEUE      tiles outside            ┐
//!  12                                 │ now
//! MEMORY   ┏━ 4 of 16 tasks ━━━━━━━┓  │
//!  4       ┗━━━━━━━━━━━━━━━━━━━━━━━┛  ┘
//! CORES      caption, names, bars       cores
//! 00 ███───█                            map
//! cpu▇███▆▆▁                            strip
//!    0     0.5     1 s                  axis
//! ```

use ratatui::layout::Rect;

use super::numeral;
use super::tiles::{PanelSpace, PanelSpacing, SpaceDemand, TileArrangement, task_number_digits};
use crate::event::Nanos;
use crate::model::Lane;

/// Layout common to all lanes.
pub(super) struct LaneLayout {
    pub(super) spacing: PanelSpacing,
    /// Number of rows of the title; with several, it has the lane's time in large digits.
    pub(super) title: u16,
    /// Scale of numerals, 1 or 2.
    pub(super) numeral_scale: u16,
    /// Width of the labels and numerals left of the tiles.
    pub(super) gutter: u16,
    pub(super) tiles: TileArrangement,
    /// Number of rows for the queue and the memory box.
    pub(super) now: u16,
    /// Number of rows for the cores.
    pub(super) cores: u16,
    /// Tasks per row of the map; 1 if a row shows a worker.
    pub(super) per_row: u32,
    /// Digits of the labels left of the map.
    pub(super) row_digits: u16,
    /// Rows of the map, each of `row_height` screen rows.
    pub(super) rows: u16,
    pub(super) row_height: u16,
    /// Rows of the strip below the map.
    pub(super) strip: u16,
    /// Whether a lane's caption has a row beside its cores; otherwise it is below the lane.
    pub(super) captions: bool,
    /// Time span of the axis, in ns.
    pub(super) span: Nanos,
}

/// Heights that depend on the height of the terminal.
struct PanelHeights {
    title: u16,
    cores: u16,
    strip: u16,
    map: u16,
}

impl PanelHeights {
    /// With few and large panels: the cores without a caption, which is below the lane, and no strip.
    const fn for_presenter(screen: u16, numeral_scale: u16) -> Self {
        let (title, cores, map) = match screen {
            0..28 => (3, 2, 3),
            28..37 => (4, 4, 4),
            37..53 => (4, 4, 8),
            _ if numeral_scale > 1 => (7, 7, 12),
            _ => (4, 4, 16),
        };
        Self { title, cores, strip: 0, map }
    }

    const fn for_screen(screen: u16) -> Self {
        let (cores, strip, map) = match screen {
            0..22 => (1, 1, 3),
            22..30 => (2, 1, 8),
            30..33 => (3, 1, 8),
            33..37 => (3, 2, 16),
            37..53 => (4, 2, 16),
            53.. => (4, 2, 24),
        };
        Self { title: 1, cores, strip, map }
    }
}

/// Width of a lane from which the presenter's numerals are twice as large.
const MIN_WIDTH_OF_LARGE_NUMERALS: u16 = 60;

/// Maximum height of a row of the map, and of the strip.
const MAX_ROW_HEIGHT: u16 = 4;

/// Space of a lane, and the time that its axis spans.
pub(super) struct LaneSpace {
    pub(super) lane: Rect,
    /// Height of the screen.
    pub(super) screen: u16,
    /// Whether the layout is that of the presenter.
    pub(super) is_presenter: bool,
    pub(super) span: Nanos,
}

/// What a layout has to show.
struct Contents {
    demands: Vec<SpaceDemand>,
    /// Tasks or workers in the map.
    rows: u32,
    /// Digits of a task's label, and of the label of a row of the map.
    digits: (u16, u16),
    /// Whether the map shows workers, one in each row.
    worker_rows: bool,
    /// Whether counts have at most two digits.
    few_tasks: bool,
}

/// Width of the widest label of a chunk's items; wider ones are shown as a number.
const MAX_ITEMS_WIDTH: u16 = 9;
/// Number of calls whose tasks decide on the width of labels.
const RECENT_CALLS: usize = 8;

impl LaneLayout {
    /// The layout for lanes of mpviz's own workload.
    pub(super) fn of_workload(tasks: u32, lanes: &[&Lane], space: &LaneSpace) -> Self {
        let digits = task_number_digits(tasks);
        let demands = lanes.iter().map(|lane| space_demand(lane, tasks)).collect();
        let few_tasks = tasks < 100;
        Self::new(&Contents { demands, rows: tasks, digits: (digits, digits), worker_rows: false, few_tasks }, space)
    }

    /// The layout for lanes of a watched program.
    pub(super) fn of_program(lanes: &[&Lane], space: &LaneSpace) -> Self {
        let demand = |lane: &&Lane| {
            let slots = slots_with_reserve(lane);
            SpaceDemand { slots, queue: if lane.plan().own_queues { 0 } else { slots.clamp(4, 16) } }
        };
        let demands: Vec<_> = lanes.iter().map(demand).collect();
        let rows = demands.iter().map(|demand| demand.slots).max().unwrap_or(1);
        let label = lanes.iter().map(|lane| label_width(lane)).max().unwrap_or(2);
        let digits = (label, task_number_digits(rows));
        Self::new(&Contents { demands, rows, digits, worker_rows: true, few_tasks: false }, space)
    }

    /// Computes the layout for lanes of this size on a screen of this height.
    fn new(contents: &Contents, space: &LaneSpace) -> Self {
        let LaneSpace { lane, screen, is_presenter, span } = *space;
        let Contents { demands, rows: tasks, digits: (digits, row_digits), .. } = contents;
        let (tasks, digits, row_digits) = (*tasks, *digits, *row_digits);
        let is_large = is_presenter && screen >= 53 && lane.width >= MIN_WIDTH_OF_LARGE_NUMERALS;
        let numeral_scale = if is_large { 2 } else { 1 };
        let PanelHeights { title, cores, strip, map } = if is_presenter {
            PanelHeights::for_presenter(screen, numeral_scale)
        } else {
            PanelHeights::for_screen(screen)
        };
        let spacing = match screen {
            0..22 => PanelSpacing::None,
            22..53 => PanelSpacing::Some,
            53.. => PanelSpacing::Plenty,
        };
        let gutter = match spacing {
            PanelSpacing::None => 0,
            _ if is_large && contents.few_tasks => 19,
            _ if is_large => 25,
            _ if lane.width < 34 && !is_presenter => 8,
            _ if contents.few_tasks => 9,
            _ => 13,
        };
        // Rows left without the axis, which takes one row, and these.
        let rest = lane.height.saturating_sub(title + 1 + cores + strip);
        let rows = rest.saturating_sub(map.min(u16::try_from(tasks).unwrap_or(map)));
        let panel = PanelSpace { width: lane.width.saturating_sub(gutter + 2), rows, spacing };
        let tiles = TileArrangement::choose_form(demands, digits, panel);
        let needed = demands.iter().map(|demand| tiles.rows_needed_by_lane(*demand, spacing)).max().unwrap_or(0);
        let labelled_numeral = numeral::NUMERAL_HEIGHT * numeral_scale + 1;
        let least = if spacing == PanelSpacing::None { 4 } else { 2 * labelled_numeral };
        let now = u16::try_from(needed).unwrap_or(rows).clamp(least, rows.max(least)).min(rest);
        let mut layout = Self {
            spacing,
            title,
            numeral_scale,
            gutter,
            tiles,
            now,
            cores,
            per_row: 1,
            row_digits,
            rows: 0,
            row_height: 1,
            strip,
            captions: screen >= super::MIN_HEIGHT_WITH_LEGEND && !is_presenter,
            span,
        };
        let free = rest - now;
        let shown = if contents.worker_rows { tasks.min(free.into()) } else { tasks };
        layout.distribute_free_rows(free, shown);
        layout
    }

    /// Distributes free rows: first to the map, then to the other panels.
    fn distribute_free_rows(&mut self, free: u16, tasks: u32) {
        if free == 0 {
            return;
        }
        self.per_row = tasks.div_ceil(free.into()).max(1);
        self.rows = tasks.div_ceil(self.per_row) as u16;
        self.row_height = (free / self.rows.max(1)).clamp(1, MAX_ROW_HEIGHT);
        let mut over = free - self.rows * self.row_height;
        let mut take = |most: u16| {
            let taken = over.min(most);
            over -= taken;
            taken
        };
        self.now += take(2);
        if self.strip > 0 {
            self.strip += take(MAX_ROW_HEIGHT.saturating_sub(self.strip).min(2));
        }
        self.now += take(3);
    }

    /// Width left of the map, for the number of a row's first task.
    pub(super) fn map_gutter(&self) -> u16 {
        self.row_digits + 1
    }
}

/// Space that a lane needs. A shared queue needs space for all tasks that no worker takes at once.
fn space_demand(lane: &Lane, tasks: u32) -> SpaceDemand {
    let lane = lane.plan();
    let queue = if lane.own_queues { 0 } else { tasks.saturating_sub(lane.workers.saturating_mul(lane.chunk.max(1))) };
    SpaceDemand { slots: lane.workers, queue }
}

/// Slots of a lane of a watched program. Where their number is not planned, it is rounded up, so that the layout seldom
/// changes while workers are started.
fn slots_with_reserve(lane: &Lane) -> u32 {
    let slots = lane.slot_count() as u32;
    if lane.plan().workers > 0 { slots } else { slots.next_power_of_two().max(4) }
}

/// Width of the labels of a lane's tasks: of the items of chunks, and of numbers.
fn label_width(lane: &Lane) -> u16 {
    let number = task_number_digits(lane.task_total().max(100));
    let items = lane.calls().iter().rev().take(RECENT_CALLS).filter(|call| call.chunk > 1).map(|call| {
        let last = call.items.map_or(4, |items| task_number_digits(u32::try_from(items).unwrap_or(u32::MAX)));
        2 * last + 1
    });
    items.filter(|width| *width <= MAX_ITEMS_WIDTH).max().unwrap_or(0).max(number)
}
