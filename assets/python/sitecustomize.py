"""Loads the mpviz shim, then the sitecustomize that this file hides.

mpviz puts the directory of this file first in PYTHONPATH. It looks like this:

    sitecustomize.py
    mpviz_shim/*.py    the modules of MODULES, and dask_plugins.py
    cache/             compiled modules; may be missing or read-only

Nothing is loaded unless MPVIZ_TRACE_DIR names a directory.
"""

import sys

# In order of import.
MODULES = ("ring", "names", "patch", "workers", "pools", "executors", "processes", "threads", "clusters",
           "startup")


def _compile_modules(directory):
    codes = []
    for name in MODULES:
        with open(directory + "/mpviz_shim/" + name + ".py", "rb") as source:
            # A file name in angle brackets keeps the shim out of coverage reports and debuggers.
            codes.append(compile(source.read(), "<mpviz_shim." + name + ">", "exec", dont_inherit=True))
    return codes


def _load_codes(directory):
    """Code objects of MODULES. The interpreter's own cache does not help where bytecode is not written."""
    import marshal
    import os
    from _frozen_importlib_external import MAGIC_NUMBER

    cache = "%s/cache/%s-%s-%d" % (
        directory, sys.implementation.cache_tag, MAGIC_NUMBER.hex(), sys.flags.optimize)
    try:
        with open(cache, "rb") as stored:
            return marshal.loads(stored.read())
    except (OSError, EOFError, ValueError, TypeError):
        pass
    codes = _compile_modules(directory)
    if os.path.isdir(directory + "/cache"):
        temporary = "%s.%d" % (cache, os.getpid())
        try:
            with open(temporary, "xb") as stored:
                stored.write(marshal.dumps(codes))
            os.replace(temporary, cache)
        except OSError:
            pass
    return codes


def _load_shim(directory):
    import os

    trace = os.environ.get("MPVIZ_TRACE_DIR")
    if not trace or "mpviz_shim" in sys.modules or not os.path.isdir(trace):
        return
    package = sys.modules["mpviz_shim"] = type(sys)("mpviz_shim")
    package.__path__ = []
    package.directory = directory
    for name, code in zip(MODULES, _load_codes(directory)):
        module = type(sys)("mpviz_shim." + name)
        sys.modules[module.__name__] = module
        setattr(package, name, module)
        exec(code, module.__dict__)
    package.startup.start(trace)


def _remove_self(directory):
    sys.path[:] = [entry for entry in sys.path if entry != directory]
    sys.path_importer_cache.pop(directory, None)
    del sys.modules["sitecustomize"]


try:
    _directory = __file__.rpartition("/")[0]
    _remove_self(_directory)
    _load_shim(_directory)
except Exception:  # A fault of the shim must not reach the program.
    pass
# Without another sitecustomize, this raises the ImportError that the site module expects.
import sitecustomize  # noqa: E402,F401
