### States of workers and tasks, and the meanings of signs.

## States, in tiles and tables; at most 6 columns.

state-none = none
state-start = start
state-idle = idle
state-load = load
state-turn = turn
state-run = run
state-gil = GIL
state-io = I/O
state-blocked = blocked
state-lock = lock
state-wait = wait
state-stop = stop
state-unknown = unknown
state-ended = ended
state-failed = failed
state-killed = killed
state-queued = queued
state-held = held
state-done = done
state-lost = lost
state-dropped = dropped

## Meanings of signs; the short ones where space is short.

sign-computes = computes
sign-executes = executes a task
sign-executes-in-cluster = DASK: a thread executes a task
sign-executes-in-cluster-short = DASK: thread executes
sign-takes-turns = takes turns
sign-in-io = waits for I/O
sign-blocked = blocked: wait, lock
sign-queued = queued
sign-idle-core = core idle while tasks wait
sign-lost = killed or failed
sign-suspended = suspended
sign-not-observed = not observed
sign-others = other programs
sign-later = later
sign-moment = key moment
sign-loads = writes payload
sign-takes-turns-briefest = turns
sign-in-io-short = in I/O
sign-blocked-short = blocked
sign-idle-core-short = idle, tasks wait
sign-idle-core-briefest = idle core
sign-lost-short = lost
sign-others-short = others
sign-moment-briefest = moment
sign-loads-short = loads

## What a row of the map stands for.

tasks-per-row =
    { $n ->
        [one] one row = one task
       *[other] one row = { $n } tasks
    }
tasks-per-row-short =
    { $n ->
        [one] row: 1 task
       *[other] row: { $n } tasks
    }
thread-per-row = one row = one thread
thread-per-row-short = row: 1 thread
threads-of-rows = one row = one thread, { $shown } of { $all }
threads-of-rows-short = { $shown } of { $all } threads
threads-with-row = history of threads { $first }–{ $last } of { $all } · ↑ ↓ or enter: the others
threads-with-row-short = threads { $first }–{ $last } of { $all }
worker-per-row = one row = one worker
worker-per-row-short = row: 1 worker
worker-or-thread-per-row = one row = one worker, in DASK one thread
worker-or-thread-per-row-short = row: 1 worker, in DASK 1 thread
workers-of-rows = one row = one worker, { $shown } of { $all }
workers-of-rows-short = { $shown } of { $all } workers
