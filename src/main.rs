//! The command: it says what went wrong, and exits.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use mpviz::app::{self, AppError, Drawing, Inputs, Options, Outcome, Progress, Screen, Series};
use mpviz::cli::{Cli, Format, RunOptions, ScreenOptions, Task};
use mpviz::deliver::{self, Delivered, Undelivered};
use mpviz::lane::check_io;
use mpviz::report::{self, Report};
use mpviz::signals;
use mpviz::theme::{Environment, Theme};
use mpviz::worker;
use signal_hook::consts::SIGPIPE;
use signal_hook::low_level::emulate_default_handler;

const FAILED: u8 = 1;
const USAGE: u8 = 2;
const REFUSED: u8 = 4;
const PANICKED: i32 = 101;
/// Photographs a second.
const BEATS: u8 = 4;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    // Before anything else: a worker is started hundreds of times a second.
    if args.next().as_deref() == Some("worker") {
        return match worker::run(args.next().as_deref()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(FAILED, &error),
        };
    }
    leave_the_terminal_in_order_on_panic();
    if let Err(error) = signals::keep_zombies() {
        return fail(FAILED, &error);
    }
    let cli = Cli::parse();
    match &cli.command {
        Some(Task::Run { run, format }) => return headless(run, *format),
        Some(Task::Export(options)) => return delivered(deliver::export(options)),
        Some(Task::Compare(options)) => return delivered(deliver::compare(options)),
        None => {}
    }
    // A mistake in a theme is said also where nothing is drawn.
    match Theme::choose(&cli.screen.wishes(), &Environment::of_process()) {
        Err(error) => fail(USAGE, &error),
        Ok(theme) if has_screen() => live(&cli, &theme),
        Ok(_) => headless(&cli.run, Format::default()),
    }
}

/// Whether there is a terminal that a screen can be drawn on.
fn has_screen() -> bool {
    io::stdout().is_terminal() && std::env::var_os("TERM").is_some_and(|term| term != "dumb" && !term.is_empty())
}

fn live(cli: &Cli, theme: &Theme) -> ExitCode {
    with_series(
        &cli.run,
        |series| {
            let inputs = Inputs::of_signals()?.and_keys()?;
            let mut screen = Screen::enter(theme.clone(), drawing(&cli.screen))?;
            app::run(series, &inputs, &mut screen)
        },
        |report| {
            // What was seen last stays in the shell's scrollback as one sentence.
            report.map_or(Ok(()), |report| writeln!(io::stdout(), "{}", report.verdict.sentence))
        },
    )
}

fn drawing(options: &ScreenOptions) -> Drawing {
    let beat = if options.no_animation { BEATS } else { u8::MAX };
    Drawing { fps: options.fps.min(beat), mouse: !options.no_mouse }
}

fn headless(options: &RunOptions, format: Format) -> ExitCode {
    with_series(
        options,
        |series| app::run(series, &Inputs::of_signals()?, &mut Progress::new()),
        |report| report.map_or(Ok(()), |report| print(report, format)),
    )
}

/// Runs what the options ask for and reports how it ended.
fn with_series(
    options: &RunOptions,
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
    let settings = Options { repeat: options.repeat, record: options.record.clone(), force: options.force };
    let series = match Series::new(spec, settings) {
        Ok(series) => series,
        Err(error) => {
            let path = options.record.as_deref().unwrap_or(Path::new("")).display();
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

fn end(outcome: &Outcome, print: impl FnOnce(Option<&Report>) -> io::Result<()>) -> ExitCode {
    let report = outcome.report.as_deref();
    let printed = print(report).and_then(|()| io::stdout().flush());
    for warning in &outcome.warnings {
        say(warning);
    }
    if let Some(signal) = outcome.signal {
        let _ = emulate_default_handler(signal);
    }
    match printed {
        // Whoever read the result has had enough, as `head` has: end as other filters do.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            let _ = emulate_default_handler(SIGPIPE);
            ExitCode::SUCCESS
        }
        Err(error) => fail(FAILED, &format!("the result could not be written: {error}")),
        Ok(()) if !outcome.warnings.is_empty() => FAILED.into(),
        Ok(()) => report.map_or(0, Report::exit_code).into(),
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
    let _ = writeln!(io::stderr(), "mpviz: {sentence}");
}

/// A panic in any thread ends mpviz: the terminal is given back first, and the workers die with their parent.
fn leave_the_terminal_in_order_on_panic() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        app::restore();
        print(panic);
        std::process::exit(PANICKED);
    }));
}
