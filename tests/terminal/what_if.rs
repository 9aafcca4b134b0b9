//! The key w: predictions for a recorded lane, a simulated lane beside it, and predictions after a live run.

use crate::session::{SHELL_COMMANDS, Session};
use crate::support::measured_tasks::{events_of, fix_machine, pool_of, write_recording};
use crate::support::program::{Phase, StoryCall, StoryPool, StoryProgram};
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
fn recordings_from_pipes_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    fix_machine(dir.path());
    let story = |name| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories").join(name);
    let piped = SHELL_COMMANDS.replace("\"$@\"", &format!("\"$@\" < '{}'", story("pool.jsonl").display()));
    let runtime = dir.path().to_str().unwrap();
    let mut session = Session::with_shell(&piped, &[("XDG_RUNTIME_DIR", runtime)], 120, 40, &["replay", "-"]);
    let pid = session.pid();
    session.wait_for_text("POOL  ");
    session.press("\x1b[F");
    session.press("w");
    session.wait_for_text("replay its file alone");
    session.press("q");
    assert_eq!(session.wait_for_end(pid).1, 0);
}

#[test]
fn pool_of_a_recorded_program_is_shown_beside_a_simulated_one() {
    let dir = tempfile::tempdir().unwrap();
    fix_machine(dir.path());
    let call = StoryCall::map(100, 64, |_| vec![Phase::Cpu(5), Phase::Wait(45)]);
    let recording = dir.path().join("etl.jsonl");
    std::fs::write(&recording, StoryProgram::new(vec![StoryPool::new(4, vec![call])], 1200).recording()).unwrap();
    std::fs::create_dir(dir.path().join("saved")).unwrap();
    let commands = format!("cd '{}/saved'; {SHELL_COMMANDS}", dir.path().display());
    let (runtime, args) = (dir.path().to_str().unwrap(), ["replay", recording.to_str().unwrap()]);
    let mut session = Session::with_shell(&commands, &[("XDG_RUNTIME_DIR", runtime)], 120, 40, &args);
    let pid = session.pid();
    session.wait_for_text("etl.py");
    session.press("\x1b[F");
    session.press("w");
    session.wait_for_text("Choose ");
    session.press("\r");
    session.wait_for_text("simulated beside measured");
    session.wait_for_text("SIMULATED Pool(");
    session.press("s");
    session.wait_for_text("saved as mpviz-");
    session.press("\x1b[F");
    session.wait_for_text("would take");
    session.press("q");
    assert_eq!(session.wait_for_end(pid).1, 0);
    let saved = std::fs::read_dir(dir.path().join("saved")).unwrap().next().unwrap().unwrap().path();
    let output = run_mpviz(&["replay", saved.to_str().unwrap()]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("SIMULATED Pool(") && !text.contains("not attached"), "{text}");
}

/// The program is really run. Whether other programs disturb it is tested with recordings: here, nothing does.
#[test]
fn pool_of_a_watched_program_is_predicted_and_simulated_once_the_program_has_ended() {
    let dir = tempfile::tempdir().unwrap();
    fix_machine(dir.path());
    let program = dir.path().join("program.py");
    let text = "import multiprocessing, time\nif __name__ == '__main__':\n    with multiprocessing.Pool(2) as pool:\n        \
                pool.map(time.sleep, [0.2] * 16, chunksize=1)\n        input()\n        pool.close()\n        pool.join()\n";
    std::fs::write(&program, text).unwrap();
    let (runtime, args) = (dir.path().to_str().unwrap(), ["watch", "--", "python3", program.to_str().unwrap()]);
    let environment = [("XDG_RUNTIME_DIR", runtime), ("MPVIZ_TEST_IGNORE_OTHER_LOAD", "1")];
    let mut session = Session::with_shell(SHELL_COMMANDS, &environment, 120, 40, &args);
    let pid = session.pid();
    session.wait_for_text("Pool(2)");
    session.press("w");
    session.wait_for_text("press w once it has ended");
    session.press("w");
    session.press("l");
    session.wait_for_text("keys go to the program");
    session.press("\r");
    session.wait_for_text("the program has ended · Esc closes");
    session.press("\x1b");
    session.wait_for_frame("no output", |session| !session.screen_text().contains("Esc closes"));
    session.press("w");
    session.wait_for_text("Choose ");
    session.press("\r");
    session.wait_for_text("simulated beside measured");
    session.press("\x1b[5~");
    session.wait_for_frame("the program", |session| {
        let screen = session.screen_text();
        screen.contains("FINISHED") && !screen.contains("SIMULATED")
    });
    session.press("q");
    session.wait_for_end(pid);
}

#[test]
fn live_lane_is_predicted_once_it_has_ended_and_run_with_the_choice() {
    let dir = tempfile::tempdir().unwrap();
    fix_machine(dir.path());
    let args = ["--lanes", "pool", "--tasks", "8", "--numbers", "800k", "--io", "2", "--io-latency", "400ms"];
    let environment = [("XDG_RUNTIME_DIR", dir.path().to_str().unwrap()), ("MPVIZ_TEST_IGNORE_OTHER_LOAD", "1")];
    let mut session = Session::with_shell(SHELL_COMMANDS, &environment, 120, 40, &args);
    let pid = session.pid();
    session.wait_for_text("4 workers, 1 queue");
    session.press("w");
    session.wait_for_text("the lane has not ended");
    session.press("w");
    session.wait_for_text("■ FINISHED");
    session.press("w");
    session.wait_for_text("Choose ");
    session.press("\r");
    session.wait_for_frame("a run with the choice", |session| {
        let screen = session.screen_text();
        screen.contains("LIVE") && !screen.contains("4 workers, 1 queue")
    });
    session.press("q");
    assert_eq!(session.wait_for_end(pid).1, 0);
}

#[test]
fn lanes_beside_each_other_run_in_turns_after_one_key_and_are_predicted_then() {
    let dir = tempfile::tempdir().unwrap();
    fix_machine(dir.path());
    let args = ["--lanes", "pool,process", "--tasks", "8", "--numbers", "800k", "--io", "2", "--io-latency", "100ms"];
    let environment = [("XDG_RUNTIME_DIR", dir.path().to_str().unwrap()), ("MPVIZ_TEST_IGNORE_OTHER_LOAD", "1")];
    let args = [args.as_slice(), &["--cores", "shared"]].concat();
    let mut session = Session::with_shell(SHELL_COMMANDS, &environment, 120, 40, &args);
    let pid = session.pid();
    session.wait_for_text("■ FINISHED");
    session.press("w");
    session.wait_for_text("Enter runs the lanes again");
    session.press("\r");
    session.wait_for_text("the lanes run one after the other");
    session.wait_for_text("Choose ");
    assert!(!session.screen_text().contains("the lanes run one after the other"), "{}", session.screen_text());
    session.press("q");
    assert_eq!(session.wait_for_end(pid).1, 0);
}
