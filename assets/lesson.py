"""Runs one lane of mpviz in CPython: serial, with threads, a Pool or a Process for every task.

Standard input has the tasks, standard output takes the events, one line of JSON each, and the only argument is the
configuration of the lane. `mpviz worker` executes this script, so that the process has its cores and ends with mpviz.

Workers that are not forked import this script, too. What they would inherit by fork comes with their process object.
"""

import array
import fcntl
import itertools
import json
import multiprocessing
import os
import select
import signal
import socket
import struct
import sys
import threading
import time
from multiprocessing import connection, dummy, heap, pool, queues, reduction

CONFIG = json.loads(sys.argv[1])
PYTHON = CONFIG["python"]
CONTEXT = multiprocessing.get_context(PYTHON["start_method"])
# Minimum time between two reports of progress, and time between two looks at the clock, in ns.
PROGRESS_INTERVAL = 100_000_000
SLICE_TIME = 400_000
# Time without progress after which a pool that lost a worker is given up, in s.
STUCK_AFTER = 3.0


def now():
    """Time of the run, in ns."""
    return time.monotonic_ns() - CONFIG["epoch"]


def event(at, name, **fields):
    """A line of the event pipe."""
    stamped = {"at": at, "lane": CONFIG["lane"], "event": {name: fields}}
    return json.dumps(stamped, separators=(",", ":")) + "\n"


def write(*lines):
    """Writes lines at once: a write shorter than PIPE_BUF is not divided."""
    os.write(1, "".join(lines).encode())


# The lesson's program ------------------------------------------------------------------------------------------------


def list_sum(target_lst):
    output = 0
    gen = (i for i in target_lst)
    for i in gen:
        output += i
    return output


def time_per_number():
    """CPU time of `list_sum` per number in ns, from the fastest of some trials."""
    numbers = array.array("q", range(10_000))
    trials = []
    for _ in range(20):
        began = time.thread_time_ns()
        list_sum(numbers)
        trials.append((time.thread_time_ns() - began) / len(numbers))
    return min(trials)


def add_with_cost(numbers):
    """The sum of the numbers. Some are added again, and the result dropped, so that a number costs what is asked."""
    output = list_sum(numbers)
    again = int(len(numbers) * REPEATS)
    while again > 0:
        list_sum(numbers[:again])
        again -= len(numbers)
    return output


# Workers -------------------------------------------------------------------------------------------------------------


class Io:
    """I/O operations of a task. The file or connection is opened at the first of them."""

    def __init__(self):
        self.file = None

    def perform(self):
        kind, latency = CONFIG["io_kind"], CONFIG["io_latency_ns"]
        if kind == "sleep":
            time.sleep(latency / 1e9)
        elif kind == "disk":
            self.file = self.file or unnamed_file(CONFIG["io_dir"])
            os.pwrite(self.file, b"Z" * 4096, 0)
            os.fsync(self.file)
            os.pread(self.file, 4096, 0)
        else:
            if self.file is None:
                self.file = socket.create_connection(("127.0.0.1", CONFIG["io_port"]))
                self.file.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.file.sendall(struct.pack("<Q", latency))
            if not self.file.recv(1):
                raise ConnectionError("the server closed the connection")


def unnamed_file(directory):
    try:
        return os.open(directory, os.O_TMPFILE | os.O_RDWR, 0o600)
    except OSError:
        # Not every file system supports O_TMPFILE: unlink a named file at once.
        path = os.path.join(directory, ".mpviz-%d-%d" % (os.getpid(), threading.get_native_id()))
        file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        os.unlink(path)
        return file


