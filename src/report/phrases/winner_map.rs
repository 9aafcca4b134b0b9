//! A map of winners.

use super::{mode_word, number_of_cores, number_of_tasks, number_of_workers, setting_mode, setting_name};
use crate::event::Mode;
use crate::event::units::{format_bytes, format_count, format_duration, format_elapsed};
use crate::report::winner_map::{Contest, Contestant, IO_PERCENTS, MapLayer, MapRows, WinnerMap};
use crate::text;

/// The tasks of a map and the cores that it is for.
#[must_use]
pub fn map_heading(map: &WinnerMap) -> String {
    let cpu = format_duration(map.request.cpu);
    let tasks = match map.request.rows {
        MapRows::Tasks(_) if map.request.payload > 0 => {
            text!("map-tasks-with-payload", cpu = cpu, payload = format_bytes(map.request.payload))
        }
        MapRows::Tasks(_) => text!("map-tasks-of", cpu = cpu),
        MapRows::Payload(_) => {
            text!("map-number-of-tasks", tasks = number_of_tasks(map.request.tasks.into()), cpu = cpu)
        }
    };
    let cores = number_of_cores(map.request.cores as usize);
    if map.request.cores > map.request.cores_here {
        text!("map-heading-extrapolated", tasks = tasks, cores = cores)
    } else {
        text!("map-heading", tasks = tasks, cores = cores)
    }
}

/// The widths of a layer, longest text first.
#[must_use]
pub fn map_layer(map: &WinnerMap, layer: MapLayer) -> Vec<String> {
    match layer {
        MapLayer::GivenWidth => {
            vec![text!("map-given-width", workers = number_of_workers(map.request.workers.into()))]
        }
        MapLayer::BestWidth => vec![
            text!("map-best-width").into(),
            text!("map-best-width-short").into(),
            text!("map-best-width-shortest").into(),
        ],
    }
}

/// What the rows vary.
#[must_use]
pub fn map_row_heading(rows: &MapRows) -> &'static str {
    match rows {
        MapRows::Tasks(_) => text!("map-rows-tasks"),
        MapRows::Payload(_) => text!("map-rows-payload"),
    }
}

/// A share of I/O as the label of a column, longest first.
#[must_use]
pub fn map_column(percent: u32) -> Vec<String> {
    vec![text!("map-column", percent = percent), format!("{percent} %"), percent.to_string()]
}

/// A number of tasks as the label of a row.
#[must_use]
pub fn map_tasks(tasks: u32) -> String {
    format_count(tasks.into())
}

/// A payload as the label of a row.
#[must_use]
pub fn map_payload(bytes: u64) -> String {
    if bytes == 0 { text!("map-no-payload").into() } else { format_bytes(bytes) }
}

/// Mark of the row and the column of the viewer's own tasks.
#[must_use]
pub const fn own_mark() -> &'static str {
    "►"
}

/// The letter of a mode.
#[must_use]
pub const fn mode_letter(mode: Mode) -> char {
    match mode {
        Mode::Serial => 'S',
        Mode::Threads => 'T',
        Mode::Pool => 'P',
        Mode::Process => 'E',
    }
}

/// A mode as the legend names it.
#[must_use]
pub fn mode_of_letter(mode: Mode) -> &'static str {
    match mode {
        Mode::Process => text!("mode-eager"),
        mode => setting_mode(mode, true),
    }
}

/// The winner of a contest, with its width in the layer of best widths, or the modes of a tie.
#[must_use]
pub fn contest_winner(contest: &Contest, layer: MapLayer) -> String {
    match contest.winner() {
        Some(winner) => {
            let has_width = layer == MapLayer::BestWidth && matches!(winner.mode, Mode::Pool | Mode::Threads);
            let width = if has_width { winner.workers.to_string() } else { String::new() };
            format!("{}{width}", mode_letter(winner.mode))
        }
        None if contest.is_tie() => {
            let tied = contest.entries.iter().take(contest.tied);
            std::iter::once('=').chain(tied.map(|entry| mode_letter(entry.mode))).collect()
        }
        None => super::UNKNOWN.into(),
    }
}

