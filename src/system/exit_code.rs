//! Exit codes and their descriptions in the man page.

/// A file could not be read or written.
pub const EXIT_FAILED: u8 = 1;
/// Invalid command line or input file.
pub const EXIT_USAGE: u8 = 2;
/// A task failed or was lost, or a result is wrong.
pub const EXIT_WRONG_RESULT: u8 = 3;
/// Insufficient resources.
pub const EXIT_INSUFFICIENT_RESOURCES: u8 = 4;
/// mpviz panicked.
pub const EXIT_PANIC: u8 = 101;

/// All codes with their descriptions.
pub const EXIT_CODES: [(u8, &str); 6] = [
    (0, "Done."),
    (EXIT_FAILED, "Failed: a file could not be read or written; doctor: mpviz cannot run here."),
    (EXIT_USAGE, "Usage error, on the command line or in a file."),
    (EXIT_WRONG_RESULT, "A task failed or was lost, or a result is wrong."),
    (EXIT_INSUFFICIENT_RESOURCES, "Refused: not enough memory, processes or descriptors; --force overrides."),
    (EXIT_PANIC, "mpviz crashed; the message names the crash report."),
];
