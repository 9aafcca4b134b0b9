//! Tests of `mpviz advise`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use mpviz::event::codec::encode;
use mpviz::event::workload::{ChunkSize, Workload};
use mpviz::event::{Event, Machine, Mode, StampedEvent, TaskId};
use mpviz::probe::machine::usable_cores;
use mpviz::source::simulation::{Plan, simulate_run};
use mpviz::system::boot::boot_id;
use mpviz::system::private_dir::create_private_dir;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::cluster::{StoryCluster, StoryTask};
use crate::support::measured_tasks::{MACHINE, sixty_four_tasks};
use crate::support::program::{Phase, StoryCall, StoryPool, StoryProgram};
use crate::support::stories::story_path;
use crate::support::{mpviz_command, run_mpviz, snapshot};

/// A directory with measured constants of this machine, so that advice does not depend on it.
struct FixedMachine(TempDir);

impl FixedMachine {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        create_private_dir(&dir.path().join("mpviz")).unwrap();
        let cached = json!({
            "boot_id": boot_id().unwrap(),
            "version": env!("CARGO_PKG_VERSION"),
            "cores": usable_cores().len(),
            "constants": MACHINE,
        });
        std::fs::write(dir.path().join("mpviz/machine-constants.json"), cached.to_string()).unwrap();
        Self(dir)
    }

    fn advise(&self, args: &[&str]) -> Output {
        mpviz_command(&[&["advise"], args].concat()).env("XDG_RUNTIME_DIR", self.0.path()).output().unwrap()
    }

    fn advice(&self, args: &[&str]) -> String {
        let output = self.advise(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn advice_json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.advice(&[args, &["--json"]].concat())).unwrap()
    }

    /// Writes a recording of these events.
    fn record(&self, name: &str, events: &[StampedEvent]) -> String {
        let mut text = b"{\"format\":\"mpviz\",\"version\":1}\n".to_vec();
        for event in events {
            encode(event, &mut text);
        }
        let file = self.0.path().join(name);
        std::fs::write(&file, text).unwrap();
        path_text(&file)
    }

    fn check_refused(&self, args: &[&str], sentence: &str) {
        self.check_error(2, args, sentence);
    }

    fn check_error(&self, code: i32, args: &[&str], sentence: &str) {
        let output = self.advise(args);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {stderr}");
        assert!(stderr.contains(sentence), "{args:?}: {stderr}");
        assert!(output.stdout.is_empty(), "{args:?}");
    }
}

fn path_text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// Events of a pool of 4 that runs 64 tasks of 6.2 ms of CPU time and 23 ms of I/O, as if it was run natively.
fn pool_of_four() -> Vec<StampedEvent> {
    let plan = Plan { mode: Mode::Pool, gil: true, workers: 4, chunk: ChunkSize::Tasks(1), cores: 2 };
    let workload = Workload { numbers: 4_000_000, io: 5, io_latency_ns: 4_500_000, ..Workload::default() };
    let machine = Machine { cores: 2, memory_bytes: 8_000_000_000, os: "test".into() };
    let mut events = Vec::new();
    simulate_run(&sixty_four_tasks(), &plan, &MACHINE, &workload, &machine, |stamped| events.push(stamped));
    let Some(Event::RunStarted(run)) = events.first_mut().map(|first| &mut first.event) else { panic!("no start") };
    run.lanes[0].engine = "native".into();
    events
}

#[test]
fn advice_from_a_recording_equals_its_snapshot() {
    let machine = FixedMachine::new();
    let recording = machine.record("run.jsonl", &pool_of_four());
    let advice = machine.advice(&[&recording, "--cores", "1"]);
    snapshot::assert_matches_snapshot("cli", "advise.txt", &advice);
    assert!(advice.lines().take(24).all(|line| line.chars().count() <= 80), "{advice}");
}

#[test]
fn advice_as_json_names_the_choice_and_its_neighbourhood() {
    let machine = FixedMachine::new();
    let described = ["--tasks", "64", "--task-cpu", "6ms", "--task-io", "22ms", "--task-memory", "500kB"];
    let advice = machine.advice_json(&[&described[..], &["--cores", "200"]].concat());
    assert_eq!((&advice["source"], &advice["cores"]), (&json!("description"), &json!(200)));
    assert_eq!(advice["extrapolated"], json!(usable_cores().len() < 200));
    let choice = &advice["settings"][advice["choice"].as_u64().unwrap() as usize];
    // On 200 cores, nothing is faster than a worker for every task.
    assert_eq!(choice["workers"], 64);
    let figure = |key: &str| choice[key].as_f64().unwrap();
    assert!(figure("low_s") < figure("makespan_s") && figure("makespan_s") < figure("high_s"));
    assert!(figure("cores_used") > 1.0);
    for key in ["sentences", "crossovers", "noise_floor", "python", "workload", "interval_share"] {
        assert!(advice.get(key).is_some(), "{key}");
    }
}

