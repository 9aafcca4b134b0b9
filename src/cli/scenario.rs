//! Scenarios: named sets of options for runs, each of which demonstrates one effect.

use std::fmt::Write;
use std::path::Path;

use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;

use super::config::run_options;
use super::option_values::{OptionValues, TableWithPositions};
use super::written_text::WrittenText;
use crate::app::ScenarioRun;
use crate::engine::RunSpec;
use crate::event::text::{SafeText, sanitize};
use crate::system::toml_file::{FileError, TomlError, TomlFile};
use crate::text;
use crate::ui::ScenarioItem;

/// The built-in scenarios, in the order of a lesson.
const BUILT_IN: [(&str, &str); 6] = [
    ("lesson", include_str!("../../assets/scenarios/lesson.toml")),
    ("memory", include_str!("../../assets/scenarios/memory.toml")),
    ("stall", include_str!("../../assets/scenarios/stall.toml")),
    ("width", include_str!("../../assets/scenarios/width.toml")),
    ("gil", include_str!("../../assets/scenarios/gil.toml")),
    ("skew", include_str!("../../assets/scenarios/skew.toml")),
];

/// A scenario: options of a run, with a title and what to look at.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub title: SafeText,
    /// What to look at.
    pub look_at: SafeText,
    pub(super) run: OptionValues,
}

/// Contents of a scenario file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ScenarioFile {
    title: Spanned<WrittenText>,
    look_at: Spanned<WrittenText>,
    run: TableWithPositions,
}

/// Why a scenario cannot be used.
#[derive(Debug, Error)]
pub enum ScenarioError {
    /// No scenario has this name.
    #[error("--scenario {}: unknown scenario; use {}, or a file NAME.toml", sanitize(.0), built_in_names())]
    Unknown(String),
    /// The scenario's file cannot be read or is invalid.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Scenario {
    /// Finds a built-in scenario by name, or reads a file: a name that contains `/` or ends in `.toml`.
    pub(super) fn find_scenario(name: &str) -> Result<Self, ScenarioError> {
        if let Some((name, text)) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
            let file = TomlFile::from_bytes(Path::new(name), text.as_bytes().to_vec()).map_err(FileError::from)?;
            return Ok(Self::from_file(&file).map_err(FileError::from)?);
        }
        let is_file = name.contains('/') || Path::new(name).extension().is_some_and(|extension| extension == "toml");
        if !is_file {
            return Err(ScenarioError::Unknown(name.into()));
        }
        Ok(Self::from_file(&TomlFile::read(Path::new(name))?).map_err(FileError::from)?)
    }

    /// Parses a scenario file.
    pub fn from_file(file: &TomlFile) -> Result<Self, TomlError> {
        let written: ScenarioFile = file.parse()?;
        let run = OptionValues::read(file, &written.run, &run_options())?;
        run.check_combination(file, &written.run)?;
        let text = |written: &Spanned<WrittenText>| {
            let selected = written.get_ref().in_selected_language().map(SafeText::from);
            selected.ok_or_else(|| file.error_at(written.span().start, WrittenText::MISSING))
        };
        Ok(Self { title: text(&written.title)?, look_at: text(&written.look_at)?, run })
    }

    /// The run of the scenario called `name`, over the values of a configuration; none if they contradict each other.
    /// `command` is that of a run with the configuration alone.
    fn to_run(&self, name: &str, configuration: &OptionValues, command: &[SafeText]) -> Option<ScenarioRun> {
        let options = self.run.clone().with_fallbacks(configuration.clone()).run_options()?;
        let notes = self.notes_for_viewer().to_vec();
        let command = [command, &["--scenario".into(), name.into()]].concat();
        let spec = RunSpec { command, notes, ..options.to_run_spec().ok()? };
        let item = ScenarioItem { name: name.into(), title: self.title.clone(), look_at: self.look_at.clone() };
        Some(ScenarioRun { item, spec })
    }

    /// Notes for the viewer.
    pub(super) fn notes_for_viewer(&self) -> [SafeText; 2] {
        [self.title.clone(), text!("look-at-this", what = self.look_at.as_str()).into()]
    }
}

/// The run without options on the command line but `--scenario`, which is `given`, and the scenarios that the viewer
/// can choose. `command` is that of a run with the configuration alone.
pub(super) fn runs_for_viewer(
    given: Option<(&str, &Scenario)>,
    configuration: &OptionValues,
    command: &[SafeText],
) -> (Option<RunSpec>, Vec<ScenarioRun>) {
    let run = |(name, scenario): (&str, &Scenario)| scenario.to_run(name, configuration, command);
    let given_run = given.and_then(run);
    let plain = || Some(RunSpec { command: command.to_vec(), ..configuration.run_options()?.to_run_spec().ok()? });
    let base = if given.is_some() { given_run.as_ref().map(|run| run.spec.clone()) } else { plain() };
    let others = BUILT_IN.iter().filter(|(name, _)| given.is_none_or(|(given, _)| given != *name));
    let others = others.filter_map(|(name, _)| run((name, &Scenario::find_scenario(name).ok()?)));
    (base, given_run.into_iter().chain(others).collect())
}

fn built_in_names() -> String {
    BUILT_IN.map(|(name, _)| name).join(", ")
}

