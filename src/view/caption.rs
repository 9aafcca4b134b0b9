//! A sentence about what a lane is doing now: the first that applies.
//!
//! Tasks and workers are counted as displayed in the tiles. Cores are counted as in their bars, averaged over the last
//! second; before the first sample, each ready worker counts as a busy core.

use super::clock;
use super::column::Column;
use crate::event::units::count;
use crate::event::{CorePolicy, Nanos};
use crate::model::CoreUse;

/// Silence of the workers that is reported.
const SILENCE: Nanos = 1_000_000_000;

/// The figures of the sentences.
struct Figures {
    /// `process`, `worker` or `thread`.
    worker_noun: &'static str,
    cores: f32,
    /// Cores used by the lane and by others.
    busy: f32,
    others: f32,
    /// Who the others are.
    others_noun: &'static str,
    queued: u32,
    in_io: u32,
    ready: u32,
    /// Workers that hold a task or may take one.
    live: u32,
}

impl Figures {
    fn new(column: &Column) -> Self {
        let plan = column.lane.plan();
        let counts = column.counts;
        let cores = plan.cores.len() as f32;
        let unknown = CoreUse { own: counts.ready as f32, others: 0.0 };
        let CoreUse { own, others } = column.core_use().unwrap_or(unknown);
        let shared = column.scene.model.policy(column.lane) == Some(CorePolicy::Shared);
        let worker_noun = match plan.mode {
            crate::event::Mode::Threads => "thread",
            _ if plan.own_queues => "process",
            _ => "worker",
        };
        Self {
            worker_noun,
            cores,
            busy: own.min(cores),
            others: others.min(cores),
            others_noun: if shared { "other lanes and programs" } else { "other programs" },
            queued: counts.queued,
            in_io: counts.in_io,
            ready: counts.ready,
            live: counts.live_workers,
        }
    }

    fn idle(&self) -> f32 {
        (self.cores - self.busy - self.others).max(0.0)
    }

    /// Whether idle cores are mentioned: from half a core on, or a quarter if there is only one.
    fn has_idle(&self) -> bool {
        self.idle() >= (self.cores / 4.0).min(0.5)
    }

    /// `4 workers`, `1 process`.
    fn workers(&self, n: u32) -> String {
        let plural = if self.worker_noun == "process" { "es" } else { "s" };
        format!("{} {}{}", count(n.into()), self.worker_noun, if n == 1 { "" } else { plural })
    }

    /// `all_workers 4 workers`, `both workers`, `the worker`.
    fn all_workers(&self, n: u32) -> String {
        let workers = self.workers(n);
        match n {
            1 => format!("the {}", self.worker_noun),
            2 => workers.replacen('2', "both", 1),
            _ => format!("all {workers}"),
        }
    }

    /// `cores`, or `core` if there is only one.
    fn unit(&self) -> &'static str {
        if self.cores < 1.5 { "core" } else { "cores" }
    }

    fn all_cores(&self) -> String {
        if self.cores < 1.5 { "the core is busy".into() } else { format!("all {} cores busy", self.cores) }
    }
}

/// Variants of the sentence, longest first.
pub(super) fn variants(column: &Column) -> Vec<String> {
    let facts = Figures::new(column);
    let counts = column.counts;
    let held = counts.resident + counts.held;
    let at_rest = facts.ready == 0 && facts.in_io == 0;
    if !column.has_started() {
        not_begun(column)
    } else if column.has_ended() {
        vec!["ended".into()]
    } else if let Some(since) = column.lane.suspended_since(column.scene.at) {
        let time = clock(column.scene.at - since);
        vec![format!("suspended by you for {time} · z: go on"), format!("suspended for {time}"), "suspended".into()]
    } else if let Some(silence) = silence(column) {
        vec![format!("no news from the workers for {}", clock(silence)), "no news".into()]
    } else if held == 0 && counts.finished == 0 && at_rest {
        vec![format!("{} {}", facts.workers(facts.live), verb(facts.live, "start")), "starting".into()]
    } else if counts.resident == 0 && counts.finished == 0 && counts.held > 0 {
        let what = if counts.held == 1 { "loads its task" } else { "load their tasks" };
        vec![format!("{} {what}", facts.workers(counts.held)), "loading".into()]
    } else if column.lane.plan().gil && facts.ready == 1 && held > facts.in_io + 1 {
        with_gil(&facts, held - facts.in_io - 1)
    } else if facts.others > 0.0 {
        disturbed(&facts)
    } else if facts.queued > 0 && facts.has_idle() {
        stalled(&facts)
    } else if !facts.has_idle() {
        busy(&facts)
    } else if facts.ready == 0 && facts.in_io > 0 {
        let all_workers = facts.all_workers(facts.in_io);
        vec![
            format!("{all_workers} {} for I/O, nothing is queued", verb(facts.in_io, "wait")),
            format!("{all_workers} in I/O, nothing queued"),
            format!("{} in I/O, nothing queued", facts.in_io),
            format!("{} in I/O", facts.in_io),
        ]
    } else {
        let busy = format!("{:.1} of {} {} busy", facts.busy, facts.cores, facts.unit());
        let left = facts.workers(held);
        vec![format!("{busy}: {left} left, {} in I/O", facts.in_io), format!("{busy}: {left} left"), busy]
    }
}

