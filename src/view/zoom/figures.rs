//! Queue, memory and cores of a lane in one line.

use ratatui::layout::Rect;

use super::super::brush::ClippedPainter;
use super::super::column::{LaneColumn, split_rows, without_left_columns};
use super::super::numeral;
use crate::report::phrases;
use crate::text;

/// A count: label, number, and variants of its explanation.
struct NumberWithTexts {
    label: &'static str,
    number: String,
    texts: Vec<String>,
}

pub(super) fn draw(brush: &mut ClippedPainter, area: Rect, column: &LaneColumn) {
    let theme = column.scene.theme;
    let figures = [queue_figure(column), memory_figure(column), cores_figure(column)];
    let third = area.width / 3;
    for (n, NumberWithTexts { label, number, mut texts }) in (0..).zip(figures) {
        // An empty variant is added, so that a text that does not fit is left out instead of truncated.
        texts.push(String::new());
        let part = Rect { x: area.x + 1 + n * third, width: third.saturating_sub(2), ..area };
        if area.height <= numeral::NUMERAL_HEIGHT {
            let used = brush.draw_text(part, &format!("{label} {number}"), theme.strong);
            brush.draw_longest(without_left_columns(part, used + 2), &texts, theme.text);
            continue;
        }
        let [head, large] = split_rows(part, [1, numeral::NUMERAL_HEIGHT]);
        brush.draw_text(head, label, theme.strong);
        let used = numeral::draw(brush, large, &number, theme.strong, 1);
        let last = Rect { y: large.bottom() - 1, height: 1, ..large };
        brush.draw_longest(without_left_columns(last, used + 2), &texts, theme.text);
    }
}

fn queue_figure(column: &LaneColumn) -> NumberWithTexts {
    let queued = column.counts.queued;
    let next = |most: usize| {
        let head: Vec<_> = column
            .lane
            .tasks_in_queue(column.scene.at)
            .take(most)
            .map(|task| column.task_label(task).trim().to_owned())
            .collect();
        phrases::next_tasks(&head, queued as usize > head.len())
    };
    let texts = match queued {
        _ if column.lane.plan().own_queues => vec![text!("no-waiting").into()],
        0 => phrases::empty_queue(),
        _ if let Some(counts) = column.lane.task_counts(column.scene.at) => phrases::cluster_counted(&counts),
        _ if column.lane.is_of_cluster() => phrases::cluster_queue(column.lane.cluster_queue(column.scene.at)),
        _ if column.lane.is_of_program() => {
            let held = column.lane.bytes_held_by_parent(column.scene.at);
            phrases::program_queue(queued, held, &next(1))
        }
        _ => [6, 4, 3, 2, 1].map(next).to_vec(),
    };
    NumberWithTexts { label: text!("panel-queue"), number: numeral::count_of_three_digits(queued), texts }
}

fn memory_figure(column: &LaneColumn) -> NumberWithTexts {
    let private = column.lane.private_memory(column.scene.at);
    let texts = if let Some(counts) = column.lane.task_counts(column.scene.at) {
        phrases::results_of_cluster(&counts, column.lane.cluster_memory(column.scene.at))
    } else if column.lane.is_of_cluster() {
        phrases::tasks_of_cluster(column.tasks_in_memory(), column.lane.cluster_memory(column.scene.at))
    } else if column.lane.is_of_program() {
        phrases::tasks_of_workers(column.tasks_in_memory(), private)
    } else {
        phrases::memory_in_use(column.counts.resident_bytes, private)
    };
    NumberWithTexts {
        label: text!("panel-memory"),
        number: numeral::count_of_three_digits(column.tasks_in_memory()),
        texts,
    }
}

/// Number of busy cores, or of the threads of a cluster that execute a task; unknown after the lane's end.
fn cores_figure(column: &LaneColumn) -> NumberWithTexts {
    if column.lane.is_of_cluster() {
        let threads = column.thread_counts();
        if column.lane.task_counts(column.scene.at).is_some() {
            let (number, texts) = (phrases::figure_or_dash(None::<u32>), phrases::threads_not_known(threads.threads));
            return NumberWithTexts { label: text!("cluster-threads"), number, texts };
        }
        let number = numeral::count_of_three_digits(threads.busy);
        return NumberWithTexts { label: text!("cluster-threads"), number, texts: phrases::threads_executing(threads) };
    }
    let busy = column.core_use().map(|used| used.own).filter(|_| !column.has_ended());
    let cores = column.lane.plan().cores.len();
    let number = phrases::number_of_busy_cores(busy, cores);
    NumberWithTexts { label: text!("panel-cores"), number, texts: phrases::busy_cores(busy, cores) }
}
