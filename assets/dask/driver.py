"""Observes a Dask cluster and writes what happens there as lines of JSON to standard output.

Registers the plugin of plugins.py on the scheduler, and opens the connection over which it reports. Both end with this
process at the latest, which ends with the scheduler or at the end of standard input. An empty line says that everything
is imported.

plugins.py follows this file, and then one of watch.py, lesson.py, address.py or http_address.py.
"""

import sys

# Modules of the current directory are no part of this program.
sys.path = [path for path in sys.path if path]

import os
import threading


class Input:
    """Standard input. At its end this process does, too: at once, unless there is something to end in order."""

    @staticmethod
    def on_end():
        os._exit(0)

    @classmethod
    def watch(cls):
        while os.read(0, 4096):
            pass
        cls.on_end()


threading.Thread(target=Input.watch, daemon=True).start()

import asyncio
import json
import signal

NO_ADDRESS = {"address_missing": {}}
LAST_REPORT_TIMEOUT = 1
ADDRESS_FORM = "name the scheduler's own address, such as tcp://127.0.0.1:8786"
# What else to do where a scheduler cannot be connected to.
HINT = ""


def fail(reason):
    """Ends with a reason of src/event/observation_gap.rs."""
    write({"error": reason})
    os._exit(1)


def describe(error):
    """An exception that is not expected, as a reason."""
    return {"system": {"error": f"{type(error).__name__}: {error}" if str(error) else type(error).__name__}}


def fail_to_connect(address, error):
    fail({"not_connected": {"address": str(address), "error": (str(error) or type(error).__name__) + HINT}})


# Writes whole lines. With PYTHONUNBUFFERED, sys.stdout.buffer may write a part of one.
OUTPUT = open(1, "wb", closefd=False)


def write_line(line):
    OUTPUT.write(line)
    OUTPUT.flush()


def write(message):
    write_line(json.dumps(message, ensure_ascii=False).encode(errors="replace") + b"\n")


try:
    import dask
    from distributed import Client
    from distributed.core import connect
    from distributed.security import Security
except ImportError:
    fail({"dask_missing": {"python": sys.executable}})
except BaseException as error:
    fail(describe(error))
write_line(b"\n")


def python_version(version):
    return tuple(version.split(".")[:2])


def scheduler_address(target):
    """The address that the target is, or that is in this scheduler file."""
    address = target or dask.config.get("scheduler-address", None)
    if not address:
        fail(NO_ADDRESS)
    if os.path.exists(address):
        try:
            with open(address) as file:
                return str(json.load(file)["address"])
        except OSError as error:
            fail_to_connect(address, error.strerror)
        except (ValueError, KeyError, TypeError):
            fail_to_connect(address, f"the file is no scheduler file; name one, or {ADDRESS_FORM}")
    if "://" not in address and not address.rpartition(":")[2].isdigit():
        fail_to_connect(address, f"the file does not exist; name a scheduler file, or {ADDRESS_FORM}")
    if address.startswith("inproc://"):
        fail_to_connect(address, "only its own program can reach it; start that with mpviz watch or mpviz trace")
    return address


def fail_to_be_answered(address):
    fail_to_connect(address, f"no scheduler answered within {CONNECT_TIMEOUT} s; check that it runs, or {ADDRESS_FORM}")


async def answer_of(work, address):
    """What the scheduler answers. Other servers may never do so."""
    task = asyncio.ensure_future(work)
    if not (await asyncio.wait([task], timeout=CONNECT_TIMEOUT))[0]:
        fail_to_be_answered(address)
    return task.result()


async def ask_identity(address):
    comm = await connect(address, timeout=CONNECT_TIMEOUT, **Security().get_connection_args("client"))
    await comm.write({"op": "identity", "reply": True})
    identity = await comm.read()
    comm.abort()
    return identity


