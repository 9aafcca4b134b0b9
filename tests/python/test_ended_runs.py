"""A test run that is ended leaves no program behind."""

import os
import signal
import subprocess
import sys
import time
import unittest

from shim_case import ShimCase

TEST = """
import os, sys, unittest
import shim_case
class Endless(shim_case.ShimCase):
    def test_endless(self):
        process, _ = self.start("import os, time; os.fork() or print(os.getpid(), flush=True); time.sleep(600)")
        sys.__stdout__.write(process.stdout.readline().decode())
        sys.__stdout__.flush()
        process.wait()
"""


class EndedRuns(ShimCase):
    def test_programs_of_a_terminated_run_are_ended(self):
        with open(os.path.join(self.directory, "endless.py"), "w") as stream:
            stream.write(TEST)
        environment = {**os.environ, "PYTHONPATH": os.path.dirname(os.path.abspath(__file__))}
        with subprocess.Popen([sys.executable, "-m", "unittest", "endless"], cwd=self.directory, env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as run:
            child = int(run.stdout.readline())
            group = os.getpgid(child)
            run.send_signal(signal.SIGTERM)
            # The pipe ends with the run; the program has another one.
            run.stdout.read()
        self.assertNotEqual(run.returncode, 0)
        deadline = time.monotonic() + 30
        while any(_is_running(pid, group) for pid in os.listdir("/proc") if pid.isdigit()):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)


def _is_running(pid, group):
    try:
        with open("/proc/%s/stat" % pid) as stream:
            state, _, of_group, *_ = stream.read().rpartition(")")[2].split()
    except OSError:
        # It has ended.
        return False
    return int(of_group) == group and state not in "ZX"


if __name__ == "__main__":
    unittest.main()
