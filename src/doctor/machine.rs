//! What a run takes of the machine: cores, processes, descriptors, memory.

use nix::sys::resource::{Resource, getrlimit};
use procfs::Current;

use super::{CheckStatus, Finding};
use crate::engine::resources::{AvailableResources, PROCESS_MEMORY_BYTES, RemainingLimits};
use crate::event::Mode;
use crate::event::units::{bytes, count};
use crate::event::workload::Workload;
use crate::probe::machine;

pub(super) fn examine() -> Vec<Finding> {
    let soft = getrlimit(Resource::RLIMIT_NOFILE).ok().map(|(soft, _)| soft);
    // From here on the soft limit is the hard one.
    let limits = RemainingLimits::read();
    let online = procfs::CpuInfo::current().map_or(0, |info| info.num_cores());
    vec![
        cores(online, machine::affinity_cores().len(), machine::usable_cores().len()),
        processes(&limits),
        files(soft, limits.descriptors),
        memory(&limits),
    ]
}

fn cores(online: usize, affinity: usize, usable: usize) -> Finding {
    let id = "machine.cores";
    let lanes = usable.clamp(1, Mode::ALL.len());
    let limit = match () {
        () if usable < affinity => format!(" of {online}, by the cgroup's quota"),
        () if affinity < online => format!(" of {online}, by the affinity mask"),
        () => String::new(),
    };
    let (status, words) = match usable {
        1 => (CheckStatus::Limited, "lanes side by side must take turns".into()),
        _ => (CheckStatus::Works, format!("up to {lanes} lanes with a set each")),
    };
    Finding::new(id, status, format!("{usable} usable{limit}: {words}"))
        .with_advice("give it more cores (taskset, docker --cpus), or compare one lane after the other: --cores turns")
        .with_figure("machine", online)
        .with_figure("affinity", affinity)
        .with_figure("usable", usable)
        .with_figure("split_lanes", lanes)
}

/// The least number of processes and threads that the lesson takes: 4 workers and 16 processes.
const LESSON: u64 = 20;
/// And any run: one worker, and what watches over it.
const LEAST: u64 = 8;

fn processes(limits: &RemainingLimits) -> Finding {
    let available = AvailableResources::from(*limits);
    let by_memory = available.memory.map(|memory| memory / PROCESS_MEMORY_BYTES);
    let most = [available.threads, by_memory].into_iter().flatten().min();
    let by = [
        ("ulimit -u", limits.user_threads),
        ("pids.max", limits.cgroup_threads),
        ("kernel", limits.system_threads),
        ("memory", by_memory),
    ];
    let by: Vec<_> = by.iter().filter_map(|(name, left)| Some(format!("{name} {}", count((*left)?)))).collect();
    let words =
        most.map_or("no limit known".into(), |most| format!("{} more at once ({})", count(most), by.join(", ")));
    let status = match most {
        Some(..LEAST) => CheckStatus::Missing,
        Some(..LESSON) => CheckStatus::Limited,
        _ => CheckStatus::Works,
    };
    let found = Finding::new("machine.processes", status, words);
    Finding { needed: true, ..found }
        .with_advice("the lesson needs 20: raise the limit that is least, or lower --tasks and --workers")
        .with_figure("at_once", most)
        .with_figure("user", limits.user_threads)
        .with_figure("cgroup", limits.cgroup_threads)
        .with_figure("system", limits.system_threads)
}

/// Enough for a run without I/O over the network.
const FILES: u64 = 256;

fn files(soft: Option<u64>, usable: Option<u64>) -> Finding {
    let (usable_words, soft_words) = (usable.map_or("unknown".into(), count), soft.map_or("unknown".into(), count));
    let status = if usable.is_some_and(|usable| usable < FILES) { CheckStatus::Limited } else { CheckStatus::Works };
    let words = if soft == usable { usable_words } else { format!("{usable_words} (mpviz raises {soft_words})") };
    Finding::new("machine.files", status, words)
        .with_advice("each worker with --io-kind net needs one: raise it with ulimit -n")
        .with_figure("soft", soft)
        .with_figure("usable", usable)
}

fn memory(limits: &RemainingLimits) -> Finding {
    let available = AvailableResources::from(*limits).memory;
    // All numbers of the lesson at once, as eager processes have them, and a pool's four beside them.
    let lesson = Workload::default().payload_bytes() * 5 / 4;
    let status =
        if available.is_some_and(|memory| memory < lesson) { CheckStatus::Limited } else { CheckStatus::Works };
    let group = limits.cgroup_memory.map(|left| format!(", {} left in the cgroup", bytes(left))).unwrap_or_default();
    let machine = limits.machine_memory.map_or("unknown".into(), |memory| format!("{} available", bytes(memory)));
    Finding::new("machine.memory", status, format!("{machine}{group}"))
        .with_advice(format!("the lesson needs {}: lower --numbers, or raise --tasks with --lanes pool", bytes(lesson)))
        .with_figure("available", limits.machine_memory)
        .with_figure("cgroup", limits.cgroup_memory)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(found: &Finding) -> (CheckStatus, &str) {
        (found.status, found.measured.as_str())
    }

    #[test]
    fn the_reason_for_few_cores_is_said() {
        assert_eq!(said(&cores(8, 8, 8)), (CheckStatus::Works, "8 usable: up to 4 lanes with a set each"));
        assert_eq!(
            said(&cores(8, 2, 2)),
            (CheckStatus::Works, "2 usable of 8, by the affinity mask: up to 2 lanes with a set each")
        );
        assert_eq!(
            said(&cores(8, 8, 1)),
            (CheckStatus::Limited, "1 usable of 8, by the cgroup's quota: lanes side by side must take turns")
        );
    }

    #[test]
    fn the_least_limit_decides() {
        let limits = RemainingLimits {
            machine_memory: Some(30_000_000_000),
            cgroup_memory: Some(6_000_000),
            user_threads: Some(400),
            cgroup_threads: Some(90),
            ..RemainingLimits::default()
        };
        assert_eq!(
            said(&processes(&limits)),
            (CheckStatus::Works, "20 more at once (ulimit -u 400, pids.max 90, memory 20)")
        );
        assert_eq!(said(&memory(&limits)), (CheckStatus::Limited, "30 GB available, 6 MB left in the cgroup"));
        let few = processes(&RemainingLimits { user_threads: Some(19), ..limits });
        assert_eq!((few.status, few.figures["at_once"].as_u64()), (CheckStatus::Limited, Some(19)));
        assert_eq!(processes(&RemainingLimits { user_threads: Some(7), ..limits }).status, CheckStatus::Missing);
        assert_eq!(processes(&RemainingLimits::default()).measured.as_str(), "no limit known");
        assert_eq!(said(&files(Some(1024), Some(4096))), (CheckStatus::Works, "4096 (mpviz raises 1024)"));
        assert_eq!(said(&files(Some(64), Some(64))), (CheckStatus::Limited, "64"));
    }
}
