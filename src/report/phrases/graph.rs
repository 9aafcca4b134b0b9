//! Graphs that mpviz runs on Dask clusters: what they are, what was held where, and what the lanes show.

use super::verdict::obstacle_sentence;
use super::{Sentence, number_of_workers};
use crate::event::units::{format_bytes, format_count};
use crate::event::{ClusterGraph, GraphKind, LaneStatus};
use crate::model::{ComparisonObstacle, HeldTasks, LaneSummary};
use crate::text;

/// Results of two lanes differ if one has at least this many times those of the other…
const DIFFERENT_RATIO: u64 = 2;
/// … and more by this many loads: workers load one while another is on its way.
const DIFFERENT_LOADS: u64 = 4;

/// The graph, longest first.
pub(super) fn graph_names(graph: &ClusterGraph) -> Vec<String> {
    let (tasks, bytes) = (format_count(graph.tasks.into()), format_bytes(graph.range_bytes()));
    let (tasks, bytes) = (tasks.as_str(), bytes.as_str());
    let (name, short) = match graph.kind {
        GraphKind::Independent => {
            (text!("graph-independent", tasks = tasks, bytes = bytes), text!("graph-independent-short"))
        }
        GraphKind::Joined => (text!("graph-joined", tasks = tasks, bytes = bytes), text!("graph-joined-short")),
    };
    let workers = graph.workers.map(|workers| format!("{name} · {}", number_of_workers(workers.into())));
    workers.into_iter().chain([name, short.to_owned()]).collect()
}

/// What to look at while the graph runs.
#[must_use]
pub fn graph_expectation(kind: GraphKind) -> &'static str {
    match kind {
        GraphKind::Independent => text!("graph-expects-independent"),
        GraphKind::Joined => text!("graph-expects-joined"),
    }
}

/// The most tasks that were held, by place, longest first.
#[must_use]
pub fn most_held(held: &HeldTasks) -> Vec<String> {
    let (scheduler, worker) = (held.peak_on_scheduler, held.peak_on_worker);
    vec![
        text!("graph-held", scheduler = scheduler, worker = worker),
        text!("graph-held-short", scheduler = scheduler, worker = worker),
        text!("graph-held-shortest", scheduler = scheduler, worker = worker),
    ]
}

/// The most bytes of results, with the most private memory of the workers, as worded, if it is known.
#[must_use]
pub fn most_results(held: &HeldTasks, private: Option<&str>) -> Vec<String> {
    let bytes = format_bytes(held.peak_result_bytes);
    let results = text!("graph-results", bytes = bytes.as_str());
    let with_private = private.map(|private| format!("{results} · {private}"));
    with_private.into_iter().chain([results, bytes]).collect()
}

/// What the lanes of a graph show, and why.
#[must_use]
pub fn graph_verdict(graph: &ClusterGraph, lanes: &[LaneSummary]) -> Sentence {
    let known: Vec<_> = lanes.iter().filter_map(lane_figures).collect();
    let by_results = |(_, held): &&(&str, HeldTasks)| held.peak_result_bytes;
    let Some((least, most)) = known.iter().min_by_key(by_results).zip(known.iter().max_by_key(by_results)) else {
        let ended = lanes.iter().find(|lane| lane.status == Some(LaneStatus::Cancelled));
        return match ended {
            Some(lane) => obstacle_sentence(lane, ComparisonObstacle::Cancelled),
            None => Sentence::with_cause(text!("graph-without-lanes"), &[]),
        };
    };
    if known.len() == 1 {
        let bytes = format_bytes(most.1.peak_result_bytes);
        let statement = match graph.workers {
            // Other clusters did not run it to its end.
            Some(_) => text!("graph-of-only-cluster", saturation = most.0, bytes = bytes),
            None => text!("graph-of-cluster", saturation = most.0, bytes = bytes),
        };
        return Sentence::with_cause(&statement, &most_held(&most.1));
    }
    let difference = most.1.peak_result_bytes - least.1.peak_result_bytes;
    let is_different = most.1.peak_result_bytes >= DIFFERENT_RATIO * least.1.peak_result_bytes
        && difference > DIFFERENT_LOADS * graph.range_bytes();
    if is_different { memory_differs(graph.kind, most, least) } else { memory_is_alike(graph.kind, &known) }
}

/// A lane's setting and the most that it held.
type LaneFigures<'a> = (&'a str, HeldTasks);

fn memory_differs(kind: GraphKind, most: &LaneFigures, least: &LaneFigures) -> Sentence {
    let (of_most, of_least) = (most.0, least.0);
    let [more, less] = [most, least].map(|(_, held)| format_bytes(held.peak_result_bytes));
    let (more, less) = (more.as_str(), less.as_str());
    let statement = text!("graph-memory-differs", most = more, of_most = of_most, least = less, of_least = of_least);
    let short = text!("graph-memory-differs-short", most = more, of_most = of_most, least = less, of_least = of_least);
    let [more, less] = [most, least].map(|(_, held)| held.peak_on_worker);
    // Independent results wait for nothing: why they differ is not known.
    let causes = match kind {
        GraphKind::Joined => vec![
            text!("graph-waits-for-partners", of_most = of_most, most = more, of_least = of_least, least = less),
            text!("graph-waits-for-partners-short").into(),
        ],
        GraphKind::Independent => Vec::new(),
    };
    Sentence::with_cause(&statement, &causes).or_shorter(&short, &causes)
}

fn memory_is_alike(kind: GraphKind, lanes: &[LaneFigures]) -> Sentence {
    let most = lanes.iter().map(|(_, held)| held.peak_result_bytes).max().unwrap_or(0);
    let (most, all) = (format_bytes(most), lanes.iter().map(|lane| lane.0).collect::<Vec<_>>().join(", "));
    let (first, last) = (&lanes[0], &lanes[lanes.len() - 1]);
    let causes = match kind {
        GraphKind::Independent => vec![
            text!(
                "graph-without-partners",
                of_first = first.0,
                first = first.1.peak_on_scheduler,
                of_last = last.0,
                last = last.1.peak_on_scheduler
            ),
            text!("graph-without-partners-short").into(),
        ],
        GraphKind::Joined => Vec::new(),
    };
    let short = text!("graph-memory-alike-short", bytes = most.as_str());
    Sentence::with_cause(&text!("graph-memory-alike", bytes = most, all = all), &causes).or_shorter(&short, &causes)
}

/// The setting of a lane, and the most that it held; none if that was not reported, or it has not run the whole graph.
fn lane_figures(lane: &LaneSummary) -> Option<LaneFigures<'_>> {
    lane.status.filter(|status| *status == LaneStatus::Finished)?;
    let program = lane.program.as_ref()?;
    Some((program.saturation()?.as_str(), program.held()?))
}
