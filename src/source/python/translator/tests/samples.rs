//! Samples of workers: what they wait for, and what they use.

use super::*;
use crate::event::{FinalUsage, ObservationGap};
use crate::source::process_tree::{ThreadSample, Wait};

#[test]
fn waits_are_reported_while_a_task_runs() {
    let mut program = Program::pool(Some(1));
    program.start(10, 1, 0);
    let live: Vec<_> = program.translator.live_workers().filter(|live| live.busy).collect();
    program.translator.worker_sampled(12_000_000, live[0], sample(Wait::Lock, 3_500));
    program.translator.worker_sampled(13_000_000, live[0], sample(Wait::Lock, 3_500));
    let model = program.model();
    let lane = &model.lanes()[0];
    let waited = |ms: u64| lane.worker(live[0].worker).map(|worker| worker.io_time(ms * 1_000_000));
    assert_eq!(waited(13), Some(2_500_000), "it computed for 0.5 ms before");
    assert!(lane.worker(live[0].worker).is_some_and(|worker| worker.is_in_lock(14_000_000) == Some(true)));
    program.finish(20, 1, 0);
    let model = program.model();
    assert!(model.lanes()[0].worker(live[0].worker).is_some_and(|worker| worker.is_in_lock(21_000_000) != Some(true)));
}

#[test]
fn a_wait_ends_when_computing_begins_again() {
    let mut program = Program::pool(Some(1));
    program.start(10, 1, 0);
    let live: Vec<_> = program.translator.live_workers().filter(|live| live.busy).collect();
    program.translator.worker_sampled(20_000_000, live[0], sample(Wait::Other, 3_000));
    program.translator.worker_sampled(50_000_000, live[0], sample(Wait::None, 8_000));
    // More CPU time than time: the kernel counts it later.
    program.translator.worker_sampled(51_000_000, live[0], sample(Wait::Other, 20_000));
    program.finish(60, 1, 0);
    let model = program.model();
    let worker = model.lanes()[0].worker(live[0].worker).unwrap();
    assert_eq!([20, 50, 60].map(|ms| worker.io_time(ms * 1_000_000)), [10_000_000, 35_000_000, 44_000_000]);
}

#[test]
fn a_wait_for_a_lock_that_follows_another_wait_counts_from_the_middle_between_samples() {
    let mut program = Program::pool(Some(1));
    program.start(10, 1, 0);
    let live: Vec<_> = program.translator.live_workers().filter(|live| live.busy).collect();
    program.translator.worker_sampled(20_000_000, live[0], sample(Wait::Lock, 3_000));
    program.translator.worker_sampled(40_000_000, live[0], sample(Wait::Other, 3_000));
    program.finish(60, 1, 0);
    let model = program.model();
    let worker = model.lanes()[0].worker(live[0].worker).unwrap();
    assert_eq!(worker.io_time(60_000_000), 50_000_000, "it was blocked all the time");
    let is_locked = |ms: u64| worker.is_in_lock(ms * 1_000_000) == Some(true);
    assert_eq!([15, 29, 31, 45].map(is_locked), [true, true, false, false]);
}

#[test]
fn waits_tell_how_often_they_were_found() {
    let mut program = Program::pool(Some(1));
    program.start(10, 1, 0);
    let live: Vec<_> = program.translator.live_workers().filter(|live| live.busy).collect();
    for (ms, wait) in [(20, Wait::Lock), (30, Wait::Lock), (40, Wait::Other), (50, Wait::None), (55, Wait::Lock)] {
        program.translator.worker_sampled(ms * 1_000_000, live[0], sample(wait, 3_000));
    }
    program.finish(60, 1, 0);
    let looks = |stamped: &StampedEvent| match stamped.event {
        Event::WaitFinished { looks, .. } => Some(looks),
        _ => None,
    };
    let found: Vec<u64> = program.translator.take_events().iter().filter_map(looks).collect();
    assert_eq!(found, [2, 1, 1]);
}

#[test]
fn a_wait_of_unknown_kind_is_said_once_and_shown_as_blocked() {
    let mut program = Program::pool(Some(1));
    program.start(10, 1, 0);
    let live: Vec<_> = program.translator.live_workers().filter(|live| live.busy).collect();
    program.translator.worker_sampled(20_000_000, live[0], sample(Wait::Unknown, 3_000));
    program.translator.worker_sampled(30_000_000, live[0], sample(Wait::Unknown, 3_000));
    let model = program.model();
    let worker = model.lanes()[0].worker(live[0].worker).unwrap();
    assert_eq!((worker.io_time(30_000_000) > 0, worker.is_in_lock(30_000_000)), (true, None));
    assert_eq!(model.program_state().not_observed, [ObservationGap::WaitsUnknown { pid: 1 }]);
}

#[test]
fn threads_are_sampled_and_say_at_their_end_what_they_used() {
    let mut program = Program::new();
    let (target, site) = (SafeText::from("work"), Some(site(3)));
    program.write(1, PARENT, Record::ThreadStarted { tid: 7, starter: PARENT, name: "".into(), target, site });
    let live: Vec<_> = program.translator.live_workers().collect();
    program.translator.worker_sampled(20_000_000, live[0], sample(Wait::None, 4_000));
    let usage = FinalUsage { cpu_ns: 5_000_000, run_delay_ns: 9, voluntary_switches: 1, involuntary_switches: 2 };
    program.write(30, PARENT, Record::ThreadEnded { tid: 7, cpu_ns: 5_000_000, usage: Some(usage) });
    let model = program.model();
    let worker = model.lanes()[0].worker(live[0].worker).unwrap();
    assert_eq!(worker.last_sample(25_000_000).map(|sample| sample.cpu_ns), Some(4_000_000));
    assert_eq!(worker.final_usage(), Some(&usage));
}

/// A sample of a thread that has used this CPU time.
fn sample(wait: Wait, cpu_us: u64) -> ThreadSample {
    let (cpu_ns, run_delay_ns) = (Some(cpu_us * 1_000), Some(0));
    ThreadSample { wait, has_descendants: false, core: Some(0), cpu_ns, run_delay_ns, timeslices: Some(1) }
}

#[test]
fn a_record_that_is_read_after_a_later_sample_does_not_go_back_in_time() {
    let mut program = Program::pool(Some(1));
    program.start(10, 1, 0);
    let live: Vec<_> = program.translator.live_workers().filter(|live| live.busy).collect();
    program.translator.worker_sampled(30_000_000, live[0], sample(Wait::Other, 3_000));
    program.finish(20, 1, 0);
    assert_eq!(outcomes(&program.model().lanes()[0])[0], TaskOutcome::Finished);
}
