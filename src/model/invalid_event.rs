//! Invalid events.

/// Error: an event contradicts earlier events or names a lane, worker or task that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidEvent(pub(super) String);

/// Returns an [`InvalidEvent`] with a formatted message.
macro_rules! invalid {
    ($($sentence:tt)*) => {
        Err($crate::model::invalid_event::InvalidEvent(format!($($sentence)*)))
    };
}

pub(super) use invalid;
