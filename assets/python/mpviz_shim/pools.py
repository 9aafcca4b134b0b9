"""Hooks of multiprocessing.pool: Pool and ThreadPool."""

import sys
from time import monotonic_ns

from mpviz_shim import ring, workers
from mpviz_shim.names import call_site, function_name
from mpviz_shim.patch import wrap
from mpviz_shim.ring import fault, record
from mpviz_shim.workers import (APPLY, APPLY_ASYNC, IMAP, IMAP_UNORDERED, MAP, MAP_ASYNC, STARMAP, STARMAP_ASYNC,
                                QueueProxy, WatchedPool, is_standard_method, pool_of)

# Types whose len() runs no code of the program.
_SIZED = (list, tuple, range, dict, set, frozenset, str, bytes)
# Bytes from which on a task has a record of its own, and the number of smaller ones that share one.
_SMALL = 4096
_MAX_TOGETHER = 16


def _watch(pool):
    """The WatchedPool of a pool, which is made when the pool is first seen."""
    watched = pool_of(pool._inqueue)
    if watched is None:
        writer = getattr(pool._inqueue, "_writer", None)
        if writer is None:
            kind, start_method = workers.THREAD_POOL, None
        else:
            kind, start_method = workers.POOL, pool._ctx.get_start_method()
        watched = WatchedPool(kind, pool._processes, pool._maxtasksperchild, start_method)
        workers.register_queues(watched, (pool._inqueue, pool._outqueue, pool._taskqueue))
    return watched


def _watch_repopulate(repopulate):
    def _repopulate_pool(self):
        try:
            _watch(self)
        except Exception as error:
            fault("Pool._repopulate_pool", error)
        return repopulate(self)
    return _repopulate_pool


def _watch_terminate(terminate):
    # Also called when a pool is collected, and at exit.
    def _terminate_pool(cls, *args, **kwargs):
        try:
            watched = pool_of(args[0])
            if watched is not None:
                of_processes = watched.cpu is not None
                watched.terminate([process.pid for process in args[3]] if of_processes else ())
        except Exception as error:
            fault("Pool._terminate_pool", error)
        return terminate(cls, *args, **kwargs)
    return _terminate_pool


def _record_submitted(watched, job, call, tasks, items):
    record(ring.SUBMITTED, watched.number, job, 0, tasks, call, items)


def _is_called_by(caller, name):
    """Whether a method of the pool that `caller` runs was called by this other one."""
    code = caller.f_back and caller.f_back.f_code
    return code is not None and code.co_name == name and code.co_filename == caller.f_code.co_filename


def _apply_submitted(result, caller):
    watched = _watch(result._pool)
    kind = APPLY if _is_called_by(caller, "apply") else APPLY_ASYNC
    call = workers.record_repeated_call(watched.number, kind, caller.f_locals["func"], 1)
    _record_submitted(watched, result._job, call, 1, 1)


def _watch_apply_result(init):
    def __init__(self, *args, **kwargs):
        init(self, *args, **kwargs)
        try:
            if type(self).__name__ == "ApplyResult":
                _apply_submitted(self, sys._getframe(1))
        except Exception as error:
            fault("ApplyResult", error)
    return __init__


