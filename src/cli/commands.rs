//! The commands: what each word on the command line sets going, and how it ends.

mod answer;
mod compare;
mod compare_screen;
mod compare_table;
mod export;
mod output;
mod replay;
mod run;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::app;
use crate::cli::crash;
use crate::cli::ending::{answer, answered, explain, fail};
use crate::cli::manual;
use crate::cli::{Cli, ParseError, Task, config, scenario};
use crate::doctor;
use crate::event::text::display_path;
use crate::system::exit_code::FAILED;
use crate::system::signals;
use crate::system::threads;
use crate::theme::Environment;
use crate::worker;
use answer::delivered;

/// Does what the words say, the first of which is the program's name, and returns the exit code.
#[must_use]
pub fn obey(words: &[OsString]) -> ExitCode {
    // Before anything else: a worker is started hundreds of times a second.
    if words.get(1).is_some_and(|word| word == "worker") {
        return match worker::run(words.get(2).map(|orders| orders.to_string_lossy()).as_deref()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(error.exit_code(), &error),
        };
    }
    crash::tell_panics();
    threads::before_a_panic_ends_all(app::restore);
    if let Err(error) = signals::keep_zombies().and_then(|()| signals::outlive_full_files()) {
        return fail(FAILED, &error);
    }
    let cli = match Cli::understand(words) {
        Ok(cli) => cli,
        Err(ParseError::Words(error)) => return explain(&error),
        Err(error) => return fail(error.exit_code(), &error),
    };
    match cli.command {
        Some(Task::Run { run, format, .. }) => run::headless(&run, format),
        Some(Task::Replay { file, format, screen, .. }) => replay::replay(&file, format, &screen),
        Some(Task::Export(options)) => delivered(export::export(&options)),
        Some(Task::Compare(options)) => compare::compare(&options),
        Some(Task::Doctor { json }) => doctor(json),
        Some(Task::Scenarios) => answer(|out| out.write_all(scenario::list().as_bytes())),
        Some(Task::Config { path: true, .. }) => match config::path() {
            Some(path) => answer(|out| writeln!(out, "{}", display_path(&path))),
            None => {
                fail(FAILED, &"neither XDG_CONFIG_HOME nor HOME is an absolute path for a configuration file to be in")
            }
        },
        Some(Task::Config { .. }) => answer(|out| out.write_all(config::print_default().as_bytes())),
        Some(Task::Completions { shell }) => answer(|out| manual::completions(shell, out)),
        Some(Task::Man) => answer(|out| manual::man(out)),
        None => run::watch(&cli),
    }
}

/// Says what works here.
fn doctor(json: bool) -> ExitCode {
    let diagnosis = doctor::examine(&Environment::of_process());
    let code = if diagnosis.can_run() { 0 } else { FAILED };
    let mut out = io::stdout().lock();
    let printed = if json { diagnosis.write_json(&mut out) } else { diagnosis.write_text(&mut out) };
    answered(printed.and_then(|()| out.flush()), code)
}
