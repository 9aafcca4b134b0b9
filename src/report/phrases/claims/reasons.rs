//! Why a verdict follows: a sentence for each part of the claim, and one on what else was seen.

use super::measured::round_trip;
use super::{in_one_line, percent, ratio};
use crate::event::units::{format_bytes, format_duration, format_elapsed};
use crate::report::claims::{
    ChoiceFigures, CollectFigures, FifoFigures, Figures, GilFigures, IoFigures, KillFigures, MapFigures,
    PoolMemoryFigures, ProcessMemoryFigures, SchedulingFigures, SecondsFigures, ShareFigures, StartFigures,
    VisibleFigures,
};
use crate::text;

/// Why the verdict follows, in one line.
#[must_use]
pub fn claim_reasons(figures: &Figures) -> String {
    in_one_line(&sentences(figures).join(" "))
}

fn sentences(figures: &Figures) -> Vec<String> {
    match figures {
        Figures::Fifo(figures) => fifo(figures),
        Figures::PoolMemory(figures) => pool_memory(figures),
        Figures::ProcessMemory(figures) => process_memory(figures),
        Figures::Io(figures) => io(figures),
        Figures::Scheduling(figures) => scheduling(figures),
        Figures::Gil(figures) => gil(figures),
        Figures::Choice(figures) => choice(figures),
        Figures::Map(figures) => map(figures),
        Figures::Start(figures) => start(figures),
        Figures::Share(figures) => share(figures),
        Figures::Kill(figures) => kill(figures),
        Figures::Visible(figures) => visible(figures),
        Figures::Collect(figures) => collect(figures),
        Figures::Seconds(figures) => seconds(figures),
    }
}

fn fifo(it: &FifoFigures) -> Vec<String> {
    let [in_order, is_single] = it.parts();
    vec![
        if in_order {
            text!("claim-fifo-order-so").into()
        } else {
            text!("claim-fifo-order-not", n = it.chunks_out_of_order)
        },
        if is_single {
            text!("claim-fifo-unit-so").into()
        } else {
            text!("claim-fifo-unit-not", chunk = it.chunk_tasks, finished = it.finished_out_of_order)
        },
    ]
}

fn pool_memory(it: &PoolMemoryFigures) -> Vec<String> {
    let [is_bounded, is_empty] = it.parts();
    let (arguments, results) = (format_bytes(it.arguments_bytes), format_bytes(it.results_bytes));
    vec![
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
    ]
}

fn process_memory(it: &ProcessMemoryFigures) -> Vec<String> {
    let [all_resident, is_own] = it.parts();
    let (seen, own) = (format_bytes(it.seen_bytes), format_bytes(it.own_bytes));
    vec![
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
    ]
}

fn io(it: &IoFigures) -> Vec<String> {
    let [is_slower, stays_slower] = it.parts();
    let [pool, process, wide] = [it.pool_s, it.process_s, it.wide_pool_s].map(format_elapsed);
    vec![
        if is_slower {
            text!("claim-io-pool-so", ratio = ratio(it.pool_s, it.process_s))
        } else {
            text!("claim-io-pool-not", pool = pool, process = process.clone())
        },
        if stays_slower {
            text!("claim-io-cause-so", tasks = it.tasks, wide = wide)
        } else {
            text!("claim-io-cause-not", tasks = it.tasks, wide = wide, process = process)
        },
    ]
}

fn scheduling(it: &SchedulingFigures) -> Vec<String> {
    let [is_in_turn, is_uninterrupted] = it.parts();
    vec![
        if is_in_turn {
            text!("claim-scheduling-order-so", ended = it.ended_at_half, processes = it.processes)
        } else {
            let (first, makespan) = (format_elapsed(it.first_end_s), format_elapsed(it.makespan_s));
            text!("claim-scheduling-order-not", first = first, makespan = makespan)
        },
        if is_uninterrupted {
            text!("claim-scheduling-switches-so", switches = it.involuntary_switches)
        } else {
            text!("claim-scheduling-switches-not", switches = it.involuntary_switches)
        },
    ]
}

fn gil(it: &GilFigures) -> Vec<String> {
    let [python_same, io_faster, c_same] = it.parts();
    let [python, io, c] = [it.python, it.io, it.c].map(|gain| ratio(gain.serial_s, gain.threads_s));
    vec![
        if python_same {
            text!("claim-gil-python-so", ratio = python)
        } else {
            text!("claim-gil-python-not", ratio = python)
        },
        if io_faster { text!("claim-gil-io-so", ratio = io) } else { text!("claim-gil-io-not", ratio = io) },
        if c_same { text!("claim-gil-c-so", ratio = c) } else { text!("claim-gil-c-not", ratio = c) },
    ]
}

