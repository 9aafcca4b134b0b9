//! Tests of the drawn screen: text, styles and mouse targets.

#[path = "../support/mod.rs"]
mod support;

mod agreement;
mod ascii;
mod clusters;
mod first_look;
mod frames;
mod graphs;
mod lesson;
mod panels;
mod presenter;
mod programs;
mod side_by_side;
mod sizes;
mod styles;
mod themes;
mod time_travel;
mod untrusted_text;
mod varied_screens;
mod what_if;
mod winner_map;
mod zoom;
