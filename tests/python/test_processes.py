"""Records of processes and threads outside of pools."""

import unittest

from shim_case import ShimCase

METHODS = {"fork": 1, "spawn": 2, "forkserver": 3}
FUNCTIONS = """
import multiprocessing, os, signal, sys, threading, time
from concurrent.futures import ThreadPoolExecutor

def work(*arguments): sum(range(100000))
class Worker(multiprocessing.Process):
    def run(self): os._exit(5)
class Thread(threading.Thread):
    def run(self): work()
"""


class Processes(ShimCase):
    def watch_body(self, body):
        return self.watch(FUNCTIONS + "if __name__ == '__main__':\n" + "\n".join(
            "    " + line for line in body.strip().splitlines()) + "\n")

    def test_processes_of_every_start_method(self):
        for method, number in METHODS.items():
            run = self.watch_body("""
process = multiprocessing.get_context("%s").Process(target=work, name="the name", args=(b"x" * 9999,))
process.start(); process.join()
print(process.exitcode)
""" % method)
            spawned = self.the_only(run, "SPAWNED")
            pid, pool, start_method, taken, size, _ = spawned.words
            self.assertEqual((spawned.pid, pool, start_method), (self.owner(run), 0, number))
            self.assertEqual(spawned.text[:2], ["the name", "work"])
            self.assertEqual(spawned.text[3], "12")
            self.assertGreater(taken, 0)
            self.assertEqual(size > 9999, method != "fork")
            self.assertIn(pid, [record.pid for record in self.of_kind(run, "HELLO")])
            self.assertEqual(self.the_only(run, "REAPED").words[:2], (pid, 0))

    def test_process_that_overrides_run(self):
        run = self.watch_body("process = Worker()\nprocess.start(); process.join(); print(process.exitcode)")
        self.assertEqual(self.the_only(run, "SPAWNED").text[1], "Worker")
        self.assertEqual(self.the_only(run, "REAPED").words[1], 5)

    def test_killed_process(self):
        run = self.watch_body("""
process = multiprocessing.Process(target=time.sleep, args=(60,))
process.start()
os.kill(process.pid, signal.SIGKILL)
process.join()
print(process.exitcode)
""")
        self.assertEqual(self.the_only(run, "REAPED").words[1], -9)

    def test_kill_by_the_program_is_recorded(self):
        run = self.watch_body("""
process = multiprocessing.Process(target=time.sleep, args=(60,))
process.start()
process.kill(); process.join(); process.kill()
print(process.exitcode)
""")
        self.assertEqual(self.the_only(run, "KILLED").words[0], self.the_only(run, "SPAWNED").words[0])

    def test_process_that_cannot_be_started(self):
        run = self.watch_body("""
process = multiprocessing.get_context("spawn").Process(target=lambda: 1)
try: process.start()
except Exception as error: print(type(error))
""")
        self.assertEqual(self.of_kind(run, "SPAWNED"), [])

    def test_process_of_a_manager_is_known_by_its_target(self):
        for method in METHODS:
            run = self.watch_body("""
multiprocessing.set_start_method("%s")
with multiprocessing.Manager() as manager:
    shared = manager.dict(a=1)
    print(shared["a"])
""" % method)
            spawned = self.the_only(run, "SPAWNED")
            self.assertEqual(spawned.text[1], "BaseManager._run_server")
            self.assertEqual(len(self.of_kind(run, "HELLO", spawned.words[0])), 1)
            self.assertEqual(self.of_kind(run, "THREAD_STARTED"), [])

    def test_manager_serves_queues_and_pools(self):
        self.watch_body("""
with multiprocessing.Manager() as manager:
    queue = manager.Queue()
    process = multiprocessing.Process(target=queue.put, args=(3,))
    process.start(); process.join()
    print(queue.get(), manager.Pool(1).apply(abs, (-1,)))
""")

    def test_thread(self):
        run = self.watch_body("""
def start():
    thread = threading.Thread(target=work, name="the name")
    thread.start(); thread.join()
start()
""")
        started, ended = self.the_only(run, "THREAD_STARTED"), self.the_only(run, "THREAD_ENDED")
        self.assertEqual(started.words[1], self.owner(run))
        self.assertEqual(started.text[:2], ["the name", "work"])
        self.assertEqual(started.text[3], "13")
        self.assertEqual(ended.words[0], started.words[0])
        self.assertGreater(ended.words[1], 0)

    def test_threads_of_other_classes(self):
        run = self.watch_body("""
for thread in Thread(), threading.Timer(0, work):
    thread.start(); thread.join()
from multiprocessing.dummy import Process
process = Process(target=work)
process.start(); process.join()
""")
        self.assertEqual([record.text[1] for record in self.of_kind(run, "THREAD_STARTED")],
                         ["Thread", "Timer", "work"])

    def test_thread_that_raises_is_reported_as_without(self):
        run = self.watch_body("thread = threading.Thread(target=abs)\nthread.start(); thread.join()")
        self.assertIn("TypeError", run.errors)
        self.the_only(run, "THREAD_ENDED")

    def test_threads_of_a_pool_are_no_threads_of_the_program(self):
        run = self.watch_body("""
from multiprocessing.pool import ThreadPool
with multiprocessing.Pool(1) as pool, ThreadPool(1) as threads, ThreadPoolExecutor(1) as executor:
    print(pool.map(abs, [1]), threads.map(abs, [1]), executor.submit(abs, 1).result())
queue = multiprocessing.Queue()
queue.put(1)
print(queue.get())
""")
        self.assertEqual(self.of_kind(run, "THREAD_STARTED"), [])

    def test_fork_with_threads_and_pools(self):
        run = self.watch_body("""
with ThreadPoolExecutor(2) as executor:
    executor.submit(work).result()
    pid = os.fork()
    if pid == 0:
        with ThreadPoolExecutor(1) as other:
            other.submit(work).result()
        os._exit(4)
    print(os.waitpid(pid, 0)[1])
""")
        first, second = self.of_kind(run, "POOL_CREATED")
        self.assertEqual((first.words[0], second.words[0]), (1, 1))
        self.assertNotEqual(first.pid, second.pid)


if __name__ == "__main__":
    unittest.main()
