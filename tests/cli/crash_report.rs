//! Tests of crash reports, which mpviz writes when it panics.

use std::process::Command;

/// Environment variable that makes the test panic under the panic hook of mpviz. The test sets it in a child process.
const PANIC_ENV_VAR: &str = "MPVIZ_CRASH_TEST";

#[test]
fn panic_writes_a_crash_report() {
    if std::env::var_os(PANIC_ENV_VAR).is_some() {
        mpviz::cli::crash::install_panic_hook();
        let panicking = || panic!("it \u{1b}[31mbroke\nin \u{202e}two lines");
        let _ = std::thread::Builder::new().name("drawing".into()).spawn(panicking).unwrap().join();
        return;
    }
    let state = tempfile::tempdir().unwrap();
    let stderr_of_panic = |state: &std::path::Path| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "crash_report::panic_writes_a_crash_report", "--nocapture"]);
        command.env(PANIC_ENV_VAR, "1").env("XDG_STATE_HOME", state).env("SECRET", "hunter2").env("TERM", "xterm");
        String::from_utf8(command.output().unwrap().stderr).unwrap()
    };
    let stderr = stderr_of_panic(state.path());
    let messages: Vec<&str> = stderr.lines().filter(|line| line.starts_with("mpviz: ")).collect();
    let [panic, file] = messages[..] else { panic!("{stderr}") };
    assert!(
        panic.starts_with("mpviz: mpviz crashed: it \u{fffd}[31mbroke; in \u{fffd}two lines (thread drawing, "),
        "{panic}"
    );
    assert!(!stderr.contains(['\u{1b}', '\u{202e}']), "{stderr:?}");
    let path = file.strip_prefix("mpviz: crash report: ").unwrap().split_once(". Attach this file").unwrap().0;
    assert!(path.starts_with(state.path().join("mpviz/crash-").to_str().unwrap()), "{file}");
    let report = std::fs::read_to_string(path).unwrap();
    assert!(report.contains("TERM=xterm") && report.contains("broke") && report.contains("crash.rs"), "{report}");
    assert!(!report.contains("hunter2"));

    let stderr = stderr_of_panic(std::path::Path::new("/proc/nowhere"));
    assert!(stderr.contains("the crash report could not be written") && stderr.contains("\nmachine "), "{stderr}");
}
