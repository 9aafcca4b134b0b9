//! `mpviz watch`.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::run::{print_verdict, show_on_screen};
use crate::app::{self, Watched};
use crate::cli::ResultFormat;
use crate::cli::exit::{exit_like_program, exit_with_outcome, print_error, print_message, write_report};
use crate::cli::watch_options::{ProgramOptions, WatchOptions};
use crate::event::codec::RecordingHeader;
use crate::event::text::display_path;
use crate::recording::live_recordings::LiveRecording;
use crate::recording::writer::{Recorder, RecordingFile};
use crate::report::Report;
use crate::source::program::TerminalSize;
use crate::source::program_watch::{ProgramPlace, WatchError, WatchSetup};
use crate::system::atomic_file::write_file;
use crate::system::exit_code::{EXIT_FAILED, EXIT_USAGE};
use crate::system::shortage::describe_error;
use crate::system::standard_streams::is_standard_stream;
use crate::theme::{TerminalEnvironment, Theme};

/// Runs a program and shows it live. Without a terminal for the screen, this is a usage error.
pub(super) fn watch(options: &WatchOptions) -> ExitCode {
    let theme = match Theme::choose_theme(&options.screen.theme_request(), &TerminalEnvironment::from_process()) {
        Err(error) => return print_error(EXIT_USAGE, &error),
        Ok(theme) => theme,
    };
    let size = match crossterm::terminal::size() {
        Ok((columns, rows)) if app::has_terminal() => TerminalSize { columns, rows },
        _ => return print_error(EXIT_USAGE, &"mpviz watch draws on a terminal, and there is none: use mpviz trace"),
    };
    let files = match WatchFiles::create(&options.program) {
        Ok(files) => files,
        Err(code) => return code,
    };
    let setup = match WatchSetup::new(&options.program.command) {
        Ok(setup) => setup,
        Err(error) => return print_start_error(&error),
    };
    let header = setup.recording_header();
    let watch = match setup.start(&ProgramPlace::OwnTerminal(size)) {
        Ok(watch) => watch,
        Err(error) => return print_start_error(&error),
    };
    let record = files.record.clone();
    let StartedFiles { recorder, report: report_file, live } = match files.start_recorder(&header, true) {
        Ok(started) => started,
        Err(error) => return print_error(EXIT_FAILED, &error),
    };
    let outcome = show_on_screen(Watched::new(&watch, recorder, record), &theme, &options.screen);
    drop(live);
    let mut program = watch.into_program();
    let exit = program.exit();
    if let Err(error) = program.print_output(&mut io::stdout().lock()) {
        print_message(&format!("the output of the program could not be printed: {error}"));
    }
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => return print_error(EXIT_FAILED, &error),
    };
    if let Some((file, report)) = report_file.zip(outcome.report.as_deref())
        && let Err(error) = file.write(report)
    {
        print_message(&error);
    }
    let code = exit_with_outcome(&outcome, print_verdict);
    exit.map_or(code, exit_like_program)
}

/// The files that are written about a program's run.
pub(super) struct WatchFiles {
    record: Option<PathBuf>,
    recording: Option<RecordingFile>,
    /// The recording for viewers that follow the program, if no other is wanted.
    live: Option<LiveRecording>,
    report: Option<ReportFile>,
}

impl WatchFiles {
    /// Creates the files before the program is started, so that nothing runs in vain.
    pub(super) fn create(options: &ProgramOptions) -> Result<Self, ExitCode> {
        let usage = |option: &str, path: &Path, error: &io::Error| {
            let why = match error.kind() {
                io::ErrorKind::AlreadyExists => "the file exists; use --force to overwrite it".into(),
                _ => describe_error(error),
            };
            print_error(EXIT_USAGE, &format!("{option} {}: {why}", display_path(path)))
        };
        let create = |path: &PathBuf| {
            RecordingFile::create(path, options.force).map_err(|error| usage("--record", path, &error))
        };
        let mut recording = options.record.as_ref().map(create).transpose()?;
        let report = options.report.clone().map(|path| ReportFile { path, force: options.force });
        if let Some(file) = &report
            && !file.force
            && file.path.exists()
        {
            return Err(usage("--report", &file.path, &io::ErrorKind::AlreadyExists.into()));
        }
        let mut live = None;
        // Without it the program cannot be followed, but it can run.
        if recording.is_none()
            && let Ok((recorded, file)) = LiveRecording::create()
        {
            (live, recording) = (Some(recorded), Some(file));
        }
        Ok(Self { record: options.record.clone(), recording, live, report })
    }

    pub(super) fn records_to_stdout(&self) -> bool {
        self.record.as_deref().is_some_and(is_standard_stream)
    }

    /// Starts to record. `keep`: the events are also kept, so that they can be saved later.
    pub(super) fn start_recorder(self, header: &RecordingHeader, keep: bool) -> Result<StartedFiles, String> {
        let wanted = self.recording.is_some() || keep;
        let recorder = wanted.then(|| Recorder::start(header, self.recording, keep)).transpose();
        let recorder = recorder.map_err(|error| format!("the run cannot be recorded: {}", describe_error(&error)))?;
        Ok(StartedFiles { recorder, report: self.report, live: self.live })
    }
}

/// The files of a run that has begun.
#[derive(Default)]
pub(super) struct StartedFiles {
    pub(super) recorder: Option<Recorder>,
    pub(super) report: Option<ReportFile>,
    /// Deleted when this value is dropped.
    pub(super) live: Option<LiveRecording>,
}

/// A file for the result.
pub(super) struct ReportFile {
    path: PathBuf,
    force: bool,
}

impl ReportFile {
    /// Writes the result in the format of the file's extension.
    pub(super) fn write(&self, report: &Report) -> Result<(), String> {
        let extension = self.path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        let format = ResultFormat {
            json: extension == "json",
            csv: extension == "csv",
            markdown: matches!(extension, "md" | "markdown"),
        };
        let written = write_file(&self.path, self.force, |file| write_report(report, format, file));
        written.map_err(|error| format!("--report {}: {}", display_path(&self.path), describe_error(&error)))
    }
}

/// Prints why a program is not watched, with the exit code of a shell if it cannot be started.
pub(super) fn print_start_error(error: &WatchError) -> ExitCode {
    let code = match error {
        WatchError::Start(error) => error.exit_code(),
        _ => EXIT_FAILED,
    };
    print_error(code, error)
}
