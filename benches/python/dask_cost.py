"""CPU time per task of a Dask scheduler and its workers, observed and not, in turns.

    python3 benches/python/dask_cost.py PYTHON [REPEATS [TASKS]]

PYTHON has dask.distributed. Needs a quiet machine. Bounds: scheduler +50 us, workers +150 us a task.
"""

import os
import subprocess
import sys

ASSETS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "assets", "dask")
# Blocks of tasks, observed and not, take turns on one cluster: the CPU time per task differs between clusters, and in
# one cluster from minute to minute, by more than the bounds.
RUN = """
import statistics, subprocess, sys, threading, time
from distributed import Client
BLOCK = 500
def work(i):
    time.sleep(0.01)
def cpu(dask_scheduler=None):
    return time.process_time()
def plugins(dask_scheduler):
    return list(dask_scheduler.worker_plugins)
def measure(client, observer, tasks):
    process = None
    if observer:
        process = subprocess.Popen([sys.executable, "-c", observer, client.scheduler.address], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL)
        while not any("mpviz" in name for name in client.run_on_scheduler(plugins)):
            if process.poll() is not None:
                sys.exit("the observer has ended")
            time.sleep(0.05)
    client.gather(client.map(work, range(100), pure=False))
    before = client.run_on_scheduler(cpu), sum(client.run(cpu).values())
    client.gather(client.map(work, range(tasks), pure=False))
    after = client.run_on_scheduler(cpu), sum(client.run(cpu).values())
    if process:
        process.stdin.close()
        process.wait()
        while any("mpviz" in name for name in client.run_on_scheduler(plugins)):
            time.sleep(0.05)
    return [(b - a) / tasks * 1e6 for a, b in zip(before, after)]
if __name__ == "__main__":
    observer, repeats, tasks = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    server = subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port",
        "0", "--no-dashboard"], stderr=subprocess.PIPE, text=True)
    address = next(line.split()[-1] for line in server.stderr if "Scheduler at:" in line)
    threading.Thread(target=server.stderr.read, daemon=True).start()
    workers = [subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1",
        "--no-nanny", "--no-dashboard"], stderr=subprocess.DEVNULL) for _ in range(2)]
    measured = []
    try:
        with Client(address) as client:
            client.wait_for_workers(2)
            measure(client, "", BLOCK)
            for _ in range(repeats):
                costs = {"": [], observer: []}
                for block in range(tasks // BLOCK):
                    for watched in ("", observer) if block % 2 else (observer, ""):
                        costs[watched].append(measure(client, watched, BLOCK))
                measured.append((costs[""], costs[observer]))
                means = [statistics.mean(cost[place] for cost in costs[watched])
                         for watched in costs for place in (0, 1)]
                print("us a task, scheduler and workers: not observed %.0f %.0f, observed %.0f %.0f" % (*means,),
                      flush=True)
    finally:
        for process in (*workers, server):
            process.terminate()
            process.wait()
    for place, name, bound in ((0, "scheduler", 50), (1, "workers", 150)):
        added = [[b[place] - a[place] for a, b in zip(*repeat)] for repeat in measured]
        means = sorted(statistics.mean(repeat) for repeat in added)
        blocks = [cost for repeat in added for cost in repeat]
        error = statistics.stdev(blocks) / len(blocks) ** 0.5
        print("%s: %+.0f us a task in the median of %d repeats (%+.0f to %+.0f; bound +%d), %+.0f +- %.0f in the mean"
              % (name, statistics.median(means), repeats, means[0], means[-1], bound, statistics.mean(blocks), error))
"""


def main():
    python = sys.argv[1]
    repeats = sys.argv[2] if len(sys.argv) > 2 else "5"
    tasks = sys.argv[3] if len(sys.argv) > 3 else "5000"
    observer = "".join(open(os.path.join(ASSETS, name)).read() for name in ("driver.py", "plugins.py", "watch.py"))
    subprocess.run([python, "-c", RUN, observer, repeats, tasks], check=True)


main()
