"""The ring: files, growth, forks, threads, full disks."""

import glob
import os
import resource
import unittest

import rings
from shim_case import ShimCase

WRITE = """
import sys
ring = sys.modules["mpviz_shim"].ring
def write(count):
    for number in range(count):
        ring.record(ring.FINISHED, number)
"""
THREADS = WRITE + """
import threading
def write_both(thread):
    for number in range(2000):
        if number % 10:
            ring.record(ring.FINISHED, thread, number)
        else:
            ring.record_text(ring.SPAWNED, (str(thread), "t" * 100), number)
sys.setswitchinterval(1e-5)
threads = [threading.Thread(target=write_both, args=(thread,)) for thread in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""
# A fork that runs no hook of Python.
C_FORK = WRITE + """
import ctypes, os
write(10)
{prepare}
pid = ctypes.PyDLL(None).fork()
if pid == 0:
    write(5)
    os._exit(0)
os.waitpid(pid, 0)
write(10)
"""


def limit_file_size(size):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


class Ring(ShimCase):
    def results(self, run, pid=None):
        return [record.words[0] for record in self.of_kind(run, "FINISHED", pid)]

    def test_files_are_allocated_before_they_are_written(self):
        run = self.run_program(WRITE + "write(2000)")
        paths = glob.glob(os.path.join(run.trace, "*"))
        self.assertEqual(sorted(os.path.splitext(path)[1] for path in paths), [".ring", ".ring2"])
        for path in paths:
            status = os.stat(path)
            self.assertGreaterEqual(status.st_blocks * 512, status.st_size)
            self.assertEqual(status.st_mode & 0o777, 0o600)

    def test_header_identifies_the_process(self):
        run = self.run_program("import os; print(os.getpid())")
        path, = glob.glob(os.path.join(run.trace, "*.ring"))
        with open(path, "rb") as stream:
            header = rings.read_header(stream.read())
        self.assertEqual((header.pid, header.ppid), (int(run.output), os.getpid()))
        self.assertEqual(os.path.basename(path), "%d-%d.ring" % (header.pid, header.start))

    def test_second_file_continues_the_first(self):
        run = self.run_program(WRITE + "write(10000)")
        self.assertEqual(self.results(run), list(range(10000)))
        self.assertEqual(rings.count_lost(run.trace), 0)

    def test_oldest_records_are_overwritten(self):
        self.assertEqual(self.results(self.run_program(WRITE + "write(40000)"))[-16384:], list(range(23616, 40000)))

    def test_first_file_is_used_on_if_the_second_is_refused(self):
        run = self.run_program(WRITE + "write(3000)", preexec_fn=limit_file_size(100000))
        self.assertEqual((run.code, run.errors), (0, ""))
        self.assertEqual(self.results(run), list(range(3000 - 1024, 3000)))
        self.assertEqual([os.path.splitext(path)[1] for path in os.listdir(run.trace)], [".ring"])

    def test_program_runs_if_no_file_can_be_made(self):
        program = "import multiprocessing as m; print(m.get_context('fork').Pool(1).map(abs, [1]))"
        run = self.watch(program, preexec_fn=limit_file_size(1000))
        self.assertEqual((run.code, os.listdir(run.trace)), (0, []))

    def test_long_text_is_cut_between_characters(self):
        run = self.run_program(WRITE + "ring.record_text(ring.FAULT, ('x' + 'é' * 300, 'lost'))")
        self.assertEqual(self.the_only(run, "FAULT").text, ["x" + "é" * 239])

    def test_threads_lose_no_record(self):
        run = self.run_program(THREADS)
        self.assertEqual((run.errors, rings.count_lost(run.trace)), ("", 0))
        for thread in range(4):
            numbers = [record.words[1] for record in self.of_kind(run, "FINISHED") if record.words[0] == thread]
            self.assertEqual(numbers, [number for number in range(2000) if number % 10])
            texts = [record for record in self.of_kind(run, "SPAWNED") if record.text[0] == str(thread)]
            self.assertEqual(len(texts), 200)

    def test_fork_in_c_starts_a_new_ring(self):
        for prepare in ("", "ring.guard = sys.modules['mpviz_shim'].workers.guard = ring._PidGuard()"):
            run = self.run_program(C_FORK.format(prepare=prepare))
            parent, child = self.of_kind(run, "HELLO")
            self.assertEqual((child.words[0], child.words[2]), (parent.pid, 1))
            self.assertEqual(self.results(run, parent.pid), [*range(10), *range(10)])
            self.assertEqual(self.results(run, child.pid), [*range(5)])

    def test_fork_starts_a_new_ring(self):
        run = self.watch("""
            import os
            pid = os.fork()
            if pid == 0:
                os._exit(3)
            print(os.waitpid(pid, 0)[1])
        """)
        parent, child = self.of_kind(run, "HELLO")
        self.assertEqual((child.words[0], child.words[2]), (parent.pid, 1))

    def test_descriptors_of_the_program_survive_a_fork(self):
        # As a daemon does: closes all descriptors, opens its own, forks.
        self.watch("""
            import os
            os.closerange(3, 64)
            descriptors = [os.open("/dev/null", os.O_RDONLY) for _ in range(8)]
            pid = os.fork()
            if pid == 0:
                for descriptor in descriptors:
                    os.fstat(descriptor)
                os._exit(7)
            print(os.waitpid(pid, 0)[1])
        """)

    def test_first_fault_of_a_place_is_recorded(self):
        run = self.run_program(WRITE + "for _ in range(3): ring.fault('here', KeyError('secret'))")
        self.assertEqual(self.the_only(run, "FAULT").text, ["here", "KeyError"])


if __name__ == "__main__":
    unittest.main()
