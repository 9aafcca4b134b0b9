//! Tests of saving a run by a key, and of replaying recordings on the screen.

use crate::session::{SHELL_COMMANDS, Session};

#[test]
fn run_is_saved_and_replayed() {
    let dir = tempfile::tempdir().unwrap();
    let commands = format!("cd '{}'; {SHELL_COMMANDS}", dir.path().display());
    let args = ["--lanes", "pool", "--numbers", "4M", "--io", "2", "--io-latency", "50ms"];
    let mut session = Session::with_shell(&commands, &[], 120, 40, &args);
    let pid = session.pid();
    session.wait_for_text("■ FINISHED");
    session.press("s");
    session.wait_for_text("saved as mpviz-");
    session.press("s");
    session.wait_for_frame("another name", |_| std::fs::read_dir(dir.path()).unwrap().count() == 2);
    session.press("q");
    assert_eq!(session.wait_for_end(pid).1, 0);

    let saved = std::fs::read_dir(dir.path()).unwrap().next().unwrap().unwrap().path();
    let mut session = Session::start(120, 40, &["replay", saved.to_str().unwrap()]);
    let pid = session.pid();
    session.wait_for_text("► REPLAY 1×");
    session.press("{");
    session.wait_for_text("REPLAY 1/2×");
    session.press(" ");
    session.wait_for_text("║ REPLAY");
    session.press(">");
    session.wait_for_text("pool: ");
    session.press("k");
    session.wait_for_text("this is a recording");
    session.press("s");
    session.wait_for_text("it is already saved");
    session.press("\x1b[F");
    session.wait_for_text("correct");
    session.press("q");
    let (text, code) = session.wait_for_end(pid);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn truncated_recording_is_shown_up_to_its_last_event() {
    let dir = tempfile::tempdir().unwrap();
    let truncated = dir.path().join("truncated.jsonl");
    let story = include_str!("../stories/pool.jsonl");
    // Cut after a `TaskFinished` event that no `Drained` event follows.
    let last_finished = story.rfind("TaskFinished").unwrap();
    let end = last_finished + story[last_finished..].find('\n').unwrap() + 1;
    std::fs::write(&truncated, &story[..end]).unwrap();
    let mut session = Session::start(120, 40, &["replay", truncated.to_str().unwrap()]);
    let pid = session.pid();
    session.wait_for_text("the recording is truncated at");
    session.press("\x1b[F");
    session.wait_for_text("4 of 4 done");
    session.press("q");
    let (text, code) = session.wait_for_end(pid);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("mpviz: the recording is truncated at"), "{text}");
}