/// Describes the built-in scenarios.
#[must_use]
pub fn list_scenarios() -> String {
    let mut text = String::new();
    for (name, _) in BUILT_IN {
        let Ok(Scenario { title, look_at, run }) = Scenario::find_scenario(name) else { continue };
        let look_at = text!("scenario-look-at", what = look_at.as_str());
        let _ = writeln!(text, "{name:<8} {title}\n         {look_at}\n         mpviz{run}\n");
    }
    text + text!("scenarios-how-to-run") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{RunPlan, too_few_rounds};
    use crate::event::{Machine, Mode, Run};

    fn parse(text: &str) -> Result<Scenario, String> {
        let file = TomlFile::from_bytes(Path::new("my.toml"), text.into()).unwrap();
        Scenario::from_file(&file).map_err(|mistake| mistake.to_string())
    }

    #[test]
    fn built_in_scenarios_are_valid_and_listed() {
        for (name, _) in BUILT_IN {
            let scenario = Scenario::find_scenario(name).unwrap();
            assert!(list_scenarios().contains(scenario.title.as_str()), "{name}");
            // Title and note fit into header and footer of a screen of 120 columns.
            let footer = scenario.notes_for_viewer().map(|note| note.as_str().to_owned()).join(" · ");
            assert!(footer.chars().count() <= 118 && !footer.ends_with('.'), "{name}: {footer}");
            assert!(scenario.title.as_str().chars().count() <= 30, "{name}");
        }
    }

    #[test]
    fn built_in_scenarios_show_their_effect_on_every_machine() {
        let (_, runs) = runs_for_viewer(None, &OptionValues::default(), &["mpviz".into()]);
        assert_eq!(runs.len(), BUILT_IN.len());
        for machine in [1, 2, 3, 4, 6, 8, 16, 64, 128] {
            let cores: Vec<u32> = (0..machine).collect();
            let described = Machine { cores: machine, memory_bytes: 0, os: "test".into() };
            for ScenarioRun { item, spec } in &runs {
                let plan = RunPlan::new(spec, &cores, described.clone());
                let run = plan.run();
                let lane_cores = run.lanes[0].cores.len() as u32;
                assert!(run.lanes.iter().all(|lane| lane.cores.len() as u32 == lane_cores), "{}", item.name);
                let pool_workers = run.lanes.iter().find(|lane| lane.mode == Mode::Pool).map(|lane| lane.workers);
                let holds = match item.name.as_str() {
                    // Equal times: every core of a lane has a worker.
                    "lesson" | "memory" => pool_workers.is_some_and(|workers| workers >= lane_cores),
                    // Much I/O for its CPU time, and at least three rounds of tasks.
                    "stall" => is_io_heavy(run) && too_few_rounds(run, run.workload.as_ref().unwrap().tasks).is_none(),
                    // The pool cannot use its cores.
                    "width" => machine == 1 || pool_workers.is_some_and(|workers| workers < lane_cores),
                    // Several cores, without which nothing differs.
                    "gil" | "skew" => machine == 1 || lane_cores > 1,
                    other => panic!("no test for {other}"),
                };
                assert!(holds, "{} on {machine} cores: {run:?}", item.name);
                // On one core a note says which effect does not show.
                let is_honest = run.notes.len() > 2 || ["lesson", "memory", "stall"].contains(&item.name.as_str());
                assert!(machine > 1 || is_honest, "{}: {:?}", item.name, run.notes);
            }
        }
    }

    /// Whether the CPU time of all tasks on the cores of a lane takes less than the I/O of one task.
    fn is_io_heavy(run: &Run) -> bool {
        let work = run.workload.as_ref().unwrap();
        let cpu_ns = work.numbers * work.cost_ns / run.lanes[0].cores.len() as u64;
        (cpu_ns as f64) < 0.75 * (u64::from(work.io) * work.io_latency_ns) as f64
    }

    #[test]
    fn errors_have_a_position_and_a_fix() {
        assert_eq!(
            parse("title = 1\nlook-at = \"\"\n[run]\n").unwrap_err(),
            "my.toml:1:9: expected a text, or a table with a text in `en`, `ko` or both"
        );
        assert_eq!(
            parse("title = \"a\"\nlook = \"b\"\n[run]\n").unwrap_err(),
            "my.toml:2:1: unknown key `look`, expected one of `title`, `look-at`, `run`"
        );
        let in_run = |line: &str| parse(&format!("title = \"a\"\nlook-at = \"b\"\n[run]\n{line}\n")).unwrap_err();
        assert_eq!(
            in_run("io = \"often\""),
            "my.toml:4:6: io: `often` does not start with a number, such as 16, 250k or 100M"
        );
        assert_eq!(in_run("cores = \"mine\""), "my.toml:4:9: cores: `mine` is not one of split, shared, turns");
        assert_eq!(in_run("lanes = [\"pool\", \"pool\"]"), "my.toml:4:9: --lanes names pool twice");
        assert_eq!(in_run("workers = 0"), "my.toml:4:11: --workers must be between 1 and 100,000, not 0");
        assert_eq!(
            in_run("numbers = 3"),
            "my.toml:4:11: 16 tasks need at least as many numbers, not 3: lower --tasks or raise --numbers"
        );
        assert_eq!(in_run("no-gil = 1"), "my.toml:4:10: no-gil: expected true or false, not a number");
        assert_eq!(in_run("io = true"), "my.toml:4:6: io: expected a number or a string, not true");
        assert!(
            in_run("record = \"x\"")
                .starts_with("my.toml:4:1: unknown key `record`, expected one of `lanes`, `engine`")
        );
        assert!(
            in_run("theme = \"dark\"").starts_with("my.toml:4:1: unknown key `theme`"),
            "the screen is the viewer's"
        );
    }
}
