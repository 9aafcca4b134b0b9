//! Made-up figures of claims.

use mpviz::event::Machine;
use mpviz::report::claims::ClaimVerdict::{self, HalfSo, NotSo, So};
use mpviz::report::claims::{
    ChoiceFigures, Claim, ClaimResult, ClaimsReport, CollectFigures, ExceptionFigures, FifoFigures, Figures,
    GilFigures, IoFigures, KillFigures, KillOutcome, MapFigures, NoVerdict, OrderFigures, PoolMemoryFigures,
    ProcessMemoryFigures, SchedulingFigures, SecondsFigures, ShareFigures, StartFigures, ThreadGain, TimeShares,
    VisibleFigures, WorkerLossFigures,
};

/// Figures of every claim for every verdict, made up.
pub fn figures_of_all_verdicts() -> Vec<(ClaimVerdict, Figures)> {
    [order_and_memory(), times_and_map(), kills_and_results()].concat()
}

fn order_and_memory() -> Vec<(ClaimVerdict, Figures)> {
    let mut all = Vec::new();
    for (verdict, chunk_tasks, chunks_out_of_order) in [(So, 1, 0), (HalfSo, 3, 0), (HalfSo, 1, 2), (NotSo, 3, 2)] {
        let figures = FifoFigures {
            workers: 2,
            tasks: 20,
            chunks: 7,
            chunk_tasks,
            chunks_out_of_order,
            finished_out_of_order: 13,
        };
        all.push((verdict, Figures::Fifo(figures)));
    }
    for (verdict, running_at_once, arguments_bytes, results_bytes) in
        [(So, 2, 1 << 20, 0), (HalfSo, 2, 67 << 20, 0), (HalfSo, 2, 0, 67 << 20), (NotSo, 64, 67 << 20, 67 << 20)]
    {
        let figures = PoolMemoryFigures {
            workers: 2,
            tasks: 64,
            task_bytes: 1 << 20,
            running_at_once,
            arguments_bytes,
            results_bytes,
            pipe_bytes: 1 << 16,
        };
        all.push((verdict, Figures::PoolMemory(figures)));
    }
    for (verdict, resident_tasks, own_bytes) in
        [(So, 16, 256_000_000), (HalfSo, 16, 68_000_000), (HalfSo, 4, 256_000_000), (NotSo, 4, 68_000_000)]
    {
        let (processes, seen_bytes) = (4, 268_000_000);
        let figures = ProcessMemoryFigures {
            tasks: 16,
            resident_tasks,
            python: resident_tasks == 16,
            processes,
            seen_bytes,
            own_bytes,
        };
        all.push((verdict, Figures::ProcessMemory(figures)));
    }
    for (verdict, pool_s, wide_pool_s) in [(So, 1.6, 1.6), (HalfSo, 1.6, 0.43), (NotSo, 0.5, 0.43)] {
        let figures = IoFigures { tasks: 16, workers: 4, task_io_s: 0.4, pool_s, process_s: 0.42, wide_pool_s };
        all.push((verdict, Figures::Io(figures)));
    }
    for (verdict, ended_at_half, involuntary_switches) in
        [(So, 8, 2), (HalfSo, 8, 1400), (HalfSo, 0, 2), (NotSo, 0, 1400)]
    {
        let (makespan_s, first_end_s) = (2.0, 1.9);
        let figures = SchedulingFigures { processes: 16, makespan_s, first_end_s, ended_at_half, involuntary_switches };
        all.push((verdict, Figures::Scheduling(figures)));
    }
    all
}

fn times_and_map() -> Vec<(ClaimVerdict, Figures)> {
    let mut all = Vec::new();
    let gain = |ratio: f64| ThreadGain { serial_s: 0.3 * ratio, threads_s: 0.3 };
    for (verdict, python, io, c) in
        [(So, 1.0, 2.0, 1.0), (HalfSo, 1.0, 2.0, 1.9), (HalfSo, 1.9, 2.0, 1.9), (NotSo, 1.9, 1.0, 1.9)]
    {
        let figures = GilFigures { threads: 2, python: gain(python), io: gain(io), c: gain(c) };
        all.push((verdict, Figures::Gil(figures)));
    }
    for (verdict, many_pool_s, few_process_s) in
        [(So, 0.3, 0.2), (HalfSo, 0.3, 0.33), (HalfSo, 0.75, 0.2), (NotSo, 0.75, 0.33)]
    {
        let (many_tasks, many_process_s, few_tasks, few_pool_s) = (1000, 0.75, 4, 0.34);
        let figures = ChoiceFigures { many_tasks, many_pool_s, many_process_s, few_tasks, few_pool_s, few_process_s };
        all.push((verdict, Figures::Choice(figures)));
    }
    for (verdict, in_order, tasks_ended_at_return, returned) in
        [(So, true, 8, false), (So, true, 8, true), (HalfSo, true, 7, false), (NotSo, false, 7, false)]
    {
        let figures = MapFigures {
            workers: 2,
            order: OrderFigures { tasks: 8, is_list: true, in_order, tasks_ended_at_return, ended_out_of_order: 2 },
            exception: ExceptionFigures { tasks: 20, raised: true, surfaced_after_s: 0.25, never_ran: 1 },
            kill: WorkerLossFigures { tasks: 8, finished: 7, returned, waited_s: 3.0 },
        };
        all.push((verdict, Figures::Map(figures)));
    }
    for (verdict, processes_s, process_round_trip_ns, slower_turns) in
        [(So, 0.14, 2040.0, 39), (HalfSo, 0.14, 2040.0, 20), (HalfSo, 0.03, 2040.0, 39), (NotSo, 0.03, 1905.0, 39)]
    {
        let figures = StartFigures {
            count: 300,
            threads_s: 0.03,
            processes_s,
            thread_round_trip_ns: 1900.0,
            process_round_trip_ns,
            turns: 40,
            slower_turns,
        };
        all.push((verdict, Figures::Start(figures)));
    }
    for (verdict, seen_from_threads, seen_from_processes) in [(So, 4, 0), (HalfSo, 3, 0), (HalfSo, 4, 4), (NotSo, 0, 4)]
    {
        let figures = ShareFigures {
            workers: 4,
            data_bytes: 64 << 20,
            seen_from_threads,
            seen_from_processes,
            rss_bytes: 317_000_000,
            pss_bytes: 68_000_000,
            written_pss_bytes: 283_000_000,
        };
        all.push((verdict, Figures::Share(figures)));
    }
    all
}

