//! What a lane is doing at a moment, its queue, memory and key moments.

use std::iter;

use super::{number_of_processes, number_of_threads, number_of_workers, private_memory_text};
use crate::event::units::{format_bytes, format_count, format_task_count};
use crate::model::{KeyMomentKind, LaneCounts, PrivateMemory};

/// The noun for the workers of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkerNoun {
    Worker,
    Thread,
    Process,
}

impl WorkerNoun {
    /// `4 workers`, `1 process`.
    #[must_use]
    pub fn with_number(self, n: u32) -> String {
        match self {
            Self::Worker => number_of_workers(n.into()),
            Self::Thread => number_of_threads(n.into()),
            Self::Process => number_of_processes(n.into()),
        }
    }

    /// `the worker`, `both workers`, `all 4 workers`.
    fn all_with_number(self, n: u32) -> String {
        let (one, many) = match self {
            Self::Worker => ("worker", "workers"),
            Self::Thread => ("thread", "threads"),
            Self::Process => ("process", "processes"),
        };
        match n {
            1 => format!("the {one}"),
            2 => format!("both {many}"),
            n => format!("all {} {many}", format_count(n.into())),
        }
    }
}

/// In what workers are blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockedIn {
    /// I/O of mpviz's own workload.
    Io,
    /// Anything but a lock, by the word of the kernel.
    Wait,
    Lock,
    /// The kernel does not tell.
    Unknown,
}

impl BlockedIn {
    /// The predicate of several workers: `4 workers in I/O`.
    const fn predicate(self) -> &'static str {
        match self {
            Self::Io => "in I/O",
            Self::Wait => "blocked (wait)",
            Self::Lock => "blocked (lock)",
            Self::Unknown => "blocked",
        }
    }
}

/// The figures of a lane at a moment. Cores are fractional: they are averages.
#[derive(Clone, Copy, Debug)]
pub struct LaneActivity {
    pub noun: WorkerNoun,
    /// Number of cores.
    pub cores: f32,
    /// Cores used by the lane.
    pub busy: f32,
    /// Cores used by others.
    pub others: f32,
    /// Whether other lanes run on the same cores.
    pub shared: bool,
    pub queued: u32,
    pub blocked_in: BlockedIn,
    pub in_io: u32,
    pub ready: u32,
    /// Workers that hold a task or may take one.
    pub live: u32,
}

impl LaneActivity {
    /// Number of idle cores.
    #[must_use]
    pub fn idle_cores(&self) -> f32 {
        (self.cores - self.busy - self.others).max(0.0)
    }

    /// Whether the number of blocked workers is said. With mpviz's own workload it always is.
    fn tells_blocked(&self) -> bool {
        self.in_io > 0 || self.blocked_in == BlockedIn::Io
    }

    /// The noun for this number of cores: `core` or `cores`.
    fn core_noun(&self) -> &'static str {
        if self.cores < 1.5 { "core" } else { "cores" }
    }
}

/// The lane has not started; `running` is the name of the lane that it waits for.
#[must_use]
pub fn not_started(running: Option<&str>) -> Vec<String> {
    match running {
        Some(lane) => vec![format!("waits for its turn: {lane} runs first"), "waits".into()],
        None => vec!["not started yet".into()],
    }
}

/// The lane has ended.
#[must_use]
pub fn lane_ended() -> Vec<String> {
    vec!["ended".into()]
}

/// The viewer has suspended the lane, for this time.
#[must_use]
pub fn lane_suspended(time: &str) -> Vec<String> {
    vec![format!("suspended by you for {time} · z: go on"), format!("suspended for {time}"), "suspended".into()]
}

/// The workers have sent no events for this time.
#[must_use]
pub fn no_events_for(time: &str) -> Vec<String> {
    vec![format!("no events from the workers for {time}"), "no events".into()]
}

/// What the workers of a watched program are doing, with the function that their tasks run where there is space.
#[must_use]
pub fn activity_of_function(function: &str, activity: Vec<String>) -> Vec<String> {
    let with_function: Vec<_> = activity.iter().map(|text| format!("running {function} · {text}")).collect();
    with_function.into_iter().take(2).chain(activity).collect()
}

