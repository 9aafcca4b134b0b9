### A Dask cluster. Words of Dask stay: scheduler, managed, unmanaged, spilled, worker-saturation.

cluster-at = Dask cluster at { $place }
cluster-alone = Dask cluster
cluster-saturation = saturation { $saturation }
cluster-queue = { $scheduler } on the scheduler · { $workers } sent to workers
cluster-queue-short = { $scheduler } scheduler · { $workers } sent
cluster-queue-shortest = { $scheduler } + { $workers } sent
cluster-queue-for-results = { $scheduler } on the scheduler · { $workers } sent to workers · { $results } wait for results
cluster-queue-for-results-short = { $scheduler } scheduler · { $workers } sent · { $results } wait
cluster-queue-for-results-shortest = { $scheduler } + { $workers } sent, { $results } wait
cluster-activity =
    { $threads ->
        [one] { $busy } of 1 thread executes
       *[other] { $busy } of { $threads } threads execute
    } · { $scheduler } on the scheduler · { $workers ->
        [one] 1 waits on a worker
       *[other] { $workers } wait on workers
    }
cluster-activity-short =
    { $busy } of { $threads } threads · { $workers ->
        [one] 1 waits on a worker
       *[other] { $workers } wait on workers
    }
cluster-activity-shortest = { $busy } of { $threads } threads
cluster-threads-not-observed = { $n } not observed
cluster-without-workers = no worker is connected
cluster-without-tasks =
    { $threads ->
        [one] no task: 1 thread waits
       *[other] no task: { $threads } threads wait
    }
cluster-counted = { $scheduler } not sent · { $workers } wait or run on workers
cluster-counted-short = { $scheduler } not sent · { $workers } workers
cluster-results =
    { $n ->
        [one] 1 result held
       *[other] { $n } results held
    }
cluster-threads-not-known =
    { $threads ->
        [one] whether its thread executes is not known
       *[other] how many of { $threads } threads execute is not known
    }
cluster-threads-not-known-short = executing: not known
cluster-only-counts = Numbers only. Over HTTP, Dask does not tell which tasks run, where, how long, or which are lost.
cluster-peak-failed = at most { $n } failed
cluster-peak-counted = at most { $scheduler } not sent · { $workers } on workers
cluster-peak-counted-short = at most { $scheduler } + { $workers }
cluster-peak-results =
    { $n ->
        [one] at most 1 result held
       *[other] at most { $n } results held
    }
cluster-counts-sampled = Numbers of tasks were sampled once a second; each is the most at a time, except for the finished tasks.
cluster-no-history = No history of threads: over HTTP, Dask does not tell what they execute.
cluster-no-history-short = no history of threads over HTTP
cluster-only-counts-short = numbers only
cluster-memory = { $tasks } · managed { $managed } · unmanaged { $unmanaged } · spilled { $spilled }
cluster-memory-short = managed { $managed } · unmanaged { $unmanaged } · spilled { $spilled }
cluster-memory-spilled = managed { $managed } · spilled { $spilled }
cluster-memory-in-memory = managed { $managed } · unmanaged { $unmanaged }
cluster-memory-shortest = managed { $managed }
cluster-threads = THREADS
# Below the history: the share of threads that execute a task. At most 3 columns, else a sign is shown.
strip-threads = run
cluster-worker-counted = { $name } · thread w{ $worker }
cluster-worker = { $name } · thread w{ $worker } · pid { $pid } · { $holding }
cluster-worker-lost = worker { $worker } was lost
cluster-worker-lost-in = worker { $worker } was lost while it ran { $task }
cluster-worker-lost-shortest = { $worker } lost in { $task }
cluster-worker-lost-with =
    { $n ->
        [one] worker { $worker } was lost while it ran 1 task
       *[other] worker { $worker } was lost while it ran { $n } tasks
    }
cluster-tasks-returned =
    { $n ->
        [one] 1 task that waited on it is back on the scheduler: { $names }
       *[other] { $n } tasks that waited on it are back on the scheduler: { $names }
    }
cluster-tasks-returned-short =
    { $n ->
        [one] 1 task is back
       *[other] { $n } tasks are back
    }
cluster-tasks-given-up =
    { $n ->
        [one] Dask does not try { $names } again: too many workers were lost with it
       *[other] Dask does not try { $names } again: too many workers were lost with them
    }
