//! The choice of a setting for tasks.

use mpviz::event::Mode;
use mpviz::event::workload::{ChunkSize, IoKind};
use mpviz::source::simulation::{
    Advice, Capacity, Change, Description, InterpreterCosts, MachineConstants, NoChoice, RecordedConditions,
    Reservation, Setting, TIE, WorkloadProfile, crossovers,
};

use crate::support::measured_tasks::MACHINE;

const MS: u64 = 1_000_000;

fn tasks(tasks: u32, cpu: u64, io: u64) -> WorkloadProfile {
    let described = Description { tasks, cpu, io, io_operations: u32::from(io > 0), memory: 500_000 };
    described.profile(&MACHINE).unwrap()
}

fn advice(profile: &WorkloadProfile, cores: u32) -> Advice {
    Advice::new(profile, None, (cores, Capacity::UNLIMITED), ChunkSize::Tasks(1), &MACHINE).unwrap()
}

fn choice(profile: &WorkloadProfile, cores: u32) -> (Mode, u32) {
    let advice = advice(profile, cores);
    (advice.chosen().plan.mode, advice.chosen().plan.slots(advice.tasks))
}

#[test]
fn the_choice_follows_from_cores_and_io() {
    assert_eq!(choice(&tasks(64, 10 * MS, 0), 1), (Mode::Serial, 1));
    assert_eq!(choice(&tasks(64, 10 * MS, 0), 2), (Mode::Pool, 2));
    assert_eq!(choice(&tasks(64, 10 * MS, 0), 4), (Mode::Pool, 4));
    let (mode, workers) = choice(&tasks(64, 6 * MS, 22 * MS), 2);
    assert!(mode == Mode::Pool && (8..=32).contains(&workers), "{mode:?} {workers}");
}

#[test]
fn ties_are_within_a_twentieth_of_the_fastest_and_the_choice_is_the_narrowest() {
    for io in [0, 2 * MS, 22 * MS, 90 * MS] {
        let advice = advice(&tasks(64, 6 * MS, io), 2);
        let (chosen, slots) = (advice.chosen(), |setting: &Setting| setting.plan.slots(advice.tasks));
        assert!(advice.is_tie(chosen));
        for other in advice.others() {
            assert_eq!(advice.is_tie(other), advice.ratio_to_fastest(other) <= TIE);
            assert!(!advice.is_tie(other) || slots(other) >= slots(chosen), "{other:?}");
        }
    }
}

#[test]
fn neighbours_of_a_pool_are_pools_of_half_and_twice_the_workers() {
    let advice = advice(&tasks(64, 6 * MS, 22 * MS), 2);
    let workers: Vec<_> = advice.neighbours().iter().map(|setting| setting.plan.workers).collect();
    let chosen = advice.chosen().plan.workers;
    assert_eq!(workers, [chosen / 2, chosen * 2]);
    assert!(advice.neighbours().iter().all(|setting| setting.plan.mode == Mode::Pool));
}

#[test]
fn the_choice_changes_at_a_crossover_and_not_before() {
    let (count, cpu, io) = (64, 6 * MS, 22 * MS);
    let chosen = advice(&tasks(count, cpu, io), 2).chosen().plan;
    let found = crossovers(&tasks(count, cpu, io), &chosen, &Capacity::UNLIMITED, &MACHINE).unwrap();
    assert!(found.iter().any(|crossover| matches!(crossover.change, Change::Io(_)) && !crossover.is_more), "{found:?}");
    for crossover in found {
        let Change::Tasks(at) = crossover.change else { continue };
        assert_ne!(choice(&tasks(at, cpu, io), 2), (chosen.mode, chosen.workers));
        assert_eq!((at > count), crossover.is_more);
    }
    let without_io = crossovers(
        &tasks(64, 10 * MS, 0),
        &advice(&tasks(64, 10 * MS, 0), 2).chosen().plan,
        &Capacity::UNLIMITED,
        &MACHINE,
    )
    .unwrap();
    assert!(
        without_io.iter().any(|crossover| matches!(crossover.change, Change::Io(io) if io > 0.0)),
        "{without_io:?}"
    );
}

