//! The panel that compares settings for the tasks of a lane.

use super::{IntervalWidth, NoiseFloor, number_of_cores, percent, time_range};
use crate::event::Mode;
use crate::event::units::{format_count, format_elapsed};

/// What the key Enter does with a setting. `is_live`: it can be run, not only simulated.
#[must_use]
pub const fn what_if_enter(is_live: bool) -> &'static str {
    if is_live { "enter run it" } else { "enter show it SIMULATED" }
}

/// Title of the panel with its keys. `other` is the mode whose numbers of workers can be listed; `enter` is what Enter
/// does.
#[must_use]
pub fn what_if_titles(lane: &str, other: Mode, enter: &str) -> [String; 3] {
    let keys = format!("↑↓ · tab {} · {enter} · esc close", other.name());
    [format!("what if {lane} had run with other settings · {keys}"), format!("what if · {keys}"), "what if".into()]
}

/// Title of the panel without predictions.
#[must_use]
pub fn what_if_title(lane: &str) -> [String; 2] {
    [format!("what if {lane} had run with other settings · esc close"), "what if · esc close".into()]
}

/// What Enter does if other lanes or programs disturbed the lane.
#[must_use]
pub const fn measure_again() -> &'static str {
    "Enter runs the lanes again, one after the other, and then compares the settings here."
}

/// That the lanes run again for the panel.
#[must_use]
pub const fn measuring_again() -> &'static str {
    "the lanes run one after the other; the settings are compared once they have ended"
}

/// That predictions are being made.
#[must_use]
pub const fn predicting() -> &'static str {
    "predicting; the first time, this machine is measured for about two seconds …"
}

/// Headings of the columns: the workers of the listed mode, predicted time, interval.
#[must_use]
pub const fn what_if_headings(listed: Mode) -> [&'static str; 3] {
    [listed.name(), "time", "interval"]
}

/// The signs of the bars, longest first.
#[must_use]
pub fn what_if_signs() -> Vec<String> {
    vec!["● predicted  ├──┤ nine of ten runs".into(), "● predicted  ├──┤ 90 %".into(), String::new()]
}

/// A row's setting: the number of workers, or what is not a number of them.
#[must_use]
pub fn what_if_setting(mode: Mode, workers: u32) -> String {
    match mode {
        Mode::Serial => "serial".into(),
        Mode::Pool | Mode::Threads => format_count(workers.into()),
        Mode::Process => "process".into(),
    }
}

/// Mark of the setting that the lane was run with, and what it took.
#[must_use]
pub fn todays_mark(measured_s: f64) -> [String; 2] {
    [format!("today: measured {}", format_elapsed(measured_s)), format!("today {}", format_elapsed(measured_s))]
}

/// What the chosen setting gains over that of the lane. Times are in s.
#[must_use]
pub fn what_if_choice(setting: &str, predicted_s: f64, interval_s: (f64, f64), todays_s: f64) -> Vec<String> {
    let ratio = todays_s / predicted_s;
    let choice = format!("Choose {setting}: about {}", format_elapsed(predicted_s));
    vec![
        format!("{choice} ({}), {ratio:.1}× faster than predicted for today's setting.", time_range(interval_s)),
        format!("{choice}, {ratio:.1}× faster than today's setting."),
        format!("{choice}, {ratio:.1}× faster."),
    ]
}

/// That the lane's own setting is chosen.
#[must_use]
pub fn today_is_chosen() -> Vec<String> {
    vec![
        "Keep today's setting: nothing is more than 5 % faster, and nothing as fast has fewer workers.".into(),
        "Keep today's setting: nothing is more than 5 % faster.".into(),
    ]
}

/// That the lane's own setting is a tie with the chosen one, which has fewer concurrent workers.
#[must_use]
pub fn today_is_tie(setting: &str) -> Vec<String> {
    vec![
        format!("Today's setting is a tie, within 5 %: {setting} would do, with fewer workers."),
        format!("A tie, within 5 %: {setting} would do."),
    ]
}

/// A setting that is listed on the page of the other mode.
#[must_use]
pub fn on_other_page(setting: &str) -> String {
    format!("{setting} (tab)")
}

/// That the lane's own setting takes as long as the chosen one, though it is not within 5 % of the fastest.
#[must_use]
pub fn today_is_nearly_tie(setting: &str) -> Vec<String> {
    vec![format!("Today's setting takes as long as {setting}, within 5 %."), format!("A tie with {setting}.")]
}

/// What is assumed, how wide intervals are at least, and what no prediction can beat.
#[must_use]
pub fn what_if_assumptions(cores: u32, noise: &NoiseFloor, width: &IntervalWidth) -> Vec<String> {
    let cores = number_of_cores(cores as usize);
    let (median, most) = (format!("{:.1} %", noise.median * 100.0), percent(noise.p95));
    let share = percent(width.share);
    let origin = |is_of_here| if is_of_here { "measured" } else { "default" };
    let (of_width, of_noise) = (origin(width.is_learnt()), origin(noise.is_measured));
    vec![
        format!(
            "Assumed: {cores}, the lane alone. Intervals: ±{share} ({of_width}). Repeats differ by {median} to {most} \
             ({of_noise})."
        ),
        format!("{cores}, alone; intervals ±{share} ({of_width}); noise {median} to {most} ({of_noise})"),
        format!("±{share} ({of_width}); noise {median} to {most} ({of_noise})"),
    ]
}

/// That the recording was made on another machine.
#[must_use]
pub fn recorded_elsewhere() -> String {
    "recorded on another machine or system, but the costs of processes are those of this one".into()
}

/// That a simulated lane is shown beside the measured one.
#[must_use]
pub fn simulated_shown(setting: &str) -> String {
    format!("SIMULATED: {setting} · s: save it · pgup: back to the measured run")
}
