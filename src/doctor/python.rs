//! Python and what a class compares mpviz with. mpviz itself needs none of it.

use std::borrow::Cow;
use std::io;
use std::process::Command;
use std::time::Duration;

use super::subprocess::{ExitKind, Output, run_with_timeout};
use super::{CheckStatus, Finding};
use crate::event::text::sanitize;

/// All of it, Dask from a cold disk included; nobody waits longer for what mpviz does without.
const PATIENCE: Duration = Duration::from_secs(5);

/// A line each: version, start methods with the usual one first, whether there is a GIL; then Dask's version, and whether its
/// scheduler can be loaded, too. It ends at what is not there.
const QUESTION: &str = "\
import multiprocessing as m, platform, sys
print(platform.python_version())
print(' '.join(m.get_all_start_methods()))
print(getattr(sys, '_is_gil_enabled', lambda: True)(), flush=True)
import dask
print(dask.__version__, flush=True)
import dask.distributed
print('distributed', flush=True)";

pub(super) fn examine() -> Vec<Finding> {
    let mut python = Command::new("python3");
    // -I: nothing of the directory mpviz is called in is loaded.
    findings(run_with_timeout(python.args(["-I", "-c", QUESTION]), PATIENCE))
}

fn findings(said: io::Result<Output>) -> Vec<Finding> {
    let said = match said {
        Ok(said) => said,
        Err(error) => return vec![not_asked(&error)],
    };
    // A line that does not end is not yet said.
    let lines: Vec<_> =
        said.stdout.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')).map(sanitize).collect();
    match lines.as_slice() {
        [version, methods, gil, of_dask @ ..] => vec![python(version, methods, gil), dask(of_dask, said.end)],
        _ => vec![no_answer(said.end)],
    }
}

const PYTHON: &str = "python.multiprocessing";

fn not_asked(error: &io::Error) -> Finding {
    if error.kind() == io::ErrorKind::NotFound {
        return Finding::new(PYTHON, CheckStatus::Missing, "there is no python3")
            .with_advice("only for comparing with real programs; mpviz itself needs no Python");
    }
    Finding::new(PYTHON, CheckStatus::Limited, format!("python3 cannot be asked: {error}"))
        .with_advice("`python3 -V` says more; mpviz itself needs no Python")
}

fn no_answer(end: ExitKind) -> Finding {
    let why = match end {
        ExitKind::Success => "python3 is there, but does not answer as Python does".into(),
        ExitKind::Failure => "python3 is there, but multiprocessing cannot be loaded".into(),
        ExitKind::TimedOut => format!("python3 did not answer within {} s", PATIENCE.as_secs()),
    };
    Finding::new(PYTHON, CheckStatus::Limited, why)
        .with_advice("`python3 -c 'import multiprocessing'` says why; mpviz itself needs no Python")
}

fn python(version: &str, methods: &str, gil: &str) -> Finding {
    let methods: Vec<&str> = methods.split(' ').filter(|method| !method.is_empty()).collect();
    let gil = gil == "True";
    let lock = if gil { "with a GIL" } else { "without a GIL" };
    Finding::new(PYTHON, CheckStatus::Works, format!("Python {version} {lock}, starts by {}", methods.join(", ")))
        .with_figure("version", version)
        .with_figure("start_methods", methods)
        .with_figure("gil", gil)
}

fn dask(lines: &[Cow<'_, str>], end: ExitKind) -> Finding {
    let (status, words) = match (lines, end) {
        ([], ExitKind::TimedOut) => (CheckStatus::Limited, format!("not loaded within {} s", PATIENCE.as_secs())),
        ([], _) => (CheckStatus::Missing, "python3 has no Dask".into()),
        ([version], ExitKind::TimedOut) => (
            CheckStatus::Limited,
            format!("Dask {version}, but dask.distributed was not loaded within {} s", PATIENCE.as_secs()),
        ),
        ([version], _) => (CheckStatus::Limited, format!("Dask {version} without dask.distributed")),
        ([version, ..], _) => (CheckStatus::Works, format!("Dask {version} with its scheduler")),
    };
    let found = Finding::new("python.dask", status, words).with_advice(match end {
        ExitKind::TimedOut => "`python3 -c 'import dask.distributed'` takes long; the second time it may be quicker",
        _ => "only for comparing with real programs: pip install 'dask[distributed]'",
    });
    match lines {
        [version, ..] => found.with_figure("version", version.as_ref()),
        [] => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found of Python and of Dask when this was said.
    fn found(text: &str, end: ExitKind) -> Vec<(CheckStatus, String)> {
        let found = findings(Ok(Output { stdout: text.into(), end }));
        found.into_iter().map(|found| (found.status, found.measured.as_str().to_owned())).collect()
    }

    #[test]
    fn what_python_says_is_told() {
        let python = "3.14.0\nforkserver spawn fork\nFalse\n";
        let words = "Python 3.14.0 without a GIL, starts by forkserver, spawn, fork";
        let told = |more: &str, end, status, dask: &str| {
            let wanted = [(CheckStatus::Works, words.to_owned()), (status, dask.to_owned())];
            assert_eq!(found(&format!("{python}{more}"), end), wanted);
        };
        told("", ExitKind::Failure, CheckStatus::Missing, "python3 has no Dask");
        told("", ExitKind::TimedOut, CheckStatus::Limited, "not loaded within 5 s");
        told("2026.1", ExitKind::TimedOut, CheckStatus::Limited, "not loaded within 5 s");
        told("2026.1\n", ExitKind::Failure, CheckStatus::Limited, "Dask 2026.1 without dask.distributed");
        told(
            "2026.1\n",
            ExitKind::TimedOut,
            CheckStatus::Limited,
            "Dask 2026.1, but dask.distributed was not loaded within 5 s",
        );
        told("2026.1\ndistributed\n", ExitKind::TimedOut, CheckStatus::Works, "Dask 2026.1 with its scheduler");
    }

    #[test]
    fn a_python_that_does_not_answer_is_told() {
        let said = |text, end| {
            let mut found = found(text, end);
            assert!(found.len() == 1 && found[0].0 == CheckStatus::Limited, "{found:?}");
            found.remove(0).1
        };
        assert_eq!(said("", ExitKind::Failure), "python3 is there, but multiprocessing cannot be loaded");
        assert_eq!(said("3.14.0\nfork\n", ExitKind::TimedOut), "python3 did not answer within 5 s");
        assert_eq!(said("hello\n", ExitKind::Success), "python3 is there, but does not answer as Python does");
        let none = findings(Err(io::ErrorKind::NotFound.into()));
        assert!(none.len() == 1 && none[0].status == CheckStatus::Missing && !none[0].needed);
    }
}
