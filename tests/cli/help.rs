//! Help, man page and completions.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::support::{has, mpviz, snapshot};

fn said(args: &[&str]) -> String {
    // The output must not depend on the width of a terminal.
    let output = mpviz(args).env_remove("COLUMNS").output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn help_is_unchanged() {
    snapshot::check("cli", "help", &said(&["--help"]));
    snapshot::check("cli", "run-help", &said(&["run", "--help"]));
    snapshot::check("cli", "doctor-help", &said(&["doctor", "--help"]));
}

#[test]
fn help_lines_are_at_most_100_columns() {
    for args in [&["--help"][..], &["run", "--help"]] {
        for line in said(args).lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
    }
}

#[test]
fn man_page_is_unchanged_and_formats() {
    let page = said(&["man"]);
    snapshot::check("cli", "mpviz.1", &page);
    for section in ["NAME", "SYNOPSIS", "OPTIONS", "COMMANDS", "KEYS", "FILES", "ENVIRONMENT", "EXAMPLES"] {
        assert!(page.contains(&format!(".SH {section}\n")), "{section}");
    }
    assert!(page.contains(".SH \"EXIT STATUS\"\n"), "{page}");
    for (_, label, help) in mpviz::keys::BINDINGS.iter().map(|row| (row.keys, row.label, row.help)) {
        assert!(page.contains(help), "{label}");
    }
    // Whichever man page formatter is installed.
    for (program, args) in
        [("groff", &["-man", "-Kutf8", "-Tutf8", "-ww", "-z"][..]), ("mandoc", &["-T", "lint", "-W", "error"])]
    {
        if let Some((warnings, succeeded)) = fed(program, args, &page) {
            assert!(succeeded && warnings.is_empty(), "{program}: {warnings}");
        }
    }
}

#[test]
fn completions_are_unchanged_and_valid() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = said(&["completions", shell]);
        assert!(script.contains("max-tasks-per-worker"), "{shell}");
        snapshot::check("cli", &format!("completions.{shell}"), &script);
    }
    for shell in ["bash", "zsh", "fish"] {
        if let Some((errors, succeeded)) = fed(shell, &["-n"], &said(&["completions", shell])) {
            assert!(succeeded && errors.is_empty(), "{shell}: {errors}");
        }
    }
}

#[test]
fn bash_completes_commands_options_and_values() {
    if !has("bash") {
        return;
    }
    let complete = |words: &str| {
        let mut last = words.rsplit(' ');
        let (typed, before) = (last.next().unwrap(), last.next().unwrap());
        let ask = format!(
            "{}\nCOMP_WORDS=({words})\nCOMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n_mpviz mpviz '{typed}' '{before}'\necho \"${{COMPREPLY[@]}}\"\n",
            said(&["completions", "bash"])
        );
        let output = Command::new("bash").args(["--norc", "-c", &ask]).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    assert_eq!(complete("mpviz doc"), "doctor");
    assert_eq!(complete("mpviz --max"), "--max-tasks-per-worker");
    assert_eq!(complete("mpviz run --cores t"), "turns");
}

#[test]
fn fish_completes_commands_options_and_values() {
    if !has("fish") {
        return;
    }
    let complete = |words: &str| {
        let ask = format!("{}\ncomplete -C '{words}'", said(&["completions", "fish"]));
        let output = Command::new("fish").args(["--no-config", "-c", &ask]).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        said.lines().filter_map(|line| line.split('\t').next().map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(complete("mpviz doc"), ["doctor"]);
    assert_eq!(complete("mpviz --max"), ["--max-tasks-per-worker"]);
    assert_eq!(complete("mpviz run --cores t"), ["turns"]);
}

#[test]
fn long_version_names_build_and_formats() {
    let long = said(&["--version"]);
    let lines: Vec<&str> = long.lines().collect();
    assert_eq!(lines[0], format!("mpviz {}", env!("CARGO_PKG_VERSION")));
    assert!(lines[1].starts_with(&format!("target      {}-linux-", std::env::consts::ARCH)), "{long}");
    assert!(lines[2] == "build       for debugging" || lines[2] == "build       optimized", "{long}");
    assert_eq!(lines[3], format!("recordings  format {}", mpviz::event::codec::Header::VERSION));
    assert_eq!(said(&["-V"]).lines().count(), 1);
}

/// Output of a program for this input, and whether it succeeded; none if it is not installed.
fn fed(program: &str, args: &[&str], text: &str) -> Option<(String, bool)> {
    if !has(program) {
        return None;
    }
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Some programs do not read their whole input.
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    let output = child.wait_with_output().unwrap();
    Some((String::from_utf8_lossy(&output.stderr).into_owned(), output.status.success()))
}
