//! `mpviz trace`.

use std::collections::HashSet;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use crossbeam_channel::{Receiver, never, select};

use super::watch_cluster::trace_cluster;
use super::watched_program::WatchedProgram;
use crate::app::calibration::known_constants;
use crate::app::finish_recording;
use crate::cli::exit::{exit_like_program, print_message};
use crate::cli::watch_options::TraceOptions;
use crate::event::{Exit, LaneId, StampedEvent, WorkerId};
use crate::model::Model;
use crate::recording::writer::Recorder;
use crate::report::{Report, phrases};
use crate::source::program_watch::{ProgramPlace, ProgramWatch};
use crate::source::simulation::{RunRecorder, predict_remedies};

/// Runs a program untouched, and prints a short result on standard error at its end.
pub(super) fn trace(options: &TraceOptions) -> ExitCode {
    if let Some(address) = &options.cluster.dask {
        return trace_cluster(options, address);
    }
    let WatchedProgram { watch, recorder, report: report_file, live } =
        match WatchedProgram::start(&options.program, ProgramPlace::InPlace, false) {
            Ok(started) => started,
            Err(code) => return code,
        };
    let reported = if options.quiet { None } else { Some(HashSet::new()) };
    let mut trace = Trace { model: Some(Model::new()), tasks: RunRecorder::default(), recorder, reported };
    let exit = trace.follow(&watch);
    let report = trace.finish(options.program.record.as_deref());
    drop((watch, live));
    if let Some(report) = &report {
        if !options.quiet {
            report.short_result().iter().for_each(print_message);
        }
        // An error does not change the exit code, which is that of the program.
        if let Some(Err(error)) = report_file.map(|file| file.write(report)) {
            print_message(&error);
        }
    }
    exit.map_or(ExitCode::SUCCESS, exit_like_program)
}

/// What is known of a traced program so far.
struct Trace {
    /// None after an invalid event: the program goes on.
    model: Option<Model>,
    tasks: RunRecorder,
    recorder: Option<Recorder>,
    /// The lost workers that were reported, and whether as holding the queue's lock; none if nothing is printed.
    reported: Option<HashSet<(LaneId, WorkerId, bool)>>,
}

impl Trace {
    /// Applies the program's events until it ends, and returns how it ended.
    fn follow(&mut self, watch: &ProgramWatch) -> Option<Exit> {
        let mut exit = None;
        let mut exits: Receiver<Exit> = watch.program.exits().clone();
        loop {
            select! {
                recv(watch.events) -> batch => match batch {
                    Ok(batch) => self.apply(&Arc::new(batch)),
                    Err(_) => return exit,
                },
                recv(exits) -> ended => {
                    exits = never();
                    exit = ended.ok();
                    if let Some(exit) = exit {
                        watch.program_exited(exit);
                    }
                }
            }
        }
    }

    fn apply(&mut self, batch: &Arc<Vec<StampedEvent>>) {
        if let Some(recorder) = &self.recorder {
            recorder.record_events(batch);
        }
        let Some(model) = &mut self.model else { return };
        batch.iter().for_each(|stamped| self.tasks.apply(stamped));
        let applied = batch.iter().try_for_each(|stamped| model.apply(stamped));
        if let Err(error) = applied {
            print_message(&format!("the program is not watched any more because of an invalid event: {error}"));
            self.model = None;
            return;
        }
        self.report_lost_workers();
    }

    /// Prints which call a lost worker blocks, as soon as it is known: the program may hang from then on.
    fn report_lost_workers(&mut self) {
        let (Some(model), Some(reported)) = (&self.model, &mut self.reported) else { return };
        for lane in model.lanes() {
            let losses = lane.worker_losses(model.newest_mark());
            for loss in losses.iter().filter(|loss| loss.concerns_tasks() || loss.locked_queue) {
                if reported.insert((lane.id(), loss.worker, loss.locked_queue)) {
                    print_message(&phrases::worker_lost(&phrases::displayed_lane_noun(lane), loss).remove(0));
                }
            }
        }
    }

    /// Ends the recording to `record` if one was requested, and returns the report.
    fn finish(self, record: Option<&Path>) -> Option<Report> {
        finish_recording(self.recorder, record).iter().for_each(print_message);
        let model = self.model?;
        let mut summary = model.summary()?;
        predict_remedies(&mut summary, &self.tasks, known_constants().as_ref());
        Some(Report::new(model.run()?, vec![summary]))
    }
}
