//! Runs side by side: recordings, and what `mpviz run --json` printed.

use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;

use super::compare_screen::{Beside, Candidate, beside};
use super::output::{Undelivered, named};
use crate::cli::Format;
use crate::event::Mode;
use crate::model::Model;
use crate::recording::reader;
use crate::report::Report;
use crate::report::compare::{self, Comparison, Side};

/// What an object begins with, but for space before it; a recording's first line does, too, but names its format at once.
const OBJECT: &[u8] = b"{";
const HEADER: &[u8] = b"{\"format\"";

/// Runs that are compared.
pub(super) struct Compared {
    comparison: Comparison,
    /// To be seen side by side, each the last of its recording; none where they will not be.
    runs: Vec<Candidate>,
    notes: Vec<String>,
}

impl Compared {
    /// Reads the runs, to compare their lanes of these modes; of all, if none are named. Whether they are to be seen decides
    /// what is kept of them.
    ///
    /// # Errors
    /// Why they cannot be compared.
    pub(super) fn read(files: &[PathBuf], modes: &[Mode], seen: bool) -> Result<Self, Undelivered> {
        let (mut sides, mut runs, mut notes) = (Vec::new(), Vec::new(), Vec::new());
        for (file, name) in files.iter().zip(names(files)) {
            let (side, model, of) = side(file, &name, &mut notes)?;
            sides.push(side);
            if seen {
                runs.push(Candidate { name: name.into(), model, of });
            }
        }
        if let Some(mode) = modes.iter().find(|mode| !sides.iter().any(|side| side.has(**mode))) {
            return Err(Undelivered::Usage(format!("--lanes {0}: no run has a lane of {0}", mode.name())));
        }
        for side in sides.iter_mut().filter(|_| !modes.is_empty()) {
            side.keep(modes);
        }
        Ok(Self { comparison: Comparison::new(sides), runs, notes })
    }

    /// Puts lanes of the runs side by side, once: those of these modes or, if none are named, as many as there is room for.
    ///
    /// # Errors
    /// Why they cannot be seen so, in a sentence.
    pub(super) fn beside(&mut self, modes: &[Mode]) -> Result<Beside, String> {
        beside(std::mem::take(&mut self.runs), modes, self.comparison.differing())
    }

    /// What is missing of the recordings, in sentences.
    pub(super) fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// Writes the comparison in a form, for a person in a terminal of this width.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub(super) fn write(&self, format: Format, width: Option<u16>, out: &mut impl io::Write) -> io::Result<()> {
        match format {
            Format { json: true, .. } => compare::json(&self.comparison, out),
            Format { csv: true, .. } => compare::csv(&self.comparison, out),
            Format { markdown: true, .. } => compare::markdown(&self.comparison, out),
            Format { .. } => compare::table(&self.comparison, width, out),
        }
    }
}

/// A run in figures and, where it is from a recording, itself and how many runs that has.
fn side(file: &Path, name: &str, notes: &mut Vec<String>) -> Result<(Side, Option<Model>, usize), Undelivered> {
    let mut from = reader::file(file)?;
    let begin = beginning(&mut from).map_err(|error| Undelivered::Input(named(file), error))?;
    let saved = is_object(&begin);
    // What a pipe has given is not to be had again.
    let from = Cursor::new(begin).chain(from);
    if saved {
        let side = Side::read(name, BufReader::new(from));
        return side.map(|side| (side, None, 1)).map_err(|error| Undelivered::Unsuitable(named(file), error));
    }
    let mut recording = reader::read(named(file), from)?.load(&AtomicU64::new(0))?;
    notes.extend(recording.note.map(|note| format!("{}: {note}", named(file))));
    // What was given up before it, or changed by the viewer, is no repeat of it.
    let report = Report::of_each(&recording.runs).pop();
    let report = report.ok_or_else(|| Undelivered::Usage(format!("{}: there is no run in it", named(file))))?;
    let of = recording.runs.len();
    Ok((Side::of_report(name, &report), recording.runs.pop(), of))
}

/// As much of a file as tells what it is.
fn beginning(file: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut begin = Vec::new();
    file.take(64).read_to_end(&mut begin)?;
    Ok(begin)
}

/// Whether a file that begins so is a saved object.
fn is_object(begin: &[u8]) -> bool {
    let begin = begin.trim_ascii_start();
    begin.starts_with(OBJECT) && !begin.starts_with(HEADER)
}

/// The files' names without folder and ending, where that tells them apart; else as they were given, a file that is there again
/// with a number. What a shell passes as a pipe, `<(…)`, is named by its place.
fn names(files: &[PathBuf]) -> Vec<String> {
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
    let mut told: Vec<String> = Vec::new();
    for (n, path) in files.iter().enumerate() {
        if is_pipe(path) {
            told.push(format!("run {}", n + 1));
            continue;
        }
        let again = files[..n].iter().filter(|other| *other == path).count();
        let again = if again > 0 { format!(" ({})", again + 1) } else { String::new() };
        told.push(format!("{}{again}", path.display()));
    }
    told
}

/// Whether a path names a descriptor of this process, which says nothing to anybody.
fn is_pipe(path: &Path) -> bool {
    ["/dev/fd", "/proc/self/fd"].iter().any(|folder| path.parent() == Some(Path::new(folder)))
}
