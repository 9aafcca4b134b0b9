//! A Python with dask.distributed for tests with real clusters.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use mpviz::source::dask::{ClusterConnection, ClusterError, ClusterOpening, ClusterPlan};

/// Connects to the cluster with this address.
pub fn connect(python: impl AsRef<OsStr>, address: &str) -> Result<ClusterConnection, ClusterError> {
    connect_to(ClusterPlan::new(python.as_ref(), address, Vec::new()))
}

/// Connects to the first cluster, which may be started for it.
pub fn connect_to(plan: ClusterPlan) -> Result<ClusterConnection, ClusterError> {
    ClusterOpening::start(plan)?.outcome.recv().unwrap()
}

/// A Python with dask.distributed: the one that `MPVIZ_DASK_PYTHON` names, or that of an environment of the tests, into
/// which the newest version is installed. None, with a word, if it cannot be had.
pub fn dask_python() -> Option<&'static Path> {
    static PYTHON: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let python = PYTHON.get_or_init(|| match std::env::var_os("MPVIZ_DASK_PYTHON") {
        Some(python) => Ok(python.into()),
        None => install(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("dask")).inspect_err(|why| {
            // Unlike what tests print, it is shown although they pass.
            let _ = writeln!(io::stderr(), "tests with Dask are skipped: it cannot be installed: {why}");
        }),
    });
    python.as_deref().ok()
}

fn install(environment: &Path) -> Result<PathBuf, String> {
    // Processes of other tests wait.
    let lock = fs::create_dir_all(environment).and_then(|()| File::create(environment.join("lock")));
    lock.and_then(|lock| lock.lock().map(|()| lock)).map_err(|error| error.to_string()).and_then(|_lock| {
        let python = environment.join("bin/python");
        if run(&python, &["-c", "import dask.distributed"]).is_err() {
            run("python3".as_ref(), &["-m", "venv", &environment.to_string_lossy()])?;
            run(&python, &["-m", "pip", "install", "--quiet", "--retries", "1", "dask[distributed]"])?;
        }
        Ok(python)
    })
}

/// The last line of what it writes to standard error if it fails.
fn run(program: &Path, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{}: {error}", program.display()))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    output.status.success().then_some(()).ok_or_else(|| errors.lines().last().unwrap_or_default().to_owned())
}
