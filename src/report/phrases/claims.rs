//! Claims, what was measured of each, and verdicts.

mod memory;
mod results;
mod times;

use super::number_of_cores;
use crate::event::units::{format_bytes, format_elapsed};
use crate::report::claims::{Claim, ClaimVerdict, ClaimsReport, Figures, NoVerdict};
use crate::text;

/// The figures of a claim in words.
struct FiguresInWords {
    measured: String,
    /// A sentence for each part of the claim, and one on what else was seen.
    reasons: Vec<String>,
}

impl FiguresInWords {
    fn of(figures: &Figures) -> Self {
        match figures {
            Figures::Fifo(figures) => results::fifo(figures),
            Figures::PoolMemory(figures) => memory::pool_memory(figures),
            Figures::ProcessMemory(figures) => memory::process_memory(figures),
            Figures::Io(figures) => times::io(figures),
            Figures::Scheduling(figures) => times::scheduling(figures),
            Figures::Gil(figures) => times::gil(figures),
            Figures::Choice(figures) => times::choice(figures),
            Figures::Map(figures) => results::map(figures),
            Figures::Start(figures) => times::start(figures),
            Figures::Share(figures) => memory::share(figures),
            Figures::Kill(figures) => results::kill(figures),
            Figures::Visible(figures) => times::visible(figures),
            Figures::Collect(figures) => results::collect(figures),
            Figures::Seconds(figures) => times::seconds(figures),
        }
    }
}

/// What was measured of a claim, in one line.
#[must_use]
pub fn claim_measured(figures: &Figures) -> String {
    in_one_line(&FiguresInWords::of(figures).measured)
}

/// Why the verdict follows, in one line.
#[must_use]
pub fn claim_reasons(figures: &Figures) -> String {
    in_one_line(&FiguresInWords::of(figures).reasons.join(" "))
}

/// The claim as a sentence.
#[must_use]
pub fn claim_text(claim: Claim) -> &'static str {
    match claim {
        Claim::Fifo => text!("claim-fifo"),
        Claim::PoolMemory => text!("claim-pool-memory"),
        Claim::ProcessMemory => text!("claim-process-memory"),
        Claim::Io => text!("claim-io"),
        Claim::Scheduling => text!("claim-scheduling"),
        Claim::Gil => text!("claim-gil"),
        Claim::Choice => text!("claim-choice"),
        Claim::Map => text!("claim-map"),
        Claim::Start => text!("claim-start"),
        Claim::Share => text!("claim-share"),
        Claim::Kill => text!("claim-kill"),
        Claim::Visible => text!("claim-visible"),
        Claim::Collect => text!("claim-collect"),
        Claim::Seconds => text!("claim-seconds"),
    }
}

/// A verdict, or that there is none.
#[must_use]
pub fn claim_verdict(verdict: Option<ClaimVerdict>) -> &'static str {
    match verdict {
        Some(ClaimVerdict::So) => text!("claims-so"),
        Some(ClaimVerdict::HalfSo) => text!("claims-half-so"),
        Some(ClaimVerdict::NotSo) => text!("claims-not-so"),
        None => text!("claims-no-verdict"),
    }
}

/// Why there is no verdict.
#[must_use]
pub fn no_claim_verdict(reason: &NoVerdict) -> String {
    match reason {
        NoVerdict::NoPython => text!("claims-no-python").into(),
        NoVerdict::OneCore => text!("claims-one-core").into(),
        NoVerdict::Memory { needed, available } => {
            text!("claims-memory", needed = format_bytes(*needed), available = format_bytes(*available))
        }
        NoVerdict::Disturbed { percent } => text!("claims-disturbed", percent = *percent),
        NoVerdict::Failed { why } => text!("claims-failed", why = super::system_error(why.as_str())),
    }
}

/// Headings: claim, measured, verdict, why.
#[must_use]
pub fn claim_headings() -> [&'static str; 4] {
    [text!("claims-claim"), text!("claims-measured"), text!("claims-verdict"), text!("claims-why")]
}

/// Where the claims were measured, in two lines.
#[must_use]
pub fn claims_heading(report: &ClaimsReport) -> String {
    let cores = number_of_cores(report.machine.cores as usize);
    let memory = format_bytes(report.machine.memory_bytes);
    let python = report.python.as_ref().map_or_else(|| text!("claims-without-python").into(), ToString::to_string);
    format!("{cores}, {memory}, {python}\n{}", report.machine.os)
}

/// How many claims have which verdict.
#[must_use]
pub fn claims_summary(report: &ClaimsReport) -> String {
    let count = |verdict| report.results.iter().filter(|result| result.verdict() == verdict).count();
    text!(
        "claims-summary",
        claims = report.results.len(),
        so = count(Some(ClaimVerdict::So)),
        half = count(Some(ClaimVerdict::HalfSo)),
        not = count(Some(ClaimVerdict::NotSo)),
        none = count(None),
        time = format_elapsed(report.elapsed_s),
    )
}

/// The progress of measuring: the claim that is measured now.
#[must_use]
pub fn claims_progress(claim: Claim, number: usize, of: usize) -> String {
    text!("claims-progress", claim = claim.name(), number = number, of = of)
}

/// Joins the lines of a long text.
fn in_one_line(text: &str) -> String {
    text.replace('\n', " ")
}

fn percent(share: f64) -> f64 {
    (100.0 * share).round()
}

fn ratio(of: f64, over: f64) -> String {
    format!("{:.1}", of / over)
}
