//! Machine resources for a run: cores, processes, file descriptors, memory.

use nix::errno::Errno;
use nix::sys::resource::{Resource, getrlimit};
use procfs::Current;

use super::{CheckFinding, CheckStatus};
use crate::engine::limits::RemainingLimits;
use crate::engine::resources::{AvailableResources, PROCESS_MEMORY_BYTES};
use crate::event::Mode;
use crate::event::units::{format_bytes, format_count};
use crate::event::workload::Workload;
use crate::probe::machine;
use crate::report::phrases;

pub(super) fn check_machine() -> Vec<CheckFinding> {
    let soft = getrlimit(Resource::RLIMIT_NOFILE).ok().map(|(soft, _)| soft);
    // Reading the limits raises the soft limit to the hard one.
    let limits = RemainingLimits::read();
    let online = procfs::CpuInfo::current().map_or(0, |info| info.num_cores());
    vec![
        check_cores(online, machine::affinity_cores().len(), &machine::usable_cores(), &machine::isolated_cores()),
        check_pinning(machine::affinity_error()),
        check_process_limit(&limits),
        check_descriptor_limit(soft, limits.descriptors),
        check_memory(&limits),
    ]
}

fn check_cores(online: usize, affinity: usize, usable: &[u32], isolated: &[u32]) -> CheckFinding {
    let id = "machine.cores";
    let is_isolated_used = usable.iter().any(|core| isolated.contains(core));
    let usable = usable.len();
    let lanes = usable.clamp(1, Mode::ALL_VARIANTS.len());
    let limit = match () {
        () if !isolated.is_empty() && !is_isolated_used => {
            format!(" of {online}, without isolated {}", list_of_cores(isolated))
        }
        () if usable < affinity => format!(" of {online}, limited by the cgroup's quota"),
        () if affinity < online => format!(" of {online}, limited by the affinity mask"),
        () => String::new(),
    };
    let (status, text) = match usable {
        1 => (CheckStatus::Limited, "lanes must take turns".into()),
        _ if is_isolated_used => (CheckStatus::Limited, phrases::only_isolated_cores(isolated)),
        _ => (CheckStatus::Works, format!("up to {lanes} lanes with cores of their own")),
    };
    CheckFinding::new(id, status, format!("{usable} usable{limit}: {text}"))
        .with_advice("allow more cores (taskset, docker --cpus), or run one lane after the other: --cores turns")
        .with_figure("machine", online)
        .with_figure("affinity", affinity)
        .with_figure("usable", usable)
        .with_figure("split_lanes", lanes)
        .with_figure("isolated", isolated)
}

/// Lists cores by number: `core 3`, `cores 2, 3`.
fn list_of_cores(cores: &[u32]) -> String {
    let numbers: Vec<String> = cores.iter().map(u32::to_string).collect();
    format!("{} {}", if cores.len() == 1 { "core" } else { "cores" }, numbers.join(", "))
}

fn check_pinning(error: Option<Errno>) -> CheckFinding {
    let id = "machine.pinning";
    match error {
        None => CheckFinding::new(id, CheckStatus::Works, "workers can be pinned to cores"),
        Some(error) => CheckFinding::new(id, CheckStatus::Limited, format!("sched_setaffinity failed: {error}"))
            .with_advice("lanes share all cores; to give each its own, allow sched_setaffinity in the sandbox"),
    }
}

/// Processes and threads of the default run: 4 workers and 16 processes.
const DEFAULT_RUN_THREADS: u64 = 20;
/// Processes and threads of the smallest run: one worker and mpviz's own threads.
const SMALLEST_RUN_THREADS: u64 = 8;

fn check_process_limit(limits: &RemainingLimits) -> CheckFinding {
    let available = AvailableResources::from(*limits);
    let by_memory = available.memory.map(|memory| memory / PROCESS_MEMORY_BYTES);
    let most = [available.threads, by_memory].into_iter().flatten().min();
    let limiting = [
        ("ulimit -u", limits.user_threads),
        ("pids.max", limits.cgroup_threads),
        ("kernel", limits.system_threads),
        ("memory", by_memory),
    ];
    let limiting: Vec<_> =
        limiting.iter().filter_map(|(name, left)| Some(format!("{name} {}", format_count((*left)?)))).collect();
    let text = most.map_or("no known limit".into(), |most| {
        format!("{} more at once ({})", format_count(most), limiting.join(", "))
    });
    let status = match most {
        Some(..SMALLEST_RUN_THREADS) => CheckStatus::Missing,
        Some(..DEFAULT_RUN_THREADS) => CheckStatus::Limited,
        _ => CheckStatus::Works,
    };
    let found = CheckFinding::new("machine.processes", status, text);
    CheckFinding { needed: true, ..found }
        .with_advice("the default run needs 20: raise the lowest limit, or lower --tasks and --workers")
        .with_figure("at_once", most)
        .with_figure("user", limits.user_threads)
        .with_figure("cgroup", limits.cgroup_threads)
        .with_figure("system", limits.system_threads)
}

