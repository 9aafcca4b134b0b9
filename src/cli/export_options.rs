//! Options of `mpviz export` and `mpviz compare`.

use std::path::{Path, PathBuf};

use clap::{ArgAction, Args, ValueEnum};
use thiserror::Error;

use super::config::ConfigOptions;
use super::{ResultFormat, ScreenOptions};
use crate::event::Mode;
use crate::event::units::parse_time;
use crate::system::standard_streams::is_standard_stream;
use crate::view::MIN_TERMINAL_SIZE;

/// Maximum size of a picture, in columns and rows.
const MAX_SIZE: (u16, u16) = (500, 200);

/// Options of `mpviz export`.
#[derive(Clone, Debug, Args)]
pub struct ExportOptions {
    /// The recording; - for standard input
    pub file: PathBuf,
    /// Output format
    #[arg(long, value_name = "FORMAT")]
    pub to: ExportFormat,
    /// Output file; - for standard output, the default
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,
    /// Overwrite an existing file
    #[arg(long)]
    pub force: bool,
    /// Number of the run in the recording [default: the last]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub run: Option<u32>,
    /// Pictures: columns and rows of the screen [default: 120x40]
    #[arg(long, value_name = "WxH", value_parser = parse_columns_and_rows, help_heading = "Pictures")]
    pub size: Option<(u16, u16)>,
    /// Pictures: colour theme [default: dark]
    #[arg(long, value_name = "NAME", help_heading = "Pictures")]
    pub theme: Option<String>,
    /// Moving pictures: playback speed [default: 1]
    #[arg(long, value_name = "X", value_parser = parse_speed, help_heading = "Pictures")]
    pub speed: Option<f64>,
    /// Moving pictures: maximum frames per second [default: 10, 4 for svg]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=30), help_heading = "Pictures")]
    pub fps: Option<u8>,
    /// svg: time of the run to draw [default: its end]
    #[arg(long, value_name = "TIME", value_parser = parse_time, conflicts_with = "animate", help_heading = "Pictures")]
    pub at: Option<u64>,
    /// svg: animate the whole run
    #[arg(long, help_heading = "Pictures")]
    pub animate: bool,
}

/// An export format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// Trace for ui.perfetto.dev and other readers of Chrome's JSON trace format
    Perfetto,
    /// Terminal recording for asciinema, version 2
    Asciicast,
    /// Picture of the screen; animated with --animate
    Svg,
    /// Self-contained web page with a player
    Html,
    /// Table with one row per task
    Csv,
    /// Job log of GNU parallel
    Joblog,
}

impl ExportFormat {
    /// Name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Perfetto => "perfetto",
            Self::Asciicast => "asciicast",
            Self::Svg => "svg",
            Self::Html => "html",
            Self::Csv => "csv",
            Self::Joblog => "joblog",
        }
    }

    /// Whether the output is text for a terminal.
    #[must_use]
    pub const fn is_text(self) -> bool {
        matches!(self, Self::Csv | Self::Joblog)
    }

    const fn is_picture(self) -> bool {
        matches!(self, Self::Asciicast | Self::Svg | Self::Html)
    }
}

impl ExportOptions {
    /// The output file; none for standard output.
    #[must_use]
    pub fn output_file(&self) -> Option<&Path> {
        self.output.as_deref().filter(|path| !is_standard_stream(path))
    }

    /// Checks that the format supports every given option.
    pub fn check_supported(&self) -> Result<(), UnsupportedOption> {
        let picture = self.to.is_picture();
        let moving = picture && (self.to != ExportFormat::Svg || self.animate);
        let still = self.to == ExportFormat::Svg && !self.animate;
        let options = [
            ("--size", self.size.is_some(), picture),
            ("--theme", self.theme.is_some(), picture),
            ("--speed", self.speed.is_some(), moving),
            ("--fps", self.fps.is_some(), moving),
            ("--at", self.at.is_some(), still),
            ("--animate", self.animate, self.to == ExportFormat::Svg),
        ];
        match options.into_iter().find(|(_, given, supported)| *given && !supported) {
            Some((option @ ("--speed" | "--fps"), ..)) if still => Err(UnsupportedOption::NeedsAnimate(option)),
            Some((option, ..)) => Err(UnsupportedOption::Format(option, self.to.name())),
            None => Ok(()),
        }
    }
}

/// An option that does not apply to the format.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum UnsupportedOption {
    #[error("{0} needs --animate")]
    NeedsAnimate(&'static str),
    #[error("{0} cannot be used with --to {1}")]
    Format(&'static str, &'static str),
}

