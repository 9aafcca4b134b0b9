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

    /// The first form in which every lane's seats fit into these rows, below as much of its queue as a third of them holds.
    pub(super) fn choose(lanes: &[Crowd], digits: u16, width: u16, rows: u16) -> Self {
        let fits = |form: Self, crowd: &Crowd| {
            let queue = form.rows(crowd.queue, digits, width).min(rows.div_ceil(3));
            form.rows(crowd.seats, digits, width) + queue <= rows
        };
        let of_tasks = [Self::Word, Self::Number].into_iter().find(|form| lanes.iter().all(|crowd| fits(*form, crowd)));
        of_tasks.unwrap_or_else(|| {
            let cells = u32::from(width) * u32::from(rows.div_ceil(2).max(1));
            let seats = lanes.iter().map(|crowd| crowd.seats).max().unwrap_or(1);
            Self::Cell(seats.div_ceil(cells.max(1)).max(1))
        })
    }
}

/// What a lane has to show at its height.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crowd {
    /// Workers' places.
    pub(super) seats: u32,
    /// Tasks in the queue.
    pub(super) queue: u32,
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
        let lanes = [Crowd { seats: 4, queue: 16 }, Crowd { seats: 16, queue: 0 }];
        assert_eq!(Form::choose(&lanes, 2, 50, 8), Form::Word);
        assert_eq!(Form::choose(&lanes, 2, 36, 4), Form::Number);
        assert_eq!(Form::choose(&[Crowd { seats: 2000, queue: 0 }], 4, 50, 10), Form::Cell(8));
    }

    #[test]
    fn numbers_are_as_wide_as_the_last() {
        assert_eq!([1, 16, 100, 101, 100_000].map(digits), [2, 2, 2, 3, 5]);
    }
}
