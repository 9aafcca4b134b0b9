//! The exit codes: what each says, for `main`, the man page and whoever calls mpviz from a script.

/// Something went wrong beside the run.
pub const FAILED: u8 = 1;
/// What was asked for makes no sense.
pub const USAGE: u8 = 2;
/// The run did not come to its result.
pub const WRONG: u8 = 3;
/// The machine has not what the run needs.
pub const REFUSED: u8 = 4;
/// A fault of mpviz itself.
pub const PANICKED: u8 = 101;

/// All of them, in words.
pub const CODES: [(u8, &str); 6] = [
    (0, "Done."),
    (FAILED, "Failed: something could not be read or written. Of `doctor`: mpviz cannot run here."),
    (USAGE, "Usage: what was asked for makes no sense, on the command line or in a file."),
    (WRONG, "A task failed or was lost, or a result is wrong."),
    (REFUSED, "Refused: the machine has not enough memory, processes or descriptors; --force insists."),
    (PANICKED, "A fault of mpviz itself; it says where its report lies."),
];
