"""Precedes each program of `mpviz claims`.

A program measures one claim and prints its figures as a JSON object. Its processes are in its process group, which
mpviz kills when the program has ended or takes too long.
"""

import fcntl
import json
import multiprocessing
import os
import select
import signal
import sys
import time

F_SETSIG = 10
# The start method of the lesson. Programs given with -c cannot use others.
MP = multiprocessing.get_context("fork")


def end_with_mpviz():
    """Has the kernel kill this process group when mpviz ends: when the other end of standard input is closed."""
    fcntl.fcntl(0, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(0, F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(0, fcntl.F_SETFL, os.O_ASYNC)
    poll = select.poll()
    poll.register(0, 0)
    if poll.poll(0):
        os._exit(1)


def print_figures(**figures):
    print(json.dumps(figures))
    sys.stdout.flush()


def overtaken(keys):
    """Number of keys that are smaller than one before them."""
    count, highest = 0, float("-inf")
    for key in keys:
        count += key < highest
        highest = max(highest, key)
    return count


end_with_mpviz()
