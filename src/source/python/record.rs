//! The records that the shim writes: their layout in a ring file, and their meaning.
//!
//! A ring file is written by the watched program and may hold any bytes. Numbers out of range are clamped, text is
//! sanitized, and a record with an unknown kind is an error.

mod layout;

use thiserror::Error;

use crate::event::text::SafeText;
use crate::event::workload::StartMethod;
use crate::event::{CallKind, CodeLocation, Exit, FinalUsage, ParentUsage, PoolKind};

pub use layout::{HEADER_BYTES, Header, HeaderError, MAX_TEXT_BYTES, RECORD_BYTES, RUNNING_AT, RecordBytes};

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
        /// The script as in `sys.argv[0]`, the module as in `-m name`, or the purpose of a helper of `multiprocessing`, such
        /// as `multiprocessing.resource_tracker`.
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

/// Maximum number of tasks in a `TasksQueued`.
const MAX_QUEUED_TOGETHER: u32 = 16;

/// Why a record has no meaning.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum InvalidRecord {
    #[error("kind {0} of a record is unknown")]
    Kind(u16),
    #[error("origin {0} of an interpreter is unknown")]
    Origin(i64),
    #[error("kind {0} of a pool is unknown")]
    PoolKind(i64),
    #[error("kind {0} of a call is unknown")]
    CallKind(i64),
    #[error("start method {0} is unknown")]
    StartMethod(i64),
}

impl Record {
    /// Decodes a record. `text` is the joined text of its continuation records, empty if they were overwritten.
    pub fn decode(bytes: &RecordBytes, text: &[u8]) -> Result<Self, InvalidRecord> {
        let words = Words(bytes);
        let mut text = TextFields::new(text);
        Ok(match bytes.kind() {
            1 => Self::Hello {
                parent: words.u32(0),
                version: words.version(1),
                origin: words.origin(2)?,
                implementation: text.next(),
                script: text.next(),
            },
            2 => Self::TaskRan {
                task: TaskKey { pool: None, job: words.u64(0), index: words.u64(1) },
                started: words.u64(2),
                cpu_ns: words.u64(3),
                receive_ns: words.u64(4),
                result_bytes: bytes.last_word(),
            },
            3 => Self::PoolCreated {
                pool: words.pool(0),
                kind: words.pool_kind(1)?,
                workers: words.u32(2),
                max_tasks_per_child: Some(words.u32(3)).filter(|tasks| *tasks > 0),
                start_method: words.start_method(4)?,
                site: text.site(),
                function: text.next(),
            },
            4 => Self::PoolEnded {
                pool: words.pool(0),
                terminated: words.get(1) == 2,
                parent: words
                    .time_if_known(2)
                    .map(|cpu_ns| ParentUsage { cpu_ns, run_delay_ns: words.time_if_known(3) }),
            },
            5 => Self::CallMade {
                pool: words.pool(0),
                call: CallNumber(words.u32(1)),
                kind: words.call_kind(2)?,
                items: u64::try_from(words.get(3)).ok(),
                chunk: words.u32(4).max(1),
                site: text.site(),
                function: text.next(),
            },
            6 => Self::TasksSubmitted {
                pool: words.pool(0),
                job: words.u64(1),
                first: words.u64(2),
                count: (words.get(3) >= 0).then(|| words.u32(3)),
                call: Some(words.u32(4)).filter(|call| *call > 0).map(CallNumber),
                items_per_task: bytes.last_word().max(1),
            },
            7 => Self::TasksQueued {
                first: words.task(),
                bytes: words.u64(3),
                count: words.u32(4).clamp(1, MAX_QUEUED_TOGETHER),
            },
            8 => Self::TaskStarted {
                task: words.task(),
                tid: words.u32(3),
                receive_ns: words.u64(4),
                cpu_us: bytes.last_word(),
            },
            9 => Self::TaskFinished {
                task: words.task(),
                tid: words.u32(3),
                cpu_ns: words.u64(4),
                result_bytes: bytes.last_word(),
            },
            10 => Self::TaskFailed {
                task: words.task(),
                tid: words.u32(3),
                cpu_ns: words.u64(4),
                result_bytes: bytes.last_word(),
                exception: text.next(),
            },
            11 => Self::WorkerReady { pool: words.pool_if_known(0), tid: words.u32(1) },
            12 => Self::WorkerEnded { pool: words.pool_if_known(0), tid: words.u32(1), usage: words.usage(2) },
            13 => Self::ProcessSpawned {
                pid: words.u32(0),
                pool: words.pool_if_known(1),
                start_method: words.start_method(2)?,
                start_ns: words.u64(3),
                bytes: words.u64(4),
                name: text.next(),
                target: text.next(),
                site: text.site(),
            },
            14 => Self::ProcessReaped { pid: words.u32(0), exit: words.exit(1) },
            15 => Self::ThreadStarted {
                tid: words.u32(0),
                starter: words.u32(1),
                name: text.next(),
                target: text.next(),
                site: text.site(),
            },
            16 => Self::ThreadEnded { tid: words.u32(0), cpu_ns: words.u64(1), usage: words.usage(1) },
            17 => Self::WorkerUsed { pid: words.u32(0), usage: words.usage(1) },
            19 => Self::ProcessKilled { pid: words.u32(0) },
            18 => Self::ShimFault { hook: text.next(), exception: text.next() },
            kind => return Self::decode_of_cluster(kind, text.next()),
        })
    }

