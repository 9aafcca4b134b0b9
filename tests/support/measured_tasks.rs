//! A machine with known costs, and tasks as they were measured.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use std::path::Path;

use mpviz::event::codec::encode;
use mpviz::event::text::SafeText;
use mpviz::event::workload::{ChunkSize, Workload};
use mpviz::event::{Event, Machine, Mode, StampedEvent};
use mpviz::probe::machine::usable_cores;
use mpviz::report::winner_map::{MapRequest, MapRows, WinnerMap};
use mpviz::source::simulation::{InterpreterCosts, MachineConstants, Plan, TaskProfile, WorkloadProfile, simulate_run};
use mpviz::system::boot::boot_id;
use mpviz::system::private_dir::create_private_dir;
use serde_json::json;

const MS: f64 = 1e6;

pub const MACHINE: MachineConstants = MachineConstants {
    fork_ns: 0.25 * MS,
    child_start_ns: 0.8 * MS,
    exit_ns: 0.25 * MS,
    interpreter: InterpreterCosts { process_bytes: 1_500_000, exit_ns: 0.3 * MS },
    first_task_ns: 0.0,
    task_ns: 0.012 * MS,
    record_ns: 0.005 * MS,
    gil_handoff_ns: 0.09 * MS,
    timer_slack_ns: 0.11 * MS,
    load_ns_per_byte: 0.75,
    release_ns_per_byte: 0.14,
    io_operation_ns: 0.04 * MS,
    parent: None,
};

/// 64 tasks of 6.2 ms of computing in six bursts. As in recordings, the waits between them differ: by up to 10 %.
pub fn sixty_four_tasks() -> WorkloadProfile {
    let task = |i: u32| TaskProfile {
        load_ns: 0.408 * MS,
        first_burst_ns: 0.987 * MS,
        burst_ns: 1.038 * MS,
        waits: 5,
        wait_ns: 4.671 * MS * (0.9 + 0.2 * (f64::from(i) * 0.618_034).fract()),
        release_ns: 0.1 * MS,
        bytes: 500_000,
        ..TaskProfile::default()
    };
    WorkloadProfile { tasks: (0..64).map(task).collect() }
}

/// A pool of this many workers on two cores.
pub fn pool_of(workers: u32) -> Plan {
    Plan { mode: Mode::Pool, gil: true, workers, chunk: ChunkSize::Tasks(1), cores: 2 }
}

/// Events of a simulated lane that runs [`sixty_four_tasks`]. With the engine `native` they are as those of a real one.
pub fn events_of(plan: &Plan, engine: &str) -> Vec<StampedEvent> {
    let workload = Workload { numbers: 4_000_000, io: 5, io_latency_ns: 4_500_000, ..Workload::default() };
    let machine = Machine { cores: 2, memory_bytes: 8_000_000_000, os: "test".into() };
    let mut events = Vec::new();
    simulate_run(&sixty_four_tasks(), plan, &MACHINE, &workload, &machine, |stamped| events.push(stamped));
    let Some(Event::RunStarted(run)) = events.first_mut().map(|first| &mut first.event) else { panic!("no start") };
    run.lanes[0].engine = SafeText::from(engine);
    if engine == "native" {
        run.notes.clear();
        let sum = events.iter_mut().find_map(|stamped| match &mut stamped.event {
            Event::TaskFinished { sum, .. } => Some(sum),
            _ => None,
        });
        // One task has the sum of all.
        *sum.expect("a task finishes") = Some(Workload { tasks: 64, ..workload }.expected_sum());
    }
    events
}

/// Writes a recording of these events.
pub fn write_recording(file: &Path, events: &[StampedEvent]) {
    let mut text = b"{\"format\":\"mpviz\",\"version\":1}\n".to_vec();
    for event in events {
        encode(event, &mut text);
    }
    std::fs::write(file, text).unwrap();
}

/// Writes [`MACHINE`] into a runtime directory, as what was measured on this machine, so that predictions do not depend
/// on it.
pub fn fix_machine(runtime_dir: &Path) {
    create_private_dir(&runtime_dir.join("mpviz")).unwrap();
    let cached = json!({
        "boot_id": boot_id().unwrap(),
        "version": env!("CARGO_PKG_VERSION"),
        "cores": usable_cores().len(),
        "constants": MACHINE,
    });
    std::fs::write(runtime_dir.join("mpviz/machine-constants.json"), cached.to_string()).unwrap();
}

/// A request for a map of tasks of 10 ms of CPU time on two cores, against pools of 4.
pub fn map_request(rows: MapRows) -> MapRequest {
    MapRequest {
        cpu: 10_000_000,
        tasks: 64,
        payload: 100_000,
        rows,
        workers: 4,
        cores: 2,
        cores_here: 2,
        chunk: ChunkSize::Tasks(1),
        memory: 1 << 33,
        own: (Some(2), Some(8)),
        is_own_outside: false,
    }
}

/// A map by numbers of tasks.
pub fn map_by_tasks() -> WinnerMap {
    map_request(MapRows::Tasks(vec![4, 16, 64, 256])).map(&MACHINE).unwrap()
}
