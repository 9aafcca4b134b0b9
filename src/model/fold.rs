//! Applies events to a lane. An invalid event leaves everything that is displayed unchanged.

mod cluster;
mod executor;
mod program;
mod worker;

/// Maximum size of a payload in bytes, so that a million of them can be added up.
pub(super) const LARGEST_PAYLOAD: u64 = 1 << 40;
