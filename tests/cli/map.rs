//! Tests of `mpviz map`.

use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::measured_tasks::fix_machine;
use crate::support::{mpviz_command, snapshot};

/// A directory with measured constants of this machine, so that maps do not depend on it.
struct FixedMachine(TempDir);

impl FixedMachine {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fix_machine(dir.path());
        Self(dir)
    }

    fn run(&self, args: &str) -> Output {
        let args: Vec<_> = std::iter::once("map").chain(args.split_whitespace()).collect();
        mpviz_command(&args).env("XDG_RUNTIME_DIR", self.0.path()).current_dir(self.0.path()).output().unwrap()
    }

    fn output(&self, args: &str) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, args: &str) -> Value {
        serde_json::from_str(&self.output(&format!("{args} --json"))).unwrap()
    }
}

#[test]
fn table_and_picture_equal_their_snapshots() {
    let machine = FixedMachine::new();
    let args = "--cores 1 --task-cpu 20ms --task-memory 100kB --tasks 100 --task-io 60ms";
    snapshot::assert_matches_snapshot("cli", "map.txt", &machine.output(args));
    let picture = machine.output(&format!("{args} --svg -"));
    snapshot::assert_matches_snapshot("cli", "map.svg", &picture);
    assert!(picture.contains("#0072b2") || picture.contains("#56b4e9"), "the colours for the colour-blind");
}

#[test]
fn picture_is_written_to_a_file_which_is_not_overwritten() {
    let machine = FixedMachine::new();
    let file = machine.0.path().join("map.svg");
    assert_eq!(machine.output("--svg map.svg"), "");
    let picture = std::fs::read_to_string(&file).unwrap();
    assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>\n"));
    let again = machine.run("--svg map.svg");
    assert_eq!(again.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&again.stderr).contains("--svg map.svg: the file exists; use --force"));
    assert_eq!(machine.output("--svg map.svg --force --theme light"), "");
    assert_ne!(std::fs::read_to_string(&file).unwrap(), picture, "another theme");
}

#[test]
fn json_has_every_cell_of_both_layers() {
    let machine = FixedMachine::new();
    let map = machine.json("--cores 2 --task-memory 100kB --workers 8");
    let cells = map["cells"].as_array().unwrap();
    assert_eq!((cells.len(), &map["workers"], &map["against"]), (99, &8.into(), &"tasks".into()));
    for cell in cells {
        for layer in ["given_width", "best_width"] {
            let contest = &cell[layer];
            let modes = contest["modes"].as_array().unwrap();
            assert_eq!(modes.len(), 4);
            assert_eq!(contest["winner"].is_null(), contest["tie"].as_bool().unwrap());
            let time = |n: usize| modes[n]["makespan_s"].as_f64().unwrap();
            assert!((contest["lead"].as_f64().unwrap() - time(1) / time(0)).abs() < 1e-9);
            assert!(contest["confirmed"].is_null() && contest["runs"].as_array().unwrap().is_empty());
        }
        let pool = |mode: &&Value| mode["mode"] == "pool";
        assert_eq!(cell["given_width"]["modes"].as_array().unwrap().iter().find(pool).unwrap()["workers"], 8);
    }
    let by_payload = machine.json("--against payload --tasks 8 --task-memory 2MB");
    let payloads: Vec<_> =
        by_payload["cells"].as_array().unwrap().iter().map(|cell| cell["payload_bytes"].as_u64().unwrap()).collect();
    assert!(payloads.is_sorted() && payloads.contains(&2_000_000) && payloads.contains(&0));
}

/// Measures by real runs; whether they confirm the map depends on what else runs here.
#[test]
fn cells_are_confirmed_by_real_runs() {
    let machine = FixedMachine::new();
    let map = machine.json("--task-cpu 1ms --task-memory 100kB --confirm 2");
    let confirmed = |cell: &&Value| !cell["best_width"]["runs"].as_array().unwrap().is_empty();
    let cells: Vec<_> = map["cells"].as_array().unwrap().iter().filter(confirmed).collect();
    assert_eq!(cells.len(), 2);
    for contest in cells.iter().flat_map(|cell| [&cell["given_width"], &cell["best_width"]]) {
        let runs = contest["runs"].as_array().unwrap();
        assert_eq!(runs.len(), 2);
        let times: Vec<_> = runs.iter().map(|run| run["measured_s"].as_f64().unwrap()).collect();
        assert!(times.iter().all(|time| *time > 0.0));
        if contest["disturbed"] == true {
            assert!(contest["confirmed"].is_null());
        } else if contest["tie"] == false {
            assert_eq!(contest["confirmed"], times[0] < times[1]);
        }
    }
    let sentences: Vec<_> = map["sentences"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let is_count = |it: &&str| it.starts_with("Real runs confirmed") && it.ends_with("of 4 outcomes.");
    assert!(sentences.iter().any(is_count), "{sentences:?}");
}

#[test]
fn options_that_contradict_themselves_are_refused() {
    let machine = FixedMachine::new();
    for (args, sentence) in [
        ("--task-cpu 0", "--task-cpu must be more than 0"),
        ("--task-cpu 3s", "--task-cpu may be at most 1.00 s in a map"),
        ("--tasks 0", "--tasks must be between 1 and 1024 in a map, not 0"),
        ("--tasks 5000", "--tasks must be between 1 and 1024 in a map, not 5000"),
        ("--task-memory 9000GB", "--task-memory may be at most 32 GiB"),
        ("--workers 0", "--workers must be between 1 and 1024, not 0"),
        ("--workers -1", "`-1` is out of range"),
        ("--cores 2000", "--cores must be between 1 and 1024, not 2000"),
        ("--chunksize 0", "--chunksize must be at least 1, or auto"),
        ("--confirm 0", "--confirm must be between 1 and 100, not 0"),
        ("--confirm 2 --cores 1024", "--confirm cannot be used with --cores 1024"),
        ("--json --svg -", "--json cannot be used with --svg -"),
        ("--force", "--force needs --svg FILE"),
        ("--theme nowhere", "nowhere"),
        ("--against time", "invalid value 'time'"),
        ("--svg /", "--svg /: Is a directory"),
    ] {
        let output = machine.run(args);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args}: {stderr}");
        assert!(stderr.contains(sentence), "{args}: {stderr}");
        assert!(output.stdout.is_empty(), "{args}");
    }
    let unwritable = machine.run("--svg /nowhere/map.svg");
    assert_eq!(unwritable.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unwritable.stderr).contains("--svg /nowhere/map.svg: No such file or directory"));
}
