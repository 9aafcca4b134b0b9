//! Options that size the tasks instead of the whole sum: CPU time, memory and I/O time of a task.
//!
//! A number takes 8 bytes, so the memory of a task gives its numbers. CPU time divided by these gives the cost of a
//! number. I/O is one operation.

use clap::Args;
use thiserror::Error;

use crate::event::units::{format_bytes, format_count, format_task_count, parse_size, parse_time};
use crate::event::workload::{IoKind, Workload};

/// Options that size the tasks. Each replaces options of the whole sum.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct TaskSizeOptions {
    /// CPU time of a task, instead of --numbers and --cost
    #[arg(id = "task_cpu", long = "task-cpu", value_parser = parse_time, value_name = "TIME", allow_negative_numbers = true)]
    #[arg(conflicts_with_all = ["numbers", "cost"])]
    pub cpu: Option<u64>,
    /// Payload of a task, instead of --numbers
    #[arg(id = "task_memory", long = "task-memory", value_parser = parse_size, value_name = "SIZE", allow_negative_numbers = true)]
    #[arg(conflicts_with = "numbers")]
    pub memory: Option<u64>,
    /// I/O time of a task, in one operation, instead of --io and --io-latency
    #[arg(id = "task_io", long = "task-io", value_parser = parse_time, value_name = "TIME", allow_negative_numbers = true)]
    #[arg(conflicts_with_all = ["io", "io_latency"])]
    pub io: Option<u64>,
}

/// A task size that is not possible.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum TaskSizeError {
    /// The memory is not that of a whole number of numbers.
    #[error("--task-memory must be a multiple of 8 bytes, the size of a number, not {} bytes", format_count(*.0))]
    Memory(u64),
    /// More than [`Workload::MAX_NUMBERS`] in all.
    #[error(
        "{} of {} exceed {} in all, the maximum: lower --task-memory or --tasks",
        format_task_count((*.0).into()), format_bytes(*.1), format_bytes(Workload::MAX_NUMBERS * NUMBER_BYTES)
    )]
    TotalMemory(u32, u64),
    /// The cost is above [`Workload::MAX_COST_NS`].
    #[error(
        "--task-cpu {} is more than 1 ms for each of {} numbers, the maximum: raise --task-memory",
        exact_time(*cpu), format_count(*numbers)
    )]
    Cost { cpu: u64, numbers: u64 },
    /// The cost is not a whole number of ns.
    #[error(
        "--task-cpu {} is {:.1} ns for each of {} numbers, but a number costs whole ns: use {}, or lower --task-memory",
        exact_time(*cpu), *cpu as f64 / *numbers as f64, format_count(*numbers), possible_times(*cpu, *numbers)
    )]
    Granularity { cpu: u64, numbers: u64 },
    /// More than [`Workload::MAX_LATENCY_NS`].
    #[error("--task-io must be at most 1 hour")]
    Io,
    /// The duration of disk I/O cannot be chosen.
    #[error("--task-io cannot be used with --io-kind disk, whose operations take as long as the disk does: use --io")]
    Disk,
}

impl TaskSizeError {
    /// The options that the error is about, by their long names.
    #[must_use]
    pub const fn option_names(&self) -> &'static [&'static str] {
        match self {
            Self::Memory(_) => &["task-memory"],
            Self::TotalMemory(..) => &["task-memory", "tasks"],
            Self::Cost { .. } | Self::Granularity { .. } => &["task-cpu"],
            Self::Io | Self::Disk => &["task-io"],
        }
    }
}

/// Size of a number in the payload.
const NUMBER_BYTES: u64 = size_of::<i64>() as u64;

/// Largest deviation of the CPU time from the requested one. A round of the computation takes 1 to 2 ns, so that the
/// calibration is no more exact for small costs.
const CPU_TOLERANCE: f64 = 0.02;

