//! Why a part of a program or of a cluster is not observed.

use serde::{Deserialize, Serialize};

use super::text::SafeText;

/// Why a part of a watched program or of a cluster is not observed. `error` is text of the operating system, of Python
/// or of Dask, in its language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObservationGap {
    /// The reports of a process cannot be read from their file.
    FileUnreadable {
        file: SafeText,
        error: SafeText,
    },
    /// The file is not one of this user.
    FileForeign {
        file: SafeText,
    },
    /// The file is not one that the shim wrote for this process.
    FileInvalid {
        file: SafeText,
    },
    /// The shim of another version of mpviz wrote the file.
    FileVersionDiffers {
        file: SafeText,
        found: u32,
        expected: u32,
    },
    FileResized {
        file: SafeText,
        found: u64,
        expected: u64,
    },
    /// A process wrote records that have no meaning.
    RecordsInvalid {
        pid: u32,
    },
    /// What a process is blocked in cannot be read.
    WaitsUnknown {
        pid: u32,
    },

    /// The program uses a cluster that it did not start.
    ClusterNotStartedByProgram {
        address: SafeText,
    },
    /// A scheduler of the program did not report, because of this error if there is one.
    SchedulerSilent {
        address: SafeText,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<SafeText>,
    },
    /// The reports of a scheduler that the program has started ended before the scheduler closed.
    LastReportsMissing {
        address: SafeText,
        /// Why the reports cannot be read, if that is so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<SafeText>,
    },
    /// A scheduler that the program has started went on after the program.
    ClusterWentOn {
        address: SafeText,
    },
    /// The age of a worker's last heartbeat is over this limit, as in recordings of earlier builds.
    WorkerSilent {
        worker: SafeText,
        seconds: u32,
    },
    /// The workers' plugin cannot be registered.
    StartsUnreported {
        error: SafeText,
    },
    /// Only what a scheduler tells over HTTP is known.
    CountsOnly {},
    /// The scheduler's answer about its workers fails.
    WorkersOutdated {},
    ConnectionLost {
        address: SafeText,
        error: SafeText,
    },
    /// The scheduler's HTTP port does not answer any more.
    NoAnswer {
        address: SafeText,
        error: SafeText,
    },
    /// The graph that mpviz runs failed.
    GraphFailed {
        error: SafeText,
    },

    /// A cluster of mpviz's own cannot be started.
    ClusterNotStarted {
        error: SafeText,
    },
    /// The interpreter of the driver cannot be started.
    PythonNotStarted {
        python: SafeText,
        error: SafeText,
    },
    /// The interpreter of the driver has not started by this time.
    PythonTooSlow {
        python: SafeText,
        seconds: u32,
    },
    /// The driver ended without a report.
    DriverSilent {
        python: SafeText,
    },
    /// The driver wrote what is no report.
    ReportInvalid {
        python: SafeText,
        error: SafeText,
    },
    DaskMissing {
        python: SafeText,
    },
    DaskTooOld {
        python: SafeText,
        version: SafeText,
        needed: SafeText,
    },
    /// The scheduler's version of Dask is another one than this.
    DaskDiffers {
        address: SafeText,
        python: SafeText,
        version: SafeText,
    },
    /// The versions of Python differ: the scheduler's, and that of the driver.
    PythonDiffers {
        scheduler: SafeText,
        python: SafeText,
        version: SafeText,
    },
    /// No address of a scheduler is known.
    AddressMissing {},
    NotConnected {
        address: SafeText,
        error: SafeText,
    },
    PluginRefused {
        error: SafeText,
    },
    /// The operating system refused something.
    System {
        error: SafeText,
    },

    /// A sentence without a full stop, as in recordings of earlier builds.
    #[serde(untagged)]
    Text(SafeText),
}

impl From<&str> for ObservationGap {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}
