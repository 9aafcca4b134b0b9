//! Divides the numbers into tasks.

use super::Workload;

/// The numbers of one task: `start`, `start + 1`, … `start + len − 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberRange {
    pub start: u64,
    /// Number of numbers; at least 1 in a workload that passes [`Workload::check_ranges`].
    pub len: u64,
}

/// Divides a workload into tasks, in order, without gap or overlap.
///
/// Even tasks are those of `numpy.array_split`: the first `numbers % tasks` have one number more. With skew, sizes
/// follow Zipf's law in an order drawn by the seed. Each task has at least one number.
#[must_use]
pub fn split_into_tasks(workload: &Workload) -> Vec<NumberRange> {
    let sizes =
        if workload.skew == 0.0 { even_sizes(workload.numbers, workload.tasks) } else { skewed_sizes(workload) };
    let mut start = 0;
    sizes
        .into_iter()
        .map(|len| {
            let part = NumberRange { start, len };
            start += len;
            part
        })
        .collect()
}

fn even_sizes(numbers: u64, tasks: u32) -> Vec<u64> {
    let (size, longer) = (numbers / u64::from(tasks), numbers % u64::from(tasks));
    (0..u64::from(tasks)).map(|task| size + u64::from(task < longer)).collect()
}

fn skewed_sizes(workload: &Workload) -> Vec<u64> {
    let weights: Vec<f64> = (1..=workload.tasks).map(|rank| f64::from(rank).powf(-workload.skew)).collect();
    let total: f64 = weights.iter().sum();
    // Every task has one number; the rest is divided by weight.
    let spare = workload.numbers - u64::from(workload.tasks);
    let mut sizes: Vec<u64> = weights.iter().map(|w| 1 + (spare as f64 * (w / total)) as u64).collect();
    // Rounding leaves a few numbers, which go to the largest tasks; or it has distributed a few too many.
    let given: u64 = sizes.iter().sum();
    if given <= workload.numbers {
        let tasks = sizes.len();
        for i in 0..(workload.numbers - given) as usize {
            sizes[i % tasks] += 1;
        }
    } else {
        sizes[0] -= given - workload.numbers;
    }
    shuffle_by_seed(&mut sizes, workload.seed);
    sizes
}

/// Fisher-Yates shuffle with Steele's `SplitMix64` (doi 10.1145/2714064.2660195): the same order for the same seed on
/// every machine and in every version.
fn shuffle_by_seed(items: &mut [u64], seed: u64) {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    for i in (1..items.len()).rev() {
        let j = (u128::from(next()) * (i as u128 + 1)) >> 64;
        items.swap(i, j as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn task_sizes(workload: &Workload) -> Vec<u64> {
        split_into_tasks(workload).iter().map(|p| p.len).collect()
    }

    #[test]
    fn even_tasks_match_numpy() {
        let w = Workload { numbers: 11, tasks: 4, ..Workload::default() };
        assert_eq!(task_sizes(&w), [3, 3, 3, 2]);
    }

    #[test]
    fn skewed_tasks_have_one_dominant_task_chosen_by_seed() {
        let w = |seed| Workload { numbers: 1000, tasks: 8, skew: 2.0, seed, ..Workload::default() };
        let one = task_sizes(&w(1));
        assert!(*one.iter().max().unwrap() > 600, "{one:?}");
        assert_eq!(one, task_sizes(&w(1)));
        assert!((2..20).any(|seed| task_sizes(&w(seed)) != one));
    }

    proptest! {
        #[test]
        fn every_number_is_in_exactly_one_task(numbers in 1..=Workload::MAX_NUMBERS, tasks in 1..5000_u32, skew in 0.0..10.0_f64, seed: u64) {
            let tasks = u64::from(tasks).min(numbers) as u32;
            for skew in [0.0, skew] {
                let parts = split_into_tasks(&Workload { numbers, tasks, skew, seed, ..Workload::default() });
                prop_assert_eq!(parts.len(), tasks as usize);
                let mut next = 0;
                for part in parts {
                    prop_assert_eq!(part.start, next);
                    prop_assert!(part.len >= 1);
                    next += part.len;
                }
                prop_assert_eq!(next, numbers);
            }
        }
    }
}
