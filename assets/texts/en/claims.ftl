### `mpviz claims`.

claims-so = so
claims-half-so = half so
claims-not-so = not so here
claims-no-verdict = no verdict
claims-no-python = Not measured: no Python.
claims-one-core = Not judged: there is one core.
claims-memory = Not measured: it needs { $needed } of memory, and { $available } are available.
claims-disturbed = Not judged: other programs used { $percent } % of the cores.
claims-failed = Not measured: { $why }.
claims-claim = claim
claims-measured = measured
claims-verdict = verdict
claims-why = why
claims-without-python = no Python
claims-summary =
    { $claims ->
        [one] { $claims } claim
       *[other] { $claims } claims
    } in { $time }: { $so } so, { $half } half so, { $not } not so here, { $none } without verdict.
claims-progress = claim { $number } of { $of }: { $claim }

claim-fifo = A pool hands out its tasks first in, first out.
claim-fifo-measured =
    { $tasks } tasks, Pool({ $workers }): { $chunks } chunks of up to { $chunk ->
        [one] 1 task
       *[other] { $chunk } tasks
    }; before an earlier one: { $taken } of { $chunks } chunks taken, { $finished } of { $tasks } tasks finished
claim-fifo-order-so = Chunks are taken in the order of the tasks.
claim-fifo-order-not = Chunks taken before an earlier one: { $n }.
claim-fifo-unit-so = Each task is taken on its own.
claim-fifo-unit-not =
    The unit is a chunk of { $chunk } tasks, not a task; { $finished ->
        [one] 1 task
       *[other] { $finished } tasks
    } finished before an earlier one.

claim-pool-memory = A pool keeps only those tasks in memory that are running.
claim-pool-memory-measured =
    { $tasks } tasks of { $size }, Pool({ $workers }): at most { $running } in workers; the parent held
    { $arguments } of arguments, later { $results } of results; a pipe holds { $pipe }
claim-pool-memory-workers-so =
    Its { $workers } workers held at most { $running ->
        [one] 1 task
       *[other] { $running } tasks
    }.
claim-pool-memory-workers-not =
    Its { $workers } workers held { $running ->
        [one] 1 task
       *[other] { $running } tasks
    }.
claim-pool-memory-parent-so = The parent held only { $arguments } of arguments, later { $results } of results.
claim-pool-memory-parent-not =
    All others are in the parent: { $arguments } of arguments, later { $results } of results.

claim-process-memory = With a process for each task, all tasks are in memory.
claim-process-memory-measured =
    { $resident } of { $tasks } tasks in memory at once; { $processes } forked Python processes read { $seen } in
    all and take { $own } (PSS)
claim-process-memory-native =
    { $resident } of { $tasks } tasks in memory at once; their processes load { $seen } and take { $own }
claim-process-memory-resident-so = All { $tasks } tasks were in memory at once.
claim-process-memory-resident-not = Only { $resident } of { $tasks } tasks were in memory at once.
claim-process-memory-own-so = Each process takes memory of its own: { $own } for { $seen }.
claim-process-memory-own-not = Forked processes share what none has written to: { $own } for { $seen }.

claim-io = A pool waits for I/O and runs nothing else meanwhile; processes are suspended, and others run.
claim-io-measured =
    { $tasks } tasks with { $io } of I/O each: pool of { $workers } { $pool }, processes { $process }, pool of
    { $tasks } { $wide }
claim-io-pool-so =
    A worker of the pool takes no other task while its own waits, which took { $ratio } times as long.
claim-io-pool-not = The pool was not clearly slower: { $pool }, processes { $process }.
claim-io-cause-so = With { $tasks } workers it was slow as well: { $wide }.
claim-io-cause-not =
    But the kernel suspends both: with { $tasks } workers the pool took { $wide }, processes { $process }.

claim-scheduling = Processes are scheduled first in, first out.
claim-scheduling-measured =
    { $processes } processes on one core: the first ended after { $first } of { $makespan }, { $ended } by half time;
    involuntary switches: { $switches }
claim-scheduling-order-so = They ran one after the other: { $ended } of { $processes } had ended by half time.
claim-scheduling-order-not = They ran at the same time: the first ended after { $first } of { $makespan }.
claim-scheduling-switches-so =
    They were hardly interrupted: { $switches ->
        [one] 1 involuntary switch
       *[other] { $switches } involuntary switches
    }.
claim-scheduling-switches-not = The kernel switched between them { $switches } times.

claim-gil = Threads do not help to compute, because of the GIL, but they help with I/O.
claim-gil-measured =
    { $threads } threads against one after the other: Python code { $python }×, I/O { $io }×, C code { $c }× as fast
claim-gil-python-so = Python code gained nothing ({ $ratio }×).
claim-gil-python-not = Python code was { $ratio }× as fast in threads.
claim-gil-io-so = I/O was { $ratio }× as fast.
claim-gil-io-not = I/O gained nothing ({ $ratio }×).
claim-gil-c-so = C code gained nothing either ({ $ratio }×).
claim-gil-c-not = But C code that releases the GIL was { $ratio }× as fast.

claim-choice = A pool suits many tasks with little I/O, processes suit few tasks that run once.
claim-choice-measured =
    { $many } tasks: pool { $many_pool }, processes { $many_process }; { $few } tasks: pool { $few_pool }, processes
    { $few_process }
