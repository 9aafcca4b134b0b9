//! Runs a lesson without a screen and writes its handout.

use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use crossbeam_channel::unbounded;

use super::exit_code_of_run;
use crate::app::{self, InputChannel, LessonMenu, LessonOptions as GivenAs, Lessons, PlannedLesson, ProgressDisplay};
use crate::cli::LessonOptions;
use crate::cli::commands::run::print_file_error;
use crate::cli::exit::{exit_with_outcome, print_error};
use crate::cli::text_output;
use crate::event::Machine;
use crate::event::text::display_path;
use crate::export::handout::Handout;
use crate::lesson::is_disturbed;
use crate::model::Model;
use crate::system::atomic_file::write_file;
use crate::system::exit_code::{EXIT_FAILED, EXIT_INSUFFICIENT_RESOURCES, EXIT_USAGE};
use crate::system::shortage::describe_error;
use crate::theme::{ColorDepth, ColorMode, GlyphMode, Glyphs, TerminalEnvironment, Theme, ThemeRequest};
use crate::ui::Ui;

/// Theme of the pictures, unless another one is named: a light one, for paper.
const PICTURE_THEME: &str = "light";

/// Format of a handout, by the end of the file's name.
#[derive(Clone, Copy)]
enum HandoutFormat {
    Html,
    Markdown,
}

impl HandoutFormat {
    fn of_file(file: &Path) -> Option<Self> {
        match file.extension()?.to_str()? {
            "html" | "htm" => Some(Self::Html),
            "md" => Some(Self::Markdown),
            _ => None,
        }
    }
}

pub(super) fn write(file: &Path, options: &LessonOptions, planned: &PlannedLesson, machine: &Machine) -> ExitCode {
    let Some(format) = HandoutFormat::of_file(file) else {
        let message = format!("--handout {}: the name must end in .html or .md", display_path(file));
        return print_error(EXIT_USAGE, &message);
    };
    // Checked before the runs, which take a while.
    if file.symlink_metadata().is_ok() && !options.force {
        return print_file_error("--handout", file, &io::ErrorKind::AlreadyExists.into());
    }
    let request = ThemeRequest {
        theme: Some(options.screen.theme.clone().unwrap_or_else(|| PICTURE_THEME.into())),
        color: ColorMode::Depth(ColorDepth::True),
        glyphs: GlyphMode::Only(Glyphs::Unicode),
    };
    let theme = match Theme::choose_theme(&request, &TerminalEnvironment::from_process()) {
        Ok(theme) => theme,
        Err(error) => return print_error(EXIT_USAGE, &error),
    };
    let (sender, ended) = unbounded();
    let given = GivenAs { questions: false, stops: false, ended: Some(sender) };
    let menu = LessonMenu { items: Vec::new(), plan: Box::new(|_| Err(String::new())) };
    let lessons = Lessons::new(menu, Some(planned.clone()), given);
    let run = InputChannel::for_signals().map_err(app::AppError::from).and_then(|inputs| {
        app::run(lessons, Ui::default(), &inputs, &mut ProgressDisplay::new(text_output::glyphs(), true))
    });
    let outcome = match run {
        Ok(outcome) => outcome,
        Err(error) => return print_error(exit_code_of_run(&error), &error),
    };
    let models: Vec<Model> = ended.try_iter().collect();
    if outcome.signal.is_some() {
        return exit_with_outcome(&outcome, |_| Ok(()));
    }
    if models.len() < planned.specs.len() {
        let message = format!("lesson: run {} could not be started; `mpviz lesson` shows why", models.len() + 1);
        return print_error(EXIT_INSUFFICIENT_RESOURCES, &message);
    }
    match write_handout(file, format, options.force, planned, &models, machine, &theme) {
        Ok(()) => exit_with_outcome(&outcome, |_| Ok(())),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => print_file_error("--handout", file, &error),
        Err(error) => {
            print_error(EXIT_FAILED, &format!("--handout {}: {}", display_path(file), describe_error(&error)))
        }
    }
}

fn write_handout(
    file: &Path,
    format: HandoutFormat,
    force: bool,
    PlannedLesson { lesson, .. }: &PlannedLesson,
    models: &[Model],
    machine: &Machine,
    theme: &Theme,
) -> io::Result<()> {
    let summaries: Vec<_> = models.iter().filter_map(Model::summary).collect();
    let disturbed = is_disturbed(&summaries);
    let outcome = lesson.outcome(&summaries);
    let handout = Handout { lesson: &Arc::clone(lesson), models, outcome: outcome.as_ref(), disturbed, machine, theme };
    write_file(file, force, |out| match format {
        HandoutFormat::Html => handout.write_html(out),
        HandoutFormat::Markdown => handout.write_markdown(out),
    })
}
