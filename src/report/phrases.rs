//! The wording of everything that is said about a run.
//!
//! Each function is a phrase whose parameters are its placeholders; variants of a phrase are ordered from longest to
//! shortest. Callers decide what is said and pass the figures. A second language is a second set of these functions.

mod activity;
mod comparison;
mod figures;
mod nouns;
mod problems;
mod verdict;

pub use activity::*;
pub use comparison::*;
pub use figures::*;
pub use nouns::*;
pub use problems::*;
pub use verdict::*;