#[test]
fn crossovers_are_not_searched_among_very_many_tasks() {
    let many = tasks(20_001, MS, 0);
    assert_eq!(crossovers(&many, &advice(&tasks(4, MS, 0), 2).chosen().plan, &Capacity::UNLIMITED, &MACHINE), None);
}

#[test]
fn recordings_that_tell_nothing_about_other_settings_give_no_advice() {
    let refused = |recorded: RecordedConditions| {
        let profile = tasks(16, 5 * MS, 5 * MS);
        Advice::new(&profile, Some(&recorded), (2, Capacity::UNLIMITED), ChunkSize::Tasks(1), &MACHINE)
            .map(|advice| advice.choice)
    };
    let recorded = RecordedConditions { workers: 4, ..RecordedConditions::default() };
    assert!(refused(recorded).is_ok());
    assert_eq!(
        refused(RecordedConditions { shared_time: true, ..recorded }),
        Err(NoChoice::Refused(Reservation::OtherLanes))
    );
    assert_eq!(
        refused(RecordedConditions { io_kind: Some(IoKind::Disk), ..recorded }),
        Err(NoChoice::Refused(Reservation::DiskIo { recorded_workers: 4 }))
    );
    assert_eq!(
        refused(RecordedConditions { other_load: Some(0.5), ..recorded }),
        Err(NoChoice::Refused(Reservation::DisturbedRecording))
    );
    assert_eq!(refused(RecordedConditions { locks: true, ..recorded }), Err(NoChoice::Refused(Reservation::Locks)));
}

#[test]
fn settings_whose_payload_does_not_fit_into_memory_are_not_chosen() {
    let profile = tasks(64, 6 * MS, 22 * MS);
    let machine = MachineConstants { interpreter: InterpreterCosts::default(), ..MACHINE };
    let of_memory = |memory| Capacity { memory, ..Capacity::UNLIMITED };
    let within = |memory| Advice::new(&profile, None, (2, of_memory(memory)), ChunkSize::Tasks(1), &machine);
    let wide = within(u64::MAX).unwrap();
    assert!(wide.chosen().plan.workers > 4);
    let narrow = within(2_000_000).unwrap();
    assert_eq!((narrow.chosen().plan.mode, narrow.chosen().plan.workers), (Mode::Pool, 4));
    assert!(narrow.others().iter().all(|setting| setting.prediction.peak_bytes <= 2_000_000));
    let more = crossovers(&profile, &narrow.chosen().plan, &of_memory(2_000_000), &machine).unwrap();
    assert!(more.iter().all(|crossover| crossover.plan.workers <= 4), "{more:?}");
    assert_eq!(within(499_999), Err(NoChoice::Memory { least: 500_000 }));
}

#[test]
fn processes_that_exceed_memory_or_limits_are_not_chosen() {
    let profile = tasks(64, MS / 10, 900 * MS);
    let within = |capacity| Advice::new(&profile, None, (2, capacity), ChunkSize::Tasks(1), &MACHINE).unwrap();
    let eager = |advice: &Advice| advice.settings.last().unwrap().clone();
    let wide = within(Capacity::UNLIMITED);
    let all = eager(&wide).prediction;
    assert_eq!((all.processes, all.peak_memory), (64, 64 * (MACHINE.interpreter.process_bytes + 500_000)));
    let exact = Capacity { memory: all.peak_memory, processes: 64 };
    assert!(within(exact).fits(&eager(&wide)));
    for less in [Capacity { memory: exact.memory - 1, ..exact }, Capacity { processes: 63, ..exact }] {
        let advice = within(less);
        assert!(!advice.fits(&eager(&advice)) && advice.fits(advice.chosen()));
        assert!(
            advice.others().iter().all(|setting| setting.plan.slots(64) < 64 || setting.plan.mode == Mode::Threads)
        );
    }
}
