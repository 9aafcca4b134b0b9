//! Python and Dask, for watching clusters and for comparison with real programs. mpviz itself needs neither.

use std::borrow::Cow;
use std::io;
use std::process::Command;
use std::time::Duration;

use super::subprocess::{ExitKind, SubprocessOutput, run_with_timeout};
use super::{CheckFinding, CheckStatus};
use crate::event::text::sanitize;

/// Time limit for Python, long enough to load Dask from a cold disk.
const PYTHON_TIMEOUT: Duration = Duration::from_secs(5);

/// The oldest Dask that can be observed, as in `assets/dask/plugins.py`.
const OLDEST_DASK: [u32; 2] = [2023, 12];

/// Prints one line each: version, start methods with the default first, whether there is a GIL, Dask's version, that of
/// `distributed` if it can be loaded. Ends at the first failed import.
///
/// Modules of the current directory are not loaded. Those of the user are, as by the interpreter that observes: `-I`
/// would leave them out.
const PYTHON_SCRIPT: &str = "\
import sys
sys.path = [path for path in sys.path if path]
import multiprocessing as m, platform
print(platform.python_version())
print(' '.join(m.get_all_start_methods()))
print(getattr(sys, '_is_gil_enabled', lambda: True)(), flush=True)
import dask
print(dask.__version__, flush=True)
import dask.distributed, distributed
print(distributed.__version__, flush=True)";

pub(super) fn check_python() -> Vec<CheckFinding> {
    let mut python = Command::new("python3");
    python_findings(run_with_timeout(python.args(["-c", PYTHON_SCRIPT]), PYTHON_TIMEOUT))
}

fn python_findings(output: io::Result<SubprocessOutput>) -> Vec<CheckFinding> {
    let output = match output {
        Ok(output) => output,
        Err(error) => return vec![not_started(&error)],
    };
    // An incomplete line is not evaluated.
    let lines: Vec<_> =
        output.stdout.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')).map(sanitize).collect();
    match lines.as_slice() {
        [version, methods, gil, dask_lines @ ..] => {
            vec![check_python_version(version, methods, gil), check_dask(dask_lines, output.exit)]
        }
        _ => vec![no_answer(output.exit)],
    }
}

const MULTIPROCESSING_FINDING: &str = "python.multiprocessing";

fn not_started(error: &io::Error) -> CheckFinding {
    if error.kind() == io::ErrorKind::NotFound {
        return CheckFinding::new(MULTIPROCESSING_FINDING, CheckStatus::Missing, "python3 not found")
            .with_advice("only for comparing with real programs; mpviz itself needs no Python");
    }
    CheckFinding::new(MULTIPROCESSING_FINDING, CheckStatus::Limited, format!("python3 cannot be run: {error}"))
        .with_advice("try `python3 -V`; mpviz itself needs no Python")
}

fn no_answer(exit: ExitKind) -> CheckFinding {
    let text = match exit {
        ExitKind::Success => "python3 printed unexpected output".into(),
        ExitKind::Failure => "python3 cannot load multiprocessing".into(),
        ExitKind::TimedOut => format!("python3 did not answer within {} s", PYTHON_TIMEOUT.as_secs()),
    };
    CheckFinding::new(MULTIPROCESSING_FINDING, CheckStatus::Limited, text)
        .with_advice("`python3 -c 'import multiprocessing'` shows why; mpviz itself needs no Python")
}

fn check_python_version(version: &str, methods: &str, gil: &str) -> CheckFinding {
    let methods: Vec<&str> = methods.split(' ').filter(|method| !method.is_empty()).collect();
    let gil = gil == "True";
    let gil_text = if gil { "with a GIL" } else { "without a GIL" };
    CheckFinding::new(
        MULTIPROCESSING_FINDING,
        CheckStatus::Works,
        format!("Python {version} {gil_text}, start methods {}", methods.join(", ")),
    )
    .with_figure("version", version)
    .with_figure("start_methods", methods)
    .with_figure("gil", gil)
}

