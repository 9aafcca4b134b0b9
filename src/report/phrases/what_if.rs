//! The panel that compares settings for the tasks of a lane.

use super::{IntervalWidth, NoiseFloor, mode_word, number_of_cores, percent, time_range};
use crate::event::Mode;
use crate::event::units::{format_count, format_elapsed};
use crate::text;

/// What the key Enter does with a setting. `is_live`: it can be run, not only simulated.
#[must_use]
pub fn what_if_enter(is_live: bool) -> &'static str {
    if is_live { text!("what-if-enter-runs") } else { text!("what-if-enter-simulates") }
}

/// Title of the panel with its keys. `other` is the mode whose numbers of workers can be listed; `enter` is what Enter
/// does.
#[must_use]
pub fn what_if_titles(lane: &str, other: Mode, enter: &str) -> [String; 3] {
    let keys = text!("what-if-keys", mode = mode_word(other), enter = enter);
    let [long, short] = titles_with_keys(lane, &keys);
    [long, short, text!("what-if-title-shortest").into()]
}

/// Title of the panel without predictions.
#[must_use]
pub fn what_if_title(lane: &str) -> [String; 2] {
    titles_with_keys(lane, text!("what-if-close"))
}

fn titles_with_keys(lane: &str, keys: &str) -> [String; 2] {
    [text!("what-if-title", lane = lane, keys = keys), text!("what-if-title-short", keys = keys)]
}

/// What Enter does if other lanes or programs disturbed the lane.
#[must_use]
pub fn measure_again() -> &'static str {
    text!("what-if-measure-again")
}

/// That the lanes run again for the panel.
#[must_use]
pub fn measuring_again() -> &'static str {
    text!("what-if-measuring-again")
}

/// That predictions are being made.
#[must_use]
pub fn predicting() -> &'static str {
    text!("what-if-predicting")
}

/// Headings of the columns: the workers of the listed mode, predicted time, interval.
#[must_use]
pub fn what_if_headings(listed: Mode) -> [&'static str; 3] {
    [mode_word(listed), text!("what-if-time"), text!("what-if-interval")]
}

/// The signs of the bars, longest first.
#[must_use]
pub fn what_if_signs() -> Vec<String> {
    vec![text!("what-if-signs").into(), text!("what-if-signs-short").into(), String::new()]
}

/// A row's setting: the number of workers, or what is not a number of them.
#[must_use]
pub fn what_if_setting(mode: Mode, workers: u32) -> String {
    match mode {
        Mode::Serial | Mode::Process => mode_word(mode).into(),
        Mode::Pool | Mode::Threads => format_count(workers.into()),
    }
}

/// Mark of the setting that the lane was run with, and what it took.
#[must_use]
pub fn todays_mark(measured_s: f64) -> [String; 2] {
    let time = format_elapsed(measured_s);
    [text!("what-if-today", time = time.as_str()), text!("what-if-today-short", time = time)]
}

/// What the chosen setting gains over that of the lane. Times are in s.
#[must_use]
pub fn what_if_choice(setting: &str, predicted_s: f64, interval_s: (f64, f64), todays_s: f64) -> Vec<String> {
    let (time, ratio) = (format_elapsed(predicted_s), format!("{:.1}", todays_s / predicted_s));
    let (time, ratio, interval) = (time.as_str(), ratio.as_str(), time_range(interval_s));
    vec![
        text!("what-if-choice", setting = setting, time = time, interval = interval, ratio = ratio),
        text!("what-if-choice-short", setting = setting, time = time, ratio = ratio),
        text!("what-if-choice-shortest", setting = setting, time = time, ratio = ratio),
    ]
}

/// That the lane's own setting is chosen.
#[must_use]
pub fn today_is_chosen() -> Vec<String> {
    vec![text!("what-if-keep").into(), text!("what-if-keep-short").into()]
}

/// That the lane's own setting is a tie with the chosen one, which has fewer concurrent workers.
#[must_use]
pub fn today_is_tie(setting: &str) -> Vec<String> {
    vec![text!("what-if-tie", setting = setting), text!("what-if-tie-short", setting = setting)]
}

/// A setting that is listed on the page of the other mode.
#[must_use]
pub fn on_other_page(setting: &str) -> String {
    text!("what-if-other-page", setting = setting)
}

/// That the lane's own setting takes as long as the chosen one, though it is not within 5 % of the fastest.
#[must_use]
pub fn today_is_nearly_tie(setting: &str) -> Vec<String> {
    vec![text!("what-if-nearly-tie", setting = setting), text!("what-if-nearly-tie-short", setting = setting)]
}

/// What is assumed, how wide intervals are at least, and what no prediction can beat.
#[must_use]
pub fn what_if_assumptions(cores: u32, noise: &NoiseFloor, width: &IntervalWidth) -> Vec<String> {
    let cores = number_of_cores(cores as usize);
    let (median, most) = noise.texts();
    let share = percent(width.share);
    let origin = |is_of_here| if is_of_here { text!("origin-measured") } else { text!("origin-default") };
    let (of_width, of_noise) = (origin(width.is_learnt()), origin(noise.is_measured));
    let (cores, share, median, most) = (cores.as_str(), share.as_str(), median.as_str(), most.as_str());
    vec![
        text!(
            "what-if-assumptions",
            cores = cores,
            share = share,
            of_width = of_width,
            median = median,
            most = most,
            of_noise = of_noise,
        ),
        text!(
            "what-if-assumptions-short",
            cores = cores,
            share = share,
            of_width = of_width,
            median = median,
            most = most,
            of_noise = of_noise,
        ),
        text!(
            "what-if-assumptions-shortest",
            share = share,
            of_width = of_width,
            median = median,
            most = most,
            of_noise = of_noise,
        ),
    ]
}

/// That the recording was made on another machine.
#[must_use]
pub fn recorded_elsewhere() -> &'static str {
    text!("recorded-elsewhere")
}

/// That a simulated lane is shown beside the measured one.
#[must_use]
pub fn simulated_shown(setting: &str) -> String {
    text!("simulated-is-shown", setting = setting)
}
