"""Schedulers of dask.distributed report by themselves. Those of a real Dask only where this interpreter has it."""

import importlib.util
import json
import os
import socket
import tempfile
import threading
import unittest

from shim_case import ShimCase
from test_restraint import INJECTION

# A package with what the hooks need. The imports of plugins.py from it fail.
PACKAGE = {
    "__init__.py": "",
    "scheduler.py": """
class Scheduler:
    address = "tcp://127.0.0.1:8786"
    async def start_unsafe(self):
        return self
""",
    "client.py": """
class Client:
    scheduler = None
    async def _ensure_connected(self, timeout=None):
        return timeout
""",
    "threadpoolexecutor.py": """
from concurrent.futures import ThreadPoolExecutor
def offload():
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(abs, -1).result()
""",
}
PROGRAM = """
import asyncio, inspect
from distributed.scheduler import Scheduler
from distributed.client import Client
from distributed.threadpoolexecutor import offload

async def main():
    scheduler, client = Scheduler(), Client()
    print(await scheduler.start_unsafe() is scheduler, await client._ensure_connected(3))
    client.scheduler = scheduler
    print(await client._ensure_connected(timeout=4), await client._ensure_connected())
    await asyncio.sleep(0.05)
asyncio.run(main())
print(offload(), inspect.iscoroutinefunction(Scheduler.start_unsafe), Scheduler.start_unsafe.__qualname__)
"""
CLUSTER = """
from distributed import Client, LocalCluster

def work(x):
    return x + 1

if __name__ == "__main__":
    options = dict(n_workers=1, threads_per_worker=2, dashboard_address=None)
    for processes in True, False:
        with LocalCluster(processes=processes, **options) as cluster, Client(cluster) as client:
            print(sum(client.gather(client.map(work, range(20)))))
"""


class Mpviz:
    """Reads what schedulers write to the socket in the directory of the rings."""

    def __init__(self, trace):
        self.connections = []
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(os.path.join(trace, "clusters"))
        self.socket.listen()
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection, connection.makefile() as lines:
                self.connections.append([json.loads(line) for line in lines])

    def end(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.socket.close()
        return self.connections


class Clusters(ShimCase):
    def package(self):
        place = os.path.join(self.directory, "packages")
        if not os.path.exists(place):
            os.makedirs(os.path.join(place, "distributed"))
            for name, code in PACKAGE.items():
                with open(os.path.join(place, "distributed", name), "w") as stream:
                    stream.write(code)
        return place

    def test_schedulers_and_clients_are_announced(self):
        run = self.watch(PROGRAM, paths=[self.package()], faults=True)
        self.assertEqual(run.output, "True 3\n4 None\n1 True Scheduler.start_unsafe\n")
        self.assertEqual([record.text for record in self.of_kind(run, "SCHEDULER_STARTED")], [["tcp://127.0.0.1:8786"]])
        self.assertEqual([record.text for record in self.of_kind(run, "CLIENT_CONNECTED")], [["tcp://127.0.0.1:8786"]])

    def test_an_observation_that_fails_is_a_fault_and_nothing_else(self):
        run = self.watch(PROGRAM, paths=[self.package()], faults=True)
        self.assertEqual([record.text[0] for record in self.of_kind(run, "FAULT")], ["observe scheduler"])

    def test_faults_of_hooks_do_not_reach_the_program(self):
        injection = os.path.join(self.directory, "injection")
        os.mkdir(injection)
        with open(os.path.join(injection, "sitecustomize.py"), "w") as stream:
            stream.write(INJECTION)
        expected = self.run_program(PROGRAM, paths=[self.package()], shim=False)
        for name in "_load_plugins", "_begin_observing", "_observe", "record_text", "_watch_start", "is_made_by_dask":
            with self.subTest(name):
                paths, variables = [injection, self.package()], {"MPVIZ_TEST_RAISES": name}
                run = self.run_program(PROGRAM, paths=paths, variables=variables)
                self.assertEqual(expected[:3], run[:3])

    def test_threads_of_dask_are_no_pool_of_the_program(self):
        run = self.watch(PROGRAM, paths=[self.package()], faults=True)
        self.assertEqual(self.of_kind(run, "POOL_CREATED"), [])

    @unittest.skipUnless(importlib.util.find_spec("distributed"), "needs dask.distributed")
    def test_clusters_of_processes_and_threads_are_observed_to_their_end(self):
        trace = tempfile.mkdtemp(dir=self.directory)
        mpviz = Mpviz(trace)
        process, _ = self.start(CLUSTER, shim=False, paths=[self.shim], variables={"MPVIZ_TRACE_DIR": trace})
        output, errors = process.communicate(timeout=100)
        clusters = mpviz.end()
        self.assertEqual((output.decode(), errors.decode(), process.returncode), ("210\n210\n", "", 0))
        self.assertEqual(len(clusters), 2)
        for messages in clusters:
            self.assertIn("address", messages[0]["hello"])
            reports = [report for message in messages for report in message.get("events", ())]
            kinds = [kind for report in reports for kind in report]
            self.assertEqual((kinds.count("finished"), kinds.count("worker_added"), kinds[0]), (20, 1, "reset"))
            self.assertIn("worker_removed", kinds)

    @unittest.skipUnless(importlib.util.find_spec("distributed"), "needs dask.distributed")
    def test_without_mpviz_a_cluster_is_left_alone(self):
        run = self.watch(CLUSTER, faults=True)
        self.assertEqual(run.output, "210\n210\n")


if __name__ == "__main__":
    unittest.main()
