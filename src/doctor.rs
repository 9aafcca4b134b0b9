//! `mpviz doctor`: checks the environment and suggests fixes.

mod blocked_signals;
mod kernel;
mod machine;
mod python;
mod subprocess;
mod terminal;
mod terminal_query;
mod watching;

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::event::Machine;
use crate::event::text::SafeText;
use crate::theme::TerminalEnvironment;

/// Version of the JSON format.
const JSON_SCHEMA_VERSION: u32 = 1;

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckStatus {
    Works,
    /// Works with restrictions, or an optional part is restricted.
    Limited,
    Missing,
}

impl CheckStatus {
    /// Name of the status, in the text and JSON outputs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::Limited => "limited",
            Self::Missing => "missing",
        }
    }
}

/// A check and its result.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckFinding {
    /// Identifier of the form `area.thing`.
    pub id: &'static str,
    #[serde(rename = "verdict")]
    pub status: CheckStatus,
    /// Whether mpviz cannot run if this check fails.
    pub needed: bool,
    /// The result of the check as text.
    pub measured: SafeText,
    /// Advice on how to fix the problem; none if the check passed.
    pub advice: Option<String>,
    /// The result of the check as numbers, for the JSON output.
    pub figures: Map<String, Value>,
}

impl CheckFinding {
    fn new(id: &'static str, status: CheckStatus, measured: impl Into<SafeText>) -> Self {
        Self { id, status, needed: false, measured: measured.into(), advice: None, figures: Map::new() }
    }

    /// Creates the finding of a check that must pass for mpviz to run.
    fn required_finding(id: &'static str, works: bool, measured: impl Into<SafeText>) -> Self {
        let status = if works { CheckStatus::Works } else { CheckStatus::Missing };
        Self { needed: true, ..Self::new(id, status, measured) }
    }

    /// Adds advice on how to fix the problem; ignored if the check passed.
    fn with_advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = (self.status != CheckStatus::Works).then(|| advice.into());
        self
    }

    fn with_figure(mut self, key: &str, figure: impl Into<Value>) -> Self {
        self.figures.insert(key.into(), figure.into());
        self
    }
}

/// All findings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diagnosis {
    schema: u32,
    version: &'static str,
    machine: Machine,
    can_run: bool,
    findings: Vec<CheckFinding>,
}

/// Runs all checks.
#[must_use]
pub fn run_all_checks(environment: &TerminalEnvironment) -> Diagnosis {
    let parts = [
        terminal::check_terminal(environment),
        machine::check_machine(),
        kernel::check_kernel(),
        python::check_python(),
        watching::check_watching(),
    ];
    Diagnosis::new(parts.concat())
}

impl Diagnosis {
    fn new(findings: Vec<CheckFinding>) -> Self {
        let can_run = !findings.iter().any(|found| found.needed && found.status == CheckStatus::Missing);
        let machine = crate::probe::machine::describe_machine(&crate::probe::machine::usable_cores());
        Self { schema: JSON_SCHEMA_VERSION, version: env!("CARGO_PKG_VERSION"), machine, can_run, findings }
    }

    /// Whether every required check passed.
    #[must_use]
    pub const fn can_run(&self) -> bool {
        self.can_run
    }

    /// Writes the findings as one indented JSON object.
    pub fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        out.write_all(b"\n")
    }

    /// Writes the findings as text: one line each, followed by how to fix it.
    pub fn write_text(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "mpviz {} on {}", self.version, self.machine.os)?;
        let mut last = "";
        for found in &self.findings {
            let (area, thing) = found.id.split_once('.').unwrap_or((found.id, ""));
            if area != last {
                writeln!(out, "\n{area}")?;
                last = area;
            }
            writeln!(out, "  {:<8} {thing:<15} {}", found.status.name(), found.measured)?;
            if let Some(advice) = &found.advice {
                writeln!(out, "{:27}> {advice}", "")?;
            }
        }
        writeln!(out, "\n{}", self.conclusion_text())
    }

    fn conclusion_text(&self) -> String {
        let count_with = |status| self.findings.iter().filter(move |found| found.status == status);
        if !self.can_run {
            let missing_ids: Vec<_> =
                count_with(CheckStatus::Missing).filter(|found| found.needed).map(|found| found.id).collect();
            let are = if missing_ids.len() == 1 { "is" } else { "are" };
            return format!("mpviz cannot run here: {} {are} missing.", missing_ids.join(", "));
        }
        match (count_with(CheckStatus::Limited).count(), count_with(CheckStatus::Missing).count()) {
            (0, 0) => "mpviz can run here, and everything works.".into(),
            (limited, missing) => format!("mpviz can run here; {limited} limited, {missing} missing (>: what to do)."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diagnosis_text(diagnosis: &Diagnosis) -> String {
        let mut text = Vec::new();
        diagnosis.write_text(&mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn only_a_missing_requirement_prevents_running() {
        let optional = CheckFinding::new("python.dask", CheckStatus::Missing, "not there").with_advice("install it");
        let limited = CheckFinding::new("terminal.colours", CheckStatus::Limited, "16");
        let needed = |works| {
            CheckFinding::required_finding("kernel.queue", works, "each task once").with_advice("another kernel")
        };
        let can_run = Diagnosis::new(vec![optional.clone(), limited, needed(true)]);
        assert!(can_run.can_run());
        assert!(diagnosis_text(&can_run).ends_with("\nmpviz can run here; 1 limited, 1 missing (>: what to do).\n"));
        assert!(!diagnosis_text(&can_run).contains("another kernel"), "what works needs no advice");
        let cannot_run = Diagnosis::new(vec![optional, needed(false)]);
        assert!(!cannot_run.can_run());
        assert!(diagnosis_text(&cannot_run).contains("> another kernel\n"));
        assert!(diagnosis_text(&cannot_run).ends_with("\nmpviz cannot run here: kernel.queue is missing.\n"));
        let worker = CheckFinding::required_finding("kernel.worker", false, "no");
        let both_missing = Diagnosis::new(vec![needed(false), worker]);
        assert!(
            diagnosis_text(&both_missing)
                .ends_with("\nmpviz cannot run here: kernel.queue, kernel.worker are missing.\n")
        );
    }

    #[test]
    fn control_characters_are_not_printed() {
        let found = CheckFinding::new("terminal.colours", CheckStatus::Works, "TERM=\u{1b}[31m\u{202e}".to_owned());
        assert!(!diagnosis_text(&Diagnosis::new(vec![found])).contains(['\u{1b}', '\u{202e}']));
    }
}
