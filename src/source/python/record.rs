//! The records that the shim writes: their layout in a ring file, and their meaning.
//!
//! A ring file is written by the watched program and may hold any bytes. Numbers out of range are clamped, text is
//! sanitized, and a record with an unknown kind is an error.

mod decode;
mod fields;
mod layout;

use crate::event::text::SafeText;
use crate::event::workload::StartMethod;
use crate::event::{CallKind, CodeLocation, Exit, FinalUsage, ParentUsage, PoolKind};

pub use decode::InvalidRecord;
pub use layout::{HEADER_BYTES, Header, HeaderError, MAX_TEXT_BYTES, RECORD_BYTES, RUNNING_AT, RecordBytes, VERSION};

/// An interpreter of the watched program, which writes records. A recycled pid has another start, and so have
/// sub-interpreters of one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReportingProcess {
    pub pid: u32,
    /// Time at which it began to report, in ns of `CLOCK_MONOTONIC`.
    pub start: u64,
}

/// Extension of a process's first ring file.
const FIRST_EXTENSION: &str = "ring";
/// Extension of a process's second ring file.
pub const SECOND_EXTENSION: &str = "ring2";

impl ReportingProcess {
    /// Name of its first ring file, such as `4188-86400000000000.ring`.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}-{}.{FIRST_EXTENSION}", self.pid, self.start)
    }

    /// The process whose first ring file has this name.
    #[must_use]
    pub fn of_file_name(name: &str) -> Option<Self> {
        let (name, extension) = name.rsplit_once('.')?;
        let (pid, start) = name.split_once('-').filter(|_| extension == FIRST_EXTENSION)?;
        Some(Self { pid: pid.parse().ok()?, start: start.parse().ok()? })
    }
}

/// A record with its process and time.
#[derive(Clone, Debug, PartialEq)]
pub struct StampedRecord {
    pub process: ReportingProcess,
    /// Time at which it was written, in ns of `CLOCK_MONOTONIC`.
    pub at: u64,
    pub record: Record,
}

/// A pool of the process that created it, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PoolNumber(pub u32);

/// A call of a process that submits tasks, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallNumber(pub u32);

/// A task, unique among those of its pool's process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TaskKey {
    /// None in a record of a worker process, which does not know its pool.
    pub pool: Option<PoolNumber>,
    /// Job of a `Pool`, work item of an executor.
    pub job: u64,
    /// Chunk of the job; 0 in an executor.
    pub index: u64,
}

/// Where an interpreter that begins to report comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InterpreterOrigin {
    Started,
    /// Its process was forked from one with an interpreter.
    Forked,
    /// It started in a process that has another one.
    Subinterpreter,
}

/// Version of a Python interpreter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PythonVersion {
    pub major: u8,
    pub minor: u8,
    pub micro: u8,
}

impl std::fmt::Display for PythonVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.micro)
    }
}

