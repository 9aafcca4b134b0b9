//! mpviz runs one workload under several ways of working in parallel, on real processes, and shows what happens.
//!
//! Facts flow one way: sources ([`worker`], [`engine`], [`probe`]) produce [`event`]s, [`model`] folds them, [`view`] and
//! [`report`] are functions of the model. [`app`] is the one loop that carries facts and keys.

pub mod app;
pub mod cli;
pub mod doctor;
pub mod engine;
pub mod event;
pub mod export;
pub mod keys;
pub mod model;
pub mod probe;
pub mod recording;
pub mod report;
pub mod system;
pub mod theme;
pub mod ui;
pub mod view;
pub mod worker;
