//! The Python interpreters on `PATH`, and whether the shim attaches to them.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::super::subprocess::{ExitKind, run_with_timeout};
use super::super::{CheckFinding, CheckStatus};
use crate::source::program_watch::watch_environment;
use crate::source::python::record::{PythonVersion, Record, ReportingProcess};
use crate::source::python::ring_reader::{ProcessState, ReadBuffers, RingReader};
use crate::source::python::shim_files::ShimFiles;
use crate::source::python::trace_directory::TraceDirectory;
use crate::system::clock;

/// The interpreter that most programs are started with.
const DEFAULT: &str = "python3";
/// Time limit for an interpreter without a program.
const TIMEOUT: Duration = Duration::from_secs(2);
/// Prints implementation and version, with every Python 3.
const VERSION_SCRIPT: &str = "import sys; print(sys.implementation.name, *sys.version_info[:3])";
const OLDEST: PythonVersion = PythonVersion { major: 3, minor: 8, micro: 0 };

/// Whether an interpreter can be watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Attached(PythonVersion),
    TooOld,
    NotCPython,
    /// It ran, and the shim did not report.
    Silent,
    TimedOut,
    NoAnswer,
}

pub(super) fn check_interpreters(shim: &ShimFiles) -> CheckFinding {
    let path = env::var_os("PATH").unwrap_or_default();
    let outcomes = interpreters_on(&path).into_iter().map(|(name, program)| (name, try_interpreter(&program, shim)));
    finding(&outcomes.collect::<Vec<_>>())
}

/// The interpreters that a shell would start, by name. Of names for the same file, the first is used.
fn interpreters_on(path: &OsStr) -> Vec<(String, PathBuf)> {
    let mut found = BTreeMap::new();
    for dir in env::split_paths(path) {
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            let (name, program) = (entry.file_name().to_string_lossy().into_owned(), entry.path());
            if is_interpreter_name(&name) && is_executable(&program) {
                // By length first, so that 3.9 comes before 3.10.
                found.entry((name.len(), name)).or_insert(program);
            }
        }
    }
    let mut files = BTreeSet::new();
    found.retain(|_, program| files.insert(fs::canonicalize(&*program).unwrap_or_else(|_| program.clone())));
    found.into_iter().map(|((_, name), program)| (name, program)).collect()
}

/// `python3`, `python3.13`, and `python3.13t` without a GIL.
fn is_interpreter_name(name: &str) -> bool {
    let Some(version) = name.strip_prefix("python3") else { return false };
    version.is_empty()
        || version.strip_prefix('.').is_some_and(|minor| minor.trim_end_matches('t').parse::<u8>().is_ok())
}

fn is_executable(program: &Path) -> bool {
    fs::metadata(program).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

/// Runs an interpreter with the shim.
fn try_interpreter(program: &Path, shim: &ShimFiles) -> Outcome {
    let Ok(trace) = TraceDirectory::create() else { return Outcome::NoAnswer };
    let mut command = Command::new(program);
    command.args(["-c", VERSION_SCRIPT]).envs(watch_environment(shim, &trace));
    match run_with_timeout(&mut command, TIMEOUT) {
        Ok(output) if output.exit == ExitKind::TimedOut => Outcome::TimedOut,
        Ok(output) => outcome(&output.stdout, has_reported(trace.path())),
        Err(_) => Outcome::NoAnswer,
    }
}

fn outcome(printed: &str, has_reported: bool) -> Outcome {
    let words: Vec<&str> = printed.split_whitespace().collect();
    let [implementation, numbers @ ..] = words.as_slice() else { return Outcome::NoAnswer };
    let numbers: Vec<u8> = numbers.iter().map_while(|number| number.parse().ok()).collect();
    let [major, minor, micro] = numbers[..] else { return Outcome::NoAnswer };
    let version = PythonVersion { major, minor, micro };
    match *implementation {
        "cpython" if version < OLDEST => Outcome::TooOld,
        "cpython" if has_reported => Outcome::Attached(version),
        "cpython" => Outcome::Silent,
        _ => Outcome::NotCPython,
    }
}

/// Whether an interpreter that has ended said hello in this trace directory.
fn has_reported(dir: &Path) -> bool {
    let mut records = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let process = ReportingProcess::of_file_name(&entry.file_name().to_string_lossy());
        if let Some(mut ring) = process.and_then(|process| RingReader::open(dir, process).ok()) {
            // What could be read before an error counts.
            let _ = ring.poll(clock::monotonic(), ProcessState::Ended, &mut ReadBuffers::default(), &mut records);
        }
    }
    records.iter().any(|stamped| matches!(stamped.record, Record::Hello { .. }))
}

