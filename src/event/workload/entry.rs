//! A task as stored in the queue: a line of text of fixed length.

use super::NumberRange;
use crate::event::TaskId;

/// A task in the queue: three right-aligned decimal columns and a line feed, [`QueueEntry::ENTRY_BYTES`] bytes in all.
/// One `read` of a multiple of that length returns whole tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueEntry {
    pub task: TaskId,
    pub part: NumberRange,
}

impl QueueEntry {
    /// Width of a column: 2³², the maximum of numbers, has ten digits.
    const COLUMN_WIDTH: usize = 10;
    /// Length of an entry in bytes.
    pub const ENTRY_BYTES: usize = 3 * (Self::COLUMN_WIDTH + 1);

    /// Appends the entry's text.
    pub fn write(self, out: &mut Vec<u8>) {
        let NumberRange { start, len } = self.part;
        out.extend_from_slice(format!("{:>10} {start:>10} {len:>10}\n", self.task.0).as_bytes());
    }

    /// Parses an entry; none if the text is not one.
    #[must_use]
    pub fn read(text: &[u8]) -> Option<Self> {
        let mut columns = std::str::from_utf8(text).ok()?.split_ascii_whitespace();
        let task = TaskId(columns.next()?.parse().ok()?);
        let part = NumberRange { start: columns.next()?.parse().ok()?, len: columns.next()?.parse().ok()? };
        let fits = part.start.checked_add(part.len)? <= super::Workload::MAX_NUMBERS;
        (fits && columns.next().is_none()).then_some(Self { task, part })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::workload::Workload;

    #[test]
    fn entries_have_a_fixed_length() {
        let largest = NumberRange { start: Workload::MAX_NUMBERS, len: 0 };
        for (task, part) in [(0, NumberRange { start: 0, len: 1 }), (Workload::MAX_TASKS, largest)] {
            let entry = QueueEntry { task: TaskId(task), part };
            let mut text = Vec::new();
            entry.write(&mut text);
            assert_eq!(text.len(), QueueEntry::ENTRY_BYTES);
            assert_eq!(QueueEntry::read(&text), Some(entry));
        }
    }

    #[test]
    fn invalid_entries_are_refused() {
        for bad in ["", "1 2", "1 2 3 4", "1 -2 3", "a b c", "1 99999999999 1", "1 1 18446744073709551615"] {
            assert_eq!(QueueEntry::read(bad.as_bytes()), None, "{bad}");
        }
    }
}
