//! Little to live on: limits of processes, descriptors and memory, of cores and of a container. Whatever is short, mpviz says
//! so in a sentence, accounts for every task of a run that it began, and leaves no process.

use crate::support;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::support::every_task_is_accounted_for;
use serde_json::Value;
use tempfile::TempDir;

/// A user that owns nothing: the administrator's processes are not counted, and another user's are not ours to count.
const NOBODY: u32 = 61_234;
const SMALL: &[&str] = &["run", "--json", "--tasks", "8", "--workers", "3", "--numbers", "80k", "--force"];

/// mpviz where everybody may run it.
fn program() -> &'static PathBuf {
    static COPY: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = COPY.get_or_init(|| {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("mpviz");
        std::fs::copy(env!("CARGO_BIN_EXE_mpviz"), &path).unwrap();
        for path in [dir.path(), &path] {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        (dir, path)
    });
    path
}

/// mpviz under limits, as somebody who is not the administrator. None where the machine does not let us, which is said.
fn limited(limits: &[&str]) -> Option<Command> {
    limited_as(NOBODY, limits)
}

fn limited_as(user: u32, limits: &[&str]) -> Option<Command> {
    let mut command = Command::new("prlimit");
    if nix::unistd::geteuid().is_root() {
        command = Command::new("setpriv");
        let user = user.to_string();
        command.args(["--reuid", &user, "--regid", &user, "--clear-groups", "prlimit"]);
    } else if limits.iter().any(|limit| limit.starts_with("--nproc")) {
        eprintln!("SKIPPED: {limits:?}: only the administrator can become a user without processes");
        return None;
    }
    command.args(limits).arg(program()).current_dir("/").stdin(Stdio::null());
    // Another user's settings are not ours to read.
    command.env("HOME", "/nowhere").env_remove("XDG_CONFIG_HOME");
    Some(command)
}

/// Runs it to its end, which comes soon.
fn end_of(mut command: Command) -> Output {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("util-linux is there");
    let (pid, began) = (child.id(), Instant::now());
    let output = child.wait_with_output().unwrap();
    assert!(began.elapsed() < Duration::from_secs(20), "{command:?} took {:?}", began.elapsed());
    assert!(support::workers_of_the_late(pid).is_empty(), "{command:?} left processes");
    output
}

/// Whatever it could not do, it said so and which limit to raise, and what it began is accounted for.
fn ends_in_order(command: Command, limit: &str) -> Option<i32> {
    let said = format!("{command:?}");
    let output = end_of(command);
    let (code, errors) = (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned());
    if output.status.signal() == Some(6) && errors.contains("memory allocation") {
        // With no memory left for itself there is nothing that a program could do in order.
        return None;
    }
    assert!(matches!(code, Some(0..=4)), "{said}: {:?}: {errors}", output.status);
    assert!(!errors.contains("panicked"), "{said}: {errors}");
    if output.stdout.is_empty() {
        assert!(errors.starts_with("mpviz: ") && errors.lines().count() == 1, "{said}: {errors}");
        assert!(errors.contains(limit), "{said}: {errors}");
    } else {
        let result: Value = serde_json::from_slice(&output.stdout).unwrap();
        result["lanes"].as_array().unwrap().iter().for_each(every_task_is_accounted_for);
    }
    code
}

/// From nothing to enough: every limit ends in order, and the last one is enough.
fn from_nothing_to_enough(name: &str, letter: char, limits: impl Iterator<Item = u64>, unit: u64) {
    let mut last = None;
    for limit in limits {
        let Some(mut command) = limited(&[&format!("--{name}={}", limit * unit)]) else { return };
        command.args(SMALL);
        // Below a certain limit not even the system's loader gets far enough for anybody to say anything.
        last = ends_in_order(command, &format!("ulimit -{letter}"));
    }
    assert_eq!(last, Some(0), "{name}");
}

#[test]
fn few_processes() {
    from_nothing_to_enough("nproc", 'u', (1..12).chain([14, 17, 40]), 1);
}

#[test]
fn the_doctor_knows_how_many_processes_are_too_few() {
    // The other tests' processes must not count.
    let somebody = NOBODY + 1;
    for limit in 1..12 {
        let limit = format!("--nproc={limit}");
        let code = |args: &[&str]| {
            let mut command = limited_as(somebody, &[&limit])?;
            command.args(args);
            let output = end_of(command);
            let errors = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!errors.contains("a fault of mpviz"), "{limit}: {errors}");
            output.status.code()
        };
        let Some(can_run) = code(&["doctor"]) else { return };
        let ran = code(&["run", "--lanes", "serial", "--tasks", "1", "--numbers", "80k", "--force"]);
        assert!(can_run <= 1, "{limit}: {can_run}");
        assert_eq!(can_run == 0, ran == Some(0), "{limit}: the doctor says {can_run}, the run {ran:?}");
    }
}

#[test]
fn few_descriptors() {
    from_nothing_to_enough("nofile", 'n', (3..30).chain([64]), 1);
}

