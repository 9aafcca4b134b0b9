"""Pools and their workers: what multiprocessing.Pool and the executors have in common."""

import os
from _thread import get_native_id
from itertools import count
from time import monotonic_ns, process_time_ns, thread_time_ns

from mpviz_shim import ring
from mpviz_shim.names import FunctionType, MethodType, call_site, function_name, site_fields
from mpviz_shim.ring import RUNNING, fault, guard, pack_record, record, record_text

POOL, THREAD_POOL, PROCESS_EXECUTOR, THREAD_EXECUTOR, INTERPRETER_EXECUTOR, LOKY = range(1, 7)
(APPLY, MAP, IMAP, IMAP_UNORDERED, STARMAP, SUBMIT, EXECUTOR_MAP, APPLY_ASYNC, MAP_ASYNC,
 STARMAP_ASYNC) = range(1, 11)
START_METHODS = {"fork": 1, "spawn": 2, "forkserver": 3, "loky": 2, "loky_init_main": 2}
CLOSED, TERMINATED = 1, 2
_OF_PROCESSES = POOL, PROCESS_EXECUTOR, LOKY
# A module's own global is found faster than an attribute of another module.
_QUEUED, _STARTED, _RAN = ring.QUEUED, ring.STARTED, ring.RAN
_MAX_CALLS = 10000
_MAX_WORD = 0xFFFFFFFF
# The time since a thread's CPU time was last asked for counts as CPU time if it is less than this, in ns: asking costs
# 0.2 to 3 us, and between tasks a worker computes as a rule.
_MAX_GAP = 200_000
# A shorter task cannot have waited, in ns: two context switches take about as long.
_MIN_WAIT = 10_000
# In a shorter task no other program is started and waited for, in ns.
_MIN_PROCESS_TIME = 1_000_000
# Size of what a connection receives before a message.
_HEADER_SIZE = 4
# A larger message does not fit into a pipe, so that its transfer takes time.
_PIPE_SIZE = 1 << 16

# Methods of a connection that SimpleQueue uses.
_USED = {"get": (("_ConnectionBase.", "recv_bytes"), ("Connection.", "_recv_bytes"), ("Connection.", "_recv")),
         "put": (("_ConnectionBase.", "send_bytes"), ("Connection.", "_send_bytes"))}

_next_pool = _next_call = None
# Queues by which threads and processes know their pool. A WeakKeyDictionary.
_pools = None
# Calls by call site and function, for methods that are called once for every task.
_calls = {}
# Functions that change the arguments of a library's loop, by the last part of the loop's module and its name.
# Each returns the new arguments and a function to be called when the loop has ended, or None.
loops = {}


def is_library(module):
    """Whether threads and processes that run code of this module are the inner life of a pool."""
    return module.partition(".")[0] in ("multiprocessing", "multiprocess", "loky") or module.startswith(
        ("concurrent.futures.", "joblib.externals.loky.", "torch.multiprocessing."))


def find_loop(target):
    """The function of `loops` for a target of a thread or process, or None."""
    if type(target) is not FunctionType or not is_library(target.__module__ or ""):
        return None
    return loops.get((target.__module__.rpartition(".")[2], target.__qualname__))


def _reset():
    global _next_pool, _next_call, _pools
    _next_pool = count(1).__next__
    _next_call = count(1).__next__
    _pools = None
    _calls.clear()


ring.after_fork.append(_reset)


# Fields of the status file.
_SWITCHES = b"voluntary_ctxt_switches:", b"nonvoluntary_ctxt_switches:"


def _read(path):
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(file, 4096)
    finally:
        os.close(file)


def _usage(thread):
    """What a thread has used, from its directory: CPU time, run-queue delay, switches by kind."""
    cpu, delay = _read(thread + "/schedstat").split()[:2]
    fields = _read(thread + "/status").split()
    voluntary, involuntary = (int(fields[fields.index(name) + 1]) for name in _SWITCHES)
    return int(cpu), int(delay), voluntary, min(involuntary, _MAX_WORD)