/// The workers of a watched program have no task, and none is queued.
#[must_use]
pub fn no_task_of_program(noun: WorkerNoun, n: u32) -> Vec<String> {
    let idle = format!("{} idle, no task", noun.with_number(n));
    if n == 0 { vec!["no worker, no task".into()] } else { vec![idle, "no task".into()] }
}

/// The workers are being started.
#[must_use]
pub fn workers_starting(noun: WorkerNoun, n: u32) -> Vec<String> {
    let workers = noun.with_number(n);
    let sentence = if n == 1 { format!("{workers} starts") } else { format!("{workers} start") };
    vec![sentence, "starting".into()]
}

/// The workers are loading their first tasks.
#[must_use]
pub fn workers_loading(noun: WorkerNoun, n: u32) -> Vec<String> {
    let workers = noun.with_number(n);
    let sentence = if n == 1 { format!("{workers} loads its task") } else { format!("{workers} load their tasks") };
    vec![sentence, "loading".into()]
}

/// One thread holds the GIL, and others wait for it.
#[must_use]
pub fn waiting_for_gil(lane: &LaneActivity, waiting: u32) -> Vec<String> {
    let (idle, unit) = (lane.idle_cores(), lane.core_noun());
    let wait = if waiting == 1 { "waits" } else { "wait" };
    vec![
        format!("1 thread has the GIL, {waiting} {wait} for it: {idle:.1} {unit} idle"),
        format!("1 has the GIL, {waiting} {wait}: {idle:.1} idle"),
        format!("{waiting} {wait} for the GIL"),
    ]
}

/// Cores idle while tasks wait.
#[must_use]
pub fn cores_idle_while_tasks_wait(lane: &LaneActivity) -> Vec<String> {
    let (idle, unit, queued) = (lane.idle_cores(), lane.core_noun(), format_count(lane.queued.into()));
    let cores = format!("{} {unit}", lane.cores);
    let wait = if lane.queued == 1 { "waits" } else { "wait" };
    let waiting = format!("{} {wait}", format_task_count(lane.queued.into()));
    let short = format!("{idle:.1} {unit} idle, {queued} {wait}");
    let shortest = format!("{idle:.1} idle, {queued} {wait}");
    let blocked = lane.blocked_in.predicate();
    match lane.in_io {
        0 => vec![format!("{idle:.1} of {cores} idle while {waiting}"), short, shortest],
        n if n == lane.live => {
            vec![
                format!("{} {blocked}: {short}", lane.noun.all_with_number(n)),
                format!("{n} {blocked}: {short}"),
                short,
                shortest,
            ]
        }
        n => vec![
            format!("{n} of {} {blocked}: {idle:.1} of {cores} idle while {waiting}", lane.noun.with_number(lane.live)),
            format!("{n} of {} {blocked}: {short}", lane.noun.with_number(lane.live)),
            format!("{n} {blocked}: {short}"),
            short,
            shortest,
        ],
    }
}

/// Other programs or lanes are using the cores.
#[must_use]
pub fn disturbed_now(lane: &LaneActivity) -> Vec<String> {
    let LaneActivity { noun, busy, others, cores, in_io, ready, .. } = *lane;
    let takers = if lane.shared { "other lanes and programs" } else { "other programs" };
    let taken = format!("{others:.1} of {cores} {}", lane.core_noun());
    let doing = if ready > 0 {
        format!("{} at work", noun.with_number(ready))
    } else {
        format!("{} {}", noun.with_number(in_io), lane.blocked_in.predicate())
    };
    vec![
        format!("{takers} take {taken}, {busy:.1} are used here: {doing}"),
        format!("{takers} take {taken}: {doing}"),
        format!("others take {taken}: {doing}"),
        format!("{takers} take {taken}"),
        format!("others take {taken}"),
        format!("others take {others:.1}"),
    ]
}

