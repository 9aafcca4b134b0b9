"""Hooks of multiprocessing: start, body and end of processes."""

from _thread import get_ident, get_native_id
from io import BytesIO
from time import monotonic_ns

from mpviz_shim import ring, workers
from mpviz_shim.names import call_site, function_name, site_fields
from mpviz_shim.patch import wrap
from mpviz_shim.ring import fault, record, record_text

# Bytes pickled for the process that a thread is starting, by thread.
_pickled = {}
ring.after_fork.append(_pickled.clear)


def _describe(process):
    """Pool and text of SPAWNED, and the time. Read before the start, which deletes the target."""
    target = process.__dict__.get("_target")
    watched = workers.pool_of(process._args[0]) if workers.find_loop(target) else None
    name = process._name if type(process._name) is str else ""
    target_name = type(process).__qualname__ if target is None else function_name(target)
    _pickled[get_ident()] = 0
    fields = name, target_name, *site_fields(call_site())[:2]
    return 0 if watched is None else watched.number, fields, monotonic_ns()


def _watch_start(start):
    def watched_start(self, *args, **kwargs):
        description = None
        try:
            description = _describe(self)
        except Exception as error:
            fault("Process.start", error)
        result = start(self, *args, **kwargs)
        try:
            if description is not None:
                pool, fields, begin = description
                taken = monotonic_ns() - begin
                method = workers.START_METHODS.get(getattr(self._popen, "method", None), 0)
                size = _pickled.pop(get_ident(), 0)
                record_text(ring.SPAWNED, fields, self._popen.pid, pool, method, taken, size)
        except Exception as error:
            fault("Process.start", error)
        return result
    return watched_start


def _enter(process):
    """Watches a pool's worker or a process of the program. Returns a function to call at its end, or None."""
    target = process.__dict__.get("_target")
    loop = workers.find_loop(target)
    if loop is not None:
        process._args, end = loop(*process._args)
        return end
    return _record_end


def _record_end():
    record(ring.WORKER_ENDED, 0, get_native_id(), *workers.thread_usage())


def _watch_bootstrap(bootstrap):
    def _bootstrap(self, *args, **kwargs):
        end = None
        try:
            end = _enter(self)
        except Exception as error:
            fault("Process._bootstrap", error)
        try:
            return bootstrap(self, *args, **kwargs)
        finally:
            workers.call_at_end(end, "Process._bootstrap")
    return _bootstrap


def _watch_poll(poll):
    def watched_poll(self, *args, **kwargs):
        before = getattr(self, "returncode", None)
        code = poll(self, *args, **kwargs)
        try:
            if before is None and code is not None:
                record(ring.REAPED, self.pid, code)
        except Exception as error:
            fault("Popen.poll", error)
        return code
    return watched_poll


def _watch_kill(kill):
    def watched_kill(self, *args, **kwargs):
        try:
            if self._popen is not None and self._popen.returncode is None:
                record(ring.KILLED, self._popen.pid)
        except Exception as error:
            fault("Process.kill", error)
        return kill(self, *args, **kwargs)
    return watched_kill


def _watch_dump(dump):
    def watched_dump(obj, file, *args, **kwargs):
        result = dump(obj, file, *args, **kwargs)
        try:
            # A start pickles two objects to one file, so the position is the sum.
            if type(file) is BytesIO and get_ident() in _pickled:
                _pickled[get_ident()] = file.tell()
        except Exception as error:
            fault("reduction.dump", error)
        return result
    return watched_dump


def install_process(module):
    wrap(module.BaseProcess, "start", _watch_start)
    wrap(module.BaseProcess, "_bootstrap", _watch_bootstrap)
    wrap(module.BaseProcess, "kill", _watch_kill)


def install_popen(module):
    wrap(module.Popen, "poll", _watch_poll)


def install_reduction(module):
    wrap(module, "dump", _watch_dump)