/// How long no worker has reported anything, if that is long although one is computing.
fn silence(column: &Column) -> Option<Nanos> {
    let at = column.scene.at;
    let long = |since: Nanos| Some(at.saturating_sub(since)).filter(|silence| *silence >= SILENCE);
    // Checked first because it is cheap; progress reports are searched only if nothing else happened.
    let quiet = column.counts.ready > 0 && column.lane.previous_event(at).and_then(long).is_some();
    quiet.then(|| column.lane.last_report(at))?.and_then(long)
}

fn not_begun(column: &Column) -> Vec<String> {
    let model = column.scene.model;
    let turns = model.run().is_some_and(|run| run.cores == CorePolicy::Turns);
    let running = model.lanes().iter().find(|lane| lane.zero().is_some() && lane.ended().is_none());
    match running.filter(|_| turns) {
        Some(lane) => vec![format!("waits for its turn: {} runs first", lane.plan().mode.name()), "waits".into()],
        None => vec!["not started yet".into()],
    }
}

fn with_gil(facts: &Figures, waiting: u32) -> Vec<String> {
    let (idle, unit) = (facts.idle(), facts.unit());
    let wait = verb(waiting, "wait");
    vec![
        format!("1 thread has the GIL, {waiting} {wait} for it: {idle:.1} {unit} idle"),
        format!("1 has the GIL, {waiting} {wait}: {idle:.1} idle"),
        format!("{waiting} {wait} for the GIL"),
    ]
}

/// Cores idle while tasks wait.
fn stalled(facts: &Figures) -> Vec<String> {
    let (idle, queued, io) = (facts.idle(), facts.queued, facts.in_io);
    let unit = facts.unit();
    let cores = format!("{} {unit}", facts.cores);
    let wait = verb(queued, "wait");
    let tasks = if queued == 1 { "1 task waits".into() } else { format!("{} tasks wait", count(queued.into())) };
    let short = format!("{idle:.1} {unit} idle, {} {wait}", count(queued.into()));
    let last = format!("{idle:.1} idle, {} {wait}", count(queued.into()));
    match io {
        0 => vec![format!("{idle:.1} of {cores} idle while {tasks}"), short, last],
        n if n == facts.live => {
            vec![format!("{} in I/O: {short}", facts.all_workers(n)), format!("{n} in I/O: {short}"), short, last]
        }
        n => vec![
            format!("{n} of {} in I/O: {idle:.1} of {cores} idle while {tasks}", facts.workers(facts.live)),
            format!("{n} of {} in I/O: {short}", facts.workers(facts.live)),
            format!("{n} in I/O: {short}"),
            short,
            last,
        ],
    }
}

/// Other programs use the cores.
fn disturbed(facts: &Figures) -> Vec<String> {
    let Figures { busy, others, cores, others_noun, in_io, ready, .. } = *facts;
    let some = format!("{others:.1} of {cores} {}", facts.unit());
    let doing = if ready > 0 {
        format!("{} at work", facts.workers(ready))
    } else {
        format!("{} in I/O", facts.workers(in_io))
    };
    vec![
        format!("{others_noun} take {some}, {busy:.1} are used here: {doing}"),
        format!("{others_noun} take {some}: {doing}"),
        format!("others take {some}: {doing}"),
        format!("{others_noun} take {some}"),
        format!("others take {some}"),
        format!("others take {others:.1}"),
    ]
}

fn busy(facts: &Figures) -> Vec<String> {
    let busy = facts.all_cores();
    if facts.ready as f32 <= facts.cores {
        return vec![busy];
    }
    let ready = facts.workers(facts.ready);
    vec![
        format!("{busy}: {ready} take turns, {} in I/O", facts.in_io),
        format!("{busy}: {ready} take turns"),
        format!("{busy}, {} take turns", facts.ready),
        busy,
    ]
}

/// `wait`, or `waits` for one.
fn verb(n: u32, plural: &str) -> String {
    if n == 1 { format!("{plural}s") } else { plural.into() }
}
