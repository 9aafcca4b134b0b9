//! Assigns cores to the lanes of a run.
//!
//! With the policy `split`, lanes get equal sets, no larger than their workers can use, so that a plain sum takes the
//! same time in each. What only shows on several cores, such as a GIL, gets them: the lanes take turns if need be.

use super::run_spec::{LaneSpec, RunSpec};
use crate::event::workload::Workload;
use crate::event::{CorePolicy, Mode};
use crate::report::phrases::{self, NeedForCores};

/// The cores of a run's lanes.
pub(super) struct CoreAssignment {
    /// The policy in force.
    pub(super) policy: CorePolicy,
    /// The cores of each lane.
    pub(super) sets: Vec<Vec<u32>>,
    /// Differences from what was requested, and what the machine cannot show.
    pub(super) notes: Vec<String>,
}

/// Assigns the usable cores `cores`, of which there is at least one.
pub(super) fn assign_cores(spec: &RunSpec, lanes: &[LaneSpec], cores: &[u32]) -> CoreAssignment {
    let need = need_for_cores(spec, lanes);
    let is_split = spec.cores == CorePolicy::Split;
    let is_limited = cores.len() == 1 && (need.is_some() || lanes.len() > 1 && !is_split);
    let notes = is_limited.then(|| phrases::limits_of_one_core(need));
    if !is_split {
        let sets = vec![cores.to_vec(); lanes.len()];
        return CoreAssignment { policy: spec.cores, sets, notes: notes.into_iter().collect() };
    }
    let least = least_cores(spec, lanes, need).min(cores.len());
    let usable = usable_cores(&spec.workload, lanes).max(least);
    let share = cores.len() / lanes.len();
    if share >= least {
        let sets = cores.chunks(share).take(lanes.len()).map(|set| set[..share.min(usable)].to_vec()).collect();
        return CoreAssignment { policy: CorePolicy::Split, sets, notes: notes.into_iter().collect() };
    }
    let turns = phrases::lanes_take_turns(cores.len(), lanes.len(), need.filter(|_| share > 0));
    let set = cores[..cores.len().min(usable)].to_vec();
    let notes = std::iter::once(turns).chain(notes).collect();
    CoreAssignment { policy: CorePolicy::Turns, sets: vec![set; lanes.len()], notes }
}

/// Whether the lane computes on one core at a time, however many workers it has.
fn is_on_one_core(lane: LaneSpec) -> bool {
    lane.mode == Mode::Serial || lane.gil
}

/// What the run compares that a single core a lane cannot show; none if one core is enough.
fn need_for_cores(spec: &RunSpec, lanes: &[LaneSpec]) -> Option<NeedForCores> {
    let has = |mode: Mode| lanes.iter().any(|lane| lane.mode == mode);
    match lanes.len() > 1 {
        _ if lanes.iter().any(|lane| lane.gil) => Some(NeedForCores::Gil),
        true if has(Mode::Serial) => Some(NeedForCores::Serial),
        true if spec.is_sweep() => Some(NeedForCores::Workers),
        true if spec.workload.skew > 0.0 => Some(NeedForCores::UnevenTasks),
        _ => None,
    }
}

/// Number of cores that each lane must have.
fn least_cores(spec: &RunSpec, lanes: &[LaneSpec], need: Option<NeedForCores>) -> usize {
    match need {
        None => 1,
        // More workers are only better with more cores, so each lane gets as many as the largest can use.
        Some(_) if spec.is_sweep() => {
            let queued = lanes.iter().filter(|lane| matches!(lane.mode, Mode::Threads | Mode::Pool));
            queued.map(|lane| lane_width(&spec.workload, *lane)).max().unwrap_or(1).max(2)
        }
        Some(_) => 2,
    }
}

/// Number of cores that every mode of the run can use.
fn usable_cores(workload: &Workload, lanes: &[LaneSpec]) -> usize {
    let width_of_mode = |mode: Mode| {
        let lanes = lanes.iter().filter(|lane| lane.mode == mode && !is_on_one_core(**lane));
        lanes.map(|lane| lane_width(workload, *lane)).max()
    };
    Mode::ALL_VARIANTS.into_iter().filter_map(width_of_mode).min().unwrap_or(1)
}

