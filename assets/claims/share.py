"""Whether threads and processes see what others write, and which pages forked processes share."""

import threading

WORKERS = 4
DATA_BYTES = 64 << 20
PAGE = os.sysconf("SC_PAGE_SIZE")

data = bytearray(b"x") * DATA_BYTES
barrier = MP.Barrier(WORKERS + 1, timeout=20)
appended = []


def read_and_write():
    sum(data[::PAGE])
    barrier.wait()  # All have read.
    barrier.wait()  # Their memory was measured.
    for n in range(0, DATA_BYTES, PAGE):
        data[n] = 1
    appended.append(1)
    barrier.wait()  # All have written.
    barrier.wait()  # Their memory was measured again.


def memory_of(procs):
    """Sums of resident and of proportional set sizes, in bytes."""
    rss = pss = 0
    for proc in procs:
        with open("/proc/%d/smaps_rollup" % proc.pid) as file:
            sizes = {line.split(":")[0]: line.split()[1] for line in file if line.endswith("kB\n")}
        rss += int(sizes["Rss"]) * 1024
        pss += int(sizes["Pss"]) * 1024
    return rss, pss


procs = [MP.Process(target=read_and_write) for _ in range(WORKERS)]
for proc in procs:
    proc.start()
barrier.wait()
rss, pss = memory_of(procs)
barrier.wait()
barrier.wait()
_, written_pss = memory_of(procs)
barrier.wait()
for proc in procs:
    proc.join()
from_processes = len(appended)
threads = [threading.Thread(target=lambda: appended.append(1)) for _ in range(WORKERS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print_figures(
    workers=WORKERS,
    data_bytes=DATA_BYTES,
    seen_from_threads=len(appended) - from_processes,
    seen_from_processes=from_processes,
    rss_bytes=rss,
    pss_bytes=pss,
    written_pss_bytes=written_pss,
)
