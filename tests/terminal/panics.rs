//! A panic in any thread: the terminal given back, the message on it, a report, exit code 101, no process left.

#![cfg(debug_assertions)]

use tempfile::TempDir;

use crate::session::Session;
use crate::support::recorded;

#[test]
fn a_panic_in_any_thread_ends_it_in_order() {
    let threads = [
        "main",
        "keys",
        "signals",
        "write",
        "executor",
        "reader",
        "reaper",
        "probe",
        "spawner0",
        "net server",
        "recorder",
    ];
    for thread in threads {
        ends_in_order(thread, &["--io", "1", "--io-kind", "net", "--numbers", "20M", "--cost", "1us"]);
    }
}

#[test]
fn a_panic_in_a_thread_that_reads_a_recording_ends_it_in_order() {
    let (_dir, recording) = recorded();
    for thread in ["loader", "unpacker", "decoder"] {
        ends_in_order(thread, &["replay", &recording]);
    }
}

/// Has this thread panic once there is a screen.
fn ends_in_order(thread: &str, args: &[&str]) {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("now");
    let wish = format!("{thread}={}", file.display());
    let shell = "\"$0\" \"$@\"\necho \"ended $?.\"\nread -r line";
    let state = dir.path().to_str().unwrap();
    // A backtrace may be longer than the screen.
    let environment = [("MPVIZ_TEST_PANIC", wish.as_str()), ("XDG_STATE_HOME", state), ("RUST_BACKTRACE", "0")];
    let mut session = Session::with(shell, &environment, 100, 30, args);
    let pid = session.pid();
    session.see_that("a screen", |session| session.screen.screen().alternate_screen());
    std::fs::write(&file, "").unwrap();
    if thread == "main" {
        session.press("q");
    }
    let (text, code) = session.end(pid);
    assert_eq!(code, 101, "{thread}: {text}");
    let said = text.replace('\n', " ");
    assert!(said.contains(&format!("panic in `{thread}`")), "{thread}: {text}");
    let reports: Vec<_> = std::fs::read_dir(dir.path().join("mpviz")).unwrap().flatten().collect();
    // There are several decoders, and they panic together.
    assert!(!reports.is_empty() && (reports.len() == 1 || thread == "decoder"), "{thread}: {reports:?}");
    let said = text.replace('\n', "");
    assert!(reports.iter().any(|report| said.contains(report.file_name().to_str().unwrap())), "{thread}: {text}");
    let report = std::fs::read_to_string(reports[0].path()).unwrap();
    assert!(report.contains(&format!("panic in `{thread}`")) && report.contains("100 × 30"), "{thread}: {report}");
}

#[test]
fn a_message_that_nobody_takes_does_not_hold_it_up() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("now");
    let wish = format!("probe={}", file.display());
    // A pipe that is full, and which nobody reads.
    let shell = "mkfifo \"$PIPE\"\nexec 9<>\"$PIPE\"\nhead -c 65536 /dev/zero >&9\n\"$0\" \"$@\" 2>&9\necho \"ended $?.\"\nread -r line";
    let pipe = dir.path().join("pipe");
    let environment = [("MPVIZ_TEST_PANIC", wish.as_str()), ("PIPE", pipe.to_str().unwrap())];
    let mut session = Session::with(shell, &environment, 100, 30, &["--numbers", "20M", "--cost", "1us"]);
    let pid = session.pid();
    session.see("● LIVE");
    std::fs::write(&file, "").unwrap();
    assert_eq!(session.end(pid).1, 101);
}
