//! Cost of an empty task: mpviz with all its events, `CPython`'s pool, and two bare processes.

mod measure;

use std::fs::File;
use std::io::{self, Read, Seek, Write, pipe};
use std::os::fd::AsFd;
use std::process::{Command, Stdio};
use std::time::Instant;

use measure::{figure_from_python, figure_of_first_lane, medians, print_figure, print_ratio_with_maximum, run_json};

const TASKS: u32 = 100_000;
const REPEATS: usize = 7;
/// Length of a queue entry in bytes, as in mpviz.
const RECORD_BYTES: usize = 33;
/// Three lines as long as those that a worker of mpviz writes per task.
const EVENT_LINES: [&str; 3] = [
    "{\"at\":1234567890,\"lane\":0,\"event\":{\"TaskTaken\":{\"worker\":1,\"first\":12345,\"count\":1}}}\n",
    "{\"at\":1234567890,\"lane\":0,\"event\":{\"TaskLoaded\":{\"worker\":1,\"task\":12345,\"bytes\":8}}}\n",
    "{\"at\":1234567890,\"lane\":0,\"event\":{\"TaskFinished\":{\"worker\":1,\"task\":12345,\"sum\":12345}}}\n",
];

fn main() {
    if std::env::args().nth(1).as_deref() == Some("bare-worker") {
        return spawn_bare_worker().expect("a bare worker reads and writes");
    }
    println!("{TASKS} empty tasks, 2 workers; {REPEATS} interleaved repeats, medians");
    let options = format!("--lanes pool --workers 2 --tasks {TASKS} --numbers {TASKS} --cost 0 --cores turns");
    let [mpviz, cpython, bare] = medians(
        REPEATS,
        [
            &mut || figure_of_first_lane(&run_json(&options), "/makespan_s") / f64::from(TASKS),
            &mut || figure_from_python("pool_empty.py", &format!("{TASKS} 2")),
            &mut || time_of_bare_processes().expect("bare processes run") / f64::from(TASKS),
        ],
    );
    print_figure("mpviz pool", mpviz * 1e6, "µs a task");
    print_figure("CPython Pool(2).imap_unordered", cpython * 1e6, "µs a task");
    print_figure("two bare processes", bare * 1e6, "µs a task");
    print_ratio_with_maximum("mpviz ÷ CPython", mpviz / cpython, 1.0 / 10.0);
    print_ratio_with_maximum("mpviz ÷ bare processes", mpviz / bare, 1.4);
}

/// Time in s until two processes have taken all records and one reader has read all their output.
fn time_of_bare_processes() -> io::Result<f64> {
    let queue = shared_record_file()?;
    let (mut reader, writer) = pipe()?;
    let began = Instant::now();
    let mut workers = Vec::new();
    for _ in 0..2 {
        let mut worker = Command::new("/proc/self/exe");
        worker.arg("bare-worker").stdin(Stdio::from(queue.try_clone()?)).stdout(writer.try_clone()?);
        workers.push(worker.spawn()?);
    }
    drop(writer);
    let mut text = vec![0; 1 << 20];
    let mut bytes = 0;
    while let read @ 1.. = reader.read(&mut text)? {
        bytes += read;
    }
    let took = began.elapsed().as_secs_f64();
    for mut worker in workers {
        assert!(worker.wait()?.success());
    }
    assert_eq!(bytes, TASKS as usize * EVENT_LINES.concat().len());
    Ok(took)
}

/// A file of records whose read offset is shared by its clones.
fn shared_record_file() -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    for task in 0..TASKS {
        file.write_all(format!("{task:>10} {task:>10} {:>10}\n", 1).as_bytes())?;
    }
    file.rewind()?;
    Ok(file)
}

fn spawn_bare_worker() -> io::Result<()> {
    // The descriptor is duplicated; opening the file again would give it another read offset.
    let mut queue = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let mut record = [0; RECORD_BYTES];
    while queue.read(&mut record)? == RECORD_BYTES {
        for line in EVENT_LINES {
            out.write_all(line.as_bytes())?;
        }
    }
    Ok(())
}
