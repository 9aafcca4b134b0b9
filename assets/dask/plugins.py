"""Plugins of a Dask scheduler and its workers, which report what happens there to an observer.

SchedulerPart collects reports and sends them over a connection of its own. It removes itself and the plugin of the
workers when this connection ends. Runs in the scheduler's process: sent there by driver.py, or loaded by the shim of a
watched program.
"""

import asyncio
import json
import math
import os
import pickle
import re
import sys
import uuid
from collections import deque
from contextlib import suppress
from threading import get_native_id
from time import thread_time, time

import distributed
from distributed.core import Status
from distributed.deploy.spec import SpecCluster
from distributed.diagnostics.plugin import SchedulerPlugin, WorkerPlugin
from distributed.protocol.pickle import dumps
from distributed.scheduler import KilledWorker

OLDEST_VERSION = (2023, 12)
# Reports that wait for the connection; further ones are dropped and counted.
MAX_BUFFERED = 200_000
# Four times as many fit into the buffers of a connection whose reader is stopped. The kernel would end the connection
# if a part of a message could not be sent for 30 s.
MAX_REPORTS = 250
# Messages after which the observer acknowledges that it has them. Each acknowledgement wakes the scheduler up.
MAX_UNACKNOWLEDGED = 10
# A message is sent with the first report after this time in s, because the scheduler is awake then.
BATCH_INTERVAL = 0.1
# Time in s after which it is sent without such a report.
MAX_BATCH_INTERVAL = 0.15
# Workers report their memory twice a second at most.
MEMORY_INTERVAL = 0.5
# What an observer sends for a report of everything until then.
REQUEST = "report"
CONNECT_TIMEOUT = 10
# Maximum time in s by which a heartbeat overtakes what its worker reported before.
MAX_OVERTAKEN = 1
MAX_KEY_LENGTH = 200
# What the repr() of an exception begins with, unless the user's class words it otherwise.
CLASS_NAME = re.compile(r"[\w.]+(?=\()")
# Operation of the workers' reports. They differ between versions of this file that are incompatible.
EXECUTING = "mpviz-executing-3"


def encode(message):
    """The line of a message, whose events become objects of one key.

    Lone surrogates, as in names of files that are not UTF-8, are replaced: readers of JSON refuse them.
    """
    if "events" in message:
        message["events"] = [{event[0]: event[1:]} for event in message["events"]]
    return json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode(errors="replace") + b"\n"