cluster-lost-tasks-given-up =
    { $n ->
        [one] Dask does not try it again: too many workers were lost with it
       *[other] Dask does not try them again: too many workers were lost with them
    }
cluster-lost-and-waiting-tasks-given-up =
    { $n ->
        [one] Dask does not try it again, nor { $names }, which waited there: too many workers were lost with them
       *[other] Dask does not try them again, nor { $names }, which waited there: too many workers were lost with them
    }
cluster-given-up-shortest = { $worker } lost, Dask gave up { $names }
cluster-tasks-given-up-short =
    { $n ->
        [one] 1 task is not tried again
       *[other] { $n } tasks are not tried again
    }
cluster-names-and-more = { $names }, …
cluster-observed = { $place } was observed for { $time }
worker-is-gone = gone
worker-gone-at = { $worker } was gone at { $time }
cluster-not-changed = a cluster is not changed: its programs set tasks and workers
label-saturation = saturation
label-dask-version = Dask
label-threads = threads
label-busy = busy
label-managed = managed
label-spilled = spilled
label-requeued = requeued
label-finished = finished
label-not-sent = not sent
label-on-workers = on workers
label-failed = failed
label-transfer = data
# Why tasks had to wait on the scheduler again.
requeued-worker-lost = { $n } after a lost worker
requeued-worker-retired = { $n } after a retired worker
requeued-stolen = { $n } stolen
requeued-rescheduled = { $n } rescheduled
requeued-failed = { $n } failed
requeued-result-lost = { $n } after a lost result
requeued-other = { $n } for other reasons
requeued-tasks =
    { $n ->
        [one] { $n } task
       *[other] { $n } tasks
    }
cluster-transfer-wait-short = threads waited { $time }
cluster-transfer-wait = all threads together waited { $time } for data of other workers
cluster-sent-bytes = workers sent { $bytes }
cluster-threads-busy = { $threads } threads, busy { $busy } of the time with work
cluster-threads-busy-short = threads busy { $busy }
cluster-peak-memory = at most { $managed } managed · { $unmanaged } unmanaged · { $spilled } spilled
cluster-peak-memory-short = at most { $managed } managed

## Findings about a cluster. Words of Dask stay: scheduler, managed, worker-saturation.

finding-worker-silent = { $pool }: no heartbeat came from { $workers }
# A worker, and when it sent no heartbeats.
silent-between = { $worker } between { $from } and { $to }
silent-since = { $worker } since { $from }
finding-queued-on-workers =
    { $pool }: { $tasks } tasks on average waited on workers with { $threads }, while results took up to {
        $managed } of memory
finding-spilling =
    { $pool }: up to { $peak } of results were on disk for lack of memory; { $written } were written, {
        $read } read back
finding-stragglers =
    { $pool }: { $busy } of { $threads } were busy during the last { $time } of { $prefix }, whose longest task took {
        $longest }, the median { $median }
finding-running-straggler =
    { $pool }: { $busy } of { $threads } were busy during the last { $time }: a task of { $prefix } has run for {
        $longest } so far, the median is { $median }
finding-scheduler-bound =
    { $pool }: the scheduler was busy { $busy } of the time, { $cost } a task; tasks take { $mean } on average, and for {
        $idle } of the time threads were idle while tasks waited
finding-scheduler-without-core =
    { $pool }: the scheduler was busy { $busy } of the time, and for { $waited } it waited for a core; for {
        $idle } threads were idle while tasks waited
finding-transfer = { $pool }: threads waited { $share } of the time for data of other workers
finding-transfer-of-bytes =
    { $pool }: threads waited { $share } of the time for data of other workers, which sent { $bytes }
change-worker-silent = see whether its process was stopped, its machine overloaded or cut off, or a task held the GIL
change-queued-on-workers = set distributed.scheduler.worker-saturation to 1.1 where the scheduler starts
change-spilling = use more memory or workers, or smaller partitions, or release results earlier
change-stragglers = divide its largest partitions
change-scheduler-bound = use larger chunks or partitions: tasks of { $time } keep all threads busy
change-scheduler-without-core =
    give the scheduler a core: use fewer workers or threads on its machine, or a larger machine