#[test]
fn advice_says_whether_its_accuracy_was_measured_here() {
    let machine = FixedMachine::new();
    let described = ["--tasks", "64", "--task-cpu", "6ms", "--task-io", "22ms"];
    let advice = machine.advice_json(&described);
    assert_eq!((&advice["interval_origin"], &advice["noise_floor"]["measured"]), (&json!("default"), &json!(false)));
    assert!(machine.advice(&described).contains("are a default, not measured here"));
    let file = machine.0.path().join("mpviz/machine-constants.json");
    let mut cached: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    cached["accuracy"] = json!({ "repeats_ns": vec![1e8; 12], "errors": vec![0.07; 20] });
    std::fs::write(&file, cached.to_string()).unwrap();
    let advice = machine.advice_json(&described);
    assert_eq!((&advice["interval_origin"], &advice["interval_share"]), (&json!("learnt"), &json!(0.07)));
    assert_eq!(advice["noise_floor"]["measured"], json!(true));
    assert!(machine.advice(&described).contains("±7 % had room for 90 % of the last 20 runs of --confirm here"));
}

#[test]
fn a_saved_result_and_its_recording_give_about_the_same_advice() {
    let machine = FixedMachine::new();
    let file = path_text(&machine.0.path().join("real.jsonl"));
    let run = ["run", "--json", "--lanes", "pool", "--tasks", "24", "--task-cpu", "1ms", "--task-io", "4ms"];
    let output = run_mpviz(&[&run[..], &["--record", &file]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let result = machine.0.path().join("real.json");
    std::fs::write(&result, output.stdout).unwrap();
    for (file, source) in [(PathBuf::from(file), "recording"), (result, "result")] {
        let output = machine.advise(&[&path_text(&file), "--json"]);
        // Other tests may disturb the recorded run, which is then refused.
        if source == "recording" && output.status.code() == Some(2) {
            assert!(String::from_utf8_lossy(&output.stderr).contains("other programs used the cores"));
            continue;
        }
        let advice: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&advice["source"], &advice["workload"]["tasks"]), (&json!(source), &json!(24)));
        assert!(advice["workload"]["io_s"].as_f64().unwrap() > 0.003);
    }
}

#[test]
fn descriptions_that_contradict_themselves_are_refused() {
    let machine = FixedMachine::new();
    let recording = machine.record("run.jsonl", &pool_of_four());
    let refused = |args: &str, sentence: &str| {
        let args: Vec<_> = args.split_whitespace().collect();
        machine.check_refused(&args, sentence);
    };
    refused("", "name a recording, or describe the tasks");
    refused("--task-cpu 5ms", "--tasks is missing");
    refused("--tasks 5", "--task-cpu and --task-io are missing or 0");
    refused("--tasks 5 --task-cpu 0 --task-io 0", "--task-cpu and --task-io are missing or 0");
    refused("--tasks 0 --task-cpu 1ms", "--tasks: the number of tasks must be between 1 and");
    refused("--tasks -3 --task-cpu 1ms", "`-3` is out of range");
    refused("--tasks 5 --task-cpu=-1ms", "`-1ms` is out of range");
    refused("--tasks 5 --task-cpu 25h", "at most 24 hours");
    refused("--tasks 5 --task-cpu 1ms --task-memory 9000GB", "--task-memory: a task's memory may be at most 32 GiB");
    refused("--tasks 5 --task-cpu 1ms --cores 0", "--cores must be between 1 and 1024, not 0");
    refused("--tasks 5 --task-cpu 1ms --cores 1024 --confirm", "--confirm cannot be used with --cores 1024");
    refused("--tasks 5 --task-cpu 1ms --chunksize 0", "--chunksize must be at least 1");
    refused(&format!("{recording} --tasks 5"), "--tasks cannot be used with a recording");
    refused(&format!("{recording} --task-memory 1MB"), "--task-memory cannot be used with a recording");
    refused("--tasks 5 --task-cpu 100us --task-memory 5MB --confirm", "--confirm: --task-cpu 100us");
}