def run_queue_delay():
    """Time in s that this thread was runnable but not on a core; 0 where the system does not tell."""
    try:
        with open(f"/proc/self/task/{get_native_id()}/schedstat", "rb", buffering=0) as stat:
            return int(stat.read().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0


class ExecutingHandler:
    """Passes the workers' reports of starting tasks to all observers.

    It stays when the last observer has left, because the scheduler disconnects a worker whose operation it does not
    know, and reports may be on their way.
    """

    def __init__(self):
        self.observers = {}

    def __call__(self, worker=None, observer=None, key=None, at=None, seceded=False, ended=False, cores=None, **kwargs):
        part = self.observers.get(observer)
        if part is None:
            return
        if cores is not None:
            part.host_described(worker, cores)
        elif ended:
            part.cancelled_ended(worker, key, at)
        else:
            part.executing(worker, key, at, "seceded" if seceded else "executing")


class WorkerPart(WorkerPlugin):
    """Reports when a worker begins to execute a task, when a task leaves its thread to others (secede), and its cores."""

    def __init__(self, name):
        self.name = name

    def setup(self, worker):
        from dask.system import CPU_COUNT

        self.worker = worker
        self.report(None, time(), cores=CPU_COUNT)
        for task in worker.state.executing:
            # Others were cancelled, and are perhaps executed elsewhere.
            if task.state == "executing":
                self.report(task.key, task.start_time or time())
        for task in worker.state.long_running:
            self.report(task.key, time(), seceded=True)

    def transition(self, key, start, finish, **kwargs):
        if finish == "executing":
            self.report(key, time())
        elif finish == "long-running":
            self.report(key, time(), seceded=True)
        elif start == "cancelled":
            self.report(key, time(), ended=True)
            if finish == "waiting":
                # Its thread goes on with it, because it was submitted again.
                self.report(key, time())

    def report(self, key, at, **more):
        worker = self.worker
        worker.batched_stream.send(
            {"op": EXECUTING, "observer": self.name, "key": key, "at": at + worker.scheduler_delay, **more}
        )


class ObserverConnection:
    """A connection to an observer that acknowledges messages: distributed buffers messages without a limit.

    The observer may request a last report. `on_request` is then called.
    """

    def __init__(self, comm, on_request):
        # Otherwise Dask estimates the size of each message, which takes longer than to encode it.
        comm.allow_offload = False
        self.comm = comm
        self.on_request = on_request
        # Released by the acknowledgement of the message before: one may be under way.
        self.acknowledged = asyncio.Semaphore(1)
        self.messages = self.reports = 0

    async def read(self):
        """Reads what the observer sends until the connection ends."""
        try:
            while True:
                if await self.comm.read() == REQUEST:
                    self.on_request()
                else:
                    self.acknowledged.release()
        finally:
            self.acknowledged.release()

    async def write(self, message):
        """If the observer lags behind, ends when it has earlier messages, or with the connection."""
        self.messages += 1
        self.reports += len(message.get("events", ()))
        if self.messages < MAX_UNACKNOWLEDGED and self.reports < MAX_REPORTS:
            await self.comm.write(message)
            return
        self.messages = self.reports = 0
        await self.comm.write({"acknowledge": True, **message})
        await self.acknowledged.acquire()

    async def write_last(self, message):
        """Does not wait until the observer has it."""
        await self.comm.write(message)

    def abort(self):
        self.comm.abort()


class SchedulerPart(SchedulerPlugin):
    """Reports tasks and workers. Tasks and workers are numbered in order of appearance."""

    def __init__(self):
        # Several observers may watch a cluster.
        self.name = f"mpviz-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self.worker_part = dumps(WorkerPart(self.name))

    async def start(self, scheduler):
        self.scheduler = scheduler
        self.events = deque()
        self.max_buffered = MAX_BUFFERED
        self.dropped = 0
        self.tasks = {}
        # Keys of tasks that had all results they need, and may wait for them again.
        self.was_ready = set()
        # Worker and time of the reported starts of tasks that are on workers, to be reported again after drops.
        self.starts = {}
        self.next_task = 0
        self.workers = {}
        self.next_worker = 0
        self.is_connected = False
        self.is_due = asyncio.Event()
        self.batch_due = math.inf
        self.is_requested = False
        scheduler.handlers[self.name] = self.serve_observer
        handler = scheduler.stream_handlers.setdefault(EXECUTING, ExecutingHandler())
        handler.observers[self.name] = self
        # A plugin whose observer never connects removes itself.
        self.timeout = asyncio.get_running_loop().call_later(CONNECT_TIMEOUT, self.end)

    # Reports: kind, time, figures.

    def push(self, *event):
        # Nothing follows dropped reports but a new description of the cluster.
        if self.dropped:
            self.dropped += 1
        elif len(self.events) < self.max_buffered:
            self.events.append(event)
        else:
            self.dropped, self.dropped_since = 1, time()
        if time() >= self.batch_due:
            self.is_due.set()

    def submit(self, states):
        """Numbers tasks that are not known yet, those of a prefix in a row."""
        by_prefix = {}
        for state in states:
            if state.key not in self.tasks:
                by_prefix.setdefault(state.prefix.name, []).append(state)
        if not by_prefix:
            return
        first, counts = self.next_task, []
        for new in by_prefix.values():
            for state in new:
                self.tasks[state.key] = self.next_task
                self.next_task += 1
        for prefix, new in by_prefix.items():
            # Tasks that need results which do not exist yet, each with the tasks that compute these.
            dependent = []
            for state in new:
                missing = [
                    self.tasks[before.key] for before in state.dependencies
                    if not before.who_has and before.key in self.tasks
                ]
                if missing:
                    dependent.append((self.tasks[state.key], missing))
            counts.append((prefix, len(new), dependent))
        self.push("submitted", time(), first, counts)

    def update_graph(self, scheduler, *, tasks=(), **kwargs):
        if self.is_connected:
            known = scheduler.tasks
            # Data that a client has scattered is in memory already.
            self.submit(known[key] for key in tasks if key in known and known[key].state != "memory")

    def transition(self, key, start, finish, *args, **kwargs):
        # Dask calls this about seven times for a task, and most transitions are not reported.
        task = self.tasks.get(key)
        if task is None:
            # Its result existed before the observer, and is computed again.
            if not self.is_connected or finish not in ("waiting", "processing"):
                return
            self.submit([self.scheduler.tasks[key]])
            self.was_ready.add(key)
            task = self.tasks[key]
        if start == "waiting":
            self.was_ready.add(key)
        elif start == "processing":
            self.starts.pop(key, None)
            if finish in ("released", "waiting"):
                self.report_returned(task, key, kwargs)
        if finish == "processing":
            # A report of an earlier start may have come late.
            self.starts.pop(key, None)
            self.report_sent(task, key)
        elif finish == "memory":
            self.report_finished(task, kwargs)
        elif finish == "erred":
            self.report_erred(task, key, kwargs)
        elif finish == "waiting" and key in self.was_ready:
            self.report_waiting(task, key)
        elif finish == "forgotten":
            self.report_forgotten(task, key)

    def report_sent(self, task, key):
        worker = self.scheduler.tasks[key].processing_on
        self.push("sent", time(), task, self.workers.get(worker.address))

    def report_finished(self, task, kwargs):
        compute, transfers = None, []
        for step in kwargs.get("startstops") or ():
            if step["action"] == "compute":
                compute = step
            elif step["action"] == "transfer":
                transfers.append((step["start"], step["stop"]))
        if compute is not None:
            self.push("finished", compute["stop"], task, self.workers.get(kwargs.get("worker")),
                      compute["start"], kwargs.get("nbytes") or 0, transfers)

    def report_erred(self, task, key, kwargs):
        exception = kwargs.get("exception")
        # The scheduler pickles its own exceptions itself.
        own = pickle.loads(exception) if isinstance(exception, bytes) else None
        if isinstance(own, KilledWorker):
            self.push("given_up", time(), task, str(key)[:MAX_KEY_LENGTH],
                      self.workers.get(own.last_worker.address))
            return
        # The class of the exception, without its text; none if that is unknown, or a task that it depends on failed.
        name = CLASS_NAME.match(kwargs.get("exception_text") or "")
        error = type(own).__name__ if own is not None else name and name[0]
        ends = [step["stop"] for step in kwargs.get("startstops") or () if step["action"] == "compute"]
        worker = self.workers.get(kwargs.get("worker")) if ends else None
        at = ends[-1] if ends else time()
        self.push("erred", at, task, str(key)[:MAX_KEY_LENGTH], error and error[:MAX_KEY_LENGTH], worker)

    def report_returned(self, task, key, kwargs):
        # What caused it, such as handle-worker-cleanup-1795928947.7.
        self.push("returned", time(), task, str(key)[:MAX_KEY_LENGTH], self.cause(kwargs.get("stimulus_id", "")))

    def report_waiting(self, task, key):
        # Dask may call plugins twice for this transition.
        self.was_ready.discard(key)
        state = self.scheduler.tasks[key]
        waiting = [other for other in state.waiters or () if other.state == "waiting"]
        needed, waiting = (
            [self.tasks[other.key] for other in others if other.key in self.tasks]
            for others in (state.waiting_on or (), waiting)
        )
        self.push("waits", time(), task, needed, waiting)

    def report_forgotten(self, task, key):
        del self.tasks[key]
        self.was_ready.discard(key)
        self.starts.pop(key, None)
        self.push("forgotten", time(), task)

    def executing(self, worker, key, at, kind="executing"):
        task, number = self.tasks.get(key), self.workers.get(worker)
        if task is not None and number is not None:
            self.starts[key] = worker, at
            self.push(kind, at, task, number)

    def cancelled_ended(self, worker, key, at):
        """A thread has ended a task that was cancelled. The scheduler has forgotten the task, but not the worker its key."""
        if worker in self.workers:
            self.push("cancelled_ended", at, self.workers[worker], str(key)[:MAX_KEY_LENGTH])

    def host_described(self, worker, cores):
        if worker in self.workers:
            self.push("host_described", time(), self.workers[worker], cores)

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

    def remove_worker(self, scheduler, worker, *, stimulus_id="", **kwargs):
        number = self.workers.pop(worker, None)
        if number is not None:
            self.push("worker_removed", time(), number, self.cause(stimulus_id))

    def cause(self, stimulus_id):
        """What Dask calls the cause of a change. A cluster that is closed ends its workers, which counts as retirement."""
        own = (cluster for cluster in list(SpecCluster._instances) if cluster.scheduler is self.scheduler)
        is_closing = any(cluster.status == Status.closing for cluster in own)
        return "retire-workers-" if is_closing else str(stimulus_id)[:MAX_KEY_LENGTH]

    def snapshot(self, since):
        """Reports the workers and tasks that exist, from which later reports follow. Earlier ones are over since then."""
        self.tasks.clear()
        self.was_ready.clear()
        self.workers.clear()
        self.max_buffered = math.inf
        self.push("reset", since)
        for worker in self.scheduler.workers:
            self.add_worker(self.scheduler, worker)
        open_states = ("waiting", "queued", "no-worker", "processing")
        self.submit(state for state in self.scheduler.tasks.values() if state.state in open_states)
        self.was_ready.update(key for key in self.tasks if self.scheduler.tasks[key].state != "waiting")
        for worker in self.scheduler.workers.values():
            for state in worker.processing:
                self.report_sent(self.tasks[state.key], state.key)
                started_on, start = self.starts.get(state.key, (None, None))
                if started_on == worker.address:
                    self.executing(worker.address, state.key, start)
            for state, duration in worker.executing.items():
                # As of the last heartbeat, which may overtake the ends of tasks before. The worker reports newer starts.
                start = worker.last_seen - duration
                is_reported = state.key in self.starts
                if state in worker.processing and not is_reported and start < time() - MAX_OVERTAKEN:
                    self.executing(worker.address, state.key, start)
        self.max_buffered = len(self.events) + MAX_BUFFERED

    def memory(self):
        """Memory of the workers in bytes, and the age of their heartbeats in s."""
        now = time()
        states = (
            (self.workers.get(address), state.memory, state.last_seen)
            for address, state in self.scheduler.workers.items()
        )
        return [
            (number, memory.managed, memory.unmanaged, memory.spilled, now - last_seen)
            for number, memory, last_seen in states if number is not None
        ]

    def usage(self):
        """CPU time and run-queue delay in s of the scheduler's thread, bytes that workers sent to others, wrote to disk
        and read from it, and for each prefix the CPU time and the other time of its tasks in s.

        Workers report theirs with their heartbeats.
        """
        sent, written, read, times = 0, 0, 0, {}
        for metric, value in self.scheduler.cumulative_worker_metrics.items():
            if not isinstance(metric, tuple):
                continue
            activity, unit = metric[-2:]
            if unit == "bytes":
                if metric[0] == "get-data" and activity in ("memory-read", "disk-read"):
                    sent += value
                if activity == "disk-write":
                    written += value
                elif activity == "disk-read":
                    read += value
            elif metric[0] == "execute" and activity in ("thread-cpu", "thread-noncpu"):
                times.setdefault(metric[1], [0, 0])[activity == "thread-noncpu"] += value
        return (thread_time(), run_queue_delay(), sent, written, read), times

    def usage_since_start(self):
        """The usage without that of before, and the prefixes whose times have changed."""
        (totals, times), (first_totals, first_times) = self.usage(), self.first_usage
        changed = {prefix: both for prefix, both in times.items() if self.reported_times.get(prefix) != both}
        self.reported_times.update(changed)

        def since(now, before):
            return [a - b for a, b in zip(now, before)]

        prefixes = [(name, *since(both, first_times.get(name, (0, 0)))) for name, both in changed.items()]
        return (*since(totals, first_totals), prefixes)

    # Connection

    async def register_worker_part(self):
        """Registers the plugin of the workers, and returns why it was not possible on one of them, or None."""
        register = self.scheduler.register_worker_plugin
        try:
            try:
                answers = await register(None, self.worker_part, self.name, idempotent=True)
            except TypeError:
                # Before 2024.2, plugins were always idempotent.
                answers = await register(None, self.worker_part, self.name)
        except Exception as error:
            return str(error)
        errors = (answer["exception_text"] for answer in answers.values() if answer["status"] == "error")
        return next(errors, None)

    def next_message(self):
        """Reports since the last message, and what the cluster uses if it is due; empty if there is nothing to tell."""
        now = time()
        message = {}
        if self.is_requested and not self.dropped and len(self.events) < MAX_REPORTS:
            message["requested"], self.is_requested = True, False
        if now >= self.memory_due or message:
            self.memory_due = now + MEMORY_INTERVAL
            message["memory"] = self.memory()
            message["usage"] = self.usage_since_start()
        if self.events:
            count = min(len(self.events), MAX_REPORTS)
            message["events"] = [self.events.popleft() for _ in range(count)]
        if self.dropped and not self.events:
            message["dropped"], self.dropped = self.dropped, 0
            self.snapshot(self.dropped_since)
        if self.events:
            message["more"] = True
        if self.registration is not None and self.registration.done():
            error = self.registration.result()
            if error is not None:
                message["problem"] = {"starts_unreported": {"error": error}}
            self.registration = None
        return {"now": now, **message} if message else message

    def on_request(self):
        self.is_requested = True
        self.is_due.set()

    async def until_due(self):
        """Waits until the next message is due."""
        self.batch_due = time() + BATCH_INTERVAL
        timer = asyncio.get_running_loop().call_later(MAX_BATCH_INTERVAL, self.is_due.set)
        await self.is_due.wait()
        timer.cancel()
        self.is_due.clear()
        self.batch_due = math.inf

    async def serve_observer(self, comm, **kwargs):
        await self.serve(ObserverConnection(comm, self.on_request))

    async def serve(self, comm):
        self.timeout.cancel()
        self.connection = comm
        self.first_usage = self.usage()
        self.reported_times = dict(self.first_usage[1])
        closed = asyncio.ensure_future(comm.read())
        closed.add_done_callback(lambda _: self.is_due.set())
        try:
            await comm.write({"hello": {
                "time": time(), "pid": os.getpid(), "version": distributed.__version__,
                "saturation": str(getattr(self.scheduler, "WORKER_SATURATION", "")),
            }})
            self.is_connected = True
            self.snapshot(time())
            # Not awaited here: a worker that is stopped does not answer.
            self.registration = asyncio.ensure_future(self.register_worker_part())
            self.memory_due = 0
            while not closed.done():
                message = self.next_message()
                if message:
                    await comm.write(message)
                if "more" not in message:
                    await self.until_due()
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

    async def close(self):
        """Reports that the scheduler closes, without waiting for the observer or for workers."""
        if self.is_connected:
            events = list(self.events)
            self.events.clear()
            self.scheduler.worker_plugins.pop(self.name, None)
            # The connection may end just now.
            with suppress(OSError):
                await self.connection.write_last(
                    {"now": time(), "events": events, "dropped": self.dropped, "last": True}
                )

    def end(self):
        self.is_connected = False
        self.scheduler.plugins.pop(self.name, None)
        self.scheduler.handlers.pop(self.name, None)
        self.scheduler.stream_handlers[EXECUTING].observers.pop(self.name, None)


def find_problem():
    """Why this installation cannot observe a cluster, or None."""
    version = tuple(int(part) for part in distributed.__version__.split(".")[:2])
    if version < OLDEST_VERSION:
        return {"dask_too_old": {
            "python": sys.executable, "version": distributed.__version__,
            "needed": ".".join(map(str, OLDEST_VERSION)),
        }}
    return None
