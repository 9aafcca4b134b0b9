"""Reads the ring files of the shim, after the program has ended."""

import collections
import glob
import os
import struct

KINDS = {
    1: "HELLO", 2: "RAN", 3: "POOL_CREATED", 4: "POOL_ENDED", 5: "CALL", 6: "SUBMITTED", 7: "QUEUED", 8: "STARTED",
    9: "FINISHED", 10: "FAILED", 11: "WORKER_READY", 12: "WORKER_ENDED", 13: "SPAWNED", 14: "REAPED",
    15: "THREAD_STARTED", 16: "THREAD_ENDED", 17: "WORKER_USED", 18: "FAULT", 19: "KILLED",
    20: "SCHEDULER_STARTED", 21: "CLIENT_CONNECTED",
}
HEADER = struct.Struct("<8s5I4xQ24x")
RECORD = struct.Struct("<IHBBQqqqqqII")
SIZE = 64
# Where the running task and the first slot are.
RUNNING, SLOTS = 64, 128
FIRST_SLOTS = 1024
MAX_SEQUENCE = 0xFFFFFFFF

Header = collections.namedtuple("Header", "magic version slots pid ppid first_number start")
Record = collections.namedtuple("Record", "pid number time kind words text")


def read_header(data):
    return Header(*HEADER.unpack_from(data))


def _slots(path):
    with open(path, "rb") as stream:
        data = stream.read()
    header = read_header(data)
    assert header.magic == b"MPVIZRNG" and header.version == 2, path
    assert len(data) == SLOTS + SIZE * header.slots, path
    return header, data[RUNNING:SLOTS], [data[offset:offset + SIZE] for offset in range(SLOTS, len(data), SIZE)]


def _start_and_end(ran):
    """The two records that one of a task that ran stands for."""
    job, index, started, used, received, size = ran.words
    return (ran._replace(time=started, kind="STARTED", words=(0, job, index, ran.pid, received, 0)),
            ran._replace(kind="FINISHED", words=(0, job, index, ran.pid, used, size)))


def read_process(path):
    """Records of one process in order, and its running task. Of a ring that was overwritten, what is left."""
    header, running, slots = _slots(path)
    found = {}
    files = [(1, slots)]
    if os.path.exists(path + "2"):
        second, _, more = _slots(path + "2")
        files.append((second.first_number, more))
    for first, slots in files:
        for slot in slots:
            words = RECORD.unpack(slot)
            if words[0] and words[0] == words[-1]:
                found[words[0]] = words, slot
    records = []
    for number in sorted(found):
        (_, kind, more, _, time, *words, _), _ = found[number]
        if kind == 0:
            continue
        pieces = [found.get(number + 1 + index) for index in range(more)]
        text = None
        if all(pieces):
            text = b"".join(slot[8:8 + words_[3]] for words_, slot in pieces).decode().split("\x1f")
        record = Record(header.pid, number, time, KINDS[kind], tuple(words), text)
        records.extend(_start_and_end(record) if record.kind == "RAN" else [record])
    first, kind, _, _, time, *words, last = RECORD.unpack(running)
    assert first == last, path
    if first and not any(record.kind == "STARTED" and record.time == time for record in records):
        records.append(Record(header.pid, records[-1].number, time, KINDS[kind], tuple(words), None))
    return records


def read_directory(directory):
    """Records of all processes, by time."""
    records = []
    for path in glob.glob(os.path.join(directory, "*.ring")):
        records.extend(read_process(path))
    return sorted(records, key=lambda record: (record.time, record.pid, record.number))


def count_lost(directory):
    """Numbers that no record has, below the highest one of each process."""
    lost = 0
    for path in glob.glob(os.path.join(directory, "*.ring")):
        records = read_process(path)
        texts = {record.number: "\x1f".join(record.text or ()).encode() for record in records}
        numbers = sum(1 + (len(text) + 47) // 48 for text in texts.values())
        lost += records[-1].number - numbers if records else 0
    return lost
