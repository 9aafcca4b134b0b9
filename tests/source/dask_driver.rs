//! The process that observes a cluster: what it reports if something unexpected happens.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use mpviz::event::{LaneStatus, ObservationGap};
use mpviz::model::Model;
use mpviz::source::dask::{ClusterOpening, ClusterPlan};

use crate::support::dask::connect;
use crate::support::{MAX_WAIT, wait_until};

/// A Dask whose scheduler answers, and whose client raises an exception, with all names that the driver imports.
const DASK: &str = "
import asyncio, sys, types
__version__ = '2026.8.0'
class Name:
    def __init__(self, *args, **kwargs): pass
    def get_connection_args(self, role): return {}
class Comm:
    async def write(self, message): pass
    async def read(self): return {'workers': {}}
    def abort(self): pass
async def connect(*args, **kwargs): return Comm()
class Client(Name):
    def __await__(self):
        raise EXCEPTION
        yield
for module, names in {'core': 'connect Status', 'deploy': '', 'deploy.spec': 'SpecCluster', 'diagnostics': '', 'diagnostics.plugin': 'SchedulerPlugin WorkerPlugin',
                      'protocol': '', 'protocol.pickle': 'dumps', 'scheduler': 'KilledWorker', 'security': 'Security'}.items():
    sys.modules[f'{__name__}.{module}'] = made = types.ModuleType(module)
    for name in names.split():
        setattr(made, name, connect if name == 'connect' else Name)
";

fn write_program(directory: &Path, script: &str) -> PathBuf {
    let program = directory.join("python");
    fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    program
}

#[test]
fn exception_that_is_not_expected_is_a_sentence_with_its_class() {
    for (raised, sentence) in [
        ("raise AttributeError('odd')", "AttributeError: odd"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        (&DASK.replace("EXCEPTION", "LookupError('nothing')"), "LookupError: nothing"),
        (&DASK.replace("EXCEPTION", "RecursionError"), "RecursionError"),
        (&DASK.replace("EXCEPTION", "asyncio.CancelledError"), "CancelledError"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let modules = directory.path().display();
        fs::write(directory.path().join("dask.py"), "").unwrap();
        fs::write(directory.path().join("distributed.py"), raised).unwrap();
        let python = write_program(directory.path(), &format!("PYTHONPATH={modules} exec python3 \"$@\""));
        let error = connect(&python, "tcp://127.0.0.1:1").err().unwrap();
        assert!(error.to_string().contains(sentence), "{raised}: {error}");
    }
}

#[test]
fn connection_that_is_cancelled_does_not_wait_for_a_python_that_ignores_its_input_and_signals() {
    // One that does not run the script, and one that seems to.
    for start in ["", "echo"] {
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str| directory.path().join(name);
        let [started, signalled] = ["started", "signalled"].map(file);
        let trap = format!("trap 'touch {}' TERM", signalled.display());
        let script = format!("{trap}\n{start}\necho $$ > {}\nwhile :; do sleep 0.05; done", started.display());
        let python = write_program(directory.path(), &script);
        let plan = ClusterPlan::new(python.as_os_str(), "tcp://127.0.0.1:1", Vec::new());
        let opening = ClusterOpening::start(plan).unwrap();
        let read_pid = || fs::read_to_string(&started).ok()?.trim().parse::<i32>().ok();
        let pid = wait_until("the program runs", read_pid);
        opening.cancel();
        assert!(procfs::process::Process::new(pid).is_err(), "it has ended");
        assert!(!signalled.exists(), "it was killed at once");
    }
}

/// A scheduler's part that has more reports than a message takes, and its messages.
const BACKLOG: &str = "
exec(open(sys.argv[1]).read())
part = SchedulerPart.__new__(SchedulerPart)
part.events = deque(('forgotten', 0, n) for n in range(2 * MAX_REPORTS + 1))
part.dropped, part.memory_due, part.registration, part.is_requested = 0, 0, None, False
part.memory, part.usage_since_start = list, list
messages = [part.next_message() for _ in range(3)]
print([(len(m['events']), 'more' in m) for m in messages], 'memory' in messages[0] and 'usage' in messages[0])
";

#[test]
fn memory_is_reported_while_reports_wait() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("distributed.py"), DASK.replace("EXCEPTION", "OSError")).unwrap();
    let plugins = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/dask/plugins.py");
    let python = Command::new("python3")
        .args(["-c", &format!("import sys{BACKLOG}")])
        .arg(plugins)
        .env("PYTHONPATH", directory.path())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&python.stdout);
    assert_eq!(printed.trim(), "[(250, True), (250, True), (1, False)] True", "{python:?}");
}

#[test]
fn cluster_whose_connection_is_lost_has_failed() {
    let lost = r#"{"error": {"connection_lost": {"address": "tcp://10.0.0.5:8786", "error": "reset"}}}"#;
    let lines = [
        r#"{"hello": {"time": 10, "pid": 7, "version": "2026.8.0", "saturation": "1.1", "address": "tcp://10.0.0.5:8786"}}"#,
        r#"{"now": 10.1, "events": [{"reset": [10]}, {"submitted": [10.05, 0, [["load", 2, []]]]}]}"#,
        lost,
    ];
    // The other cluster ends by itself, with the same open tasks.
    for (lines, expected) in [(&lines[..], LaneStatus::Failed), (&lines[..2], LaneStatus::Cancelled)] {
        let directory = tempfile::tempdir().unwrap();
        let python = write_program(directory.path(), &format!("cat << 'END'\n{}\nEND", lines.join("\n")));
        let watch = connect(&python, "tcp://10.0.0.5:8786").unwrap().observe().unwrap();
        let (mut model, deadline) = (Model::new(), Instant::now() + MAX_WAIT);
        while model.ended_at().is_none() {
            for stamped in watch.events.recv_deadline(deadline).unwrap() {
                model.apply(&stamped).unwrap();
            }
        }
        watch.stop();
        assert_eq!(model.lanes()[0].end_and_status().unwrap().1, expected);
        let reasons = &model.program_state().not_observed;
        let is_lost = reasons.iter().any(|reason| matches!(reason, ObservationGap::ConnectionLost { .. }));
        assert_eq!(is_lost, expected == LaneStatus::Failed, "{reasons:?}");
    }
}
