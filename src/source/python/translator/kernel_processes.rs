//! Processes without a record of their start: children of any program, interpreters that it starts, and forks of one.
//!
//! A process with two children at a time runs a lane, and each child is a task of it. What a child does is not known,
//! and how it ended only if the kernel could be asked before its parent had collected it.

use std::collections::HashMap;

use super::Translator;
use super::lane::WorkerKey;
use crate::event::text::SafeText;
use crate::event::{Exit, Nanos, PoolKind, ProgramPool};
use crate::source::process_tree::{ThreadSample, Wait, module_of_interpreter, process_names};
use crate::source::python::record::InterpreterOrigin;

/// How long a process may take until it is another program than its parent, or until its parent has announced it as a
/// worker, in ns.
const TIME_TO_SETTLE: Nanos = 200_000_000;
/// How long an interpreter that another one has started may take until it reports, in ns: some never do.
const TIME_TO_REPORT: Nanos = 1_000_000_000;
/// CPU time until which an interpreter that runs may still be starting, in ns: on a busy machine that takes longer.
const CPU_TIME_TO_REPORT: Nanos = 250_000_000;
/// How long a process is remembered after its end, in ns: others may overlap it.
const TIME_TO_FORGET: Nanos = 2_000_000_000;
/// Modules of the interpreters that libraries start for purposes of their own.
const HELPERS: [&str; 4] = ["multiprocessing.", "multiprocess.", "joblib.", "loky."];

/// Time that one of a parent's processes must have run for a lane, in ns: helpers of shell scripts are of no interest.
const MIN_DURATION: Nanos = 50_000_000;

/// A process that belongs to no lane so far.
#[derive(Debug)]
struct SeenProcess {
    parent: u32,
    found: Nanos,
    ended: Option<(Nanos, Exit)>,
    /// When it will have had the time to report, and to be announced.
    due: Nanos,
    settled: bool,
}

/// The processes that belong to no lane so far.
#[derive(Debug, Default)]
pub(super) struct KernelProcesses {
    seen: HashMap<u32, SeenProcess>,
}

/// Whether a process runs Python, which may report.
fn is_interpreter(pid: u32) -> bool {
    process_names(pid).is_some_and(|(_, program)| program.as_str().starts_with("python"))
}

/// Whether an interpreter has not had the CPU time to report, and still runs.
fn is_starting(pid: u32) -> bool {
    let sample = ThreadSample::of_process(pid, &[]);
    sample.is_some_and(|sample| sample.wait == Wait::None && sample.cpu_ns.is_some_and(|cpu| cpu < CPU_TIME_TO_REPORT))
}

/// Whether a library started this interpreter for purposes of its own, or as the worker of a pool. `label` is what it
/// runs, as it reported: its command line is gone if it has ended.
fn is_helper(pid: u32, label: Option<&SafeText>) -> bool {
    let is_of_library = |module: &str| HELPERS.iter().any(|helper| module.starts_with(helper));
    label.is_some_and(|label| is_of_library(label.as_str()))
        || module_of_interpreter(pid).is_some_and(|module| is_of_library(&module))
}

/// What an interpreter runs, as the task of a lane.
pub(super) fn label_of_interpreter(origin: InterpreterOrigin, script: &SafeText) -> SafeText {
    let name = script.as_str().rsplit('/').next().unwrap_or_default();
    match (origin, name) {
        (InterpreterOrigin::Forked, _) => "os.fork".into(),
        (_, "" | "-c") => "python".into(),
        _ => name.into(),
    }
}

impl KernelProcesses {
    /// Tells that a process reports at this time: it had started by then.
    pub(super) fn reported(&mut self, at: Nanos, pid: u32) {
        if let Some(process) = self.seen.get_mut(&pid) {
            process.found = process.found.min(at);
            process.due = at + TIME_TO_SETTLE;
        }
    }

    pub(super) fn ended(&mut self, at: Nanos, pid: u32, exit: Exit) {
        if let Some(process) = self.seen.get_mut(&pid) {
            process.ended.get_or_insert((at, exit));
        }
    }

    /// The settled children of a process, oldest first.
    fn children(&self, parent: u32) -> Vec<u32> {
        let children = self.seen.iter().filter(|(_, process)| process.parent == parent && process.settled);
        let mut children: Vec<_> = children.map(|(pid, process)| (process.found, *pid)).collect();
        children.sort_unstable();
        children.into_iter().map(|(_, pid)| pid).collect()
    }

