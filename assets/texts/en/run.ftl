### A run as a whole: its workload, which part of it is displayed, and doubts about it.

## The workload.

io-off = I/O off
io-on = I/O on
io-to-disk = I/O { $n } × disk a task
io-of-task = I/O { $n } × { $latency } a task
tasks-of-size =
    { $n ->
        [one] 1 task of { $size }
       *[other] { $n } tasks of { $size }
    }
tasks-averaging =
    { $n ->
        [one] 1 task averaging { $size }
       *[other] { $n } tasks averaging { $size }
    }
sum-of-numbers = sum of { $numbers } numbers
some-numbers = { $numbers } numbers
millions-of-numbers = { $n } M numbers
cpu-of-task = { $time } CPU
disk-io-of-task = { $n } × disk I/O
single-io-of-task = { $latency } I/O
repeated-io-of-task = { $n } × { $latency } I/O
start-method = start method { $method }
core-policy = cores { $policy }

## Which part of the run is displayed.

frozen-at = picture of { $at } · { $run } · End: back to live
frozen-at-short = { $run } · End: back to live
frozen-at-shortest = { $run } · End: live
run-goes-on = the run goes on, now at { $time }
lane-goes-on = the run goes on, { $lane } is at { $time }
frozen-after-end = picture of { $at } · the run has ended · End: back to the result
frozen-after-end-short = the run has ended · End: back to the result
frozen-after-end-shortest = ended · End: result
recording-of-length = recording, { $length }
run-of-recording = run { $n } of { $of } in it, pgup/pgdn: others
run-of-recording-short = run { $n } of { $of }, pgup/pgdn: others
run-of-recording-shortest = run { $n }/{ $of }, pgup/pgdn: others
run-number-of = run { $n }/{ $of }
no-lane = no lane
lanes-shown =
    { $n ->
        [one] lane { $shown } of { $lanes }
       *[other] lanes { $shown } of { $lanes }
    }
tab-next = tab: next
runs-side-by-side = { $runs } runs side by side
simulated-beside-measured = simulated beside measured

## Doubts, and what the machine restricts.

samples-skipped =
    { $n ->
        [one] 1 sample skipped
       *[other] { $n } samples skipped
    }
events-late = late { $time }
mpviz-held-up = held up { $time }
cores-cannot-be-split =
    { $cores ->
        [one] 1 core
       *[other] { $cores } cores
    } cannot be split among { $lanes } lanes: the lanes take turns
turns-for-gil = a GIL matters only on several cores: the lanes take turns
turns-for-serial = serial is compared with lanes on several cores: they take turns
turns-for-workers = more workers matter only on more cores: the lanes take turns
turns-for-uneven-tasks = uneven tasks matter only on several cores: the lanes take turns
one-core-and-gil = on 1 core a GIL makes no difference
one-core-and-serial = on 1 core no lane computes faster than serial
one-core-and-uneven-tasks = on 1 core uneven tasks make no difference
one-core-and-workers = on 1 core the number of workers makes no difference
io-shows-little =
    { $rounds ->
        [one] 1 round
       *[other] { $rounds } rounds
    } of tasks in the pool: I/O shows little; take fewer workers (-) or more tasks (])
cores-isolated-left-out =
    { $n ->
        [one] core { $cores } is isolated and left out
       *[other] cores { $cores } are isolated and left out
    }
only-isolated-cores =
    { $n ->
        [one] core { $cores } is isolated
       *[other] cores { $cores } are isolated: the kernel leaves all workers of a lane on one of them
    }
affinity-refused =
    workers are not pinned, so lanes share all cores: sched_setaffinity failed: { $error }
proc-of-other-namespace =
    /proc belongs to another pid namespace: CPU time and memory of workers are unknown
not-attached-without-site =
    not attached: { $program } -S does not import sitecustomize, which mpviz needs; leave -S out
not-attached-without-path =
    not attached: { $program } -{ $option } ignores PYTHONPATH, which mpviz needs; leave -{ $option } out
not-attached-not-reported =
    not attached: { $program } has not reported; its environment lacks PYTHONPATH, or mpviz doctor knows why
not-attached-no-python = not attached: no Python interpreter has reported, so only processes are known

## A lane's title.

one-process = one process
threads-with-gil =
    { $n ->
        [one] 1 thread, one GIL
       *[other] { $n } threads, one GIL
    }
threads-without-gil =
    { $n ->
        [one] 1 thread, no GIL
       *[other] { $n } threads, no GIL
    }
workers-and-queue =
    { $n ->
        [one] 1 worker, 1 queue
       *[other] { $n } workers, 1 queue
    }
processes-at-once =
    { $n ->
        [one] 1 process
       *[other] { $n } processes at once
    }
finished-after = finished { $time }
cancelled-after = ended by you · { $finished } of { $all } done
cancelled-after-short = ended · { $finished }/{ $all }
work-and-tasks-done = { $work } of the work · { $finished } of { $all } done
work-and-tasks-done-shorter = work { $work } · { $finished } of { $all } done
work-and-tasks-done-short = { $work } · { $finished } of { $all } done
work-and-tasks-done-shortest = { $work } · { $finished } of { $all }
lost-tasks = { $n } LOST
failed-tasks = { $n } FAILED
failed-and-lost-tasks = { $failed } FAILED · { $lost } LOST
failed-or-lost-tasks = { $n } FAILED/LOST
one-loss-when = { $what } at { $time }
losses-when = { $what }, last at { $time }
