//! Tests of `mpviz watch --dask` on the live screen, with an interpreter that answers for a scheduler.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::session::Session;
use crate::support::scheduler_http::{COUNTS, IDENTITY, METRICS, serve};

/// An interpreter in which asking for the HTTP port results in `answer`.
fn write_python(path: &Path, answer: &str) {
    let script = format!(
        "#!/bin/sh\ncase \"$2\" in *tell_http_address*) echo '{answer}';; \
         *) exec python3 \"$@\";; esac\n"
    );
    fs::write(path, script).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// mpviz, whose question about plugins was answered with no.
fn declined(answer: &str) -> (Session, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let python = directory.path().join("python");
    write_python(&python, answer);
    let address = ["watch", "--dask", "tcp://10.0.0.1:8786", "--python", python.to_str().unwrap()];
    let mut session = Session::start(120, 40, &address);
    session.wait_for_text("Register them? [y/N]");
    session.press("n\r");
    (session, directory)
}

#[test]
fn who_declines_plugins_sees_what_the_http_port_tells() {
    let address = serve(&[("/json/counts.json", COUNTS), ("/json/identity.json", IDENTITY), ("/metrics", METRICS)]);
    let (mut session, _directory) = declined(&format!(r#"{{"http": "{address}"}}"#));
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
