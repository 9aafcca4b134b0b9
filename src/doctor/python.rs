//! Python and what a class compares mpviz with. mpviz itself needs none of it.

use std::io::{self, Read};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{Finding, Verdict};
use crate::text::harmless;

/// Loading Dask from a cold disk takes seconds.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is looked whether Python has ended.
const BEAT: Duration = Duration::from_millis(10);
/// More than these programs say.
const MOST: u64 = 4096;

/// Version, start methods with the usual one first, and whether there is a GIL.
const ASK_PYTHON: &str = "\
import multiprocessing as m, platform, sys
print(platform.python_version())
print(' '.join(m.get_all_start_methods()))
print(getattr(sys, '_is_gil_enabled', lambda: True)())";
const ASK_DASK: &str = "import dask, dask.distributed; print(dask.__version__)";
const ASK_DASK_ALONE: &str = "import dask; print(dask.__version__)";

pub(super) fn examine() -> Vec<Finding> {
    let said = ask(ASK_PYTHON);
    let dask = if said.is_ok() { Some(dask()) } else { None };
    std::iter::once(python(said)).chain(dask).collect()
}

fn python(said: io::Result<Option<String>>) -> Finding {
    let id = "python.multiprocessing";
    let said = match said {
        Ok(Some(said)) => said,
        Ok(None) => {
            return Finding::new(id, Verdict::Limited, "python3 is there, but multiprocessing cannot be loaded")
                .advise("`python3 -c 'import multiprocessing'` says why; mpviz itself needs no Python");
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Finding::new(id, Verdict::Missing, "there is no python3")
                .advise("only for comparing with real programs; mpviz itself needs no Python");
        }
        Err(error) => {
            return Finding::new(id, Verdict::Limited, format!("python3 cannot be asked: {error}"))
                .advise("`python3 -V` says more; mpviz itself needs no Python");
        }
    };
    let mut lines = said.lines().map(harmless);
    let mut line = || lines.next().unwrap_or_default().into_owned();
    let (version, methods, gil) = (line(), line(), line() == "True");
    let methods: Vec<&str> = methods.split(' ').filter(|method| !method.is_empty()).collect();
    let lock = if gil { "with a GIL" } else { "without a GIL" };
    Finding::new(id, Verdict::Works, format!("Python {version} {lock}, starts by {}", methods.join(", ")))
        .figure("version", version)
        .figure("start_methods", methods)
        .figure("gil", gil)
}

fn dask() -> Finding {
    let id = "python.dask";
    let install = "only for comparing with real programs: pip install 'dask[distributed]'";
    if let Ok(Some(version)) = ask(ASK_DASK) {
        let version = harmless(version.trim()).into_owned();
        return Finding::new(id, Verdict::Works, format!("Dask {version} with its scheduler"))
            .figure("version", version);
    }
    match ask(ASK_DASK_ALONE) {
        Ok(Some(version)) => {
            let version = harmless(version.trim()).into_owned();
            Finding::new(id, Verdict::Limited, format!("Dask {version} without dask.distributed"))
                .advise(install)
                .figure("version", version)
        }
        Ok(None) => Finding::new(id, Verdict::Missing, "python3 has no Dask").advise(install),
        Err(error) => Finding::new(id, Verdict::Limited, format!("python3 cannot be asked: {error}")).advise(install),
    }
}

/// What a Python program prints; nothing if it fails.
fn ask(program: &str) -> io::Result<Option<String>> {
    let mut python = Command::new("python3");
    // -I: nothing of the directory mpviz is called in is loaded.
    python.args(["-I", "-c", program]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut python = python.spawn()?;
    let deadline = Instant::now() + PATIENCE;
    let status = loop {
        if let Some(status) = python.try_wait()? {
            break status;
        }
        if Instant::now() >= deadline {
            python.kill()?;
            python.wait()?;
            return Err(io::Error::new(io::ErrorKind::TimedOut, "it did not answer within 10 s"));
        }
        thread::sleep(BEAT);
    };
    let mut said = String::new();
    if let Some(stdout) = python.stdout.take() {
        stdout.take(MOST).read_to_string(&mut said)?;
    }
    Ok(status.success().then_some(said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_python_says_is_told() {
        let found = python(Ok(Some("3.14.0\nforkserver spawn fork\nFalse\n".into())));
        let words = "Python 3.14.0 without a GIL, starts by forkserver, spawn, fork";
        assert_eq!((found.verdict, found.measured.as_str()), (Verdict::Works, words));
        assert_eq!(python(Ok(None)).verdict, Verdict::Limited);
        let none = python(Err(io::ErrorKind::NotFound.into()));
        assert!(none.verdict == Verdict::Missing && !none.needed);
    }
}
