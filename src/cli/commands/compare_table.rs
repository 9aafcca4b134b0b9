//! Reads the runs to compare: recordings, and results of `mpviz run --json`.

use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;

use super::compare_screen::{ComparedRun, SideBySide, SideBySideError, side_by_side};
use crate::cli::ResultFormat;
use crate::cli::output::OutputError;
use crate::cli::text_output::write_text;
use crate::event::Mode;
use crate::model::Model;
use crate::recording::reader;
use crate::report::Report;
use crate::report::compare::{self, ComparedRunData, RunComparison};
use crate::system::standard_streams::is_standard_stream;

/// First bytes of a saved result after white space. The header of a recording starts with its format.
const JSON_OBJECT_START: &[u8] = b"{";
const RECORDING_FIRST_KEY: &[u8] = b"\"format\"";

/// The runs to compare.
pub(super) struct ComparedRuns {
    comparison: RunComparison,
    /// Runs to show side by side; empty if only the table is wanted.
    runs: Vec<ComparedRun>,
    notes: Vec<String>,
}

impl ComparedRuns {
    /// Reads the runs and compares their lanes of the given modes, or all. Models are kept only if they will be shown.
    pub(super) fn read(files: &[PathBuf], modes: &[Mode], seen: bool) -> Result<Self, OutputError> {
        if files.iter().filter(|file| is_standard_stream(file)).count() > 1 {
            return Err(OutputError::Usage("- names standard input, which can be read only once".into()));
        }
        let (mut sides, mut runs, mut notes) = (Vec::new(), Vec::new(), Vec::new());
        for (file, name) in files.iter().zip(display_names(files)) {
            let (run, model, of) = read_compared_run(file, &name, &mut notes)?;
            sides.push(run);
            if seen {
                runs.push(ComparedRun { name: name.into(), model, of });
            }
        }
        if let Some(mode) = modes.iter().find(|mode| !sides.iter().any(|run| run.has_lane_of(**mode))) {
            return Err(OutputError::Usage(format!("--lanes {0}: no run has a lane of {0}", mode.name())));
        }
        for run in sides.iter_mut().filter(|_| !modes.is_empty()) {
            run.retain(modes);
        }
        Ok(Self { comparison: RunComparison::new(sides), runs, notes })
    }

    /// Puts the lanes of the runs side by side, once: those of the given modes, or as many as fit.
    pub(super) fn side_by_side(&mut self, modes: &[Mode]) -> Result<SideBySide, SideBySideError> {
        side_by_side(std::mem::take(&mut self.runs), modes, self.comparison.differing_settings())
    }

    /// Notes about incomplete recordings.
    pub(super) fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// Writes the comparison, for a terminal of this width.
    pub(super) fn write(&self, format: ResultFormat, width: Option<u16>, out: &mut impl io::Write) -> io::Result<()> {
        match format {
            ResultFormat { json: true, .. } => compare::write_json(&self.comparison, out),
            ResultFormat { csv: true, .. } => compare::write_csv(&self.comparison, out),
            ResultFormat { markdown: true, .. } => {
                write_text(out, |out| compare::write_markdown(&self.comparison, out))
            }
            ResultFormat { .. } => write_text(out, |out| compare::write_tables(&self.comparison, width, out)),
        }
    }
}

/// The figures of a run and, if it is from a recording, its model and the number of runs in the recording.
fn read_compared_run(
    file: &Path,
    name: &str,
    notes: &mut Vec<String>,
) -> Result<(ComparedRunData, Option<Model>, usize), OutputError> {
    let mut from = reader::open_file(file)?;
    let begin = read_prefix(&mut from).map_err(|error| OutputError::Input(reader::input_name(file), error))?;
    let begin = reader::without_byte_order_mark(&begin).to_vec();
    let saved = looks_like_json(&begin);
    // A pipe cannot be read twice.
    let from = Cursor::new(begin).chain(from);
    if saved {
        let run = ComparedRunData::read(name, BufReader::new(from));
        return run.map(|run| (run, None, 1)).map_err(|error| OutputError::Saved(reader::input_name(file), error));
    }
    let mut recording = reader::read(reader::input_name(file), from)?.load(&AtomicU64::new(0))?;
    notes.extend(recording.note.map(|note| format!("{}: {note}", reader::input_name(file))));
    // Cancelled runs, or runs changed by the viewer, are no repeats.
    let report = Report::for_each_run(&recording.runs).pop();
    let report =
        report.ok_or_else(|| OutputError::Usage(format!("{}: it contains no run", reader::input_name(file))))?;
    let of = recording.runs.len();
    Ok((ComparedRunData::from_report(name, &report), recording.runs.pop(), of))
}

/// Reads enough of a file to tell what it is.
pub(super) fn read_prefix(file: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut begin = Vec::new();
    file.take(64).read_to_end(&mut begin)?;
    Ok(begin)
}

/// Whether a file that begins with these bytes is a saved result.
pub(super) fn looks_like_json(begin: &[u8]) -> bool {
    let object = begin.trim_ascii_start().strip_prefix(JSON_OBJECT_START);
    object.is_some_and(|object| !object.trim_ascii_start().starts_with(RECORDING_FIRST_KEY))
}

/// Names the files by their stems if these are unique; otherwise by path, numbered if a path repeats. Pipes (`<(…)`)
/// are named by position.
fn display_names(files: &[PathBuf]) -> Vec<String> {
    let short = |path: &PathBuf| {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let name = name.trim_end_matches(".zst").trim_end_matches(".gz");
        let stem = name.strip_suffix(".jsonl").or_else(|| name.strip_suffix(".json")).unwrap_or(name);
        if stem.is_empty() { path.display().to_string() } else { stem.to_owned() }
    };
    let name = |(n, path): (usize, &PathBuf)| if is_pipe(path) { format!("run {}", n + 1) } else { short(path) };
    let names: Vec<String> = files.iter().enumerate().map(name).collect();
    let distinct = (1..names.len()).all(|n| !names[..n].contains(&names[n]));
    if distinct {
        return names;
    }
    let mut at_end: Vec<String> = Vec::new();
    for (n, path) in files.iter().enumerate() {
        if is_pipe(path) {
            at_end.push(format!("run {}", n + 1));
            continue;
        }
        let again = files[..n].iter().filter(|other| *other == path).count();
        let again = if again > 0 { format!(" ({})", again + 1) } else { String::new() };
        at_end.push(format!("{}{again}", path.display()));
    }
    at_end
}

/// Whether a path names a file descriptor, as `<(…)` and `-` do.
fn is_pipe(path: &Path) -> bool {
    is_standard_stream(path)
        || ["/dev/fd", "/proc/self/fd"].iter().any(|folder| path.parent() == Some(Path::new(folder)))
}
