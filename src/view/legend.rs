//! The legend: the signs of the map, the cores and the tiles with their meanings.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::brush::{ClippedPainter, text_width};
use super::column::{LaneColumn, without_left_columns};
use super::{DisplayedScene, zoom};
use crate::model::{KeyMomentKind, Lane};
use crate::report::phrases::{self, LegendSign};
use crate::theme::{LaneColors, Theme};

/// How a sign looks in the map and in a tile.
struct SignLook {
    glyphs: &'static str,
    style: Style,
    in_tile: &'static str,
}

impl SignLook {
    fn new(sign: LegendSign, theme: &Theme, colors: &LaneColors) -> Self {
        let blocks = theme.has_block_characters();
        let (glyphs, style, in_tile) = match sign {
            // A partial block is a part of the time, or of the tasks of a row.
            LegendSign::Computes | LegendSign::Executes | LegendSign::ExecutesInCluster => {
                ("█▄", theme.as_foreground(colors.run), "►")
            }
            LegendSign::TakesTurns => (if blocks { "██" } else { "▓▒" }, theme.as_foreground(colors.mid), "≈"),
            LegendSign::InIo | LegendSign::Blocked => ("──", colors.dim, "○"),
            LegendSign::Queued => ("··", theme.dot, ""),
            LegendSign::IdleCore => ("╱╱", theme.hazard, ""),
            LegendSign::LostOrFailed => ("××", theme.alarm, ""),
            LegendSign::Suspended => ("║║", colors.dim, ""),
            LegendSign::NotObserved => ("??", theme.weak, ""),
            LegendSign::OtherPrograms => ("░░", theme.weak, ""),
            LegendSign::Later => ("::", theme.faint, ""),
            LegendSign::KeyMoment => ("▲", theme.strong, ""),
            LegendSign::Loads => ("↓", theme.text, ""),
        };
        Self { glyphs, style, in_tile }
    }

    fn width(&self) -> usize {
        self.glyphs.chars().count() + self.in_tile.chars().count()
    }

    /// Draws the sign and its meaning.
    fn draw(&self, brush: &mut ClippedPainter, area: Rect, meaning: &str, theme: &Theme, text: Style) {
        let glyphs = self.glyphs.chars().count() as u16;
        brush.draw_signs(Rect { width: glyphs.min(area.width), ..area }, self.glyphs, self.style);
        brush.draw_signs(without_left_columns(area, glyphs), self.in_tile, theme.text);
        brush.draw_text(without_left_columns(area, self.width() as u16 + 1), meaning, text);
    }
}

/// A way to fit the legend into its rows.
struct LegendForm {
    rows_text: String,
    meaning: fn(LegendSign) -> &'static str,
    gap: usize,
}

/// Draws all signs that can be on the screen, in the longest form that fits into the area.
pub(super) fn draw(brush: &mut ClippedPainter, area: Rect, scene: &DisplayedScene, columns: &[(Rect, LaneColumn)]) {
    let Some((_, first)) = columns.first() else { return };
    let theme = scene.theme;
    let clusters = Clusters::among(columns.iter().map(|(_, column)| column.lane));
    let [long, short] = if columns.iter().all(|(_, column)| column.lane.has_only_counts()) {
        // Their threads have no rows.
        Default::default()
    } else if scene.model.is_of_program() && !zoom::is_zoomed(scene.ui) {
        let shown = u32::from(first.layout.rows);
        let most = columns.iter().map(|(_, column)| column.lane.slot_count() as u32).max().unwrap_or(0);
        match (most > shown, clusters) {
            (_, Clusters::Some) => phrases::worker_or_thread_per_row(),
            (true, Clusters::All) => phrases::threads_of_rows(shown, most),
            (true, Clusters::None) => phrases::workers_of_rows(shown, most),
            (false, Clusters::All) => phrases::thread_per_row(),
            (false, Clusters::None) => phrases::worker_per_row(),
        }
    } else if zoom::is_zoomed(scene.ui) && clusters == Clusters::All {
        phrases::thread_per_row()
    } else if zoom::is_zoomed(scene.ui) {
        phrases::worker_per_row()
    } else {
        phrases::tasks_per_row(first.layout.per_row)
    };
    let (meaning, short_meaning) = (LegendSign::meaning, LegendSign::short_meaning);
    // Rows of several tasks have numbers that seem to leave tasks out, and rows of two kinds look alike.
    let explains_rows = clusters == Clusters::Some || !scene.model.is_of_program() && first.layout.per_row > 1;
    let brief = LegendForm { rows_text: short.clone(), meaning: LegendSign::briefest_meaning, gap: 2 };
    let forms: Vec<_> = [
        LegendForm { rows_text: long.clone(), meaning, gap: 3 },
        LegendForm { rows_text: long, meaning: short_meaning, gap: 3 },
        LegendForm { rows_text: short, meaning: short_meaning, gap: 2 },
    ]
    .into_iter()
    .chain(explains_rows.then_some(brief))
    .chain([LegendForm { rows_text: String::new(), meaning: short_meaning, gap: 2 }])
    .collect();
    let signs: Vec<_> =
        signs_of(scene, clusters).iter().copied().filter(|sign| is_used(*sign, scene, columns)).collect();
    let looks: Vec<_> = signs.iter().map(|sign| (*sign, SignLook::new(*sign, theme, first.lane_colors()))).collect();
    // One row if possible, so that the legend stands still when another sentence takes the second row.
    let first_row = Rect { height: area.height.min(1), ..area };
    let fits = |form: &LegendForm, rows: Rect| places_of_signs(rows, form, &looks).len() == looks.len();
    let by_rows = [first_row, area].into_iter().find_map(|rows| forms.iter().find(|form| fits(form, rows)));
    let Some(form) = by_rows.or(forms.last()) else { return };
    brush.draw_text(area, &form.rows_text, theme.weak);
    for ((sign, look), at) in looks.iter().zip(places_of_signs(area, form, &looks)) {
        look.draw(brush, at, (form.meaning)(*sign), theme, theme.weak);
    }
}

