//! Bytes of a ring file: a header, the running task, then slots with one record each. Numbers are little-endian.

/// Size of the header of a ring file.
pub const HEADER_BYTES: usize = 64;
/// Size of a record.
pub const RECORD_BYTES: usize = 64;
/// Where the start of the task is that a worker process runs, as a record.
pub const RUNNING_AT: u64 = 64;
/// Where the first slot is.
const SLOTS_AT: u64 = 128;
/// Maximum length of a record's text.
pub const MAX_TEXT_BYTES: usize = 480;

const MAGIC: [u8; 8] = *b"MPVIZRNG";
/// Version of the layout.
pub const VERSION: u32 = 2;
/// Maximum number of slots, which bounds what is read for a damaged header.
const MAX_SLOTS: u32 = 1 << 16;
/// Where the words, or the text of a continuation record, begin.
const WORDS_AT: usize = 16;
const TEXT_AT: usize = 8;
/// Maximum length of the text in a continuation record.
const MAX_CONTINUATION_BYTES: usize = 48;

/// The header of a ring file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Number of slots, a power of two.
    pub slots: u32,
    pub pid: u32,
    pub parent: u32,
    /// Number of the first record, which is in slot 0.
    pub first_number: u32,
    /// Time at which the process began to report, in ns of `CLOCK_MONOTONIC`.
    pub start: u64,
}

/// Why a header cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderError {
    /// Not a ring file.
    Magic,
    /// Another version than [`VERSION`].
    Version(u32),
    /// Not a power of two, or more than [`MAX_SLOTS`].
    Slots(u32),
}

impl Header {
    pub fn decode(bytes: &[u8; HEADER_BYTES]) -> Result<Self, HeaderError> {
        if !bytes.starts_with(&MAGIC) {
            return Err(HeaderError::Magic);
        }
        let number = |at| u32::from_le_bytes(array_at(bytes, at));
        let (version, slots) = (number(8), number(12));
        if version != VERSION {
            return Err(HeaderError::Version(version));
        }
        if !slots.is_power_of_two() || slots > MAX_SLOTS {
            return Err(HeaderError::Slots(slots));
        }
        let start = u64::from_le_bytes(array_at(bytes, 32));
        Ok(Self { slots, pid: number(16), parent: number(20), first_number: number(24), start })
    }

    /// Size of a file with this header.
    #[must_use]
    pub const fn file_size(&self) -> u64 {
        SLOTS_AT + self.slots as u64 * RECORD_BYTES as u64
    }

    /// Offset in the file of the slot for this record.
    #[must_use]
    pub const fn offset_of(&self, number: u64) -> u64 {
        let slot = number.wrapping_sub(self.first_number as u64) % self.slots as u64;
        SLOTS_AT + slot * RECORD_BYTES as u64
    }
}

/// The bytes of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub struct RecordBytes(pub [u8; RECORD_BYTES]);

impl RecordBytes {
    /// The sequence number; none if its two copies differ, as in a record that is being written.
    #[must_use]
    pub fn sequence(&self) -> Option<u32> {
        let (first, last) = (u32::from_le_bytes(array_at(&self.0, 0)), u32::from_le_bytes(array_at(&self.0, 60)));
        (first == last).then_some(first)
    }

    /// How many records later than `number` this record is. None if it is earlier, torn or not written.
    #[must_use]
    pub fn records_after(&self, number: u64) -> Option<u64> {
        // Sequence numbers wrap from the largest one to 1.
        const PERIOD: u64 = u32::MAX as u64;
        let index = u64::from(self.sequence()?).checked_sub(1)?;
        let after = (index + PERIOD - number.wrapping_sub(1) % PERIOD) % PERIOD;
        (after < PERIOD / 2).then_some(after)
    }

    #[must_use]
    pub fn kind(&self) -> u16 {
        u16::from_le_bytes(array_at(&self.0, 4))
    }

    /// Whether this record continues the text of the one before it.
    #[must_use]
    pub fn is_continuation(&self) -> bool {
        self.kind() == 0
    }

    /// Number of continuation records that follow.
    #[must_use]
    pub const fn continuations(&self) -> u8 {
        self.0[6]
    }

    /// Text of a continuation record.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.0[TEXT_AT..TEXT_AT + usize::from(self.0[7]).min(MAX_CONTINUATION_BYTES)]
    }

    /// Time in ns of `CLOCK_MONOTONIC`.
    #[must_use]
    pub fn time(&self) -> u64 {
        u64::from_le_bytes(array_at(&self.0, 8))
    }

    /// Word 0 to 4.
    pub(super) fn word(&self, index: usize) -> i64 {
        i64::from_le_bytes(array_at(&self.0, WORDS_AT + 8 * index))
    }

    /// Word 5.
    pub(super) fn last_word(&self) -> u32 {
        u32::from_le_bytes(array_at(&self.0, 56))
    }
}

/// The `N` bytes from a fixed offset, which lies within the record or header.
fn array_at<const N: usize>(bytes: &[u8; 64], at: usize) -> [u8; N] {
    std::array::from_fn(|i| bytes[at + i])
}
