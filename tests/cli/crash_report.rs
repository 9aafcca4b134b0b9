//! Crash reports.

use std::process::Command;

/// Set in the environment, this makes the test panic like mpviz.
const PANIC: &str = "MPVIZ_CRASH_TEST";

#[test]
fn panic_writes_a_crash_report() {
    if std::env::var_os(PANIC).is_some() {
        mpviz::cli::crash::install_panic_hook();
        let body = || panic!("it \u{1b}[31mbroke\nin \u{202e}two lines");
        let _ = std::thread::Builder::new().name("pen".into()).spawn(body).unwrap().join();
        return;
    }
    let state = tempfile::tempdir().unwrap();
    let panics = |state: &std::path::Path| {
        let mut again = Command::new(std::env::current_exe().unwrap());
        again.args(["--exact", "crash_report::panic_writes_a_crash_report", "--nocapture"]);
        again.env(PANIC, "1").env("XDG_STATE_HOME", state).env("SECRET", "hunter2").env("TERM", "xterm");
        String::from_utf8(again.output().unwrap().stderr).unwrap()
    };
    let said = panics(state.path());
    let sentences: Vec<&str> = said.lines().filter(|line| line.starts_with("mpviz: ")).collect();
    let [what, file] = sentences[..] else { panic!("{said}") };
    assert!(
        what.starts_with("mpviz: mpviz crashed: it \u{fffd}[31mbroke; in \u{fffd}two lines (thread pen, "),
        "{what}"
    );
    assert!(!said.contains(['\u{1b}', '\u{202e}']), "{said:?}");
    let path = file.strip_prefix("mpviz: crash report: ").unwrap().split_once(". Attach this file").unwrap().0;
    assert!(path.starts_with(state.path().join("mpviz/crash-").to_str().unwrap()), "{file}");
    let report = std::fs::read_to_string(path).unwrap();
    assert!(report.contains("TERM=xterm") && report.contains("broke") && report.contains("crash.rs"), "{report}");
    assert!(!report.contains("hunter2"));

    let said = panics(std::path::Path::new("/proc/nowhere"));
    assert!(said.contains("the crash report could not be written") && said.contains("\nmachine "), "{said}");
}
