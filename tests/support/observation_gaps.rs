//! Every reason why something is not observed.

use mpviz::event::ObservationGap;
use mpviz::event::text::SafeText;

/// One reason of each kind, and each optional part in one of them.
pub fn all_gaps() -> Vec<ObservationGap> {
    let text = SafeText::new;
    let (address, python) = (text("tcp://10.0.0.7:8786"), text("/usr/bin/python3"));
    let (file, error) = (text("/tmp/run/1-1.ring"), text("[Errno 24]"));
    vec![
        ObservationGap::FileUnreadable { file: file.clone(), error: error.clone() },
        ObservationGap::FileForeign { file: file.clone() },
        ObservationGap::FileVersionDiffers { file: file.clone(), found: 1, expected: 2 },
        ObservationGap::FileInvalid { file: file.clone() },
        ObservationGap::FileResized { file, found: 100, expected: u64::MAX },
        ObservationGap::RecordsInvalid { pid: u32::MAX },
        ObservationGap::WaitsUnknown { pid: 41 },
        ObservationGap::ClusterNotStartedByProgram { address: address.clone() },
        ObservationGap::SchedulerSilent { address: address.clone(), error: None },
        ObservationGap::SchedulerSilent { address: address.clone(), error: Some(error.clone()) },
        ObservationGap::ClusterWentOn { address: address.clone() },
        ObservationGap::LastReportsMissing { address: address.clone(), error: None },
        ObservationGap::LastReportsMissing { address: address.clone(), error: Some(error.clone()) },
        ObservationGap::WorkerSilent { worker: text("w0@10.0.0.8"), seconds: 10 },
        ObservationGap::StartsUnreported { error: error.clone() },
        ObservationGap::CountsOnly {},
        ObservationGap::WorkersOutdated {},
        ObservationGap::ConnectionLost { address: address.clone(), error: error.clone() },
        ObservationGap::NoAnswer { address: address.clone(), error: error.clone() },
        ObservationGap::GraphFailed { error: error.clone() },
        ObservationGap::ClusterNotStarted { error: error.clone() },
        ObservationGap::PythonNotStarted { python: python.clone(), error: error.clone() },
        ObservationGap::PythonTooSlow { python: python.clone(), seconds: 30 },
        ObservationGap::DriverSilent { python: python.clone() },
        ObservationGap::ReportInvalid { python: python.clone(), error: error.clone() },
        ObservationGap::DaskMissing { python: python.clone() },
        ObservationGap::DaskTooOld { python: python.clone(), version: text("2022.1.0"), needed: text("2023.12") },
        ObservationGap::DaskDiffers { address: address.clone(), python: python.clone(), version: text("2026.8.0") },
        ObservationGap::PythonDiffers { scheduler: text("3.10"), python, version: text("3.11") },
        ObservationGap::AddressMissing {},
        ObservationGap::NotConnected { address, error: error.clone() },
        ObservationGap::PluginRefused { error: error.clone() },
        ObservationGap::System { error },
        ObservationGap::Text(text("worker w0 has sent no heartbeat for 10 s")),
    ]
}
