### A Dask cluster. Words of Dask stay: scheduler, managed, unmanaged, spilled, worker-saturation.

cluster-title = DASK  { $place } · saturation { $saturation }
cluster-title-short = { $place } · saturation { $saturation }
cluster-queue = { $scheduler } on the scheduler · { $workers } sent to workers
cluster-queue-short = { $scheduler } scheduler · { $workers } sent
cluster-queue-shortest = { $scheduler } + { $workers } sent
cluster-activity =
    { $threads ->
        [one] { $busy } of 1 thread executes
       *[other] { $busy } of { $threads } threads execute
    } · { $scheduler } on the scheduler · { $workers } wait on workers
cluster-activity-short = { $busy } of { $threads } threads · { $workers } wait on workers
cluster-activity-shortest = { $busy } of { $threads } threads
cluster-without-tasks =
    { $threads ->
        [one] no task: 1 thread waits
       *[other] no task: { $threads } threads wait
    }
cluster-memory = { $tasks } · managed { $managed } · unmanaged { $unmanaged } · spilled { $spilled }
cluster-memory-short = { $tasks } · { $managed } + { $unmanaged } · { $spilled } spilled
cluster-memory-shortest = { $managed } managed
cluster-threads = THREADS
cluster-worker = { $name } · thread w{ $worker } · pid { $pid } · { $holding }
cluster-worker-lost = worker { $worker } was lost
cluster-worker-lost-in = worker { $worker } was lost while it ran { $task }
cluster-worker-lost-shortest = { $worker } lost in { $task }
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
cluster-names-and-more = { $names }, …
cluster-observed = { $place } was observed for { $time }
worker-is-gone = gone
worker-gone-at = { $worker } was gone at { $time }
what-if-not-of-cluster = settings of a cluster are not predicted
cluster-not-changed = a cluster is not changed: its programs set tasks and workers
label-saturation = saturation
label-threads = threads
label-busy = busy
label-managed = managed
label-spilled = spilled
cluster-threads-busy = { $threads } threads, busy { $busy } of the time with work
cluster-threads-busy-short = threads busy { $busy }
cluster-peak-memory = at most { $managed } managed + { $unmanaged } unmanaged · { $spilled } spilled
cluster-peak-memory-short = at most { $managed } managed

## Findings about a cluster. Words of Dask stay: scheduler, managed, worker-saturation.

finding-queued-on-workers =
    { $pool }: { $tasks } tasks on average waited on workers with { $threads }, while results took up to {
        $managed } of memory
finding-spilling =
    { $pool }: up to { $peak } of results were on disk for lack of memory; { $written } were written, {
        $read } read back
finding-stragglers =
    { $pool }: { $busy } of { $threads } were busy during the last { $time } of { $prefix }, whose longest task took {
        $longest }, the median { $median }
finding-scheduler-bound =
    { $pool }: the scheduler was busy { $busy } of the time, { $cost } a task; tasks take { $mean } on average, and for {
        $idle } of the time threads were idle while tasks waited
finding-transfer = { $pool }: threads waited { $share } of the time for data of other workers
finding-transfer-of-bytes =
    { $pool }: threads waited { $share } of the time for data of other workers, which sent { $bytes }
change-queued-on-workers = set distributed.scheduler.worker-saturation to 1.1 where the scheduler starts
change-spilling = use more memory or workers, or smaller partitions, or release results earlier
change-stragglers = divide its largest partitions
change-scheduler-bound = use larger chunks or partitions: tasks of { $time } keep all threads busy
change-transfer = use fewer workers with more threads each, or larger chunks with fewer neighbours
brief-queued-on-workers = { $tasks } tasks wait on workers, results take { $managed }
brief-spilling = { $peak } of results on disk
brief-stragglers = longest task { $longest }, median { $median }
brief-scheduler-bound = scheduler busy { $busy }, threads idle { $idle }
brief-transfer = threads waited for data { $share }
