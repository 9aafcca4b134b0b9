//! Why a part of a program or of a cluster is not observed.

use super::system_error;
use crate::event::ObservationGap;
use crate::text;

/// Why a part is not observed, without full stop.
#[must_use]
pub fn observation_gap(gap: &ObservationGap) -> String {
    system_error(&with_english_error(gap))
}

fn with_english_error(gap: &ObservationGap) -> String {
    match gap {
        ObservationGap::FileUnreadable { file, error } => {
            text!("gap-file-unreadable", file = file.as_str(), error = error.as_str())
        }
        ObservationGap::FileForeign { file } => text!("gap-file-foreign", file = file.as_str()),
        ObservationGap::FileVersionDiffers { file, found, expected } => {
            text!("gap-file-version-differs", file = file.as_str(), found = *found, expected = *expected)
        }
        ObservationGap::FileInvalid { file } => text!("gap-file-invalid", file = file.as_str()),
        ObservationGap::FileResized { file, found, expected } => {
            text!("gap-file-resized", file = file.as_str(), found = *found, expected = *expected)
        }
        ObservationGap::RecordsInvalid { pid } => text!("gap-records-invalid", pid = pid.to_string()),
        ObservationGap::WaitsUnknown { pid } => text!("gap-waits-unknown", pid = pid.to_string()),
        ObservationGap::ClusterNotStartedByProgram { address } => {
            text!("gap-cluster-not-started-by-program", address = address.as_str())
        }
        ObservationGap::SchedulerSilent { address, error: None } => {
            text!("gap-scheduler-silent", address = address.as_str())
        }
        ObservationGap::SchedulerSilent { address, error: Some(error) } => {
            text!("gap-scheduler-not-heard", address = address.as_str(), error = error.as_str())
        }
        ObservationGap::LastReportsMissing { address, error: None } => {
            text!("gap-last-reports-missing", address = address.as_str())
        }
        ObservationGap::LastReportsMissing { address, error: Some(error) } => {
            text!("gap-last-reports-unreadable", address = address.as_str(), error = error.as_str())
        }
        ObservationGap::ClusterWentOn { address } => text!("gap-cluster-went-on", address = address.as_str()),
        ObservationGap::WorkerSilent { worker, seconds } => {
            text!("gap-worker-silent", worker = worker.as_str(), seconds = *seconds)
        }
        ObservationGap::StartsUnreported { error } => {
            text!("gap-starts-unreported", error = error.as_str())
        }
        ObservationGap::CountsOnly {} => text!("gap-counts-only").into(),
        ObservationGap::WorkersOutdated {} => text!("gap-workers-outdated").into(),
        ObservationGap::ConnectionLost { address, error } => {
            text!("gap-connection-lost", address = address.as_str(), error = error.as_str())
        }
        ObservationGap::NoAnswer { address, error } => {
            text!("gap-no-answer", address = address.as_str(), error = error.as_str())
        }
        ObservationGap::GraphFailed { error } => text!("gap-graph-failed", error = error.as_str()),
        ObservationGap::ClusterNotStarted { error } => {
            text!("gap-cluster-not-started", error = error.as_str())
        }
        ObservationGap::PythonNotStarted { python, error } => {
            text!("gap-python-not-started", python = python.as_str(), error = error.as_str())
        }
        ObservationGap::DriverSilent { python } => text!("gap-driver-silent", python = python.as_str()),
        ObservationGap::PythonTooSlow { python, seconds } => {
            text!("gap-python-too-slow", python = python.as_str(), seconds = seconds.to_string())
        }
        ObservationGap::ReportInvalid { python, error } => {
            text!("gap-report-invalid", python = python.as_str(), error = error.as_str())
        }
        ObservationGap::DaskMissing { python } => text!("gap-dask-missing", python = python.as_str()),
        ObservationGap::DaskTooOld { python, version, needed } => {
            let (python, version, needed) = (python.as_str(), version.as_str(), needed.as_str());
            text!("gap-dask-too-old", python = python, version = version, needed = needed)
        }
        ObservationGap::DaskDiffers { address, python, version } => {
            let (address, python, version) = (address.as_str(), python.as_str(), version.as_str());
            text!("gap-dask-differs", address = address, python = python, version = version)
        }
        ObservationGap::PythonDiffers { scheduler, python, version } => {
            let (scheduler, python, version) = (scheduler.as_str(), python.as_str(), version.as_str());
            text!("gap-python-differs", scheduler = scheduler, python = python, version = version)
        }
        ObservationGap::AddressMissing {} => text!("gap-address-missing").into(),
        ObservationGap::NotConnected { address, error } => {
            text!("gap-not-connected", address = address.as_str(), error = error.as_str())
        }
        ObservationGap::PluginRefused { error } => text!("gap-plugin-refused", error = error.as_str()),
        ObservationGap::System { error } => text!("gap-system", error = error.as_str()),
        ObservationGap::Text(text) => text.to_string(),
    }
}

/// Why a part is not observed, with and without its cause.
#[must_use]
pub fn gap_variants(gap: &ObservationGap) -> Vec<String> {
    let whole = observation_gap(gap);
    let without_cause = whole.split_once(": ").map(|(what, _)| what.to_owned());
    std::iter::once(whole).chain(without_cause).collect()
}
