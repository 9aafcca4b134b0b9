//! `mpviz` and `mpviz run`.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use crate::app::{
    self, AppError, InputChannel, ProgressDisplay, Screen, ScreenSettings, Series, SeriesOptions, SessionOutcome,
    Source,
};
use crate::cli::exit::{exit_with_outcome, print_error, print_message, print_report};
use crate::cli::run_options::command_line;
use crate::cli::text_output::{self, terminal_width, write_text};
use crate::cli::{Cli, ResultFormat, RunOptions, ScreenOptions, UsageError};
use crate::engine::python::{Interpreter, InterpreterError};
use crate::engine::{RunSpec, check_disk_io};
use crate::event::text::display_path;
use crate::report::table::wrap_sentence;
use crate::report::{Report, phrases};
use crate::system::exit_code::{EXIT_FAILED, EXIT_INSUFFICIENT_RESOURCES, EXIT_USAGE};
use crate::system::shortage;
use crate::system::standard_streams::is_standard_stream;
use crate::theme::{GlyphMode, TerminalEnvironment, Theme};
use crate::ui::{ScreenLayout, Ui};
use crate::view::MAX_LANES_ON_SCREEN;

/// How often per second the panels are updated without animation.
const SNAPSHOTS_PER_SECOND: u8 = 4;

/// Runs on the live screen, or without it if there is no terminal.
pub(super) fn run_on_screen(cli: &Cli) -> ExitCode {
    // An invalid theme is an error even if nothing is drawn.
    match Theme::choose_theme(&cli.screen.theme_request(), &TerminalEnvironment::from_process()) {
        Err(error) => print_error(EXIT_USAGE, &error),
        Ok(theme) if app::has_terminal() => {
            run_series(&cli.run, true, |series| show_on_screen(series, &theme, &cli.screen), print_verdict_and_command)
        }
        Ok(_) => run_without_screen(&cli.run, ResultFormat::default()),
    }
}

/// Shows a source on the screen.
pub(super) fn show_on_screen(
    mut source: impl Source,
    theme: &Theme,
    options: &ScreenOptions,
) -> Result<SessionOutcome, AppError> {
    let take_over = || {
        let inputs = InputChannel::for_terminal()?;
        Ok((inputs, Screen::take_over_terminal(theme.clone(), screen_settings(options, theme))?))
    };
    let (inputs, mut screen) = take_over().inspect_err(|_: &io::Error| app::end(&mut source))?;
    let layout = if options.presenter { ScreenLayout::Presenter } else { ScreenLayout::Usual };
    let ui = Ui { layout, ..Ui::default() };
    app::run(source, ui, &inputs, &mut screen)
}

/// Prints the verdict and the problems, so that they stay in the shell's scrollback.
pub(super) fn print_verdict(report: Option<&Report>) -> io::Result<()> {
    write_verdict(report, &mut io::stdout().lock())
}

/// Writes the verdict and the problems, wrapped to the width of a terminal.
pub(super) fn write_verdict(report: Option<&Report>, out: &mut (impl Write + IsTerminal)) -> io::Result<()> {
    let Some(report) = report else { return Ok(()) };
    let width = terminal_width(out);
    let mut lines = report.short_result().into_iter().map(|sentence| wrap_sentence(&sentence, width));
    write_text(out, |out| lines.try_for_each(|line| writeln!(out, "{line}")))
}

/// Prints the verdict, and the command that repeats the run if keys have changed it.
fn print_verdict_and_command(report: Option<&Report>) -> io::Result<()> {
    print_verdict(report)?;
    let Some(command) = report.map(|report| &report.run.command) else { return Ok(()) };
    if *command == command_line() {
        return Ok(());
    }
    write_text(&mut io::stdout().lock(), |out| writeln!(out, "{}", phrases::command_to_repeat(command)))
}

fn screen_settings(options: &ScreenOptions, theme: &Theme) -> ScreenSettings {
    let beat = if options.no_animation { SNAPSHOTS_PER_SECOND } else { u8::MAX };
    let measure_signs = options.ascii.glyph_mode() == GlyphMode::Auto && !theme.glyphs.is_ascii();
    ScreenSettings { fps: options.fps.min(beat), mouse: !options.no_mouse, measure_signs }
}

/// Runs without the live screen.
pub(super) fn run_without_screen(options: &RunOptions, format: ResultFormat) -> ExitCode {
    let records_to_stdout = match records_to_stdout(options, format) {
        Ok(to_stdout) => to_stdout,
        Err(code) => return code,
    };
    let mut options = options.clone();
    // Without the screen no key can change the run, so options without effect are reported.
    options.notes.append(&mut options.without_effect);
    run_series(
        &options,
        false,
        |series| show_progress(series, records_to_stdout),
        |report| print_result(report, format, records_to_stdout),
    )
}

