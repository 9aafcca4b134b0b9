//! The column of a lane, and helpers for dividing areas.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::DisplayedScene;
use super::brush::{ClippedPainter, text_width};
use super::layout::LaneLayout;
use crate::event::{LaneId, Nanos, TaskId};
use crate::model::{CoreUse, Lane, LaneCounts};
use crate::report::phrases;
use crate::theme::LaneColors;

/// A lane as displayed in one column of the screen.
#[derive(Clone, Copy)]
pub(super) struct LaneColumn<'a> {
    pub(super) scene: DisplayedScene<'a>,
    pub(super) lane: &'a Lane,
    pub(super) layout: &'a LaneLayout,
    /// Counts at the displayed moment.
    pub(super) counts: LaneCounts,
}

impl<'a> LaneColumn<'a> {
    pub(super) fn new(scene: DisplayedScene<'a>, lane: LaneId, layout: &'a LaneLayout) -> Option<Self> {
        let lane = scene.model.lanes().get(lane.index())?;
        Some(Self { scene, lane, layout, counts: LaneCounts::default() }.at_time(scene.time_shown_by_panels(lane)))
    }

    /// Returns the same lane at another moment.
    fn at_time(self, at: Nanos) -> Self {
        Self { scene: DisplayedScene { at, ..self.scene }, counts: self.lane.counts_at(at), ..self }
    }

    /// Returns the lane at the exact displayed moment, for the history, which changes with every frame. Panels change
    /// only with each snapshot.
    pub(super) fn column_at_exact_time(self) -> Self {
        self.at_time(self.scene.exact_time(self.lane))
    }

    pub(super) fn lane_colors(&self) -> &'a LaneColors {
        self.scene.theme.lane_colors(self.lane.plan().mode)
    }

    /// Whether the lane's tasks have been submitted.
    pub(super) fn has_started(&self) -> bool {
        self.lane.time_zero().is_some_and(|zero| zero <= self.scene.at)
    }

    pub(super) fn has_ended(&self) -> bool {
        self.lane.history_end().is_some_and(|at| at <= self.scene.at)
    }

    /// Tasks whose payload is in memory or is being written: those with a tile in the box.
    pub(super) fn tasks_in_memory(&self) -> u32 {
        if let Some(counts) = self.lane.task_counts(self.scene.at) {
            return counts.memory;
        }
        self.counts.resident + self.counts.loading
    }

    /// What threads of a cluster do.
    pub(super) fn thread_counts(&self) -> phrases::ThreadCounts {
        let LaneCounts { resident, unobserved, unobserved_with_task, live_workers: threads, .. } = self.counts;
        phrases::ThreadCounts { busy: resident.saturating_sub(unobserved_with_task), unobserved, threads }
    }

    /// Whether more tasks are ready than there are cores; those of a cluster are not known.
    pub(super) fn is_crowded(&self) -> bool {
        !self.lane.is_of_cluster() && self.counts.ready as usize > self.lane.plan().cores.len()
    }

    /// Number of tasks of the workload.
    pub(super) fn task_count(&self) -> u32 {
        self.lane.task_total()
    }

    /// The label of a task: its items if it is a chunk of a watched program and they fit, else its number.
    pub(super) fn task_label(&self, task: TaskId) -> String {
        if !self.lane.is_of_program() {
            return self.padded_task_number(task.0);
        }
        let width = usize::from(self.layout.tiles.digits);
        let items = self.lane.items_of(task).map(|items| phrases::items_of_chunk(&items));
        let fitting = items.filter(|items| text_width(items) <= width);
        format!("{:>width$}", fitting.unwrap_or_else(|| task.to_string()))
    }

    /// The prefix of a task of a cluster: the name of its function.
    pub(super) fn prefix_of(&self, task: TaskId) -> Option<&'a str> {
        let call = self.lane.call_of(task).filter(|_| self.lane.is_of_cluster())?;
        Some(call.function.as_str()).filter(|prefix| !prefix.is_empty())
    }

    /// Formats a task's number with a fixed width.
    pub(super) fn padded_task_number(&self, task: impl Into<u64>) -> String {
        format!("{:0width$}", task.into(), width = usize::from(self.layout.tiles.digits))
    }

    /// Draws a label in the gutter left of the tiles.
    pub(super) fn draw_gutter_label(&self, brush: &mut ClippedPainter, area: Rect, text: &str) -> u16 {
        brush.draw_text(without_first_column(area), text, self.scene.theme.strong)
    }

    pub(super) fn weak_style(&self) -> Style {
        self.scene.theme.weak
    }

    /// Use of the lane's cores; none before the lane has begun or if a core has no sample.
    pub(super) fn core_use(&self) -> Option<CoreUse> {
        self.scene.model.core_use(self.lane.id(), self.scene.at).filter(|_| self.has_started())
    }
}

/// Splits an area into rows from the top; rows that do not fit have no height.
pub(super) fn split_rows<const N: usize>(area: Rect, heights: [u16; N]) -> [Rect; N] {
    let mut y = area.y;
    heights.map(|height| {
        let part = Rect { y, height: height.min(area.bottom().saturating_sub(y)), ..area };
        y = part.bottom();
        part
    })
}

/// The area without its first column.
pub(super) fn without_first_column(area: Rect) -> Rect {
    without_left_columns(area, 1)
}

/// The area without its first columns.
pub(super) fn without_left_columns(area: Rect, columns: u16) -> Rect {
    let columns = columns.min(area.width);
    Rect { x: area.x + columns, width: area.width - columns, ..area }
}
