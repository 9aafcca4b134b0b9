use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::unistd::Pid;

use super::*;

const MAX_WAIT: Duration = Duration::from_mins(1);

/// A shell that runs commands from its standard input.
struct Shell {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Shell {
    fn start() -> Self {
        let mut command = Command::new("sh");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output }
    }

    fn run(&mut self, command: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{command}").unwrap();
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim().into()
    }

    fn pid_of(&mut self, command: &str) -> u32 {
        self.run(&format!("{command} >/dev/null & echo $!"));
        self.line().parse().unwrap()
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn wait_until<T>(what: &str, mut poll: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + MAX_WAIT;
    loop {
        if let Some(found) = poll() {
            return found;
        }
        assert!(Instant::now() < deadline, "timed out waiting until {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// The trees of a process, found in either way.
fn trees_of(pid: u32) -> [ProcessTree; 2] {
    let mut by_parent = ProcessTree::of(pid);
    by_parent.can_read_children = false;
    [ProcessTree::of(pid), by_parent]
}

#[test]
fn descendants_are_found_once_with_their_parents() {
    let mut shell = Shell::start();
    let mut trees = trees_of(shell.child.id());
    shell.run("sh -c 'sleep 60 & echo $$ $!; wait' &");
    let pids: Vec<u32> = shell.line().split(' ').map(|pid| pid.parse().unwrap()).collect();
    let parents = [(pids[0], shell.child.id()), (pids[1], pids[0])];
    for tree in &mut trees {
        let started: Vec<_> = tree.changes().started.iter().map(|new| (new.identity.pid, new.parent)).collect();
        assert_eq!(started, parents);
        let changes = tree.changes();
        assert!(changes.started.is_empty() && changes.ended.is_empty());
        assert_eq!(tree.processes().count(), 3);
    }
    shell.run(&format!("kill {} {}", pids[0], pids[1]));
}

#[test]
fn ends_are_known_with_the_exit_of_zombies() {
    let mut shell = Shell::start();
    // `exec` makes a parent that does not collect its children.
    let dir = tempfile::tempdir().unwrap();
    let fifo = dir.path().join("fifo");
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let fifo = fifo.display();
    shell.run(&format!("sh -c 'sleep 60 & echo $!; sh -c \"read line < {fifo}; exit 7\" & echo $!; exec sleep 60' &"));
    let [killed, failing] = [0; 2].map(|_| shell.line().parse::<u32>().unwrap());
    let mut trees = trees_of(shell.child.id());
    let found = wait_until("all processes are found", || {
        for tree in &mut trees {
            let _ = tree.changes();
        }
        trees.iter().all(|tree| tree.processes().count() == 4).then(|| trees[0].processes().collect::<Vec<_>>())
    });
    let is_parent = |pid: &u32| ![killed, failing, shell.child.id()].contains(pid);
    let parent = found.iter().map(|found| found.pid).find(is_parent).unwrap();
    wait_until("the parent executes sleep", || process_names(parent).filter(|(name, _)| name.as_str() == "sleep"));
    nix::sys::signal::kill(Pid::from_raw(killed as i32), nix::sys::signal::Signal::SIGKILL).unwrap();
    shell.run(&format!("echo line > {fifo}"));
    for tree in &mut trees {
        let mut ended = Vec::new();
        wait_until("both have ended", || {
            ended.extend(tree.changes().ended.iter().map(|ended| (ended.identity.pid, ended.exit)));
            (ended.len() == 2).then_some(())
        });
        ended.sort_unstable_by_key(|(pid, _)| *pid != killed);
        assert_eq!(ended, [(killed, Some(Exit::Signal(9))), (failing, Some(Exit::Code(7)))]);
    }
    nix::sys::signal::kill(Pid::from_raw(parent as i32), nix::sys::signal::Signal::SIGKILL).unwrap();
}

#[test]
fn a_process_whose_parent_has_ended_stays_in_the_tree() {
    let mut shell = Shell::start();
    shell.run("sh -c 'sleep 60 & echo $$ $!; wait' &");
    let pids: Vec<u32> = shell.line().split(' ').map(|pid| pid.parse().unwrap()).collect();
    let mut trees = trees_of(shell.child.id());
    for tree in &mut trees {
        assert_eq!(tree.changes().started.len(), 2);
    }
    nix::sys::signal::kill(Pid::from_raw(pids[0] as i32), nix::sys::signal::Signal::SIGKILL).unwrap();
    for tree in &mut trees {
        let ended = wait_until("the parent has ended", || tree.changes().ended.pop());
        assert_eq!(ended.identity.pid, pids[0]);
        // A zombie does not start again.
        let changes = tree.changes();
        assert!(changes.started.is_empty() && changes.ended.is_empty());
        assert!(tree.processes().any(|process| process.pid == pids[1]));
    }
    nix::sys::signal::kill(Pid::from_raw(pids[1] as i32), nix::sys::signal::Signal::SIGKILL).unwrap();
}

#[test]
fn waits_for_locks_input_and_time_are_told_apart() {
    use std::sync::Mutex;
    use std::sync::mpsc::channel;
    let pid = std::process::id();
    let (input, output) = nix::unistd::pipe().unwrap();
    let lock = Mutex::new(());
    let held = lock.lock().unwrap();
    let (tids, tid) = channel();
    thread::scope(|scope| {
        scope.spawn(|| {
            tids.send(nix::unistd::gettid().as_raw() as u32).unwrap();
            drop(lock.lock().unwrap());
        });
        let locked = tid.recv().unwrap();
        wait_until("the thread waits for the lock", || (Wait::of_thread(pid, locked)? == Wait::Lock).then_some(()));
        scope.spawn(|| {
            tids.send(nix::unistd::gettid().as_raw() as u32).unwrap();
            std::fs::File::from(input).read_to_end(&mut Vec::new()).unwrap();
        });
        let reading = tid.recv().unwrap();
        let sample = wait_until("the thread waits for input", || {
            ThreadSample::of_thread(pid, reading).filter(|sample| sample.wait == Wait::Other)
        });
        assert!(sample.cpu_ns.is_none_or(|cpu| cpu > 0));
        drop((held, output));
    });
    let mut computing = Command::new("sh").args(["-c", "while :; do :; done"]).spawn().unwrap();
    wait_until("the process computes", || {
        ThreadSample::of_thread(computing.id(), computing.id()).filter(|sample| sample.wait == Wait::None)
    });
    computing.kill().unwrap();
    wait_until("a zombie has no sample", || ThreadSample::of_process(computing.id(), &[]).is_none().then_some(()));
    assert_eq!(read_stat(computing.id()).map(|stat| stat.state), Some('Z'), "not reaped yet");
    computing.wait().unwrap();
    assert_eq!(ThreadSample::of_thread(computing.id(), computing.id()), None);
    assert_eq!(ThreadSample::of_thread(pid, 1), None);
    assert_eq!((Wait::of_state('S'), Wait::of_state('R')), (Wait::Unknown, Wait::None));
}

#[test]
fn a_process_that_waits_for_one_that_computes_does_not_wait() {
    let mut shell = Shell::start();
    shell.run("sh -c 'while :; do :; done & echo $$ $!; wait' &");
    let pids: Vec<u32> = shell.line().split(' ').map(|pid| pid.parse().unwrap()).collect();
    let (waiting, computing) = (pids[0], pids[1]);
    for mut tree in trees_of(shell.child.id()) {
        tree.changes();
        assert_eq!(tree.descendants_of(&[shell.child.id()].into())[&shell.child.id()].len(), 2);
        let descendants = tree.descendants_of(&[shell.child.id(), waiting].into());
        assert_eq!(descendants, [(waiting, vec![computing])].into());
    }
    let alone = wait_until("the shell waits", || {
        ThreadSample::of_process(waiting, &[]).filter(|sample| sample.wait == Wait::Other)
    });
    let together = wait_until("its child has computed", || {
        ThreadSample::of_process(waiting, &[computing]).filter(|sample| sample.cpu_ns > Some(100_000_000))
    });
    assert_eq!((together.wait, together.has_descendants, alone.has_descendants), (Wait::None, true, false));
    for pid in pids {
        nix::sys::signal::kill(Pid::from_raw(pid as i32), nix::sys::signal::Signal::SIGKILL).unwrap();
    }
}

#[test]
fn names_of_a_process_are_read() {
    let mut shell = Shell::start();
    let sleeping = shell.pid_of("sleep 60");
    let names =
        wait_until("sleep is executed", || process_names(sleeping).filter(|(name, _)| name.as_str() == "sleep"));
    assert_eq!((names.0.as_str(), names.1.as_str()), ("sleep", "sleep"));
    shell.run(&format!("kill {sleeping}"));
    assert_eq!(process_names(0), None);
}