fn kills_and_results() -> Vec<(ClaimVerdict, Figures)> {
    let mut all = Vec::new();
    for (verdict, threads, processes, finished) in
        [(So, 4, 1, 11), (HalfSo, 1, 1, 11), (HalfSo, 4, 1, 8), (NotSo, 1, 4, 0)]
    {
        let (threads, processes) =
            (KillOutcome { died: threads, finished: 4 }, KillOutcome { died: processes, finished });
        all.push((verdict, Figures::Kill(KillFigures { workers: 4, tasks: 12, threads, processes })));
    }
    let shares = |cpu, waiting_for_core| TimeShares { cpu, waiting_for_core, blocked: 1.0 - cpu - waiting_for_core };
    for (verdict, io, crowded) in [
        (So, shares(0.95, 0.02), shares(0.9, 0.05)),
        (HalfSo, shares(0.02, 0.0), shares(0.9, 0.05)),
        (NotSo, shares(0.02, 0.0), shares(0.06, 0.92)),
    ] {
        all.push((verdict, Figures::Visible(VisibleFigures { compute: shares(0.99, 0.01), io, crowded })));
    }
    for (verdict, from_pool, from_list, from_manager) in
        [(So, 8, 0, 8), (HalfSo, 8, 8, 8), (HalfSo, 8, 0, 7), (HalfSo, 0, 0, 8), (NotSo, 0, 8, 8)]
    {
        let figures = CollectFigures {
            tasks: 8,
            from_pool,
            from_list,
            from_manager,
            out_of_order: 7,
            manager_processes: 1,
            manager_append_ns: 17_000.0,
            list_append_ns: 30.0,
        };
        all.push((verdict, Figures::Collect(figures)));
    }
    for (verdict, pool_s, process_s) in [(So, 0.33, 0.25), (HalfSo, 0.53, 0.26), (HalfSo, 0.3, 0.29), (NotSo, 0.4, 0.4)]
    {
        let figures = SecondsFigures {
            numbers: 10_000_000,
            workers: 4,
            numpy: false,
            single_s: 0.4,
            pool_s,
            process_s,
            empty_pool_s: 0.38,
            empty_process_s: 0.05,
        };
        all.push((verdict, Figures::Seconds(figures)));
    }
    all
}

pub fn report_of(results: Vec<ClaimResult>) -> ClaimsReport {
    let machine = Machine { cores: 2, memory_bytes: 25_000_000_000, os: "Linux".into() };
    ClaimsReport { machine, python: Some("cpython 3.11.7".into()), results, elapsed_s: 60.0 }
}

pub fn judged(figures: &Figures) -> ClaimResult {
    ClaimResult { claim: figures.claim(), figures: Some(figures.clone()), no_verdict: None }
}

/// Every claim without a verdict, for each reason.
pub fn unjudged() -> Vec<ClaimResult> {
    let reasons = [
        NoVerdict::NoPython,
        NoVerdict::OneCore,
        NoVerdict::Memory { needed: 1_000_000_000, available: 200_000_000 },
        NoVerdict::Disturbed { percent: 48 },
        NoVerdict::Failed { why: "the program did not end within 60 s".into() },
    ];
    let result = |(claim, reason)| ClaimResult { claim, figures: None, no_verdict: Some(reason) };
    Claim::ALL.into_iter().zip(reasons).map(result).collect()
}

/// One result with each verdict of each claim, and those without.
pub fn all_results() -> Vec<ClaimResult> {
    figures_of_all_verdicts().iter().map(|(_, figures)| judged(figures)).chain(unjudged()).collect()
}
