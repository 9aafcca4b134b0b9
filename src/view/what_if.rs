//! The panel that compares settings for the tasks of a lane: predicted times as bars with their intervals.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::DisplayedScene;
use super::brush::{ClippedPainter, text_width, wrap};
use crate::event::Mode;
use crate::event::units::format_elapsed;
use crate::report::phrases;
use crate::source::simulation::TIE;
use crate::theme::Theme;
use crate::ui::{LanePredictions, LiveSource, PredictedSetting, WhatIf, WhatIfState};

/// Maximum size, including the frame.
const MAX_WIDTH: u16 = 120;
/// Widths of the columns of a time and its interval, each with a gap.
const TIME_WIDTH: u16 = 9;
const INTERVAL_WIDTH: u16 = 20;
/// Columns after each of them.
const GAP: u16 = 2;
/// Width from which intervals are written, not only drawn.
const MIN_WIDTH_WITH_INTERVALS: u16 = 70;
/// Width of the marks at the end of a row.
const MARK_WIDTH: u16 = 14;
const WIDE_MARK_WIDTH: u16 = 26;
/// Width of the panel from which the marks are wide.
const MIN_WIDTH_OF_WIDE_MARKS: u16 = 100;

pub(super) fn draw(brush: &mut ClippedPainter, screen: Rect, scene: &DisplayedScene, panel: &WhatIf) {
    let theme = scene.theme;
    let width = MAX_WIDTH.min(screen.width);
    let lines = lines(scene, panel, width.saturating_sub(4));
    let height = (lines.len() as u16 + 2).min(screen.height);
    let area =
        Rect { x: screen.x + (screen.width - width) / 2, y: screen.y + (screen.height - height) / 2, width, height };
    brush.clear(area);
    brush.fill_area(area, ' ', theme.text);
    brush.draw_box(area, &titles(scene, panel), theme.strong);
    let rows = (area.y + 1..area.bottom().saturating_sub(1)).map(|y| Rect {
        x: area.x + 2,
        y,
        width: width.saturating_sub(4),
        height: 1,
    });
    for (row, line) in rows.zip(&lines) {
        line.draw(brush, row, theme);
    }
}

fn titles(scene: &DisplayedScene, panel: &WhatIf) -> Vec<String> {
    match panel.state {
        WhatIfState::Predicted(_) => {
            let other = if panel.mode == Mode::Pool { Mode::Threads } else { Mode::Pool };
            let enter = phrases::what_if_enter(!scene.is_replay() && scene.ui.live_source == LiveSource::Workload);
            phrases::what_if_titles(&panel.lane, other, enter).into()
        }
        WhatIfState::Predicting | WhatIfState::Refused(_) | WhatIfState::PredictedCluster(_) => {
            phrases::what_if_title(&panel.lane).into()
        }
    }
}

/// A line of the panel.
enum Line<'a> {
    /// Variants of a text, longest first.
    Text(Vec<String>, Style),
    Headings(Mode),
    Setting {
        row: &'a PredictedSetting,
        predictions: &'a LanePredictions,
        is_selected: bool,
        longest_s: f64,
    },
}

fn lines<'a>(scene: &DisplayedScene, panel: &'a WhatIf, width: u16) -> Vec<Line<'a>> {
    let theme = scene.theme;
    let text = |text: String, style| wrap(&text, width).into_iter().map(move |line| Line::Text(vec![line], style));
    match &panel.state {
        WhatIfState::Predicting => text(phrases::predicting().into(), theme.text).collect(),
        WhatIfState::Refused(refusal) => {
            let again = scene.ui.can_measure_again(panel).then(|| text(phrases::measure_again().into(), theme.strong));
            text(format!("{}.", refusal.why), theme.text).chain(again.into_iter().flatten()).collect()
        }
        WhatIfState::PredictedCluster(predictions) => {
            let lines = phrases::cluster_predictions(predictions);
            lines
                .into_iter()
                .flat_map(|line| match line.as_str() {
                    // Texts are wrapped, which removes leading and empty lines.
                    "" => vec![Line::Text(vec![line], theme.text)],
                    row if row.starts_with(' ') => vec![Line::Text(vec![line], theme.text)],
                    _ => text(line, theme.text).collect(),
                })
                .collect()
        }
        WhatIfState::Predicted(predictions) => {
            let page = predictions.page(panel.mode);
            let longest_s = page.iter().map(|row| row.interval_s.1).fold(f64::MIN_POSITIVE, f64::max);
            let rows = page.into_iter().enumerate().map(|(n, row)| Line::Setting {
                row,
                predictions,
                is_selected: n == panel.selected,
                longest_s,
            });
            let sentences =
                sentences(predictions, panel.mode).into_iter().map(|variants| Line::Text(variants, theme.text));
            let notes = predictions.notes.iter().flat_map(|note| text(note.clone(), theme.weak));
            std::iter::once(Line::Headings(panel.mode))
                .chain(rows)
                .chain([Line::Text(vec![String::new()], theme.text)])
                .chain(sentences)
                .chain(notes)
                .collect()
        }
    }
}