/// Whether the recording goes to standard output. Fails if the result does, too.
pub(super) fn records_to_stdout(options: &RunOptions, format: ResultFormat) -> Result<bool, ExitCode> {
    let to_stdout = options.record.as_deref().is_some_and(is_standard_stream);
    match format.option_name().filter(|_| to_stdout) {
        None => Ok(to_stdout),
        Some(option) => {
            let message = format!("{option} cannot be used with --record -: both write to standard output");
            Err(print_error(EXIT_USAGE, &message))
        }
    }
}

/// Shows the progress of a source. The recording may be piped to a program that draws on the same terminal as the
/// progress bar.
pub(super) fn show_progress(source: impl Source, records_to_stdout: bool) -> Result<SessionOutcome, AppError> {
    let mut progress = ProgressDisplay::new(text_output::glyphs(), !records_to_stdout);
    app::run(source, Ui::default(), &InputChannel::for_signals()?, &mut progress)
}

/// Prints the result, unless the recording goes to standard output.
pub(super) fn print_result(report: Option<&Report>, format: ResultFormat, records_to_stdout: bool) -> io::Result<()> {
    report.filter(|_| !records_to_stdout).map_or(Ok(()), |report| print_report(report, format))
}

/// Asks the interpreter for its version, if one of the runs has a lane of Python.
fn ask_interpreter<'a>(program: &Path, specs: impl Iterator<Item = &'a mut RunSpec>) -> Result<(), InterpreterError> {
    let mut interpreter = None;
    for spec in specs.filter(|spec| spec.has_python()) {
        if interpreter.is_none() {
            interpreter = Some(Interpreter::ask(program)?);
        }
        spec.interpreter.clone_from(&interpreter);
    }
    Ok(())
}

/// Prints an error about a file that cannot be created.
pub(super) fn print_file_error(option: &str, path: &Path, error: &io::Error) -> ExitCode {
    print_error(EXIT_USAGE, &file_error_text(option, path, error))
}

/// Why the file of an option cannot be created, and what to do.
pub(super) fn file_error_text(option: &str, path: &Path, error: &io::Error) -> String {
    let why = match error.kind() {
        io::ErrorKind::AlreadyExists => "the file exists; use --force to overwrite it".into(),
        io::ErrorKind::NotFound => "its directory does not exist; create it or name another file".into(),
        _ => shortage::describe_error(error),
    };
    format!("{option} {}: {why}", display_path(path))
}

/// Prints that a named pipe has no reader yet.
pub(super) fn print_wait_for_reader(pipe: &Path) {
    print_message(&format!("waiting for a process that reads {}", display_path(pipe)));
}

/// Runs what the options ask for. `on_screen`: the run is shown live, and its events are kept so that they can be
/// saved.
fn run_series(
    options: &RunOptions,
    on_screen: bool,
    run: impl FnOnce(Series) -> Result<SessionOutcome, AppError>,
    print: impl FnOnce(Option<&Report>) -> io::Result<()>,
) -> ExitCode {
    let mut spec = match options.to_run_spec() {
        Ok(spec) => spec,
        Err(error) => return print_error(EXIT_USAGE, &error),
    };
    let lanes = spec.lanes().len();
    if on_screen && lanes > MAX_LANES_ON_SCREEN {
        return print_error(EXIT_USAGE, &UsageError::TooManyLanesOnScreen(lanes));
    }
    if let Err(error) = check_disk_io(&spec) {
        return print_error(EXIT_USAGE, &error);
    }
    let mut scenarios = options.scenarios.clone();
    let specs = scenarios.iter_mut().map(|scenario| &mut scenario.spec);
    if let Err(error) = ask_interpreter(&options.python, std::iter::once(&mut spec).chain(specs)) {
        return print_error(EXIT_USAGE, &error);
    }
    let settings = SeriesOptions {
        repeat: options.repeat,
        record: options.record.clone(),
        force: options.force,
        keep: on_screen,
        base: options.base.clone(),
        scenarios,
    };
    let record = options.record.as_deref().unwrap_or(Path::new(""));
    let series = match Series::new(spec, settings, || print_wait_for_reader(record)) {
        Ok(series) => series,
        Err(error @ AppError::InsufficientResources(_)) => return print_error(EXIT_INSUFFICIENT_RESOURCES, &error),
        // All other system errors come from the recording.
        Err(AppError::System(error)) if shortage::limit_to_raise(&error).is_none() => {
            return print_file_error("--record", record, &error);
        }
        Err(error) => return print_error(EXIT_FAILED, &error),
    };
    match run(series) {
        Ok(outcome) => exit_with_outcome(&outcome, print),
        Err(error @ AppError::InsufficientResources(_)) => print_error(EXIT_INSUFFICIENT_RESOURCES, &error),
        Err(error) => print_error(EXIT_FAILED, &error),
    }
}
