//! What the same would look like in a Python program. `docs/python.md` has the measurements.

use std::fmt::Write;

use super::{figure_or_dash, startup_time, workers_of};
use crate::event::units::format_elapsed;
use crate::event::{Exit, Mode};
use crate::model::LaneSummary;

/// What a Python program meets after the death of a worker, longest first.
#[must_use]
pub fn python_after_death(mode: Mode, exit: Exit) -> Vec<String> {
    let texts: &[&str] = match mode {
        Mode::Serial => &["in Python, the program is gone", "Python: program gone"],
        Mode::Threads => &["in Python, the whole process dies, with all threads", "Python: the whole process dies"],
        Mode::Pool => &[
            "in Python, Pool.map() never returns (bpo-22393); ProcessPoolExecutor raises BrokenProcessPool",
            "Python: Pool.map() never returns; executor: BrokenProcessPool",
            "Python: Pool.map() never returns",
        ],
        Mode::Process => {
            let code = match exit {
                Exit::Signal(signal) => -signal,
                Exit::Code(code) => code,
            };
            return vec![
                format!("in Python, the other processes finish, and this one has exit code {code}").replace('-', "−"),
                format!("Python: exit code {code}, the others finish").replace('-', "−"),
            ];
        }
    };
    texts.iter().map(ToString::to_string).collect()
}

/// What Python costs beside a native lane of the same set-up: start-up, CPU time of adding, and pickled tasks.
#[must_use]
pub fn language_cost(python: &LaneSummary, native: &LaneSummary) -> String {
    let workers = workers_of(python.mode, python.workers.into());
    let number = |lane: &LaneSummary| figure_or_dash(lane.ns_per_number.map(|ns| format!("{ns:.0} ns")));
    let mut text = format!(
        "{} started {workers} in {} ({} in {}), and used {} of CPU per number ({})",
        python.name(),
        startup_time(python),
        native.name(),
        startup_time(native),
        number(python),
        number(native)
    );
    if python.receive_s > 0.0 {
        let _ = write!(text, "; receiving and unpickling took its workers {}", format_elapsed(python.receive_s));
    }
    text
}

/// Where the waiting tasks of a Python pool are.
#[must_use]
pub fn python_queue() -> String {
    "in Python the waiting arguments stay in the parent, pickled when sent".into()
}

/// Notes on the figures of the screen for the help, the most important first.
#[must_use]
pub fn help_notes(program: bool) -> Vec<String> {
    if program {
        return vec![
            "QUEUE: tasks not taken yet; the parent holds their pickled arguments.".into(),
            "MEMORY: tasks that workers hold; private memory of the workers.".into(),
            "Blocked: not on a core and not waiting for one; lock: in a futex.".into(),
            "CORES: cores in use, mean of the last second.".into(),
        ];
    }
    vec![
        format!("QUEUE: {}.", python_queue()),
        "MEMORY: tasks whose numbers are in memory or being written there.".into(),
        "CORES: cores in use, mean of the last second.".into(),
        "A percentage in a tile is the progress of its task.".into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_code_in_python_is_the_negative_signal() {
        let text = |exit| python_after_death(Mode::Process, exit).remove(0);
        assert!(text(Exit::Signal(9)).ends_with("exit code −9"));
        assert!(text(Exit::Code(3)).ends_with("exit code 3"));
    }
}