change-transfer = use fewer workers with more threads each, or larger chunks with fewer neighbours
brief-change-worker-silent = see whether it was stopped
brief-change-queued-on-workers = set worker-saturation to 1.1
brief-change-spilling = use more memory or smaller partitions
brief-change-scheduler-bound = use tasks of { $time }
brief-change-scheduler-without-core = leave it a core
brief-change-transfer = use fewer workers with more threads
brief-worker-silent = no heartbeat from { $workers }
brief-queued-on-workers = { $tasks } tasks wait on workers, results take { $managed }
brief-spilling = at most { $peak } of results on disk
brief-stragglers = longest task { $longest }, median { $median }
brief-running-straggler = a task has run for { $longest }, median { $median }
brief-scheduler-bound = scheduler busy { $busy }, threads idle { $idle }
brief-scheduler-without-core = scheduler waited for a core { $waited }, threads idle { $idle }
brief-transfer = threads waited for data { $share }

## Predictions for a cluster.

cluster-prediction-heading =
    { $n ->
        [one] { $n } task
       *[other] { $n } tasks
    }, { $dependent ->
        [0] independent
       *[other] { $dependent } of which need results of others
    }, recorded on { $workers } with { $threads } each (*) in { $time }. Predicted (in brackets: nine of ten runs):
cluster-prediction-each =
    { $n ->
        [one] { $n } thread each
       *[other] { $n } threads each
    }
cluster-left-out-cores = cores busy
cluster-left-out-cores-reason = cores busy: tasks would wait for a core; more threads are hardly faster.
cluster-left-out-scheduler = scheduler busy
cluster-left-out-scheduler-reason = scheduler busy: it would compute for more than half of the time.
cluster-left-out-short-tasks = tasks too short
cluster-left-out-short-tasks-reason = tasks too short: threads would wait for each other between tasks ({ $time }).
cluster-left-out-submission = submission
cluster-left-out-submission-reason =
    submission: tasks were submitted after others had ended; whether the program waited for these is not recorded.
cluster-prediction-submission =
    The program submitted tasks over { $time }, which bounds every prediction: submit all in one call to shorten it.
cluster-left-out-threads-reason = Empty: over 8 times the recorded threads, or more threads than tasks.
cluster-prediction-choice =
    Choose { $workers } with { $threads } each (n_workers={ $n_workers }, threads_per_worker={ $threads_per_worker }): { $gain }.
cluster-prediction-faster = { $ratio } times as fast; nothing with fewer threads is
cluster-prediction-fewer = as fast, within 5 %, with fewer threads
cluster-prediction-keep = Keep { $workers } with { $threads } each: nothing predicted is more than 5 % faster.
cluster-prediction-interval = ±{ $share } or more: held in 63 of 68 predictions of new runs on 2 cores.
cluster-prediction-assumption = Assumed: tasks take as long on other workers, whose cores are free for them.
cluster-prediction-one-host = Assumed: tasks take as long, and workers share the { $cores } of the host.
cluster-prediction-hosts = Assumed: tasks take as long, with as many workers on each host: { $cores } for { $workers }.
cluster-prediction-dependent = Tasks start where a needed result is; fetching others takes as recorded.
cluster-prediction-threads = Tasks compute { $share } of their time, so threads hardly wait for the GIL.
cluster-prediction-no-threads =
    Other numbers of threads are not predicted: tasks compute {
        $share } of their time, and whether they hold the GIL is not recorded.
cluster-prediction-threads-unknown =
    Other numbers of threads are not predicted: workers have not reported how long tasks compute.
cluster-refusal-running = tasks of the cluster have not finished yet: predict once they have
cluster-refusal-forgotten = the observation is so long that its oldest tasks were forgotten: record a shorter run
cluster-refusal-only-counts =
    tasks were only counted over HTTP, so how long they took is not known: record the cluster by its tcp:// address
cluster-refusal-no-tasks = no task of the cluster finished
cluster-refusal-unfinished =
    tasks of the cluster failed, were lost or had not finished, so their times are unknown: record a whole run
cluster-refusal-requeued =
    { $n ->
        [one] { $n } task of the cluster ran
       *[other] { $n } tasks of the cluster ran
    } more than once: record a run without it
cluster-refusal-over-time =
    tasks were submitted after others had ended, and whether the program waited for these is not recorded: submit all in one call, or as one graph with dask.compute
