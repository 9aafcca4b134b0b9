//! The result as a table for people, with the verdict below it.

use std::io;

use comfy_table::Table;
use comfy_table::presets::NOTHING;

use super::{Report, rows};

/// Writes the table.
///
/// # Errors
/// When it cannot be written.
pub fn write(report: &Report, out: &mut impl io::Write) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(rows::head(report)).add_rows(rows::body(report));
    writeln!(out, "{}", rows::title(report))?;
    for note in &report.run.notes {
        writeln!(out, "note: {note}")?;
    }
    writeln!(out, "{table}\n{}", report.verdict.sentence)
}
