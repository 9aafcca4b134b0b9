//! Memory of pools, processes and threads.

use super::FiguresInWords;
use crate::event::units::{format_buffer_size, format_bytes};
use crate::report::claims::{PoolMemoryFigures, ProcessMemoryFigures, ShareFigures};
use crate::text;

pub(super) fn pool_memory(it: &PoolMemoryFigures) -> FiguresInWords {
    let [is_bounded, is_empty] = it.parts();
    let (arguments, results) = (format_bytes(it.arguments_bytes), format_bytes(it.results_bytes));
    FiguresInWords {
        measured: text!(
            "claim-pool-memory-measured",
            workers = it.workers,
            tasks = it.tasks,
            size = format_bytes(it.task_bytes),
            running = it.running_at_once,
            arguments = arguments.clone(),
            results = results.clone(),
            pipe = format_buffer_size(it.pipe_bytes),
        ),
        reasons: vec![
            if is_bounded {
                text!("claim-pool-memory-workers-so", running = it.running_at_once, workers = it.workers)
            } else {
                text!("claim-pool-memory-workers-not", running = it.running_at_once, workers = it.workers)
            },
            if is_empty {
                text!("claim-pool-memory-parent-so", arguments = arguments, results = results)
            } else {
                text!("claim-pool-memory-parent-not", arguments = arguments, results = results)
            },
        ],
    }
}

pub(super) fn process_memory(it: &ProcessMemoryFigures) -> FiguresInWords {
    let [all_resident, is_own] = it.parts();
    let (seen, own) = (format_bytes(it.seen_bytes), format_bytes(it.own_bytes));
    FiguresInWords {
        measured: if it.python {
            text!(
                "claim-process-memory-measured",
                resident = it.resident_tasks,
                tasks = it.tasks,
                processes = it.processes,
                seen = seen.clone(),
                own = own.clone(),
            )
        } else {
            text!(
                "claim-process-memory-native",
                resident = it.resident_tasks,
                tasks = it.tasks,
                seen = seen.clone(),
                own = own.clone(),
            )
        },
        reasons: vec![
            if all_resident {
                text!("claim-process-memory-resident-so", tasks = it.tasks)
            } else {
                text!("claim-process-memory-resident-not", resident = it.resident_tasks, tasks = it.tasks)
            },
            if is_own {
                text!("claim-process-memory-own-so", seen = seen, own = own)
            } else {
                text!("claim-process-memory-own-not", seen = seen, own = own)
            },
        ],
    }
}

pub(super) fn share(it: &ShareFigures) -> FiguresInWords {
    let [threads_share, processes_keep] = it.parts();
    FiguresInWords {
        measured: text!(
            "claim-share-measured",
            workers = it.workers,
            threads = it.seen_from_threads,
            processes = it.seen_from_processes,
            data = format_bytes(it.data_bytes),
            rss = format_bytes(it.rss_bytes),
            pss = format_bytes(it.pss_bytes),
            written = format_bytes(it.written_pss_bytes),
        ),
        reasons: vec![
            if threads_share {
                text!("claim-share-threads-so").into()
            } else {
                text!("claim-share-threads-not", n = it.seen_from_threads, of = it.workers)
            },
            if processes_keep {
                text!("claim-share-processes-so").into()
            } else {
                text!("claim-share-processes-not", n = it.seen_from_processes, of = it.workers)
            },
            text!("claim-share-pages", pss = format_bytes(it.pss_bytes), written = format_bytes(it.written_pss_bytes)),
        ],
    }
}
