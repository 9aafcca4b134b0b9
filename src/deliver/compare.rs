//! Runs side by side: recordings, and what `mpviz run --json` printed.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use super::{Delivered, Undelivered, named};
use crate::cli::{CompareOptions, Format};
use crate::report::Report;
use crate::report::compare::{self, Comparison, Side};
use crate::source::recording;

/// What an object begins with, but for space before it; a recording's first line does, too, but names its format at once.
const OBJECT: &[u8] = b"{";
const HEADER: &[u8] = b"{\"format\"";

/// Prints the comparison.
///
/// # Errors
/// Why there is none, or it could not be written.
pub fn compare(options: &CompareOptions) -> Delivered {
    let mut notes = Vec::new();
    let names = names(&options.files);
    let side = |(file, name): (&PathBuf, &String)| side(file, name, &mut notes);
    let sides = options.files.iter().zip(&names).map(side).collect::<Result<Vec<_>, _>>()?;
    let comparison = Comparison::new(sides);
    let mut out = io::stdout().lock();
    let printed = match options.format {
        Format { json: true, .. } => compare::json(&comparison, &mut out),
        Format { csv: true, .. } => compare::csv(&comparison, &mut out),
        Format { markdown: true, .. } => compare::markdown(&comparison, &mut out),
        Format { .. } => compare::table(&comparison, &mut out),
    };
    printed.and_then(|()| out.flush()).map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Undelivered::HadEnough,
        _ => Undelivered::Output("the comparison".into(), error),
    })?;
    Ok(notes)
}

fn side(file: &Path, name: &str, notes: &mut Vec<String>) -> Result<Side, Undelivered> {
    if is_object(file).map_err(|error| Undelivered::Input(named(file), error))? {
        let opened = File::open(file).map_err(|error| Undelivered::Input(named(file), error))?;
        return Side::read(name, BufReader::new(opened)).map_err(|error| Undelivered::Unsuitable(named(file), error));
    }
    let recording = recording::load(file)?;
    notes.extend(recording.note.map(|note| format!("{}: {note}", named(file))));
    let run = recording.runs.last().and_then(|run| run.run().cloned());
    // Runs of the same work are repeats; where the viewer changed something, the last ones of a kind count.
    let alike =
        recording.runs.iter().filter(|model| model.run().zip(run.as_ref()).is_some_and(|(a, b)| is_repeat(a, b)));
    let summaries = alike.filter_map(crate::model::Model::summary).collect();
    let run = run.ok_or_else(|| Undelivered::Usage(format!("{}: there is no run in it", named(file))))?;
    Ok(Side::of_report(name, &Report::new(&run, summaries)))
}

fn is_repeat(one: &crate::event::Run, other: &crate::event::Run) -> bool {
    one.workload == other.workload && one.cores == other.cores && one.lanes == other.lanes
}

/// Whether a file begins as a saved object does.
fn is_object(file: &Path) -> io::Result<bool> {
    let mut begin = Vec::new();
    File::open(file)?.take(64).read_to_end(&mut begin)?;
    let begin = begin.trim_ascii_start();
    Ok(begin.starts_with(OBJECT) && !begin.starts_with(HEADER))
}

/// The files' names without folder and ending, where that tells them apart; else as they were given.
fn names(files: &[PathBuf]) -> Vec<String> {
    let short = |path: &PathBuf| {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let name = name.trim_end_matches(".zst").trim_end_matches(".gz");
        let stem = name.strip_suffix(".jsonl").or_else(|| name.strip_suffix(".json")).unwrap_or(name);
        if stem.is_empty() { path.display().to_string() } else { stem.to_owned() }
    };
    let names: Vec<String> = files.iter().map(short).collect();
    let distinct = (1..names.len()).all(|n| !names[..n].contains(&names[n]));
    if distinct { names } else { files.iter().map(|path| path.display().to_string()).collect() }
}