#[test]
fn recordings_without_the_needed_facts_are_refused() {
    let machine = FixedMachine::new();
    let mut events = pool_of_four();
    let whole = machine.record("whole.jsonl", &events);
    let text = std::fs::read(&whole).unwrap();
    let torn = machine.0.path().join("torn.jsonl");
    std::fs::write(&torn, &text[..text.len() / 2]).unwrap();
    machine.check_refused(&[&path_text(&torn)], "torn.jsonl is incomplete: the recording is truncated in line");
    let half = machine.record("half.jsonl", &events[..events.len() / 2]);
    machine.check_refused(&[&half], "not all tasks finished");
    let mut excessive = events.clone();
    let submitted = excessive.iter_mut().find(|stamped| matches!(stamped.event, Event::TasksSubmitted { .. })).unwrap();
    submitted.event = Event::TasksSubmitted { first: TaskId(4_000_000_000), count: 290_000_000, call: None };
    machine.check_refused(&[&machine.record("excessive.jsonl", &excessive)], "excessive.jsonl is incomplete: ");
    let is_usage =
        |stamped: &StampedEvent| matches!(stamped.event, Event::WorkerFinished { .. } | Event::WorkerExited { .. });
    let without_usage: Vec<_> = events.iter().filter(|stamped| !is_usage(stamped)).cloned().collect();
    machine.check_refused(&[&machine.record("no-usage.jsonl", &without_usage)], "CPU times of tasks or workers");
    let Event::RunStarted(run) = &mut events[0].event else { panic!("no start") };
    run.lanes[0].engine = "simulated".into();
    machine.check_refused(&[&machine.record("simulated.jsonl", &events)], "the run was simulated");
    let Event::RunStarted(run) = &mut events[0].event else { panic!("no start") };
    run.lanes[0].engine = "cpython 3.14".into();
    let python = machine.record("python.jsonl", &events);
    assert!(machine.advice(&[&python]).contains("Note: pools of Python are predicted to 20 % only, by default."));
    machine.check_refused(&[&python, "--confirm"], "--confirm cannot be used with tasks of Python");
    for (story, sentence) in [
        ("io_stall", "other lanes ran beside the recorded one"),
        ("killed_worker", "not all tasks finished"),
        ("program_killed", "not all tasks finished"),
        ("program_processes", "its tasks were not handed out by a pool"),
    ] {
        machine.check_refused(&[&path_text(&story_path(story))], sentence);
    }
    assert!(machine.advice(&[&path_text(&story_path("program_pool"))]).contains(" of Pool("));
    machine.check_error(1, &["/nowhere/run.jsonl"], "/nowhere/run.jsonl: No such file");
    let junk = machine.0.path().join("junk.json");
    std::fs::write(&junk, "{}").unwrap();
    machine.check_refused(&[&path_text(&junk)], "neither a recording nor a result");
}

/// Writes the recording of a program that runs 64 tasks in a pool, and returns its name.
fn record_pool(dir: &Path, workers: u32, tasks: u32) -> String {
    let call = StoryCall::map(100, tasks, |_| vec![Phase::Cpu(5), Phase::Wait(195)]);
    let program = StoryProgram::new(vec![StoryPool::new(workers, vec![call])], 4000);
    let file = dir.join(format!("{workers}-{tasks}.jsonl"));
    std::fs::write(&file, program.recording()).unwrap();
    path_text(&file)
}

#[test]
fn recordings_of_other_settings_confirm_an_advice() {
    let machine = FixedMachine::new();
    let dir = machine.0.path();
    let (four, sixteen, fewer) = (record_pool(dir, 4, 64), record_pool(dir, 16, 64), record_pool(dir, 4, 32));
    let before = machine.advice_json(&[&four]);
    let after = machine.advice_json(&[&four, "--confirm-with", &sixteen]);
    let confirmed = &after["confirmed"][0];
    assert_eq!((&confirmed["mode"], &confirmed["workers"]), (&json!("pool"), &json!(16)));
    let seconds = |value: &Value| value.as_f64().unwrap();
    let (predicted, measured) = (seconds(&confirmed["predicted_s"]), seconds(&confirmed["measured_s"][0]));
    assert!((predicted / measured - 1.0).abs() < 0.14, "{predicted} s instead of {measured} s");
    let width = |advice: &Value, mode: &str| {
        let is_wanted = |setting: &&Value| setting["mode"] == mode && setting["workers"] == 8;
        let setting = advice["settings"].as_array().unwrap().iter().find(is_wanted).unwrap();
        seconds(&setting["high_s"]) / seconds(&setting["makespan_s"]) - 1.0
    };
    // A single run: the noise floor instead of what pools of Python differ by.
    assert!((width(&before, "pool") - 0.2).abs() < 1e-6 && (width(&after, "pool") - 0.14).abs() < 1e-6);
    assert!((width(&before, "threads") - width(&after, "threads")).abs() < 1e-6, "no threads were run");
    let text = machine.advice(&[&four, "--confirm-with", &sixteen]);
    assert!(text.contains("a pool of 16: predicted ") && text.contains("±14 % after these runs, ±20 % without"));
    machine.check_refused(&[&four, "--confirm-with", &fewer], "has 32 tasks, but 64 tasks are predicted");
    machine.check_refused(&[&four, "--confirm", "--confirm-with", &sixteen], "leave one of them out");
    let copy = path_text(&dir.join("copy.jsonl"));
    std::fs::copy(&sixteen, &copy).unwrap();
    for again in [&sixteen, &copy] {
        let args = [&four, "--confirm-with", &sixteen, "--confirm-with", again];
        machine.check_refused(&args, "is the same run as");
    }
    machine.check_refused(&[&four, "--confirm-with", &four], "is the same run as");
    machine.check_error(1, &[&four, "--confirm-with", "/nowhere/run.jsonl"], "/nowhere/run.jsonl: No such file");
}

