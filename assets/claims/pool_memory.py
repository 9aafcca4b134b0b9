"""How many tasks the workers of a pool hold, and how much the parent holds: arguments, results, and the pipe."""

WORKERS = 2
TASKS = 64
TASK_BYTES = 1 << 20
TASK_TIME = 0.02
F_GETPIPE_SZ = 1032


def resident_bytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def run(argument):
    started = time.monotonic()
    time.sleep(TASK_TIME)
    return started, time.monotonic(), bytes(argument)


def most_at_once(intervals):
    changes = sorted([(start, 1) for start, _ in intervals] + [(end, -1) for _, end in intervals])
    running = most = 0
    for _, change in changes:
        running += change
        most = max(most, running)
    return most


with MP.Pool(WORKERS) as pool:
    before = resident_bytes()
    # The program itself keeps none of the arguments.
    result = pool.map_async(run, (bytearray(b"x") * TASK_BYTES for _ in range(TASKS)), chunksize=1)
    waiting = resident_bytes() - before
    results = result.get()
    held = resident_bytes() - before
reader, writer = MP.Pipe(duplex=False)
print_figures(
    workers=WORKERS,
    tasks=TASKS,
    task_bytes=TASK_BYTES,
    running_at_once=most_at_once([(start, end) for start, end, _ in results]),
    arguments_bytes=max(0, waiting),
    results_bytes=max(0, held),
    pipe_bytes=fcntl.fcntl(writer.fileno(), F_GETPIPE_SZ),
)