fn choice(it: &ChoiceFigures) -> Vec<String> {
    let [pool_wins, process_wins] = it.parts();
    let [many_pool, many_process] = [it.many_pool_s, it.many_process_s].map(format_elapsed);
    let [few_pool, few_process] = [it.few_pool_s, it.few_process_s].map(format_elapsed);
    vec![
        if pool_wins {
            text!("claim-choice-many-so", tasks = it.many_tasks, ratio = ratio(it.many_process_s, it.many_pool_s))
        } else {
            text!("claim-choice-many-not", tasks = it.many_tasks, pool = many_pool, process = many_process)
        },
        if process_wins {
            text!("claim-choice-few-so", tasks = it.few_tasks, ratio = ratio(it.few_pool_s, it.few_process_s))
        } else {
            text!("claim-choice-few-not", tasks = it.few_tasks, pool = few_pool, process = few_process)
        },
    ]
}

fn map(it: &MapFigures) -> Vec<String> {
    let [in_order, has_waited] = it.parts();
    let (ended, tasks) = (it.order.tasks_ended_at_return, it.order.tasks);
    vec![
        if in_order {
            text!("claim-map-order-so", overtaking = it.order.ended_out_of_order)
        } else {
            text!("claim-map-order-not").into()
        },
        if has_waited {
            text!("claim-map-wait-so", tasks = tasks)
        } else {
            text!("claim-map-wait-not", ended = ended, tasks = tasks)
        },
        if it.kill.returned {
            text!("claim-map-kill-returns").into()
        } else {
            text!("claim-map-kill-hangs", waited = format_elapsed(it.kill.waited_s))
        },
    ]
}

fn start(it: &StartFigures) -> Vec<String> {
    let [starts_faster, switches_faster] = it.parts();
    let [thread, process] = [it.thread_round_trip_ns, it.process_round_trip_ns].map(round_trip);
    vec![
        if starts_faster {
            text!("claim-start-start-so", ratio = ratio(it.processes_s, it.threads_s))
        } else {
            let (threads, processes) = (format_elapsed(it.threads_s), format_elapsed(it.processes_s));
            text!("claim-start-start-not", threads = threads, processes = processes)
        },
        if switches_faster {
            let longer = percent(it.process_round_trip_ns / it.thread_round_trip_ns - 1.0);
            text!("claim-start-switch-so", percent = longer)
        } else {
            text!("claim-start-switch-not", thread = thread, process = process)
        },
    ]
}

fn share(it: &ShareFigures) -> Vec<String> {
    let [threads_share, processes_keep] = it.parts();
    vec![
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
    ]
}

fn kill(it: &KillFigures) -> Vec<String> {
    let [threads_die, process_dies] = it.parts();
    vec![
        if threads_die {
            text!("claim-kill-threads-so", n = it.threads.died)
        } else {
            text!("claim-kill-threads-not", n = it.threads.died)
        },
        if process_dies {
            text!("claim-kill-processes-so", finished = it.processes.finished, tasks = it.tasks)
        } else {
            let (died, finished) = (it.processes.died, it.processes.finished);
            text!("claim-kill-processes-not", died = died, finished = finished, tasks = it.tasks)
        },
    ]
}

fn visible(it: &VisibleFigures) -> Vec<String> {
    let [cpu_alike, core_alike] = it.parts();
    let [compute, io] = [it.compute, it.io].map(|shares| percent(shares.cpu_without_waiting()));
    let [crowded, waiting] = [it.crowded.waiting_for_core, it.io.waiting_for_core].map(percent);
    vec![
        if cpu_alike {
            text!("claim-visible-cpu-so", compute = compute, io = io)
        } else {
            text!("claim-visible-cpu-not", compute = compute, io = io)
        },
        if core_alike {
            text!("claim-visible-core-so", crowded = crowded, io = waiting)
        } else {
            text!("claim-visible-core-not", crowded = crowded, io = waiting)
        },
    ]
}

fn collect(it: &CollectFigures) -> Vec<String> {
    let [pool_returns, needs_manager] = it.parts();
    vec![
        if pool_returns {
            text!("claim-collect-pool-so", tasks = it.tasks)
        } else {
            text!("claim-collect-pool-not", n = it.from_pool, tasks = it.tasks)
        },
        if needs_manager {
            text!("claim-collect-manager-so", list = it.from_list, manager = it.from_manager)
        } else {
            text!("claim-collect-manager-not", list = it.from_list, manager = it.from_manager)
        },
        text!(
            "claim-collect-cost",
            processes = it.manager_processes,
            time = format_duration(it.manager_append_ns as u64),
        ),
    ]
}

fn seconds(it: &SecondsFigures) -> Vec<String> {
    let [pool_faster, process_faster] = it.parts();
    let [single, pool, process] = [it.single_s, it.pool_s, it.process_s].map(format_elapsed);
    vec![
        if pool_faster {
            text!("claim-seconds-pool-so", ratio = ratio(it.single_s, it.pool_s))
        } else {
            text!("claim-seconds-pool-not", pool = pool.clone(), single = single)
        },
        if process_faster {
            text!("claim-seconds-process-so", ratio = ratio(it.pool_s, it.process_s))
        } else {
            text!("claim-seconds-process-not", process = process, pool = pool)
        },
        text!("claim-seconds-shipping", time = format_elapsed(it.shipping_s())),
    ]
}
