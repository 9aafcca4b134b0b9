//! Python and what a class compares mpviz with. mpviz itself needs none of it.

use std::borrow::Cow;
use std::io;
use std::process::Command;
use std::time::Duration;

use super::ask::{End, Said, ask};
use super::{Finding, Verdict};
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
    findings(ask(python.args(["-I", "-c", QUESTION]), PATIENCE))
}

fn findings(said: io::Result<Said>) -> Vec<Finding> {
    let said = match said {
        Ok(said) => said,
        Err(error) => return vec![not_asked(&error)],
    };
    // A line that does not end is not yet said.
    let lines: Vec<_> =
        said.text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')).map(sanitize).collect();
    match lines.as_slice() {
        [version, methods, gil, of_dask @ ..] => vec![python(version, methods, gil), dask(of_dask, said.end)],
        _ => vec![no_answer(said.end)],
    }
}

const PYTHON: &str = "python.multiprocessing";

fn not_asked(error: &io::Error) -> Finding {
    if error.kind() == io::ErrorKind::NotFound {
        return Finding::new(PYTHON, Verdict::Missing, "there is no python3")
            .advise("only for comparing with real programs; mpviz itself needs no Python");
    }
    Finding::new(PYTHON, Verdict::Limited, format!("python3 cannot be asked: {error}"))
        .advise("`python3 -V` says more; mpviz itself needs no Python")
}

fn no_answer(end: End) -> Finding {
    let why = match end {
        End::Well => "python3 is there, but does not answer as Python does".into(),
        End::Badly => "python3 is there, but multiprocessing cannot be loaded".into(),
        End::Late => format!("python3 did not answer within {} s", PATIENCE.as_secs()),
    };
    Finding::new(PYTHON, Verdict::Limited, why)
        .advise("`python3 -c 'import multiprocessing'` says why; mpviz itself needs no Python")
}

fn python(version: &str, methods: &str, gil: &str) -> Finding {
    let methods: Vec<&str> = methods.split(' ').filter(|method| !method.is_empty()).collect();
    let gil = gil == "True";
    let lock = if gil { "with a GIL" } else { "without a GIL" };
    Finding::new(PYTHON, Verdict::Works, format!("Python {version} {lock}, starts by {}", methods.join(", ")))
        .figure("version", version)
        .figure("start_methods", methods)
        .figure("gil", gil)
}

fn dask(lines: &[Cow<'_, str>], end: End) -> Finding {
    let (verdict, words) = match (lines, end) {
        ([], End::Late) => (Verdict::Limited, format!("not loaded within {} s", PATIENCE.as_secs())),
        ([], _) => (Verdict::Missing, "python3 has no Dask".into()),
        ([version], End::Late) => (
            Verdict::Limited,
            format!("Dask {version}, but dask.distributed was not loaded within {} s", PATIENCE.as_secs()),
        ),
        ([version], _) => (Verdict::Limited, format!("Dask {version} without dask.distributed")),
        ([version, ..], _) => (Verdict::Works, format!("Dask {version} with its scheduler")),
    };
    let found = Finding::new("python.dask", verdict, words).advise(match end {
        End::Late => "`python3 -c 'import dask.distributed'` takes long; the second time it may be quicker",
        _ => "only for comparing with real programs: pip install 'dask[distributed]'",
    });
    match lines {
        [version, ..] => found.figure("version", version.as_ref()),
        [] => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found of Python and of Dask when this was said.
    fn found(text: &str, end: End) -> Vec<(Verdict, String)> {
        let found = findings(Ok(Said { text: text.into(), end }));
        found.into_iter().map(|found| (found.verdict, found.measured.as_str().to_owned())).collect()
    }

    #[test]
    fn what_python_says_is_told() {
        let python = "3.14.0\nforkserver spawn fork\nFalse\n";
        let words = "Python 3.14.0 without a GIL, starts by forkserver, spawn, fork";
        let told = |more: &str, end, verdict, dask: &str| {
            let wanted = [(Verdict::Works, words.to_owned()), (verdict, dask.to_owned())];
            assert_eq!(found(&format!("{python}{more}"), end), wanted);
        };
        told("", End::Badly, Verdict::Missing, "python3 has no Dask");
        told("", End::Late, Verdict::Limited, "not loaded within 5 s");
        told("2026.1", End::Late, Verdict::Limited, "not loaded within 5 s");
        told("2026.1\n", End::Badly, Verdict::Limited, "Dask 2026.1 without dask.distributed");
        told("2026.1\n", End::Late, Verdict::Limited, "Dask 2026.1, but dask.distributed was not loaded within 5 s");
        told("2026.1\ndistributed\n", End::Late, Verdict::Works, "Dask 2026.1 with its scheduler");
    }

    #[test]
    fn a_python_that_does_not_answer_is_told() {
        let said = |text, end| {
            let mut found = found(text, end);
            assert!(found.len() == 1 && found[0].0 == Verdict::Limited, "{found:?}");
            found.remove(0).1
        };
        assert_eq!(said("", End::Badly), "python3 is there, but multiprocessing cannot be loaded");
        assert_eq!(said("3.14.0\nfork\n", End::Late), "python3 did not answer within 5 s");
        assert_eq!(said("hello\n", End::Well), "python3 is there, but does not answer as Python does");
        let none = findings(Err(io::ErrorKind::NotFound.into()));
        assert!(none.len() == 1 && none[0].verdict == Verdict::Missing && !none[0].needed);
    }
}
