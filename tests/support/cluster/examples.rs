//! Example clusters, one for each recording `tests/stories/cluster_*.jsonl`.

use super::{StoryCluster, StoryTask};

/// The example clusters with the names of their recordings.
pub fn example_clusters() -> Vec<(&'static str, StoryCluster)> {
    vec![
        ("cluster_queued", joined_loads("1.1")),
        ("cluster_sent", joined_loads("inf")),
        ("cluster_lost", lost_worker()),
    ]
}

/// Two loads whose results are joined, `map(add, X, Y)`, on two workers with two threads.
pub fn joined_loads(saturation: &'static str) -> StoryCluster {
    const PAIRS: usize = 24;
    let load = |prefix, n: u64| StoryTask::new(prefix, 90 + n % 3 * 10, 20_000_000);
    let mut tasks = Vec::new();
    tasks.extend((0..PAIRS as u64).map(|n| load("load_x", n)));
    tasks.extend((0..PAIRS as u64).map(|n| load("load_y", n + 1)));
    tasks.extend((0..PAIRS).map(|n| StoryTask { after: vec![n, PAIRS + n], ..StoryTask::new("add", 30, 8) }));
    if saturation != "inf" {
        // The order of Dask: the loads of a pair one after the other.
        let order: Vec<usize> = (0..PAIRS).flat_map(|n| [n, PAIRS + n, 2 * PAIRS + n]).collect();
        let place = |task: &usize| order.iter().position(|old| old == task).unwrap();
        tasks = order
            .iter()
            .map(|old| StoryTask { after: tasks[*old].after.iter().map(place).collect(), ..tasks[*old].clone() })
            .collect();
    }
    StoryCluster { saturation, transfer_ms: 4, ..StoryCluster::new(2, 2, tasks) }
}

/// Tasks on three workers, one of which is lost.
pub fn lost_worker() -> StoryCluster {
    let tasks = (0..60).map(|n| StoryTask::new("simulate", 150 + n % 4 * 20, 1_000)).collect();
    StoryCluster { lost: Some((700, 1)), ..StoryCluster::new(3, 2, tasks) }
}
