//! How a fact changes a lane. A fact that breaks a law changes nothing that is ever shown.

mod executor;
mod worker;

/// No payload is larger, in bytes: the payloads of a million tasks can be added up.
pub(super) const LARGEST_PAYLOAD: u64 = 1 << 40;
