//! Compares the styles of frames with stored snapshots, in which each style is a letter.

use std::fmt::Write as _;

use crate::support::draw::{draw, ui_after_run};
use crate::support::snapshot;
use crate::support::story::{MS, Story, StoryParameters};
use mpviz::model::Model;
use mpviz::theme::Theme;
use mpviz::ui::{TimeCursor, Ui};
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// The styles of a frame as text: a letter per cell, then a list of the style of each letter. Unstyled blank cells are
/// spaces.
fn styles_as_text(frame: &Buffer) -> String {
    let mut seen: Vec<(Color, Color, Modifier)> = Vec::new();
    let mut letter = |cell: &Cell| {
        let unstyled = cell.bg == Color::Reset && cell.modifier.is_empty();
        if cell.symbol() == " " && unstyled {
            return ' ';
        }
        let style = (cell.fg, cell.bg, cell.modifier);
        let index = seen.iter().position(|other| *other == style).unwrap_or(seen.len());
        if index == seen.len() {
            seen.push(style);
        }
        ('a'..='z').chain('A'..='Z').nth(index).expect("at most 52 styles on a screen")
    };
    let mut text = String::new();
    for y in 0..frame.area.height {
        let row: String = (0..frame.area.width).map(|x| letter(&frame[(x, y)])).collect();
        text += &(row.trim_end().to_owned() + "\n");
    }
    for (letter, (fg, bg, modifier)) in ('a'..='z').chain('A'..='Z').zip(&seen) {
        let words: Vec<String> = modifier.iter_names().map(|(name, _)| format!(" {}", name.to_lowercase())).collect();
        let background = if *bg == Color::Reset { String::new() } else { format!(" on {bg}") };
        writeln!(text, "{letter}  {fg}{background}{}", words.concat()).expect("writing to a string");
    }
    text
}

fn check_styles(name: &str, model: &Model, ui: &Ui) {
    for size in [(80, 24), (120, 40)] {
        let name = format!("{name}-{}x{}.styles", size.0, size.1);
        snapshot::assert_matches_snapshot(
            "screen",
            &name,
            &styles_as_text(&draw(model, ui, &Theme::dark_theme(), size)),
        );
    }
}

#[test]
fn styles_of_live_frozen_and_finished_screens_match_snapshots() {
    let script = StoryParameters { uneven: true, ..StoryParameters::with_io() };
    let story = Story::simulate(&script);
    check_styles("io", &story.model_at(1600), &Ui::default());
    check_styles("frozen", &story.model_at(2200), &Ui { cursor: TimeCursor::At(1100 * MS), ..Ui::default() });
    let end = story.model_at_end();
    check_styles("finished", &end, &ui_after_run(&end));
    let killed = Story::simulate(&StoryParameters { kill: Some((2300, 0, 2)), ..script });
    check_styles("killed", &killed.model_at(3400), &Ui::default());
}
