//! `mpviz map`: which mode is the fastest, by share of I/O and by number of tasks or payload.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use super::map_confirm::confirm;
use super::run::{print_file_error, show_on_screen};
use crate::app::calibration::machine_constants;
use crate::app::{self, ShownMap};
use crate::cli::exit::{exit_after_printing, exit_with_outcome, print_error};
use crate::cli::text_output::write_text;
use crate::cli::{MapOptions, ScreenOptions};
use crate::engine::CURRENT_EXE;
use crate::event::text::display_path;
use crate::export::film::draw_frame;
use crate::export::svg::{self, PictureStyle};
use crate::model::Model;
use crate::probe::machine::{describe_machine, usable_cores};
use crate::report::phrases;
use crate::report::winner_map::{WinnerMap, json, table};
use crate::system::atomic_file::write_file;
use crate::system::exit_code::{EXIT_FAILED, EXIT_USAGE};
use crate::system::shortage::describe_error;
use crate::system::standard_streams::is_standard_stream;
use crate::theme::{ColorDepth, ColorMode, GlyphMode, Glyphs, TerminalEnvironment, Theme, ThemeError, ThemeRequest};
use crate::ui::{MapView, Ui};
use crate::view::winner_map_picture_height;

/// Width of the picture, in cells.
const PICTURE_WIDTH: u16 = 110;
/// Theme of the picture, unless another one is named.
const PICTURE_THEME: &str = "colour-blind";

/// Predicts a map, and shows, draws or prints it.
pub(super) fn map(options: &MapOptions) -> ExitCode {
    let here = usable_cores();
    let request = match options.request(here.len() as u32, describe_machine(&here).memory_bytes) {
        Ok(request) => request,
        Err(error) => return print_error(EXIT_USAGE, &error),
    };
    let environment = TerminalEnvironment::from_process();
    let themes = Theme::choose_theme(&options.screen.theme_request(), &environment)
        .and_then(|theme| Ok((theme, picture_theme(&options.screen, &environment)?)));
    let (theme, picture_theme) = match themes {
        Ok(themes) => themes,
        Err(error) => return print_error(EXIT_USAGE, &error),
    };
    let constants = match machine_constants(Path::new(CURRENT_EXE)) {
        Ok(constants) => constants,
        Err(error) => return print_error(EXIT_FAILED, &error),
    };
    let mut map = match request.map(&constants) {
        Ok(map) => map,
        Err(error) => return print_error(EXIT_USAGE, &error),
    };
    if let Some(cells) = options.confirm
        && let Err(error) = confirm(&request, &mut map, cells as usize, &constants, &here[..request.cores as usize])
    {
        return print_error(error.exit_code(), &error);
    }
    let map = Arc::new(map);
    if let Some(file) = options.svg.as_deref() {
        let picture = draw_picture(&map, &picture_theme);
        if is_standard_stream(file) {
            return exit_after_printing(io::stdout().lock().write_all(picture.as_bytes()), 0);
        }
        if let Err(error) = write_file(file, options.force, |out| out.write_all(picture.as_bytes())) {
            return match error.kind() {
                io::ErrorKind::AlreadyExists | io::ErrorKind::IsADirectory => print_file_error("--svg", file, &error),
                _ => print_error(EXIT_FAILED, &format!("--svg {}: {}", display_path(file), describe_error(&error))),
            };
        }
    }
    if options.json {
        return exit_after_printing(json::write(&map, &mut io::stdout().lock()), 0);
    }
    if options.svg.is_some() {
        return ExitCode::SUCCESS;
    }
    if !app::has_terminal() {
        return exit_after_printing(write_text(&mut io::stdout().lock(), |out| table::write(&map, out)), 0);
    }
    match show_on_screen(ShownMap::new(Arc::clone(&map)), &theme, &options.screen) {
        Ok(outcome) => exit_with_outcome(&outcome, |_| print_sentences(&map)),
        Err(error) => print_error(EXIT_FAILED, &error),
    }
}

/// Prints what the map says, so that it stays in the shell's scrollback.
fn print_sentences(map: &WinnerMap) -> io::Result<()> {
    let sentences = phrases::map_sentences(map);
    write_text(&mut io::stdout().lock(), |out| sentences.iter().try_for_each(|sentence| writeln!(out, "{sentence}")))
}

fn picture_theme(options: &ScreenOptions, environment: &TerminalEnvironment) -> Result<Theme, ThemeError> {
    let request = ThemeRequest {
        theme: Some(options.theme.clone().unwrap_or_else(|| PICTURE_THEME.into())),
        color: ColorMode::Depth(ColorDepth::True),
        glyphs: GlyphMode::Only(Glyphs::Unicode),
    };
    Theme::choose_theme(&request, environment)
}

fn draw_picture(map: &Arc<WinnerMap>, theme: &Theme) -> String {
    let ui = Ui { map: Some(MapView::picture(Arc::clone(map))), ..Ui::default() };
    let frame = draw_frame(&Model::new(), &ui, theme, (PICTURE_WIDTH, winner_map_picture_height(map)));
    svg::draw(&frame, &PictureStyle::for_theme_base(theme.base))
}
