### The screen around the figures: header, labels of panels, headings of tables, messages.

screen-too-small = mpviz needs { $needed }, this is { $size } · q quit
screen-too-small-short = { $size } · q quit
reading-recording = reading the recording: { $n } events …
calibrating = calibrating …

## The header.

state-live = LIVE
state-frozen = FROZEN
state-replay = REPLAY { $speed }
state-finished = FINISHED
# Not all tasks have finished.
state-run-ended = ENDED
state-recorded = RECORDED
state-incomplete = INCOMPLETE
state-simulated = SIMULATED
run-of-repeats = run { $n } of { $of }

## Panels; labels at most 6 columns.

panel-queue = QUEUE
panel-memory = MEMORY
panel-cores = CORES
# Load of a core by all programs, beside its bar with the part of the lane.
total-load = total { $load }
tile-task = task
tile-core = core
title-esc-back = esc: back
chart-history = history
chart-cpu = cpu, of 1
chart-memory = memory { $bytes }
deaths-newest = { $n } deaths, newest: { $death }
scenarios-title = scenarios · ↑↓ select · enter start · esc close
scenarios-title-short = ↑↓ · enter start · esc close
list-more-above = ↑ { $n } more
list-more-below = ↓ { $n } more

## Headings of tables; a column is as wide as its figures.

column-slot = w
column-worker = worker
column-thread = thread
column-pid = pid
column-state = state
column-task = task
column-function = function
column-part = part
column-cpu = cpu
column-wait = wait
column-delay = delay
column-lock = lock
column-io = I/O
column-blocked = blocked
column-tasks = tasks
column-private = private
column-switch-rate = sw/s
column-exit = exit
column-from = from
column-to = to
column-switches = switches
column-queued = queued ms
column-loaded = loaded ms
column-run = run ms
column-io-time = I/O ms
column-total = total ms
column-cpu-time = cpu ms
column-blocked-time = blocked ms
column-ended = ended

## Orders of the list of workers.

order-number = number
order-state = state
order-cpu = cpu
order-io = I/O
order-memory = memory

## Messages.

program-not-changed = a watched program is not changed: its own code sets workers, tasks and I/O
key-without-function = this key has no function · ? shows all keys · Ctrl-C quits
output-elsewhere = the output of the program is not shown here: it went where the program wrote it
output-only-of-program = only a watched program has output
lane-not-running = { $lane } is not running
select-worker-and-lane = select a worker first: ↑ ↓, and Tab for the lane
select-worker = select a worker first: ↑ ↓
worker-has-ended = this worker has already ended
speed-only-of-replay = only a replay can change its speed
recording-not-changed = this is a recording: it cannot be changed
recording-not-changed-replay = this is a recording: it cannot be changed; Home and space play it again
recording-without-processes = this is a recording: its processes cannot be killed or suspended here
recording-is-saved = this is a recording: it is already saved
recording-without-scenarios = a recording has no scenarios
no-moment-before = there is no key moment before this one
no-moment-after = there is no key moment after this one
what-if-no-lane = no lane has run yet
what-if-simulated = this lane was simulated: select the measured one
what-if-program-runs = the program still runs: press w once it has ended
what-if-lane-runs = the lane has not ended: its tasks are not measured yet
run-saved = saved as { $file }: { $events } events, { $size }
run-too-large-to-save = cannot save: the run exceeds { $limit }; start it with --record FILE
run-not-saved = cannot save the run: { $error }
run-not-in-memory = cannot save: this run is not in memory
recording-stopped = recording stopped, the run continues: { $why }
recording-too-slow = it is written too slowly, and { $size } are waiting
drawn-in-ascii = drawn in ASCII: the terminal shows other signs two cells wide (--ascii=never)
cannot-stop = cannot suspend: not started from a job-control shell
