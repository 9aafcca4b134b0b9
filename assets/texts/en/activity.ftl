### What a lane is doing at a moment, its queue, memory and key moments. Variants of a text end in -short.

## Workers.

all-workers =
    { $n ->
        [1] the worker
        [2] both workers
       *[other] all { $n } workers
    }
all-threads =
    { $n ->
        [1] the thread
        [2] both threads
       *[other] all { $n } threads
    }
all-processes =
    { $n ->
        [1] the process
        [2] both processes
       *[other] all { $n } processes
    }
# Where workers are blocked; follows them in a statement.
blocked-in-io = in I/O
blocked-in-wait = blocked (wait)
blocked-in-lock = blocked (lock)
blocked-in-unknown = blocked
waits-unreadable = /proc/PID/syscall unreadable: it forbids tracing
waits-unreadable-short = /proc: no access
workers-blocked = { $workers } { $blocked }
workers-blocked-short = { $n } { $blocked }
some-workers-blocked = { $n } of { $workers } { $blocked }
# The use of the cores is not measured.
workers-ready = { $workers } ready to run
workers-not-measured = load not measured yet: { $workers } ready to run
workers-at-work = { $workers } at work
workers-take-turns = { $workers } take turns
workers-take-turns-short = { $n } take turns
workers-take-turns-others-blocked = { $workers } take turns, { $n } { $blocked }
workers-left = { $workers } not done
workers-left-some-blocked = { $workers } not done, { $n } { $blocked }

## Captions.

waits-for-turn-of = waits for its turn: { $lane } runs first
waits-for-turn = waits for its turn
waits-for-turn-short = waits
not-started-yet = not started yet
lane-ended = ended
suspended-by-viewer = suspended by you for { $time } · z: go on
suspended-for = suspended for { $time }
suspended = suspended
no-events-for = no events from the workers for { $time }
no-events = no events
running-function = running { $function }
workers-without-task = { $workers } idle, no task
no-worker-no-task = no worker, no task
no-task = no task
workers-starting =
    { $n ->
        [one] { $workers } starts
       *[other] { $workers } start
    }
workers-starting-short = starting
workers-loading =
    { $n ->
        [one] { $workers } loads its task
       *[other] { $workers } load their tasks
    }
workers-loading-short = loading
one-has-gil =
    { $n ->
        [one] 1 thread has the GIL, { $n } waits for it
       *[other] 1 thread has the GIL, { $n } wait for it
    }
one-has-gil-short =
    { $n ->
        [one] 1 has the GIL, { $n } waits
       *[other] 1 has the GIL, { $n } wait
    }
threads-wait-for-gil =
    { $n ->
        [one] { $n } waits for the GIL
       *[other] { $n } wait for the GIL
    }
cores-idle =
    { $cores ->
        [one] { $idle } core idle
       *[other] { $idle } cores idle
    }
some-cores-idle-while-tasks-wait =
    { $idle } of { $cores ->
        [one] 1 core
       *[other] { $cores } cores
    } idle while { $queued ->
        [one] 1 task waits
       *[other] { $queued } tasks wait
    }
cores-idle-tasks-wait =
    { $idle } { $cores ->
        [one] core
       *[other] cores
    } idle, { $queued } { $queued ->
        [one] waits
       *[other] wait
    }
cores-idle-tasks-wait-short =
    { $queued ->
        [one] { $idle } idle, { $queued } waits
       *[other] { $idle } idle, { $queued } wait
    }
cores-idle-short = { $idle } idle
# A part of the cores, in the next statements.
part-of-cores =
    { $cores ->
        [one] { $part } of { $cores } core
       *[other] { $part } of { $cores } cores
    }
programs-take = other programs take { $taken }
lanes-and-programs-take = other lanes and programs take { $taken }
others-take = others take { $taken }
others-take-short = others take { $n }
cores-used-here = { $n } are used here
all-cores-busy =
    { $cores ->
        [1] the core is busy
        [2] both cores busy
       *[other] all { $cores } cores busy
    }
all-wait-for-io =
    { $n ->
        [one] { $workers } waits for I/O, nothing is queued
       *[other] { $workers } wait for I/O, nothing is queued
    }
nothing-queued = nothing queued
some-cores-busy =
    { $cores ->
        [one] { $busy } of { $cores } core busy
       *[other] { $busy } of { $cores } cores busy
    }

## The queue.

no-waiting = no waiting
queue-empty = the queue is empty
queue-empty-short = empty
tasks-wait-for-processes =
    { $n ->
        [one] 1 task waits for its process to start
       *[other] { $n } tasks wait for their processes to start
    }
tasks-wait-for-processes-short = processes start
process-for-every-task = every task got a process at once
first-in-first-out = first in, first out: { $task } is next
task-is-next = { $task } is next
tasks-of-pile-cell = ■ = { $n } tasks
next-tasks = next: { $tasks }

## Key moments.

moment-first-task = the first task is taken at { $time }
moment-first-io = first I/O wait at { $time }
moment-idle-core =
    a core is idle while tasks wait for the first time, at { $time }: { $n } in the queue
moment-idle-core-short = a core is idle while tasks wait, at { $time }
moment-all-processes = every task has its process at { $time }
moment-queue-empty =
    { $left ->
        [one] the queue is empty at { $time }, 1 task is still with the workers
       *[other] the queue is empty at { $time }, { $left } tasks are still with the workers
    }
moment-queue-empty-short = the queue is empty at { $time }
moment-memory-peak =
    { $all ->
        [one] most memory in use: { $payload }, { $n } of 1 task, at { $time }
       *[other] most memory in use: { $payload }, { $n } of { $all } tasks, at { $time }
    }
moment-memory-peak-short = most memory: { $payload } at { $time }
moment-death = w{ $worker } died at { $time }
moment-end = ended at { $time }

## Cores and memory in figures.

busy-cores = { $busy } of { $cores } busy
payload-and-processes = numbers { $payload }, processes { $private }
payload-of-numbers = numbers { $payload }
tasks-of-tasks =
    { $all ->
        [one] { $n } of 1 task
       *[other] { $n } of { $all } tasks
    }
tasks-of-all = { $n } of { $all }
tasks-loading = { $n } loading
