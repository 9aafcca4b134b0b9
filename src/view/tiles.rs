//! Tasks as tiles, in the same form and size in every lane so that areas can be compared.

use ratatui::layout::Rect;

/// Forms of a tile, by what it displays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TileForm {
    /// Number, glyph and word with spaces, and the worker below: `04 ► core 2`, `w0  pid 41868`.
    Wide,
    /// Number, glyph and word with spaces: ` 04 ► c2`.
    Words,
    /// Number, glyph and word: `04►c2`.
    Short,
    /// Number and glyph: `04►`.
    Number,
    /// Only a glyph.
    Glyph,
}

/// Space that a lane needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct SpaceDemand {
    /// Slots, inside memory.
    pub(super) slots: u32,
    /// Maximum of tasks waiting for a worker; none without a shared queue.
    pub(super) queue: u32,
}

/// Size and arrangement of tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TileArrangement {
    pub(super) form: TileForm,
    /// Number of digits of a task number.
    pub(super) digits: u16,
    /// Tiles per row.
    pub(super) per_row: u16,
    /// Distance between tiles in columns.
    pub(super) pitch: u16,
    /// Height of a tile; rows below the first show its progress.
    pub(super) height: u16,
    /// Slots per tile.
    pub(super) scale: u32,
    /// Whether every queued task has a tile; otherwise the queue is a pile.
    pub(super) queue_fits: bool,
}

/// Amount of space for spacing between panels, by terminal height.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PanelSpacing {
    /// Counts are in headings of one row.
    None,
    /// Counts are numerals beside the tiles.
    Some,
    /// Tiles of three rows fit.
    Plenty,
}

impl PanelSpacing {
    /// Minimum rows inside the box: with its edges, space for the numeral beside it.
    const fn min_inside(self) -> u32 {
        if matches!(self, Self::None) { 1 } else { 2 }
    }

    /// Minimum rows of an empty queue.
    const fn min_outside(self) -> u32 {
        if matches!(self, Self::None) { 0 } else { 2 }
    }

    /// Rows of headings above the queue.
    const fn heading_rows(self) -> u32 {
        if matches!(self, Self::None) { 1 } else { 0 }
    }
}

/// Space for queue and box.
#[derive(Clone, Copy, Debug)]
pub(super) struct PanelSpace {
    pub(super) width: u16,
    pub(super) rows: u16,
    pub(super) spacing: PanelSpacing,
}

/// A form with its minimum and maximum distance between tiles, and its height.
struct FormSize(TileForm, u16, u16, u16);

/// Minimum number of rows for a queue drawn as a pile.
const MIN_PILE_ROWS: u32 = 4;
/// Maximum number of slots whose tiles have words.
const MAX_LABELLED_SLOTS: u32 = 64;

impl TileArrangement {
    /// The largest form in which queue and slots of every lane fit one by one; else the largest in which the slots fit
    /// and the queue is a pile; else the smallest, with several slots per tile.
    pub(super) fn choose_form(demands: &[SpaceDemand], digits: u16, space: PanelSpace) -> Self {
        let PanelSpace { width, rows, spacing } = space;
        let most = demands.iter().map(|demand| demand.slots).max().unwrap_or(1);
        for queue_fits in [true, false] {
            for FormSize(form, least, largest, height) in form_sizes(digits) {
                let per_row = (width + 1) / least;
                let suits = match form {
                    TileForm::Wide => spacing == PanelSpacing::Plenty && most <= MAX_LABELLED_SLOTS,
                    TileForm::Words | TileForm::Short => most <= MAX_LABELLED_SLOTS,
                    TileForm::Number | TileForm::Glyph => true,
                };
                let tiles = Self { form, digits, per_row, pitch: least, height, scale: 1, queue_fits };
                let fits = |demand: &SpaceDemand| tiles.rows_needed_by_lane(*demand, spacing) <= u32::from(rows);
                if suits && per_row > 0 && demands.iter().all(fits) {
                    return tiles.distributed_evenly(demands, width, largest);
                }
            }
        }
        let pile = if demands.iter().any(|demand| demand.queue > 0) { MIN_PILE_ROWS } else { spacing.min_outside() };
        let cells = u32::from(width.max(1)) * u32::from(rows).saturating_sub(pile + 2).max(1);
        let scale = most.div_ceil(cells).max(1);
        Self { form: TileForm::Glyph, digits, per_row: width.max(1), pitch: 1, height: 1, scale, queue_fits: false }
    }

    /// Rows for the queue and the box.
    pub(super) fn rows_needed_by_lane(&self, demand: SpaceDemand, spacing: PanelSpacing) -> u32 {
        let outside = match demand.queue {
            queue if self.queue_fits || queue == 0 => self.rows_of_tiles(queue).max(spacing.min_outside()),
            _ => MIN_PILE_ROWS,
        };
        self.memory_box_rows(demand.slots, spacing) + outside + spacing.heading_rows()
    }

