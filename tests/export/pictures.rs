//! The pictures that the README shows are drawn by the program itself, from stories.
//!
//! `UPDATE_FRAMES=1 cargo test --test pictures` draws them anew; look at them before committing them.

use std::path::Path;

use crate::support::draw::{draw, finished};
use crate::support::story::{Script, Story};
use mpviz::export::svg::{self, PictureStyle};
use mpviz::model::Model;
use mpviz::theme::Theme;
use mpviz::ui::Ui;

/// Draws a picture and compares it with the one in `assets`.
fn check(name: &str, model: &Model, ui: &Ui) {
    let now = svg::draw(&draw(model, ui, &Theme::dark(), (120, 40)), &PictureStyle::default());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(name);
    if std::env::var_os("UPDATE_FRAMES").is_some() {
        std::fs::write(&path, &now).expect("a picture");
    }
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(now == before, "assets/{name} is not what the program draws now; UPDATE_FRAMES=1 draws it anew");
}

#[test]
fn the_pictures_are_what_the_program_draws() {
    let story = Story::of(&Script { io: 8, uneven: true, ..Script::default() });
    check("screen.svg", &story.at(2700), &Ui::default());
    let end = story.told();
    check("finished.svg", &end, &finished(&end));
}

#[test]
fn the_readme_shows_each_picture() {
    let readme = include_str!("../../README.md");
    let pictures = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets")).expect("assets");
    for picture in
        pictures.map(|entry| entry.expect("an asset").path()).filter(|path| path.extension() == Some("svg".as_ref()))
    {
        let name = picture.file_name().expect("a name").to_string_lossy().into_owned();
        assert!(readme.contains(&format!("(assets/{name})")), "{name}");
    }
}
