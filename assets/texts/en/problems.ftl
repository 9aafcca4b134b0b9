### Problems of lanes, and reasons to doubt the figures.

core-went-offline = core { $core } went offline at { $time }
task-with-key-failed = { $task } failed with { $worker } at { $time }: { $error }
some-task-of-function-failed = a task of { $function } failed with { $worker } at { $time }: { $error }
task-ran-again = it was tried again
task-failed = task { $task } failed with { $worker } at { $time }: { $error }
task-of-function-failed = task { $task } of { $function } failed with { $worker } at { $time }: { $error }
tasks-of-function-failed = { $n } tasks of { $function } failed: { $error }, the first at { $time }
attempts-of-function-failed =
    { $n } attempts at tasks of { $function } failed: { $error }, the first at { $time }; the tasks were tried again
worker-ended-by-executor =
    { $worker } was ended by its executor at { $time }, because another worker had died
unknown-error = an error of unknown class
worker-not-started = a worker could not be started: { $error }
worker-wrote = a worker wrote: { $text }
task-is-lost = task { $task } is lost
tasks-are-lost = { $n } tasks are lost: { $tasks }
# Exhausted limits of the system.
limit-of-descriptors = too many open files: raise ulimit -n
limit-of-machine-descriptors = too many open files on this machine: raise fs.file-max
limit-of-processes = too many processes or threads: raise ulimit -u, ulimit -v or the cgroup's pids.max
limit-of-file-size = file too large: raise ulimit -f
limit-of-memory = out of memory: raise ulimit -v or the cgroup's memory limit
number-of-tasks-lost =
    { $n ->
        [one] 1 attempt at a task is lost
       *[other] { $n } attempts at tasks are lost
    }
problem-several-times = { $lane }: { $n } times: { $problem }
more-problems = { $lane }: { $n } more problems; mpviz run --json lists them all
more-problems-of-program =
    { $lane }: { $n } more problems; --report FILE.json lists them all, and so does mpviz export of a recording
share-of-lane = { $share } of the core time of { $lane }
taken-by-others = other programs took { $shares }: repeat on a quiet machine for better figures
held-up =
    mpviz itself was held up for { $time }, stopped or without a core, and may have delayed its workers: repeat
held-up-beside-cluster =
    no report came for { $time }: the scheduler or mpviz was stopped or had no core, and what was reported was read late
