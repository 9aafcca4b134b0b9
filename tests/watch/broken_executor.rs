//! An executor one of whose workers is killed: it ends the other workers, too.

use crate::support::mpviz_command;

/// Kills the worker of item 2 once all three workers are in a task.
const PROGRAM: &str = "import concurrent.futures, os, pathlib, signal, sys, time
def work(n):
    directory = pathlib.Path(sys.argv[1])
    (directory / str(os.getpid())).touch()
    while n == 2 and len(list(directory.iterdir())) < 3:
        time.sleep(0.01)
    if n == 2:
        print(os.getpid(), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)
if __name__ == '__main__':
    try:
        with concurrent.futures.ProcessPoolExecutor(3) as executor:
            list(executor.map(work, range(3)))
    except concurrent.futures.process.BrokenProcessPool:
        sys.exit(3)
";

#[test]
fn only_the_killed_worker_of_an_executor_is_lost() {
    let (runtime, started) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let output = mpviz_command(&["trace", "--", "python3", "-c", PROGRAM])
        .arg(started.path())
        .env("XDG_RUNTIME_DIR", runtime.path())
        .output()
        .unwrap();
    let (pid, errors) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(3), "{errors}");
    let killed: Vec<_> = errors.lines().filter(|line| line.contains("BrokenProcessPool: worker pid ")).collect();
    let expected = format!("worker pid {} was killed (SIGKILL) in task 2", pid.trim());
    assert!(!killed.is_empty() && killed.iter().all(|line| line.contains(&expected)), "{errors}");
    assert!(!errors.contains("SIGTERM"), "{errors}");
    assert_eq!(errors.matches("was ended by its executor").count(), 2, "{errors}");
    assert_eq!(errors.matches("task 2 is lost").count(), errors.matches(" is lost").count(), "{errors}");
}
