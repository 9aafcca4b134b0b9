//! `mpviz advise`: predicts which mode and how many workers suit tasks.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use super::advise_confirm::{confirm, confirm_with};
use super::advise_output::{write_json, write_text_advice};
use super::advise_report::AdviceReport;
use super::measured_tasks::{MeasuredCluster, MeasuredTasks, Subject, TasksError};
use crate::app::calibration::{capacity, known_accuracy, machine_constants};
use crate::cli::exit::{exit_after_printing, print_error};
use crate::cli::text_output::write_text;
use crate::cli::{AdviceSubject, AdviseOptions};
use crate::engine::CURRENT_EXE;
use crate::probe::machine::usable_cores;
use crate::report::phrases;
use crate::source::simulation::{Advice, NoChoice, crossovers};
use crate::system::exit_code::EXIT_USAGE;

/// Predicts all settings, and prints them with the choice.
pub(super) fn advise(options: &AdviseOptions) -> ExitCode {
    let here = usable_cores();
    let cores_here = here.len() as u32;
    let subject = match options.subject(cores_here) {
        Ok(subject) => subject,
        Err(error) => return print_error(EXIT_USAGE, &error),
    };
    let constants = || machine_constants(Path::new(CURRENT_EXE)).map_err(TasksError::from);
    let read = match subject {
        AdviceSubject::File(file) => MeasuredTasks::read(&file, constants),
        AdviceSubject::Description(described) => {
            constants().and_then(|constants| match MeasuredTasks::described(described, &constants) {
                Ok(tasks) => Ok(Subject::Tasks(Box::new(tasks))),
                Err(error) => Err(TasksError::Described(error)),
            })
        }
    };
    let tasks = match read {
        Ok(Subject::Tasks(tasks)) => *tasks,
        Ok(Subject::Cluster(cluster)) if options.cores.is_some() || options.chunk.is_some() || options.confirms() => {
            return print_error(EXIT_USAGE, &TasksError::Cluster(cluster.file));
        }
        Ok(Subject::Cluster(cluster)) => {
            return exit_after_printing(print_cluster(&cluster, options.json), 0);
        }
        Err(error) => return print_error(error.exit_code(), &error),
    };
    let cores = options.cores.unwrap_or(cores_here);
    let (constants, chunk) = (tasks.constants, options.chunk.unwrap_or(tasks.chunk));
    let capacity = capacity();
    let advice = match Advice::new(&tasks.profile, tasks.conditions.as_ref(), (cores, capacity), chunk, &constants) {
        Ok(advice) => advice,
        Err(NoChoice::Refused(reservation)) => {
            return print_error(EXIT_USAGE, &phrases::reservation(&reservation.text()));
        }
        Err(NoChoice::Memory { least }) => {
            return print_error(EXIT_USAGE, &phrases::nothing_fits(least, capacity.memory));
        }
    };
    let accuracy = known_accuracy();
    let noise = accuracy.noise_floor().p95;
    let confirmed = match options.confirm_with.as_slice() {
        [] => options.confirm.then(|| confirm(&tasks, &advice, &here[..cores as usize], noise)),
        recordings => Some(confirm_with(recordings, &tasks, &advice, noise)),
    };
    let confirmation = match confirmed.transpose() {
        Ok(confirmation) => confirmation,
        Err(error) => return print_error(error.exit_code(), &error),
    };
    let crossovers = crossovers(&tasks.profile, &advice.chosen().plan, &capacity, &constants);
    let report = AdviceReport { tasks, accuracy, advice, crossovers, cores, cores_here, confirmation };
    exit_after_printing(print(&report, options.json), 0)
}

fn print_cluster(cluster: &MeasuredCluster, as_json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if as_json {
        serde_json::to_writer_pretty(&mut out, cluster).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        let mut lines = phrases::cluster_predictions(&cluster.predictions);
        lines.extend(phrases::lanes_not_predicted(&cluster.not_predicted));
        write_text(&mut out, |out| lines.iter().try_for_each(|line| writeln!(out, "{line}")))?;
    }
    out.flush()
}

fn print(report: &AdviceReport, as_json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if as_json {
        write_json(report, &mut out)?;
    } else {
        write_text(&mut out, |out| write_text_advice(report, out))?;
    }
    out.flush()
}
