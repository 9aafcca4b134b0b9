//! Example programs, one for each recording `tests/stories/program_*.jsonl`.

use mpviz::event::{CallKind, Exit, PoolKind};

use super::Phase::{Cpu, Delay, Lock, Wait};
use super::{StoryCall, StoryPool, StoryProgram};

/// The example programs with the names of their recordings.
pub fn example_programs() -> Vec<(&'static str, StoryProgram)> {
    vec![
        ("program_pool", pool_blocked_on_io()),
        ("program_executor", oversubscribed_executor()),
        ("program_threads", threads_under_a_gil()),
        ("program_processes", processes()),
        ("program_killed", killed_worker()),
        ("program_lanes", seven_lanes()),
    ]
}

/// A pool of 4 whose chunks of 4 items are mostly blocked on I/O.
pub fn pool_blocked_on_io() -> StoryProgram {
    let phases = |n| vec![Cpu(20), Wait(80 + u64::from(n % 3) * 20), Cpu(15), Wait(60)];
    let load = StoryCall { chunk: 4, bytes: 50_000_000, ..StoryCall::map(400, 48, phases) };
    StoryProgram::new(vec![StoryPool::new(4, vec![load])], 3200)
}

/// An executor of 16 processes that compute on 4 cores.
pub fn oversubscribed_executor() -> StoryProgram {
    let phases = |_| vec![Cpu(20), Delay(60), Cpu(20), Delay(60)];
    let fit = StoryCall { kind: CallKind::Submit, function: "Model.fit", ..StoryCall::map(300, 96, phases) };
    let pool = StoryPool {
        kind: PoolKind::ProcessPoolExecutor,
        file: "/home/user/train.py",
        line: 12,
        ..StoryPool::new(16, vec![fit])
    };
    StoryProgram { command: vec!["/usr/bin/python3.11", "train.py", "--fast"], ..StoryProgram::new(vec![pool], 1700) }
}

/// Threads of an executor that compute in turns under a GIL.
pub fn threads_under_a_gil() -> StoryProgram {
    let phases = |_| vec![Lock(70), Cpu(10), Lock(70), Cpu(10)];
    let hash = StoryCall { kind: CallKind::Submit, function: "digest", ..StoryCall::map(200, 96, phases) };
    let pool = StoryPool {
        kind: PoolKind::ThreadPoolExecutor,
        file: "/home/user/hash.py",
        line: 9,
        start_up: 1,
        ..StoryPool::new(8, vec![hash])
    };
    StoryProgram::new(vec![pool], 2400)
}

/// Six processes that the program starts itself.
pub fn processes() -> StoryProgram {
    let phases = |n| vec![Cpu(200 + 100 * u64::from(n))];
    let start = StoryCall { kind: CallKind::Start, function: "crawl", ..StoryCall::map(200, 6, phases) };
    let pool = StoryPool { kind: PoolKind::Processes, line: 22, ..StoryPool::new(6, vec![start]) };
    StoryProgram::new(vec![pool], 1300)
}

/// A pool whose worker is killed in a task, so that `map` never returns.
pub fn killed_worker() -> StoryProgram {
    let load = StoryCall::map(300, 24, |_| vec![Cpu(150)]);
    let pool = StoryPool { killed: Some((600, 1)), ..StoryPool::new(4, vec![load]) };
    StoryProgram { exit: Exit::Signal(2), ..StoryProgram::new(vec![pool], 4000) }
}

/// Seven lanes, one after the other and side by side, one of them a pool that is created again and again.
pub fn seven_lanes() -> StoryProgram {
    let pool = |line, at, tasks| {
        let call = StoryCall { line: line + 1, ..StoryCall::map(at, tasks, |_| vec![Cpu(60)]) };
        StoryPool { line, ..StoryPool::new(2, vec![call]) }
    };
    let again = StoryPool { opened: (0..20).map(|n| 1000 + n * 100).collect(), ..pool(70, 1020, 2) };
    let threads = StoryPool { kind: PoolKind::ThreadPool, ..pool(50, 900, 30) };
    let server = StoryPool { ends: false, ..pool(15, 200, 8) };
    let pools =
        vec![server, pool(20, 300, 10), pool(30, 400, 12), threads, again, pool(80, 3300, 12), pool(90, 3800, 8)];
    StoryProgram::new(pools, 4400)
}
