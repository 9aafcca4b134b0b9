//! What `mpviz watch` and `mpviz trace` share: the start of the program, and the files about its run.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use super::run::{file_error_text, print_file_error, print_wait_for_reader};
use crate::cli::ResultFormat;
use crate::cli::exit::{print_error, write_report};
use crate::cli::watch_options::ProgramOptions;
use crate::event::codec::RecordingHeader;
use crate::recording::live_recordings::LiveRecording;
use crate::recording::writer::{Recorder, RecordingFile};
use crate::report::Report;
use crate::source::program_watch::{ProgramPlace, ProgramWatch, WatchError, WatchSetup};
use crate::system::atomic_file::write_file;
use crate::system::exit_code::{EXIT_FAILED, EXIT_USAGE};
use crate::system::shortage::describe_error;
use crate::system::standard_streams::is_standard_stream;

/// A program that has been started to be watched.
pub(super) struct WatchedProgram {
    pub(super) watch: ProgramWatch,
    pub(super) recorder: Option<Recorder>,
    pub(super) report: Option<ReportFile>,
    /// The recording for viewers that follow the program, if no other is wanted. Deleted when this value is dropped.
    pub(super) live: Option<LiveRecording>,
}

impl WatchedProgram {
    /// Starts the program, after everything else that can fail. `keep`: the events are kept, so that they can be saved
    /// later. On an error, prints it.
    pub(super) fn start(options: &ProgramOptions, place: ProgramPlace, keep: bool) -> Result<Self, ExitCode> {
        let (mut recording, report) = create_files(options)?;
        let mut live = None;
        // Without it the program cannot be followed, but it can run.
        if recording.is_none()
            && let Ok((recorded, file)) = LiveRecording::create()
        {
            (live, recording) = (Some(recorded), Some(file));
        }
        let setup = WatchSetup::new(&options.command).map_err(|error| print_start_error(&error))?;
        let recorder = (recording.is_some() || keep)
            .then(|| start_recorder(&setup.recording_header(), recording, keep))
            .transpose()?;
        let records_to_stdout = options.record.as_deref().is_some_and(is_standard_stream);
        let watch = setup.start(place, records_to_stdout).map_err(|error| print_start_error(&error))?;
        Ok(Self { watch, recorder, report, live })
    }
}

/// Creates the recording and checks the file for the result, if they are wanted. On an error, prints it.
pub(super) fn create_files(options: &ProgramOptions) -> Result<(Option<RecordingFile>, Option<ReportFile>), ExitCode> {
    if options.report.as_deref().is_some_and(is_standard_stream) {
        let why = if options.command.is_empty() {
            "names no format, which is the extension of the file, such as result.json"
        } else {
            "would mix the result with the program's output"
        };
        return Err(print_error(EXIT_USAGE, &format!("--report - {why}: name a file")));
    }
    let create = |path| {
        RecordingFile::create(path, options.force, || print_wait_for_reader(path))
            .map_err(|error| print_file_error("--record", path, &error))
    };
    let recording = options.record.as_deref().map(create).transpose()?;
    let report = options.report.clone().map(|path| ReportFile { path, force: options.force });
    if let Some(error) = report.as_ref().and_then(ReportFile::obstacle) {
        return Err(error);
    }
    Ok((recording, report))
}

/// Starts to record. On an error, prints it.
pub(super) fn start_recorder(
    header: &RecordingHeader,
    recording: Option<RecordingFile>,
    keep: bool,
) -> Result<Recorder, ExitCode> {
    Recorder::start(header, recording, keep)
        .map_err(|error| print_error(EXIT_FAILED, &format!("the run cannot be recorded: {}", describe_error(&error))))
}

/// A file for the result.
pub(super) struct ReportFile {
    path: PathBuf,
    force: bool,
}

impl ReportFile {
    /// Prints why the file cannot be written at the end, if that is known already.
    fn obstacle(&self) -> Option<ExitCode> {
        let exists = self.path.exists().then(|| io::ErrorKind::AlreadyExists.into()).filter(|_| !self.force);
        let directory = self.path.parent().filter(|directory| !directory.as_os_str().is_empty());
        let error: io::Error = exists.or_else(|| directory?.metadata().err())?;
        Some(print_file_error("--report", &self.path, &error))
    }

    /// Writes the result in the format of the file's extension. The error is a sentence for the user.
    pub(super) fn write(&self, report: &Report) -> Result<(), String> {
        let extension = self.path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        let format = ResultFormat {
            json: extension == "json",
            csv: extension == "csv",
            markdown: matches!(extension, "md" | "markdown"),
        };
        write_file(&self.path, self.force, |file| write_report(report, format, None, file))
            .map_err(|error| file_error_text("--report", &self.path, &error))
    }
}

/// Prints why a program is not watched, with the exit code of a shell if it cannot be started.
fn print_start_error(error: &WatchError) -> ExitCode {
    let code = match error {
        WatchError::Start(error) => error.exit_code(),
        _ => EXIT_FAILED,
    };
    print_error(code, error)
}
