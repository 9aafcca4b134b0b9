"""Seconds from the first start to the last task's end of so many forked processes: processes_start.py COUNT"""

import os
import struct
import sys
import time
from multiprocessing import get_context


def task(number, pipe):
    total = sum(range(number, number + 1))
    os.write(pipe, struct.pack("qq", time.monotonic_ns(), total))


if __name__ == "__main__":
    count = int(sys.argv[1])
    reader, writer = os.pipe()
    context = get_context("fork")
    began = time.monotonic_ns()
    processes = [context.Process(target=task, args=(number, writer)) for number in range(count)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        done = list(struct.iter_unpack("qq", pipe.read()))
    assert sum(total for _, total in done) == count * (count - 1) // 2
    print((max(at for at, _ in done) - began) / 1e9)
