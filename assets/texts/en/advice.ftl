### Advice: which setting to choose for the tasks, and when it would change.

## The tasks.

advice-cpu = { $time } CPU
advice-io = { $time } I/O
advice-no-io = no I/O
advice-tasks-of = { $tasks } of { $size }
advice-heading = Predicted for { $cores }:

## The table of settings.

heading-mode = mode
heading-workers = workers
heading-time = time
heading-interval = interval
heading-memory = memory
heading-cores = cores
mode-threads-gil = threads, GIL
mode-threads-no-gil = threads, no GIL
mark-tie = tie
mark-does-not-fit = does not fit

## A setting in a sentence.

setting-serial = one process, task after task
setting-pool = a pool of { $n }
setting-threads-gil = { $threads } under a GIL
setting-threads-no-gil = { $threads } without a GIL
setting-processes = { $processes } at once

## The choice.

advice-choice = Choose { $setting }: about { $time } ({ $interval }).
advice-choice-with-memory =
    Choose { $setting }: about { $time } ({ $interval }), with { $memory } of memory at most.
reason-cores-busy = more workers gain nothing, because { $share } of { $cores } is used
reason-gil-busy = more threads gain nothing, because the GIL is held { $share } of the time
reason-worker-for-each-task = every task has a worker of its own
reason-tie = { $setting } would take as long, within 5 %
reason-slower = { $setting } would take { $ratio }× as long
reason-nothing-faster = nothing else is faster
choice-with-fewer-workers =
    With fewer workers, { $setting } would take { $ratio }× as long as the fastest; { $reason }.
choice-has-fewest-workers = It has the fewest workers of all; { $reason }.
tied-settings = A tie, within 5 %: { $settings }.
crossover-more-io = { $setting } with about { $time } of I/O a task or more
crossover-less-io = { $setting } with about { $time } of I/O a task or less
crossover-more-tasks = { $setting } with about { $tasks } or more
crossover-fewer-tasks = { $setting } with about { $tasks } or fewer
crossovers-not-searched = There are too many tasks to search for another choice.
crossovers-none = No other choice was found with less or more I/O or tasks.
crossovers-heading = The choice would be:

## How sure it is.

noise-measured =
    Noise floor, measured here: repeats differ by { $median } (median) to { $most } (95th percentile).
noise-default =
    Noise floor, a default of other machines: repeats differ by { $median } (median) to { $most } (95th percentile).
width-learnt =
    Intervals of ±{ $share } had room for 90 % of the last { $runs } runs of --confirm here.
width-default =
    Intervals of ±{ $share } are a default, not measured here: runs of --confirm replace it ({ $runs } of {
        $needed } so far).
closed-form-queues =
    A rule of thumb (CPU time by cores, task time by workers, longest task) gives { $time }, { $share } off: it leaves {
        "" }out tasks that queue for cores, the GIL or a last long task.
closed-form-overlaps =
    A rule of thumb (CPU time by cores, task time by workers, longest task) gives { $time }, { $share } off: it leaves {
        "" }out work that overlaps.
extrapolated-cores =
    EXTRAPOLATED to { $cores }: there are { $here } here. Assumed are cores as fast as these, that do not slow each {
        "" }other by caches or memory; the intervals do not cover this.
advice-note = Note: { $note }.
advice-lanes-not-predicted = not predicted: { $lanes }; pools come first, then what was busy for the longest time. For another lane, select it at the end of mpviz replay and press w
tasks-need-memory =
    the tasks need { $least } of memory at least, but this machine has { $memory }: divide it into smaller tasks
settings-too-large =
    Settings marked `does not fit` need more memory than the { $memory } of this machine, or more processes than {
        "" }the { $processes } that its limits allow (ulimit -n, ulimit -u).

## Confirming runs.

confirmed-heading = Confirmed by real runs:
confirmed-setting = { $setting }: predicted { $predicted }, measured { $measured } ({ $difference } %)
faster-neighbour = Really run, { $setting } was { $ratio }× as fast as the choice: prefer it.
disturbed-confirmation =
    Other programs used the cores during runs of { $settings }, which do not count: repeat them on a quiet machine.
confirmed-interval = Intervals are ±{ $share } after these runs, ±{ $before } without.
confirming = confirming by { $runs } real runs, about { $time }

## Why predictions are refused or less sure.

reservation-other-lanes =
    other lanes ran beside the recorded one and disturbed it: record with --cores turns, or a single lane
reservation-other-pools =
    another pool or cluster of the program had tasks at the same time and disturbed it: record a run where one follows {
        "" }the other
reservation-disk-io =
    the time of disk I/O depends on how many workers do it at once, and was recorded with { $n } only: try the {
        "" }settings with `mpviz run --workers`
reservation-disturbed = other programs used the cores while it was recorded: record again on a quiet machine
reservation-many-processes = hundreds of processes are predicted to 20 % only, by default
reservation-large-results =
    results of { $bytes } on average keep the parent process busy, which is not predicted: return less
reservation-short-bursts =
    threads with bursts or waits under 0.5 ms are predicted to 25 % only, by default
reservation-python = pools of Python are predicted to 20 % only, by default
reservation-other-python-mode =
    what threads and processes of Python cost each is not known from the other: the ones that were not recorded are {
        "" }predicted to 30 % only by default, as if computing held the GIL, and processes started as fast as native {
        "" }ones
reservation-replaced-workers =
    workers were replaced, or the pool was created again: record one pool without maxtasksperchild
reservation-locks =
    the tasks waited for locks, whose order other settings change: record tasks without locks between them

## The Python code of the choice.

python-heading = In Python:
