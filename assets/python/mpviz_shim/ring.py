"""Writes 64-byte records to a ring of fixed size that mpviz reads.

Each interpreter writes its own file. Nothing is allocated after the file is mapped, so that a full disk cannot
stop the program. Threads need no lock: a record's number is reserved by one call of C code, and each number has
a slot of its own. A worker process writes its running task over the one before, in front of the first slot.
"""

import mmap
import os
from _struct import Struct
from _thread import get_native_id
from itertools import count, islice
from time import monotonic_ns

(HELLO, RAN, POOL_CREATED, POOL_ENDED, CALL, SUBMITTED, QUEUED, STARTED, FINISHED, FAILED, WORKER_READY, WORKER_ENDED,
 SPAWNED, REAPED, THREAD_STARTED, THREAD_ENDED, WORKER_USED, FAULT, KILLED, SCHEDULER_STARTED,
 CLIENT_CONNECTED) = range(1, 22)
# Why a ring begins.
AT_START, AFTER_FORK, SUBINTERPRETER = range(3)

_HEADER = Struct("<8s5I4xQ24x")
# Kind, number of continuation records and text length are packed as one number: of most records only the kind is set.
pack_record = Struct("<IIQqqqqqII").pack_into
_pack_text = Struct("<IHBB48s4xI").pack_into
_SIZE = 64
# Where the running task is, and size of what comes before the first slot.
RUNNING = 64
_HEADER_SIZE = 128
_FIRST_SLOTS = 1024
_SECOND_SLOTS = 16384
_TEXT_PER_RECORD = 48
_MAX_TEXT = 480
_MAX_SEQUENCE = 0xFFFFFFFF
_MADV_WIPEONFORK = 18


class _PidGuard:
    """Stands in for the guard page where the kernel cannot wipe it: false in a forked process."""

    def __init__(self):
        self.pid = os.getpid()

    def __getitem__(self, index):
        return self.pid == os.getpid()

    def __setitem__(self, index, value):
        self.pid = os.getpid()


def _new_guard():
    try:
        page = mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        page.madvise(_MADV_WIPEONFORK)
        page[0] = 1
        return page
    except (OSError, ValueError, AttributeError):
        return _PidGuard()


# The first byte is zero in a forked process, also if C code called fork() and no hook ran.
guard = _new_guard()
_directory = None
_reason = AT_START
_stem = None
_start = 0
_counter = count(1)
take = _counter.__next__
# (buffer, number of the record in slot 0, slots, last number that belongs there). One tuple, so that a thread
# never sees half of a change. At first, and where no file can be made, records go to a scratch buffer.
first_file = current_file = _SCRATCH = (bytearray(_HEADER_SIZE + _SIZE), 1, 1, 1 << 63)
_second = {}
# Buffers of ancestors. Unmapping one would close its descriptor, which the program may have reused meanwhile.
_inherited = []
_faults = set()
# Functions that reset the state of other modules in a forked process.
after_fork = []
# Version, implementation and script of this program.
identity = (0, "", "")


def _map_file(suffix, slots, first_number):
    """A mapped and fully allocated file of `slots` records, and its temporary path. Raises OSError."""
    path = "%s/.tmp-%s%s-%d" % (_directory, _stem, suffix, get_native_id())
    size = _HEADER_SIZE + _SIZE * slots
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        # Writing to a page that is not allocated kills the program by SIGBUS if the file system is full.
        os.posix_fallocate(descriptor, 0, size)
        try:
            buffer = mmap.mmap(descriptor, size, trackfd=False)
        except TypeError:
            buffer = mmap.mmap(descriptor, size)
        _HEADER.pack_into(buffer, 0, b"MPVIZRNG", 2, slots, os.getpid(), os.getppid(), first_number, _start)
        return buffer, path
    except BaseException:
        os.unlink(path)
        raise
    finally:
        os.close(descriptor)


