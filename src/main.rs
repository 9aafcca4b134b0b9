//! The command: it says what went wrong, and exits.

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use mpviz::app::{self, AppError, Drawing, Inputs, Options, Outcome, Progress, Replay, Screen, Series, Source};
use mpviz::cli::{Cli, Format, ParseError, RunOptions, ScreenOptions, Task, config, scenario};
use mpviz::crash;
use mpviz::deliver::{self, Delivered, Undelivered};
use mpviz::doctor;
use mpviz::exit::{FAILED, REFUSED, USAGE};
use mpviz::lane::check_io;
use mpviz::manual;
use mpviz::report::{self, Report};
use mpviz::source::recording;
use mpviz::text::{harmless, shown};
use mpviz::theme::{Environment, Theme};
use mpviz::{signals, threads, worker};
use signal_hook::consts::SIGPIPE;
use signal_hook::low_level::emulate_default_handler;

/// Photographs a second.
const BEATS: u8 = 4;

fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().collect();
    // Before anything else: a worker is started hundreds of times a second.
    if words.get(1).is_some_and(|word| word == "worker") {
        return match worker::run(words.get(2).map(|orders| orders.to_string_lossy()).as_deref()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(error.exit_code(), &error),
        };
    }
    crash::tell_panics();
    threads::before_a_panic_ends_all(app::restore);
    if let Err(error) = signals::keep_zombies() {
        return fail(FAILED, &error);
    }
    let cli = match Cli::understand(&words) {
        Ok(cli) => cli,
        Err(ParseError::Words(error)) => return explain(&error),
        Err(error) => return fail(USAGE, &error),
    };
    match cli.command {
        Some(Task::Run { run, format, .. }) => headless(&run, format),
        Some(Task::Export(options)) => delivered(deliver::export(&options)),
        Some(Task::Compare(options)) => delivered(deliver::compare(&options)),
        Some(Task::Replay { file, format, screen }) => replay(&file, format, &screen),
        Some(Task::Doctor { json }) => doctor(json),
        Some(Task::Scenarios) => answer(|out| out.write_all(scenario::list().as_bytes())),
        Some(Task::Config { path: true, .. }) => match config::path() {
            Some(path) => answer(|out| writeln!(out, "{}", shown(&path))),
            None => {
                fail(FAILED, &"there is no home directory, and no XDG_CONFIG_HOME, for a configuration file to be in")
            }
        },
        Some(Task::Config { .. }) => answer(|out| out.write_all(config::print_default().as_bytes())),
        Some(Task::Completions { shell }) => answer(|out| manual::completions(shell, out)),
        Some(Task::Man) => answer(|out| manual::man(out)),
        None => watch(&cli),
    }
}

/// Runs on the live screen, or without one where there is no terminal.
fn watch(cli: &Cli) -> ExitCode {
    // A mistake in a theme is said also where nothing is drawn.
    match Theme::choose(&cli.screen.wishes(), &Environment::of_process()) {
        Err(error) => fail(USAGE, &error),
        Ok(theme) if app::has_terminal() => live(cli, &theme),
        Ok(_) => headless(&cli.run, Format::default()),
    }
}

fn live(cli: &Cli, theme: &Theme) -> ExitCode {
    with_series(&cli.run, true, |series| on_screen(series, theme, &cli.screen), sentence)
}

fn on_screen(source: impl Source, theme: &Theme, options: &ScreenOptions) -> Result<Outcome, AppError> {
    let inputs = Inputs::of_terminal()?;
    let mut screen = Screen::enter(theme.clone(), drawing(options))?;
    app::run(source, &inputs, &mut screen)
}

/// What was seen last stays in the shell's scrollback as one sentence.
fn sentence(report: Option<&Report>) -> io::Result<()> {
    report.map_or(Ok(()), |report| writeln!(io::stdout(), "{}", report.verdict.sentence))
}

/// Plays a recording, or prints its result where that is asked for or there is no terminal.
fn replay(file: &Path, format: Format, screen: &ScreenOptions) -> ExitCode {
    let theme = match Theme::choose(&screen.wishes(), &Environment::of_process()) {
        Err(error) => return fail(USAGE, &error),
        Ok(theme) => theme,
    };
    if format.is_any() || !app::has_terminal() {
        return result_of(file, format);
    }
    let outcome = Replay::open(file).map_err(AppError::from).and_then(|replay| on_screen(replay, &theme, screen));
    match outcome {
        // What was lost in the run is no failure of showing it.
        Ok(mut outcome) => {
            let report = outcome.report.take();
            end(&outcome, |_| sentence(report.as_deref()))
        }
        Err(error) => fail(FAILED, &error),
    }
}

