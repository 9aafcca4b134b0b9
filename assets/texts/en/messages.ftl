### Messages of sources: runs, recordings, watched programs, comparisons.

## Refused keys.

program-was-interrupted = the program was interrupted (SIGINT) · Ctrl-C again: end it and quit
no-run-before = the recording has no run before this one
no-run-after = the recording has no run after this one
last-lane = at least one lane is required
too-many-lanes = { $n } lanes do not fit (maximum { $most })
lane-without-workers = { $lane } is not affected by the number of workers: tab selects another lane
other-lane-has-workers = another lane has { $workers } already
too-many-tasks = --tasks must be between 1 and { $most }, not { $n }
too-few-numbers =
    { $tasks } tasks need at least as many numbers, not { $numbers }: lower --tasks or raise --numbers

## Resources, interpreters and calibration.

too-little-memory =
    { $processes } processes need { $needed } of memory ({ $payload } of payload and 300 kB each), { $available } {
        "" }are available
too-few-threads =
    { $needed } processes and threads are needed, { $available } more may be started here (ulimit -u, cgroup pids.max, {
        "" }kernel.threads-max)
too-few-files =
    { $needed } open files are needed, { $available } are allowed (ulimit -n)
too-little-address-space =
    a process needs { $needed } of address space, { $available } are allowed (ulimit -v)
lower-what-a-run-needs = { $shortage }: lower { $options }, or use --force
raise-tasks = { $shortage }: raise --tasks, or use --force
options-of-memory = --tasks, --workers or --numbers
options-of-processes = --tasks or --workers
lesson-too-large = lesson { $name }: { $shortage }: end other programs, or give a smaller lesson
python-not-started = --python { $program }: { $error }; install Python or name an interpreter
python-unsuitable = --python { $program }: { $why }; name a CPython from 3.8 on that has multiprocessing
python-of-other-engine = it is { $engine }
python-printed-nothing = it printed nothing
io-dir-not-a-directory = --io-dir { $dir } is not a directory
io-dir-unreadable = --io-dir { $dir } cannot be examined: { $error }
io-dir-in-memory = --io-dir { $dir } is in memory: choose a directory on a disk
io-dir-not-writable = --io-dir { $dir } is not writable
lesson-needs-cores = lesson { $lesson } needs { $needed } cores, and mpviz may use { $usable }
not-calibrated = the machine could not be measured: { $error }
calibration-contradicts =
    the machine could not be measured: the CPU times of its processes contradict each other; try again

## Recordings.

waiting-for-file = waiting for { $file }
recording-is-incomplete = the recording { $file } is incomplete: { $error }
incomplete-note = { $reason }; only earlier events are used
truncated-in-line = the recording is truncated in line { $line }
truncated-in-run = the recording is truncated at { $time }, before the end of run { $run }
unreadable-from-line = the recording cannot be read from line { $line } on ({ $why })
damaged-in-line = the recording is damaged in line { $line } ({ $why })
invalid-in-line = the recording is invalid in line { $line } ({ $why })
simulated-note = SIMULATED: predicted from measured tasks, not run

## Why a recording cannot be predicted from.

no-such-lane = the run has no lane { $lane }
profile-of-simulation = the run was simulated: predict from a real one
profile-unfinished = not all tasks finished
profile-without-cpu-time = CPU times of tasks or workers are missing
profile-without-pool = its tasks were not handed out by a pool
profile-too-many-tasks = it has more tasks than can be predicted from

## Runs side by side.

printing-the-table = { $why }: printing the table
saved-result-not-shown = { $run } is a saved result, and only recordings can be shown
incomplete-run-not-shown = the recording { $run } ends before its run, and only whole runs can be shown
no-run-to-show = there is no run to show
sizes-differ = { $run } and { $other } have different numbers or tasks, and cannot be shown together
too-many-lanes-of-runs = { $n } lanes do not fit (maximum { $most }); use --lanes to choose
shared-cores-not-shown = the lanes of { $run } shared their cores, and not all of them fit
last-run-shown = the last of { $of } runs in { $run } is shown
lanes-left-out = only { $most } lanes fit: { $modes } left out, use --lanes to choose

## Scenarios.

look-at-this = look at this: { $what }
scenario-look-at = look at: { $what }
scenarios-how-to-run = Run one with mpviz --scenario NAME. Other options override it.
