//! When a prediction is refused or less sure.

use super::plan::Plan;
use super::profile::WorkloadProfile;
use super::task_recorder::RecordedConditions;
use crate::event::Mode;
use crate::event::workload::IoKind;
use crate::report::phrases::ReservationText;

/// Why a prediction from a recording is refused or less sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reservation {
    /// The recorded lane had others beside it.
    OtherLanes,
    /// The recorded pool of a watched program had another one with tasks beside it.
    OtherPools,
    /// I/O on a disk depends on how many workers do it at once.
    DiskIo { recorded_workers: u32 },
    /// Other programs used the cores while it was recorded.
    DisturbedRecording,
    /// Hundreds of processes.
    ManyProcesses { processes: u32 },
    /// The parent process receives large results, one after the other.
    LargeResults { bytes: u64 },
    /// Threads hand the GIL over more often than every half millisecond.
    ShortBursts,
    /// Tasks waited for locks of the program, whose order another plan changes.
    Locks,
    /// Python's pools vary more than native ones.
    Python,
    /// Threads are predicted from processes of Python, or processes from threads.
    OtherPythonMode,
    /// Workers of the recorded pool were replaced, or the pool was created again.
    ReplacedWorkers,
}

/// What a reservation does to a prediction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect {
    Refused,
    /// The half-width of the interval is at least this share of the prediction.
    Widened(f64),
}

/// Number of processes that counts as hundreds.
const MANY_PROCESSES: u32 = 200;
/// Mean bytes of a result from which the parent process may be the bottleneck.
const LARGE_RESULT: u64 = 1 << 20;
/// Bursts or waits shorter than this are short, in ns.
const SHORT_BURST: f64 = 5e5;
/// Share of the recorded cores that others may use.
const MAX_OTHER_LOAD: f64 = 0.1;

impl Reservation {
    /// What follows from it. The widths are constants of one machine with 2 cores: 20 % of Python is above the 90 %
    /// quantile of errors that `benches/python_prediction` with the seed 501 had, which was 16.8 % of 78 pools and 19.9
    /// % of 9 lanes of eager processes. Those of many processes and of short bursts are from 909 native runs. That of
    /// another mode of Python was not measured: it is half as much again as that of the recorded one.
    #[must_use]
    pub const fn effect(self) -> Effect {
        match self {
            Self::ManyProcesses { .. } | Self::Python => Effect::Widened(0.2),
            Self::ShortBursts => Effect::Widened(0.25),
            Self::OtherPythonMode => Effect::Widened(0.3),
            Self::OtherLanes
            | Self::OtherPools
            | Self::DiskIo { .. }
            | Self::DisturbedRecording
            | Self::LargeResults { .. }
            | Self::Locks
            | Self::ReplacedWorkers => Effect::Refused,
        }
    }
}

impl Reservation {
    /// As the phrases take it.
    #[must_use]
    pub const fn text(self) -> ReservationText {
        match self {
            Self::OtherLanes => ReservationText::OtherLanes,
            Self::OtherPools => ReservationText::OtherPools,
            Self::DiskIo { recorded_workers } => ReservationText::DiskIo(recorded_workers),
            Self::DisturbedRecording => ReservationText::Disturbed,
            Self::ManyProcesses { .. } => ReservationText::ManyProcesses,
            Self::LargeResults { bytes } => ReservationText::LargeResults(bytes),
            Self::ShortBursts => ReservationText::ShortBursts,
            Self::Locks => ReservationText::Locks,
            Self::Python => ReservationText::Python,
            Self::OtherPythonMode => ReservationText::OtherPythonMode,
            Self::ReplacedWorkers => ReservationText::ReplacedWorkers,
        }
    }
}

/// Returns all reservations about a plan. `recorded` is none if the tasks were described.
#[must_use]
pub fn reservations(profile: &WorkloadProfile, recorded: Option<&RecordedConditions>, plan: &Plan) -> Vec<Reservation> {
    let tasks = profile.tasks.len() as u32;
    let processes = plan.processes(tasks);
    let mut found = recorded.map_or_else(Vec::new, |recorded| of_recording(recorded, plan.slots(tasks)));
    found.extend(recorded.and_then(|recorded| recorded.python).map(|recorded| of_python(recorded, plan.mode)));
    if processes >= MANY_PROCESSES {
        found.push(Reservation::ManyProcesses { processes });
    }
    let cpu: f64 = profile.tasks.iter().map(|task| task.bursts_ns() + task.load_ns).sum();
    let waits: u32 = profile.tasks.iter().map(|task| task.waits).sum();
    let waited: f64 = profile.tasks.iter().map(super::profile::TaskProfile::waits_ns).sum();
    let is_short = |time: f64, count: u32| count > 0 && time / f64::from(count) < SHORT_BURST;
    if plan.mode == Mode::Threads && plan.workers > 1 && (is_short(cpu, tasks) || is_short(waited, waits)) {
        found.push(Reservation::ShortBursts);
    }
    found
}

fn of_python(recorded: Mode, predicted: Mode) -> Reservation {
    let has_same_costs = match predicted {
        Mode::Serial => true,
        Mode::Threads => recorded == Mode::Threads,
        Mode::Pool | Mode::Process => recorded != Mode::Threads,
    };
    if has_same_costs { Reservation::Python } else { Reservation::OtherPythonMode }
}

fn of_recording(recorded: &RecordedConditions, slots: u32) -> Vec<Reservation> {
    let mut found = Vec::new();
    if recorded.shared_time {
        found.push(Reservation::OtherLanes);
    }
    if recorded.other_pools {
        found.push(Reservation::OtherPools);
    }
    if recorded.io_kind == Some(IoKind::Disk) && slots != recorded.workers {
        found.push(Reservation::DiskIo { recorded_workers: recorded.workers });
    }
    if recorded.other_load.is_some_and(|load| load > MAX_OTHER_LOAD) {
        found.push(Reservation::DisturbedRecording);
    }
    if recorded.result_bytes >= LARGE_RESULT {
        found.push(Reservation::LargeResults { bytes: recorded.result_bytes });
    }
    if recorded.locks {
        found.push(Reservation::Locks);
    }
    if recorded.replaced_workers {
        found.push(Reservation::ReplacedWorkers);
    }
    found
}