#[test]
fn a_file_that_no_descriptor_is_left_for_is_not_to_blame() {
    let Some(mut command) = limited(&["--nofile=3"]) else { return };
    let file = program().with_file_name("a.toml");
    std::fs::write(&file, "").unwrap();
    command.args(["run", "--config"]).arg(&file);
    assert_eq!(ends_in_order(command, "a.toml: no more files may be opened here: raise ulimit -n"), Some(1));
}

#[test]
fn little_address_space() {
    // Less than the program itself takes, and the kernel ends it before it begins.
    from_nothing_to_enough("as", 'v', [24, 32, 40, 64, 96, 160, 256, 1024, 4096].into_iter(), 1_000_000);
}

#[test]
fn what_is_short_is_refused_with_the_figures() {
    let refused = |limits: &[&str], sentence: &str| {
        let Some(mut command) = limited(limits) else { return };
        let output = end_of({
            command.args(["run", "--tasks", "300", "--lanes", "process", "--io", "1", "--io-kind", "net"]);
            command
        });
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(4), "{said}");
        assert!(said.contains(sentence), "{said}");
    };
    refused(&["--nproc=100"], "300 processes and threads are needed");
    refused(&["--nofile=100"], "364 open files are needed, 100 are allowed (ulimit -n)");
    refused(&["--as=30000000"], "of address space, 30 MB are allowed (ulimit -v)");
}

#[test]
fn a_run_that_is_refused_leaves_no_recording_behind() {
    let dir = TempDir::new().unwrap();
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let file = dir.path().join("run.jsonl");
    let Some(mut command) = limited(&["--nofile=100"]) else { return };
    command.args(["run", "--tasks", "300", "--lanes", "process", "--io", "1", "--io-kind", "net", "--record"]);
    command.arg(&file);
    assert_eq!(end_of(command).status.code(), Some(4));
    assert!(!file.exists(), "it would be in the way of the next attempt");
}

fn cores_of(mut command: Command) -> (u64, String) {
    let output = command.args(["run", "--json", "--numbers", "100k"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    (result["machine"]["cores"].as_u64().unwrap(), result["cores"].as_str().unwrap().into())
}

#[test]
fn on_one_core_the_lanes_take_turns() {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", "0", env!("CARGO_BIN_EXE_mpviz")]);
    assert_eq!(cores_of(command), (1, "turns".into()));
}

/// A control group with a limit; gone when this is dropped.
struct Group(PathBuf);

impl Group {
    /// None where the machine does not let us, which is said. The limit has a name and a value for each version.
    fn new(controller: &str, v2: (&str, &str), v1: (&str, &str)) -> Option<Self> {
        let root = Path::new("/sys/fs/cgroup");
        let is_v2 = root.join("cgroup.controllers").exists();
        let parent = if is_v2 { root.into() } else { root.join(controller) };
        let (limit, value) = if is_v2 { v2 } else { v1 };
        let group = Self(parent.join(format!("mpviz-test-{controller}-{}", std::process::id())));
        let made = std::fs::create_dir(&group.0).and_then(|()| std::fs::write(group.0.join(limit), value));
        made.inspect_err(|error| eprintln!("SKIPPED: this machine lets us make no control group: {error}")).ok()?;
        Some(group)
    }

    /// mpviz in the group.
    fn command(&self) -> Command {
        let mut command = Command::new("bash");
        let enter = format!("echo $$ >{}/cgroup.procs && exec \"$0\" \"$@\"", self.0.display());
        command.args(["-c", &enter, env!("CARGO_BIN_EXE_mpviz")]).env("XDG_CONFIG_HOME", support::NOWHERE);
        command
    }

    /// What mpviz says in the group of a run of 300 processes, and the number between two of its words.
    fn refusal(&self, before: &str, after: &str) -> (String, String) {
        let mut command = self.command();
        command.args(["run", "--tasks", "300", "--lanes", "process", "--cost", "0"]);
        let output = end_of(command);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(4), "{said}");
        let number = said.split_once(before).and_then(|(_, rest)| rest.split_once(after)).map(|(number, _)| number);
        (number.unwrap_or_default().into(), said)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Whoever was in it may need a moment to be gone for the system, too.
        let deadline = Instant::now() + Duration::from_secs(5);
        while self.0.exists() && std::fs::remove_dir(&self.0).is_err() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[test]
fn the_quota_of_a_container_counts_as_cores() {
    let Some(group) = Group::new("cpu", ("cpu.max", "100000 100000"), ("cpu.cfs_quota_us", "100000")) else { return };
    assert_eq!(cores_of(group.command()), (1, "turns".into()));
}

#[test]
fn more_processes_than_a_container_may_have_are_refused() {
    let Some(group) = Group::new("pids", ("pids.max", "40"), ("pids.max", "40")) else { return };
    let (left, said) = group.refusal("300 processes and threads are needed, ", " more may be started here");
    assert!(left.parse().is_ok_and(|left: u32| left < 40), "{said}");
}

#[test]
fn more_memory_than_a_container_may_have_is_refused() {
    let (v2, v1) = (("memory.max", "200000000"), ("memory.limit_in_bytes", "200000000"));
    let Some(group) = Group::new("memory", v2, v1) else { return };
    let (left, said) = group.refusal("(800 MB of payload and 300 kB each), ", " MB are available");
    assert!(left.parse().is_ok_and(|left: f64| left <= 200.0), "{said}");
}
