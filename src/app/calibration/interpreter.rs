//! What a process of Python costs on this machine beyond what recordings tell.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::source::simulation::InterpreterCosts;

/// Starts processes that end at once, and prints their private memory in kB and their CPU time after the task in ns. A
/// wrapper script that has executed the interpreter may have had children before.
const SCRIPT: &str = "\
import multiprocessing, os, resource, time
COUNT = 16
def task(pipe):
    with open('/proc/self/smaps_rollup') as file:
        private = sum(int(line.split()[1]) for line in file if line.startswith('Private'))
    os.write(pipe, b'%d %d\\n' % (private, time.process_time_ns()))
def cpu_of_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
before = cpu_of_children()
reading, writing = os.pipe()
fork = multiprocessing.get_context('fork')
processes = [fork.Process(target=task, args=(writing,)) for _ in range(COUNT)]
for process in processes: process.start()
for process in processes: process.join()
ended = [[int(word) for word in line.split()] for line in os.read(reading, 65536).splitlines()]
in_tasks = sum(cpu for _, cpu in ended)
print(max(private for private, _ in ended), int((cpu_of_children() - before) * 1e9 - in_tasks) // COUNT)";

/// Measures the processes of an interpreter, a path or a name on `PATH`. None if it cannot be started, or is too old.
pub(super) fn measure_interpreter(program: &Path) -> Option<InterpreterCosts> {
    // -I: loads no modules from the current directory.
    let output = Command::new(program)
        .args(["-I", "-c", SCRIPT])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (kilobytes, exit_ns) = text.trim().split_once(' ')?;
    Some(InterpreterCosts {
        process_bytes: kilobytes.parse::<u64>().ok()?.checked_mul(1024)?,
        exit_ns: exit_ns.parse::<f64>().ok()?.max(0.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processes_of_an_interpreter_have_memory_and_end() {
        let costs = measure_interpreter(Path::new("python3")).expect("the tests need python3");
        assert!((100_000..1 << 30).contains(&costs.process_bytes), "{costs:?}");
        assert!(costs.exit_ns < 1e9, "{costs:?}");
        assert_eq!(measure_interpreter(Path::new("/nowhere/python3")), None);
        assert_eq!(measure_interpreter(Path::new("true")), None, "it prints nothing");
    }
}
