"""Observes a Dask cluster and writes what happens there as lines of JSON to standard output.

A plugin of the scheduler collects reports and sends them over a connection of its own, which ends with this process at
the latest. The plugin then removes itself and the plugin of the workers. Ends at the end of standard input.

What to observe is in watch.py and lesson.py, one of which follows this file.
"""

import sys

# Modules of the current directory are no part of this program.
sys.path = [path for path in sys.path if path]

import asyncio
import json
import os
import uuid
from time import time

OLDEST_VERSION = (2023, 12)
# Reports that wait for the connection; further ones are dropped and counted.
MAX_BUFFERED = 200_000
BATCH_INTERVAL = 0.05
MEMORY_INTERVAL = 0.25
CONNECT_TIMEOUT = 10
MAX_KEY_LENGTH = 200
# Operation of the workers' reports. They differ between versions of this file that are incompatible.
EXECUTING = "mpviz-executing-1"


def fail(reason):
    write({"error": reason})
    sys.stdout.flush()
    os._exit(1)


def write(message):
    sys.stdout.write(json.dumps(message, separators=(",", ":")) + "\n")
    sys.stdout.flush()


try:
    import dask
    import distributed
    from distributed import Client
    from distributed.core import connect
    from distributed.diagnostics.plugin import SchedulerPlugin, WorkerPlugin
    from distributed.protocol.pickle import dumps
except ImportError:
    fail(f"{sys.executable} has no dask.distributed")


class ExecutingHandler:
    """Passes the workers' reports of starting tasks to all observers.

    It stays when the last observer has left, because the scheduler disconnects a worker whose operation it does not
    know, and reports may be on their way.
    """

    def __init__(self):
        self.observers = {}

    def __call__(self, worker=None, observer=None, key=None, at=None, **kwargs):
        part = self.observers.get(observer)
        if part is not None:
            part.executing(worker, key, at)


class WorkerPart(WorkerPlugin):
    """Reports when a worker begins to execute a task: the scheduler does not know."""

    def __init__(self, name):
        self.name = name

    def setup(self, worker):
        self.worker = worker
        for task in worker.state.executing:
            self.report(task.key, task.start_time or time())

    def transition(self, key, start, finish, **kwargs):
        if finish == "executing":
            self.report(key, time())

    def report(self, key, at):
        worker = self.worker
        worker.batched_stream.send(
            {"op": EXECUTING, "observer": self.name, "key": key, "at": at + worker.scheduler_delay}
        )