claim-choice-many-so = With { $tasks } tasks the pool was { $ratio } times as fast: it starts fewer processes.
claim-choice-many-not = With { $tasks } tasks the pool was no faster: { $pool }, processes { $process }.
claim-choice-few-so = With { $tasks } tasks processes were { $ratio } times as fast.
claim-choice-few-not = With { $tasks } tasks processes were no faster: { $process }, pool { $pool }.

claim-map = Pool.map waits for all tasks and returns a list in order.
claim-map-measured =
    { $ended } of { $tasks } tasks had ended, { $overtaking } before an earlier one; an exception surfaced { $surfaced }
    later, and { $never } of { $of } tasks never ran; worker killed: { $finished } of { $killed } tasks finished
claim-map-order-so =
    { $overtaking ->
        [0] The list was in order.
        [one] The list was in order, although 1 task ended before an earlier one.
       *[other] The list was in order, although { $overtaking } tasks ended before an earlier one.
    }
claim-map-order-not = What it returned was no list in order.
claim-map-wait-so = All { $tasks } tasks had ended.
claim-map-wait-not = Only { $ended } of { $tasks } tasks had ended.
claim-map-kill-returns = It also returned when a worker was killed.
claim-map-kill-hangs =
    When a worker was killed, it had still not returned { $waited } after the last task.

claim-start = Threads start, end and switch faster than processes.
claim-start-measured =
    { $count } from first start to last end: threads { $threads }, processes { $processes }; to another one on the same
    core and back: thread { $thread }, process { $process }
claim-start-start-so = Threads started and ended { $ratio } times as fast.
claim-start-start-not = Threads did not start and end faster: { $threads }, processes { $processes }.
claim-start-switch-so = Switching to a process and back took { $percent } % longer.
claim-start-switch-not = Switching took about as long: thread { $thread }, process { $process }.

claim-share = Threads share memory, processes do not.
claim-share-measured =
    the parent saw { $threads } of { $workers } writes of threads, { $processes } of { $workers } of processes;
    { $workers } forked processes that read { $data }: RSS { $rss }, PSS { $pss }; after writing: PSS { $written }
claim-share-threads-so = The parent saw what threads wrote.
claim-share-threads-not = The parent saw only { $n } of { $of } writes of threads.
claim-share-processes-so = It saw nothing of what processes wrote.
claim-share-processes-not = It saw { $n } of { $of } writes of processes.
claim-share-pages = Forked processes still share pages until one writes: PSS { $pss }, then { $written }.

claim-kill = A thread cannot be killed, a process can.
claim-kill-measured =
    one of { $workers } killed: of threads { $threads } died, { $thread_tasks } of { $tasks } tasks finished; of a
    pool's processes { $processes } died, { $process_tasks } of { $tasks } tasks finished
claim-kill-threads-so = Killing one thread ended all { $n } of its process.
claim-kill-threads-not = Threads that killing one ended: { $n }.
claim-kill-processes-so = Killing one process ended it alone: { $finished } of { $tasks } tasks finished.
claim-kill-processes-not = Killing one process ended { $died }, and { $finished } of { $tasks } tasks finished.

claim-visible = One cannot tell which work has little CPU time and much I/O.
claim-visible-measured =
    CPU/waiting for a core/blocked: computing { $compute }, I/O { $io }, computing on a crowded core { $crowded }
claim-visible-cpu-so = CPU time does not tell: computing { $compute } %, I/O { $io } %.
claim-visible-cpu-not =
    CPU time tells: without waiting for a core it is { $compute } % of the time when computing, { $io } % with I/O.
claim-visible-core-so =
    Waiting for a core does not tell a crowded core ({ $crowded } %) from I/O ({ $io } %).
claim-visible-core-not = Waiting for a core tells a crowded core ({ $crowded } %) from I/O ({ $io } %).

claim-collect = A pool returns a list; processes need a Manager().list() to collect results.
claim-collect-measured =
    results of { $tasks } tasks: pool { $pool }, plain list { $list }, manager { $manager }, { $overtaking } of them
    before an earlier one; an append takes { $manager_append }, to a plain list { $append }
claim-collect-pool-so = Pool.map returned all { $tasks } results in a list.
claim-collect-pool-not = Pool.map returned { $n } of { $tasks } results in a list.
claim-collect-manager-so = Processes left { $list } in a plain list, { $manager } in the manager's.
claim-collect-manager-not = A plain list got { $list } results of processes, the manager's { $manager }.
claim-collect-cost = The manager adds { $processes ->
        [one] { $processes } process
       *[other] { $processes } processes
    }, and each append takes { $time }.

claim-seconds = One process 9.10 s, Pool 7.93 s, Process 6.67 s: Pool is faster, and Process is the fastest.
claim-seconds-measured =
    { $numbers } numbers: one process { $single }, Pool({ $workers }) { $pool }, { $workers } × Process { $process };
    with empty tasks Pool { $empty_pool }, Process { $empty_process }
claim-seconds-pool-so = Pool was { $ratio } times as fast as one process.
claim-seconds-pool-not = Pool was no faster: { $pool }, one process { $single }.
claim-seconds-process-so = Process was { $ratio } times as fast as Pool.
claim-seconds-process-not = Process was no faster than Pool: { $process }, Pool { $pool }.
claim-seconds-shipping = Shipping the arrays to Pool takes { $time }; forked processes inherit them.
