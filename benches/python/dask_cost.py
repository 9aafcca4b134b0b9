"""CPU time per task of a Dask scheduler and its workers, observed and not, in turns.

    python3 benches/python/dask_cost.py PYTHON [REPEATS [TASKS]]

PYTHON has dask.distributed. Needs a quiet machine. Bounds: scheduler +50 us, workers +150 us a task.
"""

import os
import subprocess
import sys

ASSETS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "assets", "dask")
# Both halves of a pair run on one cluster: the CPU time per task differs between clusters by more than the bounds.
RUN = """
import statistics, subprocess, sys, threading, time
from distributed import Client
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
    pairs = []
    try:
        with Client(address) as client:
            client.wait_for_workers(2)
            measure(client, "", 500)
            for _ in range(repeats):
                pairs.append((measure(client, "", tasks), measure(client, observer, tasks)))
                print("us a task, scheduler and workers: not observed %.0f %.0f, observed %.0f %.0f"
                      % (*pairs[-1][0], *pairs[-1][1]), flush=True)
    finally:
        for process in (*workers, server):
            process.terminate()
            process.wait()
    for place, name, bound in ((0, "scheduler", 50), (1, "workers", 150)):
        added = sorted(observed[place] - plain[place] for plain, observed in pairs)
        print("%s: %+.0f us a task (%+.0f to %+.0f; bound +%d)"
              % (name, statistics.median(added), added[0], added[-1], bound))
"""


def main():
    python = sys.argv[1]
    repeats = sys.argv[2] if len(sys.argv) > 2 else "5"
    tasks = sys.argv[3] if len(sys.argv) > 3 else "5000"
    observer = "".join(open(os.path.join(ASSETS, name)).read() for name in ("driver.py", "watch.py"))
    subprocess.run([python, "-c", RUN, observer, repeats, tasks], check=True)


main()
