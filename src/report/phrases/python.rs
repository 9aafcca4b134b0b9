//! What the same would look like in a Python program. `docs/python.md` has the measurements.

use super::{cpu_per_number, lane_noun, startup_time, statements, workers_of};
use crate::event::units::format_elapsed;
use crate::event::{Exit, Mode};
use crate::model::LaneSummary;
use crate::text;

/// What a Python program meets after the death of a worker, longest first.
#[must_use]
pub fn python_after_death(mode: Mode, exit: Exit) -> Vec<String> {
    let texts: &[&str] = match mode {
        Mode::Serial => &[text!("death-serial"), text!("death-serial-short")],
        Mode::Threads => &[text!("death-threads"), text!("death-threads-short")],
        Mode::Pool => &[text!("death-pool"), text!("death-pool-short"), text!("death-pool-shortest")],
        Mode::Process => {
            let code = match exit {
                Exit::Signal(signal) => -signal,
                Exit::Code(code) => code,
                // Only workers of clusters end like this.
                Exit::Unknown => return Vec::new(),
            };
            let code = code.to_string().replace('-', "−");
            return vec![
                text!("death-process", code = code.as_str()),
                text!("death-process-short", code = code.as_str()),
            ];
        }
    };
    texts.iter().map(ToString::to_string).collect()
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
pub fn help_notes(program: bool) -> [&'static str; 4] {
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
        let text = |exit| python_after_death(Mode::Process, exit).remove(0);
        assert!(text(Exit::Signal(9)).ends_with("exit code −9"));
        assert!(text(Exit::Code(3)).ends_with("exit code 3"));
    }
}
