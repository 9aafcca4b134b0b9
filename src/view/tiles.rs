//! Tasks as tiles: as much of each as there is room for, the same form in every lane.

/// How a task is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Number, glyph and word: `04 ► c2`.
    Word,
    /// Number and glyph: `04►`.
    Number,
    /// A glyph for so many tasks.
    Cell(u32),
}

impl Form {
    /// Columns from one tile to the next, for task numbers with so many digits.
    pub(super) fn pitch(self, digits: u16) -> u16 {
        match self {
            Self::Word => digits + 8,
            Self::Number => digits + 3,
            Self::Cell(_) => 1,
        }
    }

    /// Rows that so many tiles take at this width.
    pub(super) fn rows(self, tiles: u32, digits: u16, width: u16) -> u16 {
        let a_row = u32::from((width / self.pitch(digits)).max(1));
        let tiles = if let Self::Cell(scale) = self { tiles.div_ceil(scale) } else { tiles };
        tiles.div_ceil(a_row).min(u32::from(u16::MAX)) as u16
    }

    /// The first form in which the seats and then as much of the queue as possible fit, beside each other, in these rows.
    pub(super) fn choose(seats: u32, queue: u32, digits: u16, width: u16, rows: u16) -> Self {
        for form in [Self::Word, Self::Number] {
            let seat_rows = form.rows(seats, digits, width);
            let queue_rows = form.rows(queue, digits, width).min(rows.div_ceil(3));
            if seat_rows + queue_rows <= rows {
                return form;
            }
        }
        let cells = u32::from(width) * u32::from(rows.div_ceil(2).max(1));
        Self::Cell(seats.div_ceil(cells.max(1)).max(1))
    }
}

/// Digits of a task's number, padded to the width of the last one; at least two.
pub(super) fn digits(tasks: u32) -> u16 {
    (tasks.saturating_sub(1).max(10).ilog10() + 1) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_tasks_are_shown_in_words_many_as_cells() {
        assert_eq!(Form::choose(16, 12, 2, 50, 8), Form::Word);
        assert_eq!(Form::choose(64, 200, 3, 60, 12), Form::Number);
        assert_eq!(Form::choose(2000, 0, 4, 50, 10), Form::Cell(8));
    }

    #[test]
    fn numbers_are_as_wide_as_the_last() {
        assert_eq!([1, 16, 100, 101, 100_000].map(digits), [2, 2, 2, 3, 5]);
    }
}
