//! How the set-ups of compared runs differ.

use std::collections::BTreeSet;
use std::iter;

use super::saved::{ComparedRunData, SavedChunkSize, SavedWorkload};
use crate::event::ClusterGraph;
use crate::event::text::SafeText;
use crate::event::units::{format_count, format_duration};
use crate::event::workload::IoKind;
use crate::model::LaneSummary;
use crate::report::phrases::{self, Label};
use crate::report::program_table::cluster_of;

/// Calibrated rounds that differ by less are noise.
const ROUNDS_TOLERANCE: f64 = 0.15;

/// How the set-ups of the other runs differ from that of the first, one sentence each.
pub(super) fn notes_on_setups(runs: &[ComparedRunData]) -> Vec<String> {
    let Some((first, others)) = runs.split_first() else { return Vec::new() };
    let simulated = runs.iter().filter(|run| run.lanes.iter().any(|saved| saved.lane.is_simulated()));
    let simulated = simulated.map(|run| phrases::simulated_run(&run.name));
    let differences = others
        .iter()
        .flat_map(|other| {
            [
                machines_note(other, first),
                workload_differences(other, first),
                cluster_differences(other, first),
                policy_note(other, first),
                speed_note(other, first),
            ]
        })
        .flatten();
    simulated.chain(differences).collect()
}

fn machines_note(run: &ComparedRunData, first: &ComparedRunData) -> Option<String> {
    let differ = run.machine != first.machine;
    differ.then(|| phrases::machines_differ_text((&run.name, &run.machine), (&first.name, &first.machine)))
}

/// The settings in which the runs differ, in a few words; none if there are none.
pub(super) fn differing_settings(runs: &[ComparedRunData]) -> Option<String> {
    let (first, others) = runs.split_first()?;
    let mut all: Vec<&str> = Vec::new();
    for other in others {
        let machine = (other.machine != first.machine).then_some(Label::Machine.text());
        let policy = have_different_policies(other, first).then_some(Label::CorePolicy.text());
        let settings = [settings_differing(other, first), cluster_settings_differing(other, first)].concat();
        let settings = settings.into_iter().map(|(what, ..)| what);
        let new: Vec<_> =
            machine.into_iter().chain(policy).chain(settings).filter(|what| !all.contains(what)).collect();
        all.extend(new);
    }
    phrases::not_the_same_settings(&all)
}

