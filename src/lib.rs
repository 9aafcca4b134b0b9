//! mpviz runs one workload in several parallel modes, on real processes, and draws what happens.
//!
//! Events flow one way: the sources ([`engine`], [`worker`], [`probe`], a recording) produce [`event`]s, [`model`]
//! folds them into a state, and [`view`], [`report`] and [`export`] are functions of the model. [`app`] runs the event
//! loop.

pub mod app;
pub mod cli;
pub mod doctor;
pub mod engine;
pub mod event;
pub mod export;
pub mod keys;
pub mod language;
pub mod lesson;
pub mod model;
pub mod probe;
pub mod recording;
pub mod report;
pub mod source;
pub mod system;
pub mod theme;
pub mod ui;
pub mod view;
pub mod worker;
