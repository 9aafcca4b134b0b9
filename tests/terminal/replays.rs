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

/// A time zone file with a single offset, given as a rule of `TZ`.
fn time_zone_file(rule: &str) -> Vec<u8> {
    // Per block: magic, version, reserved bytes, six counts (one type, four bytes of names), and the data: an offset of
    // 0, no daylight saving time, name 0.
    let block = [b"TZif2".as_slice(), &[0; 15], &[0; 16], &[0, 0, 0, 1, 0, 0, 0, 4], &[0; 6], b"UTC\0"].concat();
    [&block, &block, format!("\n{rule}\n").as_bytes()].concat()
}

#[test]
fn saved_run_is_named_by_local_time() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(dir.path().join("zones/Far")).unwrap();
    std::fs::create_dir(dir.path().join("saved")).unwrap();
    std::fs::write(dir.path().join("zones/Far/East"), time_zone_file("<+14>-14")).unwrap();
    let zones = dir.path().join("zones").display().to_string();
    let commands = format!("cd '{}/saved'; {SHELL_COMMANDS}", dir.path().display());
    let now = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let hour = |seconds: u64| format!("{:02}", seconds / 3600 % 24);
    // A time zone that is invalid or unknown is UTC.
    for (zone, offset) in [("Far/East", 14), ("<+09>-9", 9), ("No/Where", 0), ("", 0)] {
        let before = now() + offset * 3600;
        let mut session = Session::with_shell(
            &commands,
            &[("TZ", zone), ("TZDIR", &zones)],
            120,
            40,
            &["--lanes", "serial", "--numbers", "1k"],
        );
        let pid = session.pid();
        session.wait_for_text("■ FINISHED");
        session.press("s");
        session.wait_for_text("saved as mpviz-");
        session.press("q");
        assert_eq!(session.wait_for_end(pid).1, 0, "{zone}");
        let after = now() + offset * 3600;
        let saved = std::fs::read_dir(dir.path().join("saved")).unwrap().next().unwrap().unwrap();
        let name = saved.file_name().into_string().unwrap();
        let hours = [hour(before), hour(after)];
        assert!(hours.contains(&name["mpviz-YYYYMMDD-".len()..][..2].to_owned()), "{zone}: {name}, expected {hours:?}");
        std::fs::remove_file(saved.path()).unwrap();
    }
}

#[test]
fn recording_is_replayed_from_standard_input_and_keys_come_from_the_terminal() {
    let dir = tempfile::tempdir().unwrap();
    let story = dir.path().join("pool.jsonl");
    std::fs::write(&story, include_str!("../stories/pool.jsonl")).unwrap();
    let commands = SHELL_COMMANDS.replace("\"$@\"", &format!("\"$@\" < '{}'", story.display()));
    let mut session = Session::with_shell(&commands, &[], 120, 40, &["replay", "-"]);
    let pid = session.pid();
    session.wait_for_text("► REPLAY 1×");
    session.press("q");
    assert_eq!(session.wait_for_end(pid).1, 0);
}

#[test]
fn recording_and_screen_cannot_share_the_terminal() {
    for (args, message) in [
        (&["--record", "-"][..], "mpviz: --record -: standard output is a terminal: redirect it, or name a file"),
        (&["run", "--record", "-"], "mpviz: --record -: standard output is a terminal: redirect it, or name a file"),
        (&["replay", "-"], "mpviz: standard input: it is a terminal: redirect it, or name a file"),
    ] {
        let mut session = Session::start(120, 40, args);
        session.wait_for_text("ended ");
        let text = session.screen_text();
        assert!(text.contains(message) && !text.contains("ended 0."), "{text}");
    }
}
