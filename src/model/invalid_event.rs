//! Invalid events.

/// An event that breaks a rule of the vocabulary or names something that does not exist.
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
