//! Time to start 300 processes at once, to the end of the last one's empty task: mpviz and `CPython`.

mod measure;

use measure::{
    figure_from_python, figure_of_first_lane, installed_mpviz, medians, print_figure, print_ratio_with_minimum,
    run_json,
};

const REPEATS: usize = 9;

fn main() {
    println!("300 processes, start to last task done; {REPEATS} interleaved repeats, medians");
    println!("  {}", installed_mpviz().display());
    let [ours, cpython] = medians(
        REPEATS,
        [
            &mut || {
                figure_of_first_lane(&run_json("--lanes process --tasks 300 --numbers 300 --cost 0"), "/makespan_s")
            },
            &mut || figure_from_python("processes_start.py", "300"),
        ],
    );
    print_figure("mpviz", ours * 1e3, "ms");
    print_figure("CPython Process (fork)", cpython * 1e3, "ms");
    print_ratio_with_minimum("CPython ÷ mpviz", cpython / ours, 3.0);
    println!("  A build with `--profile dist --target x86_64-unknown-linux-musl` should reach 5.5: name it in the");
    println!("  environment variable MPVIZ.");
}
