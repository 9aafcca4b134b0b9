//! Findings about a watched program: what slows it down, and what to change.

use super::{number_of_cores, number_of_threads, number_of_workers, percent, time_range, worker_lost};
use crate::event::units::{format_bytes, format_count, format_duration, format_elapsed};
use crate::event::{CodeLocation, Mode};
use crate::model::{Finding, FindingKind, SerialFigures};

/// What a finding says, with its measured figures, without full stop.
#[must_use]
pub fn finding_sentence(finding: &Finding) -> String {
    let title = finding.title.as_deref().unwrap_or_default();
    match &finding.kind {
        FindingKind::WorkerLost(loss) => worker_lost(title, loss).remove(0),
        FindingKind::Memory { private_bytes, machine_bytes } => format!(
            "the workers took {} of private memory, {} of the machine's {}",
            format_bytes(*private_bytes),
            percent(*private_bytes as f64 / *machine_bytes as f64),
            format_bytes(*machine_bytes)
        ),
        FindingKind::PoolTooNarrow { idle, cores, for_s, blocked, .. } => {
            let left =
                format!("{title} left {idle:.1} of {} idle for {}", number_of_cores(*cores), format_elapsed(*for_s));
            if *blocked >= 0.2 {
                format!("{left}: its workers were blocked {} of the time", percent(*blocked))
            } else {
                format!("{left}: it has too few workers")
            }
        }
        FindingKind::LockBound { workers, locked, used, cores, call } => {
            let call = call.as_ref().map(|call| format!(" in {call}")).unwrap_or_default();
            format!(
                "{title}: its {} waited for a lock{call} about {} of the time and used {used:.1} of {}",
                number_of_workers((*workers).into()),
                percent(*locked),
                number_of_cores(*cores)
            )
        }
        FindingKind::GilBound { threads, used, cores, locked } => format!(
            "{title}: its {} used {used:.1} of {}, because one of them at a time has the GIL; {} of the time they waited \
             for it",
            number_of_threads((*threads).into()),
            number_of_cores(*cores),
            percent(*locked)
        ),
        FindingKind::Oversubscribed { workers, cores, delayed } => format!(
            "{title}: its {} waited for a core {} of the time: there are {}",
            number_of_workers((*workers).into()),
            percent(*delayed),
            number_of_cores(*cores)
        ),
        FindingKind::ChunksTooLarge { idle, chunk, .. } => format!(
            "{title}: {} of the core time went idle while the last chunks of {} items ran",
            percent(*idle),
            format_count((*chunk).into())
        ),
        FindingKind::TasksTooSmall { between, mean_task_s, .. } => format!(
            "{title}: its workers spent {} of their time between tasks, which take {} on average",
            percent(*between),
            format_duration((*mean_task_s * 1e9) as u64)
        ),
        FindingKind::Shipping { bytes_per_task, receive } => format!(
            "{title}: workers received and unpickled {} a task, {} of their time",
            format_bytes(*bytes_per_task as u64),
            percent(*receive)
        ),
        FindingKind::PoolRecreated { uses, start_up_s, of_run } => format!(
            "{title} was created {} times: starting its workers took {}, {} of the run",
            format_count((*uses).into()),
            format_elapsed(*start_up_s),
            percent(*of_run)
        ),
        FindingKind::SerialPart { share, figures } => format!(
            "no task was queued or running for {}, {} of the time; for {} at a stretch {}",
            format_elapsed(figures.serial_s),
            percent(*share),
            format_elapsed(figures.longest_s),
            place_of_gap(figures)
        ),
    }
}

/// Where the longest serial gap lies.
fn place_of_gap(figures: &SerialFigures) -> String {
    let name = CodeLocation::short_name;
    match (&figures.after, &figures.before) {
        (Some(after), Some(before)) => format!("between the calls at {} and {}", name(after), name(before)),
        (Some(after), None) => format!("after the call at {}", name(after)),
        (None, Some(before)) => format!("before the call at {}", name(before)),
        (None, None) => "in one place".into(),
    }
}

/// What to change, and what that would take if it was predicted, without full stop.
#[must_use]
pub fn finding_change(finding: &Finding) -> String {
    let change = change_without_figures(finding);
    let Some(remedy) = &finding.remedy else { return change };
    let title = finding.title.as_deref().unwrap_or_default();
    let pool = match remedy.mode {
        Mode::Pool if matches!(finding.kind, FindingKind::GilBound { .. }) => "Pool",
        _ => title.split('(').next().unwrap_or_default(),
    };
    let changed =
        if remedy.chunk.is_some() { "it".into() } else { format!("{pool}({})", format_count(remedy.workers.into())) };
    format!(
        "{change}: {changed} would take about {} ({}) instead of {}",
        format_elapsed(remedy.predicted_s),
        time_range(remedy.interval_s),
        format_elapsed(remedy.today_s)
    )
}