impl Outcome {
    /// Why an interpreter is not watched, or what to do; none if it is.
    fn reason(self) -> Option<&'static str> {
        Some(match self {
            Self::Attached(_) => return None,
            Self::TooOld => "only Python 3.8 or newer can be watched",
            Self::NotCPython => "only CPython can be watched",
            Self::Silent => "the shim was not loaded: is it a script that adds -I, -E or -S?",
            Self::TimedOut => "no answer within 2 s; the second time may be quicker",
            Self::NoAnswer => "it does not run",
        })
    }
}

fn finding(outcomes: &[(String, Outcome)]) -> CheckFinding {
    let mut versions = BTreeMap::<PythonVersion, bool>::new();
    let mut refused = BTreeMap::<&str, Vec<&str>>::new();
    for (name, outcome) in outcomes {
        match outcome {
            Outcome::Attached(version) => *versions.entry(*version).or_default() |= name == DEFAULT,
            // Such as the commands of a version manager for versions that are not selected.
            Outcome::NoAnswer if name != DEFAULT => {}
            _ => refused.entry(outcome.reason().unwrap_or_default()).or_default().push(name),
        }
    }
    let mut parts: Vec<_> = versions
        .iter()
        .map(|(version, is_default)| format!("{version}{}", if *is_default { " (python3)" } else { "" }))
        .collect();
    parts.extend(refused.values().flatten().map(|name| format!("not {name}")));
    let (status, text) = match (versions.is_empty(), refused.is_empty()) {
        (true, true) => (CheckStatus::Missing, "python3 not found".into()),
        (true, false) => (CheckStatus::Missing, parts.join(", ")),
        (false, true) => (CheckStatus::Works, parts.join(", ")),
        (false, false) => (CheckStatus::Limited, parts.join(", ")),
    };
    let advice = refused.iter().map(|(reason, names)| format!("{}: {reason}", names.join(", ")));
    let advice = advice.collect::<Vec<_>>().join("; ");
    let advice = if advice.is_empty() { "only for watching Python programs".into() } else { advice };
    outcomes
        .iter()
        .fold(CheckFinding::new("watch.python", status, text).with_advice(advice), |found, (name, outcome)| {
            found.with_figure(name, outcome.reason().is_none())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interpreter_is_watched_if_it_is_recent_cpython_and_reports() {
        let version = PythonVersion { major: 3, minor: 8, micro: 18 };
        assert_eq!(outcome("cpython 3 8 18\n", true), Outcome::Attached(version));
        assert_eq!(outcome("cpython 3 8 18\n", false), Outcome::Silent);
        assert_eq!(outcome("cpython 3 7 16\n", false), Outcome::TooOld);
        assert_eq!(outcome("pypy 3 10 14\n", false), Outcome::NotCPython);
        for printed in ["", "hello", "cpython 3 8", "cpython 3 x 1", "cpython 3 8 1 2"] {
            assert_eq!(outcome(printed, true), Outcome::NoAnswer, "{printed}");
        }
    }

    #[test]
    fn names_of_interpreters_are_recognized() {
        assert!(["python3", "python3.8", "python3.14t"].into_iter().all(is_interpreter_name));
        assert!(
            !["python", "python2.7", "python3-config", "python3.", "python3.11-config"]
                .into_iter()
                .any(is_interpreter_name)
        );
    }

    #[test]
    fn versions_are_listed_once_and_refused_interpreters_have_a_reason() {
        let attached = |minor| Outcome::Attached(PythonVersion { major: 3, minor, micro: 1 });
        let check = |list: &[(&str, Outcome)]| {
            let outcomes: Vec<_> = list.iter().map(|(name, found)| ((*name).into(), *found)).collect();
            let found = finding(&outcomes);
            (found.status, found.measured.as_str().to_owned(), found.advice)
        };
        let all = [("python3", attached(11)), ("python3.9", attached(9)), ("python3.11", attached(11))];
        assert_eq!(check(&all), (CheckStatus::Works, "3.9.1, 3.11.1 (python3)".into(), None));
        let (status, text, advice) = check(&[("python3", attached(11)), ("python3.7", Outcome::TooOld)]);
        assert_eq!((status, text.as_str()), (CheckStatus::Limited, "3.11.1 (python3), not python3.7"));
        assert_eq!(advice.as_deref(), Some("python3.7: only Python 3.8 or newer can be watched"));
        assert_eq!(check(&[("python3", attached(11)), ("python3.9", Outcome::NoAnswer)]).0, CheckStatus::Works);
        assert_eq!(check(&[("python3", Outcome::NoAnswer)]).2.as_deref(), Some("python3: it does not run"));
        assert_eq!(check(&[]).1, "python3 not found");
    }
}
