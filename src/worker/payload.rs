//! Memory for the numbers of a task, returned to the system when the task is done.

use std::io;

use memmap2::MmapMut;

/// The numbers of a task as 64-bit integers.
///
/// A large payload has its own memory mapping: an allocator may keep freed memory, so that memory shown as released
/// would still be resident. A small one comes from the allocator.
pub(super) enum TaskPayload {
    Mapped(MmapMut),
    Heap(Vec<i64>),
}

/// Payloads of at least this many bytes are mapped, as glibc's allocator does.
const MMAP_THRESHOLD: usize = 128 * 1024;

impl TaskPayload {
    /// Allocates memory for this many numbers, filled with zeros.
    pub(super) fn allocate(numbers: usize) -> io::Result<Self> {
        let too_large = || io::Error::from(io::ErrorKind::OutOfMemory);
        let bytes = numbers.checked_mul(size_of::<i64>()).ok_or_else(too_large)?;
        if bytes >= MMAP_THRESHOLD {
            MmapMut::map_anon(bytes).map(Self::Mapped)
        } else {
            Ok(Self::Heap(vec![0; numbers]))
        }
    }

    pub(super) fn numbers(&self) -> &[i64] {
        match self {
            Self::Mapped(map) => bytemuck::cast_slice(map),
            Self::Heap(numbers) => numbers,
        }
    }

    pub(super) fn numbers_mut(&mut self) -> &mut [i64] {
        match self {
            Self::Mapped(map) => bytemuck::cast_slice_mut(map),
            Self::Heap(numbers) => numbers,
        }
    }

    /// Whether freeing the payload takes negligible time.
    pub(super) fn is_small_payload(&self) -> bool {
        matches!(self, Self::Heap(_))
    }
}