def thread_usage():
    """What the calling thread has used, the last words of its end."""
    cpu = thread_time_ns()
    try:
        return cpu, *_usage("/proc/thread-self")[1:]
    except Exception:
        # Without /proc.
        return cpu, 0, 0, 0


def _collected_cpu():
    """CPU time of the child processes of this process that were waited for, in ns, in whole clock ticks."""
    times = os.times()
    return round((times.children_user + times.children_system) * 1e9)


def _record_usage(process):
    """Records what a worker process has used that is about to be terminated."""
    try:
        cpu, delay, voluntary, involuntary = _usage("/proc/%d" % process)
    except OSError:
        # It has ended.
        return
    record(ring.WORKER_USED, process, cpu, delay, voluntary, 0, involuntary)


def _run_queue_delays():
    """Run-queue delay of each thread of this process, by its id."""
    delays = {}
    for thread in os.listdir("/proc/self/task"):
        try:
            delays[thread] = int(_read("/proc/self/task/" + thread + "/schedstat").split()[1])
        except OSError:
            # It has ended.
            pass
    return delays


class WatchedPool:
    """Number of a pool in its process."""

    __slots__ = ("number", "ended", "task", "cpu", "delays")

    def __init__(self, kind, workers, tasks_per_worker, start_method):
        self.number = _next_pool()
        self.ended = False
        # What this process has used so far, if its workers are others.
        self.cpu = self.delays = None
        if kind in _OF_PROCESSES:
            self.cpu = process_time_ns()
            try:
                self.delays = _run_queue_delays()
            except Exception:
                # Without /proc.
                pass
        # (job, index) of the task that the calling thread is about to send.
        self.task = None
        record_text(ring.POOL_CREATED, site_fields(call_site()), self.number, kind, workers, tasks_per_worker or 0,
                    START_METHODS.get(start_method, 0))

    def end(self, how):
        if not self.ended:
            self.ended = True
            cpu, delay = -1 if self.cpu is None else process_time_ns() - self.cpu, -1
            if self.delays is not None:
                delay = sum(now - self.delays.get(thread, 0) for thread, now in _run_queue_delays().items())
            record(ring.POOL_ENDED, self.number, how, cpu, delay)

    def terminate(self, processes):
        """The pool is about to end its worker processes, given by their ids, also if they have tasks."""
        if not self.ended:
            self.end(TERMINATED)
            for process in processes:
                _record_usage(process)

    def record_queued(self, size):
        """Records that the current task was pickled to `size` bytes, once."""
        job, index = self.task
        self.task = None
        record(_QUEUED, self.number, job, index, size, 1)


def register_queues(pool, queues):
    global _pools
    if _pools is None:
        from weakref import WeakKeyDictionary
        _pools = WeakKeyDictionary()
    for queue in queues:
        _pools[queue] = pool


def pool_of(queue):
    """The pool of this process that owns `queue`, or None."""
    return None if _pools is None else _pools.get(queue)


def record_call(pool, kind, site, name, items, chunk_size):
    call = _next_call()
    record_text(ring.CALL, (*site_fields(site)[:2], name), pool, call, kind, items, chunk_size)
    return call


def record_repeated_call(pool, kind, function, items):
    """Number of the call: the same for all calls from one line with one function.

    A call that a library makes on a thread of its own (joblib submits the next batch when one has finished) belongs
    to the user's latest call with the same function.
    """
    filename, line, _, is_user = site = call_site()
    name = function_name(function)
    key = (pool, name, filename, line) if is_user else (pool, name)
    call = _calls.get(key)
    if call is None:
        if len(_calls) >= _MAX_CALLS:
            _calls.clear()
        call = _calls[key] = record_call(pool, kind, site, name, -1, items)
    if is_user:
        _calls[pool, name] = call
    return call


