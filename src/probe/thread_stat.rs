//! The sampled figures of a thread, from its files in `/proc`.

use std::io::Read;

use procfs::process::Schedstat;
use procfs::{FromRead, ProcError, ProcResult};

/// The sampled fields of a `stat` file. Parsing all 52 with [`procfs::process::Stat`] takes several times as long.
pub(super) struct ThreadStat {
    pub(super) name: String,
    pub(super) state: char,
    pub(super) page_faults: u64,
    /// CPU time of the children that have ended and were collected, with theirs, in ns.
    pub(super) collected_cpu_ns: u64,
    /// The core it last ran on.
    pub(super) core: u32,
}

impl FromRead for ThreadStat {
    fn from_read<R: Read>(mut file: R) -> ProcResult<Self> {
        let mut text = Vec::with_capacity(512);
        file.read_to_end(&mut text)?;
        let text = String::from_utf8_lossy(&text);
        let parse = || {
            // The name may contain spaces and parentheses.
            let (beginning, rest) = text.rsplit_once(')')?;
            let mut fields = rest.split_ascii_whitespace();
            let state = fields.next()?.chars().next()?;
            let minor_faults: u64 = fields.nth(6)?.parse().ok()?;
            let major_faults: u64 = fields.nth(1)?.parse().ok()?;
            let user_ticks: u64 = fields.nth(3)?.parse().ok()?;
            let system_ticks: u64 = fields.next()?.parse().ok()?;
            let core = fields.nth(21)?.parse().ok()?;
            let name = beginning.split_once('(')?.1.into();
            let collected_cpu_ns = (user_ticks + system_ticks) * 1_000_000_000 / procfs::ticks_per_second();
            Some(Self { name, state, page_faults: minor_faults + major_faults, collected_cpu_ns, core })
        };
        parse().ok_or(ProcError::Incomplete(None))
    }
}

/// Returns an error for values that are all zero: the process has not run yet, or the kernel does not count.
pub fn scheduler_statistics(schedstat: Schedstat) -> ProcResult<Schedstat> {
    if schedstat.pcount > 0 { Ok(schedstat) } else { Err(ProcError::Incomplete(None)) }
}
