//! Advice: which setting to choose for the tasks, and when it would change.

use super::{figure_or_dash, number_of_cores, number_of_processes, number_of_threads, percent, time_range};
use crate::event::Mode;
use crate::event::units::{format_bytes, format_count, format_duration, format_elapsed, format_task_count};
use crate::event::workload::ChunkSize;

/// Described tasks: `500 tasks of 20 ms CPU, 80 ms I/O, 5 MB`. Times are in ns.
#[must_use]
pub fn described_tasks(tasks: u32, cpu: u64, io: u64, memory: u64) -> String {
    let cpu = (cpu > 0).then(|| format!("{} CPU", format_duration(cpu)));
    let io = if io > 0 { format!("{} I/O", format_duration(io)) } else { "no I/O".into() };
    let memory = (memory > 0).then(|| format_bytes(memory));
    let size: Vec<_> = cpu.into_iter().chain([io]).chain(memory).collect();
    format!("{} of {}", format_task_count(tasks.into()), size.join(", "))
}

/// Recorded tasks of a watched program: `60 tasks of Pool(4) at etl.py:31`.
#[must_use]
pub fn recorded_pool(title: &str, tasks: usize) -> String {
    format!("{} of {title}", format_task_count(tasks as u64))
}

/// The tasks of the advice, and the cores that it is for.
#[must_use]
pub fn advice_heading(tasks: &str, cores: u32) -> String {
    format!("{tasks}\nPredicted for {}:", number_of_cores(cores as usize))
}

/// Headings of the table of settings.
#[must_use]
pub fn setting_headings() -> [&'static str; 7] {
    ["mode", "workers", "time", "interval", "memory", "cores", ""]
}

/// A mode in the table of settings.
#[must_use]
pub const fn setting_mode(mode: Mode, gil: bool) -> &'static str {
    match mode {
        Mode::Threads if gil => "threads, GIL",
        Mode::Threads => "threads, no GIL",
        mode => mode.name(),
    }
}

/// Mean number of cores in use.
#[must_use]
pub fn cores_used(cores: f64) -> String {
    format!("{cores:.2}")
}

/// Mark of the chosen setting.
#[must_use]
pub const fn choice_mark() -> &'static str {
    "◄"
}

/// Mark of settings that are within 5 % of the fastest.
#[must_use]
pub const fn tie_mark() -> &'static str {
    "tie"
}

/// Mark of settings whose payloads do not fit into memory.
#[must_use]
pub const fn does_not_fit() -> &'static str {
    "does not fit"
}

/// A setting in a sentence: `a pool of 16`.
#[must_use]
pub fn setting_name(mode: Mode, gil: bool, workers: u32) -> String {
    match mode {
        Mode::Serial => "one process, task after task".into(),
        Mode::Pool => format!("a pool of {}", format_count(workers.into())),
        Mode::Threads if gil => format!("{} under a GIL", number_of_threads(workers.into())),
        Mode::Threads => format!("{} without a GIL", number_of_threads(workers.into())),
        Mode::Process => format!("{} at once", number_of_processes(workers.into())),
    }
}

/// What the choice takes.
#[must_use]
pub fn choice_figures(setting: &str, makespan_s: f64, interval_s: (f64, f64), peak_bytes: u64) -> String {
    let memory =
        if peak_bytes > 0 { format!(", with {} of payload at most", format_bytes(peak_bytes)) } else { String::new() };
    format!("Choose {setting}: about {} ({}){memory}.", format_elapsed(makespan_s), time_range(interval_s))
}

