//! Adding, at a price: a fixed amount of integer work for every number.

use std::hint::black_box;

use crate::system::clock::thread_cpu;

/// The sum of the numbers, after `rounds` rounds of an integer mix for each. With no rounds it is a plain sum.
///
/// The mix is a chain through all numbers, so that neither the compiler nor the processor can do two at a time: CPU time is
/// rounds × numbers × a constant of the machine.
#[must_use]
pub fn add(numbers: &[i64], rounds: u32) -> i64 {
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

/// How many rounds make a number cost so many ns of CPU time on this machine, now: the fastest of three tries of 20 ms.
///
/// A machine is rarely faster than its fastest moment, so the price is rather too high than too low when other programs
/// disturb; what a number really took is reported for every lane.
#[must_use]
pub fn calibrate_rounds(cost_ns: u64) -> u32 {
    if cost_ns == 0 {
        return 0;
    }
    let per_round = (0..3).map(|_| ns_per_round()).fold(f64::INFINITY, f64::min);
    (cost_ns as f64 / per_round).round().max(1.0) as u32
}

fn ns_per_round() -> f64 {
    const TRY_NS: u64 = 20_000_000;
    const ROUNDS: u32 = 64;
    let numbers: Vec<i64> = (0..1024).collect();
    let began = thread_cpu();
    let mut done = 0_u64;
    loop {
        black_box(add(black_box(&numbers), ROUNDS));
        done += numbers.len() as u64 * u64::from(ROUNDS);
        let spent = thread_cpu() - began;
        if spent >= TRY_NS {
            return spent as f64 / done as f64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_price_does_not_change_the_sum() {
        let numbers: Vec<i64> = (0..1000).collect();
        for rounds in [0, 1, 7] {
            assert_eq!(add(&numbers, rounds), 499_500);
        }
        assert_eq!(add(&[], 3), 0);
    }

    #[test]
    fn nothing_costs_nothing_and_anything_at_least_a_round() {
        assert_eq!(calibrate_rounds(0), 0);
        assert!(calibrate_rounds(1) >= 1);
    }

    #[test]
    fn twice_the_price_is_twice_the_work() {
        let (one, two) = (f64::from(calibrate_rounds(1_000)), f64::from(calibrate_rounds(2_000)));
        assert!((1.2..3.4).contains(&(two / one)), "{one} {two}");
    }
}
