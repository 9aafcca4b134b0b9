//! Runs under tight limits of processes, descriptors, memory, cores and cgroups: mpviz names the limit, accounts for
//! every task and leaves no process.

use crate::support;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::support::check_task_totals;
use serde_json::Value;
use tempfile::TempDir;

/// A user id without processes. Root's processes are not limited, and those of other users would count.
const UNUSED_UID: u32 = 61_234;
const SMALL_RUN_OPTIONS: &[&str] = &["run", "--json", "--tasks", "8", "--workers", "3", "--numbers", "80k", "--force"];

/// A copy of mpviz that every user can execute.
fn mpviz_copy_for_all_users() -> &'static PathBuf {
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

/// mpviz under limits, as a user other than root.
fn mpviz_with_limits(limits: &[&str]) -> Command {
    mpviz_with_limits_as(UNUSED_UID, limits)
}

fn mpviz_with_limits_as(user: u32, limits: &[&str]) -> Command {
    let mut command = Command::new("prlimit");
    if nix::unistd::geteuid().is_root() {
        command = Command::new("setpriv");
        let user = user.to_string();
        command.args(["--reuid", &user, "--regid", &user, "--clear-groups", "prlimit"]);
    }
    command.args(limits).arg(mpviz_copy_for_all_users()).current_dir("/").stdin(Stdio::null()).envs([support::ENGLISH]);
    // The user cannot read the caller's configuration.
    command.env("HOME", "/nowhere").env_remove("XDG_CONFIG_HOME");
    command
}

/// Runs a command to its end, and checks that no worker is left.
fn run_to_end(mut command: Command) -> Output {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("util-linux is installed");
    let pid = child.id();
    let output = child.wait_with_output().unwrap();
    assert!(support::workers_started_by(pid).is_empty(), "{command:?} left processes");
    output
}

/// Checks that a failure names the limit in one line, and that every task of a started run is accounted for.
fn check_orderly_end(command: Command, limit: &str) -> Option<i32> {
    let description = format!("{command:?}");
    let output = run_to_end(command);
    let (code, errors) = (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned());
    if output.status.signal() == Some(6) && errors.contains("memory allocation") {
        // A failed allocation in mpviz itself aborts, which cannot be avoided.
        return None;
    }
    if code == Some(127) && errors.contains("error while loading shared libraries") {
        // The loader of a dynamically linked mpviz failed before mpviz started.
        return None;
    }
    assert!(matches!(code, Some(0..=4)), "{description}: {:?}: {errors}", output.status);
    assert!(!errors.contains("panicked"), "{description}: {errors}");
    if output.stdout.is_empty() {
        assert!(errors.starts_with("mpviz: ") && errors.lines().count() == 1, "{description}: {errors}");
        assert!(errors.contains(limit), "{description}: {errors}");
    } else {
        let result: Value = serde_json::from_slice(&output.stdout).unwrap();
        result["lanes"].as_array().unwrap().iter().for_each(check_task_totals);
    }
    code
}

/// Raises a limit step by step: every run ends in order, and the last one succeeds.
fn check_increasing_limits(name: &str, letter: char, limits: impl Iterator<Item = u64>, unit: u64) {
    let mut last = None;
    for limit in limits {
        let mut command = mpviz_with_limits(&[&format!("--{name}={}", limit * unit)]);
        command.args(SMALL_RUN_OPTIONS);
        last = check_orderly_end(command, &format!("ulimit -{letter}"));
    }
    assert_eq!(last, Some(0), "{name}");
}

#[test]
#[ignore = "needs root, for a uid without processes"]
fn every_process_limit_ends_in_order() {
    check_increasing_limits("nproc", 'u', (1..12).chain([14, 17, 40]), 1);
}

