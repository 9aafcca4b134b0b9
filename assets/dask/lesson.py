

# Runs the lesson's sum on a Dask cluster that is observed. The sources driver.py and plugins.py are in front of this.
#
# The argument is the configuration in JSON. Without an address, the cluster is started on this machine and ends with
# this process.

import array
import fcntl
import glob
import logging
import multiprocessing
import shutil
import tempfile
from time import sleep

from distributed import LocalCluster, Nanny, as_completed

CONFIG = json.loads(sys.argv[1])
# Instead of that of plugins.py, in s: a lane may take only a few seconds.
MEMORY_INTERVAL = 0.1
# Time that the cluster has to end when mpviz has ended, in s.
END_TIMEOUT = 1.5
DIRECTORY_PREFIX = "mpviz-dask-"
# Age of a directory in s from which its process has locked it, if it runs.
MIN_AGE = 60
IO, IO_LATENCY = CONFIG["io"], CONFIG["io_latency_ns"] / 1e9


class LessonPart(SchedulerPart):
    """Reports also the most that was held at a time: tasks and bytes of results."""

    async def start(self, scheduler):
        self.most = [0, 0, 0]
        await super().start(scheduler)

    def transition(self, *args, **kwargs):
        super().transition(*args, **kwargs)
        workers = self.scheduler.workers.values()
        held = (
            len(self.scheduler.queued),
            max((len(worker.processing) for worker in workers), default=0),
            sum(worker.nbytes for worker in workers),
        )
        self.most = [max(both) for both in zip(self.most, held)]

    def memory(self):
        self.push("held", time(), *self.most)
        self.most = [0, 0, 0]
        # The scheduler knows the results at once, and everything else twice a second.
        workers = self.scheduler.workers
        sizes = {self.workers.get(address): worker.nbytes for address, worker in workers.items()}
        return [(number, sizes[number], *others) for number, _, *others in super().memory()]


# The graphs. A number is 8 bytes, so that the numbers of a range are the memory of its task.


def load(first, end):
    """The numbers of a range."""
    for _ in range(IO):
        sleep(IO_LATENCY)
    return array.array("q", range(first, end))


def add(*ranges):
    output = 0
    for numbers in ranges:
        for number in numbers:
            output += number
    return output


def load_and_add(first, end):
    return add(load(first, end))


def divided(parts):
    """First number and end of each of the parts."""
    bounds = [CONFIG["numbers"] * part // parts for part in range(parts + 1)]
    return bounds[:-1], bounds[1:]


def submit_independent(client):
    return client.map(load_and_add, *divided(CONFIG["tasks"]), **OPTIONS)


def submit_joined(client):
    """Adds the numbers of two ranges in each task."""
    tasks = CONFIG["tasks"]
    firsts, ends = divided(2 * tasks)
    some = client.map(load, firsts[:tasks], ends[:tasks], **OPTIONS)
    others = client.map(load, firsts[tasks:], ends[tasks:], **OPTIONS)
    return client.map(add, some, others, **OPTIONS)


# A task of each call is as urgent as that of another at the same place, however long the calls take. Repeated runs
# compute everything anew.
OPTIONS = {"pure": False, "fifo_timeout": "1h"}
GRAPHS = {"independent": submit_independent, "joined": submit_joined}


async def run_graph(client):
    """Adds all numbers. Each result is released as soon as it is added to the total."""
    total = 0
    try:
        futures = GRAPHS[CONFIG["graph"]](client)
        results = as_completed(futures, loop=client.loop, with_results=True)
        # Only those that have not completed are kept.
        del futures
        async for _, result in results:
            total += result
    except Exception as error:
        text = f"{type(error).__name__}: {str(error)[:MAX_KEY_LENGTH]}"
        return write({"problem": {"graph_failed": {"error": text}}})
    write({"sum": total})


async def observe_graph(client):
    """Runs the graph once it is observed, until its results have been released."""
    was_reported = asyncio.Event()

    def on_message(message):
        if "memory" in message:
            was_reported.set()

    async def run_and_release():
        await was_reported.wait()
        await run_graph(client)
        # The scheduler is told of releases within 10 ms, and the next report may be on its way already.
        for _ in range(2):
            was_reported.clear()
            await was_reported.wait()

    work = asyncio.ensure_future(run_and_release())
    try:
        await observe(client, work, LessonPart(), on_message)
    finally:
        work.cancel()


# On the loopback interface only, with ports that nobody uses. By default, HTTP servers of workers listen on all
# interfaces with Dask 2023.12.
LOOPBACK = {"dashboard": False, "dashboard_address": "127.0.0.1:0"}


class LoopbackNanny(Nanny):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{**kwargs, **LOOPBACK})


async def run_on_own_cluster(directory):
    # The scheduler leaves lock files in Dask's own directory for temporary files.
    saturation = {"distributed.scheduler.worker-saturation": float(CONFIG["saturation"])}
    with dask.config.set({**saturation, "temporary-directory": directory}):
        cluster = LocalCluster(
            n_workers=CONFIG["workers"], threads_per_worker=1, host="127.0.0.1", asynchronous=True,
            dashboard_address=None, scheduler_kwargs=LOOPBACK, worker_class=LoopbackNanny,
            silence_logs=logging.CRITICAL,
        )
        async with cluster, Client(cluster, asynchronous=True, set_as_default=False) as client:
            await client.wait_for_workers(CONFIG["workers"])
            await observe_graph(client)


def make_directory():
    """A locked directory. Those of processes that were killed are removed."""
    for left in glob.glob(os.path.join(glob.escape(tempfile.gettempdir()), DIRECTORY_PREFIX + "*")):
        if lock(left, MIN_AGE):
            shutil.rmtree(left, ignore_errors=True)
    directory = tempfile.mkdtemp(prefix=DIRECTORY_PREFIX)
    lock(directory)
    return directory


def lock(directory, min_age=0):
    """Locks a directory of this user until the end of this process. Returns whether no other has locked it."""
    try:
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        status = os.fstat(descriptor)
        # A younger one may be locked by its process only now.
        if status.st_uid == os.getuid() and time() - status.st_mtime >= min_age:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except OSError:
        pass
    os.close(descriptor)
    return False


def remove(directory):
    """Kills workers that have not ended, which would go on writing, and removes their directory."""
    for worker in multiprocessing.active_children():
        worker.kill()
        worker.join()
    shutil.rmtree(directory, ignore_errors=True)


def end_in_order(directory, end):
    """Ends this process, also if the event loop is stuck."""
    try:
        end()
        sleep(END_TIMEOUT)
    finally:
        remove(directory)
        os._exit(0)


async def run_on_cluster_of_user(address):
    await observe_graph(await connect_client(address))


async def lesson():
    if CONFIG["address"] is None:
        directory = make_directory()
        work = asyncio.ensure_future(run_on_own_cluster(directory))
    else:
        directory = ""
        work = asyncio.ensure_future(run_on_cluster_of_user(CONFIG["address"]))
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    Input.on_end = lambda: end_in_order(directory, lambda: loop.call_soon_threadsafe(ended.set))
    # Sent to all processes of a group, as by timeout(1).
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    await asyncio.wait([work, asyncio.ensure_future(ended.wait())], return_when=asyncio.FIRST_COMPLETED)
    # Once: if it was cancelled twice, the cluster would not close.
    work.cancel()
    try:
        await work
    except asyncio.CancelledError:
        pass
    except Exception as error:
        write({"error": {"cluster_not_started": {"error": str(error) or type(error).__name__}}})
    finally:
        remove(directory)


run(lesson())