    fn decode_of_cluster(kind: u16, address: SafeText) -> Result<Self, InvalidRecord> {
        match kind {
            20 => Ok(Self::SchedulerStarted { address }),
            21 => Ok(Self::ClientConnected { address }),
            _ => Err(InvalidRecord::Kind(kind)),
        }
    }
}

/// The numbers of a record, each clamped to the range of its type.
struct Words<'a>(&'a RecordBytes);

impl Words<'_> {
    fn get(&self, index: usize) -> i64 {
        self.0.word(index)
    }

    fn u64(&self, index: usize) -> u64 {
        self.get(index).max(0).cast_unsigned()
    }

    fn u32(&self, index: usize) -> u32 {
        u32::try_from(self.u64(index)).unwrap_or(u32::MAX)
    }

    /// What a thread used: CPU time, run-queue delay, and switches; none if it could not read them.
    fn usage(&self, index: usize) -> Option<FinalUsage> {
        let usage = FinalUsage {
            cpu_ns: self.u64(index),
            run_delay_ns: self.u64(index + 1),
            voluntary_switches: self.u64(index + 2),
            involuntary_switches: self.0.last_word().into(),
        };
        (usage.voluntary_switches + usage.involuntary_switches > 0).then_some(usage)
    }

    /// A time in ns; none if it is negative.
    fn time_if_known(&self, index: usize) -> Option<u64> {
        u64::try_from(self.get(index)).ok()
    }

    fn pool(&self, index: usize) -> PoolNumber {
        PoolNumber(self.u32(index))
    }

    fn pool_if_known(&self, index: usize) -> Option<PoolNumber> {
        Some(self.pool(index)).filter(|pool| pool.0 > 0)
    }

    fn task(&self) -> TaskKey {
        TaskKey { pool: self.pool_if_known(0), job: self.u64(1), index: self.u64(2) }
    }

    fn version(&self, index: usize) -> PythonVersion {
        let [micro, minor, major, ..] = self.get(index).to_le_bytes();
        PythonVersion { major, minor, micro }
    }

    fn origin(&self, index: usize) -> Result<InterpreterOrigin, InvalidRecord> {
        Ok(match self.get(index) {
            0 => InterpreterOrigin::Started,
            1 => InterpreterOrigin::Forked,
            2 => InterpreterOrigin::Subinterpreter,
            other => return Err(InvalidRecord::Origin(other)),
        })
    }

    /// A negative code is the number of a signal, as in `multiprocessing`.
    fn exit(&self, index: usize) -> Exit {
        let code = self.get(index).clamp(-i64::from(i32::MAX), i64::from(i32::MAX)) as i32;
        if code < 0 { Exit::Signal(-code) } else { Exit::Code(code) }
    }

    fn pool_kind(&self, index: usize) -> Result<PoolKind, InvalidRecord> {
        Ok(match self.get(index) {
            1 => PoolKind::Pool,
            2 => PoolKind::ThreadPool,
            3 => PoolKind::ProcessPoolExecutor,
            4 => PoolKind::ThreadPoolExecutor,
            5 => PoolKind::InterpreterPoolExecutor,
            6 => PoolKind::Loky,
            other => return Err(InvalidRecord::PoolKind(other)),
        })
    }

    fn call_kind(&self, index: usize) -> Result<CallKind, InvalidRecord> {
        Ok(match self.get(index) {
            1 => CallKind::Apply,
            2 => CallKind::Map,
            3 => CallKind::Imap,
            4 => CallKind::ImapUnordered,
            5 => CallKind::Starmap,
            6 => CallKind::Submit,
            7 => CallKind::ExecutorMap,
            8 => CallKind::ApplyAsync,
            9 => CallKind::MapAsync,
            10 => CallKind::StarmapAsync,
            other => return Err(InvalidRecord::CallKind(other)),
        })
    }

    fn start_method(&self, index: usize) -> Result<Option<StartMethod>, InvalidRecord> {
        Ok(match self.get(index) {
            0 => None,
            1 => Some(StartMethod::Fork),
            2 => Some(StartMethod::Spawn),
            3 => Some(StartMethod::Forkserver),
            other => return Err(InvalidRecord::StartMethod(other)),
        })
    }
}

/// The fields of a record's text, separated by the unit separator of ASCII.
struct TextFields<'a>(std::slice::Split<'a, u8, fn(&u8) -> bool>);

impl<'a> TextFields<'a> {
    fn new(text: &'a [u8]) -> Self {
        Self(text.split(|byte| *byte == 0x1f))
    }

    /// The next field; empty if there is none.
    fn next(&mut self) -> SafeText {
        SafeText::new(&String::from_utf8_lossy(self.0.next().unwrap_or_default()))
    }

    /// The next two fields as file and line; none without a file.
    fn site(&mut self) -> Option<CodeLocation> {
        let (file, line) = (self.next(), self.next());
        (!file.as_str().is_empty()).then(|| CodeLocation { file, line: line.as_str().parse().unwrap_or(0) })
    }
}
