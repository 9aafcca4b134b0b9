//! `mpviz lesson`.

mod handout;
mod notes;

use std::process::ExitCode;

use super::run::{print_file_error, print_wait_for_reader, show_on_screen};
use crate::app::{self, AppError, LessonMenu, LessonOptions as GivenAs, Lessons, PlannedLesson};
use crate::cli::exit::{exit_after_printing, exit_with_outcome, print_error};
use crate::cli::{LessonError, LessonFile, LessonOptions, built_in_names};
use crate::event::Machine;
use crate::probe::machine::{describe_machine, usable_cores};
use crate::system::exit_code::{EXIT_FAILED, EXIT_INSUFFICIENT_RESOURCES, EXIT_USAGE};
use crate::system::shortage;
use crate::theme::{TerminalEnvironment, Theme};

/// Gives a lesson on the screen, or writes its handout.
pub(super) fn lesson(options: &LessonOptions) -> ExitCode {
    let cores = usable_cores();
    let machine = describe_machine(&cores);
    if options.notes {
        return print_notes(options, &cores, &machine);
    }
    let plan = |name: &String| LessonFile::find(name)?.plan(&cores, &machine);
    let planned = match options.name.as_ref().map(plan).transpose() {
        Ok(planned) => planned,
        Err(error) => return print_error(exit_code_of(&error), &error),
    };
    let theme = match Theme::choose_theme(&options.screen.theme_request(), &TerminalEnvironment::from_process()) {
        Ok(theme) => theme,
        Err(error) => return print_error(EXIT_USAGE, &error),
    };
    if let (Some(_), Some(_)) = (&options.handout, &options.record) {
        return print_error(EXIT_USAGE, &"--record cannot be used with --handout");
    }
    if let (Some(file), Some(planned)) = (&options.handout, &planned) {
        return handout::write(file, options, planned, &machine);
    }
    if !app::has_terminal() {
        let message = "lesson: this is no terminal; --handout FILE.html runs a lesson without one and writes a page";
        return print_error(EXIT_USAGE, &message);
    }
    let given = GivenAs { questions: !options.no_questions, stops: !options.no_stops, ended: None };
    let mut lessons = Lessons::new(lesson_menu(cores, machine), planned, given);
    if let Some(file) = &options.record {
        lessons = match lessons.record(file.clone(), options.force, || print_wait_for_reader(file)) {
            Ok(lessons) => lessons,
            // All other system errors come from the recording.
            Err(AppError::System(error)) if shortage::limit_to_raise(&error).is_none() => {
                return print_file_error("--record", file, &error);
            }
            Err(error) => return print_error(exit_code_of_run(&error), &error),
        };
    }
    match show_on_screen(lessons, &theme, &options.screen) {
        Ok(outcome) => exit_with_outcome(&outcome, |_| Ok(())),
        Err(error) => print_error(exit_code_of_run(&error), &error),
    }
}

fn print_notes(options: &LessonOptions, cores: &[u32], machine: &Machine) -> ExitCode {
    let others = [("--handout", options.handout.is_some()), ("--record", options.record.is_some())];
    if let Some((other, _)) = others.into_iter().find(|(_, given)| *given) {
        return print_error(
            EXIT_USAGE,
            &format!("--notes cannot be used with {other}: notes are printed without a run"),
        );
    }
    let name = options.name.as_deref().unwrap_or_default();
    match LessonFile::find(name).and_then(|file| file.lesson_on(cores, machine)) {
        Ok(lesson) => exit_after_printing(notes::print(&lesson), 0),
        Err(error) => print_error(exit_code_of(&error), &error),
    }
}

fn exit_code_of(error: &LessonError) -> u8 {
    match error {
        LessonError::TooFewCores { .. } => EXIT_INSUFFICIENT_RESOURCES,
        LessonError::Unknown(_) | LessonError::File(_) | LessonError::Interpreter(_) => EXIT_USAGE,
    }
}

const fn exit_code_of_run(error: &AppError) -> u8 {
    match error {
        AppError::InsufficientResources(_) | AppError::LessonTooLarge { .. } => EXIT_INSUFFICIENT_RESOURCES,
        _ => EXIT_FAILED,
    }
}

/// The built-in lessons.
fn lesson_menu(cores: Vec<u32>, machine: Machine) -> LessonMenu {
    let files: Vec<_> = built_in_names().into_iter().filter_map(|name| LessonFile::find(name).ok()).collect();
    let items = files.iter().map(|file| file.list_item(&cores, &machine)).collect();
    let plan = move |index: usize| -> Result<PlannedLesson, String> {
        let file = files.get(index).ok_or("there is no such lesson")?;
        file.plan(&cores, &machine).map_err(|error| error.to_string())
    };
    LessonMenu { items, plan: Box::new(plan) }
}