/// The choice, and what is assumed.
fn sentences(predictions: &LanePredictions, panel_mode: Mode) -> Vec<Vec<String>> {
    let is_listed = predictions.page(panel_mode).iter().any(|row| row.is_chosen);
    let name = |row: &PredictedSetting| {
        let name = phrases::setting_name(row.setting.mode, row.setting.gil, row.setting.workers);
        if is_listed { name } else { phrases::on_other_page(&name) }
    };
    let choice = predictions.chosen().zip(predictions.todays()).map(|(chosen, todays)| match todays {
        todays if todays.is_chosen => phrases::today_is_chosen(),
        todays if todays.is_tie => phrases::today_is_tie(&name(chosen)),
        todays if todays.predicted_s <= TIE * chosen.predicted_s => phrases::today_is_nearly_tie(&name(chosen)),
        todays => phrases::what_if_choice(&name(chosen), chosen.predicted_s, chosen.interval_s, todays.predicted_s),
    });
    choice
        .into_iter()
        .chain([phrases::what_if_assumptions(predictions.cores, &predictions.noise_floor, &predictions.interval_width)])
        .collect()
}

impl Line<'_> {
    fn draw(&self, brush: &mut ClippedPainter, area: Rect, theme: &Theme) {
        match self {
            Self::Text(variants, style) => {
                brush.draw_longest(area, variants, *style);
            }
            Self::Headings(mode) => {
                let [setting, time, interval, bar, _] = columns(area);
                for (column, heading) in [setting, time, interval].into_iter().zip(phrases::what_if_headings(*mode)) {
                    brush.draw_right_aligned(without_gap(column), heading, theme.weak);
                }
                brush.draw_longest(without_gap(bar), &phrases::what_if_signs(), theme.weak);
            }
            Self::Setting { row, predictions, is_selected, longest_s } => {
                let [setting, time, interval, bar, mark] = columns(area);
                let style = if row.is_chosen || row.is_todays { theme.strong } else { theme.text };
                let name = phrases::what_if_setting(row.setting.mode, row.setting.workers);
                brush.draw_right_aligned(without_gap(setting), &name, style);
                brush.draw_right_aligned(without_gap(time), &format_elapsed(row.predicted_s), style);
                brush.draw_right_aligned(without_gap(interval), &phrases::time_range(row.interval_s), theme.weak);
                draw_bar(brush, without_gap(bar), row, *longest_s, theme);
                brush.draw_longest(mark, &marks(row, predictions), style);
                if *is_selected {
                    brush.add_style(
                        Rect { width: bar.x - area.x, ..area },
                        Style::new().add_modifier(Modifier::REVERSED),
                    );
                }
            }
        }
    }
}

/// The columns of a row: setting, time, interval, bar and marks.
fn columns(area: Rect) -> [Rect; 5] {
    let marks = if area.width >= MIN_WIDTH_OF_WIDE_MARKS { WIDE_MARK_WIDTH } else { MARK_WIDTH };
    let interval = if area.width >= MIN_WIDTH_WITH_INTERVALS { INTERVAL_WIDTH } else { 0 };
    let setting = text_width(&phrases::what_if_setting(Mode::Process, 0)) as u16 + GAP;
    let bar = area.width.saturating_sub(setting + TIME_WIDTH + interval + marks + GAP);
    let mut x = area.x;
    [setting, TIME_WIDTH, interval, bar + GAP, marks].map(|width| {
        let column = Rect { x, width, ..area }.intersection(area);
        x += width;
        column
    })
}

fn without_gap(column: Rect) -> Rect {
    Rect { width: column.width.saturating_sub(GAP), ..column }
}

/// A bar up to the interval, the interval as a whisker, and the predicted time in it.
fn draw_bar(brush: &mut ClippedPainter, area: Rect, row: &PredictedSetting, longest_s: f64, theme: &Theme) {
    let last = f64::from(area.width.saturating_sub(1));
    let cell = |s: f64| area.x + (s / longest_s * last).round().clamp(0.0, last) as u16;
    let (low, at, high) = (cell(row.interval_s.0), cell(row.predicted_s), cell(row.interval_s.1));
    let colors = theme.lane_colors(row.setting.mode);
    for x in area.x..area.right().min(high + 1) {
        let (glyph, style) = match x {
            x if x == at => ('●', theme.strong),
            x if x < low => ('█', theme.as_foreground(colors.run)),
            x if x == low => ('├', theme.text),
            x if x == high => ('┤', theme.text),
            _ => ('─', theme.text),
        };
        brush.draw_glyph(x, area.y, glyph, style);
    }
}

fn marks(row: &PredictedSetting, predictions: &LanePredictions) -> Vec<String> {
    let choice = if row.is_chosen {
        phrases::choice_mark()
    } else if row.is_tie {
        phrases::tie_mark()
    } else if !row.fits {
        phrases::does_not_fit()
    } else {
        ""
    };
    if !row.is_todays {
        return vec![choice.into()];
    }
    let with_choice = |today: String| if choice.is_empty() { today } else { format!("{choice} {today}") };
    phrases::todays_mark(predictions.measured_s).map(with_choice).into()
}
