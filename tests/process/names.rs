//! Names of worker processes and threads, as `ps` and `top` show them.

use std::collections::BTreeSet;
use std::fs::read_to_string;
use std::process::{Child, Stdio};

use crate::support::{children_of, mpviz_command, wait_until};

/// Starts a run in which all workers wait for I/O.
fn start_run(args: &[&str]) -> Child {
    let run = ["run", "--tasks", "4", "--numbers", "4k", "--cost", "0", "--io", "1", "--io-latency", "60s"];
    mpviz_command(&[&run, args].concat()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

fn names(files: impl Iterator<Item = String>) -> BTreeSet<String> {
    files.filter_map(|file| Some(read_to_string(file).ok()?.trim_end().to_owned())).collect()
}

#[test]
fn worker_processes_are_named_after_mode_and_worker() {
    let mut child = start_run(&["--lanes", "pool,process", "--cores", "shared", "--workers", "2"]);
    let expected = ["pool.0", "pool.1", "proc.0", "proc.1", "proc.2", "proc.3"].map(|name| format!("mpviz:{name}"));
    wait_until("all workers have their names", || {
        let pids = children_of(child.id());
        let comm = names(pids.iter().map(|pid| format!("/proc/{pid}/comm")));
        (comm == BTreeSet::from(expected.clone())).then_some(())
    });
    let pids = children_of(child.id());
    let command_lines = names(pids.iter().map(|pid| format!("/proc/{pid}/cmdline")));
    assert!(expected.iter().zip(&command_lines).all(|(name, line)| line.starts_with(name)), "{command_lines:?}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn threads_are_named_after_gil_and_worker() {
    for (options, thread) in [(&[][..], "gil"), (&["--no-gil"], "thread")] {
        let mut child = start_run(&[&["--lanes", "threads", "--workers", "3"], options].concat());
        let expected = ["mpviz:threads.0".to_owned(), format!("{thread}.1"), format!("{thread}.2")];
        wait_until("all threads have their names", || {
            let pid = *children_of(child.id()).first()?;
            let threads = std::fs::read_dir(format!("/proc/{pid}/task")).ok()?.flatten();
            let comm = names(threads.map(|thread| format!("{}/comm", thread.path().display())));
            (comm == BTreeSet::from(expected.clone())).then_some(())
        });
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
