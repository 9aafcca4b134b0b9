//! Exit codes and their descriptions in the man page.

/// A file could not be read or written.
pub const FAILED: u8 = 1;
/// Invalid command line or input file.
pub const USAGE: u8 = 2;
/// A task failed or was lost, or a result is wrong.
pub const WRONG_RESULT: u8 = 3;
/// Insufficient resources.
pub const INSUFFICIENT_RESOURCES: u8 = 4;
/// mpviz panicked.
pub const PANIC: u8 = 101;

/// All codes with their descriptions.
pub const CODES: [(u8, &str); 6] = [
    (0, "Done."),
    (FAILED, "Failed: a file could not be read or written; doctor: mpviz cannot run here."),
    (USAGE, "Usage error, on the command line or in a file."),
    (WRONG_RESULT, "A task failed or was lost, or a result is wrong."),
    (INSUFFICIENT_RESOURCES, "Refused: not enough memory, processes or descriptors; --force overrides."),
    (PANIC, "mpviz crashed; the message names the crash report."),
];