impl TaskSizeOptions {
    /// Whether the tasks do I/O; none if no option says.
    #[must_use]
    pub fn does_io(&self) -> Option<bool> {
        self.io.map(|io| io > 0)
    }

    /// Gives the tasks of a workload this size.
    pub fn apply(&self, work: &mut Workload) -> Result<(), TaskSizeError> {
        let Self { cpu, memory, io } = *self;
        work.per_task = cpu.is_some() || memory.is_some() || io.is_some();
        let tasks = u64::from(work.tasks.max(1));
        let numbers = match (memory, cpu) {
            (Some(bytes), _) => Some(numbers_in(bytes)?),
            (None, Some(cpu)) => Some(numbers_for_cpu_time(cpu, tasks)),
            (None, None) => None,
        };
        if let Some(numbers) = numbers {
            work.numbers = numbers.saturating_mul(tasks);
            if work.numbers > Workload::MAX_NUMBERS {
                return Err(TaskSizeError::TotalMemory(work.tasks, numbers.saturating_mul(NUMBER_BYTES)));
            }
        }
        if let (Some(cpu), Some(numbers)) = (cpu, numbers) {
            work.cost_ns = cost_of_number(cpu, numbers)?;
        }
        match io {
            Some(io) if io > Workload::MAX_LATENCY_NS => return Err(TaskSizeError::Io),
            Some(0) => work.io = 0,
            Some(_) if work.io_kind == IoKind::Disk => return Err(TaskSizeError::Disk),
            Some(io) => (work.io, work.io_latency_ns) = (1, io),
            None => {}
        }
        Ok(())
    }
}

fn numbers_in(bytes: u64) -> Result<u64, TaskSizeError> {
    let whole = bytes > 0 && bytes.is_multiple_of(NUMBER_BYTES);
    if whole { Ok(bytes / NUMBER_BYTES) } else { Err(TaskSizeError::Memory(bytes)) }
}

/// Numbers of a task of which only the CPU time is known: at the default cost, but at most the default payload.
fn numbers_for_cpu_time(cpu: u64, tasks: u64) -> u64 {
    let default = Workload::default();
    let most = (default.numbers / tasks).max(1);
    if cpu == 0 { most } else { rounded_ratio(cpu, default.cost_ns).clamp(1, most) }
}

/// Cost of a number in ns.
fn cost_of_number(cpu: u64, numbers: u64) -> Result<u64, TaskSizeError> {
    let cost = rounded_ratio(cpu, numbers);
    if cost > Workload::MAX_COST_NS {
        return Err(TaskSizeError::Cost { cpu, numbers });
    }
    let deviation = (cost * numbers).abs_diff(cpu) as f64;
    if deviation > CPU_TOLERANCE * cpu as f64 {
        return Err(TaskSizeError::Granularity { cpu, numbers });
    }
    Ok(cost)
}

fn rounded_ratio(dividend: u64, divisor: u64) -> u64 {
    dividend.saturating_add(divisor / 2) / divisor
}

/// The nearest CPU times that are possible for a task of so many numbers.
fn possible_times(cpu: u64, numbers: u64) -> String {
    let below = cpu / numbers;
    let (below, above) = (exact_time(below * numbers), exact_time((below + 1) * numbers));
    if cpu < numbers { format!("at least {above}") } else { format!("{below} or {above}") }
}

