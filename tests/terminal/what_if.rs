//! The key w: predictions for a recorded lane, a simulated lane beside it, and predictions after a live run.

use crate::session::{SHELL_COMMANDS, Session};
use crate::support::measured_tasks::{events_of, fix_machine, pool_of, write_recording};
use crate::support::run_mpviz;

#[test]
fn recorded_lane_is_shown_beside_a_simulated_one_which_can_be_saved() {
    let dir = tempfile::tempdir().unwrap();
    fix_machine(dir.path());
    std::fs::create_dir(dir.path().join("saved")).unwrap();
    let recording = dir.path().join("run.jsonl");
    write_recording(&recording, &events_of(&pool_of(4), "native"));
    let commands = format!("cd '{}/saved'; {SHELL_COMMANDS}", dir.path().display());
    let runtime = dir.path().to_str().unwrap();
    let args = ["replay", recording.to_str().unwrap()];
    let mut session = Session::with_shell(&commands, &[("XDG_RUNTIME_DIR", runtime)], 120, 40, &args);
    let pid = session.pid();
    session.wait_for_text("POOL  ");
    session.press("w");
    session.wait_for_text("Choose a pool of 16");
    session.wait_for_text("today: measured 0.5");
    session.press("\r");
    session.wait_for_text("SIMULATED POOL of recording");
    session.wait_for_text("s: save it");
    session.press("s");
    session.wait_for_text("saved as mpviz-");
    session.press("\x1b[F");
    session.wait_for_text("SIMULATED, not measured: a pool of 16 would take");
    // Back to the recorded run, whose lane can be predicted again.
    session.press("\x1b[5~");
    session.wait_for_frame("the recorded run", |session| !session.screen_text().contains("SIMULATED"));
    session.press("w");
    session.wait_for_text("Choose a pool of 16");
    session.press("\x1b");
    session.wait_for_frame("a closed panel", |session| !session.screen_text().contains("Choose"));
    session.press("q");
    assert_eq!(session.wait_for_end(pid).1, 0);
    let saved = std::fs::read_dir(dir.path().join("saved")).unwrap().next().unwrap().unwrap().path();
    let output = run_mpviz(&["replay", saved.to_str().unwrap()]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("SIMULATED, not measured: a pool of 16 would take"));
}

#[test]
fn watched_programs_and_pipes_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    fix_machine(dir.path());
    let story = |name| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories").join(name);
    let piped = SHELL_COMMANDS.replace("\"$@\"", &format!("\"$@\" < '{}'", story("pool.jsonl").display()));
    let program = story("program_pool.jsonl");
    for (commands, file, why) in [
        (SHELL_COMMANDS, program.to_str().unwrap(), "a watched program are predicted by"),
        (&piped, "-", "replay its file alone"),
    ] {
        let runtime = dir.path().to_str().unwrap();
        let mut session = Session::with_shell(commands, &[("XDG_RUNTIME_DIR", runtime)], 120, 40, &["replay", file]);
        let pid = session.pid();
        session.wait_for_text("POOL  ");
        session.press("\x1b[F");
        session.press("w");
        session.wait_for_text(why);
        session.press("q");
        assert_eq!(session.wait_for_end(pid).1, 0);
    }
}

/// Other tests may disturb the run, which is then refused: whether it is predicted is tested with recordings.
#[test]
fn live_lane_is_predicted_once_it_has_ended() {
    let dir = tempfile::tempdir().unwrap();
    fix_machine(dir.path());
    let args = ["--lanes", "pool", "--tasks", "8", "--numbers", "800k", "--io", "2", "--io-latency", "400ms"];
    let runtime = dir.path().to_str().unwrap();
    let mut session = Session::with_shell(SHELL_COMMANDS, &[("XDG_RUNTIME_DIR", runtime)], 120, 40, &args);
    let pid = session.pid();
    session.wait_for_text("4 workers, 1 queue");
    session.press("w");
    session.wait_for_text("the lane has not ended");
    session.press("w");
    session.wait_for_text("■ FINISHED");
    session.press("w");
    session.wait_for_frame("an answer", |session| {
        let screen = session.screen_text();
        screen.contains("Choose") || screen.contains("Keys: r runs again")
    });
    if session.screen_text().contains("Choose a pool of 8") {
        session.press("\r");
        session.wait_for_text("8 workers, 1 queue");
    }
    session.press("q");
    assert_eq!(session.wait_for_end(pid).1, 0);
}
