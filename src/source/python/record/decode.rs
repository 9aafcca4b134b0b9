//! Decodes records.

use thiserror::Error;

use super::fields::{TextFields, Words};
use super::{CallNumber, Record, RecordBytes, TaskKey};
use crate::event::ParentUsage;
use crate::event::text::SafeText;

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