/// Why the choice is not narrower or wider.
pub enum ChoiceReason<'a> {
    /// The cores are used.
    CoresBusy { used: f64, cores: u32 },
    /// One thread at a time computes.
    GilBusy { used: f64 },
    /// Every task has a worker.
    WorkerForEachTask,
    /// Nothing is faster. `next` has as many workers or more, and takes this many times as long as the fastest; no
    /// number if it is a tie.
    NothingFaster { next: Option<(&'a str, Option<f64>)> },
}

/// Why more workers do not help, and fewer take this many times as long as the fastest setting.
#[must_use]
pub fn choice_reason(reason: &ChoiceReason, fewer: Option<(&str, f64)>) -> String {
    let why = match reason {
        ChoiceReason::CoresBusy { used, cores } => {
            let cores = number_of_cores(*cores as usize);
            format!("more workers gain nothing, because {} of {cores} is used", percent(*used))
        }
        ChoiceReason::GilBusy { used } => {
            format!("more threads gain nothing, because the GIL is held {} of the time", percent(*used))
        }
        ChoiceReason::WorkerForEachTask => "every task has a worker of its own".into(),
        ChoiceReason::NothingFaster { next: Some((next, None)) } => format!("{next} would take as long, within 5 %"),
        ChoiceReason::NothingFaster { next: Some((next, Some(ratio))) } => {
            format!("{next} would take {ratio:.2}× as long")
        }
        ChoiceReason::NothingFaster { next: None } => "nothing else is faster".into(),
    };
    match fewer {
        Some((fewer, ratio)) => {
            format!("With fewer workers, {fewer} would take {ratio:.2}× as long as the fastest; {why}.")
        }
        None => format!("It has the fewest workers of all; {why}."),
    }
}

/// The settings besides the choice that are within 5 % of the fastest, the narrowest of each mode.
#[must_use]
pub fn tied_settings(names: &[String]) -> String {
    format!("A tie, within 5 %: {}.", names.join(", "))
}

/// Another choice with this I/O time of a task, in ns, or less, or more.
#[must_use]
pub fn io_crossover(setting: &str, io_ns: f64, is_more: bool) -> String {
    let bound = if is_more { "more" } else { "less" };
    format!("{setting} with about {} of I/O a task or {bound}", format_duration(io_ns.round() as u64))
}

/// Another choice with this number of tasks, or fewer, or more.
#[must_use]
pub fn task_crossover(setting: &str, tasks: u32, is_more: bool) -> String {
    let bound = if is_more { "more" } else { "fewer" };
    format!("{setting} with about {} or {bound}", format_task_count(tasks.into()))
}

/// When the choice would change, one line each. `crossovers` is none if there were too many tasks to search.
#[must_use]
pub fn crossover_lines(crossovers: Option<&[String]>) -> Vec<String> {
    let Some(crossovers) = crossovers else {
        return vec!["There are too many tasks to search for another choice.".into()];
    };
    if crossovers.is_empty() {
        return vec!["No other choice was found with less or more I/O or tasks.".into()];
    }
    let lines = crossovers.iter().map(|crossover| format!("  {crossover}"));
    std::iter::once("The choice would be:".to_owned()).chain(lines).collect()
}

/// How much repeats of a run differ, as shares: half of them, and 19 of 20.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoiseFloor {
    pub median: f64,
    pub p95: f64,
    /// Whether it was measured on this machine. Otherwise it is a default.
    pub is_measured: bool,
}

/// How much repeats of a run differ, and on which machine.
#[must_use]
pub fn noise_floor(noise: &NoiseFloor) -> String {
    let origin = if noise.is_measured { "measured here" } else { "a default of other machines" };
    format!(
        "Noise floor, {origin}: repeats differ by {:.1} % (median) to {} (95th percentile).",
        noise.median * 100.0,
        percent(noise.p95)
    )
}

/// How wide intervals are without confirming runs of the same tasks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IntervalWidth {
    /// Half-width as a share of the prediction.
    pub share: f64,
    /// Real runs whose predictions are known, and number of them from which the width follows from them.
    pub runs: usize,
    pub needed: usize,
}

impl IntervalWidth {
    /// Whether it follows from real runs on this machine. Otherwise it is a default.
    #[must_use]
    pub const fn is_learnt(&self) -> bool {
        self.runs >= self.needed
    }
}

/// How wide intervals are, and whether that was measured here.
#[must_use]
pub fn interval_width(width: &IntervalWidth) -> String {
    let share = percent(width.share);
    if width.is_learnt() {
        return format!("Intervals of ±{share} had room for 90 % of the last {} runs of --confirm here.", width.runs);
    }
    format!(
        "Intervals of ±{share} are a default, not measured here: runs of --confirm replace it ({} of {} so far).",
        width.runs, width.needed
    )
}

/// That the simulation and the closed form differ by much; `share` of the makespan.
#[must_use]
pub fn closed_form_difference(closed_form_s: f64, share: f64) -> String {
    let why =
        if share > 0.0 { "tasks that queue for cores, the GIL or a last long task" } else { "work that overlaps" };
    format!(
        "A rule of thumb (CPU time by cores, task time by workers, longest task) gives {}, {} off: it leaves out {why}.",
        format_elapsed(closed_form_s),
        percent(share.abs())
    )
}

/// That there are fewer cores here.
#[must_use]
pub fn extrapolated_cores(cores: u32, here: u32) -> String {
    format!(
        "EXTRAPOLATED to {}: there are {here} here. Assumed are cores as fast as these, that do not slow each other by \
         caches or memory; the intervals do not cover this.",
        number_of_cores(cores as usize)
    )
}

/// What a confirming run measured. Times are in s.
#[must_use]
pub fn confirmed_setting(setting: &str, predicted_s: f64, measured_s: f64) -> String {
    let (predicted, measured) = (format_elapsed(predicted_s), format_elapsed(measured_s));
    format!(
        "{setting}: predicted {predicted}, measured {measured} ({:+.1} %)",
        100.0 * (measured_s / predicted_s - 1.0)
    )
}

/// That a neighbour of the choice was this many times as fast in real runs.
#[must_use]
pub fn faster_neighbour(setting: &str, ratio: f64) -> String {
    format!("Really run, {setting} was {ratio:.2}× as fast as the choice: prefer it.")
}

