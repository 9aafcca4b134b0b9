"""Reads the ring files of the shim, after the program has ended."""

import collections
import glob
import os
import struct

KINDS = {
    1: "HELLO", 3: "POOL_CREATED", 4: "POOL_ENDED", 5: "CALL", 6: "SUBMITTED", 7: "QUEUED", 8: "STARTED", 9: "FINISHED",
    10: "FAILED", 11: "WORKER_READY", 12: "WORKER_ENDED", 13: "SPAWNED", 14: "REAPED", 15: "THREAD_STARTED",
    16: "THREAD_ENDED", 17: "WORKER_USED", 18: "FAULT", 19: "KILLED",
}
HEADER = struct.Struct("<8s5I4xQ24x")
RECORD = struct.Struct("<IHBBQqqqqqII")
SIZE = 64
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
    assert header.magic == b"MPVIZRNG" and header.version == 1, path
    assert len(data) == SIZE * (1 + header.slots), path
    return header, [data[offset:offset + SIZE] for offset in range(SIZE, len(data), SIZE)]


def read_process(path):
    """Records of one process in order. Of a ring that was overwritten, what is left."""
    header, slots = _slots(path)
    found = {}
    files = [(1, slots)]
    if os.path.exists(path + "2"):
        second, more = _slots(path + "2")
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
        records.append(Record(header.pid, number, time, KINDS[kind], tuple(words), text))
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
        texts = ("\x1f".join(record.text or ()).encode() for record in records)
        numbers = sum(1 + (len(text) + 47) // 48 for text in texts)
        lost += records[-1].number - numbers if records else 0
    return lost
