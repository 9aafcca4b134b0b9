//! Man page, shell completions and the long version.

use std::io::{self, Write};

use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};

use crate::cli;
use crate::event::codec::RecordingHeader;
use crate::keys;
use crate::system::exit_code;

/// Environment variables that are read.
const ENVIRONMENT_VARIABLES: [(&str, &str); 8] = [
    ("COLORTERM, TERM", "Number of colours of the terminal, and whether it can be drawn on."),
    ("NO_COLOR", "If set and not empty, no colours unless --theme or --color is given."),
    ("LC_ALL, LC_CTYPE, LANG", "The first that is set decides between UTF-8 and ASCII."),
    ("LC_ALL, LC_MESSAGES, LANG", "The first that is set decides on the language, if --lang is auto."),
    ("XDG_CONFIG_HOME", "Directory of the configuration instead of ~/.config."),
    ("XDG_STATE_HOME", "Directory of crash reports instead of ~/.local/state."),
    ("TZ", "Time zone of the names of saved runs."),
    ("PATH", "Where `mpviz doctor` finds python3."),
];

/// Files that are read and written.
const FILES_USED: [(&str, &str); 3] = [
    ("~/.config/mpviz/config.toml", "Defaults of the options; `mpviz config --print-default` prints a template."),
    ("~/.config/mpviz/themes/NAME.toml", "User themes, for --theme NAME."),
    ("~/.local/state/mpviz/crash-*.txt", "Crash reports."),
];

/// Version, build target and profile, and the recording versions that can be read.
#[must_use]
pub fn long_version() -> String {
    let libc = if cfg!(target_env = "musl") { "musl" } else { "gnu" };
    let linked = if cfg!(target_feature = "crt-static") { "statically" } else { "dynamically" };
    let build = if cfg!(debug_assertions) { "for debugging" } else { "optimized" };
    format!(
        "{}\ntarget      {}-{}-{libc}, linked {linked}\nbuild       {build}\nrecordings  format {}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::ARCH,
        std::env::consts::OS,
        RecordingHeader::NEWEST_VERSION
    )
}

/// Writes shell completions.
pub fn completions(shell: Shell, out: &mut impl Write) -> io::Result<()> {
    // The generator panics on write errors.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut cli::clap_command(), "mpviz", &mut script);
    out.write_all(&script)
}

/// Writes the man page.
pub fn man_page(out: &mut impl Write) -> io::Result<()> {
    let mut command = cli::clap_command();
    command.build();
    let subcommands: Vec<Command> =
        command.get_subcommands().filter(|command| command.get_name() != "help").cloned().collect();
    let usage: Vec<String> = subcommands.iter().map(|command| plain_usage(command.clone())).collect();
    let page = Man::new(command.override_usage(format!("mpviz [OPTIONS]\n{}", usage.join("\n"))));
    page.render_title(out)?;
    page.render_name_section(out)?;
    page.render_synopsis_section(out)?;
    page.render_description_section(out)?;
    page.render_options_section(out)?;
    subcommand_sections(&subcommands).to_writer(out)?;
    let keys = keys::KEY_BINDINGS.iter().map(|row| (row.label, row.help()));
    man_page_definition_list("KEYS", "On the live screen:", keys).to_writer(out)?;
    let codes = exit_code::EXIT_CODES.map(|(code, text)| (code.to_string(), text));
    man_page_definition_list("EXIT STATUS", "", codes.iter().map(|(code, text)| (code.as_str(), *text)))
        .to_writer(out)?;
    man_page_definition_list("FILES", "", FILES_USED.into_iter()).to_writer(out)?;
    man_page_definition_list("ENVIRONMENT", "", ENVIRONMENT_VARIABLES.into_iter()).to_writer(out)?;
    example_section().to_writer(out)
}

/// Usage of a command in one line.
fn plain_usage(mut command: Command) -> String {
    let usage = command.render_usage().to_string();
    usage.trim_start_matches("Usage: ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The subcommands, each with its own options, and those that mean something else there.
fn subcommand_sections(subcommands: &[Command]) -> Roff {
    let shared = cli::clap_command();
    let is_shared =
        |arg: &clap::Arg| shared.get_arguments().any(|other| other.get_id() == arg.get_id() && has_help_of(arg, other));
    let mut roff = Roff::new();
    roff.control("SH", ["COMMANDS"]);
    for command in subcommands {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        roff.control("TP", []);
        roff.text([bold(command.get_name())]);
        roff.text([roman(format!("{}.", about.trim_end_matches('.')))]);
        let own = command.get_arguments().filter(|arg| !is_shared(arg) && !arg.is_hide_set());
        roff.control("RS", []);
        for arg in own.filter(|arg| arg.get_id() != "help" && arg.get_id() != "version") {
            roff.control("TP", []);
            roff.text(option_signature(arg));
            roff.text([roman(arg.get_help().map(ToString::to_string).unwrap_or_default())]);
        }
        roff.control("RE", []);
    }
    roff
}

fn has_help_of(arg: &clap::Arg, other: &clap::Arg) -> bool {
    arg.get_help().map(ToString::to_string) == other.get_help().map(ToString::to_string)
}

fn option_signature(arg: &clap::Arg) -> Vec<Inline> {
    let values =
        || arg.get_value_names().map(|names| names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "));
    match arg.get_long() {
        Some(long) if arg.get_action().takes_values() => {
            vec![bold(format!("--{long}")), roman(" "), italic(values().unwrap_or_default())]
        }
        Some(long) => vec![bold(format!("--{long}"))],
        None => vec![italic(values().unwrap_or_default())],
    }
}

fn man_page_definition_list<'a>(section: &str, before: &str, rows: impl Iterator<Item = (&'a str, &'a str)>) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [section]);
    if !before.is_empty() {
        roff.text([roman(before)]);
    }
    for (name, text) in rows {
        roff.control("TP", []);
        roff.text([bold(name)]);
        roff.text([roman(text)]);
    }
    roff
}

/// The examples of the help.
fn example_section() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXAMPLES"]);
    for line in cli::USAGE_EXAMPLES.lines().skip(1) {
        let (call, text) = line.trim().split_once("  ").unwrap_or((line, ""));
        roff.control("TP", []);
        roff.text([bold(call)]);
        roff.text([roman(text.trim())]);
    }
    roff
}
