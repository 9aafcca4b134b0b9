"""The lesson's program, with fewer numbers: one core, a pool, and processes; and the last two with empty tasks."""

import array

try:
    import numpy
except ImportError:
    numpy = None

NUMBERS = 10_000_000
WORKERS = 4
ROUNDS = 5


def split(task):
    """`np.array_split` of the lesson; without NumPy, arrays of the same bytes."""
    if numpy:
        return numpy.array_split(task, WORKERS)
    bounds = [len(task) * n // WORKERS for n in range(WORKERS + 1)]
    return [array.array("q", task[start:end]) for start, end in zip(bounds, bounds[1:])]


def list_sum(target_lst):
    output = 0
    gen = (i for i in target_lst)
    for i in gen:
        output += i
    return output


def append_to_list(function, job):
    fin_list.append(function(job))


def run_pool(function):
    pool = MP.Pool(processes=WORKERS)
    lst_pool = pool.map(function, job_list)
    pool.close()
    pool.join()
    return sum(lst_pool)


def run_processes(function):
    procs = [MP.Process(target=append_to_list, args=(function, job)) for job in job_list]
    for proc in procs:
        proc.start()
    for proc in procs:
        proc.join()
    return sum(fin_list)


def seconds(run, argument, expected):
    del fin_list[:]
    started = time.perf_counter()
    result = run(argument)
    elapsed = time.perf_counter() - started
    if result != expected:
        sys.exit("the sum is wrong: %r" % result)
    return elapsed


task = list(range(NUMBERS))
job_list = split(task)
fin_list = MP.Manager().list()
total = NUMBERS * (NUMBERS - 1) // 2
runs = {
    "single_s": (list_sum, task, total),
    "pool_s": (run_pool, list_sum, total),
    "process_s": (run_processes, list_sum, total),
    "empty_pool_s": (run_pool, len, NUMBERS),
    "empty_process_s": (run_processes, len, NUMBERS),
}
rounds = [{name: seconds(*run) for name, run in runs.items()} for _ in range(ROUNDS)]
medians = {name: sorted(times[name] for times in rounds)[ROUNDS // 2] for name in runs}
print_figures(numbers=NUMBERS, workers=WORKERS, numpy=numpy is not None, **medians)
