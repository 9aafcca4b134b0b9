//! The order and the results of tasks.

use super::FiguresInWords;
use crate::event::units::{format_duration, format_elapsed};
use crate::report::claims::{CollectFigures, FifoFigures, KillFigures, MapFigures};
use crate::text;

pub(super) fn fifo(it: &FifoFigures) -> FiguresInWords {
    let [in_order, is_single] = it.parts();
    FiguresInWords {
        measured: text!(
            "claim-fifo-measured",
            workers = it.workers,
            tasks = it.tasks,
            chunks = it.chunks,
            chunk = it.chunk_tasks,
            taken = it.chunks_out_of_order,
            finished = it.finished_out_of_order,
        ),
        reasons: vec![
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
        ],
    }
}

pub(super) fn map(it: &MapFigures) -> FiguresInWords {
    let [in_order, has_waited] = it.parts();
    let (ended, tasks) = (it.order.tasks_ended_at_return, it.order.tasks);
    FiguresInWords {
        measured: text!(
            "claim-map-measured",
            ended = ended,
            tasks = tasks,
            overtaking = it.order.ended_out_of_order,
            surfaced = format_elapsed(it.exception.surfaced_after_s),
            never = it.exception.never_ran,
            of = it.exception.tasks,
            finished = it.kill.finished,
            killed = it.kill.tasks,
        ),
        reasons: vec![
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
        ],
    }
}

pub(super) fn kill(it: &KillFigures) -> FiguresInWords {
    let [threads_die, process_dies] = it.parts();
    FiguresInWords {
        measured: text!(
            "claim-kill-measured",
            workers = it.workers,
            tasks = it.tasks,
            threads = it.threads.died,
            thread_tasks = it.threads.finished,
            processes = it.processes.died,
            process_tasks = it.processes.finished,
        ),
        reasons: vec![
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
        ],
    }
}

pub(super) fn collect(it: &CollectFigures) -> FiguresInWords {
    let [pool_returns, needs_manager] = it.parts();
    FiguresInWords {
        measured: text!(
            "claim-collect-measured",
            tasks = it.tasks,
            pool = it.from_pool,
            list = it.from_list,
            manager = it.from_manager,
            overtaking = it.out_of_order,
            manager_append = format_duration(it.manager_append_ns as u64),
            append = format_duration(it.list_append_ns as u64),
        ),
        reasons: vec![
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
        ],
    }
}
