"""CPU time of mpviz and of its driver while they show a Dask cluster that runs 400 tasks a second.

    python3 benches/python/dask_share.py PYTHON [MPVIZ [SECONDS]]

PYTHON has dask.distributed. MPVIZ is a release build. Needs a quiet machine. Bound: 10 % of a core together.
"""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
import threading
import time

RATE = 400
# Its threads are a third busy, so that it holds the rate.
CLUSTER = """
import sys, time
from distributed import Client, LocalCluster
def work(i):
    time.sleep(0.01)
if __name__ == "__main__":
    rate, seconds = int(sys.argv[1]), float(sys.argv[2])
    with LocalCluster(n_workers=2, threads_per_worker=6, protocol="tcp", host="127.0.0.1", dashboard_address=None) as c:
        with Client(c) as client:
            print(c.scheduler_address, flush=True)
            sys.stdin.readline()
            begin, done, sent, running = time.monotonic(), 0, 0, []
            while time.monotonic() < begin + seconds:
                running.append(client.map(work, range(rate // 20), pure=False))
                sent += rate // 20
                if len(running) > 3:
                    done += len(client.gather(running.pop(0)))
                time.sleep(max(0, begin + sent / rate - time.monotonic()))
            print(done / (time.monotonic() - begin), flush=True)
            sys.stdin.readline()
"""


def cpu_s(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def start_mpviz(command):
    """mpviz on a terminal of 120 columns and 40 rows, whose output is read and dropped."""
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        os.execv(command[0], command)

    def read():
        try:
            while os.read(terminal, 65536):
                pass
        except OSError:
            pass

    threading.Thread(target=read, daemon=True).start()
    return pid, terminal


def child_of(pid):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        children = open(f"/proc/{pid}/task/{pid}/children").read().split()
        if children:
            return int(children[0])
        time.sleep(0.1)
    sys.exit("mpviz has started no driver")


def main():
    python = sys.argv[1]
    mpviz = os.path.abspath(sys.argv[2] if len(sys.argv) > 2 else "target/release/mpviz")
    seconds = sys.argv[3] if len(sys.argv) > 3 else "15"
    cluster = subprocess.Popen([python, "-c", CLUSTER, str(RATE), seconds], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True)
    try:
        address = cluster.stdout.readline().strip()
        pid, terminal = start_mpviz([mpviz, "watch", "--dask", address, "--yes", "--python", python])
        driver = child_of(pid)
        time.sleep(3)
        before, begin = [cpu_s(pid), cpu_s(driver)], time.monotonic()
        cluster.stdin.write("\n")
        cluster.stdin.flush()
        rate = float(cluster.stdout.readline())
        elapsed = time.monotonic() - begin
        shares = [(cpu_s(process) - used) / elapsed for process, used in zip((pid, driver), before)]
        print("%.0f tasks a second for %.1f s: mpviz %.1f %%, driver %.1f %%, together %.1f %% of a core (bound 10 %%)"
              % (rate, elapsed, *(100 * share for share in shares), 100 * sum(shares)))
        os.write(terminal, b"q")
        os.waitpid(pid, 0)
    finally:
        cluster.stdin.close()
        cluster.wait()


main()
