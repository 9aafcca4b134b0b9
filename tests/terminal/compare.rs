//! Tests of `mpviz compare` on the screen.

use crate::session::Session;
use crate::support::run_mpviz;

#[test]
fn compare_plays_runs_side_by_side_and_prints_their_table() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (before, after, saved) = (path("before.jsonl"), path("after.jsonl.zst"), path("saved.json"));
    let options = ["run", "--lanes", "pool", "--numbers", "400k", "--cores", "turns", "--json"];
    let first = run_mpviz(&[&options[..], &["--record", &before]].concat());
    std::fs::write(&saved, first.stdout).unwrap();
    run_mpviz(&[&options[..], &["--record", &after, "--workers", "2", "--io", "1", "--io-latency", "200ms"]].concat());

    let mut session = Session::start(120, 40, &["compare", &before, &after]);
    let pid = session.pid();
    session.wait_for_text("POOL of before");
    session.wait_for_text("POOL of after");
    session.wait_for_text("not the same I/O");
    session.press(" ");
    session.wait_for_text("║ REPLAY");
    session.press("\x1b[H");
    session.wait_for_text("REPLAY 1×  0.00 s");
    session.press("\x1b[F");
    session.wait_for_text("FASTEST");
    session.wait_for_text("× faster in before than in after");
    session.press("q");
    let (text, code) = session.wait_for_end(pid);
    assert_eq!(code, 0);
    assert!(text.contains("after: pool took ") && text.contains("did not do the same work"), "{text}");

    let mut session = Session::start(120, 40, &["compare", &before, &saved]);
    session.wait_for_text("saved is a saved result, and only recordings can be shown: printing the table");
    session.wait_for_text("ended 0.");
    let mut session = Session::start(120, 40, &["compare", "--table", &before, &after]);
    session.wait_for_text("ended 0.");
    assert!(
        session.screen_text().contains("after: pool took ") && session.frame_count() == 0,
        "{}",
        session.screen_text()
    );
}
