//! Names of watched programs, made from their command lines.

use crate::event::Run;
use crate::event::text::SafeText;
use crate::text;

const SHELLS: [&str; 5] = ["bash", "dash", "ksh", "sh", "zsh"];

/// What an interpreter runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Code<'a> {
    Script(&'a str),
    Module(&'a str),
    /// Code on the command line: `-c`.
    Text,
    /// Standard input, or options that are not known here.
    Unknown,
}

/// The command line of a watched program, as far as its name depends on it.
struct CommandLine<'a> {
    /// The program without its directory.
    program: &'a str,
    /// None if the program is no interpreter.
    code: Option<Code<'a>>,
    /// Single-letter options of an interpreter.
    flags: String,
}

impl<'a> CommandLine<'a> {
    fn of(command: &'a [SafeText]) -> Self {
        let mut words = command.iter().map(SafeText::as_str);
        let program = base_name(words.next().unwrap_or_default());
        let mut flags = String::new();
        let code = if is_python(program) {
            Some(code_of_interpreter(words, "WX", &mut flags))
        } else if SHELLS.contains(&program) {
            Some(code_of_interpreter(words, "oO", &mut flags))
        } else {
            None
        };
        Self { program, code, flags }
    }
}

/// Reads the options of an interpreter. `with_value` are the letters of those that have a value.
fn code_of_interpreter<'a>(mut words: impl Iterator<Item = &'a str>, with_value: &str, flags: &mut String) -> Code<'a> {
    while let Some(word) = words.next() {
        let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.is_empty() && !letters.starts_with('-'))
        else {
            return if word.starts_with('-') { Code::Unknown } else { Code::Script(base_name(word)) };
        };
        for (at, letter) in letters.char_indices() {
            let rest = &letters[at + letter.len_utf8()..];
            match letter {
                'c' => return Code::Text,
                'm' if rest.is_empty() => return words.next().map_or(Code::Unknown, Code::Module),
                'm' => return Code::Module(rest),
                _ if with_value.contains(letter) => {
                    if rest.is_empty() {
                        words.next();
                    }
                    break;
                }
                _ => flags.push(letter),
            }
        }
    }
    Code::Unknown
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

fn is_python(program: &str) -> bool {
    program.starts_with("python") || program.starts_with("pypy")
}

/// The command line of a watched program; the name of a cluster.
#[must_use]
pub fn program_command(run: &Run) -> String {
    if let Some(graph) = &run.graph {
        return super::graph::graph_names(graph).swap_remove(0);
    }
    cluster_name(run).unwrap_or_else(|| joined(&run.command))
}

fn joined(command: &[SafeText]) -> String {
    command.iter().map(SafeText::as_str).collect::<Vec<_>>().join(" ")
}

/// The command line of a watched program, without code; the name of a cluster.
#[must_use]
pub fn program_name(run: &Run) -> String {
    cluster_name(run).unwrap_or_else(|| names_of_command(&run.command).swap_remove(0))
}

/// The name of a watched program, longest text first: its command line, without directories, and the script alone.
/// Code on the command line is left out.
pub(super) fn program_names(run: &Run) -> Vec<String> {
    if let Some(graph) = &run.graph {
        return super::graph::graph_names(graph);
    }
    if let Some(name) = cluster_name(run) {
        return vec![name, text!("cluster-alone").into()];
    }
    names_of_command(&run.command)
}

/// The name of the cluster that is observed in place of a program.
fn cluster_name(run: &Run) -> Option<String> {
    let place = run.program.as_ref()?.cluster.as_ref()?;
    Some(text!("cluster-at", place = super::cluster::cluster_address(place.as_str())))
}

fn names_of_command(command: &[SafeText]) -> Vec<String> {
    let line = CommandLine::of(command);
    let (program, command) = (line.program, joined(command));
    match line.code {
        Some(Code::Script(script)) => vec![command, format!("{program} {script}"), script.into()],
        Some(Code::Module(module)) => vec![command, format!("{program} -m {module}")],
        Some(Code::Text) => vec![format!("{program} -c")],
        Some(Code::Unknown) | None => vec![command, program.into()],
    }
}

/// Why no interpreter of a watched program has reported, without full stop.
#[must_use]
pub fn not_attached(run: &Run) -> String {
    reason_of_command(&run.command)
}

fn reason_of_command(command: &[SafeText]) -> String {
    let line = CommandLine::of(command);
    let program = line.program;
    if !is_python(program) {
        return text!("not-attached-no-python").into();
    }
    match line.flags.chars().find(|letter| "IES".contains(*letter)) {
        Some('S') => text!("not-attached-without-site", program = program),
        Some(option) => text!("not-attached-without-path", program = program, option = option.to_string()),
        None => text!("not-attached-not-reported", program = program),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(command: &[&str]) -> Vec<SafeText> {
        command.iter().map(|word| SafeText::new(word)).collect()
    }

    #[test]
    fn programs_are_named_by_what_they_run() {
        for (command, names) in [
            (&["/usr/bin/python3", "-u", "dir/etl.py", "2026"][..], &["python3 etl.py", "etl.py"][..]),
            (&["python3", "-W", "ignore", "-Xdev", "etl.py"], &["python3 etl.py", "etl.py"]),
            (&["python3", "-Bm", "pytest", "-n4"], &["python3 -m pytest"]),
            (&["python3", "-"], &["python3"]),
            (&["./etl.py", "2026"], &["etl.py"]),
            (&["bash", "-lc", "sleep 1; wait"], &["bash -c"]),
            (&["sh", "-o", "pipefail", "job.sh"], &["sh job.sh", "job.sh"]),
            (&["xargs", "-P4", "-n1", "sleep"], &["xargs"]),
            (&["make", "-j4", "all"], &["make"]),
        ] {
            let mut found = names_of_command(&words(command));
            found.retain(|name| *name != command.join(" "));
            assert_eq!(found, names, "{command:?}");
        }
        assert_eq!(names_of_command(&words(&["python3", "-c", "import os"])), ["python3 -c"]);
    }

    #[test]
    fn reason_for_no_report_names_the_option_of_the_interpreter() {
        let reason = |command: &[&str]| reason_of_command(&words(command));
        for option in ["-I", "-E", "-S", "-BI"] {
            let letter = option.chars().last().unwrap();
            assert!(reason(&["/usr/bin/python3.11", option, "x.py"]).contains(&format!("python3.11 -{letter} ")));
        }
        // Options of the script, of the shell and of another program are not those of an interpreter.
        assert!(reason(&["python3", "x.py", "-I"]).contains("its environment lacks PYTHONPATH"));
        for other in [&["bash", "-E", "x.sh"][..], &["make", "-S"]] {
            assert_eq!(reason(other), "not attached: no Python interpreter has reported, so only processes are known");
        }
    }
}
