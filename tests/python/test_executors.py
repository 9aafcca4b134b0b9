"""Records of concurrent.futures."""

import sys
import unittest

from shim_case import ShimCase

METHODS = {"fork": 1, "spawn": 2, "forkserver": 3}
FUNCTIONS = """
import multiprocessing, os, signal, sys, threading, time, weakref
from concurrent.futures import *

def double(x): return 2 * x
def fail(x): raise KeyError(x)
def bad_result(x): return lambda: x

def error_of(future):
    try:
        return future.result()
    except Exception as error:
        return type(error).__name__
"""
PROCESSES, THREADS, INTERPRETERS = 3, 4, 5
SUBMIT, MAP = 6, 7


class Executors(ShimCase):
    def watch_body(self, body):
        return self.watch(FUNCTIONS + "if __name__ == '__main__':\n" + "\n".join(
            "    " + line for line in body.strip().splitlines()) + "\n")

    def check_tasks(self, run, count, kinds):
        started = sorted(record.words[1] for record in self.of_kind(run, "STARTED"))
        self.assertEqual(len(set(started)), count)
        for kind in kinds:
            self.assertEqual(sorted(record.words[1] for record in self.of_kind(run, kind)), started, kind)
        ended = self.of_kind(run, "FINISHED") + self.of_kind(run, "FAILED")
        self.assertEqual(sorted(record.words[1] for record in ended), started)

    def test_processes_of_every_start_method(self):
        for method, number in METHODS.items():
            run = self.watch_body("""
context = multiprocessing.get_context("%s")
with ProcessPoolExecutor(2, context) as executor:
    print(list(executor.map(double, range(10), chunksize=4)), executor.submit(double, 3).result())
    print(error_of(executor.submit(fail, 1)))
""" % method)
            self.check_tasks(run, 5, ["SUBMITTED", "QUEUED"])
            created = self.the_only(run, "POOL_CREATED")
            self.assertEqual(created.words[:5], (1, PROCESSES, 2, 0, number))
            calls = self.of_kind(run, "CALL")
            self.assertEqual([(record.words[2], record.words[4], record.text[2]) for record in calls],
                             [(MAP, 4, "double"), (SUBMIT, 1, "double"), (SUBMIT, 1, "fail")])
            submitted = self.of_kind(run, "SUBMITTED")
            self.assertEqual([record.words[4:] for record in submitted], [(1, 4), (1, 4), (1, 2), (2, 1), (3, 1)])
            self.assertEqual(self.the_only(run, "FAILED").text, ["KeyError"])
            spawned = self.of_kind(run, "SPAWNED")
            self.assertEqual({record.words[1:3] for record in spawned}, {(1, number)})
            workers = {record.words[0] for record in spawned}
            self.assertLessEqual({record.pid for record in self.of_kind(run, "STARTED")}, workers)
            self.assertEqual({record.pid for record in self.of_kind(run, "WORKER_ENDED")}, workers)
            self.assertEqual(self.the_only(run, "POOL_ENDED").words[:2], (1, 1))

    def test_what_cannot_be_pickled(self):
        run = self.watch_body("""
with ProcessPoolExecutor(1) as executor:
    print(error_of(executor.submit(double, lambda: 1)), error_of(executor.submit(bad_result, 1)))
    print(executor.submit(double, 2).result())
""")
        unsent, result = self.of_kind(run, "FAILED")
        self.assertEqual((unsent.pid, unsent.words[:2]), (self.owner(run), (1, 0)))
        self.assertEqual(result.words[:2], (0, 1))
        self.assertEqual([record.words[1] for record in self.of_kind(run, "STARTED")], [1, 2])

    def test_killed_worker_breaks_the_pool(self):
        run = self.watch_body("""
with ProcessPoolExecutor(1) as executor:
    executor.submit(double, 2).result()
    print(error_of(executor.submit(exec, "import os; os.kill(os.getpid(), 9)")))
""")
        self.assertIn("BrokenProcessPool", run.output)
        self.assertEqual([record.words[1] for record in self.of_kind(run, "STARTED")], [0, 1])
        self.assertEqual([record.words[1] for record in self.of_kind(run, "FINISHED")], [0])
        self.assertEqual(self.the_only(run, "REAPED").words[1], -9)

    @unittest.skipIf(sys.version_info < (3, 11), "max_tasks_per_child is new in 3.11")
    def test_worker_that_is_replaced(self):
        run = self.watch_body("""
with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=2) as executor:
    print([executor.submit(double, number).result() for number in range(4)])
""")
        self.assertEqual(self.the_only(run, "POOL_CREATED").words[3], 2)
        self.assertEqual(len({record.pid for record in self.of_kind(run, "STARTED")}), 2)
        self.check_tasks(run, 4, ["SUBMITTED", "QUEUED"])

    def test_threads(self):
        run = self.watch_body("""
with ThreadPoolExecutor(2) as executor:
    print(list(executor.map(double, range(5))), error_of(executor.submit(fail, 1)))
""")
        self.check_tasks(run, 6, ["SUBMITTED"])
        self.assertEqual({record.pid for record in self.of_kind(run, "STARTED")}, {self.owner(run)})
        self.assertEqual(self.the_only(run, "POOL_CREATED").words[:5], (1, THREADS, 2, 0, 0))
        self.assertEqual([(record.words[2], record.text[2]) for record in self.of_kind(run, "CALL")],
                         [(MAP, "double"), (SUBMIT, "fail")])
        ready = [record.words[:2] for record in self.of_kind(run, "WORKER_READY")]
        self.assertEqual(sorted(ready), sorted(record.words[:2] for record in self.of_kind(run, "WORKER_ENDED")))
        threads = {thread for _, thread in ready}
        self.assertEqual({record.words[3] for record in self.of_kind(run, "STARTED")} - threads, set())
        self.assertEqual({record.words[0] for record in self.of_kind(run, "STARTED")}, {1})
        self.assertEqual(self.the_only(run, "FAILED").text, ["KeyError"])
        self.assertEqual(self.of_kind(run, "THREAD_STARTED"), [])

    def test_cancelled_task_of_threads_does_not_start(self):
        run = self.watch_body("""
gate = threading.Event()
with ThreadPoolExecutor(1) as executor:
    executor.submit(gate.wait)
    print(executor.submit(double, 1).cancel())
    gate.set()
""")
        self.assertEqual([record.words[1] for record in self.of_kind(run, "SUBMITTED")], [0, 1])
        self.assertEqual([record.words[1] for record in self.of_kind(run, "STARTED")], [0])

    def test_submit_is_one_call_for_each_line(self):
        run = self.watch_body("""
with ThreadPoolExecutor(2) as executor:
    print([future.result() for future in [executor.submit(double, number) for number in range(5)]])
    print(executor.submit(double, 1).result())
""")
        self.assertEqual(len(self.of_kind(run, "CALL")), 2)

    def test_maps_in_threads_are_told_apart(self):
        run = self.watch_body("""
with ThreadPoolExecutor(2) as executor:
    def use(): list(executor.map(double, range(3)))
    threads = [threading.Thread(target=use) for _ in range(3)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    print(len(list(executor.map(fail, []))))
""")
        self.assertEqual([record.words[2] for record in self.of_kind(run, "CALL")], [MAP] * 3)
        calls = [record.words[4] for record in self.of_kind(run, "SUBMITTED")]
        self.assertEqual(sorted(calls), [1] * 3 + [2] * 3 + [3] * 3)

    def test_executor_is_collected_as_without(self):
        self.watch_body("""
import gc
gc.disable()
for kind in ThreadPoolExecutor, ProcessPoolExecutor:
    executor = kind(1)
    print(executor.submit(double, 1).result())
    reference = weakref.ref(executor)
    executor = None
    print(reference())
""")

    @unittest.skipIf(sys.version_info < (3, 14), "InterpreterPoolExecutor is new in 3.14")
    def test_interpreters(self):
        run = self.watch_body("""
with InterpreterPoolExecutor(2) as executor:
    print(list(executor.map(abs, range(5))))
""")
        self.check_tasks(run, 5, ["SUBMITTED"])
        self.assertEqual(self.the_only(run, "POOL_CREATED").words[1], INTERPRETERS)
        self.assertEqual({record.words[2] for record in self.of_kind(run, "HELLO")}, {0, 2})


if __name__ == "__main__":
    unittest.main()
