//! Advice: which setting to choose for the tasks, and when it would change.

use super::{
    figure_or_dash, localized_title, mode_word, number_of_cores, number_of_processes, number_of_tasks,
    number_of_threads, percent, time_range,
};
use crate::event::Mode;
use crate::event::units::{format_bytes, format_duration, format_elapsed};
use crate::event::workload::ChunkSize;
use crate::text;

/// Described tasks: `500 tasks of 20 ms CPU, 80 ms I/O, 5 MB`. Times are in ns.
#[must_use]
pub fn described_tasks(tasks: u32, cpu: u64, io: u64, memory: u64) -> String {
    let cpu = (cpu > 0).then(|| text!("advice-cpu", time = format_duration(cpu)));
    let io = if io > 0 { text!("advice-io", time = format_duration(io)) } else { text!("advice-no-io").into() };
    let memory = (memory > 0).then(|| format_bytes(memory));
    let size: Vec<_> = cpu.into_iter().chain([io]).chain(memory).collect();
    text!("advice-tasks-of", tasks = number_of_tasks(tasks.into()), size = size.join(", "))
}

/// Recorded tasks of a watched program: `60 tasks of Pool(4) at etl.py:31`.
#[must_use]
pub fn recorded_pool(title: &str, tasks: usize) -> String {
    text!("advice-tasks-of", tasks = number_of_tasks(tasks as u64), size = localized_title(title))
}

/// The tasks of the advice, and the cores that it is for.
#[must_use]
pub fn advice_heading(tasks: &str, cores: u32) -> String {
    format!("{tasks}\n{}", text!("advice-heading", cores = number_of_cores(cores as usize)))
}

/// Headings of the table of settings.
#[must_use]
pub fn setting_headings() -> [&'static str; 7] {
    [
        text!("heading-mode"),
        text!("heading-workers"),
        text!("heading-time"),
        text!("heading-interval"),
        text!("heading-memory"),
        text!("heading-cores"),
        "",
    ]
}

/// A mode in the table of settings.
#[must_use]
pub fn setting_mode(mode: Mode, gil: bool) -> &'static str {
    match mode {
        Mode::Threads if gil => text!("mode-threads-gil"),
        Mode::Threads => text!("mode-threads-no-gil"),
        mode => mode_word(mode),
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
pub fn tie_mark() -> &'static str {
    text!("mark-tie")
}

/// Mark of settings for which the machine has too little memory, or too few processes.
#[must_use]
pub fn does_not_fit() -> &'static str {
    text!("mark-does-not-fit")
}

/// A setting in a sentence: `a pool of 16`.
#[must_use]
pub fn setting_name(mode: Mode, gil: bool, workers: u32) -> String {
    match mode {
        Mode::Serial => text!("setting-serial").into(),
        Mode::Pool => text!("setting-pool", n = workers),
        Mode::Threads if gil => text!("setting-threads-gil", threads = number_of_threads(workers.into())),
        Mode::Threads => text!("setting-threads-no-gil", threads = number_of_threads(workers.into())),
        Mode::Process => text!("setting-processes", processes = number_of_processes(workers.into())),
    }
}