fn check_dask(lines: &[Cow<'_, str>], exit: ExitKind) -> CheckFinding {
    let (status, text) = match (lines, exit) {
        ([], ExitKind::TimedOut) => {
            (CheckStatus::Limited, format!("Dask was not loaded within {} s", PYTHON_TIMEOUT.as_secs()))
        }
        ([], _) => (CheckStatus::Missing, "python3 has no Dask".into()),
        ([version], ExitKind::TimedOut) => (
            CheckStatus::Limited,
            format!("Dask {version}, but dask.distributed was not loaded within {} s", PYTHON_TIMEOUT.as_secs()),
        ),
        ([version], _) => (CheckStatus::Limited, format!("Dask {version} without dask.distributed")),
        ([_, version, ..], _) if is_too_old(version) => {
            let [year, month] = OLDEST_DASK;
            (CheckStatus::Limited, format!("Dask {version} is too old: mpviz needs {year}.{month} or newer"))
        }
        ([version, ..], _) => (CheckStatus::Works, format!("Dask {version} with dask.distributed")),
    };
    let found = CheckFinding::new("python.dask", status, text).with_advice(match exit {
        ExitKind::TimedOut => "`python3 -c 'import dask.distributed'` takes long; the second time may be quicker",
        _ => {
            "only for --dask and --engine dask: pip install -U 'dask[distributed]', or name another Python by --python"
        }
    });
    match lines {
        [version, ..] => found.with_figure("version", version.as_ref()),
        [] => found,
    }
}

/// Whether a version such as 2023.11.0 is too old; false if it is no such version.
fn is_too_old(version: &str) -> bool {
    let parts: Vec<u32> = version.split('.').map_while(|part| part.parse().ok()).take(2).collect();
    parts.len() == 2 && parts[..] < OLDEST_DASK[..]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the findings for this output of Python.
    fn check_output(text: &str, exit: ExitKind) -> Vec<(CheckStatus, String)> {
        let found = python_findings(Ok(SubprocessOutput { stdout: text.into(), exit }));
        found.into_iter().map(|found| (found.status, found.measured.as_str().to_owned())).collect()
    }

    #[test]
    fn python_and_dask_versions_are_reported() {
        let python = "3.14.0\nforkserver spawn fork\nFalse\n";
        let text = "Python 3.14.0 without a GIL, start methods forkserver, spawn, fork";
        let check = |more: &str, exit, status, dask: &str| {
            let expected = [(CheckStatus::Works, text.to_owned()), (status, dask.to_owned())];
            assert_eq!(check_output(&format!("{python}{more}"), exit), expected);
        };
        check("", ExitKind::Failure, CheckStatus::Missing, "python3 has no Dask");
        check("", ExitKind::TimedOut, CheckStatus::Limited, "Dask was not loaded within 5 s");
        check("2026.1", ExitKind::TimedOut, CheckStatus::Limited, "Dask was not loaded within 5 s");
        check("2026.1\n", ExitKind::Failure, CheckStatus::Limited, "Dask 2026.1 without dask.distributed");
        check(
            "2026.1\n",
            ExitKind::TimedOut,
            CheckStatus::Limited,
            "Dask 2026.1, but dask.distributed was not loaded within 5 s",
        );
        check("2026.1\n2026.1\n", ExitKind::TimedOut, CheckStatus::Works, "Dask 2026.1 with dask.distributed");
        check("2023.12.0\n2023.12.0\n", ExitKind::Success, CheckStatus::Works, "Dask 2023.12.0 with dask.distributed");
        check(
            "2023.9.1\n2023.9.1\n",
            ExitKind::Success,
            CheckStatus::Limited,
            "Dask 2023.9.1 is too old: mpviz needs 2023.12 or newer",
        );
    }

    #[test]
    fn a_python_without_output_is_reported() {
        let output = |text, exit| {
            let mut found = check_output(text, exit);
            assert!(found.len() == 1 && found[0].0 == CheckStatus::Limited, "{found:?}");
            found.remove(0).1
        };
        assert_eq!(output("", ExitKind::Failure), "python3 cannot load multiprocessing");
        assert_eq!(output("3.14.0\nfork\n", ExitKind::TimedOut), "python3 did not answer within 5 s");
        assert_eq!(output("hello\n", ExitKind::Success), "python3 printed unexpected output");
        let none = python_findings(Err(io::ErrorKind::NotFound.into()));
        assert!(none.len() == 1 && none[0].status == CheckStatus::Missing && !none[0].needed);
    }
}
