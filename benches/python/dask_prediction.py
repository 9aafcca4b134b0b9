"""Predicted beside measured times of Dask graphs on other numbers of workers and threads.

    python3 benches/python/dask_prediction.py MPVIZ PYTHON [SEED [DIRECTORY [GRAPH...]]]

PYTHON has dask.distributed with array and dataframe. Records each graph on several settings with `mpviz trace`,
predicts all of them from the first three with `mpviz advise`, and prints the errors. Recordings stay in DIRECTORY, and
are not made again. Needs a quiet machine and about twenty minutes; with the names of graphs, runs only these.
"""

import json
import os
import random
import subprocess
import sys
import tempfile

SETTINGS = [(2, 1), (1, 1), (4, 1), (2, 2), (3, 1), (1, 4)]
ORIGINS = 3
RUN = """
import sys, time
import dask, dask.array as da, dask.dataframe as dd, numpy as np, pandas as pd
from distributed import Client, LocalCluster, as_completed, wait

graph, workers, threads, count, wait_s, cpu_s = sys.argv[1], *map(int, sys.argv[2:5]), *map(float, sys.argv[5:7])

def spend(share=1.0, value=None):
    time.sleep(wait_s * share)
    end = time.thread_time() + cpu_s * share
    while time.thread_time() < end:
        sum(range(200))
    return value

def load(n):
    return spend(0.7 + 0.2 * (n % 4), bytes(50_000))

def add(*values):
    return spend(0.5, b"")

def joined(client):
    some, others = (client.map(load, range(count), pure=False, fifo_timeout="1h") for _ in range(2))
    for _ in as_completed(client.map(add, some, others, pure=False, fifo_timeout="1h")):
        pass

def tree(client):
    level = client.map(load, range(count), pure=False)
    while len(level) > 1:
        level = client.map(add, *(level[n::2] for n in range(2)), pure=False) + level[len(level) // 2 * 2:]
    level[0].result()

def chains(client):
    ends = client.map(load, range(count // 8), pure=False)
    for _ in range(7):
        ends = client.map(add, ends, pure=False)
    wait(ends)

def fan(client):
    first = client.submit(load, 0, pure=False)
    wait(client.map(add, [first] * count, pure=False))

def array(client):
    def block(values):
        return spend(1.0, values)
    side = int(count ** 0.5)
    blocks = da.zeros((side * 50, side * 50), chunks=(50, 50)).map_blocks(block, meta=np.zeros((0, 0)))
    blocks.sum().compute()

def short(client):
    wait(client.map(add, range(count), pure=False))

def step(value):
    return spend(0.5, b"")

def short_steps(client):
    ends = client.map(step, range(count // 4), pure=False)
    for _ in range(3):
        ends = client.map(step, ends, pure=False)
    wait(ends)

def large(n):
    return spend(1.0, bytes(10_000_000))

def joined_large(client):
    some, others = (client.map(large, range(count), pure=False, fifo_timeout="1h") for _ in range(2))
    for _ in as_completed(client.map(add, some, others, pure=False, fifo_timeout="1h")):
        pass

def blocks(side, of_block):
    def block(values):
        return spend(1.0, np.ones(values.shape))
    shape = side * of_block, side * of_block
    return da.zeros(shape, chunks=(of_block, of_block)).map_blocks(block, meta=np.zeros((0, 0)))

def transposed(client):
    # Blocks of 2 MB.
    values = blocks(int(count ** 0.5), 500)
    (values + values.T).sum().compute()

def rechunked(client):
    side = int(count ** 0.5)
    with dask.config.set({"array.rechunk.method": "tasks"}):
        blocks(side, 500).rechunk((side * 500, 250)).sum().compute()

META = pd.DataFrame({"key": np.arange(2), "value": np.arange(2) * 1.0})

def part(n):
    return spend(1.0, pd.DataFrame({"key": np.arange(700) % 7, "value": np.arange(700) * 1.0}))

def dataframe(client):
    frame = dd.from_map(part, range(count), meta=META)
    # Without a shuffle between workers, which is not predicted.
    frame.groupby("key").value.mean(split_out=1).compute()

if __name__ == "__main__":
    with LocalCluster(n_workers=workers, threads_per_worker=threads, host="127.0.0.1", dashboard_address=None,
                      silence_logs=50) as cluster, Client(cluster) as client:
        client.wait_for_workers(workers)
        client.run(lambda: __import__("dask.dataframe") and None)
        # The first heartbeat of each worker has come.
        time.sleep(1)
        globals()[graph](client)
        time.sleep(1.2)
"""
GRAPHS = {"joined": 40, "tree": 64, "chains": 48, "fan": 100, "array": 64, "dataframe": 60}
# Tasks that take a few ms, with their numbers, and graphs whose results are large.
SHORT = {f"{graph}-{ms}": (graph, ms, 2000 // ms) for graph in ("short", "short_steps") for ms in (2, 5, 10, 20)}
LARGE = {"joined_large": 20, "transposed": 36, "rechunked": 36}


def record(mpviz, python, path, graph, setting, *work):
    program, unfinished = path + ".py", path + ".part"
    with open(program, "w") as file:
        file.write(RUN)
    if os.path.exists(unfinished):
        os.remove(unfinished)
    arguments = map(str, [graph, *setting, *work])
    subprocess.run([mpviz, "trace", "--record", unfinished, "--", python, program, *arguments], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.rename(unfinished, path)


def measured(path):
    """Time from the first submission to the last end of the tasks of the cluster, in s."""
    first, last = None, 0
    with open(path) as lines:
        for line in lines:
            stamped = json.loads(line)
            event = stamped.get("event", {})
            if "TasksSubmitted" in event and first is None:
                first = stamped["at"]
            if "TaskFinished" in event:
                last = stamped["at"]
    return (last - (first or 0)) / 1e9


def predicted(mpviz, path):
    done = subprocess.run([mpviz, "advise", path, "--json"], capture_output=True, text=True)
    if done.returncode != 0:
        return done.stderr.strip()
    answer = json.loads(done.stdout)
    left_out = {(row["workers"], row["threads_per_worker"]): row["why"] for row in answer["left_out"]}
    return left_out | {(row["workers"], row["threads_per_worker"]): row for row in answer["rows"]}


def report(times, answers, origin):
    """Prints predictions from a setting, and returns their errors and whether they were within the intervals."""
    answer = answers[origin]
    if isinstance(answer, str):
        print(f"    from {origin[0]} x {origin[1]} refused: {answer.split(': ', 1)[-1]}")
        return []
    errors = []
    for setting, time in times.items():
        row = answer.get(setting)
        if row is None or isinstance(row, str):
            print(f"    {setting[0]} x {setting[1]}  measured {time:6.3f} s  not predicted: {row or 'another number'}")
            continue
        error = row["predicted_s"] / time - 1
        low, high = row["interval_s"]
        mark = " recorded" if setting == origin else ("" if low <= time <= high else " OUTSIDE")
        print(f"    {setting[0]} x {setting[1]}  measured {time:6.3f} s  predicted {row['predicted_s']:6.3f} s "
              f"({error:+.1%}){mark}")
        if setting != origin:
            errors.append((max(row["predicted_s"] / time, time / row["predicted_s"]) - 1, low <= time <= high))
    return errors


def works(seed):
    """Names of what is recorded, with graph, number of tasks, and seconds that each waits and computes."""
    seeded = random.Random(seed)
    for graph, count in GRAPHS.items():
        for kind, cpu in (("waits", 0.0), ("computes", 0.9)):
            task = seeded.uniform(0.02, 0.08)
            yield f"{graph}-{kind}", graph, count, task * (1 - cpu), task * cpu
    for graph, count in LARGE.items():
        yield f"{graph}-waits", graph, count, seeded.uniform(0.02, 0.08), 0.0
    for name, (graph, ms, count) in SHORT.items():
        # The functions of these graphs spend half.
        yield name, graph, count, ms * 2e-3, 0.0


def main(mpviz, python, seed="1", directory=None, *only):
    directory = directory or tempfile.mkdtemp()
    os.makedirs(directory, exist_ok=True)
    errors = []
    for name, graph, count, wait_s, cpu_s in works(int(seed)):
        if only and name not in only and graph not in only:
            continue
        times, answers = {}, {}
        for setting in SETTINGS:
            path = os.path.join(directory, f"{name}-{setting[0]}x{setting[1]}.jsonl")
            if not os.path.exists(path):
                record(mpviz, python, path, graph, setting, count, wait_s, cpu_s)
            times[setting], answers[setting] = measured(path), predicted(mpviz, path)
        print(f"{name}, tasks of {(wait_s + cpu_s) * 1e3:.0f} ms", flush=True)
        for origin in SETTINGS[:ORIGINS]:
            print(f"  from {origin[0]} x {origin[1]}")
            errors += report(times, answers, origin)
    errors.sort()
    if errors:
        shares, held = [error for error, _ in errors], sum(held for _, held in errors) / len(errors)
        print(f"{len(errors)} predictions: median {shares[len(shares) // 2]:.1%}, 90 % within "
              f"{shares[int(len(shares) * 0.9)]:.1%}, at most {shares[-1]:.1%}, in their intervals {held:.0%}")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