/// Number of tasks that the lane's workers can run at a time.
fn lane_width(workload: &Workload, lane: LaneSpec) -> usize {
    let records = workload.tasks.div_ceil(lane.tasks_per_record(workload));
    lane.workers.min(records) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::workload::ChunkSize;

    const MACHINES: [u32; 9] = [1, 2, 3, 4, 6, 8, 16, 64, 128];

    fn assign_on(machine: u32, spec: &RunSpec) -> CoreAssignment {
        assign_cores(spec, &spec.lanes(), &(0..machine).collect::<Vec<_>>())
    }

    /// For each machine whether the lanes take turns (`t`), and the number of cores of each lane. Checks that the sets
    /// are equal in size, and disjoint if they are used at the same time.
    fn cores_per_lane(spec: &RunSpec) -> String {
        let describe = |machine: u32| {
            let CoreAssignment { policy, sets, .. } = assign_on(machine, spec);
            assert!(sets.iter().all(|set| set.len() == sets[0].len() && !set.is_empty()), "{machine}: {sets:?}");
            let mut all = sets.concat();
            all.sort_unstable();
            all.dedup();
            assert!(policy != CorePolicy::Split || all.len() == sets.len() * sets[0].len(), "{machine}: {sets:?}");
            let turns = if policy == CorePolicy::Turns { "t" } else { "" };
            format!("{turns}{}", sets[0].len())
        };
        MACHINES.map(describe).join(" ")
    }

    #[test]
    fn lanes_have_equal_sets_that_all_their_workers_can_use() {
        use Mode::{Pool, Process, Serial, Threads};
        let of_modes = |modes: &[Mode]| cores_per_lane(&RunSpec::of_modes(modes));
        // Cores of the machine:                1  2  3  4  6  8 16 64 128
        assert_eq!(of_modes(&[Pool, Process]), "t1 1 1 2 3 4 4 4 4");
        assert_eq!(of_modes(&[Pool]), "1 2 3 4 4 4 4 4 4");
        assert_eq!(of_modes(&[Process]), "1 2 3 4 6 8 16 16 16");
        assert_eq!(of_modes(&[Serial]), "1 1 1 1 1 1 1 1 1");
        // A single core a lane would hide what these runs compare.
        assert_eq!(of_modes(&[Threads]), "1 2 2 2 2 2 2 2 2");
        assert_eq!(of_modes(&[Threads, Pool]), "t1 t2 t3 2 3 4 4 4 4");
        assert_eq!(of_modes(&[Serial, Threads]), "t1 t2 t2 2 2 2 2 2 2");
        assert_eq!(of_modes(&[Serial, Process]), "t1 t2 t3 2 3 4 8 16 16");
        assert_eq!(of_modes(&[Serial, Pool, Process]), "t1 t2 t3 t4 2 2 4 4 4");
        assert_eq!(of_modes(&Mode::ALL_VARIANTS), "t1 t2 t3 t4 t4 2 4 4 4");
        let without_gil = |modes: &[Mode]| {
            let workload = Workload { gil: false, ..Workload::default() };
            cores_per_lane(&RunSpec { workload, ..RunSpec::of_modes(modes) })
        };
        assert_eq!(without_gil(&[Threads, Pool]), "t1 1 1 2 3 4 4 4 4");
        assert_eq!(without_gil(&[Threads]), "1 2 3 4 4 4 4 4 4");
    }

    #[test]
    fn a_lane_has_no_more_cores_than_busy_workers() {
        let with = |workers: &[u32], workload: Workload| {
            let spec = RunSpec::of_modes(&[Mode::Pool, Mode::Process]);
            cores_per_lane(&RunSpec { workload, workers: workers.to_vec(), ..spec })
        };
        let tasks = |tasks| Workload { tasks, ..Workload::default() };
        assert_eq!(with(&[2], Workload::default()), "t1 1 1 2 2 2 2 2 2", "few workers");
        assert_eq!(with(&[1], Workload::default()), "t1 1 1 1 1 1 1 1 1", "one worker");
        assert_eq!(with(&[8], tasks(3)), "t1 1 1 2 3 3 3 3 3", "few tasks");
        assert_eq!(with(&[64], tasks(256)), "t1 1 1 2 3 4 8 32 64", "many of both");
        let chunks = Workload { chunk: ChunkSize::Tasks(12), ..Workload::default() };
        assert_eq!(with(&[4], chunks), "t1 1 1 2 2 2 2 2 2", "few chunks");
        let uneven = Workload { skew: 1.5, ..Workload::default() };
        assert_eq!(with(&[4], uneven), "t1 t2 t3 2 3 4 4 4 4", "uneven tasks need two cores");
        // Lanes of a sweep get as many cores as the largest can use.
        let sweep = RunSpec { workers: vec![2, 8], ..RunSpec::of_modes(&[Mode::Pool]) };
        assert_eq!(cores_per_lane(&sweep), "t1 t2 t3 t4 t6 t8 8 8 8");
    }

    #[test]
    fn policies_turns_and_shared_give_every_lane_all_cores() {
        for policy in [CorePolicy::Turns, CorePolicy::Shared] {
            let spec = RunSpec { cores: policy, ..RunSpec::of_modes(&[Mode::Pool, Mode::Process]) };
            for machine in MACHINES {
                let assigned = assign_on(machine, &spec);
                assert_eq!(assigned.policy, policy);
                assert!(assigned.sets.iter().all(|set| set.len() == machine as usize));
                assert_eq!(assigned.notes.len(), usize::from(machine == 1));
            }
        }
    }

    #[test]
    fn notes_say_why_lanes_take_turns_and_what_one_core_cannot_show() {
        let notes = |machine, modes: &[Mode]| assign_on(machine, &RunSpec::of_modes(modes)).notes.join(" · ");
        assert_eq!(notes(2, &[Mode::Pool, Mode::Process]), "");
        assert_eq!(
            notes(2, &[Mode::Serial, Mode::Pool, Mode::Process]),
            "2 cores cannot be split among 3 lanes: the lanes take turns"
        );
        assert_eq!(notes(2, &[Mode::Threads, Mode::Pool]), "a GIL matters only on several cores: the lanes take turns");
        assert_eq!(
            notes(1, &[Mode::Threads, Mode::Pool]),
            "1 core cannot be split among 2 lanes: the lanes take turns · on 1 core a GIL makes no difference"
        );
        assert_eq!(notes(1, &[Mode::Threads]), "on 1 core a GIL makes no difference");
        assert_eq!(notes(4, &[Mode::Threads, Mode::Pool]), "");
    }
}
