//! Tests of panics in each thread of mpviz.

#![cfg(debug_assertions)]

use tempfile::TempDir;

use crate::session::Session;
use crate::support::record_short_run;

#[test]
fn panic_in_any_thread_restores_the_terminal() {
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
        check_panic_in(thread, &["--io", "1", "--io-kind", "net", "--numbers", "20M", "--cost", "1us"]);
    }
}

#[test]
fn panic_while_reading_a_recording_restores_the_terminal() {
    let (_dir, recording) = record_short_run();
    for thread in ["loader", "decompressor", "decoder"] {
        check_panic_in(thread, &["replay", &recording]);
    }
}

/// Makes this thread panic after the screen is drawn. Checks that the terminal is restored, and checks the message, the
/// crash report and the exit code.
fn check_panic_in(thread: &str, args: &[&str]) {
    let dir = TempDir::new().unwrap();
    let trigger = dir.path().join("trigger");
    let panic_point = format!("{thread}={}", trigger.display());
    let shell = "\"$0\" \"$@\"\necho \"ended $?.\"\nread -r line";
    let state = dir.path().to_str().unwrap();
    // Without a backtrace, the message fits on the screen.
    let environment = [("MPVIZ_TEST_PANIC", panic_point.as_str()), ("XDG_STATE_HOME", state), ("RUST_BACKTRACE", "0")];
    let mut session = Session::with_shell(shell, &environment, 100, 30, args);
    let pid = session.pid();
    session.wait_for_frame("a screen", |session| session.screen.screen().alternate_screen());
    std::fs::write(&trigger, "").unwrap();
    if thread == "main" {
        session.press("q");
    }
    let (text, code) = session.wait_for_end(pid);
    assert_eq!(code, 101, "{thread}: {text}");
    let wrapped = text.replace('\n', " ");
    assert!(wrapped.contains(&format!("panic in `{thread}`")), "{thread}: {text}");
    let reports: Vec<_> = std::fs::read_dir(dir.path().join("mpviz")).unwrap().flatten().collect();
    // There are several decoder threads, and each may write a report.
    assert!(!reports.is_empty() && (reports.len() == 1 || thread == "decoder"), "{thread}: {reports:?}");
    let joined = text.replace('\n', "");
    assert!(reports.iter().any(|report| joined.contains(report.file_name().to_str().unwrap())), "{thread}: {text}");
    let report = std::fs::read_to_string(reports[0].path()).unwrap();
    assert!(report.contains(&format!("panic in `{thread}`")) && report.contains("100 × 30"), "{thread}: {report}");
}

#[test]
fn mpviz_exits_after_a_panic_even_if_the_message_is_not_read() {
    let dir = TempDir::new().unwrap();
    let trigger = dir.path().join("trigger");
    let panic_point = format!("probe={}", trigger.display());
    // Standard error is a full pipe from which nothing is read.
    let shell = "mkfifo \"$PIPE\"\nexec 9<>\"$PIPE\"\nhead -c 65536 /dev/zero >&9\n\"$0\" \"$@\" 2>&9\necho \"ended $?.\"\nread -r line";
    let pipe = dir.path().join("pipe");
    let environment = [("MPVIZ_TEST_PANIC", panic_point.as_str()), ("PIPE", pipe.to_str().unwrap())];
    let mut session = Session::with_shell(shell, &environment, 100, 30, &["--numbers", "20M", "--cost", "1us"]);
    let pid = session.pid();
    session.wait_for_text("● LIVE");
    std::fs::write(&trigger, "").unwrap();
    assert_eq!(session.wait_for_end(pid).1, 101);
}
