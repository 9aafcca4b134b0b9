//! Claims as text for a terminal.

use std::io;

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};

use super::{Claim, ClaimResult, ClaimsReport};
use crate::report::phrases;

/// Writes each claim with what was measured, the verdict and why, wrapped to this width in columns.
pub fn write(report: &ClaimsReport, width: u16, out: &mut impl io::Write) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    let [_, measured, ..] = phrases::claim_headings();
    for result in &report.results {
        table.add_row(["", ""]).add_row([result.claim.name(), phrases::claim_text(result.claim)]);
        if let Some(figures) = &result.figures {
            table.add_row([measured.to_owned(), phrases::claim_measured(figures)]);
        }
        table.add_row([phrases::claim_verdict(result.verdict()).to_owned(), reason(result)]);
    }
    writeln!(out, "{}\n{}\n", phrases::claims_heading(report), table.trim_fmt())?;
    writeln!(out, "{}", phrases::claims_summary(report))
}

/// Writes the names of all claims.
pub fn write_list(width: u16, out: &mut impl io::Write) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    table.add_rows(Claim::ALL.map(|claim| [claim.name(), phrases::claim_text(claim)]));
    writeln!(out, "{}", table.trim_fmt())
}

/// Why the verdict follows, or why there is none.
pub(super) fn reason(result: &ClaimResult) -> String {
    match (&result.no_verdict, &result.figures) {
        (Some(why), _) => phrases::no_claim_verdict(why),
        (None, Some(figures)) => phrases::claim_reasons(figures),
        (None, None) => String::new(),
    }
}
