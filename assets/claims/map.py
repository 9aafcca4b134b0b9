"""What `Pool.map` returns and when: if all goes well, if a task raises an exception, and if a worker is killed."""

import mmap

WORKERS = 2
TASK_TIME = 0.05
ORDERED_TASKS = 8
FAILING_TASKS = 20
KILLED_TASKS = 8
# The tasks that fail and die. The first is in the first chunk of three tasks.
FAILING, DYING = 1, 3
# How long to wait for a result once no task is left, in s.
PATIENCE = 3.0

# When each task ended, in memory that all processes share; 0 if it has not.
ended = memoryview(mmap.mmap(-1, 8 * FAILING_TASKS)).cast("d")


def forget():
    for task in range(FAILING_TASKS):
        ended[task] = 0.0


def run(task):
    # Later tasks are shorter, so that they finish out of order.
    time.sleep(TASK_TIME * (1 + (ORDERED_TASKS - task) % ORDERED_TASKS) / ORDERED_TASKS)
    ended[task] = time.monotonic()
    return task


def fail(task):
    if task == FAILING:
        ended[task] = time.monotonic()
        raise ValueError(task)
    return run(task)


def die(task):
    if task == DYING:
        os.kill(os.getpid(), signal.SIGKILL)
    return run(task)


def measure_order():
    with MP.Pool(WORKERS) as pool:
        result = pool.map(run, range(ORDERED_TASKS), chunksize=1)
        returned = time.monotonic()
    return {
        "tasks": ORDERED_TASKS,
        "is_list": type(result) is list,
        "in_order": result == list(range(ORDERED_TASKS)),
        "tasks_ended_at_return": sum(0 < end <= returned for end in ended[:ORDERED_TASKS]),
        "ended_out_of_order": overtaken(ended[:ORDERED_TASKS]),
    }


def measure_exception():
    forget()
    raised_in_parent = False
    with MP.Pool(WORKERS) as pool:
        try:
            pool.map(fail, range(FAILING_TASKS))
        except ValueError:
            raised_in_parent = True
        surfaced = time.monotonic()
    return {
        "tasks": FAILING_TASKS,
        "raised": raised_in_parent,
        "surfaced_after_s": surfaced - ended[FAILING],
        "never_ran": sum(end == 0 for end in ended[:FAILING_TASKS]),
    }


def measure_kill():
    forget()
    pool = MP.Pool(WORKERS)
    result = pool.map_async(die, range(KILLED_TASKS), chunksize=1)
    finished = 0
    deadline = time.monotonic() + PATIENCE
    while finished < KILLED_TASKS - 1 and time.monotonic() < deadline:
        time.sleep(0.01)
        finished = sum(end > 0 for end in ended[:KILLED_TASKS])
    idle_since = time.monotonic()
    result.wait(PATIENCE)
    return {
        "tasks": KILLED_TASKS,
        "finished": finished,
        "returned": result.ready(),
        "waited_s": time.monotonic() - idle_since,
    }


print_figures(workers=WORKERS, order=measure_order(), exception=measure_exception(), kill=measure_kill())
# A pool without an answer may not end by itself.
for child in multiprocessing.active_children():
    child.kill()
os._exit(0)
