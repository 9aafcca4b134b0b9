//! The report as a table in GitHub Flavored Markdown.

use std::io;

use super::{Report, figures, problems};

/// Writes the report as Markdown.
pub fn write(report: &Report, out: &mut impl io::Write) -> io::Result<()> {
    writeln!(out, "{}\n", escape(&figures::headline(&report.run)))?;
    let heading = figures::heading(report);
    line(out, heading.name, &heading.lanes)?;
    writeln!(out, "|---|{}", "---|".repeat(report.lanes.len()))?;
    for row in figures::rows(report) {
        line(out, row.name, &row.lanes)?;
    }
    writeln!(out, "\n{}", escape(&report.verdict.sentence))?;
    let notes = report.run.notes.iter().map(ToString::to_string);
    for sentence in problems::sentences(report).into_iter().chain(notes) {
        writeln!(out, "\n{}.", escape(&sentence))?;
    }
    Ok(())
}

pub(super) fn line(out: &mut impl io::Write, name: &str, cells: &[String]) -> io::Result<()> {
    let cells: Vec<_> = cells.iter().map(|cell| escape(cell)).collect();
    writeln!(out, "| {name} | {} |", cells.join(" | "))
}

/// Escapes the characters that are special in Markdown.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
