"""Reads what a Dask scheduler tells over HTTP, once a second, and writes it as lines of JSON to standard output.

Needs nothing but the standard library. Registers nothing on the cluster. Ends at the end of standard input. An empty line
says that everything is imported. Its argument is the address of the scheduler's HTTP port.
"""

import sys

# Modules of the current directory are no part of this program.
sys.path = [path for path in sys.path if path]

import http.client
import json
import os
import threading
import urllib.error
import urllib.request
from email.utils import parsedate_to_datetime
from time import sleep, time

INTERVAL = 1.0
# Reports are held back for less than this time, so that earlier ones come first.
HELD_BACK = 0.1
TIMEOUT = 5.0
# A longer answer is none of a scheduler.
MAX_ANSWER = 1 << 24
# Answers that may be missing in a row.
MAX_MISSING = 5
COUNTS = ("tasks", "processing", "memory", "erred", "released", "cores", "workers")
PORT = "name the port of its dashboard, such as http://127.0.0.1:8787"
# Reasons of src/event/observation_gap.rs.
ONLY_COUNTS = {"counts_only": {}}
NO_WORKERS = {"workers_outdated": {}}


WRITING = threading.Lock()


def write_line(line):
    with WRITING:
        sys.stdout.buffer.write(line.encode(errors="replace") + b"\n")
        sys.stdout.buffer.flush()


def write(message):
    write_line(json.dumps(message, separators=(",", ":"), ensure_ascii=False))


def watch_input():
    """Ends this process with standard input, also while an answer is awaited, but with whole lines."""
    while os.read(0, 4096):
        pass
    WRITING.acquire()
    os._exit(0)


def fail(reason):
    write({"error": reason})
    sys.exit(1)


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirects())


def get(url):
    """The text of an answer, and its time of the scheduler's clock in s. Raises OSError or ValueError."""
    try:
        with OPENER.open(url, timeout=TIMEOUT) as answer:
            text, date = answer.read(MAX_ANSWER + 1), answer.headers["Date"]
    except http.client.HTTPException as error:
        raise ValueError("no answer of HTTP") from error
    if len(text) > MAX_ANSWER:
        raise ValueError("the answer is too long")
    return text.decode(), parsedate_to_datetime(date).timestamp() if date else time()


def number(value):
    return int(value) if isinstance(value, (int, float)) and 0 <= value < 1 << 62 else 0


def get_counts(base):
    """The counts of tasks, workers and threads. Raises OSError or ValueError."""
    answer = json.loads(get(base + "/json/counts.json")[0])
    if not isinstance(answer, dict) or any(type(answer.get(name)) is not int for name in COUNTS):
        raise ValueError("no counts of a Dask scheduler")
    counts = {name: number(answer[name]) for name in COUNTS}
    counts["bytes"] = number(answer["bytes"]) if "bytes" in answer else None
    return counts


def get_states(base):
    """Tasks by state, and how many results came into memory; none where the scheduler has no prometheus_client."""
    states, finished = {}, None
    try:
        for line in get(base + "/metrics")[0].splitlines():
            name, _, rest = line.partition("{")
            labels, _, value = rest.rpartition("}")
            if name == "dask_scheduler_tasks":
                states[labels.partition("=")[2].strip('"')] = number(float(value))
            elif name == "dask_scheduler_prefix_state_totals_total" and 'state="memory"' in labels:
                finished = number((finished or 0) + float(value))
    except (OSError, ValueError):
        pass
    return states, finished


def tasks(base, counts):
    """Where tasks are. Without metrics, those that are nowhere else are on the scheduler."""
    states, finished = get_states(base)
    if "processing" in states:
        waiting = sum(states.get(state, 0) for state in ("waiting", "queued", "no-worker"))
        return {"scheduler": waiting, "workers": states["processing"], "memory": states.get("memory", 0),
                "erred": states.get("erred", 0), "result_bytes": counts["bytes"], "finished": finished}
    others = sum(counts[name] for name in ("processing", "memory", "erred", "released"))
    return {"scheduler": max(counts["tasks"] - others, 0), "workers": counts["processing"],
            "memory": counts["memory"], "erred": counts["erred"], "result_bytes": counts["bytes"]}


