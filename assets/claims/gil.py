"""What threads gain over doing the same one after the other: in pure Python, waiting, and in C without the GIL."""

import hashlib
import threading

THREADS = 2
ROUNDS = 5
# Time of a job, in s.
JOB_TIME = 0.15
BUFFER = b"x" * (1 << 20)


def compute(count):
    total = 0
    for n in range(count):
        total += n


def hash_buffer(count):
    for _ in range(count):
        hashlib.sha256(BUFFER)


def count_for_job(function, count):
    """How often the function has to repeat its work to take as long as a job."""
    while True:
        started = time.perf_counter()
        function(count)
        elapsed = time.perf_counter() - started
        if elapsed > JOB_TIME / 4:
            return max(1, int(count * JOB_TIME / elapsed))
        count *= 2


def one_after_the_other(function, argument):
    for _ in range(THREADS):
        function(argument)


def in_threads(function, argument):
    threads = [threading.Thread(target=function, args=(argument,)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def seconds(run, function, argument):
    started = time.perf_counter()
    run(function, argument)
    return time.perf_counter() - started


def measure(function, argument):
    """The shortest times of several rounds: one after the other, and in threads."""
    rounds = [
        (seconds(one_after_the_other, function, argument), seconds(in_threads, function, argument))
        for _ in range(ROUNDS)
    ]
    serial, threads = map(min, zip(*rounds))
    return {"serial_s": serial, "threads_s": threads}


print_figures(
    threads=THREADS,
    python=measure(compute, count_for_job(compute, 100_000)),
    io=measure(time.sleep, JOB_TIME),
    c=measure(hash_buffer, count_for_job(hash_buffer, 1)),
)