/// By how much the winner of a contest is faster.
#[must_use]
pub fn contest_lead(contest: &Contest) -> String {
    match contest.lead() {
        _ if contest.is_tie() => text!("map-tie").into(),
        Some(lead) if lead < 10.0 => format!("{lead:.1}×"),
        Some(lead) => format!("{lead:.0}×"),
        None => String::new(),
    }
}

/// Whether real runs had the predicted outcome; empty without runs.
#[must_use]
pub fn contest_mark(contest: &Contest) -> &'static str {
    match contest.confirmation.as_ref().map(|confirmation| confirmation.is_confirmed) {
        Some(Some(true)) => "+",
        Some(Some(false)) => "!",
        Some(None) => "?",
        None => "",
    }
}

/// Winner, lead and mark of a contest.
#[must_use]
pub fn contest_in_one_line(contest: &Contest, layer: MapLayer) -> String {
    let winner = format!("{}{}", contest_winner(contest, layer), contest_mark(contest));
    match contest_lead(contest) {
        lead if contest.is_tie() || lead.is_empty() => winner,
        lead => format!("{winner} {lead}"),
    }
}

/// What the letters mean.
#[must_use]
pub fn map_letters() -> String {
    let letters = Mode::ALL_VARIANTS.map(|mode| format!("{} {}", mode_letter(mode), mode_of_letter(mode)));
    letters.join(" · ")
}

/// A mode as a narrow legend names it.
#[must_use]
pub fn mode_of_letter_in_short(mode: Mode) -> &'static str {
    match mode {
        Mode::Process => text!("mode-eager-short"),
        mode => mode_word(mode),
    }
}

/// What figures and marks mean, longest first; the last two are for narrow legends.
#[must_use]
pub fn map_figures(is_confirmed: bool) -> Vec<String> {
    let marks = if is_confirmed { text!("map-marks") } else { "" };
    let (tie, shortest) = if is_confirmed {
        (text!("map-tie-and-marks"), text!("map-marks-alone"))
    } else {
        (text!("map-tie-alone"), "=")
    };
    vec![
        text!("map-figures", marks = marks),
        text!("map-figures-short", marks = marks),
        text!("map-figures-shorter", marks = marks),
        tie.into(),
        shortest.into(),
    ]
}

/// How many cells each mode wins, and how much that depends on the width.
#[must_use]
pub fn map_sentences(map: &WinnerMap) -> Vec<String> {
    let cells = map.cells.len();
    let counted = |layer| {
        let counts = map.win_counts(layer);
        let wins: Vec<_> = Mode::ALL_VARIANTS
            .into_iter()
            .zip(counts.wins)
            .filter(|(_, wins)| *wins > 0)
            .map(|(mode, wins)| format!("{} {wins}", mode_of_letter(mode)))
            .collect();
        if wins.is_empty() {
            text!("map-no-mode-wins", ties = counts.ties)
        } else {
            text!("map-wins", wins = wins.join(", "), ties = counts.ties)
        }
    };
    let (given, best) = (map.win_counts(MapLayer::GivenWidth), map.win_counts(MapLayer::BestWidth));
    let process = Mode::Process as usize;
    let workers = number_of_workers(map.request.workers.into());
    let workers = workers.as_str();
    let mut sentences = vec![
        text!("map-wins-given", cells = cells, workers = workers, wins = counted(MapLayer::GivenWidth)),
        text!("map-wins-best", wins = counted(MapLayer::BestWidth)),
    ];
    if given.wins[process] > best.wins[process] {
        let (given, best) = (given.wins[process], best.wins[process]);
        sentences.push(text!("map-depends-on-width", given = given, workers = workers, best = best));
    }
    if map.request.is_own_outside {
        sentences.push(text!("map-own-outside", percent = IO_PERCENTS[IO_PERCENTS.len() - 1]));
    }
    let confirmations: Vec<_> = MapLayer::ALL
        .into_iter()
        .flat_map(|layer| map.contests(layer))
        .filter_map(|it| it.confirmation.as_ref())
        .collect();
    if !confirmations.is_empty() {
        let confirmed = confirmations.iter().filter(|it| it.is_confirmed == Some(true)).count();
        let disturbed = confirmations.iter().filter(|it| it.is_confirmed.is_none()).count();
        sentences.push(text!("map-confirmed", n = confirmed, all = confirmations.len()));
        if disturbed > 0 {
            sentences.push(text!("map-disturbed", n = disturbed));
        }
    }
    sentences
}