/// A setting with its values in two runs.
type DifferentSetting = (&'static str, String, String);

/// The settings in which two runs differ, with both values.
fn settings_differing(run: &ComparedRunData, first: &ComparedRunData) -> Vec<DifferentSetting> {
    let settings = |work: &SavedWorkload| {
        [
            (Label::Numbers.text(), format_count(work.numbers)),
            (Label::Tasks.text(), format_count(work.tasks.into())),
            (Label::Cost.text(), format_duration(work.cost_ns)),
            (Label::Io.text(), phrases::io_setting_text(work.io, work.io_kind, work.io_latency_ns)),
            (Label::Skew.text(), work.skew.to_string()),
            (Label::Chunksize.text(), chunk_text(&work.chunksize)),
            (Label::TasksPerWorker.text(), phrases::tasks_per_worker(work.max_tasks_per_worker)),
            (Label::Gil.text(), phrases::on_or_off(work.gil)),
            (Label::StartMethod.text(), work.start_method.name().into()),
        ]
    };
    let of_graph = |graph: &ClusterGraph| {
        [
            (Label::Graph.text(), graph.kind.name().to_owned()),
            (Label::Tasks.text(), format_count(graph.tasks.into())),
            (Label::Numbers.text(), format_count(graph.numbers)),
            (Label::Io.text(), phrases::io_setting_text(graph.io, IoKind::Sleep, graph.io_latency_ns)),
            (Label::Workers.text(), phrases::figure_or_dash(graph.workers)),
        ]
    };
    let both: Vec<_> = match (&run.workload, &first.workload, &run.graph, &first.graph) {
        (Some(here), Some(there), ..) => iter::zip(settings(here), settings(there)).map(Into::into).collect(),
        (_, _, Some(here), Some(there)) => iter::zip(of_graph(here), of_graph(there)).map(Into::into).collect(),
        _ => Vec::new(),
    };
    differing(both)
}

fn differing(both: Vec<[(&'static str, String); 2]>) -> Vec<DifferentSetting> {
    let both = both.into_iter().map(|[(what, here), (_, there)]| (what, here, there));
    both.filter(|(_, here, there)| here != there).collect()
}

fn workload_differences(run: &ComparedRunData, first: &ComparedRunData) -> Option<String> {
    let differing = settings_differing(run, first);
    (!differing.is_empty()).then(|| phrases::workload_differs(&run.name, &first.name, &differing))
}

/// What differs between the clusters of two runs, with both values, as far as it is known of both.
fn cluster_settings_differing(run: &ComparedRunData, first: &ComparedRunData) -> Vec<DifferentSetting> {
    // The tasks of graphs of mpviz are compared as their settings.
    let are_graphs = run.graph.is_some() && first.graph.is_some();
    let settings = |run: &ComparedRunData| {
        let clusters = || run.lanes.iter().map(|saved| &saved.lane).filter_map(|lane| Some((lane, cluster_of(lane)?)));
        let list = |values: BTreeSet<String>| values.into_iter().collect::<Vec<_>>().join(", ");
        let submitted = || clusters().map(|(lane, _)| Some(u64::from(lane.tasks?.submitted))).sum::<Option<u64>>();
        let versions: Option<_> = clusters().map(|(lane, _)| dask_version(lane)).collect();
        let saturations: Option<_> =
            clusters().map(|(_, cluster)| cluster.saturation.as_ref().map(SafeText::to_string)).collect();
        clusters().next().map(|_| {
            [
                (Label::Tasks.text(), (!are_graphs).then(submitted).flatten().map(format_count)),
                (Label::DaskVersion.text(), versions.map(list)),
                (Label::Saturation.text(), saturations.map(list)),
            ]
        })
    };
    let Some((here, there)) = settings(run).zip(settings(first)) else { return Vec::new() };
    let known = iter::zip(here, there).filter_map(|((what, here), (_, there))| Some([(what, here?), (what, there?)]));
    differing(known.collect())
}

/// The version of Dask of a lane that is a cluster. Unknown over HTTP.
fn dask_version(lane: &LaneSummary) -> Option<String> {
    let version = lane.engine.as_str().strip_prefix("dask ")?;
    version.starts_with(|first: char| first.is_ascii_digit()).then(|| version.to_owned())
}

fn cluster_differences(run: &ComparedRunData, first: &ComparedRunData) -> Option<String> {
    let differing = cluster_settings_differing(run, first);
    (!differing.is_empty()).then(|| phrases::clusters_differ(&run.name, &first.name, &differing))
}

fn chunk_text(chunk: &SavedChunkSize) -> String {
    match chunk {
        SavedChunkSize::Tasks(n) => format_count((*n).into()),
        SavedChunkSize::Auto(word) => word.to_string(),
    }
}

/// Programs and clusters choose their cores themselves.
fn have_different_policies(run: &ComparedRunData, first: &ComparedRunData) -> bool {
    run.workload.is_some() && first.workload.is_some() && run.cores != first.cores
}

fn policy_note(run: &ComparedRunData, first: &ComparedRunData) -> Option<String> {
    have_different_policies(run, first)
        .then(|| phrases::policies_differ_text((&run.name, run.cores), (&first.name, first.cores)))
}

/// Notes that two machines differ in speed. A number costs the same on both, so the calibrated rounds tell the speed.
fn speed_note(run: &ComparedRunData, first: &ComparedRunData) -> Option<String> {
    let (work, base) = (run.workload.as_ref()?, first.workload.as_ref()?);
    let (here, there) = (work.rounds_per_number, base.rounds_per_number);
    let same_cost = work.cost_ns == base.cost_ns && work.cost_ns > 0 && here.min(there) > 0;
    let ratio = f64::from(here.max(there)) / f64::from(here.min(there).max(1));
    (same_cost && ratio - 1.0 > ROUNDS_TOLERANCE)
        .then(|| phrases::speeds_differ_text(work.cost_ns, (&run.name, here), (&first.name, there)))
}
