"""Hooks of dask.distributed: schedulers that start, which are observed from within, and clients that connect to one."""

import sys

from mpviz_shim import ring
from mpviz_shim.patch import wrap
from mpviz_shim.ring import fault, record_text

# Socket of mpviz in the directory of the rings.
_SOCKET = "/clusters"
_MAX_ADDRESS = 200
_MAX_ADDRESSES = 1000
# Schedulers that a client of this process has connected to.
_connected = set()
ring.after_fork.append(_connected.clear)
# The tasks that observe schedulers: a loop itself does not keep them alive.
_observing = set()


class _Connection:
    """What SchedulerPart.serve writes to: a connection to mpviz instead of one of distributed."""

    def __init__(self, reader, writer, encode, address):
        self.reader = reader
        self.writer = writer
        self.encode = encode
        self.address = address

    async def read(self):
        while await self.reader.read(4096):
            pass
        raise OSError("mpviz has ended")

    async def write(self, message):
        if "hello" in message:
            message["hello"]["address"] = self.address
        self.writer.write(self.encode(message))
        await self.writer.drain()

    async def write_last(self, message):
        """Does not wait until mpviz has it."""
        self.writer.write(self.encode(message))
        self.abort()

    def abort(self):
        import socket

        try:
            # Ends the connection also if a forked process has it.
            self.writer.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.writer.transport.abort()


def _load_plugins():
    """The names of plugins.py. Its classes are pickled with their code, because no module has its name."""
    names = {"__name__": "mpviz_dask_plugins"}
    with open(sys.modules["mpviz_shim"].directory + "/mpviz_shim/dask_plugins.py", "rb") as source:
        exec(compile(source.read(), "<mpviz_shim.dask_plugins>", "exec", dont_inherit=True), names)
    return names


async def _observe(scheduler, directory):
    import asyncio

    try:
        plugins = _load_plugins()
        reader, writer = await asyncio.open_unix_connection(directory + _SOCKET)
        connection = _Connection(reader, writer, plugins["encode"], scheduler.address[:_MAX_ADDRESS])
        problem = plugins["find_problem"]()
        if problem is not None:
            await connection.write({"error": problem})
            return connection.abort()
        part = plugins["SchedulerPart"]()
        await part.start(scheduler)
        scheduler.add_plugin(part, name=part.name)
        await part.serve(connection)
    except Exception as error:
        fault("observe scheduler", error)


def _begin_observing(scheduler):
    import asyncio

    task = asyncio.ensure_future(_observe(scheduler, ring._directory))
    # A program that ends without closing its scheduler has no message about this task.
    task._log_destroy_pending = False
    _observing.add(task)
    task.add_done_callback(_observing.discard)


def _watch_start(start):
    async def start_unsafe(self, *args, **kwargs):
        result = await start(self, *args, **kwargs)
        try:
            record_text(ring.SCHEDULER_STARTED, (self.address[:_MAX_ADDRESS],))
            _begin_observing(self)
        except Exception as error:
            fault("Scheduler.start", error)
        return result
    return start_unsafe


def _watch_connect(connect):
    async def _ensure_connected(self, *args, **kwargs):
        result = await connect(self, *args, **kwargs)
        try:
            # None if the client was closed meanwhile.
            scheduler = self.scheduler
            address = "" if scheduler is None else scheduler.address[:_MAX_ADDRESS]
            if address and address not in _connected and len(_connected) < _MAX_ADDRESSES:
                _connected.add(address)
                record_text(ring.CLIENT_CONNECTED, (address,))
        except Exception as error:
            fault("Client.connect", error)
        return result
    return _ensure_connected


def install_scheduler(module):
    wrap(module.Scheduler, "start_unsafe", _watch_start)


def install_client(module):
    wrap(module.Client, "_ensure_connected", _watch_connect)
