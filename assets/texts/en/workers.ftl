### Single workers, lists of workers and tasks, questions.

## How a worker ended.

killed-by = killed by { $signal }
ended-with-code = ended with code { $code }
worker-killed-by = { $worker } was killed by { $signal } at { $time }
worker-ended-with-code = { $worker } ended with code { $code } at { $time }
worker-died = { $worker } died at { $time }
cell-ended-by-program = ended
cell-alive = alive
cell-ended = ended
cell-code = code { $code }
death-and-lost-task = { $death } · task { $task } is lost
death-and-replacement = { $death } · replaced by w{ $worker }

## A worker.

no-worker-yet = no worker yet
slot-without-worker = { $lane }, slot { $slot }: no worker yet
holding-nothing = no task
holding-unknown = not observed
holding-task = task { $task }
holding-task-in-io = task { $task }, I/O { $n } of { $all }
holding-ended-by-program = ended by the program at { $time }
holding-ended = { $exit } at { $time }
worker-blocked = { $time } blocked ({ $locks } in locks)
worker-in-io = { $time } in I/O
worker-figures =
    { $worker } · { $on_core } on a core, { $delay } waiting for one, { $blocked } · private { $private }
worker-figures-short = { $worker } · { $on_core } on a core, { $blocked } · private { $private }
worker-figures-shorter = { $worker } · { $on_core } on a core, { $blocked }
cell-switches = { $own } own, { $forced } forced
cell-timeslices-so-far = { $n } so far

## Lists.

shown-of = showing { $first }–{ $last } of { $workers }
none-shown = none
workers-shown = showing { $shown } of { $all } workers
workers-shown-ordered = showing { $shown } of { $all } workers, by { $order }
threads-shown = showing { $shown } of { $all } threads
threads-shown-ordered = showing { $shown } of { $all } threads, by { $order }
tasks-shown = showing { $shown } of { $all } tasks
tasks-shown-newest-first = showing { $shown } of { $all } tasks, newest first
tiles-shown = showing { $shown } of { $all } workers
workers-per-tile = 1 cell = { $n } workers
workers-per-tile-short = 1 cell = { $n }

## Questions.

end-program-question =
    The program is running. End it?   y end it · l leave it running · any other key: stay
end-program-question-short = End the program?   y end it · l leave it running · other key: stay
end-program-question-shortest = End the program? y end · l leave it
loss-of-all-threads = All threads of the process and their tasks will be lost.
loss-of-task = Its task { $task } will be lost.
loss-of-tasks = Its task { $task } and { $n } more will be lost.
loss-of-nothing = It holds no task now.
kill-question = Kill w{ $worker } (pid { $pid })? { $loss }   y kill · any other key: no
kill-question-short = Kill w{ $worker } (pid { $pid })?   y kill · any other key: no
kill-question-shortest = Kill w{ $worker }? y kill · other key: no
