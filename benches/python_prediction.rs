//! Predictions of Python pools and eager processes against real ones. Thirteen programs, with sizes drawn by a seed, are
//! recorded once with 4 workers by `mpviz trace`, and really run without it: with 1 to 32 workers, and with a process
//! for every task if there are not too many.
//!
//! `cargo bench --bench python_prediction -- SEED` runs `python3`, for about 90 s. `MPVIZ_KEEP=DIR` keeps the recordings
//! there.

mod measure;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fastrand::Rng;
use measure::installed_mpviz;
use measure::prediction_errors::PredictionErrors;
use mpviz::app::calibration;
use mpviz::engine::net_server::NetServer;
use mpviz::event::{LaneId, Mode};
use mpviz::probe::machine::usable_cores;
use mpviz::recording::reader;
use mpviz::source::simulation::{
    MachineConstants, Plan, RecordedWorkload, RunRecorder, Setting, TaskProfile, Uncertainty, reservations, simulate,
};
use serde_json::{Value, json};

const WORKERS: [u32; 6] = [1, 2, 4, 8, 16, 32];
const RECORDED_WORKERS: u32 = 4;
/// Tasks from which on eager processes are not run.
const MAX_PROCESSES: u32 = 200;
/// A core's time that all tasks of a program take, in ms, at most.
const CPU_MS: f64 = 900.0;
/// Time of all waits, in ms, at most.
const WAIT_MS: f64 = 2500.0;

fn script() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "benches", "peers", "pool_program.py"].iter().collect()
}

/// The programs of a seed, each with its name.
fn draw_programs(rng: &mut Rng, port: u16, rounds_per_ms: f64) -> Vec<(&'static str, Value)> {
    let mut program = |name, changes: Value| {
        let tasks = rng.u32(40..160);
        let share = |part: f64, rng: &mut Rng| part * (0.4 + 0.6 * rng.f64());
        let mut config = json!({
            "kind": "Pool", "chunk": 1, "tasks": tasks, "waits": 1, "skew": 0.0, "seed": rng.u32(..),
            "port": 0, "payload": 0, "result": 0, "first_ms": 0, "rounds_per_ms": rounds_per_ms,
            "cpu_share": share(CPU_MS, rng), "wait_share": share(WAIT_MS, rng),
        });
        for (key, value) in changes.as_object().expect("an object") {
            config[key] = value.clone();
        }
        let tasks = config["tasks"].as_f64().expect("a number");
        config["cpu_ms"] = json!(config["cpu_share"].as_f64().expect("a number") / tasks);
        config["wait_ms"] = json!(config["wait_share"].as_f64().expect("a number") / tasks);
        (name, config)
    };
    vec![
        program("cpu", json!({"waits": 0})),
        program("sleep", json!({"cpu_share": 20.0})),
        program("socket", json!({"cpu_share": 60.0, "waits": 2, "port": port})),
        program("mixed", json!({"waits": 4})),
        program("imports", json!({"tasks": 120, "first_ms": 6, "cpu_share": 90.0})),
        program("skewed", json!({"skew": 1.0, "wait_share": 500.0})),
        program("payload", json!({"tasks": 60, "payload": 700_000, "wait_share": 400.0, "cpu_share": 200.0})),
        program("result", json!({"tasks": 60, "result": 400_000, "wait_share": 400.0, "cpu_share": 200.0})),
        program("small", json!({"tasks": 3000, "waits": 0, "cpu_share": 300.0})),
        program("chunks", json!({"tasks": 1500, "waits": 0, "chunk": 0, "skew": 0.5})),
        program("process executor", json!({"kind": "ProcessPoolExecutor", "wait_share": 1200.0})),
        program("thread pool", json!({"kind": "ThreadPool", "cpu_share": 200.0})),
        program("thread executor", json!({"kind": "ThreadPoolExecutor", "waits": 3, "port": port, "cpu_share": 400.0})),
    ]
}

/// What a run of the script prints, in s.
fn run_script(command: &mut Command, config: Option<&Value>) -> f64 {
    command.arg(script()).args(config.map(Value::to_string)).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output().expect("the program starts");
    assert!(output.status.success(), "{command:?}: {}", output.status);
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("a number")
}

fn with_workers(config: &Value, workers: u32) -> Value {
    let mut config = config.clone();
    config["workers"] = json!(workers);
    config
}