fn change_without_figures(finding: &Finding) -> String {
    match &finding.kind {
        FindingKind::WorkerLost(loss) if loss.blocks_call() && loss.pool_ended => {
            "find out what ended it; a ProcessPoolExecutor raises an error instead of waiting for ever".into()
        }
        FindingKind::WorkerLost(loss) if loss.blocks_call() => {
            "end the program; a ProcessPoolExecutor raises an error instead of waiting for ever".into()
        }
        FindingKind::WorkerLost(_) => {
            "find out what ended it: dmesg names what the kernel killed for lack of memory".into()
        }
        FindingKind::Memory { .. } => "use fewer workers, smaller chunks or shared memory".into(),
        FindingKind::PoolTooNarrow { blocked, .. } if *blocked >= 0.2 => "use more workers".into(),
        FindingKind::LockBound { .. } => {
            "hold the lock for a shorter time, or do without it; more workers do not help".into()
        }
        FindingKind::GilBound { .. } => "use processes, or a free-threaded build of Python".into(),
        FindingKind::Oversubscribed { .. } if finding.remedy.is_some() => "use fewer workers".into(),
        FindingKind::PoolTooNarrow { cores, .. } | FindingKind::Oversubscribed { cores, .. } => {
            format!("use {} workers, one for each core", format_count(*cores as u64))
        }
        FindingKind::ChunksTooLarge { better, .. } if finding.remedy.is_some() => format!("pass chunksize={better}"),
        FindingKind::ChunksTooLarge { better, .. } => {
            format!("pass chunksize={better}; how much that saves depends on the longest item, which is not known")
        }
        FindingKind::TasksTooSmall { better, .. } => format!("pass chunksize={better}, or put more work into a task"),
        FindingKind::Shipping { .. } => "pass less: use an initializer, shared memory or the start method fork".into(),
        FindingKind::PoolRecreated { .. } => "create the pool once and keep it".into(),
        FindingKind::SerialPart { .. } => "move that work into tasks, or let it run beside them".into(),
    }
}

/// The main figure of a finding in a few words; none if only the whole sentence tells it.
fn finding_in_brief(finding: &Finding) -> Option<String> {
    Some(match &finding.kind {
        FindingKind::PoolTooNarrow { idle, cores, blocked, .. } => {
            format!("{idle:.1} of {} idle, workers blocked {}", number_of_cores(*cores), percent(*blocked))
        }
        FindingKind::LockBound { locked, .. } => format!("workers in locks about {} of the time", percent(*locked)),
        FindingKind::GilBound { used, cores, .. } => {
            format!("one GIL: {used:.1} of {} used", number_of_cores(*cores))
        }
        FindingKind::Oversubscribed { delayed, .. } => format!("workers waited for a core {}", percent(*delayed)),
        FindingKind::ChunksTooLarge { idle, .. } => format!("{} idle at the end of the chunks", percent(*idle)),
        FindingKind::TasksTooSmall { between, .. } => format!("workers between tasks {}", percent(*between)),
        FindingKind::Shipping { receive, .. } => format!("receiving tasks took {}", percent(*receive)),
        FindingKind::PoolRecreated { uses, .. } => format!("created {} times", format_count((*uses).into())),
        FindingKind::SerialPart { share, .. } => format!("serial part {}", percent(*share)),
        FindingKind::WorkerLost(_) | FindingKind::Memory { .. } => return None,
    })
}

/// A finding on one line, longest first: with what to change as long as there is space.
#[must_use]
pub fn finding_variants(finding: &Finding) -> Vec<String> {
    let (sentence, change) = (finding_sentence(finding), finding_change(finding));
    let whole = format!("{sentence} · {change}");
    if let FindingKind::WorkerLost(loss) = &finding.kind {
        let shorter = worker_lost(finding.title.as_deref().unwrap_or_default(), loss);
        return std::iter::once(whole).chain(shorter).collect();
    }
    let Some(brief) = finding_in_brief(finding) else { return vec![whole, sentence] };
    vec![whole, format!("{brief} · {change}"), brief]
}

/// A finding as the cause in a headline, longest first. The headline names the serial part.
#[must_use]
pub fn finding_causes(finding: &Finding) -> Vec<String> {
    if let FindingKind::SerialPart { figures, .. } = &finding.kind {
        let gap = format!("for {} at a stretch {}", format_elapsed(figures.longest_s), place_of_gap(figures));
        return vec![format!("no task was queued or running {gap}"), gap];
    }
    let brief = finding_in_brief(finding);
    let change = brief.as_ref().map(|brief| format!("{brief} · {}", finding_change(finding)));
    std::iter::once(finding_sentence(finding)).chain(change).chain(brief).collect()
}

/// A finding as a whole sentence, for reports.
#[must_use]
pub fn finding_in_report(finding: &Finding) -> String {
    format!("{}: {}; {}.", finding.kind.name(), finding_sentence(finding), finding_change(finding))
}
