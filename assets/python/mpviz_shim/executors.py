"""Hooks of concurrent.futures and loky: executors of processes, threads and interpreters."""

from _thread import get_ident, get_native_id
from _collections import deque
from itertools import count
from time import thread_time_ns

from mpviz_shim import ring, workers
from mpviz_shim.names import call_site, count_items, function_name, is_made_by_dask
from mpviz_shim.patch import wrap
from mpviz_shim.ring import fault, record, record_text
from mpviz_shim.workers import EXECUTOR_MAP, SUBMIT, QueueProxy, WatchedPool

# The call of Executor.map that a thread is in: None until its first task is submitted, then the call's number.
_map_calls = {}
ring.after_fork.append(_map_calls.clear)

# Attribute of a work item of a thread pool: numbers of pool and task.
_TASK = "_mpviz_task"


def _record_submitted(pool, work_id, function, arguments):
    items = count_items(function, arguments)
    thread = get_ident()
    if thread not in _map_calls:
        call = workers.record_repeated_call(pool, SUBMIT, function, items)
    else:
        call = _map_calls[thread]
        if call is None:
            call = workers.record_call(pool, EXECUTOR_MAP, call_site(), function_name(function), -1, items)
            _map_calls[thread] = call
    record(ring.SUBMITTED, pool, work_id, 0, 1, call, items)


def _watch_map(executor_map):
    def watched_map(self, *args, **kwargs):
        # Cannot fail: plain numbers in a dictionary.
        thread = get_ident()
        _map_calls[thread] = None
        try:
            return executor_map(self, *args, **kwargs)
        finally:
            _map_calls.pop(thread, None)
    return watched_map


def install_base(module):
    wrap(module.Executor, "map", _watch_map)


def _watch_shutdown(shutdown):
    def watched_shutdown(self, *args, **kwargs):
        try:
            watched = self.__dict__.get(_POOL)
            # Of loky.
            if watched is not None and (kwargs.get("kill_workers") is True or args[1:2] == (True,)):
                watched.terminate(list(self._processes))
        except Exception as error:
            fault("Executor.shutdown", error)
        try:
            return shutdown(self, *args, **kwargs)
        finally:
            try:
                watched = self.__dict__.get(_POOL)
                if watched is not None:
                    watched.end(workers.CLOSED)
            except Exception as error:
                fault("Executor.shutdown", error)
    return watched_shutdown


# Attribute of an executor: its WatchedPool.
_POOL = "_mpviz_pool"


def _watch_init(place, adopt):
    def make(init):
        def __init__(self, *args, **kwargs):
            init(self, *args, **kwargs)
            try:
                adopt(self)
            except Exception as error:
                fault(place, error)
        return __init__
    return make


# Processes


class _Buffer(deque):
    """Buffer of a call queue. Notes the task that its feeder thread pickles next."""

    def __init__(self, watched):
        deque.__init__(self)
        self.watched = watched

    def popleft(self):
        call = deque.popleft(self)
        try:
            work_id = getattr(call, "work_id", None)
            self.watched.task = None if work_id is None else (work_id, 0)
        except Exception as error:
            fault("call queue", error)
        return call


def _watch_work_ids(watched, work_ids, pending):
    put = work_ids.put

    def watched_put(work_id, *args, **kwargs):
        try:
            item = pending[work_id]
            _record_submitted(watched.number, work_id, item.fn, item.args)
        except Exception as error:
            fault("ProcessPoolExecutor.submit", error)
        finally:
            item = None
        return put(work_id, *args, **kwargs)

    proxy = QueueProxy(work_ids)
    proxy.put = watched_put
    return proxy


def _watch_calls(watched, queue):
    send_bytes = queue._send_bytes

    def watched_send_bytes(data):
        try:
            if watched.task is not None:
                watched.record_queued(len(data))
        except Exception as error:
            fault("call queue", error)
        return send_bytes(data)

    queue._buffer = _Buffer(watched)
    queue._send_bytes = watched_send_bytes


def _adopt_process_executor(kind, executor):
    context = getattr(executor, "_mp_context", None) or executor._context
    method = context.get_start_method()
    watched = WatchedPool(kind, executor._max_workers, getattr(executor, "_max_tasks_per_child", 0), method)
    executor.__dict__[_POOL] = watched
    workers.register_queues(watched, (executor._call_queue,))
    executor._work_ids = _watch_work_ids(watched, executor._work_ids, executor._pending_work_items)
    _watch_calls(watched, executor._call_queue)