def is_standard_method(method, owner, name):
    """Whether a hook may do what `method` does: it is a bound method of a class `owner` of multiprocessing."""
    if type(method) is not MethodType:
        return False
    kind, function = type(method.__self__), method.__func__
    return (kind.__qualname__ == owner and function.__qualname__ == name and kind.__module__ == function.__module__
            and kind.__module__.partition(".")[0] in ("multiprocessing", "multiprocess"))


def _is_simple(method, lock, connection):
    """Whether this is `get` or `put` of a SimpleQueue whose lock and connection are those of multiprocessing."""
    queue = getattr(method, "__self__", None)
    name = method.__name__
    return (is_standard_method(method, "SimpleQueue", "SimpleQueue." + name)
            and is_standard_method(getattr(queue, lock).__enter__, "Lock", "SemLock.__enter__")
            and all(is_standard_method(getattr(getattr(queue, connection), used), "Connection", owner + used)
                    for owner, used in _USED[name]))


class QueueProxy:
    """Forwards to a queue, except for methods that are set. Adds no attribute: pools decide by hasattr()."""

    __slots__ = ("_mpviz_queue", "get", "put", "__weakref__")

    def __init__(self, queue):
        self._mpviz_queue = queue

    def __getattr__(self, name):
        return getattr(self._mpviz_queue, name)


def _failure_name(error):
    """Class name of an exception that is wrapped to keep its traceback."""
    kind = type(error)
    if kind.__name__ in ("ExceptionWithTraceback", "_ExceptionWithTraceback"):
        kind = type(error.exc)
    return kind.__name__


