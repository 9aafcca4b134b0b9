"""Runs small programs with and without the shim."""

import atexit
import collections
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import unittest

import rings

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "assets", "python")
SECONDS = 120

# Programs that may still run, each the leader of a process group.
_running = set()
# As for Ctrl-C: what a test run has started is ended when the run is ended.
signal.signal(signal.SIGTERM, signal.default_int_handler)


def end_program(process):
    """Ends a program with all processes of its group."""
    if process in _running:
        _running.remove(process)
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


@atexit.register
def _end_programs():
    for process in list(_running):
        end_program(process)


Run = collections.namedtuple("Run", "output errors code records trace")


class ShimCase(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp(prefix="mpviz-shim-")
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        cls.shim = os.path.join(cls.directory, "shim")
        shutil.copytree(SOURCE, cls.shim, ignore=shutil.ignore_patterns("__pycache__"))
        os.mkdir(os.path.join(cls.shim, "cache"), 0o700)

    def start(self, program, arguments=(), command=None, shim=True, paths=(), **options):
        """A started interpreter that runs `program`, and the directory of its rings."""
        place = tempfile.mkdtemp(dir=self.directory)
        trace = os.path.join(place, "trace")
        os.mkdir(trace, 0o700)
        script = os.path.join(place, "program.py")
        with open(script, "w") as stream:
            stream.write(textwrap.dedent(program))
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        environment.update(options.pop("variables", {}))
        search = [self.shim, *paths] if shim else list(paths)
        if search:
            environment["PYTHONPATH"] = os.pathsep.join(search)
        if shim:
            environment["MPVIZ_TRACE_DIR"] = trace
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", *(command or ["program.py"]), *arguments], cwd=place, env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, **options)
        _running.add(process)
        self.addCleanup(end_program, process)
        return process, trace

    def run_program(self, program, arguments=(), **options):
        given = options.pop("given", "").encode()
        process, trace = self.start(program, arguments, **options)
        try:
            output, errors = process.communicate(given, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            end_program(process)
            self.fail("the program does not end: %s" % process.communicate()[1].decode())
        end_program(process)
        # What differs from run to run.
        output, errors = (re.sub("0x[0-9a-f]+", "0x", text.decode().replace(os.path.dirname(trace), "PLACE"))
                          for text in (output, errors))
        return Run(output, errors, process.returncode, rings.read_directory(trace), trace)

    def watch(self, program, arguments=(), faults=False, **options):
        """Runs a program both ways, checks that it behaves the same, and returns the watched run."""
        plain = self.run_program(program, arguments, shim=False, **options)
        watched = self.run_program(program, arguments, **options)
        self.assertEqual(plain[:3], watched[:3])
        if not faults:
            self.assertEqual([record for record in watched.records if record.kind == "FAULT"], [])
        return watched

    def of_kind(self, run, kind, pid=None):
        return [record for record in run.records if record.kind == kind and pid in (None, record.pid)]

    def the_only(self, run, kind):
        records = self.of_kind(run, kind)
        self.assertEqual(len(records), 1, records)
        return records[0]

    def owner(self, run):
        """Pid of the process that was started first."""
        return self.of_kind(run, "HELLO")[0].pid
