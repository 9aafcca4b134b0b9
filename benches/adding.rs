//! Adding without extra cost per number: mpviz's serial lane against a plain loop over the same memory.

mod measure;

use std::hint::black_box;

use measure::{at_most, figure, medians, of_first_lane, run};
use mpviz::system::clock::thread_cpu;

const NUMBERS: i64 = 100_000_000;
/// The default number of tasks.
const TASKS: usize = 16;
const REPEATS: usize = 7;

fn main() {
    println!("adding {NUMBERS} numbers, CPU time; {REPEATS} interleaved repeats, medians");
    let numbers: Vec<i64> = (0..NUMBERS).collect();
    let options = format!("--cost 0 --numbers {NUMBERS} --lanes serial");
    let [mpviz, plain] =
        medians(REPEATS, [&mut || of_first_lane(&run(&options), "/core_time_s/adding"), &mut || plain_loop(&numbers)]);
    figure("mpviz serial", mpviz * 1e3, "ms");
    figure("plain loop", plain * 1e3, "ms");
    at_most("mpviz ÷ plain loop", mpviz / plain, 1.5);
}

/// CPU seconds.
fn plain_loop(numbers: &[i64]) -> f64 {
    let began = thread_cpu();
    let mut total = 0_i64;
    for part in black_box(numbers).chunks(numbers.len().div_ceil(TASKS)) {
        for number in part {
            total = total.wrapping_add(*number);
        }
        black_box(total);
    }
    (thread_cpu() - began) as f64 / 1e9
}