#[test]
fn recordings_that_other_programs_disturbed_prove_nothing() {
    let machine = FixedMachine::new();
    let dir = machine.0.path();
    let four = record_pool(dir, 4, 64);
    let call = StoryCall::map(100, 64, |_| vec![Phase::Cpu(105), Phase::Delay(400), Phase::Wait(95)]);
    let mut program = StoryProgram::new(vec![StoryPool::new(16, vec![call])], 4000);
    program.used_by_others = 2.0;
    let disturbed = path_text(&dir.join("disturbed.jsonl"));
    std::fs::write(&disturbed, program.recording()).unwrap();
    let mut advise = mpviz_command(&["advise", &disturbed]);
    advise.env("XDG_RUNTIME_DIR", machine.0.path()).env_remove("MPVIZ_TEST_IGNORE_OTHER_LOAD");
    let output = advise.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("other programs used the cores while it was recorded"));
    let before = machine.advice_json(&[&four]);
    let after = machine.advice_json(&[&four, "--confirm-with", &disturbed]);
    assert_eq!((&after["settings"], &after["interval_share"]), (&before["settings"], &before["interval_share"]));
    assert_eq!((&after["interval_origin"], &after["confirmed"][0]["disturbed"]), (&json!("default"), &json!(true)));
    let text = machine.advice(&[&four, "--confirm-with", &disturbed]);
    assert!(text.contains("Other programs used the cores during runs of a pool of 16, which do not count"), "{text}");
    assert!(!text.contains("after these runs"), "{text}");
    // A quiet run beside it counts alone.
    let eight = record_pool(dir, 8, 64);
    let both = machine.advice_json(&[&four, "--confirm-with", &disturbed, "--confirm-with", &eight]);
    let alone = machine.advice_json(&[&four, "--confirm-with", &eight]);
    assert_eq!(both["settings"], alone["settings"]);
}

#[test]
fn eager_processes_that_the_limits_of_the_shell_do_not_allow_are_marked() {
    let machine = FixedMachine::new();
    let args = "advise --tasks 400 --task-cpu 100us --task-io 2s";
    let mpviz = mpviz_command(&[]);
    let run = |limit: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("ulimit -Sn {limit}; exec \"$0\" {args}")]).arg(mpviz.get_program());
        let output = shell.env("XDG_RUNTIME_DIR", machine.0.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let few = run("300");
    assert!(few.contains("does not fit") && few.contains("more processes than the 118 processes"), "{few}");
    assert!(!few.contains("processes = [Process("), "{few}");
    assert!(run("1024").contains("processes = [Process("), "400 processes need 800 descriptors");
}