def get_workers(base):
    """Workers by address, and the time of the scheduler's clock; None if the scheduler has no answer."""
    try:
        text, at = get(base + "/json/identity.json")
        workers = json.loads(text)["workers"]
        if any(number(worker["nthreads"]) == 0 for worker in workers.values()):
            return None, at
        return {str(address): dict(worker) for address, worker in workers.items()}, at
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None, None


def memory(worker, now):
    """Bytes managed, unmanaged and spilled, and the age of the last heartbeat in s."""
    metrics = worker.get("metrics")
    metrics = metrics if isinstance(metrics, dict) else {}
    spilled = metrics.get("spilled_bytes")
    spilled = spilled if isinstance(spilled, dict) else {}
    managed = number(metrics.get("managed_bytes")) - number(spilled.get("memory"))
    unmanaged = number(metrics.get("memory")) - managed
    return managed, unmanaged, number(spilled.get("disk")), now - number(worker.get("last_seen"))


class Workers:
    """The workers that were reported, by address. Until they are known, all threads are those of one."""

    def __init__(self):
        self.numbers = {}
        self.next = 0

    def update(self, found, threads):
        """Reports of workers that came and left, early enough not to be held back until the next answer."""
        now = time() - HELD_BACK
        for address in [address for address in self.numbers if address not in found]:
            yield {"worker_removed": [now, self.numbers.pop(address), ""]}
        for address, worker in found.items():
            if address not in self.numbers:
                self.numbers[address] = self.next
                description = {"address": "", "name": "", "host": "", "pid": 0, "threads": threads}
                if worker:
                    description.update(address=address, name=str(worker.get("name", address)),
                                       host=str(worker.get("host", "")), threads=number(worker.get("nthreads")))
                yield {"worker_added": [now, self.next, description]}
                self.next += 1


def observe(base):
    try:
        counts = get_counts(base)
    except (OSError, ValueError) as error:
        is_closed = isinstance(error, urllib.error.URLError) and not isinstance(error, urllib.error.HTTPError)
        hint = "the option --dashboard-address of dask scheduler opens that port" if is_closed else PORT
        reason = error.reason if is_closed else error
        fail({"not_connected": {"address": base, "error": f"it does not answer as a Dask scheduler: {reason}; {hint}"}})
    write({"hello": {"time": time(), "pid": 0, "version": "over HTTP", "saturation": "", "address": base}})
    workers, missing, problem = Workers(), 0, ONLY_COUNTS
    # Threads of the reported workers, and whether the last answer about workers failed.
    threads, is_outdated = 0, False
    # Not later than the workers, which it would remove.
    events = [{"reset": [time() - HELD_BACK]}]
    while True:
        if counts is not None:
            (found, found_at), now = get_workers(base), time()
            if found is not None:
                events += workers.update(found, 0)
                threads = sum(number(worker["nthreads"]) for worker in found.values())
            elif threads != counts["cores"]:
                # One stands for all, of which only the threads are known.
                threads = counts["cores"]
                events += workers.update({}, 0)
                events += workers.update({base: {}} if threads else {}, threads)
            numbers = {**tasks(base, counts), "has_workers": found is not None}
            message = {"now": now, "events": events, "counts": numbers, "problem": problem}
            if found is not None:
                message["memory"] = [(workers.numbers[address], *memory(worker, found_at))
                                     for address, worker in found.items()]
            write(message)
            events, problem = [], NO_WORKERS if found is None and not is_outdated else None
            is_outdated = found is None
        sleep(INTERVAL)
        try:
            counts, missing = get_counts(base), 0
        except (OSError, ValueError) as error:
            counts, missing = None, missing + 1
            if missing > MAX_MISSING:
                fail({"no_answer": {"address": base, "error": str(getattr(error, "reason", error))}})


def main():
    base = sys.argv[1].rstrip("/")
    threading.Thread(target=watch_input, daemon=True).start()
    write_line("")
    try:
        observe(base)
    except (BrokenPipeError, KeyboardInterrupt):
        pass
    except Exception as error:
        fail({"system": {"error": f"{type(error).__name__}: {error}"}})
    os._exit(0)


main()
