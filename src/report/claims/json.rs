//! Claims as JSON.

use std::io;

use serde::Serialize;

use super::text::reason;
use super::{Claim, ClaimVerdict, ClaimsReport, Figures, NoVerdict};
use crate::event::Machine;
use crate::event::text::SafeText;
use crate::report::phrases;

/// Version of the JSON format.
const JSON_SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct ClaimsDocument<'a> {
    schema: u32,
    version: &'static str,
    machine: &'a Machine,
    /// Null without an interpreter.
    python: Option<&'a SafeText>,
    elapsed_s: f64,
    claims: Vec<ClaimKeys<'a>>,
}

#[derive(Serialize)]
struct ClaimKeys<'a> {
    name: Claim,
    claim: &'static str,
    /// `so`, `half-so` or `not-so`; null without a verdict.
    verdict: Option<ClaimVerdict>,
    no_verdict: Option<&'a NoVerdict>,
    /// Whether each part of the claim holds; null if it was not measured.
    parts: Option<Vec<bool>>,
    why: String,
    measured: Option<String>,
    /// The keys depend on the claim; null if it was not measured.
    figures: Option<&'a Figures>,
}

/// Writes the claims as an indented JSON object. Keys are added, never renamed.
pub fn write(report: &ClaimsReport, out: &mut impl io::Write) -> io::Result<()> {
    let claims = report.results.iter().map(|result| ClaimKeys {
        name: result.claim,
        claim: phrases::claim_text(result.claim),
        verdict: result.verdict(),
        no_verdict: result.no_verdict.as_ref(),
        parts: result.figures.as_ref().map(Figures::parts),
        why: reason(result),
        measured: result.figures.as_ref().map(phrases::claim_measured),
        figures: result.figures.as_ref(),
    });
    let document = ClaimsDocument {
        schema: JSON_SCHEMA_VERSION,
        version: env!("CARGO_PKG_VERSION"),
        machine: &report.machine,
        python: report.python.as_ref(),
        elapsed_s: report.elapsed_s,
        claims: claims.collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document).map_err(io::Error::from)?;
    writeln!(out)
}