/// Something that happened in a process of the watched program. Fields of text are empty, and sites are none, if the
/// text was overwritten before mpviz read it.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// An interpreter began to report.
    Hello {
        parent: u32,
        version: PythonVersion,
        origin: InterpreterOrigin,
        /// Such as `cpython`.
        implementation: SafeText,
        /// The script as in `sys.argv[0]`, the module as in `-m name`, or the purpose of a helper of `multiprocessing`,
        /// such as `multiprocessing.resource_tracker`.
        script: SafeText,
    },
    PoolCreated {
        pool: PoolNumber,
        kind: PoolKind,
        /// Maximum number of workers.
        workers: u32,
        max_tasks_per_child: Option<u32>,
        start_method: Option<StartMethod>,
        site: Option<CodeLocation>,
        /// The function that created it.
        function: SafeText,
    },
    /// The pool was closed or shut down, or it was terminated.
    PoolEnded {
        pool: PoolNumber,
        terminated: bool,
        /// What its process used since the pool was created; none for a pool of threads.
        parent: Option<ParentUsage>,
    },
    /// A call that submits tasks. Of `submit` and `apply_async`, the first call at a place with a function.
    CallMade {
        pool: PoolNumber,
        call: CallNumber,
        kind: CallKind,
        /// None if the number is not known in advance.
        items: Option<u64>,
        /// Items in a task, at least 1.
        chunk: u32,
        site: Option<CodeLocation>,
        /// Qualified name of the function that the tasks run.
        function: SafeText,
    },
    /// Tasks `first`, `first` + 1, … of a job were submitted.
    TasksSubmitted {
        pool: PoolNumber,
        job: u64,
        first: u64,
        /// None if the number is not known in advance; then every queued task of the job adds one.
        count: Option<u32>,
        /// None if the call is unknown.
        call: Option<CallNumber>,
        /// Items in a task; the last may have fewer.
        items_per_task: u32,
    },
    /// Consecutive pickled tasks of a job are written to the queue, beginning at the record's time.
    TasksQueued {
        first: TaskKey,
        count: u32,
        /// Size of all of them.
        bytes: u64,
    },
    /// A worker starts a task.
    TaskStarted {
        task: TaskKey,
        tid: u32,
        /// Time of receiving and unpickling it, in ns.
        receive_ns: u64,
        /// CPU time of the worker's thread at the start, in µs modulo 2³².
        cpu_us: u32,
    },
    /// A worker process ran a task from `started` to the record's time. `RingReader` makes two records of it, so that
    /// each has its time.
    TaskRan {
        task: TaskKey,
        /// In ns of `CLOCK_MONOTONIC`.
        started: u64,
        receive_ns: u64,
        cpu_ns: u64,
        result_bytes: u32,
    },
    TaskFinished {
        task: TaskKey,
        tid: u32,
        /// CPU time of the worker's thread in the task, in ns.
        cpu_ns: u64,
        /// Size of the pickled result.
        result_bytes: u32,
    },
    /// The task raised an exception.
    TaskFailed {
        task: TaskKey,
        tid: u32,
        cpu_ns: u64,
        result_bytes: u32,
        /// Name of its class.
        exception: SafeText,
    },
    /// A worker is about to take its first task.
    WorkerReady {
        pool: Option<PoolNumber>,
        tid: u32,
    },
    /// The worker's loop, or the function of a process outside of pools, returned.
    WorkerEnded {
        pool: Option<PoolNumber>,
        tid: u32,
        usage: Option<FinalUsage>,
    },
    /// A pool is about to terminate this worker process, which has used that much.
    WorkerUsed {
        pid: u32,
        usage: Option<FinalUsage>,
    },
    /// A process started another.
    ProcessSpawned {
        pid: u32,
        pool: Option<PoolNumber>,
        start_method: Option<StartMethod>,
        /// Time that `start()` took, in ns.
        start_ns: u64,
        /// Size of the pickled process object.
        bytes: u64,
        name: SafeText,
        /// Name of the function that it runs.
        target: SafeText,
        site: Option<CodeLocation>,
    },
    /// The program is about to kill a child process: `Process.kill()`.
    ProcessKilled {
        pid: u32,
    },
    /// The exit of a child process was collected.
    ProcessReaped {
        pid: u32,
        exit: Exit,
    },
    /// A thread outside of any pool started.
    ThreadStarted {
        tid: u32,
        /// The thread that started it.
        starter: u32,
        name: SafeText,
        /// Name of the function that it runs.
        target: SafeText,
        site: Option<CodeLocation>,
    },
    ThreadEnded {
        tid: u32,
        cpu_ns: u64,
        usage: Option<FinalUsage>,
    },
    /// A scheduler of Dask listens at this address.
    SchedulerStarted {
        address: SafeText,
    },
    /// A client has connected to the scheduler at this address.
    ClientConnected {
        address: SafeText,
    },
    /// The shim itself failed and left this hook.
    ShimFault {
        hook: SafeText,
        exception: SafeText,
    },
}
