"""Runs tasks in a pool of Python, or a process for each, and prints the time from its creation until the last result.

The time is in s. The only argument is a JSON object: `kind` and `workers` of the pool, `chunk` (0: as the pool
chooses), number of `tasks`, CPU time `cpu_ms`, `waits` and `wait_ms` in all of a task, their `skew` and `seed`, the
`port` of a server (0: sleep), bytes of a task's `payload` and `result`, and CPU time `first_ms` of each process's first
task beyond the others. Without an argument, it prints how many rounds take 1 ms, which `rounds_per_ms` then fixes, so
that all runs do the same work.
"""

import concurrent.futures
import json
import multiprocessing.pool
import os
import random
import socket
import struct
import sys
import threading
import time

CONNECTION = threading.local()
STARTED_PROCESSES = set()


def compute(rounds):
    number = 1
    for _ in range(rounds):
        number = number * 1103515245 + 12345 & 0x7FFFFFFF


def measure_rounds():
    times = []
    for _ in range(50):
        began = time.thread_time()
        compute(20_000)
        times.append(time.thread_time() - began)
    return 20_000 / (min(times) * 1e3)


def wait(ms):
    if not CONFIG["port"]:
        time.sleep(ms / 1e3)
        return
    if not hasattr(CONNECTION, "socket"):
        CONNECTION.socket = socket.create_connection(("127.0.0.1", CONFIG["port"]), timeout=20)
        CONNECTION.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    CONNECTION.socket.sendall(struct.pack("<Q", int(ms * 1e6)))
    if not CONNECTION.socket.recv(1):
        raise ConnectionError("the server closed the connection")


def task(job):
    factor, _ = job
    if CONFIG["first_ms"] and os.getpid() not in STARTED_PROCESSES:
        STARTED_PROCESSES.add(os.getpid())
        compute(int(CONFIG["first_ms"] * CONFIG["rounds_per_ms"]))
    waits = CONFIG["waits"]
    rounds = int(CONFIG["cpu_ms"] * factor * CONFIG["rounds_per_ms"] / (waits + 1))
    compute(rounds)
    for _ in range(waits):
        wait(CONFIG["wait_ms"] * factor / waits)
        compute(rounds)
    return b"r" * CONFIG["result"]


def jobs():
    """Factors of the tasks' sizes, 1 on average, with their payloads."""
    sizes = [(number + 1) ** -CONFIG["skew"] for number in range(CONFIG["tasks"])]
    random.Random(CONFIG["seed"]).shuffle(sizes)
    mean = sum(sizes) / len(sizes)
    return [(size / mean, b"p" * CONFIG["payload"]) for size in sizes]


def run():
    items, chunk = jobs(), CONFIG["chunk"]
    kinds = {"Pool": multiprocessing.Pool, "ThreadPool": multiprocessing.pool.ThreadPool}
    began = time.perf_counter()
    if CONFIG["kind"] == "Process":
        processes = [multiprocessing.Process(target=task, args=(item,)) for item in items]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        return time.perf_counter() - began
    if CONFIG["kind"] in kinds:
        with kinds[CONFIG["kind"]](CONFIG["workers"]) as pool:
            pool.map(task, items, chunksize=chunk or None)
            return time.perf_counter() - began
    with getattr(concurrent.futures, CONFIG["kind"])(CONFIG["workers"]) as pool:
        list(pool.map(task, items, chunksize=chunk or 1))
        return time.perf_counter() - began


if len(sys.argv) > 1:
    CONFIG = json.loads(sys.argv[1])
if __name__ == "__main__":
    print(run() if len(sys.argv) > 1 else measure_rounds())
