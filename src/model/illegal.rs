//! Facts that cannot be.

/// A fact that cannot be: it breaks a law of the vocabulary or names something that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Illegal(pub(super) String);

/// Returns an [`Illegal`] with a formatted sentence.
macro_rules! illegal {
    ($($sentence:tt)*) => {
        Err($crate::model::illegal::Illegal(format!($($sentence)*)))
    };
}

pub(super) use illegal;