    /// Rows of the box including its edges.
    pub(super) fn memory_box_rows(&self, slots: u32, spacing: PanelSpacing) -> u32 {
        self.rows_of_tiles(slots.div_ceil(self.scale)).max(spacing.min_inside()) + 2
    }

    /// Number of rows that this many tiles take.
    pub(super) fn rows_of_tiles(&self, tiles: u32) -> u32 {
        tiles.div_ceil(u32::from(self.per_row.max(1))) * u32::from(self.height)
    }

    /// Number of tiles that fit into an area.
    pub(super) fn tiles_that_fit(&self, area: Rect) -> u32 {
        u32::from(self.per_row) * u32::from(area.height / self.height.max(1))
    }

    /// The area of tile `n`, if it fits.
    pub(super) fn tile_area(&self, area: Rect, n: u32) -> Option<Rect> {
        let per_row = u32::from(self.per_row.max(1));
        let y = u16::try_from(n / per_row).ok()?.checked_mul(self.height)?;
        let width = if self.pitch > 1 && self.form != TileForm::Glyph { self.pitch - 1 } else { 1 };
        let x = (n % per_row) as u16 * self.pitch;
        (y + self.height <= area.height && x + width <= area.width).then(|| Rect {
            x: area.x + x,
            y: area.y + y,
            width,
            height: self.height,
        })
    }

    /// Distributes tiles evenly over the rows, and widens them.
    fn distributed_evenly(self, demands: &[SpaceDemand], width: u16, largest: u16) -> Self {
        let tiles = |demand: &SpaceDemand| if self.queue_fits { demand.slots.max(demand.queue) } else { demand.slots };
        let most = demands.iter().map(tiles).max().unwrap_or(1).max(1);
        let rows = most.div_ceil(u32::from(self.per_row));
        let per_row = most.div_ceil(rows) as u16;
        Self { per_row, pitch: ((width + 1) / per_row.max(1)).clamp(self.pitch, largest), ..self }
    }
}

fn form_sizes(digits: u16) -> [FormSize; 7] {
    [
        FormSize(TileForm::Wide, 21, 22, 3),
        FormSize(TileForm::Words, digits + 10, 22, 2),
        FormSize(TileForm::Short, digits + 5, 14, 2),
        FormSize(TileForm::Short, digits + 5, 14, 1),
        FormSize(TileForm::Number, digits + 2, 9, 1),
        FormSize(TileForm::Glyph, 2, 2, 1),
        FormSize(TileForm::Glyph, 1, 1, 1),
    ]
}

/// Number of digits of the highest task number, at least two.
pub(super) fn task_number_digits(tasks: u32) -> u16 {
    (tasks.saturating_sub(1).max(10).ilog10() + 1) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiles_of_default_run(width: u16, rows: u16) -> TileArrangement {
        let pool = SpaceDemand { slots: 4, queue: 12 };
        let process = SpaceDemand { slots: 16, queue: 0 };
        TileArrangement::choose_form(&[pool, process], 2, PanelSpace { width, rows, spacing: PanelSpacing::Some })
    }

    #[test]
    fn few_tasks_have_tiles_with_words() {
        let tiles = tiles_of_default_run(47, 13);
        assert_eq!((tiles.form, tiles.per_row, tiles.pitch, tiles.height), (TileForm::Words, 4, 12, 2));
        let tiles = tiles_of_default_run(27, 8);
        assert_eq!((tiles.form, tiles.per_row, tiles.pitch, tiles.height), (TileForm::Short, 4, 7, 1));
    }

    #[test]
    fn many_queued_tasks_are_drawn_as_a_pile() {
        let demands = [SpaceDemand { slots: 500, queue: 2500 }, SpaceDemand { slots: 3000, queue: 0 }];
        let tiles =
            TileArrangement::choose_form(&demands, 4, PanelSpace { width: 43, rows: 13, spacing: PanelSpacing::Some });
        assert_eq!((tiles.form, tiles.queue_fits), (TileForm::Glyph, false));
        assert!(tiles.scale > 1, "3,000 places share tiles");
        assert!(tiles.rows_needed_by_lane(demands[1], PanelSpacing::Some) <= 13);
    }

    #[test]
    fn tiles_outside_the_area_are_not_drawn() {
        let tiles = tiles_of_default_run(47, 13);
        let area = Rect::new(0, 0, 47, 5);
        assert_eq!(tiles.tile_area(area, 7), Some(Rect::new(36, 2, 11, 2)));
        assert_eq!(tiles.tile_area(area, 8), None);
        assert_eq!(tiles.tiles_that_fit(area), 8);
    }

    #[test]
    fn task_numbers_are_padded_to_the_highest() {
        assert_eq!([1, 16, 100, 101, 100_000].map(task_number_digits), [2, 2, 2, 3, 5]);
    }
}
