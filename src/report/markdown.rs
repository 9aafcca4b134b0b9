//! The report as a table in GitHub Flavored Markdown.

use std::io;

use super::{Report, figures, phrases, problems, program_table};

/// Writes the report as Markdown.
pub fn write(report: &Report, out: &mut impl io::Write) -> io::Result<()> {
    writeln!(out, "{}\n", escape_markdown(&phrases::workload_description(&report.run)))?;
    for (n, row) in figures::table(report).iter().enumerate() {
        write_table_line(out, &row[0], &row[1..])?;
        if n == 0 {
            writeln!(out, "|---|{}", "---|".repeat(row.len() - 1))?;
        }
    }
    writeln!(out, "\n{}", escape_markdown(&report.headline()))?;
    for line in program_table::lines_below(report).chain(problems::finding_lines(report)) {
        writeln!(out, "\n{}", escape_markdown(&line))?;
    }
    let notes = report.run.notes.iter().map(ToString::to_string);
    for sentence in problems::problem_sentences(report).into_iter().chain(notes) {
        writeln!(out, "\n{}.", escape_markdown(&sentence))?;
    }
    Ok(())
}

pub(super) fn write_table_line(out: &mut impl io::Write, name: &str, cells: &[String]) -> io::Result<()> {
    let cells: Vec<_> = cells.iter().map(|cell| escape_markdown(cell)).collect();
    writeln!(out, "| {name} | {} |", cells.join(" | "))
}

/// Escapes the characters that are special in Markdown.
pub(crate) fn escape_markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