class TaskRunner:
    """Runs the tasks of one worker."""

    def __init__(self, worker, slot, started_at):
        self.worker = worker
        self.slot = slot
        self.io = Io()
        self.progress_at = now()
        # When the worker took its record, how long it received it and with how much CPU time, in ns.
        self.received = None
        ready = now()
        write(
            event(started_at, "WorkerSpawned", worker=worker, slot=slot, pid=os.getpid()),
            event(ready, "WorkerReady", worker=worker),
        )

    def finish(self):
        usage = {"cpu_ns": 0, "run_delay_ns": 0, "voluntary_switches": 0, "involuntary_switches": 0}
        with open("/proc/thread-self/schedstat") as file:
            usage["cpu_ns"], usage["run_delay_ns"] = map(int, file.read().split()[:2])
        with open("/proc/thread-self/status") as file:
            fields = dict(line.split(":", 1) for line in file if "_switches" in line)
        usage["voluntary_switches"] = int(fields["voluntary_ctxt_switches"])
        usage["involuntary_switches"] = int(fields["nonvoluntary_ctxt_switches"])
        write(event(now(), "WorkerFinished", worker=self.worker, usage=usage))

    def run(self, job):
        """Runs a task: an item of `Pool.map`, or the argument of a Process."""
        task, numbers = job.task, job.take_numbers()
        began = now()
        cpu_before = time.thread_time_ns()
        lines = []
        count = min(CONFIG["chunk"], PYTHON["tasks"] - task)
        if task % CONFIG["chunk"] == 0:
            at, receive_ns, receive_cpu = self.received or (began, 0, 0)
            lines.append(
                event(at, "TaskTaken", worker=self.worker, first=task, count=count, receive_ns=receive_ns)
            )
        else:
            receive_cpu = 0
        size = len(numbers) * numbers.itemsize
        lines.append(event(began, "TaskLoaded", worker=self.worker, task=task, bytes=size, cpu_ns=receive_cpu))
        write(*lines)
        try:
            output, cpu_before = self.add(task, numbers, cpu_before)
        except Exception as error:
            self.report_failure(task, error)
            raise
        cpu = time.thread_time_ns() - cpu_before
        write(event(now(), "TaskFinished", worker=self.worker, task=task, sum=output, cpu_ns=cpu))
        del numbers
        write(event(now(), "TaskReleased", worker=self.worker, task=task))
        return output

    def report_failure(self, task, error):
        """Reports that a task failed. As in `Pool.map`, the rest of its chunk is not run."""
        text = "%s: %s" % (type(error).__name__, error)
        at = now()
        lines = [event(at, "TaskFailed", worker=self.worker, task=task, error=text[:200])]
        end = min((task // CONFIG["chunk"] + 1) * CONFIG["chunk"], PYTHON["tasks"])
        if end > task + 1:
            lines.append(event(at, "TasksAbandoned", first=task + 1, count=end - task - 1))
        write(*lines)

    def add(self, task, numbers, cpu_before):
        """Adds the numbers in equal parts, with an I/O operation between two parts."""
        parts = CONFIG["io"] + 1
        output = done = 0
        for part in range(1, parts + 1):
            end = len(numbers) * part // parts
            while done < end:
                some = numbers[done : min(done + NUMBERS_PER_SLICE, end)]
                output += add_with_cost(some)
                done += len(some)
                at = now()
                if at - self.progress_at >= PROGRESS_INTERVAL:
                    self.progress_at = at
                    cpu = time.thread_time_ns()
                    ppm = done * 1_000_000 // len(numbers)
                    fields = {"worker": self.worker, "task": task, "ppm": ppm, "cpu_ns": cpu - cpu_before}
                    write(event(at, "TaskProgressed", **fields))
                    cpu_before = cpu
            if part < parts:
                write(event(now(), "IoStarted", worker=self.worker))
                try:
                    self.io.perform()
                finally:
                    write(event(now(), "IoFinished", worker=self.worker))
        return output, cpu_before


class Job:
    """The argument of a task: its numbers. They are freed when the task is done, not with its chunk."""

    def __init__(self, task, numbers):
        self.task = task
        self.numbers = numbers

    def take_numbers(self):
        numbers, self.numbers = self.numbers, None
        return numbers


def run_job(job):
    """The function that `Pool.map` and `Process` run."""
    return CURRENT.runner.run(job)


class WorkerMixin:
    """A worker that reports its start and its end: a process, or a thread of a ThreadPool."""

    def start(self):
        self.slot = FREE_SLOTS.pop(0)
        self.worker = next(WORKER_IDS)
        self.started_at = now()
        super().start()

    def run(self):
        self.set_up()
        CURRENT.runner = TaskRunner(self.worker, self.slot, self.started_at)
        try:
            super().run()
        finally:
            RECORDS.end_record(CURRENT.runner)
            CURRENT.runner.finish()


class WorkerThread(WorkerMixin, dummy.DummyProcess):
    def set_up(self):
        set_name("thread.%d" % self.worker)


class WorkerProcess(WorkerMixin, CONTEXT.Process):
    exit_reported = False

    def __getstate__(self):
        """What a worker receives that is not forked."""
        inherited = RECORDS, reduction.DupFd(LIFE_READER), REPEATS, NUMBERS_PER_SLICE
        return {**self.__dict__, "inherited": inherited}

    def __setstate__(self, state):
        global RECORDS, LIFE_READER, REPEATS, NUMBERS_PER_SLICE
        RECORDS, life, REPEATS, NUMBERS_PER_SLICE = state.pop("inherited")
        LIFE_READER = life.detach()
        self.__dict__.update(state)

    def set_up(self):
        die_with_parent()
        set_name("%s.%d" % (CONFIG["name"], self.worker))
        raise_oom_score()

    @property
    def exitcode(self):
        """The exit code, reported when it is first known: Pool asks for it before it replaces the worker."""
        code = super().exitcode
        if code is not None and not self.exit_reported:
            self.exit_reported = True
            exit_ = {"code": code} if code >= 0 else {"signal": -code}
            write(event(now(), "WorkerExited", worker=self.worker, exit=exit_))
            FREE_SLOTS.append(self.slot)
            RECORDS.worker_exited(self.slot, code)
        return code


# Records that are taken and finished by the workers of a pool -------------------------------------------------------


class Records:
    """Records that each slot took and finished, in memory that all processes share.

    `Pool.map` waits for ever for the result of a worker that was killed; these numbers tell that nothing is to come.
    """

    def __init__(self, arena):
        self.arena = arena
        self.counts = memoryview(arena.buffer).cast("q")
        self.lost = 0
        self.worker_died = False

    def __reduce__(self):
        return Records, (self.arena,)

    def start_record(self, runner):
        self.counts[2 * runner.slot] += 1

    def end_record(self, runner):
        self.counts[2 * runner.slot + 1] = self.counts[2 * runner.slot]

    def worker_exited(self, slot, code):
        self.worker_died |= code != 0
        taken, finished = self.counts[2 * slot : 2 * slot + 2]
        if taken > finished:
            self.lost += 1
            self.counts[2 * slot] = finished

    def finished(self):
        return sum(self.counts[1::2])

    def is_busy(self):
        return any(taken > done for taken, done in zip(self.counts[::2], self.counts[1::2]))


class TaskQueue(queues.SimpleQueue):
    """The task queue of a pool; measures how long a worker receives and unpickles a record."""

    def get(self):
        runner = CURRENT.runner
        RECORDS.end_record(runner)
        with self._rlock:
            self._reader.poll(None)
            began, cpu_before = now(), time.thread_time_ns()
            RECORDS.start_record(runner)
            data = self._reader.recv_bytes()
        record = reduction.ForkingPickler.loads(data)
        if record is None:
            RECORDS.end_record(runner)
        runner.received = began, now() - began, time.thread_time_ns() - cpu_before
        return record


class Pool(pool.Pool):
    @staticmethod
    def Process(ctx, *args, **kwargs):
        return WorkerProcess(*args, **kwargs)

    def _setup_queues(self):
        super()._setup_queues()
        self._inqueue = TaskQueue(ctx=self._ctx)
        self._quick_put = self._inqueue._writer.send


class ThreadPool(pool.ThreadPool):
    @staticmethod
    def Process(ctx, *args, **kwargs):
        return WorkerThread(*args, **kwargs)


# The lane ------------------------------------------------------------------------------------------------------------


def run_serial(jobs):
    CURRENT.runner = TaskRunner(0, 0, now())
    for job in jobs:
        CURRENT.runner.run(job)
    CURRENT.runner.finish()


def run_threads(jobs):
    threads = ThreadPool(PYTHON["workers"])
    threads.map_async(run_job, jobs, chunksize=CONFIG["chunk"]).wait()
    threads.close()
    threads.join()


def run_pool(jobs):
    workers = Pool(PYTHON["workers"], maxtasksperchild=CONFIG["max_records"], context=CONTEXT)
    result = workers.map_async(run_job, jobs, chunksize=CONFIG["chunk"])
    records = -(-len(jobs) // CONFIG["chunk"])
    wait_while_working(lambda: not result.ready() and RECORDS.finished() + RECORDS.lost < records)
    # The result of a lost task never comes, and `close` would wait for it, too.
    result.wait(STUCK_AFTER)
    if not result.ready():
        workers._cache.clear()
    workers.close()
    wait_while_working(lambda: any(proc.exitcode is None for proc in list(workers._pool)))
    workers.join()


def wait_while_working(condition):
    """Waits while the condition holds.

    Of a pool that lost a worker, the others may wait for ever for the lock of the queue, which it held. Neither
    `terminate` nor `join` would return then: the interpreter exits, and mpviz ends the workers.
    """
    changed_at, finished = time.monotonic(), RECORDS.finished()
    while condition():
        time.sleep(0.02)
        if RECORDS.finished() != finished or RECORDS.is_busy():
            changed_at, finished = time.monotonic(), RECORDS.finished()
        if RECORDS.worker_died and time.monotonic() - changed_at > STUCK_AFTER:
            print("Pool.map() never returns: the worker that died held the lock of the queue", file=sys.stderr)
            sys.stderr.flush()
            os._exit(1)


def run_processes(jobs):
    procs = []
    for job in jobs:
        proc = WorkerProcess(target=run_job, args=(job,))
        procs.append(proc)
        proc.start()
    while procs:
        connection.wait([proc.sentinel for proc in procs])
        procs = [proc for proc in procs if proc.exitcode is None]


def read_jobs():
    """The tasks, with their numbers: those of the lesson are in a list before it measures the time."""
    jobs = []
    for line in sys.stdin.buffer.read().splitlines():
        task, start, length = map(int, line.split())
        jobs.append(Job(task, array.array("q", range(start, start + length))))
    return jobs


def set_name(name):
    with open("/proc/thread-self/comm", "w") as file:
        file.write(name)


def raise_oom_score():
    """Makes the OOM killer prefer this process; it may be forbidden."""
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("500")
    except OSError:
        pass


def die_with_parent():
    """Has the kernel kill this process when the interpreter ends: when the other end of a pipe is closed."""
    if LIFE_WRITER is not None:
        os.close(LIFE_WRITER)
    # Opened anew, because the owner of a signal belongs to the open file, which all workers share.
    life = os.open("/proc/self/fd/%d" % LIFE_READER, os.O_RDONLY | os.O_NONBLOCK)
    os.close(LIFE_READER)
    fcntl.fcntl(life, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(life, F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(life, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
    poll = select.poll()
    poll.register(life, 0)
    if poll.poll(0):
        os._exit(1)


def print_error(kind, error, _):
    """One line: mpviz shows the first lines that a lane writes to standard error."""
    print("%s: %s" % (kind.__name__, error), file=sys.stderr)


sys.excepthook = print_error
F_SETSIG = 10
CURRENT = threading.local()
# A worker that is not forked does not have it.
LIFE_WRITER = None

if __name__ == "__main__":
    # Workers import this script under a path that names this process: it is no file of a directory.
    __file__ = __file__.replace("/self/", "/%d/" % os.getpid())
    # The server would import the script before it has the arguments.
    CONTEXT.set_forkserver_preload([])
    LIFE_READER, LIFE_WRITER = os.pipe()
    WORKER_IDS = itertools.count()
    SLOTS = PYTHON["tasks"] if PYTHON["mode"] == "process" else PYTHON["workers"]
    FREE_SLOTS = list(range(SLOTS))
    RECORDS = Records(heap.Arena(16 * SLOTS))
    LOOP_TIME = time_per_number()
    # How often each number is added again.
    REPEATS = max(0.0, PYTHON["cost_ns"] / LOOP_TIME - 1)
    NUMBERS_PER_SLICE = max(1, min(4096, int(SLICE_TIME / max(PYTHON["cost_ns"], LOOP_TIME))))

    set_name(CONFIG["name"])
    JOBS = read_jobs()
    write(event(now(), "LaneStarted"), event(now(), "TasksSubmitted", first=0, count=len(JOBS)))
    {"serial": run_serial, "threads": run_threads, "pool": run_pool, "process": run_processes}[PYTHON["mode"]](JOBS)
