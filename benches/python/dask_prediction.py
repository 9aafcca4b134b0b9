"""Predicted beside measured times of Dask graphs on other numbers of workers and threads.

    python3 benches/python/dask_prediction.py MPVIZ PYTHON [SEED [DIRECTORY]]

PYTHON has dask.distributed with array and dataframe. Records each graph on several settings with `mpviz trace`,
predicts all of them from the first two with `mpviz advise`, and prints the errors. Recordings stay in DIRECTORY, and are
not made again. Needs a quiet machine and about twelve minutes.
"""

import json
import os
import random
import subprocess
import sys
import tempfile

SETTINGS = [(2, 1), (1, 1), (4, 1), (2, 2), (3, 1), (1, 4)]
RUN = """
import sys, time
import dask.array as da, dask.dataframe as dd, numpy as np, pandas as pd
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


def record(mpviz, python, path, graph, setting, *work):
    arguments = [graph, *setting, GRAPHS[graph], *work]
    program = [python, path + ".py", *map(str, arguments)]
    with open(path + ".py", "w") as file:
        file.write(RUN)
    subprocess.run([mpviz, "trace", "--record", path, "--", *program], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


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
    rows = json.loads(done.stdout)["rows"]
    return {(row["workers"], row["threads_per_worker"]): row for row in rows}


def report(times, answers, origin):
    """Prints predictions from a setting, and returns their errors and whether they were within the intervals."""
    answer = answers[origin]
    if isinstance(answer, str):
        print(f"    from {origin[0]} x {origin[1]} refused: {answer.split(': ', 1)[-1]}")
        return []
    errors = []
    for setting, time in times.items():
        row = answer.get(setting)
        if row is None:
            print(f"    {setting[0]} x {setting[1]}  measured {time:6.3f} s  not predicted")
            continue
        error = row["predicted_s"] / time - 1
        low, high = row["interval_s"]
        mark = " recorded" if setting == origin else ("" if low <= time <= high else " OUTSIDE")
        print(f"    {setting[0]} x {setting[1]}  measured {time:6.3f} s  predicted {row['predicted_s']:6.3f} s "
              f"({error:+.1%}){mark}")
        if setting != origin:
            errors.append((max(row["predicted_s"] / time, time / row["predicted_s"]) - 1, low <= time <= high))
    return errors


def main(mpviz, python, seed="1", directory=None):
    seeded = random.Random(int(seed))
    directory = directory or tempfile.mkdtemp()
    errors = []
    for graph in GRAPHS:
        for kind, cpu in (("waits", 0.0), ("computes", 0.9)):
            task = seeded.uniform(0.02, 0.08)
            work = (task * (1 - cpu), task * cpu)
            times, answers = {}, {}
            for setting in SETTINGS:
                path = os.path.join(directory, f"{graph}-{kind}-{setting[0]}x{setting[1]}.jsonl")
                if not os.path.exists(path):
                    record(mpviz, python, path, graph, setting, *work)
                times[setting], answers[setting] = measured(path), predicted(mpviz, path)
            print(f"{graph}, {kind}, tasks of {task * 1e3:.0f} ms", flush=True)
            for origin in SETTINGS[:2]:
                print(f"  from {origin[0]} x {origin[1]}")
                errors += report(times, answers, origin)
    errors.sort()
    if errors:
        shares, held = [error for error, _ in errors], sum(held for _, held in errors) / len(errors)
        print(f"{len(errors)} predictions: median {shares[len(shares) // 2]:.1%}, 90 % within "
              f"{shares[int(len(shares) * 0.9)]:.1%}, in their intervals {held:.0%}")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
