"""How results of a pool and of processes are collected."""

TASKS = 8
TASK_TIME = 0.1
APPENDS = 2000


def square(n):
    return n * n


def append_square(results, n):
    # Later tasks are shorter, so that they finish out of order.
    time.sleep(TASK_TIME * (TASKS - n) / TASKS)
    results.append(square(n))


def collect(results):
    procs = [MP.Process(target=append_square, args=(results, n)) for n in range(TASKS)]
    for proc in procs:
        proc.start()
    for proc in procs:
        proc.join()
    return list(results)


def append_ns(results):
    started = time.perf_counter_ns()
    for _ in range(APPENDS):
        results.append(0)
    return (time.perf_counter_ns() - started) / APPENDS


with MP.Pool(2) as pool:
    of_pool = pool.map(square, range(TASKS))
of_list = collect([])
before = len(multiprocessing.active_children())
with MP.Manager() as manager:
    processes = len(multiprocessing.active_children()) - before
    of_manager = collect(manager.list())
    manager_append = append_ns(manager.list())
print_figures(
    tasks=TASKS,
    from_pool=len(of_pool) if isinstance(of_pool, list) else 0,
    from_list=len(of_list),
    from_manager=len(of_manager),
    out_of_order=overtaken(of_manager),
    manager_processes=processes,
    manager_append_ns=manager_append,
    list_append_ns=append_ns([]),
)