/// Prints the result of a recording as the run itself had it printed.
fn result_of(file: &Path, format: Format) -> ExitCode {
    let mut runs = match recording::open(file) {
        Ok(facts) => facts.runs(),
        Err(error) => return fail(FAILED, &error),
    };
    let Some(report) = Report::of_last(runs.by_ref()) else {
        return fail(FAILED, &runs.empty());
    };
    let warnings = runs.note().map(str::to_owned).into_iter().collect();
    end(&Outcome { report: None, signal: None, warnings }, |_| print(&report, format))
}

fn drawing(options: &ScreenOptions) -> Drawing {
    let beat = if options.no_animation { BEATS } else { u8::MAX };
    Drawing { fps: options.fps.min(beat), mouse: !options.no_mouse }
}

fn headless(options: &RunOptions, format: Format) -> ExitCode {
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
        Err(error) => {
            let path = shown(options.record.as_deref().unwrap_or(Path::new("")));
            let why = match error.kind() {
                io::ErrorKind::AlreadyExists => "there is such a file already; --force overwrites it".into(),
                _ => error.to_string(),
            };
            return fail(USAGE, &format!("--record {path}: {why}"));
        }
    };
    match run(series) {
        Ok(outcome) => end(&outcome, print),
        Err(error @ AppError::Refused(_)) => fail(REFUSED, &error),
        Err(error) => fail(FAILED, &error),
    }
}

/// Says what works here.
fn doctor(json: bool) -> ExitCode {
    let diagnosis = doctor::examine(&Environment::of_process());
    let code = if diagnosis.can_run() { 0 } else { FAILED };
    let mut out = io::stdout().lock();
    let printed = if json { diagnosis.write_json(&mut out) } else { diagnosis.write_text(&mut out) };
    answered(printed.and_then(|()| out.flush()), code)
}

/// Prints what was asked for.
fn answer(print: impl FnOnce(&mut io::StdoutLock) -> io::Result<()>) -> ExitCode {
    let mut out = io::stdout().lock();
    answered(print(&mut out).and_then(|()| out.flush()), 0)
}

fn end(outcome: &Outcome, print: impl FnOnce(Option<&Report>) -> io::Result<()>) -> ExitCode {
    let report = outcome.report.as_deref();
    let printed = print(report).and_then(|()| io::stdout().flush());
    for warning in &outcome.warnings {
        say(warning);
    }
    if let Some(signal) = outcome.signal {
        let _ = emulate_default_handler(signal);
    }
    let code = if outcome.warnings.is_empty() { report.map_or(0, Report::exit_code) } else { FAILED };
    answered(printed, code)
}

/// The end of a command whose answer was printed, or could not be.
fn answered(printed: io::Result<()>, code: u8) -> ExitCode {
    match printed {
        // Whoever read the result has had enough, as `head` has: end as other filters do.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            let _ = emulate_default_handler(SIGPIPE);
            ExitCode::SUCCESS
        }
        Err(error) => fail(FAILED, &format!("the result could not be written: {error}")),
        Ok(()) => code.into(),
    }
}

/// Says what is missing of what was handed over, or why nothing was.
fn delivered(delivered: Delivered) -> ExitCode {
    match delivered {
        Ok(notes) => {
            for note in &notes {
                say(note);
            }
            if notes.is_empty() { ExitCode::SUCCESS } else { FAILED.into() }
        }
        Err(Undelivered::HadEnough) => {
            let _ = emulate_default_handler(SIGPIPE);
            ExitCode::SUCCESS
        }
        Err(error) => fail(if error.is_usage() { USAGE } else { FAILED }, &error),
    }
}

fn print(report: &Report, format: Format) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match format {
        Format { json: true, .. } => report::json::write(report, &mut out),
        Format { csv: true, .. } => report::csv::write(report, &mut out),
        Format { markdown: true, .. } => report::markdown::write(report, &mut out),
        Format { .. } => report::table::write(report, &mut out),
    }
}

fn fail(code: u8, error: &impl std::fmt::Display) -> ExitCode {
    say(error);
    code.into()
}

fn say(sentence: &impl std::fmt::Display) {
    // Standard error may be closed; there is nowhere else to say so.
    let _ = writeln!(io::stderr(), "mpviz: {}", harmless(&sentence.to_string()));
}

/// Prints the help that was asked for, or what is wrong with the command line.
fn explain(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        return answered(error.print(), 0);
    }
    let text = error.render().to_string();
    let safe: Vec<_> = text.lines().map(harmless).collect();
    // Words that would do something to the terminal are shown without clap's colours, and without what they do.
    let _ = if safe.iter().any(|line| matches!(line, Cow::Owned(_))) {
        writeln!(io::stderr(), "{}", safe.join("\n"))
    } else {
        error.print()
    };
    USAGE.into()
}
