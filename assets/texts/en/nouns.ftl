### Nouns with a count, names of lanes, and labels.

offline = offline
number-of-cores =
    { $n ->
        [one] 1 core
       *[other] { $n } cores
    }
number-of-workers =
    { $n ->
        [one] 1 worker
       *[other] { $n } workers
    }
number-of-threads =
    { $n ->
        [one] 1 thread
       *[other] { $n } threads
    }
number-of-processes =
    { $n ->
        [one] 1 process
       *[other] { $n } processes
    }
number-of-tasks =
    { $n ->
        [one] 1 task
       *[other] { $n } tasks
    }
time-range = { $min } to { $max }

## Lanes in sentences.

mode-serial = serial
mode-threads = threads
mode-pool = pool
mode-process = process
mode-simulated = simulated { $mode }
mode-in-python = python/{ $mode }
lane-of-run = { $lane } of { $run }
pool-at = { $pool } at { $site }
pool-of-pid = { $pool } of pid { $pid }
title-simulated = SIMULATED { $name }
lane-with-workers =
    { $n ->
        [one] { $lane } with 1 worker
       *[other] { $lane } with { $n } workers
    }
possessive =
    { $mode ->
        [threads] { $lane }'
       *[other] { $lane }'s
    }
owned-workers = { $owner } { $workers }

## Labels of rows in tables and result cards; at most 9 columns on cards.

label-time = time
label-median = median
label-of-repeats = of repeats
label-to-the-first = to the first
label-start-up = start-up
label-queue = queue
label-memory = memory
label-measured = measured
label-in-memory = in memory
label-tasks-in-memory = tasks in it
label-private = private
label-cores = cores
label-used = used
label-stall = stall
label-stall-io = stall, I/O
label-stall-width = stall, width
label-tail = tail
label-idle-blocked = idle, blocked
label-idle-few-workers = idle, few workers
label-idle-at-end = idle at the end
label-workers = workers
label-io = I/O
label-cpu = CPU
label-cpu-per-number = a number
label-switches = switches
label-forced-switches = forced switches
label-tasks = tasks
label-result = result
label-deaths = deaths
label-finding = finding
label-blocked = blocked
label-delay = no core
label-between = between
label-graph = graph
label-on-scheduler = on scheduler
label-on-worker = on a worker
label-results = results
label-not-observed = not seen
label-machine = machine
label-core-policy = core policy
label-numbers = numbers
label-cost = cost
label-skew = skew
label-chunksize = chunksize
label-tasks-per-worker = tasks a worker
label-gil = GIL
label-start-method = start method