fn record(config: &Value, machine: &MachineConstants, file: &Path) -> RecordedWorkload {
    let mut traced = Command::new(installed_mpviz());
    traced.args(["trace", "--quiet", "--force", "--record"]).arg(file).args(["--", "python3"]);
    run_script(&mut traced, Some(&with_workers(config, RECORDED_WORKERS)));
    let mut recorder = RunRecorder::default();
    reader::open(file).expect("a recording").for_each(|event| recorder.apply(&event));
    recorder.finish(LaneId(0), None, machine).expect("a whole recording")
}

/// The task that the others are like on average, and the costs.
fn print_recorded(name: &str, recorded: &RecordedWorkload) {
    let count = recorded.profile.tasks.len() as f64;
    let mean_ms = |of: fn(&TaskProfile) -> f64| recorded.profile.tasks.iter().map(of).sum::<f64>() / count / 1e6;
    let costs = &recorded.constants;
    let parent = costs.parent.unwrap_or_default();
    println!(
        "{name}: {count} items of {:.2} ms CPU, {:.2} ms off; fork {:.2} ms, start {:.2} ms, chunk {:.3} ms, parent \
         {:.3} + {:.3} ms",
        mean_ms(TaskProfile::cpu_ns),
        mean_ms(TaskProfile::waits_ns),
        costs.fork_ns / 1e6,
        costs.child_start_ns / 1e6,
        costs.record_ns / 1e6,
        parent.send_ns / 1e6,
        parent.collect_ns / 1e6,
    );
}

fn main() {
    let Some(seed) = std::env::args().find_map(|argument| argument.parse().ok()) else {
        println!("usage: cargo bench --bench python_prediction -- SEED");
        return;
    };
    let cores = usable_cores();
    let machine = calibration::measure(&installed_mpviz(), &cores).expect("the machine is measured");
    let rounds_per_ms = run_script(&mut Command::new("python3"), None);
    let server = NetServer::start().expect("a server");
    let temporary = tempfile::tempdir().expect("a directory");
    let dir = std::env::var_os("MPVIZ_KEEP").map_or_else(|| temporary.path().to_owned(), PathBuf::from);
    let (mut errors, mut eager_errors) = (PredictionErrors::default(), PredictionErrors::default());
    let mut refused = 0;
    let mut truths = serde_json::Map::new();
    for (name, config) in draw_programs(&mut Rng::with_seed(seed), server.port(), rounds_per_ms) {
        let recorded = record(&config, &machine, &dir.join(format!("{name}.jsonl")));
        print_recorded(name, &recorded);
        let is_threads = config["kind"].as_str().is_some_and(|kind| kind.starts_with("Thread"));
        let mode = if is_threads { Mode::Threads } else { Mode::Pool };
        let tasks = recorded.profile.tasks.len() as u32;
        let is_eager_run = tasks < MAX_PROCESSES && recorded.conditions.tell_process_start();
        let eager = is_eager_run.then_some((Mode::Process, tasks));
        let mut cells = Vec::new();
        for (mode, workers) in WORKERS.map(|workers| (mode, workers)).into_iter().chain(eager) {
            let plan = Plan { mode, gil: true, workers, chunk: recorded.chunk, cores: cores.len() as u32 };
            let mut run = with_workers(&config, workers);
            if mode == Mode::Process {
                run["kind"] = json!("Process");
            }
            let measured = run_script(&mut Command::new("python3"), Some(&run));
            let errors = if mode == Mode::Process { &mut eager_errors } else { &mut errors };
            let setting = Setting {
                plan,
                prediction: simulate(&recorded.profile, &plan, &recorded.constants),
                reservations: reservations(&recorded.profile, Some(&recorded.conditions), &plan),
            };
            let predicted = setting.prediction.makespan_ns / 1e9;
            if setting.refusal().is_some() {
                refused += 1;
            } else {
                errors.add(predicted, measured, setting.uncertainty(Uncertainty::DEFAULT));
            }
            cells.push(format!(
                "{}{workers}: {measured:.3} {predicted:.3} ({:+.0} %)",
                if mode == Mode::Process { "eager " } else { "" },
                100.0 * (predicted / measured - 1.0)
            ));
            truths.entry(name).or_insert_with(|| json!({}))[workers.to_string()] = json!(measured);
        }
        println!("    {}", cells.join("  "));
    }
    errors.print("pools from a recording", 0.25);
    eager_errors.print("eager processes from a recording", 0.25);
    println!("{refused} cells refused");
    if std::env::var_os("MPVIZ_KEEP").is_some() {
        std::fs::write(dir.join("truth.json"), Value::Object(truths).to_string()).expect("room for the truths");
    }
    server.stop().expect("the server ran to the end");
}
