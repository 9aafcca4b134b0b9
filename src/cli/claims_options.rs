//! Options of `mpviz claims`.

use std::path::PathBuf;

use clap::Args;

use super::AsciiOption;
use crate::report::claims::Claim;

/// Options of `mpviz claims`.
#[derive(Debug, Args)]
pub struct ClaimsOptions {
    /// Measure only these claims
    #[arg(value_name = "NAME", hide_possible_values = true)]
    pub names: Vec<Claim>,
    /// List the names of the claims
    #[arg(long, conflicts_with_all = ["names", "claims_json", "claims_markdown", "claims_python"])]
    pub list: bool,
    /// Interpreter that measures the claims about Python [default: python3, if there is one]
    #[arg(id = "claims_python", long = "python", value_name = "FILE")]
    pub python: Option<PathBuf>,
    /// Print the result as a JSON object
    #[arg(id = "claims_json", long = "json", conflicts_with = "claims_markdown")]
    pub json: bool,
    /// Print the result as a Markdown table
    #[arg(id = "claims_markdown", long = "markdown")]
    pub markdown: bool,
    #[command(flatten)]
    pub ascii: AsciiOption,
}
