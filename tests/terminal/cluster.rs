//! Tests of `mpviz watch --dask` on the live screen, with an interpreter that answers for a scheduler.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::session::{Session, has_ended};
use crate::support::scheduler_http::{COUNTS, IDENTITY, METRICS, serve};
use crate::support::{children_of, wait_until};

/// An interpreter that is a shell script.
fn write_python(path: &Path, script: &str) {
    fs::write(path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// mpviz, which watches a cluster with these options and this interpreter.
fn watch(options: &[&str], script: &str) -> (Session, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let python = directory.path().join("python");
    write_python(&python, script);
    let session =
        Session::start(120, 40, &[&["watch", "--python", python.to_str().unwrap(), "--dask"], options].concat());
    (session, directory)
}

/// mpviz, whose question about plugins was answered with no. Asking for the HTTP port results in `answer`.
fn declined(answer: &str) -> (Session, tempfile::TempDir) {
    let script = format!("case \"$2\" in *tell_http_address*) echo '{answer}';; *) exec python3 \"$@\";; esac");
    let (mut session, directory) = watch(&["tcp://10.0.0.1:8786"], &script);
    session.wait_for_text("Register them? [y/N]");
    session.press("n\r");
    (session, directory)
}

#[test]
fn who_declines_plugins_sees_what_the_http_port_tells() {
    let address = serve(&[("/json/counts.json", COUNTS), ("/json/identity.json", IDENTITY), ("/metrics", METRICS)]);
    let (mut session, _directory) = declined(&format!(r#"{{"address": "{address}"}}"#));
    session.wait_for_text("not all observed");
    session.wait_for_text("85 not sent");
    let pid = session.pid();
    session.press("q");
    let (text, _) = session.wait_for_end(pid);
    assert!(text.contains("only numbers of tasks are known"), "{text}");
}

#[test]
fn scheduler_without_http_port_is_a_sentence() {
    let (mut session, _directory) = declined(r#"{"error": "the scheduler has no HTTP port"}"#);
    session.wait_for_text("mpviz: the scheduler has no HTTP port");
    session.wait_for_text("ended 1.");
}

#[test]
fn waiting_for_a_connection_is_shown_and_ends_with_q_and_ctrl_c() {
    // An interpreter that hangs; the shell passes its pid on to the program.
    for key in ["q", "\x03"] {
        let (mut session, _directory) = watch(&["tcp://10.0.0.1:8786", "--yes"], "exec sleep 1000");
        session.wait_for_text("connecting to tcp://10.0.0.1:8786 · q quits");
        let pid = session.pid();
        let interpreters =
            wait_until("the interpreter runs", || Some(children_of(pid)).filter(|pids| !pids.is_empty()));
        session.press(key);
        let (text, code) = session.wait_for_end(pid);
        assert_eq!(code, 0, "{text}");
        assert!(interpreters.iter().all(|pid| has_ended(*pid)), "{interpreters:?}");
    }
}

#[test]
fn question_about_plugins_is_asked_until_it_is_answered() {
    let (mut session, _directory) = watch(&["tcp://10.0.0.1:8786"], "exec sleep 1000");
    session.wait_for_text("Register them? [y/N]");
    session.press("y?\r");
    session.wait_for_text("Answer y or n. Register them? [y/N]");
    // A terminal that is not set to UTF-8.
    session.press(b"\xe9\r");
    session.wait_for_frame("the question again", |session| session.screen_text().matches("Answer y or n").count() == 2);
    session.press("\x1b\r");
    session.wait_for_text("nothing is registered");
    session.wait_for_text("connecting to tcp://10.0.0.1:8786");
    let pid = session.pid();
    session.press("q");
    session.wait_for_end(pid);
}

#[test]
fn interpreter_is_waited_for_before_the_question_only_if_it_reads_the_address() {
    let (mut session, _directory) = watch(&["10.0.0.1:8786"], "exec sleep 1000");
    session.wait_for_text("Register them? [y/N]");
    session.press("\x03");
    session.wait_for_text("ended 130.");

    let (mut session, _directory) = watch(&["scheduler.json"], "exec sleep 1000");
    session.wait_for_text("reading the scheduler's address from scheduler.json with");
    session.press("\x03");
    session.wait_for_text("ended 130.");
}

#[test]
fn missing_address_is_reported_without_a_question() {
    let (mut session, _directory) = watch(&[], r#"echo '{"error": {"address_missing": {}}}'"#);
    session.wait_for_text("reading the scheduler's address from your Dask configuration with");
    session.wait_for_text("mpviz: no address");
    session.wait_for_text("ended 1.");
    assert!(!session.screen_text().contains("Register"), "{}", session.screen_text());
}