def watch_worker(task_queue, result_queue, of_executor):
    """Proxies for the queues of a worker's loop, and a function to call when the loop has ended.

    What follows a task's end in a worker process is what the next task waits for. All of it comes from memory again if
    tasks take a millisecond, so that each line of it costs several times what a tight loop shows.
    """
    pool = pool_of(task_queue)
    pool = 0 if pool is None else pool.number
    take, give = task_queue.get, result_queue.put
    writer, reader = getattr(result_queue, "_writer", None), getattr(task_queue, "_reader", None)
    # No other thread of this process runs tasks.
    alone = writer is not None and not pool
    # What a SimpleQueue does for a small task takes about as long as the hooks, so it is done here in a shorter way.
    takes, gives = _is_simple(take, "_rlock", "_reader"), alone and _is_simple(give, "_wlock", "_writer")
    task_lock = task_queue._rlock._semlock if takes else None
    result_lock = result_queue._wlock._semlock if gives else None
    names = (take if takes else give).__func__.__globals__ if takes or gives else None
    # Of the current task, whose result is `pending` until it is sent. `cpu` is the thread's CPU time at `at`.
    thread = job = index = arrived = received = started = ended = at = cpu = used = 0
    collected = _collected_cpu()
    running = pending = False
    failed = None

    def get(*arguments, **keywords):
        nonlocal thread, job, index, arrived, received, started, at, cpu, running
        try:
            if not thread:
                thread = get_native_id()
                record(ring.WORKER_READY, pool, thread)
        except Exception as error:
            fault("worker get", error)
        if takes and reader._handle is not None:
            with task_lock:
                buffer = reader._recv_bytes().getvalue()
            try:
                if not arrived:
                    arrived = monotonic_ns()
                    if len(buffer) >= _PIPE_SIZE:
                        # The transfer of the next one is timed.
                        reader._recv = receive
            except Exception as error:
                fault("receive task", error)
            task = names["_ForkingPickler"].loads(buffer)
            buffer = None
        else:
            task = take(*arguments, **keywords)
        try:
            if task is None:
                end()
            else:
                if of_executor:
                    job = task.work_id
                else:
                    job, index = task[0], task[1]
                started = monotonic_ns()
                if started - at > _MAX_GAP:
                    at, cpu = started, thread_time_ns()
                received = started - arrived if arrived else 0
                cpu_us = (cpu + started - at) // 1000 & _MAX_WORD
                if alone:
                    number = started & _MAX_WORD
                    pack_record(ring.first_file[0], RUNNING,
                                number, _STARTED, started, 0, job, index, thread, received, cpu_us, number)
                else:
                    record(_STARTED, pool, job, index, thread, received, cpu_us, started)
                arrived = 0
                running = True
        except Exception as error:
            fault("worker get", error)
        return task

    def put(result, *arguments):
        nonlocal ended, at, cpu, used, collected, running, pending, failed
        try:
            # The second attempt, with an error instead of a result that cannot be pickled, keeps the times.
            if running:
                running, ended = False, monotonic_ns()
                used = ended - started
                if used > _MIN_WAIT:
                    before, at, cpu = cpu + started - at, ended, thread_time_ns()
                    if alone and used > _MIN_PROCESS_TIME:
                        now = _collected_cpu()
                        before, collected = before - (now - collected), now
                    used = min(used, max(cpu - before, 0))
                pending = True
            if pending:
                if of_executor:
                    raised = result.exception
                else:
                    success, raised = result[2]
                    if success:
                        raised = None
                failed = None if raised is None else _failure_name(raised)
                if writer is None:
                    record_end(0)
        except Exception as error:
            fault("worker put", error)
        finally:
            raised = None
        if not gives or writer._handle is None:
            return give(result, *arguments)
        buffer = names["_ForkingPickler"].dumps(result)
        try:
            if pending and failed is None:
                # As ring.record does, without the call.
                if not guard[0]:
                    ring.reopen()
                number = ring.take()
                place, first, slots, last = ring.current_file
                if first <= number <= last:
                    offset = 128 + (number - first) % slots * 64
                else:
                    place, offset, number = ring.find_slot(number)
                size = len(buffer) if len(buffer) < _MAX_WORD else _MAX_WORD
                pack_record(place, offset, number, _RAN, ended, job, index, started, used, received, size, number)
            elif pending:
                record_end(len(buffer))
            pending = False
        except Exception as error:
            fault("send result", error)
        with result_lock:
            writer._send_bytes(buffer)

    def record_end(size):
        nonlocal pending
        pending = False
        size = min(size, _MAX_WORD)
        if alone and failed is None:
            record(_RAN, job, index, started, used, received, size, ended)
            return
        if alone:
            record(_STARTED, 0, job, index, thread, received, 0, started)
        if failed is None:
            record(ring.FINISHED, pool, job, index, thread, used, size, ended)
        else:
            record_text(ring.FAILED, (failed,), pool, job, index, thread, used, size, ended)

    def end():
        nonlocal thread
        if thread > 0:
            record(ring.WORKER_ENDED, pool, thread, *thread_usage())
            thread = -1

    # In a worker process the connections live as long as the process, so that a reference cycle does no harm.
    if writer is not None and not gives:
        send_bytes = writer._send_bytes

        def send(buffer):
            try:
                if pending:
                    record_end(len(buffer))
            except Exception as error:
                fault("send result", error)
            return send_bytes(buffer)

        writer._send_bytes = send
    if reader is not None:
        receive_bytes = reader._recv

        def receive(size):
            nonlocal arrived
            buffer = receive_bytes(size)
            try:
                if size == _HEADER_SIZE:
                    # From here on the task is transferred, before it was waited for.
                    arrived = monotonic_ns()
            except Exception as error:
                fault("receive task", error)
            return buffer

        if not takes:
            reader._recv = receive

    tasks, results = QueueProxy(task_queue), QueueProxy(result_queue)
    tasks.get, results.put = get, put
    return tasks, results, end


def record_unsent(pool, job, index, raised):
    """Records, in the pool's owner, that a task could not be pickled."""
    record_text(ring.FAILED, (type(raised).__name__,), pool, job, index, get_native_id())


def watch_thread(pool):
    """Records a worker thread that runs its tasks elsewhere. Returns a function to call at its end."""
    thread = get_native_id()
    record(ring.WORKER_READY, pool, thread)
    return lambda: record(ring.WORKER_ENDED, pool, thread, *thread_usage())


def call_at_end(end, place):
    try:
        if end is not None:
            end()
    except Exception as error:
        fault(place, error)