/// Measures the machine by real runs, and confirms by real runs.
#[test]
fn described_tasks_are_advised_and_confirmed_on_this_machine() {
    let dir = tempfile::tempdir().unwrap();
    let args = ["advise", "--tasks", "12", "--task-cpu", "1ms", "--task-io", "3ms", "--confirm", "--json"];
    let output = mpviz_command(&args).env("XDG_RUNTIME_DIR", dir.path()).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert!(stderr.contains("confirming by 5 real runs"), "{stderr}");
    let advice: Value = serde_json::from_slice(&output.stdout).unwrap();
    let confirmed = advice["confirmed"].as_array().unwrap();
    let runs: Vec<_> = confirmed.iter().map(|run| run["measured_s"].as_array().unwrap().len()).collect();
    assert_eq!(runs, [3, 1, 1]);
    let choice = &advice["settings"][advice["choice"].as_u64().unwrap() as usize];
    assert_eq!((&confirmed[0]["mode"], &confirmed[0]["workers"]), (&choice["mode"], &choice["workers"]));
    // Half the spread of the repeats and the largest error, whatever they are here, of runs that no program disturbed.
    let error_and_spread = |run: &&Value| {
        let mut measured: Vec<_> = run["measured_s"].as_array().unwrap().iter().filter_map(Value::as_f64).collect();
        measured.sort_by(f64::total_cmp);
        let median = measured[(measured.len() - 1) / 2];
        let ratio = run["predicted_s"].as_f64().unwrap() / median;
        (ratio.max(1.0 / ratio) - 1.0, (measured[measured.len() - 1] - measured[0]) / median)
    };
    let quiet: Vec<_> = confirmed.iter().filter(|run| run["disturbed"] == false).collect();
    assert_eq!(advice["interval_origin"] == "confirmed", !quiet.is_empty(), "{advice}");
    let (errors, spreads): (Vec<_>, Vec<_>) = quiet.iter().map(error_and_spread).unzip();
    let [error, spread] = [errors, spreads].map(|all: Vec<f64>| all.into_iter().fold(0.0, f64::max));
    let has_repeats = confirmed[0]["disturbed"] == false;
    let least = if has_repeats { 0.0 } else { advice["noise_floor"]["p95"].as_f64().unwrap() };
    if !quiet.is_empty() {
        let expected = (spread / 2.0 + error).max(least);
        assert!((advice["interval_share"].as_f64().unwrap() - expected).abs() < 1e-6, "{advice}");
    }
    // Costs that were measured beside other programs are not kept.
    let is_kept = dir.path().join("mpviz/machine-constants.json").is_file();
    assert_eq!(advice["noise_floor"]["measured"], is_kept, "{advice}");
}

#[test]
fn recordings_of_clusters_are_predicted_or_refused() {
    let advise = |args: &[&str]| run_mpviz(&[&["advise"], args].concat());
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("cluster.jsonl");
    let tasks = (0..80).map(|n| StoryTask::new("simulate", 80 + n % 5 * 10, 1_000)).collect();
    std::fs::write(&path, StoryCluster::new(2, 2, tasks).recording()).unwrap();
    let path = path.to_str().unwrap();
    let output = advise(&[path]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    snapshot::assert_matches_snapshot("cli", "advise-cluster.txt", &String::from_utf8(output.stdout).unwrap());
    let json: serde_json::Value = serde_json::from_slice(&advise(&[path, "--json"]).stdout).unwrap();
    assert_eq!((json["workers"].as_u64(), json["rows"][1]["is_recorded"].as_bool()), (Some(2), Some(true)));
    for option in [&["--cores", "4"][..], &["--confirm"]] {
        let output = advise(&[&[path], option].concat());
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains("is of a cluster: --cores"), "{option:?}");
    }
    let refused = advise(&[story_path("cluster_queued").to_str().unwrap()]);
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(2) && why.contains("a worker has to send 130 MB of results"), "{why}");
}

#[test]
fn advice_names_the_lanes_of_a_program_that_it_does_not_predict() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("clusters.jsonl");
    let of_tasks = |count| (0..count).map(|_| StoryTask::new("simulate", 100, 1_000)).collect();
    let [longer, shorter] = [80, 40].map(|count| StoryCluster::new(2, 2, of_tasks(count)).recording());
    let lane = shorter.lines().filter(|line| line.contains("\"lane\":0"));
    let lane: String = lane.map(|line| line.replace("\"lane\":0", "\"lane\":1") + "\n").collect();
    let lane = lane.replace("10.0.0.5:8786", "10.0.0.5:9000");
    let end = longer.find("RunEnded").map(|at| longer[..at].rfind('\n').unwrap() + 1).unwrap();
    std::fs::write(&path, format!("{}{lane}{}", &longer[..end], &longer[end..])).unwrap();
    let advise =
        |args: &[&str]| String::from_utf8(run_mpviz(&[&["advise", path.to_str().unwrap()], args].concat()).stdout);
    let text = advise(&[]).unwrap();
    assert!(text.starts_with("80 tasks") && text.contains("not predicted: Dask cluster at 10.0.0.5:9000;"), "{text}");
    let json: serde_json::Value = serde_json::from_str(&advise(&["--json"]).unwrap()).unwrap();
    assert_eq!(json["not_predicted"], serde_json::json!(["Dask cluster at 10.0.0.5:9000"]));
}
