### A Dask cluster. Words of Dask stay: scheduler, managed, unmanaged, spilled, worker-saturation.

cluster-title = DASK  { $place } · saturation { $saturation }
cluster-saturation = saturation { $saturation }
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
graph-not-changed = keys do not change a graph: use other --tasks, --workers or --graph
cluster-not-changed = a cluster is not changed: its programs set tasks and workers

# A graph that mpviz runs on Dask. Results are what managed counts.
graph-independent = Dask graph independent: { $tasks } × { $bytes }
graph-independent-short = Dask graph independent
graph-joined = Dask graph joined: { $tasks } × ({ $bytes } + { $bytes })
graph-joined-short = Dask graph joined
graph-expects-independent = no result waits for another: watch where tasks wait, on the scheduler or on workers; memory stays small
graph-expects-joined = a load stays in memory until its partner is loaded and both are added: watch managed, and where tasks wait
graph-held = up to { $scheduler } on the scheduler, { $worker } on a worker
graph-held-short = { $scheduler } scheduler, { $worker } a worker
graph-results = results up to { $bytes }
graph-without-lanes = no cluster has run the graph
graph-of-cluster = the cluster has worker-saturation { $saturation }, and results took up to { $bytes }
graph-memory-differs = results took up to { $most } at saturation { $of_most }, and { $least } at { $of_least }
graph-waits-for-partners = loads wait in memory for their partners, and a worker had up to { $most } tasks at { $of_most }, { $least } at { $of_least }
graph-memory-differs-short = up to { $most } of results at { $of_most }, { $least } at { $of_least }
graph-waits-for-partners-short = loads wait for their partners
graph-memory-alike = results took no more than { $bytes } at any saturation
graph-without-partners = no result waits for another, and only the place of waiting tasks differs: { $first } on the scheduler at { $of_first }, { $last } at { $of_last }
graph-memory-alike-short = at most { $bytes } of results at any saturation
graph-without-partners-short = no result waits for another