def _watch_feeder_error(handle):
    def _on_queue_feeder_error(self, *args, **kwargs):
        try:
            watched = workers.pool_of(self)
            raised, call = args
            if watched is not None and call is not None:
                workers.record_unsent(watched.number, call.work_id, 0, raised)
        except Exception as error:
            fault("call queue", error)
        finally:
            raised = call = None
        return handle(self, *args, **kwargs)
    return _on_queue_feeder_error


def _install_process_executor(module, kind):
    wrap(module._SafeQueue, "_on_queue_feeder_error", _watch_feeder_error)
    executor = module.ProcessPoolExecutor
    wrap(executor, "__init__", _watch_init("ProcessPoolExecutor", lambda self: _adopt_process_executor(kind, self)))
    wrap(executor, "shutdown", _watch_shutdown)


def install_process(module):
    _install_process_executor(module, workers.PROCESS_EXECUTOR)


def install_loky(module):
    _install_process_executor(module, workers.LOKY)


def _watch_process_worker(call_queue, result_queue, *rest):
    tasks, results, end = workers.watch_worker(call_queue, result_queue, of_executor=True)
    return (tasks, results, *rest), end


# Threads and interpreters


def _function_of(item):
    """Function and arguments of a work item; from 3.14 they are a tuple."""
    held = item.__dict__
    return (held["fn"], held["args"]) if "fn" in held else item.task[:2]


def _watch_work_queue(watched, queue):
    put = queue.put
    next_task = count().__next__

    def watched_put(item, *args, **kwargs):
        try:
            if item is not None:
                work_id = next_task()
                item.__dict__[_TASK] = watched.number, work_id
                _record_submitted(watched.number, work_id, *_function_of(item))
        except Exception as error:
            fault("ThreadPoolExecutor.submit", error)
        return put(item, *args, **kwargs)

    proxy = QueueProxy(queue)
    proxy.put = watched_put
    return proxy


def _adopt_thread_executor(executor):
    if is_made_by_dask():
        # Its tasks are not those of the user.
        return
    interpreters = any(base.__name__ == "InterpreterPoolExecutor" for base in type(executor).__mro__)
    kind = workers.INTERPRETER_EXECUTOR if interpreters else workers.THREAD_EXECUTOR
    watched = WatchedPool(kind, executor._max_workers, 0, None)
    executor.__dict__[_POOL] = watched
    executor._work_queue = _watch_work_queue(watched, executor._work_queue)
    workers.register_queues(watched, (executor._work_queue,))


def _begin(item):
    """Future, numbers and CPU time of a task that begins, or None if it was cancelled or is not known."""
    task = item.__dict__.get(_TASK)
    if task is None or item.future._state == "CANCELLED":
        return None
    thread = get_native_id()
    cpu = thread_time_ns()
    record(ring.STARTED, *task, 0, thread, 0, cpu // 1000 & 0xFFFFFFFF)
    return item.future, task, thread, cpu


def _finish(future, task, thread, cpu):
    used = thread_time_ns() - cpu
    raised = future._exception
    if raised is None:
        record(ring.FINISHED, *task, 0, thread, used)
    else:
        record_text(ring.FAILED, (type(raised).__name__,), *task, 0, thread, used)


def _watch_run(run):
    def watched_run(self, *args, **kwargs):
        begun = None
        try:
            begun = _begin(self)
        except Exception as error:
            fault("_WorkItem.run", error)
        try:
            return run(self, *args, **kwargs)
        finally:
            self = args = None
            try:
                if begun is not None:
                    _finish(*begun)
            except Exception as error:
                fault("_WorkItem.run", error)
            finally:
                begun = None
    return watched_run


def install_thread(module):
    wrap(module._WorkItem, "run", _watch_run)
    wrap(module.ThreadPoolExecutor, "__init__", _watch_init("ThreadPoolExecutor", _adopt_thread_executor))
    wrap(module.ThreadPoolExecutor, "shutdown", _watch_shutdown)


def _watch_thread_worker(*arguments):
    for argument in arguments:
        watched = workers.pool_of(argument) if type(argument) is QueueProxy else None
        if watched is not None:
            return arguments, workers.watch_thread(watched.number)
    return arguments, None


workers.loops.update({
    ("process", "_process_worker"): _watch_process_worker,
    ("process_executor", "_process_worker"): _watch_process_worker,
    ("thread", "_worker"): _watch_thread_worker,
})