/// What the choice takes.
#[must_use]
pub fn choice_figures(setting: &str, makespan_s: f64, interval_s: (f64, f64), peak_memory: u64) -> String {
    let (time, interval) = (format_elapsed(makespan_s), time_range(interval_s));
    if peak_memory == 0 {
        return text!("advice-choice", setting = setting, time = time, interval = interval);
    }
    let memory = format_bytes(peak_memory);
    text!("advice-choice-with-memory", setting = setting, time = time, interval = interval, memory = memory)
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
    let ratio_text = |ratio: f64| format!("{ratio:.2}");
    let why = match reason {
        ChoiceReason::CoresBusy { used, cores } => {
            text!("reason-cores-busy", share = percent(*used), cores = number_of_cores(*cores as usize))
        }
        ChoiceReason::GilBusy { used } => text!("reason-gil-busy", share = percent(*used)),
        ChoiceReason::WorkerForEachTask => text!("reason-worker-for-each-task").into(),
        ChoiceReason::NothingFaster { next: Some((next, None)) } => text!("reason-tie", setting = *next),
        ChoiceReason::NothingFaster { next: Some((next, Some(ratio))) } => {
            text!("reason-slower", setting = *next, ratio = ratio_text(*ratio))
        }
        ChoiceReason::NothingFaster { next: None } => text!("reason-nothing-faster").into(),
    };
    match fewer {
        Some((fewer, ratio)) => {
            text!("choice-with-fewer-workers", setting = fewer, ratio = ratio_text(ratio), reason = why)
        }
        None => text!("choice-has-fewest-workers", reason = why),
    }
}

/// The settings besides the choice that are within 5 % of the fastest, the narrowest of each mode.
#[must_use]
pub fn tied_settings(names: &[String]) -> String {
    text!("tied-settings", settings = names.join(", "))
}

/// Another choice with this I/O time of a task, in ns, or less, or more.
#[must_use]
pub fn io_crossover(setting: &str, io_ns: f64, is_more: bool) -> String {
    let time = format_duration(io_ns.round() as u64);
    if is_more {
        text!("crossover-more-io", setting = setting, time = time)
    } else {
        text!("crossover-less-io", setting = setting, time = time)
    }
}

/// Another choice with this number of tasks, or fewer, or more.
#[must_use]
pub fn task_crossover(setting: &str, tasks: u32, is_more: bool) -> String {
    let tasks = number_of_tasks(tasks.into());
    if is_more {
        text!("crossover-more-tasks", setting = setting, tasks = tasks)
    } else {
        text!("crossover-fewer-tasks", setting = setting, tasks = tasks)
    }
}

/// When the choice would change, one line each. `crossovers` is none if there were too many tasks to search.
#[must_use]
pub fn crossover_lines(crossovers: Option<&[String]>) -> Vec<String> {
    let Some(crossovers) = crossovers else {
        return vec![text!("crossovers-not-searched").into()];
    };
    if crossovers.is_empty() {
        return vec![text!("crossovers-none").into()];
    }
    let lines = crossovers.iter().map(|crossover| format!("  {crossover}"));
    std::iter::once(text!("crossovers-heading").to_owned()).chain(lines).collect()
}

/// How much repeats of a run differ, as shares: half of them, and 19 of 20.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoiseFloor {
    pub median: f64,
    pub p95: f64,
    /// Whether it was measured on this machine. Otherwise it is a default.
    pub is_measured: bool,
}

impl NoiseFloor {
    /// The shares in per cent.
    pub(super) fn texts(&self) -> (String, String) {
        (format!("{:.1} %", self.median * 100.0), percent(self.p95))
    }
}

/// How much repeats of a run differ, and on which machine.
#[must_use]
pub fn noise_floor(noise: &NoiseFloor) -> String {
    let (median, most) = noise.texts();
    if noise.is_measured {
        text!("noise-measured", median = median, most = most)
    } else {
        text!("noise-default", median = median, most = most)
    }
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
        return text!("width-learnt", share = share, runs = width.runs);
    }
    text!("width-default", share = share, runs = width.runs, needed = width.needed)
}

/// That the simulation and the closed form differ by much; `share` of the makespan.
#[must_use]
pub fn closed_form_difference(closed_form_s: f64, share: f64) -> String {
    let (time, off) = (format_elapsed(closed_form_s), percent(share.abs()));
    if share > 0.0 {
        text!("closed-form-queues", time = time, share = off)
    } else {
        text!("closed-form-overlaps", time = time, share = off)
    }
}

/// That there are fewer cores here.
#[must_use]
pub fn extrapolated_cores(cores: u32, here: u32) -> String {
    text!("extrapolated-cores", cores = number_of_cores(cores as usize), here = here)
}

