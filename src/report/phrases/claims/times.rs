//! Times: of I/O, of threads, of starting and switching, and of the lesson.

use super::{FiguresInWords, percent, ratio};
use crate::event::units::{format_count, format_elapsed};
use crate::report::claims::{
    ChoiceFigures, GilFigures, IoFigures, SchedulingFigures, SecondsFigures, StartFigures, ThreadGain, TimeShares,
    VisibleFigures,
};
use crate::text;

pub(super) fn io(it: &IoFigures) -> FiguresInWords {
    let [is_slower, stays_slower] = it.parts();
    let [pool, process, wide] = [it.pool_s, it.process_s, it.wide_pool_s].map(format_elapsed);
    FiguresInWords {
        measured: text!(
            "claim-io-measured",
            tasks = it.tasks,
            workers = it.workers,
            io = format_elapsed(it.task_io_s),
            pool = format_elapsed(it.pool_s),
            process = format_elapsed(it.process_s),
            wide = format_elapsed(it.wide_pool_s),
        ),
        reasons: vec![
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
        ],
    }
}

pub(super) fn scheduling(it: &SchedulingFigures) -> FiguresInWords {
    let [is_in_turn, is_uninterrupted] = it.parts();
    FiguresInWords {
        measured: text!(
            "claim-scheduling-measured",
            processes = it.processes,
            first = format_elapsed(it.first_end_s),
            makespan = format_elapsed(it.makespan_s),
            ended = it.ended_at_half,
            switches = it.involuntary_switches,
        ),
        reasons: vec![
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
        ],
    }
}

pub(super) fn gil(it: &GilFigures) -> FiguresInWords {
    let [python_same, io_faster, c_same] = it.parts();
    let [python, io, c] = [it.python, it.io, it.c].map(gain);
    FiguresInWords {
        measured: text!(
            "claim-gil-measured",
            threads = it.threads,
            python = gain(it.python),
            io = gain(it.io),
            c = gain(it.c),
        ),
        reasons: vec![
            if python_same {
                text!("claim-gil-python-so", ratio = python)
            } else {
                text!("claim-gil-python-not", ratio = python)
            },
            if io_faster { text!("claim-gil-io-so", ratio = io) } else { text!("claim-gil-io-not", ratio = io) },
            if c_same { text!("claim-gil-c-so", ratio = c) } else { text!("claim-gil-c-not", ratio = c) },
        ],
    }
}

pub(super) fn choice(it: &ChoiceFigures) -> FiguresInWords {
    let [pool_wins, process_wins] = it.parts();
    let [many_pool, many_process] = [it.many_pool_s, it.many_process_s].map(format_elapsed);
    let [few_pool, few_process] = [it.few_pool_s, it.few_process_s].map(format_elapsed);
    FiguresInWords {
        measured: text!(
            "claim-choice-measured",
            many = it.many_tasks,
            many_pool = format_elapsed(it.many_pool_s),
            many_process = format_elapsed(it.many_process_s),
            few = it.few_tasks,
            few_pool = format_elapsed(it.few_pool_s),
            few_process = format_elapsed(it.few_process_s),
        ),
        reasons: vec![
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
        ],
    }
}

pub(super) fn start(it: &StartFigures) -> FiguresInWords {
    let [starts_faster, switches_faster] = it.parts();
    let [thread, process] = [it.thread_round_trip_ns, it.process_round_trip_ns].map(round_trip);
    FiguresInWords {
        measured: text!(
            "claim-start-measured",
            count = it.count,
            threads = format_elapsed(it.threads_s),
            processes = format_elapsed(it.processes_s),
            thread = round_trip(it.thread_round_trip_ns),
            process = round_trip(it.process_round_trip_ns),
        ),
        reasons: vec![
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
        ],
    }
}

pub(super) fn visible(it: &VisibleFigures) -> FiguresInWords {
    let [cpu_alike, core_alike] = it.parts();
    let [compute, io] = [it.compute, it.io].map(|shares| percent(shares.cpu_without_waiting()));
    let [crowded, waiting] = [it.crowded.waiting_for_core, it.io.waiting_for_core].map(percent);
    FiguresInWords {
        measured: text!(
            "claim-visible-measured",
            compute = shares(it.compute),
            io = shares(it.io),
            crowded = shares(it.crowded),
        ),
        reasons: vec![
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
        ],
    }
}

pub(super) fn seconds(it: &SecondsFigures) -> FiguresInWords {
    let [pool_faster, process_faster] = it.parts();
    let [single, pool, process] = [it.single_s, it.pool_s, it.process_s].map(format_elapsed);
    FiguresInWords {
        measured: text!(
            "claim-seconds-measured",
            numbers = format_count(it.numbers),
            workers = it.workers,
            single = format_elapsed(it.single_s),
            pool = format_elapsed(it.pool_s),
            process = format_elapsed(it.process_s),
            empty_pool = format_elapsed(it.empty_pool_s),
            empty_process = format_elapsed(it.empty_process_s),
        ),
        reasons: vec![
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
        ],
    }
}

fn gain(gain: ThreadGain) -> String {
    ratio(gain.serial_s, gain.threads_s)
}

/// A time of a few microseconds, with two decimals.
fn round_trip(ns: f64) -> String {
    format!("{:.2} µs", ns / 1e3)
}

fn shares(shares: TimeShares) -> String {
    let [cpu, waiting, blocked] = [shares.cpu, shares.waiting_for_core, shares.blocked].map(percent);
    format!("{cpu}/{waiting}/{blocked} %")
}
