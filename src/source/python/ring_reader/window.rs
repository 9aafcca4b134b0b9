//! Consecutive slots of a process's ring files, read twice as far as they hold records.

use super::super::record::{Header, RECORD_BYTES, RecordBytes};
use super::ring_file::{RingError, RingFile};

/// Buffers for both reads of a window, shared by the readers of all processes.
#[derive(Debug, Default)]
pub struct ReadBuffers {
    first_read: Vec<[u8; RECORD_BYTES]>,
    second_read: Vec<[u8; RECORD_BYTES]>,
}

/// What is in the slot of a record.
pub(super) enum Slot {
    Written(RecordBytes),
    /// This and the following `lost` − 1 records were overwritten by later ones.
    Overwritten {
        lost: u64,
    },
    /// The record is not written yet, or only in part.
    Unwritten,
}

/// The text of a record.
pub(super) struct Text {
    /// Empty if a part of it was lost.
    pub(super) bytes: Vec<u8>,
    /// Number of its records, without those that belong to another record.
    pub(super) passed: u32,
    /// Number of its records that are not written.
    pub(super) unwritten: u32,
}

/// Slots from the next record on.
pub(super) struct Window<'a> {
    buffers: &'a ReadBuffers,
    first: u64,
    ring: Header,
    second: Option<Header>,
}

impl ReadBuffers {
    /// Reads the slots of `count` records. None if nothing was written there: then they are read once only.
    pub(super) fn read<'a>(
        &'a mut self,
        ring: &RingFile,
        second: Option<&RingFile>,
        first: u64,
        count: u32,
    ) -> Result<Option<Window<'a>>, RingError> {
        // A window that is longer than the ring would show a slot twice.
        let count = count.min(ring.header.slots) as usize;
        self.first_read.resize(count, [0; RECORD_BYTES]);
        read_slots(ring, second, first, &mut self.first_read)?;
        let is_new = |i: &usize| RecordBytes(self.first_read[*i]).records_after(first + *i as u64).is_some();
        let Some(last) = (0..count).rev().find(is_new) else { return Ok(None) };
        // What follows the last written record is not read again, as it has no record to confirm.
        self.second_read.clone_from(&self.first_read);
        read_slots(ring, second, first, &mut self.second_read[..=last])?;
        Ok(Some(Window { buffers: self, first, ring: ring.header, second: second.map(|second| second.header) }))
    }
}

/// Reads the slots of consecutive records, which may lie in several pieces.
fn read_slots(
    ring: &RingFile,
    second: Option<&RingFile>,
    first: u64,
    slots: &mut [[u8; RECORD_BYTES]],
) -> Result<(), RingError> {
    let count = slots.len();
    let mut read = 0;
    while read < count {
        let number = first + read as u64;
        let (file, end) = match second {
            Some(second) if number < u64::from(second.header.first_number) => {
                (ring, count.min(read + (u64::from(second.header.first_number) - number) as usize))
            }
            _ => (second.unwrap_or(ring), count),
        };
        read += file.read_slots(number, &mut slots[read..end])?;
    }
    Ok(())
}

impl Window<'_> {
    pub(super) fn len(&self) -> u32 {
        self.buffers.second_read.len() as u32
    }

    pub(super) fn slot(&self, at: u32) -> Slot {
        let record = RecordBytes(self.buffers.second_read[at as usize]);
        let expected = self.first + u64::from(at);
        let header = self.second.filter(|second| expected >= u64::from(second.first_number)).unwrap_or(self.ring);
        let slots = u64::from(header.slots);
        match record.records_after(expected) {
            Some(0) if !self.is_changing(at) => Slot::Written(record),
            Some(after) if after > 0 && after.is_multiple_of(slots) => Slot::Overwritten { lost: after - slots + 1 },
            _ => Slot::Unwritten,
        }
    }

    /// Whether the slot was written between the two reads, or is being written.
    pub(super) fn is_changing(&self, at: u32) -> bool {
        let (first, second) = (&self.buffers.first_read[at as usize], &self.buffers.second_read[at as usize]);
        first != second || RecordBytes(*second).sequence().is_none()
    }

    /// Position of the first written or overwritten slot after this one.
    pub(super) fn next_written(&self, at: u32) -> Option<u32> {
        (at + 1..self.len()).find(|at| !matches!(self.slot(*at), Slot::Unwritten))
    }

    /// Joins the text of continuation records.
    pub(super) fn text(&self, first: u32, count: u32) -> Text {
        let mut text = Text { bytes: Vec::new(), passed: 0, unwritten: 0 };
        let mut is_whole = true;
        for at in first..(first + count).min(self.len()) {
            match self.slot(at) {
                Slot::Written(record) if record.is_continuation() => text.bytes.extend(record.text()),
                Slot::Unwritten => {
                    text.unwritten += 1;
                    is_whole = false;
                }
                Slot::Written(_) | Slot::Overwritten { .. } => {
                    is_whole = false;
                    break;
                }
            }
            text.passed += 1;
        }
        if !is_whole {
            text.bytes.clear();
        }
        text
    }
}
