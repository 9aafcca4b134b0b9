//! The result as a Markdown table.

use std::io;

use comfy_table::Table;
use comfy_table::presets::ASCII_MARKDOWN;

use super::{Report, rows};

/// Writes the table, with the verdict below it.
///
/// # Errors
/// When it cannot be written.
pub fn write(report: &Report, out: &mut impl io::Write) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(rows::head(report)).add_rows(rows::body(report));
    writeln!(out, "**{}**\n\n{table}\n\n{}", rows::title(report), report.verdict.sentence)
}
