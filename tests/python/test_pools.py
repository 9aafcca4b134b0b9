"""Records of multiprocessing.Pool and ThreadPool."""

import os
import unittest

from shim_case import ShimCase

METHODS = {"fork": 1, "spawn": 2, "forkserver": 3}
FUNCTIONS = """
import multiprocessing, os, signal, subprocess, sys, time
from multiprocessing.pool import ThreadPool

def double(x): return 2 * x
def add(x, y): return x + y
def fail(x): raise KeyError(x)
def use(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end: pass
def bad_result(x): return lambda: x

def error_of(function, *arguments):
    try:
        return function(*arguments)
    except Exception as error:
        return type(error).__name__
"""
WORKER_QUEUE = """
def queue_of_worker(name):
    frame = sys._getframe()
    while frame.f_code.co_name != "worker": frame = frame.f_back
    return frame.f_locals[name]
"""
POOL, THREAD_POOL = 1, 2
APPLY, MAP, IMAP, IMAP_UNORDERED, STARMAP = 1, 2, 3, 4, 5
APPLY_ASYNC, MAP_ASYNC, STARMAP_ASYNC = 8, 9, 10


class Pools(ShimCase):
    def watch_pool(self, body, method="fork", start="pool = context.Pool(2)"):
        """Runs `body` with a pool of two workers."""
        lines = ["    " + line for line in [start, *body.strip().splitlines()]]
        main = "if __name__ == '__main__':\n    context = multiprocessing.get_context('%s')\n" % method
        return self.watch(FUNCTIONS + main + "\n".join(lines) + "\n")

    def calls(self, run):
        return [(*record.words[2:5], record.text[2]) for record in self.of_kind(run, "CALL")]

    def submitted(self, run):
        return [(record.words[1], record.words[3], record.words[5]) for record in self.of_kind(run, "SUBMITTED")]

    def tasks(self, run, kind):
        """(job, index) of all tasks with a record of a kind."""
        return sorted((record.words[1], record.words[2] + offset) for record in self.of_kind(run, kind)
                      for offset in range(record.words[4] if kind == "QUEUED" else 1))

    def check_tasks(self, run, count):
        """Every task was queued, started, finished and received."""
        started = self.tasks(run, "STARTED")
        self.assertEqual(len(started), count)
        self.assertEqual(len(set(started)), count)
        self.assertEqual(self.tasks(run, "QUEUED"), started)
        self.assertEqual(sorted(self.tasks(run, "FINISHED") + self.tasks(run, "FAILED")), started)
        for record in self.of_kind(run, "STARTED"):
            end, = (other for other in self.of_kind(run, "FINISHED") + self.of_kind(run, "FAILED")
                    if other.words[1:3] == record.words[1:3])
            self.assertEqual((end.pid, end.words[3]), (record.pid, record.words[3]))
            self.assertGreaterEqual(end.time, record.time)

    def test_usage_of_terminated_workers_and_of_the_parent(self):
        run = self.watch_pool("""
pool.map(use, [0.05, 0.05], chunksize=1)
use(0.2)
pool.terminate(); pool.join()
""")
        used = self.of_kind(run, "WORKER_USED")
        self.assertEqual({record.words[0] for record in used}, {record.words[0] for record in self.of_kind(run, "SPAWNED")})
        self.assertGreaterEqual(sum(record.words[1] for record in used), 0.1e9)
        self.assertTrue(all(record.words[3] + record.words[5] > 0 for record in used))
        _, how, cpu, delay, *_ = self.the_only(run, "POOL_ENDED").words
        self.assertEqual(how, 2)
        self.assertGreaterEqual(cpu, 0.2e9)
        self.assertGreaterEqual(delay, 0)

    def test_every_start_method(self):
        for method, number in METHODS.items():
            run = self.watch_pool("""
print(pool.map(double, range(10)), list(pool.imap(double, [1, 2])), pool.apply(add, (1, 2)))
pool.close(); pool.join()
""", method)
            self.check_tasks(run, 5 + 2 + 1)
            owner = self.owner(run)
            created = self.the_only(run, "POOL_CREATED")
            self.assertEqual((created.pid, created.words[:5]), (owner, (1, POOL, 2, 0, number)))
            self.assertEqual((os.path.basename(created.text[0]), created.text[2]), ("program.py", "<module>"))
            spawned = self.of_kind(run, "SPAWNED")
            workers = {record.words[0] for record in spawned}
            self.assertEqual([record.words[1:3] for record in spawned], [(1, number)] * 2)
            self.assertEqual([record.text[1] for record in spawned], ["worker"] * 2)
            self.assertEqual([record.words[4] > 0 for record in spawned], [method != "fork"] * 2)
            for kind in ("WORKER_READY", "WORKER_ENDED"):
                self.assertEqual({record.pid for record in self.of_kind(run, kind)}, workers)
            self.assertEqual({record.words[:2] for record in self.of_kind(run, "REAPED")},
                             {(pid, 0) for pid in workers})
            self.assertLessEqual(workers, {record.pid for record in self.of_kind(run, "HELLO")})
            self.assertEqual(self.the_only(run, "POOL_ENDED").words[:2], (1, 1))

    def test_map_and_its_chunks(self):
        run = self.watch_pool("print(pool.map(double, range(10), 3), pool.map(double, []), pool.map(double, [1]))")
        self.assertEqual(self.calls(run), [(MAP, 10, 3, "double"), (MAP, 0, 0, "double"), (MAP, 1, 1, "double")])
        self.assertEqual(self.submitted(run), [(0, 4, 3), (1, 0, 0), (2, 1, 1)])
        self.check_tasks(run, 5)

    def test_imap_of_known_and_unknown_length(self):
        run = self.watch_pool("""
print(list(pool.imap(double, [1, 2, 3])), sorted(pool.imap_unordered(double, iter(range(5)), 2)))
""")
        self.assertEqual(self.calls(run), [(IMAP, 3, 1, "double"), (IMAP_UNORDERED, -1, 2, "double")])
        self.assertEqual(self.submitted(run), [(0, 3, 1), (1, -1, 2)])
        self.check_tasks(run, 3 + 3)

    def test_starmap_and_asynchronous_calls(self):
        run = self.watch_pool("""
print(pool.starmap(add, [(1, 2), (3, 4)]), pool.starmap_async(add, [(1, 2)]).get(), pool.map_async(double, [1]).get())
""")
        self.assertEqual([call[0] for call in self.calls(run)], [STARMAP, STARMAP_ASYNC, MAP_ASYNC])
        self.check_tasks(run, 4)

    def test_apply_is_one_call_for_each_line(self):
        run = self.watch_pool("""
for number in range(5):
    pool.apply_async(double, (number,)).get()
print(pool.apply(double, (1,)))
""")
        self.assertEqual(self.calls(run), [(APPLY_ASYNC, -1, 1, "double"), (APPLY, -1, 1, "double")])
        self.assertEqual([record.words[4] for record in self.of_kind(run, "SUBMITTED")], [1] * 5 + [2])
        self.check_tasks(run, 6)

    def test_small_tasks_share_a_record(self):
        run = self.watch_pool("""
unlike = [1, 2, b"x" * 5000, 4, 5, lambda: 6, 7]
print(pool.map(double, range(40), 1), error_of(pool.map, repr, unlike, 1), list(pool.imap(double, iter([1, 2]))))
""")
        queued = [[record.words[2:5:2] for record in self.of_kind(run, "QUEUED") if record.words[1] == job]
                  for job in range(3)]
        self.assertTrue(1 < max(count for _, count in queued[0]) <= 16, queued[0])
        self.assertIn((2, 1), queued[1])
        # The iterator may need long for the next one.
        self.assertEqual(queued[2], [(0, 1), (1, 1)])
        # The sixth task of the second call is never sent.
        sent = [*((0, index) for index in range(40)), *((1, index) for index in (0, 1, 2, 3, 4, 6)), (2, 0), (2, 1)]
        self.assertEqual(self.tasks(run, "QUEUED"), sent)
        started = {record.words[1:3]: record.time for record in self.of_kind(run, "STARTED")}
        for record in self.of_kind(run, "QUEUED"):
            self.assertLess(record.time, started[record.words[1:3]])

    def test_task_that_raises(self):
        run = self.watch_pool("print(error_of(pool.apply, fail, (1,)), error_of(pool.map, fail, [1]))")
        self.assertEqual([record.text for record in self.of_kind(run, "FAILED")], [["KeyError"]] * 2)
        self.check_tasks(run, 2)

    def test_result_that_cannot_be_pickled(self):
        run = self.watch_pool("print(error_of(pool.apply, bad_result, (1,)))")
        self.assertEqual(self.the_only(run, "FAILED").text, ["MaybeEncodingError"])
        self.check_tasks(run, 1)

    def test_task_that_cannot_be_pickled(self):
        run = self.watch_pool("print(error_of(pool.apply, double, (lambda: 1,)), pool.apply(double, (1,)))")
        failed = self.the_only(run, "FAILED")
        self.assertEqual((failed.pid, failed.words[:3]), (self.owner(run), (1, 0, 0)))
        self.assertEqual(self.tasks(run, "QUEUED"), [(1, 0)])

    def test_worker_that_is_replaced(self):
        # No printing while workers are forked: see test_restraint.
        run = self.watch_pool("result = pool.map(double, range(6), 1)\npool.close(); pool.join(); print(result)",
                              start="pool = context.Pool(1, maxtasksperchild=2)")
        self.assertEqual(self.the_only(run, "POOL_CREATED").words[3], 2)
        self.assertEqual({record.words[1] for record in self.of_kind(run, "SPAWNED")}, {1})
        self.assertEqual(len({record.pid for record in self.of_kind(run, "STARTED")}), 3)
        self.check_tasks(run, 6)

    def test_sizes_of_tasks_and_results(self):
        run = self.watch_pool("print(len(pool.apply(double, (b'x' * 50000,))))")
        self.assertGreater(self.the_only(run, "QUEUED").words[3], 50000)
        self.assertGreater(self.the_only(run, "FINISHED").words[5], 100000)

    def test_times_of_a_task(self):
        run = self.watch_pool("""
pool.apply(time.sleep, (0.05,))
pool.apply(sum, (range(10 ** 6),))
pool.apply(double, (b"x" * 10 ** 7,))
""")
        sleep, work, _ = self.of_kind(run, "FINISHED")
        started = self.of_kind(run, "STARTED")
        self.assertGreaterEqual(sleep.time - started[0].time, 50 * 10 ** 6)
        self.assertLess(sleep.words[4], 50 * 10 ** 6)
        self.assertGreater(work.words[4], 10 ** 6)
        # Waiting for a task is not receiving it.
        self.assertLess(started[1].words[4], 50 * 10 ** 6)
        self.assertGreater(started[2].words[4], started[1].words[4])

    def test_cpu_time_of_programs_that_a_task_runs_is_of_the_task(self):
        run = self.watch_pool(r"""
program = "import time\nwhile time.process_time() < 0.2: pass"
pool.map(subprocess.run, [[sys.executable, "-S", "-c", program], ["true"]], 1)
""")
        used = sorted(record.words[4] for record in self.of_kind(run, "FINISHED"))
        # Clock ticks are 10 ms, of CPU time in programs and in the kernel.
        self.assertGreaterEqual(used[1], 180 * 10 ** 6)
        self.assertLess(used[0], 180 * 10 ** 6)

    def test_transfer_is_timed_after_a_task_that_does_not_fit_into_a_pipe(self):
        run = self.run_program(FUNCTIONS + WORKER_QUEUE + """
def is_timed(data): return "_recv" in vars(queue_of_worker("inqueue")._reader)
if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(1) as pool:
        print([pool.apply(is_timed, (bytes(size),)) for size in (1, 60000, 70000, 1)])
""")
        self.assertEqual((run.output, run.errors), ("[False, False, True, True]\n", ""))
        self.assertEqual(self.of_kind(run, "FAULT"), [])
        self.check_tasks(run, 4)

    def test_queues_and_connections_of_other_classes(self):
        run = self.watch(FUNCTIONS + """
from multiprocessing import pool, queues
class Queue(queues.SimpleQueue): pass
class Pool(pool.Pool):
    def _setup_queues(self):
        self._inqueue, self._outqueue = Queue(ctx=self._ctx), Queue(ctx=self._ctx)
        self._quick_put = lambda task: self._inqueue._writer.send(task)
        self._quick_get = self._outqueue._reader.recv
if __name__ == "__main__":
    with Pool(2, context=multiprocessing.get_context("fork")) as pool:
        print(pool.map(double, range(6), 1), error_of(pool.apply, fail, (1,)), error_of(pool.apply, bad_result, (1,)))
        print(error_of(pool.apply, double, (lambda: 1,)))
""")
        self.assertEqual(self.tasks(run, "STARTED"), [*((0, index) for index in range(6)), (1, 0), (2, 0)])
        self.assertEqual(self.tasks(run, "FINISHED"), [(0, index) for index in range(6)])
        failed = [record.text[0] for record in self.of_kind(run, "FAILED")]
        # What a lambda raises depends on the version.
        self.assertEqual(failed[:2] + failed[3:], ["KeyError", "MaybeEncodingError"])
        self.assertTrue(all(record.words[5] > 0 for record in self.of_kind(run, "FINISHED")))

    def test_closed_connections_behave_as_without(self):
        program = FUNCTIONS + WORKER_QUEUE + """
def close(queue, connection): getattr(queue_of_worker(queue), connection).close()
if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(1) as pool:
        worker = pool._pool[0]
        pool.apply_async(close, ("%s", "%s"))
        # Only the pool's own thread collects its exit.
        while worker in pool._pool: time.sleep(0.01)
        print(worker.exitcode, pool.apply(double, (2,)))
"""
        for queue, connection, output in ("inqueue", "_reader", "0 4\n"), ("outqueue", "_writer", "1 4\n"):
            plain = self.run_program(program % (queue, connection), shim=False)
            run = self.run_program(program % (queue, connection))
            self.assertEqual((plain.output, run.output), (output, output))
            # The worker's traceback has other frames.
            self.assertEqual(plain.errors.splitlines()[-1:], run.errors.splitlines()[-1:])
            self.assertEqual(self.of_kind(run, "FAULT"), [])

    def test_terminated_pool(self):
        run = self.watch_pool("""
pool.apply_async(time.sleep, (60,))
with context.Pool(1) as other:
    print(other.apply(double, (1,)))
pool.terminate()
""")
        self.assertEqual([record.words[:2] for record in self.of_kind(run, "POOL_ENDED")], [(2, 2), (1, 2)])
        self.assertIn(-15, [record.words[1] for record in self.of_kind(run, "REAPED")])

    def test_pool_that_is_not_closed(self):
        run = self.watch_pool("print(pool.map(double, [1]))")
        self.assertEqual(self.the_only(run, "POOL_ENDED").words[:2], (1, 2))

    def test_killed_worker_leaves_what_it_wrote(self):
        run = self.watch_pool("""
workers = list(pool._pool)
print(pool.apply(double, (1,)))
pool.apply_async(exec, ("import os; os.kill(os.getpid(), 9)",))
while all(worker.is_alive() for worker in workers): time.sleep(0.01)
pool.terminate()
""")
        self.assertEqual(self.tasks(run, "STARTED"), [(0, 0), (1, 0)])
        self.assertEqual(self.tasks(run, "FINISHED"), [(0, 0)])
        lost, = (record for record in self.of_kind(run, "STARTED") if record.words[1] == 1)
        self.assertIn((lost.pid, -9), [record.words[:2] for record in self.of_kind(run, "REAPED")])

    def test_exit_in_a_task_leaves_what_it_wrote(self):
        run = self.watch_pool("""
workers = list(pool._pool)
pool.apply_async(os._exit, (3,))
while all(worker.is_alive() for worker in workers): time.sleep(0.01)
pool.terminate()
""")
        self.assertEqual(len(self.of_kind(run, "STARTED")), 1)
        self.assertIn(3, [record.words[1] for record in self.of_kind(run, "REAPED")])

    def test_pool_in_a_process_of_a_pool(self):
        run = self.watch(FUNCTIONS + """
def nested(count):
    with multiprocessing.Pool(2) as pool:
        return sum(pool.map(double, range(count), 1))
if __name__ == "__main__":
    process = multiprocessing.Process(target=nested, args=(3,))
    process.start(); process.join()
    from concurrent.futures import ProcessPoolExecutor
    with ProcessPoolExecutor(1) as executor:
        print(executor.submit(nested, 4).result())
""")
        created = self.of_kind(run, "POOL_CREATED")
        self.assertEqual(len(created), 3)
        self.assertEqual(len({record.pid for record in created}), 3)
        self.assertEqual([record.words[0] for record in created], [1, 1, 1])

    def test_pool_of_threads(self):
        run = self.watch_pool("""
print(pool.map(double, range(10), 3), error_of(pool.apply, fail, (1,)))
pool.close(); pool.join()
""", start="pool = ThreadPool(2)")
        self.check_tasks(run, 5)
        self.assertEqual({record.pid for record in self.of_kind(run, "STARTED")}, {self.owner(run)})
        self.assertEqual(self.the_only(run, "POOL_CREATED").words[:5], (1, THREAD_POOL, 2, 0, 0))
        for kind in ("QUEUED", "STARTED", "FINISHED", "WORKER_READY", "WORKER_ENDED"):
            self.assertEqual({record.words[0] for record in self.of_kind(run, kind)}, {1})
        threads = {record.words[1] for record in self.of_kind(run, "WORKER_READY")}
        self.assertEqual(len(threads), 2)
        self.assertLessEqual({record.words[3] for record in self.of_kind(run, "STARTED")}, threads)
        self.assertEqual(self.of_kind(run, "THREAD_STARTED"), [])

    def test_many_pools_are_numbered(self):
        run = self.watch_pool("""
for _ in range(3):
    with ThreadPool(1) as other:
        other.map(double, [1])
""")
        self.assertEqual([record.words[0] for record in self.of_kind(run, "POOL_CREATED")], [1, 2, 3, 4])
        self.assertEqual([record.words[0] for record in self.of_kind(run, "STARTED")], [2, 3, 4])

    def test_initializer_that_fails_is_reported_as_without(self):
        self.watch(FUNCTIONS + """
def initialize():
    if not os.path.exists("done"):
        open("done", "w").close()
        raise KeyError("first")
if __name__ == "__main__":
    with multiprocessing.Pool(1, initialize) as pool:
        print(pool.map(double, [1]))
""")


if __name__ == "__main__":
    unittest.main()
