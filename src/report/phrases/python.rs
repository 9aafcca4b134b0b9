//! What the same would look like in a Python program. `docs/python.md` has the measurements.

use super::{cpu_per_number, lane_noun, startup_time, statements, workers_of};
use crate::event::units::format_elapsed;
use crate::event::{CPYTHON, Exit, Mode};
use crate::model::LaneSummary;
use crate::text;

/// Time from which on a pool is taken to wait for a result, rather than to end its workers, in s.
const MIN_WAIT_FOR_RESULT: f64 = 1.0;

/// What a Python program would meet after the death of a worker, longest first; what it meets if the lane is one.
#[must_use]
pub fn python_after_death(mode: Mode, in_python: bool, exit: Exit) -> Vec<String> {
    let texts: &[&str] = match mode {
        Mode::Serial if in_python => &[text!("death-serial-here")],
        Mode::Threads if in_python => &[text!("death-threads-here")],
        Mode::Pool if in_python => &[text!("death-pool-here"), text!("death-pool-here-short")],
        Mode::Serial => &[text!("death-serial"), text!("death-serial-short")],
        Mode::Threads => &[text!("death-threads"), text!("death-threads-short")],
        Mode::Pool => &[
            text!("death-pool"),
            text!("death-pool-short"),
            text!("death-pool-shortest"),
            text!("death-pool-briefest"),
        ],
        Mode::Process => {
            let code = match exit {
                Exit::Signal(signal) => -signal,
                Exit::Code(code) => code,
                // Only workers of clusters end like this.
                Exit::Unknown => return Vec::new(),
            };
            let code = code.to_string().replace('-', "−");
            if in_python {
                return vec![
                    text!("death-process-here", code = code.as_str()),
                    text!("death-process-here-short", code = code.as_str()),
                ];
            }
            return vec![
                text!("death-process", code = code.as_str()),
                text!("death-process-short", code = code.as_str()),
            ];
        }
    };
    texts.iter().map(ToString::to_string).collect()
}

/// What a Python program meets after a death in this lane, longest first.
#[must_use]
pub fn python_after_death_of(lane: &LaneSummary, exit: Exit) -> Vec<String> {
    python_after_death(lane.mode, is_python(lane), exit)
}

fn is_python(lane: &LaneSummary) -> bool {
    lane.engine.as_str().starts_with(CPYTHON)
}

/// How long a pool of mpviz's Python program waited for the result of a lost task after all others had ended, in s.
pub(super) fn wait_for_lost_result(lane: &LaneSummary) -> Option<f64> {
    let may_wait = lane.mode == Mode::Pool && is_python(lane) && lane.program.is_none() && lane.totals().lost > 0;
    lane.wait_after_tasks_s.filter(|wait| may_wait && *wait >= MIN_WAIT_FOR_RESULT)
}

/// The makespan of a Python pool ends with the last task, but the pool waited longer for a lost one.
#[must_use]
pub fn waited_after_tasks(lane: &LaneSummary) -> Option<Vec<String>> {
    let time = format_elapsed(wait_for_lost_result(lane)?);
    Some(vec![text!("waited-after-tasks", time = time.as_str()), text!("waited-after-tasks-short", time = time)])
}

/// A Python pool that lost a task waited for its result until mpviz gave it up; none of another lane.
#[must_use]
pub fn pool_given_up(lane: &LaneSummary) -> Vec<String> {
    let Some(time) = wait_for_lost_result(lane) else { return Vec::new() };
    let time = format_elapsed(time);
    vec![text!("pool-given-up", time = time.as_str()), text!("pool-given-up-short", time = time)]
}

/// What Python costs beside a native lane of the same set-up: start-up, CPU time of adding, and pickled tasks.
#[must_use]
pub fn language_cost(python: &LaneSummary, native: &LaneSummary) -> String {
    let started = text!(
        "start-of-python",
        python = lane_noun(python),
        workers = workers_of(python.mode, python.workers.into()),
        time = startup_time(python),
        native = lane_noun(native),
        native_time = startup_time(native),
    );
    let (cpu, native_cpu) = (cpu_per_number(python), cpu_per_number(native));
    let cost = text!("cost-of-python", started = started, cpu = cpu, native_cpu = native_cpu);
    let receiving =
        (python.receive_s > 0.0).then(|| text!("cost-of-receiving", time = format_elapsed(python.receive_s)));
    statements([&cost].into_iter().chain(&receiving))
}

/// Notes on the figures of the screen for the help, the most important first.
#[must_use]
pub fn help_notes(program: bool, cluster: bool) -> [&'static str; 4] {
    if cluster {
        let memory = [text!("help-memory-of-cluster"), text!("help-unmanaged")];
        return [text!("help-queue-of-cluster"), memory[0], memory[1], text!("help-saturation")];
    }
    if program {
        let (queue, memory) = (text!("help-queue-of-program"), text!("help-memory-of-program"));
        return [queue, memory, text!("help-blocked"), text!("help-cores")];
    }
    [text!("help-queue"), text!("help-memory"), text!("help-cores"), text!("help-tiles")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_code_in_python_is_the_negative_signal() {
        let text = |exit| python_after_death(Mode::Process, false, exit).remove(0);
        assert!(text(Exit::Signal(9)).ends_with("exit code −9"));
        assert!(text(Exit::Code(3)).ends_with("exit code 3"));
    }
}
