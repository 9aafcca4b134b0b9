//! Tasks as tiles: as much of each as there is room for, in the same form and size in every lane, so that areas compare.

use ratatui::layout::Rect;

/// What a tile shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Number, glyph and word with air around them, and the worker below: `04 ► core 2`, `w0  pid 41868`.
    Wide,
    /// Number, glyph and word with air around them: ` 04 ► c2`.
    Words,
    /// Number, glyph and word: `04►c2`.
    Short,
    /// Number and glyph: `04►`.
    Number,
    /// A glyph.
    Glyph,
}

/// What a lane needs room for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Demand {
    /// Places for workers, inside.
    pub(super) snapshots: u32,
    /// The most tasks that wait for a worker, outside; none where nobody shares a queue.
    pub(super) queue: u32,
}

/// How large tiles are and how many are in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tiles {
    pub(super) form: Form,
    /// Digits of a task's number.
    pub(super) digits: u16,
    /// Tiles in a row.
    pub(super) per_row: u16,
    /// Columns from one tile to the next.
    pub(super) pitch: u16,
    /// Rows of a tile; below the first, its progress.
    pub(super) height: u16,
    /// Places that share a tile.
    pub(super) scale: u32,
    /// Whether every queued task has a tile; otherwise the queue is a pile.
    pub(super) queue_fits: bool,
}

/// How generous the terminal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Air {
    /// Counts stand in headings, one row each.
    None,
    /// Counts are numerals beside the tiles.
    Some,
    /// There is room for tiles of three rows, too.
    Plenty,
}

impl Air {
    /// Rows that the inside of the box has at least: with its edges room for the numeral beside it.
    const fn least_inside(self) -> u32 {
        if matches!(self, Self::None) { 1 } else { 2 }
    }

    /// Rows that an empty queue has at least.
    const fn least_outside(self) -> u32 {
        if matches!(self, Self::None) { 0 } else { 2 }
    }

    /// Rows of headings above the queue.
    const fn heading_rows(self) -> u32 {
        if matches!(self, Self::None) { 1 } else { 0 }
    }
}

/// The room for queue and box.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub(super) width: u16,
    pub(super) rows: u16,
    pub(super) air: Air,
}

/// A form with the least and the most columns from one tile to the next, and its rows.
struct Shape(Form, u16, u16, u16);

/// Rows of the least room for a queue that is a pile.
const PILE: u32 = 4;
/// More places than these are not told apart in words.
const MANY: u32 = 64;

impl Tiles {
    /// The largest form in which the queue and the places of every lane fit, one above the other, task by task; else the
    /// largest in which the places do and the queue is a pile; else the smallest, with several places in a tile.
    ///
    pub(super) fn choose(demands: &[Demand], digits: u16, room: Room) -> Self {
        let Room { width, rows, air } = room;
        let most = demands.iter().map(|demand| demand.snapshots).max().unwrap_or(1);
        for queue_fits in [true, false] {
            for Shape(form, least, largest, height) in shapes(digits) {
                let per_row = (width + 1) / least;
                let suits = match form {
                    Form::Wide => air == Air::Plenty && most <= MANY,
                    Form::Words | Form::Short => most <= MANY,
                    Form::Number | Form::Glyph => true,
                };
                let tiles = Self { form, digits, per_row, pitch: least, height, scale: 1, queue_fits };
                let fits = |demand: &Demand| tiles.rows_needed(*demand, air) <= u32::from(rows);
                if suits && per_row > 0 && demands.iter().all(fits) {
                    return tiles.balanced(demands, width, largest);
                }
            }
        }
        let pile = if demands.iter().any(|demand| demand.queue > 0) { PILE } else { air.least_outside() };
        let cells = u32::from(width.max(1)) * u32::from(rows).saturating_sub(pile + 2).max(1);
        let scale = most.div_ceil(cells).max(1);
        Self { form: Form::Glyph, digits, per_row: width.max(1), pitch: 1, height: 1, scale, queue_fits: false }
    }

    /// Rows for the box and what is outside of it.
    pub(super) fn rows_needed(&self, demand: Demand, air: Air) -> u32 {
        let outside = match demand.queue {
            queue if self.queue_fits || queue == 0 => self.rows(queue).max(air.least_outside()),
            _ => PILE,
        };
        self.box_rows(demand.snapshots, air) + outside + air.heading_rows()
    }

