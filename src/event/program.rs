//! The description of a watched program: its pools and its calls.

use serde::{Deserialize, Serialize};
use signal_hook::consts::SIGTERM;

use crate::event::Exit;
use crate::event::text::SafeText;

/// The program that a run watches; its command line is that of the run, unless a cluster is observed in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchedProgram {
    /// Process of the program or of the scheduler; 0 if unknown.
    pub pid: u32,
    /// Address of the scheduler of the cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<SafeText>,
}

/// A line of the program's source. Only names and numbers are recorded, never arguments or results.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeLocation {
    /// Path as the interpreter has it.
    pub file: SafeText,
    /// Line number, from 1; 0 if unknown.
    pub line: u32,
}

impl CodeLocation {
    /// The file's name without its directories, as in titles.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.file.as_str().rsplit('/').next().unwrap_or_default()
    }

    /// File name and line, as in titles: `etl.py:31`.
    #[must_use]
    pub fn short_name(&self) -> String {
        if self.line == 0 { self.file_name().into() } else { format!("{}:{}", self.file_name(), self.line) }
    }
}

/// What a lane of a watched program is made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramPool {
    pub kind: PoolKind,
    /// The process that created it.
    pub pid: u32,
    /// Where the program created it; none if unknown. Of a cluster, the address of its scheduler.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<CodeLocation>,
    /// How many tasks a cluster sends to a worker beyond those that it runs, in tasks per thread: Dask's setting
    /// `worker-saturation`, such as `1.1` or `inf`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saturation: Option<SafeText>,
}

/// Kind of a pool of a watched program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PoolKind {
    /// `multiprocessing.Pool`.
    Pool,
    /// `multiprocessing.pool.ThreadPool`.
    ThreadPool,
    /// `concurrent.futures.ProcessPoolExecutor`.
    ProcessPoolExecutor,
    /// `concurrent.futures.ThreadPoolExecutor`.
    ThreadPoolExecutor,
    /// `concurrent.futures.InterpreterPoolExecutor`.
    InterpreterPoolExecutor,
    /// The executor of joblib's backend loky.
    Loky,
    /// Processes that one parent started outside of any pool: `multiprocessing.Process`.
    Processes,
    /// Threads that one process started outside of any pool: `threading.Thread`.
    Threads,
    /// The server processes of `multiprocessing.Manager`, which run no tasks.
    Manager,
    /// Other processes that one parent runs at a time: forks, interpreters, any programs.
    ProcessTree,
    /// The workers of a Dask cluster; each thread of them counts as a worker.
    DaskCluster,
}

impl PoolKind {
    /// Whether a program ends workers of this kind like this itself: `Process.terminate()` sends SIGTERM.
    #[must_use]
    pub fn is_termination(self, exit: Exit) -> bool {
        matches!(self, Self::Processes | Self::ProcessTree) && exit == Exit::Signal(SIGTERM)
    }

    /// Whether tasks go to its workers as pickled bytes, whose size and times are reported.
    #[must_use]
    pub const fn pickles_tasks(self) -> bool {
        matches!(
            self,
            Self::Pool | Self::ProcessPoolExecutor | Self::InterpreterPoolExecutor | Self::Loky | Self::Processes
        )
    }

    /// Name in the program's language, as in titles.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pool => "Pool",
            Self::ThreadPool => "ThreadPool",
            Self::ProcessPoolExecutor => "ProcessPoolExecutor",
            Self::ThreadPoolExecutor => "ThreadPoolExecutor",
            Self::InterpreterPoolExecutor => "InterpreterPoolExecutor",
            Self::Loky => "loky",
            Self::Processes => "Process",
            Self::Threads => "Thread",
            Self::Manager => "Manager",
            Self::ProcessTree => "processes",
            Self::DaskCluster => "Dask cluster",
        }
    }
}

/// A call that submits tasks, such as `Pool.map`. Calls of `submit` and `apply_async` at the same place are one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    pub kind: CallKind,
    /// Qualified name of the function that the tasks run.
    pub function: SafeText,
    /// Where the program made the call; none if unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<CodeLocation>,
    /// Items that the call hands over; none if their number is not known in advance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<u64>,
    /// Items in a task (a chunk); the last task of a call may have fewer. At least 1.
    pub chunk: u32,
}

/// Kind of a call that submits tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallKind {
    Apply,
    ApplyAsync,
    Map,
    MapAsync,
    Imap,
    ImapUnordered,
    Starmap,
    StarmapAsync,
    Submit,
    /// `Executor.map`.
    ExecutorMap,
    /// `Process.start` or `Thread.start`: a task of its own worker.
    Start,
}

impl CallKind {
    /// Name of the method, as in sentences.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::ApplyAsync => "apply_async",
            Self::Map | Self::ExecutorMap => "map",
            Self::MapAsync => "map_async",
            Self::Imap => "imap",
            Self::ImapUnordered => "imap_unordered",
            Self::Starmap => "starmap",
            Self::StarmapAsync => "starmap_async",
            Self::Submit => "submit",
            Self::Start => "start",
        }
    }
}
