//! Fields of a record: its numbers and its text.

use super::{InterpreterOrigin, InvalidRecord, PoolNumber, PythonVersion, RecordBytes, TaskKey};
use crate::event::text::SafeText;
use crate::event::workload::StartMethod;
use crate::event::{CallKind, CodeLocation, Exit, FinalUsage, PoolKind};

/// The numbers of a record, each clamped to the range of its type.
pub(super) struct Words<'a>(pub(super) &'a RecordBytes);

impl Words<'_> {
    pub(super) fn get(&self, index: usize) -> i64 {
        self.0.word(index)
    }

    pub(super) fn u64(&self, index: usize) -> u64 {
        self.get(index).max(0).cast_unsigned()
    }

    pub(super) fn u32(&self, index: usize) -> u32 {
        u32::try_from(self.u64(index)).unwrap_or(u32::MAX)
    }

    /// What a thread used: CPU time, run-queue delay, and switches; none if it could not read them.
    pub(super) fn usage(&self, index: usize) -> Option<FinalUsage> {
        let usage = FinalUsage {
            cpu_ns: self.u64(index),
            run_delay_ns: self.u64(index + 1),
            voluntary_switches: self.u64(index + 2),
            involuntary_switches: self.0.last_word().into(),
        };
        (usage.voluntary_switches + usage.involuntary_switches > 0).then_some(usage)
    }

    /// A time in ns; none if it is negative.
    pub(super) fn time_if_known(&self, index: usize) -> Option<u64> {
        u64::try_from(self.get(index)).ok()
    }

    pub(super) fn pool(&self, index: usize) -> PoolNumber {
        PoolNumber(self.u32(index))
    }

    pub(super) fn pool_if_known(&self, index: usize) -> Option<PoolNumber> {
        Some(self.pool(index)).filter(|pool| pool.0 > 0)
    }

    pub(super) fn task(&self) -> TaskKey {
        TaskKey { pool: self.pool_if_known(0), job: self.u64(1), index: self.u64(2) }
    }

    pub(super) fn version(&self, index: usize) -> PythonVersion {
        let [micro, minor, major, ..] = self.get(index).to_le_bytes();
        PythonVersion { major, minor, micro }
    }

    pub(super) fn origin(&self, index: usize) -> Result<InterpreterOrigin, InvalidRecord> {
        Ok(match self.get(index) {
            0 => InterpreterOrigin::Started,
            1 => InterpreterOrigin::Forked,
            2 => InterpreterOrigin::Subinterpreter,
            other => return Err(InvalidRecord::Origin(other)),
        })
    }

    /// A negative code is the number of a signal, as in `multiprocessing`.
    pub(super) fn exit(&self, index: usize) -> Exit {
        let code = self.get(index).clamp(-i64::from(i32::MAX), i64::from(i32::MAX)) as i32;
        if code < 0 { Exit::Signal(-code) } else { Exit::Code(code) }
    }

    pub(super) fn pool_kind(&self, index: usize) -> Result<PoolKind, InvalidRecord> {
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

    pub(super) fn call_kind(&self, index: usize) -> Result<CallKind, InvalidRecord> {
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

    pub(super) fn start_method(&self, index: usize) -> Result<Option<StartMethod>, InvalidRecord> {
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
pub(super) struct TextFields<'a>(std::slice::Split<'a, u8, fn(&u8) -> bool>);

impl<'a> TextFields<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self(text.split(|byte| *byte == 0x1f))
    }

    /// The next field; empty if there is none.
    pub(super) fn next(&mut self) -> SafeText {
        SafeText::new(&String::from_utf8_lossy(self.0.next().unwrap_or_default()))
    }

    /// The next two fields as file and line; none without a file.
    pub(super) fn site(&mut self) -> Option<CodeLocation> {
        let (file, line) = (self.next(), self.next());
        (!file.as_str().is_empty()).then(|| CodeLocation { file, line: line.as_str().parse().unwrap_or(0) })
    }
}