/// All modes of a contest with their times, longest text first.
#[must_use]
pub fn contest_detail(map: &WinnerMap, contest: &Contest, row: usize, column: usize) -> Vec<String> {
    let tasks = match &map.request.rows {
        MapRows::Tasks(rows) => rows[row],
        MapRows::Payload(_) => map.request.tasks,
    };
    let (tasks, percent) = (number_of_tasks(tasks.into()), IO_PERCENTS[column]);
    let cell = match &map.request.rows {
        MapRows::Tasks(_) => text!("map-cell", tasks = tasks, percent = percent),
        MapRows::Payload(rows) => {
            text!("map-cell-with-payload", tasks = tasks, payload = map_payload(rows[row]), percent = percent)
        }
    };
    let with_io = text!("map-cell-with-io", cell = cell.as_str(), time = format_duration(map.request.io(column)));
    let named = |entry: &Contestant| {
        format!("{} {}", setting_name(entry.mode, true, entry.workers), format_elapsed(entry.makespan_s))
    };
    let short = |entry: &Contestant| {
        format!("{}{} {}", mode_letter(entry.mode), entry.workers, format_elapsed(entry.makespan_s))
    };
    let all = |name: &dyn Fn(&Contestant) -> String| contest.entries.iter().map(name).collect::<Vec<_>>().join(" · ");
    if contest.entries.is_empty() {
        return vec![text!("map-nothing-fits", cell = cell)];
    }
    let measured = contest.confirmation.as_ref().map(|confirmation| {
        let runs = confirmation
            .runs
            .map(|run| format!("{} {}", mode_letter(run.predicted.mode), format_elapsed(run.measured_s)));
        text!("map-measured", runs = runs.join(", "))
    });
    let competes = |mode: &Mode| contest.entries.iter().any(|entry| entry.mode == *mode);
    let left_out: Vec<_> = Mode::ALL_VARIANTS.into_iter().filter(|mode| !competes(mode)).map(mode_letter).collect();
    let left_out = if left_out.is_empty() {
        String::new()
    } else {
        text!("map-left-out", modes = left_out.iter().map(char::to_string).collect::<Vec<_>>().join(", "))
    };
    let measured = measured.unwrap_or_default();
    vec![
        format!("{with_io}: {}{left_out}{measured}", all(&named)),
        format!("{with_io}: {}{left_out}{measured}", all(&short)),
        format!("{cell}: {}{left_out}{measured}", all(&short)),
        format!("{cell}: {}{left_out}", all(&short)),
    ]
}

/// The keys of the map, longest first.
#[must_use]
pub fn map_keys() -> Vec<String> {
    vec![text!("map-keys").into(), text!("map-keys-short").into()]
}

/// That a key does nothing in a map.
#[must_use]
pub fn no_key_of_map() -> &'static str {
    text!("map-no-key")
}

/// That cells are confirmed by real runs, which take so long.
#[must_use]
pub fn confirming_map(cells: usize, runs: usize, s: f64) -> String {
    text!("confirming-map", cells = cells, runs = runs, time = format_elapsed(s))
}
