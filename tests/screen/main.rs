//! The screen as text and styles.

#[path = "../support/mod.rs"]
mod support;

mod agreement;
mod ascii;
mod foreign_text;
mod frames;
mod panels;
mod side_by_side;
mod sizes;
mod styles;
mod themes;
mod time_travel;
mod zoom;
