### Findings about a watched program: what slows it down, and what to change. `$pool` is a lane's title.

## What a finding says.

finding-memory = the workers took { $private } of private memory, { $share } of the machine's { $memory }
finding-pool-blocked =
    { $pool } left { $idle } of { $cores } idle for { $time }: its workers were blocked { $share } of the time
finding-pool-narrow = { $pool } left { $idle } of { $cores } idle for { $time }: it has too few workers
finding-lock =
    { $pool }: its { $workers } waited for a lock about { $share } of the time and used { $used } of { $cores }
finding-lock-of-call =
    { $pool }: its { $workers } waited for a lock in { $call } about { $share } of the time and used { $used } of {
        $cores }
finding-gil =
    { $pool }: its { $threads } used { $used } of { $cores }, because one of them at a time has the GIL; {
        $share } of the time they waited for it
finding-oversubscribed =
    { $pool }: its { $workers } waited for a core { $share } of the time: there are { $cores }
finding-chunks =
    { $pool }: { $share } of the core time went idle while the last chunks of { $items } items ran
finding-small-tasks =
    { $pool }: its workers spent { $share } of their time between tasks, which take { $time } on average
finding-shipping = { $pool }: workers received and unpickled { $bytes } a task, { $share } of their time
finding-recreated =
    { $pool } was created { $n } times: starting its workers took { $time }, { $share } of the run
finding-serial = no task was queued or running for { $time }, { $share } of the time; { $gap }
finding-serial-gap = no task was queued or running { $gap }
serial-gap = for { $time } at a stretch { $place }
gap-between = between the calls at { $after } and { $before }
gap-after = after the call at { $after }
gap-before = before the call at { $before }
gap-in-one-place = in one place

## What to change.

predicted-change = { $change }: it would take about { $time } ({ $interval }) instead of { $today }
predicted-change-of-pool = { $change }: { $pool } would take about { $time } ({ $interval }) instead of { $today }
change-after-loss-in-call =
    find out what ended it; a ProcessPoolExecutor raises an error instead of waiting for ever
change-hanging-program =
    end the program; a ProcessPoolExecutor raises an error instead of waiting for ever
change-after-loss = find out what ended it: dmesg names what the kernel killed for lack of memory
change-memory = use fewer workers, smaller chunks or shared memory
change-more-workers = use more workers
# Nothing was predicted.
change-more-workers-unsure = try more workers
change-lock = hold the lock for a shorter time, or do without it; more workers do not help
change-gil = use processes, or a free-threaded build of Python
change-fewer-workers = use fewer workers
change-worker-per-core = use { $n } workers, one for each core
change-chunksize = pass chunksize={ $chunk }
change-chunksize-unsure =
    pass chunksize={ $chunk }; how much that saves depends on the longest item, which is not known
change-small-tasks = pass chunksize={ $chunk }, or put more work into a task
change-shipping = pass less: use an initializer, shared memory or the start method fork
change-recreated = create the pool once and keep it
change-serial = move that work into tasks, or let it run beside them

## The main figure of a finding in a few words.

brief-pool-narrow = { $idle } of { $cores } idle, workers blocked { $share }
brief-lock = workers in locks about { $share } of the time
brief-gil = one GIL: { $used } of { $cores } used
brief-oversubscribed = workers waited for a core { $share }
brief-chunks = { $share } idle at the end of the chunks
brief-small-tasks = workers between tasks { $share }
brief-shipping = receiving tasks took { $share }
brief-recreated = created { $n } times
serial-part = serial part { $share }

## What to change in a few words. `$change` is a pool or chunk size, such as `Pool(32)`.

brief-prediction = { $change }: about { $time } instead of { $today }
brief-change-lock = hold the lock for a shorter time
brief-change-gil = use processes
brief-change-shipping = pass less
brief-change-loss = find out what ended it
brief-change-hanging-program = end the program
brief-change-after-loss = see dmesg
