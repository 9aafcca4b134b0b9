//! Observation of other programs.

#[path = "../support/mod.rs"]
mod support;

mod advice;
mod cluster_predictions;
mod dask_cluster;
mod dask_driver;
mod dask_graph_runs;
mod dask_graphs;
mod dask_http;
mod dask_reports;
mod observation;
mod poller;
mod program_clusters;
mod python_pools;
mod python_programs;
mod record;
mod ring_reader;
mod simulation;
mod winner_map;
