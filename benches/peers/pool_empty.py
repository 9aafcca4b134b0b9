"""Seconds a task that CPython's Pool takes for empty tasks, one at a time: pool_empty.py TASKS WORKERS"""

import sys
import time
from multiprocessing import Pool

if __name__ == "__main__":
    tasks, workers = map(int, sys.argv[1:])
    with Pool(workers) as pool:
        # The workers are up before the clock runs.
        pool.map(abs, range(workers))
        began = time.monotonic()
        for _ in pool.imap_unordered(abs, range(tasks), chunksize=1):
            pass
        print((time.monotonic() - began) / tasks)
