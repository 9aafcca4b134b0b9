//! A worker that is killed while it holds the lock of its pool's queue.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::support::mpviz_command;

/// Kills the idle worker that reads from the queue's pipe, and thus holds its lock, and submits tasks that no worker
/// takes. The end of standard input ends the program and the workers, as `Pool.terminate()` hangs.
const PROGRAM: &str = "import multiprocessing.pool, os, signal, sys, time
def work(n):
    return n
def holder_of_lock(pool):
    for process in pool._pool:
        call = open(f'/proc/{process.pid}/syscall').read().split()
        if call[0] == str(READ) and call[1] == hex(pool._inqueue._reader.fileno()):
            return process.pid
READ = 0 if os.uname().machine == 'x86_64' else 63
if __name__ == '__main__':
    pool = multiprocessing.get_context('fork').Pool(3)
    pool.map(work, range(30))
    while (pid := holder_of_lock(pool)) is None:
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    print(pid, flush=True)
    while pid in [process.pid for process in pool._pool]:  # until a replacement has started
        time.sleep(0.01)
    pool.map_async(work, range(6), chunksize=1)
    sys.stdin.read()
    pool._worker_handler._state = multiprocessing.pool.TERMINATE  # no more replacements
    pool._change_notifier.put(None)
    pool._worker_handler.join()
    for process in pool._pool:
        process.kill()
    os._exit(0)
";

#[test]
fn lock_that_died_with_a_worker_is_said_while_the_program_hangs() {
    let dir = tempfile::tempdir().unwrap();
    let mut trace = mpviz_command(&["trace", "--", "python3", "-c", PROGRAM])
        .env("XDG_RUNTIME_DIR", dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pid = String::new();
    BufReader::new(trace.stdout.take().unwrap()).read_line(&mut pid).unwrap();
    let expected = format!("worker pid {} was killed (SIGKILL) holding the lock of the queue", pid.trim());
    let mut errors = BufReader::new(trace.stderr.take().unwrap()).lines();
    let said = errors.find(|line| line.as_ref().is_ok_and(|line| line.contains(&expected)));
    assert!(said.is_some(), "the program ended before it was said");
    drop(trace.stdin.take());
    assert!(trace.wait().unwrap().success());
}
