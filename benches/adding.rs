//! Adding without extra cost per number: mpviz's serial lane against a plain loop over the same memory.

mod measure;

use std::hint::black_box;

use measure::{figure_of_first_lane, medians, print_figure, print_ratio_with_maximum, run_json};
use mpviz::system::clock::thread_cpu_time;

const NUMBERS: i64 = 100_000_000;
/// Number of tasks: the default of mpviz.
const TASKS: usize = 16;
const REPEATS: usize = 7;

fn main() {
    println!("adding {NUMBERS} numbers, CPU time; {REPEATS} interleaved repeats, medians");
    let numbers: Vec<i64> = (0..NUMBERS).collect();
    let options = format!("--cost 0 --numbers {NUMBERS} --lanes serial");
    let [mpviz, plain] = medians(
        REPEATS,
        [&mut || figure_of_first_lane(&run_json(&options), "/core_time_s/adding"), &mut || {
            cpu_time_of_plain_loop(&numbers)
        }],
    );
    print_figure("mpviz serial", mpviz * 1e3, "ms");
    print_figure("plain loop", plain * 1e3, "ms");
    print_ratio_with_maximum("mpviz ÷ plain loop", mpviz / plain, 1.5);
}

/// CPU time of a loop that adds the numbers, in s.
fn cpu_time_of_plain_loop(numbers: &[i64]) -> f64 {
    let began = thread_cpu_time();
    let mut total = 0_i64;
    for part in black_box(numbers).chunks(numbers.len().div_ceil(TASKS)) {
        for number in part {
            total = total.wrapping_add(*number);
        }
        black_box(total);
    }
    (thread_cpu_time() - began) as f64 / 1e9
}
