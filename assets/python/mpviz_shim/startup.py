"""Starts the ring of this interpreter and installs the hooks."""

import os
import sys
from _thread import get_native_id

from mpviz_shim import clusters, executors, patch, pools, processes, ring, threads

_HELPERS = ("multiprocessing.", "multiprocess.", "joblib.", "loky.")


def _arguments():
    arguments = getattr(sys, "orig_argv", None)
    if arguments is None:
        with open("/proc/self/cmdline", "rb") as stream:
            arguments = os.fsdecode(stream.read()).split("\0")
    return arguments


def _script():
    """The script, `-m module`, or what an interpreter that multiprocessing starts is for. Never the text of -c."""
    script = getattr(sys, "argv", [""])[0]
    if script not in ("-m", "-c"):
        return script
    arguments = _arguments()
    following = arguments[arguments.index(script) + 1]
    if script == "-m":
        return "-m " + following
    words = following.split()
    if words[:1] == ["from"] and words[1].startswith(_HELPERS):
        return words[1]
    return script


def _identity():
    version = sys.version_info
    try:
        script = _script()
    except (OSError, ValueError, LookupError):
        script = ""
    return version.major << 16 | version.minor << 8 | version.micro, sys.implementation.name, script


def _installers():
    installers = {
        "concurrent.futures._base": executors.install_base,
        "concurrent.futures.process": executors.install_process,
        "concurrent.futures.thread": executors.install_thread,
        "threading": threads.install,
        "distributed.scheduler": clusters.install_scheduler,
        "distributed.client": clusters.install_client,
    }
    for package in ("multiprocessing", "multiprocess"):
        installers[package + ".pool"] = pools.install
        installers[package + ".process"] = processes.install_process
        installers[package + ".popen_fork"] = processes.install_popen
        installers[package + ".popen_forkserver"] = processes.install_popen
        installers[package + ".reduction"] = processes.install_reduction
    for package in ("loky", "joblib.externals.loky"):
        installers[package + ".process_executor"] = executors.install_loky
        installers[package + ".backend.popen_loky_posix"] = processes.install_popen
        installers[package + ".backend.reduction"] = processes.install_reduction
    return installers


def start(directory):
    """Does nothing more if the ring cannot be made."""
    ring.identity = _identity()
    # A sub-interpreter starts on a thread of its own. It writes a ring of its own, with the same process id.
    reason = ring.AT_START if get_native_id() == os.getpid() else ring.SUBINTERPRETER
    if ring.open_ring(directory, reason):
        os.register_at_fork(after_in_child=ring.reopen)
        patch.install_hooks(_installers())
