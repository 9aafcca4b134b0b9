### Problems of lanes, and reasons to doubt the figures.

core-went-offline = core { $core } went offline at { $time }
task-failed = task { $task } failed with { $worker } at { $time }: { $error }
worker-ended-by-executor =
    { $worker } was ended by its executor at { $time }, because another worker had died
worker-not-started = a worker could not be started: { $error }
worker-wrote = a worker wrote: { $text }
task-is-lost = task { $task } is lost
tasks-are-lost = { $n } tasks are lost: { $tasks }
problem-several-times = { $lane }: { $n } times: { $problem }
more-problems = { $lane }: { $n } more problems; --json lists them all
share-of-lane = { $share } of the core time of { $lane }
taken-by-others = other programs took { $shares }: repeat on a quiet machine for better figures
held-up =
    mpviz itself was held up for { $time }, stopped or without a core, and may have delayed its workers: repeat