async def identify(address):
    """The identity of the scheduler at this address."""
    if address.startswith("tls://") and not Security().get_connection_args("client").get("ssl_context"):
        fail_to_connect(address, "your Dask configuration has no certificates in distributed.comm.tls")
    try:
        identity = await answer_of(ask_identity(address), address)
    # Of a port that is missing, or of a protocol that is unknown or not installed.
    except (ValueError, TypeError):
        fail_to_connect(address, f"this Dask cannot use such an address; {ADDRESS_FORM}")
    except (OSError, asyncio.TimeoutError) as error:
        if "Timed out" in str(error) or not str(error):
            fail_to_be_answered(address)
        # Without Dask's description of the connection.
        fail_to_connect(address, f"{str(error).rpartition('>: ')[2] or error}; {ADDRESS_FORM}")
    except Exception:
        # Another protocol, which Dask took for its own.
        identity = None
    # Workers answer too.
    if not isinstance(identity, dict) or "workers" not in identity:
        fail_to_connect(address, f"it is no scheduler; {ADDRESS_FORM}")
    return identity


async def new_client(address):
    return await Client(address, asynchronous=True, set_as_default=False, timeout=CONNECT_TIMEOUT)


async def connect_client(target):
    place = scheduler_address(target)
    await identify(place)
    try:
        client = await answer_of(new_client(place), place)
        # Code is sent to the scheduler, which must be able to run it.
        theirs = python_version((await answer_of(client.scheduler.versions(), place))["host"]["python"])
    except (OSError, ValueError, TypeError) as error:
        if "unexpected keyword" in str(error):
            fail({"dask_differs": {
                "address": place, "python": sys.executable, "version": distributed.__version__,
            }})
        fail_to_connect(place, error)
    ours = python_version(sys.version.split()[0])
    if theirs != ours:
        fail({"python_differs": {
            "scheduler": ".".join(theirs), "python": sys.executable, "version": ".".join(ours),
        }})
    return client


async def observe(client, end, part, on_message=lambda message: None):
    """Writes the messages of a plugin of the scheduler until `end` is done and everything before it is reported, or until
    the scheduler closes."""
    name = part.name
    try:
        await client.register_plugin(part, name=name)
    except Exception as error:
        fail({"plugin_refused": {"error": str(error) or type(error).__name__}})
    address = client.scheduler.address
    comm = await connect(address, **client.connection_args)
    await comm.write({"op": name, "reply": False})

    async def read_messages():
        is_last = False
        while not is_last:
            message = await comm.read()
            if "hello" in message:
                message["hello"]["address"] = address
            needs_acknowledgement = message.pop("acknowledge", False)
            is_last = message.pop("requested", False) or "last" in message
            write_line(encode(message))
            on_message(message)
            if needs_acknowledgement:
                await comm.write(None)

    reading = asyncio.ensure_future(read_messages())
    try:
        await asyncio.wait([reading, end], return_when=asyncio.FIRST_COMPLETED)
        if not reading.done():
            await comm.write(REQUEST)
            # A scheduler that hangs reports nothing.
            if not (await asyncio.wait([reading], timeout=LAST_REPORT_TIMEOUT))[0]:
                write({"problem": {"last_reports_missing": {"address": address}}})
        if reading.done():
            reading.result()
    except OSError as error:
        # Without Dask's description of the connection.
        error = str(error).rpartition(">: ")[2]
        write({"error": {"connection_lost": {"address": address, "error": error}}})
    reading.cancel()
    comm.abort()


async def watch(target):
    """Observes the cluster of the user."""
    client = await connect_client(target)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    Input.on_end = lambda: loop.call_soon_threadsafe(ended.set)
    await observe(client, asyncio.ensure_future(ended.wait()), SchedulerPart())


def run(work):
    problem = find_problem()
    if problem is not None:
        fail(problem)
    # The terminal also sends them to mpviz, which then ends this process in order.
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    try:
        asyncio.run(work)
    except BrokenPipeError:
        pass
    # Also what is no Exception, such as CancelledError.
    except BaseException as error:
        fail(describe(error))
    # The client's threads need not end in order: the scheduler notices the closed connections.
    os._exit(0)
