"""Programs that change what the shim depends on: options, descriptors, directories, memory and disks."""

import os
import subprocess
import sys
import unittest

from shim_case import ShimCase

POOL = """
import multiprocessing, os, sys, threading, time
def add(number): return number + 1
def use_pool(tasks=6):
    with multiprocessing.get_context("fork").Pool(2) as pool:
        print(sum(pool.map(add, range(tasks), 1)), flush=True)
"""
MAIN = "if __name__ == '__main__':\n    "
# Runs watched.py with its traces on a disk of its own.
ON_DISK = """
import os, sys
with open("watched.py", "w") as stream: stream.write(%r)
os.execvp("unshare", ["unshare", "-rm", "sh", "-c",
                      "mount -t tmpfs -o size=%s tmpfs trace && exec \\"$0\\" watched.py", sys.executable])
"""


def can_mount():
    command = ["unshare", "-rm", "sh", "-c", "mount -t tmpfs tmpfs /tmp"]
    try:
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


class Environments(ShimCase):
    def check_tasks(self, run, tasks=6):
        self.assertEqual(run.code, 0, run.errors)
        self.assertEqual(len(self.of_kind(run, "STARTED")), tasks)

    def test_options_of_the_interpreter(self):
        for options in (["-W", "error"], ["-X", "dev", "-W", "error"], ["-OO"], ["-B"]):
            with self.subTest(options):
                self.check_tasks(self.watch(POOL + MAIN + "use_pool()", command=[*options, "program.py"]))

    def test_import_times_are_printed(self):
        run = self.run_program(POOL + MAIN + "use_pool()", command=["-X", "importtime", "program.py"])
        self.check_tasks(run)
        self.assertIn("multiprocessing.pool", run.errors)

    def test_variables_of_the_interpreter(self):
        for name, value in ("PYTHONSAFEPATH", "1"), ("PYTHONHASHSEED", "3"), ("PYTHONWARNINGS", "error"):
            with self.subTest(name):
                self.check_tasks(self.watch(POOL + MAIN + "use_pool()", variables={name: value}))

    def test_program_from_standard_input(self):
        self.check_tasks(self.watch("", command=["-"], given=POOL + "use_pool()"))

    def test_exit_without_finalization(self):
        self.assertEqual(len(self.of_kind(self.watch(POOL + MAIN + "use_pool(); os._exit(5)"), "STARTED")), 6)

    def test_daemon_threads_that_run_at_exit(self):
        self.watch("""
            import threading
            def start_threads():
                while True: threading.Thread(target=int).start()
            begun = threading.Event()
            threading.Thread(target=lambda: (begun.set(), start_threads()), daemon=True).start()
            begun.wait()
            print(1)
        """)

    def test_other_executable_for_spawned_processes(self):
        self.check_tasks(self.watch(POOL + MAIN + """
    os.symlink(sys.executable, "interpreter")
    context = multiprocessing.get_context("spawn")
    context.set_executable(os.path.abspath("interpreter"))
    with context.Pool(2) as pool: print(pool.map(add, range(6), 1))
"""))

    def test_closed_descriptors_are_not_needed(self):
        run = self.watch(POOL + MAIN + """
    os.closerange(3, 1000)
    files = [os.open("file%d" % number, os.O_RDWR | os.O_CREAT) for number in range(20)]
    use_pool(3000)
    print([os.fstat(file).st_size for file in files])
""")
        self.check_tasks(run, 3000)

    def test_other_working_directory(self):
        self.check_tasks(self.watch(POOL + MAIN + "os.chdir('/'); use_pool()"))

    @unittest.skipIf(os.geteuid(), "only root may change the root directory")
    def test_trace_that_is_out_of_reach(self):
        # Rings that are mapped go on; processes that start later have none.
        run = self.watch(POOL + MAIN + """
    from concurrent.futures import ThreadPoolExecutor
    executor = ThreadPoolExecutor(2)
    executor.submit(abs, 1).result()
    os.mkdir("root")
    os.chroot("root")
    pid = os.fork()
    if pid == 0: os._exit(3)
    print(os.waitpid(pid, 0)[1])
    print(sum(executor.map(abs, range(100))), flush=True)
    # Without its libraries, some versions cannot end a thread.
    os._exit(0)
""")
        self.assertEqual(run.code, 0, run.errors)
        self.check_tasks(run, 101)
        self.assertEqual(len(self.of_kind(run, "HELLO")), 1)

    @unittest.skipIf(os.geteuid(), "only root may change the user")
    def test_other_user(self):
        # The first pool imports what the other user may not read.
        run = self.watch(POOL + MAIN + "use_pool(); os.setgid(65534); os.setuid(65534); use_pool()")
        # The workers of the second pool cannot make a file.
        self.check_tasks(run, 6)
        self.assertEqual(sum(record.words[4] for record in self.of_kind(run, "QUEUED")), 12)


@unittest.skipUnless(sys.version_info >= (3, 12), "threads of sub-interpreters need 3.12")
class Subinterpreters(ShimCase):
    def test_each_writes_a_ring(self):
        run = self.watch("""
            try: import _interpreters as interpreters
            except ImportError: import _xxsubinterpreters as interpreters
            number = interpreters.create()
            interpreters.run_string(number, "import threading; thread = threading.Thread(target=print, args=(1,));"
                                            "thread.start(); thread.join()")
            interpreters.destroy(number)
        """)
        self.assertEqual(len(self.of_kind(run, "HELLO")), 2)
        self.the_only(run, "THREAD_STARTED")


@unittest.skipUnless(can_mount(), "needs user namespaces, or root")
class FullDisk(ShimCase):
    def extensions_on_disk(self, size):
        """Extensions of the files that a program left on a disk of `size`."""
        watched = POOL + MAIN + """
    use_pool(3000)
    print(sorted(name.rpartition(".")[2] for name in os.listdir(os.environ["MPVIZ_TRACE_DIR"])))
"""
        # The interpreter that only starts the other one is not watched: -I.
        run = self.run_program("", command=["-I", "-c", ON_DISK % (watched, size)])
        self.assertEqual((run.code, run.errors), (0, ""))
        total, extensions = run.output.splitlines()
        self.assertEqual(int(total), sum(range(1, 3001)))
        return extensions

    def test_program_runs_without_rings(self):
        self.assertEqual(self.extensions_on_disk("4k"), "[]")

    def test_small_ring_is_used_on(self):
        self.assertEqual(self.extensions_on_disk("100k"), "['ring']")


if __name__ == "__main__":
    unittest.main()
