"""Compares CPython's own tests with and without the shim, test by test.

    python3 tests/python/cpython_suites.py PYTHON [PYTHON ...]

Each PYTHON needs the package `test`. Takes about 20 minutes for each. Exits with 1 if a result differs.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile

SHIM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "assets", "python")
SUITES = ("test_threading", "test_concurrent_futures", "test_multiprocessing_fork",
          "test_multiprocessing_spawn", "test_multiprocessing_forkserver")
SECONDS = 1200
# Did not end within 15 minutes on a busy machine, without the shim (CPython 3.13.0).
EXCLUDED = "test_print_exception_gh_102056"

# A file, because children that are spawned import the main module again.
RUNNER = '''
import json, sys, unittest

def flatten(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from flatten(test)
        elif not test.id().endswith(sys.argv[3]):
            yield test

class Result(unittest.TextTestResult):
    def note(self, test, outcome):
        with open(sys.argv[2], "a") as stream:
            stream.write(json.dumps([test.id(), outcome]) + "\\n")
    def addSuccess(self, test): super().addSuccess(test); self.note(test, "ok")
    def addError(self, test, error): super().addError(test, error); self.note(test, "error")
    def addFailure(self, test, error): super().addFailure(test, error); self.note(test, "failure")
    def addSkip(self, test, reason): super().addSkip(test, reason); self.note(test, "skipped")
    def addExpectedFailure(self, test, error): super().addExpectedFailure(test, error); self.note(test, "expected")
    def addUnexpectedSuccess(self, test): super().addUnexpectedSuccess(test); self.note(test, "unexpected")
    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error: self.note(test, "failure")

if __name__ == "__main__":
    tests = flatten(unittest.defaultTestLoader.loadTestsFromName("test." + sys.argv[1]))
    # A class's set-up has to find its tests in a row, as they were loaded.
    suite = unittest.TestSuite(tests)
    unittest.TextTestRunner(resultclass=Result, verbosity=2).run(suite)
'''


def run_suite(python, suite, shim):
    """Outcomes by test, seconds, and the shim's faults."""
    directory = tempfile.mkdtemp()
    try:
        runner, results, trace = (os.path.join(directory, name) for name in ("suite.py", "results", "trace"))
        with open(runner, "w") as stream:
            stream.write(RUNNER)
        os.mkdir(trace, 0o700)
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        if shim:
            environment.update(MPVIZ_TRACE_DIR=trace, PYTHONPATH=shim)
        log_name = "%s-%s-%s.log" % (os.path.basename(os.path.dirname(os.path.dirname(python))), suite,
                                     "shim" if shim else "plain")
        with open(os.path.join(tempfile.gettempdir(), log_name), "wb") as log:
            process = subprocess.Popen(
                ["nice", python, runner, suite, results, EXCLUDED], cwd=directory, env=environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
            try:
                process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        outcomes = {}
        if os.path.exists(results):
            with open(results) as stream:
                for test, outcome in map(json.loads, stream):
                    outcomes.setdefault(test, set()).add(outcome)
        import rings
        faults = {tuple(record.text) for record in rings.read_directory(trace) if record.kind == "FAULT"}
        return outcomes, process.returncode, faults
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def compare(python, suite, shim):
    plain, plain_code, _ = run_suite(python, suite, None)
    watched, watched_code, faults = run_suite(python, suite, shim)
    if any(test.startswith("unittest.loader.") for test in plain):
        print("%s %s: cannot be imported (is the package test installed?)" % (python, suite), flush=True)
        return False
    differing = sorted(test for test in plain.keys() | watched.keys() if plain.get(test) != watched.get(test))
    bad = sum(bool(outcomes - {"ok", "skipped", "expected"}) for outcomes in plain.values())
    print("%s %s: %d tests, %d not ok without the shim, %d differ, exit codes %s and %s" % (
        python, suite, len(plain), bad, len(differing), plain_code, watched_code), flush=True)
    for test in differing:
        print("  %s: %s without, %s with" % (
            test, sorted(plain.get(test, ["missing"])), sorted(watched.get(test, ["missing"]))), flush=True)
    for fault in sorted(faults):
        print("  fault: " + ", ".join(fault), flush=True)
    return not differing


def main():
    with tempfile.TemporaryDirectory() as directory:
        shim = os.path.join(directory, "shim")
        shutil.copytree(SHIM, shim, ignore=shutil.ignore_patterns("__pycache__"))
        os.mkdir(os.path.join(shim, "cache"), 0o700)
        same = [compare(python, suite, shim) for python in sys.argv[1:] for suite in SUITES]
    sys.exit(not all(same))


if __name__ == "__main__":
    main()