def _map_submitted(result, caller, length, chunk_size):
    watched = _watch(result._pool)
    if caller.f_locals["mapper"].__name__ == "starmapstar":
        kind = STARMAP if _is_called_by(caller, "starmap") else STARMAP_ASYNC
    else:
        kind = MAP if _is_called_by(caller, "map") else MAP_ASYNC
    name = function_name(caller.f_locals["func"])
    call = workers.record_call(watched.number, kind, call_site(), name, length, chunk_size)
    tasks = -(-length // chunk_size) if chunk_size > 0 else 0
    _record_submitted(watched, result._job, call, tasks, chunk_size)


def _watch_map_result(init):
    def __init__(self, *args, **kwargs):
        init(self, *args, **kwargs)
        try:
            _, chunk_size, length = args[:3]
            _map_submitted(self, sys._getframe(1), length, chunk_size)
        except Exception as error:
            fault("MapResult", error)
    return __init__


def _imap_submitted(result, caller):
    watched = _watch(result._pool)
    local = caller.f_locals
    chunk_size = local["chunksize"]
    length = len(local["iterable"]) if type(local["iterable"]) in _SIZED else -1
    kind = IMAP_UNORDERED if type(result).__name__ == "IMapUnorderedIterator" else IMAP
    name = function_name(local["func"])
    call = workers.record_call(watched.number, kind, call_site(), name, length, chunk_size)
    tasks = -(-length // chunk_size) if length >= 0 else -1
    _record_submitted(watched, result._job, call, tasks, chunk_size)


def _watch_imap_result(init):
    def __init__(self, *args, **kwargs):
        init(self, *args, **kwargs)
        try:
            _imap_submitted(self, sys._getframe(1))
        except Exception as error:
            fault("IMapIterator", error)
    return __init__


def _watch_worker(task_queue, result_queue, *rest):
    """Arguments for the loop of a worker, and a function that is called when the loop has ended."""
    tasks, results, end = workers.watch_worker(task_queue, result_queue, of_executor=False)
    return (tasks, results, *rest), end


class _QueuedTasks:
    """Records the tasks that a pool's owner sends. Small ones share a record, as the workers wait for this thread."""

    __slots__ = ("pool", "most", "job", "first", "count", "size", "at")

    def __init__(self, pool):
        self.pool = pool
        # Number of tasks that may share a record.
        self.most = 1
        self.count = 0

    def begin(self, task, size):
        """A task that cannot share the record of those before it was pickled to `size` bytes."""
        self.flush()
        self.job, self.first = task[:2]
        self.count, self.size, self.at = 1, size, monotonic_ns()
        if self.most == 1 or size >= _SMALL:
            self.flush()

    def flush(self):
        if self.count:
            count, self.count = self.count, 0
            record(ring.QUEUED, self.pool, self.job, self.first, self.size, count, at=self.at)

    def record_unsent(self, task, raised):
        try:
            # The next task does not follow those that were sent.
            self.flush()
            if task is not None:
                workers.record_unsent(self.pool, task[0], task[1], raised)
        except Exception as error:
            fault("put task", error)

    def watch_get(self, take):
        """Wraps `take`, which returns the next call."""
        def get(*arguments):
            try:
                self.flush()
            except Exception as error:
                fault("get call", error)
            call = take(*arguments)
            try:
                # The second item sets the length of the call's result when its iterator has ended. The iterator may
                # need long for the next task.
                self.most = _MAX_TOGETHER if call is not None and call[1] is None else 1
            except Exception as error:
                fault("get call", error)
            return call
        return get

    def watch_put(self, put):
        """Wraps `put`, which sends a task of unknown size."""
        def watched_put(task):
            try:
                if task is not None:
                    self.begin(task, 0)
            except Exception as error:
                fault("put task", error)
            try:
                return put(task)
            except Exception as raised:
                self.record_unsent(task, raised)
                raise
            finally:
                task = None
        return watched_put

    def replace_send(self, send):
        """What Connection.send does, in its place: one more call for every task is what the workers would wait for."""
        connection, names = send.__self__, send.__func__.__globals__

        def watched_send(task):
            if task is None or connection._handle is None or not connection._writable:
                return send(task)
            try:
                buffer = names["_ForkingPickler"].dumps(task)
                try:
                    size, count = len(buffer), self.count
                    if 0 < count < self.most and size < _SMALL:
                        self.size += size
                        self.count = count + 1
                    else:
                        self.begin(task, size)
                except Exception as error:
                    fault("send task", error)
                connection._send_bytes(buffer)
            except Exception as raised:
                self.record_unsent(task, raised)
                raise
            finally:
                task = None
        return watched_send


def _watch_task_handler(task_queue, put, *rest):
    """Arguments for the thread that sends tasks to the workers, and a function that is called at its end."""
    watched = pool_of(task_queue)
    if watched is None:
        return (task_queue, put, *rest), None
    queued = _QueuedTasks(watched.number)
    tasks = QueueProxy(task_queue)
    tasks.get = queued.watch_get(task_queue.get)
    watch = queued.replace_send if is_standard_method(put, "Connection", "_ConnectionBase.send") else queued.watch_put
    return (tasks, watch(put), *rest), queued.flush


def _watch_result_handler(result_queue, get, *rest):
    """Arguments for the thread that takes results from the workers, and a function that is called at its end."""
    watched = pool_of(result_queue)
    return (result_queue, get, *rest), None if watched is None else lambda: watched.end(workers.CLOSED)


workers.loops.update({
    ("pool", "worker"): _watch_worker,
    # torch.multiprocessing calls the worker's loop from a function of its own.
    ("pool", "clean_worker"): _watch_worker,
    ("pool", "Pool._handle_tasks"): _watch_task_handler,
    ("pool", "Pool._handle_results"): _watch_result_handler,
})


def install(module):
    wrap(module.Pool, "_repopulate_pool", _watch_repopulate)
    wrap(module.Pool, "_terminate_pool", _watch_terminate)
    wrap(module.ApplyResult, "__init__", _watch_apply_result)
    wrap(module.MapResult, "__init__", _watch_map_result)
    wrap(module.IMapIterator, "__init__", _watch_imap_result)
