//! The command line that repeats a run.

use super::run_spec::RunSpec;
use crate::event::text::SafeText;
use crate::event::workload::{ChunkSize, Workload};

impl RunSpec {
    /// The command line of this run: that of `base`, and the options in which the two runs differ.
    #[must_use]
    pub fn command_from(&self, base: &Self) -> Vec<SafeText> {
        let io_as_time = self.workload.per_task && base.workload.io <= 1;
        let same = base.options(io_as_time);
        let changed = self.options(io_as_time).into_iter().filter(|option| !same.contains(option));
        let words = changed.flat_map(|(name, value)| [format!("--{name}"), value]).filter(|word| !word.is_empty());
        base.command.iter().cloned().chain(words.map(SafeText::from)).collect()
    }

    /// All options that describe a run, with their values; that of a switch is empty. `io_as_time` gives I/O as the
    /// time of one operation.
    fn options(&self, io_as_time: bool) -> Vec<(&'static str, String)> {
        let Workload {
            numbers,
            tasks,
            cost_ns,
            io,
            io_latency_ns,
            io_kind,
            skew,
            seed,
            chunk,
            max_records,
            gil,
            per_task,
            start_method,
        } = &self.workload;
        let modes: Vec<_> = self.modes.iter().map(|mode| mode.name()).collect();
        let workers: Vec<_> = self.workers.iter().map(u32::to_string).collect();
        let chunk = match chunk {
            ChunkSize::Tasks(tasks) => tasks.to_string(),
            ChunkSize::Auto => "auto".into(),
        };
        let mut options = vec![
            ("lanes", modes.join(",")),
            ("tasks", tasks.to_string()),
            ("workers", workers.join(",")),
            ("io-kind", io_kind.name().into()),
            ("io-dir", self.io_dir.to_string_lossy().into_owned()),
            ("cores", self.cores.name().into()),
            ("chunksize", chunk),
            ("skew", skew.to_string()),
            ("seed", seed.to_string()),
            ("start-method", start_method.name().into()),
            (if *gil { "no-gil=false" } else { "no-gil" }, String::new()),
        ];
        let numbers_of_task = numbers / u64::from(*tasks);
        if *per_task {
            options.push(("task-cpu", time_option(cost_ns * numbers_of_task)));
            options.push(("task-memory", format!("{}B", numbers_of_task * size_of::<i64>() as u64)));
        } else {
            options.push(("numbers", count_option(*numbers)));
            options.push(("cost", time_option(*cost_ns)));
        }
        if io_as_time {
            options.push(("task-io", time_option(u64::from(*io) * io_latency_ns)));
        } else {
            options.push(("io", io.to_string()));
            options.push(("io-latency", time_option(*io_latency_ns)));
        }
        options.extend(max_records.map(|records| ("max-tasks-per-worker", records.to_string())));
        options
    }
}

/// A count as an option takes it: `16M`, `100`.
fn count_option(n: u64) -> String {
    if n > 0 && n.is_multiple_of(1_000_000) { format!("{}M", n / 1_000_000) } else { n.to_string() }
}

/// A time as an option takes it: `91ns`, `100ms`.
fn time_option(ns: u64) -> String {
    if ns > 0 && ns.is_multiple_of(1_000_000) { format!("{}ms", ns / 1_000_000) } else { format!("{ns}ns") }
}
