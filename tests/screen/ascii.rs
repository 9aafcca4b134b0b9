//! Screens can be drawn without Unicode and without colours.

use crate::support::draw::{draw, frame_text};
use crate::support::story::{Story, StoryParameters};
use crate::varied_screens::models_with_ui;
use mpviz::theme::{ColorDepth, Glyphs, Theme};
use mpviz::ui::Ui;

fn ascii_theme() -> Theme {
    Theme::without_colors().with_glyphs(Glyphs::Ascii)
}

#[test]
fn ascii_screens_contain_only_ascii() {
    let sizes = (1..70).step_by(9).flat_map(|width| (1..20).step_by(5).map(move |height| (width, height)));
    let large = [(60, 16), (79, 23), (80, 24), (100, 30), (120, 40), (200, 60), (300, 100)];
    let coloured = Theme::dark_theme().with_glyphs(Glyphs::Ascii);
    for size in sizes.chain(large) {
        for (model, ui) in &models_with_ui() {
            for theme in [&ascii_theme(), &coloured] {
                let frame = frame_text(&draw(model, ui, theme, size));
                assert!(frame.is_ascii(), "at {size:?}:\n{frame}");
            }
        }
    }
}

#[test]
fn every_worker_state_has_its_own_sign_in_tiles_of_every_size() {
    let crowded = Story::simulate(&StoryParameters::default()).model_at(600);
    let killed =
        Story::simulate(&StoryParameters { kill: Some((700, 1, 0)), ..StoryParameters::with_io() }).model_at(900);
    let waiting = Story::simulate(&StoryParameters::with_io()).model_at(1600);
    let suspended = Story::simulate(&StoryParameters { suspend: Some((0, 1000..1500)), ..StoryParameters::with_io() })
        .model_at(1200);
    let cases = [
        (&crowded, "running", ["►", ">"]),
        (&crowded, "ready", ["≈", "~"]),
        (&waiting, "in I/O", ["○I/O", "oI/O"]),
        (&suspended, "suspended", ["║", "\""]),
        (&killed, "lost", ["×", "X"]),
        (&waiting, "idle beside a queue", ["╱╱", "//"]),
    ];
    // At these screen sizes, tiles have every width; the narrowest tile shows only a number and a sign.
    for size in [(200, 60), (120, 40), (80, 24), (60, 16)] {
        for theme in [Theme::without_colors(), ascii_theme()] {
            for (model, state, signs) in cases {
                let frame = frame_text(&draw(model, &Ui::default(), &theme, size));
                // Skip the headings and the legend, which contain the signs, too.
                let rows: Vec<_> = frame.lines().skip(2).take(usize::from(size.1) - 5).collect();
                let shown = rows.join("\n").replace(' ', "");
                let sign = signs[usize::from(theme.glyphs.is_ascii())];
                // Small tiles show the progress instead of the word `I/O`.
                let sign = if size.1 <= 24 { sign.trim_end_matches("I/O") } else { sign };
                assert!(shown.contains(sign), "{state} at {size:?}:\n{frame}");
            }
        }
    }
}

#[test]
fn slots_of_many_workers_show_only_the_sign_of_their_state() {
    let many = Story::simulate(&StoryParameters { tasks: 3000, workers: 500, io: 2, ..StoryParameters::default() })
        .model_at(1900);
    for (theme, loading) in [(Theme::without_colors(), "┃↓↓↓"), (ascii_theme(), "|vvv")] {
        let frame = frame_text(&draw(&many, &Ui::default(), &theme, (120, 40)));
        assert!(frame.contains(loading), "{frame}");
    }
}

#[test]
fn text_of_the_screen_is_independent_of_colours() {
    let model = Story::simulate(&StoryParameters::with_io()).model_at(1600);
    let frame_text = |theme: Theme| frame_text(&draw(&model, &Ui::default(), &theme, (120, 40)));
    let coloured = Theme::built_in("light", ColorDepth::True).expect("a theme").with_glyphs(Glyphs::Ascii);
    assert_eq!(frame_text(coloured), frame_text(ascii_theme()));
}
