//! English words in Korean texts.

use std::path::Path;

use crate::support::measured_tasks::{events_of, fix_machine, pool_of, write_recording};
use crate::support::mpviz_command;
use crate::support::stories::{story_names, story_path};

/// Words that are written the same in Korean, by where they come from. Words may contain `-` and `_`.
const KNOWN_WORDS: [&[&str]; 10] = [
    // Programs, and what they run on.
    &["mpviz", "python", "Python", "cpython", "usr", "bin", "GIL", "CPU", "cpu", "pid", "futex", "PSS", "Linux"],
    // Units.
    &["ns", "ms", "kB", "MB", "GB"],
    // Dask, its words, and graphs.
    &["Dask", "DASK", "saturation", "inf", "managed", "unmanaged", "spilled", "joined", "independent", "load"],
    // Keys.
    &["space", "tab", "enter", "Enter", "esc", "Esc", "home", "end", "End", "pgup", "pgdn", "dn", "ctrl", "Ctrl-C"],
    // Signals, and the order of a queue.
    &["SIGINT", "SIGKILL", "FIFO"],
    // Lanes, and values of options.
    &["SERIAL", "THREADS", "POOL", "PROCESS", "split", "turns", "shared", "sleep", "chunksize", "PE", "EP", "PET"],
    // Scenarios and findings are named as in the documentation.
    &[
        "lesson",
        "memory",
        "stall",
        "width",
        "gil",
        "skew",
        "NAME",
        "worker-lost",
        "pool-too-narrow",
        "gil-bound",
        "oversubscribed",
        "pool-recreated",
        "serial-part",
    ],
    // Modules, classes and functions of Python.
    &[
        "multiprocessing",
        "concurrent",
        "futures",
        "threading",
        "executor",
        "pickle",
        "bpo-",
        "PYTHONPATH",
        "map",
        "Pool",
        "ThreadPool",
        "Process",
        "ProcessPoolExecutor",
        "ThreadPoolExecutor",
        "BrokenProcessPool",
    ],
    // Words of Dask, and a command of Linux.
    &[
        "Dask",
        "DASK",
        "cluster",
        "saturation",
        "managed",
        "unmanaged",
        "spilled",
        "watch",
        "tcp",
        "dmesg",
        "distributed",
        "scheduler",
        "worker-saturation",
        "queued-on-workers",
    ],
    // What the example programs and recordings contain.
    &[
        "etl",
        "py",
        "load",
        "train",
        "hash",
        "recording",
        "run",
        "test",
        "add",
        "simulate",
        "simulate-",
        "load_x",
        "load_y",
        "inf",
    ],
];

/// A recorded message of the operating system.
const SYSTEM_ERROR: &str = "Cannot allocate memory (os error 12)";

/// The English words of a text that are not known, each with its line. Options and command lines are left out.
pub(crate) fn english_words(text: &str) -> Vec<String> {
    let stories = story_names();
    let is_known =
        |word: &str| KNOWN_WORDS.iter().any(|words| words.contains(&word)) || stories.iter().any(|story| story == word);
    let words = |line: &str| {
        let is_separator = |c: char| !c.is_ascii_alphabetic() && c != '-' && c != '_';
        let words = line.split(is_separator).filter(|word| !word.starts_with('-'));
        let unknown = words.filter(|word| word.len() > 1 && !word.bytes().all(|b| b == b'_') && !is_known(word));
        unknown.map(|word| format!("{word} in: {}", line.trim())).collect::<Vec<_>>()
    };
    let text = text.replace(SYSTEM_ERROR, "");
    text.lines().filter(|line| !line.trim_start().starts_with("mpviz --")).flat_map(words).collect()
}

/// What mpviz prints in Korean, without Python code.
fn printed(args: &[&str], runtime_dir: &Path) -> String {
    let mut command = mpviz_command(&[args, &["--lang", "ko"]].concat());
    let output = command.env("XDG_RUNTIME_DIR", runtime_dir).output().unwrap();
    assert!(!output.stdout.is_empty(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8([output.stderr, output.stdout].concat()).unwrap();
    text.split("\nPython 코드:").next().unwrap_or_default().to_owned()
}

#[test]
fn printed_results_in_korean_have_no_english_words() {
    let dir = tempfile::tempdir().unwrap();
    fix_machine(dir.path());
    let recording = dir.path().join("run.jsonl");
    write_recording(&recording, &events_of(&pool_of(4), "native"));
    let recording = recording.to_str().unwrap();
    let described = ["--tasks", "64", "--task-cpu", "10ms", "--task-io", "40ms", "--task-memory", "1MB"];
    let mut commands = vec![
        vec!["advise", recording],
        [&["advise", "--cores", "64"], &described[..]].concat(),
        [&["map", "--cores", "2"], &described[..]].concat(),
        vec!["scenarios"],
    ];
    let stories: Vec<_> = story_names().into_iter().map(|story| story_path(&story)).collect();
    for story in stories.iter().map(|story| story.to_str().unwrap()) {
        commands.push(vec!["replay", story]);
        commands.push(vec!["compare", "--table", story, recording]);
    }
    let words_of = |args: &Vec<&str>| (args.join(" "), english_words(&printed(args, dir.path())));
    let strange: Vec<_> = commands.iter().map(words_of).filter(|(_, words)| !words.is_empty()).collect();
    assert!(strange.is_empty(), "{strange:#?}");
}
