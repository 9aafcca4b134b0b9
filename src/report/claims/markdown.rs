//! Claims as a table in GitHub Flavored Markdown.

use std::io;

use super::ClaimsReport;
use super::text::reason;
use crate::report::markdown::{escape_markdown, write_table_line};
use crate::report::phrases;

/// Writes a row for each claim.
pub fn write(report: &ClaimsReport, out: &mut impl io::Write) -> io::Result<()> {
    writeln!(out, "{}\n", escape_markdown(&phrases::claims_heading(report)))?;
    let [claim, headings @ ..] = phrases::claim_headings().map(str::to_owned);
    write_table_line(out, &claim, &headings)?;
    writeln!(out, "|---|---|---|---|")?;
    for result in &report.results {
        let measured = result.figures.as_ref().map(phrases::claim_measured).unwrap_or_default();
        let verdict = phrases::claim_verdict(result.verdict()).to_owned();
        let claim = escape_markdown(phrases::claim_text(result.claim));
        write_table_line(out, &claim, &[measured, verdict, reason(result)])?;
    }
    writeln!(out, "\n{}", escape_markdown(&phrases::claims_summary(report)))
}
