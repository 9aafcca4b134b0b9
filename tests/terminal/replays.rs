//! Saving the run on the screen, and replaying it.

use crate::session::{SHELL, Session};

#[test]
fn run_is_saved_and_replayed() {
    let dir = tempfile::tempdir().unwrap();
    let commands = format!("cd '{}'; {SHELL}", dir.path().display());
    let args = ["--lanes", "pool", "--numbers", "4M", "--io", "2", "--io-latency", "50ms"];
    let mut session = Session::with_shell(&commands, &[], 120, 40, &args);
    let pid = session.pid();
    session.see("■ FINISHED");
    session.press("s");
    session.see("saved as mpviz-");
    session.press("s");
    session.see_when("another name", |_| std::fs::read_dir(dir.path()).unwrap().count() == 2);
    session.press("q");
    assert_eq!(session.end(pid).1, 0);

    let saved = std::fs::read_dir(dir.path()).unwrap().next().unwrap().unwrap().path();
    let mut session = Session::start(120, 40, &["replay", saved.to_str().unwrap()]);
    let pid = session.pid();
    session.see("► REPLAY 1×");
    session.press("{");
    session.see("REPLAY 1/2×");
    session.press(" ");
    session.see("║ REPLAY");
    session.press(">");
    session.see("pool: ");
    session.press("k");
    session.see("this is a recording");
    session.press("s");
    session.see("it is already saved");
    session.press("\x1b[F");
    session.see("correct");
    session.press("q");
    let (text, code) = session.end(pid);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn truncated_recording_is_shown_to_its_last_event() {
    let dir = tempfile::tempdir().unwrap();
    let truncated = dir.path().join("truncated.jsonl");
    let story = include_str!("../stories/pool.jsonl");
    // Cut after a completion that no mark follows.
    let at = story.rfind("TaskFinished").unwrap();
    let end = at + story[at..].find('\n').unwrap() + 1;
    std::fs::write(&truncated, &story[..end]).unwrap();
    let mut session = Session::start(120, 40, &["replay", truncated.to_str().unwrap()]);
    let pid = session.pid();
    session.see("the recording is truncated at");
    session.press("\x1b[F");
    session.see("4 of 4 done");
    session.press("q");
    let (text, code) = session.end(pid);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("mpviz: the recording is truncated at"), "{text}");
}
