//! Labels of the rows in tables and result cards, and names of settings.

pub const TIME: &str = "time";
pub const MEDIAN: &str = "median";
pub const OF_REPEATS: &str = "of repeats";
pub const TO_THE_FIRST: &str = "to the first";
pub const START_UP: &str = "start-up";
pub const QUEUE: &str = "queue";
pub const MEMORY: &str = "memory";
pub const MEASURED: &str = "measured";
pub const IN_MEMORY: &str = "in memory";
pub const TASKS_IN_MEMORY: &str = "tasks in it";
pub const PRIVATE: &str = "private";
pub const CORES: &str = "cores";
pub const USED: &str = "used";
pub const STALL: &str = "stall";
pub const STALL_IO: &str = "stall, I/O";
pub const STALL_WIDTH: &str = "stall, width";
pub const TAIL: &str = "tail";
pub const WORKERS: &str = "workers";
pub const IO: &str = "I/O";
pub const CPU: &str = "CPU";
pub const CPU_PER_NUMBER: &str = "a number";
pub const SWITCHES: &str = "switches";
pub const FORCED_SWITCHES: &str = "forced switches";
pub const TASKS: &str = "tasks";
pub const RESULT: &str = "result";

pub const MACHINE: &str = "machine";
pub const CORE_POLICY: &str = "core policy";
pub const NUMBERS: &str = "numbers";
pub const COST: &str = "cost";
pub const SKEW: &str = "skew";
pub const CHUNKSIZE: &str = "chunksize";
pub const TASKS_PER_WORKER: &str = "tasks a worker";
pub const GIL: &str = "GIL";