cluster-refusal-workers =
    workers came or left while tasks ran, or differ in their threads: record a run with the same workers all the time
cluster-refusal-silent =
    a worker sent no heartbeats for a part of the time, and its tasks may have stood still: record a run without that
cluster-refusal-silent-scheduler =
    no report came from the scheduler for { $time } while there were tasks, so it may have stood still: record a run without that
cluster-refusal-left-threads =
    tasks left their threads to others (secede, worker_client), so workers got more: record a run without it
cluster-refusal-scheduler =
    the scheduler computed or waited for a core { $share } of the time, so more workers would wait for it: use larger tasks, or record on a quiet machine
cluster-refusal-cores =
    there were more threads than cores, which were busy { $share } of the time, so tasks waited for a core: use fewer workers
cluster-refusal-others =
    programs other than the cluster's tasks and scheduler used { $share } of the cores, so tasks took longer: close the programs that use them, as top shows, then record again
cluster-refusal-shuffle =
    workers shuffled data among themselves (P2P), which is no part of the graph: use split_out=1 or no shuffle
cluster-refusal-transfers =
    a worker has to send { $bytes } of results, and how long that takes depends on the workers: use smaller results
cluster-refusal-transfers-of-one =
    each of two workers would have to send { $bytes } of results, and how long that takes is not recorded: record two workers
cluster-refusal-transfer-waits =
    threads waited { $share } of the time for results of other workers, which depends on the workers: use smaller results
cluster-refusal-not-reproduced =
    the simulation of the same workers takes { $predicted }, but they took {
        $measured }: they were disturbed, or Dask placed tasks otherwise, so record again

graph-not-repeated = the graph was not run again: { $reason }
graph-not-changed = keys do not change a graph: use other --tasks, --workers or --graph

# A graph that mpviz runs on Dask. Results are what managed counts.
graph-independent = Dask graph independent: { $tasks } × { $bytes }
graph-independent-short = Dask graph independent
graph-joined = Dask graph joined: { $tasks } × ({ $bytes } + { $bytes })
graph-joined-short = Dask graph joined
graph-expects-independent = no result waits for another: watch where tasks wait; memory stays small
graph-expects-joined = a load stays in memory until its partner is loaded: watch managed
graph-cluster-starts = the cluster with saturation { $saturation } starts
graph-held = up to { $scheduler } ready on the scheduler, { $worker } on one worker
graph-held-short = { $scheduler } ready, { $worker } on one worker
graph-held-shortest = { $scheduler } ready, { $worker }/worker
graph-results = results up to { $bytes }
graph-without-lanes = no cluster has run the whole graph
graph-of-only-cluster = only the cluster with saturation { $saturation } has run the whole graph, and results took up to { $bytes }
graph-of-cluster = the cluster has worker-saturation { $saturation }, and results took up to { $bytes }
graph-memory-differs = results took up to { $most } at saturation { $of_most }, and { $least } at { $of_least }
graph-waits-for-partners = loads wait in memory for their partners, and a worker had up to { $most } tasks at { $of_most }, { $least } at { $of_least }
graph-memory-differs-short = up to { $most } of results at { $of_most }, { $least } at { $of_least }
graph-waits-for-partners-short = loads wait for their partners
graph-memory-alike = results took no more than { $bytes } at saturation { $all }
graph-without-partners = no result waits for another, and only the place of waiting tasks differs: { $first } on the scheduler at { $of_first }, { $last } at { $of_last }
graph-memory-alike-short = at most { $bytes } of results
graph-without-partners-short = no result waits for another

## Before a cluster is observed.

cluster-connecting = connecting to { $place } · q quits
cluster-of-configuration = the cluster of your Dask configuration
cluster-reading-configuration = reading the scheduler's address from your Dask configuration with { $python }
cluster-reading-file = reading the scheduler's address from { $file } with { $python }
cluster-ask-to-register =
    mpviz registers plugins on the scheduler and the workers of
    { $place }, and removes them when it ends.
    Without them, it reads numbers of tasks from the scheduler's HTTP port.
    Register them?
cluster-ask-again = Answer y or n. Register them?
cluster-nothing-registered = nothing is registered: reading numbers of tasks from the scheduler's HTTP port
cluster-traced-until = observing the cluster until Ctrl-C, SIGTERM or the end of its scheduler