#[test]
#[ignore = "needs root, for a uid without processes"]
fn doctor_reports_whether_the_process_limit_allows_a_run() {
    // Another user id, so that processes of other tests do not count.
    let uid = UNUSED_UID + 1;
    for limit in 1..12 {
        let limit = format!("--nproc={limit}");
        let code = |args: &[&str]| {
            let mut command = mpviz_with_limits_as(uid, &[&limit]);
            command.args(args);
            let output = run_to_end(command);
            let errors = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!errors.contains("a fault of mpviz"), "{limit}: {errors}");
            output.status.code()
        };
        let can_run = code(&["doctor"]).expect("an exit code");
        let exit_code = code(&["run", "--lanes", "serial", "--tasks", "1", "--numbers", "80k", "--force"]);
        assert!(can_run <= 1, "{limit}: {can_run}");
        assert_eq!(can_run == 0, exit_code == Some(0), "{limit}: the doctor says {can_run}, the run {exit_code:?}");
    }
}

#[test]
fn every_descriptor_limit_ends_in_order() {
    check_increasing_limits("nofile", 'n', (3..30).chain([64]), 1);
}

#[test]
fn a_file_error_names_the_descriptor_limit() {
    let mut command = mpviz_with_limits(&["--nofile=3"]);
    let file = mpviz_copy_for_all_users().with_file_name("a.toml");
    std::fs::write(&file, "").unwrap();
    command.args(["run", "--config"]).arg(&file);
    let code = check_orderly_end(command, "a.toml: too many open files: raise ulimit -n");
    assert!(matches!(code, None | Some(1)), "{code:?}");
}

#[test]
fn every_address_space_limit_ends_in_order() {
    // Below these values the kernel cannot load the program.
    check_increasing_limits("as", 'v', [28, 32, 40, 64, 96, 160, 256, 1024, 4096].into_iter(), 1_000_000);
}

/// Checks that a run of 300 processes is refused under these limits, with this sentence.
fn check_refusal(limits: &[&str], sentence: &str) {
    let mut command = mpviz_with_limits(limits);
    command.args(["run", "--tasks", "300", "--lanes", "process", "--io", "1", "--io-kind", "net"]);
    let output = run_to_end(command);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(4), "{message}");
    assert!(message.contains(sentence), "{message}");
}

#[test]
fn a_refusal_names_required_and_allowed_amounts() {
    check_refusal(&["--nofile=100"], "364 open files are needed, 100 are allowed (ulimit -n)");
    check_refusal(&["--as=30000000"], "of address space, 30 MB are allowed (ulimit -v)");
}

#[test]
#[ignore = "needs root, for a uid without processes"]
fn a_run_over_the_process_limit_is_refused() {
    check_refusal(&["--nproc=100"], "300 processes and threads are needed");
}

#[test]
fn a_refused_run_leaves_no_recording() {
    let dir = TempDir::new().unwrap();
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let file = dir.path().join("run.jsonl");
    let mut command = mpviz_with_limits(&["--nofile=100"]);
    command.args(["run", "--tasks", "300", "--lanes", "process", "--io", "1", "--io-kind", "net", "--record"]);
    command.arg(&file);
    assert_eq!(run_to_end(command).status.code(), Some(4));
    assert!(!file.exists(), "the next run could not create it");
}

#[test]
fn lesson_is_refused_before_its_first_run_if_a_later_one_would_be() {
    let dir = TempDir::new().unwrap();
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let lesson = dir.path().join("refused.toml");
    let later = "[[runs]]\nlanes = [\"process\"]\ntasks = 300\nio = 1\nio-kind = \"net\"\n";
    let text = include_str!("../support/lesson.toml").replacen("[[stops]]", &format!("{later}[[stops]]"), 1);
    std::fs::write(&lesson, text).unwrap();
    let handout = dir.path().join("out.md");
    let mut command = mpviz_with_limits(&["--nofile=100"]);
    command.arg("lesson").arg(&lesson).arg("--handout").arg(&handout);
    let output = run_to_end(command);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(4), "{message}");
    assert!(message.contains("364 open files are needed"), "{message}");
    assert!(!handout.exists());
}