/// All cores are busy.
#[must_use]
pub fn all_cores_busy(lane: &LaneActivity) -> Vec<String> {
    let busy = match lane.cores {
        ..1.5 => "the core is busy".into(),
        ..2.5 => "both cores busy".into(),
        cores => format!("all {cores} cores busy"),
    };
    if lane.ready as f32 <= lane.cores {
        return vec![busy];
    }
    let ready = lane.noun.with_number(lane.ready);
    let blocked = format!("{busy}: {ready} take turns, {} {}", lane.in_io, lane.blocked_in.predicate());
    let shorter = [format!("{busy}: {ready} take turns"), format!("{busy}, {} take turns", lane.ready), busy];
    Some(blocked).filter(|_| lane.tells_blocked()).into_iter().chain(shorter).collect()
}

/// All workers are in I/O, and the queue is empty.
#[must_use]
pub fn all_workers_in_io(lane: &LaneActivity) -> Vec<String> {
    let all = lane.noun.all_with_number(lane.in_io);
    let blocked = lane.blocked_in.predicate();
    let wait = if lane.in_io == 1 { "waits" } else { "wait" };
    let longest = (lane.blocked_in == BlockedIn::Io).then(|| format!("{all} {wait} for I/O, nothing is queued"));
    let shorter = [
        format!("{all} {blocked}, nothing queued"),
        format!("{} {blocked}, nothing queued", lane.in_io),
        format!("{} {blocked}", lane.in_io),
    ];
    longest.into_iter().chain(shorter).collect()
}

/// Some cores are busy, and the queue is empty; `left` workers hold a task.
#[must_use]
pub fn some_cores_busy(lane: &LaneActivity, left: u32) -> Vec<String> {
    let busy = format!("{:.1} of {} {} busy", lane.busy, lane.cores, lane.core_noun());
    let left = lane.noun.with_number(left);
    let blocked = format!("{busy}: {left} left, {} {}", lane.in_io, lane.blocked_in.predicate());
    Some(blocked).filter(|_| lane.tells_blocked()).into_iter().chain([format!("{busy}: {left} left"), busy]).collect()
}

/// Tasks wait for their own processes to start.
#[must_use]
pub fn processes_starting(queued: u32) -> Vec<String> {
    let sentence = match queued {
        1 => "1 task waits for its process to start".into(),
        n => format!("{} tasks wait for their processes to start", format_count(n.into())),
    };
    vec![sentence, "processes start".into()]
}

/// Every task has its own process.
#[must_use]
pub fn no_queue_now() -> Vec<String> {
    vec!["every task got a process at once".into(), super::no_waiting()]
}

/// The queue is empty.
#[must_use]
pub fn empty_queue() -> Vec<String> {
    vec!["the queue is empty".into(), "empty".into()]
}

/// The head of the queue; `scale` is the number of tasks per cell, if they are not drawn one by one.
#[must_use]
pub fn next_in_queue(task: &str, scale: Option<u32>) -> Vec<String> {
    let order = format!("first in, first out: {task} is next");
    let with_scale = scale.map(|scale| format!("■ = {scale} tasks, {order}"));
    let longest = with_scale.as_ref().unwrap_or(&order);
    let in_python = format!("{longest} · {}", super::python_queue());
    iter::once(in_python).chain(with_scale).chain([order, format!("{task} is next")]).collect()
}