/// That other programs used the cores during confirming runs.
#[must_use]
pub fn disturbed_confirmation() -> String {
    "Other programs used the cores during these runs, which prove nothing: repeat them on a quiet machine.".into()
}

/// Payload in memory; a dash if there is none.
#[must_use]
pub fn payload_bytes(bytes: u64) -> String {
    figure_or_dash((bytes > 0).then(|| format_bytes(bytes)))
}

/// How sure predictions are after confirming runs.
#[must_use]
pub fn confirmed_interval(share: f64, before: f64) -> String {
    format!("Intervals are ±{} after these runs, ±{} without.", percent(share), percent(before))
}

/// That confirming runs begin, which take so long.
#[must_use]
pub fn confirming(runs: usize, s: f64) -> String {
    format!("confirming by {} real runs, about {}", format_count(runs as u64), format_elapsed(s))
}

/// Why predictions are refused or less sure.
pub enum ReservationText {
    OtherLanes,
    DiskIo(u32),
    Disturbed,
    ManyProcesses,
    LargeResults(u64),
    ShortBursts,
    Locks,
    Python,
    OtherPythonMode,
    ReplacedWorkers,
}

/// The reason of a reservation, with what to do if it refuses predictions.
#[must_use]
pub fn reservation(text: &ReservationText) -> String {
    match text {
        ReservationText::OtherLanes => {
            "other lanes ran beside the recorded one and disturbed it: record with --cores turns, or a single lane"
                .into()
        }
        ReservationText::DiskIo(workers) => format!(
            "the time of disk I/O depends on how many workers do it at once, and was recorded with {} only: try the \
             settings with `mpviz run --workers`",
            format_count((*workers).into())
        ),
        ReservationText::Disturbed => {
            "other programs used the cores while it was recorded: record again on a quiet machine".into()
        }
        ReservationText::ManyProcesses => "hundreds of processes are predicted to 20 % only, by default".into(),
        ReservationText::LargeResults(bytes) => format!(
            "results of {} on average keep the parent process busy, which is not predicted: return less",
            format_bytes(*bytes)
        ),
        ReservationText::ShortBursts => {
            "threads with bursts or waits under 0.5 ms are predicted to 25 % only, by default".into()
        }
        ReservationText::Python => "pools of Python are predicted to 20 % only, by default".into(),
        ReservationText::OtherPythonMode => {
            "what threads and processes of Python cost each is not known from the other: the ones that were not \
             recorded are predicted to 30 % only by default, as if computing held the GIL, and processes started as \
             fast as native ones"
                .into()
        }
        ReservationText::ReplacedWorkers => {
            "workers were replaced, or the pool was created again: record one pool without maxtasksperchild".into()
        }
        ReservationText::Locks => {
            "the tasks waited for locks, whose order other settings change: record tasks without locks between them"
                .into()
        }
    }
}

/// A reservation as a sentence.
#[must_use]
pub fn reservation_note(text: &str) -> String {
    format!("Note: {text}.")
}

/// That the payload of no setting fits into memory.
#[must_use]
pub fn nothing_fits(least: u64, memory: u64) -> String {
    let (least, memory) = (format_bytes(least), format_bytes(memory));
    format!("the payload needs {least} of memory at least, but this machine has {memory}: divide it into smaller tasks")
}

/// That settings cannot be chosen because of their payload.
#[must_use]
pub fn payload_too_large(memory: u64) -> String {
    format!(
        "Settings marked `does not fit` have more payload at once than the {} of this machine.",
        format_bytes(memory)
    )
}

/// The Python code of a setting.
#[must_use]
pub fn python_lines(mode: Mode, workers: u32, chunk: ChunkSize) -> Vec<String> {
    let map = match chunk {
        ChunkSize::Auto => "    results = pool.map(task, items)".into(),
        ChunkSize::Tasks(n) => format!("    results = pool.map(task, items, chunksize={n})"),
    };
    match mode {
        Mode::Serial => vec!["results = [task(item) for item in items]".into()],
        Mode::Pool => {
            vec!["from multiprocessing import Pool".into(), format!("with Pool({workers}) as pool:"), map]
        }
        Mode::Threads => {
            vec![
                "from multiprocessing.pool import ThreadPool".into(),
                format!("with ThreadPool({workers}) as pool:"),
                map,
            ]
        }
        Mode::Process => vec![
            "from multiprocessing import Process".into(),
            "processes = [Process(target=task, args=(item,)) for item in items]".into(),
            "for process in processes: process.start()".into(),
            "for process in processes: process.join()".into(),
        ],
    }
}

/// Heading of the Python code.
#[must_use]
pub const fn python_heading() -> &'static str {
    "In Python:"
}

/// Heading of the confirming runs.
#[must_use]
pub const fn confirmed_heading() -> &'static str {
    "Confirmed by real runs:"
}
