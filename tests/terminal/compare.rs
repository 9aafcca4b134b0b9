//! `mpviz compare` on the screen.

use crate::session::Session;
use crate::support::run;

#[test]
fn runs_play_side_by_side_and_their_table_is_printed() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (before, after, saved) = (path("before.jsonl"), path("after.jsonl.zst"), path("saved.json"));
    let options = ["run", "--lanes", "pool", "--numbers", "400k", "--cores", "turns", "--json"];
    let first = run(&[&options[..], &["--record", &before]].concat());
    std::fs::write(&saved, first.stdout).unwrap();
    run(&[&options[..], &["--record", &after, "--workers", "2", "--io", "1", "--io-latency", "200ms"]].concat());

    let mut session = Session::start(120, 40, &["compare", &before, &after]);
    let pid = session.pid();
    session.see("POOL of before");
    session.see("POOL of after");
    session.see("not the same I/O");
    session.press(" ");
    session.see("║ REPLAY");
    session.press("\x1b[H");
    session.see("REPLAY 1×  0.00 s");
    session.press("\x1b[F");
    session.see("FASTEST");
    session.see("× faster in before than in after");
    session.press("q");
    let (text, code) = session.end(pid);
    assert_eq!(code, 0);
    assert!(text.contains("after: pool took ") && text.contains("did not do the same work"), "{text}");

    let mut session = Session::start(120, 40, &["compare", &before, &saved]);
    session.see("saved is a saved result, and only recordings can be shown: printing the table");
    session.see("ended 0.");
    let mut session = Session::start(120, 40, &["compare", "--table", &before, &after]);
    session.see("ended 0.");
    assert!(session.text().contains("after: pool took ") && session.frames() == 0, "{}", session.text());
}
