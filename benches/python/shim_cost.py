"""Measures what the shim costs a Python program, against the same program without it.

    python3 benches/python/shim_cost.py [PYTHON ...]

Each PYTHON (default: the one that runs this script) runs every program in turns with the shim, without it, and without
it once more as a control.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile

SHIM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "assets", "python")
# median_and_interval depends on it.
ROUNDS = 15

RECORD = """
import sys, timeit
ring = sys.modules["mpviz_shim"].ring
print(min(timeit.repeat(lambda: ring.record(8, 1, 2, 3, 4, 5), number=20000, repeat=9)) / 20000 * 1e9)
"""
TASKS = """
import multiprocessing, os, time
def run(x): time.sleep({task})
def empty(x): pass
if __name__ == "__main__":
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:{cores}])
    with multiprocessing.get_context("fork").Pool(2) as pool:
        pool.map(empty, range(100), 1)
        begin = time.perf_counter()
        pool.map({function}, range({tasks}), 1)
        print((time.perf_counter() - begin) * 1e3)
"""
FORK = """
import os, time
def fork():
    begin = time.perf_counter()
    read, write = os.pipe()
    if os.fork() == 0:
        os.write(write, b"x")
        os._exit(0)
    os.read(read, 1)
    taken = time.perf_counter() - begin
    os.wait()
    os.close(read)
    os.close(write)
    return taken
print(sorted(fork() for _ in range(200))[100] * 1e3)
"""
START = """
import subprocess, sys, time
def start():
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - begin
print(sorted(start() for _ in range(20))[10] * 1e3)
"""
SPAWN = """
import multiprocessing, time
def nothing(): pass
def spawn(context):
    begin = time.perf_counter()
    process = context.Process(target=nothing)
    process.start()
    process.join()
    return time.perf_counter() - begin
if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    print(sorted(spawn(context) for _ in range(15))[7] * 1e3)
"""
PROGRAMS = (
    # On several cores, the workers' order at the queue's locks varies, and with it the time by up to a half.
    ("20,000 empty tasks, one core", TASKS.format(task=0, function="empty", tasks=20000, cores=1), "at most +15 %"),
    ("20,000 empty tasks on Pool(2)", TASKS.format(task=0, function="empty", tasks=20000, cores=2), "no bound"),
    ("1,000 tasks of 1 ms on Pool(2)", TASKS.format(task=0.001, function="run", tasks=1000, cores=2), "at most +1 %"),
    ("fork, until the child runs", FORK, "at most +0.3 ms"),
    ("start of an interpreter", START, "at most +3 ms"),
    ("spawn and join of a Process", SPAWN, "at most +3 ms"),
)


def run(python, program, shim):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    directory = tempfile.mkdtemp(dir=memory)
    script = os.path.join(directory, "program.py")
    with open(script, "w") as stream:
        stream.write(program)
    trace = os.path.join(directory, "trace")
    os.mkdir(trace, 0o700)
    if shim:
        environment.update(MPVIZ_TRACE_DIR=trace, PYTHONPATH=shim)
    try:
        return float(subprocess.run([python, script], env=environment, stdout=subprocess.PIPE, check=True).stdout)
    finally:
        shutil.rmtree(directory)


def median_and_interval(ratios):
    """Median of ROUNDS ratios in percent above 1, and the order statistics that enclose it with 96 % probability."""
    percents = sorted((ratio - 1) * 100 for ratio in ratios)
    return "%+6.1f %% (%+.1f to %+.1f)" % (percents[7], percents[3], percents[11])


def compare(python, name, program, target, shim):
    """Prints the ratios of runs with the shim, and of a second run without it, to one right before or after.

    The second one is the control: a cost within its interval is not measurable.
    """
    taken = []
    for number in range(ROUNDS):
        kinds = [("plain", None), ("control", None), ("shim", shim)]
        kinds = kinds[number % 3:] + kinds[:number % 3]
        taken.append({kind: run(python, program, used) for kind, used in (kinds if number % 2 else kinds[::-1])})
    plain = statistics.median(times["plain"] for times in taken)
    added = statistics.median(times["shim"] - times["plain"] for times in taken)
    ratios = (median_and_interval(times[kind] / times["plain"] for times in taken) for kind in ("shim", "control"))
    print("  %-32s %9.3f ms  %+8.3f ms  %s, control %s  (%s)" % (name, plain, added, *ratios, target), flush=True)


def main():
    with tempfile.TemporaryDirectory() as directory:
        shim = os.path.join(directory, "shim")
        shutil.copytree(SHIM, shim, ignore=shutil.ignore_patterns("__pycache__"))
        os.mkdir(os.path.join(shim, "cache"), 0o700)
        for python in sys.argv[1:] or [sys.executable]:
            version = subprocess.run([python, "-V"], stdout=subprocess.PIPE, check=True).stdout.decode().strip()
            print("%s: a record takes %.0f ns (target: 900 ns)" % (version, run(python, RECORD, shim)))
            for name, program, target in PROGRAMS:
                compare(python, name, program, target, shim)


if __name__ == "__main__":
    main()