/// A key moment of a lane; `at` is its time, `own_queues` whether every task has its own process.
#[must_use]
pub fn key_moment(lane: &str, kind: KeyMomentKind, at: &str, counts: &LaneCounts, own_queues: bool) -> Vec<String> {
    match kind {
        KeyMomentKind::FirstDispatch => vec![format!("{lane}: the first task is taken at {at}")],
        KeyMomentKind::FirstIo => vec![format!("{lane}: first I/O wait at {at}")],
        KeyMomentKind::FirstIdleCore => {
            let queued = format_count(counts.queued.into());
            vec![
                format!("{lane}: a core is idle while tasks wait for the first time, at {at}: {queued} in the queue"),
                format!("{lane}: a core is idle while tasks wait, at {at}"),
            ]
        }
        KeyMomentKind::QueueEmpty if own_queues => vec![format!("{lane}: every task has its process at {at}")],
        KeyMomentKind::QueueEmpty => {
            let left = counts.held + counts.resident;
            let are = if left == 1 { "is" } else { "are" };
            let left = format_task_count(left.into());
            vec![
                format!("{lane}: the queue is empty at {at}, {left} {are} still with the workers"),
                format!("{lane}: the queue is empty at {at}"),
            ]
        }
        KeyMomentKind::MemoryPeak => {
            let (resident, all) = (format_count(counts.resident.into()), format_task_count(counts.submitted.into()));
            let payload = format_bytes(counts.resident_bytes);
            vec![
                format!("{lane}: most memory in use: {payload}, {resident} of {all}, at {at}"),
                format!("{lane}: most memory: {payload} at {at}"),
            ]
        }
        KeyMomentKind::Death(worker) => vec![format!("{lane}: w{worker} died at {at}")],
        KeyMomentKind::End => vec![format!("{lane}: ended at {at}")],
    }
}

/// Short name of a key moment.
#[must_use]
pub fn key_moment_name(kind: KeyMomentKind) -> String {
    match kind {
        KeyMomentKind::FirstDispatch => "first task taken".into(),
        KeyMomentKind::FirstIo => "first I/O wait".into(),
        KeyMomentKind::FirstIdleCore => "first core idle while tasks wait".into(),
        KeyMomentKind::QueueEmpty => "the queue is empty".into(),
        KeyMomentKind::MemoryPeak => "most memory in use".into(),
        KeyMomentKind::Death(worker) => format!("w{worker} died"),
        KeyMomentKind::End => "end".into(),
    }
}

/// The first tasks of the queue; `more` if there are others.
#[must_use]
pub fn next_tasks(tasks: &[String], more: bool) -> String {
    format!("next: {}{}", tasks.join(" "), if more { " …" } else { "" })
}

/// Number of cores in use, with one decimal below ten cores, so that it agrees with the bars of the cores.
#[must_use]
pub fn number_of_busy_cores(busy: Option<f32>, cores: usize) -> String {
    let decimals = usize::from(cores < 10);
    super::figure_or_dash(busy.map(|busy| format!("{busy:.decimals$}")))
}

/// Number of cores in use.
#[must_use]
pub fn busy_cores(busy: Option<f32>, cores: usize) -> Vec<String> {
    let busy = super::figure_or_dash(busy.map(|busy| format!("{busy:.1}")));
    vec![format!("{busy} of {cores} busy"), format!("{busy}/{cores}")]
}

/// Memory in use: the payload, and the private memory of the workers.
#[must_use]
pub fn memory_in_use(payload: u64, private: Option<PrivateMemory>) -> Vec<String> {
    let (payload, private) = (format_bytes(payload), private_memory_text(private));
    vec![format!("numbers {payload}, processes {private}"), format!("numbers {payload}"), payload]
}

/// Tasks in memory, with their payload. While payloads are written, their size is not known.
#[must_use]
pub fn tasks_in_memory_now(counts: &LaneCounts, all: u32) -> Vec<String> {
    let tasks = format_count((counts.resident + counts.loading).into());
    let (all, of_tasks) = (format_count(all.into()), format_task_count(all.into()));
    let payload = match (counts.resident, counts.loading) {
        (0, 1..) => None,
        _ => Some(format_bytes(counts.resident_bytes)),
    };
    let loading = (counts.loading > 0).then(|| format!("{} loading", format_count(counts.loading.into())));
    let details = payload.clone().into_iter().chain(loading.clone()).collect::<Vec<_>>().join(" · ");
    let first = payload.or(loading).unwrap_or_default();
    vec![
        format!("{tasks} of {of_tasks} · {details}"),
        format!("{tasks} of {of_tasks} · {first}"),
        format!("{tasks} of {all} · {first}"),
        format!("{tasks} of {all}"),
    ]
}
