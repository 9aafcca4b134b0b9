//! Clusters that a watched program starts or uses.

use std::io::Write;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;

use mpviz::event::{Event, ObservationGap, PoolKind, StampedEvent};
use mpviz::source::dask::of_program::ProgramClusters;
use mpviz::source::python::record::Record;
use mpviz::source::python::translator::Translator;
use mpviz::system::clock::{Epoch, time_of_day_ms};
use serde_json::json;
use tempfile::TempDir;

use crate::support::MAX_WAIT;

const ADDRESS: &str = "tcp://127.0.0.1:8786";

struct Program {
    trace_dir: TempDir,
    clusters: ProgramClusters,
    translator: Translator,
}

impl Program {
    fn new() -> Self {
        let (trace_dir, epoch) = (tempfile::tempdir().unwrap(), Epoch::start_now());
        let clusters = ProgramClusters::listen(trace_dir.path(), epoch);
        Self { trace_dir, clusters, translator: Translator::new(epoch, vec![0]) }
    }

    fn record(&mut self, record: &Record) {
        self.clusters.apply_record(record, &mut self.translator);
    }

    /// A scheduler that has said hello, and reported its state once.
    fn connect(&mut self) -> UnixStream {
        self.connect_as(ADDRESS)
    }

    fn connect_as(&mut self, address: &str) -> UnixStream {
        let mut stream = UnixStream::connect(self.trace_dir.path().join("clusters")).unwrap();
        let now = time_of_day_ms().unwrap() as f64 / 1e3;
        let hello =
            json!({"hello": {"time": now, "pid": 7, "version": "2026.8.0", "saturation": "1.1", "address": address}});
        writeln!(stream, "{hello}\n{}", json!({"now": now, "events": [{"reset": [now]}]})).unwrap();
        // The connection, and both lines.
        (0..3).for_each(|_| self.apply_next());
        stream
    }

    fn apply_next(&mut self) {
        let message = self.clusters.messages().recv_timeout(MAX_WAIT).unwrap();
        self.clusters.apply(message, &mut self.translator);
    }

    fn gaps(&mut self) -> Vec<ObservationGap> {
        let gap = |stamped: StampedEvent| match stamped.event {
            Event::NotObserved { reason } => Some(reason),
            _ => None,
        };
        self.translator.take_events().into_iter().filter_map(gap).collect()
    }
}

fn started() -> Record {
    Record::SchedulerStarted { address: ADDRESS.into() }
}

#[test]
fn scheduler_that_reports_is_a_lane_from_hello_to_the_end_of_its_connection() {
    let mut program = Program::new();
    let stream = program.connect();
    let events = program.translator.take_events();
    let [opened, ..] = events.as_slice() else { panic!("no lane") };
    let Event::LaneOpened(plan) = &opened.event else { panic!("{opened:?}") };
    assert_eq!(plan.pool.as_ref().map(|pool| pool.kind), Some(PoolKind::DaskCluster));
    assert!(program.clusters.report_delay() > 0);
    stream.shutdown(Shutdown::Both).unwrap();
    program.apply_next();
    let events = program.translator.take_events();
    assert!(matches!(events.last().map(|last| &last.event), Some(Event::LaneEnded { .. })), "{events:?}");
    assert_eq!(program.clusters.report_delay(), 0);
}

#[test]
fn cluster_of_the_program_needs_no_advice_whichever_comes_first() {
    let mut program = Program::new();
    let _stream = program.connect();
    program.record(&started());
    program.record(&Record::ClientConnected { address: ADDRESS.into() });
    program.clusters.finish(&mut program.translator, false);
    assert_eq!(program.gaps(), []);
}

#[test]
fn cluster_that_goes_on_after_the_program_is_named() {
    let mut program = Program::new();
    let _stream = program.connect();
    program.clusters.finish(&mut program.translator, true);
    assert_eq!(program.gaps(), [ObservationGap::ClusterWentOn { address: ADDRESS.into() }]);
}

#[test]
fn cluster_that_the_program_did_not_start_is_named_and_left_alone() {
    let mut program = Program::new();
    program.record(&Record::ClientConnected { address: "tcp://10.0.0.7:8786".into() });
    let address = "tcp://10.0.0.7:8786".into();
    assert_eq!(program.gaps(), [ObservationGap::ClusterNotStartedByProgram { address }]);
}

#[test]
fn scheduler_that_does_not_report_is_a_sentence_at_the_end() {
    let mut program = Program::new();
    program.record(&started());
    assert_eq!(program.gaps(), []);
    program.clusters.finish(&mut program.translator, true);
    assert_eq!(program.gaps(), [ObservationGap::SchedulerSilent { address: ADDRESS.into(), error: None }]);
}

#[test]
fn invalid_report_ends_the_connection() {
    let mut program = Program::new();
    let mut stream = program.connect();
    writeln!(stream, "{{\"now\": \"late\"").unwrap();
    program.apply_next();
    let events = program.translator.take_events();
    assert!(matches!(events.last().map(|last| &last.event), Some(Event::LaneEnded { .. })), "{events:?}");
    let reason = |stamped: &StampedEvent| match &stamped.event {
        Event::NotObserved { reason: ObservationGap::LastReportsMissing { error, .. } } => error.clone(),
        _ => None,
    };
    let error = events.iter().find_map(reason).expect("a reason");
    assert!(error.as_str().contains("invalid type"), "{error}");
}

#[test]
fn end_of_reports_before_the_scheduler_has_closed_is_a_gap() {
    for (last, gaps) in [
        (json!({"now": 0, "last": true}), vec![]),
        (json!({"now": 0}), vec![ObservationGap::LastReportsMissing { address: ADDRESS.into(), error: None }]),
    ] {
        let mut program = Program::new();
        let mut stream = program.connect();
        writeln!(stream, "{last}").unwrap();
        stream.shutdown(Shutdown::Both).unwrap();
        (0..2).for_each(|_| program.apply_next());
        assert_eq!(program.gaps(), gaps);
    }
}
