"""CPU time per task of a Dask scheduler and its workers, observed and not, in turns.

    python3 benches/python/dask_cost.py PYTHON [REPEATS [TASKS]]

PYTHON has dask.distributed. Needs a quiet machine. Bounds: scheduler +50 us, workers +150 us a task.
"""

import os
import statistics
import subprocess
import sys

ASSETS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "assets", "dask")
# Prints the CPU time of a task of 10 ms in us: of the scheduler, and of the workers. Its clients are not counted.
RUN = """
import subprocess, sys, time
from distributed import Client, LocalCluster, Nanny, Scheduler
def work(i):
    time.sleep(0.01)
def cpu(dask_scheduler=None):
    return time.process_time()
def plugins(dask_scheduler):
    return list(dask_scheduler.worker_plugins)
if __name__ == "__main__":
    driver, tasks = sys.argv[1], int(sys.argv[2])
    server = subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port",
        "0", "--no-dashboard"], stderr=subprocess.PIPE, text=True)
    address = next(line.split()[-1] for line in server.stderr if "Scheduler at:" in line)
    import threading
    threading.Thread(target=server.stderr.read, daemon=True).start()
    workers = [subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1",
        "--no-nanny", "--no-dashboard"], stderr=subprocess.DEVNULL) for _ in range(2)]
    try:
        with Client(address) as client:
            client.wait_for_workers(2)
            observer = None
            if driver:
                observer = subprocess.Popen([sys.executable, "-c", driver, address], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
                while not any("mpviz" in name for name in client.run_on_scheduler(plugins)):
                    if observer.poll() is not None:
                        sys.exit("the observer has ended")
                    time.sleep(0.05)
            client.gather(client.map(work, range(100), pure=False))
            before = client.run_on_scheduler(cpu), sum(client.run(cpu).values())
            client.gather(client.map(work, range(tasks), pure=False))
            after = client.run_on_scheduler(cpu), sum(client.run(cpu).values())
            print(*((b - a) / tasks * 1e6 for a, b in zip(before, after)))
            if observer:
                observer.stdin.close()
                observer.wait()
    finally:
        for process in (*workers, server):
            process.terminate()
            process.wait()
"""


def measure(python, driver, tasks):
    done = subprocess.run([python, "-c", RUN, driver, str(tasks)], stdout=subprocess.PIPE, check=True, text=True)
    return [float(figure) for figure in done.stdout.split()]


def main():
    python = sys.argv[1]
    driver = "".join(open(os.path.join(ASSETS, name)).read() for name in ("driver.py", "watch.py"))
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    tasks = int(sys.argv[3]) if len(sys.argv) > 3 else 5000
    pairs = []
    for _ in range(repeats):
        pairs.append((measure(python, "", tasks), measure(python, driver, tasks)))
        print("us a task, scheduler and workers: not observed %.0f %.0f, observed %.0f %.0f"
              % (*pairs[-1][0], *pairs[-1][1]), flush=True)
    for place, bound in ((0, 50), (1, 150)):
        added = statistics.median(observed[place] - plain[place] for plain, observed in pairs)
        print("%s: %+.0f us a task (bound +%d)" % (("scheduler", "workers")[place], added, bound))


main()
