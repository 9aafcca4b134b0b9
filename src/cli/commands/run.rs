//! Runs, on the live screen or without one.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use super::answer::{end, print};
use crate::app::{self, AppError, Drawing, Inputs, Options, Outcome, Progress, Screen, Series, Source};
use crate::cli::ending::fail;
use crate::cli::{Cli, Format, RunOptions, ScreenOptions};
use crate::engine::check_io;
use crate::event::text::display_path;
use crate::report::Report;
use crate::system::exit_code::{FAILED, REFUSED, USAGE};
use crate::system::shortage;
use crate::theme::{Environment, Theme};

/// Photographs a second.
const BEATS: u8 = 4;

/// Runs on the live screen, or without one where there is no terminal.
pub(super) fn watch(cli: &Cli) -> ExitCode {
    // A mistake in a theme is said also where nothing is drawn.
    match Theme::choose(&cli.screen.wishes(), &Environment::of_process()) {
        Err(error) => fail(USAGE, &error),
        Ok(theme) if app::has_terminal() => {
            with_series(&cli.run, true, |series| on_screen(series, &theme, &cli.screen), sentence)
        }
        Ok(_) => headless(&cli.run, Format::default()),
    }
}

/// Shows something on the screen.
pub(super) fn on_screen(source: impl Source, theme: &Theme, options: &ScreenOptions) -> Result<Outcome, AppError> {
    let inputs = Inputs::of_terminal()?;
    let mut screen = Screen::enter(theme.clone(), drawing(options))?;
    app::run(source, &inputs, &mut screen)
}

/// What was seen last stays in the shell's scrollback: the verdict in a sentence, and what went wrong.
pub(super) fn sentence(report: Option<&Report>) -> io::Result<()> {
    let Some(report) = report else { return Ok(()) };
    let mut out = io::stdout().lock();
    writeln!(out, "{}", report.verdict.sentence)?;
    report.problems().into_iter().try_for_each(|problem| writeln!(out, "{problem}."))
}

fn drawing(options: &ScreenOptions) -> Drawing {
    let beat = if options.no_animation { BEATS } else { u8::MAX };
    Drawing { fps: options.fps.min(beat), mouse: !options.no_mouse }
}

/// Runs without a screen.
pub(super) fn headless(options: &RunOptions, format: Format) -> ExitCode {
    let mut options = options.clone();
    // On the live screen a key may give them their effect; here nothing will.
    options.notes.append(&mut options.without_effect);
    with_series(
        &options,
        false,
        |series| app::run(series, &Inputs::of_signals()?, &mut Progress::new()),
        |report| report.map_or(Ok(()), |report| print(report, format)),
    )
}

/// Runs what the options ask for and reports how it ended. Where somebody watches, facts are kept to be saved.
fn with_series(
    options: &RunOptions,
    keep: bool,
    run: impl FnOnce(Series) -> Result<Outcome, AppError>,
    print: impl FnOnce(Option<&Report>) -> io::Result<()>,
) -> ExitCode {
    let spec = match options.spec() {
        Ok(spec) => spec,
        Err(error) => return fail(USAGE, &error),
    };
    if let Err(sentence) = check_io(&spec) {
        return fail(USAGE, &sentence);
    }
    let settings = Options { repeat: options.repeat, record: options.record.clone(), force: options.force, keep };
    let series = match Series::new(spec, settings) {
        Ok(series) => series,
        Err(error @ AppError::Refused(_)) => return fail(REFUSED, &error),
        // Whatever else goes wrong here goes wrong with the recording.
        Err(AppError::System(error)) if shortage::of(&error).is_none() => {
            let path = display_path(options.record.as_deref().unwrap_or(Path::new("")));
            let why = match error.kind() {
                io::ErrorKind::AlreadyExists => "there is such a file already; --force overwrites it".into(),
                _ => error.to_string(),
            };
            return fail(USAGE, &format!("--record {path}: {why}"));
        }
        Err(error) => return fail(FAILED, &error),
    };
    match run(series) {
        Ok(outcome) => end(&outcome, print),
        Err(error @ AppError::Refused(_)) => fail(REFUSED, &error),
        Err(error) => fail(FAILED, &error),
    }
}