def open_ring(directory, reason):
    """Starts the ring of this process in `directory`; false if no file can be made."""
    global _directory, _reason, _stem, _start, first_file, current_file, _second, _counter, take
    if current_file is not _SCRATCH:
        _inherited.append((first_file, current_file))
    first_file = current_file = _SCRATCH
    _second = {}
    _counter = count(1)
    take = _counter.__next__
    _faults.clear()
    guard[0] = 1
    for reset in after_fork:
        reset()
    _directory, _reason = directory, reason
    _start = monotonic_ns()
    _stem = "%d-%d" % (os.getpid(), _start)
    try:
        buffer, path = _map_file("", _FIRST_SLOTS, 1)
        os.rename(path, "%s/%s.ring" % (_directory, _stem))
    except OSError:
        return False
    first_file = current_file = (buffer, 1, _FIRST_SLOTS, _FIRST_SLOTS)
    say_hello()
    return True


def reopen():
    """Starts the ring of a forked process."""
    try:
        open_ring(_directory, AFTER_FORK)
    except Exception:
        pass


def _grow():
    """Continues in a second file, or in the first one if the second is refused.

    Threads that come here at the same time make a file each, and the first of them is kept.
    """
    global current_file
    try:
        buffer, path = _map_file(".ring2", _SECOND_SLOTS, _FIRST_SLOTS + 1)
    except OSError:
        current_file = _second.setdefault(0, (first_file[0], 1, _FIRST_SLOTS, _MAX_SEQUENCE))
        return
    candidate = (buffer, _FIRST_SLOTS + 1, _SECOND_SLOTS, _MAX_SEQUENCE)
    current_file = _second.setdefault(0, candidate)
    if current_file is candidate:
        os.rename(path, "%s/%s.ring2" % (_directory, _stem))
    else:
        os.unlink(path)


def find_slot(number):
    """Buffer, offset and sequence number of the record `number`."""
    if number > _FIRST_SLOTS and current_file is first_file and first_file is not _SCRATCH:
        _grow()
    buffer, first, slots, _ = first_file if number <= _FIRST_SLOTS else current_file
    return buffer, _HEADER_SIZE + (number - first) % slots * _SIZE, (number - 1) % _MAX_SEQUENCE + 1


def record(kind, w0=0, w1=0, w2=0, w3=0, w4=0, w5=0, at=0):
    """Writes one record; `at` is its time if that is not now."""
    if not guard[0]:
        reopen()
    number = take()
    buffer, first, slots, last = current_file
    if first <= number <= last:
        offset = 128 + (number - first) % slots * 64
    else:
        buffer, offset, number = find_slot(number)
    pack_record(buffer, offset, number, kind, at or monotonic_ns(), w0, w1, w2, w3, w4, w5, number)


def record_text(kind, fields, w0=0, w1=0, w2=0, w3=0, w4=0, w5=0, at=0):
    """Writes a record and its text in continuation records."""
    if not guard[0]:
        reopen()
    text = "\x1f".join(fields).encode("utf-8", "replace")
    if len(text) > _MAX_TEXT:
        text = text[:_MAX_TEXT].decode("utf-8", "ignore").encode()
    pieces = (len(text) + _TEXT_PER_RECORD - 1) // _TEXT_PER_RECORD
    numbers = list(islice(_counter, 1 + pieces))
    while numbers[-1] - numbers[0] != pieces:
        # Only without a global interpreter lock: another thread took a number in between.
        for number in numbers:
            buffer, offset, number = find_slot(number)
            _pack_text(buffer, offset, number, 0, 0, 0, b"", number)
        numbers = list(islice(_counter, 1 + pieces))
    buffer, offset, number = find_slot(numbers[0])
    pack_record(buffer, offset, number, kind | pieces << 16, at or monotonic_ns(), w0, w1, w2, w3, w4, w5, number)
    for index in range(pieces):
        piece = text[index * _TEXT_PER_RECORD:(index + 1) * _TEXT_PER_RECORD]
        buffer, offset, number = find_slot(numbers[index + 1])
        _pack_text(buffer, offset, number, 0, 0, len(piece), piece, number)


def say_hello():
    version, implementation, script = identity
    record_text(HELLO, (implementation, script), os.getppid(), version, _reason)


def fault(place, error):
    """Records that a hook failed, once per place."""
    try:
        if place not in _faults:
            _faults.add(place)
            record_text(FAULT, (place, type(error).__name__))
    except Exception:
        pass
