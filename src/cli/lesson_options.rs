//! Options of `mpviz lesson`.

use std::path::PathBuf;

use clap::Args;

use super::ScreenOptions;
use super::config::ConfigOptions;

/// Options of `mpviz lesson`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option")]
pub struct LessonOptions {
    /// A built-in lesson: sum, io, match, many, few, gil, gil-io, chunks, skew, crash, oversubscribe, shipping; or a
    /// file NAME.toml. Without it, a list to choose from
    #[arg(value_name = "NAME|FILE")]
    pub name: Option<String>,
    /// Start at once, without the question
    #[arg(long)]
    pub no_questions: bool,
    /// Do not stop the picture
    #[arg(long)]
    pub no_stops: bool,
    /// Print the teacher's notes, for a second terminal: why a class gives each answer, what to point at and to ask
    #[arg(long, requires = "name")]
    pub notes: bool,
    /// Record all runs of the lesson to a file, which `mpviz replay --follow FILE` shows in a second terminal
    #[arg(long, value_name = "FILE", requires = "name")]
    pub record: Option<PathBuf>,
    /// Run the lesson without a screen, and write a handout with its pictures and the result: FILE.html or FILE.md
    #[arg(long, value_name = "FILE", requires = "name")]
    pub handout: Option<PathBuf>,
    /// Overwrite the file of --handout or --record
    #[arg(long, requires = "name")]
    pub force: bool,
    #[command(flatten)]
    pub screen: ScreenOptions,
    #[command(flatten)]
    pub config: ConfigOptions,
}