    /// Rows of the box, with its edges.
    pub(super) fn box_rows(&self, snapshots: u32, air: Air) -> u32 {
        self.rows(snapshots.div_ceil(self.scale)).max(air.least_inside()) + 2
    }

    /// Rows of so many tiles.
    pub(super) fn rows(&self, tiles: u32) -> u32 {
        tiles.div_ceil(u32::from(self.per_row.max(1))) * u32::from(self.height)
    }

    /// Tiles that find room in an area.
    pub(super) fn room(&self, area: Rect) -> u32 {
        u32::from(self.per_row) * u32::from(area.height / self.height.max(1))
    }

    /// Where a tile is, if it is in the area at all.
    pub(super) fn place(&self, area: Rect, n: u32) -> Option<Rect> {
        let per_row = u32::from(self.per_row.max(1));
        let y = u16::try_from(n / per_row).ok()?.checked_mul(self.height)?;
        let width = if self.pitch > 1 && self.form != Form::Glyph { self.pitch - 1 } else { 1 };
        let x = (n % per_row) as u16 * self.pitch;
        (y + self.height <= area.height && x + width <= area.width).then(|| Rect {
            x: area.x + x,
            y: area.y + y,
            width,
            height: self.height,
        })
    }

    /// As many in every row as it takes, and then as wide as there is room.
    fn balanced(self, demands: &[Demand], width: u16, largest: u16) -> Self {
        let tiles =
            |demand: &Demand| if self.queue_fits { demand.snapshots.max(demand.queue) } else { demand.snapshots };
        let most = demands.iter().map(tiles).max().unwrap_or(1).max(1);
        let rows = most.div_ceil(u32::from(self.per_row));
        let per_row = most.div_ceil(rows) as u16;
        Self { per_row, pitch: ((width + 1) / per_row.max(1)).clamp(self.pitch, largest), ..self }
    }
}

fn shapes(digits: u16) -> [Shape; 7] {
    [
        Shape(Form::Wide, 21, 22, 3),
        Shape(Form::Words, digits + 10, 22, 2),
        Shape(Form::Short, digits + 5, 14, 2),
        Shape(Form::Short, digits + 5, 14, 1),
        Shape(Form::Number, digits + 2, 9, 1),
        Shape(Form::Glyph, 2, 2, 1),
        Shape(Form::Glyph, 1, 1, 1),
    ]
}

/// Digits of a task's number, padded to the width of the last one; at least two.
pub(super) fn digits(tasks: u32) -> u16 {
    (tasks.saturating_sub(1).max(10).ilog10() + 1) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesson(width: u16, rows: u16) -> Tiles {
        let pool = Demand { snapshots: 4, queue: 12 };
        let process = Demand { snapshots: 16, queue: 0 };
        Tiles::choose(&[pool, process], 2, Room { width, rows, air: Air::Some })
    }

    #[test]
    fn few_tasks_are_shown_in_words() {
        let tiles = lesson(47, 13);
        assert_eq!((tiles.form, tiles.per_row, tiles.pitch, tiles.height), (Form::Words, 4, 12, 2));
        let tiles = lesson(27, 8);
        assert_eq!((tiles.form, tiles.per_row, tiles.pitch, tiles.height), (Form::Short, 4, 7, 1));
    }

    #[test]
    fn many_are_a_pile_beside_glyphs() {
        let demands = [Demand { snapshots: 500, queue: 2500 }, Demand { snapshots: 3000, queue: 0 }];
        let tiles = Tiles::choose(&demands, 4, Room { width: 43, rows: 13, air: Air::Some });
        assert_eq!((tiles.form, tiles.queue_fits), (Form::Glyph, false));
        assert!(tiles.scale > 1, "3,000 places share tiles");
        assert!(tiles.rows_needed(demands[1], Air::Some) <= 13);
    }

    #[test]
    fn a_tile_outside_of_its_area_has_no_place() {
        let tiles = lesson(47, 13);
        let area = Rect::new(0, 0, 47, 5);
        assert_eq!(tiles.place(area, 7), Some(Rect::new(36, 2, 11, 2)));
        assert_eq!(tiles.place(area, 8), None);
        assert_eq!(tiles.room(area), 8);
    }

    #[test]
    fn numbers_are_as_wide_as_the_last() {
        assert_eq!([1, 16, 100, 101, 100_000].map(digits), [2, 2, 2, 3, 5]);
    }
}