/// What a confirming run measured. Times are in s.
#[must_use]
pub fn confirmed_setting(setting: &str, predicted_s: f64, measured_s: f64) -> String {
    let difference = format!("{:+.1}", 100.0 * (measured_s / predicted_s - 1.0));
    let (predicted, measured) = (format_elapsed(predicted_s), format_elapsed(measured_s));
    text!("confirmed-setting", setting = setting, predicted = predicted, measured = measured, difference = difference)
}

/// That a neighbour of the choice was this many times as fast in real runs.
#[must_use]
pub fn faster_neighbour(setting: &str, ratio: f64) -> String {
    text!("faster-neighbour", setting = setting, ratio = format!("{ratio:.2}"))
}

/// That other programs used the cores during the confirming runs of these settings.
#[must_use]
pub fn disturbed_confirmation(settings: &[String]) -> String {
    text!("disturbed-confirmation", settings = settings.join(", "))
}

/// Memory of payloads and processes; a dash if there is none.
#[must_use]
pub fn memory_bytes(bytes: u64) -> String {
    figure_or_dash((bytes > 0).then(|| format_bytes(bytes)))
}

/// How sure predictions are after confirming runs.
#[must_use]
pub fn confirmed_interval(share: f64, before: f64) -> String {
    text!("confirmed-interval", share = percent(share), before = percent(before))
}

/// That confirming runs begin, which take so long.
#[must_use]
pub fn confirming(runs: usize, s: f64) -> String {
    text!("confirming", runs = runs, time = format_elapsed(s))
}

/// Why predictions are refused or less sure.
pub enum ReservationText {
    OtherLanes,
    OtherPools,
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
    let fixed = match text {
        ReservationText::OtherLanes => text!("reservation-other-lanes"),
        ReservationText::OtherPools => text!("reservation-other-pools"),
        ReservationText::DiskIo(workers) => return text!("reservation-disk-io", n = *workers),
        ReservationText::Disturbed => text!("reservation-disturbed"),
        ReservationText::ManyProcesses => text!("reservation-many-processes"),
        ReservationText::LargeResults(bytes) => {
            return text!("reservation-large-results", bytes = format_bytes(*bytes));
        }
        ReservationText::ShortBursts => text!("reservation-short-bursts"),
        ReservationText::Python => text!("reservation-python"),
        ReservationText::OtherPythonMode => text!("reservation-other-python-mode"),
        ReservationText::ReplacedWorkers => text!("reservation-replaced-workers"),
        ReservationText::Locks => text!("reservation-locks"),
    };
    fixed.into()
}

/// A reservation as a sentence.
#[must_use]
pub fn reservation_note(text: &str) -> String {
    text!("advice-note", note = text)
}

/// The other lanes of a watched program that had tasks, and how to predict them; none without such lanes.
#[must_use]
pub fn lanes_not_predicted(titles: &[String]) -> Option<String> {
    let titles: Vec<_> = titles.iter().map(|title| super::localized_title(title)).collect();
    (!titles.is_empty()).then(|| reservation_note(&text!("advice-lanes-not-predicted", lanes = titles.join(", "))))
}

/// That no setting fits into memory.
#[must_use]
pub fn nothing_fits(least: u64, memory: u64) -> String {
    text!("tasks-need-memory", least = format_bytes(least), memory = format_bytes(memory))
}

/// That settings cannot be chosen because of their memory or number of processes.
#[must_use]
pub fn too_large_settings(memory: u64, processes: u64) -> String {
    text!("settings-too-large", memory = format_bytes(memory), processes = number_of_processes(processes))
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
pub fn python_heading() -> &'static str {
    text!("python-heading")
}

/// Heading of the confirming runs.
#[must_use]
pub fn confirmed_heading() -> &'static str {
    text!("confirmed-heading")
}
