//! Tests of the help, the man page and shell completions.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::support::{ENGLISH, mpviz_command, snapshot};

fn mpviz_stdout(args: &[&str]) -> String {
    // The environment variable `COLUMNS` could change the line breaks of the help.
    let output = mpviz_command(args).env_remove("COLUMNS").output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn help_equals_its_snapshots() {
    snapshot::assert_matches_snapshot("cli", "help", &mpviz_stdout(&["--help"]));
    snapshot::assert_matches_snapshot("cli", "run-help", &mpviz_stdout(&["run", "--help"]));
    snapshot::assert_matches_snapshot("cli", "doctor-help", &mpviz_stdout(&["doctor", "--help"]));
}

#[test]
fn help_lines_are_at_most_100_columns_wide() {
    for args in [&["--help"][..], &["run", "--help"]] {
        for line in mpviz_stdout(args).lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
    }
}

#[test]
fn man_page_equals_its_snapshot_and_has_all_sections_and_keys() {
    let page = mpviz_stdout(&["man"]);
    snapshot::assert_matches_snapshot("cli", "mpviz.1", &page);
    for section in ["NAME", "SYNOPSIS", "OPTIONS", "COMMANDS", "KEYS", "FILES", "ENVIRONMENT", "EXAMPLES"] {
        assert!(page.contains(&format!(".SH {section}\n")), "{section}");
    }
    assert!(page.contains(".SH \"EXIT STATUS\"\n"), "{page}");
    for (_, label, help) in mpviz::keys::KEY_BINDINGS.iter().map(|row| (row.keys, row.label, row.help())) {
        assert!(page.contains(help), "{label}");
    }
}

#[test]
#[ignore = "needs groff"]
fn groff_formats_the_man_page_without_warnings() {
    check_program_accepts_input("groff", &["-man", "-Kutf8", "-Tutf8", "-ww", "-z"], &mpviz_stdout(&["man"]));
}

#[test]
#[ignore = "needs mandoc"]
fn mandoc_finds_no_errors_in_the_man_page() {
    check_program_accepts_input("mandoc", &["-T", "lint", "-W", "error"], &mpviz_stdout(&["man"]));
}

#[test]
fn completion_scripts_equal_their_snapshots() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = mpviz_stdout(&["completions", shell]);
        assert!(script.contains("max-tasks-per-worker"), "{shell}");
        snapshot::assert_matches_snapshot("cli", &format!("completions.{shell}"), &script);
    }
}

#[test]
fn bash_parses_its_completion_script() {
    check_program_accepts_input("bash", &["-n"], &mpviz_stdout(&["completions", "bash"]));
}

#[test]
#[ignore = "needs zsh"]
fn zsh_parses_its_completion_script() {
    check_program_accepts_input("zsh", &["-n"], &mpviz_stdout(&["completions", "zsh"]));
}

#[test]
#[ignore = "needs fish"]
fn fish_parses_its_completion_script() {
    check_program_accepts_input("fish", &["-n"], &mpviz_stdout(&["completions", "fish"]));
}

#[test]
fn bash_completes_mpviz_commands_options_and_values() {
    let complete = |words: &str| {
        let mut last_words = words.rsplit(' ');
        let (typed, before) = (last_words.next().unwrap(), last_words.next().unwrap());
        let script = format!(
            "{}\nCOMP_WORDS=({words})\nCOMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n_mpviz mpviz '{typed}' '{before}'\necho \"${{COMPREPLY[@]}}\"\n",
            mpviz_stdout(&["completions", "bash"])
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
fn fish_completes_mpviz_commands_options_and_values() {
    let complete = |words: &str| {
        let script = format!("{}\ncomplete -C '{words}'", mpviz_stdout(&["completions", "fish"]));
        let output = Command::new("fish").args(["--no-config", "-c", &script]).output().unwrap();
        let suggestions = String::from_utf8(output.stdout).unwrap();
        suggestions.lines().filter_map(|line| line.split('\t').next().map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(complete("mpviz doc"), ["doctor"]);
    assert_eq!(complete("mpviz --max"), ["--max-tasks-per-worker"]);
    assert_eq!(complete("mpviz run --cores t"), ["turns"]);
}

#[test]
fn long_version_shows_target_build_and_recording_format() {
    let long = mpviz_stdout(&["--version"]);
    let lines: Vec<&str> = long.lines().collect();
    assert_eq!(lines[0], format!("mpviz {}", env!("CARGO_PKG_VERSION")));
    assert!(lines[1].starts_with(&format!("target      {}-linux-", std::env::consts::ARCH)), "{long}");
    assert!(lines[2] == "build       for debugging" || lines[2] == "build       optimized", "{long}");
    assert_eq!(lines[3], format!("recordings  format {}", mpviz::event::codec::RecordingHeader::NEWEST_VERSION));
    assert_eq!(mpviz_stdout(&["-V"]).lines().count(), 1);
}

/// Checks that a program succeeds with this text on stdin, and writes nothing to stderr.
fn check_program_accepts_input(program: &str, args: &[&str], text: &str) {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    // A shell warns of a locale that is not installed.
    command.envs([ENGLISH]);
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{program}: {error}"));
    // A write error is ignored: a program may exit before it has read its whole input.
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    let output = child.wait_with_output().unwrap();
    let warnings = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && warnings.is_empty(), "{program}: {warnings}");
}