/// Enough for runs without network I/O.
const RECOMMENDED_OPEN_FILES: u64 = 256;

fn check_descriptor_limit(soft: Option<u64>, usable: Option<u64>) -> CheckFinding {
    let (usable_words, soft_words) =
        (usable.map_or("unknown".into(), format_count), soft.map_or("unknown".into(), format_count));
    let status = if usable.is_some_and(|usable| usable < RECOMMENDED_OPEN_FILES) {
        CheckStatus::Limited
    } else {
        CheckStatus::Works
    };
    let text = if soft == usable { usable_words } else { format!("{usable_words} (mpviz raises {soft_words})") };
    CheckFinding::new("machine.files", status, text)
        .with_advice("each worker with --io-kind net needs one: raise ulimit -n")
        .with_figure("soft", soft)
        .with_figure("usable", usable)
}

fn check_memory(limits: &RemainingLimits) -> CheckFinding {
    let available = AvailableResources::from(*limits).memory;
    // The process lane holds all numbers at once, the pool's four workers a quarter of them.
    let default_run = Workload::default().payload_bytes() * 5 / 4;
    let status =
        if available.is_some_and(|memory| memory < default_run) { CheckStatus::Limited } else { CheckStatus::Works };
    let group =
        limits.cgroup_memory.map(|left| format!(", {} left in the cgroup", format_bytes(left))).unwrap_or_default();
    let machine =
        limits.machine_memory.map_or("unknown".into(), |memory| format!("{} available", format_bytes(memory)));
    CheckFinding::new("machine.memory", status, format!("{machine}{group}"))
        .with_advice(format!(
            "the default run needs {}: lower --numbers, or raise --tasks with --lanes pool",
            format_bytes(default_run)
        ))
        .with_figure("available", limits.machine_memory)
        .with_figure("cgroup", limits.cgroup_memory)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status_and_text(found: &CheckFinding) -> (CheckStatus, &str) {
        (found.status, found.measured.as_str())
    }

    #[test]
    fn the_limit_on_cores_is_named() {
        assert_eq!(
            status_and_text(&check_cores(8, 8, &[0, 1, 2, 3, 4, 5, 6, 7], &[])),
            (CheckStatus::Works, "8 usable: up to 4 lanes with cores of their own")
        );
        assert_eq!(
            status_and_text(&check_cores(8, 2, &[0, 1], &[])),
            (CheckStatus::Works, "2 usable of 8, limited by the affinity mask: up to 2 lanes with cores of their own")
        );
        assert_eq!(
            status_and_text(&check_cores(8, 8, &[0], &[])),
            (CheckStatus::Limited, "1 usable of 8, limited by the cgroup's quota: lanes must take turns")
        );
    }

    #[test]
    fn isolated_cores_and_refused_pinning_are_named() {
        assert_eq!(
            status_and_text(&check_cores(4, 4, &[0, 1], &[2, 3])),
            (CheckStatus::Works, "2 usable of 4, without isolated cores 2, 3: up to 2 lanes with cores of their own")
        );
        let only_isolated = check_cores(4, 2, &[2, 3], &[2, 3]);
        assert_eq!(only_isolated.status, CheckStatus::Limited);
        assert!(only_isolated.measured.as_str().contains("cores 2, 3 are isolated"), "{only_isolated:?}");
        assert_eq!(check_pinning(None).status, CheckStatus::Works);
        let refused = check_pinning(Some(Errno::EPERM));
        let text = "sched_setaffinity failed: EPERM: Operation not permitted";
        assert_eq!(status_and_text(&refused), (CheckStatus::Limited, text));
    }

    #[test]
    fn the_lowest_limit_decides() {
        let limits = RemainingLimits {
            machine_memory: Some(30_000_000_000),
            cgroup_memory: Some(6_000_000),
            user_threads: Some(400),
            cgroup_threads: Some(90),
            ..RemainingLimits::default()
        };
        assert_eq!(
            status_and_text(&check_process_limit(&limits)),
            (CheckStatus::Works, "20 more at once (ulimit -u 400, pids.max 90, memory 20)")
        );
        assert_eq!(
            status_and_text(&check_memory(&limits)),
            (CheckStatus::Limited, "30 GB available, 6 MB left in the cgroup")
        );
        let few = check_process_limit(&RemainingLimits { user_threads: Some(19), ..limits });
        assert_eq!((few.status, few.figures["at_once"].as_u64()), (CheckStatus::Limited, Some(19)));
        assert_eq!(
            check_process_limit(&RemainingLimits { user_threads: Some(7), ..limits }).status,
            CheckStatus::Missing
        );
        assert_eq!(check_process_limit(&RemainingLimits::default()).measured.as_str(), "no known limit");
        assert_eq!(
            status_and_text(&check_descriptor_limit(Some(1024), Some(4096))),
            (CheckStatus::Works, "4096 (mpviz raises 1024)")
        );
        assert_eq!(status_and_text(&check_descriptor_limit(Some(64), Some(64))), (CheckStatus::Limited, "64"));
    }
}