fn cores_of_lanes(mut command: Command) -> (u64, String) {
    let output = command.args(["run", "--json", "--numbers", "100k"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    (result["machine"]["cores"].as_u64().unwrap(), result["cores"].as_str().unwrap().into())
}

#[test]
fn lanes_take_turns_on_one_core() {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", "0", env!("CARGO_BIN_EXE_mpviz")]);
    assert_eq!(cores_of_lanes(command), (1, "turns".into()));
}

/// A control group with a limit, removed when dropped.
struct ControlGroup(PathBuf);

impl ControlGroup {
    /// `v2` and `v1` are the limit's file and value for each cgroup version.
    fn new(controller: &str, v2: (&str, &str), v1: (&str, &str)) -> Self {
        let root = Path::new("/sys/fs/cgroup");
        let is_v2 = root.join("cgroup.controllers").exists();
        let parent = if is_v2 { root.into() } else { root.join(controller) };
        let (limit, value) = if is_v2 { v2 } else { v1 };
        let group = Self(parent.join(format!("mpviz-test-{controller}-{}", std::process::id())));
        std::fs::create_dir(&group.0).unwrap();
        std::fs::write(group.0.join(limit), value).unwrap();
        group
    }

    /// Returns a command that runs mpviz in the group.
    fn command_in_group(&self) -> Command {
        let mut command = Command::new("bash");
        let enter = format!("echo $$ >{}/cgroup.procs && exec \"$0\" \"$@\"", self.0.display());
        command.args(["-c", &enter, env!("CARGO_BIN_EXE_mpviz")]).env("XDG_CONFIG_HOME", support::MISSING_DIR);
        command
    }

    /// Returns the number between `before` and `after` in the refusal of a run of 300 processes, and the whole
    /// message.
    fn number_in_refusal(&self, before: &str, after: &str) -> (String, String) {
        let mut command = self.command_in_group();
        command.args(["run", "--tasks", "300", "--lanes", "process", "--cost", "0"]);
        let output = run_to_end(command);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(4), "{message}");
        let number = message.split_once(before).and_then(|(_, rest)| rest.split_once(after)).map(|(number, _)| number);
        (number.unwrap_or_default().into(), message)
    }
}

impl Drop for ControlGroup {
    fn drop(&mut self) {
        // A process that has exited may remain in the group for a moment.
        let deadline = Instant::now() + Duration::from_secs(5);
        while self.0.exists() && std::fs::remove_dir(&self.0).is_err() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[test]
#[ignore = "needs root and a writable cgroup file system"]
fn the_cgroup_cpu_quota_limits_cores() {
    let group = ControlGroup::new("cpu", ("cpu.max", "100000 100000"), ("cpu.cfs_quota_us", "100000"));
    assert_eq!(cores_of_lanes(group.command_in_group()), (1, "turns".into()));
}

#[test]
#[ignore = "needs root and a writable cgroup file system"]
fn a_run_over_the_cgroup_pids_limit_is_refused() {
    let group = ControlGroup::new("pids", ("pids.max", "40"), ("pids.max", "40"));
    let (left, message) =
        group.number_in_refusal("300 processes and threads are needed, ", " more may be started here");
    assert!(left.parse().is_ok_and(|left: u32| left < 40), "{message}");
}

#[test]
#[ignore = "needs root and a writable cgroup file system"]
fn a_run_over_the_cgroup_memory_limit_is_refused() {
    let (v2, v1) = (("memory.max", "200000000"), ("memory.limit_in_bytes", "200000000"));
    let group = ControlGroup::new("memory", v2, v1);
    let (left, message) = group.number_in_refusal("(800 MB of payload and 300 kB each), ", " MB are available");
    assert!(left.parse().is_ok_and(|left: f64| left <= 200.0), "{message}");
}