/// Options of `mpviz compare`.
#[derive(Clone, Debug, Args)]
pub struct CompareOptions {
    /// Recordings, or results of `mpviz run --json`; - for standard input; several runs in one recording are repeats
    #[arg(required = true, num_args = 2.., value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Modes to compare [default: all; on the screen, as many lanes as fit]
    #[arg(long, value_delimiter = ',', action = ArgAction::Set, value_name = "MODE,…")]
    pub lanes: Vec<Mode>,
    /// Print the table even on a terminal
    #[arg(long, group = "format", help_heading = "Result")]
    pub table: bool,
    #[command(flatten)]
    pub format: ResultFormat,
    #[command(flatten)]
    pub screen: ScreenOptions,
    #[command(flatten)]
    pub config: ConfigOptions,
}

impl CompareOptions {
    /// Whether only the table is printed.
    #[must_use]
    pub fn prints_only_table(&self) -> bool {
        self.table || self.format.is_any()
    }
}

fn parse_columns_and_rows(text: &str) -> Result<(u16, u16), String> {
    let sides =
        text.split_once(['x', '×', 'X']).and_then(|(w, h)| Some((w.trim().parse().ok()?, h.trim().parse().ok()?)));
    let (width, height) = sides.ok_or_else(|| format!("`{text}` is not a size, such as 120x40"))?;
    let fits = |side: u16, least: u16, most: u16| (least..=most).contains(&side);
    if fits(width, MIN_TERMINAL_SIZE.0, MAX_SIZE.0) && fits(height, MIN_TERMINAL_SIZE.1, MAX_SIZE.1) {
        return Ok((width, height));
    }
    Err(format!(
        "the size must be between {}x{} and {}x{}",
        MIN_TERMINAL_SIZE.0, MIN_TERMINAL_SIZE.1, MAX_SIZE.0, MAX_SIZE.1
    ))
}

fn parse_speed(text: &str) -> Result<f64, String> {
    let factor = text.strip_suffix(['x', '×']).unwrap_or(text);
    let (number, per) = factor.split_once('/').unwrap_or((factor, "1"));
    let speed = number.trim().parse::<f64>().ok().zip(per.trim().parse::<f64>().ok()).map(|(number, per)| number / per);
    match speed {
        Some(speed) if (0.001..=1000.0).contains(&speed) => Ok(speed),
        _ => Err(format!("`{text}` is not a speed between 0.001 and 1000, such as 2, 0.5 or 1/4")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, CliCommand};
    use clap::Parser;

    fn parse_export_options(args: &[&str]) -> Result<ExportOptions, String> {
        let cli = Cli::try_parse_from([&["mpviz", "export", "run.jsonl"], args].concat())
            .map_err(|error| error.to_string())?;
        let Some(CliCommand::Export(options)) = cli.command else { return Err("another command".into()) };
        options.check_supported().map_err(|error| error.to_string())?;
        Ok(options)
    }

    #[test]
    fn unsupported_options_are_refused() {
        assert!(
            parse_export_options(&["--to", "csv", "--at", "1s"])
                .unwrap_err()
                .contains("--at cannot be used with --to csv")
        );
        assert!(
            parse_export_options(&["--to", "perfetto", "--size", "80x24"])
                .unwrap_err()
                .contains("--size cannot be used with --to perfetto")
        );
        assert!(parse_export_options(&["--to", "html", "--animate"]).unwrap_err().contains("--animate cannot be used"));
        assert!(parse_export_options(&["--to", "svg", "--fps", "5"]).unwrap_err().contains("--fps needs --animate"));
        assert!(parse_export_options(&["--to", "svg", "--fps", "5", "--animate"]).is_ok());
        assert!(
            parse_export_options(&["--to", "svg", "--at", "1s", "--animate"])
                .unwrap_err()
                .contains("cannot be used with")
        );
    }

    #[test]
    fn sizes_and_speeds_are_parsed() {
        assert_eq!(parse_columns_and_rows("80x24"), Ok((80, 24)));
        assert!(parse_columns_and_rows("80").unwrap_err().contains("120x40"));
        assert!(parse_columns_and_rows("10x10").unwrap_err().contains("between 60x16 and 500x200"));
        assert_eq!(parse_speed("2x"), Ok(2.0));
        assert_eq!(parse_speed("1/4"), Ok(0.25));
        assert!(["0", "-1", "nan", "1/0", "fast"].into_iter().all(|text| parse_speed(text).is_err()));
    }
}
