"""Hooks of threading: threads outside of pools, and the threads of pools."""

from _thread import get_native_id

from mpviz_shim import ring, workers
from mpviz_shim.names import FunctionType, MethodType, call_site, function_name, is_started_by_user, is_user_code, site_fields
from mpviz_shim.patch import wrap
from mpviz_shim.ring import fault, record, record_text

# Attribute of a thread between the call of start() and the thread's first step: the starter and the call site.
_STARTED_BY = "_mpviz_started_by"


def _is_of_pool(thread):
    target = thread.__dict__.get("_target")
    if target is None:
        target = type(thread)
    module = target.__module__ if type(target) in (FunctionType, MethodType, type) else type(target).__module__
    return type(module) is str and workers.is_library(module)


def _is_of_library(thread):
    """Whether library code starts the thread and is all that it runs, as for a monitor."""
    held = thread.__dict__
    target = held.get("_target")
    if target is None:
        # A Timer has its function in an attribute.
        target = held.get("function", type(thread).run)
    return not is_user_code(target) and not is_started_by_user()


def _watch_start(start):
    def watched_start(self, *args, **kwargs):
        try:
            if not _is_of_pool(self) and not _is_of_library(self):
                self.__dict__[_STARTED_BY] = get_native_id(), site_fields(call_site())[:2]
        except Exception as error:
            fault("Thread.start", error)
        return start(self, *args, **kwargs)
    return watched_start


def _record_started(thread, started_by):
    target = thread.__dict__.get("_target")
    name = thread._name if type(thread._name) is str else ""
    target_name = type(thread).__qualname__ if target is None else function_name(target)
    number = get_native_id()
    record_text(ring.THREAD_STARTED, (name, target_name, *started_by[1]), number, started_by[0])
    return lambda: _record_ended(number)


def _record_ended(number):
    cpu, delay, voluntary, involuntary = workers.thread_usage()
    record(ring.THREAD_ENDED, number, cpu, delay, voluntary, 0, involuntary)


def _enter(thread):
    """Watches a pool's loop or a thread of the program. Returns a function to call at its end, or None."""
    started_by = thread.__dict__.pop(_STARTED_BY, None)
    if started_by is not None:
        return _record_started(thread, started_by)
    loop = workers.find_loop(thread.__dict__.get("_target"))
    if loop is None:
        return None
    thread._args, end = loop(*thread._args)
    return end


def _watch_bootstrap(bootstrap):
    def _bootstrap_inner(self, *args, **kwargs):
        end = None
        try:
            end = _enter(self)
        except Exception as error:
            fault("Thread._bootstrap_inner", error)
        try:
            return bootstrap(self, *args, **kwargs)
        finally:
            self = None
            workers.call_at_end(end, "Thread._bootstrap_inner")
    return _bootstrap_inner


def install(module):
    wrap(module.Thread, "start", _watch_start)
    wrap(module.Thread, "_bootstrap_inner", _watch_bootstrap)
