//! What a lane is doing, in one sentence: the first that holds. It says what is, never what should be.
//!
//! Tasks and workers are counted as the tiles show them, at this moment; cores are counted as their bars do, by samples of
//! the last second. Before the first sample, a ready worker counts as a busy core.

use super::clock;
use super::column::Column;
use crate::event::units::count;
use crate::event::{CorePolicy, Nanos};
use crate::model::CoreUse;

/// No news for so long is worth a word.
const SILENCE: Nanos = 1_000_000_000;

/// What the sentences speak of.
struct Facts {
    /// `process` or `worker`.
    who: &'static str,
    cores: f32,
    /// Cores that the lane uses, and that others do.
    busy: f32,
    others: f32,
    /// Who they are.
    rivals: &'static str,
    queued: u32,
    in_io: u32,
    ready: u32,
    /// Workers with a task or on their way to one.
    live: u32,
}

impl Facts {
    fn of(column: &Column) -> Self {
        let plan = column.lane.plan();
        let counts = column.counts;
        let cores = plan.cores.len() as f32;
        let unknown = CoreUse { own: counts.ready as f32, others: 0.0 };
        let CoreUse { own, others } = column.core_use().unwrap_or(unknown);
        let shared = column.scene.model.policy(column.lane) == Some(CorePolicy::Shared);
        let who = match plan.mode {
            crate::event::Mode::Threads => "thread",
            _ if plan.own_queues => "process",
            _ => "worker",
        };
        Self {
            who,
            cores,
            busy: own.min(cores),
            others: others.min(cores),
            rivals: if shared { "other lanes and programs" } else { "other programs" },
            queued: counts.queued,
            in_io: counts.in_io,
            ready: counts.ready,
            live: counts.live_workers,
        }
    }

    fn idle(&self) -> f32 {
        (self.cores - self.busy - self.others).max(0.0)
    }

    /// Whether idle cores are worth a word: half a core, or a quarter of the only one.
    fn has_idle(&self) -> bool {
        self.idle() >= (self.cores / 4.0).min(0.5)
    }

    /// `4 workers`, `1 process`.
    fn many(&self, n: u32) -> String {
        let plural = if self.who == "process" { "es" } else { "s" };
        format!("{} {}{}", count(n.into()), self.who, if n == 1 { "" } else { plural })
    }

    /// All of so many: `all 4 workers`, `both workers`, `the worker`.
    fn all(&self, n: u32) -> String {
        let many = self.many(n);
        match n {
            1 => format!("the {}", self.who),
            2 => many.replacen('2', "both", 1),
            _ => format!("all {many}"),
        }
    }

    /// `cores`, or `core` where there is only one.
    fn unit(&self) -> &'static str {
        if self.cores < 1.5 { "core" } else { "cores" }
    }

    fn all_cores(&self) -> String {
        if self.cores < 1.5 { "the core is busy".into() } else { format!("all {} cores busy", self.cores) }
    }
}

/// The sentence, longest variant first.
pub(super) fn of(column: &Column) -> Vec<String> {
    let facts = Facts::of(column);
    let counts = column.counts;
    let held = counts.resident + counts.held;
    let at_rest = facts.ready == 0 && facts.in_io == 0;
    if !column.has_begun() {
        not_begun(column)
    } else if column.has_ended() {
        vec!["ended".into()]
    } else if let Some(since) = column.lane.suspended_since(column.scene.at) {
        let time = clock(column.scene.at - since);
        vec![format!("suspended by you for {time} · z: go on"), format!("suspended for {time}"), "suspended".into()]
    } else if let Some(silence) = silence(column) {
        vec![format!("no news from the workers for {}", clock(silence)), "no news".into()]
    } else if held == 0 && counts.finished == 0 && at_rest {
        vec![format!("{} {}", facts.many(facts.live), verb(facts.live, "start")), "starting".into()]
    } else if counts.resident == 0 && counts.finished == 0 && counts.held > 0 {
        let what = if counts.held == 1 { "loads its task" } else { "load their tasks" };
        vec![format!("{} {what}", facts.many(counts.held)), "loading".into()]
    } else if column.lane.plan().gil && facts.ready == 1 && held > facts.in_io + 1 {
        with_gil(&facts, held - facts.in_io - 1)
    } else if facts.others > 0.0 {
        disturbed(&facts)
    } else if facts.queued > 0 && facts.has_idle() {
        stalled(&facts)
    } else if !facts.has_idle() {
        busy(&facts)
    } else if facts.ready == 0 && facts.in_io > 0 {
        let all = facts.all(facts.in_io);
        vec![
            format!("{all} {} for I/O, nothing is queued", verb(facts.in_io, "wait")),
            format!("{all} in I/O, nothing queued"),
            format!("{} in I/O, nothing queued", facts.in_io),
            format!("{} in I/O", facts.in_io),
        ]
    } else {
        let busy = format!("{:.1} of {} {} busy", facts.busy, facts.cores, facts.unit());
        let left = facts.many(held);
        vec![format!("{busy}: {left} left, {} in I/O", facts.in_io), format!("{busy}: {left} left"), busy]
    }
}

/// How long nothing has been heard, if it is long: though a worker is ready to compute and says so ten times a second.
fn silence(column: &Column) -> Option<Nanos> {
    let at = column.scene.at;
    let long = |since: Nanos| Some(at.saturating_sub(since)).filter(|silence| *silence >= SILENCE);
    // The cheap question first: what a worker tells of a task's progress is asked for only if nothing else happened.
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

fn with_gil(facts: &Facts, waiting: u32) -> Vec<String> {
    let (idle, unit) = (facts.idle(), facts.unit());
    let wait = verb(waiting, "wait");
    vec![
        format!("1 thread has the GIL, {waiting} {wait} for it: {idle:.1} {unit} idle"),
        format!("1 has the GIL, {waiting} {wait}: {idle:.1} idle"),
        format!("{waiting} {wait} for the GIL"),
    ]
}

/// Cores are idle though tasks wait.
fn stalled(facts: &Facts) -> Vec<String> {
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
            vec![format!("{} in I/O: {short}", facts.all(n)), format!("{n} in I/O: {short}"), short, last]
        }
        n => vec![
            format!("{n} of {} in I/O: {idle:.1} of {cores} idle while {tasks}", facts.many(facts.live)),
            format!("{n} of {} in I/O: {short}", facts.many(facts.live)),
            format!("{n} in I/O: {short}"),
            short,
            last,
        ],
    }
}

/// Others use the cores: what the lane does with the rest is said with it.
fn disturbed(facts: &Facts) -> Vec<String> {
    let Facts { busy, others, cores, rivals, in_io, ready, .. } = *facts;
    let some = format!("{others:.1} of {cores} {}", facts.unit());
    let doing =
        if ready > 0 { format!("{} at work", facts.many(ready)) } else { format!("{} in I/O", facts.many(in_io)) };
    vec![
        format!("{rivals} take {some}, {busy:.1} are used here: {doing}"),
        format!("{rivals} take {some}: {doing}"),
        format!("others take {some}: {doing}"),
        format!("{rivals} take {some}"),
        format!("others take {some}"),
        format!("others take {others:.1}"),
    ]
}

fn busy(facts: &Facts) -> Vec<String> {
    let busy = facts.all_cores();
    if facts.ready as f32 <= facts.cores {
        return vec![busy];
    }
    let ready = facts.many(facts.ready);
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
