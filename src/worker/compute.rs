//! The computation: a sum, with a configurable amount of integer work per number.

use std::hint::black_box;

use crate::system::clock::thread_cpu_time;

/// Returns the sum of the numbers, after `rounds` rounds of an integer mix for each.
///
/// The mix is one dependency chain through all numbers, so that neither compiler nor processor can run rounds in
/// parallel: CPU time is proportional to rounds × numbers.
#[must_use]
pub fn add_numbers_with_cost(numbers: &[i64], rounds: u32) -> i64 {
    if rounds == 0 {
        return numbers.iter().sum();
    }
    let mut mixed = 0_u64;
    let mut sum = 0;
    for &number in numbers {
        mixed ^= number as u64;
        for _ in 0..rounds {
            mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        }
        sum += number;
    }
    black_box(mixed);
    sum
}

/// Returns how many rounds cost `cost_ns` of CPU time per number on this machine, from the fastest of three trials of
/// 20 ms.
///
/// Other programs can only slow a trial down, so the fastest is closest to the undisturbed machine.
#[must_use]
pub fn calibrate_rounds(cost_ns: u64) -> u32 {
    if cost_ns == 0 {
        return 0;
    }
    let per_round = (0..3).map(|_| ns_per_round()).fold(f64::INFINITY, f64::min);
    (cost_ns as f64 / per_round).round().max(1.0) as u32
}

fn ns_per_round() -> f64 {
    const CALIBRATION_TRIAL_NS: u64 = 20_000_000;
    const TEST_ROUNDS: u32 = 64;
    let numbers: Vec<i64> = (0..1024).collect();
    let started = thread_cpu_time();
    let mut rounds_done = 0_u64;
    loop {
        black_box(add_numbers_with_cost(black_box(&numbers), TEST_ROUNDS));
        rounds_done += numbers.len() as u64 * u64::from(TEST_ROUNDS);
        let spent = thread_cpu_time() - started;
        if spent >= CALIBRATION_TRIAL_NS {
            return spent as f64 / rounds_done as f64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_do_not_change_the_sum() {
        let numbers: Vec<i64> = (0..1000).collect();
        for rounds in [0, 1, 7] {
            assert_eq!(add_numbers_with_cost(&numbers, rounds), 499_500);
        }
        assert_eq!(add_numbers_with_cost(&[], 3), 0);
    }

    #[test]
    fn zero_cost_needs_no_rounds_and_any_other_cost_at_least_one() {
        assert_eq!(calibrate_rounds(0), 0);
        assert!(calibrate_rounds(1) >= 1);
    }

    #[test]
    fn rounds_are_proportional_to_the_cost() {
        let (one, hundred) = (f64::from(calibrate_rounds(1_000)), f64::from(calibrate_rounds(100_000)));
        // Other programs may slow the core down during one of them.
        assert!((30.0..300.0).contains(&(hundred / one)), "{one} {hundred}");
    }
}
