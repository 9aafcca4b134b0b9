//! What the panels of a lane are drawn from, and how an area is divided.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::Scene;
use super::layout::Layout;
use super::paint::Brush;
use crate::event::{LaneId, Nanos};
use crate::model::{CoreUse, Counts, Lane};
use crate::theme::LaneColors;

/// What a lane's panels are drawn from.
#[derive(Clone, Copy)]
pub(super) struct Column<'a> {
    pub(super) scene: Scene<'a>,
    pub(super) lane: &'a Lane,
    pub(super) layout: &'a Layout,
    /// How many there are at the moment shown.
    pub(super) counts: Counts,
}

impl<'a> Column<'a> {
    pub(super) fn new(scene: Scene<'a>, lane: LaneId, layout: &'a Layout) -> Option<Self> {
        let lane = scene.model.lanes().get(lane.index())?;
        Some(Self { scene, lane, layout, counts: Counts::default() }.at(scene.photograph(lane)))
    }

    /// The same lane at another moment.
    fn at(self, at: Nanos) -> Self {
        Self { scene: Scene { at, ..self.scene }, counts: self.lane.counts(at), ..self }
    }

    /// The same lane at the very moment shown: its history moves with the frames, what stands above it with the beat.
    pub(super) fn history(self) -> Self {
        self.at(self.scene.moment(self.lane))
    }

    /// The lane's colours.
    pub(super) fn colors(&self) -> &'a LaneColors {
        self.scene.theme.lane(self.lane.plan().mode)
    }

    /// Whether its tasks are submitted at the moment shown.
    pub(super) fn has_begun(&self) -> bool {
        self.lane.zero().is_some_and(|zero| zero <= self.scene.at)
    }

    /// Whether it has ended at the moment shown.
    pub(super) fn has_ended(&self) -> bool {
        self.lane.end().is_some_and(|at| at <= self.scene.at)
    }

    /// Number of tasks of the workload.
    pub(super) fn tasks(&self) -> u32 {
        self.scene.model.run().map_or(0, |run| run.workload.tasks)
    }

    /// A task's number, as wide as every other.
    pub(super) fn number(&self, task: impl Into<u64>) -> String {
        format!("{:0width$}", task.into(), width = usize::from(self.layout.tiles.digits))
    }

    /// Writes a label of the gutter.
    pub(super) fn label(&self, brush: &mut Brush, area: Rect, text: &str) -> u16 {
        brush.text(indented(area), text, self.scene.theme.strong)
    }

    /// The style of headings' other words.
    pub(super) fn weak(&self) -> Style {
        self.scene.theme.weak
    }

    /// Who uses the lane's cores. None unless every one was sampled: a gap is not an idle core. Nothing is known of cores that
    /// another lane still has for itself.
    pub(super) fn core_use(&self) -> Option<CoreUse> {
        self.scene.model.core_use(self.lane.id(), self.scene.at).filter(|_| self.has_begun())
    }
}

/// Cuts an area into rows from its top; what lies below it has no height.
pub(super) fn cut<const N: usize>(area: Rect, heights: [u16; N]) -> [Rect; N] {
    let mut y = area.y;
    heights.map(|height| {
        let part = Rect { y, height: height.min(area.bottom().saturating_sub(y)), ..area };
        y = part.bottom();
        part
    })
}

/// Without its first column.
pub(super) fn indented(area: Rect) -> Rect {
    right_of(area, 1)
}

/// What is right of so many columns.
pub(super) fn right_of(area: Rect, columns: u16) -> Rect {
    let columns = columns.min(area.width);
    Rect { x: area.x + columns, width: area.width - columns, ..area }
}