/// A time as it can be given to an option, without rounding.
fn exact_time(ns: u64) -> String {
    match ns {
        _ if ns.is_multiple_of(1_000_000) => format!("{}ms", ns / 1_000_000),
        _ if ns.is_multiple_of(1_000) => format!("{}us", ns / 1_000),
        _ => format!("{ns}ns"),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::Cli;

    fn workload(args: &str) -> Result<Workload, String> {
        let cli = Cli::try_parse_from(["mpviz"].into_iter().chain(args.split_whitespace()));
        let spec = cli.map_err(|error| error.to_string())?.run.to_run_spec().map_err(|error| error.to_string())?;
        Ok(spec.workload)
    }

    fn cpu_time_of_task(work: &Workload) -> f64 {
        (work.cost_ns * work.numbers) as f64 / f64::from(work.tasks)
    }

    #[test]
    fn task_size_gives_numbers_cost_and_io() {
        let work = workload("--task-cpu 20ms --task-memory 5MB --task-io 80ms").unwrap();
        let expected = Workload {
            numbers: 16 * 625_000,
            cost_ns: 32,
            io: 1,
            io_latency_ns: 80_000_000,
            per_task: true,
            ..Workload::default()
        };
        assert_eq!(work, expected);
        let memory = workload("--task-memory 8kB --tasks 3 --cost 5ns").unwrap();
        assert_eq!((memory.numbers, memory.cost_ns, memory.io), (3000, 5, 0));
        let none = workload("--task-cpu 0 --task-io 0").unwrap();
        assert_eq!((none.cost_ns, none.io, none.numbers), (0, 0, Workload::default().numbers));
        assert!(!workload("--numbers 8k").unwrap().per_task);
    }

    #[test]
    fn cpu_time_alone_is_met_with_at_most_the_default_payload() {
        for (args, cpu) in [("20ms", 20e6), ("2s", 2e9), ("1h", 3.6e12), ("1us", 1e3), ("50ns", 50.0), ("140ns", 140.0)]
        {
            let work = workload(&format!("--task-cpu {args}")).unwrap();
            assert!((cpu_time_of_task(&work) / cpu - 1.0).abs() <= CPU_TOLERANCE, "{args}: {work:?}");
            assert!(work.numbers <= Workload::default().numbers, "{args}: {work:?}");
        }
    }

    #[test]
    fn impossible_task_sizes_name_the_option_and_a_fix() {
        let refused = |args: &str| workload(args).unwrap_err();
        assert_eq!(
            refused("--task-cpu 1ms --task-memory 5MB"),
            "--task-cpu 1ms is 1.6 ns for each of 625,000 numbers, but a number costs whole ns: use 625us or 1250us, \
             or lower --task-memory"
        );
        assert!(refused("--task-cpu 100us --task-memory 5MB").contains("use at least 625us"));
        assert!(workload("--task-cpu 1250us --task-memory 5MB").is_ok(), "the proposed value is accepted");
        assert_eq!(
            refused("--task-cpu 10s --task-memory 8kB"),
            "--task-cpu 10000ms is more than 1 ms for each of 1000 numbers, the maximum: raise --task-memory"
        );
        assert_eq!(
            refused("--task-memory 100B"),
            "--task-memory must be a multiple of 8 bytes, the size of a number, not 100 bytes"
        );
        assert!(refused("--task-memory 0").contains("not 0 bytes"));
        assert_eq!(
            refused("--task-memory 5GB"),
            "16 tasks of 5 GB exceed 34.4 GB in all, the maximum: lower --task-memory or --tasks"
        );
        assert!(refused("--task-memory 5MB --tasks 0").contains("--tasks must be between 1"));
        assert_eq!(refused("--task-io 2h"), "--task-io must be at most 1 hour");
        assert!(refused("--task-io 1ms --io-kind disk").contains("--task-io cannot be used with --io-kind disk"));
    }

    #[test]
    fn task_size_excludes_the_options_that_it_replaces() {
        for (args, other) in [
            ("--task-cpu 1ms --numbers 1k", "--numbers"),
            ("--task-cpu 1ms --cost 5ns", "--cost"),
            ("--task-memory 8kB --numbers 1k", "--numbers"),
            ("--task-io 1ms --io 2", "--io"),
            ("--task-io 1ms --io-latency 2ms", "--io-latency"),
        ] {
            let message = workload(args).unwrap_err();
            let option = args.split(' ').next().unwrap();
            assert!(
                message.contains(option) && message.contains("cannot be used with") && message.contains(other),
                "{message}"
            );
        }
    }
}
