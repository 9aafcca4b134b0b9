"""In what order a pool takes and finishes tasks, and how many it takes at a time."""

WORKERS = 2
TASKS = 20
LONG_TASK = 0.6
SHORT_TASK = 0.06
# Two workers that take chunks this close together may report them in either order, in s.
SAME_TIME = 0.1


def run(task):
    started = time.monotonic()
    time.sleep(LONG_TASK if task == 0 else SHORT_TASK)
    return os.getpid(), started, time.monotonic()


# Each worker ends after one chunk, so that tasks with the same pid are a chunk.
with MP.Pool(WORKERS, maxtasksperchild=1) as pool:
    runs = pool.map(run, range(TASKS))
chunks = {}
for pid, started, _ in runs:
    chunks.setdefault(pid, []).append(started)
starts = [min(chunk) for chunk in chunks.values()]
print_figures(
    workers=WORKERS,
    tasks=TASKS,
    chunks=len(chunks),
    chunk_tasks=max(map(len, chunks.values())),
    chunks_out_of_order=sum(
        any(start < earlier - SAME_TIME for earlier in starts[:n]) for n, start in enumerate(starts)
    ),
    finished_out_of_order=overtaken([finished for _, _, finished in runs]),
)
