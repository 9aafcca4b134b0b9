### The figures of a lane, in tables and on its result card, and its rank.

## Queue and memory.

queue-of-processes = no waiting: a process per task
queue-at-most =
    { $n ->
        [one] 1 task at most
       *[other] { $n } tasks at most
    }
queue-on-average = { $mean } on average
at-most = at most { $what }
numbers-in-processes = { $payload } of numbers, in processes of { $processes }
private-and-pss = private { $private } · PSS { $pss }

## Cores and CPU time.

too-short-to-tell = too short to tell
share-used = { $share } used
share-of-core-time = { $share } of { $s } core-s used
share-by-others = { $share } by others
stall-core-seconds = stall { $s } core-s
stall-of-core-time = stall { $s }
tail-of-core-time = tail { $s }
wait-of-core-time = waiting { $s }
stalled-core-seconds = { $s } core-s idle while tasks queued
core-seconds = { $s } core-s
io-of-all-workers = { $time } in I/O, all workers
cpu-per-number = { $time } CPU/number
no-io = no I/O
time-in-io = { $time } in I/O
share-of-the-time = { $share } of the time
ns-per-number = { $ns } ns per number
switches-and-delay = { $switches } forced, { $delay } waiting for a core

## Workers and tasks.

workers-in-time = { $workers } in { $time }
number-in-time = { $n } in { $time }
workers-replaced = { $n } replaced
tasks-finished = { $n } finished
tasks-done = { $n } done
tasks-failed = { $n } failed
tasks-lost = { $n } lost
tasks-not-finished = { $n } not finished
attempts-run-again = { $n } run again
tasks-never-run = { $n } never run

## The result.

simulated-not-run = none: simulated, not run
simulated = simulated
incomplete-because = incomplete: { $missing }
incomplete = incomplete
correct = correct
wrong = WRONG
wrong-sum = WRONG: { $sum }
lane-outcome =
    { $status ->
        [finished] finished
        [cancelled] cancelled
       *[failed] failed
    }: { $all ->
        [one] { $finished } of 1 task done
       *[other] { $finished } of { $all } tasks done
    }
sum-is-correct = the sum is { $sum }, which is correct
sum-is-wrong = the sum is { $sum }, which is wrong
cause-mark = ◄ why
more-rows = +{ $n } more

## The rank of a lane among the lanes of its run.

first-to-finish = first to finish
rank-cut-off = CUT OFF
ended-by-viewer = ended by you
rank-simulated = SIMULATED
times-the-measured = { $ratio }× the measured time
times = { $ratio }×
rank-measured = measured
rank-incomplete = INCOMPLETE
waited-after-tasks = to the last task; then Pool.map() waited { $time } more
waited-after-tasks-short = then { $time } of waiting
rank-disturbed = disturbed: repeat
rank-disturbed-short = repeat
too-short-to-compare = too short to compare
too-short = too short
rank-fastest = FASTEST
times-faster = { $ratio }× faster
equally-fast = equally fast
equally-fast-short = equal
times-as-long = { $ratio }× as long
rank-equal = EQUAL
within-percent = within { $n } %
not-significant = not significant
within-spread = within the spread of repeats
within-spread-short = within repeats
medians-of-runs = medians of { $n } runs
medians-of-runs-short = medians of { $n }
of-runs = of { $n } runs