class SchedulerPart(SchedulerPlugin):
    """Reports tasks and workers. Tasks and workers are numbered in order of appearance."""

    def __init__(self, name, worker_part):
        self.name = name
        self.worker_part = worker_part

    async def start(self, scheduler):
        self.scheduler = scheduler
        self.events = []
        self.dropped = 0
        self.tasks = {}
        self.next_task = 0
        self.workers = {}
        self.next_worker = 0
        self.is_connected = False
        self.reports = {
            "processing": self.report_sent,
            "memory": self.report_finished,
            "erred": self.report_erred,
            "released": self.report_returned,
            "waiting": self.report_returned,
            "forgotten": self.report_forgotten,
        }
        scheduler.handlers[self.name] = self.serve
        handler = scheduler.stream_handlers.setdefault(EXECUTING, ExecutingHandler())
        handler.observers[self.name] = self
        # A plugin whose observer never connects removes itself.
        self.timeout = asyncio.get_running_loop().call_later(CONNECT_TIMEOUT, self.end)

    # Reports: kind, time, figures.

    def push(self, *event):
        if len(self.events) < MAX_BUFFERED:
            self.events.append(event)
        else:
            self.dropped += 1

    def submit(self, states):
        """Numbers tasks that are not known yet, those of a prefix in a row."""
        keys_by_prefix = {}
        for state in states:
            if state.key not in self.tasks:
                keys_by_prefix.setdefault(state.prefix.name, []).append(state.key)
        if not keys_by_prefix:
            return
        first = self.next_task
        for keys in keys_by_prefix.values():
            for key in keys:
                self.tasks[key] = self.next_task
                self.next_task += 1
        counts = [(prefix, len(keys)) for prefix, keys in keys_by_prefix.items()]
        self.push("submitted", time(), first, counts)

    def update_graph(self, scheduler, *, tasks=(), **kwargs):
        if self.is_connected:
            known = scheduler.tasks
            self.submit(known[key] for key in tasks if key in known)

    def transition(self, key, start, finish, *args, **kwargs):
        report = self.reports.get(finish)
        if report is None or not self.is_connected:
            return
        if key not in self.tasks:
            # Its result existed before the observer, and is computed again.
            if finish != "processing":
                return
            self.submit([self.scheduler.tasks[key]])
        report(key, start, kwargs)

    def report_sent(self, key, start, kwargs):
        worker = self.scheduler.tasks[key].processing_on
        self.push("sent", time(), self.tasks[key], self.workers.get(worker.address))

    def report_finished(self, key, start, kwargs):
        for step in kwargs.get("startstops") or ():
            if step["action"] == "compute":
                worker = self.workers.get(kwargs.get("worker"))
                self.push("finished", step["stop"], self.tasks[key], worker, step["start"], kwargs.get("nbytes") or 0)

    def report_erred(self, key, start, kwargs):
        # The class of the exception, without its text.
        error = (kwargs.get("exception_text") or "").split("(", 1)[0]
        self.push("erred", time(), self.tasks[key], error[:MAX_KEY_LENGTH] or "an error")

    def report_returned(self, key, start, kwargs):
        if start == "processing":
            self.push("returned", time(), self.tasks[key], str(key)[:MAX_KEY_LENGTH])

    def report_forgotten(self, key, start, kwargs):
        number = self.tasks.pop(key)
        if start != "memory":
            self.push("forgotten", time(), number)

    def executing(self, worker, key, at):
        if key in self.tasks and worker in self.workers:
            self.push("executing", at, self.tasks[key], self.workers[worker])

    def add_worker(self, scheduler, worker):
        if worker in self.workers or not self.is_connected:
            return
        state = scheduler.workers[worker]
        self.workers[worker] = self.next_worker
        self.push("worker_added", time(), self.next_worker, {
            "address": worker, "name": str(state.name), "host": state.host, "pid": state.pid or 0,
            "threads": state.nthreads,
        })
        self.next_worker += 1

    def remove_worker(self, scheduler, worker, **kwargs):
        number = self.workers.pop(worker, None)
        if number is not None:
            self.push("worker_removed", time(), number)

    def snapshot(self):
        """Reports the workers and tasks that exist, from which later reports follow."""
        self.tasks.clear()
        self.workers.clear()
        self.push("reset", time())
        for worker in self.scheduler.workers:
            self.add_worker(self.scheduler, worker)
        open_states = ("waiting", "queued", "no-worker", "processing")
        self.submit(state for state in self.scheduler.tasks.values() if state.state in open_states)
        for worker in self.scheduler.workers.values():
            for state in worker.processing:
                self.report_sent(state.key, "waiting", {})
            for state, duration in worker.executing.items():
                self.executing(worker.address, state.key, time() - duration)

    def memory(self):
        """Memory of the workers in bytes, and the age of their heartbeats in s."""
        now = time()
        states = ((self.workers.get(address), state) for address, state in self.scheduler.workers.items())
        return [
            (number, state.memory.managed, state.memory.unmanaged, state.memory.spilled, now - state.last_seen)
            for number, state in states if number is not None
        ]

    # Connection

    async def register_worker_part(self):
        register = self.scheduler.register_worker_plugin
        try:
            await register(None, self.worker_part, self.name, idempotent=True)
        except TypeError:
            # Before 2024.2, plugins were always idempotent.
            await register(None, self.worker_part, self.name)

    async def serve(self, comm, **kwargs):
        self.timeout.cancel()
        self.is_connected = True
        closed = asyncio.ensure_future(comm.read())
        try:
            await comm.write({"hello": {
                "time": time(), "pid": os.getpid(), "version": distributed.__version__,
                "saturation": str(getattr(self.scheduler, "WORKER_SATURATION", "")),
            }})
            self.snapshot()
            # Not awaited here: a worker that is stopped does not answer.
            registration = asyncio.ensure_future(self.register_worker_part())
            memory_due = 0
            while not closed.done():
                message = {"now": time()}
                if self.events:
                    message["events"], self.events = self.events, []
                if self.dropped:
                    message["dropped"], self.dropped = self.dropped, 0
                    self.snapshot()
                if message["now"] >= memory_due:
                    memory_due = message["now"] + MEMORY_INTERVAL
                    message["memory"] = self.memory()
                if registration is not None and registration.done():
                    if registration.exception() is not None:
                        message["problem"] = f"starts of tasks are not reported: {registration.exception()}"
                    registration = None
                if len(message) > 1:
                    await comm.write(message)
                await asyncio.wait([closed], timeout=BATCH_INTERVAL)
        except OSError:
            # The connection ended.
            pass
        finally:
            self.end()
            closed.cancel()
            await asyncio.wait([closed])
            if not closed.cancelled():
                closed.exception()
            comm.abort()
            if self.name in self.scheduler.worker_plugins:
                await self.scheduler.unregister_worker_plugin(None, self.name)

    def end(self):
        self.is_connected = False
        self.scheduler.plugins.pop(self.name, None)
        self.scheduler.handlers.pop(self.name, None)
        self.scheduler.stream_handlers[EXECUTING].observers.pop(self.name, None)


