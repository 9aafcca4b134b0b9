//! mpviz runs one workload under several ways of working in parallel, on real processes, and shows what happens.
//!
//! Facts flow one way: sources ([`worker`], [`lane`], [`probe`]) produce [`event`]s, [`model`] folds them, [`view`] and
//! [`report`] are functions of the model. [`app`] is the one loop that carries facts and keys.

pub mod app;
pub mod cli;
pub mod clock;
pub mod codec;
pub mod command;
pub mod crash;
pub mod deliver;
pub mod dirs;
pub mod doctor;
pub mod ending;
pub mod event;
pub mod exit;
pub mod export;
pub mod film;
pub mod keys;
pub mod lane;
pub mod late_server;
pub mod machine;
pub mod manual;
pub mod model;
pub mod new_file;
pub mod probe;
pub mod record;
pub mod report;
pub mod shortage;
pub mod signals;
pub mod source;
pub mod text;
pub mod theme;
pub mod threads;
pub mod toml_file;
pub mod ui;
pub mod units;
pub mod view;
pub mod worker;
pub mod workload;
