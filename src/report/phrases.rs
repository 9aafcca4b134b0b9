//! The wording of results, for reports, the screen and exports.
//!
//! Each function is a phrase whose parameters fill the placeholders of texts in the selected language; variants are
//! ordered from longest to shortest. A sentence joins complete statements. Callers choose the phrases and pass the
//! figures.

mod activity;
mod advice;
mod claims;
mod cluster;
mod cluster_findings;
mod cluster_predictions;
mod command_name;
mod comparison;
mod figures;
mod findings;
mod graph;
mod label;
mod nouns;
mod observation_gap;
mod problems;
mod program;
mod python;
mod rank;
mod restrictions;
mod run;
mod sentence;
mod states;
mod verdict;
mod what_if;
mod winner_map;
mod worker_loss;
mod workers;

use sentence::statements;

pub use activity::*;
pub use advice::*;
pub use claims::*;
pub use cluster::*;
pub use cluster_predictions::*;
pub use command_name::{not_attached, program_command, program_name};
pub use comparison::*;
pub use figures::*;
pub use findings::*;
pub use graph::*;
pub use label::Label;
pub use nouns::*;
pub use observation_gap::{gap_variants, observation_gap};
pub use problems::*;
pub use program::*;
pub use python::*;
pub use rank::*;
pub use restrictions::*;
pub use run::*;
pub use sentence::Sentence;
pub use states::*;
pub use verdict::*;
pub use what_if::*;
pub use winner_map::*;
pub use worker_loss::*;
pub use workers::*;