/// Places the signs in the rows of an area, as many as fit.
fn places_of_signs(area: Rect, form: &LegendForm, looks: &[(LegendSign, SignLook)]) -> Vec<Rect> {
    let (mut x, mut y) = (text_width(&form.rows_text), area.y);
    let mut places = Vec::new();
    for (sign, look) in looks {
        let width = look.width() + 1 + text_width((form.meaning)(*sign));
        let gap = if x == 0 { 0 } else { form.gap };
        if x + gap + width > usize::from(area.width) {
            (x, y) = (0, y + 1);
        } else {
            x += gap;
        }
        if y >= area.bottom() || width > usize::from(area.width) {
            break;
        }
        places.push(Rect { x: area.x + x as u16, y, width: width as u16, height: 1 });
        x += width;
    }
    places
}

/// How many of the lanes are clusters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Clusters {
    None,
    Some,
    All,
}

impl Clusters {
    fn among<'a>(lanes: impl ExactSizeIterator<Item = &'a Lane>) -> Self {
        let all = lanes.len();
        match lanes.filter(|lane| lane.is_of_cluster()).count() {
            0 => Self::None,
            n if n == all => Self::All,
            _ => Self::Some,
        }
    }
}

/// The signs of clusters, of a watched program or of mpviz's own workload.
fn signs_of(scene: &DisplayedScene, clusters: Clusters) -> &'static [LegendSign] {
    match clusters {
        _ if !scene.ui.is_of_program(scene.model) => &LegendSign::OF_WORKLOAD,
        Clusters::None => &LegendSign::OF_PROGRAM,
        Clusters::Some => &LegendSign::OF_PROGRAM_AND_CLUSTER,
        Clusters::All => &LegendSign::OF_CLUSTER,
    }
}

/// Whether a sign can be on the screen. Where the plan tells, the answer stays the same during a run, so that the
/// legend stands still.
fn is_used(sign: LegendSign, scene: &DisplayedScene, columns: &[(Rect, LaneColumn)]) -> bool {
    let any = |applies: fn(&LaneColumn) -> bool| columns.iter().any(|(_, column)| applies(column));
    match sign {
        LegendSign::Executes | LegendSign::ExecutesInCluster => {
            any(|column| column.lane.is_of_cluster() && !column.lane.has_only_counts())
        }
        LegendSign::Computes | LegendSign::Blocked | LegendSign::Queued | LegendSign::IdleCore => true,
        LegendSign::TakesTurns => any(|column| {
            let plan = column.lane.plan();
            !column.lane.is_of_cluster() && column.lane.slot_count() > if plan.gil { 1 } else { plan.cores.len() }
        }),
        LegendSign::InIo => {
            scene.model.run().is_some_and(|run| run.workload.as_ref().is_none_or(|workload| workload.io > 0))
        }
        LegendSign::LostOrFailed => any(|column| column.lane.has_problem_by(column.scene.exact_time(column.lane))),
        LegendSign::Suspended => any(|column| {
            column.lane.suspensions().next().is_some_and(|(from, _)| from <= column.scene.exact_time(column.lane))
        }),
        LegendSign::NotObserved => {
            any(|column| column.lane.has_unobserved_threads_by(column.scene.exact_time(column.lane)))
        }
        LegendSign::OtherPrograms => {
            any(|column| !column.has_ended() && column.core_use().is_some_and(|used| used.others > 0.0))
        }
        LegendSign::Later => {
            !scene.is_live() && any(|column| column.scene.exact_time(column.lane) < column.scene.model.newest_mark())
        }
        LegendSign::KeyMoment => !scene.is_live() || scene.is_replay() || any(has_marked_death),
        LegendSign::Loads => any(|column| column.counts.loading > 0),
    }
}

fn has_marked_death(column: &LaneColumn) -> bool {
    let moments = column.scene.model.key_moments(column.lane.id());
    moments.iter().any(|moment| matches!(moment.kind, KeyMomentKind::Death(_)))
}

/// Draws all signs, one per line.
pub(super) fn draw_list(brush: &mut ClippedPainter, area: Rect, scene: &DisplayedScene, colors: &LaneColors) {
    let theme = scene.theme;
    let lanes = scene.model.lanes();
    let is_connecting = lanes.is_empty() && scene.ui.live_source.is_of_cluster();
    let clusters = if is_connecting { Clusters::All } else { Clusters::among(lanes.iter()) };
    for (y, sign) in (area.y..area.bottom()).zip(signs_of(scene, clusters).iter().copied()) {
        let line = Rect { y, height: 1, ..area };
        let look = SignLook::new(sign, theme, colors);
        let available = usize::from(line.width).saturating_sub(look.width() + 1);
        let fits = text_width(sign.meaning()) <= available;
        look.draw(brush, line, if fits { sign.meaning() } else { sign.short_meaning() }, theme, theme.text);
    }
}
