//! What was measured of a claim.

use super::{in_one_line, percent, ratio};
use crate::event::units::{format_buffer_size, format_bytes, format_count, format_duration, format_elapsed};
use crate::report::claims::{
    ChoiceFigures, CollectFigures, FifoFigures, Figures, GilFigures, IoFigures, KillFigures, MapFigures,
    PoolMemoryFigures, ProcessMemoryFigures, SchedulingFigures, SecondsFigures, ShareFigures, StartFigures, ThreadGain,
    TimeShares, VisibleFigures,
};
use crate::text;

/// The figures in one line.
#[must_use]
pub fn claim_measured(figures: &Figures) -> String {
    in_one_line(&figures_in_words(figures))
}

fn figures_in_words(figures: &Figures) -> String {
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

fn fifo(it: &FifoFigures) -> String {
    text!(
        "claim-fifo-measured",
        workers = it.workers,
        tasks = it.tasks,
        chunks = it.chunks,
        chunk = it.chunk_tasks,
        taken = it.chunks_out_of_order,
        finished = it.finished_out_of_order,
    )
}

fn pool_memory(it: &PoolMemoryFigures) -> String {
    text!(
        "claim-pool-memory-measured",
        workers = it.workers,
        tasks = it.tasks,
        size = format_bytes(it.task_bytes),
        running = it.running_at_once,
        arguments = format_bytes(it.arguments_bytes),
        results = format_bytes(it.results_bytes),
        pipe = format_buffer_size(it.pipe_bytes),
    )
}

fn process_memory(it: &ProcessMemoryFigures) -> String {
    let (seen, own) = (format_bytes(it.seen_bytes), format_bytes(it.own_bytes));
    let (resident, tasks, processes) = (it.resident_tasks, it.tasks, it.processes);
    if it.python {
        text!(
            "claim-process-memory-measured",
            resident = resident,
            tasks = tasks,
            processes = processes,
            seen = seen,
            own = own,
        )
    } else {
        text!("claim-process-memory-native", resident = resident, tasks = tasks, seen = seen, own = own)
    }
}

fn io(it: &IoFigures) -> String {
    text!(
        "claim-io-measured",
        tasks = it.tasks,
        workers = it.workers,
        io = format_elapsed(it.task_io_s),
        pool = format_elapsed(it.pool_s),
        process = format_elapsed(it.process_s),
        wide = format_elapsed(it.wide_pool_s),
    )
}

fn scheduling(it: &SchedulingFigures) -> String {
    text!(
        "claim-scheduling-measured",
        processes = it.processes,
        first = format_elapsed(it.first_end_s),
        makespan = format_elapsed(it.makespan_s),
        ended = it.ended_at_half,
        switches = it.involuntary_switches,
    )
}

fn gil(it: &GilFigures) -> String {
    text!("claim-gil-measured", threads = it.threads, python = gain(it.python), io = gain(it.io), c = gain(it.c),)
}

fn choice(it: &ChoiceFigures) -> String {
    text!(
        "claim-choice-measured",
        many = it.many_tasks,
        many_pool = format_elapsed(it.many_pool_s),
        many_process = format_elapsed(it.many_process_s),
        few = it.few_tasks,
        few_pool = format_elapsed(it.few_pool_s),
        few_process = format_elapsed(it.few_process_s),
    )
}

fn map(it: &MapFigures) -> String {
    text!(
        "claim-map-measured",
        ended = it.order.tasks_ended_at_return,
        tasks = it.order.tasks,
        overtaking = it.order.ended_out_of_order,
        surfaced = format_elapsed(it.exception.surfaced_after_s),
        never = it.exception.never_ran,
        of = it.exception.tasks,
        finished = it.kill.finished,
        killed = it.kill.tasks,
    )
}

fn start(it: &StartFigures) -> String {
    text!(
        "claim-start-measured",
        count = it.count,
        threads = format_elapsed(it.threads_s),
        processes = format_elapsed(it.processes_s),
        thread = round_trip(it.thread_round_trip_ns),
        process = round_trip(it.process_round_trip_ns),
    )
}

fn share(it: &ShareFigures) -> String {
    text!(
        "claim-share-measured",
        workers = it.workers,
        threads = it.seen_from_threads,
        processes = it.seen_from_processes,
        data = format_bytes(it.data_bytes),
        rss = format_bytes(it.rss_bytes),
        pss = format_bytes(it.pss_bytes),
        written = format_bytes(it.written_pss_bytes),
    )
}

fn kill(it: &KillFigures) -> String {
    text!(
        "claim-kill-measured",
        workers = it.workers,
        tasks = it.tasks,
        threads = it.threads.died,
        thread_tasks = it.threads.finished,
        processes = it.processes.died,
        process_tasks = it.processes.finished,
    )
}

fn visible(it: &VisibleFigures) -> String {
    text!("claim-visible-measured", compute = shares(it.compute), io = shares(it.io), crowded = shares(it.crowded),)
}

fn collect(it: &CollectFigures) -> String {
    text!(
        "claim-collect-measured",
        tasks = it.tasks,
        pool = it.from_pool,
        list = it.from_list,
        manager = it.from_manager,
        overtaking = it.out_of_order,
        manager_append = format_duration(it.manager_append_ns as u64),
        append = format_duration(it.list_append_ns as u64),
    )
}

fn seconds(it: &SecondsFigures) -> String {
    text!(
        "claim-seconds-measured",
        numbers = format_count(it.numbers),
        workers = it.workers,
        single = format_elapsed(it.single_s),
        pool = format_elapsed(it.pool_s),
        process = format_elapsed(it.process_s),
        empty_pool = format_elapsed(it.empty_pool_s),
        empty_process = format_elapsed(it.empty_process_s),
    )
}

fn gain(gain: ThreadGain) -> String {
    ratio(gain.serial_s, gain.threads_s)
}

/// A time of a few microseconds, with two decimals.
pub(super) fn round_trip(ns: f64) -> String {
    format!("{:.2} µs", ns / 1e3)
}

fn shares(shares: TimeShares) -> String {
    let [cpu, waiting, blocked] = [shares.cpu, shares.waiting_for_core, shares.blocked].map(percent);
    format!("{cpu}/{waiting}/{blocked} %")
}
