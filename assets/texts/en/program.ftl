### Watched programs: their lanes, tasks, queues and ends.

## Tasks and queues.

program-tasks-done = { $finished } of { $all } done
held-by-parent = { $bytes } held by the parent
held-in-parent = { $bytes } in the parent
no-queue-of-threads = no queue: every task has its own thread
no-queue-of-process-tree = no queue: tasks of these processes are not seen
no-queue-of-processes = no queue: every task has its own process
no-queue = no queue
workers-private = workers { $bytes } private
bytes-private = { $bytes } private
function-and-items = { $function }, items { $items }
function-and-task = { $function }, task { $task }
tasks-of-all-finished = { $n } of { $all } finished
private-at-most = { $bytes } private at most
held-by-parent-at-most = { $bytes } held by the parent at most

## The program.

of-length = of { $length }
not-all-observed = not all observed
reports-lost =
    { $n ->
        [one] 1 report lost
       *[other] { $n } reports lost
    }
exit-code = exit code { $code }
program-ran = { $command } ran for { $time }
program-ran-short = ran for { $time }
program-runs = { $command } has run for { $time }
program-runs-short = running for { $time }
processes-reported =
    { $n ->
        [one] 1 process reported
       *[other] { $n } processes reported
    }
processes-report =
    { $n ->
        [one] 1 process reports
       *[other] { $n } processes report
    }
attached-to = attached to { $engine }: { $processes }
used-no-pool = it used no pool, process or thread of multiprocessing, concurrent.futures or threading
used-no-pool-short = it used no pool, process or thread
no-pool-yet = no pool, process or thread of multiprocessing, concurrent.futures or threading yet
no-pool-yet-short = no pool, process or thread yet
not-attached = not attached: no Python interpreter has reported
not-attached-short = not attached
not-attached-yet = not attached yet
waiting-for-report = waiting for the first report
reasons-for-no-report =
    python -I, -E or -S, or an environment without PYTHONPATH, hides the program; so does another language
reasons-for-no-report-short = python -I, -E, -S hide it; so does another language
recorder-has-gone = the recorder process has gone: the recording ends here, at { $time }
program-took = { $program } took { $time }
program-took-serial = { $program } took { $time }, { $share } of it serial
program-ended-with = it ended: { $exit }
outcomes-and-makespan = { $outcomes } · { $time } from the first to the end of the last that finished
program-runs-on =
    The program runs on as process { $pid }. Its output is printed here. To end it: kill -INT { $pid }
more-lanes = { $n } more lanes: --report FILE.json lists them all, and so does mpviz export of a recording.
more-findings = { $n } more findings: --report FILE.json lists them all, and so does mpviz export of a recording.

## The panel with the output.

output-title = output of { $command } · { $keys }
output-title-short = output · { $keys }
output-keys-running = keys go to the program · F12 closes
output-keys-ended = the program has ended · Esc closes
output-keys-running-short = F12 closes
output-keys-ended-short = Esc closes
output-rows-shown = last { $shown } of { $all } rows

## A worker died. `$end` is how, `$place` in what, with a space before it.

lost-by-signal = was killed ({ $signal })
lost-by-signal-short = killed ({ $signal })
lost-with-code = ended with code { $code }
lost-in-task = { " " }in { $task }
lost-with-lock = { " " }holding the lock of the queue
lost-without-task = { " " }without a task
worker-lost = worker pid { $pid } { $end }{ $place }
process-lost = process pid { $pid } { $end }{ $place }
pid-lost = pid { $pid } { $end }{ $place }
lane-took-no-other-task = { $lane } took no other task
lane-takes-no-other-task = { $lane } will never take another task
call-did-not-return = { $call } did not return
call-never-returns = { $call } will never return
result-did-not-come = the result of { $call } never came
result-never-comes = the result of { $call } will never come
call-raises = { $call } raises BrokenProcessPool
call-at = { $call } at { $site }
lost-item = item { $item }
lost-items = items { $items }
lost-task = task { $task }

## How workers spent their time.

time-on-core = { $share } on a core
time-waiting-for-core = { $share } waiting for one
time-blocked = { $share } blocked
time-between-tasks = { $share } between tasks
time-blocked-or-waiting = { $share } blocked or waiting for one
time-too-short-to-tell = { $rest }, too short to tell which
time-not-known-which = { $rest }, not known which
time-in-brief-blocked = { $cpu } CPU · { $rest } blocked
time-in-brief-blocked-or-waiting = { $cpu } CPU · { $rest } blocked or waiting
time-in-brief-unknown = { $cpu } CPU · { $rest } unknown
