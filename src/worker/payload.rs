//! A task's numbers in memory, given back to the system when the task is done.

use std::io;

use memmap2::MmapMut;

/// The numbers of a task as 64-bit integers.
///
/// A large one is a map of its own: an allocator may keep what it frees, and then the memory that the screen shows as
/// released would still be held. A small one is the allocator's, and counted as requested.
pub(super) enum Payload {
    Mapped(MmapMut),
    Heap(Vec<i64>),
}

/// From this size on a payload is a map; glibc's own threshold for doing so.
const MAPPED_FROM: usize = 128 * 1024;

impl Payload {
    /// Room for so many numbers.
    pub(super) fn allocate(numbers: usize) -> io::Result<Self> {
        let too_large = || io::Error::from(io::ErrorKind::OutOfMemory);
        let bytes = numbers.checked_mul(size_of::<i64>()).ok_or_else(too_large)?;
        if bytes >= MAPPED_FROM { MmapMut::map_anon(bytes).map(Self::Mapped) } else { Ok(Self::Heap(vec![0; numbers])) }
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

    /// Whether giving it back takes the system no noticeable time.
    pub(super) fn is_small(&self) -> bool {
        matches!(self, Self::Heap(_))
    }
}
