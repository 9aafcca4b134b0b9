//! One lane as a column: title, queue outside, memory as a box, cores, history.

use std::ops::Range;

use ratatui::layout::Rect;

use super::paint::Brush;
use super::tiles::{Crowd, Form, digits};
use super::{Scene, caption, card, clock, cores, memory, queue, timeline};
use crate::event::{LanePlan, Mode, Run, Status};
use crate::model::Lane;
use crate::units::count;

/// Heights and forms, the same in all lanes so that areas compare.
pub(super) struct Layout {
    pub(super) now: u16,
    pub(super) cores: u16,
    pub(super) form: Form,
    pub(super) digits: u16,
    /// The widest history shown, in ns.
    pub(super) span: u64,
}

/// Rows in which queue and memory of a usual run are well seen.
const ENOUGH: u16 = 14;

impl Layout {
    pub(super) fn new(scene: &Scene, shown: &Range<usize>, run: &Run, area: Rect) -> Self {
        let digits = digits(run.workload.tasks);
        let cores = if area.height < 19 { 1 } else { 3 };
        let rest = area.height.saturating_sub(1 + cores + 2);
        let lanes = &run.lanes[shown.clone()];
        let crowd = |lane: &LanePlan| Crowd {
            seats: lane.workers,
            queue: if lane.own_queues { 0 } else { run.workload.tasks },
        };
        let crowds: Vec<Crowd> = lanes.iter().map(crowd).collect();
        // The history wants a row a task; what is now wants half of the room, and ten rows where the history can have its wish.
        let room = u32::from((rest / 2).max(rest.saturating_sub(ENOUGH)));
        let history = timeline::rows(run.workload.tasks, room) as u16;
        let now = rest.saturating_sub(history).max(6);
        let form = Form::choose(&crowds, digits, area.width.saturating_sub(4), now.saturating_sub(4));
        Self { now, cores, form, digits, span: timeline::span(scene) }
    }

    /// Rows of the memory box of a lane with so many seats.
    fn memory(&self, seats: u32, width: u16) -> u16 {
        let rows = self.form.rows(seats, self.digits, width.saturating_sub(4)).max(1);
        (rows + 2).min(self.now.saturating_sub(2))
    }
}

pub(super) fn draw(brush: &mut Brush, area: Rect, scene: &Scene, lane: &Lane, layout: &Layout) {
    title(brush, Rect { height: 1, ..area }, scene, lane);
    let now = Rect { y: area.y + 1, height: layout.now, ..area };
    let below = Rect { y: now.bottom(), height: area.bottom().saturating_sub(now.bottom()), ..area };
    let cores = Rect { height: layout.cores.min(below.height), ..below };
    if scene.is_result() {
        card::draw(brush, Rect { height: now.height + cores.height, ..now }, scene, lane);
    } else {
        let seats = layout.memory(lane.slots() as u32, area.width);
        let outside = Rect { height: now.height.saturating_sub(seats), ..now };
        queue::draw(brush, outside, scene, lane, layout);
        memory::draw(brush, Rect { y: outside.bottom(), height: seats, ..now }, scene, lane, layout);
        cores::draw(brush, cores, scene, lane, &caption::of(scene, lane));
    }
    let history = Rect { y: cores.bottom(), height: below.bottom().saturating_sub(cores.bottom()), ..area };
    timeline::draw(brush, history, scene, lane, layout);
}

/// The lane's name and progress; its done part is bright.
fn title(brush: &mut Brush, area: Rect, scene: &Scene, lane: &Lane) {
    let counts = lane.counts(scene.at);
    let colors = scene.theme.lane(lane.plan().mode);
    brush.fill(area, ' ', colors.mid);
    let tasks = scene.model.run().map_or(1, |run| run.workload.tasks).max(1);
    let done = u64::from(counts.finished) * u64::from(area.width) / u64::from(tasks);
    let selected = scene.ui.lane == lane.id() && scene.model.lanes().len() > 1;
    let name = format!("{}{}", if selected { "›" } else { " " }, lane.plan().mode.name().to_uppercase());
    let what = describe(lane);
    let right = progress(scene, lane, tasks);
    let used = brush.right(Rect { width: area.width.saturating_sub(1), ..area }, &right, colors.mid);
    let left = Rect { width: area.width.saturating_sub(used + 3), ..area };
    brush.longest(left, &[format!("{name}  {what}"), name], colors.mid);
    brush.tint(Rect { width: done as u16, ..area }, colors.run);
}

fn describe(lane: &Lane) -> String {
    let plan = lane.plan();
    let many = count(plan.workers.into());
    match plan.mode {
        Mode::Serial => "one process".into(),
        Mode::Threads if plan.gil => format!("{many} threads, one GIL"),
        Mode::Threads => format!("{many} threads, no GIL"),
        Mode::Pool => format!("{many} workers, 1 queue"),
        Mode::Process => format!("{many} processes at once"),
    }
}

fn progress(scene: &Scene, lane: &Lane, tasks: u32) -> String {
    let counts = lane.counts(scene.at);
    let lost = counts.lost + counts.failed;
    let lost = if lost > 0 { format!("{lost} LOST · ") } else { String::new() };
    let ended = lane.ended().filter(|(at, _)| *at <= scene.at);
    match (ended, lane.makespan()) {
        (Some((_, Status::Finished)), Some(makespan)) => format!("finished {}", clock(makespan)),
        (Some((_, Status::Cancelled)), _) => format!("{lost}ended by you"),
        _ if lane.zero().is_none_or(|zero| zero > scene.at) => "waits for its turn".into(),
        _ => format!("{lost}{} of {} done", count(counts.finished.into()), count(tasks.into())),
    }
}
