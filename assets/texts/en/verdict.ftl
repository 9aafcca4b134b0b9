### The verdict over lanes, and comparisons of runs. `$lane` and other lanes are nouns of nouns.ftl.

## Findings.

setting-would-take = { $setting } would take { $time }
setting-took = { $setting } took { $time }
simulated-not-measured = SIMULATED, not measured
measured-beside = measured
lane-took = { $lane } took { $time }
disturbed = disturbed
programs-took-share = other programs took { $share } of the cores
lane-was-faster = { $lane } was { $ratio }× faster
lane-was-faster-than = { $lane } was { $ratio }× faster than { $other }
lane-was-faster-than-with = { $lane } was { $ratio }× faster than with { $n }
lanes-competed =
    the lanes competed for the same { $cores ->
        [one] 1 core
       *[other] { $cores } cores
    }
lanes-equally-fast =
    { $n ->
        [one] { $lanes } was equally fast
       *[other] { $lanes } were equally fast
    }
same-speed = same speed
no-significant-difference = no significant difference, because repeats of a lane differ by { $spread }
spread-of-median = { $ratio }× the median
in-memory = in memory
run-again-key = r: run again
runs-not-finished = of { $all } runs { $n } not finished
lane-was-faster-in = { $lane } was { $ratio }× faster in { $fast } than in { $slow }
lane-equally-fast-in-both = { $lane } was equally fast in both
lane-equally-fast-in-all = { $lane } was equally fast in all { $n }
lane-was-disturbed = { $lane } was disturbed
lane-was-too-short = { $lane } was too short to compare

## Why a lane cannot be compared.

recording-ends-before-lane = the recording ends before { $lane } did
lane-result-wrong = { $lane }'s result is wrong
lane-has-only-counts = the tasks of { $lane } were only counted, so how long they took is not known
lane-finished-no-task = { $lane } finished no task
lane-ended-with = { $lane } ended with { $tasks }
some-tasks-failed =
    { $n ->
        [one] 1 task failed
       *[other] { $n } tasks failed
    }
some-tasks-lost =
    { $n ->
        [one] 1 task lost
       *[other] { $n } tasks lost
    }
some-tasks-not-finished =
    { $n ->
        [one] 1 task not finished
       *[other] { $n } tasks not finished
    }
some-tasks-abandoned =
    { $n ->
        [one] 1 task abandoned
       *[other] { $n } tasks abandoned
    }
result-is-incomplete = its result is incomplete
lane-ended-by-viewer = { $lane } was ended by you
lane-suspended-by-viewer = { $lane } was suspended by you for { $time }
workers-killed-by-viewer =
    { $n ->
        [one] you killed 1 worker of { $lane }
       *[other] you killed { $n } workers of { $lane }
    }
workers-not-started = { $missing } of { $workers } could not be started
workers-of-lane-died =
    { $n ->
        [one] 1 worker of { $lane } died
       *[other] { $n } workers of { $lane } died
    }
no-comparison = no comparison

## Causes. `$owner` is a possessive form, `$workers` has one.

cause-io-and-stall =
    { $workers } blocked on I/O { $share } of the time, and { $stall } core-s idled while tasks queued
cause-io = { $workers } blocked on I/O { $share } of the time
cause-gil-and-idle = { $workers } shared one GIL, and { $idle } core-s went idle
cause-gil = { $workers } shared one GIL
cause-width =
    { $workers } could not use { $cores ->
        [one] 1 core
       *[other] { $cores } cores
    }: { $stall } core-s idled while tasks queued
cause-starting = { $lane } spent { $share } starting { $workers }
part-of-whole = { $number } of { $whole }
cause-tail = { $idle } of { $owner } core-s went idle for lack of tasks
cause-other-lanes = the other lanes took { $part } of { $owner } { $whole } core-s
cause-gil-and-other-lanes =
    { $workers } shared one GIL, and the other lanes took { $part } of { $owner } { $whole } core-s
cause-turns =
    { $tasks ->
        [one] { $owner } 1 task
       *[other] { $owner } { $tasks } tasks
    } took turns on { $cores ->
        [one] 1 core
       *[other] { $cores } cores
    }, { $switches } forced switches
cause-times = { $slow } took { $slow_time }, { $fast } { $fast_time }
cause-adding = adding took { $slow } { $slow_time } core-s, { $fast } { $fast_time }
cause-loading = writing payloads took { $slow } { $slow_time } core-s, { $fast } { $fast_time }
cause-rest = starting, releasing and the system took { $slow } { $slow_time } core-s, { $fast } { $fast_time }

## Comparisons with the first run.

lane-without-counterpart = { $lane } has nothing to compare with
lane-shows-no-difference = { $lane } shows no difference to { $other }
lane-too-short-to-compare = { $lane } was too short to compare with { $other }
lane-not-comparable = { $lane } cannot be compared with { $other }
lane-took-as-long = { $lane } took { $ratio }× as long as { $other }
figures-here-and-there = { $here }, there { $there }
starting-here-and-there = starting took { $here }, there { $there }
cores-here-and-there =
    it had { $here ->
        [one] 1 core
       *[other] { $here } cores
    }, there { $there }
adding-here-and-there = adding took { $here } core-s, there { $there }
loading-here-and-there = writing payloads took { $here } core-s, there { $there }
stall-io-here-and-there =
    idle while tasks queued, workers blocked on I/O: { $here } core-s, there { $there }
stall-width-here-and-there = idle while tasks queued, too few workers: { $here } core-s, there { $there }
tail-here-and-there = idle for lack of tasks: { $here } core-s, there { $there }
rest-here-and-there = starting, releasing and the system took { $here } core-s, there { $there }
no-difference = no difference
machine-of-run =
    { $run } on { $cores ->
        [one] 1 core
       *[other] { $cores } cores
    }, { $memory }, { $os }
machines-differ = the machines differ
not-the-same = not the same { $what }
list-and-last = { $list } and { $last }
run-was-simulated = { $run } was SIMULATED: its figures are predicted, not measured
setting-here-and-there = { $setting } { $here }, there { $there }
other-work-than = { $run } did not do the same work as { $first }
other-clusters-than = times of { $run } and { $first } are not of the same tasks, versions and settings
setting-off = off
setting-on = on
io-setting = { $n } × { $kind } { $latency } a task
any-number = any number
policies-differ = { $run } ran with --cores { $here }, { $first } with { $there }
speeds-same-cost = a number costs { $cost } on every machine
speeds-differ =
    that was { $here } rounds in { $run }, { $there } in { $first }, so times compare modes, not machines