    /// Whether two of these processes, given in order of their starts, have run at the same time, and one for long.
    fn are_worth_a_lane(&self, pids: &[u32]) -> bool {
        let times = || pids.iter().filter_map(|pid| self.seen.get(pid));
        let end = |process: &SeenProcess| process.ended.map_or(Nanos::MAX, |(at, _)| at);
        let is_long = times().any(|process| end(process).saturating_sub(process.found) >= MIN_DURATION);
        // Each is compared with the latest end before it.
        let mut latest = 0;
        is_long
            && times().any(|process| {
                let overlaps = process.found < latest;
                latest = latest.max(end(process));
                overlaps
            })
    }

    /// The program of a process, or the one that it runs in turn: shells are left out.
    fn label(&self, pid: u32) -> SafeText {
        let children: Vec<u32> = self
            .seen
            .iter()
            .filter(|(_, process)| process.parent == pid && process.ended.is_none())
            .map(|(pid, _)| *pid)
            .collect();
        match children[..] {
            [child] => self.label(child),
            _ => process_names(pid).map_or_else(|| "?".into(), |(_, program)| program),
        }
    }
}

impl Translator {
    /// Tells that the kernel has a new process of the program.
    pub fn process_found(&mut self, at: Nanos, pid: u32, parent: u32) {
        let reported = self.processes.get(&pid).filter(|process| process.exited.is_none());
        let found = reported.and_then(|process| process.attached).map_or(at, |attached| attached.min(at));
        let process = SeenProcess { parent, found, ended: None, due: at + TIME_TO_SETTLE, settled: false };
        self.kernel_processes.seen.insert(pid, process);
    }

    /// Whether a record of a process's end may follow: its parent reports.
    #[must_use]
    pub fn may_report_exit_of(&self, pid: u32) -> bool {
        let is_reporting = |process: &super::Process| process.attached.is_some() || process.pool.is_some();
        self.processes.get(&pid).is_some_and(is_reporting)
    }

    /// Opens lanes for processes that run several others at a time, and forgets those that belong to a lane or a
    /// library, or have ended.
    pub(super) fn settle_kernel_processes(&mut self, now: Nanos) {
        let mut parents = Vec::new();
        let processes = &self.processes;
        self.kernel_processes.seen.retain(|pid, process| {
            let is_old = |(ended, _): (Nanos, Exit)| ended + TIME_TO_FORGET < now;
            // A script may have started the interpreter, in the same process.
            let parent_attached = processes.get(&process.parent).and_then(|parent| parent.attached);
            let is_of_script = parent_attached.is_some_and(|attached| process.found < attached);
            let known = processes.get(pid);
            if known.is_some_and(|known| known.worker_of.is_some()) || is_of_script || process.ended.is_some_and(is_old)
            {
                return false;
            }
            if process.settled || process.due > now {
                return true;
            }
            let may_report = parent_attached.is_some() && known.is_none_or(|known| known.attached.is_none());
            let time_to_report = process.found + TIME_TO_REPORT;
            if may_report && is_interpreter(*pid) && (process.due < time_to_report || is_starting(*pid)) {
                process.due = time_to_report.max(now + TIME_TO_SETTLE);
                return true;
            }
            process.settled = true;
            parents.push(process.parent);
            !is_helper(*pid, known.and_then(|known| known.label.as_ref()))
        });
        parents.sort_unstable();
        parents.dedup();
        for parent in parents {
            let pool = ProgramPool { kind: PoolKind::ProcessTree, pid: parent, site: None, saturation: None };
            let children = self.kernel_processes.children(parent);
            if self.open_lane_of(&pool).is_some() || self.kernel_processes.are_worth_a_lane(&children) {
                self.start_seen_processes(&pool, &children);
            }
        }
    }

    /// Starts the tasks that the children of a process are.
    fn start_seen_processes(&mut self, pool: &ProgramPool, children: &[u32]) {
        for pid in children {
            let reported = self.processes.get(pid).and_then(|process| process.label.clone());
            let label = reported.unwrap_or_else(|| self.kernel_processes.label(*pid));
            let Some(process) = self.kernel_processes.seen.remove(pid) else { continue };
            let lane = self.lane_of_parent(process.found, pool.clone());
            let key = WorkerKey::process(*pid);
            self.ensure_worker(process.found, lane, key);
            self.start_own_task(process.found, lane, key, label, None);
            self.process(*pid).worker_of = Some(lane);
            if let Some((at, exit)) = process.ended {
                self.worker_exited(at, lane, key, exit);
            }
        }
    }
}
