//! Time to start 300 processes at once, to the end of the last one's empty task: mpviz and `CPython`.

mod measure;

use measure::{at_least, figure, medians, mpviz, of_first_lane, python, run};

const REPEATS: usize = 9;

fn main() {
    println!("300 processes, start to last task done; {REPEATS} interleaved repeats, medians");
    println!("  {}", mpviz().display());
    let [ours, cpython] = medians(
        REPEATS,
        [&mut || of_first_lane(&run("--lanes process --tasks 300 --numbers 300 --cost 0"), "/makespan_s"), &mut || {
            python("processes_start.py", "300")
        }],
    );
    figure("mpviz", ours * 1e3, "ms");
    figure("CPython Process (fork)", cpython * 1e3, "ms");
    at_least("CPython ÷ mpviz", cpython / ours, 2.4);
    println!("  A build with `--profile dist --target x86_64-unknown-linux-musl` should reach 5: name it in the");
    println!("  environment variable MPVIZ.");
}