def python_version(version):
    return tuple(version.split(".")[:2])


async def connect_client(target):
    options = {"asynchronous": True, "set_as_default": False, "timeout": CONNECT_TIMEOUT}
    if target and os.path.exists(target):
        options["scheduler_file"] = target
        place = target
    else:
        place = options["address"] = target or dask.config.get("scheduler-address", None)
    if place is None:
        fail("no address: name one after --dask, or set DASK_SCHEDULER_ADDRESS")
    try:
        client = await Client(**options)
        # Code is sent to the scheduler, which must be able to run it.
        theirs = python_version((await client.scheduler.versions())["host"]["python"])
    except (OSError, ValueError, TypeError) as error:
        if "unexpected keyword" in str(error):
            fail(f"the scheduler at {place} has a version of Dask other than {distributed.__version__} of "
                 f"{sys.executable}: name another Python with --python")
        fail(f"cannot connect to {place}: {error or type(error).__name__}")
    ours = python_version(sys.version.split()[0])
    if theirs != ours:
        fail(f"the scheduler runs Python {'.'.join(theirs)} and {sys.executable} is {'.'.join(ours)}: name a Python of "
             "the same version with --python")
    return client


async def until_stdin_ends():
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.read(4096):
        pass


def lines(message):
    """A message with its events as objects of one key."""
    if "events" in message:
        message["events"] = [{event[0]: event[1:]} for event in message["events"]]
    return message


async def observe(client, end, part, on_message=lambda message: None):
    """Writes the messages of a plugin of the scheduler until `end` is done."""
    name = part.name
    try:
        await client.register_plugin(part, name=name)
    except Exception as error:
        fail(f"the scheduler refuses a plugin: {error or type(error).__name__}")
    address = client.scheduler.address
    comm = await connect(address, **client.connection_args)
    await comm.write({"op": name, "reply": False})
    reading = asyncio.ensure_future(comm.read())
    try:
        while not end.done():
            await asyncio.wait([reading, end], return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                message = lines(reading.result())
                if "hello" in message:
                    message["hello"]["address"] = address
                write(message)
                on_message(message)
                reading = asyncio.ensure_future(comm.read())
    except OSError as error:
        write({"error": f"the connection to {address} ended: {error}"})
    reading.cancel()
    comm.abort()


def observer_name():
    return f"mpviz-{os.getpid()}-{uuid.uuid4().hex[:8]}"


async def watch(target):
    """Observes the cluster of the user."""
    end = asyncio.ensure_future(until_stdin_ends())
    name = observer_name()
    await observe(await connect_client(target), end, SchedulerPart(name, dumps(WorkerPart(name))))


def run(work):
    version = tuple(int(part) for part in distributed.__version__.split(".")[:2])
    if version < OLDEST_VERSION:
        fail(f"dask.distributed {distributed.__version__} of {sys.executable} is too old: 2023.12 or newer is needed")
    try:
        asyncio.run(work)
    except (BrokenPipeError, KeyboardInterrupt):
        pass
    # The client's threads need not end in order: the scheduler notices the closed connections.
    os._exit(0)
