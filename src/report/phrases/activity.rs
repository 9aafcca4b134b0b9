//! What a lane is doing at a moment, its queue, memory and key moments.

use super::{number_of_processes, number_of_threads, number_of_workers, private_memory_text};
use crate::event::units::format_bytes;
use crate::model::{KeyMomentKind, LaneCounts, PrivateMemory};
use crate::text;

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
        match self {
            Self::Worker => text!("all-workers", n = n),
            Self::Thread => text!("all-threads", n = n),
            Self::Process => text!("all-processes", n = n),
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
    fn predicate(self) -> &'static str {
        match self {
            Self::Io => text!("blocked-in-io"),
            Self::Wait => text!("blocked-in-wait"),
            Self::Lock => text!("blocked-in-lock"),
            Self::Unknown => text!("blocked-in-unknown"),
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
    /// Whether its tasks have I/O.
    pub has_io: bool,
    /// Whether the use of its cores was measured.
    pub is_measured: bool,
}

impl LaneActivity {
    /// Number of idle cores.
    #[must_use]
    pub fn idle_cores(&self) -> f32 {
        (self.cores - self.busy - self.others).max(0.0)
    }

    /// Whether the number of blocked workers is shown, as always for tasks with I/O.
    fn tells_blocked(&self) -> bool {
        self.in_io > 0 || self.has_io
    }

    /// The number of cores, for texts.
    fn core_count(&self) -> u32 {
        self.cores as u32
    }

    /// All of these workers are blocked: `both workers in I/O`.
    fn all_blocked(&self) -> String {
        let workers = self.noun.all_with_number(self.in_io);
        text!("workers-blocked", workers = workers, blocked = self.blocked_in.predicate())
    }

    /// The number of blocked workers: `3 in I/O`.
    fn number_blocked(&self) -> String {
        text!("workers-blocked-short", n = self.in_io, blocked = self.blocked_in.predicate())
    }
}

/// The lane has not started; `running` is the name of the lane that it waits for.
#[must_use]
pub fn not_started(running: Option<&str>) -> Vec<String> {
    match running {
        Some(lane) => vec![text!("waits-for-turn-of", lane = lane), text!("waits-for-turn-short").into()],
        None => vec![text!("not-started-yet").into()],
    }
}

/// The lane has ended.
#[must_use]
pub fn lane_ended() -> Vec<String> {
    vec![text!("lane-ended").into()]
}

/// The viewer has suspended the lane, for this time.
#[must_use]
pub fn lane_suspended(time: &str) -> Vec<String> {
    vec![text!("suspended-by-viewer", time = time), text!("suspended-for", time = time), text!("suspended").into()]
}

/// The workers have sent no events for this time.
#[must_use]
pub fn no_events_for(time: &str) -> Vec<String> {
    vec![text!("no-events-for", time = time), text!("no-events").into()]
}

/// What the workers of a watched program are doing, with the function that their tasks run where there is space.
#[must_use]
pub fn activity_of_function(function: &str, activity: Vec<String>) -> Vec<String> {
    let running = text!("running-function", function = function);
    let with_function: Vec<_> = activity.iter().map(|text| format!("{running} · {text}")).collect();
    with_function.into_iter().take(2).chain(activity).collect()
}

/// What the workers of a watched program are doing, and why it is not known what most of them wait for.
#[must_use]
pub fn with_unreadable_waits(activity: Vec<String>) -> Vec<String> {
    let with = |reason: &str| activity.iter().map(|text| format!("{text} · {reason}")).collect::<Vec<_>>();
    let (whole, short) = (with(text!("waits-unreadable")), with(text!("waits-unreadable-short")));
    whole.into_iter().chain(short).chain(activity).collect()
}

/// The workers of a watched program have no task, and none is queued.
#[must_use]
pub fn no_task_of_program(noun: WorkerNoun, n: u32) -> Vec<String> {
    if n == 0 {
        return vec![text!("no-worker-no-task").into()];
    }
    vec![text!("workers-without-task", workers = noun.with_number(n)), text!("no-task").into()]
}

/// The workers are being started.
#[must_use]
pub fn workers_starting(noun: WorkerNoun, n: u32) -> Vec<String> {
    vec![text!("workers-starting", workers = noun.with_number(n), n = n), text!("workers-starting-short").into()]
}

/// The workers are loading their first tasks.
#[must_use]
pub fn workers_loading(noun: WorkerNoun, n: u32) -> Vec<String> {
    vec![text!("workers-loading", workers = noun.with_number(n), n = n), text!("workers-loading-short").into()]
}

/// One thread holds the GIL, and others wait for it.
#[must_use]
pub fn waiting_for_gil(lane: &LaneActivity, waiting: u32) -> Vec<String> {
    let idle = format!("{:.1}", lane.idle_cores());
    let cores = text!("cores-idle", cores = lane.core_count(), idle = idle.as_str());
    vec![
        format!("{}: {cores}", text!("one-has-gil", n = waiting)),
        format!("{}: {}", text!("one-has-gil-short", n = waiting), text!("cores-idle-short", idle = idle)),
        text!("threads-wait-for-gil", n = waiting),
    ]
}

/// Cores idle while tasks wait.
#[must_use]
pub fn cores_idle_while_tasks_wait(lane: &LaneActivity) -> Vec<String> {
    let (idle, cores) = (format!("{:.1}", lane.idle_cores()), lane.core_count());
    let (idle, queued) = (idle.as_str(), lane.queued);
    let long = text!("some-cores-idle-while-tasks-wait", idle = idle, cores = cores, queued = queued);
    let short = text!("cores-idle-tasks-wait", idle = idle, cores = cores, queued = queued);
    let shortest = text!("cores-idle-tasks-wait-short", idle = idle, queued = queued);
    match lane.in_io {
        0 => vec![long, short, shortest],
        n if n == lane.live => vec![
            format!("{}: {short}", lane.all_blocked()),
            format!("{}: {short}", lane.number_blocked()),
            short,
            shortest,
        ],
        n => {
            let (workers, blocked) = (lane.noun.with_number(lane.live), lane.blocked_in.predicate());
            let some = text!("some-workers-blocked", n = n, workers = workers, blocked = blocked);
            vec![
                format!("{some}: {long}"),
                format!("{some}: {short}"),
                format!("{}: {short}", lane.number_blocked()),
                short,
                shortest,
            ]
        }
    }
}

/// Other programs or lanes are using the cores.
#[must_use]
pub fn disturbed_now(lane: &LaneActivity) -> Vec<String> {
    let others = format!("{:.1}", lane.others);
    let taken = text!("part-of-cores", part = others.as_str(), cores = lane.core_count());
    let take = if lane.shared {
        text!("lanes-and-programs-take", taken = taken.as_str())
    } else {
        text!("programs-take", taken = taken.as_str())
    };
    let others_take = text!("others-take", taken = taken);
    let used = text!("cores-used-here", n = format!("{:.1}", lane.busy));
    let doing = if lane.ready > 0 {
        text!("workers-at-work", workers = lane.noun.with_number(lane.ready))
    } else {
        let workers = lane.noun.with_number(lane.in_io);
        text!("workers-blocked", workers = workers, blocked = lane.blocked_in.predicate())
    };
    vec![
        format!("{take}, {used}: {doing}"),
        format!("{take}: {doing}"),
        format!("{others_take}: {doing}"),
        take,
        others_take,
        text!("others-take-short", n = others),
    ]
}

/// All cores are busy.
#[must_use]
pub fn all_cores_busy(lane: &LaneActivity) -> Vec<String> {
    let busy = text!("all-cores-busy", cores = lane.core_count());
    let ready = lane.noun.with_number(lane.ready);
    if !lane.is_measured {
        return vec![text!("workers-not-measured", workers = ready.as_str()), text!("workers-ready", workers = ready)];
    }
    if lane.ready as f32 <= lane.cores {
        return vec![busy];
    }
    let blocked = lane.tells_blocked().then(|| {
        let predicate = lane.blocked_in.predicate();
        text!("workers-take-turns-others-blocked", workers = ready.as_str(), n = lane.in_io, blocked = predicate)
    });
    let turns = text!("workers-take-turns", workers = ready.as_str());
    let with_turns = blocked.into_iter().chain([turns]).map(|turns| format!("{busy}: {turns}"));
    let short = format!("{busy}, {}", text!("workers-take-turns-short", n = lane.ready));
    with_turns.chain([short, busy.clone()]).collect()
}

/// All workers are in I/O, and the queue is empty.
#[must_use]
pub fn all_workers_in_io(lane: &LaneActivity) -> Vec<String> {
    let all = lane.noun.all_with_number(lane.in_io);
    let longest = (lane.blocked_in == BlockedIn::Io).then(|| text!("all-wait-for-io", workers = all, n = lane.in_io));
    let (blocked, nothing_queued) = (lane.number_blocked(), text!("nothing-queued"));
    let shorter =
        [format!("{}, {nothing_queued}", lane.all_blocked()), format!("{blocked}, {nothing_queued}"), blocked];
    longest.into_iter().chain(shorter).collect()
}

/// Some cores are busy, and the queue is empty; `left` workers hold a task.
#[must_use]
pub fn some_cores_busy(lane: &LaneActivity, left: u32) -> Vec<String> {
    let busy = text!("some-cores-busy", busy = format!("{:.1}", lane.busy), cores = lane.core_count());
    let workers = lane.noun.with_number(left);
    let blocked = lane.tells_blocked().then(|| {
        let predicate = lane.blocked_in.predicate();
        text!("workers-left-some-blocked", workers = workers.as_str(), n = lane.in_io, blocked = predicate)
    });
    let left = text!("workers-left", workers = workers.as_str());
    if !lane.is_measured {
        return blocked.into_iter().chain([left]).collect();
    }
    blocked.into_iter().chain([left]).map(|left| format!("{busy}: {left}")).chain([busy.clone()]).collect()
}

/// Tasks wait for their own processes to start.
#[must_use]
pub fn processes_starting(queued: u32) -> Vec<String> {
    vec![text!("tasks-wait-for-processes", n = queued), text!("tasks-wait-for-processes-short").into()]
}

/// Every task has its own process.
#[must_use]
pub fn no_queue_now() -> Vec<String> {
    vec![text!("process-for-every-task").into(), text!("no-waiting").into()]
}

/// The queue is empty.
#[must_use]
pub fn empty_queue() -> Vec<String> {
    vec![text!("queue-empty").into(), text!("queue-empty-short").into()]
}

/// The head of the queue; `scale` is the number of tasks per cell, if they are not drawn one by one.
#[must_use]
pub fn next_in_queue(task: &str, scale: Option<u32>) -> Vec<String> {
    let order = text!("first-in-first-out", task = task);
    let with_scale = scale.map(|scale| format!("{}, {order}", text!("tasks-of-pile-cell", n = scale)));
    let longest = with_scale.as_ref().unwrap_or(&order);
    let in_python = format!("{longest} · {}", text!("python-queue"));
    [in_python].into_iter().chain(with_scale).chain([order, text!("task-is-next", task = task)]).collect()
}

/// A key moment of a lane; `at` is its time, `own_queues` whether every task has its own process.
#[must_use]
pub fn key_moment(lane: &str, kind: KeyMomentKind, at: &str, counts: &LaneCounts, own_queues: bool) -> Vec<String> {
    let texts = match kind {
        KeyMomentKind::FirstDispatch => vec![text!("moment-first-task", time = at)],
        KeyMomentKind::FirstIo => vec![text!("moment-first-io", time = at)],
        KeyMomentKind::FirstIdleCore => {
            vec![text!("moment-idle-core", time = at, n = counts.queued), text!("moment-idle-core-short", time = at)]
        }
        KeyMomentKind::QueueEmpty if own_queues => vec![text!("moment-all-processes", time = at)],
        KeyMomentKind::QueueEmpty => vec![
            text!("moment-queue-empty", time = at, left = counts.held + counts.resident),
            text!("moment-queue-empty-short", time = at),
        ],
        KeyMomentKind::MemoryPeak => {
            let payload = format_bytes(counts.resident_bytes);
            let (payload, n, all) = (payload.as_str(), counts.resident, counts.submitted);
            vec![
                text!("moment-memory-peak", payload = payload, n = n, all = all, time = at),
                text!("moment-memory-peak-short", payload = payload, time = at),
            ]
        }
        KeyMomentKind::Death(worker) => vec![text!("moment-death", worker = worker.0.to_string(), time = at)],
        KeyMomentKind::End => vec![text!("moment-end", time = at)],
    };
    texts.into_iter().map(|text| format!("{lane}: {text}")).collect()
}

/// The first tasks of the queue; `more` if there are others.
#[must_use]
pub fn next_tasks(tasks: &[String], more: bool) -> String {
    text!("next-tasks", tasks = format!("{}{}", tasks.join(" "), if more { " …" } else { "" }))
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
    vec![text!("busy-cores", busy = busy.as_str(), cores = cores), format!("{busy}/{cores}")]
}

/// Memory in use: the payload, and the private memory of the workers.
#[must_use]
pub fn memory_in_use(payload: u64, private: Option<PrivateMemory>) -> Vec<String> {
    let payload = format_bytes(payload);
    vec![
        text!("payload-and-processes", payload = payload.as_str(), private = private_memory_text(private)),
        text!("payload-of-numbers", payload = payload.as_str()),
        payload,
    ]
}

/// Tasks in memory, with their payload. While payloads are written, their size is not known.
#[must_use]
pub fn tasks_in_memory_now(counts: &LaneCounts, all: u32) -> Vec<String> {
    let n = counts.resident + counts.loading;
    let (tasks, short) = (text!("tasks-of-tasks", n = n, all = all), text!("tasks-of-all", n = n, all = all));
    let payload = match (counts.resident, counts.loading) {
        (0, 1..) => None,
        _ => Some(format_bytes(counts.resident_bytes)),
    };
    let loading = (counts.loading > 0).then(|| text!("tasks-loading", n = counts.loading));
    let details = payload.clone().into_iter().chain(loading.clone()).collect::<Vec<_>>().join(" · ");
    let first = payload.or(loading).unwrap_or_default();
    vec![format!("{tasks} · {details}"), format!("{tasks} · {first}"), format!("{short} · {first}"), short]
}
