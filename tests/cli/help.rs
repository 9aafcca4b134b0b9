//! Help, man page and completions.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::support::{mpviz, snapshot};

fn stdout_of(args: &[&str]) -> String {
    // The output must not depend on the width of a terminal.
    let output = mpviz(args).env_remove("COLUMNS").output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn help_is_unchanged() {
    snapshot::check("cli", "help", &stdout_of(&["--help"]));
    snapshot::check("cli", "run-help", &stdout_of(&["run", "--help"]));
    snapshot::check("cli", "doctor-help", &stdout_of(&["doctor", "--help"]));
}

#[test]
fn help_lines_are_at_most_100_columns() {
    for args in [&["--help"][..], &["run", "--help"]] {
        for line in stdout_of(args).lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
    }
}

#[test]
fn man_page_is_unchanged() {
    let page = stdout_of(&["man"]);
    snapshot::check("cli", "mpviz.1", &page);
    for section in ["NAME", "SYNOPSIS", "OPTIONS", "COMMANDS", "KEYS", "FILES", "ENVIRONMENT", "EXAMPLES"] {
        assert!(page.contains(&format!(".SH {section}\n")), "{section}");
    }
    assert!(page.contains(".SH \"EXIT STATUS\"\n"), "{page}");
    for (_, label, help) in mpviz::keys::BINDINGS.iter().map(|row| (row.keys, row.label, row.help)) {
        assert!(page.contains(help), "{label}");
    }
}

#[test]
#[ignore = "needs groff"]
fn groff_formats_the_man_page_without_warnings() {
    check_accepts("groff", &["-man", "-Kutf8", "-Tutf8", "-ww", "-z"], &stdout_of(&["man"]));
}

#[test]
#[ignore = "needs mandoc"]
fn mandoc_finds_no_errors_in_the_man_page() {
    check_accepts("mandoc", &["-T", "lint", "-W", "error"], &stdout_of(&["man"]));
}

#[test]
fn completions_are_unchanged() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = stdout_of(&["completions", shell]);
        assert!(script.contains("max-tasks-per-worker"), "{shell}");
        snapshot::check("cli", &format!("completions.{shell}"), &script);
    }
}

#[test]
fn bash_accepts_its_completions() {
    check_accepts("bash", &["-n"], &stdout_of(&["completions", "bash"]));
}

#[test]
#[ignore = "needs zsh"]
fn zsh_accepts_its_completions() {
    check_accepts("zsh", &["-n"], &stdout_of(&["completions", "zsh"]));
}

#[test]
#[ignore = "needs fish"]
fn fish_accepts_its_completions() {
    check_accepts("fish", &["-n"], &stdout_of(&["completions", "fish"]));
}

#[test]
fn bash_completes_commands_options_and_values() {
    let complete = |words: &str| {
        let mut last = words.rsplit(' ');
        let (typed, before) = (last.next().unwrap(), last.next().unwrap());
        let script = format!(
            "{}\nCOMP_WORDS=({words})\nCOMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n_mpviz mpviz '{typed}' '{before}'\necho \"${{COMPREPLY[@]}}\"\n",
            stdout_of(&["completions", "bash"])
        );
        let output = Command::new("bash").args(["--norc", "-c", &script]).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    assert_eq!(complete("mpviz doc"), "doctor");
    assert_eq!(complete("mpviz --max"), "--max-tasks-per-worker");
    assert_eq!(complete("mpviz run --cores t"), "turns");
}

#[test]
#[ignore = "needs fish"]
fn fish_completes_commands_options_and_values() {
    let complete = |words: &str| {
        let script = format!("{}\ncomplete -C '{words}'", stdout_of(&["completions", "fish"]));
        let output = Command::new("fish").args(["--no-config", "-c", &script]).output().unwrap();
        let suggestions = String::from_utf8(output.stdout).unwrap();
        suggestions.lines().filter_map(|line| line.split('\t').next().map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(complete("mpviz doc"), ["doctor"]);
    assert_eq!(complete("mpviz --max"), ["--max-tasks-per-worker"]);
    assert_eq!(complete("mpviz run --cores t"), ["turns"]);
}

#[test]
fn long_version_names_build_and_formats() {
    let long = stdout_of(&["--version"]);
    let lines: Vec<&str> = long.lines().collect();
    assert_eq!(lines[0], format!("mpviz {}", env!("CARGO_PKG_VERSION")));
    assert!(lines[1].starts_with(&format!("target      {}-linux-", std::env::consts::ARCH)), "{long}");
    assert!(lines[2] == "build       for debugging" || lines[2] == "build       optimized", "{long}");
    assert_eq!(lines[3], format!("recordings  format {}", mpviz::event::codec::Header::VERSION));
    assert_eq!(stdout_of(&["-V"]).lines().count(), 1);
}

/// Checks that a program accepts this input without a warning.
fn check_accepts(program: &str, args: &[&str], text: &str) {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{program}: {error}"));
    // Some programs do not read their whole input.
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    let output = child.wait_with_output().unwrap();
    let warnings = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && warnings.is_empty(), "{program}: {warnings}");
}
